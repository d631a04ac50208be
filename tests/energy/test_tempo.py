"""Tempo at an instant and through answers, against tables and a second set of rules that share nothing with ours."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.myelectricaldata.energy.tempo import (
    BLUE,
    COLOURS,
    RED,
    WHITE,
    Status,
    TempoChance,
    TempoEvent,
    TempoNews,
    TempoSignal,
    bounded,
    possible_colours,
    quota,
    season_count,
    tempo_view,
)
from tests.energy.naive_clock import DAY, HOUR, MINUTE, at, minutes, wall
from tests.simulators.tempo import colour

# Both clock changes, 29 February, the ends of a year and of a season.
SPANS = [
    (date(2027, 10, 30), date(2027, 11, 1)),
    (date(2027, 12, 31), date(2028, 1, 1)),
    (date(2028, 2, 28), date(2028, 3, 1)),
    (date(2028, 3, 25), date(2028, 3, 27)),
    (date(2028, 8, 30), date(2028, 9, 2)),
]
TRUTH = {day: colour(day) for day in (date(2027, 8, 20) + away * DAY for away in range(400))}


def known_at(now: datetime) -> TempoSignal:
    """Everything until tomorrow, with some days that were never told."""
    last = wall(now).date() + DAY
    return TempoSignal(colours={day: word for day, word in TRUTH.items() if day <= last and day.toordinal() % 11})


def shown(now: datetime) -> tuple[date, str]:
    """The day in force and the period that a clock on the wall says, by the words of the contract."""
    clock = wall(now)
    if clock.hour < 6:
        return (clock - DAY).date(), "hc"
    return clock.date(), "hp" if clock.hour < 22 else "hc"


@pytest.mark.parametrize(("first", "last"), SPANS)
def test_every_minute_says_what_a_naive_table_says(first: date, last: date) -> None:
    table = [(now, *shown(now)) for now in minutes(first, last + DAY)]
    ends = {}
    following = table[-1]
    for row in reversed(table):
        if row[1:] != following[1:]:
            change = following
        ends[row[0]] = change if row[1:] != table[-1][1:] else None
        following = row
    for now, day, period in table:
        if now >= at(last + DAY):
            break
        signal = known_at(now)
        view = tempo_view(signal, now)
        today = wall(now).date()
        assert (view.day, view.period, view.today) == (day, period, today)
        assert view.colour == signal.colours.get(day)
        assert view.colour_today == signal.colours.get(today)
        assert view.colour_tomorrow == signal.colours.get(today + DAY)
        assert (view.status_today is None) == (today not in signal.colours)
        change = ends[now]
        assert change is not None
        assert (view.next_change, view.next_period) == (change[0], change[2])
        assert view.next_colour == signal.colours.get(change[1])
        red = [each for each in sorted(signal.colours) if each >= day and signal.colours[each] == "RED"]
        assert view.next_red == (red[0] if red else None)


def test_the_season_is_counted_day_by_day_with_301_blue_days_when_it_has_a_29_february() -> None:
    first = date(2027, 9, 1)
    tally = dict.fromkeys(COLOURS, 0)
    for away in range(366):
        day = first + away * DAY
        tally[TRUTH[day]] += 1
        count = season_count(TRUTH, day)
        assert (count.first, count.last, count.unknown) == (first, date(2028, 8, 31), ())
        assert count.used == tally
        assert count.left == {BLUE: 301 - tally[BLUE], WHITE: 43 - tally[WHITE], RED: 22 - tally[RED]}
        assert count.days_left == 365 - away
    assert count.left == {BLUE: 0, WHITE: 0, RED: 0}


@pytest.mark.parametrize(
    ("day", "blue"),
    [
        (date(2026, 8, 31), 300),
        (date(2026, 9, 1), 300),
        (date(2027, 8, 31), 300),
        (date(2027, 9, 1), 301),
        (date(2028, 2, 29), 301),
        (date(2028, 8, 31), 301),
        (date(2028, 9, 1), 300),
    ],
)
def test_a_season_has_300_blue_days_or_301(day: date, blue: int) -> None:
    assert quota(day) == {BLUE: blue, WHITE: 43, RED: 22}


def test_a_count_is_unknown_only_where_an_unknown_day_could_have_been_of_that_colour() -> None:
    def counted_without(day: date) -> set[str]:
        colours = {each: word for each, word in TRUTH.items() if each != day}
        count = season_count(colours, date(2028, 5, 31))
        assert count.unknown == (day,)
        assert {each for each, left in count.left.items() if left is None} == {
            each for each, used in count.used.items() if used is None
        }
        return {each for each, used in count.used.items() if used is not None}

    assert counted_without(date(2027, 10, 5)) == {RED}  # a Tuesday of October
    assert counted_without(date(2028, 1, 8)) == {RED}  # a Saturday of January
    assert counted_without(date(2028, 1, 9)) == {WHITE, RED}  # a Sunday
    assert counted_without(date(2028, 1, 11)) == set()  # a Tuesday of January
    # Tomorrow is not counted, and does not have to be known.
    assert season_count({date(2027, 9, 1): BLUE}, date(2027, 9, 1)).used == {BLUE: 1, WHITE: 0, RED: 0}


def test_the_first_of_september_starts_again_although_the_last_colour_is_in_force_until_six() -> None:
    night, morning = at(date(2028, 9, 1), 5, 59), at(date(2028, 9, 1), 6)
    before, after = (tempo_view(TempoSignal(colours=TRUTH), now) for now in (night, morning))
    assert (before.day, after.day) == (date(2028, 8, 31), date(2028, 9, 1))
    assert before.season == after.season
    assert sum(used or 0 for used in before.season.used.values()) == 1


FORECAST_AT = at(date(2028, 1, 3), 7, 12)
FORECAST = tuple(
    TempoChance(day=date(2028, 1, 3) + ahead * DAY, chances={BLUE: 20.0, WHITE: 50.0, RED: 30.0}) for ahead in range(12)
)


@given(st.integers(0, 400 * 24 * 3600), st.booleans(), st.sampled_from([0, 0.5, 0.999999]))
def test_a_view_holds_until_it_looks_again_and_not_longer(away: int, forecast: bool, part: float) -> None:
    now = at(date(2027, 8, 25)) + timedelta(seconds=away)
    signal = TempoSignal(colours=TRUTH)
    if forecast:
        signal = signal.forecast(FORECAST, FORECAST_AT)
        now = FORECAST_AT + timedelta(seconds=away % (5 * 24 * 3600)) - 2 * DAY
    view = tempo_view(signal, now)
    assert now < view.looks_again_at <= now + 16 * HOUR
    assert view.next_change > now
    later = now + (view.looks_again_at - now) * part
    assert replace(tempo_view(signal, later), at=now) == view
    assert replace(tempo_view(signal, view.looks_again_at - timedelta(microseconds=1)), at=now) == view
    then = tempo_view(signal, view.looks_again_at)
    assert replace(then, at=now, looks_again_at=view.looks_again_at) != view


@given(st.integers(0, 400 * 24 * 60), st.sampled_from([-9.5, 0, 5.75, 12]))
def test_a_view_does_not_depend_on_the_zone_of_the_clock_that_it_is_given(away: int, offset: float) -> None:
    now = at(date(2027, 8, 25)) + away * MINUTE
    signal = TempoSignal(colours=TRUTH).forecast(FORECAST, FORECAST_AT)
    elsewhere = now.astimezone(timezone(timedelta(hours=offset)))
    assert tempo_view(signal, elsewhere) == tempo_view(signal, now)


def test_a_forecast_is_of_the_days_after_tomorrow_and_gets_too_old() -> None:
    signal = TempoSignal(colours=TRUTH).forecast(FORECAST, FORECAST_AT)
    days = {ahead: chance.day for ahead, chance in tempo_view(signal, FORECAST_AT).chances.items()}
    assert days == {ahead: date(2028, 1, 3 + ahead) for ahead in range(2, 7)}
    assert tempo_view(signal, FORECAST_AT + 36 * HOUR - MINUTE).chances
    assert not tempo_view(signal, FORECAST_AT + 36 * HOUR).chances
    assert not tempo_view(signal, FORECAST_AT - 3 * DAY).chances


SHARE = st.floats(0, 100).map(lambda value: round(value, 1))


@given(
    st.integers(0, 380),
    st.fixed_dictionaries(dict.fromkeys(COLOURS, SHARE)),
    st.dictionaries(st.sampled_from(sorted(TRUTH)), st.sampled_from(COLOURS), max_size=60),
)
def test_chances_make_up_100_within_the_rules_or_are_none(
    away: int, chances: dict[str, float], others: dict[date, str]
) -> None:
    day = date(2027, 8, 25) + away * DAY
    start = date(2027 if day < date(2028, 9, 1) else 2028, 9, 1) if day >= date(2027, 9, 1) else date(2026, 9, 1)
    colours = {**TRUTH, **others}
    found = bounded(TempoChance(day=day, chances=chances, confidence="low"), colours)
    words = [word for each, word in colours.items() if start <= each < day]
    forbidden = {
        each for each, most in ((WHITE, 43), (RED, 22), (BLUE, quota(day)[BLUE])) if words.count(each) >= most
    } | (set(COLOURS) - possible_colours(day))
    if found is None:
        assert (
            all(chances[each] == 0 for each in set(COLOURS) - forbidden)
            or [colours.get(day - back * DAY) for back in range(1, 6)] == [RED] * 5
        )
        return
    assert sum(found.chances.values()) == pytest.approx(100)
    assert all(0 <= share <= 100 for share in found.chances.values())
    assert all(found.chances[each] == 0 for each in forbidden)
    assert found.chances[found.most_likely] == max(found.chances.values())


def test_a_sixth_red_day_in_a_row_has_no_chance() -> None:
    # RTE's rule, whatever the calendar: the five days before one are red.
    day = date(2028, 1, 11)
    reds = {day - back * DAY: RED for back in range(1, 6)}
    chances = TempoChance(day=day, chances={BLUE: 10.0, WHITE: 30.0, RED: 60.0})
    assert (after := bounded(chances, reds)) is not None
    assert after.chances == {BLUE: 25.0, WHITE: 75.0, RED: 0.0}
    reds.pop(day - 5 * DAY)
    assert bounded(chances, reds) == chances


# ---- what answers make of what is known: a second set of rules, day by day -------------------------------------------

TODAY = date(2028, 3, 26)  # 02:00 does not exist
DAYS = [TODAY + away * DAY for away in range(-3, 3)]
WORDS = st.sampled_from([*COLOURS, "blue", "Red", "GREEN", "", "ROUGE"])
ROWS = st.lists(st.tuples(st.sampled_from(DAYS), WORDS), max_size=8)
MOMENTS = st.integers(0, 2 * 24 * 60).map(lambda away: at(TODAY) + away * MINUTE)
SPAN = st.tuples(st.sampled_from(DAYS[:3]), st.sampled_from(DAYS[3:]))
ANSWERS = st.lists(st.tuples(ROWS, SPAN, MOMENTS), max_size=6)
type Answer = tuple[list[tuple[date, str]], tuple[date, date], datetime]
type Known = tuple[str, str] | None


def after_one_answer(
    known: Known, words: list[str], asked: bool, day: date, now: datetime
) -> tuple[Known, list[tuple[str, str | None, str | None]]]:
    """What becomes of one day, and what is told of it: (event, colour, previous)."""
    colours = [word.upper() for word in words if word.upper() in ("BLUE", "WHITE", "RED")]
    if not asked:
        return known, []
    if not words:
        if known is not None and known[1] == "provisional":
            return None, [("corrected", None, known[0])]
        return known, []
    if not colours:
        return known, []
    final = now >= at(day - DAY, 11, 15) or (known is not None and known[1] == "confirmed")
    after = (colours[-1], "confirmed" if final else "provisional")
    events: list[tuple[str, str | None, str | None]] = []
    is_now = day >= wall(now).date()
    if known is None and is_now:
        events.append(("published", after[0], None))
    if known is not None and known[0] != after[0]:
        events.append(("corrected", after[0], known[0]))
    if final and is_now and (known is None or known[1] == "provisional"):
        events.append(("confirmed", after[0], None))
    return after, events


def written(news: Iterable[TempoNews]) -> list[tuple[date, str, str | None, str | None]]:
    return [(each.day, each.event.value, each.colour, each.previous) for each in news]


@given(ANSWERS)
def test_answers_make_of_each_day_what_a_second_set_of_rules_says(answers: list[Answer]) -> None:
    signal, oracle = TempoSignal(colours={DAYS[0]: BLUE}), dict[date, Known]({DAYS[0]: ("BLUE", "confirmed")})
    for rows, (first, last), now in answers:
        had_some = bool(signal.colours)
        before, (signal, news) = signal, signal.told(rows, first, last, now)
        expected = []
        for day in DAYS:
            words = [word for each, word in rows if each == day]
            oracle[day], events = after_one_answer(oracle.get(day), words, first <= day <= last, day, now)
            expected += [(day, *event) for event in events]
        assert {day: (signal.colours[day], signal.status(day)) for day in signal.colours} == {
            day: known for day, known in oracle.items() if known is not None
        }
        assert signal.provisional <= set(signal.colours)
        assert written(news) == (expected if had_some else [])
        assert all(each.status is signal.status(each.day) for each in news)
        if signal == before:
            assert signal is before
        again, silence = signal.told(rows, first, last, now)
        assert again is signal
        assert silence == ()


@given(st.dictionaries(st.sampled_from(DAYS), WORDS), st.randoms(use_true_random=False), MOMENTS, ANSWERS)
def test_the_order_of_the_rows_of_an_answer_means_nothing(
    rows: dict[date, str], dice: object, now: datetime, earlier: list[Answer]
) -> None:
    signal = TempoSignal(colours={DAYS[0]: BLUE})
    for each, (first, last), when in earlier:
        signal, _ = signal.told(each, first, last, when)
    forwards = signal.told(rows.items(), DAYS[0], DAYS[-1], now)
    assert signal.told(reversed(rows.items()), DAYS[0], DAYS[-1], now) == forwards


def test_a_colour_that_nothing_has_changed_is_told_once() -> None:
    tomorrow = TODAY + DAY
    known = TempoSignal(colours={TODAY: BLUE})
    early, late = at(TODAY, 11, 14), at(TODAY, 11, 15)

    def news(signal: TempoSignal, word: str | None, now: datetime) -> tuple[TempoSignal, list[TempoEvent]]:
        rows = [(TODAY, BLUE)] + ([(tomorrow, word)] if word else [])
        after, found = signal.told(rows, TODAY - DAY, tomorrow, now)
        return after, [each.event for each in found]

    seen, events = news(known, RED, early)
    assert (seen.status(tomorrow), events) == (Status.PROVISIONAL, [TempoEvent.PUBLISHED])
    unread, events = news(seen, "???", early)
    assert (unread is seen, events) == (True, [])
    gone, events = news(seen, None, early)
    assert (gone.colours, events) == ({TODAY: BLUE}, [TempoEvent.CORRECTED])
    back, events = news(gone, WHITE, early)
    assert events == [TempoEvent.PUBLISHED]
    final, events = news(back, WHITE, late)
    assert (final.status(tomorrow), events) == (Status.CONFIRMED, [TempoEvent.CONFIRMED])
    kept, events = news(final, None, late)
    assert (kept is final, events) == (True, [])
    other, events = news(final, RED, late)
    assert (other.colours[tomorrow], events) == (RED, [TempoEvent.CORRECTED])
    _, events = news(back, RED, late)
    assert events == [TempoEvent.CORRECTED, TempoEvent.CONFIRMED]
    _, events = news(known, RED, late)
    assert events == [TempoEvent.PUBLISHED, TempoEvent.CONFIRMED]


def test_a_first_calendar_is_no_news_and_a_hole_of_the_past_neither() -> None:
    now = at(TODAY, 12)
    signal, news = TempoSignal().told([(day, BLUE) for day in DAYS[:-2]], DAYS[0], DAYS[-1], now)
    assert (len(signal.colours), news) == (4, ())
    holed = TempoSignal(colours={TODAY: BLUE})
    _, news = holed.told([(TODAY - DAY, RED)], DAYS[0], TODAY, now)
    assert news == ()
    _, news = signal.told([(DAYS[0], RED)], DAYS[0], TODAY, now)
    assert written(news) == [(DAYS[0], "corrected", RED, BLUE)]


def test_nothing_known_says_unknown_and_counts_nothing_but_what_the_rules_exclude() -> None:
    now = datetime(2028, 1, 15, 12, tzinfo=UTC)
    view = tempo_view(TempoSignal(), now)
    assert (view.colour, view.colour_today, view.colour_tomorrow, view.next_colour, view.next_red) == (None,) * 5
    assert (view.status, view.status_today, view.status_tomorrow) == (None,) * 3
    assert view.season.used == dict.fromkeys(COLOURS)
    assert view.period == "hp"
    assert tempo_view(TempoSignal(), datetime(2027, 10, 15, 12, tzinfo=UTC)).season.used[RED] == 0
