"""The days after the import: few calls, late and revised days, outages of Home Assistant, two usage points."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from homeassistant.helpers import issue_registry as ir

from custom_components.myelectricaldata.const import DOMAIN
from custom_components.myelectricaldata.energy.calendar import ONE_DAY, day_start
from custom_components.myelectricaldata.gateway.models import Direction
from custom_components.myelectricaldata.plan import first_try
from tests.account import Account, paris, true_rows
from tests.conftest import OpenAccount
from tests.simulators.gateway import Call
from tests.simulators.households import Household

pytestmark = pytest.mark.long

PDL = "22516914714271"
OTHER = "22516914714270"
NOW = paris(2026, 11, 21, 12)
TODAY = date(2026, 11, 21)
ACTIVATION = date(2026, 11, 1)


def house(pdl: str = PDL, **options: object) -> Household:
    return Household(**{"pdl": pdl, "name": "Maison", "activation": ACTIVATION, **options})  # type: ignore[arg-type]


def feeds(calls: list[Call]) -> list[str]:
    return [call.path.removeprefix("/enedis/").rpartition("/")[0] for call in calls]


async def assert_exact(account: Account, home: Household, last: date) -> None:
    for direction in Direction:
        if home.measures(direction):
            assert await account.rows(direction, home.pdl) == true_rows(home, direction, ACTIVATION, last)


async def test_an_ordinary_day_asks_each_feed_once_and_nothing_after(open_account: OpenAccount) -> None:
    home = house(production=True)
    account = await open_account(NOW, home)
    midnight = day_start(TODAY + ONE_DAY)
    assert await account.travel(midnight) == []
    # Later than the publication: an installation with an earlier minute asks for the first feed once more.
    minute = account.coordinator(PDL).sync.schedule.minute = 119
    calls = await account.travel(midnight + ONE_DAY)
    assert sorted(feeds(calls)) == sorted(
        ["consumption/daily", "consumption/detail/batch", "power", "production/daily", "production/detail/batch"]
    )
    tries = [call.at for call in calls if "power" not in call.path]
    assert min(tries) >= min(first_try(TODAY + ONE_DAY, minute), datetime.combine(TODAY, time(8), UTC))
    await assert_exact(account, home, TODAY)


async def test_a_day_that_comes_four_days_late_is_filled_and_every_later_sum_follows(open_account: OpenAccount) -> None:
    home = house()
    home.late[TODAY] = 4
    account = await open_account(NOW, home)
    await account.travel(day_start(TODAY + timedelta(days=4)))
    rows = await account.rows("consumption", PDL)
    hole = [row for row in rows if day_start(TODAY) <= row.start < day_start(TODAY + ONE_DAY)]
    assert hole == []
    assert rows[-1].start == day_start(TODAY + timedelta(days=3)) - timedelta(hours=1)
    await account.travel(day_start(TODAY + timedelta(days=7)))
    await assert_exact(account, home, TODAY + timedelta(days=6) - ONE_DAY)


async def test_a_day_without_its_curve_is_estimated_to_the_watt_hour_and_replaced_when_the_curve_comes(
    open_account: OpenAccount,
) -> None:
    home = house(curve_missing={TODAY})
    account = await open_account(NOW, home)
    await account.travel(day_start(TODAY + timedelta(days=2)))
    rows = await account.rows("consumption", PDL)
    estimated = [row.state for row in rows if row.start >= day_start(TODAY)]
    assert sum(estimated) == home.daily_wh("consumption", TODAY)
    assert len(estimated) == 24
    assert tuple(estimated) != home.hourly_wh("consumption", TODAY)
    home.curve_missing.clear()
    await account.travel(day_start(TODAY + timedelta(days=3)))
    await assert_exact(account, home, TODAY + ONE_DAY)


@pytest.mark.parametrize("factor", [0.5, 1.5])
async def test_a_revision_of_last_week_is_noticed_and_corrects_every_later_sum(
    open_account: OpenAccount, factor: float
) -> None:
    home = house()
    account = await open_account(NOW, home)
    home.revise("consumption", TODAY - timedelta(days=9), factor=factor)
    # The gateway keeps what it has served for a day; the revision shows when it asks Enedis again.
    await account.travel(day_start(TODAY + timedelta(days=3)))
    await assert_exact(account, home, TODAY + ONE_DAY)


async def test_a_curve_of_zeros_beside_energy_was_not_delivered(open_account: OpenAccount) -> None:
    home = house(curve_zeros={TODAY - timedelta(days=3)})
    account = await open_account(NOW, home)
    rows = await account.rows("consumption", PDL)
    assert rows[-1] == true_rows(home, "consumption", ACTIVATION, TODAY - ONE_DAY)[-1]
    start = day_start(TODAY - timedelta(days=3))
    assert sum(row.state for row in rows if start <= row.start < start + ONE_DAY) == home.daily_wh(
        "consumption", TODAY - timedelta(days=3)
    )


async def test_six_weeks_without_home_assistant_are_caught_up(open_account: OpenAccount) -> None:
    home = house()
    account = await open_account(NOW, home)
    assert await account.hass.config_entries.async_unload(account.entry.entry_id)
    later = paris(2027, 1, 4, 12)
    account.freezer.move_to(later)
    await account.start()
    assert len(account.calls) < 13
    await assert_exact(account, home, date(2027, 1, 3))


async def test_a_reload_makes_no_call_and_knows_everything(open_account: OpenAccount) -> None:
    home = house(production=True)
    account = await open_account(NOW, home)
    before = account.coordinator(PDL).data
    account.simulator.clear_calls()
    assert await account.hass.config_entries.async_reload(account.entry.entry_id)
    await account.settle()
    assert account.simulator.calls == []
    assert account.coordinator(PDL).data == before


async def test_two_usage_points_are_asked_separately_and_one_that_fails_does_not_stop_the_other(
    open_account: OpenAccount,
) -> None:
    home, other = house(consent="expired"), house(OTHER, name="Atelier", seed=5)
    account = await open_account(NOW, home, other)
    await assert_exact(account, other, TODAY - ONE_DAY)
    assert ir.async_get(account.hass).async_get_issue(DOMAIN, f"consent_expired_{PDL}") is not None
    assert ir.async_get(account.hass).async_get_issue(DOMAIN, f"consent_expired_{OTHER}") is None
    home.consent = "valid"
    await account.travel(day_start(TODAY + timedelta(days=2)))
    assert ir.async_get(account.hass).async_get_issue(DOMAIN, f"consent_expired_{PDL}") is None
    await assert_exact(account, home, TODAY)
    await assert_exact(account, other, TODAY)


async def test_production_only_has_no_consumption_and_no_maximum_power(open_account: OpenAccount) -> None:
    home = house(consumption=False, production=True)
    account = await open_account(NOW, home)
    assert {call.path.split("/")[2] for call in account.calls} == {"production", "contract"}
    await assert_exact(account, home, TODAY - ONE_DAY)
    assert account.coordinator(PDL).data.peak is None


async def test_maximum_power_is_at_the_hour_of_its_peak(open_account: OpenAccount) -> None:
    home = house()
    account = await open_account(NOW, home)
    peaks = await account.peaks(PDL)
    assert len(peaks) == (TODAY - ACTIVATION).days
    value, moment = home.peak(TODAY - ONE_DAY)
    start = paris(moment.year, moment.month, moment.day, moment.hour)
    assert peaks[start] == value


async def test_nothing_published_yet_is_neither_an_error_nor_a_zero(open_account: OpenAccount) -> None:
    home = house(activation=TODAY)
    account = await open_account(NOW, home)
    assert await account.rows("consumption", PDL) == []
    assert account.coordinator(PDL).data.energy[Direction.CONSUMPTION].yesterday.wh is None
    await account.travel(day_start(TODAY + timedelta(days=2)))
    rows = await account.rows("consumption", PDL)
    assert rows == true_rows(home, "consumption", TODAY, TODAY)
