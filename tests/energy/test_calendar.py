"""Paris civil days, against the zone database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given

from custom_components.myelectricaldata.energy.calendar import (
    PARIS,
    day_end,
    day_start,
    days_between,
    hour_starts,
    hours_in_day,
    minutes_in_day,
    paris_date,
    same_day_of_year,
    wall_spans,
)

from .bodies import AUTUMN, SPRING, any_days


@given(any_days)
def test_the_hours_of_a_day_tile_it_and_belong_to_it(day: date) -> None:
    hours = list(hour_starts(day))
    assert hours[0] == day_start(day)
    assert hours[-1] + timedelta(hours=1) == day_end(day) == day_start(day + timedelta(days=1))
    assert {paris_date(hour) for hour in hours} == {day}
    assert len(hours) == hours_in_day(day) == (23 if day in SPRING else 25 if day in AUTUMN else len(hours))
    assert all(hour.tzinfo is UTC and hour.minute == 0 for hour in hours)


@given(any_days)
def test_wall_spans_run_as_the_clocks_of_paris(day: date) -> None:
    walked = [wall for first, end, _ in wall_spans(day) for wall in range(first, end)]
    starts = [real for _, _, real in wall_spans(day)]
    clock = [
        (local.hour * 60 + local.minute)
        for minute in range(minutes_in_day(day))
        for local in [(day_start(day) + timedelta(minutes=minute)).astimezone(PARIS)]
    ]
    assert walked == clock
    assert starts == [0, *[end - first for first, end, _ in wall_spans(day)][:-1]]


def test_days_between_includes_both_ends() -> None:
    assert list(days_between(date(2024, 2, 28), date(2024, 3, 1))) == [
        date(2024, 2, 28),
        date(2024, 2, 29),
        date(2024, 3, 1),
    ]
    assert list(days_between(date(2026, 1, 2), date(2026, 1, 1))) == []


@pytest.mark.parametrize(
    ("day", "year", "same"),
    [
        (date(2024, 2, 29), 2023, date(2023, 2, 28)),
        (date(2024, 2, 29), 2020, date(2020, 2, 29)),
        (date(2025, 12, 31), 2024, date(2024, 12, 31)),
    ],
)
def test_the_same_day_of_another_year(day: date, year: int, same: date) -> None:
    assert same_day_of_year(day, year) == same


def test_midnight_of_paris_is_not_midnight_of_utc() -> None:
    assert day_start(date(2026, 7, 1)) == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert paris_date(datetime(2026, 12, 31, 23, tzinfo=UTC)) == date(2027, 1, 1)
