"""Subentry `usage_point`: add one of the account's meters, or change its off-peak hours, its tariff, its surplus price."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, override

import probatio as vol
from homeassistant.config_entries import SubentryFlowResult
from homeassistant.helpers.selector import SelectSelector, SelectSelectorConfig, SelectSelectorMode, TextSelector

from ..const import (
    CONF_BASE_URL,
    CONF_CLIENT_ID,
    CONF_CLIENT_SECRET,
    CONF_HAS_CONSUMPTION,
    CONF_HAS_PRODUCTION,
    CONF_OFFPEAK,
    CONF_PDL,
    CONF_SURPLUS,
    CONF_TARIFF,
    LOGGER,
)
from ..energy.entries import TariffEntry
from ..energy.entry_format import EntryError, decode_entries, encode_entry
from ..energy.offpeak import OffpeakSchedule, Season, Window
from ..gateway.models import Direction
from ..issues import website_of
from ..ledger import Ledger
from ..texts import async_get_texts
from .account_check import (
    Candidate,
    FormError,
    async_candidates,
    async_checked_points,
    async_client,
    configured_pdls,
)
from .choices import data_of, option_of, title_of, unique_id_of
from .offpeak_text import (
    EXAMPLE,
    OffpeakTextError,
    contract_in_short,
    contract_schedule,
    in_plain_words,
    parse_windows,
    remark,
    schedule_of,
    written,
)
from .tariff_input import CONF_HOURS_ALL, CONF_HOURS_SUMMER, CONF_HOURS_WINTER
from .tariff_point import PointFacts
from .tariff_steps import TariffSteps
from .tariff_surplus import SurplusSteps

ALL_YEAR_SCHEMA: Final = vol.Schema({vol.Required(CONF_HOURS_ALL): TextSelector()})
TWO_SEASONS_SCHEMA: Final = vol.Schema(
    {vol.Required(CONF_HOURS_SUMMER): TextSelector(), vol.Required(CONF_HOURS_WINTER): TextSelector()}
)
_SEASONS: Final[Mapping[str, Season]] = MappingProxyType(
    {CONF_HOURS_ALL: Season.ALL, CONF_HOURS_SUMMER: Season.SUMMER, CONF_HOURS_WINTER: Season.WINTER}
)


class UsagePointFlow(TariffSteps, SurplusSteps):
    """Add a usage point, or reconfigure one."""

    def __init__(self) -> None:
        self._candidates: list[Candidate] = []
        self._chosen: Candidate | None = None
        self._contract: tuple[str, ...] = ()
        """What the contract says of off-peak hours, in its own words."""
        self._offpeak = OffpeakSchedule()
        """The schedule that the forms start from, then the one to save."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Choose one of the account's usage points that are not followed yet."""
        if user_input is not None:
            self._chosen = next(each for each in self._candidates if each.point.pdl == user_input[CONF_PDL])
            self._contract = self._chosen.offpeak_texts
            self._offpeak = contract_schedule(self._contract)
            return await self.async_step_proposal() if self._chosen.point.has_consumption else self._async_save()
        try:
            self._candidates = await self._async_load_candidates()
        except FormError as err:
            return self.async_abort(reason=err.key)
        if not self._candidates:
            website = website_of(self.hass, self._entry_id)
            return self.async_abort(reason="no_usage_points_left", description_placeholders={"website": website})
        texts = await async_get_texts(self.hass)
        options = [option_of(each, texts) for each in self._candidates]
        selector = SelectSelector(SelectSelectorConfig(options=options, mode=SelectSelectorMode.LIST))
        return self.async_show_form(step_id="user", data_schema=vol.Schema({vol.Required(CONF_PDL): selector}))

    async def _async_load_candidates(self) -> list[Candidate]:
        entry = self._get_entry()
        client = await async_client(
            self.hass,
            base_url=entry.data[CONF_BASE_URL],
            client_id=entry.data[CONF_CLIENT_ID],
            client_secret=entry.data[CONF_CLIENT_SECRET],
        )
        try:
            points = await async_checked_points(client, entry.data[CONF_CLIENT_ID])
        except FormError as err:
            if err.key not in ("invalid_auth", "client_id_mismatch"):
                raise
            entry.async_start_reauth(self.hass)
            raise FormError("invalid_auth") from err
        followed = configured_pdls(self.hass)
        return await async_candidates(client, [point for point in points if point.pdl not in followed])

    async def async_step_proposal(self, _user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Show what the contract says: take it, or write something else."""
        return await self._async_show_choice("proposal", keep=True)

    async def async_step_reconfigure(self, _user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Choose what to change; a usage point that only injects has only the price of that."""
        data = self._get_reconfigure_subentry().data
        self._entries = _kept_entries(data.get(CONF_TARIFF, []))
        self._surplus = _kept_entries(data.get(CONF_SURPLUS, []))
        self._offpeak = OffpeakSchedule.from_config(data[CONF_OFFPEAK])
        self._contract = self._facts().contract_texts
        if not data[CONF_HAS_CONSUMPTION]:
            return await self.async_step_surplus()
        return self.async_show_menu(
            step_id="reconfigure",
            menu_options=["offpeak", "tariff", *(["surplus"] if data[CONF_HAS_PRODUCTION] else [])],
            description_placeholders={"name": self._get_reconfigure_subentry().title},
        )

    async def async_step_offpeak(self, _user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Show the off-peak hours in use, and offer to write others."""
        return await self._async_show_choice("offpeak", keep=False)

    async def _async_show_choice(self, step_id: str, *, keep: bool) -> SubentryFlowResult:
        texts = await async_get_texts(self.hass)
        return self.async_show_menu(
            step_id=step_id,
            menu_options=[*(["keep"] if keep else []), "all_year", "two_seasons", "no_offpeak"],
            description_placeholders={
                "name": title_of(self._chosen.point) if self._chosen else self._get_reconfigure_subentry().title,
                "schedule": in_plain_words(self._offpeak, texts),
                "contract": contract_in_short(self._contract) or texts("contract_unknown"),
            },
        )

    async def async_step_keep(self, _user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Take what the contract says."""
        return await self.async_step_tariff_offer()

    async def async_step_all_year(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the hours of every day."""
        return await self._async_ask("all_year", ALL_YEAR_SCHEMA, user_input)

    async def async_step_two_seasons(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the hours of summer and those of winter (from December 2026 on, domain.md 2)."""
        return await self._async_ask("two_seasons", TWO_SEASONS_SCHEMA, user_input)

    async def async_step_no_offpeak(self, _user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """A flat contract."""
        self._offpeak = OffpeakSchedule()
        return await self.async_step_confirm()

    async def _async_ask(
        self, step_id: str, schema: vol.Schema, user_input: dict[str, Any] | None
    ) -> SubentryFlowResult:
        errors: dict[str, str] = {}
        placeholders = {"piece": "", "other": "", "example": EXAMPLE}
        if user_input is not None:
            windows: dict[Season, tuple[Window, ...]] = {}
            for field, text in user_input.items():
                try:
                    windows[_SEASONS[field]] = parse_windows(text)
                except OffpeakTextError as err:
                    # One set of placeholders serves the whole form, so the first wrong field is the one explained.
                    errors, placeholders = {field: err.key}, err.placeholders
                    break
            else:
                self._offpeak = schedule_of(windows)
                return await self.async_step_confirm()
        texts = await async_get_texts(self.hass)
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, user_input or self._suggested()),
            errors=errors,
            description_placeholders={
                **placeholders,
                "contract": contract_in_short(self._contract) or texts("contract_unknown"),
            },
        )

    def _suggested(self) -> dict[str, str]:
        """Each field starts from its own season, else from another; a flat schedule from what the contract says."""
        shown = contract_schedule(self._contract) if self._offpeak.is_flat else self._offpeak
        everywhere, summer, winter = (written(shown, season) for season in Season)
        return {
            CONF_HOURS_ALL: everywhere or winter or summer,
            CONF_HOURS_SUMMER: summer or everywhere,
            CONF_HOURS_WINTER: winter or everywhere,
        }

    async def async_step_confirm(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Say the schedule in plain words before it is saved."""
        if user_input is not None:
            return self._async_save() if self._chosen is None else await self.async_step_tariff_offer()
        texts = await async_get_texts(self.hass)
        return self.async_show_form(
            step_id="confirm",
            data_schema=vol.Schema({}),
            description_placeholders={
                "schedule": in_plain_words(self._offpeak, texts),
                "remark": remark(self._offpeak, texts),
            },
        )

    async def async_step_tariff_offer(self, _user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """A usage point that is being added may have its tariff at once, or later."""
        return self.async_show_menu(
            step_id="tariff_offer",
            menu_options=["later", "tariff_add"],
            description_placeholders={"name": self._facts().name},
        )

    async def async_step_later(self, _user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Add the usage point without a tariff."""
        return self._async_save()

    def _async_save(self) -> SubentryFlowResult:
        if self._chosen is None:
            return self._async_update_data({CONF_OFFPEAK: self._offpeak.as_config()})
        point = self._chosen.point
        data = data_of(point, self._offpeak)
        if self._entries:
            data[CONF_TARIFF] = [encode_entry(entry) for entry in self._entries]
        return self.async_create_entry(title=title_of(point), data=data, unique_id=unique_id_of(point.pdl))

    @override
    def _async_save_tariff(self) -> SubentryFlowResult:
        if self._chosen is not None:
            return self._async_save()
        return self._async_update_data({CONF_TARIFF: [encode_entry(entry) for entry in self._entries]})

    @override
    def _async_save_surplus(self) -> SubentryFlowResult:
        return self._async_update_data({CONF_SURPLUS: [encode_entry(entry) for entry in self._surplus]})

    def _async_update_data(self, changes: dict[str, Any]) -> SubentryFlowResult:
        return self.async_update_and_abort(self._get_entry(), self._get_reconfigure_subentry(), data_updates=changes)

    @override
    def _facts(self) -> PointFacts:
        if self._chosen is not None:
            contract = self._chosen.contract
            point = self._chosen.point
            return PointFacts(
                name=title_of(point),
                contract=contract,
                contract_texts=self._chosen.offpeak_texts,
                power_kva=(contract and contract.subscribed_power_kva) or point.subscribed_power_kva,
                offpeak=self._offpeak,
                first_day=point.oldest_available_date or point.activation_date,
            )
        subentry = self._get_reconfigure_subentry()
        ledger = self._ledger(subentry.data[CONF_PDL])
        known = None if ledger is None else ledger.contract
        return PointFacts(
            name=subentry.title,
            contract=known,
            contract_texts=() if known is None else known.offpeak_texts,
            power_kva=None if known is None else known.subscribed_power_kva,
            offpeak=self._offpeak,
            first_day=None if ledger is None else min(ledger.days(Direction.CONSUMPTION), default=None),
            first_injection=None if ledger is None else min(ledger.days(Direction.PRODUCTION), default=None),
        )

    def _ledger(self, pdl: str) -> Ledger | None:
        """What was read of it; asking again would cost a call."""
        runtime = getattr(self._get_entry(), "runtime_data", None)
        coordinators = () if runtime is None else runtime.usage_points.values()
        return next((each.ledger for each in coordinators if each.pdl == pdl), None)


def _kept_entries(config: object) -> tuple[TariffEntry, ...]:
    """What the subentry holds; what cannot be read is left to be entered again, as everywhere."""
    try:
        return decode_entries(config)
    except (EntryError, ValueError, KeyError) as err:
        LOGGER.error("A tariff cannot be read, enter it again: %s", err)
        return ()
