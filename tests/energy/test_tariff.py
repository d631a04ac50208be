"""Rules to minutes: every minute of a day belongs to the period of the first rule that has it, or to none."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.myelectricaldata.energy.calendar import ONE_DAY, day_start, days_between, minutes_in_day
from custom_components.myelectricaldata.energy.holidays import is_public_holiday
from custom_components.myelectricaldata.energy.offpeak import Season, Window
from custom_components.myelectricaldata.energy.options import OptionCode, build_option
from custom_components.myelectricaldata.energy.tariff import (
    EVERY_DAY,
    Calendars,
    Holidays,
    Option,
    Rule,
    Segment,
    Signal,
    Tariff,
    TariffVersion,
    valid_period,
)
from tests.simulators.clock import holidays

from .bodies import AUTUMN, SPRING, any_days
from .tariffs import base, version

PARIS = ZoneInfo("Europe/Paris")

windows = (
    st.tuples(st.integers(0, 1439), st.integers(1, 1440))
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: Window(*pair))
)
rules = st.builds(
    Rule,
    period=st.sampled_from(["one", "two", "three"]),
    windows=st.lists(windows, max_size=3).map(tuple),
    season=st.sampled_from(Season),
    weekdays=st.frozensets(st.integers(0, 6)),
    holidays=st.sampled_from(Holidays),
    day_types=st.frozensets(st.sampled_from(["RED", "WHITE"])),
)
options = st.builds(
    Option,
    code=st.just("CUSTOM"),
    rules=st.lists(rules, max_size=6).map(tuple),
    signal=st.just(Signal.TEMPO),
    day_starts=st.integers(0, 1439),
)


def slowly(option: Option, day: date, minute: int, calendars: Calendars) -> str | None:
    """The period of a real minute of a civil day, by the clock on the wall, as one would read the rules aloud."""
    wall = (day_start(day) + timedelta(minutes=minute)).astimezone(PARIS)
    assert wall.date() == day
    clock = wall.hour * 60 + wall.minute
    color = calendars.tempo.get(day if clock >= option.day_starts else day - ONE_DAY)
    answers = {_first(option, day, clock, each) for each in ([color] if color else ["RED", "WHITE", "OTHER"])}
    return answers.pop() if len(answers) == 1 else None


def _first(option: Option, day: date, clock: int, color: str) -> str | None:
    """The first rule's period if the day had this type."""
    for rule in option.rules:
        if rule.season is Season.SUMMER and day.month not in range(4, 11):
            continue
        if rule.season is Season.WINTER and day.month in range(4, 11):
            continue
        if day in holidays(day.year) and rule.holidays is Holidays.EXCLUDED:
            continue
        included = day in holidays(day.year) and rule.holidays is Holidays.INCLUDED
        if day.weekday() not in rule.weekdays and not included:
            continue
        if rule.day_types and color not in rule.day_types:
            continue
        if rule.windows and not any(_in(window, clock) for window in rule.windows):
            continue
        return rule.period
    return None


def _in(window: Window, clock: int) -> bool:
    if window.start < window.end:
        return window.start <= clock < window.end
    return clock >= window.start or clock < window.end


