"""The money sensors on the real coordinators: what the simulated meter measured, priced by hand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import State
from homeassistant.helpers import entity_registry as er

from custom_components.myelectricaldata.const import CONF_SURPLUS, CONF_TARIFF
from custom_components.myelectricaldata.energy.calendar import PARIS
from custom_components.myelectricaldata.energy.entries import Source, TariffEntry
from custom_components.myelectricaldata.energy.entry_format import encode_entry
from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule
from custom_components.myelectricaldata.energy.options import OptionCode
from custom_components.myelectricaldata.gateway.models import Direction
from tests.account import Account, paris, true_rows
from tests.conftest import OpenAccount
from tests.simulators.households import Household

pytestmark = pytest.mark.long

PDL = "22516914714271"
FIRST, LAST = date(2026, 11, 2), date(2026, 11, 20)
HOUSE = Household(pdl=PDL, name="Maison", production=True, activation=FIRST)
PRICES = {"hc": Decimal("0.1579"), "hp": Decimal("0.2065")}
NIGHT = OffpeakSchedule.from_config([{"season": "all", "windows": ["22:00-06:00"]}])
HC_HP = TariffEntry(
    valid_from=date(2020, 1, 1),
    source=Source.MANUAL,
    option=OptionCode.HC_HP,
    offpeak=NIGHT,
    prices=PRICES,
    subscription=Decimal("18.25"),
    power_kva=Decimal(6),
)
SURPLUS = TariffEntry(
    valid_from=date(2020, 1, 1), source=Source.MANUAL, option=OptionCode.BASE, prices={"base": Decimal("0.04")}
)


async def open_priced(open_account: OpenAccount, *entries: TariffEntry) -> Account:
    account = await open_account(paris(2026, 11, 21, 12), HOUSE, start=False)
    account.entry.add_to_hass(account.hass)
    tell(account, *entries)
    await account.start()
    return account


def tell(account: Account, *entries: TariffEntry) -> None:
    (subentry,) = account.entry.subentries.values()
    told = {CONF_TARIFF: [encode_entry(each) for each in entries], CONF_SURPLUS: [encode_entry(SURPLUS)]}
    account.hass.config_entries.async_update_subentry(account.entry, subentry, data={**subentry.data, **told})


def state(account: Account, key: str) -> State:
    entry = next(each for each in registered(account) if each.unique_id == f"{PDL}_{key}")
    found = account.hass.states.get(entry.entity_id)
    assert found is not None
    return found


def registered(account: Account) -> list[er.RegistryEntry]:
    return er.async_entries_for_config_entry(er.async_get(account.hass), account.entry.entry_id)


def energy(direction: Direction, first: date, last: date) -> dict[str, int]:
    """Wh off-peak and peak, from what the simulated meter measured."""
    sums = {"hc": 0, "hp": 0}
    for row in true_rows(HOUSE, direction, first, last):
        hour = row.start.astimezone(PARIS).hour
        sums["hc" if hour >= 22 or hour < 6 else "hp"] += round(row.state)
    return sums


def euros(first: date, last: date) -> float:
    sums = energy(Direction.CONSUMPTION, first, last)
    return float(sum(sums[period] * PRICES[period] for period in sums) / 1000)


async def test_the_bill_is_that_of_the_meter_at_the_prices_of_the_tariff(open_account: OpenAccount) -> None:
    account = await open_priced(open_account, HC_HP)
    for key, first in (("yesterday", LAST), ("this_week", date(2026, 11, 16)), ("this_month", FIRST)):
        shown, fixed = state(account, f"cost_{key}"), 0.6 * ((LAST - first).days + 1)
        assert shown.attributes["energy"] == pytest.approx(euros(first, LAST), abs=1e-9)
        assert float(shown.state) == pytest.approx(euros(first, LAST) + fixed, abs=1e-9)
        injected = sum(energy(Direction.PRODUCTION, first, LAST).values())
        if key != "this_week":
            assert float(state(account, f"compensation_{key}").state) == pytest.approx(injected * 0.04 / 1000)
    taken = energy(Direction.CONSUMPTION, FIRST, LAST)
    for period, wh in taken.items():
        assert float(state(account, f"{period}_energy_this_month").state) == pytest.approx(wh / 1000)
        share = float(state(account, f"{period}_share_this_year").state)
        assert share == pytest.approx(100 * wh / sum(taken.values()))
    assert float(state(account, "average_price").state) == pytest.approx(
        1000 * euros(FIRST, LAST) / sum(taken.values())
    )
    assert float(state(account, "cost_waiting").state) == 0
    assert state(account, "tariff").attributes["prices"] == {"hc": 0.1579, "hp": 0.2065}
    assert state(account, "current_period").state == "hp"

    await account.travel(paris(2026, 11, 21, 22) + timedelta(seconds=1))
    assert (state(account, "current_period").state, state(account, "offpeak").state) == ("hc", "on")
    assert float(state(account, "current_price").state) == 0.1579


async def test_a_change_of_option_brings_its_periods_and_leaves_those_of_the_year(open_account: OpenAccount) -> None:
    account = await open_priced(open_account)
    assert not any(entry.unique_id == f"{PDL}_cost_yesterday" for entry in registered(account))

    base = TariffEntry(
        valid_from=date(2020, 1, 1), source=Source.MANUAL, option=OptionCode.BASE, prices={"base": Decimal("0.2")}
    )
    tell(account, base)
    await account.settle()
    assert float(state(account, "base_energy_this_month").state) > 0
    assert state(account, "cost_this_month").state == STATE_UNKNOWN
    assert state(account, "current_price").state == "0.2"

    tell(account, HC_HP)
    await account.settle()
    keys = {entry.unique_id.removeprefix(f"{PDL}_") for entry in registered(account)}
    assert "base_energy_this_month" not in keys
    assert float(state(account, "cost_variable_this_month").state) == pytest.approx(euros(FIRST, LAST), abs=1e-9)
