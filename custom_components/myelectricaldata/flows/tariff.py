"""The tariff of a usage point: its dated entries, one beside the other, and what is done with them."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import probatio as vol
from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.util import dt as dt_util

from ..energy.calendar import paris_date
from ..energy.entries import TariffEntry
from ..energy.options import OptionCode
from ..texts import async_get_texts
from .tariff_forms import CONF_CONFIRM, CONF_ENTRY, CONF_LAST_DAY, end_schema, entry_choice, remove_schema
from .tariff_input import NO_ERROR, TariffInputError, checked_date
from .tariff_point import PointFacts
from .tariff_sources import async_sources
from .tariff_text import Wording, list_of_entries


class TariffList(ConfigSubentryFlow):
    """The list of entries. Nothing is kept before it is saved."""

    _entries: tuple[TariffEntry, ...] = ()
    """As they would be saved."""
    _draft: TariffEntry
    """The entry that is being made: there from the first step of adding or editing one."""
    _edited: TariffEntry | None = None
    """The one that the draft is to replace."""

    @abstractmethod
    def _facts(self) -> PointFacts:
        """What is known of the usage point."""

    @abstractmethod
    def _async_save_tariff(self) -> SubentryFlowResult:
        """Keep the entries and end the flow."""

    @abstractmethod
    async def async_step_details(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the rest of the draft."""

    @abstractmethod
    async def async_step_own_rules(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the rules of the draft."""

    async def _wording(self) -> Wording:
        return Wording(await async_get_texts(self.hass), self.hass.config.language)

    @property
    def _today(self) -> date:
        return paris_date(dt_util.utcnow())

    @property
    def _others(self) -> tuple[TariffEntry, ...]:
        """The entries beside the one that is being made or edited."""
        return tuple(entry for entry in self._entries if entry is not self._edited)

    def _show(
        self,
        step_id: str,
        schema: vol.Schema,
        values: Mapping[str, Any] | None = None,
        *,
        error: TariffInputError | None = None,
        **placeholders: str,
    ) -> SubentryFlowResult:
        """A form, filled with some values, that says what is wrong with them."""
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, values),
            errors={} if error is None else {error.field: error.key},
            description_placeholders={**NO_ERROR, **placeholders, **({} if error is None else error.placeholders)},
        )

    async def async_step_tariff(self, _user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Show the entries in plain words, and what can be done with them."""
        self._edited = None
        wording = await self._wording()
        sources = await async_sources(self.hass)
        shown = [(entry, sources.versions_of(entry, self._entries)) for entry in self._entries]
        existing = ["tariff_edit", "tariff_end", "tariff_remove"] if self._entries else []
        return self.async_show_menu(
            step_id="tariff",
            menu_options=["tariff_add", *existing, "tariff_done"],
            description_placeholders={
                "name": self._facts().name,
                "entries": list_of_entries(shown, wording, self._today),
            },
        )

    async def async_step_tariff_done(self, _user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Save."""
        return self._async_save_tariff()

    async def async_step_tariff_edit(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Choose the entry to change."""
        if user_input is not None:
            self._edited = self._draft = self._named(user_input)
            if self._draft.option is OptionCode.CUSTOM:
                return await self.async_step_own_rules()
            return await self.async_step_details()
        wording = await self._wording()
        entries = entry_choice(self._entries, wording, self._today)
        return self._show("tariff_edit", vol.Schema({vol.Required(CONF_ENTRY): entries}))

    async def async_step_tariff_end(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Say which entry ended, and when."""
        wording, error = await self._wording(), None
        if user_input is not None:
            try:
                ended = _ended(self._named(user_input), user_input.get(CONF_LAST_DAY), self._today, wording)
            except TariffInputError as err:
                error = err
            else:
                self._entries = _replaced(self._entries, self._named(user_input), ended)
                return await self.async_step_tariff()
        return self._show("tariff_end", end_schema(self._entries, wording, self._today), user_input, error=error)

    async def async_step_tariff_remove(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Say which entry was never true."""
        error = None
        if user_input is not None:
            if user_input[CONF_CONFIRM]:
                self._entries = _replaced(self._entries, self._named(user_input), None)
                return await self.async_step_tariff()
            error = TariffInputError(CONF_CONFIRM, "not_confirmed")
        wording = await self._wording()
        schema = remove_schema(self._entries, wording, self._today)
        return self._show("tariff_remove", schema, user_input, error=error)

    def _named(self, user_input: Mapping[str, Any]) -> TariffEntry:
        """The entry that a form names."""
        return next(entry for entry in self._entries if entry.valid_from.isoformat() == user_input[CONF_ENTRY])

    def _keep_draft(self) -> None:
        """Put the draft among the entries, at the place of the edited one."""
        self._entries = tuple(sorted((*self._others, self._draft), key=lambda entry: entry.valid_from))
        self._edited = None


def _ended(entry: TariffEntry, last_day: str | None, today: date, wording: Wording) -> TariffEntry:
    if last_day is None:
        return replace(entry, valid_to=None)
    last = checked_date(last_day, CONF_LAST_DAY, today)
    if last < entry.valid_from:
        raise TariffInputError(CONF_LAST_DAY, "end_before_start", piece=wording.date(entry.valid_from))
    return replace(entry, valid_to=last)


def _replaced(entries: Sequence[TariffEntry], old: TariffEntry, new: TariffEntry | None) -> tuple[TariffEntry, ...]:
    kept = [entry for entry in entries if entry is not old]
    return tuple(sorted([*kept, *([new] if new is not None else [])], key=lambda entry: entry.valid_from))
