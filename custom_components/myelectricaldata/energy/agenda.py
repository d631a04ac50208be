"""What a calendar shows of tariffs and signals: off-peak hours, peak hours, and days that are of a certain type.

Only what is certain is shown: hours that would be off-peak on one type of day and not on another wait for the type.
Stretches are in aware UTC, sorted, and share no instant.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from itertools import chain
from operator import attrgetter
from typing import Final, Protocol

from .calendar import ONE_DAY, ONE_HOUR, PARIS, day_end, day_start, days_between, paris_date
from .offpeak import OffpeakSchedule, merge_spans
from .tariff import PEAK, Calendars, Option, Signal, Tariff, TariffVersion
from .tempo import BLUE, COLOURS, possible_colours, tempo_day_start

OFFPEAK_DAYS_BACK: Final = 31
"""Not further: nobody says since when the contract has its hours."""
PEAK_DAYS_BACK: Final = 366
DAYS_AHEAD: Final = 400
"""How far hours that recur for ever are shown."""
ZEN_FLEX_TYPES: Final = ("ECO", "SOBRIETE", "BONUS")
MARKED_ZEN_FLEX: Final = frozenset({"SOBRIETE", "BONUS"})
"""Types of days that are something to know of; the others are Éco."""

_PEAK_SIGNALS: Final = frozenset({Signal.TEMPO_RED, Signal.LISTED})

type _Minutes = tuple[tuple[int, int], ...]
"""Real minutes [start, end) of a civil day, sorted, that do not touch."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """[start, end), as long as it lasts: across midnight, or over a weekend."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class PeakStretch:
    """The peak hours [start, end) of one peak day."""

    start: datetime
    end: datetime
    code: str
    """The option that has them: `EJP` or `SEASONAL`."""


class Lasting(Protocol):
    """What begins and ends."""

    @property
    def start(self) -> datetime:
        """Inclusive, aware."""

    @property
    def end(self) -> datetime:
        """Exclusive, aware."""


def within[LastingT: Lasting](found: Sequence[LastingT], start: datetime, end: datetime) -> Sequence[LastingT]:
    """Those that share an instant with [start, end)."""
    return found[bisect_right(found, start, key=_end) : bisect_left(found, end, key=_start)]


_start: Callable[[Lasting], datetime] = attrgetter("start")
_end: Callable[[Lasting], datetime] = attrgetter("end")


def known_days(types: Mapping[date, str], first: date, last: date, wanted: Collection[str]) -> Iterator[date]:
    """The days from `first` to `last` that are known to be of a wanted type, in order; costs no more than is known."""
    if (last - first).days < len(types):
        return (day for day in days_between(first, last) if types.get(day) in wanted)
    return iter(sorted(day for day, kind in types.items() if first <= day <= last and kind in wanted))


def tempo_day_stretch(day: date) -> Stretch:
    """When the colour of a civil day applies: 06:00 to 06:00, 23, 24 or 25 hours."""
    return Stretch(tempo_day_start(day), tempo_day_start(day + ONE_DAY))


def has_peak_days(tariff: Tariff, today: date) -> bool:
    """Whether a version that is in force or to come says which days are peak days."""
    return any(version.option.signal in _PEAK_SIGNALS for version in _not_over(tariff, today))


def uses_signal(tariff: Tariff, signal: Signal, today: date) -> bool:
    """Whether a version that is in force or to come follows a signal."""
    return any(version.option.signal is signal for version in _not_over(tariff, today))


def offpeak_stretches(
    tariff: Tariff, calendars: Calendars, contract: OffpeakSchedule, today: date
) -> tuple[Stretch, ...]:
    """Off-peak hours from a month ago to a good year ahead.

    On each day those of the tariff in force; those of the contract where there is none, or where it has no off-peak
    period and so does not say. Hours that go on are one stretch, however long. One that the horizon cuts is not shown,
    but for hours that have no end at all.
    """
    first, last, now = today - timedelta(days=OFFPEAK_DAYS_BACK), today + timedelta(days=DAYS_AHEAD), day_start(today)
    pieces = (
        (midnight + timedelta(minutes=start), midnight + timedelta(minutes=end))
        for day in days_between(first, last)
        for midnight in (day_start(day),)
        for start, end in _offpeak_minutes(tariff.on(day), calendars, contract, day)
    )
    edges = {day_start(first), day_end(last)}
    return tuple(
        stretch
        for start, end in _joined(pieces)
        if edges.isdisjoint((start, end)) or start <= now < end
        for stretch in _readable(start, end)
    )


def is_offpeak(tariff: Tariff, calendars: Calendars, contract: OffpeakSchedule, instant: datetime) -> bool | None:
    """Whether it is off-peak at an instant; None where a type of day that is not known decides."""
    day = paris_date(instant)
    version, minute = tariff.on(day), (instant - day_start(day)) // timedelta(minutes=1)
    if version is None or not (offpeak := _offpeak_periods(version)):
        return contract.is_offpeak(instant)
    answers = {
        None if segment.period is None else segment.period in offpeak
        for each in _possible(version.option, day, calendars)
        for segment in version.option.segments(day, each)
        if segment.start <= minute < segment.end
    }
    return answers.pop() if len(answers) == 1 else None


