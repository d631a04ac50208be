"""Readings of any span at any resolution, as the statistics have them: slots add up to hours, hours to days, and so on.

What is not known is missing, never 0; a period of which only some days are known has their sum and says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from itertools import groupby

from .calendar import day_end, day_start, days_between
from .profile import ProfileBook
from .readings import DayCurve, DayRecord
from .trueup import DayEnergy, Quality, day_energy


class Resolution(StrEnum):
    """Length of the periods of a query."""

    SLOT = "slot"
    """The slots of the meter's load curve, or half-hours where only the day is known."""
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


MISSING = "missing"
COMPLETE = "complete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The energy of one period."""

    start: datetime
    """Aware UTC, inclusive."""
    end: datetime
    """Aware UTC, exclusive."""
    wh: int | None
    """None when nothing is known of it."""
    quality: str
    """`missing`, a `Quality`, or for months and years `complete` or `partial`."""
    days_known: int | None = None
    """Months and years: days with a value, of `days_expected`."""
    days_expected: int | None = None


def query(
    days: Mapping[date, DayRecord], first: date, last: date, resolution: Resolution, *, today: date
) -> list[Reading]:
    """The readings of the Paris civil days `first` to `last`, both included; `today` and later are always missing."""
    span = list(days_between(first, last))
    if resolution is Resolution.DAY:
        return [_whole_day(day, _total(days, day, today)) for day in span]
    if resolution in (Resolution.SLOT, Resolution.HOUR):
        book = ProfileBook(days)
        return [
            reading for day in span for reading in _within_day(day, days.get(day, DayRecord()), resolution, book, today)
        ]
    parts = 2 if resolution is Resolution.MONTH else 1
    groups = groupby(span, key=lambda day: (day.year, day.month)[:parts])
    return [_period(days, list(group), today) for _, group in groups]


def _total(days: Mapping[date, DayRecord], day: date, today: date) -> DayEnergy | None:
    # The profile tells when the energy of a day was used, not how much it was.
    return day_energy(day, days.get(day, DayRecord()), today=today, profile=None)


def _whole_day(day: date, energy: DayEnergy | None) -> Reading:
    return Reading(
        start=day_start(day),
        end=day_end(day),
        wh=None if energy is None else energy.total_wh,
        quality=MISSING if energy is None else energy.quality,
    )


def _period(days: Mapping[date, DayRecord], span: Sequence[date], today: date) -> Reading:
    known = [energy.total_wh for day in span if (energy := _total(days, day, today)) is not None]
    return Reading(
        start=day_start(span[0]),
        end=day_end(span[-1]),
        wh=sum(known) if known else None,
        quality=_quality_of_period(len(known), len(span)),
        days_known=len(known),
        days_expected=len(span),
    )


def _quality_of_period(known: int, expected: int) -> str:
    if not known:
        return MISSING
    return COMPLETE if known == expected else Quality.PARTIAL


def _within_day(
    day: date, record: DayRecord, resolution: Resolution, book: ProfileBook, today: date
) -> Iterator[Reading]:
    energy = day_energy(day, record, today=today, profile=partial(book.profile_for, day))
    hourly = resolution is Resolution.HOUR
    if energy is None:
        minutes = 60 if hourly else 30
        values: tuple[int | None, ...] = (None,) * ((day_end(day) - day_start(day)) // timedelta(minutes=minutes))
    else:
        minutes = 60 if hourly else energy.minutes
        values = energy.hours() if hourly else energy.slots
    for place, wh in enumerate(values):
        start = day_start(day) + timedelta(minutes=place * minutes)
        quality = MISSING if energy is None or wh is None else _quality(energy, record.curve, place, minutes)
        yield Reading(start=start, end=start + timedelta(minutes=minutes), wh=wh, quality=quality)


def _quality(energy: DayEnergy, curve: DayCurve | None, place: int, minutes: int) -> str:
    """In a day whose gaps were filled, or left, each slot tells whether the meter had anything to say about it."""
    if energy.quality not in (Quality.FILLED, Quality.PARTIAL) or curve is None:
        return energy.quality
    width = minutes // curve.minutes
    measured = None not in curve.watts[place * width : (place + 1) * width]
    return Quality.MEASURED if measured else energy.quality
