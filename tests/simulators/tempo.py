"""Tempo: ten seasons that respect RTE's rules, and the gateway's own ways of serving them (gateway.md 8)."""

import math
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from aiohttp import web

from . import bodies
from .bodies import Reply
from .climate import chance, national_megawatts, temperature
from .clock import ONE_DAY, days, holidays, midnight, paris_day, paris_instant
from .query import whole

FIRST_SEASON = 2016
RED_DAYS, WHITE_DAYS = 22, 43


def season_of(day: date) -> int:
    """The year in which the season of a day starts (1 September)."""
    return day.year if day.month >= 9 else day.year - 1


@lru_cache(maxsize=32)
def season(year: int) -> dict[date, str]:
    """Colours of 1 September `year` to 31 August: the coldest working days of winter are red, then come the white ones.

    Red: November to March, never at week-ends nor on holidays (so never more than 5 in a row); white: never on Sundays.
    """
    first, last = date(year, 9, 1), date(year + 1, 8, 31)
    everything = days(first, last)
    free = holidays(year) | holidays(year + 1)
    winter = [day for day in everything if date(year, 11, 1) <= day <= date(year + 1, 3, 31)]
    red_able = [day for day in winter if day.weekday() < 5 and day not in free]
    red = set(sorted(red_able, key=lambda day: (temperature(day) + 1.5 * chance(41, day.toordinal()), day))[:RED_DAYS])
    white_able = [day for day in everything if day.weekday() < 6 and day not in red]
    white = set(
        sorted(white_able, key=lambda day: (temperature(day) + 3 * chance(42, day.toordinal()), day))[:WHITE_DAYS]
    )
    return {day: "RED" if day in red else "WHITE" if day in white else "BLUE" for day in everything}


def colour(day: date) -> str:
    """The truth: what RTE says of a civil day."""
    return season(season_of(day))[day]


@dataclass(slots=True)
class Tempo:
    """The gateway's Tempo routes. `late` delays the colour of a day; `withheld` days do not come."""

    publish_at: time = time(10, 20)
    """Paris wall clock, the day before, at which the gateway has a colour."""
    since: int = FIRST_SEASON
    """The first season that the gateway has."""
    late: dict[date, timedelta] = field(default_factory=dict)
    withheld: set[date] = field(default_factory=set)
    corrected: dict[date, tuple[str, datetime]] = field(default_factory=dict)
    """Days that were published with another colour, and the instant at which that was put right."""
    withdrawn: dict[date, tuple[datetime, datetime]] = field(default_factory=dict)
    """Days that were told and then, between two instants, not any more."""
    instead: dict[date, list[dict[str, object]]] = field(default_factory=dict)
    """What is written of a day in the place of its row: several, or what no gateway should write."""

    def colour_at(self, day: date, now: datetime) -> str:
        """What the gateway holds for the colour of a day."""
        wrong, until = self.corrected.get(day, ("", now))
        return wrong if now < until else colour(day)

    def published_at(self, day: date) -> datetime:
        """When the gateway has the colour of a day."""
        return paris_instant(day - ONE_DAY, self.publish_at).astimezone(UTC) + self.late.get(day, timedelta())

    def known(self, now: datetime) -> list[date]:
        """The days that the gateway can tell at an instant, oldest first."""
        last = paris_day(now) + ONE_DAY
        fresh = last - timedelta(days=3)
        return [
            day
            for day in _calendar(self.since, last)
            if self._is_told(day, now) and ((day < fresh and day not in self.late) or now >= self.published_at(day))
        ]

    def _is_told(self, day: date, now: datetime) -> bool:
        since, until = self.withdrawn.get(day, (now, now))
        return day not in self.withheld and not since <= now < until

    def rows(self, day: date, now: datetime, *, rte: bool = True) -> list[dict[str, object]]:
        """What the gateway writes of one day: a row, as a rule."""
        return self.instead[day] if day in self.instead else [self.row(day, now, rte=rte)]

    def row(self, day: date, now: datetime, *, rte: bool = True) -> dict[str, object]:
        """One day as the gateway writes it."""
        published = self.published_at(day)
        seconds = published + timedelta(seconds=9 + chance(43, day.toordinal()) * 40)
        row: dict[str, object] = {
            "date": day.isoformat(),
            "color": self.colour_at(day, now),
            "updated_at": seconds.isoformat(),
        }
        return row | {"rte_updated_date": published.isoformat()} if rte else row

    # ---- routes -----------------------------------------------------------------------------------------------------

    async def today(self, _: web.Request, now: datetime) -> Reply:
        """`/tempo/today`: today is a UTC date."""
        day = now.astimezone(UTC).date()
        if day not in self.known(now):
            return bodies.failed("NOT_FOUND", "Tempo data not available for today", now)
        return Reply(bodies.enveloped(self.row(day, now), now))

    async def week(self, _: web.Request, now: datetime) -> Reply:
        """`/tempo/week`: J-5 to J+1."""
        first = now.astimezone(UTC).date() - timedelta(days=5)
        return Reply(bodies.enveloped([self.row(day, now) for day in self.known(now) if day >= first], now))

    async def days(self, request: web.Request, now: datetime) -> Reply:
        """`/tempo/days?start_date=&end_date=`; other parameters are ignored, so the official client gets ten years."""
        return self._range(request, now, "start_date", "end_date", rte=True)

    async def calendar(self, request: web.Request, now: datetime) -> Reply:
        """`/tempo?start=&end=`: the same without RTE's own stamp."""
        return self._range(request, now, "start", "end", rte=False)

    def _range(self, request: web.Request, now: datetime, start: str, end: str, *, rte: bool) -> Reply:
        try:
            after = _bound(request.query.get(start))
            until = _bound(request.query.get(end))
        except ValueError as error:
            return bodies.failed("INVALID_DATE", f"Invalid date format: {error}", now)
        # The rows sit at Paris midnight, an hour or two before the UTC midnight that they are compared with.
        rows = [
            row
            for day in self.known(now)
            if (after is None or midnight(day) >= after) and (until is None or midnight(day) <= until)
            for row in self.rows(day, now, rte=rte)
        ]
        return Reply(bodies.enveloped(rows, now))

    async def forecast(self, request: web.Request, now: datetime) -> Reply:
        """`/tempo/forecast`: the gateway's own guess, J+1 included even when it is published."""
        horizon = whole(request, "days", default=6, least=1, most=6)
        year = season_of(paris_day(now))
        count, left = self._season_stats(now)
        stats = {f"{name.lower()}_used": number for name, number in count.items()}
        stats |= {f"{name.lower()}_remaining": number for name, number in left.items()}
        guesses = self.guesses(now, horizon)
        return Reply(
            bodies.enveloped(
                {
                    "season": f"{year}/{year + 1}",
                    "season_stats": stats,
                    "forecasts": guesses,
                    "algorithm_info": {
                        "description": "Seuils de stock simulés",
                        "params_blanc_rouge": {"A": 4.0, "B": 0.015, "C": 0.026},
                        "params_rouge": {"A": 3.15, "B": 0.01, "C": 0.031},
                    },
                    "cached_at": now.astimezone(UTC).isoformat(),
                    "cache_ttl_hours": 4,
                },
                now,
            )
        )

    def guesses(self, now: datetime, horizon: int = 6) -> list[dict[str, object]]:
        """What the gateway forecasts at an instant, from tomorrow on."""
        left, today = self._season_stats(now)[1], paris_day(now)
        return [_guess(today + ahead * ONE_DAY, ahead, left) for ahead in range(1, horizon + 1)]

    def _season_stats(self, now: datetime) -> tuple[dict[str, int], dict[str, int]]:
        """Days used and left as the gateway counts them: the same UTC comparison loses 1 September."""
        today = paris_day(now)
        used = [colour(day) for day in self.known(now) if date(season_of(today), 9, 2) <= day <= today]
        count = {name: used.count(name) for name in ("BLUE", "WHITE", "RED")}
        left = {"BLUE": 300 - count["BLUE"], "WHITE": WHITE_DAYS - count["WHITE"], "RED": RED_DAYS - count["RED"]}
        return count, left


