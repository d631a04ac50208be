"""Every day's hours sum to its index."""

import sys
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.myelectricaldata.energy.assembly import assemble_days
from custom_components.myelectricaldata.energy.calendar import days_between, hours_in_day
from custom_components.myelectricaldata.energy.profile import Profile
from custom_components.myelectricaldata.energy.readings import DayCurve, DayRecord
from custom_components.myelectricaldata.energy.trueup import Quality, apportion, day_energy, needs_profile

from .bodies import INTERVALS, any_days, gateway_body, true_curve

DAY = date(2026, 9, 1)
LATER = date(2040, 1, 1)
EVENING = Profile((0,) * 36 + (3,) * 12)
MORNING = Profile((1,) * 12 + (0,) * 36)


def energy_of(curve: DayCurve) -> Fraction:
    return Fraction(sum(watts or 0 for watts in curve.watts) * curve.minutes, 60)


@st.composite
def records(draw: st.DrawFn) -> tuple[date, DayRecord]:
    day = draw(any_days)
    curve = None
    energy = draw(st.integers(0, 60_000))
    if draw(st.booleans()):
        curve = true_curve(day, draw(st.sampled_from(INTERVALS)), Random(draw(st.integers(0, 2**32))))
        energy = int(energy_of(curve))
        lost = draw(st.sets(st.integers(0, len(curve.watts) - 1), max_size=len(curve.watts)))
        nudge = draw(st.sampled_from((0, 0, 1, 7)))
        curve = DayCurve(
            curve.minutes,
            tuple(None if place in lost else watts + nudge for place, watts in enumerate(curve.watts)),
        )
    index = draw(st.one_of(st.none(), st.just(energy), st.integers(0, 90_000), st.integers(energy - 1, energy + 1)))
    return day, DayRecord(None if index is None else max(0, index), curve)


