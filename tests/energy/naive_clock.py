"""A clock on a wall in Paris for independent tables: written from the law of the clock change, without a time zone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@cache
def clock_change(year: int, month: int) -> datetime:
    """01:00 UTC of the last Sunday of a month that has 31 days."""
    day = datetime(year, month, 31, 1, tzinfo=UTC)
    while day.weekday() != 6:
        day -= DAY
    return day


def wall(instant: datetime) -> datetime:
    """What the clock shows at an aware instant, naive."""
    utc = instant.astimezone(UTC)
    summer = clock_change(utc.year, 3) <= utc < clock_change(utc.year, 10)
    return (utc + (2 if summer else 1) * HOUR).replace(tzinfo=None)


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """The instant at which the clock first shows a time of a day."""
    shown = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
    guesses = (shown - 2 * HOUR, shown - HOUR)
    return next(each for each in guesses if wall(each) == shown.replace(tzinfo=None))


def minutes(first: date, last: date) -> Iterator[datetime]:
    """Every minute of the days from `first` to `last`, both included."""
    now, end = at(first), at(last + DAY)
    while now < end:
        yield now
        now += MINUTE
