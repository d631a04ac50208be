"""When national data is asked for, by the clock: tables of situations."""

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
from custom_components.myelectricaldata.coordinators.national_plan import (
    BACKOFF,
    MINUTES,
    TEMPO_WORDS,
    ZEN_FLEX_WORDS,
    Asked,
    Route,
    Span,
    catalogue_is_due,
    history_start,
    last_slot,
    merged,
    providers_are_due,
    season_start,
    slot_of,
    tempo_question,
    zen_flex_question,
)
from custom_components.myelectricaldata.energy.calendar import ONE_DAY, PARIS, days_between, paris_date
from tests.account import paris

TODAY = date(2026, 11, 21)
MINUTE = 11 * 60 + 40
# Hypothesis wants naive bounds.
FIRST, LAST = paris(2024, 1, 1).replace(tzinfo=None), paris(2028, 12, 31).replace(tzinfo=None)
EVERYTHING = dict.fromkeys(days_between(date(2023, 9, 1), TODAY + ONE_DAY), "BLUE")


def without(*days: date) -> dict[date, str]:
    return {day: color for day, color in EVERYTHING.items() if day not in days}


def at(hour: int, minute: int = 0, day: date = TODAY) -> datetime:
    return paris(day.year, day.month, day.day, hour, minute)


UNTIL_TODAY = without(TODAY + ONE_DAY)
HOLE_TODAY, HOLE_YESTERDAY = without(TODAY, TODAY + ONE_DAY), without(TODAY - ONE_DAY, TODAY + ONE_DAY)
OLD_HOLE = without(TODAY - 9 * ONE_DAY)
YESTERDAY_NOON = at(12, day=TODAY - ONE_DAY)


@pytest.mark.parametrize(
    ("now", "asked_at", "known", "due"),
    [
        # Once a day, at the installation's minute, and no earlier though tomorrow is missing.
        (at(11, 39), YESTERDAY_NOON, UNTIL_TODAY, False),
        (at(11, 40), YESTERDAY_NOON, UNTIL_TODAY, True),
        (at(11, 40), YESTERDAY_NOON, EVERYTHING, True),
        (at(0, 5), YESTERDAY_NOON, UNTIL_TODAY, False),
        # A Home Assistant that was off at that minute asks when it is back, whatever the hour.
        (at(23, 55), YESTERDAY_NOON, UNTIL_TODAY, True),
        (at(2), at(12, day=TODAY - 3 * ONE_DAY), UNTIL_TODAY, True),
        # Tomorrow is late: every hour until 20:00, then silence.
        (at(12, 30), at(11, 40), UNTIL_TODAY, False),
        (at(12, 40), at(11, 40), UNTIL_TODAY, True),
        (at(19, 59), at(18, 45), UNTIL_TODAY, True),
        (at(20, 0), at(18, 45), UNTIL_TODAY, False),
        (at(19, 59), at(18, 45), EVERYTHING, False),
        # Today or yesterday is unknown: every two hours of the day, also in the morning.
        (at(5, 59), at(23, day=TODAY - ONE_DAY), HOLE_TODAY, False),
        (at(6, 0), at(23, day=TODAY - ONE_DAY), HOLE_TODAY, True),
        (at(7, 30), at(6, 0), HOLE_TODAY, False),
        (at(8, 0), at(6, 0), HOLE_YESTERDAY, True),
        (at(20, 0), at(17, 0), HOLE_YESTERDAY, False),
        # An older hole waits for the call of the day.
        (at(18, 0), at(11, 40), OLD_HOLE, False),
        # The answer of a clock that was wrong counts for nothing.
        (at(3, 0), at(12, day=TODAY + 30 * ONE_DAY), EVERYTHING, True),
    ],
)
def test_tempo_is_asked_once_a_day_and_for_what_is_late(
    now: datetime, asked_at: datetime, known: dict[date, str], due: bool
) -> None:
    assert (tempo_question(now, Asked(at=asked_at), MINUTE, known) is not None) is due


@pytest.mark.parametrize(
    ("now", "asked", "span"),
    [
        (at(3), Asked(), Span(date(2023, 9, 1), date(2026, 11, 22))),
        (at(12), Asked(at=YESTERDAY_NOON), Span(date(2026, 9, 1), date(2026, 11, 22))),
        # Into a new season the end of the last one is looked at again.
        (
            paris(2026, 9, 1),
            Asked(at=paris(2026, 8, 31)),
            Span(date(2026, 7, 22), date(2026, 9, 2)),
        ),
        # After months without electricity everything since is asked for.
        (at(12), Asked(at=paris(2026, 3, 1)), Span(date(2026, 1, 20), date(2026, 11, 22))),
        # Just after midnight in Paris the day before is still that of UTC.
        (datetime(2026, 11, 20, 23, 30, tzinfo=UTC), Asked(), Span(date(2023, 9, 1), date(2026, 11, 22))),
    ],
)
def test_which_tempo_days_are_asked_for(now: datetime, asked: Asked, span: Span) -> None:
    assert tempo_question(now, asked, MINUTE, {}) == span


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_the_first_question_reaches_38_months_back_from_a_season_start(today: date) -> None:
    first = history_start(today)
    assert (first.month, first.day) == (9, 1)
    assert season_start(first) == first <= season_start(today) <= today
    # 38 months are 1155 days at least, and never a season more than needed.
    assert 1155 <= (today - first).days <= 1155 + 3 + 31 + 366


