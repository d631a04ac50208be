"""The Energy Dashboard of the real energy integration, with what the real recorder has."""

import copy
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from homeassistant.auth.models import Credentials
from homeassistant.components.energy.data import async_get_manager
from homeassistant.components.repairs.const import DOMAIN as REPAIRS_DOMAIN
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.myelectricaldata.const import DOMAIN
from custom_components.myelectricaldata.energy.options import OptionCode
from custom_components.myelectricaldata.energy.tariff import Tariff
from custom_components.myelectricaldata.statistics import async_clear, async_statistic_exists
from tests.account import Account, paris
from tests.conftest import OpenAccount
from tests.simulators.households import Household
from tests.test_actions_offers import open_with, tariff
from tests.test_dashboard_plan import HOUSE, INJECTION, OFFPEAK, OWN, PEAK, TOTAL, flows, grid

pytestmark = pytest.mark.long

FLAT = "22516914714272"
NOW = paris(2026, 11, 21, 12)
ACTIVATION = date(2026, 11, 10)


def house(**changes: Any) -> Household:
    return Household(pdl=HOUSE, name="Maison", production=True, activation=ACTIVATION, **changes)


async def open_priced(open_account: OpenAccount, hass: HomeAssistant, *households: Household) -> Account:
    """An account whose house has a tariff with two periods and a price of what it injects, and the energy integration.

    Costs, periods and compensation are in the recorder because the account has really been set up.
    """
    sold = tariff(option=OptionCode.BASE, offpeak=None, prices={"base": Decimal("0.04")}, subscription=None)
    account = await open_with(open_account, hass, tariff(), *(households or (house(),)), surplus=sold)
    assert await async_setup_component(hass, "energy", {})
    return account


async def act(hass: HomeAssistant, context: Context | None = None, **data: Any) -> dict[str, Any]:
    response = await hass.services.async_call(
        DOMAIN, "set_up_energy_dashboard", data, blocking=True, return_response=True, context=context
    )
    assert response is not None
    return dict(response)


async def preferences(hass: HomeAssistant) -> Any:
    return (await async_get_manager(hass)).data


async def prefer(hass: HomeAssistant, **lists: Any) -> None:
    manager: Any = await async_get_manager(hass)
    await manager.async_update(lists)


async def validated(hass: HomeAssistant, hass_ws_client: WebSocketGenerator, user: MockUser) -> list[Any]:
    """What the energy integration finds wrong; asked with a token of the test's own time."""
    credential = Credentials(id="any", auth_provider_type="homeassistant", auth_provider_id=None, data={}, is_new=False)
    refresh = await hass.auth.async_create_refresh_token(user, "https://example.com/app", credential=credential)
    client = await hass_ws_client(hass, hass.auth.async_create_access_token(refresh))
    await client.send_json_auto_id({"type": "energy/validate"})
    answer = await client.receive_json()
    assert answer["success"], answer
    return [issue for source in answer["result"]["energy_sources"] for issue in source]


def question(hass: HomeAssistant, account: Account) -> ir.IssueEntry | None:
    return ir.async_get(hass).async_get_issue(DOMAIN, f"energy_dashboard_{account.entry.entry_id}")


async def flow_step(hass: HomeAssistant, issue: str, shown: Any = None) -> Any:
    assert await async_setup_component(hass, REPAIRS_DOMAIN, {})
    manager = hass.data[REPAIRS_DOMAIN]["flow_manager"]
    if shown is None:
        return await manager.async_init(DOMAIN, data={"issue_id": issue})
    return await manager.async_configure(shown["flow_id"], {})


async def test_total_and_periods_in_the_real_dashboard(
    open_account: OpenAccount,
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    hass_admin_user: MockUser,
) -> None:
    await open_priced(open_account, hass)
    solar = {"type": "solar", "stat_energy_from": f"{DOMAIN}:production_{HOUSE}", "config_entry_solar_forecast": None}
    device = {"stat_consumption": f"{DOMAIN}:consumption_{HOUSE}"}
    await prefer(hass, energy_sources=[solar], device_consumption=[device])

    answer = await act(hass, apply=True)
    assert (answer["changes"], answer["applied"]) == (True, True)
    assert flows((await preferences(hass))["energy_sources"][1:]) == [TOTAL]
    assert await validated(hass, hass_ws_client, hass_admin_user) == []

    answer = await act(hass, apply=True, mode="periods", usage_point=HOUSE)
    found = await preferences(hass)
    assert flows(found["energy_sources"][1:]) == [OFFPEAK, PEAK, INJECTION]
    assert [source.get("name") for source in found["energy_sources"][1:]] == ["Off-peak", "Peak", "Injection"]
    assert [each["stat_energy_from"] for each in answer["replaced"]] == [f"{DOMAIN}:consumption_{HOUSE}"]
    assert found["energy_sources"][0] == solar
    assert found["device_consumption"] == [device]
    assert await validated(hass, hass_ws_client, hass_admin_user) == []

    before = copy.deepcopy(found)
    answer = await act(hass, apply=True, mode="periods")
    assert (answer["changes"], answer["applied"], len(answer["kept"])) == (False, False, 3)
    assert await preferences(hass) == before


