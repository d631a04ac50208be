"""What the coordinators do beside the sync: failures of one store, rebuilding, the user's language, progress."""

from datetime import date, timedelta

import pytest
from homeassistant.components.recorder.statistics import get_metadata
from homeassistant.config_entries import ConfigEntryState
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.recorder import get_instance

from custom_components.myelectricaldata.const import DOMAIN
from custom_components.myelectricaldata.coordinators.snapshot import NewData
from custom_components.myelectricaldata.energy.calendar import ONE_DAY, day_start
from custom_components.myelectricaldata.feeds import Kind
from custom_components.myelectricaldata.gateway.models import Direction
from custom_components.myelectricaldata.ledger import Ledger
from custom_components.myelectricaldata.schedule_format import decode_schedule, encode_schedule
from tests.account import Account, async_drain, paris, true_rows
from tests.conftest import OpenAccount
from tests.simulators.faults import Fault
from tests.simulators.households import Household

PDL = "22516914714271"
OTHER = "22516914714270"
NOW = paris(2026, 11, 21, 12)
TODAY = date(2026, 11, 21)
ACTIVATION = date(2026, 11, 12)


def house(pdl: str = PDL, name: str = "Maison") -> Household:
    return Household(pdl=pdl, name=name, activation=ACTIVATION)


async def statistic_name(account: Account) -> str | None:
    statistic = f"{DOMAIN}:consumption_{PDL}"
    found = await get_instance(account.hass).async_add_executor_job(
        lambda: get_metadata(account.hass, statistic_ids={statistic})
    )
    return found[statistic][1]["name"]


async def test_a_usage_point_whose_store_cannot_be_read_does_not_keep_the_other_from_starting(
    open_account: OpenAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, other = house(), house(OTHER, "Atelier")
    load = Ledger.async_load

    async def broken(self: Ledger) -> str | None:
        if self.pdl == PDL:
            raise HomeAssistantError("input/output error")
        return await load(self)

    with monkeypatch.context() as disk:
        disk.setattr(Ledger, "async_load", broken)
        account = await open_account(NOW, home, other)
        assert account.entry.state is ConfigEntryState.LOADED
        assert not account.coordinator(PDL).last_update_success
        assert await account.rows("consumption", OTHER)
    await account.travel(NOW + timedelta(minutes=31))
    assert account.coordinator(PDL).last_update_success
    assert await account.rows("consumption", PDL) == true_rows(home, "consumption", ACTIVATION, TODAY - ONE_DAY)


async def test_rebuilding_corrects_what_somebody_spoiled_and_nothing_else(open_account: OpenAccount) -> None:
    home = house()
    account = await open_account(NOW, home)
    coordinator = account.coordinator(PDL)
    assert await coordinator.async_rebuild_statistics() == 0
    statistic = f"{DOMAIN}:consumption_{PDL}"
    spoiled = day_start(TODAY - ONE_DAY) + timedelta(hours=20)
    get_instance(account.hass).async_adjust_statistics(statistic, spoiled, 5, "kWh")
    await async_drain(account.hass)
    assert await coordinator.async_rebuild_statistics() == 4
    assert await account.rows("consumption", PDL) == true_rows(home, "consumption", ACTIVATION, TODAY - ONE_DAY)


async def test_the_names_of_the_statistics_follow_the_language_and_the_name_of_the_usage_point(
    open_account: OpenAccount,
) -> None:
    account = await open_account(NOW, house())
    assert await statistic_name(account) == "Maison consumption"
    await account.hass.config.async_update(language="fr")
    await account.travel(day_start(TODAY + ONE_DAY) + timedelta(hours=12))
    assert await statistic_name(account) == "Consommation Maison"
    [subentry] = account.entry.subentries.values()
    account.hass.config_entries.async_update_subentry(account.entry, subentry, title="Chalet")
    await account.settle()
    assert await statistic_name(account) == "Consommation Chalet"


async def test_new_data_is_told_once_with_its_days_and_history_is_not_news(open_account: OpenAccount) -> None:
    home = Household(pdl=PDL, name="Maison", activation=date(2024, 11, 1))
    account = await open_account(NOW, home, start=False)
    account.simulator.inject(Fault(kind="status", status=503, route="/enedis/consumption/detail", times=None))
    await account.start()
    told: list[NewData] = []
    stop = account.coordinator(PDL).async_add_new_data_listener(told.append)
    account.simulator.clear_faults()
    await account.travel(NOW + timedelta(hours=1))
    assert account.coordinator(PDL).data.history_share == 1.0
    assert {news.direction for news in told} == {Direction.CONSUMPTION}
    assert [(news.kind, news.days, news.revised) for news in told] == [(Kind.CURVE, 7, False), (Kind.POWER, 365, False)]
    stop()
    await account.travel(day_start(TODAY + ONE_DAY) + timedelta(hours=23))
    assert len(told) == 2


async def test_the_end_of_the_history_is_notified_in_the_users_language(open_account: OpenAccount) -> None:
    home = house()
    account = await open_account(NOW, home, start=False)
    await account.hass.config.async_update(language="fr")
    await account.start()
    notifications = account.hass.data["persistent_notification"]
    [notification] = [item for key, item in notifications.items() if key.startswith(DOMAIN)]
    assert "Maison" in notification["message"]
    assert "Home Assistant" in notification["message"]


async def test_yesterday_is_another_day_from_midnight_in_paris_on(open_account: OpenAccount) -> None:
    account = await open_account(NOW + timedelta(minutes=7), house())
    await account.travel(day_start(TODAY + ONE_DAY) - timedelta(seconds=1))
    assert account.coordinator(PDL).data.today == TODAY
    await account.travel(day_start(TODAY + ONE_DAY))
    assert account.coordinator(PDL).data.today == TODAY + ONE_DAY


@pytest.mark.parametrize("form", [None, [], {"minute": 3}, {"minute": 3, "day": 4, "slots": []}])
def test_a_schedule_that_cannot_be_read_starts_afresh(form: object) -> None:
    schedule = decode_schedule(form, 42)
    assert (schedule.minute, schedule.day, schedule.calls) == (42, None, 0)


async def test_a_schedule_survives_a_restart(open_account: OpenAccount) -> None:
    account = await open_account(NOW, house())
    await account.travel(NOW + timedelta(days=1))
    before = encode_schedule(account.coordinator(PDL).sync.schedule)
    assert before["slots"]
    assert await account.hass.config_entries.async_unload(account.entry.entry_id)
    await account.start()
    assert encode_schedule(account.coordinator(PDL).sync.schedule) == before


@pytest.mark.parametrize(
    "stored",
    [
        {"version": 99, "minor_version": 1, "key": "", "data": {}},
        {"version": 0, "minor_version": 1, "key": "", "data": {}},
        {"version": 1, "minor_version": 1, "key": "", "data": ["nonsense"]},
        {
            "version": 1,
            "minor_version": 1,
            "key": "",
            "data": {"budget": 3, "minute": -5, "schedules": 7, "last_success": 1},
        },
    ],
)
async def test_an_account_file_that_cannot_be_read_costs_calls_and_no_data(
    open_account: OpenAccount, hass_storage: dict[str, object], stored: dict[str, object]
) -> None:
    home = house()
    account = await open_account(NOW, home)
    assert await account.hass.config_entries.async_unload(account.entry.entry_id)
    hass_storage[f"{DOMAIN}.{account.entry.entry_id}"] = stored
    await account.start()
    await account.travel(day_start(TODAY + ONE_DAY) + timedelta(hours=23))
    assert await account.rows("consumption", PDL) == true_rows(home, "consumption", ACTIVATION, TODAY)
