"""Every sample ends up where it was measured."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.myelectricaldata.energy.assembly import CurveSample, assemble_days, looks_end_stamped
from custom_components.myelectricaldata.energy.calendar import minutes_in_day
from custom_components.myelectricaldata.energy.readings import DayCurve, merge_curves

from .bodies import (
    AUTUMN,
    INTERVALS,
    SPRING,
    enedis_body,
    gateway_body,
    households,
    ordinary_days,
    sample,
    true_curve,
)

seeds = st.integers(0, 2**32)


def bodies(curves: dict[date, DayCurve]) -> list[list[CurveSample]]:
    return [gateway_body(day, curve) for day, curve in curves.items()]


def flat(parts: list[list[CurveSample]]) -> list[CurveSample]:
    return [one for part in parts for one in part]


def in_autumn_fold(one: CurveSample) -> bool:
    """Whether this label may stand for two instants: its end lies in the hour that runs twice."""
    end = one.label + timedelta(minutes=one.minutes)
    return minutes_in_day(one.label.date()) == 1500 and end.hour == 2


def test_labels_of_the_clock_changes_are_those_that_were_measured() -> None:
    autumn = [one.label.strftime("%H:%M") for one in gateway_body(AUTUMN[2], true_curve(AUTUMN[2], 30, Random(1)))]
    assert (len(autumn), autumn[3:9]) == (50, ["01:30", "02:00", "01:30", "02:00", "02:30", "03:00"])
    spring = [one.label.strftime("%H:%M") for one in gateway_body(SPRING[2], true_curve(SPRING[2], 30, Random(1)))]
    assert (len(spring), spring[2:5]) == (46, ["01:00", "02:30", "03:00"])


@given(households(), st.randoms(use_true_random=False))
def test_order_of_days_repetition_and_sorting_do_not_matter(curves, random) -> None:
    parts = bodies(curves)
    assert assemble_days(flat(parts)) == curves
    random.shuffle(parts)
    assert assemble_days(flat(parts)) == curves
    assert assemble_days(flat(parts + parts)) == curves
    assert assemble_days(flat([part + part for part in parts])) == curves
    assert assemble_days(sorted(flat(parts + parts), key=lambda one: one.label)) == curves


@given(households(), st.randoms(use_true_random=False))
def test_order_of_samples_does_not_matter_where_no_label_runs_twice(curves, random) -> None:
    samples = flat(bodies(curves))
    fold = iter([one for one in samples if in_autumn_fold(one)])
    random.shuffle(samples)
    shuffled = [next(fold) if in_autumn_fold(one) else one for one in samples]
    assert assemble_days(shuffled) == curves


@given(households(), st.integers(1, 300))
def test_chunks_merge_to_the_whole(curves, size) -> None:
    samples = flat(bodies(curves))
    merged: dict[date, DayCurve | None] = {}
    chunks = [samples[place : place + size] for place in range(0, len(samples), size)]
    # A chunk that cuts the hour that runs twice tells one run from the other no more.
    for chunk in chunks if not any(in_autumn_fold(one) for one in samples) else bodies(curves):
        if not looks_end_stamped(chunk):
            for day, curve in assemble_days(chunk).items():
                merged[day] = merge_curves(day, merged.get(day), curve)
        else:
            return
    assert merged == curves


@given(households(), st.data())
def test_a_hole_stays_a_hole_and_moves_nothing(curves, data) -> None:
    kept: list[CurveSample] = []
    expected: dict[date, DayCurve] = {}
    for day, curve in curves.items():
        body = gateway_body(day, curve)
        nulls = data.draw(st.booleans())
        lost = data.draw(st.sets(st.integers(0, len(body) - 1), max_size=5))
        # Losing one of two equal labels is the subject of other tests.
        lost = {place for place in lost if not in_autumn_fold(body[place])}
        kept += [
            CurveSample(one.label, one.minutes, None if place in lost else one.watts)
            for place, one in enumerate(body)
            if nulls or place not in lost
        ]
        expected[day] = DayCurve(
            curve.minutes, tuple(None if place in lost else watts for place, watts in enumerate(curve.watts))
        )
    if not looks_end_stamped(kept):
        assert assemble_days(kept) == expected


@given(st.sampled_from(AUTUMN), st.sampled_from(INTERVALS), seeds, st.data())
def test_of_a_label_that_lost_a_run_no_energy_leaves_its_hour(day, minutes, seed, data) -> None:
    curve = true_curve(day, minutes, Random(seed))
    body = gateway_body(day, curve)
    twice = [place for place, one in enumerate(body) if in_autumn_fold(one)]
    lost = data.draw(st.sets(st.sampled_from(twice), min_size=1, max_size=len(twice)))
    (found,) = assemble_days([one for place, one in enumerate(body) if place not in lost]).values()
    shift = 60 // minutes
    for first in twice[:shift]:
        true = [curve.watts[place] for place in (first, first + shift) if place not in lost]
        assert [watts for watts in (found.watts[first], found.watts[first + shift]) if watts is not None] == true
    others = [place for place in range(len(body)) if place not in twice]
    assert [found.watts[place] for place in others] == [curve.watts[place] for place in others]


def test_order_of_arrival_tells_which_run_was_lost() -> None:
    day, curve = AUTUMN[2], true_curve(AUTUMN[2], 30, Random(7))
    body = gateway_body(day, curve)
    for lost in (3, 4, 5, 6):
        kept = body[:lost] + body[lost + 1 :]
        expected = (*curve.watts[:lost], None, *curve.watts[lost + 1 :])
        assert assemble_days(kept)[day].watts == expected, lost
        assert assemble_days(kept + kept)[day].watts == expected, lost


def test_a_cache_that_keeps_one_of_two_equal_labels_does_not_spoil_the_copy_that_has_both() -> None:
    day, curve = AUTUMN[2], true_curve(AUTUMN[2], 30, Random(7))
    body = gateway_body(day, curve)
    cached = list({one.label: one for one in body}.values())
    assert len(cached) == 48
    assert assemble_days(cached + body) == {day: curve}
    assert assemble_days(body + cached) == {day: curve}


def test_without_any_order_to_go_by_a_lost_run_is_the_second() -> None:
    day, curve = AUTUMN[2], true_curve(AUTUMN[2], 30, Random(7))
    cached = list({one.label: one for one in gateway_body(day, curve)}.values())
    for body in (cached, sorted(cached + cached, key=lambda one: one.label)):
        found = assemble_days(body)[day].watts
        assert found[3:7] == (curve.watts[5], curve.watts[6], None, None)


def test_a_null_run_of_a_repeated_label_stays_null() -> None:
    day, curve = AUTUMN[2], true_curve(AUTUMN[2], 30, Random(7))
    body = gateway_body(day, curve)
    body[5] = CurveSample(body[5].label, 30, None)
    assert assemble_days(body + body)[day].watts == (*curve.watts[:5], None, *curve.watts[6:])
    alone = assemble_days([sample("2026-10-25 01:30", None)])[day]
    assert (alone.known, len(alone.watts)) == (0, 50)


@pytest.mark.parametrize("minutes", INTERVALS)
@pytest.mark.parametrize("day", [*AUTUMN, *SPRING])
def test_a_whole_day_counts_even_when_the_source_shifted_with_the_zone_in_mind(day: date, minutes: int) -> None:
    curve = true_curve(day, minutes, Random(3))
    ends = enedis_body(day - timedelta(days=1), true_curve(day - timedelta(days=1), minutes, Random(0)))[-1:]
    starts = [one.label for one in ends + enedis_body(day, curve)][:-1]
    body = [CurveSample(label, minutes, watts) for label, watts in zip(starts, curve.watts, strict=True)]
    assert assemble_days(body) == {day: curve}
    assert assemble_days(sorted(body, key=lambda one: one.label)) == {day: curve}
    assert assemble_days(body + body) == {day: curve}


def test_a_label_that_cannot_be_never_beats_one_that_can() -> None:
    day, curve = SPRING[2], true_curve(SPRING[2], 30, Random(3))
    body = gateway_body(day, curve)
    impossible = sample("2026-03-29 02:00", 2222)
    assert assemble_days([*body[:-2], impossible])[day].watts[:-2] == curve.watts[:-2]


@given(ordinary_days, seeds, st.integers(0, 47), st.integers(0, 4500))
def test_the_last_of_two_values_wins_and_a_null_never(day, seed, place, other) -> None:
    curve = true_curve(day, 30, Random(seed))
    body = gateway_body(day, curve)
    late = CurveSample(body[place].label, 30, other)
    changed = (*curve.watts[:place], other, *curve.watts[place + 1 :])
    assert assemble_days([*body, late])[day].watts == changed
    assert assemble_days([late, *body])[day] == curve
    assert assemble_days([*body, CurveSample(late.label, 30, None)])[day] == curve
    assert assemble_days([CurveSample(late.label, 30, None), *body])[day] == curve


@given(
    st.sampled_from([*AUTUMN, *SPRING, date(2026, 9, 1)]), st.sampled_from(INTERVALS), st.sampled_from(INTERVALS), seeds
)
def test_two_interval_lengths_in_a_day_lie_on_common_slots_and_keep_the_energy(day, before, after, seed) -> None:
    early, late = true_curve(day, before, Random(seed)), true_curve(day, after, Random(seed + 1))
    noon = len(early.watts) - 12 * 60 // before
    body = gateway_body(day, early)[:noon] + gateway_body(day, late)[-12 * 60 // after :]
    (found,) = assemble_days(body).values()
    assert found.complete
    assert sum(found.watts) * found.minutes == sum(one.watts * one.minutes for one in body)
    assert found.minutes == (5 if {before, after} == {10, 15} else min(before, after))


def test_a_finer_reading_beats_a_coarser_one_whichever_came_last() -> None:
    coarse, fine = sample("2026-09-01 10:00", 600, 60), sample("2026-09-01 10:30", 900)
    for body in ([coarse, fine], [fine, coarse]):
        assert assemble_days(body)[date(2026, 9, 1)].watts[20:22] == (600, 900)


@pytest.mark.parametrize(
    "odd",
    [
        sample("2026-09-01 10:07", 500),
        sample("2026-09-01 10:15", 500),
        sample("2026-09-01 10:00:30", 500),
        sample("2026-09-01 10:00", 500, 20),
        sample("2026-09-01 10:00", 500, 1440),
        sample("2026-09-01 10:00", 500, 0),
        sample("2026-09-01 10:00", -500),
    ],
)
def test_what_makes_no_sense_is_dropped_and_never_moved(odd: CurveSample) -> None:
    assert assemble_days([odd]) == {}
    found = assemble_days([odd, sample("2026-09-01 11:00", 700)])[date(2026, 9, 1)]
    assert (found.known, found.watts[22]) == (1, 700)


@given(households())
def test_raw_enedis_stamps_are_seen_and_give_nothing_instead_of_something_wrong(curves) -> None:
    raw = [one for day, curve in curves.items() for one in enedis_body(day, curve)]
    assert looks_end_stamped(raw)
    assert assemble_days(raw) == {}
    assert not looks_end_stamped(flat(bodies(curves)))


def test_nothing_gives_nothing() -> None:
    assert assemble_days([]) == {}
    assert not looks_end_stamped([])
