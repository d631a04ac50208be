"""The account: set up, new secret, other settings. Usage points are subentries, see `flows/`."""

from collections.abc import Mapping
from typing import Any, Final, override

import probatio as vol
from homeassistant.config_entries import ConfigEntry, ConfigFlow, ConfigFlowResult, ConfigSubentryFlow
from homeassistant.core import callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

from .const import (
    CONF_BASE_URL,
    CONF_CLIENT_ID,
    CONF_CLIENT_SECRET,
    CONF_USAGE_POINTS,
    CONFIG_ENTRY_VERSION,
    DEFAULT_BASE_URL,
    DOMAIN,
    GATEWAY_WEBSITE,
    SECTION_ADVANCED,
    SUBENTRY_USAGE_POINT,
)
from .flows.account_check import (
    Candidate,
    FormError,
    async_candidates,
    async_checked_points,
    async_client,
    checked_base_url,
    checked_credential,
    configured_pdls,
    our_entries,
)
from .flows.choices import option_of, subentry_of
from .flows.usage_point import UsagePointFlow
from .issues import website_of
from .texts import async_get_texts

_SECRET: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off"))
_ADVANCED: Final = section(
    vol.Schema(
        {
            vol.Required(CONF_BASE_URL, default=DEFAULT_BASE_URL): TextSelector(
                TextSelectorConfig(type=TextSelectorType.URL)
            )
        }
    ),
    {"collapsed": True},
)
USER_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_CLIENT_ID): TextSelector(TextSelectorConfig(autocomplete="off")),
        vol.Required(CONF_CLIENT_SECRET): _SECRET,
        vol.Required(SECTION_ADVANCED): _ADVANCED,
    }
)
REAUTH_SCHEMA: Final = vol.Schema({vol.Required(CONF_CLIENT_SECRET): _SECRET})
RECONFIGURE_SCHEMA: Final = vol.Schema(
    {vol.Optional(CONF_CLIENT_SECRET): _SECRET, vol.Required(SECTION_ADVANCED): _ADVANCED}
)


class MyElectricalDataConfigFlow(ConfigFlow, domain=DOMAIN):
    """One account of the gateway."""

    VERSION = CONFIG_ENTRY_VERSION
    MINOR_VERSION = 1

    def __init__(self) -> None:
        self._data: dict[str, str] = {}
        self._candidates: list[Candidate] = []

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(cls, config_entry: ConfigEntry) -> dict[str, type[ConfigSubentryFlow]]:
        """Usage points."""
        return {SUBENTRY_USAGE_POINT: UsagePointFlow}

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the account and check it."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                self._data = _checked_account(user_input)
                await self.async_set_unique_id(self._data[CONF_CLIENT_ID])
                self._abort_if_unique_id_configured()
                self._candidates = await self._async_load_candidates()
            except FormError as err:
                errors["base"] = err.key
            else:
                if not self._candidates:
                    return self.async_abort(reason="all_configured")
                return await self.async_step_usage_points()
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(USER_SCHEMA, user_input),
            errors=errors,
            description_placeholders={"website": GATEWAY_WEBSITE, "example": DEFAULT_BASE_URL},
        )

    async def _async_load_candidates(self) -> list[Candidate]:
        """Those usage points of the account that are not followed yet."""
        client = await async_client(
            self.hass,
            base_url=self._data[CONF_BASE_URL],
            client_id=self._data[CONF_CLIENT_ID],
            client_secret=self._data[CONF_CLIENT_SECRET],
        )
        points = await async_checked_points(client, self._data[CONF_CLIENT_ID])
        if not points:
            raise FormError("no_usage_points")
        followed = configured_pdls(self.hass)
        return await async_candidates(client, [point for point in points if point.pdl not in followed])

    async def async_step_usage_points(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask which usage points to follow."""
        errors: dict[str, str] = {}
        if user_input is not None:
            ticked = set(user_input[CONF_USAGE_POINTS])
            if ticked:
                return self.async_create_entry(
                    title=self._title(),
                    data=self._data,
                    subentries=[subentry_of(each) for each in self._candidates if each.point.pdl in ticked],
                )
            errors["base"] = "nothing_selected"
        texts = await async_get_texts(self.hass)
        proposed = [each.point.pdl for each in self._candidates if each.proposed]
        schema = vol.Schema(
            {
                vol.Required(CONF_USAGE_POINTS, default=proposed): SelectSelector(
                    SelectSelectorConfig(
                        options=[option_of(each, texts) for each in self._candidates],
                        multiple=True,
                        mode=SelectSelectorMode.LIST,
                    )
                )
            }
        )
        return self.async_show_form(step_id="usage_points", data_schema=schema, errors=errors)

    def _title(self) -> str:
        """Neutral, since titles end up in screenshots and logs; further accounts are told apart by their client id."""
        tail = self._data[CONF_CLIENT_ID][-4:]
        return f"MyElectricalData (…{tail})" if our_entries(self.hass) else "MyElectricalData"

    async def async_step_reauth(self, _entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """The gateway has refused the secret."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the new secret."""
        entry = self._get_reauth_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                updates = {CONF_CLIENT_SECRET: checked_credential(user_input[CONF_CLIENT_SECRET])}
                await self._async_check({**entry.data, **updates})
            except FormError as err:
                errors["base"] = err.key
            else:
                return self._async_finish(entry, updates)
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=REAUTH_SCHEMA,
            errors=errors,
            description_placeholders={
                "title": entry.title,
                "website": website_of(self.hass, entry.entry_id),
                "client_id_tail": entry.data[CONF_CLIENT_ID][-4:],
            },
        )

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for another secret or another address; an empty secret keeps the one in use."""
        entry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                updates = {CONF_BASE_URL: checked_base_url(user_input[SECTION_ADVANCED][CONF_BASE_URL])}
                if secret := user_input.get(CONF_CLIENT_SECRET):
                    updates[CONF_CLIENT_SECRET] = checked_credential(secret)
                await self._async_check({**entry.data, **updates})
            except FormError as err:
                errors["base"] = err.key
            else:
                return self._async_finish(entry, updates)
        shown = user_input or {SECTION_ADVANCED: {CONF_BASE_URL: entry.data[CONF_BASE_URL]}}
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(RECONFIGURE_SCHEMA, shown),
            errors=errors,
            description_placeholders={
                "client_id_tail": entry.data[CONF_CLIENT_ID][-4:],
                "example": DEFAULT_BASE_URL,
            },
        )

    async def _async_check(self, data: Mapping[str, Any]) -> None:
        """The account must open, and be the one of this entry."""
        client = await async_client(
            self.hass,
            base_url=data[CONF_BASE_URL],
            client_id=data[CONF_CLIENT_ID],
            client_secret=data[CONF_CLIENT_SECRET],
        )
        await async_checked_points(client, data[CONF_CLIENT_ID])

    @callback
    def _async_finish(self, entry: ConfigEntry, updates: Mapping[str, str]) -> ConfigFlowResult:
        """Save. The entry's own listener reloads it, unless nothing changed or it never got to listening."""
        changed = any(entry.data.get(key) != value for key, value in updates.items())
        if not (changed and entry.update_listeners):
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return self.async_update_and_abort(entry, data_updates=updates)


def _checked_account(user_input: Mapping[str, Any]) -> dict[str, str]:
    return {
        CONF_CLIENT_ID: checked_credential(user_input[CONF_CLIENT_ID]),
        CONF_CLIENT_SECRET: checked_credential(user_input[CONF_CLIENT_SECRET]),
        CONF_BASE_URL: checked_base_url(user_input[SECTION_ADVANCED][CONF_BASE_URL]),
    }
