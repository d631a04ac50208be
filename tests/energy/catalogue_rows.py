"""Rows of the catalogue, as the gateway client gives them."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from custom_components.myelectricaldata.energy.offers import Catalogue
from custom_components.myelectricaldata.gateway.catalogue import read_offers, read_providers
from custom_components.myelectricaldata.gateway.models import Offer, Provider

from ..simulators import offers as simulated

D = Decimal
SUPPLIER = Provider(provider_id="p1", name="Énergie", website=None)
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def row(
    prices: Mapping[str, str],
    *,
    kind: str = "BASE",
    name: str = "Offer",
    start: date | None = None,
    end: date | None = None,
    updated: datetime | None = None,
    kva: int | None = 6,
    monthly: str | None = "15.00",
    active: bool = True,
    hours: Mapping[str, str] | None = None,
    offer_id: str = "o1",
) -> Offer:
    return Offer(
        offer_id=offer_id,
        provider_id="p1",
        name=name,
        offer_type=kind,
        description=None,
        power_kva=None if kva is None else D(kva),
        subscription_price=None if monthly is None else D(monthly),
        prices={field: D(price) for field, price in prices.items()},
        offpeak_schedules=hours or {},
        price_updated_at=updated,
        valid_from=start,
        valid_to=end,
        is_active=active,
        url=None,
    )


def base(price: str, **more: Any) -> Offer:
    return row({"base_price": price}, **more)


def simulated_catalogue(now: datetime) -> Catalogue:
    """The simulator's catalogue with its history, as read on a day."""
    served = simulated.Catalogue()
    rows = read_offers(served.rows(now, include_history=True))
    return Catalogue().merged(read_providers(served.providers), rows, now.date())[0]
