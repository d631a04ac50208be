"""Bodies of national signals: Tempo, EcoWatt, Zen Flex, consumption and generation of France. Source: gateway.md 8-12."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

from ..energy.calendar import day_start, paris_date
from .answers import unreadable
from .models import EcowattDay, GridPoint, GridSeries, TempoDay, TempoForecast, TempoForecastDay, ZenFlexDay
from .parsing import civil_day, instant, mapping, mappings, number, sequence, text, wall_time, whole

_HOURS: Final = 24
_HIGHEST_LEVEL: Final = 3


def read_tempo_days(data: object, first: date, last: date) -> tuple[TempoDay, ...]:
    """`GET /tempo/days` from `first` to `last`. Of two rows of a day the one updated last counts."""
    found: dict[date, TempoDay] = {}
    for item in _rows(data, "Tempo days", lambda row: _civil_day(row.get("date"))):
        day, color = _civil_day(item.get("date")), text(item.get("color"))
        if day is None or color is None or not first <= day <= last:
            continue
        row = TempoDay(
            day=day,
            color=color,
            updated_at=instant(item.get("updated_at")),
            published_at=instant(item.get("rte_updated_date")),
        )
        if day not in found or _later(row.updated_at, found[day].updated_at):
            found[day] = row
    return tuple(found[day] for day in sorted(found))


def read_tempo_forecast(data: object) -> TempoForecast:
    """`GET /tempo/forecast`."""
    content = mapping(data)
    found: dict[date, TempoForecastDay] = {}
    for item in _rows(content.get("forecasts"), "Tempo forecasts", lambda row: _civil_day(row.get("date"))):
        day = _civil_day(item.get("date"))
        if day is not None:
            found[day] = TempoForecastDay(
                day=day,
                probability_blue=_percent(item.get("probability_blue")),
                probability_white=_percent(item.get("probability_white")),
                probability_red=_percent(item.get("probability_red")),
                most_likely=text(item.get("most_likely")),
                confidence=text(item.get("confidence")),
                forecast_type=text(item.get("forecast_type")),
            )
    return TempoForecast(season=text(content.get("season")), days=tuple(found[day] for day in sorted(found)))


def read_ecowatt(data: object, first: date, last: date) -> tuple[EcowattDay, ...]:
    """`GET /ecowatt/history` from `first` to `last`, by Paris day. Of two signals the one generated last counts."""
    found: dict[date, EcowattDay] = {}
    for item in _rows(data, "EcoWatt signals", lambda row: _signal_day(row.get("periode"))):
        day = _signal_day(item.get("periode"))
        if day is None or not first <= day <= last:
            continue
        signal = EcowattDay(
            day=day,
            level=_level(item.get("dvalue")),
            message=text(item.get("message")),
            hours=_hours(item),
            generated_at=instant(item.get("generation_datetime")),
        )
        if day not in found or _later(signal.generated_at, found[day].generated_at):
            found[day] = signal
    return tuple(found[day] for day in sorted(found))


def read_zen_flex_days(data: object, first: date, last: date) -> tuple[ZenFlexDay, ...]:
    """`GET /zen-flex/days` from `first` to `last`; an absent day is unknown."""
    found: dict[date, str] = {}
    for item in _rows(data, "Zen Flex days", lambda row: _civil_day(row.get("date"))):
        day, day_type = _civil_day(item.get("date")), text(item.get("day_type"))
        if day is not None and day_type is not None and first <= day <= last:
            found[day] = day_type
    return tuple(ZenFlexDay(day=day, day_type=found[day]) for day in sorted(found))


def read_france_consumption(
    data: object, first: date | None = None, last: date | None = None
) -> tuple[GridSeries, ...]:
    """`GET /consumption-france`: one series a `type`, of the Paris days from `first` to `last`."""
    return _series(mapping(data).get("short_term"), "type", first or date.min, last or date.max)


def read_generation_forecast(
    data: object, first: date | None = None, last: date | None = None
) -> tuple[GridSeries, ...]:
    """`GET /generation-forecast`: one series a type of production and of forecast.

    The gateway adds wind again at each refresh (gateway.md 12): WIND must not be shown as truth.
    """
    return _series(mapping(data).get("forecasts"), "forecast_type", first or date.min, last or date.max)


def _series(data: object, kind_key: str, first: date, last: date) -> tuple[GridSeries, ...]:
    return tuple(
        GridSeries(
            kind=kind,
            production_type=text(item.get("production_type")),
            points=tuple(point for point in _points(item.get("values")) if first <= paris_date(point.start) <= last),
        )
        for item in _rows(data, "series", lambda row: text(row.get(kind_key)))
        if (kind := text(item.get(kind_key))) is not None
    )


def _points(data: object) -> tuple[GridPoint, ...]:
    """Points by time; their stamps are naive UTC."""
    found: dict[datetime, GridPoint] = {}
    for item in mappings(data):
        start, power = instant(item.get("start_date")), number(item.get("value"))
        if start is not None and power is not None:
            found[start] = GridPoint(start=start, end=instant(item.get("end_date")), megawatts=float(power))
    return tuple(found[start] for start in sorted(found))


def _rows(
    data: object, what: str, has_key: Callable[[Mapping[str, object]], object | None]
) -> list[Mapping[str, object]]:
    """The objects of a list; a list without a single readable one is not an empty list."""
    if not isinstance(data, list):
        raise unreadable(f"no list of {what}")
    rows = list(mappings(data))
    if data and not any(has_key(row) is not None for row in rows):
        raise unreadable(f"{what} of an unknown shape")
    return rows


def _civil_day(value: object) -> date | None:
    """A plain day, or its Paris midnight however it is written; what another moment would be the day of is not guessed."""
    if (day := civil_day(value)) is not None:
        return day
    at = instant(value)
    return paris_date(at) if at is not None and at == day_start(paris_date(at)) else None


def _signal_day(periode: object) -> date | None:
    """The Paris day of an EcoWatt signal: `periode` is the naive UTC of Paris midnight.

    Where it is already midnight, it is the local day itself (gateway.md 10).
    """
    wall = wall_time(periode)
    if wall is not None and wall.time() == wall.time().min:
        return wall.date()
    at = instant(periode)
    return None if at is None else paris_date(at)


def _hours(item: Mapping[str, object]) -> tuple[int | None, ...]:
    """24 levels; the gateway writes 0 where RTE sent nothing, so hours outside `hdebut..hfin` are unknown."""
    first, last = whole(item.get("hdebut")), whole(item.get("hfin"))
    levels = [_level(value) for value in sequence(item.get("values"))[:_HOURS]]
    levels += [None] * (_HOURS - len(levels))
    known = range(0 if first is None else first, _HOURS if last is None else last + 1)
    return tuple(level if hour in known else None for hour, level in enumerate(levels))


def _level(value: object) -> int | None:
    level = whole(value)
    return level if level is not None and level <= _HIGHEST_LEVEL else None


def _percent(value: object) -> float | None:
    share = number(value)
    return float(share) if share is not None and share <= 100 else None


def _later(candidate: datetime | None, known: datetime | None) -> bool:
    """Whether the candidate replaces what is known; the one without a date never does."""
    return candidate is not None and (known is None or candidate > known)
