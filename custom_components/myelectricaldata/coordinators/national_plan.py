"""When national data is asked for, and which days of it: pure functions of the clock and of what is known.

The clock is that of Paris, on which the sources publish. Source of their hours: gateway.md 8-10, domain.md 4-5.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ..energy.calendar import ONE_DAY, ONE_HOUR, PARIS, paris_date
from ..energy.ecowatt import AHEAD, EcowattSignal
from ..energy.tempo import FORECAST_AHEAD, confirmed_from, season_start, tempo_day


class Route(StrEnum):
    """What is asked for, in the order of asking: where the gateway is not there, a free question finds out."""

    TEMPO = "tempo"
    FORECAST = "forecast"
    ZEN_FLEX = "zen_flex"
    ECOWATT = "ecowatt"
    FRANCE = "france"
    SOLAR = "solar"
    CATALOGUE = "catalogue"


TICK: Final = timedelta(minutes=5)
"""How often it is looked whether a question is due."""

MINUTES: Final[Mapping[Route, range]] = {
    # From 11:15 on a colour is final.
    Route.TEMPO: range(11 * 60 + 15, 12 * 60 + 31),
    Route.FORECAST: range(7 * 60, 10 * 60 + 1),
    # EDF tells tomorrow's type during the day.
    Route.ZEN_FLEX: range(15 * 60, 18 * 60),
    Route.ECOWATT: range(17 * 60 + 5, 17 * 60 + 16),
    Route.CATALOGUE: range(5 * 60, 23 * 60),
}
"""The minutes of the day from which an installation draws the one at which it asks."""

ZEN_FLEX_WORDS: Final = frozenset({"ECO", "SOBRIETE", "BONUS"})
ZEN_FLEX_LAUNCH: Final = date(2023, 11, 1)
HISTORY_AGAIN: Final = timedelta(hours=6)
"""When to ask again for a history that did not come: a gateway that is new itself fills its own first."""
REVIEWED: Final = timedelta(days=40)
"""How far back each call of the day looks again: what was late or corrected."""
ECOWATT_KEPT: Final = timedelta(days=360)
"""How long EcoWatt signals are kept; the gateway serves as many days in one call."""
WATCHED: Final = 7
"""Of how many days it is remembered at what minute the colour came."""

QUARTER: Final = timedelta(minutes=15)
HALF_HOUR: Final = timedelta(minutes=30)
SLACK: Final = timedelta(minutes=1)
"""Ticks are not exact to the second: one that comes a little early is not put off to the next."""
BACKOFF: Final = (HALF_HOUR, ONE_HOUR, 2 * ONE_HOUR, 4 * ONE_HOUR)
PAUSES: Final[Mapping[Route, tuple[timedelta, ...]]] = {
    # What automations wait for, and one small question; what fails for a whole day is not back in a quarter of an hour.
    Route.TEMPO: (*(QUARTER,) * 96, ONE_HOUR),
    # Each question costs up to three of the day's uncached calls, which the user's other programs share.
    Route.ECOWATT: (QUARTER, HALF_HOUR, *(ONE_HOUR,) * 11, 4 * ONE_HOUR),
}
"""How long a route that fails at a gateway that is well is left alone, by failures in a row; else `BACKOFF`."""
LONGEST_SILENCE: Final = ONE_HOUR
ABSENT: Final = timedelta(days=7)
"""A route that a gateway does not have comes, if at all, with another version of it."""
PROVIDERS_EVERY: Final = timedelta(days=7)

_SEASONS_BACK: Final = 10
_SEASON_STARTS: Final = 9
_MORNING: Final = 6 * 60
_FINAL: Final = 11 * 60 + 15
_LATE, _VERY_LATE, _NIGHT = 12 * 60 + 30, 16 * 60, 23 * 60
_EVENING: Final = 22 * 60 + 30
_LEAST_WATCHED: Final = 3
_FORECASTS_APART: Final = 9 * 60
_FRIDAY: Final = 4
_FRIDAY_EARLIER: Final = (17 * 60 + 5) - (12 * 60 + 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What became of the questions of a route."""

    at: datetime | None = None
    """When the last one that was answered was asked."""
    failures: int = 0
    """In a row, since."""
    retry_at: datetime | None = None
    """Not before this."""

    def failed(
        self, now: datetime, retry_at: datetime | None = None, *, pauses: tuple[timedelta, ...] = BACKOFF
    ) -> Asked:
        """Once more without an answer; `retry_at` where the gateway says when to come back."""
        if retry_at is None or retry_at <= now:
            retry_at = now + pauses[min(self.failures, len(pauses) - 1)] - SLACK
        return Asked(at=self.at, failures=self.failures + 1, retry_at=retry_at)

    def absent(self, now: datetime) -> Asked:
        """The gateway does not have the route."""
        return Asked(at=self.at, retry_at=now + ABSENT)

    def waits(self, now: datetime) -> bool:
        """Whether it is too early to try again. A clock that was wrong does not silence a route for years."""
        return self.retry_at is not None and now < self.retry_at <= now + ABSENT

    def opened(self, now: datetime) -> datetime | None:
        """`at`, unless a clock that was wrong put it into the future."""
        return None if self.at is None or self.at > now + SLACK else self.at

    def since(self, now: datetime) -> timedelta:
        """How long ago the last question was answered, as ticks count."""
        at = self.opened(now)
        return timedelta.max if at is None else now - at + SLACK


