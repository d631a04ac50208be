"""The catalogue as plain JSON for the disk, and back. Prices are text, so that they stay exact."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from .offer_versions import OfferVersion
from .offers import Catalogue, CatalogueOffer, OfferKey


class CatalogueError(ValueError):
    """What is kept is not a catalogue."""


def encode_catalogue(catalogue: Catalogue) -> dict[str, object]:
    """Plain JSON types; what the gateway said, so that a better understanding of it applies to the past as well."""
    return {
        "read_on": catalogue.read_on and catalogue.read_on.isoformat(),
        "offers": [_encode_offer(offer) for offer in catalogue.offers.values()],
    }


def decode_catalogue(value: object) -> Catalogue:
    """What `encode_catalogue` wrote. CatalogueError for anything else."""
    try:
        content = _mapping(value)
        offers = [_decode_offer(_mapping(item)) for item in _list(content["offers"])]
        read_on = content["read_on"]
        return Catalogue(
            offers={offer.key: offer for offer in offers},
            read_on=None if read_on is None else date.fromisoformat(_text(read_on)),
        )
    except (KeyError, InvalidOperation, ValueError) as error:
        raise CatalogueError(f"Not a catalogue: {error}") from error


def _encode_offer(offer: CatalogueOffer) -> dict[str, object]:
    return {
        "provider_id": offer.key.provider_id,
        "provider": offer.provider,
        "name": offer.key.name,
        "offer_type": offer.key.offer_type,
        "power_kva": None if offer.key.power_kva is None else str(offer.key.power_kva),
        "schedules": dict(offer.schedules),
        "description": offer.description,
        "url": offer.url,
        "active": offer.active,
        "versions": [
            {
                "valid_from": version.valid_from.isoformat(),
                "valid_to": version.valid_to and version.valid_to.isoformat(),
                "prices": {name: str(price) for name, price in version.prices.items()},
                "subscription": None if version.subscription is None else str(version.subscription),
                "schedules": dict(version.schedules),
            }
            for version in offer.versions
        ],
    }


def _decode_offer(item: Mapping[str, object]) -> CatalogueOffer:
    power = item["power_kva"]
    schedules = _schedules(item["schedules"])
    versions = [_decode_version(_mapping(version), schedules) for version in _list(item["versions"])]
    return CatalogueOffer(
        key=OfferKey(
            provider_id=_text(item["provider_id"]),
            name=_text(item["name"]),
            offer_type=_text(item["offer_type"]),
            power_kva=None if power is None else _decimal(power),
        ),
        provider=_text(item["provider"]),
        versions=tuple(sorted(versions, key=lambda version: version.valid_from)),
        schedules=schedules,
        description=_optional(item["description"]),
        url=_optional(item["url"]),
        active=item["active"] is True,
    )


def _decode_version(item: Mapping[str, object], schedules: Mapping[str, str]) -> OfferVersion:
    """`schedules`: of the offer, for what was kept before each version had its own."""
    valid_to, subscription = item["valid_to"], item["subscription"]
    return OfferVersion(
        valid_from=date.fromisoformat(_text(item["valid_from"])),
        valid_to=None if valid_to is None else date.fromisoformat(_text(valid_to)),
        prices={name: _decimal(price) for name, price in _mapping(item["prices"]).items()},
        subscription=None if subscription is None else _decimal(subscription),
        schedules=_schedules(item["schedules"]) if "schedules" in item else schedules,
    )


def _schedules(value: object) -> dict[str, str]:
    return {day: _text(hours) for day, hours in _mapping(value).items()}


def _decimal(value: object) -> Decimal:
    number = Decimal(_text(value))
    if not number.is_finite():
        raise CatalogueError(f"Not a price: {value}")
    return number


def _optional(value: object) -> str | None:
    return None if value is None else _text(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise CatalogueError(f"Expected text: {value!r}")
    return value


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise CatalogueError("Expected an object")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise CatalogueError("Expected a list")
    return value
