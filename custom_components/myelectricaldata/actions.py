"""Actions: readings for whoever wants them, and what a user may want to set off by hand."""

from datetime import date
from typing import Final

import probatio as vol
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType, JsonValueType

from .action_targets import ATTR_USAGE_POINT, refused, target, targets
from .actions_contribute import async_register_contribute_action
from .actions_energy import async_register_energy_action
from .actions_offers import async_register_offer_action
from .actions_signals import async_register_signal_actions
from .const import DOMAIN
from .energy.calendar import PARIS, paris_date
from .energy.query import Reading, Resolution, query
from .gateway.models import Direction

ACTION_GET_READINGS: Final = "get_readings"
ACTION_REFRESH: Final = "refresh"
ACTION_REBUILD_STATISTICS: Final = "rebuild_statistics"

ATTR_DIRECTION: Final = "direction"
ATTR_START: Final = "start"
ATTR_END: Final = "end"
ATTR_RESOLUTION: Final = "resolution"

LONGEST_SPAN: Final = {Resolution.SLOT: 31, Resolution.HOUR: 366}
LONGEST_SPAN_OF_DAYS: Final = 3660
"""Days at a time: a response is one message to a browser or a script."""

GET_READINGS_SCHEMA: Final = vol.Schema(
    {
        vol.Required(ATTR_USAGE_POINT): cv.string,
        vol.Required(ATTR_START): cv.date,
        vol.Required(ATTR_END): cv.date,
        vol.Optional(ATTR_DIRECTION, default=Direction.CONSUMPTION): vol.Coerce(Direction),
        vol.Optional(ATTR_RESOLUTION, default=Resolution.DAY): vol.Coerce(Resolution),
    }
)
TARGETS_SCHEMA: Final = vol.Schema({vol.Optional(ATTR_USAGE_POINT): vol.All(cv.ensure_list, [cv.string])})


@callback
def async_setup_actions(hass: HomeAssistant) -> None:
    """Register the actions; they work on whatever account is loaded when they are called."""
    hass.services.async_register(
        DOMAIN, ACTION_GET_READINGS, _async_get_readings, GET_READINGS_SCHEMA, SupportsResponse.ONLY
    )
    hass.services.async_register(DOMAIN, ACTION_REFRESH, _async_refresh, TARGETS_SCHEMA, SupportsResponse.OPTIONAL)
    hass.services.async_register(
        DOMAIN, ACTION_REBUILD_STATISTICS, _async_rebuild_statistics, TARGETS_SCHEMA, SupportsResponse.OPTIONAL
    )
    async_register_offer_action(hass)
    async_register_contribute_action(hass)
    async_register_energy_action(hass)
    async_register_signal_actions(hass)


async def _async_get_readings(call: ServiceCall) -> ServiceResponse:
    direction, resolution = call.data[ATTR_DIRECTION], call.data[ATTR_RESOLUTION]
    first, last = call.data[ATTR_START], call.data[ATTR_END]
    coordinator = target(call)
    if direction not in coordinator.directions:
        raise refused(f"no_{direction}", name=coordinator.subentry.title)
    _check_span(first, last, resolution)
    today = paris_date(dt_util.utcnow())
    readings = await call.hass.async_add_executor_job(
        lambda: query(coordinator.ledger.days(direction), first, last, resolution, today=today)
    )
    return {
        "usage_point": coordinator.pdl,
        "name": coordinator.subentry.title,
        "direction": str(direction),
        "resolution": str(resolution),
        "unit": "Wh",
        "readings": [_as_response(reading) for reading in readings],
    }


def _check_span(first: date, last: date, resolution: Resolution) -> None:
    if last < first:
        raise refused("end_before_start", start=first.isoformat(), end=last.isoformat())
    days = (last - first).days + 1
    limit = LONGEST_SPAN.get(resolution, LONGEST_SPAN_OF_DAYS)
    if days > limit:
        raise refused("span_too_long", days=str(days), limit=str(limit))


def _as_response(reading: Reading) -> JsonObjectType:
    response: JsonObjectType = {
        "start": reading.start.astimezone(PARIS).isoformat(),
        "end": reading.end.astimezone(PARIS).isoformat(),
        "value": reading.wh,
        "quality": str(reading.quality),
    }
    if reading.days_expected is not None:
        response |= {"days_known": reading.days_known, "days_expected": reading.days_expected}
    return response


async def _async_refresh(call: ServiceCall) -> ServiceResponse:
    results: list[JsonValueType] = []
    failures: list[HomeAssistantError] = []
    for coordinator in targets(call):
        result: JsonObjectType = {"usage_point": coordinator.pdl, "name": coordinator.subentry.title}
        try:
            result["calls"] = await coordinator.async_ask_now()
        except HomeAssistantError as err:
            # One usage point never stops another one.
            failures.append(err)
            result |= {"calls": None, "error": str(err)}
        results.append(result)
    if failures and len(failures) == len(results):
        raise failures[0]
    return {"usage_points": results}


async def _async_rebuild_statistics(call: ServiceCall) -> ServiceResponse:
    return {
        "usage_points": [
            {
                "usage_point": coordinator.pdl,
                "name": coordinator.subentry.title,
                "rows": await coordinator.async_rebuild_statistics(),
            }
            for coordinator in targets(call)
        ]
    }
