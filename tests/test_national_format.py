"""How the national signals are kept: read back as they were, also from before there were signals, and small."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.myelectricaldata.coordinators.national_format import (
    NationalFormatError,
    NationalState,
    decode_national,
    encode_national,
)
from custom_components.myelectricaldata.coordinators.national_plan import MINUTES, ZEN_FLEX_WORDS, Asked, Route
from custom_components.myelectricaldata.energy.calendar import ONE_DAY, days_between
from custom_components.myelectricaldata.energy.ecowatt import EcowattSignal
from custom_components.myelectricaldata.energy.tempo import COLOURS, TempoChance, TempoSignal
from tests.account import paris
from tests.simulators.signals import zen_flex_type
from tests.simulators.tempo import colour

TODAY = date(2026, 11, 21)
days = st.dates(date(2016, 9, 1), date(2028, 12, 31))
instants = st.none() | st.integers(0, 7 * 10**9).map(lambda second: datetime.fromtimestamp(second, UTC))
shares = st.floats(0, 100, allow_nan=False)
level = st.none() | st.integers(0, 3)
words = st.none() | st.text()


@st.composite
def tempo_signals(draw: st.DrawFn) -> TempoSignal:
    colours = draw(st.dictionaries(days, st.sampled_from(COLOURS), max_size=8))
    told = draw(st.dictionaries(days, st.tuples(st.lists(shares, min_size=3, max_size=3), words), max_size=3))
    return TempoSignal(
        colours=colours,
        provisional=draw(st.frozensets(st.sampled_from(sorted(colours)))) if colours else frozenset(),
        chances={
            day: TempoChance(day=day, chances=dict(zip(COLOURS, each, strict=True)), confidence=confidence)
            for day, (each, confidence) in told.items()
        },
        chances_at=draw(instants),
    )


@st.composite
def ecowatt_signals(draw: st.DrawFn) -> dict[date, EcowattSignal]:
    return {
        day: EcowattSignal(
            day=day,
            level=draw(level),
            message=draw(words),
            hours=tuple(draw(st.lists(level, min_size=24, max_size=24))),
            generated_at=draw(instants),
        )
        for day in draw(st.sets(days, max_size=3))
    }


states = st.builds(
    NationalState,
    tempo=tempo_signals(),
    tempo_since=st.none() | days,
    tempo_came=st.dictionaries(days, st.integers(0, 1439)),
    zen_flex=st.dictionaries(days, st.sampled_from(sorted(ZEN_FLEX_WORDS)), max_size=8),
    ecowatt=ecowatt_signals(),
    asked=st.dictionaries(
        st.sampled_from(Route), st.builds(Asked, at=instants, failures=st.integers(0, 9), retry_at=instants)
    ),
    minutes=st.fixed_dictionaries({route: st.sampled_from(MINUTES[route]) for route in MINUTES}),
    providers=st.dictionaries(st.text(), st.text()),
    nameless=st.frozensets(st.text()),
    providers_at=instants,
)


@given(states)
def test_what_is_kept_is_read_back(state: NationalState) -> None:
    assert decode_national(json.loads(json.dumps(encode_national(state)))) == state


def test_ten_years_of_tempo_and_one_of_ecowatt_are_a_small_file() -> None:
    year = list(days_between(TODAY - timedelta(days=360), TODAY))
    state = NationalState(
        tempo=TempoSignal(colours={day: colour(day) for day in days_between(date(2016, 9, 1), TODAY)}),
        zen_flex={day: zen_flex_type(day) for day in days_between(date(2023, 11, 1), TODAY)},
        ecowatt={
            day: EcowattSignal(
                day=day, level=1, message="Pas d'alerte.", hours=(1,) * 24, generated_at=paris(2026, 11, 21)
            )
            for day in year
        },
    )
    encoded = encode_national(state)
    assert isinstance(encoded["tempo"], dict)
    assert list(encoded["tempo"])[:2] == ["2016-09-01", "2017-09-01"]
    assert encoded["tempo"]["2026-09-01"] == "".join(colour(day)[0] for day in days_between(date(2026, 9, 1), TODAY))
    assert len(json.dumps(encoded)) < 50_000
    assert len(json.dumps(encoded["tempo"])) < 5_000
    assert decode_national(encoded) == state


def test_a_day_that_is_unknown_stays_so() -> None:
    colours = {date(2026, 9, 3): "RED", date(2026, 9, 5): "WHITE", date(2027, 9, 1): "BLUE"}
    encoded = encode_national(NationalState(tempo=TempoSignal(colours=colours)))
    assert encoded["tempo"] == {"2026-09-01": "--R-W", "2027-09-01": "B"}
    assert decode_national(encoded).tempo.colours == colours


def test_the_file_of_before_there_were_signals_is_read() -> None:
    state = decode_national(
        {
            "tempo": {"2026-11-20": "BLUE", "2026-11-21": "RED", "2026-11-22": "WHITE"},
            "zen_flex": {"2026-11-21": "ECO", "2026-11-22": "SOBRIETE", "2026-12-01": "BONUS"},
            "asked": {"tempo": {"at": "2026-11-21T10:40:00+00:00", "failures": 0, "retry_at": None}},
            "minutes": {"tempo": 700, "zen_flex": 960, "catalogue": 540},
            "providers": {"p": "Fournisseur"},
            "nameless": [],
            "providers_at": "2026-11-21T10:40:00+00:00",
        }
    )
    assert state.tempo == TempoSignal(colours={TODAY - ONE_DAY: "BLUE", TODAY: "RED", TODAY + ONE_DAY: "WHITE"})
    assert state.zen_flex == {TODAY: "ECO", TODAY + ONE_DAY: "SOBRIETE", date(2026, 12, 1): "BONUS"}
    assert state.asked == {}
    assert state.minutes == {Route.TEMPO: 700, Route.ZEN_FLEX: 960, Route.CATALOGUE: 540}
    assert state.tempo_since is None
    assert not state.ecowatt


@pytest.mark.parametrize(
    "damage",
    [
        {"tempo": {"2026-11-21": "GREEN"}},
        {"tempo": {"2026-11-21": "BWX"}},
        {"zen_flex": {"2026-11-21": "BLUE"}},
        {"tempo": {"yesterday": "BLUE"}},
        {"tempo": None},
        {"tempo_provisional": ["2026-11-21"]},
        {"tempo_provisional": "2026-11-21"},
        {"tempo_since": "long ago"},
        {"tempo_came": {"2026-11-21": "10:20"}},
        {"tempo_chances": {"2026-11-21": [50, 50, None]}},
        {"tempo_chances": {"2026-11-21": [50, "x", 50, None]}},
        {"tempo_chances_at": "2026-11-21T12:00:00"},
        {"ecowatt": {"2026-11-21": [1, "1" * 23, None, None]}},
        {"ecowatt": {"2026-11-21": [1, "4" * 24, None, None]}},
        {"ecowatt": {"2026-11-21": [-1, "1" * 24, None, None]}},
        {"ecowatt": {"2026-11-21": {}}},
        {"asked": {"tempo": {"failures": -1}}},
        {"asked": {"tempo": {"at": "2026-11-21T12:00:00"}}},
        {"asked": {"weather": {}}},
        {"minutes": []},
        {"nameless": "x"},
        {"providers_at": "soon"},
    ],
)
def test_what_is_damaged_is_not_taken_for_knowledge(damage: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode_national({**encode_national(NationalState()), **damage})
    with pytest.raises(NationalFormatError):
        decode_national([])


def test_a_minute_that_no_longer_suits_its_route_is_drawn_again() -> None:
    kept = {**encode_national(NationalState()), "minutes": {"tempo": 3, "zen_flex": 16 * 60, "catalogue": "noon"}}
    assert decode_national(kept).minutes == {Route.ZEN_FLEX: 16 * 60}
