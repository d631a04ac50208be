"""The question whether the Energy Dashboard is to be set up as planned: the plan in plain words, then its execution."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import probatio as vol
from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.exceptions import HomeAssistantError

from ..const import DOMAIN
from ..dashboard_plan import Mode, Obstacle, Plan, Source, Step
from ..energy_dashboard import async_apply_plan, async_make_plan
from ..running import running
from ..texts import Texts, async_get_texts

_PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "stat_energy_from": "energy_part_import",
        "stat_cost": "energy_part_cost",
        "stat_energy_to": "energy_part_injection",
        "stat_compensation": "energy_part_compensation",
    }
)
_OBSTACLES: Final[Mapping[Obstacle, str]] = MappingProxyType(
    {
        Obstacle.NO_STATISTICS: "energy_obstacle_no_statistics",
        Obstacle.NO_PERIODS: "energy_obstacle_no_periods",
        Obstacle.MIXED: "energy_obstacle_mixed",
    }
)


def describe(plan: Plan, mode: Mode, texts: Texts) -> str:
    """The plan as a Markdown list, for people."""
    lines = [texts(key, name=_name(step.source), parts=_parts(step.source, texts)) for key, step in _steps(plan)]
    if plan.replaced:
        lines.append(texts("energy_plan_replaced", names=", ".join(_name(step.source) for step in plan.replaced)))
    lines += [texts(_OBSTACLES[obstacle], name=point.name) for point, obstacle in plan.obstacles]
    if mode is Mode.PERIODS and (plan.added or plan.kept or plan.completed):
        lines.append(texts("energy_plan_periods"))
    if plan.left_alone:
        lines.append(texts("energy_plan_left_alone", names=", ".join(_name(source) for source in plan.left_alone)))
    return "\n".join(f"- {line}" for line in lines)


def _steps(plan: Plan) -> Iterable[tuple[str, Step]]:
    yield from (("energy_plan_added", step) for step in plan.added)
    yield from (("energy_plan_completed", step) for step in plan.completed)
    yield from (("energy_plan_kept", step) for step in plan.kept)


def _name(source: Source) -> str:
    """What the user knows a source by: its name, else the statistic or entity that it counts."""
    keys = ("name", "stat_energy_from", "stat_energy_to", "stat_rate", "type")
    return next(str(source[key]) for key in keys if source.get(key))


def _parts(source: Source, texts: Texts) -> str:
    return ", ".join(texts(key) for part, key in _PARTS.items() if source.get(part))


class EnergyDashboardFlow(RepairsFlow):
    """Shows the plan as it is now; once submitted, applies it, unless it has become another one meanwhile."""

    def __init__(self, mode: Mode, pdls: Iterable[str]) -> None:
        self._mode = mode
        self._pdls = frozenset(pdls)
        self._shown: Plan | None = None

    async def async_step_init(self, _user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """First step."""
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Show the plan; once submitted, apply what was shown."""
        agreed = self._shown if user_input is not None else None
        errors: dict[str, str] = {}
        placeholders = {"plan": "", "reason": ""}
        try:
            plan = await self._async_plan(agreed)
        except HomeAssistantError as err:
            self._shown = None
            errors["base"] = "failed"
            placeholders["reason"] = str(err)
        else:
            if plan == agreed:
                return self.async_create_entry(data={})
            if agreed is not None:
                errors["base"] = "changed"
            self._shown = plan
            placeholders["plan"] = describe(plan, self._mode, await async_get_texts(self.hass))
        return self.async_show_form(
            step_id="confirm", data_schema=vol.Schema({}), errors=errors, description_placeholders=placeholders
        )

    async def _async_plan(self, agreed: Plan | None) -> Plan:
        """The plan as it is now; it is applied when it is the one that was agreed to."""
        points = [point for point in running(self.hass) if point.pdl in self._pdls]
        if {point.pdl for point in points} != self._pdls:
            raise HomeAssistantError(translation_domain=DOMAIN, translation_key="not_loaded")
        if agreed is None:
            return await async_make_plan(self.hass, points, self._mode)
        return await async_apply_plan(self.hass, points, self._mode, agreed=agreed)
