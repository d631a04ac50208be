"""The entities on the real coordinators: what the simulated meter measured is what they show."""

from datetime import date, timedelta

from homeassistant.const import STATE_UNKNOWN
from homeassistant.helpers import entity_registry as er

from custom_components.myelectricaldata.gateway.models import Direction
from tests.account import Account, paris, true_rows
from tests.conftest import OpenAccount
from tests.simulators.households import Household

PDL = "22516914714271"
YESTERDAY = date(2026, 11, 20)
HOUSE = Household(pdl=PDL, name="Maison", production=True, activation=date(2026, 11, 2), subscribed_kva=9)


def value(account: Account, key: str) -> str:
    registry = er.async_get(account.hass)
    entries = er.async_entries_for_config_entry(registry, account.entry.entry_id)
    wanted = {f"{PDL}_{key}", f"{account.entry.entry_id}_{key}"}
    (entity_id,) = (entry.entity_id for entry in entries if entry.unique_id in wanted)
    state = account.hass.states.get(entity_id)
    assert state is not None
    return state.state


def true_kwh(direction: Direction, first: date, last: date) -> str:
    return str(sum(row.state for row in true_rows(HOUSE, direction, first, last)) / 1000)


async def test_the_sensors_show_what_the_meter_measured_to_the_watt_hour(open_account: OpenAccount) -> None:
    account = await open_account(paris(2026, 11, 21, 12), HOUSE)
    for direction in Direction:
        assert value(account, f"{direction}_yesterday") == true_kwh(direction, YESTERDAY, YESTERDAY)
        assert value(account, f"{direction}_this_week") == true_kwh(direction, date(2026, 11, 16), YESTERDAY)
        assert value(account, f"{direction}_this_month") == true_kwh(direction, date(2026, 11, 2), YESTERDAY)
        assert value(account, f"{direction}_last_known_day") == "2026-11-20"
        assert value(account, f"{direction}_last_complete_day") == "2026-11-20"
        assert value(account, f"{direction}_year_change") == STATE_UNKNOWN
    assert value(account, "subscribed_power") == "9"
    assert int(value(account, "power_margin_yesterday")) == 9000 - int(value(account, "max_power_yesterday"))
    assert value(account, "history_share") == "100.0"
    assert value(account, "gateway_reachable") == "on"
    assert int(value(account, "calls_today")) == sum(call.counted for call in account.simulator.calls)
    assert value(account, "new_data") != STATE_UNKNOWN


async def test_after_midnight_yesterday_is_unknown_until_it_comes_and_the_button_brings_it(
    open_account: OpenAccount,
) -> None:
    account = await open_account(paris(2026, 11, 21, 12), HOUSE)
    await account.travel(paris(2026, 11, 22, 0, 45))
    assert value(account, "consumption_yesterday") == STATE_UNKNOWN
    told = value(account, "new_data")

    account.freezer.move_to(paris(2026, 11, 22, 11))
    registry = er.async_get(account.hass)
    button = registry.async_get_entity_id("button", "myelectricaldata", f"{PDL}_refresh")
    await account.hass.services.async_call("button", "press", {"entity_id": button}, blocking=True)
    await account.settle()

    saturday = YESTERDAY + timedelta(days=1)
    assert value(account, "consumption_yesterday") == true_kwh(Direction.CONSUMPTION, saturday, saturday)
    assert value(account, "new_data") > told
