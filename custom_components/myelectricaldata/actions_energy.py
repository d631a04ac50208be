"""The action that puts our usage points into the Energy Dashboard. It asks first."""

from typing import Final

import probatio as vol
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.util.json import JsonObjectType, JsonValueType

from .action_targets import ATTR_USAGE_POINT, targets
from .const import DOMAIN
from .dashboard_plan import Mode, Plan, Source, Step
from .energy_dashboard import async_apply_plan, async_ask_first, async_make_plan, async_take_back_question

ACTION_SET_UP_ENERGY_DASHBOARD: Final = "set_up_energy_dashboard"

ATTR_MODE: Final = "mode"
ATTR_APPLY: Final = "apply"

SET_UP_ENERGY_DASHBOARD_SCHEMA: Final = vol.Schema(
    {
        vol.Optional(ATTR_USAGE_POINT): vol.All(cv.ensure_list, [cv.string]),
        vol.Optional(ATTR_MODE, default=Mode.TOTAL): vol.Coerce(Mode),
        vol.Optional(ATTR_APPLY, default=False): cv.boolean,
    }
)


@callback
def async_register_energy_action(hass: HomeAssistant) -> None:
    """For administrators only, as the preferences of the dashboard are."""
    async_register_admin_service(
        hass,
        DOMAIN,
        ACTION_SET_UP_ENERGY_DASHBOARD,
        _async_set_up_energy_dashboard,
        SET_UP_ENERGY_DASHBOARD_SCHEMA,
        SupportsResponse.OPTIONAL,
    )


async def _async_set_up_energy_dashboard(call: ServiceCall) -> ServiceResponse:
    points, mode, apply = targets(call), call.data[ATTR_MODE], call.data[ATTR_APPLY]
    if apply:
        plan = await async_apply_plan(call.hass, points, mode)
    else:
        plan = await async_make_plan(call.hass, points, mode)
    if plan.changed and not apply:
        async_ask_first(call.hass, points, mode)
    else:
        async_take_back_question(call.hass)
    return {"mode": str(mode), "changes": plan.changed, "applied": plan.changed and apply, **_as_response(plan)}


def _as_response(plan: Plan) -> JsonObjectType:
    return {
        "added": [_step(step) for step in plan.added],
        "completed": [_step(step) for step in plan.completed],
        "replaced": [_step(step) for step in plan.replaced],
        "kept": [_step(step) for step in plan.kept],
        "left_alone": [_source(source) for source in plan.left_alone],
        "not_possible": [
            {"usage_point": point.pdl, "name": point.name, "reason": str(obstacle)}
            for point, obstacle in plan.obstacles
        ],
    }


def _step(step: Step) -> JsonValueType:
    return {"usage_point": step.pdl, **_source(step.source)}


def _source(source: Source) -> JsonObjectType:
    keys = ("type", "name", "stat_energy_from", "stat_cost", "stat_energy_to", "stat_compensation")
    return {key: str(source[key]) for key in keys if source.get(key) is not None}
