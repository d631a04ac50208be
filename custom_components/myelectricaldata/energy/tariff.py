"""Tariffs as rules: which period of a tariff every minute of a day belongs to, under which dated version.

One mechanism serves every offer of the market (reference/domain.md 3.2): an `Option` is a list of rules, the first that
matches a minute names its period. A rule may depend on the clock, the season, the day of the week, French public
holidays and on the day's type at a national signal (Tempo colour, Zen Flex, EJP). Where the type of a day is not known,
the minutes that depend on it belong to no period: they are never guessed.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter
from types import MappingProxyType
from typing import Final

from .calendar import ONE_DAY, minutes_in_day, wall_spans_of
from .holidays import is_public_holiday
from .offpeak import MINUTES_IN_DAY, Season, Window

EVERY_DAY: Final = frozenset(range(7))
WEEKDAYS: Final = frozenset(range(5))
WEEKEND: Final = frozenset({5, 6})

type _DayKind = tuple[int, Season, int, bool, tuple[str | None, str | None]]
"""What the periods of a civil day depend on: its minutes, season, weekday, whether a holiday, and `day_types`."""

PEAK: Final = "PEAK"
NORMAL: Final = "NORMAL"
RED: Final = "RED"


class Signal(StrEnum):
    """What tells the type of a day."""

    TEMPO = "tempo"
    """`BLUE`, `WHITE`, `RED`, as RTE publishes them."""
    ZEN_FLEX = "zen_flex"
    """`ECO`, `SOBRIETE`, `BONUS`, as EDF publishes them."""
    TEMPO_RED = "tempo_red"
    """`PEAK` on red Tempo days, else `NORMAL`: who says that a supplier's peak days are those of Tempo."""
    LISTED = "listed"
    """`PEAK` on the days that the user lists, else `NORMAL`."""


class Holidays(StrEnum):
    """What a public holiday is to a rule."""

    ORDINARY = "ordinary"
    """A day of the week like the others."""
    INCLUDED = "included"
    """A day of the rule, whatever day of the week it is."""
    EXCLUDED = "excluded"
    """Never a day of the rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendars:
    """Published types of days by Paris civil day; a day that is absent is unknown."""

    tempo: Mapping[date, str] = MappingProxyType({})
    zen_flex: Mapping[date, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When it is a period's turn."""

    period: str
    """Lower-case id of the period: `hc`, `blue_hp`; see `valid_period`."""
    windows: tuple[Window, ...] = ()
    """Wall-clock hours, every day of the rule; none: the whole day."""
    season: Season = Season.ALL
    weekdays: frozenset[int] = EVERY_DAY
    """Monday is 0."""
    holidays: Holidays = Holidays.ORDINARY
    day_types: frozenset[str] = frozenset()
    """Types of the option's signal; none: whatever the type, known or not."""

    def __post_init__(self) -> None:
        """Refuse what no statistic could be named after."""
        if not valid_period(self.period):
            raise ValueError(f"Not the name of a period: {self.period}")

    def covers(self, season: Season, weekday: int, *, holiday: bool) -> bool:
        """Whether a civil day is one of the rule; `season` is summer or winter."""
        if self.season not in (Season.ALL, season):
            return False
        if holiday and self.holidays is not Holidays.ORDINARY:
            return self.holidays is Holidays.INCLUDED
        return weekday in self.weekdays

    def contains(self, minute: int) -> bool:
        """Whether a wall minute of such a day is in its windows."""
        return not self.windows or any(start <= minute < end for window in self.windows for start, end in window.spans)