@lru_cache(maxsize=4)
def _calendar(since: int, last: date) -> tuple[date, ...]:
    return tuple(days(date(since, 9, 1), last))


def _bound(text: str | None) -> datetime | None:
    if not text:
        return None
    given = datetime.fromisoformat(text)
    return given if given.tzinfo else given.replace(tzinfo=UTC)


def _guess(day: date, ahead: int, left: dict[str, int]) -> dict[str, object]:
    start = date(season_of(day), 9, 1)
    number = (day - start).days + 1
    white_red = 4 - 0.015 * number - 0.026 * (left["WHITE"] + left["RED"])
    red = 3.15 - 0.01 * number - 0.031 * left["RED"]
    load = (national_megawatts(day, 12 * 60) - 55_000) / 8000
    p_red = 100 / (1 + math.exp(-4 * (load - red))) if _red_possible(day) else 0.0
    p_white = 100 / (1 + math.exp(-4 * (load - white_red))) if day.weekday() != 6 else 0.0
    p_white = max(0.0, round(p_white, 1) - round(p_red, 1))
    chances = {"BLUE": round(100 - p_white - round(p_red, 1), 1), "WHITE": round(p_white, 1), "RED": round(p_red, 1)}
    return {
        "date": day.isoformat(),
        "day_in_season": number,
        **{f"probability_{name.lower()}": value for name, value in chances.items()},
        "most_likely": max(chances, key=lambda name: chances[name]),
        "confidence": "high" if ahead <= 3 else "medium" if ahead <= 5 else "low",
        "threshold_white_red": round(white_red, 3),
        "threshold_red": round(red, 3),
        "normalized_consumption": round(load, 3),
        "forecast_type": {1: "D-1", 2: "D-2"}.get(ahead, "WEEKLY"),
        "factors": {
            "is_winter": day.month >= 11 or day.month <= 3,
            "is_weekend": day.weekday() >= 5,
            "days_remaining_in_season": (date(start.year + 1, 8, 31) - day).days,
            "blue_remaining": left["BLUE"],
            "white_remaining": left["WHITE"],
            "red_remaining": left["RED"],
            "has_rte_data": True,
        },
    }


def _red_possible(day: date) -> bool:
    return (day.month >= 11 or day.month <= 3) and day.weekday() < 5
