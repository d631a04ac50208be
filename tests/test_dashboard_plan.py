"""What a plan changes among the sources of the Energy Dashboard, and what it never does."""

import copy
from typing import Any

from homeassistant.components.energy.data import ENERGY_SOURCE_SCHEMA
from hypothesis import given
from hypothesis import strategies as st

from custom_components.myelectricaldata.const import DOMAIN
from custom_components.myelectricaldata.dashboard_plan import Binding, Mode, Obstacle, PointSeries, Source, make_plan

HOUSE, FLAT = "22516914714271", "22516914714272"
OWN = {"stat_energy_from": "sensor.grid", "stat_energy_to": "sensor.grid_return", "stat_cost": "sensor.grid_cost"}


def series(pdl: str = HOUSE, name: str = "Maison", *, periods: tuple[str, ...] = (), **changes: Any) -> PointSeries:
    def binding(kind: str, money: str, words: str) -> Binding:
        return Binding(energy=f"{DOMAIN}:{kind}", money=f"{DOMAIN}:{money}", name=words)

    known: dict[str, Any] = {
        "total": binding(f"consumption_{pdl}", f"cost_{pdl}", name),
        "periods": tuple(
            binding(f"consumption_{pdl}_{period}", f"cost_{pdl}_{period}", f"{name} {period}") for period in periods
        ),
        "injection": binding(f"production_{pdl}", f"compensation_{pdl}", f"{name} injection"),
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
OFFPEAK = ("consumption_*_hc", "cost_*_hc", None, None)
PEAK = ("consumption_*_hp", "cost_*_hp", None, None)
INJECTION = (None, None, "production_*", "compensation_*")
HC_HP = ("hc", "hp")

USERS_OWN = (
    grid(name="Réseau", number_energy_price=0.2, **(OWN | {"stat_cost": None})),
    {"type": "solar", "stat_energy_from": "sensor.sun", "config_entry_solar_forecast": ["abc"]},
    {"type": "gas", "stat_energy_from": "sensor.gas", "stat_cost": None, "number_energy_price": 0.1},
    {"type": "battery", "stat_energy_from": "sensor.out", "stat_energy_to": "sensor.in"},
)


def test_an_import_comes_with_its_cost_and_the_injection_with_the_total_or_beside_the_periods() -> None:
    total = make_plan((), [series(periods=HC_HP)], Mode.TOTAL)
    periods = make_plan((), [series(periods=HC_HP)], Mode.PERIODS)
    assert flows(total.sources) == [TOTAL]
    assert flows(periods.sources) == [OFFPEAK, PEAK, INJECTION]
    assert [source["name"] for source in periods.sources] == ["Maison hc", "Maison hp", "Maison injection"]
    assert len(periods.added) == 3
    for plan in (total, periods):
        assert ENERGY_SOURCE_SCHEMA([dict(source) for source in plan.sources]) == list(plan.sources)


def test_total_and_periods_replace_each_other_in_place_and_never_stand_together() -> None:
    before, after = USERS_OWN[:2], USERS_OWN[2:]
    point = series(periods=HC_HP)
    total = make_plan((*before, *make_plan((), [point], Mode.TOTAL).sources, *after), [point], Mode.PERIODS)
    assert flows(total.sources[2:5]) == [OFFPEAK, PEAK, INJECTION]
    assert (*total.sources[:2], *total.sources[5:]) == USERS_OWN
    assert flows([step.source for step in total.replaced]) == [TOTAL]
    back = make_plan(total.sources, [point], Mode.TOTAL)
    assert flows(back.sources[2:3]) == [TOTAL]
    assert (*back.sources[:2], *back.sources[3:]) == USERS_OWN
    assert len(back.replaced) == 3


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
    assert flows(plan.sources[1:4]) == [OFFPEAK, INJECTION, PEAK]
    assert (len(plan.added), len(plan.kept), plan.replaced) == (1, 2, ())


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
    assert [source.get("stat_rate") for source in plan.sources] == ["sensor.power", None, None]
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
    assert flows(replaced.sources) == [OFFPEAK, PEAK, INJECTION]


def test_an_injection_on_the_first_period_moves_to_a_source_of_its_own() -> None:
    first = grid(
        name="Maison hc",
        stat_energy_from=f"{DOMAIN}:consumption_{HOUSE}_hc",
        stat_cost=f"{DOMAIN}:cost_{HOUSE}_hc",
        stat_energy_to=f"{DOMAIN}:production_{HOUSE}",
        stat_compensation=f"{DOMAIN}:compensation_{HOUSE}",
    )
    plan = make_plan([first], [series(periods=HC_HP)], Mode.PERIODS)
    assert sorted(flows(plan.sources), key=str) == sorted([OFFPEAK, PEAK, INJECTION], key=str)
    assert not make_plan(plan.sources, [series(periods=HC_HP)], Mode.PERIODS).changed