@pytest.mark.parametrize(
    ("now", "asked", "span"),
    [
        (at(3), Asked(), Span(date(2023, 11, 1), date(2026, 11, 22))),
        (at(15, 59), Asked(at=at(16, day=TODAY - ONE_DAY)), None),
        (at(16, 0), Asked(at=at(15, 59, day=TODAY - ONE_DAY)), Span(date(2026, 10, 11), date(2026, 11, 22))),
        (at(16, 0), Asked(at=at(15, 0)), Span(date(2026, 10, 12), date(2026, 11, 22))),
        (at(17, 0), Asked(at=at(16, 0)), None),
        (paris(2023, 11, 20, 17), Asked(at=paris(2023, 11, 19)), Span(date(2023, 11, 1), date(2023, 11, 21))),
    ],
)
def test_zen_flex_is_asked_once_a_day(now: datetime, asked: Asked, span: Span | None) -> None:
    assert zen_flex_question(now, asked, 16 * 60) == span


def test_failures_wait_ever_longer_and_a_refusal_as_long_as_it_says() -> None:
    now, asked = at(12), Asked(at=YESTERDAY_NOON)
    for pause in (*BACKOFF, BACKOFF[-1]):
        asked = asked.failed(now)
        for question in (
            tempo_question(now + pause - timedelta(seconds=1), asked, MINUTE, {}),
            zen_flex_question(now + pause - timedelta(seconds=1), asked, MINUTE),
            catalogue_is_due(now + pause - timedelta(seconds=1), asked, MINUTE) or None,
        ):
            assert question is None
        now += pause
        assert tempo_question(now, asked, MINUTE, {}) is not None
        assert zen_flex_question(now, asked, MINUTE) is not None
        assert catalogue_is_due(now, asked, MINUTE)
    assert asked.at == YESTERDAY_NOON
    told = asked.failed(now, now + timedelta(minutes=7))
    assert told.retry_at == now + timedelta(minutes=7)
    assert asked.failed(now, now - timedelta(minutes=7)).retry_at == now + BACKOFF[-1]
    absent = asked.absent(now)
    assert zen_flex_question(now + timedelta(days=7, seconds=-1), absent, MINUTE) is None
    assert zen_flex_question(now + timedelta(days=7), absent, MINUTE) is not None
    assert not Asked(retry_at=now + timedelta(days=400)).waits(now)


@given(st.datetimes(timezones=st.just(UTC), min_value=FIRST, max_value=LAST), st.sampled_from(Route))
def test_every_minute_of_every_route_comes_once_a_civil_day(now: datetime, route: Route) -> None:
    for minute in (MINUTES[route][0], MINUTES[route][-1]):
        slot = last_slot(now, minute)
        assert slot <= now < slot_of(paris_date(slot) + ONE_DAY, minute)
        local = slot.astimezone(PARIS)
        assert 60 * local.hour + local.minute == minute


def test_suppliers_are_read_once_a_week() -> None:
    assert providers_are_due(at(12), None)
    assert not providers_are_due(at(12), at(12))
    assert not providers_are_due(at(12), at(12) - timedelta(days=6))
    assert providers_are_due(at(12), at(12) - timedelta(days=7))
    assert providers_are_due(at(12), at(12) + timedelta(days=1))


def test_a_published_day_never_disappears_and_a_corrected_one_is_replaced() -> None:
    known = {TODAY: "BLUE", TODAY + ONE_DAY: "WHITE"}
    assert merged(known, [], TEMPO_WORDS) is known
    assert merged(known, [(TODAY, "blue"), (TODAY + ONE_DAY, "UNKNOWN")], TEMPO_WORDS) is known
    assert merged(known, [(TODAY + ONE_DAY, "RED")], TEMPO_WORDS) == {TODAY: "BLUE", TODAY + ONE_DAY: "RED"}
    assert known == {TODAY: "BLUE", TODAY + ONE_DAY: "WHITE"}


instants = st.none() | st.datetimes(timezones=st.just(UTC))
states = st.builds(
    NationalState,
    tempo=st.dictionaries(st.dates(), st.sampled_from(sorted(TEMPO_WORDS))),
    zen_flex=st.dictionaries(st.dates(), st.sampled_from(sorted(ZEN_FLEX_WORDS))),
    asked=st.dictionaries(
        st.sampled_from(Route), st.builds(Asked, at=instants, failures=st.integers(0, 9), retry_at=instants)
    ),
    minutes=st.fixed_dictionaries({route: st.sampled_from(MINUTES[route]) for route in Route}),
    providers=st.dictionaries(st.text(), st.text()),
    nameless=st.frozensets(st.text()),
    providers_at=instants,
)


@given(states)
def test_what_is_kept_is_read_back(state: NationalState) -> None:
    assert decode_national(encode_national(state)) == state


@pytest.mark.parametrize(
    "damage",
    [
        {"tempo": {"2026-11-21": "GREEN"}},
        {"zen_flex": {"2026-11-21": "BLUE"}},
        {"tempo": {"yesterday": "BLUE"}},
        {"tempo": None},
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