@dataclass(frozen=True, slots=True)
class Span:
    """Civil days to ask for, both included."""

    first: date
    last: date


def tempo_question(
    now: datetime,
    asked: Asked,
    minute: int,
    known: Collection[date],
    came: Mapping[date, int] = MappingProxyType({}),
    since: date | None = date.min,
) -> Span | None:
    """The Tempo days to ask for now.

    First the whole history (`since` is from when on it came). Then once a day, when colours are final, the running
    season; a colour that is missing is looked for between yesterday and tomorrow.
    """
    if asked.waits(now):
        return None
    today = paris_date(now)
    tomorrow = today + ONE_DAY
    if (at := asked.opened(now)) is None or (since is None and asked.since(now) >= HISTORY_AGAIN):
        return Span(history_start(today), tomorrow)
    # The first question after 11:15 is the one of the day, whichever makes it due.
    is_of_the_day = at < last_slot(now, _FINAL)
    is_due = at < confirmed_from(paris_date(last_slot(now, minute)) + ONE_DAY)
    if not is_due:
        pause = _tempo_pause(now, minute, known, came)
        is_due = pause is not None and asked.since(now) >= pause
    if not is_due:
        return None
    if not is_of_the_day:
        return Span(today - ONE_DAY, tomorrow)
    return Span(
        history_start(today) if since is None else min(season_start(today), paris_date(at) - REVIEWED), tomorrow
    )


def _tempo_pause(now: datetime, minute: int, known: Collection[date], came: Mapping[date, int]) -> timedelta | None:
    """Between two questions about a colour that is missing; None where none is, or where it is not the time."""
    today, clock = paris_date(now), wall_minute(now)
    pauses = [ONE_HOUR] if today not in known or tempo_day(now) not in known else []
    if today + ONE_DAY not in known and watch_from(today, came) <= clock < _NIGHT:
        pauses.append(_late_pause(clock, minute))
    return min(pauses, default=None)


def _late_pause(clock: int, minute: int) -> timedelta:
    """What is late is looked for less and less; installations do not stay in step."""
    if clock < _LATE:
        return QUARTER
    if clock < _VERY_LATE:
        return HALF_HOUR + timedelta(minutes=minute % 8)
    return ONE_HOUR + timedelta(minutes=minute % 16)


def watch_from(today: date, came: Mapping[date, int]) -> int:
    """From which minute of the day on tomorrow's colour is looked for: the earliest at which it lately came."""
    lately = [minute for day, minute in came.items() if today - WATCHED * ONE_DAY <= day < today]
    return max(_MORNING, min(lately)) if len(lately) >= _LEAST_WATCHED else _MORNING


def arrivals(
    came: Mapping[date, int], stamps: Iterable[tuple[date, Iterable[datetime | None]]], now: datetime
) -> Mapping[date, int]:
    """At what minute of which day colours came, with those of an answer; the very same object when nothing is new.

    `stamps` are the colours' days, each with what the gateway says of when it got it; what it says counts where it lies
    on the day before, from 06:00 until now. Without it, it is the minute of the day at which the colour is seen.
    """
    today = paris_date(now)
    oldest = today - WATCHED * ONE_DAY
    found = {day: minute for day, minute in came.items() if oldest <= day <= today}
    for day, instants in stamps:
        eve = day - ONE_DAY
        if not oldest <= eve <= today or eve in found:
            continue
        told = [
            at for at in instants if at is not None and slot_of(eve, _MORNING) <= at <= now and paris_date(at) == eve
        ]
        if told:
            # Rounded up: at the full minute it was not there yet.
            found[eve] = wall_minute(max(told)) + 1
        elif eve == today:
            found[eve] = wall_minute(now)
    return came if found == came else found


def forecast_question(now: datetime, asked: Asked, minute: int) -> Span | None:
    """Twice a day: in the morning, and nine hours later with the weather of the day."""
    if asked.waits(now):
        return None
    at, tomorrow = asked.opened(now), paris_date(now) + ONE_DAY
    if at is not None and at >= max(last_slot(now, minute), last_slot(now, minute + _FORECASTS_APART)):
        return None
    return Span(tomorrow, tomorrow - ONE_DAY + FORECAST_AHEAD[-1] * ONE_DAY)


