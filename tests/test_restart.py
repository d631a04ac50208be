"""Killed at any moment: after the restart every hour is right, and next to nothing was asked twice."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest
from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir

from custom_components.myelectricaldata.const import DOMAIN
from custom_components.myelectricaldata.coordinators import AccountCoordinator
from custom_components.myelectricaldata.energy.calendar import ONE_DAY, day_start
from custom_components.myelectricaldata.ledger import Ledger
from custom_components.myelectricaldata.repairs import async_create_fix_flow
from custom_components.myelectricaldata.statistics import SeriesWriter, StatisticsError, async_clear
from custom_components.myelectricaldata.sync import Synchroniser
from tests.account import Account, paris, true_rows, usage_point_subentry
from tests.conftest import OpenAccount
from tests.simulators.households import Household

pytestmark = pytest.mark.long

PDL = "22516914714271"
NOW = paris(2026, 11, 21, 12)
TODAY = date(2026, 11, 21)
ACTIVATION = date(2026, 10, 24)


def house() -> Household:
    return Household(pdl=PDL, name="Maison", production=True, activation=ACTIVATION)


def issue_of(account: Account, kind: str) -> ir.IssueEntry | None:
    return ir.async_get(account.hass).async_get_issue(DOMAIN, f"{kind}_{PDL}")


def die_at(monkeypatch: pytest.MonkeyPatch, owner: type, name: str, nth: int, *, after: bool) -> None:
    """The process dies at the n-th call of a method, before or after it did its work."""
    original: Callable[..., Awaitable[Any]] = getattr(owner, name)
    count = 0

    async def dying(self: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal count
        count += 1
        if count == nth and not after:
            raise asyncio.CancelledError
        result = await original(self, *args, **kwargs)
        if count == nth:
            raise asyncio.CancelledError
        return result

    monkeypatch.setattr(owner, name, dying)


async def restart_after_kill(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the running account away without letting it write anything down, then start it again."""
    monkeypatch.undo()
    with monkeypatch.context() as dead:

        async def nothing(*_args: object) -> None:
            return None

        for coordinator in account.entry.runtime_data.usage_points.values():
            coordinator.ledger._store._async_cleanup_delay_listener()
            coordinator.ledger._store._async_cleanup_final_write_listener()
        account.entry.runtime_data.account._store._async_cleanup_delay_listener()
        dead.setattr(Ledger, "async_save", nothing)
        dead.setattr(AccountCoordinator, "_encoded", lambda _self: {})
        assert await account.hass.config_entries.async_unload(account.entry.entry_id)
    await account.start()


MOMENTS = [
    (Synchroniser, "async_perform"),
    (Ledger, "async_save"),
    (SeriesWriter, "_async_store"),
    (SeriesWriter, "_async_drain"),
]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth", [1, 3, 6])
@pytest.mark.parametrize(("owner", "name"), MOMENTS, ids=[name for _, name in MOMENTS])
async def test_a_kill_during_the_import_loses_nothing_and_repeats_next_to_nothing(
    open_account: OpenAccount, monkeypatch: pytest.MonkeyPatch, owner: type, name: str, nth: int, after: bool
) -> None:
    home = house()
    account = await open_account(NOW, home, start=False)
    die_at(monkeypatch, owner, name, nth, after=after)
    await account.start()
    await restart_after_kill(account, monkeypatch)
    await account.travel(NOW + timedelta(hours=1))
    for direction in ("consumption", "production"):
        assert await account.rows(direction, PDL) == true_rows(home, direction, ACTIVATION, TODAY - ONE_DAY)
    asked = Counter((call.path, tuple(call.query.items())) for call in account.simulator.calls)
    assert max(asked.values()) <= 2
    assert account.coordinator(PDL).data.history_share == 1.0


async def test_a_recorder_that_was_deleted_or_restored_is_filled_again_at_the_next_start(
    open_account: OpenAccount,
) -> None:
    home = house()
    account = await open_account(NOW, home)
    statistic = f"{DOMAIN}:consumption_{PDL}"
    await async_clear(account.hass, [statistic])
    assert await account.rows("consumption", PDL) == []
    assert await account.hass.config_entries.async_unload(account.entry.entry_id)
    account.simulator.clear_calls()
    await account.start()
    assert account.simulator.calls == []
    assert await account.rows("consumption", PDL) == true_rows(home, "consumption", ACTIVATION, TODAY - ONE_DAY)


async def test_a_lost_ledger_is_fetched_again_and_changes_no_row(open_account: OpenAccount) -> None:
    home = house()
    account = await open_account(NOW, home)
    before = await account.rows("consumption", PDL)
    assert await account.hass.config_entries.async_unload(account.entry.entry_id)
    await Ledger(account.hass, PDL).async_remove()
    await account.start()
    assert await account.rows("consumption", PDL) == before


