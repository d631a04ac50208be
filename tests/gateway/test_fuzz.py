"""Nothing that a server can send makes a parser raise anything but GatewayError, or give a number that is not true."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.myelectricaldata.energy.readings import DayCurve, slots_in_day
from custom_components.myelectricaldata.gateway import account, catalogue, metering, signals
from custom_components.myelectricaldata.gateway.answers import Reply, read_answer
from custom_components.myelectricaldata.gateway.errors import GatewayError
from custom_components.myelectricaldata.gateway.metering import Quantity, Question
from custom_components.myelectricaldata.gateway.models import Direction

from .bodies import PDL, envelope, modern_curve, modern_daily, modern_power, samples_of, v5_curve, v5_daily, v5_power

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
FIRST, LAST = date(2026, 3, 1), date(2026, 11, 20)
SPRING, DAY = date(2026, 3, 29), date(2026, 11, 17)


def ask(quantity: Quantity, direction: Direction = Direction.CONSUMPTION) -> Question:
    return Question(pdl=PDL, direction=direction, quantity=quantity, first=FIRST, last=LAST, now=NOW)


def meter(quantity: Quantity, read: Callable[[metering.Readings, Question], Any]) -> Callable[[Reply], Any]:
    def parse(reply: Reply) -> Any:
        return read(metering.read_metering(read_answer(reply, NOW), ask(quantity)), ask(quantity))

    return parse


daily = meter(Quantity.DAILY, metering.daily_energy)
curve = meter(Quantity.CURVE, metering.load_curve)
power = meter(Quantity.POWER, metering.maximum_power)

PARSERS: list[Callable[[Reply], Any]] = [
    daily,
    curve,
    power,
    *(
        lambda reply, read=read: read(read_answer(reply, NOW).data)
        for read in (
            account.read_account,
            account.read_usage_statistics,
            account.read_usage_points,
            lambda data: account.read_contract(data, PDL, NOW),
            lambda data: account.read_address(data, PDL, NOW),
            lambda data: signals.read_tempo_days(data, FIRST, LAST),
            signals.read_tempo_forecast,
            lambda data: signals.read_ecowatt(data, FIRST, LAST),
            lambda data: signals.read_zen_flex_days(data, FIRST, LAST),
            lambda data: signals.read_france_consumption(data, FIRST, LAST),
            signals.read_generation_forecast,
            catalogue.read_providers,
            catalogue.read_offers,
            catalogue.read_contributions,
        )
    ),
]

VOCABULARY = """
    success data error code message detail meter_reading interval_reading reading_type unit value date
    interval_length usage_point_id grandeur grandeurMetier grandeurPhysique unite points v d p pas idPrm id name
    customer usage_points usage_point contracts subscribed_power offpeak_hours ranges start end monday hp
    usage_point_addresses address postal_code_city situation_contrat segment contract_type synthese_contrat comptage
    relais plageHeuresCreuses color updated_at forecasts probability_blue periode values hdebut hfin dvalue day_type
    short_term type start_date end_date forecast_type provider_id offer_type hc_schedules base_price valid_from status
    messages content cached_requests
