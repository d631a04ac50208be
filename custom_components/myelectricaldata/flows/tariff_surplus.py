"""What is paid for injected energy: a price from a date on, several where the contract changed."""

from abc import abstractmethod
from typing import Any

from homeassistant.config_entries import SubentryFlowResult

from ..energy.entries import Source, TariffEntry
from ..energy.options import OptionCode
from .tariff import TariffList
from .tariff_forms import CONF_CONFIRM, CONF_ENTRY, CONF_SURPLUS_PRICE, SURPLUS_SCHEMA, remove_surplus_schema
from .tariff_input import CONF_VALID_FROM, TariffInputError, checked_price, checked_start
from .tariff_text import list_of_surplus


class SurplusSteps(TariffList):
    """The list of prices, and what is done with them."""

    _surplus: tuple[TariffEntry, ...] = ()

    @abstractmethod
    def _async_save_surplus(self) -> SubentryFlowResult:
        """Keep the prices and end the flow."""

    async def async_step_surplus(self, _user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Show the prices, and what can be done with them."""
        return self.async_show_menu(
            step_id="surplus",
            menu_options=["surplus_add", *(["surplus_remove"] if self._surplus else []), "surplus_done"],
            description_placeholders={
                "name": self._facts().name,
                "prices": list_of_surplus(self._surplus, await self._wording()),
            },
        )

    async def async_step_surplus_add(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """A price and its first day."""
        error = None
        if user_input is not None:
            try:
                added = TariffEntry(
                    valid_from=checked_start(
                        user_input[CONF_VALID_FROM], self._today, [entry.valid_from for entry in self._surplus]
                    ),
                    source=Source.MANUAL,
                    option=OptionCode.BASE,
                    prices={"base": checked_price(user_input[CONF_SURPLUS_PRICE], CONF_SURPLUS_PRICE, "")},
                )
            except TariffInputError as err:
                error = err
            else:
                self._surplus = tuple(sorted((*self._surplus, added), key=lambda entry: entry.valid_from))
                return await self.async_step_surplus()
        start = self._facts().start_of_surplus(self._surplus, self._today)
        return self._show(
            "surplus_add", SURPLUS_SCHEMA, user_input or {CONF_VALID_FROM: start.isoformat()}, error=error
        )

    async def async_step_surplus_remove(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Take back a price."""
        error = None
        if user_input is not None:
            if user_input[CONF_CONFIRM]:
                self._surplus = tuple(
                    entry for entry in self._surplus if entry.valid_from.isoformat() != user_input[CONF_ENTRY]
                )
                return await self.async_step_surplus()
            error = TariffInputError(CONF_CONFIRM, "not_confirmed")
        schema = remove_surplus_schema(self._surplus, await self._wording())
        return self._show("surplus_remove", schema, user_input, error=error)

    async def async_step_surplus_done(self, _user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Save."""
        return self._async_save_surplus()
