"""The action that proposes an offer to the gateway's catalogue: checked here, sent once, never by itself.

What the gateway would refuse, or answer with an internal error (reference/gateway.md 11.1), is told before it is sent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

import probatio as vol
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
from yarl import URL

from .action_targets import refused
from .const import DOMAIN
from .coordinators import AccountRuntime
from .coordinators.outcome import translated
from .custom_offers import amount, option_code
from .energy.offers import period_prices
from .energy.options import PRICE_FIELDS, OptionCode
from .flows.offpeak_text import OffpeakTextError, parse_windows
from .gateway.client import GatewayClient
from .gateway.errors import GatewayError, GatewayUnavailable
from .gateway.models import ContributionType, Offer, OfferContribution, OfferVariant, Provider
from .running import loaded_entries

ACTION_CONTRIBUTE: Final = "contribute"

ATTR_ACCOUNT: Final = "account"
ATTR_TYPE: Final = "contribution_type"
ATTR_PROVIDER: Final = "provider"
ATTR_WEBSITE: Final = "provider_website"
ATTR_NAME: Final = "offer_name"
ATTR_OFFER_TYPE: Final = "offer_type"
ATTR_DESCRIPTION: Final = "description"
ATTR_PRICE_SHEET: Final = "price_sheet_url"
ATTR_VALID_FROM: Final = "valid_from"
ATTR_SCHEDULES: Final = "hc_schedules"
ATTR_VARIANTS: Final = "power_variants"
ATTR_POWER: Final = "power_kva"
ATTR_SUBSCRIPTION: Final = "subscription_price"

POWERS: Final = tuple(Decimal(kva) for kva in (3, 6, 9, 12, 15, 18, 24, 30, 36))
OFFER_TYPES: Final = tuple(code for code in OptionCode if code is not OptionCode.CUSTOM)
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ZEN_FLEX_FIELDS: Final = ("hc_price_winter", "hp_price_winter", "hc_price_summer", "hp_price_summer")
"""The catalogue keeps the two kinds of days of Zen Flex as if they were seasons (reference/domain.md 3.2)."""
_OPTIONAL: Final = frozenset({"base_price_weekend", "hc_price_weekend", "hp_price_weekend", "peak_day_price"})
"""Fields without which an offer is complete all the same."""


class ContributionChoice(StrEnum):
    """What a contribution is about, in the words of the action."""

    NEW_OFFER = "new_offer"
    UPDATE_OFFER = "update_offer"
    NEW_PROVIDER = "new_provider"


CONTRIBUTE_SCHEMA: Final = vol.Schema(
    {
        vol.Optional(ATTR_ACCOUNT): cv.string,
        vol.Required(ATTR_TYPE): vol.Coerce(ContributionChoice),
        vol.Required(ATTR_PROVIDER): cv.string,
        vol.Optional(ATTR_WEBSITE): cv.string,
        vol.Required(ATTR_NAME): cv.string,
        vol.Required(ATTR_OFFER_TYPE): vol.All(option_code, vol.In(OFFER_TYPES)),
        vol.Optional(ATTR_DESCRIPTION): cv.string,
        vol.Required(ATTR_PRICE_SHEET): cv.string,
        vol.Optional(ATTR_VALID_FROM): cv.date,
        vol.Optional(ATTR_SCHEDULES): vol.Schema({vol.In(WEEKDAYS): cv.string}),
        vol.Required(ATTR_VARIANTS): vol.All(cv.ensure_list, [{cv.string: object}]),
    }
)


@callback
def async_register_contribute_action(hass: HomeAssistant) -> None:
    """For administrators only: it speaks in the name of the account."""
    async_register_admin_service(
        hass, DOMAIN, ACTION_CONTRIBUTE, _async_contribute, CONTRIBUTE_SCHEMA, SupportsResponse.OPTIONAL
    )


async def _async_contribute(call: ServiceCall) -> ServiceResponse:
    client = _account(call).client
    # Everything that needs no answer of the gateway is checked before it is asked anything.
    name = _filled(call, ATTR_NAME)
    price_sheet = _web_address(call, ATTR_PRICE_SHEET)
    option: OptionCode = call.data[ATTR_OFFER_TYPE]
    variants = tuple(_variant(option, given) for given in call.data[ATTR_VARIANTS])
    _check_powers(variants)
    schedules = _schedules(call.data.get(ATTR_SCHEDULES, {}))
    choice: ContributionChoice = call.data[ATTR_TYPE]
    website = _web_address(call, ATTR_WEBSITE) if ATTR_WEBSITE in call.data else None
    if choice is ContributionChoice.NEW_PROVIDER and website is None:
        raise refused("contribution_field_missing", field=ATTR_WEBSITE)
    try:
        supplier = await _async_supplier(client, choice, _filled(call, ATTR_PROVIDER), name, option, variants)
    except GatewayError as err:
        raise _said(err, name) from err
    contribution = OfferContribution(
        contribution_type=ContributionType(choice.value.upper()),
        offer_name=name,
        offer_type=option.value,
        price_sheet_url=price_sheet,
        variants=variants,
        provider_id=supplier.provider_id,
        provider_name=supplier.new_name,
        provider_website=None if supplier.new_name is None else website,
        offer_id=supplier.offer_id,
        description=call.data.get(ATTR_DESCRIPTION),
        valid_from=call.data.get(ATTR_VALID_FROM),
        offpeak_schedules=schedules,
    )
    try:
        receipt = await client.async_contribute(contribution)
    except GatewayUnavailable as err:
        # It may have arrived: sending it again could propose the offer twice.
        raise HomeAssistantError(translation_domain=DOMAIN, translation_key="contribution_unsure") from err
    except GatewayError as err:
        raise _said(err, name) from err
    return {"contribution_id": receipt.contribution_id, "message": receipt.message}


def _said(err: GatewayError, name: str) -> HomeAssistantError:
    """What the gateway answered, in words."""
    return translated(err, name) or HomeAssistantError(
        translation_domain=DOMAIN, translation_key="request_rejected", translation_placeholders={"reason": err.message}
    )


def _account(call: ServiceCall) -> AccountRuntime:
    """The account that contributes: the one named, else the only one."""
    wanted = call.data.get(ATTR_ACCOUNT)
    entries = [entry for entry in loaded_entries(call.hass) if wanted in (None, entry.entry_id)]
    if not entries:
        raise refused("not_loaded")
    if len(entries) > 1:
        raise refused("contribution_field_missing", field=ATTR_ACCOUNT)
    return entries[0].runtime_data


def _filled(call: ServiceCall, field: str) -> str:
    text = str(call.data[field]).strip()
    if not text:
        raise refused("contribution_field_missing", field=field)
    return text


def _web_address(call: ServiceCall, field: str) -> str:
    text = str(call.data[field]).strip()
    try:
        url = URL(text)
    except ValueError as err:
        raise refused("contribution_no_address", field=field) from err
    if url.scheme not in ("http", "https") or not url.host or "." not in url.host:
        raise refused("contribution_no_address", field=field)
    return text


def _schedules(given: Mapping[str, str]) -> dict[str, str]:
    """Off-peak hours by weekday, as the gateway writes them."""
    schedules: dict[str, str] = {}
    for day, text in given.items():
        try:
            schedules[day] = ",".join(str(window) for window in parse_windows(text))
        except OffpeakTextError as err:
            raise refused("contribution_no_hours", field=f"{ATTR_SCHEDULES}.{day}", hours=text) from err
    return schedules


def _variant(option: OptionCode, given: Mapping[str, object]) -> OfferVariant:
    """The prices for one subscribed power, every one that the option needs and no other."""
    amounts: dict[str, Decimal] = {}
    for field, value in given.items():
        try:
            amounts[field] = amount(value)
        except vol.Invalid as err:
            raise refused("contribution_not_positive", field=field) from err
        if not amounts[field]:
            raise refused("contribution_not_positive", field=field)
    for field in (ATTR_POWER, ATTR_SUBSCRIPTION):
        if field not in amounts:
            raise refused("contribution_field_missing", field=field)
    power, subscription = amounts.pop(ATTR_POWER), amounts.pop(ATTR_SUBSCRIPTION)
    if power not in POWERS:
        known = ", ".join(str(kva) for kva in POWERS)
        raise refused("contribution_unknown_power", field=ATTR_POWER, power=str(power), powers=known)
    fields = _price_fields(option)
    for field in amounts:
        if field not in fields:
            raise refused("contribution_unknown_price", field=field, option=option.value, fields=", ".join(fields))
    for field in fields:
        if field not in amounts and field not in _OPTIONAL:
            raise refused("contribution_price_missing", field=field, option=option.value, power=f"{power:f}")
    if option is OptionCode.ZEN_FLEX and not period_prices(option, amounts):
        # Which of the two kinds of days is the dear one could not be told.
        raise refused("contribution_price_missing", field=fields[-1], option=option.value, power=f"{power:f}")
    return OfferVariant(power_kva=power, subscription_price=subscription, prices=amounts)


def _price_fields(option: OptionCode) -> tuple[str, ...]:
    """The fields of the catalogue that an offer of this kind has."""
    if option is OptionCode.ZEN_FLEX:
        return _ZEN_FLEX_FIELDS
    return tuple(dict.fromkeys(field for fields in PRICE_FIELDS[option].values() for field in fields))


def _check_powers(variants: Iterable[OfferVariant]) -> None:
    powers = [variant.power_kva for variant in variants]
    if not powers:
        raise refused("contribution_field_missing", field=ATTR_VARIANTS)
    for power in powers:
        if powers.count(power) > 1:
            raise refused("contribution_power_twice", field=ATTR_POWER, power=f"{power:f}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Supplier:
    provider_id: str | None = None
    new_name: str | None = None
    offer_id: str | None = None


async def _async_supplier(
    client: GatewayClient,
    choice: ContributionChoice,
    wanted: str,
    name: str,
    option: OptionCode,
    variants: tuple[OfferVariant, ...],
) -> _Supplier:
    """The supplier as the gateway knows it now: an id that it does not know makes it fail inside."""
    providers = await client.async_providers()
    found = _named(wanted, providers)
    if choice is ContributionChoice.NEW_PROVIDER:
        if found is not None:
            raise refused("contribution_provider_known", field=ATTR_PROVIDER, provider=found.name)
        return _Supplier(new_name=wanted)
    if found is None:
        names = ", ".join(sorted(provider.name for provider in providers))
        raise refused("unknown_provider", provider=wanted, providers=names or "–")
    if choice is ContributionChoice.NEW_OFFER:
        return _Supplier(provider_id=found.provider_id)
    offers = await client.async_offers(found.provider_id)
    return _Supplier(
        provider_id=found.provider_id, offer_id=_row(offers, found, name, option, [each.power_kva for each in variants])
    )


def _named(wanted: str, providers: Iterable[Provider]) -> Provider | None:
    folded = wanted.casefold()
    return next(
        (each for each in providers if folded in (each.name.strip().casefold(), each.provider_id.casefold())), None
    )


def _row(offers: Iterable[Offer], provider: Provider, name: str, option: OptionCode, powers: list[Decimal]) -> str:
    """The row of the catalogue that an update is about: of the first power that has one, else any of the offer."""
    same = [
        offer for offer in offers if offer.name.strip().casefold() == name.casefold() and offer.offer_type == option
    ]
    if not same:
        raise refused("contribution_offer_unknown", field=ATTR_NAME, offer=name, provider=provider.name)
    by_power = {offer.power_kva: offer for offer in reversed(same)}
    return next((by_power[power] for power in powers if power in by_power), same[0]).offer_id
