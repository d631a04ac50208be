"""What the calendars share: from whatever goes on at some time to events, and which of them is the current one."""

import asyncio
from abc import abstractmethod
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import batched
from typing import Final, override

from homeassistant.components.calendar import CalendarEntity, CalendarEvent
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .energy.agenda import Lasting
from .energy.calendar import ONE_DAY, ONE_HOUR

LOOK_AHEAD: Final = timedelta(days=800)
"""How far the next event is looked for; nothing is known of later."""
EVENTS_AT_ONCE: Final = 250
"""Home Assistant checks each event: ten years of days would hold up the event loop."""
_ANCIENT: Final = datetime(1990, 1, 1, tzinfo=UTC)
_FAR: Final = datetime(2190, 1, 1, tzinfo=UTC)
"""Nothing is known outside: a question about all times costs no more than one about these."""


class AgendaCalendar[ItemT](CalendarEntity):
    """Shows items that are computed when asked; Home Assistant itself follows the beginning and the end of the next."""

    @abstractmethod
    def _items(self, start: datetime, end: datetime) -> Iterable[ItemT]:
        """What shares an instant with [start, end), in order."""

    @abstractmethod
    def _event_of(self, item: ItemT) -> CalendarEvent:
        """How an item is shown."""

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """What goes on now, else what is next."""
        now = dt_util.utcnow()
        item = next(iter(self._items(now, now + LOOK_AHEAD)), None)
        return None if item is None else self._event_of(item)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Everything that shares an instant with the range."""
        items = tuple(self._items(max(start_date, _ANCIENT), min(end_date, _FAR)))
        events: list[CalendarEvent] = []
        for some in batched(items, EVENTS_AT_ONCE, strict=False):
            events += (self._event_of(item) for item in some)
            await asyncio.sleep(0)
        return events


def local_days(start: datetime, end: datetime) -> tuple[date, date]:
    """The first and the last day of which [start, end) has an instant, on the clock by which all-day events run."""
    return dt_util.as_local(start).date(), (dt_util.as_local(end) - timedelta.resolution).date()


def all_day_event(day: date, summary: str, description: str | None = None) -> CalendarEvent:
    """The event of one civil day."""
    return CalendarEvent(start=day, end=day + ONE_DAY, summary=summary, description=description)


def timed_event(lasting: Lasting, summary: str, description: str | None = None) -> CalendarEvent:
    """The event of a stretch of time.

    Home Assistant refuses one that ends earlier by the clock on the wall than it starts, which one does that begins in
    the last hour before the clock goes back and ends in the hour after: it is shown until that clock goes back.
    """
    start, end = dt_util.as_local(lasting.start), dt_util.as_local(lasting.end)
    if end.replace(tzinfo=None) <= start.replace(tzinfo=None):
        full_hour = lasting.start.replace(minute=0, second=0, microsecond=0) + ONE_HOUR
        end = dt_util.as_local(full_hour - timedelta(seconds=1))
    return CalendarEvent(start=start, end=end, summary=summary, description=description)
