"""Our usage points in the preferences of Home Assistant's Energy Dashboard: what is there, the plan, and its execution.

Nothing here is ever called but for an administrator who asked for it: the preferences are the user's.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, cast

from homeassistant.components.energy.data import async_get_manager
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .coordinators import UsagePointCoordinator
from .dashboard_plan import Binding, Mode, Plan, PointSeries, Source, make_plan
from .gateway.models import Direction
from .issues import IssueKind, async_raise_issue, issue_id
from .period_names import capital, period_name
from .statistics import async_statistic_exists, statistic_id
from .texts import async_get_texts

if TYPE_CHECKING:
    from homeassistant.components.energy.data import EnergyManager, EnergyPreferencesUpdate

ENERGY: Final = "energy"
ISSUE_POINTS: Final = "usage_points"
ISSUE_MODE: Final = "mode"

_STEMS: Final = {
    "stat_energy_from": "consumption",
    "stat_cost": "cost",
    "stat_energy_to": "production",
    "stat_compensation": "compensation",
}


async def async_make_plan(hass: HomeAssistant, coordinators: Iterable[UsagePointCoordinator], mode: Mode) -> Plan:
    """What would change. ServiceValidationError when this Home Assistant has no Energy Dashboard."""
    manager = await _async_manager(hass)
    points = await _async_points(hass, coordinators)
    return make_plan(_sources(manager), points, mode)


async def async_apply_plan(
    hass: HomeAssistant, coordinators: Iterable[UsagePointCoordinator], mode: Mode, *, agreed: Plan | None = None
) -> Plan:
    """Change the preferences now; returns the plan that was applied. No other preferences than sources are touched.

    With `agreed`, nothing is changed when the plan has become another one, which is then returned.
    """
    manager = await _async_manager(hass)
    points = await _async_points(hass, coordinators)
    # Nothing is awaited between the reading of the preferences and their change.
    plan = make_plan(_sources(manager), points, mode)
    if plan.changed and agreed in (None, plan):
        await manager.async_update(cast("EnergyPreferencesUpdate", {"energy_sources": list(plan.sources)}))
    return plan


@callback
def async_ask_first(hass: HomeAssistant, coordinators: Iterable[UsagePointCoordinator], mode: Mode) -> None:
    """Ask in Settings > Repairs whether the plan is to be applied; the last question replaces the one before."""
    points = tuple(coordinators)
    async_take_back_question(hass)
    async_raise_issue(
        hass,
        points[0].config_entry.entry_id,
        IssueKind.ENERGY_DASHBOARD,
        name=", ".join(point.subentry.title for point in points),
        data={ISSUE_MODE: mode.value, ISSUE_POINTS: ",".join(point.pdl for point in points)},
    )


@callback
def async_take_back_question(hass: HomeAssistant) -> None:
    """Remove the question: it was answered another way, or there is nothing left to ask."""
    for entry in hass.config_entries.async_entries(DOMAIN):
        ir.async_delete_issue(hass, DOMAIN, issue_id(entry.entry_id, IssueKind.ENERGY_DASHBOARD))


async def _async_manager(hass: HomeAssistant) -> EnergyManager:
    if ENERGY not in hass.config.components:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_energy_dashboard")
    manager: EnergyManager = await async_get_manager(hass)
    return manager


def _sources(manager: EnergyManager) -> list[Source]:
    return [] if manager.data is None else [cast("Source", source) for source in manager.data["energy_sources"]]


async def _async_points(hass: HomeAssistant, coordinators: Iterable[UsagePointCoordinator]) -> list[PointSeries]:
    return [await _async_point(hass, coordinator, alone=_is_alone(hass)) for coordinator in coordinators]


def _is_alone(hass: HomeAssistant) -> bool:
    """Whether one usage point alone measures consumption, so that a period needs no other name than its own."""
    measured = [
        coordinator
        for entry in hass.config_entries.async_loaded_entries(DOMAIN)
        for coordinator in entry.runtime_data.usage_points.values()
        if Direction.CONSUMPTION in coordinator.directions
    ]
    return len(measured) == 1


async def _async_point(hass: HomeAssistant, coordinator: UsagePointCoordinator, *, alone: bool) -> PointSeries:
    """What the recorder has of a usage point. Only what exists is bound: the dashboard warns about anything else."""
    pdl, title = coordinator.pdl, coordinator.subentry.title
    stems = {key: statistic_id(kind, pdl) for key, kind in _STEMS.items()}

    async def binding(kind: str, money: str, name: str, period: str | None = None) -> Binding | None:
        energy, cost = statistic_id(kind, pdl, period), statistic_id(money, pdl, period)
        if not await async_statistic_exists(hass, energy):
            return None
        # Without a tariff what is left of a cost is the zeros that took its place.
        priced = bool(coordinator.tariff if kind == Direction.CONSUMPTION else coordinator.surplus)
        bound = priced and await async_statistic_exists(hass, cost)
        return Binding(energy=energy, money=cost if bound else None, name=name)

    texts = await async_get_texts(hass)
    periods: list[Binding | None] = []
    for period in _recorded_periods(coordinator):
        words = period_name(period, hass.config.language)
        periods.append(await binding("consumption", "cost", _named(title, words, alone=alone), period))
    return PointSeries(
        pdl=pdl,
        name=title,
        stems=stems,
        total=await binding("consumption", "cost", title),
        # While some are still to be written, the others are not the whole.
        periods=() if None in periods else tuple(each for each in periods if each is not None),
        injection=await binding(
            "production", "compensation", _named(title, texts("energy_part_injection"), alone=alone)
        ),
    )


def _named(title: str, words: str, *, alone: bool) -> str:
    """A usage point that is the only one need not be named each time."""
    return capital(words) if alone else f"{title} – {words}"


def _recorded_periods(coordinator: UsagePointCoordinator) -> tuple[str, ...]:
    """The periods of the tariff that have statistics: those in force on any day of the history."""
    series = coordinator.series
    if not series:
        return ()
    spans = coordinator.tariff.spans(series[0].day, series[-1].day)
    return tuple(dict.fromkeys(period for _, _, version in spans if version for period in version.option.periods))
