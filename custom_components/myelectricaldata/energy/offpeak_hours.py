"""The off-peak hours of a usage point at an instant: those of its tariff, else those of its contract."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter

from .agenda import DAYS_AHEAD, Stretch, is_offpeak, offpeak_stretches, within
from .calendar import PARIS, day_end, day_start, paris_date
from .offpeak import MINUTES_IN_DAY, OffpeakSchedule, Window
from .tariff import Calendars, Tariff


@dataclass(frozen=True, slots=True, kw_only=True)
class OffpeakMoment:
    """What the off-peak hours are at an instant."""

    is_offpeak: bool | None
    """None where it depends on a type of day that is not known."""
    next_change: datetime | None
    """When hours that are certainly off-peak begin or end (UTC); None when nothing is known to change."""
    windows: tuple[Window, ...]
    """The hours of the civil day, by the wall clock."""


class OffpeakHours:
    """Off-peak hours, computed once for the same tariff and types of days on the same day."""

    def __init__(self, contract: OffpeakSchedule) -> None:
        """`contract`: the hours for days on which the tariff does not say."""
        self._contract = contract
        self._known: tuple[date, Tariff, Calendars, tuple[Stretch, ...]] | None = None

    def stretches(self, tariff: Tariff, calendars: Calendars, now: datetime) -> tuple[Stretch, ...]:
        """See `agenda.offpeak_stretches`, as of the civil day of an instant."""
        today, known = paris_date(now), self._known
        if known is None or known[0] != today or known[1] is not tariff or known[2] is not calendars:
            found = offpeak_stretches(tariff, calendars, self._contract, today)
            known = self._known = today, tariff, calendars, found
        return known[3]

    def at(self, tariff: Tariff, calendars: Calendars, now: datetime) -> OffpeakMoment:
        """What the off-peak hours are at an instant (aware)."""
        stretches, today = self.stretches(tariff, calendars, now), paris_date(now)
        place = bisect_right(stretches, now, key=attrgetter("end"))
        runs = place < len(stretches) and stretches[place].start <= now
        return OffpeakMoment(
            is_offpeak=is_offpeak(tariff, calendars, self._contract, now),
            next_change=_next_change(stretches, place, today, runs=runs),
            windows=tuple(_windows(within(stretches, day_start(today), day_end(today)), today)),
        )


def _next_change(stretches: tuple[Stretch, ...], place: int, today: date, *, runs: bool) -> datetime | None:
    if not runs:
        return stretches[place].start if place < len(stretches) else None
    # In autumn, hours that go on are told as two stretches that touch.
    while place + 1 < len(stretches) and stretches[place + 1].start == stretches[place].end:
        place += 1
    end = stretches[place].end
    # What the horizon cuts goes on for ever.
    return None if end >= day_end(today + timedelta(days=DAYS_AHEAD)) else end


def _windows(stretches: Sequence[Stretch], day: date) -> Iterator[Window]:
    spans = [(_minute(each.start, day, 0), _minute(each.end, day, MINUTES_IN_DAY)) for each in stretches]
    spans = [(start, end) for start, end in spans if start < end]
    if len(spans) > 1 and spans[0][0] == 0 and spans[-1][1] == MINUTES_IN_DAY:
        night = Window(spans[-1][0], spans[0][1])
        yield from (Window(start, end) for start, end in spans[1:-1])
        yield night
    else:
        yield from (Window(start, end) for start, end in spans)


def _minute(instant: datetime, day: date, otherwise: int) -> int:
    """Minute of a civil day by the wall clock; `otherwise` on another day."""
    wall = instant.astimezone(PARIS)
    return 60 * wall.hour + wall.minute if wall.date() == day else otherwise
