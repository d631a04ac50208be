"""When the national calendars and the catalogue are asked for, and for which days: decisions without effects.

These routes are public and cost nothing of the quota, but every installation of the country asks them: once a day at a
minute of its own, and again only for what is late. Times are those of Paris. Sources: gateway.md 8, 9 and 11.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from ..energy.calendar import ONE_DAY, ONE_HOUR, PARIS, paris_date


class Route(StrEnum):
    """What is asked for."""

    TEMPO = "tempo"
    ZEN_FLEX = "zen_flex"
    CATALOGUE = "catalogue"


MINUTES: Final[Mapping[Route, range]] = {
    # The gateway has tomorrow's colour between 06:00 and 11:00 as a rule.
    Route.TEMPO: range(11 * 60 + 15, 12 * 60 + 31),
    # EDF tells tomorrow's type during the day.
    Route.ZEN_FLEX: range(15 * 60, 18 * 60),
    Route.CATALOGUE: range(5 * 60, 23 * 60),
}
"""The minutes of the day from which an installation draws the one at which it asks."""

TEMPO_WORDS: Final = frozenset({"BLUE", "WHITE", "RED"})
ZEN_FLEX_WORDS: Final = frozenset({"ECO", "SOBRIETE", "BONUS"})
ZEN_FLEX_LAUNCH: Final = date(2023, 11, 1)
REVIEWED: Final = timedelta(days=40)
"""How far back each call of the day looks again: what was late or corrected."""

BACKOFF: Final = (timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2), timedelta(hours=4))
ABSENT: Final = timedelta(days=7)
"""A route that a gateway does not have comes, if at all, with another version of it."""
PROVIDERS_EVERY: Final = timedelta(days=7)

_MONTHS_BACK: Final = 38
_SEASON_STARTS: Final = 9
_MORNING, _EVENING = time(6), time(20)
_TOMORROW_EVERY: Final = ONE_HOUR
_MISSING_EVERY: Final = 2 * ONE_HOUR
# Ticks are not exact to the second: one that comes a little early is not put off to the next.
_SLACK: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What became of the questions of a route."""

    at: datetime | None = None
    """When the last one that was answered was asked."""
    failures: int = 0
    """In a row, since."""
    retry_at: datetime | None = None
    """Not before this."""

    def failed(self, now: datetime, retry_at: datetime | None = None) -> Asked:
        """Once more without an answer; `retry_at` where the gateway says when to come back."""
        if retry_at is None or retry_at <= now:
            retry_at = now + BACKOFF[min(self.failures, len(BACKOFF) - 1)]
        return Asked(at=self.at, failures=self.failures + 1, retry_at=retry_at)

    def absent(self, now: datetime) -> Asked:
        """The gateway does not have the route."""
        return Asked(at=self.at, retry_at=now + ABSENT)

    def waits(self, now: datetime) -> bool:
        """Whether it is too early to try again. A clock that was wrong does not silence a route for years."""
        return self.retry_at is not None and now < self.retry_at <= now + ABSENT

    def opened(self, now: datetime) -> datetime | None:
        """`at`, unless a clock that was wrong put it into the future."""
        return None if self.at is None or self.at > now + _SLACK else self.at


@dataclass(frozen=True, slots=True)
class Span:
    """Civil days to ask for, both included."""

    first: date
    last: date


def tempo_question(now: datetime, asked: Asked, minute: int, known: Mapping[date, str]) -> Span | None:
    """The Tempo days to ask for now.

    First the whole history, then the running season once a day; hourly until the evening while tomorrow is missing, every
    two hours of the day while today or yesterday is. An older hole is looked at with the call of the day: the gateway
    fills few of them.
    """
    if asked.waits(now):
        return None
    today = paris_date(now)
    if (at := asked.opened(now)) is None:
        return Span(history_start(today), today + ONE_DAY)
    clock, since = now.astimezone(PARIS).time(), now - at + _SLACK
    missing = today not in known or today - ONE_DAY not in known
    if not (
        at < last_slot(now, minute)
        or (
            now >= slot_of(today, minute)
            and clock < _EVENING
            and today + ONE_DAY not in known
            and since >= _TOMORROW_EVERY
        )
        or (_MORNING <= clock < _EVENING and missing and since >= _MISSING_EVERY)
    ):
        return None
    return Span(min(season_start(today), paris_date(at) - REVIEWED), today + ONE_DAY)


def zen_flex_question(now: datetime, asked: Asked, minute: int) -> Span | None:
    """The Zen Flex days to ask for now: first all, then once a day the last weeks."""
    if asked.waits(now):
        return None
    tomorrow = paris_date(now) + ONE_DAY
    if (at := asked.opened(now)) is None:
        return Span(ZEN_FLEX_LAUNCH, tomorrow)
    if at >= last_slot(now, minute):
        return None
    return Span(max(ZEN_FLEX_LAUNCH, paris_date(at) - REVIEWED), tomorrow)


def catalogue_is_due(now: datetime, asked: Asked, minute: int) -> bool:
    """Whether to read the catalogue now: at once when nothing is known, then once a day."""
    if asked.waits(now):
        return False
    at = asked.opened(now)
    return at is None or at < last_slot(now, minute)


def providers_are_due(now: datetime, read_at: datetime | None) -> bool:
    """Whether to read the list of suppliers whatever the offers say."""
    return read_at is None or not read_at <= now < read_at + PROVIDERS_EVERY - ONE_HOUR


def slot_of(day: date, minute: int) -> datetime:
    """The instant of a minute of the Paris wall clock."""
    return datetime.combine(day, time(minute // 60, minute % 60), tzinfo=PARIS)


def last_slot(now: datetime, minute: int) -> datetime:
    """The last time that it was this minute of the day."""
    slot = slot_of(paris_date(now), minute)
    return slot if slot <= now else slot_of(paris_date(now) - ONE_DAY, minute)


def season_start(day: date) -> date:
    """1 September on or before a day: Tempo counts its days from there."""
    return date(day.year if day.month >= _SEASON_STARTS else day.year - 1, _SEASON_STARTS, 1)


def history_start(today: date) -> date:
    """The first season that is wanted: all that Enedis' three years of history can need, from its 1 September on."""
    months = 12 * today.year + today.month - 1 - _MONTHS_BACK
    return season_start(date(months // 12, months % 12 + 1, 1))


def merged(known: Mapping[date, str], news: Iterable[tuple[date, str]], words: frozenset[str]) -> Mapping[date, str]:
    """What is known with what has come; the very same object when nothing is new.

    A day that was published never disappears; one that was corrected is replaced. Words that are no types of days say
    nothing.
    """
    changed = {day: word for day, written in news if (word := written.upper()) in words and known.get(day) != word}
    return {**known, **changed} if changed else known