def zen_flex_question(
    now: datetime, asked: Asked, minute: int, known: Collection[date] = (), *, wanted: bool = False
) -> Span | None:
    """The Zen Flex days to ask for now: first all, then once a day the last weeks.

    Where somebody lives by them, also every hour of the day while today is missing, or tomorrow when it is its time.
    """
    if asked.waits(now):
        return None
    today, clock = paris_date(now), wall_minute(now)
    tomorrow = today + ONE_DAY
    if (at := asked.opened(now)) is None:
        return Span(ZEN_FLEX_LAUNCH, tomorrow)
    is_missing = today not in known or (tomorrow not in known and clock >= minute)
    is_looked_for = wanted and is_missing and _MORNING <= clock < _EVENING and asked.since(now) >= ONE_HOUR
    if at >= last_slot(now, minute) and not is_looked_for:
        return None
    return Span(max(ZEN_FLEX_LAUNCH, paris_date(at) - REVIEWED), tomorrow)


def ecowatt_question(now: datetime, asked: Asked, minute: int, known: Mapping[date, EcowattSignal]) -> Span | None:
    """The EcoWatt days to ask for now: first a year, which costs no more than a day.

    Then when RTE has told of the third day to come, and hourly until the evening while that day is not complete.
    """
    if asked.waits(now):
        return None
    today = paris_date(now)
    last = today + AHEAD[-1] * ONE_DAY
    if (at := asked.opened(now)) is None:
        return Span(last - ECOWATT_KEPT, last)
    slot, newest = ecowatt_slot(now, minute), known.get(last)
    is_late = (
        (newest is None or not newest.is_complete)
        and paris_date(slot) == today
        and wall_minute(now) < _EVENING
        and asked.since(now) >= ONE_HOUR
    )
    if at >= slot and not is_late:
        return None
    # What was told while nobody asked comes too.
    return Span(max(last - ECOWATT_KEPT, min(today, paris_date(at))), last)


def ecowatt_slot(now: datetime, minute: int) -> datetime:
    """The last time that RTE has told of another day: in the evening, on Fridays at noon."""
    today = paris_date(now)
    slots = (
        slot_of(day, minute - _FRIDAY_EARLIER if day.weekday() == _FRIDAY else minute)
        for day in (today, today - ONE_DAY)
    )
    return next(slot for slot in slots if slot <= now)


def grid_question(now: datetime, asked: Asked, *, wanted: bool) -> Span | None:
    """The days of the national grid to ask for now: every half hour, while somebody looks at it."""
    if not wanted or asked.waits(now) or asked.since(now) < HALF_HOUR:
        return None
    today = paris_date(now)
    return Span(today - ONE_DAY, today + ONE_DAY)


def catalogue_question(now: datetime, asked: Asked, minute: int) -> Span | None:
    """Whether to read the catalogue now: at once when nothing is known, then once a day. It is that of today."""
    at = asked.opened(now)
    if asked.waits(now) or (at is not None and at >= last_slot(now, minute)):
        return None
    return Span(paris_date(now), paris_date(now))


def providers_are_due(now: datetime, read_at: datetime | None) -> bool:
    """Whether to read the list of suppliers whatever the offers say."""
    return read_at is None or not read_at <= now < read_at + PROVIDERS_EVERY - ONE_HOUR


def silent_until(now: datetime, since: datetime) -> datetime:
    """Until when a gateway is left alone that has answered nothing since then.

    A quarter of an hour; longer by night, and once it has been down for a day.
    """
    by_night = not any(_MORNING <= wall_minute(at) < _NIGHT for at in (now, now + LONGEST_SILENCE))
    return now + (LONGEST_SILENCE if by_night or now - since >= ONE_DAY else QUARTER) - SLACK


def slot_of(day: date, minute: int) -> datetime:
    """The instant of a minute of the Paris wall clock."""
    return datetime.combine(day, time(minute // 60, minute % 60), tzinfo=PARIS)


def last_slot(now: datetime, minute: int) -> datetime:
    """The last time that it was this minute of the day."""
    slot = slot_of(paris_date(now), minute)
    return slot if slot <= now else slot_of(paris_date(now) - ONE_DAY, minute)


def wall_minute(instant: datetime) -> int:
    """The minute of the day on the clocks of Paris."""
    wall = instant.astimezone(PARIS)
    return 60 * wall.hour + wall.minute


def history_start(today: date) -> date:
    """The first season that is wanted: ten before the running one, which also is what the gateway has."""
    return date(season_start(today).year - _SEASONS_BACK, _SEASON_STARTS, 1)


def merged(known: Mapping[date, str], news: Iterable[tuple[date, str]], words: frozenset[str]) -> Mapping[date, str]:
    """What is known with what has come; the very same object when nothing is new.

    A day that was published never disappears; one that was corrected is replaced. Words that are no types of days say
    nothing.
    """
    changed = {day: word for day, written in news if (word := written.upper()) in words and known.get(day) != word}
    return {**known, **changed} if changed else known