async def test_it_asks_first_and_does_what_it_showed(open_account: OpenAccount, hass: HomeAssistant) -> None:
    hass.config.language = "fr"
    account = await open_priced(open_account, hass)
    own = grid(name="Réseau", **OWN)
    await prefer(hass, energy_sources=[own])

    answer = await act(hass, mode="periods")
    assert (answer["changes"], answer["applied"]) == (True, False)
    assert (await preferences(hass))["energy_sources"] == [own]
    issue = question(hass, account)
    assert issue is not None
    assert issue.is_fixable

    shown = await flow_step(hass, issue.issue_id)
    assert shown["description_placeholders"]["plan"] == (
        "- Ajouté : HC (consommation, coût)\n"
        "- Ajouté : HP (consommation, coût)\n"
        "- Ajouté : Injection (injection, recette)\n"
        "- Les heures dont la période n'est pas connue, comme avant votre premier tarif ou tant qu'une couleur Tempo "
        "manque, ne figurent dans aucune de ces sources\n"
        "- Vos autres sources restent telles quelles : Réseau"
    )
    # Somebody changes the dashboard while the plan is on the screen: what would be done now is shown before it is done.
    await prefer(hass, energy_sources=[])
    shown = await flow_step(hass, issue.issue_id, shown)
    assert shown["errors"] == {"base": "changed"}
    assert (await preferences(hass))["energy_sources"] == []
    done = await flow_step(hass, issue.issue_id, shown)
    assert done["type"] == "create_entry"
    assert flows((await preferences(hass))["energy_sources"]) == [OFFPEAK, PEAK, INJECTION]
    assert question(hass, account) is None


async def test_a_question_goes_away_when_it_was_answered_another_way(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await open_priced(open_account, hass)
    await act(hass)
    assert question(hass, account) is not None
    await act(hass, apply=True)
    assert question(hass, account) is None


async def test_a_question_of_an_account_that_stopped_says_so(open_account: OpenAccount, hass: HomeAssistant) -> None:
    account = await open_priced(open_account, hass)
    await act(hass)
    issue = question(hass, account)
    assert issue is not None
    await hass.config_entries.async_unload(account.entry.entry_id)
    shown = await flow_step(hass, issue.issue_id)
    assert shown["errors"] == {"base": "failed"}
    assert "not running" in shown["description_placeholders"]["reason"]
    again = await flow_step(hass, issue.issue_id, shown)
    assert again["errors"] == {"base": "failed"}
    assert await preferences(hass) is None


async def test_two_usage_points_are_told_apart_and_what_is_not_there_is_not_bound(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    flat = Household(pdl=FLAT, name="Studio", activation=ACTIVATION)
    account = await open_priced(open_account, hass, house(), flat)
    answer = await act(hass, mode="periods", apply=True)
    sources = (await preferences(hass))["energy_sources"]
    assert [source["name"] for source in sources] == ["Maison – off-peak", "Maison – peak", "Maison – injection"]
    assert answer["not_possible"] == [{"usage_point": FLAT, "name": "Studio", "reason": "no_periods"}]
    answer = await act(hass, usage_point=FLAT)
    assert [each["stat_energy_from"] for each in answer["added"]] == [f"{DOMAIN}:consumption_{FLAT}"]
    assert "stat_cost" not in answer["added"][0]
    issue = question(hass, account)
    assert issue is not None
    shown = await flow_step(hass, issue.issue_id)
    assert "Added: Studio (consumption)" in shown["description_placeholders"]["plan"]


async def test_a_period_that_is_still_to_be_written_keeps_the_total_in_place(
    open_account: OpenAccount, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await open_priced(open_account, hass)
    await act(hass, apply=True)
    await async_clear(hass, [f"{DOMAIN}:consumption_{HOUSE}_hp"])
    answer = await act(hass, apply=True, mode="periods")
    assert [each["reason"] for each in answer["not_possible"]] == ["no_periods"]
    assert flows((await preferences(hass))["energy_sources"]) == [TOTAL]
    # As while Home Assistant starts: the history has not been looked at yet.
    monkeypatch.setattr(type(account.coordinator(HOUSE)), "series", ())
    assert not (await act(hass, mode="periods"))["changes"]


async def test_the_zeros_that_a_removed_tariff_leaves_are_no_cost(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await open_priced(open_account, hass)
    coordinator = account.coordinator(HOUSE)
    assert await async_statistic_exists(hass, f"{DOMAIN}:cost_{HOUSE}")
    coordinator.tariff = Tariff()
    answer = await act(hass, apply=True)
    (added,) = answer["added"]
    assert "stat_cost" not in added
    assert added["stat_compensation"] == f"{DOMAIN}:compensation_{HOUSE}"


async def test_only_an_administrator_may_and_only_where_there_is_a_dashboard(
    open_account: OpenAccount, hass: HomeAssistant, hass_read_only_user: MockUser
) -> None:
    await open_account(NOW, house())
    with pytest.raises(Unauthorized):
        await act(hass, Context(user_id=hass_read_only_user.id), apply=True)
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, apply=True)
    assert refused.value.translation_key == "no_energy_dashboard"
