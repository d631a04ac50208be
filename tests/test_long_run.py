"""Weeks without attention, with everything that Enedis, the gateway and the house do to them."""

import random
from datetime import date, timedelta
from typing import Any

import pytest

from custom_components.myelectricaldata.energy.calendar import ONE_DAY, day_start, days_between
from custom_components.myelectricaldata.plan import FRESH_CALLS_A_DAY
from tests.account import Account, Row, paris, true_rows
from tests.conftest import OpenAccount
from tests.simulators.faults import Fault
from tests.simulators.households import Household

pytestmark = pytest.mark.long

PDL = "22516914714271"
ACTIVATION = date(2026, 10, 1)
START = date(2026, 10, 20)
TROUBLED = 24
QUIET = 31
KINDS: tuple[dict[str, Any], ...] = (
    {"kind": "status", "status": 503},
    {"kind": "html"},
    {"kind": "reset"},
    {"kind": "enedis_500"},
    {"kind": "truncated"},
)


def trouble(home: Household, dice: random.Random) -> None:
    """What goes wrong with the days of three weeks, the end of summer time among them."""
    for day in days_between(START, START + timedelta(days=TROUBLED)):
        match dice.randrange(8):
            case 0:
                home.late[day] = dice.randrange(1, 9)
            case 1:
                home.curve_missing.add(day)
            case 2:
                home.curve_zeros.add(day)
            case 3:
                home.curve_holes[day] = set(dice.sample(range(46), dice.randrange(1, 30)))
            case 4:
                home.daily_missing.add(day)


def mend(home: Household) -> None:
    """Enedis delivers in the end."""
    home.late.clear()
    home.curve_missing.clear()
    home.curve_zeros.clear()
    home.curve_holes.clear()
    home.daily_missing.clear()


def assert_sums_never_go_backwards(rows: list[Row]) -> None:
    total = 0
    for row in rows:
        assert row.state >= 0
        total += row.state
        assert row.sum == total


async def restart(account: Account) -> None:
    assert await account.hass.config_entries.async_unload(account.entry.entry_id)
    await account.start()


@pytest.mark.parametrize("seed", [1])
async def test_weeks_of_trouble_leave_no_trace_once_enedis_has_delivered(open_account: OpenAccount, seed: int) -> None:
    dice = random.Random(seed)
    home = Household(pdl=PDL, name="Maison", production=True, activation=ACTIVATION, seed=seed)
    trouble(home, dice)
    account = await open_account(paris(2026, 10, 20, 9), home)
    for day in days_between(START + ONE_DAY, START + timedelta(days=TROUBLED)):
        if dice.random() < 0.3:
            account.simulator.inject(Fault(**dice.choice(KINDS), times=dice.randrange(1, 5)))
        calls = await account.travel(day_start(day) + timedelta(hours=dice.randrange(7, 20)))
        if dice.random() < 0.3:
            await restart(account)
        calls += await account.travel(day_start(day + ONE_DAY))
        assert sum(call.status == 200 for call in calls) <= 2 * FRESH_CALLS_A_DAY
        assert_sums_never_go_backwards(await account.rows("consumption", PDL))
    account.simulator.clear_faults()
    mend(home)
    last = START + timedelta(days=TROUBLED + QUIET)
    await account.travel(day_start(last + ONE_DAY) + timedelta(hours=22))
    for direction in ("consumption", "production"):
        assert await account.rows(direction, PDL) == true_rows(home, direction, ACTIVATION, last)
