"""The Energy Dashboard: what the plan changes, and the real energy integration with the real recorder."""

import copy
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from homeassistant.auth.models import Credentials
from homeassistant.components.energy.data import ENERGY_SOURCE_SCHEMA, async_get_manager
from homeassistant.components.repairs.const import DOMAIN as REPAIRS_DOMAIN
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from hypothesis import given
from hypothesis import strategies as st
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.myelectricaldata.const import DOMAIN
from custom_components.myelectricaldata.dashboard_plan import Binding, Mode, Obstacle, PointSeries, Source, make_plan
from custom_components.myelectricaldata.energy.options import OptionCode
from custom_components.myelectricaldata.energy.tariff import Tariff
from custom_components.myelectricaldata.statistics import async_clear, async_statistic_exists
from tests.account import Account, paris
from tests.conftest import OpenAccount
from tests.simulators.households import Household
from tests.test_actions_offers import open_with, tariff

HOUSE, FLAT, ROOF = "22516914714271", "22516914714272", "22516914714281"
NOW = paris(2026, 11, 21, 12)
ACTIVATION = date(2026, 11, 10)
OWN = {"stat_energy_from": "sensor.grid", "stat_energy_to": "sensor.grid_return", "stat_cost": "sensor.grid_cost"}

type Points = Callable[..., PointSeries]


def series(pdl: str = HOUSE, name: str = "Maison", *, periods: tuple[str, ...] = (), **changes: Any) -> PointSeries:
    def binding(kind: str, money: str, words: str) -> Binding:
        return Binding(energy=f"{DOMAIN}:{kind}", money=f"{DOMAIN}:{money}", name=words)

    known: dict[str, Any] = {
        "total": binding(f"consumption_{pdl}", f"cost_{pdl}", name),
        "periods": tuple(
            binding(f"consumption_{pdl}_{period}", f"cost_{pdl}_{period}", f"{name} {period}") for period in periods
        ),
        "injection": binding(f"production_{pdl}", f"compensation_{pdl}", name),
    }
    kinds = {
        "stat_energy_from": "consumption",
        "stat_cost": "cost",
        "stat_energy_to": "production",
        "stat_compensation": "compensation",
    }
    stems = {key: f"{DOMAIN}:{kind}_{pdl}" for key, kind in kinds.items()}
    return PointSeries(pdl=pdl, name=name, stems=stems, **(known | changes))


def grid(**keys: Any) -> dict[str, Any]:
    return {
        "type": "grid",
        "stat_energy_from": None,
        "stat_energy_to": None,
        "stat_cost": None,
        "entity_energy_price": None,
        "number_energy_price": None,
        "stat_compensation": None,
        "entity_energy_price_export": None,
        "number_energy_price_export": None,
        "cost_adjustment_day": 0.0,
        **keys,
    }


def flows(sources: Any) -> list[tuple[Any, ...]]:
    keys = ("stat_energy_from", "stat_cost", "stat_energy_to", "stat_compensation")
    return [
        tuple(
            str(source[key]).removeprefix(f"{DOMAIN}:").replace(HOUSE, "*") if source.get(key) else None for key in keys
        )
        for source in sources
    ]


TOTAL = ("consumption_*", "cost_*", "production_*", "compensation_*")
OFFPEAK = ("consumption_*_hc", "cost_*_hc", "production_*", "compensation_*")
PEAK = ("consumption_*_hp", "cost_*_hp", None, None)
HC_HP = ("hc", "hp")

USERS_OWN = (
    grid(name="Réseau", number_energy_price=0.2, **(OWN | {"stat_cost": None})),
    {"type": "solar", "stat_energy_from": "sensor.sun", "config_entry_solar_forecast": ["abc"]},
    {"type": "gas", "stat_energy_from": "sensor.gas", "stat_cost": None, "number_energy_price": 0.1},
    {"type": "battery", "stat_energy_from": "sensor.out", "stat_energy_to": "sensor.in"},
)


def test_an_import_comes_with_its_cost_and_the_injection_on_one_of_them() -> None:
    total = make_plan((), [series(periods=HC_HP)], Mode.TOTAL)
    periods = make_plan((), [series(periods=HC_HP)], Mode.PERIODS)
    assert flows(total.sources) == [TOTAL]
    assert flows(periods.sources) == [OFFPEAK, PEAK]
    assert [source["name"] for source in periods.sources] == ["Maison hc", "Maison hp"]
    assert len(periods.added) == 2
    for plan in (total, periods):
        assert ENERGY_SOURCE_SCHEMA([dict(source) for source in plan.sources]) == list(plan.sources)


