"""EcoWatt and Zen Flex: invented signals that follow the weather, served with the gateway's date traps."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from aiohttp import web

from . import bodies
from .bodies import Reply
from .climate import chance, temperature
from .clock import ONE_DAY, PARIS, days, holidays, midnight, naive_utc, paris_day, paris_instant
from .enedis import parse_day
from .query import Refused, required, whole
from .tempo import season_of

ECOWATT_SINCE = date(2022, 11, 1)
ZEN_FLEX_SINCE = date(2023, 11, 1)
_MESSAGES = {
    1: "Pas d'alerte.",
    2: "Risque de coupures d'électricité.",
    3: "Coupures d'électricité en cours ou programmées.",
}


@lru_cache(maxsize=2048)
def ecowatt_hours(day: date) -> tuple[int, ...]:
    """The truth: level of each Paris hour of a day (0 low-carbon, 1 normal, 2 tense, 3 very tense)."""
    cold, dice = temperature(day), chance(51, day.toordinal())
    levels = [0 if hour in range(1, 6) and (dice > 0.6 or cold > 14) else 1 for hour in range(24)]
    if day.weekday() < 5 and cold < 3.5 and dice < 0.5:
        for hour in (8, 9, 10, 11, 18, 19):
            levels[hour] = 2
        if cold < 1 and dice < 0.2:
            levels[18] = levels[19] = 3
    return tuple(levels)


@dataclass(slots=True)
class Ecowatt:
    """The gateway's EcoWatt routes: authenticated, and each call costs one of the uncached ones."""

    charge: Callable[[web.Request, datetime], Reply | None]
    drops_past_hours: bool = False
    """Whether today's signal was refreshed without its past hours, which the gateway then writes as 0."""
    told: dict[date, tuple[int, ...]] = field(default_factory=dict)
    """Levels that RTE tells of a day instead of the truth of this climate."""
    sent: dict[date, range] = field(default_factory=dict)
    """The hours of a day that RTE sent; the gateway writes the others as 0, outside of `hdebut..hfin`."""
    withheld: set[date] = field(default_factory=set)
    """Days of which the gateway has no signal, though their time has come."""
    generated: dict[date, datetime] = field(default_factory=dict)
    """When RTE computed a day once more."""

    def published_at(self, day: date) -> datetime:
        """J+3 is there at 17:00, on Fridays at 12:15."""
        before = day - 3 * ONE_DAY
        return paris_instant(before, time(12, 15) if before.weekday() == 4 else time(17, 0))

    def known(self, now: datetime) -> list[date]:
        """The days that the gateway can tell at an instant."""
        candidates = days(ECOWATT_SINCE, paris_day(now) + 3 * ONE_DAY)
        return [day for day in candidates if now >= self.published_at(day) and day not in self.withheld]

    def row(self, day: date, now: datetime) -> dict[str, object]:
        """One signal: `periode` is Paris midnight written as naive UTC."""
        truth = self.told.get(day, ecowatt_hours(day))
        hours = self.sent.get(day, range(24))
        if self.drops_past_hours and day == paris_day(now):
            hours = range(max(hours[0], now.astimezone(PARIS).hour), hours[-1] + 1)
        levels = [level if hour in hours else 0 for hour, level in enumerate(truth)]
        level = max(1, *levels)
        made = naive_utc(self.published_at(day) + timedelta(minutes=3, microseconds=204_189))
        return {
            "periode": naive_utc(midnight(day)),
            "dvalue": level,
            "message": _MESSAGES[level],
            "values": levels,
            "hdebut": hours[0],
            "hfin": hours[-1],
            "id": (day - ECOWATT_SINCE).days + 1,
            "generation_datetime": naive_utc(self.generated.get(day, self.published_at(day))),
            "created_at": made,
            "updated_at": made,
        }

    def _rows(self, now: datetime, wanted: Callable[[datetime], bool]) -> list[dict[str, object]]:
        """Signals whose naive UTC stamp is wanted: comparing that stamp with local dates is the gateway's own fault."""
        return [self.row(day, now) for day in self.known(now) if wanted(midnight(day).replace(tzinfo=None))]

    async def current(self, request: web.Request, now: datetime) -> Reply:
        """`/ecowatt/current`: bare, and tomorrow's."""
        self._charge(request, now)
        today = paris_day(now)
        rows = self._rows(now, lambda stamp: stamp.date() == today)
        return Reply(rows[0] if rows else None)

    async def forecast(self, request: web.Request, now: datetime) -> Reply:
        """`/ecowatt/forecast`: enveloped, without today."""
        span = whole(request, "days", default=4, least=1, most=7)
        self._charge(request, now)
        first = paris_day(now)
        rows = self._rows(now, lambda stamp: first <= stamp.date() < first + timedelta(days=span))
        return Reply(bodies.enveloped(rows, now))

    async def history(self, request: web.Request, now: datetime) -> Reply:
        """`/ecowatt/history`: bare; the only route that has today."""
        texts = required(request, "start_date", "end_date")
        self._charge(request, now)
        first, last = (parse_day(text) for text in texts)
        if first is None or last is None:
            words = "Input should be a valid date or datetime"
            raise Refused(Reply({"detail": [{"type": "date_from_datetime_parsing", "msg": words}]}, 422))
        if (last - first).days > 365:
            return Reply({"detail": "Date range cannot exceed 365 days"}, 400)
        return Reply(self._rows(now, lambda stamp: first <= stamp.date() <= last))

    async def statistics(self, request: web.Request, now: datetime) -> Reply:
        """`/ecowatt/statistics?year=`: bare."""
        year = whole(request, "year", default=paris_day(now).year, least=2000, most=2100)
        self._charge(request, now)
        levels = [max(1, *ecowatt_hours(day)) for day in self.known(now) if day.year == year]
        body: dict[str, object] = {"year": year, "total_days": len(levels)}
        for level, name in ((1, "green"), (2, "orange"), (3, "red")):
            body[f"{name}_days"] = levels.count(level)
        for level, name in ((1, "green"), (2, "orange"), (3, "red")):
            body[f"percentage_{name}"] = round(100 * levels.count(level) / len(levels), 1) if levels else 0
        return Reply(body)

    def _charge(self, request: web.Request, now: datetime) -> None:
        if (refused := self.charge(request, now)) is not None:
            raise Refused(refused)


