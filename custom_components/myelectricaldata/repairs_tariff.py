"""Fix flow of a contract that changed: show what did, and take it over from a day on, or not."""

from dataclasses import replace
from datetime import date
from typing import Any, Final

import probatio as vol
from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.util import dt as dt_util

from .const import CONF_OFFPEAK, CONF_PDL, CONF_TARIFF
from .coordinators.contract_watch import (
    ContractChange,
    entries_of,
    follows_contract_hours,
    schedule_in_force,
)
from .energy.calendar import paris_date
from .energy.entries import Source, TariffEntry, entry_in_force
from .energy.entry_format import encode_entry
from .energy.offpeak import OffpeakSchedule
from .flows.tariff_forms import hours_fields, power_text, version_fields
from .flows.tariff_input import (
    CONF_POWER,
    CONF_VALID_FROM,
    NO_ERROR,
    TariffInputError,
    checked_hours,
    checked_power,
    checked_start,
    suggested_hours,
)
from .flows.tariff_sources import async_sources

_MENU_ENDS: Final = "nothing_changes"


class ContractChangeFlow(RepairsFlow):
    """A new version of the tariff, dated, with the new hours or the new power; the one before stays as it is."""

    def __init__(self, entry_id: str, pdl: str, change: ContractChange) -> None:
        self._entry_id = entry_id
        self._pdl = pdl
        self._change = change

    async def async_step_init(self, _user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Show the old and the new, and what can be done."""
        found = self._usage_point()
        if found is None:
            return self.async_abort(reason="gone")
        _, subentry = found
        wanted = "new_version" if self._needs_version(subentry) else "new_hours"
        return self.async_show_menu(
            step_id="init", menu_options=[wanted, _MENU_ENDS], description_placeholders=self._placeholders(subentry)
        )

    async def async_step_nothing_changes(self, _user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """The user knows better."""
        return self.async_create_entry(data={})

    async def async_step_new_version(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask for the day, the hours and the power, and add a version from that day on."""
        found = self._usage_point()
        if found is None:
            return self.async_abort(reason="gone")
        entry, subentry = found
        entries = entries_of(subentry)
        present = entry_in_force(entries, self._today) or max(entries, key=lambda each: each.valid_from)
        asks_hours = self._change.hours is not None or follows_contract_hours(present)
        error = None
        if user_input is not None:
            try:
                schedule = checked_hours(user_input) if asks_hours else None
                version = await self._async_version(entries, user_input, schedule)
            except TariffInputError as err:
                error = err
            else:
                changes: dict[str, Any] = {CONF_TARIFF: [encode_entry(each) for each in (*entries, version)]}
                return self._async_apply(entry, subentry, changes, schedule)
        power = self._change.power[1] if self._change.power is not None else present.power_kva
        suggested: dict[str, Any] = {CONF_VALID_FROM: self._change.since.isoformat()}
        if (text := power_text(power)) is not None:
            suggested[CONF_POWER] = text
        fields = version_fields()
        if asks_hours:
            fields |= hours_fields(seasonal=True)
            suggested |= suggested_hours(self._proposed_hours(subentry))
        return self._show("new_version", vol.Schema(fields), user_input or suggested, subentry, error)

    async def async_step_new_hours(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Without a tariff that depends on them, only the off-peak hours are to take over."""
        found = self._usage_point()
        if found is None:
            return self.async_abort(reason="gone")
        entry, subentry = found
        error = None
        if user_input is not None:
            try:
                schedule = checked_hours(user_input)
            except TariffInputError as err:
                error = err
            else:
                return self._async_apply(entry, subentry, {}, schedule)
        suggested = suggested_hours(self._proposed_hours(subentry))
        return self._show(
            "new_hours", vol.Schema(hours_fields(seasonal=True)), user_input or suggested, subentry, error
        )

    async def _async_version(
        self, entries: tuple[TariffEntry, ...], user_input: dict[str, Any], schedule: OffpeakSchedule | None
    ) -> TariffEntry:
        """A copy of the entry in force with what is new. Raises TariffInputError."""
        start = checked_start(user_input[CONF_VALID_FROM], self._today, [each.valid_from for each in entries])
        base = entry_in_force(entries, start)
        if base is None:
            raise TariffInputError(CONF_VALID_FROM, "nothing_in_force")
        version = replace(
            base,
            valid_from=start,
            power_kva=checked_power(user_input.get(CONF_POWER)) or base.power_kva,
            offpeak=schedule if follows_contract_hours(base) else base.offpeak,
        )
        if version.source is Source.CATALOGUE and not (await async_sources(self.hass)).history(version).versions:
            raise TariffInputError(CONF_POWER, "no_offer_for_power")
        return version

    def _needs_version(self, subentry: ConfigSubentry) -> bool:
        """Whether the change concerns the tariff, not only the hours that are shown."""
        entries = entries_of(subentry)
        if not entries:
            return False
        present = entry_in_force(entries, self._today)
        changed = self._change.power is not None or self._change.tariff is not None
        return changed or (present is not None and follows_contract_hours(present))

    def _proposed_hours(self, subentry: ConfigSubentry) -> OffpeakSchedule | None:
        """The contract's new hours where they are understood; where they are not, the user must type them."""
        return self._change.schedule if self._change.hours is not None else schedule_in_force(subentry, self._today)

    def _async_apply(
        self,
        entry: ConfigEntry[Any],
        subentry: ConfigSubentry,
        changes: dict[str, Any],
        schedule: OffpeakSchedule | None,
    ) -> RepairsFlowResult:
        if schedule is not None:
            changes = {**changes, CONF_OFFPEAK: schedule.as_config()}
        self.hass.config_entries.async_update_subentry(entry, subentry, data={**subentry.data, **changes})
        return self.async_create_entry(data={})

    def _show(
        self,
        step_id: str,
        schema: vol.Schema,
        values: dict[str, Any],
        subentry: ConfigSubentry,
        error: TariffInputError | None,
    ) -> RepairsFlowResult:
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, values),
            errors={} if error is None else {error.field: error.key},
            description_placeholders={
                **self._placeholders(subentry),
                **NO_ERROR,
                **({} if error is None else error.placeholders),
            },
        )

    def _placeholders(self, subentry: ConfigSubentry) -> dict[str, str]:
        return {
            "name": subentry.title,
            "date": self._change.since.isoformat(),
            "old": self._change.in_words(after=False),
            "new": self._change.in_words(after=True),
        }

    @property
    def _today(self) -> date:
        return paris_date(dt_util.utcnow())

    def _usage_point(self) -> tuple[ConfigEntry[Any], ConfigSubentry] | None:
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is None:
            return None
        return next(((entry, each) for each in entry.subentries.values() if each.data.get(CONF_PDL) == self._pdl), None)
