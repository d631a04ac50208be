"""The household's own day."""

import sys
from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from statistics import median
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.myelectricaldata.energy.calendar import days_between
from custom_components.myelectricaldata.energy.profile import Profile, ProfileBook, profile_for
from custom_components.myelectricaldata.energy.readings import DayCurve, DayRecord

from .bodies import INTERVALS, true_curve

TUESDAY = date(2026, 9, 1)


def flat(watts: int, minutes: int = 30) -> DayRecord:
    return DayRecord(None, DayCurve(minutes, (watts,) * (1440 // minutes)))


def half_hours(curve: DayCurve) -> list[float]:
    """Mean power of each half-hour, minute by minute."""
    by_minute = [watts or 0 for watts in curve.watts for _ in range(curve.minutes)]
    return [sum(by_minute[first : first + 30]) / 30 for first in range(0, 1440, 30)]


def ledger(first: date, last: date, seed: int = 1, minutes: int = 30) -> dict[date, DayRecord]:
    random = Random(seed)
    return {day: DayRecord(None, true_curve(day, minutes, random)) for day in days_between(first, last)}


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.sampled_from(INTERVALS), st.integers(1, 80), st.sampled_from((0, 3)))
def test_it_is_the_median_of_the_nearest_days_of_the_same_type_before(seed, minutes, back, odd) -> None:
    day = date(2026, 8, 20) + timedelta(days=odd)
    days = ledger(day - timedelta(days=back), day + timedelta(days=10), seed, minutes)
    weekend = day.weekday() >= 5
    same = [other for other in sorted(days) if other < day and (other.weekday() >= 5) is weekend]
    near = [other for other in same if (day - other).days <= 56][-20:]
    if not near:
        assert profile_for(day, {other: record for other, record in days.items() if other < day}) is None
        return
    medians = [median(column) for column in zip(*(half_hours(days[other].curve) for other in near), strict=True)]
    profile = profile_for(day, days)
    assert profile is not None
    assert profile.weights == tuple(round(60 * value) for value in medians)


def test_an_estimate_stays_as_it_is_when_the_future_comes_in() -> None:
    past = ledger(TUESDAY - timedelta(days=40), TUESDAY)
    future = ledger(TUESDAY + timedelta(days=1), TUESDAY + timedelta(days=500), seed=9)
    assert profile_for(TUESDAY, past) == profile_for(TUESDAY, past | future)


def test_a_week_end_is_not_made_of_weekdays() -> None:
    days = {day: flat(900 if day.weekday() >= 5 else 100) for day in days_between(date(2026, 7, 1), date(2026, 8, 31))}
    assert profile_for(date(2026, 9, 5), days) == Profile((54_000,) * 48)
    assert profile_for(TUESDAY, days) == Profile((6000,) * 48)


@pytest.mark.parametrize(
    ("known", "chosen"),
    [
        ({2025: 500, 2027: 700}, 500),
        ({2027: 700}, 700),
        ({2024: 400, 2027: 700}, 700),
        ({2024: 400, 2029: 900}, 400),
    ],
)
def test_without_a_past_the_same_season_of_the_nearest_year_serves(known: Mapping[int, int], chosen: int) -> None:
    days = {
        day: flat(watts) for year, watts in known.items() for day in days_between(date(year, 8, 10), date(year, 9, 20))
    }
    assert profile_for(TUESDAY, days) == Profile((chosen * 60,) * 48)


def test_of_another_year_the_twenty_nearest_days_count() -> None:
    middle = date(2025, 9, 1)
    days = {
        day: flat(400 if abs(day - middle).days <= 13 else 5000)
        for day in days_between(middle - timedelta(days=28), middle + timedelta(days=28))
    }
    # 19 weekdays lie within 13 days, and one more makes twenty.
    assert profile_for(TUESDAY, days) == Profile((2 * 400 * 30,) * 48)


def test_other_seasons_do_not_serve() -> None:
    assert profile_for(TUESDAY, ledger(date(2025, 1, 1), date(2025, 8, 3))) is None
    assert profile_for(TUESDAY, ledger(date(2025, 9, 30), date(2026, 7, 6))) is None
    assert profile_for(TUESDAY, {}) is None


def test_days_that_are_not_whole_or_say_nothing_do_not_serve() -> None:
    yesterday = TUESDAY - timedelta(days=1)
    hole = DayCurve(30, (None, *(500,) * 47))
    assert profile_for(TUESDAY, {yesterday: DayRecord(None, hole)}) is None
    assert profile_for(TUESDAY, {yesterday: DayRecord(9000, DayCurve(30, (0,) * 48))}) is None
    assert profile_for(TUESDAY, {yesterday: DayRecord(9000)}) is None
    assert profile_for(TUESDAY, {yesterday: flat(0)}) is None
    after_clock_change = date(2026, 3, 30)
    spring = {date(2026, 3, 29): DayRecord(None, DayCurve(30, (500,) * 46))}
    assert profile_for(after_clock_change + timedelta(days=6), spring) is None


@pytest.mark.parametrize("minutes", INTERVALS)
def test_weights_follow_the_clock_on_the_wall(minutes: int) -> None:
    profile = Profile(tuple(place**2 for place in range(48)))
    per_hour = max(1, 60 // minutes)

    def hours(day: date) -> list[int]:
        weights = profile.slot_weights(day, minutes)
        return [sum(weights[first : first + per_hour]) for first in range(0, len(weights), per_hour)]

    ordinary = hours(TUESDAY)
    per_half_hour = max(1, 30 // minutes)
    assert ordinary == [((2 * hour) ** 2 + (2 * hour + 1) ** 2) * per_half_hour for hour in range(24)]
    assert hours(date(2026, 3, 29)) == ordinary[:2] + ordinary[3:]
    assert hours(date(2026, 10, 25)) == ordinary[:3] + ordinary[2:]


def test_a_year_of_estimates_over_three_years_is_quick(capsys: pytest.CaptureFixture[str]) -> None:
    days = ledger(date(2024, 11, 21), date(2026, 11, 20))
    estimated = list(days_between(date(2023, 11, 21), date(2024, 11, 20)))
    days |= {day: DayRecord(12_000) for day in estimated}
    started = perf_counter()
    book = ProfileBook(days)
    profiles = [book.profile_for(day) for day in estimated]
    seconds = perf_counter() - started
    with capsys.disabled():
        sys.stdout.write(f"\n{len(profiles)} profiles over {len(days)} days in {seconds:.3f} s\n")
    assert None not in profiles
    assert seconds < 7.5
