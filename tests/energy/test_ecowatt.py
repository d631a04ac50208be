"""EcoWatt at an instant and through answers, against tables written from a naive clock."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.myelectricaldata.energy.ecowatt import (
    EcowattEvent,
    EcowattSignal,
    Tension,
    ecowatt_view,
    level_at,
    merged,
    news,
    tensions,
)
from tests.energy.naive_clock import DAY, HOUR, MINUTE, at, wall

SPRING, AUTUMN = date(2028, 3, 26), date(2027, 10, 31)
SPANS = [AUTUMN, date(2027, 12, 31), date(2028, 2, 29), SPRING]
type Hours = tuple[int | None, ...]

LEVEL = st.sampled_from([None, 0, 1, 1, 2, 3])
HOURS = st.lists(LEVEL, min_size=24, max_size=24).map(tuple)


def signal(day: date, hours: Hours, level: int | None = 1, **more: object) -> EcowattSignal:
    return replace(EcowattSignal(day=day, level=level, message="", hours=hours), **more)


def flat(level: int | None, **others: int | None) -> Hours:
    """24 hours of a level, but for some: `h18=2`."""
    hours: list[int | None] = [level] * 24
    for name, value in others.items():
        hours[int(name[1:])] = value
    return tuple(hours)


@st.composite
def week(draw: st.DrawFn) -> dict[date, EcowattSignal]:
    """Signals of the days around a clock change, a year's end or a 29 February; some are missing."""
    middle = draw(st.sampled_from(SPANS))
    days = [middle + away * DAY for away in range(-2, 6)]
    return {day: signal(day, draw(HOURS)) for day in days if draw(st.integers(0, 4))}


def naive_hours(signals: Mapping[date, EcowattSignal]) -> list[tuple[datetime, int | None]]:
    """Every hour of the known days and one more on each side, with the level that a clock on the wall points at."""
    now, end = at(min(signals) - DAY), at(max(signals) + 2 * DAY)
    table = []
    while now < end:
        clock = wall(now)
        known = signals.get(clock.date())
        table.append((now, None if known is None else known.hours[clock.hour]))
        now += HOUR
    return table


def naive_tensions(table: list[tuple[datetime, int | None]]) -> list[Tension]:
    found: list[list[tuple[datetime, int]]] = []
    open_run = False
    for start, level in table:
        if level is None or level < 2:
            open_run = False
        elif open_run:
            found[-1].append((start, level))
        else:
            found.append([(start, level)])
            open_run = True
    return [Tension(run[0][0], run[-1][0] + HOUR, max(level for _, level in run)) for run in found]


@given(week().filter(bool))
def test_every_hour_and_every_tension_are_those_of_a_naive_table(signals: dict[date, EcowattSignal]) -> None:
    table = naive_hours(signals)
    assert [level_at(signals, start + 59 * MINUTE) for start, _ in table] == [level for _, level in table]
    assert list(tensions(signals, min(signals), max(signals))) == naive_tensions(table)


@given(week().filter(bool), st.integers(0, 6 * 24 * 60 * 60 - 1), st.floats(0, 0.999999))
def test_a_view_is_what_a_naive_table_says_until_it_looks_again(
    signals: dict[date, EcowattSignal], away: int, part: float
) -> None:
    now = at(min(signals)) + timedelta(seconds=away)
    view = ecowatt_view(signals, now)
    assert now < view.looks_again_at <= now + HOUR
    assert replace(ecowatt_view(signals, now + part * (view.looks_again_at - now)), at=now) == view
    assert replace(ecowatt_view(signals, view.looks_again_at - timedelta(microseconds=1)), at=now) == view

    table = [row for row in naive_hours(signals) if row[0] + HOUR > now]
    following = [level for _, level in table[:12]] + [None] * (12 - len(table))
    assert [view.level, view.next_level] == [*following, None, None][:2]
    known = [level for level in following if level is not None]
    if None not in following:
        assert view.worst_next == max(known)
    else:
        # An unknown hour could be worse than a quiet one.
        assert view.worst_next == max((level for level in known if level >= 2), default=None)
    assert view.is_tense is (None if view.level is None else view.level in {2, 3})
    today = wall(now).date()
    assert view.today == today
    assert view.days == {ahead: signals[today + ahead * DAY] for ahead in range(4) if today + ahead * DAY in signals}
    told = {day: each for day, each in signals.items() if today - DAY <= day <= today + 3 * DAY}
    coming = [each for each in naive_tensions(naive_hours(told)) if each.end > now] if told else []
    assert view.tension == (coming[0] if coming else None)