def test_total_and_periods_replace_each_other_in_place_and_never_stand_together() -> None:
    before, after = USERS_OWN[:2], USERS_OWN[2:]
    point = series(periods=HC_HP)
    total = make_plan((*before, *make_plan((), [point], Mode.TOTAL).sources, *after), [point], Mode.PERIODS)
    assert flows(total.sources[2:4]) == [OFFPEAK, PEAK]
    assert (*total.sources[:2], *total.sources[4:]) == USERS_OWN
    assert flows([step.source for step in total.replaced]) == [TOTAL]
    back = make_plan(total.sources, [point], Mode.TOTAL)
    assert flows(back.sources[2:3]) == [TOTAL]
    assert (*back.sources[:2], *back.sources[3:]) == USERS_OWN
    assert len(back.replaced) == 2


@given(
    st.lists(st.sampled_from(USERS_OWN), max_size=4, unique_by=id),
    st.lists(st.sampled_from(Mode), min_size=1, max_size=4),
    st.sampled_from(((), ("hc",), HC_HP)),
)
def test_whatever_is_asked_in_turn_the_users_own_stays_byte_for_byte_and_twice_changes_nothing(
    own: list[dict[str, Any]], modes: list[Mode], periods: tuple[str, ...]
) -> None:
    points = [series(periods=periods), series(FLAT, "Studio", periods=HC_HP, injection=None)]
    sources: tuple[Source, ...] = tuple(copy.deepcopy(own))
    for mode in modes:
        plan = make_plan(sources, points, mode)
        again = make_plan(plan.sources, points, mode)
        assert not again.changed
        assert again.sources == plan.sources
        imports = [source.get("stat_energy_from") for source in plan.sources if source["type"] == "grid"]
        assert len(set(imports)) == len(imports)
        for point in points:
            assert point.total is not None
            assert not (point.total.energy in imports and any(each.energy in imports for each in point.periods))
        sources = plan.sources
    assert [source for source in sources if source in own] == own


def test_a_new_period_joins_those_that_are_there() -> None:
    base = make_plan(USERS_OWN[:1], [series(periods=("hc",))], Mode.PERIODS)
    plan = make_plan((*base.sources, *USERS_OWN[1:]), [series(periods=HC_HP)], Mode.PERIODS)
    assert flows(plan.sources[1:3]) == [OFFPEAK, PEAK]
    assert (len(plan.added), len(plan.kept), plan.replaced) == (1, 1, ())


def test_a_cost_and_a_compensation_that_came_later_are_bound_and_the_users_name_stays() -> None:
    theirs = grid(
        name="Chez nous",
        stat_energy_from=f"{DOMAIN}:consumption_{HOUSE}",
        stat_energy_to=f"{DOMAIN}:production_{HOUSE}",
        stat_rate="sensor.power",
    )
    plan = make_plan([theirs], [series()], Mode.TOTAL)
    assert flows(plan.sources) == [TOTAL]
    assert (plan.sources[0]["name"], plan.sources[0]["stat_rate"]) == ("Chez nous", "sensor.power")
    assert len(plan.completed) == 1
    without = series(total=Binding(energy=f"{DOMAIN}:consumption_{HOUSE}", money=None, name="Maison"), injection=None)
    assert not make_plan(plan.sources, [without], Mode.TOTAL).changed


def test_an_injection_that_came_later_joins_the_import_that_is_there() -> None:
    before = make_plan((), [series(injection=None)], Mode.TOTAL)
    after = make_plan(before.sources, [series()], Mode.TOTAL)
    assert flows(after.sources) == [TOTAL]
    assert (len(after.completed), after.added) == (1, ())


def test_a_power_sensor_that_the_user_added_to_ours_survives_the_replacement() -> None:
    theirs = grid(stat_energy_from=f"{DOMAIN}:consumption_{HOUSE}", stat_rate="sensor.power")
    plan = make_plan([theirs], [series(periods=HC_HP)], Mode.PERIODS)
    assert [source.get("stat_rate") for source in plan.sources] == ["sensor.power", None]
    # Two of them, one source to come: the second keeps a source of its own.
    both = [
        grid(stat_energy_from=f"{DOMAIN}:consumption_{HOUSE}_{period}", stat_rate=f"sensor.power_{period}")
        for period in HC_HP
    ]
    back = make_plan(both, [series(periods=HC_HP)], Mode.TOTAL)
    assert [source.get("stat_rate") for source in back.sources] == ["sensor.power_hc", "sensor.power_hp"]
    assert flows(back.sources) == [TOTAL, (None,) * 4]


