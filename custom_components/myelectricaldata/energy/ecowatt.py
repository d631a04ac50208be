"""EcoWatt: RTE's levels of tension on the national grid, hour by hour, and what they say at an instant.

Levels: 0 low-carbon, 1 normal, 2 tense, 3 very tense. A signal has 24 hours of the Paris wall clock on every day: the
hour that autumn has twice has one level, the one that spring has not is not used. Source: RTE, domain.md 5.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final

from .calendar import ONE_DAY, ONE_HOUR, PARIS, days_between, hour_starts, paris_date

LEVELS: Final = ("low_carbon", "green", "orange", "red")
"""Names of the levels 0 to 3, after the colours by which RTE shows them."""
TENSE: Final = 2
VERY_TENSE: Final = 3
AHEAD: Final = range(4)
"""Today and the three days that RTE tells."""
NEXT_HOURS: Final = 12
"""How far `EcowattView.worst_next` looks, the current hour included."""

_HOURS: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class EcowattSignal:
    """What RTE says of a Paris civil day."""

    day: date
    level: int | None
    message: str | None
    hours: tuple[int | None, ...]
    """24 levels by hour of the wall clock; None for those that RTE did not send."""
    generated_at: datetime | None = None

    @property
    def is_complete(self) -> bool:
        """Whether the day and all its hours have a level."""
        return self.level is not None and len(self.hours) == _HOURS and None not in self.hours

    @property
    def worst(self) -> int | None:
        """The worst level that is known of the day; None when none is."""
        return max((level for level in (self.level, *self.hours) if level is not None), default=None)


@dataclass(frozen=True, slots=True)
class Tension:
    """Consecutive hours [start, end) of level 2 or 3, in UTC."""

    start: datetime
    end: datetime
    level: int
    """The worst of them."""


class EcowattEvent(StrEnum):
    """What happened to the alert of a day."""

    RAISED = "raised"
    LIFTED = "lifted"


@dataclass(frozen=True, slots=True, kw_only=True)
class EcowattNews:
    """The alert of a day was raised, made worse, or lifted by RTE before its time."""

    event: EcowattEvent
    day: date
    level: int | None
    previous: int | None
    message: str | None
    tensions: tuple[Tension, ...]
    """Hours of tension of that day, as they are now."""


def merged(
    known: Mapping[date, EcowattSignal], rows: Iterable[EcowattSignal], keep_from: date
) -> Mapping[date, EcowattSignal]:
    """What is known with what has come, days before `keep_from` dropped; the very same object when nothing changes.

    What an answer does not tell stays: the source drops the past hours of a day. Of two signals of a day the one that was
    generated first, or nobody knows when, only fills the holes of the other.
    """
    found = {day: signal for day, signal in known.items() if day >= keep_from}
    for row in rows:
        # A signal without a single level says nothing.
        if row.day >= keep_from and row.worst is not None:
            found[row.day] = _joined(found.get(row.day), row)
    return known if found == known else {day: found[day] for day in sorted(found)}


def _joined(known: EcowattSignal | None, row: EcowattSignal) -> EcowattSignal:
    if known is None:
        return row
    if known.generated_at is not None and (row.generated_at is None or row.generated_at < known.generated_at):
        known, row = row, known
    return EcowattSignal(
        day=row.day,
        level=known.level if row.level is None else row.level,
        message=known.message if row.message is None else row.message,
        hours=tuple(old if new is None else new for old, new in zip(known.hours, row.hours, strict=True)),
        generated_at=known.generated_at if row.generated_at is None else row.generated_at,
    )


def level_at(signals: Mapping[date, EcowattSignal], instant: datetime) -> int | None:
    """The level of the hour of an instant; None when unknown."""
    wall = instant.astimezone(PARIS)
    signal = signals.get(wall.date())
    return None if signal is None else signal.hours[wall.hour]


def tensions(signals: Mapping[date, EcowattSignal], first: date, last: date) -> tuple[Tension, ...]:
    """The tensions of the civil days from `first` to `last`, by time; one may run across midnight."""
    found: list[Tension] = []
    for day in days_between(first, last):
        signal = signals.get(day)
        if signal is None or not any(level is not None and level >= TENSE for level in signal.hours):
            continue
        for start in hour_starts(day):
            level = signal.hours[start.astimezone(PARIS).hour]
            if level is None or level < TENSE:
                continue
            if found and found[-1].end == start:
                found[-1] = Tension(found[-1].start, start + ONE_HOUR, max(found[-1].level, level))
            else:
                found.append(Tension(start, start + ONE_HOUR, level))
    return tuple(found)


def news(
    before: Mapping[date, EcowattSignal], after: Mapping[date, EcowattSignal], today: date, *, hour: int = 0
) -> tuple[EcowattNews, ...]:
    """What happened to the alerts of today, from this hour of the wall clock on, and of the days that come.

    The passing of its hours lifts no alert, and hours that are over do not hide that the others were lifted or raised.
    """
    found: list[EcowattNews] = []
    for day in sorted(each for each in {*before, *after} if each >= today):
        was, now = before.get(day), after.get(day)
        first = hour if day == today else 0
        level, previous = _alert(now, first), _alert(was, first)
        event = _event(previous, level)
        if event is not None:
            found.append(
                EcowattNews(
                    event=event,
                    day=day,
                    level=level,
                    previous=previous,
                    message=None if now is None else now.message,
                    tensions=tensions(after, day, day),
                )
            )
    return tuple(found)


def _alert(signal: EcowattSignal | None, hour: int) -> int | None:
    """The worst level of a day from an hour on; that of the whole day tells it while not all of its hours do."""
    if signal is None:
        return None
    coming = signal.hours[hour:]
    return signal.worst if hour == 0 or None in coming else max(level for level in coming if level is not None)


def _event(previous: int | None, level: int | None) -> EcowattEvent | None:
    if level is not None and level >= TENSE and (previous is None or level > previous):
        return EcowattEvent.RAISED
    if previous is not None and previous >= TENSE and level is not None and level < TENSE:
        return EcowattEvent.LIFTED
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class EcowattView:
    """What EcoWatt is at an instant: a function of what is known and of the clock alone."""

    at: datetime
    today: date
    level: int | None
    """Of the current hour."""
    next_level: int | None
    """Of the hour that follows."""
    days: Mapping[int, EcowattSignal]
    """By days from today, of `AHEAD`; an absent day is unknown."""
    worst_next: int | None
    """The worst of the next `NEXT_HOURS` hours; with unknown hours among them only when it is tense anyway."""
    tension: Tension | None
    """The one that runs, else the next one that is known."""
    looks_again_at: datetime
    """When time alone makes another view: the next full hour."""

    @property
    def is_tense(self) -> bool | None:
        """Whether the current hour is tense; None when unknown."""
        return None if self.level is None else self.level >= TENSE


def ecowatt_view(signals: Mapping[date, EcowattSignal], now: datetime) -> EcowattView:
    """What EcoWatt is at an instant (aware)."""
    today = paris_date(now)
    start = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    hours = [level_at(signals, start + index * ONE_HOUR) for index in range(NEXT_HOURS)]
    worst = max((level for level in hours if level is not None), default=None)
    # A tension that runs may have begun before midnight.
    coming = tensions(signals, today - ONE_DAY, today + AHEAD[-1] * ONE_DAY)
    return EcowattView(
        at=now,
        today=today,
        level=hours[0],
        next_level=hours[1],
        days={ahead: signal for ahead in AHEAD if (signal := signals.get(today + ahead * ONE_DAY)) is not None},
        worst_next=worst if None not in hours or (worst is not None and worst >= TENSE) else None,
        tension=next((each for each in coming if each.end > now), None),
        looks_again_at=start + ONE_HOUR,
    )
