"""Subentry `usage_point`: add one of the account's meters, or change its off-peak hours."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import probatio as vol
from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.helpers.selector import SelectSelector, SelectSelectorConfig, SelectSelectorMode, TextSelector

from ..const import (
    CONF_BASE_URL,
    CONF_CLIENT_ID,
    CONF_CLIENT_SECRET,
    CONF_HAS_CONSUMPTION,
    CONF_OFFPEAK,
    CONF_PDL,
)
from ..energy.offpeak import OffpeakSchedule, Season, Window
from ..issues import website_of
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

CONF_HOURS_ALL: Final = "hours_all"
CONF_HOURS_SUMMER: Final = "hours_summer"
CONF_HOURS_WINTER: Final = "hours_winter"

ALL_YEAR_SCHEMA: Final = vol.Schema({vol.Required(CONF_HOURS_ALL): TextSelector()})
TWO_SEASONS_SCHEMA: Final = vol.Schema(
    {vol.Required(CONF_HOURS_SUMMER): TextSelector(), vol.Required(CONF_HOURS_WINTER): TextSelector()}
)
_SEASONS: Final[Mapping[str, Season]] = MappingProxyType(
    {CONF_HOURS_ALL: Season.ALL, CONF_HOURS_SUMMER: Season.SUMMER, CONF_HOURS_WINTER: Season.WINTER}
)


class UsagePointFlow(ConfigSubentryFlow):
    """Add a usage point, or reconfigure its off-peak hours."""

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
        """Show the off-peak hours in use, and offer to write others."""
        data = self._get_reconfigure_subentry().data
        if not data[CONF_HAS_CONSUMPTION]:
            return self.async_abort(reason="production_only")
        self._contract = self._contract_of_ledger(data[CONF_PDL])
        self._offpeak = OffpeakSchedule.from_config(data[CONF_OFFPEAK])
        return await self._async_show_choice("reconfigure", keep=False)

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
        return self._async_save()

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
            return self._async_save()
        texts = await async_get_texts(self.hass)
        return self.async_show_form(
            step_id="confirm",
            data_schema=vol.Schema({}),
            description_placeholders={
                "schedule": in_plain_words(self._offpeak, texts),
                "remark": remark(self._offpeak, texts),
            },
        )

    def _async_save(self) -> SubentryFlowResult:
        if self._chosen is None:
            return self.async_update_and_abort(
                self._get_entry(),
                self._get_reconfigure_subentry(),
                data_updates={CONF_OFFPEAK: self._offpeak.as_config()},
            )
        point = self._chosen.point
        return self.async_create_entry(
            title=title_of(point), data=data_of(point, self._offpeak), unique_id=unique_id_of(point.pdl)
        )

    def _contract_of_ledger(self, pdl: str) -> tuple[str, ...]:
        """The contract's words as last read; asking again would cost a call."""
        runtime = getattr(self._get_entry(), "runtime_data", None)
        coordinators = () if runtime is None else runtime.usage_points.values()
        contract = next((each.ledger.contract for each in coordinators if each.pdl == pdl), None)
        return () if contract is None else contract.offpeak_texts
