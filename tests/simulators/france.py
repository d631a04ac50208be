"""National consumption and generation, in MW, with naive UTC stamps and a wind that inflates (gateway.md 12)."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from aiohttp import web

from . import bodies
from .bodies import Reply
from .climate import chance, clear_sky, clearness, national_megawatts
from .clock import PARIS, naive_utc
from .query import whole

_KINDS = ("REALISED", "D-1", "D-2", "ID")
_QUARTER = timedelta(minutes=15)


def _load(instant: datetime, kind: str) -> float:
    wall = instant.astimezone(PARIS)
    error = {"REALISED": 0.0, "ID": 0.006, "D-1": 0.012, "D-2": 0.02}[kind]
    off = error * (2 * chance(71, int(instant.timestamp()) // 1800, _KINDS.index(kind)) - 1)
    return round(national_megawatts(wall.date(), wall.hour * 60 + wall.minute) * (1 + off))


def solar(instant: datetime) -> float:
    """The truth: solar megawatts of the hour that starts at an instant."""
    wall = instant.astimezone(PARIS)
    light = clear_sky(wall.timetuple().tm_yday, 60, wall.utcoffset() == timedelta(hours=2))[wall.hour]
    return round(21_000 * light * clearness(wall.date()))


def wind(instant: datetime) -> float:
    """The truth: wind megawatts of the hour that starts at an instant, before the gateway inflates them."""
    hours = int(instant.timestamp()) // 3600
    return round(1500 + 9000 * chance(72, hours // 9) * (0.8 + 0.4 * chance(73, hours)))


def _inflated(instant: datetime, now: datetime) -> float:
    """Each refresh, every 30 minutes from the day before, adds the same wind to the row once more."""
    first = (instant - timedelta(days=1)).replace(hour=6, minute=0, second=0, microsecond=0)
    return wind(instant) * max(1, min(96, 1 + int((now - first).total_seconds()) // 1800))


def _steps(start: datetime, end: datetime, step: timedelta) -> Iterator[datetime]:
    seconds = int(step.total_seconds())
    instant = datetime.fromtimestamp(-(-int(start.timestamp()) // seconds) * seconds, UTC)
    while instant < end:
        yield instant
        instant += step


def _values(
    start: datetime, end: datetime, step: timedelta, value: Callable[[datetime], float], now: datetime
) -> list[dict[str, object]]:
    refreshed = naive_utc(now.replace(minute=now.minute // 30 * 30, second=4, microsecond=0))
    return [
        {
            "start_date": naive_utc(instant),
            "end_date": naive_utc(instant + step),
            "value": float(value(instant)),
            "updated_date": refreshed,
        }
        for instant in _steps(start, end, step)
    ]


def _period(request: web.Request, start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """The bounds asked for; a date is UTC midnight. Raises ValueError."""

    def bound(name: str, default: datetime) -> datetime:
        text = request.query.get(name)
        if not text:
            return default
        given = datetime.fromisoformat(text)
        return given if given.tzinfo else given.replace(tzinfo=UTC)

    return bound("start_date", start), bound("end_date", end)


def _bad_date(error: ValueError, now: datetime) -> Reply:
    return bodies.failed("INVALID_DATE", f"Format de date invalide: {error}", now)


def _span(start: datetime, end: datetime) -> dict[str, str]:
    return {"start": start.astimezone(UTC).isoformat(), "end": end.astimezone(UTC).isoformat()}


def _consumption(kind: str, start: datetime, end: datetime, now: datetime) -> dict[str, object]:
    realised = kind == "REALISED"
    step = _QUARTER if realised else 2 * _QUARTER
    until = min(end, now - _QUARTER) if realised else end
    return {"type": kind, "values": _values(start, until, step, lambda instant: _load(instant, kind), now)}


async def consumption(request: web.Request, now: datetime) -> Reply:
    """`GET /consumption-france`."""
    try:
        start, end = _period(request, now - timedelta(hours=24), now + timedelta(hours=24))
    except ValueError as error:
        return _bad_date(error, now)
    wanted = request.query.get("type")
    kinds = [kind for kind in _KINDS if wanted in (None, "", kind)]
    series = [_consumption(kind, start, end, now) for kind in kinds]
    return Reply(bodies.enveloped({"short_term": series, "period": _span(start, end)}, now))


async def consumption_current(_: web.Request, now: datetime) -> Reply:
    """`GET /consumption-france/current`."""
    instant = list(_steps(now - 3 * _QUARTER, now - _QUARTER, _QUARTER))[-1]
    (point,) = _values(instant, instant + _QUARTER, _QUARTER, lambda at: _load(at, "REALISED"), now)
    return Reply(bodies.enveloped({**point, "unit": "MW"}, now))


async def consumption_forecast(request: web.Request, now: datetime) -> Reply:
    """`GET /consumption-france/forecast?days=1..7`."""
    end = now + timedelta(days=whole(request, "days", default=2, least=1, most=7))
    series = [_consumption(kind, now, end, now) for kind in ("ID", "D-1", "D-2")]
    return Reply(bodies.enveloped({"forecasts": series, "period": _span(now, end)}, now))


def _generation(kind: str, forecast: str, start: datetime, end: datetime, now: datetime) -> dict[str, object]:
    def value(instant: datetime) -> float:
        return solar(instant) if kind == "SOLAR" else _inflated(instant, now)

    values = _values(start, end, timedelta(hours=1), value, now)
    return {"production_type": kind, "forecast_type": forecast, "values": values}


def _days(now: datetime, count: int) -> tuple[datetime, datetime]:
    start = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return start, start + timedelta(days=count)


async def generation(request: web.Request, now: datetime) -> Reply:
    """`GET /generation-forecast`: a filter that names anything else than SOLAR or WIND matches nothing."""
    try:
        start, end = _period(request, *_days(now, 3))
    except ValueError as error:
        return _bad_date(error, now)
    wanted, forecast = request.query.get("production_type"), request.query.get("forecast_type")
    series = [
        _generation(kind, each, start, end, now)
        for kind in ("SOLAR", "WIND")
        for each in ("ID", "D-1")
        if wanted in (None, "", kind) and forecast in (None, "", each)
    ]
    return Reply(bodies.enveloped({"forecasts": series, "period": _span(start, end)}, now))


async def generation_solar(request: web.Request, now: datetime) -> Reply:
    """`GET /generation-forecast/solar?days=`."""
    return _one(request, now, "SOLAR")


async def generation_wind(request: web.Request, now: datetime) -> Reply:
    """`GET /generation-forecast/wind?days=`."""
    return _one(request, now, "WIND")


def _one(request: web.Request, now: datetime, kind: str) -> Reply:
    start, end = _days(now, whole(request, "days", default=2, least=1, most=7))
    series = [_generation(kind, each, start, end, now) for each in ("ID", "D-1")]
    return Reply(bodies.enveloped({"forecasts": series, "period": _span(start, end)}, now))


async def generation_mix(request: web.Request, now: datetime) -> Reply:
    """`GET /generation-forecast/mix?forecast_type=`."""
    forecast = request.query.get("forecast_type", "ID")
    start, end = _days(now, 2)
    rows = [
        {
            "start_date": naive_utc(instant),
            "solar": float(solar(instant)),
            "wind": float(_inflated(instant, now)),
            "total_renewable": float(solar(instant) + _inflated(instant, now)),
        }
        for instant in _steps(start - timedelta(hours=1), end, timedelta(hours=1))
    ]
    span = _span(start - timedelta(days=1), end)
    return Reply(bodies.enveloped({"forecast_type": forecast, "mix": rows, "period": span}, now))
