"""Tempo: seasons, the rules of the colours, and what the calendar says at an instant.

Colours are RTE's words `BLUE`, `WHITE`, `RED`. The colour of a civil day applies from 06:00 that day to 06:00 the next,
peak hours are 06:00-22:00, and a season runs from 1 September to 31 August. Source: RTE and EDF, domain.md 4.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from .calendar import ONE_DAY, PARIS, day_end, days_between, paris_date

BLUE: Final = "BLUE"
WHITE: Final = "WHITE"
RED: Final = "RED"
COLOURS: Final = (BLUE, WHITE, RED)

PEAK: Final = "hp"
OFF_PEAK: Final = "hc"

FORECAST_AHEAD: Final = range(2, 7)
"""The days, counted from today, for which there is a forecast but no colour yet."""

_DAY_STARTS, _PEAK_ENDS = time(6), time(22)
_CONFIRMED_AT = time(11, 15)
_SEASON_STARTS: Final = 9
_RED_DAYS: Final = 22
_WHITE_DAYS: Final = 43
_RED_IN_A_ROW: Final = 5
_RED_MONTHS: Final = frozenset({11, 12, 1, 2, 3})
_SATURDAY: Final = 5
_SUNDAY: Final = 6
_FORECAST_LASTS: Final = timedelta(hours=36)


class Status(StrEnum):
    """How certain a colour is."""

    PROVISIONAL = "provisional"
    """Only seen before 11:15 the day before: RTE may still change it."""
    CONFIRMED = "confirmed"


class TempoEvent(StrEnum):
    """What happened to the colour of a day."""

    PUBLISHED = "published"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True, kw_only=True)
class TempoNews:
    """Something happened to the colour of a day."""

    event: TempoEvent
    day: date
    colour: str | None
    """None: a provisional colour was taken back."""
    previous: str | None
    """The colour that was corrected."""
    status: Status | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TempoChance:
    """Percent for each colour of a day that RTE has not published."""

    day: date
    chances: Mapping[str, float]
    """By colour; they make up 100."""
    confidence: str | None = None
    """The forecaster's own word: `high`, `medium`, `low`."""

    @property
    def most_likely(self) -> str:
        """The colour with the highest chance."""
        return max(self.chances, key=lambda colour: self.chances[colour])


def season_start(day: date) -> date:
    """1 September on or before a day."""
    return date(day.year if day.month >= _SEASON_STARTS else day.year - 1, _SEASON_STARTS, 1)


def season_end(day: date) -> date:
    """31 August on or after a day."""
    return date(season_start(day).year + 1, _SEASON_STARTS, 1) - ONE_DAY


def quota(day: date) -> dict[str, int]:
    """Days of each colour in the season of a day: 301 blue ones where the season has a 29 February."""
    days = (season_end(day) - season_start(day)).days + 1
    return {BLUE: days - _WHITE_DAYS - _RED_DAYS, WHITE: _WHITE_DAYS, RED: _RED_DAYS}


def possible_colours(day: date) -> frozenset[str]:
    """What RTE's rules allow: Sundays are blue; red is for Mondays to Fridays, November to March."""
    if day.weekday() == _SUNDAY:
        return frozenset({BLUE})
    if day.month not in _RED_MONTHS or day.weekday() == _SATURDAY:
        return frozenset({BLUE, WHITE})
    return frozenset(COLOURS)


def tempo_day(instant: datetime) -> date:
    """The civil day whose colour applies at an instant."""
    wall = instant.astimezone(PARIS)
    return wall.date() if wall.time() >= _DAY_STARTS else wall.date() - ONE_DAY


def tempo_day_start(day: date) -> datetime:
    """06:00 of a civil day."""
    return _at(day, _DAY_STARTS)


def period_at(instant: datetime) -> str:
    """`hp` from 06:00 to 22:00, else `hc`."""
    return PEAK if _DAY_STARTS <= instant.astimezone(PARIS).time() < _PEAK_ENDS else OFF_PEAK


def next_change(instant: datetime) -> datetime:
    """When the period, and at 06:00 the colour, changes after an instant."""
    day = paris_date(instant)
    edges = (_at(each, clock) for each in (day, day + ONE_DAY) for clock in (_DAY_STARTS, _PEAK_ENDS))
    return next(edge for edge in edges if edge > instant)


