"""Making one entry of a tariff: from where its prices come, its details, a summary in plain words."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import probatio as vol
from homeassistant.config_entries import SubentryFlowResult

from ..energy.entries import Before, OfferHistory, OfferReference, Source, TariffEntry
from ..energy.options import OptionCode
from ..energy.tariff import Rule
from .tariff import TariffList
from .tariff_forms import (
    CONF_BEFORE,
    CONF_OFFER,
    CONF_OPTION,
    CONF_PROVIDER,
    OWN_OPTIONS,
    before_schema,
    catalogue_schema,
    choice,
    details_schema,
    options_choice,
    power_text,
    regulated_schema,
    rules_schema,
    suggested_details,
    suggested_rules,
)
from .tariff_input import (
    CONF_POWER,
    CONF_SUBSCRIPTION,
    CONF_VALID_FROM,
    SECTION_ENTITIES,
    TariffInputError,
    checked_power,
    checked_start,
    checked_subscription,
    entry_of_details,
    periods_to_price,
)
from .tariff_rules import CONF_RULES, rules_of
from .tariff_sources import REGULATED_OPTIONS, Sources, async_sources
from .tariff_text import Wording, asks_hours, hours_in_words, summary_of


class TariffSteps(TariffList):
    """The steps from `tariff_add` to the summary."""

    _provider_id = ""
    _power = Decimal(0)

    async def async_step_tariff_add(self, _user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Choose where the prices come from."""
        self._edited = None
        self._draft = self._new(Source.MANUAL, OptionCode.CUSTOM, self._facts().power_kva)
        return self.async_show_menu(
            step_id="tariff_add", menu_options=["catalogue", "regulated", "own_prices", "own_rules", "tariff"]
        )

    async def async_step_catalogue(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Choose a supplier and a subscribed power."""
        sources, error = await async_sources(self.hass), None
        providers = sources.providers()
        if not providers:
            if user_input is not None:
                return await self.async_step_tariff_add()
            return self._show("catalogue", vol.Schema({}), error=TariffInputError("base", "catalogue_empty"))
        if user_input is not None:
            self._provider_id = user_input[CONF_PROVIDER]
            try:
                self._power = _needed_power(user_input)
            except TariffInputError as err:
                error = err
            else:
                if sources.offers(self._provider_id, self._power):
                    return await self.async_step_offer()
                error = TariffInputError(CONF_POWER, "no_offer_for_power")
        return self._show("catalogue", catalogue_schema(providers), user_input or self._known_power(), error=error)

    async def async_step_offer(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Choose one of the supplier's offers for that power."""
        sources, error = await async_sources(self.hass), None
        offers = {
            f"{offer.key.offer_type}:{offer.key.name}": offer
            for offer in sources.offers(self._provider_id, self._power)
        }
        if user_input is not None:
            offer = offers[user_input[CONF_OFFER]]
            if offer.code is not None and offer.problem is None:
                reference = OfferReference(
                    provider_id=offer.key.provider_id,
                    provider=offer.provider,
                    name=offer.key.name,
                    offer_type=offer.key.offer_type,
                )
                self._draft = self._new(Source.CATALOGUE, offer.code, self._power, reference)
                return await self.async_step_details()
            error = TariffInputError(CONF_OFFER, f"offer_{offer.problem}", piece=offer.key.offer_type)
        texts = (await self._wording()).texts
        labels = {}
        for value, offer in offers.items():
            remarks = [] if offer.problem is None else [texts(f"offer_{offer.problem}", kind=offer.key.offer_type)]
            remarks += [] if offer.active else [texts("offer_withdrawn")]
            labels[value] = " · ".join([offer.key.name, *remarks])
        schema = vol.Schema({vol.Required(CONF_OFFER): choice(labels.items())})
        return self._show("offer", schema, user_input, error=error)

    async def async_step_regulated(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Choose an option of the regulated tariff."""
        error = None
        if user_input is not None:
            try:
                power = _needed_power(user_input)
            except TariffInputError as err:
                error = err
            else:
                self._draft = self._new(Source.REGULATED, OptionCode(user_input[CONF_OPTION]), power)
                return await self.async_step_details()
        schema = regulated_schema(REGULATED_OPTIONS, await self._wording())
        return self._show("regulated", schema, user_input or self._known_power(), error=error)

    async def async_step_own_prices(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Choose the kind of tariff that the user has the prices of."""
        if user_input is not None:
            option = OptionCode(user_input[CONF_OPTION])
            self._draft = self._new(Source.MANUAL, option, self._facts().power_kva)
            return await self.async_step_details()
        schema = vol.Schema({vol.Required(CONF_OPTION): options_choice(OWN_OPTIONS, await self._wording())})
        return self._show("own_prices", schema)

    def _known_power(self) -> dict[str, str]:
        power = power_text(self._facts().power_kva)
        return {} if power is None else {CONF_POWER: power}

    def _new(
        self, source: Source, option: OptionCode, power: Decimal | None, offer: OfferReference | None = None
    ) -> TariffEntry:
        facts = self._facts()
        return TariffEntry(
            valid_from=facts.start_of_tariff(self._entries, self._today),
            source=source,
            option=option,
            power_kva=power,
            offpeak=facts.hours(self._entries, self._today),
            offer=offer,
        )

    async def async_step_details(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the date, the hours, and whatever the source does not say."""
        draft = self._draft
        wording, sources, error = await self._wording(), await async_sources(self.hass), None
        history = sources.history(draft)
        periods = periods_to_price(draft, history)
        if user_input is not None:
            try:
                entry = entry_of_details(
                    draft,
                    history,
                    periods,
                    user_input,
                    today=self._today,
                    taken=[other.valid_from for other in self._others],
                    wording=wording,
                )
                _check_source(entry, sources)
            except TariffInputError as err:
                error = err
            else:
                self._draft = entry
                return await (self.async_step_before() if _starts_early(entry, sources) else self.async_step_summary())
        return self._show(
            "details",
            details_schema(draft, history, periods, wording),
            user_input or suggested_details(draft),
            error=error,
            option=wording.option(draft.option),
            hours=self._about_hours(history, wording),
        )

    def _about_hours(self, history: OfferHistory, wording: Wording) -> str:
        """What to know of hours before filling the form: the contract's where they are asked for, else those it has."""
        if not asks_hours(self._draft, history):
            return hours_in_words(self._draft, history, wording)
        hours = self._facts().contract_in_short or wording.texts("contract_unknown")
        return wording.texts("hours_on_contract", hours=hours)

    async def async_step_before(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask what applied before the first price that the catalogue knows."""
        draft = self._draft
        if user_input is not None:
            self._draft = replace(draft, before=Before(user_input[CONF_BEFORE]))
            return await self.async_step_summary()
        wording, sources = await self._wording(), await async_sources(self.hass)
        first = min(known.valid_from for known in sources.history(draft).versions)
        regulated = draft.option in REGULATED_OPTIONS
        return self._show(
            "before",
            before_schema(regulated=regulated, wording=wording),
            {CONF_BEFORE: draft.before.value},
            start=wording.date(draft.valid_from),
            first=wording.date(first),
        )

    async def async_step_own_rules(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the rules of a tariff like no other."""
        draft = self._draft
        wording, error = await self._wording(), None
        if user_input is not None:
            try:
                self._draft = self._ruled(draft, user_input, *rules_of(user_input[CONF_RULES], wording))
            except TariffInputError as err:
                error = err
            else:
                return await self.async_step_summary()
        return self._show("own_rules", rules_schema(wording), user_input or suggested_rules(draft), error=error)

    def _ruled(
        self, draft: TariffEntry, user_input: dict[str, Any], rules: tuple[Rule, ...], prices: dict[str, Decimal]
    ) -> TariffEntry:
        return replace(
            draft,
            valid_from=checked_start(
                user_input[CONF_VALID_FROM], self._today, [other.valid_from for other in self._others], draft.valid_to
            ),
            power_kva=checked_power(user_input.get(CONF_POWER)),
            subscription=checked_subscription(user_input.get(CONF_SUBSCRIPTION), CONF_SUBSCRIPTION),
            offpeak=None,
            rules=rules,
            prices=prices,
        )

    async def async_step_summary(self, _user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Say in plain words what would be saved."""
        draft = self._draft
        wording, sources = await self._wording(), await async_sources(self.hass)
        versions = sources.versions_of(draft, (*self._others, draft))
        held = {entity_id: sources.held_price(entity_id) for entity_id in draft.entities.values()}
        return self.async_show_menu(
            step_id="summary",
            menu_options=["save", "more", "correct"],
            description_placeholders={
                "summary": summary_of(draft, sources.history(draft), versions, held, wording, today=self._today),
            },
        )

    async def async_step_save(self, _user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Keep the draft and end."""
        self._keep_draft()
        return self._async_save_tariff()

    async def async_step_more(self, _user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Keep the draft and go on with other entries."""
        self._keep_draft()
        return await self.async_step_tariff()

    async def async_step_correct(self, _user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Back to the form."""
        if self._draft.option is OptionCode.CUSTOM:
            return await self.async_step_own_rules()
        return await self.async_step_details()


def _needed_power(user_input: dict[str, Any]) -> Decimal:
    power = checked_power(user_input[CONF_POWER])
    if power is None:
        raise TariffInputError(CONF_POWER, "power_missing")
    return power


def _check_source(entry: TariffEntry, sources: Sources) -> None:
    """Refuse what the form cannot know: a power without prices, an entity without one."""
    if entry.source is Source.CATALOGUE and not sources.history(entry).versions:
        raise TariffInputError(CONF_POWER, "no_offer_for_power")
    for entity_id in entry.entities.values():
        if sources.says_something_else(entity_id):
            raise TariffInputError(SECTION_ENTITIES, "entity_no_price", piece=entity_id)


def _starts_early(entry: TariffEntry, sources: Sources) -> bool:
    """Whether an entry starts before the first price that the catalogue knows of its offer."""
    return entry.source is Source.CATALOGUE and all(
        known.valid_from > entry.valid_from for known in sources.history(entry).versions
    )
