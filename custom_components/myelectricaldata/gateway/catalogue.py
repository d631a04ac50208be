"""Bodies of the tariff catalogue: providers, offers, contributions. Source: gateway.md 11."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from .answers import unreadable
from .errors import RequestRejected
from .models import (
    Contribution,
    ContributionReceipt,
    ContributionType,
    Offer,
    OfferContribution,
    OfferVariant,
    Provider,
)
from .parsing import flag, instant, leading_day, mapping, mappings, number, text

# Fields that hold no price though their names look like it.
_NOT_PRICES: Final = frozenset({"subscription_price", "price_updated_at", "price_sheet_url"})
_PRICE_FIELD = re.compile(r"[a-z0-9_]*(?:price|_hc|_hp|_normal|_peak)[a-z0-9_]*")


def read_providers(data: object) -> tuple[Provider, ...]:
    """`GET /energy/providers`, in the gateway's order."""
    return tuple(
        Provider(provider_id=provider_id, name=name, website=text(item.get("website")))
        for item in _rows(data, "providers")
        if (provider_id := text(item.get("id"))) is not None and (name := text(item.get("name"))) is not None
    )


def read_offers(data: object) -> tuple[Offer, ...]:
    """`GET /energy/offers`: one row an offer, subscribed power and validity; unknown types and price fields kept."""
    return tuple(offer for item in _rows(data, "offers") if (offer := _offer(item)) is not None)


def read_contributions(data: object) -> tuple[Contribution, ...]:
    """`GET /energy/contributions`: the account's own, in the gateway's order."""
    return tuple(
        Contribution(
            contribution_id=contribution_id,
            status=status,
            contribution_type=text(item.get("contribution_type")),
            offer_name=text(item.get("offer_name")),
            offer_type=text(item.get("offer_type")),
            review_comment=text(item.get("review_comment")),
            created_at=instant(item.get("created_at")),
            messages=tuple(
                content for message in mappings(item.get("messages")) if (content := text(message.get("content")))
            ),
        )
        for item in _rows(data, "contributions")
        if (contribution_id := text(item.get("id"))) is not None and (status := text(item.get("status"))) is not None
    )


def contribution_body(contribution: OfferContribution) -> dict[str, object]:
    """The body of `POST /energy/contribute` (gateway.md 11.1).

    RequestRejected for what the gateway would refuse, or answer with an internal error.
    """
    _check_contribution(contribution)
    given: dict[str, object | None] = {
        "contribution_type": contribution.contribution_type.value,
        "existing_provider_id": contribution.provider_id,
        "existing_offer_id": contribution.offer_id,
        "provider_name": contribution.provider_name,
        "provider_website": contribution.provider_website,
        "offer_name": contribution.offer_name,
        "offer_type": contribution.offer_type,
        "description": contribution.description,
        "price_sheet_url": contribution.price_sheet_url,
        "screenshot_url": contribution.screenshot_url,
        "valid_from": contribution.valid_from and contribution.valid_from.isoformat(),
        "hc_schedules": dict(contribution.offpeak_schedules) or None,
        # Beside variants the gateway drops every other price.
        "power_variants": [_variant_body(variant) for variant in contribution.variants],
    }
    return {key: value for key, value in given.items() if value is not None}


def read_receipt(data: object) -> ContributionReceipt:
    """The answer to `POST /energy/contribute`."""
    content = mapping(data)
    contribution_id = text(content.get("id"))
    if contribution_id is None:
        raise unreadable("a contribution without an id")
    return ContributionReceipt(contribution_id=contribution_id, message=text(content.get("message")))


def _check_contribution(contribution: OfferContribution) -> None:
    required = {
        "offer_name": contribution.offer_name,
        "offer_type": contribution.offer_type,
        "price_sheet_url": contribution.price_sheet_url,
    }
    if contribution.contribution_type is ContributionType.UPDATE_OFFER:
        required["existing_offer_id"] = contribution.offer_id or ""
    elif contribution.provider_id is None:
        required["provider_name"] = contribution.provider_name or ""
    missing = [name for name, value in required.items() if not value.strip()]
    if not contribution.variants:
        missing.append("power_variants")
    if missing:
        raise RequestRejected(f"A contribution needs {', '.join(missing)}", code="MISSING_FIELD")
    for variant in contribution.variants:
        for name in variant.prices:
            if name in _NOT_PRICES or not _PRICE_FIELD.fullmatch(name):
                raise RequestRejected(f"{name} is not a price of the catalogue", code="INVALID_FORMAT")
        numbers = {"power_kva": variant.power_kva, "subscription_price": variant.subscription_price, **variant.prices}
        for name, value in numbers.items():
            if not value.is_finite():
                raise RequestRejected(f"{name} is not a number", code="INVALID_FORMAT")


def _variant_body(variant: OfferVariant) -> dict[str, object]:
    """JSON numbers: a price has so few digits that the float written is the decimal meant."""
    kva = variant.power_kva
    return {
        "power_kva": int(kva) if kva == int(kva) else float(kva),
        "subscription_price": float(variant.subscription_price),
        **{field: float(price) for field, price in variant.prices.items()},
    }


def _offer(item: Mapping[str, object]) -> Offer | None:
    """One row; None for one that cannot be named."""
    offer_id, provider_id = text(item.get("id")), text(item.get("provider_id"))
    name, offer_type = text(item.get("name")), text(item.get("offer_type"))
    if offer_id is None or provider_id is None or name is None or offer_type is None:
        return None
    return Offer(
        offer_id=offer_id,
        provider_id=provider_id,
        name=name,
        offer_type=offer_type,
        description=text(item.get("description")),
        power_kva=number(item.get("power_kva")),
        subscription_price=number(item.get("subscription_price")),
        prices=_prices(item),
        offpeak_schedules={
            day: hours for day, value in mapping(item.get("hc_schedules")).items() if (hours := text(value)) is not None
        },
        price_updated_at=instant(item.get("price_updated_at")),
        valid_from=leading_day(item.get("valid_from")),
        valid_to=leading_day(item.get("valid_to")),
        is_active=flag(item.get("is_active"), absent=True),
        url=text(item.get("offer_url")),
    )


def _prices(item: Mapping[str, object]) -> dict[str, Decimal]:
    return {
        field: price
        for field, value in item.items()
        if field not in _NOT_PRICES and _PRICE_FIELD.fullmatch(field) and (price := number(value)) is not None
    }


def _rows(data: object, what: str) -> list[Mapping[str, object]]:
    """The objects of a list; a list without a single identified one is not an empty list."""
    if not isinstance(data, list):
        raise unreadable(f"no list of {what}")
    rows = list(mappings(data))
    if data and not any(text(row.get("id")) for row in rows):
        raise unreadable(f"{what} of an unknown shape")
    return rows
