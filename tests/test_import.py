"""The first import: every hour of what the gateway has is in the recorder, once, to the Wh."""

from datetime import date

import pytest

from custom_components.myelectricaldata.gateway.models import Direction
from tests.account import paris, true_rows
from tests.conftest import OpenAccount
from tests.simulators.households import Household

pytestmark = pytest.mark.long

PDL = "22516914714271"
NOW = paris(2026, 11, 21, 12)
YESTERDAY = date(2026, 11, 20)


@pytest.mark.parametrize("version", ["2.x", "1.22"])
@pytest.mark.parametrize("minutes", [10, 15, 30, 60])
async def test_a_month_with_a_clock_change_is_in_the_recorder_to_the_watt_hour(
    open_account: OpenAccount, minutes: int, version: str
) -> None:
    activation = date(2026, 10, 20)
    house = Household(pdl=PDL, name="Maison", minutes=minutes, production=True, activation=activation)
    account = await open_account(NOW, house, version=version)
    for direction in Direction:
        rows = await account.rows(direction, PDL)
        assert rows == true_rows(house, direction, activation, YESTERDAY)
    assert len(account.simulator.calls) <= 40
