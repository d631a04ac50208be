"""Totals of periods: against a brute-force oracle that walks every day, and by hand at the boundaries."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.myelectricaldata.energy.readings import DayCurve, DayRecord, slots_in_day
from custom_components.myelectricaldata.energy.summary import (
    Comparison,
    EnergySummary,
    PeriodTotal,
    day_total,
    summarise_energy,
    summarise_peaks,
)

DAY = timedelta(days=1)
BOUNDARIES = [date(2028, 1, 1), date(2028, 2, 29), date(2028, 3, 1), date(2029, 3, 1), date(2026, 12, 31)]
TODAYS = st.one_of(st.dates(date(2024, 1, 1), date(2032, 12, 31)), st.sampled_from(BOUNDARIES))


@dataclass(frozen=True)
class FakePeak:
    volt_amperes: int
    at: datetime | None = None


def index_days(first: date, last: date, wh: int = 1000) -> dict[date, DayRecord]:
    return {first + i * DAY: DayRecord(index_wh=wh) for i in range((last - first).days + 1)}


def curve_of(day: date, watts: int | None, minutes: int = 30) -> DayCurve:
    return DayCurve(minutes, (watts,) * slots_in_day(day, minutes))


def brute(days: dict[date, DayRecord], wanted: list[date]) -> tuple[int | None, int, int]:
    """(sum, known, expected) over an explicit list of days."""
    known = [record.index_wh for day in wanted if (record := days.get(day)) and record.index_wh is not None]
    return (sum(known) if known else None), len(known), len(wanted)


def figures(period: PeriodTotal) -> tuple[int | None, int, int]:
    return period.wh, period.days_known, period.days_expected


@st.composite
def households(draw: st.DrawFn) -> tuple[date, dict[date, DayRecord]]:
    """A `today` and two and a half years before it (and some days from it on), with holes."""
    today = draw(TODAYS)
    holes = draw(st.sets(st.integers(-3, 900), max_size=40))
    fill = draw(st.integers(0, 2**32 - 1))
    span = draw(st.sampled_from([0, 5, 40, 400, 900]))
    return today, {
        today - i * DAY: DayRecord(index_wh=(fill * (i + 7)) % 30011) for i in range(-3, span) if i not in holes
    }


@given(households())
def test_every_period_is_the_sum_of_its_own_days_before_today(
    household: tuple[date, dict[date, DayRecord]],
) -> None:
    today, days = household
    past = [today - i * DAY for i in range(1, 1000)]
    this_week = list(takewhile(lambda day: day.isocalendar()[:2] == today.isocalendar()[:2], past))
    this_month = [day for day in past if (day.year, day.month) == (today.year, today.month)]
    this_year = [day for day in past if day.year == today.year]
    summary = summarise_energy(days, today)

    assert figures(summary.yesterday) == brute(days, past[:1])
    assert figures(summary.week.now) == brute(days, this_week)
    assert figures(summary.month.now) == brute(days, this_month)
    assert figures(summary.year.now) == brute(days, this_year)
    assert figures(summary.last_7_days) == brute(days, past[:7])
    assert figures(summary.last_30_days.now) == brute(days, past[:30])


@given(households())
def test_last_year_is_the_same_calendar_days_or_the_same_weekdays_52_weeks_before(
    household: tuple[date, dict[date, DayRecord]],
) -> None:
    today, days = household
    past = [today - i * DAY for i in range(1, 1000)]
    this_week = takewhile(lambda day: day.isocalendar()[:2] == today.isocalendar()[:2], past)
    reached = (past[0].month, past[0].day)
    last_year = [day for day in past if day.year == today.year - 1]
    same_month = [day for day in last_year if day.month == today.month and (day.month, day.day) <= reached]
    same_year = [day for day in last_year if today.month > 1 or today.day > 1 if (day.month, day.day) <= reached]
    summary = summarise_energy(days, today)

    assert figures(summary.week.before) == brute(days, [day - 364 * DAY for day in this_week])
    assert figures(summary.month.before) == brute(days, same_month if past[0].month == today.month else [])
    assert figures(summary.year.before) == brute(days, same_year)
    ended = next(day for day in past if day.year == past[0].year - 1 and (day.month, day.day) <= reached)
    assert figures(summary.last_30_days.before) == brute(days, [ended - i * DAY for i in range(30)])


@given(households())
def test_nothing_known_is_never_zero_and_coverage_never_exceeds_the_period(
    household: tuple[date, dict[date, DayRecord]],
) -> None:
    today, days = household
    for period in all_periods(summarise_energy(days, today)):
        assert (period.wh is None) == (period.days_known == 0)
        assert 0 <= period.days_known <= period.days_expected == (period.last - period.first).days + 1
        assert period.last < today


@given(households())
def test_the_change_is_said_only_of_two_complete_periods(household: tuple[date, dict[date, DayRecord]]) -> None:
    today, days = household
    summary = summarise_energy(days, today)
    for pair in (summary.week, summary.month, summary.year, summary.last_30_days):
        both = pair.now.complete and pair.before.complete
        if both and pair.before.wh and pair.now.wh is not None:
            assert pair.change_percent is not None
            assert pair.before.wh * (100 + pair.change_percent) / 100 == pytest.approx(pair.now.wh)
        else:
            assert pair.change_percent is None


@given(households())
def test_the_order_of_the_days_does_not_matter(household: tuple[date, dict[date, DayRecord]]) -> None:
    today, days = household
    assert summarise_energy(dict(reversed(days.items())), today) == summarise_energy(days, today)


def all_periods(summary: EnergySummary) -> list[PeriodTotal]:
    pairs = (summary.week, summary.month, summary.year, summary.last_30_days)
    return [summary.yesterday, summary.last_7_days, *(p for pair in pairs for p in (pair.now, pair.before))]


def test_on_a_monday_the_first_of_a_month_and_new_year_the_period_has_no_day_and_no_value() -> None:
    monday_first = date(2029, 1, 1)
    assert monday_first.weekday() == 0
    summary = summarise_energy(index_days(date(2026, 1, 1), date(2028, 12, 31)), monday_first)

    for pair in (summary.week, summary.month, summary.year):
        assert figures(pair.now) == figures(pair.before) == (None, 0, 0)
        assert pair.change_percent is None
        assert pair.now.last == pair.now.first - DAY
    assert figures(summary.yesterday) == (1000, 1, 1)
    assert figures(summary.last_30_days.now) == (30_000, 30, 30)


def test_the_day_after_a_leap_day_compares_with_the_last_of_february() -> None:
    days = index_days(date(2026, 1, 1), date(2028, 3, 1))
    summary = summarise_energy(days, date(2028, 3, 1))

    assert (summary.year.now.last, summary.year.before.last) == (date(2028, 2, 29), date(2027, 2, 28))
    assert (summary.year.now.days_known, summary.year.before.days_known) == (60, 59)
    assert summary.year.change_percent == pytest.approx(100 / 59)
    assert summary.last_30_days.before.last == date(2027, 2, 28)
    assert summary.last_30_days.before.days_expected == 30
    assert summary.month.before == PeriodTotal(
        first=date(2027, 3, 1), last=date(2027, 2, 28), wh=None, days_known=0, days_expected=0
    )


def test_the_first_of_march_after_a_leap_year_does_not_count_the_leap_day_twice() -> None:
    summary = summarise_energy(index_days(date(2027, 1, 1), date(2029, 2, 28)), date(2029, 3, 1))

    assert summary.month.before.last == date(2028, 2, 29)
    assert summary.month.before.days_expected == 0
    assert (summary.year.now.days_known, summary.year.before.days_known) == (59, 59)


def test_on_31_december_the_year_lacks_only_its_last_day() -> None:
    summary = summarise_energy(index_days(date(2025, 1, 1), date(2026, 12, 30)), date(2026, 12, 31))

    assert figures(summary.year.now) == figures(summary.year.before) == (364_000, 364, 364)
    assert summary.year.change_percent == 0


def test_a_year_that_used_nothing_gives_no_percentage() -> None:
    nothing = index_days(date(2025, 1, 1), date(2025, 12, 31), wh=0)
    summary = summarise_energy(nothing | index_days(date(2026, 1, 1), date(2026, 6, 1)), date(2026, 6, 2))

    assert summary.year.before.wh == 0
    assert summary.year.change_percent is None


def test_less_than_last_year_is_negative() -> None:
    period = PeriodTotal(first=date(2026, 1, 1), last=date(2026, 1, 1), wh=750, days_known=1, days_expected=1)
    before = PeriodTotal(first=date(2025, 1, 1), last=date(2025, 1, 1), wh=1000, days_known=1, days_expected=1)
    assert Comparison(now=period, before=before).change_percent == -25


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 7, 1), date(2026, 10, 25)])
@pytest.mark.parametrize("minutes", [5, 10, 15, 30, 60])
def test_a_complete_curve_stands_for_the_index_on_days_of_23_24_and_25_hours(day: date, minutes: int) -> None:
    hours = slots_in_day(day, 60)
    assert day_total(DayRecord(curve=curve_of(day, 1200, minutes))) == 1200 * hours


def test_the_index_is_preferred_to_the_curve() -> None:
    day = date(2026, 7, 1)
    assert day_total(DayRecord(index_wh=5, curve=curve_of(day, 1000))) == 5


def test_a_curve_with_a_hole_gives_no_total_and_a_curve_of_zeros_gives_zero() -> None:
    day = date(2026, 7, 1)
    holed = DayCurve(60, (None, *(1000,) * 23))
    assert day_total(DayRecord(curve=holed)) is None
    assert day_total(DayRecord()) is None
    assert day_total(DayRecord(curve=curve_of(day, None))) is None
    assert day_total(DayRecord(curve=curve_of(day, 0))) == 0


def test_the_last_known_day_and_the_last_complete_day_tell_index_from_curve_and_ignore_today() -> None:
    today = date(2026, 11, 21)
    days = {
        today: DayRecord(index_wh=9, curve=curve_of(today, 10)),
        today - DAY: DayRecord(),
        today - 2 * DAY: DayRecord(index_wh=1000),
        today - 3 * DAY: DayRecord(index_wh=24, curve=curve_of(today - 3 * DAY, 1)),
    }
    summary = summarise_energy(days, today)
    assert summary.last_known_day == today - 2 * DAY
    assert summary.last_complete_day == today - 3 * DAY
    assert summary.yesterday.wh is None

    nothing = summarise_energy({}, today)
    assert (nothing.last_known_day, nothing.last_complete_day) == (None, None)


TODAY = date(2026, 11, 21)


def test_yesterdays_peak_has_its_time_and_its_margin_to_the_subscribed_power() -> None:
    at = datetime(2026, 11, 20, 18, 30, 5, tzinfo=UTC)
    summary = summarise_peaks({TODAY - DAY: FakePeak(6340, at)}, Decimal(9), TODAY)

    assert (summary.day, summary.volt_amperes, summary.at) == (date(2026, 11, 20), 6340, at)
    assert (summary.subscribed_va, summary.margin_va) == (9000, 2660)
    assert (summary.days_above, summary.days_known, summary.days_expected) == (0, 1, 30)


@given(st.dictionaries(st.integers(-2, 40), st.integers(0, 20_000)), st.sampled_from(["3", "4.5", "9", "36"]))
def test_the_days_above_the_subscription_are_counted_over_exactly_30_days(powers: dict[int, int], kva: str) -> None:
    peaks = {TODAY - i * DAY: FakePeak(power) for i, power in powers.items()}
    window = [powers[i] for i in range(1, 31) if i in powers]
    summary = summarise_peaks(peaks, Decimal(kva), TODAY)

    assert summary.days_known == len(window)
    assert summary.days_above == (sum(power > float(kva) * 1000 for power in window) if window else None)
    assert (summary.first, summary.last) == (date(2026, 10, 22), date(2026, 11, 20))


def test_reaching_the_subscribed_power_is_not_exceeding_it() -> None:
    summary = summarise_peaks({TODAY - DAY: FakePeak(6000), TODAY - 2 * DAY: FakePeak(6001)}, Decimal(6), TODAY)
    assert (summary.margin_va, summary.days_above) == (0, 1)


def test_without_a_known_subscription_or_peak_nothing_is_compared() -> None:
    unknown_power = summarise_peaks({TODAY - DAY: FakePeak(6340)}, None, TODAY)
    assert (unknown_power.volt_amperes, unknown_power.subscribed_va) == (6340, None)
    assert (unknown_power.margin_va, unknown_power.days_above) == (None, None)

    no_peak = summarise_peaks({}, Decimal(6), TODAY)
    assert (no_peak.volt_amperes, no_peak.at, no_peak.margin_va, no_peak.days_above) == (None, None, None, None)
    assert no_peak.days_known == 0