def confirmed_from(day: date) -> datetime:
    """From when on the colour of a day is final: 11:15 the day before."""
    return _at(day - ONE_DAY, _CONFIRMED_AT)


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=PARIS).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class TempoSignal:
    """Everything that is known of Tempo."""

    colours: Mapping[date, str] = MappingProxyType({})
    """By civil day; an absent day is unknown."""
    provisional: frozenset[date] = frozenset()
    """Days of `colours` that may still change."""
    chances: Mapping[date, TempoChance] = MappingProxyType({})
    chances_at: datetime | None = None
    """When the forecast was asked."""

    def status(self, day: date) -> Status | None:
        """How certain the colour of a day is; None when it has none."""
        if day not in self.colours:
            return None
        return Status.PROVISIONAL if day in self.provisional else Status.CONFIRMED

    def told(
        self, rows: Iterable[tuple[date, str]], first: date, last: date, now: datetime
    ) -> tuple[TempoSignal, tuple[TempoNews, ...]]:
        """With an answer about the days from `first` to `last`; the very same object when it says nothing new.

        A confirmed colour never disappears, though another may correct it; a provisional one that the source no longer
        tells is gone. Words that are no colours say nothing, neither do days outside the span. The news are of today
        and later, corrections of any day; a first calendar is no news.
        """
        told = [(day, word.upper()) for day, word in rows if first <= day <= last]
        named = {day: word for day, word in told if word in COLOURS}
        gone = {day for day in self.provisional if first <= day <= last} - {day for day, _ in told}
        changed = {day: word for day, word in named.items() if self.colours.get(day) != word}
        settled = {day for day in named if now >= confirmed_from(day)}
        # What was once confirmed stays so, even by a clock that was put back.
        fresh = {day for day in named if day not in settled and self.status(day) is not Status.CONFIRMED}
        provisional = frozenset((self.provisional | fresh) - settled - gone)
        if not changed and provisional == self.provisional:
            return self, ()
        colours = {**self.colours, **changed} if changed else self.colours
        if gone:
            colours = {day: colour for day, colour in colours.items() if day not in gone}
        after = TempoSignal(colours=colours, provisional=provisional, chances=self.chances, chances_at=self.chances_at)
        return after, _news(self, after, {*changed, *gone, *(self.provisional & settled)}, paris_date(now))

    def forecast(self, chances: Iterable[TempoChance], now: datetime) -> TempoSignal:
        """With a new forecast in the place of the old one."""
        return TempoSignal(
            colours=self.colours,
            provisional=self.provisional,
            chances={each.day: each for each in chances},
            chances_at=now,
        )


def _news(before: TempoSignal, after: TempoSignal, days: Iterable[date], today: date) -> tuple[TempoNews, ...]:
    if not before.colours:
        return ()
    found: list[TempoNews] = []
    for day in sorted(days):
        colour, previous, status = after.colours.get(day), before.colours.get(day), after.status(day)
        events: list[TempoEvent] = []
        if previous is not None and colour != previous:
            events.append(TempoEvent.CORRECTED)
        elif previous is None and day >= today:
            events.append(TempoEvent.PUBLISHED)
        if status is Status.CONFIRMED and before.status(day) is not Status.CONFIRMED and day >= today:
            events.append(TempoEvent.CONFIRMED)
        found += (
            TempoNews(
                event=event,
                day=day,
                colour=colour,
                previous=previous if event is TempoEvent.CORRECTED else None,
                status=status,
            )
            for event in events
        )
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonCount:
    """Days of a season until a day, that one included."""

    first: date
    last: date
    used: Mapping[str, int | None]
    """By colour; None where a day without a colour could have been of it."""
    left: Mapping[str, int | None]
    unknown: tuple[date, ...]
    """Days until now without a colour."""
    days_left: int
    """Days after this one."""


