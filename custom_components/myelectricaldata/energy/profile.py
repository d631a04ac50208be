"""The household's own day: how its energy usually spreads over the 48 half-hours of the wall clock.

Where only the total of some hours is known, they are filled in the shape of this household on similar days
(reference/domain.md 1.7). Everything is integer and depends on the known days alone: the same ledger gives the same
estimate.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from .calendar import ONE_DAY, minutes_in_day, same_day_of_year, wall_spans
from .readings import DayRecord

HALF_HOURS = 48
PAST_DAYS = 56
OTHER_YEAR_DAYS = 28
MOST_DAYS = 20

_SATURDAY = 5
_NEAREST_FIRST = sorted(range(-OTHER_YEAR_DAYS, OTHER_YEAR_DAYS + 1), key=lambda away: (abs(away), away))


@dataclass(frozen=True, slots=True)
class Profile:
    """Relative energy of each half-hour of the wall clock, from 00:00 to 23:30; at least one is positive."""

    weights: tuple[int, ...]

    def slot_weights(self, day: date, minutes: int) -> tuple[int, ...]:
        """The weight of every slot of `minutes` of a Paris civil day, mapped by wall time on 23- and 25-hour days."""
        halves = [self.weights[half] for half in _half_hours(day)]
        if minutes <= 30:
            return tuple(weight for weight in halves for _ in range(30 // minutes))
        width = minutes // 30
        return tuple(sum(halves[first : first + width]) for first in range(0, len(halves), width))


@lru_cache(maxsize=2048)
def _half_hours(day: date) -> tuple[int, ...]:
    """For every real half-hour of a day, which of the 48 of the wall clock it is."""
    return tuple(wall // 30 for first, end, _ in wall_spans(day) for wall in range(first, end, 30))


class ProfileBook:
    """Profiles over one set of days, which must not change meanwhile; what each day weighs is computed once."""

    def __init__(self, days: Mapping[date, DayRecord]) -> None:
        self._days = days
        self._shapes: dict[date, tuple[int, ...] | None] = {}
        self._years = range(min(days).year, max(days).year + 1) if days else range(0)

    def profile_for(self, day: date) -> Profile | None:
        """The household's median day of the same type (weekday or week-end) near `day`.

        The nearest 20 complete days of the 56 before it: only the past, so that an estimate stays as it is while the
        future comes in. Else the days around the same date in the nearest other year. None when nothing is known.
        """
        return next((profile for near in self._candidates(day) if (profile := self._median(day, near))), None)

    def _candidates(self, day: date) -> Iterator[Sequence[date]]:
        yield [day - back * ONE_DAY for back in range(1, PAST_DAYS + 1)]
        for year in sorted(self._years, key=lambda year: (abs(year - day.year), year)):
            if year != day.year:
                middle = same_day_of_year(day, year)
                yield [middle + away * ONE_DAY for away in _NEAREST_FIRST]

    def _median(self, day: date, nearest_first: Sequence[date]) -> Profile | None:
        weekend = day.weekday() >= _SATURDAY
        shapes: list[tuple[int, ...]] = []
        for other in nearest_first:
            if (other.weekday() >= _SATURDAY) is weekend and (shape := self._shape(other)) is not None:
                shapes.append(shape)
                if len(shapes) == MOST_DAYS:
                    break
        if not shapes:
            return None
        low, high = (len(shapes) - 1) // 2, len(shapes) // 2
        # The sum of the two middle values is twice the median: only proportions matter, and it stays an integer.
        weights = tuple(column[low] + column[high] for column in map(sorted, zip(*shapes, strict=True)))
        return Profile(weights) if any(weights) else None

    def _shape(self, day: date) -> tuple[int, ...] | None:
        """Watt-minutes of each half-hour of a complete 24-hour day."""
        if day not in self._shapes:
            record = self._days.get(day)
            self._shapes[day] = None if record is None else _shape(day, record)
        return self._shapes[day]


def profile_for(day: date, days: Mapping[date, DayRecord]) -> Profile | None:
    """One profile; use a `ProfileBook` for several over the same days."""
    return ProfileBook(days).profile_for(day)


def _shape(day: date, record: DayRecord) -> tuple[int, ...] | None:
    curve = record.delivered_curve
    if curve is None or minutes_in_day(day) != 1440:
        return None
    known = [watt for watt in curve.watts if watt is not None]
    if len(known) < len(curve.watts):
        return None
    if curve.minutes > 30:
        return tuple(watt * 30 for watt in known for _ in range(curve.minutes // 30))
    width = 30 // curve.minutes
    return tuple(sum(known[first : first + width]) * curve.minutes for first in range(0, len(known), width))
