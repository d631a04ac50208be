"""Off-peak hours (heures creuses): what the contract says, what the user says, and when it is off-peak.

Hours are wall-clock time in Paris, to the minute, start inclusive and end exclusive. Enedis writes them as free text
(`HC (0H50-6H50;14H20-16H20)`) and the gateway wraps that in several shapes; see reference/domain.md 2.1. A text that
is not fully understood yields nothing, so that the user is asked: half an understanding would be a guess.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from .calendar import PARIS, day_start, wall_spans

MINUTES_IN_DAY: Final = 1440


class Season(StrEnum):
    """When a set of windows applies, by civil day."""

    ALL = "all"
    SUMMER = "summer"
    """1 April to 31 October."""
    WINTER = "winter"
    """1 November to 31 March."""

    def covers(self, day: date) -> bool:
        """Whether a civil day belongs to the season."""
        return self is Season.ALL or (self is Season.SUMMER) is (4 <= day.month <= 10)


class ScheduleError(ValueError):
    """A schedule that cannot be: a season twice, or a season beside "all"."""


class WindowError(ValueError):
    """A window that the user entered cannot be used."""


class WindowFormatError(WindowError):
    """It is not of the form 22:30-06:30."""


class WindowTimeError(WindowError):
    """It names a time that no clock shows."""


class WindowEmptyError(WindowError):
    """It starts and ends at the same time, and that time is not midnight."""


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A daily span of wall-clock time, in minutes since midnight; it crosses midnight when it ends before it starts."""

    start: int
    """0 to 1439, inclusive."""
    end: int
    """1 to 1440, exclusive; 0 is read as 1440, so that (0, 0) is the whole day."""

    def __post_init__(self) -> None:
        """Bring midnight to the side where it is used."""
        object.__setattr__(self, "end", self.end or MINUTES_IN_DAY)
        if not (0 <= self.start < MINUTES_IN_DAY and 0 < self.end <= MINUTES_IN_DAY):
            raise WindowTimeError("A window lies between 00:00 and 24:00")
        if self.start == self.end:
            raise WindowEmptyError("A window needs a beginning and an end")

    @property
    def minutes(self) -> int:
        """Length on an ordinary day."""
        return (self.end - self.start) % MINUTES_IN_DAY or MINUTES_IN_DAY

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The one or two spans that it covers between 00:00 and 24:00."""
        if self.start < self.end:
            return ((self.start, self.end),)
        return ((0, self.end), (self.start, MINUTES_IN_DAY))

    def __str__(self) -> str:
        """`22:30-06:30`, which `parse_window` reads."""
        return f"{_clock(self.start)}-{_clock(self.end)}"


def parse_window(text: str) -> Window:
    """One window as a person types it: `22:30-06:30`, also `22h30 - 6h30`. Raises a `WindowError`."""
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        raise WindowFormatError("Write a window like 22:30-06:30")
    return _window(match)


def parse_offpeak(text: str | None) -> tuple[Window, ...]:
    """The windows of one text of the contract, in its order; none when it has none or is not understood."""
    return parse_offpeak_texts((text,) if text else ()) or ()


def parse_offpeak_texts(texts: Sequence[str]) -> tuple[Window, ...] | None:
    """The windows that apply every day of the year, from all texts of a usage point together.

    Empty when no text mentions any. None when the user must be asked: the days of the week differ or some are not
    named, the text speaks of seasons, names an impossible time, or holds words that nobody knows how to read.
    """
    by_day: dict[str | None, list[Window]] = {}
    for text in texts:
        found = _read(text)
        if found is None:
            return None
        for weekday, windows in found.items():
            known = by_day.setdefault(weekday, [])
            known += (window for window in windows if window not in known)
    if not by_day.keys() - {None}:
        return tuple(by_day.get(None, ()))
    everyday = by_day.pop(None, [])
    weeks = {frozenset(windows) for windows in by_day.values()}
    if everyday or len(by_day) < 7 or len(weeks) > 1:
        return None
    return tuple(next(iter(by_day.values())))


def format_windows(windows: Iterable[Window]) -> str:
    """For people: `22:30–06:30, 12:00–14:00`."""
    return ", ".join(f"{_clock(window.start)}–{_clock(window.end)}" for window in windows)


def merge_spans(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Sorted spans, those that touch or overlap joined."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def day_spans(windows: Iterable[Window]) -> tuple[tuple[int, int], ...]:
    """The wall minutes of a day that lie in any of the windows, as sorted spans that do not touch."""
    return merge_spans(span for window in windows for span in window.spans)


def total_minutes(windows: Iterable[Window]) -> int:
    """Minutes off-peak of an ordinary day; what overlaps counts once. 480 is usual, not compulsory."""
    return sum(end - start for start, end in day_spans(windows))


def overlapping(windows: Sequence[Window]) -> tuple[Window, Window] | None:
    """The first two windows that share a minute."""
    return next(
        (
            (one, other)
            for place, one in enumerate(windows)
            for other in windows[place + 1 :]
            if total_minutes((one, other)) < one.minutes + other.minutes
        ),
        None,
    )


@dataclass(frozen=True, slots=True)
class SeasonWindows:
    """The windows of one season; they recur every civil day of it."""

    season: Season
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class OffpeakSchedule:
    """When it is off-peak, all year round. A season without windows has no off-peak hours."""

    versions: tuple[SeasonWindows, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what two readers could understand differently."""
        seasons = [version.season for version in self.versions]
        if len(set(seasons)) < len(seasons) or (Season.ALL in seasons and len(seasons) > 1):
            raise ScheduleError("Each season once, or one set of windows for the whole year")

    @classmethod
    def from_config(cls, config: Iterable[Mapping[str, object]]) -> OffpeakSchedule:
        """Read `[{"season": "all", "windows": ["22:30-06:30"]}, …]`; raises ValueError for anything else."""
        versions: list[SeasonWindows] = []
        for item in config:
            windows = item.get("windows", ())
            if not isinstance(windows, list | tuple):
                raise ScheduleError("The windows of a season are a list")
            versions.append(
                SeasonWindows(Season(str(item.get("season"))), tuple(parse_window(str(text)) for text in windows))
            )
        return cls(tuple(versions))

    def as_config(self) -> list[dict[str, str | list[str]]]:
        """What `from_config` reads, of plain JSON types."""
        return [
            {"season": version.season.value, "windows": [str(window) for window in version.windows]}
            for version in self.versions
        ]

    @property
    def is_flat(self) -> bool:
        """Whether it is never off-peak."""
        return not any(version.windows for version in self.versions)

    def windows_on(self, day: date) -> tuple[Window, ...]:
        """The windows that apply on a civil day."""
        return next((version.windows for version in self.versions if version.season.covers(day)), ())

    def is_offpeak(self, instant: datetime) -> bool:
        """Whether an aware instant is off-peak, by the clock on the wall in Paris."""
        local = instant.astimezone(PARIS)
        minute = local.hour * 60 + local.minute
        return any(start <= minute < end for start, end in day_spans(self.windows_on(local.date())))

    def intervals(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """The off-peak intervals [start, end) of a civil day in UTC, sorted, clipped to the day.

        A night of 22:00-06:00 has 7 hours in spring and 9 in autumn.
        """
        midnight = day_start(day)
        return tuple(
            (midnight + timedelta(minutes=start), midnight + timedelta(minutes=end))
            for start, end in self._real_spans(day)
        )

    def _real_spans(self, day: date) -> tuple[tuple[int, int], ...]:
        wall = day_spans(self.windows_on(day))
        return merge_spans(
            (real + max(start, first) - first, real + min(end, last) - first)
            for first, last, real in wall_spans(day)
            for start, end in wall
            if max(start, first) < min(end, last)
        )


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


_TIME = r"(?<!\d)(\d{1,2})\s*(?:[hH]\s*(\d{1,2})?|:(\d{2})(?::00)?)(?!\d)"
# Between two times: a dash, a word, or the seam of {"start": "22:00", "end": "06:00"}.
_SEAM = r"""\s*(?:[-‐‑–—−]|à|to|["']\s*,\s*["']end["']\s*:\s*["'])\s*"""
_RANGE = re.compile(_TIME + _SEAM + _TIME)

_WEEKDAYS: Final[Mapping[str, str]] = {
    word: english
    for english, *words in (
        ("monday", "lundi"),
        ("tuesday", "mardi"),
        ("wednesday", "mercredi"),
        ("thursday", "jeudi"),
        ("friday", "vendredi"),
        ("saturday", "samedi"),
        ("sunday", "dimanche"),
    )
    for word in (english, *words)
}
_KNOWN_WORDS: Final = frozenset({"hc", "hp", "ranges", "default", "start", "end", "heures", "creuses", "et"})
_WORD = re.compile(r"[^\W\d_]+")


def _window(match: re.Match[str]) -> Window:
    start_hour, start_h, start_colon, end_hour, end_h, end_colon = match.groups()
    start = _minute(start_hour, start_h or start_colon)
    return Window(start % MINUTES_IN_DAY, _minute(end_hour, end_h or end_colon))


def _minute(hours: str, minutes: str | None) -> int:
    minute = int(hours) * 60 + int(minutes or 0)
    if int(minutes or 0) > 59 or minute > MINUTES_IN_DAY:
        raise WindowTimeError("A clock shows 00:00 to 24:00")
    return minute


def _read(text: str) -> dict[str | None, list[Window]] | None:
    """Windows by weekday (None: no weekday named) of one text; None when it is not fully understood."""
    weekday: str | None = None
    peak = False
    found: dict[str | None, list[Window]] = {}
    for part in _parts(text):
        match part:
            case Window():
                if not peak:
                    found.setdefault(weekday, []).append(part)
            case "hc":
                peak = False
            case "hp":
                peak = True
            case str() if part in _WEEKDAYS:
                weekday, peak = _WEEKDAYS[part], False
                found.setdefault(weekday, [])
            case str() if part in _KNOWN_WORDS:
                continue
            case _:
                return None
    return found


def _parts(text: str) -> Iterator[Window | str | None]:
    """Windows and lower-case words of a text in order; None for what is neither."""
    place = 0
    for match in _RANGE.finditer(text):
        yield from _words(text[place : match.start()])
        place = match.end()
        try:
            yield _window(match)
        except WindowError:
            yield None
    yield from _words(text[place:])


def _words(text: str) -> Iterator[str | None]:
    if any(character.isdigit() for character in text):
        yield None
    yield from (word.lower() for word in _WORD.findall(text))