@lru_cache(maxsize=16)
def _zen_flex_winter(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Sobriété (20) and Bonus (6) days of the winter that starts in `year`."""
    free = holidays(year) | holidays(year + 1)
    working = [day for day in days(date(year, 11, 1), date(year + 1, 3, 31)) if day.weekday() < 5 and day not in free]
    coldest = sorted(working, key=lambda day: (temperature(day) + 2 * chance(61, day.toordinal()), day))
    bonus = sorted(working[:-1], key=lambda day: chance(62, day.toordinal()))
    sobriety = frozenset(coldest[:20])
    return sobriety, frozenset([day for day in bonus if day not in sobriety][:6])


def zen_flex_type(day: date) -> str:
    """The truth: `ECO`, `SOBRIETE` or `BONUS`."""
    sobriety, bonus = _zen_flex_winter(season_of(day))
    return "SOBRIETE" if day in sobriety else "BONUS" if day in bonus else "ECO"


@dataclass(slots=True)
class ZenFlex:
    """The Zen Flex routes of 2.x. A day that is absent is unknown, whatever the reason."""

    publish_at: time = time(13, 10)
    """Paris wall clock, the day before."""
    missing: set[date] = field(default_factory=set)
    """Days that the gateway has not caught up with."""

    def published_at(self, day: date) -> datetime:
        """When the gateway has the type of a day."""
        return paris_instant(day - ONE_DAY, self.publish_at)

    def known(self, day: date, now: datetime) -> bool:
        """Whether the gateway can tell a day."""
        return day >= ZEN_FLEX_SINCE and day not in self.missing and now >= self.published_at(day)

    async def days(self, request: web.Request, now: datetime) -> Reply:
        """`/zen-flex/days?start=&end=`: both included."""
        tomorrow = paris_day(now) + ONE_DAY
        first = parse_day(request.query.get("start", ZEN_FLEX_SINCE.isoformat()))
        last = parse_day(request.query.get("end", tomorrow.isoformat()))
        if first is None or last is None:
            return bodies.failed("INVALID_DATE", "Invalid date format", now)
        rows = [
            {
                "date": day.isoformat(),
                "day_type": zen_flex_type(day),
                "updated_at": self.published_at(day).astimezone(UTC).isoformat(),
            }
            for day in days(first, min(last, tomorrow))
            if self.known(day, now)
        ]
        return Reply(bodies.enveloped(rows, now))

    async def today(self, _: web.Request, now: datetime) -> Reply:
        """`/zen-flex/today`."""
        today = paris_day(now)
        pair = {"today": today, "tomorrow": today + ONE_DAY}
        data = {
            name: {"date": day.isoformat(), "day_type": zen_flex_type(day) if self.known(day, now) else None}
            for name, day in pair.items()
        }
        return Reply(bodies.enveloped(data, now))
