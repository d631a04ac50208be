"""Actions that tell what is known of Tempo and EcoWatt, for scripts and templates."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

import probatio as vol
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType, JsonValueType

from .action_targets import refused
from .const import DOMAIN
from .coordinators.national import National, async_get_national
from .energy.agenda import tempo_day_stretch
from .energy.calendar import ONE_DAY, PARIS, days_between, paris_date
from .energy.ecowatt import AHEAD, LEVELS, EcowattSignal, Tension, tensions
from .energy.tempo import TempoSignal, season_count, season_end, season_start
from .running import loaded_entries

ACTION_GET_TEMPO_CALENDAR: Final = "get_tempo_calendar"
ACTION_GET_ECOWATT: Final = "get_ecowatt"

ATTR_START: Final = "start"
ATTR_END: Final = "end"

TEMPO_DAYS_AT_ONCE: Final = 3660
"""The ten years that are known."""
ECOWATT_DAYS_AT_ONCE: Final = 366

_DAY: Final = vol.All(cv.date, vol.Range(min=date(2000, 1, 1), max=date(2100, 12, 31)))
DAYS_SCHEMA: Final = vol.Schema({vol.Optional(ATTR_START): _DAY, vol.Optional(ATTR_END): _DAY})


@callback
def async_register_signal_actions(hass: HomeAssistant) -> None:
    """They only answer: nothing is changed, and the gateway is not called."""
    for action, handler in (
        (ACTION_GET_TEMPO_CALENDAR, _async_get_tempo_calendar),
        (ACTION_GET_ECOWATT, _async_get_ecowatt),
    ):
        hass.services.async_register(DOMAIN, action, handler, DAYS_SCHEMA, SupportsResponse.ONLY)


async def _async_get_tempo_calendar(call: ServiceCall) -> ServiceResponse:
    signal = (await _async_national(call.hass)).tempo
    today = paris_date(dt_util.utcnow())
    start, end = call.data.get(ATTR_START), call.data.get(ATTR_END)
    last = end or season_end(start or today)
    first = start or season_start(last)
    _check_span(first, last, TEMPO_DAYS_AT_ONCE)
    return await call.hass.async_add_executor_job(_tempo_response, signal, first, last, today)


def _tempo_response(signal: TempoSignal, first: date, last: date, today: date) -> JsonObjectType:
    until = min(last, today)
    counted = season_count(signal.colours, until)
    return {
        "days": [_tempo_day(signal, day) for day in days_between(first, last)],
        "season": {"start": counted.first.isoformat(), "end": counted.last.isoformat()},
        "counted_until": until.isoformat(),
        "used": _by_colour(counted.used),
        "left": _by_colour(counted.left),
        "unknown_days": [day.isoformat() for day in counted.unknown],
    }


def _tempo_day(signal: TempoSignal, day: date) -> JsonValueType:
    colour, applies = signal.colours.get(day), tempo_day_stretch(day)
    return {
        "day": day.isoformat(),
        "colour": None if colour is None else colour.lower(),
        "status": signal.status(day),
        "start": _wall(applies.start),
        "end": _wall(applies.end),
    }


def _by_colour(counts: Mapping[str, int | None]) -> JsonValueType:
    return {colour.lower(): count for colour, count in counts.items()}


async def _async_get_ecowatt(call: ServiceCall) -> ServiceResponse:
    signals = (await _async_national(call.hass)).ecowatt
    start, end = call.data.get(ATTR_START), call.data.get(ATTR_END)
    first: date = start or min(paris_date(dt_util.utcnow()), end or date.max)
    last: date = end or first + AHEAD[-1] * ONE_DAY
    _check_span(first, last, ECOWATT_DAYS_AT_ONCE)
    return {
        "days": [_ecowatt_day(day, signals.get(day)) for day in days_between(first, last)],
        "tensions": [_tension(tension) for tension in tensions(signals, first, last)],
    }


def _ecowatt_day(day: date, signal: EcowattSignal | None) -> JsonValueType:
    known = signal or EcowattSignal(day=day, level=None, message=None, hours=(None,) * 24)
    return {
        "day": day.isoformat(),
        "level": _level(known.level),
        "message": known.message,
        "hours": [_level(hour) for hour in known.hours],
        "generated_at": None if known.generated_at is None else _wall(known.generated_at),
    }


def _tension(tension: Tension) -> JsonValueType:
    return {"start": _wall(tension.start), "end": _wall(tension.end), "level": _level(tension.level)}


def _level(level: int | None) -> str | None:
    return None if level is None else LEVELS[level]


def _wall(instant: datetime) -> str:
    return instant.astimezone(PARIS).isoformat()


async def _async_national(hass: HomeAssistant) -> National:
    """What is known; without an account nobody asks, so that it would grow old in silence."""
    if not loaded_entries(hass):
        raise refused("no_account")
    return await async_get_national(hass)


def _check_span(first: date, last: date, limit: int) -> None:
    if last < first:
        raise refused("end_before_start", start=first.isoformat(), end=last.isoformat())
    if (days := (last - first).days + 1) > limit:
        raise refused("too_many_days", days=str(days), limit=str(limit))
