"""What every entity of Tempo and EcoWatt must show, from the simulator's truth, what was answered, and a naive clock.

A second implementation: it hears the same answers (of the simulator's log), keeps what they said in plain dictionaries
and reads a clock on the wall. It shares neither code nor shape with the integration.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from tests.energy.naive_clock import DAY, HOUR, at, wall
from tests.simulators.gateway import Call, GatewaySimulator
from tests.simulators.signals import ecowatt_hours

UNKNOWN = "unknown"
WORDS = ("blue", "white", "red")
LEVEL_WORDS = ("low_carbon", "green", "orange", "red")
REGULATED = Path("custom_components/myelectricaldata/energy/regulated.json")


@cache
def tempo_price_list() -> tuple[date, list[tuple[date, dict[str, float]]]]:
    content = json.loads(REGULATED.read_text())
    blocks = [block for block in content["blocks"] if block["option"] == "TEMPO"]
    versions = [
        (
            date.fromisoformat(block["valid_from"]),
            {period: float(price) for period, price in block["prices"][0]["periods"].items()},
        )
        for block in blocks
    ]
    return date.fromisoformat(content["until"]), sorted(versions, key=lambda version: version[0])


def tempo_price(day: date, period: str) -> str:
    """The regulated price of a civil day, as a state."""
    until, versions = tempo_price_list()
    started = [prices for start, prices in versions if start <= day]
    return str(started[-1][period]) if started and day <= until else UNKNOWN


class TempoTable:
    """Hears the answers in their order, then says what is shown at an instant."""

    def __init__(self, simulator: GatewaySimulator) -> None:
        self.simulator = simulator
        self.known: dict[date, str] = {}
        self.sure: set[date] = set()
        self.guesses: list[dict[str, Any]] = []
        self.guessed_at: datetime | None = None
        self.news: list[tuple[datetime, str, date, str | None]] = []
        self._heard = 0
        self._counts: tuple[object, dict[str, str]] = (None, {})

    def hear(self, until: datetime) -> None:
        """Everything that was answered until an instant."""
        calls = self.simulator.calls
        while self._heard < len(calls) and calls[self._heard].at <= until:
            call = calls[self._heard]
            self._heard += 1
            if call.status == 200 and call.path == "/tempo/days":
                self._hear_days(call)
            elif call.status == 200 and call.path == "/tempo/forecast":
                self.guesses, self.guessed_at = self.simulator.tempo.guesses(call.at), call.at

    def _hear_days(self, call: Call) -> None:
        # The gateway leaves the first day of a question out.
        first = date.fromisoformat(call.query["start_date"]) + DAY
        last = date.fromisoformat(call.query["end_date"])
        told = {
            day: self.simulator.tempo.colour_at(day, call.at).lower()
            for day in self.simulator.tempo.known(call.at)
            if first <= day <= last
        }
        today, knew_nothing, found = wall(call.at).date(), not self.known, []
        for day in sorted({*told, *(self.known.keys() - self.sure)}):
            if not first <= day <= last:
                continue
            was, now = self.known.get(day), told.get(day)
            if was is not None and now != was:
                found.append((call.at, "corrected", day, now))
            if was is None and day >= today:
                found.append((call.at, "published", day, now))
            if now is None:
                del self.known[day]
                continue
            self.known[day] = now
            if day not in self.sure and call.at >= at(day - DAY, 11, 15):
                self.sure.add(day)
                if day >= today:
                    found.append((call.at, "confirmed", day, now))
        if not knew_nothing:
            self.news += found

    def states(self, now: datetime) -> dict[str, str]:
        """By key; what an entity shows at an instant, of what was heard."""
        clock = wall(now)
        today, is_peak = clock.date(), 6 <= clock.hour < 22
        tomorrow = today + DAY
        force = today if clock.hour >= 6 else today - DAY
        colour, next_colour = self.known.get(tomorrow), None
        in_force = self.known.get(force)
        change = at(today, 22) if is_peak else at(today if clock.hour < 6 else tomorrow, 6)
        next_colour = in_force if is_peak else self.known.get(today if clock.hour < 6 else tomorrow)
        reds = [day for day in (force, today, tomorrow) if self.known.get(day) == "red"]
        status = UNKNOWN if colour is None else "confirmed" if tomorrow in self.sure else "provisional"
        period = "hp" if is_peak else "hc"
        return {
            "tempo_colour": in_force or UNKNOWN,
            "tempo_today": self.known.get(today, UNKNOWN),
            "tempo_tomorrow": colour or UNKNOWN,
            "tempo_tomorrow_status": status,
            "tempo_period": period,
            "tempo_next_change": change.isoformat(),
            "tempo_next_change.colour": next_colour or UNKNOWN,
            "tempo_next_red": reds[0].isoformat() if reds else UNKNOWN,
            "tempo_red_today": on_off(self.known.get(today), "red"),
            "tempo_red_tomorrow": on_off(colour, "red"),
            "tempo_white_or_red_tomorrow": on_off(colour, "white", "red"),
            "tempo_red_peak": on_off(in_force, "red") if is_peak else "off",
            # A version of the prices starts at midnight, a colour at six.
            "tempo_price": UNKNOWN if in_force is None else tempo_price(today, f"{in_force}_{period}"),
            **self._season(today),
            **self._chances(today, now),
        }

    def _season(self, today: date) -> dict[str, str]:
        key = (today, len(self.known), self.known.get(today))
        if self._counts[0] != key:
            self._counts = (key, self._count(today))
        return self._counts[1]

    def _count(self, today: date) -> dict[str, str]:
        first = date(today.year if today >= date(today.year, 9, 1) else today.year - 1, 9, 1)
        end = date(first.year + 1, 9, 1)
        quota = {"white": 43, "red": 22, "blue": (end - first).days - 65}
        used = dict.fromkeys(WORDS, 0)
        doubtful: set[str] = set()
        for away in range((today - first).days + 1):
            day = first + away * DAY
            if day in self.known:
                used[self.known[day]] += 1
            else:
                doubtful |= allowed(day)
        states = {"tempo_season_days_left": str((end - today).days - 1)}
        for word in WORDS:
            states[f"tempo_days_used_{word}"] = UNKNOWN if word in doubtful else str(used[word])
            states[f"tempo_days_left_{word}"] = UNKNOWN if word in doubtful else str(quota[word] - used[word])
        return states

    def _chances(self, today: date, now: datetime) -> dict[str, str]:
        states = {}
        is_fresh = self.guessed_at is not None and now < self.guessed_at + timedelta(hours=36)
        for ahead in range(2, 7):
            day = today + ahead * DAY
            guess = next((each for each in self.guesses if each["date"] == day.isoformat()), None)
            shares = self._shares(day, guess) if is_fresh and guess is not None else None
            states[f"tempo_forecast_j{ahead}"] = (
                UNKNOWN if shares is None else max(shares, key=lambda word: shares[word])
            )
            for word in WORDS:
                states[f"tempo_chance_{word}_j{ahead}"] = UNKNOWN if shares is None else str(round(shares[word], 1))
        return states

    def _shares(self, day: date, guess: dict[str, Any]) -> dict[str, float] | None:
        first = date(day.year if day >= date(day.year, 9, 1) else day.year - 1, 9, 1)
        blue = (date(first.year + 1, 9, 1) - first).days - 65
        season = [word for each, word in self.known.items() if first <= each < day]
        possible = {word for word, most in zip(WORDS, (blue, 43, 22), strict=True) if season.count(word) < most}
        possible &= allowed(day)
        shares = {word: float(guess[f"probability_{word}"]) if word in possible else 0.0 for word in WORDS}
        total = sum(shares.values())
        return {word: share / total * 100 for word, share in shares.items()} if total > 0 else None


def allowed(day: date) -> set[str]:
    """By RTE's rules."""
    if day.isoweekday() == 7:
        return {"blue"}
    winter = day.month in {11, 12, 1, 2, 3}
    return {"blue", "white", "red"} if winter and day.isoweekday() < 6 else {"blue", "white"}