@given(week(), st.integers(0, 5 * 24 * 60), st.sampled_from([-9.5, 5.75, 1, 13]))
def test_a_view_does_not_depend_on_the_zone_of_the_clock_that_it_is_given(
    signals: dict[date, EcowattSignal], away: int, offset: float
) -> None:
    now = at(min(signals, default=AUTUMN)) + away * MINUTE
    there = now.astimezone(timezone(timedelta(hours=offset)))
    assert ecowatt_view(signals, there) == ecowatt_view(signals, now)


def test_the_hour_that_autumn_has_twice_is_tense_twice_and_the_one_that_spring_has_not_never() -> None:
    twice, never = ({day: signal(day, flat(1, h2=2))} for day in (AUTUMN, SPRING))
    start = datetime(2027, 10, 31, tzinfo=UTC)
    assert tensions(twice, AUTUMN, AUTUMN) == (Tension(start, start + 2 * HOUR, 2),)
    assert tensions(never, SPRING, SPRING) == ()
    around = {SPRING: signal(SPRING, flat(1, h1=2, h3=3))}
    assert tensions(around, SPRING, SPRING) == (Tension(at(SPRING, 1), at(SPRING, 4), 3),)
    assert at(SPRING, 4) - at(SPRING, 1) == 2 * HOUR


def test_a_tension_across_midnight_is_one_and_a_missing_hour_ends_it() -> None:
    day = date(2027, 12, 31)
    new_year = day + DAY
    signals = {day: signal(day, flat(1, h22=2, h23=3)), new_year: signal(new_year, flat(1, h0=2, h1=2))}
    whole = Tension(at(day, 22), at(new_year, 2), 3)
    assert tensions(signals, day, new_year) == (whole,)
    assert ecowatt_view(signals, at(new_year, 1, 30)).tension == whole
    assert ecowatt_view(signals, at(new_year, 2)).tension is None
    signals[new_year] = signal(new_year, flat(1, h0=None, h1=2))
    assert [(each.start, each.end) for each in tensions(signals, day, new_year)] == [
        (at(day, 22), at(new_year)),
        (at(new_year, 1), at(new_year, 2)),
    ]


def test_a_missing_hour_or_day_is_never_green() -> None:
    day = date(2028, 1, 12)
    holed = {day: signal(day, flat(1, h9=None))}
    view = ecowatt_view(holed, at(day, 9, 30))
    assert (view.level, view.is_tense, view.worst_next) == (None, None, None)
    assert ecowatt_view({}, at(day)).level is None
    # Ten quiet hours and two that nobody knows: unknown; known tension among them is told.
    assert ecowatt_view({day: signal(day, flat(1))}, at(day, 12)).worst_next == 1
    assert ecowatt_view({day: signal(day, flat(1))}, at(day, 13)).worst_next is None
    assert ecowatt_view({day: signal(day, flat(1, h20=2))}, at(day, 14)).worst_next == 2
    assert not signal(day, flat(1, h9=None)).is_complete
    assert not signal(day, flat(1), level=None).is_complete
    assert signal(day, flat(0)).is_complete


# ---- answers ---------------------------------------------------------------------------------------------------------

MONDAY = date(2028, 1, 10)
STAMPS = st.sampled_from([None, *(datetime(2028, 1, 9, hour, tzinfo=UTC) for hour in (9, 12, 17))])
ROWS = st.lists(
    st.builds(
        EcowattSignal,
        day=st.integers(0, 2).map(lambda away: MONDAY + away * DAY),
        level=LEVEL,
        message=st.sampled_from([None, "Pas d'alerte.", "Coupures."]),
        hours=HOURS,
        generated_at=STAMPS,
    ),
    max_size=4,
)