@dataclass(frozen=True, slots=True)
class Segment:
    """Real minutes [start, end) of a Paris civil day that belong to one period."""

    start: int
    end: int
    period: str | None
    """None when the type of the day decides and is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A tariff option: its rules, and the signal that tells the type of a day."""

    code: str
    """The gateway's word for it: `BASE`, `HC_HP`, `TEMPO`, …, or `CUSTOM`."""
    rules: tuple[Rule, ...]
    signal: Signal | None = None
    day_starts: int = 0
    """Wall minute at which a day of the signal starts: 360 for Tempo, 420 for EJP."""
    listed: frozenset[date] = frozenset()
    """The peak days of `Signal.LISTED`."""
    _known: dict[_DayKind, tuple[Segment, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def periods(self) -> tuple[str, ...]:
        """Its periods, in the order of the rules."""
        return tuple(dict.fromkeys(rule.period for rule in self.rules))

    def day_type(self, day: date, calendars: Calendars) -> str | None:
        """The type of the signal's day that starts on a civil day; None when unknown or without a signal."""
        match self.signal:
            case Signal.TEMPO:
                return calendars.tempo.get(day)
            case Signal.ZEN_FLEX:
                return calendars.zen_flex.get(day)
            case Signal.TEMPO_RED:
                color = calendars.tempo.get(day)
                return None if color is None else PEAK if color == RED else NORMAL
            case Signal.LISTED:
                return PEAK if day in self.listed else NORMAL
            case None:
                return None

    def day_types(self, day: date, calendars: Calendars) -> tuple[str | None, str | None]:
        """The types that a civil day depends on: that of the eve, when the signal's days start late, and its own."""
        if self.signal is None:
            return None, None
        before = self.day_type(day - ONE_DAY, calendars) if self.day_starts else None
        return before, self.day_type(day, calendars)

    def segments(self, day: date, calendars: Calendars) -> tuple[Segment, ...]:
        """The real minutes of a civil day by period: sorted, without gap, neighbours differ."""
        # The rules are many and looking an option up by them is slow: three years of days are of a few dozen kinds.
        kind = (
            minutes_in_day(day),
            Season.SUMMER if Season.SUMMER.covers(day) else Season.WINTER,
            day.weekday(),
            is_public_holiday(day),
            self.day_types(day, calendars),
        )
        known = self._known.get(kind)
        if known is None:
            known = self._known[kind] = _segments(self.rules, self.day_starts, kind)
        return known


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffVersion:
    """What electricity costs from one day on."""

    valid_from: date
    valid_to: date | None = None
    """Last day, when it ended; None: until the next version."""
    option: Option
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    """EUR/kWh, tax included, by period; a period that is absent has no known price."""
    subscription: Decimal | None = None
    """EUR a month, tax included; None when unknown."""
    power_kva: Decimal | None = None
    source: str = ""
    """Whose prices they are, for people; empty for the user's own."""
    priced_from: date | None = None
    """The day since which that source has these prices: often before `valid_from`. None for the user's own."""
    unverified: bool = False
    """The source is not certain of the prices."""

    def price(self, period: str | None) -> Decimal | None:
        """EUR/kWh of a period, None when it or its price is unknown."""
        return None if period is None else self.prices.get(period)

    def subscription_of(self, day: date) -> Decimal | None:
        """EUR of one civil day: twelve months shared by the days of its year (reference/domain.md 3.4)."""
        if self.subscription is None:
            return None
        first = date(day.year, 1, 1)
        return 12 * self.subscription / (date(day.year + 1, 1, 1) - first).days


@dataclass(frozen=True, slots=True)
class Tariff:
    """Dated versions, oldest first: each applies until the next one starts, or until its own end."""

    versions: tuple[TariffVersion, ...] = ()
    """Given in any order. ValueError for two versions from the same day."""

    def __post_init__(self) -> None:
        """Put them in order."""
        object.__setattr__(self, "versions", tuple(sorted(self.versions, key=lambda version: version.valid_from)))
        starts = {version.valid_from for version in self.versions}
        if len(starts) < len(self.versions):
            raise ValueError("Two versions of a tariff start on the same day")

    def __bool__(self) -> bool:
        return bool(self.versions)

    @property
    def periods(self) -> tuple[str, ...]:
        """The periods of all versions, oldest first."""
        return tuple(dict.fromkeys(period for version in self.versions for period in version.option.periods))

    def on(self, day: date) -> TariffVersion | None:
        """The version in force on a civil day."""
        # Whoever follows an entity has a version for each of its prices, and a calendar asks for years of days.
        following = bisect_right(self.versions, day, key=attrgetter("valid_from"))
        if not following:
            return None
        found = self.versions[following - 1]
        return found if found.valid_to is None or day <= found.valid_to else None

    def subscription(self, first: date, last: date) -> Decimal | None:
        """EUR of the civil days from `first` to `last`, both included; None when it is unknown for any of them."""
        total = Decimal(0)
        for start, end, version in self.spans(first, last):
            for year in range(start.year, end.year + 1):
                begins, ends = max(start, date(year, 1, 1)), min(end, date(year, 12, 31))
                daily = None if version is None else version.subscription_of(begins)
                if daily is None:
                    return None
                total += ((ends - begins).days + 1) * daily
        return total

    def spans(self, first: date, last: date) -> Iterator[tuple[date, date, TariffVersion | None]]:
        """Consecutive spans of days, both ends included, with the version in force; they cover first to last."""
        start = first
        while start <= last:
            version = self.on(start)
            edges = [each.valid_from for each in self.versions if each.valid_from > start]
            if version is not None and version.valid_to is not None:
                edges.append(version.valid_to + ONE_DAY)
            end = min([last, *(edge - ONE_DAY for edge in edges)])
            yield start, end, version
            start = end + ONE_DAY


def valid_period(period: str) -> bool:
    """Whether a statistic can be named after it: lower-case letters, digits and single underscores inside."""
    return (
        0 < len(period) <= 40
        and period.isascii()
        and period == period.lower()
        and all(part.isalnum() for part in period.split("_"))
    )


@lru_cache(maxsize=16384)
def _segments(rules: tuple[Rule, ...], day_starts: int, kind: _DayKind) -> tuple[Segment, ...]:
    minutes, season, weekday, holiday, types = kind
    todays = tuple(rule for rule in rules if rule.covers(season, weekday, holiday=holiday))
    edges = {0, MINUTES_IN_DAY, day_starts}
    edges.update(edge for rule in todays for window in rule.windows for span in window.spans for edge in span)
    wall = sorted(edges)
    pieces: list[tuple[int, int, str | None]] = []
    for start, end in pairwise(wall):
        known = types[0] if start < day_starts else types[1]
        pieces.append((start, end, _period(todays, start, known)))
    return _joined(
        sorted(
            (real + max(start, first) - first, real + min(end, last) - first, period)
            for first, last, real in wall_spans_of(minutes)
            for start, end, period in pieces
            if max(start, first) < min(end, last)
        )
    )


def _period(rules: Iterable[Rule], minute: int, day_type: str | None) -> str | None:
    """The period of a wall minute; None when it depends on a type that is unknown, or no rule has it."""
    possible: set[str] = set()
    taken: set[str] = set()
    for rule in rules:
        if not rule.contains(minute):
            continue
        if not rule.day_types or day_type in rule.day_types:
            possible.add(rule.period)
            break
        if day_type is None and not rule.day_types <= taken:
            possible.add(rule.period)
            taken |= rule.day_types
    else:
        return None
    return possible.pop() if len(possible) == 1 else None


def _joined(pieces: Iterable[tuple[int, int, str | None]]) -> tuple[Segment, ...]:
    joined: list[Segment] = []
    for start, end, period in pieces:
        if joined and joined[-1].period == period and joined[-1].end == start:
            joined[-1] = Segment(joined[-1].start, end, period)
        else:
            joined.append(Segment(start, end, period))
    return tuple(joined)