@given(any_days, st.sampled_from((30, 60)), st.integers(0, 2**32))
def test_whole_watt_hours_that_sum_to_the_index_are_left_as_they_are(day: date, minutes: int, seed: int) -> None:
    dice, slots = Random(seed), hours_in_day(day) * 60 // minutes
    energies = tuple(dice.randrange(3000) for _ in range(slots))
    curve = DayCurve(minutes, tuple(energy * 60 // minutes for energy in energies))
    found = day_energy(day, DayRecord(sum(energies), curve), today=LATER, profile=None)
    assert found is not None
    assert (found.slots, found.quality) == (energies, Quality.MEASURED)


@given(records(), st.sampled_from((None, EVENING, MORNING)))
def test_the_hours_of_a_day_sum_to_its_index(case: tuple[date, DayRecord], profile: Profile | None) -> None:
    day, record = case
    energy = day_energy(day, record, today=LATER, profile=lambda: profile)
    if energy is None:
        assert record.index_wh is None
        return
    hours = energy.hours()
    assert len(hours) == hours_in_day(day)
    assert sum(hour for hour in hours if hour is not None) == energy.total_wh
    assert all(slot is None or slot >= 0 for slot in energy.slots)
    curve = record.delivered_curve
    if record.index_wh is None or energy.quality is Quality.CONFLICT:
        assert curve is not None
        assert abs(energy.total_wh - energy_of(curve)) <= Fraction(1, 2)
        assert [slot is None for slot in energy.slots] == [watts is None for watts in curve.watts]
    else:
        assert energy.total_wh == record.index_wh
        assert None not in energy.slots
    if energy.quality in {Quality.FILLED, Quality.MEASURED, Quality.CONFLICT, Quality.PARTIAL}:
        assert curve is not None
        width = 60 // curve.minutes
        for place, hour in enumerate(hours):
            watts = curve.watts[place * width : (place + 1) * width]
            if None not in watts:
                assert abs(hour - energy_of(DayCurve(curve.minutes, watts))) < 2


@given(records())
def test_only_a_day_that_needs_the_profile_asks_for_it_and_depends_on_it(case: tuple[date, DayRecord]) -> None:
    day, record = case
    asked: list[Profile] = []

    def source() -> Profile:
        asked.append(EVENING)
        return EVENING

    with_evening = day_energy(day, record, today=LATER, profile=source)
    assert bool(asked) is needs_profile(record)
    if not needs_profile(record):
        assert with_evening == day_energy(day, record, today=LATER, profile=None)


@given(st.integers(0, 10**6), st.lists(st.integers(0, 9000), min_size=1, max_size=150))
def test_shares_sum_to_the_total_and_are_off_by_less_than_one(total: int, weights: list[int]) -> None:
    shares = apportion(total, weights)
    assert sum(shares) == total
    used = weights if any(weights) else [1] * len(weights)
    for share, weight in zip(shares, used, strict=True):
        assert abs(share - Fraction(total * weight, sum(used))) < 1
        assert weight or not share
    assert apportion(total, [Fraction(weight, 3) for weight in weights]) == shares


def test_shares_of_exact_energies_are_those_energies_and_ties_go_to_the_earlier() -> None:
    assert apportion(10, (1, 2, 3, 4)) == (1, 2, 3, 4)
    assert apportion(2, (1, 1, 1)) == (1, 1, 0)
    assert apportion(5, (0, 0, 0)) == (2, 2, 1)
    assert apportion(0, ()) == ()


@pytest.mark.parametrize(("total", "weights"), [(-1, (1, 2)), (5, (1, -1)), (5, ())])
def test_what_cannot_be_shared_is_refused(total: int, weights: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="energy"):
        apportion(total, weights)


def whole(watts: int, minutes: int = 30, *, but: dict[int, int | None] | None = None) -> DayCurve:
    slots: list[int | None] = [watts] * (1440 // minutes)
    for place, other in (but or {}).items():
        slots[place] = other
    return DayCurve(minutes, tuple(slots))


@pytest.mark.parametrize(
    ("record", "quality", "total"),
    [
        pytest.param(DayRecord(24_000, whole(1000)), Quality.MEASURED, 24_000, id="equal"),
        pytest.param(DayRecord(24_001, whole(1000)), Quality.MEASURED, 24_001, id="1 Wh more"),
        pytest.param(DayRecord(23_999, whole(1000)), Quality.MEASURED, 23_999, id="1 Wh less"),
        pytest.param(DayRecord(24_002, whole(1000)), Quality.SCALED, 24_002, id="2 Wh more"),
        pytest.param(DayRecord(24_489, whole(1000)), Quality.SCALED, 24_489, id="just under 2 % of the index"),
        pytest.param(DayRecord(24_490, whole(1000)), Quality.CONFLICT, 24_000, id="just over 2 % of the index"),
        pytest.param(DayRecord(23_530, whole(1000)), Quality.SCALED, 23_530, id="just under 2 % below"),
        pytest.param(DayRecord(23_529, whole(1000)), Quality.CONFLICT, 24_000, id="just over 2 % below"),
        pytest.param(DayRecord(None, whole(1000)), Quality.MEASURED, 24_000, id="no index yet"),
        pytest.param(DayRecord(0, whole(0)), Quality.MEASURED, 0, id="a day without energy"),
        pytest.param(DayRecord(0, whole(10)), Quality.CONFLICT, 240, id="a curve beside no energy"),
        pytest.param(DayRecord(24_000, whole(1000, but={5: None})), Quality.FILLED, 24_000, id="a hole"),
        pytest.param(DayRecord(23_500, whole(1000, but={5: None})), Quality.FILLED, 23_500, id="an empty hole"),
        pytest.param(DayRecord(23_499, whole(1000, but={5: None})), Quality.FILLED, 23_499, id="1 Wh too much"),
        pytest.param(DayRecord(23_498, whole(1000, but={5: None})), Quality.CONFLICT, 23_500, id="2 Wh too much"),
        pytest.param(DayRecord(9000), Quality.ESTIMATED, 9000, id="index alone"),
        pytest.param(DayRecord(0), Quality.ESTIMATED, 0, id="index of a day without energy"),
        pytest.param(DayRecord(9000, whole(0)), Quality.ESTIMATED, 9000, id="all zeros beside energy"),
        pytest.param(DayRecord(9000, DayCurve(60, (None,) * 24)), Quality.ESTIMATED, 9000, id="all nulls"),
        pytest.param(DayRecord(None, whole(1000, but={5: None})), Quality.PARTIAL, 23_500, id="a hole, no index"),
    ],
)
def test_each_case_of_the_table(record: DayRecord, quality: Quality, total: int) -> None:
    energy = day_energy(DAY, record, today=LATER, profile=None)
    assert energy is not None
    assert (energy.quality, energy.total_wh) == (quality, total)


def test_a_residual_goes_to_the_missing_slots_alone_in_the_shape_of_the_household() -> None:
    record = DayRecord(24_000, whole(1000, but={2: None, 40: None, 41: None}))
    evening = day_energy(DAY, record, today=LATER, profile=lambda: EVENING)
    flat = day_energy(DAY, record, today=LATER, profile=None)
    unknown = day_energy(DAY, record, today=LATER, profile=lambda: None)
    assert evening is not None
    assert flat is not None
    assert (evening.slots[2], evening.slots[40], evening.slots[41]) == (0, 750, 750)
    assert (flat.slots[2], flat.slots[40], flat.slots[41]) == (500, 500, 500)
    assert unknown == flat
    assert {slot for place, slot in enumerate(evening.slots) if place not in {2, 40, 41}} == {500}


def test_a_profile_that_knows_nothing_of_the_missing_slots_spreads_evenly() -> None:
    energy = day_energy(
        DAY, DayRecord(24_000, whole(1000, but={2: None, 3: None})), today=LATER, profile=lambda: EVENING
    )
    assert energy is not None
    assert energy.slots[2:4] == (500, 500)


def test_an_estimate_covers_the_real_hours_of_the_day_by_wall_time() -> None:
    early = Profile((0,) * 4 + (2, 2) + (0,) * 40 + (1, 1))
    for day, expected in (
        (date(2026, 3, 29), {22: 600}),
        (DAY, {2: 400, 23: 200}),
        (date(2026, 10, 25), {2: 240, 3: 240, 24: 120}),
    ):
        energy = day_energy(day, DayRecord(600), today=LATER, profile=lambda: early)
        assert energy is not None
        assert {hour: wh for hour, wh in enumerate(energy.hours()) if wh} == expected


def test_a_partial_day_without_index_waits_three_days_and_needs_nine_tenths() -> None:
    def published(missing: int, age: int) -> bool:
        record = DayRecord(None, whole(1000, 60, but=dict.fromkeys(range(missing))))
        return day_energy(DAY, record, today=DAY + timedelta(days=age), profile=None) is not None

    assert published(2, 3)
    assert not published(2, 2)
    assert not published(3, 3)
    energy = day_energy(DAY, DayRecord(None, whole(1000, but={0: None, 1: None, 4: None})), today=LATER, profile=None)
    assert energy is not None
    assert energy.hours()[:4] == (None, 1000, 500, 1000)


def test_today_and_the_future_are_never_published() -> None:
    record = DayRecord(24_000, whole(1000))
    assert day_energy(DAY, record, today=DAY, profile=None) is None
    assert day_energy(DAY, record, today=DAY - timedelta(days=1), profile=None) is None
    assert day_energy(DAY, record, today=DAY + timedelta(days=1), profile=None) is not None
    assert day_energy(DAY, DayRecord(), today=LATER, profile=None) is None


@pytest.mark.parametrize("minutes", INTERVALS)
def test_a_kilowatt_all_october_is_745_kwh(minutes: int) -> None:
    october = list(days_between(date(2026, 10, 1), date(2026, 10, 31)))
    body = [
        one
        for day in october
        for one in gateway_body(day, DayCurve(minutes, (1000,) * (hours_in_day(day) * 60 // minutes)))
    ]
    energies = [
        day_energy(day, DayRecord(None, curve), today=LATER, profile=None) for day, curve in assemble_days(body).items()
    ]
    assert sum(energy.total_wh for energy in energies if energy) == 745_000
    assert {hour for energy in energies if energy for hour in energy.hours()} == {1000}


def test_two_years_of_half_hours_take_well_under_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    random = Random(4)
    days = list(days_between(date(2024, 11, 21), date(2026, 11, 20)))
    curves = {day: true_curve(day, 30, random) for day in days}
    body = [one for day in days for one in gateway_body(day, curves[day])]
    started = perf_counter()
    assembled = assemble_days(body)
    placed = perf_counter()
    energies = [
        day_energy(day, DayRecord(int(energy_of(curves[day])), curve), today=LATER, profile=None)
        for day, curve in assembled.items()
    ]
    done = perf_counter()
    with capsys.disabled():
        sys.stdout.write(
            f"\n730 days of PT30M: assembled in {placed - started:.3f} s, trued up in {done - placed:.3f} s\n"
        )
    assert assembled == curves
    assert all(energy and energy.quality is Quality.MEASURED for energy in energies)
    assert done - started < 5