@given(st.lists(ROWS, max_size=4))
def test_an_answer_never_erases_and_told_twice_changes_nothing(answers: list[list[EcowattSignal]]) -> None:
    known: Mapping[date, EcowattSignal] = {}
    for rows in answers:
        before, known = known, merged(known, rows, MONDAY)
        assert merged(known, rows, MONDAY) is known
        assert list(known) == sorted(known)
        for day, was in before.items():
            now = known[day]
            fields = [(was.level, now.level), (was.message, now.message), *zip(was.hours, now.hours, strict=True)]
            assert all(after is not None for earlier, after in fields if earlier is not None)
            assert was.generated_at is None or (now.generated_at is not None and now.generated_at >= was.generated_at)
        for row in rows:
            told = [row.level, *row.hours]
            # Whatever was told of an hour, something is known of it.
            assert row.day in known or all(level is None for level in told)


@given(st.permutations([9, 12, 17]))
def test_the_signal_that_was_generated_last_counts_in_whatever_order_they_come(hours: list[int]) -> None:
    rows = [
        signal(
            MONDAY, flat(hour % 4, h3=None if hour == 17 else 1), generated_at=datetime(2028, 1, 9, hour, tzinfo=UTC)
        )
        for hour in hours
    ]
    by_answers: Mapping[date, EcowattSignal] = {}
    for row in rows:
        by_answers = merged(by_answers, [row], MONDAY)
    assert by_answers == merged({}, rows, MONDAY)
    assert by_answers[MONDAY].hours == flat(1, h3=1)


def test_past_hours_that_the_source_drops_stay_and_corrected_ones_change() -> None:
    first = merged({}, [signal(MONDAY, flat(1, h8=2, h18=2))], MONDAY)
    dropped = (*(None for _ in range(12)), *flat(1, h18=3)[12:])
    after = merged(first, [signal(MONDAY, dropped, level=3)], MONDAY)
    assert (after[MONDAY].hours, after[MONDAY].level) == (flat(1, h8=2, h18=3), 3)
    assert news(first, after, MONDAY)[0].tensions == (
        Tension(at(MONDAY, 8), at(MONDAY, 9), 2),
        Tension(at(MONDAY, 18), at(MONDAY, 19), 3),
    )


def test_days_that_are_too_old_go_and_do_not_come_back() -> None:
    sunday = MONDAY - DAY
    known = merged({}, [signal(sunday, flat(1)), signal(MONDAY, flat(1))], sunday)
    kept = merged(known, [signal(sunday, flat(2))], MONDAY)
    assert list(kept) == [MONDAY]
    assert merged(kept, [signal(sunday, flat(2))], MONDAY) is kept


def test_a_signal_that_says_nothing_at_all_is_no_signal() -> None:
    empty = signal(MONDAY, flat(None), level=None)
    assert merged({}, [empty], MONDAY) == {}
    known = merged({}, [signal(MONDAY, flat(2))], MONDAY)
    assert merged(known, [empty], MONDAY) is known


@pytest.mark.parametrize(
    ("was", "now", "event"),
    [
        (None, 1, None),
        (None, 2, EcowattEvent.RAISED),
        (None, 3, EcowattEvent.RAISED),
        (1, 2, EcowattEvent.RAISED),
        (0, 3, EcowattEvent.RAISED),
        (2, 3, EcowattEvent.RAISED),
        (2, 2, None),
        (3, 2, None),
        (3, 1, EcowattEvent.LIFTED),
        (2, 0, EcowattEvent.LIFTED),
        (2, None, None),
        (1, 0, None),
        (0, 1, None),
    ],
)
def test_an_alert_is_raised_when_it_is_new_or_worse_and_lifted_when_none_is_left(
    was: int | None, now: int | None, event: EcowattEvent | None
) -> None:
    def known(level: int | None) -> dict[date, EcowattSignal]:
        return {} if level is None else {MONDAY: signal(MONDAY, flat(1, h18=level), level=max(1, level))}

    # A quiet day has hours of level 1, so 0 and 1 are the same to an alert.
    found = news(known(was), known(now), MONDAY)
    assert [each.event for each in found] == ([] if event is None else [event])
    for each in found:
        worst, previous = (None if level is None else max(1, level) for level in (now, was))
        assert (each.day, each.level, each.previous) == (MONDAY, worst, previous)
        assert bool(each.tensions) is (event is EcowattEvent.RAISED)
    assert news(known(was), known(now), MONDAY + DAY) == ()


def test_news_come_by_day() -> None:
    later = {MONDAY + away * DAY: signal(MONDAY + away * DAY, flat(2)) for away in (3, 1, 2)}
    assert [each.day for each in news({}, later, MONDAY)] == [MONDAY + away * DAY for away in (1, 2, 3)]
