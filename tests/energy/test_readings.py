"""A record is only ever improved."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.myelectricaldata.energy.readings import (
    DayCurve,
    DayRecord,
    DayState,
    merge_curves,
    merge_records,
    slots_in_day,
)

DAY = date(2026, 9, 1)


@st.composite
def curves(draw: st.DrawFn) -> DayCurve:
    minutes = draw(st.sampled_from((10, 15, 30, 60)))
    hole = draw(st.sampled_from((0, 3)))
    watts = draw(st.lists(st.integers(0, 9000), min_size=1440 // minutes, max_size=1440 // minutes))
    return DayCurve(minutes, tuple(None if hole and place % hole == 0 else watt for place, watt in enumerate(watts)))


def watts_at(curve: DayCurve | None, minute: int) -> int | None:
    return None if curve is None else curve.watts[minute // curve.minutes]


@given(curves(), curves())
def test_every_minute_has_the_newer_reading_else_the_older_one(known: DayCurve, newer: DayCurve) -> None:
    merged = merge_curves(DAY, known, newer)
    for minute in range(0, 1440, 5):
        latest = watts_at(newer, minute)
        assert watts_at(merged, minute) == (watts_at(known, minute) if latest is None else latest)
    assert merge_curves(DAY, merged, newer) == merged


@given(curves())
def test_nothing_new_changes_nothing(curve: DayCurve) -> None:
    known = DayRecord(1000, curve)
    assert merge_records(DAY, known, DayRecord()) is known
    assert merge_records(DAY, known, DayRecord(1000, DayCurve(curve.minutes, curve.watts))) is known
    assert merge_records(DAY, DayRecord(), known) == known
    assert merge_records(DAY, known, DayRecord(999)) == DayRecord(999, curve)


def test_a_curve_of_another_length_of_day_is_not_mixed_in() -> None:
    right, wrong = DayCurve(30, (1,) * 48), DayCurve(30, (2,) * 46)
    assert merge_curves(DAY, wrong, right) == right
    assert merge_curves(DAY, right, wrong) == right


@pytest.mark.parametrize(
    ("record", "state"),
    [
        (DayRecord(), DayState.MISSING),
        (DayRecord(None, DayCurve(60, (None,) * 24)), DayState.MISSING),
        (DayRecord(5000), DayState.DAILY_ONLY),
        (DayRecord(0), DayState.DAILY_ONLY),
        (DayRecord(5000, DayCurve(60, (None,) * 24)), DayState.DAILY_ONLY),
        (DayRecord(5000, DayCurve(60, (0,) * 24)), DayState.DAILY_ONLY),
        (DayRecord(0, DayCurve(60, (0,) * 24)), DayState.COMPLETE),
        (DayRecord(None, DayCurve(60, (0,) * 24)), DayState.COMPLETE),
        (DayRecord(5000, DayCurve(60, (None,) + (5,) * 23)), DayState.PARTIAL),
    ],
)
def test_null_is_missing_and_zero_is_a_reading_unless_the_index_says_otherwise(record: DayRecord, state: str) -> None:
    assert record.state is state


def test_slots_follow_the_length_of_the_day() -> None:
    days = (date(2026, 3, 29), DAY, date(2026, 10, 25))
    assert [slots_in_day(day, 30) for day in days] == [46, 48, 50]
    assert [slots_in_day(day, 10) for day in days] == [138, 144, 150]
