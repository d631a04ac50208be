"""Paris civil days and their hours, in aware UTC.

A day of the meter is a civil day of Europe/Paris: 23, 24 or 25 hours long. Inside, instants are aware UTC; this
module is where the two meet. The offset of Paris is a whole number of hours, so UTC hours and Paris hours align.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
ONE_DAY = timedelta(days=1)
ONE_HOUR = timedelta(hours=1)


@lru_cache(maxsize=8192)
def day_start(day: date) -> datetime:
    """Midnight of a Paris civil day, in UTC. Midnight is never ambiguous in Paris."""
    return datetime(day.year, day.month, day.day, tzinfo=PARIS).astimezone(UTC)


def day_end(day: date) -> datetime:
    """Midnight that ends a Paris civil day, in UTC."""
    return day_start(day + ONE_DAY)


@lru_cache(maxsize=8192)
def minutes_in_day(day: date) -> int:
    """1380, 1440 or 1500."""
    return int((day_end(day) - day_start(day)).total_seconds()) // 60


def hours_in_day(day: date) -> int:
    """23, 24 or 25."""
    return minutes_in_day(day) // 60


def hour_starts(day: date) -> Iterator[datetime]:
    """The UTC instants at which the 23, 24 or 25 hours of a Paris civil day start."""
    start = day_start(day)
    return (start + index * ONE_HOUR for index in range(hours_in_day(day)))


def paris_date(instant: datetime) -> date:
    """The Paris civil day of an aware instant."""
    return instant.astimezone(PARIS).date()


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included; none when `last` comes before."""
    return (first + index * ONE_DAY for index in range((last - first).days + 1))


def same_day_of_year(day: date, year: int) -> date:
    """The same day of another year; 29 February becomes 28 February in a common year."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def wall_spans(day: date) -> tuple[tuple[int, int, int], ...]:
    """How the wall clock runs through a Paris civil day: see `wall_spans_of`."""
    return wall_spans_of(minutes_in_day(day))


def wall_spans_of(minutes: int) -> tuple[tuple[int, int, int], ...]:
    """How the wall clock runs through a day of this length: spans (first wall minute, end wall minute, real minute).

    Minutes count from midnight; "real" ones are elapsed time. An ordinary day is one span. In the European Union the
    clock changes at 01:00 UTC: in spring the wall minutes 120 to 180 do not exist, in autumn they run twice.
    """
    match minutes:
        case 1380:
            return ((0, 120, 0), (180, 1440, 120))
        case 1500:
            return ((0, 180, 0), (120, 1440, 180))
        case _:
            return ((0, 1440, 0),)