def peak_stretches(tariff: Tariff, calendars: Calendars, today: date) -> tuple[PeakStretch, ...]:
    """Peak hours of the peak days from a year ago to a good year ahead, as far as they are known; one day by one."""
    return tuple(
        PeakStretch(start, end, version.option.code)
        for day in days_between(today - timedelta(days=PEAK_DAYS_BACK), today + timedelta(days=DAYS_AHEAD))
        if (version := tariff.on(day)) is not None
        and version.option.signal in _PEAK_SIGNALS
        and version.option.day_type(day, calendars) == PEAK
        for start, end in _peak_hours(tariff, version.option, calendars, day)
    )


def _not_over(tariff: Tariff, today: date) -> Iterator[TariffVersion]:
    for version in tariff.versions:
        if version.valid_from > today or tariff.on(today) is version:
            yield version


def _offpeak_periods(version: TariffVersion) -> frozenset[str]:
    return frozenset(period for period in version.option.periods if period.rpartition("_")[2] == "hc")


def _offpeak_minutes(
    version: TariffVersion | None, calendars: Calendars, contract: OffpeakSchedule, day: date
) -> _Minutes:
    if version is not None and (offpeak := _offpeak_periods(version)):
        return _certain(version.option, day, calendars, offpeak)
    midnight = day_start(day)
    return tuple(
        ((start - midnight) // timedelta(minutes=1), (end - midnight) // timedelta(minutes=1))
        for start, end in contract.intervals(day)
    )


def _readable(start: datetime, end: datetime) -> Iterator[Stretch]:
    """One stretch, or two where the wall clock, when it goes back, would show an end before the start."""
    if end.astimezone(PARIS).replace(tzinfo=None) > start.astimezone(PARIS).replace(tzinfo=None):
        yield Stretch(start, end)
        return
    change = start.replace(minute=0) + ONE_HOUR
    yield Stretch(start, change)
    if change < end:
        yield Stretch(change, end)


def _peak_hours(tariff: Tariff, option: Option, calendars: Calendars, day: date) -> Iterator[tuple[datetime, datetime]]:
    """Those of the day of the signal that starts on a civil day; it may end in the small hours of the next one."""
    clock = time(*divmod(option.day_starts, 60))
    begins, ends = (datetime.combine(each, clock, tzinfo=PARIS).astimezone(UTC) for each in (day, day + ONE_DAY))
    pieces: list[tuple[datetime, datetime]] = []
    for civil in (day, day + ONE_DAY):
        version, midnight = tariff.on(civil), day_start(civil)
        if version is None:
            continue
        peak = frozenset(rule.period for rule in version.option.rules if PEAK in rule.day_types)
        pieces += (
            (midnight + timedelta(minutes=start), midnight + timedelta(minutes=end))
            for start, end in _certain(version.option, civil, calendars, peak)
        )
    return _joined((max(start, begins), min(end, ends)) for start, end in pieces if start < ends and end > begins)


def _certain(option: Option, day: date, calendars: Calendars, periods: Collection[str]) -> _Minutes:
    """The real minutes of a civil day that belong to one of these periods, whatever types its days turn out to be."""
    views = (
        merge_spans((segment.start, segment.end) for segment in option.segments(day, each) if segment.period in periods)
        for each in _possible(option, day, calendars)
    )
    return reduce(_common, views)


def _possible(option: Option, day: date, calendars: Calendars) -> Iterable[Calendars]:
    """The calendars that may turn out to be true for the two signal's days that a civil day depends on.

    Between them each of the two days is once of each type that it may be of. What is before and after the moment at
    which a signal's day starts depends on one of them only, so that no more combinations are needed.
    """
    both = (day - ONE_DAY, day)
    match option.signal:
        case Signal.TEMPO | Signal.TEMPO_RED if not all(each in calendars.tempo for each in both):
            return (
                Calendars(tempo={each: calendars.tempo.get(each) or _allowed(colour, each) for each in both})
                for colour in COLOURS
            )
        case Signal.ZEN_FLEX if not all(each in calendars.zen_flex for each in both):
            return (
                Calendars(zen_flex={each: calendars.zen_flex.get(each, kind) for each in both})
                for kind in ZEN_FLEX_TYPES
            )
        case _:
            return (calendars,)


def _allowed(colour: str, day: date) -> str:
    """A colour where RTE's rules allow it; blue is always possible."""
    return colour if colour in possible_colours(day) else BLUE


def _common(some: _Minutes, others: _Minutes) -> _Minutes:
    return tuple(
        (max(start, first), min(end, last))
        for start, end in some
        for first, last in others
        if max(start, first) < min(end, last)
    )


def _joined(pieces: Iterable[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    """Sorted pieces, those that touch made one."""
    running: tuple[datetime, datetime] | None = None
    for start, end in pieces:
        if running is not None and running[1] == start:
            running = (running[0], end)
            continue
        if running is not None:
            yield running
        running = (start, end)
    yield from chain(() if running is None else (running,))
