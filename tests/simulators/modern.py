"""Metering of gateway 2.x: exclusive end capped to today, a cache by day, both shapes (gateway.md 2 and 5)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from . import bodies
from .bodies import Ask, Reply
from .clock import ONE_DAY, days, paris_day, years_before
from .enedis import Enedis, Reading, Refusal, parse_day
from .households import PRODUCTION, Feed, Household

type Failure = tuple[date, date, Refusal]

NO_CURVE = "No consumption data available for this period"
NO_BATCH = f"{NO_CURVE}. This may be before the meter activation date."
EMPTY_AFTER_DAYS = 7
"""How old an empty day must be for the gateway to remember that it is empty."""


def runs(wanted: list[date], longest: int | None = None) -> Iterator[tuple[date, date]]:
    """[first, last] of each unbroken run of days, cut to `longest` days."""
    start = 0
    for index in range(1, len(wanted) + 1):
        ends = index == len(wanted) or wanted[index] - wanted[index - 1] != ONE_DAY
        if ends or (longest is not None and index - start == longest):
            yield wanted[start], wanted[index - 1]
            start = index


def by_day(readings: list[Reading]) -> dict[date, list[Reading]]:
    """Readings by the day that their label names, in the order of their arrival."""
    split: dict[str, list[Reading]] = {}
    for reading in readings:
        split.setdefault(reading.label[:10], []).append(reading)
    return {date.fromisoformat(text): values for text, values in split.items()}


def fetch_forward(enedis: Enedis, ask: Ask, first: date, last: date) -> tuple[list[Reading], list[Failure]]:
    """One batch chunk: where it starts before activation, the gateway tries one day later, seven times at most."""
    failures: list[Failure] = []
    for later in range(7):
        start = first + later * ONE_DAY
        if start > last:
            break
        try:
            return fetch(enedis, ask, start, last), failures
        except Refusal as refusal:
            failures.append((start, last, refusal))
            if refusal.code != "ADAM-ERR0123":
                break
    return [], failures


def fetch(enedis: Enedis, ask: Ask, first: date, last: date) -> list[Reading]:
    """One upstream call for [first, last]. Raises `Refusal`."""
    return enedis.measures(
        ask.home,
        ask.direction,
        ask.feed,
        start=first.isoformat(),
        end=(last + ONE_DAY).isoformat(),
        now=ask.now,
        outage=ask.outage,
    )


def partial(count: int) -> dict[str, object]:
    """The error that comes beside a success."""
    words = f"Some data could not be fetched (possibly before activation date). Returning {count} readings."
    return bodies.problem("PARTIAL_DATA", words)


def too_old(today: date) -> str:
    """The words that carry the floor of the daily route."""
    floor = years_before(today, 3).isoformat()
    return f"Start date is too old. Daily endpoint only supports data up to 3 years back. Oldest allowed date: {floor}"


@dataclass(slots=True)
class ModernMetering:
    """The metering routes of 2.x and what they remember."""

    enedis: Enedis
    _days: dict[tuple[str, str, Feed, date], tuple[datetime, list[Reading]]] = field(default_factory=dict)
    oldest_failed: dict[str, date] = field(default_factory=dict)
    """PDL → the date that ADAM-ERR0123 refused on the curve (`oldest_available_data_date`)."""

    def answer(self, ask: Ask, *, shape_2026: bool) -> Reply:
        """The whole answer to a metering question."""
        today = paris_day(ask.now)
        first, after = parse_day(ask.start), parse_day(ask.end)
        if first is None or after is None:
            return self._bad_date(ask)
        after = min(after, today)
        if first >= after:
            first = after - ONE_DAY
        if ask.own_cache and ask.feed == "daily" and first < years_before(today, 3):
            return bodies.failed("DATE_TOO_OLD", too_old(today), ask.now)
        if ask.batch:
            first = max(first, today - timedelta(days=729))
        wanted = days(first, after - ONE_DAY)
        known = self._recall(ask, wanted) if ask.use_cache else {}
        missing = [day for day in wanted if day not in known]
        free = not missing and (ask.batch or (ask.own_cache and ask.feed == "curve"))
        if not free and (refused := ask.charge()) is not None:
            return refused
        failures: list[Failure] = []
        for start, last in runs(missing, 7 if ask.batch else None):
            failures += self._fetch(ask, start, last, known, today)
        readings = [reading for day in wanted for reading in known.get(day, ())]
        return self._reply(ask, first, after, readings, failures, shape_2026=shape_2026)

    def forget(self, home: Household) -> int:
        """`DELETE /enedis/cache/{pdl}`: consumption only."""
        keys = [key for key in self._days if key[0] == home.pdl and key[1] != PRODUCTION and key[2] != "power"]
        for key in keys:
            del self._days[key]
        return len(keys)

    def _recall(self, ask: Ask, wanted: list[date]) -> dict[date, list[Reading]]:
        kept = ((day, self._days.get((ask.home.pdl, ask.direction, ask.feed, day))) for day in wanted)
        return {day: entry[1] for day, entry in kept if entry is not None and entry[0] > ask.now}

    def _fetch(self, ask: Ask, first: date, last: date, known: dict[date, list[Reading]], today: date) -> list[Failure]:
        failures: list[Failure] = []
        fresh: list[Reading] = []
        if ask.batch:
            fresh, failures = fetch_forward(self.enedis, ask, first, last)
        else:
            try:
                fresh = fetch(self.enedis, ask, first, last)
            except Refusal as refusal:
                failures = [(first, last, refusal)]
        arrived = by_day(fresh)
        known.update(arrived)
        if ask.use_cache and all(refusal.code == "no_data_found" for _, _, refusal in failures):
            for day in days(first, last):
                self._remember(ask, day, arrived.get(day, []), today)
        return failures

    def _remember(self, ask: Ask, day: date, readings: list[Reading], today: date) -> None:
        age = (today - day).days
        if not readings and age <= EMPTY_AFTER_DAYS:
            return
        expires = ask.now + timedelta(hours=3 if age <= 2 else 24)
        self._days[ask.home.pdl, ask.direction, ask.feed, day] = (expires, readings)

    def _bad_date(self, ask: Ask) -> Reply:
        if ask.feed == "power":
            return bodies.failed("INVALID_DATE_FORMAT", "Dates must be in the format YYYY-MM-DD.", ask.now)
        if ask.own_cache:
            return bodies.internal_error(ask.now)
        if (refused := ask.charge()) is not None:
            return refused
        try:
            self.enedis.measures(
                ask.home, ask.direction, ask.feed, start=ask.start, end=ask.end, now=ask.now, outage=ask.outage
            )
        except Refusal as refusal:
            return bodies.failed("ENEDIS_ERROR", str(refusal), ask.now)
        raise AssertionError("Enedis accepted a date that is none")

    def _reply(
        self, ask: Ask, first: date, after: date, readings: list[Reading], failures: list[Failure], *, shape_2026: bool
    ) -> Reply:
        error = None
        if not readings and failures:
            if (refused := self._refusal(ask, first, failures)) is not None:
                return refused
        elif not readings and not ask.batch and ask.own_cache and ask.feed == "curve":
            return bodies.failed("NO_DATA", NO_CURVE, ask.now)
        elif failures and ask.batch:
            error = partial(len(readings))
        headers = {} if shape_2026 else {"Deprecation": "true"}
        data = (
            bodies.data_connect_2026(ask, first, after, readings)
            if shape_2026
            else bodies.v5_from_2x(ask, first, after, readings)
        )
        return Reply(bodies.enveloped(data, ask.now, error=error), headers=headers)

    def _refusal(self, ask: Ask, first: date, failures: list[Failure]) -> Reply | None:
        """What a question ends in of which nothing came; None for the success with an empty list."""
        return refusal_reply(ask, first, failures, self.oldest_failed)


def refusal_reply(ask: Ask, first: date, failures: list[Failure], oldest_failed: dict[str, date]) -> Reply | None:
    """gateway.md 5.4: each route has its own way to say that Enedis refused. None is a success with an empty list."""
    before = any(refusal.code == "ADAM-ERR0123" for _, _, refusal in failures)
    if ask.batch:
        return bodies.failed("NO_DATA", NO_BATCH, ask.now)
    if not ask.own_cache:
        return (
            Reply(bodies.enveloped(bodies.before_activation(), ask.now))
            if before
            else bodies.failed("ENEDIS_ERROR", str(failures[0][2]), ask.now)
        )
    if ask.feed == "daily":
        words = "; ".join(
            f"Failed to fetch {start} to {last + ONE_DAY}: {refusal}" for start, last, refusal in failures
        )
        return None if before else bodies.failed("ENEDIS_ERROR", words, ask.now)
    if not before:
        return bodies.failed("NO_DATA", NO_CURVE, ask.now)
    oldest_failed[ask.home.pdl] = first
    words = f"The requested period ({first}) cannot be anterior to the meter's last activation date"
    return bodies.failed("ADAM-ERR0123", words, ask.now)
