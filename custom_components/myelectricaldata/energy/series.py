"""From readings to hourly rows whose running sum is right at every midnight.

A series is one entry per Paris civil day, oldest first and without a gap: the sum before its midnight and what its
hours add. The daily indexes alone give the sum at every midnight, so a load curve that arrives later changes the hours
of its own day and nothing else, whatever the order in which days arrive.

Everything here is exact (integer Wh, or Decimal for money); what stores the rows adds the base from which the first sum
continues and turns the amounts into its own unit.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import repeat
from typing import Protocol

from .calendar import days_between, hour_starts
from .profile import ProfileBook
from .readings import DayRecord
from .trueup import DayEnergy, day_energy, needs_profile


@dataclass(frozen=True, slots=True)
class HourRow:
    """One hour of a series."""

    start: datetime
    """Aware UTC, on the hour."""
    amount: int | Decimal | None
    """What the hour adds (Wh, EUR) or holds (VA). None: nothing is known of it, so it has no row of its own."""
    total: int | Decimal
    """Running sum at the end of the hour, from the first day of the series; 0 in a series that does not add up."""


class SeriesDay(Protocol):
    """One day of a series. Equal days give equal rows, so that equality tells whether a day has to be stored again."""

    @property
    def day(self) -> date:
        """Paris civil day."""

    @property
    def held(self) -> bool:
        """Whether its rows are not to be stored yet; it counts in the sums all the same."""

    def rows(self) -> Iterator[HourRow]:
        """Its 23, 24 or 25 hours."""


@dataclass(frozen=True, slots=True)
class DaySeries:
    """A day of energy."""

    day: date
    sum_before_wh: int
    """Wh from the first day of the series to the midnight that starts this one."""
    energy: DayEnergy | None
    """None when the day is a hole."""
    held: bool = False

    @property
    def sum_after_wh(self) -> int:
        """Wh from the first day of the series to the midnight that ends this one."""
        return self.sum_before_wh + (0 if self.energy is None else self.energy.total_wh)

    def rows(self) -> Iterator[HourRow]:
        """Its hours; a missing hour has no amount and leaves the sum where it was."""
        total = self.sum_before_wh
        for start, amount in zip(hour_starts(self.day), self._hours(), strict=False):
            total += amount or 0
            yield HourRow(start, amount, total)

    def _hours(self) -> Iterable[int | None]:
        return repeat(None) if self.energy is None else self.energy.hours()


class Peak(Protocol):
    """The highest apparent power of a day; `gateway.models.PowerPeak` is one."""

    @property
    def volt_amperes(self) -> int:
        """VA."""

    @property
    def at(self) -> datetime | None:
        """Aware UTC; None when only the day is known."""


@dataclass(frozen=True, slots=True)
class DayPeak:
    """A day of maximum power."""

    day: date
    volt_amperes: int
    at: datetime | None
    held: bool = False

    def rows(self) -> Iterator[HourRow]:
        """Its hours; only the one of the peak has an amount, none when its time is unknown or of another day."""
        hour = None if self.at is None else self.at.replace(minute=0, second=0, microsecond=0)
        for start in hour_starts(self.day):
            yield HourRow(start, self.volt_amperes if start == hour else None, 0)


def never_held(_day: date, _record: DayRecord) -> bool:
    """Every day that is known has its rows stored: the rule once a history is complete."""
    return False


class EnergySeries:
    """Builds the series of one usage point in one direction; remembers the energy of each day until its record changes.

    Records never change in place, so that an unchanged record is known by its identity and one new day costs one day.
    """

    def __init__(self) -> None:
        self._energies: dict[date, tuple[DayRecord, DayEnergy]] = {}
        self._waiting: dict[date, tuple[DayRecord, DayEnergy]] = {}

    def build(
        self,
        days: Mapping[date, DayRecord],
        *,
        today: date,
        held: Callable[[date, DayRecord], bool] = never_held,
    ) -> tuple[DaySeries, ...]:
        """One entry for every day from the first to the last of which any energy is known; holes are in between.

        `held(day, record)` says that better is still to come for a day during the first import: it counts by what is
        known of it (its index), without rows. `today` is the Paris civil day it is now.
        """
        book = ProfileBook(days)
        energies: dict[date, tuple[DayEnergy, bool]] = {}
        for day, record in days.items():
            energy = self._energy(day, record, today, book, waits := held(day, record))
            if energy is not None:
                energies[day] = energy, waits
        if not any(waits for _, waits in energies.values()):
            self._waiting.clear()
        return _accumulate(energies)

    def _energy(self, day: date, record: DayRecord, today: date, book: ProfileBook, waits: bool) -> DayEnergy | None:
        # The estimate of a day that waits depends on nothing but its record, that of another one on its neighbours too.
        for known in (self._energies, self._waiting) if waits else (self._energies,):
            if (kept := known.get(day)) is not None and kept[0] is record:
                return kept[1]
        estimated = needs_profile(record)
        # The shape of a day whose rows are not stored does not matter, and a profile is costly.
        profile = None if waits else partial(book.profile_for, day)
        energy = day_energy(day, record, today=today, profile=profile)
        if energy is not None and (waits or not estimated):
            (self._waiting if estimated else self._energies)[day] = record, energy
        return energy


def _accumulate(energies: Mapping[date, tuple[DayEnergy, bool]]) -> tuple[DaySeries, ...]:
    series: list[DaySeries] = []
    total = 0
    for day in days_between(min(energies), max(energies)) if energies else ():
        energy, waits = energies.get(day, (None, False))
        series.append(DaySeries(day, total, energy, waits))
        total = series[-1].sum_after_wh
    return tuple(series)


def peak_series(peaks: Mapping[date, Peak]) -> tuple[DayPeak, ...]:
    """The series of maximum power: an entry for each day that has one, oldest first."""
    return tuple(DayPeak(day, peaks[day].volt_amperes, peaks[day].at) for day in sorted(peaks))