def season_count(colours: Mapping[date, str], day: date) -> SeasonCount:
    """Count the colours from 1 September to a day, that one included."""
    first, last = season_start(day), season_end(day)
    past = tuple(days_between(first, day))
    unknown = tuple(each for each in past if each not in colours)
    open_colours = frozenset[str]().union(*(possible_colours(each) for each in unknown))
    counted = Counter(colours[each] for each in past if each in colours)
    used = {colour: None if colour in open_colours else counted[colour] for colour in COLOURS}
    granted = quota(day)
    left = {colour: None if count is None else granted[colour] - count for colour, count in used.items()}
    return SeasonCount(first=first, last=last, used=used, left=left, unknown=unknown, days_left=(last - day).days)


def bounded(chance: TempoChance, colours: Mapping[date, str]) -> TempoChance | None:
    """A forecast without what the rules exclude: the other chances share its part. None when nothing is left.

    Excluded are colours that the calendar forbids, those that the season has used up, and a sixth red day in a row.
    """
    used = Counter(
        colours[each] for each in days_between(season_start(chance.day), chance.day - ONE_DAY) if each in colours
    )
    granted = quota(chance.day)
    allowed = {colour for colour in possible_colours(chance.day) if used[colour] < granted[colour]}
    if all(colours.get(chance.day - back * ONE_DAY) == RED for back in range(1, _RED_IN_A_ROW + 1)):
        allowed.discard(RED)
    total = sum(share for colour, share in chance.chances.items() if colour in allowed)
    if total <= 0:
        return None
    shares = {colour: chance.chances.get(colour, 0.0) / total * 100 if colour in allowed else 0.0 for colour in COLOURS}
    return TempoChance(day=chance.day, chances=shares, confidence=chance.confidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class TempoView:
    """What Tempo is at an instant: a function of what is known and of the clock alone."""

    at: datetime
    day: date
    """The civil day whose colour is in force."""
    colour: str | None
    """The colour in force."""
    status: Status | None
    period: str
    """`hp` or `hc`."""
    today: date
    """The civil day."""
    colour_today: str | None
    status_today: Status | None
    colour_tomorrow: str | None
    status_tomorrow: Status | None
    next_change: datetime
    """When the period or the colour changes."""
    next_colour: str | None
    """The colour in force from then on; None when unknown."""
    next_period: str
    season: SeasonCount
    next_red: date | None
    """The next red day that is published, the one in force included; None when none is."""
    chances: Mapping[int, TempoChance] = field(default_factory=dict)
    """By days from today, of `FORECAST_AHEAD`; absent without a forecast of less than a day and a half."""
    looks_again_at: datetime
    """When time alone makes another view: a change, midnight, or a forecast that gets too old."""


def tempo_view(signal: TempoSignal, now: datetime) -> TempoView:
    """What Tempo is at an instant (aware)."""
    today, day, change = paris_date(now), tempo_day(now), next_change(now)
    tomorrow, following = today + ONE_DAY, tempo_day(change)
    colours = signal.colours
    edges = (change, day_end(today), *_forecast_span(signal))
    return TempoView(
        at=now,
        day=day,
        colour=colours.get(day),
        status=signal.status(day),
        period=period_at(now),
        today=today,
        colour_today=colours.get(today),
        status_today=signal.status(today),
        colour_tomorrow=colours.get(tomorrow),
        status_tomorrow=signal.status(tomorrow),
        next_change=change,
        next_colour=colours.get(following),
        next_period=period_at(change),
        season=season_count(colours, today),
        next_red=next((each for each in days_between(day, tomorrow) if colours.get(each) == RED), None),
        chances=_chances(signal, today, now),
        looks_again_at=min(edge for edge in edges if edge > now),
    )


def _forecast_span(signal: TempoSignal) -> tuple[datetime, ...]:
    """From when until when a forecast is shown: one from a future far away was asked by a clock that was wrong."""
    at = signal.chances_at
    return () if at is None else (at - ONE_DAY, at + _FORECAST_LASTS)


def _chances(signal: TempoSignal, today: date, now: datetime) -> dict[int, TempoChance]:
    match _forecast_span(signal):
        case (start, end) if start <= now < end:
            pass
        case _:
            return {}
    told = ((ahead, signal.chances.get(today + ahead * ONE_DAY)) for ahead in FORECAST_AHEAD)
    possible = ((ahead, bounded(chance, signal.colours)) for ahead, chance in told if chance is not None)
    return {ahead: chance for ahead, chance in possible if chance is not None}
