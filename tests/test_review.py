"""What a fresh pair of eyes doubted, and what had to hold."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from aiohttp import web
from homeassistant.exceptions import HomeAssistantError
from sqlalchemy.exc import OperationalError

from custom_components.myelectricaldata import statistics
from custom_components.myelectricaldata.const import CONF_HAS_PRODUCTION
from custom_components.myelectricaldata.energy.calendar import ONE_DAY, days_between
from custom_components.myelectricaldata.feeds import Feed
from custom_components.myelectricaldata.gateway.budget import CallLimits
from custom_components.myelectricaldata.gateway.models import Direction
from custom_components.myelectricaldata.ledger import Ledger
from tests.account import Account, paris, true_rows
from tests.conftest import OpenAccount
from tests.simulators.faults import Fault
from tests.simulators.households import Household

pytestmark = pytest.mark.long

PDL = "22516914714271"
NOW = paris(2026, 11, 21, 12)
TODAY = date(2026, 11, 21)
ACTIVATION = date(2026, 11, 1)


def house(**options: Any) -> Household:
    return Household(**{"pdl": PDL, "name": "Maison", "activation": ACTIVATION, **options})


async def unload(account: Account) -> None:
    assert await account.hass.config_entries.async_unload(account.entry.entry_id)


async def test_the_button_never_replaces_a_file_that_could_not_be_read_by_an_empty_one(
    open_account: OpenAccount, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    account = await open_account(NOW, house())
    await unload(account)

    async def disk_trouble(_self: Ledger) -> None:
        raise HomeAssistantError("input/output error")

    with monkeypatch.context() as trouble:
        trouble.setattr(Ledger, "async_load", disk_trouble)
        await account.start()
        account.simulator.clear_calls()
        with pytest.raises(HomeAssistantError):
            await account.coordinator(PDL).async_ask_now()
        assert account.simulator.calls == []
        assert "Error adding entit" not in caplog.text
        await unload(account)
    await account.start()
    assert len(account.coordinator(PDL).ledger.days(Direction.CONSUMPTION)) == 20


async def test_a_question_that_is_on_its_way_ends_with_the_usage_point(open_account: OpenAccount) -> None:
    account = await open_account(NOW, house(late={TODAY - ONE_DAY: 1}))
    old = account.coordinator(PDL)
    asked, guarded = asyncio.Event(), account.simulator._guarded

    async def hang(_request: web.Request, _handler: Any) -> web.StreamResponse:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    account.simulator._guarded = hang  # type: ignore[method-assign, assignment]
    asking = account.hass.async_create_background_task(old.async_ask_now(), "asking")
    await asked.wait()
    account.simulator._guarded = guarded  # type: ignore[method-assign]
    assert await account.hass.config_entries.async_reload(account.entry.entry_id)
    with pytest.raises(HomeAssistantError):
        await asking
    with pytest.raises(HomeAssistantError):
        await old.async_ask_now()
    assert old._worker is None or old._worker.done()


async def test_impatience_does_not_use_up_the_tries_of_the_day(open_account: OpenAccount) -> None:
    home = house(production=True)
    account = await open_account(NOW, home)
    await account.travel(paris(2026, 11, 22, 7))
    for _ in range(3):
        await account.coordinator(PDL).async_ask_now()
    await account.travel(paris(2026, 11, 22, 23))
    assert await account.rows("consumption", PDL) == true_rows(home, "consumption", ACTIVATION, TODAY)


async def test_set_up_before_the_publication_brings_yesterday_the_same_day(open_account: OpenAccount) -> None:
    home = house(production=True)
    account = await open_account(paris(2026, 11, 21, 6, 50), home)
    await account.travel(paris(2026, 11, 21, 22))
    for direction in Direction:
        assert await account.rows(direction, PDL) == true_rows(home, direction, ACTIVATION, TODAY - ONE_DAY)


async def test_on_the_old_gateway_a_restart_in_the_afternoon_asks_nothing(open_account: OpenAccount) -> None:
    account = await open_account(paris(2026, 11, 21, 6), house(), version="1.22")
    await account.travel(paris(2026, 11, 22, 12))
    account.simulator.clear_calls()
    await unload(account)
    account.freezer.move_to(paris(2026, 11, 22, 17))
    await account.start()
    assert account.simulator.calls == []


async def test_a_usage_point_that_was_removed_starts_afresh_when_it_is_added_again(open_account: OpenAccount) -> None:
    home = house()
    account = await open_account(NOW, home)
    home.consent = "expired"
    await account.travel(paris(2026, 11, 23, 15))
    await unload(account)
    await account.start()
    [subentry] = account.entry.subentries.values()
    assert account.hass.config_entries.async_remove_subentry(account.entry, subentry.subentry_id)
    await account.settle()
    home.consent = "valid"
    account.hass.config_entries.async_add_subentry(account.entry, subentry)
    await account.settle()
    assert await account.rows("consumption", PDL) == true_rows(home, "consumption", ACTIVATION, TODAY + ONE_DAY)


async def test_panels_that_come_after_the_set_up_are_noticed_within_a_week(open_account: OpenAccount) -> None:
    home = house()
    account = await open_account(NOW, home)
    assert account.coordinator(PDL).directions == (Direction.CONSUMPTION,)
    home.production = True
    await account.travel(paris(2026, 11, 29, 23))
    [subentry] = account.entry.subentries.values()
    assert subentry.data[CONF_HAS_PRODUCTION]
    assert await account.rows("production", PDL) == true_rows(home, "production", ACTIVATION, date(2026, 11, 28))


async def test_a_question_on_which_the_gateway_always_stumbles_does_not_stop_the_rest(
    open_account: OpenAccount,
) -> None:
    home = house(activation=date(2025, 1, 1))
    account = await open_account(NOW, home, start=False)
    stumble(account, date(2025, 3, 3))
    await account.start()
    calls = account.calls + await account.travel(NOW + timedelta(days=1, hours=6))
    assert len(calls) <= 120
    data = account.coordinator(PDL).data
    assert not data.importing
    indexes = account.coordinator(PDL).ledger.days(Direction.CONSUMPTION)
    missing = [day for day in days_between(date(2025, 1, 1), TODAY) if day not in indexes]
    assert missing == []
    assert [day for day, record in indexes.items() if record.index_wh is None] == [date(2025, 3, 3)]


async def test_a_route_that_is_broken_for_weeks_does_not_stop_the_others(open_account: OpenAccount) -> None:
    home = house(activation=date(2025, 1, 1))
    account = await open_account(NOW, home, start=False)
    account.simulator.inject(Fault(kind="status", status=500, route="/enedis/power", times=None))
    await account.start()
    calls = await account.travel(paris(2026, 11, 22, 23))
    assert await account.rows("consumption", PDL) == true_rows(home, "consumption", date(2025, 1, 1), TODAY)
    assert len([call for call in calls if "/power/" in call.path]) <= 3 * 10
    account.simulator.clear_faults()
    await account.travel(paris(2026, 11, 23, 23))
    assert len(await account.peaks(PDL)) == (TODAY - date(2025, 1, 1)).days + 2


def stumble(account: Account, bad: date) -> None:
    """The gateway fails on every question about daily indexes that contains one day."""
    guarded = account.simulator._guarded

    async def stumbling(request: web.Request, handler: Any) -> web.StreamResponse:
        start, end = request.query.get("start", ""), request.query.get("end", "")
        if "/consumption/daily/" in request.path and start <= bad.isoformat() < end:
            error = {"code": "INTERNAL_ERROR", "message": "Internal server error", "field": None}
            return web.json_response({"success": False, "data": None, "error": error}, status=500)
        return await guarded(request, handler)

    account.simulator._guarded = stumbling  # type: ignore[method-assign]


async def test_a_recorder_that_cannot_be_read_does_not_keep_readings_from_coming_in(
    open_account: OpenAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = house()
    account = await open_account(NOW, home, start=False)

    async def locked(*_args: object) -> None:
        raise OperationalError("SELECT", {}, Exception("database is locked"))

    with monkeypatch.context() as trouble:
        trouble.setattr(statistics, "async_list_statistic_ids", locked)
        await account.start()
        assert account.coordinator(PDL).data.history_share == 1.0
    await account.travel(NOW + timedelta(hours=1))
    assert await account.rows("consumption", PDL) == true_rows(home, "consumption", ACTIVATION, TODAY - ONE_DAY)


async def test_a_review_that_cannot_be_finished_does_not_keep_yesterday_out_of_the_statistics(
    open_account: OpenAccount,
) -> None:
    since = date(2026, 9, 1)
    home = house(activation=since, daily_missing={date(2026, 9, 10)})
    account = await open_account(NOW, home)
    await account.travel(paris(2026, 11, 27, 23))
    account.entry.runtime_data.budget.limits = CallLimits(cached=200, reserve=200)
    await account.travel(paris(2026, 11, 28, 23))
    assert account.coordinator(PDL).ledger.history(Feed.CONSUMPTION_DAILY).reviews == 1
    rows = await account.rows("consumption", PDL)
    assert rows[-1] == true_rows(home, "consumption", since, date(2026, 11, 27))[-1]
