"""Fix flows of the repair issues: tell what to do, then try again at once."""

import probatio as vol
from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir

from .const import CONF_PDL, DOMAIN
from .coordinators import UsagePointCoordinator
from .coordinators.contract_watch import ISSUE_CHANGE, decode_change
from .dashboard_plan import Mode
from .energy_dashboard import ISSUE_MODE, ISSUE_POINTS
from .flows.energy_dashboard import EnergyDashboardFlow
from .issues import IssueKind
from .repairs_tariff import ContractChangeFlow
from .statistics import async_all_statistic_ids, async_clear


class TryAgainFlow(RepairsFlow):
    """The user says that the remedy was applied; the issue is closed when the gateway agrees."""

    def __init__(self, entry_id: str, pdl: str) -> None:
        self._entry_id = entry_id
        self._pdl = pdl

    async def async_step_init(self, _user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """First step."""
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Tell what to do; once submitted, ask the gateway."""
        errors: dict[str, str] = {}
        placeholders = self._placeholders()
        if user_input is not None:
            coordinator = self._coordinator()
            if coordinator is None:
                errors["base"] = "not_loaded"
            else:
                try:
                    await coordinator.async_ask_now()
                except HomeAssistantError as err:
                    errors["base"] = "still_refused"
                    placeholders["reason"] = str(err)
                else:
                    return self.async_create_entry(data={})
        return self.async_show_form(
            step_id="confirm", data_schema=vol.Schema({}), errors=errors, description_placeholders=placeholders
        )

    def _placeholders(self) -> dict[str, str]:
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
        known = None if issue is None else issue.translation_placeholders
        return {**(known or {}), "reason": ""}

    def _coordinator(self) -> UsagePointCoordinator | None:
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return None
        coordinators: dict[str, UsagePointCoordinator] = entry.runtime_data.usage_points
        return next((each for each in coordinators.values() if each.pdl == self._pdl), None)


class KeptStatisticsFlow(RepairsFlow):
    """The user decides what becomes of the statistics of a usage point that was removed."""

    def __init__(self, pdl: str) -> None:
        self._pdl = pdl

    async def async_step_init(self, _user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Keep or delete."""
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
        placeholders = None if issue is None else issue.translation_placeholders
        return self.async_show_menu(menu_options=["keep", "delete"], description_placeholders=placeholders)

    async def async_step_keep(self, _user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Nothing changes."""
        return self.async_create_entry(data={})

    async def async_step_delete(self, _user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Take the statistics out of the recorder, with all their rows."""
        await async_clear(self.hass, await async_all_statistic_ids(self.hass, self._pdl))
        return self.async_create_entry(data={})


async def async_create_fix_flow(
    _hass: HomeAssistant, _issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """The flow of an issue that `issues.py` has raised."""
    if data is not None and data.get("kind") == IssueKind.ENERGY_DASHBOARD:
        return EnergyDashboardFlow(Mode(str(data[ISSUE_MODE])), str(data[ISSUE_POINTS]).split(","))
    if data is None or (pdl := data.get(CONF_PDL)) is None or data.get("kind") == IssueKind.LEDGER_UNREADABLE:
        return ConfirmRepairFlow()
    if data.get("kind") == IssueKind.STATISTICS_KEPT:
        return KeptStatisticsFlow(str(pdl))
    if data.get("kind") == IssueKind.CONTRACT_CHANGED:
        return ContractChangeFlow(str(data["entry_id"]), str(pdl), decode_change(str(data[ISSUE_CHANGE])))
    return TryAgainFlow(str(data["entry_id"]), str(pdl))
