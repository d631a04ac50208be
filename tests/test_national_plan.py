"""When national data is asked for, by the clock of Paris: tables of situations."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.myelectricaldata.coordinators.national_plan import (
    BACKOFF,
    MINUTES,
    PAUSES,
    SLACK,
    ZEN_FLEX_WORDS,
    Asked,
    Route,
    Span,
    arrivals,
    catalogue_question,
    ecowatt_question,
    forecast_question,
    grid_question,
    history_start,
    last_slot,
    merged,
    providers_are_due,
    silent_until,
    slot_of,
    tempo_question,
    watch_from,
    zen_flex_question,
)
from custom_components.myelectricaldata.energy.calendar import ONE_DAY, PARIS, days_between, paris_date
from custom_components.myelectricaldata.energy.ecowatt import EcowattSignal
from tests.account import paris

TODAY = date(2026, 11, 21)  # a Saturday
TOMORROW, YESTERDAY = TODAY + ONE_DAY, TODAY - ONE_DAY
MINUTE = 11 * 60 + 40
# Hypothesis wants naive bounds.
FIRST, LAST = paris(2024, 1, 1).replace(tzinfo=None), paris(2028, 12, 31).replace(tzinfo=None)
EVERYTHING = frozenset(days_between(date(2023, 9, 1), TOMORROW))
UNTIL_TODAY = EVERYTHING - {TOMORROW}
HOLE_TODAY, HOLE_YESTERDAY = UNTIL_TODAY - {TODAY}, UNTIL_TODAY - {YESTERDAY}
STEADY = {TODAY - back * ONE_DAY: 10 * 60 + 20 + back for back in (1, 2, 5)}
SMALL = Span(YESTERDAY, TOMORROW)
SEASON = Span(date(2026, 9, 1), TOMORROW)


def at(hour: int, minute: int = 0, day: date = TODAY) -> datetime:
    return paris(day.year, day.month, day.day, hour, minute)


LAST_NOON = at(12, day=YESTERDAY)


@pytest.mark.parametrize(
    ("now", "asked_at", "known", "span"),
    [
        # Nobody knows yet when the colour comes: from 06:00 on, every quarter of an hour.
        (at(5, 59), LAST_NOON, UNTIL_TODAY, None),
        (at(6, 0), LAST_NOON, UNTIL_TODAY, SMALL),
        (at(6, 13), at(6, 0), UNTIL_TODAY, None),
        (at(6, 15), at(6, 0), UNTIL_TODAY, SMALL),
        # It is there: nothing until the minute of the day, when it is final; then nothing more.
        (at(11, 39), at(6, 15), EVERYTHING, None),
        (at(11, 40), at(6, 15), EVERYTHING, SEASON),
        (at(15, 0), at(11, 40), EVERYTHING, None),
        (at(5, 59, TOMORROW), at(11, 40), EVERYTHING, None),
        # First seen when it is final: no second question.
        (at(11, 20), at(11, 5), UNTIL_TODAY, SEASON),
        (at(11, 40), at(11, 20), EVERYTHING, None),
        # Late: every quarter until 12:30, half-hourly, hourly, and silence in the night.
        (at(11, 35), at(11, 20), UNTIL_TODAY, SMALL),
        (at(12, 29), at(12, 14), UNTIL_TODAY, SMALL),
        (at(12, 44), at(12, 29), UNTIL_TODAY, None),
        (at(13, 3), at(12, 29), UNTIL_TODAY, SMALL),
        (at(16, 40), at(15, 59), UNTIL_TODAY, None),
        (at(17, 12), at(15, 59), UNTIL_TODAY, SMALL),
        (at(22, 59), at(21, 30), UNTIL_TODAY, SMALL),
        (at(23, 0), at(21, 30), UNTIL_TODAY, None),
        # The colour of today, or the one in force, is unknown: every hour, day and night.
        (at(2, 0), at(1, 2), HOLE_TODAY, None),
        (at(2, 2), at(1, 2), HOLE_TODAY, SMALL),
        (at(23, 30), at(22, 30), HOLE_TODAY, SMALL),
        (at(5, 59), at(4, 59), HOLE_YESTERDAY, SMALL),
        (at(5, 59), at(4, 59), UNTIL_TODAY, None),
        (at(18, 0), at(16, 59), EVERYTHING - {TODAY}, SMALL),
        # Yesterday is over at 06:00; older holes wait for the question of the day.
        (at(18, 0), at(12), EVERYTHING - {YESTERDAY, TODAY - 9 * ONE_DAY}, None),
        # A Home Assistant that was off at the minute of the day asks when it is back, whatever the hour.
        (at(23, 55), LAST_NOON, UNTIL_TODAY, SEASON),
        (at(2), at(12, day=TODAY - 3 * ONE_DAY), UNTIL_TODAY, SEASON),
        # The answer of a clock that was wrong counts for nothing.
        (at(3), at(12, day=TODAY + 30 * ONE_DAY), EVERYTHING, Span(date(2016, 9, 1), TOMORROW)),
    ],
)
def test_when_tempo_is_asked_and_for_which_days(
    now: datetime, asked_at: datetime, known: frozenset[date], span: Span | None
) -> None:
    assert tempo_question(now, Asked(at=asked_at), MINUTE, known) == span


def test_tomorrow_is_looked_for_from_the_minute_at_which_it_lately_came() -> None:
    assert watch_from(TODAY, {}) == watch_from(TODAY, dict(list(STEADY.items())[:2])) == 6 * 60
    assert watch_from(TODAY, STEADY) == 10 * 60 + 21
    assert watch_from(TODAY, {**STEADY, YESTERDAY: 5 * 60}) == 6 * 60
    # What came today or more than a week ago says nothing.
    assert watch_from(TODAY, {**STEADY, TODAY: 7 * 60, TODAY - 8 * ONE_DAY: 7 * 60}) == 10 * 60 + 21
    asked = Asked(at=LAST_NOON)
    assert tempo_question(at(10, 20), asked, MINUTE, UNTIL_TODAY, STEADY) is None
    assert tempo_question(at(10, 21), asked, MINUTE, UNTIL_TODAY, STEADY) == SMALL
    # What is in force is looked for whatever the hour.
    assert tempo_question(at(7), asked, MINUTE, HOLE_TODAY, STEADY) == SMALL


def test_the_minute_at_which_a_colour_came_is_the_gateways_own_where_it_says_so() -> None:
    seen = arrivals(STEADY, [(TOMORROW, (at(9, 50), at(8, 30)))], at(10, 30))
    assert seen == {**STEADY, TODAY: 9 * 60 + 51}
    # What was noted first stays, whatever the gateway writes later.
    assert arrivals(seen, [(TOMORROW, (at(11, 45), None))], at(12)) is seen
    for stamps in ((None, None), (at(5, 59), None), (at(10, 31), None), (at(9, day=YESTERDAY), None)):
        assert arrivals({}, [(TOMORROW, stamps)], at(10, 30)) == {TODAY: 10 * 60 + 30}
    # Days of which nobody saw it come, and days long gone.
    assert arrivals({}, [(TODAY, (None, None)), (TODAY - 8 * ONE_DAY, (at(9, day=TODAY - 9 * ONE_DAY),))], at(12)) == {}
    assert arrivals({}, [(TODAY, (at(9, 0, YESTERDAY), None))], at(12)) == {YESTERDAY: 9 * 60 + 1}
    assert arrivals({TODAY - 8 * ONE_DAY: 600}, [], at(12)) == {}


@pytest.mark.parametrize("minute", [MINUTES[Route.TEMPO][0], MINUTE, MINUTES[Route.TEMPO][-1]])
def test_a_colour_that_stays_away_is_looked_for_less_and_less(minute: int) -> None:
    """Every minute of a day is tried, as a tick could fall on any."""
    asked, questions = Asked(at=LAST_NOON), []
    for index in range(24 * 60):
        now = at(0) + index * timedelta(minutes=1)
        if tempo_question(now, asked, minute, UNTIL_TODAY) is not None:
            questions.append(now)
            asked = Asked(at=now)
    of_the_day = slot_of(TODAY, minute)
    gaps = {(later - earlier) // timedelta(minutes=1) for earlier, later in pairwise(questions) if later != of_the_day}
    assert questions[0].astimezone(PARIS).hour == 6
    assert questions[-1].astimezone(PARIS).hour in {21, 22}
    assert min(gaps) >= 14
    assert max(gaps) <= 75
    assert len(questions) <= 45


def test_installations_do_not_stay_in_step_when_a_colour_is_late() -> None:
    def second(minute: int) -> datetime:
        asked = Asked(at=at(17))
        instants = (at(17) + index * timedelta(minutes=1) for index in range(120))
        return next(now for now in instants if tempo_question(now, asked, minute, UNTIL_TODAY) is not None)

    assert len({second(minute) for minute in MINUTES[Route.TEMPO]}) > 10


@pytest.mark.parametrize(
    ("now", "asked", "span"),
    [
        (at(3), Asked(), Span(date(2016, 9, 1), TOMORROW)),
        # Into a new season the end of the last one is looked at again.
        (paris(2026, 9, 1), Asked(at=paris(2026, 8, 31)), Span(date(2026, 7, 22), date(2026, 9, 2))),
        (paris(2026, 8, 31), Asked(at=paris(2026, 8, 30)), Span(date(2025, 9, 1), date(2026, 9, 1))),
        # After months without electricity everything since is asked for.
        (at(12), Asked(at=paris(2026, 3, 1)), Span(date(2026, 1, 20), TOMORROW)),
        # Just after midnight in Paris the day before is still that of UTC.
        (datetime(2026, 11, 20, 23, 30, tzinfo=UTC), Asked(), Span(date(2016, 9, 1), TOMORROW)),
        (at(12), Asked(retry_at=at(12, 1)), None),
    ],
)
def test_which_tempo_days_are_asked_for(now: datetime, asked: Asked, span: Span | None) -> None:
    assert tempo_question(now, asked, MINUTE, EVERYTHING) == span


def test_who_knew_three_years_is_told_ten() -> None:
    assert tempo_question(at(20), Asked(at=at(12)), MINUTE, EVERYTHING, since=None) == Span(date(2016, 9, 1), TOMORROW)


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_the_first_question_has_ten_whole_seasons_before_the_running_one(today: date) -> None:
    first = history_start(today)
    assert (first.month, first.day) == (9, 1)
    assert first.replace(year=first.year + 10) <= today < first.replace(year=first.year + 11)


@pytest.mark.parametrize(
    ("now", "asked_at", "is_due"),
    [
        (at(3), None, True),
        (at(7, 59), at(17, 1, YESTERDAY), False),
        (at(8, 0), at(17, 1, YESTERDAY), True),
        (at(16, 59), at(8, 0), False),
        (at(17, 0), at(8, 0), True),
        (at(23, 0), at(17, 0), False),
        (at(2, 0), at(8, 0, YESTERDAY), True),
    ],
)
def test_the_forecast_is_asked_twice_a_day(now: datetime, asked_at: datetime | None, is_due: bool) -> None:
    expected = Span(TOMORROW, TODAY + 6 * ONE_DAY) if is_due else None
    assert forecast_question(now, Asked(at=asked_at), 8 * 60) == expected
    assert forecast_question(now, Asked(at=asked_at, retry_at=now + SLACK), 8 * 60) is None


@pytest.mark.parametrize(
    ("now", "asked_at", "known", "due", "due_when_wanted"),
    [
        (at(15, 59), at(16, day=YESTERDAY), UNTIL_TODAY, False, False),
        (at(16, 0), at(15, 59, YESTERDAY), UNTIL_TODAY, True, True),
        (at(16, 0), at(15, 0), EVERYTHING, True, True),
        # Tomorrow is late: every hour, for those who live by it.
        (at(16, 30), at(16, 0), UNTIL_TODAY, False, False),
        (at(17, 0), at(16, 0), UNTIL_TODAY, False, True),
        (at(17, 0), at(16, 0), EVERYTHING, False, False),
        (at(22, 30), at(16, 0), UNTIL_TODAY, False, False),
        # Today is unknown: at once.
        (at(6, 0), at(22, 0, YESTERDAY), HOLE_TODAY, False, True),
        (at(5, 59), at(22, 0, YESTERDAY), HOLE_TODAY, False, False),
    ],
)
def test_zen_flex_is_asked_once_a_day_and_more_often_where_it_is_lived_by(
    now: datetime, asked_at: datetime, known: frozenset[date], due: bool, due_when_wanted: bool
) -> None:
    asked = Asked(at=asked_at)
    span = Span(paris_date(asked_at) - timedelta(days=40), TOMORROW)
    assert zen_flex_question(now, asked, 16 * 60, known) == (span if due else None)
    assert zen_flex_question(now, asked, 16 * 60, known, wanted=True) == (span if due_when_wanted else None)


def test_the_first_zen_flex_question_has_all_there_is() -> None:
    assert zen_flex_question(at(3), Asked(), 16 * 60) == Span(date(2023, 11, 1), TOMORROW)
    early = zen_flex_question(paris(2023, 11, 20, 17), Asked(at=paris(2023, 11, 19)), 16 * 60)
    assert early == Span(date(2023, 11, 1), date(2023, 11, 21))


def ecowatt_day(day: date, *missing: int) -> EcowattSignal:
    return EcowattSignal(
        day=day, level=1, message=None, hours=tuple(None if hour in missing else 1 for hour in range(24))
    )


J3 = TODAY + 3 * ONE_DAY
FRIDAY = date(2026, 11, 20)
TOLD: dict[date, EcowattSignal] = {J3: ecowatt_day(J3)}
HOLES: dict[date, EcowattSignal] = {J3: ecowatt_day(J3, 7)}
FRIDAY_TOLD = {FRIDAY + 3 * ONE_DAY: ecowatt_day(FRIDAY + 3 * ONE_DAY)}


@pytest.mark.parametrize(
    ("now", "asked_at", "known", "first"),
    [
        # A year at once costs no more than a day.
        (at(3), None, {}, J3 - timedelta(days=360)),
        (at(17, 9), at(17, 10, YESTERDAY), {}, None),
        (at(17, 10), at(17, 10, YESTERDAY), {}, YESTERDAY),
        (at(17, 10), at(17, 9), {}, TODAY),
        # All there: nothing more. Not there, or not all of it: every hour of the evening.
        (at(20), at(17, 10), TOLD, None),
        (at(18), at(17, 10), HOLES, None),
        (at(18, 10), at(17, 10), HOLES, TODAY),
        (at(22, 29), at(21), {}, TODAY),
        (at(22, 30), at(21), {}, None),
        # Another day's evening is not this morning's business; a slot that was missed is.
        (at(9), at(22, day=YESTERDAY), {}, None),
        (at(9), at(9, day=YESTERDAY), {}, YESTERDAY),
        # On Fridays RTE tells at noon, and in the evening there is nothing new.
        (at(12, 24, FRIDAY), at(18, day=FRIDAY - ONE_DAY), {}, None),
        (at(12, 25, FRIDAY), at(18, day=FRIDAY - ONE_DAY), {}, FRIDAY - ONE_DAY),
        (at(13, 25, FRIDAY), at(12, 25, FRIDAY), {}, FRIDAY),
        (at(17, 30, FRIDAY), at(12, 25, FRIDAY), FRIDAY_TOLD, None),
        (at(12, 30), at(12, 25, FRIDAY), {}, None),
        # Two years without electricity: no more than one call gives.
        (at(3), paris(2024, 11, 1), {}, J3 - timedelta(days=360)),
    ],
)
def test_when_ecowatt_is_asked_and_from_which_day_on(
    now: datetime, asked_at: datetime | None, known: dict[date, EcowattSignal], first: date | None
) -> None:
    expected = None if first is None else Span(first, paris_date(now) + 3 * ONE_DAY)
    assert ecowatt_question(now, Asked(at=asked_at), 17 * 60 + 10, known) == expected
    assert ecowatt_question(now, Asked(at=asked_at, retry_at=now + SLACK), 17 * 60 + 10, known) is None


def test_the_grid_is_asked_every_half_hour_while_somebody_looks() -> None:
    span = Span(YESTERDAY, TOMORROW)
    assert grid_question(at(3), Asked(), wanted=False) is None
    assert grid_question(at(3), Asked(), wanted=True) == span
    assert grid_question(at(3, 25), Asked(at=at(3)), wanted=True) is None
    assert grid_question(at(3, 30), Asked(at=at(3)), wanted=True) == span
    assert grid_question(at(3, 30), Asked(at=at(3), retry_at=at(4)), wanted=True) is None


def test_failures_wait_ever_longer_and_a_refusal_as_long_as_it_says() -> None:
    now, asked = at(12), Asked(at=LAST_NOON)
    for pause in (*BACKOFF, BACKOFF[-1]):
        asked = asked.failed(now)
        early = now + pause - SLACK - timedelta(seconds=1)
        assert tempo_question(early, asked, MINUTE, EVERYTHING) is None
        assert zen_flex_question(early, asked, MINUTE) is None
        assert catalogue_question(early, asked, MINUTE) is None
        now += pause - SLACK
        assert tempo_question(now, asked, MINUTE, EVERYTHING) is not None
        assert zen_flex_question(now, asked, MINUTE) is not None
        assert catalogue_question(now, asked, MINUTE) is not None
    assert asked.at == LAST_NOON
    told = asked.failed(now, now + timedelta(minutes=7))
    assert told.retry_at == now + timedelta(minutes=7)
    assert asked.failed(now, now - timedelta(minutes=7)).retry_at == now + BACKOFF[-1] - SLACK
    absent = asked.absent(now)
    assert zen_flex_question(now + timedelta(days=7, seconds=-1), absent, MINUTE) is None
    assert zen_flex_question(now + timedelta(days=7), absent, MINUTE) is not None
    assert not Asked(retry_at=now + timedelta(days=400)).waits(now)


def test_what_automations_wait_for_is_not_put_off_by_hours_unless_it_fails_for_a_day() -> None:
    for failures in range(12):
        assert not Asked(failures=failures).failed(at(12), pauses=PAUSES[Route.ECOWATT]).waits(at(13))
    for failures in range(4 * 24):
        assert not Asked(failures=failures).failed(at(12), pauses=PAUSES[Route.TEMPO]).waits(at(12, 15))
    for failures in (4 * 24, 10**9):
        assert Asked(failures=failures).failed(at(12), pauses=PAUSES[Route.TEMPO]).waits(at(12, 58))
        assert not Asked(failures=failures).failed(at(12), pauses=PAUSES[Route.TEMPO]).waits(at(13))
        assert not Asked(failures=failures).failed(at(12), pauses=PAUSES[Route.ECOWATT]).waits(at(16))


def test_a_gateway_that_is_down_is_tried_every_quarter_of_an_hour_by_night_and_after_a_day_every_hour() -> None:
    for now, minutes in ((at(5, 0), 14), (at(6, 0), 14), (at(22, 59), 14), (at(23, 0), 59), (at(4, 59), 59)):
        assert silent_until(now, now) == now + timedelta(minutes=minutes)
    since = at(12) - timedelta(days=1)
    assert silent_until(at(11, 59), since) == at(12, 13)
    assert silent_until(at(12), since) == at(12, 59)


@given(st.datetimes(timezones=st.just(UTC), min_value=FIRST, max_value=LAST), st.sampled_from(sorted(MINUTES)))
def test_every_minute_of_every_route_comes_once_a_civil_day(now: datetime, route: Route) -> None:
    for minute in (MINUTES[route][0], MINUTES[route][-1]):
        slot = last_slot(now, minute)
        assert slot <= now < slot_of(paris_date(slot) + ONE_DAY, minute)
        local = slot.astimezone(PARIS)
        assert 60 * local.hour + local.minute == minute


def test_the_catalogue_is_read_once_a_day_and_suppliers_once_a_week() -> None:
    assert catalogue_question(at(3), Asked(), 540) is not None
    assert catalogue_question(at(8, 59), Asked(at=LAST_NOON), 540) is None
    assert catalogue_question(at(9), Asked(at=LAST_NOON), 540) is not None
    assert providers_are_due(at(12), None)
    assert not providers_are_due(at(12), at(12))
    assert not providers_are_due(at(12), at(12) - timedelta(days=6))
    assert providers_are_due(at(12), at(12) - timedelta(days=7))
    assert providers_are_due(at(12), at(12) + timedelta(days=1))


def test_a_published_day_never_disappears_and_a_corrected_one_is_replaced() -> None:
    known = {TODAY: "ECO", TOMORROW: "BONUS"}
    assert merged(known, [], ZEN_FLEX_WORDS) is known
    assert merged(known, [(TODAY, "eco"), (TOMORROW, "UNKNOWN")], ZEN_FLEX_WORDS) is known
    assert merged(known, [(TOMORROW, "SOBRIETE")], ZEN_FLEX_WORDS) == {TODAY: "ECO", TOMORROW: "SOBRIETE"}
    assert known == {TODAY: "ECO", TOMORROW: "BONUS"}
