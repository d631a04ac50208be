"""From readings to hourly rows: sums that are right at every midnight, whatever is known and in whatever order."""

from collections.abc import Set
from datetime import UTC, date, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from custom_components.myelectricaldata.energy.calendar import ONE_DAY, day_end, day_start, hours_in_day
from custom_components.myelectricaldata.energy.readings import DayCurve, DayRecord, slots_in_day
from custom_components.myelectricaldata.energy.series import DayPeak, DaySeries, EnergySeries, peak_series
from custom_components.myelectricaldata.gateway.models import PowerPeak

TODAY = date(2026, 11, 21)
# Around both clock changes and a turn of the year.
STARTS = st.sampled_from([date(2025, 10, 24), date(2025, 12, 29), date(2026, 3, 27), date(2026, 11, 16)])


@st.composite
def curves(draw: st.DrawFn, day: date, holes: bool = True) -> DayCurve:
    minutes = draw(st.sampled_from([10, 15, 30, 60]))
    random = Random(draw(st.integers(0, 2**32)))
    share = draw(st.sampled_from([0, 0, 0.1, 0.8])) if holes else 0
    slots = slots_in_day(day, minutes)
    return DayCurve(
        minutes, tuple(None if random.random() < share else random.randrange(0, 9000, 6) for _ in range(slots))
    )


@st.composite
def records(draw: st.DrawFn, day: date) -> DayRecord:
    curve = draw(st.none() | curves(day))
    return DayRecord(draw(st.none() | st.integers(0, 60_000)), curve)


@st.composite
def histories(draw: st.DrawFn) -> dict[date, DayRecord]:
    first = draw(STARTS)
    days = [first + away * ONE_DAY for away in range(7) if draw(st.booleans()) or away == 0]
    return {day: draw(records(day)) for day in days}


def index_of(curve: DayCurve) -> int:
    return sum(watt or 0 for watt in curve.watts) * curve.minutes // 60


def build(days: dict[date, DayRecord], held: Set[date] = frozenset()) -> tuple[DaySeries, ...]:
    return EnergySeries().build(days, today=TODAY, held=lambda day, _record: day in held)


@given(histories())
def test_rows_add_up_hour_by_hour_and_meet_at_every_midnight(days: dict[date, DayRecord]) -> None:
    total = 0
    series = build(days)
    for entry in series:
        assert entry.sum_before_wh == total
        rows = list(entry.rows())
        assert [row.start for row in rows] == [
            day_start(entry.day) + hour * timedelta(hours=1) for hour in range(hours_in_day(entry.day))
        ]
        for row in rows:
            total += row.amount or 0
            assert row.total == total
        assert entry.sum_after_wh == total
    assert [entry.day for entry in series] == [series[0].day + away * ONE_DAY for away in range(len(series))]
    published = {entry.day for entry in series if entry.energy is not None}
    assert published <= {day for day, record in days.items() if record != DayRecord() and day < TODAY}
    assert {day for day, record in days.items() if record.index_wh is not None and day < TODAY} <= published
    if series:
        assert series[0].energy is not None
        assert series[-1].energy is not None


@given(st.data())
def test_a_curve_that_arrives_later_changes_only_the_hours_of_its_day(data: st.DataObject) -> None:
    first = data.draw(STARTS)
    full = {}
    for day in (first + away * ONE_DAY for away in range(4)):
        curve = data.draw(curves(day, holes=False))
        full[day] = DayRecord(index_of(curve), curve)
    order = data.draw(st.permutations(sorted(full)))
    known = {day: DayRecord(full[day].index_wh) for day in order}
    builder, held = EnergySeries(), set(full)
    complete = {entry.day: entry for entry in build(full)}
    for day in order:
        known[day] = full[day]
        held.discard(day)
        series = builder.build(known, today=TODAY, held=lambda day, _record: day in held)
        assert {entry.day for entry in series if entry.held} == held
        for entry in series:
            assert entry.sum_before_wh == complete[entry.day].sum_before_wh
            assert entry.held or entry == complete[entry.day]


@given(histories(), histories())
def test_a_builder_that_saw_another_history_gives_what_a_new_one_does(
    before: dict[date, DayRecord], after: dict[date, DayRecord]
) -> None:
    builder = EnergySeries()
    builder.build(before, today=TODAY)
    assert builder.build(before | after, today=TODAY) == build(before | after)
    assert builder.build(dict(reversed(after.items())), today=TODAY) == build(after)


@given(histories(), st.data())
def test_a_day_that_waited_is_estimated_from_its_neighbours_once_it_no_longer_does(
    days: dict[date, DayRecord], data: st.DataObject
) -> None:
    held = data.draw(st.sets(st.sampled_from(sorted(days)))) if days else set()
    builder = EnergySeries()
    for waiting in (held, held, set(), held):
        found = builder.build(days, today=TODAY, held=lambda day, _record, waiting=waiting: day in waiting)
        fresh = build(days, waiting)
        assert [entry for entry in found if not entry.held] == [entry for entry in fresh if not entry.held]
        assert [entry.sum_after_wh for entry in found] == [entry.sum_after_wh for entry in fresh]


def test_a_hole_is_an_entry_without_energy_and_leaves_the_sum_where_it_was() -> None:
    first = date(2026, 3, 27)
    series = build({first: DayRecord(1000), first + 2 * ONE_DAY: DayRecord(2300)})
    assert [(entry.sum_before_wh, entry.energy is None) for entry in series] == [
        (0, False),
        (1000, True),
        (1000, False),
    ]
    assert [(row.amount, row.total) for row in series[1].rows()] == [(None, 1000)] * 24
    assert len(list(series[2].rows())) == 23


def test_nothing_known_is_no_series_and_today_is_never_part_of_it() -> None:
    assert build({}) == ()
    assert build({TODAY: DayRecord(5000), TODAY - ONE_DAY: DayRecord()}) == ()


def test_a_held_day_without_index_counts_for_nothing() -> None:
    first = date(2026, 11, 18)
    curve = DayCurve(60, (100, *[None] * 23))
    series = build({first: DayRecord(500), first + ONE_DAY: DayRecord(None, curve)}, held={first + ONE_DAY})
    assert [entry.day for entry in series] == [first]


def test_a_peak_stands_at_its_utc_hour_on_its_own_day_or_nowhere() -> None:
    day = date(2026, 10, 25)
    second_of_two = datetime(2026, 10, 25, 1, 59, 59, tzinfo=UTC)  # 02:59:59 for the second time that night
    peaks = {
        day + ONE_DAY: PowerPeak(volt_amperes=5000, at=None),
        day: PowerPeak(volt_amperes=6000, at=second_of_two),
        day + 2 * ONE_DAY: PowerPeak(volt_amperes=7000, at=day_end(day + 2 * ONE_DAY)),
    }
    series = peak_series(peaks)
    assert [entry.day for entry in series] == sorted(peaks)
    assert series[0] == DayPeak(day, 6000, second_of_two)
    assert [(row.start, row.amount, row.total) for row in series[0].rows() if row.amount is not None] == [
        (datetime(2026, 10, 25, 1, tzinfo=UTC), 6000, 0)
    ]
    assert len(list(series[0].rows())) == 25
    assert all(row.amount is None for entry in series[1:] for row in entry.rows())