async def test_an_unreadable_ledger_is_told_and_fetched_again(
    open_account: OpenAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = house()
    account = await open_account(NOW, home)
    assert await account.hass.config_entries.async_unload(account.entry.entry_id)
    await Ledger(account.hass, PDL).async_remove()

    async def set_aside(_self: Ledger) -> str:
        return "readings.unreadable"

    monkeypatch.setattr(Ledger, "async_load", set_aside)
    await account.start()
    issue = ir.async_get(account.hass).async_get_issue(DOMAIN, f"ledger_unreadable_{PDL}")
    assert issue is not None
    assert await account.rows("consumption", PDL) == true_rows(home, "consumption", ACTIVATION, TODAY - ONE_DAY)


async def test_a_recorder_in_trouble_is_told_once_and_gets_everything_when_it_works_again(
    open_account: OpenAccount, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    home = house()

    async def fails(*_args: object) -> int:
        raise StatisticsError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(SeriesWriter, "_async_store", fails)
        account = await open_account(NOW, home)
        await account.travel(NOW + timedelta(hours=3))
    assert sum("the disk is full" in record.message for record in caplog.records) == 1
    await account.travel(NOW + timedelta(hours=4))
    assert await account.rows("consumption", PDL) == true_rows(home, "consumption", ACTIVATION, TODAY - ONE_DAY)
    assert sum("up to date again" in record.message for record in caplog.records) == 1


async def test_an_hour_with_nothing_new_makes_no_call_and_writes_no_row_and_no_file(
    open_account: OpenAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = house()
    account = await open_account(NOW, home)
    await account.travel(NOW + timedelta(minutes=30))
    written: list[object] = []
    monkeypatch.setattr(SeriesWriter, "_import", lambda *args: written.append(args))
    monkeypatch.setattr(
        "homeassistant.helpers.storage.Store._async_handle_write_data", lambda *args: written.append(args)
    )
    assert await account.travel(NOW + timedelta(hours=5)) == []
    assert written == []


async def test_a_removed_usage_point_takes_its_readings_and_issues_along_and_leaves_its_statistics(
    open_account: OpenAccount, hass_storage: dict[str, object]
) -> None:
    home, other = house(), Household(pdl="22516914714270", name="Atelier", activation=ACTIVATION)
    account = await open_account(NOW, home, other)
    key = f"myelectricaldata.readings.{PDL}"
    await account.hass.config_entries.async_unload(account.entry.entry_id)
    assert key in hass_storage
    await account.start()
    [subentry] = [item for item in account.entry.subentries.values() if item.data["pdl"] == PDL]
    account.simulator.clear_calls()
    assert account.hass.config_entries.async_remove_subentry(account.entry, subentry.subentry_id)
    await account.settle()
    assert account.entry.state is ConfigEntryState.LOADED
    assert key not in hass_storage
    assert [point.pdl for point in account.entry.runtime_data.usage_points.values()] == [other.pdl]
    assert await account.rows("consumption", PDL)
    assert account.simulator.calls == []
    assert issue_of(account, "statistics_kept") is not None


@pytest.mark.parametrize(("choice", "kept"), [("keep", True), ("delete", False)])
async def test_the_user_decides_what_becomes_of_the_statistics_of_a_removed_usage_point(
    open_account: OpenAccount, choice: str, kept: bool
) -> None:
    account = await open_account(NOW, house())
    [subentry] = account.entry.subentries.values()
    account.hass.config_entries.async_remove_subentry(account.entry, subentry.subentry_id)
    await account.settle()
    issue = issue_of(account, "statistics_kept")
    assert issue is not None
    flow = await async_create_fix_flow(account.hass, issue.issue_id, issue.data)
    flow.hass, flow.issue_id, flow.flow_id, flow.handler = account.hass, issue.issue_id, "flow", DOMAIN
    shown = await flow.async_step_init()
    assert shown["type"] is FlowResultType.MENU
    assert (shown["description_placeholders"] or {})["name"] == "Maison"
    done = await getattr(flow, f"async_step_{choice}")()
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert bool(await account.rows("consumption", PDL)) is kept
    assert bool(await account.peaks(PDL)) is kept


async def test_a_usage_point_that_comes_back_has_no_question_left(open_account: OpenAccount) -> None:
    home = house()
    account = await open_account(NOW, home)
    [subentry] = account.entry.subentries.values()
    account.hass.config_entries.async_remove_subentry(account.entry, subentry.subentry_id)
    await account.settle()
    account.hass.config_entries.async_add_subentry(account.entry, ConfigSubentry(**usage_point_subentry(home)))
    await account.settle()
    assert issue_of(account, "statistics_kept") is None
    assert await account.rows("consumption", PDL) == true_rows(home, "consumption", ACTIVATION, TODAY - ONE_DAY)


async def test_a_removed_account_leaves_no_file(open_account: OpenAccount, hass_storage: dict[str, object]) -> None:
    account = await open_account(NOW, house())
    await account.hass.config_entries.async_remove(account.entry.entry_id)
    await account.settle()
    assert not [key for key in hass_storage if key.startswith(DOMAIN)]


async def test_an_entry_of_another_integration_of_this_domain_is_refused_with_a_word(
    open_account: OpenAccount,
) -> None:
    account = await open_account(NOW, house(), start=False)
    account.entry.add_to_hass(account.hass)
    account.hass.config_entries.async_update_entry(account.entry, version=1)
    assert not await account.hass.config_entries.async_setup(account.entry.entry_id)
    assert account.entry.state is ConfigEntryState.MIGRATION_ERROR
    issues = ir.async_get(account.hass).issues
    assert any(key[0] == DOMAIN and key[1].startswith("foreign_entry") for key in issues)


async def test_one_new_day_is_twenty_four_rows_a_series(
    open_account: OpenAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = house()
    account = await open_account(NOW, home)
    written: list[int] = []
    original = SeriesWriter._import

    def counting(self: SeriesWriter, rows: Any) -> None:
        written.append(len(rows))
        original(self, rows)

    monkeypatch.setattr(SeriesWriter, "_import", counting)
    await account.travel(day_start(TODAY + ONE_DAY) + timedelta(hours=23))
    assert sorted(written) == [1, 24, 24]
