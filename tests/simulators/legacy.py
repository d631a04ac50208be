"""Metering of gateway 1.22: J-1 lost, several caches with holes of their own, weeks blacklisted (gateway.md 5)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from . import bodies
from .bodies import Ask, Reply
from .clock import ONE_DAY, days, paris_day, years_before
from .enedis import Enedis, Reading, Refusal, parse_day
from .households import PRODUCTION, Household
from .modern import NO_CURVE, Failure, by_day, fetch, fetch_forward, partial, refusal_reply, runs, too_old

_KEPT = timedelta(hours=24)
_HALF_HOURS = tuple(f"{minute // 60:02}:{minute % 60:02}:00" for minute in range(0, 1440, 30))
_ENOUGH = 0.9 * 48
_WRONG_TYPE: dict[str, object] = {"unit": "W", "measurement_kind": "power"}


@dataclass(slots=True)
class _Shelf[Key, Value]:
    """A cache whose entries live 24 hours."""

    _entries: dict[Key, tuple[datetime, Value]] = field(default_factory=dict)

    def get(self, key: Key, now: datetime) -> Value | None:
        entry = self._entries.get(key)
        return entry[1] if entry is not None and entry[0] > now else None

    def put(self, key: Key, value: Value, now: datetime) -> None:
        self._entries[key] = (now + _KEPT, value)

    def drop(self, keys: Iterable[Key]) -> int:
        return sum(self._entries.pop(key, None) is not None for key in list(keys))

    def listed(self) -> list[Key]:
        return list(self._entries)


@dataclass(slots=True)
class LegacyMetering:
    """The metering routes of 1.22 and what they remember. It never looks at `X-MED-Format`."""

    enedis: Enedis
    oldest_failed: dict[str, date] = field(default_factory=dict)
    _daily: _Shelf[tuple[str, date], Reading] = field(default_factory=_Shelf)
    _stamps: _Shelf[tuple[str, str], Reading] = field(default_factory=_Shelf)
    _batches: _Shelf[tuple[str, str, date], list[Reading]] = field(default_factory=_Shelf)
    _exact: _Shelf[tuple[str, str, str, str, str], list[Reading]] = field(default_factory=_Shelf)
    _ranges: _Shelf[tuple[str, str, str], bool] = field(default_factory=_Shelf)
    _blacklist: _Shelf[tuple[str, date], bool] = field(default_factory=_Shelf)
    _misses: dict[tuple[str, date], int] = field(default_factory=dict)

    def answer(self, ask: Ask, *, shape_2026: bool) -> Reply:
        """The whole answer to a metering question."""
        del shape_2026
        if not ask.own_cache:
            return self._verbatim(ask)
        first, last = parse_day(ask.start), parse_day(ask.end)
        if first is None or last is None:
            return bodies.internal_error(ask.now)
        last = min(last, paris_day(ask.now) - ONE_DAY)
        if first >= last:
            first = last - ONE_DAY
        if ask.batch:
            return self._batch(ask, first, last)
        return self._curve(ask, first, last) if ask.feed == "curve" else self._daily_index(ask, first, last)

    def forget(self, home: Household) -> int:
        """`DELETE /enedis/cache/{pdl}`: consumption keys only."""
        dropped = self._daily.drop(key for key in self._daily.listed() if key[0] == home.pdl)
        dropped += self._stamps.drop(key for key in self._stamps.listed() if key[0] == home.pdl)
        mine = (key for key in self._batches.listed() if key[0] == home.pdl and key[1] != PRODUCTION)
        return dropped + self._batches.drop(mine)

    # ---- production by day or curve, maximum power: Enedis' answer, cached by its exact range --------------------------

    def _verbatim(self, ask: Ask) -> Reply:
        if (refused := ask.charge()) is not None:
            return refused
        key = (ask.home.pdl, ask.direction, ask.feed, ask.start, ask.end)
        readings = self._exact.get(key, ask.now) if ask.use_cache else None
        if readings is None:
            try:
                readings = self.enedis.measures(
                    ask.home, ask.direction, ask.feed, start=ask.start, end=ask.end, now=ask.now, outage=ask.outage
                )
            except Refusal as refusal:
                day = parse_day(ask.start) or paris_day(ask.now)
                reply = refusal_reply(ask, day, [(day, day, refusal)], self.oldest_failed)
                return reply if reply is not None else bodies.internal_error(ask.now)
            if ask.use_cache:
                self._exact.put(key, readings, ask.now)
        return Reply(bodies.enveloped(bodies.v5_verbatim(ask.home, ask.feed, ask.start, ask.end, readings), ask.now))

    # ---- daily consumption: cached by day, and Enedis' end is exclusive too -----------------------------------------------

    def _daily_index(self, ask: Ask, first: date, last: date) -> Reply:
        exact = (ask.home.pdl, ask.start, ask.end)
        if first < years_before(paris_day(ask.now), 3) and not (ask.use_cache and self._ranges.get(exact, ask.now)):
            return bodies.failed("DATE_TOO_OLD", too_old(paris_day(ask.now)), ask.now)
        if (refused := ask.charge()) is not None:
            return refused
        wanted = days(first, last - ONE_DAY)
        known: dict[date, Reading] = {}
        if ask.use_cache:
            cached = ((day, self._daily.get((ask.home.pdl, day), ask.now)) for day in wanted)
            known = {day: reading for day, reading in cached if reading is not None}
        failures: list[Failure] = []
        fetched = False
        for start, end in runs([day for day in wanted if day not in known]):
            try:
                fresh = by_day(fetch(self.enedis, ask, start, end))
            except Refusal as refusal:
                failures.append((start, end, refusal))
                continue
            fetched = True
            for day, readings in fresh.items():
                known[day] = readings[0]
                if ask.use_cache:
                    self._daily.put((ask.home.pdl, day), readings[0], ask.now)
        if (
            not known
            and failures
            and (refusal_body := refusal_reply(ask, first, failures, self.oldest_failed)) is not None
        ):
            return refusal_body
        if ask.use_cache and not failures:
            self._ranges.put(exact, True, ask.now)
        kind = bodies.reading_type("daily") if fetched and known else dict(_WRONG_TYPE)
        points = bodies.v5_points([known[day] for day in sorted(known)])
        return Reply(bodies.enveloped({"meter_reading": {"interval_reading": points, "reading_type": kind}}, ask.now))

    # ---- load curve: cached by timestamp, of which only the 48 half-hours are looked for ----------------------------------

    def _curve(self, ask: Ask, first: date, last: date) -> Reply:
        known: list[Reading] = []
        missing: list[date] = []
        for day in days(first, last):
            stamps = self._half_hours(ask, day) if ask.use_cache else []
            known += stamps
            if len(stamps) < 48:
                missing.append(day)
        if missing and (refused := ask.charge()) is not None:
            return refused
        failures: list[Failure] = []
        fetched: list[Reading] = []
        for start, end in runs(missing):
            # Enedis excludes the end, so the last missing day is lost, unless it is the only one.
            until = end if start == end else end - ONE_DAY
            try:
                fetched += fetch(self.enedis, ask, start, until)
            except Refusal as refusal:
                failures.append((start, until, refusal))
        if ask.use_cache:
            for reading in fetched:
                self._stamps.put((ask.home.pdl, reading.label), reading, ask.now)
        readings = fetched + known
        if not readings:
            refused_body = refusal_reply(ask, first, failures, self.oldest_failed) if failures else None
            return refused_body or bodies.failed("NO_DATA", NO_CURVE, ask.now)
        return Reply(
            bodies.enveloped(
                {
                    "meter_reading": {
                        "interval_reading": bodies.v5_points(readings, lengths="no_interval" not in ask.home.oddities)
                    }
                },
                ask.now,
            )
        )

    def _half_hours(self, ask: Ask, day: date) -> list[Reading]:
        keys = ((ask.home.pdl, f"{day} {text}") for text in _HALF_HOURS)
        return [reading for key in keys if (reading := self._stamps.get(key, ask.now)) is not None]

    # ---- batches: by day, complete from 90 %, inclusive ------------------------------------------------------------------

    def _batch(self, ask: Ask, first: date, last: date) -> Reply:
        first = max(first, paris_day(ask.now) - timedelta(days=729))
        readings: list[Reading] = []
        missing: list[date] = []
        for day in days(first, last):
            key = (ask.home.pdl, ask.direction, day)
            cached = (self._batches.get(key, ask.now) if ask.use_cache else None) or []
            readings += cached
            if len(cached) < _ENOUGH and self._blacklist.get((ask.home.pdl, day), ask.now) is None:
                missing.append(day)
        if missing and (refused := ask.charge()) is not None:
            return refused
        failures: list[Failure] = []
        for start, end in runs(missing, 7):
            fresh, failed = fetch_forward(self.enedis, ask, start, end)
            failures += failed
            readings += fresh
            self._learn(ask, start, end, fresh, failed)
        if not readings and failures:
            return bodies.failed("NO_DATA", f"{NO_CURVE}. This may be before the meter activation date.", ask.now)
        readings.sort(key=lambda reading: reading.label)
        error = partial(len(readings)) if failures else None
        meter = {
            "meter_reading": {
                "interval_reading": bodies.v5_points(readings, lengths="no_interval" not in ask.home.oddities)
            }
        }
        return Reply(bodies.enveloped(meter, ask.now, error=error))

    def _learn(self, ask: Ask, start: date, end: date, fresh: list[Reading], failed: list[Failure]) -> None:
        if ask.use_cache:
            for day, values in by_day(fresh).items():
                self._batches.put((ask.home.pdl, ask.direction, day), values, ask.now)
        for tried, _, refusal in failed:
            walked = refusal.code == "ADAM-ERR0123"
            for day in [tried] if walked else days(start, end):
                key = (ask.home.pdl, day)
                self._misses[key] = self._misses.get(key, 0) + 1
                if refusal.code == "no_data_found" or self._misses[key] > 5:
                    self._blacklist.put(key, True, ask.now)