@given(st.data())
def test_every_minute_has_the_period_that_reading_the_rules_gives(data: st.DataObject) -> None:
    option, day = data.draw(options), data.draw(any_days)
    colors = st.sampled_from(["RED", "WHITE", "BLUE", None])
    known = {each: color for each in (day - ONE_DAY, day) if (color := data.draw(colors))}
    calendars = Calendars(tempo=known)
    segments = option.segments(day, calendars)
    assert segments[0].start == 0
    assert segments[-1].end == minutes_in_day(day)
    for one, other in pairwise(segments):
        assert one.end == other.start
        assert one.period != other.period
    for segment in segments:
        for minute in {segment.start, (segment.start + segment.end) // 2, segment.end - 1}:
            assert segment.period == slowly(option, day, minute, calendars)
    assert option.segments(day, calendars) is segments


def lengths(segments: Iterable[Segment]) -> dict[str | None, int]:
    found: dict[str | None, int] = {}
    for segment in segments:
        found[segment.period] = found.get(segment.period, 0) + segment.end - segment.start
    return found


@pytest.mark.parametrize("day", [*SPRING, *AUTUMN])
def test_the_wall_clock_decides_when_the_clock_changes(day: date) -> None:
    option = Option(code="CUSTOM", rules=(Rule(period="in", windows=(Window(150, 165),)), Rule(period="out")))
    spring = minutes_in_day(day) == 1380
    # 02:30 does not exist in spring and comes twice in autumn.
    assert lengths(option.segments(day, Calendars())).get("in", 0) == (0 if spring else 30)


def test_a_tempo_night_has_the_colour_of_the_eve_and_unknown_is_no_colour() -> None:
    option, day = build_option(OptionCode.TEMPO), date(2026, 1, 6)
    evening = Calendars(tempo={day - ONE_DAY: "WHITE"})
    assert option.segments(day, evening) == (Segment(0, 360, "white_hc"), Segment(360, 1440, None))
    assert option.segments(day, Calendars(tempo={day: "RED"})) == (
        Segment(0, 360, None),
        Segment(360, 1320, "red_hp"),
        Segment(1320, 1440, "red_hc"),
    )
    assert option.segments(day, Calendars(tempo={day: "GREEN"}))[-1] == Segment(0, 1440, None)


def test_only_what_depends_on_an_unknown_day_is_unknown() -> None:
    """An EJP peak is between 07:00 and 01:00: the hours between are normal, whatever the day."""
    option = build_option(OptionCode.EJP)
    assert option.segments(date(2026, 1, 6), Calendars()) == (
        Segment(0, 60, None),
        Segment(60, 420, "ejp_normal"),
        Segment(420, 1440, None),
    )


def test_peak_days_may_be_those_of_tempo() -> None:
    option, day = build_option(OptionCode.EJP, peak_signal=Signal.TEMPO_RED), date(2026, 1, 6)
    calendars = Calendars(tempo={day - ONE_DAY: "RED", day: "BLUE"})
    assert lengths(option.segments(day, calendars)) == {"ejp_peak": 60, "ejp_normal": 1380}
    assert option.day_types(day, calendars) == ("PEAK", "NORMAL")
    assert option.day_types(day, Calendars()) == (None, None)
    assert build_option(OptionCode.BASE).day_type(day, calendars) is None


def test_public_holidays_are_those_of_all_of_metropolitan_france() -> None:
    for year in range(2020, 2036):
        found = {day for day in days_between(date(year, 1, 1), date(year, 12, 31)) if is_public_holiday(day)}
        assert found == holidays(year)


def test_an_option_stays_equal_to_its_like_once_it_was_used() -> None:
    one, other = build_option(OptionCode.TEMPO), build_option(OptionCode.TEMPO)
    one.segments(date(2026, 1, 6), Calendars())
    assert one == other
    assert hash(one) == hash(other)
    assert replace(one, day_starts=0).segments(date(2026, 1, 6), Calendars(tempo={date(2026, 1, 6): "RED"})) == (
        Segment(0, 360, "red_hc"),
        Segment(360, 1320, "red_hp"),
        Segment(1320, 1440, "red_hc"),
    )


@pytest.mark.parametrize("name", ["hc", "blue_hp", "my_2_hours", "a" * 40])
def test_a_period_names_a_statistic(name: str) -> None:
    assert valid_period(name)
    assert Rule(period=name).weekdays == EVERY_DAY


@pytest.mark.parametrize("name", ["", "HC", "été", "a b", "a__b", "_a", "a_", "a-b", "a" * 41])
def test_what_names_no_statistic_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="Not the name of a period"):
        Rule(period=name)


# ---- versions --------------------------------------------------------------------------------------------------------