def test_a_source_that_the_user_put_together_is_never_changed_nor_counted_twice() -> None:
    mixed = grid(stat_energy_from=f"{DOMAIN}:consumption_{HOUSE}", stat_energy_to="sensor.grid_return")
    point = series(periods=HC_HP)
    blocked = make_plan([mixed], [point], Mode.PERIODS)
    assert not blocked.changed
    assert [(each.pdl, obstacle) for each, obstacle in blocked.obstacles] == [(HOUSE, Obstacle.MIXED)]
    assert blocked.left_alone == (mixed,)
    total = make_plan([mixed], [point], Mode.TOTAL)
    assert total.sources[0] is mixed
    assert flows(total.sources[1:]) == [(None, None, "production_*", "compensation_*")]
    # An injection that the user has bound is not bound a second time.
    theirs = grid(stat_energy_from="sensor.grid", stat_energy_to=f"{DOMAIN}:production_{HOUSE}")
    assert flows(make_plan([theirs], [point], Mode.TOTAL).sources[1:]) == [("consumption_*", "cost_*", None, None)]


def test_what_the_recorder_does_not_have_is_not_bound() -> None:
    nothing = series(total=None, injection=None)
    total_only = series(injection=None)
    sold = series(total=None)
    for point, mode, obstacle in (
        (nothing, Mode.TOTAL, Obstacle.NO_STATISTICS),
        (total_only, Mode.PERIODS, Obstacle.NO_PERIODS),
    ):
        plan = make_plan(USERS_OWN, [point], mode)
        assert not plan.changed
        assert [reason for _, reason in plan.obstacles] == [obstacle]
    assert flows(make_plan((), [sold], Mode.TOTAL).sources) == [(None, None, "production_*", "compensation_*")]
    # An injection that was bound while it was there stays bound when the sources are replaced.
    bound = make_plan((), [series()], Mode.TOTAL).sources
    replaced = make_plan(bound, [series(periods=HC_HP, injection=None)], Mode.PERIODS)
    assert flows(replaced.sources) == [OFFPEAK, PEAK]


# ---- Home Assistant -------------------------------------------------------------------------------------------------


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
    assert flows(found["energy_sources"][1:]) == [OFFPEAK, PEAK]
    assert [source.get("name") for source in found["energy_sources"][1:]] == ["Off-peak", "Peak"]
    assert [each["stat_energy_from"] for each in answer["replaced"]] == [f"{DOMAIN}:consumption_{HOUSE}"]
    assert found["energy_sources"][0] == solar
    assert found["device_consumption"] == [device]
    assert await validated(hass, hass_ws_client, hass_admin_user) == []

    before = copy.deepcopy(found)
    answer = await act(hass, apply=True, mode="periods")
    assert (answer["changes"], answer["applied"], len(answer["kept"])) == (False, False, 2)
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
        "- Ajouté : Heures creuses (consommation, coût, injection, recette)\n"
        "- Ajouté : Heures pleines (consommation, coût)\n"
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
    assert flows((await preferences(hass))["energy_sources"]) == [OFFPEAK, PEAK]
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
    assert [source["name"] for source in sources] == ["Maison – off-peak", "Maison – peak"]
    assert answer["not_possible"] == [{"usage_point": FLAT, "name": "Studio", "reason": "no_periods"}]
    answer = await act(hass, usage_point=FLAT)
    assert [each["stat_energy_from"] for each in answer["added"]] == [f"{DOMAIN}:consumption_{FLAT}"]
    assert "stat_cost" not in answer["added"][0]
    issue = question(hass, account)
    assert issue is not None
    shown = await flow_step(hass, issue.issue_id)
    assert "Added: Studio (consumption)" in shown["description_placeholders"]["plan"]


async def test_a_period_that_is_still_to_be_written_keeps_the_total_in_place(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    await open_priced(open_account, hass)
    await act(hass, apply=True)
    await async_clear(hass, [f"{DOMAIN}:consumption_{HOUSE}_hp"])
    answer = await act(hass, apply=True, mode="periods")
    assert [each["reason"] for each in answer["not_possible"]] == ["no_periods"]
    assert flows((await preferences(hass))["energy_sources"]) == [TOTAL]


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
