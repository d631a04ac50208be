"""Time as the simulated meters and gateway know it: Paris civil days, their slots, and the labels that come out."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
ONE_DAY = timedelta(days=1)


@cache
def midnight(day: date) -> datetime:
    """The instant at which a Paris civil day starts, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=PARIS).astimezone(UTC)


@cache
def day_minutes(day: date) -> int:
    """1380, 1440 or 1500."""
    return int((midnight(day + ONE_DAY) - midnight(day)).total_seconds()) // 60


def slot_count(day: date, minutes: int) -> int:
    """How many slots of `minutes` the day has."""
    return day_minutes(day) // minutes


@lru_cache(maxsize=256)
def wall_minutes(day: date, minutes: int) -> tuple[int, ...]:
    """The Paris wall clock (minutes since 00:00) at which each slot of the day really starts."""
    start = midnight(day)
    walls = (
        (start + timedelta(minutes=index * minutes)).astimezone(PARIS) for index in range(slot_count(day, minutes))
    )
    return tuple(wall.hour * 60 + wall.minute for wall in walls)


@lru_cache(maxsize=8)
def _ordinary_walls(minutes: int) -> tuple[int, ...]:
    return tuple(range(0, 1440, minutes))


def walls_of(day: date, minutes: int) -> tuple[int, ...]:
    """`wall_minutes`, at no cost on the 363 days of a year that need no thought."""
    return _ordinary_walls(minutes) if day_minutes(day) == 1440 else wall_minutes(day, minutes)


@lru_cache(maxsize=8)
def _ordinary_clock_texts(minutes: int) -> tuple[str, ...]:
    return tuple(f"{wall // 60:02}:{wall % 60:02}:00" for wall in _ordinary_walls(minutes))


def shifted_labels(day: date, minutes: int) -> tuple[str, ...]:
    """What the gateway writes as date of each slot: Enedis' local end of the slot, moved back without a zone.

    Right on ordinary days; on the two clock-change days it gives the labels of gateway.md 5.2 (01:30 and 02:00 twice
    in autumn, an impossible 02:30 in spring).
    """
    if day_minutes(day) == 1440:
        prefix = f"{day.isoformat()} "
        return tuple(prefix + text for text in _ordinary_clock_texts(minutes))
    return _odd_labels(day, minutes)


@lru_cache(maxsize=256)
def _odd_labels(day: date, minutes: int) -> tuple[str, ...]:
    length, start = timedelta(minutes=minutes), midnight(day)
    ends = (
        (start + (index + 1) * length).astimezone(PARIS).replace(tzinfo=None)
        for index in range(slot_count(day, minutes))
    )
    return tuple(f"{end - length:%Y-%m-%d %H:%M:%S}" for end in ends)


def days(first: date, last: date) -> list[date]:
    """Every day from `first` to `last`, both included."""
    return [first + index * ONE_DAY for index in range((last - first).days + 1)]


def paris_day(instant: datetime) -> date:
    """The Paris civil day of an instant."""
    return instant.astimezone(PARIS).date()


def paris_instant(day: date, at: time) -> datetime:
    """A Paris wall clock of a day, as an instant."""
    return datetime.combine(day, at, tzinfo=PARIS)


def naive_utc(instant: datetime) -> str:
    """The gateway's own way to write an instant: UTC, and not saying so."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat()


def years_before(day: date, years: int) -> date:
    """The same day some years earlier (29 February becomes 28)."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


@lru_cache(maxsize=64)
def holidays(year: int) -> frozenset[date]:
    """French public holidays of a year."""
    century, golden = year // 100, year % 19
    shift = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    moon = shift - (shift // 28) * (1 - (29 // (shift + 1)) * ((21 - golden) // 11))
    offset = moon - (year + year // 4 + moon + 2 - century + century // 4) % 7
    month = 3 + (offset + 40) // 44
    easter = date(year, month, offset + 28 - 31 * (month // 4))
    fixed = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    moving = (1, 39, 50)
    return frozenset({date(year, *pair) for pair in fixed} | {easter + timedelta(days=days) for days in moving})
