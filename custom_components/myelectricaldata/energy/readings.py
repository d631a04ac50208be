"""The readings of one Paris civil day, and how complete they are."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import gcd

from .calendar import minutes_in_day


@dataclass(frozen=True, slots=True)
class DayCurve:
    """The load curve of one Paris civil day, by position: slot k covers [midnight UTC + k·minutes, +minutes).

    `watts` holds the mean power of each slot; None is a missing slot, 0 is a reading.
    """

    minutes: int
    """Length of a slot: 5, 10, 15, 30 or 60."""
    watts: tuple[int | None, ...]
    """One for each slot of the day: 46, 48 or 50 for half-hours."""

    @property
    def known(self) -> int:
        """Number of slots with a reading."""
        return len(self.watts) - self.watts.count(None)

    @property
    def complete(self) -> bool:
        """Whether no slot is missing."""
        return None not in self.watts


class DayState(StrEnum):
    """How much of a day is known."""

    MISSING = "missing"
    DAILY_ONLY = "daily_only"
    PARTIAL = "partial"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class DayRecord:
    """What is known of one usage point, in one direction, on one Paris civil day."""

    index_wh: int | None = None
    """The daily index: energy of the day as Enedis certifies it."""
    curve: DayCurve | None = None

    @property
    def delivered_curve(self) -> DayCurve | None:
        """The curve, unless it is the "nothing delivered" that Enedis sends as all nulls or all zeros beside energy.

        Source: ha-linky PR #194, user-needs.md pain 6.
        """
        if self.curve is None or not self.curve.known:
            return None
        if self.index_wh and not any(self.curve.watts):
            return None
        return self.curve

    @property
    def state(self) -> DayState:
        """Derived, never stored."""
        curve = self.delivered_curve
        if curve is not None:
            return DayState.COMPLETE if curve.complete else DayState.PARTIAL
        return DayState.MISSING if self.index_wh is None else DayState.DAILY_ONLY


def slots_in_day(day: date, minutes: int) -> int:
    """How many slots of `minutes` a Paris civil day has."""
    return minutes_in_day(day) // minutes


def merge_curves(day: date, known: DayCurve | None, newer: DayCurve | None) -> DayCurve | None:
    """The better of two curves of a day: the newer reading of each slot, a null never erases a value.

    Curves of different slot lengths are laid on their finest common slots, which changes no energy.
    """
    if known is None or newer is None or known == newer:
        return newer if known is None else known
    minutes = gcd(known.minutes, newer.minutes)
    old, new = _refine(known, minutes), _refine(newer, minutes)
    if len(old) != len(new):
        return newer if len(new) == slots_in_day(day, minutes) else known
    return DayCurve(minutes, tuple(before if after is None else after for before, after in zip(old, new, strict=True)))


def merge_records(day: date, known: DayRecord, newer: DayRecord) -> DayRecord:
    """A record is only ever improved: later values replace earlier ones, nothing is erased. Equal stays identical."""
    merged = DayRecord(
        known.index_wh if newer.index_wh is None else newer.index_wh,
        merge_curves(day, known.curve, newer.curve),
    )
    return known if merged == known else merged


def _refine(curve: DayCurve, minutes: int) -> tuple[int | None, ...]:
    times = curve.minutes // minutes
    return curve.watts if times == 1 else tuple(watt for watt in curve.watts for _ in range(times))