def on_off(colour: str | None, *wanted: str) -> str:
    return UNKNOWN if colour is None else "on" if colour in wanted else "off"


class EcowattTable:
    """The same for EcoWatt."""

    def __init__(self, simulator: GatewaySimulator) -> None:
        self.simulator = simulator
        self.levels: dict[date, int] = {}
        self.hours: dict[date, list[int | None]] = {}
        self.news: list[tuple[datetime, str, date]] = []
        self._heard = 0

    def hear(self, until: datetime) -> None:
        """Everything that was answered until an instant."""
        calls = self.simulator.calls
        while self._heard < len(calls) and calls[self._heard].at <= until:
            call = calls[self._heard]
            self._heard += 1
            if call.status == 200 and call.path == "/ecowatt/history":
                self._hear(call)

    def _hear(self, call: Call) -> None:
        gateway, today = self.simulator.ecowatt, wall(call.at).date()
        first, last = (date.fromisoformat(call.query[key]) for key in ("start_date", "end_date"))
        knew_nothing = not self.levels
        for day in gateway.known(call.at):
            # The gateway files a day under the date that it has in UTC: the day before.
            if not first <= day - DAY <= last:
                continue
            before = self._worst(day)
            truth, sent = gateway.told.get(day, ecowatt_hours(day)), gateway.sent.get(day, range(24))
            row = [level if hour in sent else None for hour, level in enumerate(truth)]
            kept = self.hours.get(day, [None] * 24)
            self.hours[day] = [old if new is None else new for old, new in zip(kept, row, strict=True)]
            self.levels[day] = max(1, *(level for level in row if level is not None))
            after = self._worst(day)
            if knew_nothing or day < today:
                continue
            if after >= 2 and after > before:
                self.news.append((call.at, "raised", day))
            elif before >= 2 > after:
                self.news.append((call.at, "lifted", day))

    def _worst(self, day: date) -> int:
        told = [self.levels.get(day), *self.hours.get(day, [])]
        return max((level for level in told if level is not None), default=-1)

    def level(self, start: datetime) -> int | None:
        """Of the hour that starts at an instant."""
        clock = wall(start)
        hours = self.hours.get(clock.date())
        return None if hours is None else hours[clock.hour]

    def states(self, now: datetime) -> dict[str, str]:
        """By key; what an entity shows at an instant, of what was heard."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        today, level = wall(now).date(), self.level(hour)
        following = [self.level(hour + away * HOUR) for away in range(12)]
        worst = max((each for each in following if each is not None), default=-1)
        is_certain = None not in following or worst >= 2
        start, end, tense = next(self._tensions(today, now), (None, None, None))
        names = ("ecowatt_today", "ecowatt_j1", "ecowatt_j2", "ecowatt_j3")
        days = {name: self.levels.get(today + ahead * DAY) for ahead, name in enumerate(names)}
        return {
            "ecowatt_now": word(level),
            "ecowatt_tension": UNKNOWN if level is None else "on" if level >= 2 else "off",
            "ecowatt_worst_next_hours": word(worst if is_certain and worst >= 0 else None),
            "ecowatt_tension_start": UNKNOWN if start is None else start.isoformat(),
            "ecowatt_tension_end": UNKNOWN if end is None else end.isoformat(),
            "ecowatt_tension_level": word(tense),
            **{name: word(each) for name, each in days.items()},
        }

    def _tensions(self, today: date, now: datetime) -> Iterator[tuple[datetime, datetime, int]]:
        """Runs of tense hours from yesterday to J+3 that are not over."""
        start, end = at(today - DAY), at(today + 4 * DAY)
        begin, worst = None, 0
        while start <= end:
            level = (self.level(start) or 0) if start < end else 0
            if level >= 2:
                begin, worst = begin or start, max(worst, level)
            elif begin is not None:
                if start > now:
                    yield begin, start, worst
                begin, worst = None, 0
            start += HOUR


def word(level: int | None) -> str:
    return UNKNOWN if level is None else LEVEL_WORDS[level]


def instants(first: date, last: date, *clocks: str) -> list[datetime]:
    """Times of the clock (`05:59:59`) of every day, in UTC."""
    times = [[int(part) for part in clock.split(":")] for clock in clocks]
    return sorted(
        at(first + away * DAY, hour, minute) + timedelta(seconds=sum(second))
        for away in range((last - first).days + 1)
        for hour, minute, *second in times
    )


def hours(first: date, last: date, step: timedelta = HOUR) -> list[datetime]:
    """Every hour, or shorter step, of some days."""
    start, end = at(first), at(last + DAY)
    return [start + away * step for away in range((end - start) // step)]