"""
KEYS = st.sampled_from(VOCABULARY.split())
WORDS = st.sampled_from(
    ["CONS", "PROD", "EA", "PA", "PMA", "Wh", "kWh", "W", "PT30M", "PT1H", "P1D", "P1M", PDL, "2026-11-17", "2026-03-29",
     "2026-11-17 00:00:00", "2026-11-17T23:30:00+01:00", "0001-01-01", "9999-12-31 23:59:59", "2026-10-25T02:30:00Z",
     "9999-12-31T23:00:00-23:59", "12", "0.283", "-1", "1e99", "HC (22H00-6H00)", "[[", '{"ranges":[1]}', "\ud800",
     "PARTIAL_DATA", "ADAM-DC-0008", "\x00", "9 kVA"]
)  # fmt: skip
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), WORDS)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=6)),
    max_leaves=30,
)


def written(body: object) -> Reply:
    return Reply(status=200, body=json.dumps(body).encode())


def attempt(parse: Callable[[Reply], Any], reply: Reply) -> Any:
    """The result; None for a GatewayError, and anything else goes through to fail the test."""
    try:
        return parse(reply)
    except GatewayError as error:
        error.message.encode()
        return None


@settings(max_examples=400, deadline=None)
@given(body=st.one_of(TREES, TREES.map(envelope), st.lists(TREES).map(envelope)), parse=st.sampled_from(PARSERS))
def test_no_json_breaks_a_parser(body: object, parse: Callable[[Reply], Any]) -> None:
    attempt(parse, written(body))


@settings(max_examples=200, deadline=None)
@given(
    body=st.one_of(st.binary(max_size=200), TREES.map(lambda tree: json.dumps(tree).encode()[:-3])),
    status=st.sampled_from([200, 201, 204, 302, 400, 401, 403, 404, 408, 422, 429, 500, 502, 503, 599]),
)
def test_no_bytes_break_the_reading_of_an_answer(body: bytes, status: int) -> None:
    attempt(lambda reply: read_answer(reply, NOW), Reply(status=status, body=body))


@settings(max_examples=150, deadline=None)
@given(body=TREES, status=st.sampled_from([400, 401, 403, 404, 408, 422, 429, 500, 503]))
def test_no_json_of_another_status_is_an_answer(body: object, status: int) -> None:
    assert attempt(lambda reply: read_answer(reply, NOW), Reply(status=status, body=json.dumps(body).encode())) is None


# --- valid bodies, broken in one to three places -----------------------------------------------------------------

JUNK: list[object] = [
    None,
    "",
    "abc",
    [],
    {},
    True,
    -5,
    "-5",
    "NaN",
    "1e400",
    "12:30",
    [[]],
    {"v": {}},
    "2026-13-45",
    "½",
]


def places(node: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        found += places(child, (*path, key))
    return found


def broken(body: dict[str, Any], draw: Callable[[Any], Any]) -> dict[str, Any]:
    """The body with junk in one to three places, or something of it gone."""
    damaged = copy.deepcopy(body)
    for _ in range(draw(st.integers(1, 3))):
        if not damaged:
            break
        path = draw(st.sampled_from(places(damaged)))
        node: Any = damaged
        for key in path[:-1]:
            node = node[key]
        if draw(st.booleans()):
            node[path[-1]] = copy.deepcopy(draw(st.sampled_from(JUNK)))
        else:
            del node[path[-1]]
    return damaged


TRUE_CURVES = {day: DayCurve(60, tuple(range(100, 100 + slots_in_day(day, 60)))) for day in (SPRING, DAY)}
TRUE_DAYS = {DAY - timedelta(days=offset): 10_000 + offset for offset in range(4)}
TRUE_PEAKS = [(f"{day} 10:00:00", str(volt_amperes)) for day, volt_amperes in TRUE_DAYS.items()]


@settings(max_examples=250, deadline=None)
@given(data=st.data(), shape=st.sampled_from([v5_curve, modern_curve]))
def test_a_broken_curve_has_true_watts_or_none(data: st.DataObject, shape: Any) -> None:
    body = envelope(shape([sample for day, known in TRUE_CURVES.items() for sample in samples_of(day, known)]))
    for day, found in (attempt(curve, written(broken(body, data.draw))) or {}).items():
        assert found.minutes == 60
        for truth, watts in zip(TRUE_CURVES[day].watts, found.watts, strict=True):
            assert watts in {truth, None}


@settings(max_examples=250, deadline=None)
@given(data=st.data(), shape=st.sampled_from([v5_daily, modern_daily]))
def test_a_broken_list_of_days_has_true_energy_or_none(data: st.DataObject, shape: Any) -> None:
    body = envelope(shape(TRUE_DAYS.items()))
    found = attempt(daily, written(broken(body, data.draw))) or {}
    assert found.items() <= TRUE_DAYS.items()


@settings(max_examples=250, deadline=None)
@given(data=st.data(), shape=st.sampled_from([v5_power, modern_power]))
def test_broken_peaks_are_true_or_none(data: st.DataObject, shape: Any) -> None:
    body = envelope(shape(TRUE_PEAKS))
    found = attempt(power, written(broken(body, data.draw))) or {}
    assert {day: peak.volt_amperes for day, peak in found.items()}.items() <= TRUE_DAYS.items()