def test_a_version_applies_until_the_next_one_or_its_own_end() -> None:
    first = base("0.1", start=date(2024, 1, 1), end=date(2024, 6, 30))
    second = base("0.2", start=date(2025, 1, 1))
    third = base("0.3", start=date(2026, 2, 1))
    tariff = Tariff((third, first, second))
    assert tariff.versions == (first, second, third)
    in_force = {
        date(2023, 12, 31): None,
        date(2024, 1, 1): first,
        date(2024, 6, 30): first,
        date(2024, 7, 1): None,
        date(2025, 1, 1): second,
        date(2026, 1, 31): second,
        date(2026, 2, 1): third,
        date(2040, 1, 1): third,
    }
    assert {day: tariff.on(day) for day in in_force} == in_force
    assert list(tariff.spans(date(2023, 12, 1), date(2026, 2, 2))) == [
        (date(2023, 12, 1), date(2023, 12, 31), None),
        (date(2024, 1, 1), date(2024, 6, 30), first),
        (date(2024, 7, 1), date(2024, 12, 31), None),
        (date(2025, 1, 1), date(2026, 1, 31), second),
        (date(2026, 2, 1), date(2026, 2, 2), third),
    ]
    assert tariff
    assert not Tariff()
    assert list(Tariff().spans(date(2026, 1, 1), date(2026, 1, 2))) == [(date(2026, 1, 1), date(2026, 1, 2), None)]


def test_an_end_beyond_the_next_version_does_not_reach_into_it() -> None:
    early, late = base("0.1", start=date(2024, 1, 1), end=date(2030, 1, 1)), base("0.2", start=date(2025, 1, 1))
    assert Tariff((early, late)).on(date(2026, 1, 1)) is late


def test_two_versions_cannot_start_on_the_same_day() -> None:
    with pytest.raises(ValueError, match="same day"):
        Tariff((base("0.1"), base("0.2")))


def test_the_periods_of_a_tariff_are_those_of_all_its_versions() -> None:
    tempo = version(build_option(OptionCode.TEMPO), start=date(2026, 1, 1))
    assert Tariff((tempo, base())).periods == ("base", *tempo.option.periods)
    assert tempo.price("red_hp") is None
    assert tempo.price(None) is None


version_lists = st.lists(
    st.builds(
        lambda start, days, subscription: base(start=start, end=days and start + days * ONE_DAY, subscription=subscription),
        st.dates(date(2023, 11, 1), date(2025, 3, 1)),
        st.none() | st.integers(1, 400),
        st.sampled_from(["15.86", "12.13", "9", None]),
    ),
    max_size=4,
    unique_by=lambda each: each.valid_from,
)  # fmt: skip


@given(version_lists, st.dates(date(2023, 12, 1), date(2025, 2, 1)), st.integers(0, 400))
def test_the_subscription_of_a_span_is_that_of_its_days(versions: list[TariffVersion], first: date, days: int) -> None:
    tariff, last = Tariff(tuple(versions)), first + days * ONE_DAY
    in_force = [(day, tariff.on(day)) for day in days_between(first, last)]
    daily = [None if each is None else each.subscription_of(day) for day, each in in_force]
    found = tariff.subscription(first, last)
    if None in daily:
        assert found is None
    else:
        assert found is not None
        assert abs(found - sum((day for day in daily if day is not None), Decimal())) < Decimal("1e-20")


def test_a_whole_year_of_subscription_is_twelve_months() -> None:
    tariff = Tariff((base(),))
    for year in (2024, 2025):
        whole = tariff.subscription(date(year, 1, 1), date(year, 12, 31))
        assert whole is not None
        assert round(whole, 12) == 12 * Decimal("15.86")


def test_segments_lie_in_utc_where_the_wall_clock_says() -> None:
    """Autumn: 03:00 in Paris is four hours after midnight."""
    option = Option(code="CUSTOM", rules=(Rule(period="early", windows=(Window(0, 180),)), Rule(period="later")))
    day = date(2026, 10, 25)
    (early, _) = option.segments(day, Calendars())
    assert day_start(day) + timedelta(minutes=early.end) == datetime.fromisoformat("2026-10-25T02:00Z")
