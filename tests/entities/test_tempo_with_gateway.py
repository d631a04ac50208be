"""Tempo's entities on the real source: what RTE said, once for all accounts, whether or not the gateway answers."""

from datetime import date, timedelta
from decimal import Decimal

from homeassistant.const import STATE_UNKNOWN
from homeassistant.helpers import entity_registry as er

from custom_components.myelectricaldata.energy.tempo import season_start
from tests.account import Account, account_entry, paris
from tests.conftest import OpenAccount
from tests.simulators.faults import Fault
from tests.simulators.gateway import GatewaySimulator
from tests.simulators.households import Household
from tests.simulators.tempo import colour

HOUSE = Household(pdl="22516914714271", name="Maison", activation=date(2026, 11, 2), subscribed_kva=9)
OTHER_HOUSE = Household(pdl="22516914714272", name="Chalet", activation=date(2026, 11, 2))
TODAY, TOMORROW = date(2026, 11, 23), date(2026, 11, 24)


def value(account: Account, key: str) -> str:
    entries = er.async_entries_for_config_entry(er.async_get(account.hass), account.entry.entry_id)
    (entity_id,) = (entry.entity_id for entry in entries if entry.unique_id == f"{account.entry.entry_id}_{key}")
    state = account.hass.states.get(entity_id)
    assert state is not None
    return state.state


def tempo_calls(account: Account) -> list[str]:
    return [call.path for call in account.simulator.calls if call.path.startswith("/tempo/")]


async def test_the_entities_say_what_rte_said(open_account: OpenAccount) -> None:
    account = await open_account(paris(2026, 11, 23, 12), HOUSE)
    assert value(account, "tempo_colour") == value(account, "tempo_today") == colour(TODAY).lower()
    assert value(account, "tempo_tomorrow") == colour(TOMORROW).lower()
    assert value(account, "tempo_tomorrow_status") == "confirmed"
    first = season_start(TODAY)
    red = sum(colour(first + timedelta(days=away)) == "RED" for away in range((TODAY - first).days + 1))
    assert value(account, "tempo_days_used_red") == str(red)
    assert value(account, "tempo_days_left_red") == str(22 - red)
    # The subscribed power is that of the contract: 9 kVA.
    assert Decimal(value(account, "tempo_price_base")) == Decimal("0.1985")
    assert value(account, "tempo_forecast_j2") in {"blue", "white", "red"}


async def test_what_is_known_stays_while_the_gateway_is_down_and_changes_at_six(open_account: OpenAccount) -> None:
    account = await open_account(paris(2026, 11, 23, 12), HOUSE)
    account.simulator.inject(Fault(kind="html", status=502, times=None))
    await account.travel(paris(2026, 11, 24, 5, 59))
    assert (value(account, "tempo_colour"), value(account, "tempo_period")) == (colour(TODAY).lower(), "hc")
    await account.travel(paris(2026, 11, 24, 6))
    assert (value(account, "tempo_colour"), value(account, "tempo_period")) == (colour(TOMORROW).lower(), "hp")
    assert value(account, "tempo_tomorrow") == value(account, "tempo_red_tomorrow") == STATE_UNKNOWN


async def test_two_accounts_have_devices_of_their_own_and_ask_once(open_account: OpenAccount) -> None:
    account = await open_account(paris(2026, 11, 23, 12), HOUSE)
    asked = tempo_calls(account)
    async with GatewaySimulator([OTHER_HOUSE], client_id="another") as gateway:
        entry = account_entry(gateway, [OTHER_HOUSE])
        other = Account(hass=account.hass, freezer=account.freezer, simulator=gateway, entry=entry)
        await other.start()
        assert (tempo_calls(account), tempo_calls(other)) == (asked, [])
        assert value(other, "tempo_tomorrow") == value(account, "tempo_tomorrow") == colour(TOMORROW).lower()
        await account.hass.config_entries.async_unload(entry.entry_id)
