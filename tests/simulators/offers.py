"""An invented catalogue in the gateway's shape: suppliers that do not exist, prices that could (gateway.md 11)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import NAMESPACE_OID, uuid5

from aiohttp import web

from . import bodies
from .bodies import Reply
from .clock import ONE_DAY, paris_day

PRICE_FIELDS = (
    "base_price",
    "hc_price",
    "hp_price",
    "base_price_weekend",
    "hc_price_weekend",
    "hp_price_weekend",
    "tempo_blue_hc",
    "tempo_blue_hp",
    "tempo_white_hc",
    "tempo_white_hp",
    "tempo_red_hc",
    "tempo_red_hp",
    "ejp_normal",
    "ejp_peak",
    "hc_price_winter",
    "hp_price_winter",
    "hc_price_summer",
    "hp_price_summer",
    "peak_day_price",
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_PROVIDERS = (
    ("Énergie des Deux Rives", "https://deux-rives.example", None),
    ("Coopérative du Vent", "https://vent.example", ["https://vent.example/tarifs"]),
    ("Watt et Compagnie", "https://watt.example", None),
)
_SUBSCRIPTIONS = {
    3: "12.10", 6: "15.90", 9: "19.85", 12: "23.80", 15: "27.45", 18: "31.20", 24: "39.10", 30: "46.50", 36: "53.90",
}  # fmt: skip
_TEMPO = ("blue_hc", "blue_hp", "white_hc", "white_hp", "red_hc", "red_hp")


def _tempo(*prices: str) -> dict[str, str]:
    return {f"tempo_{name}": price for name, price in zip(_TEMPO, prices, strict=True)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An offer over one validity, for some powers."""

    provider: int
    """Its place among the suppliers."""
    name: str
    kind: str
    prices: Mapping[str, str]
    powers: tuple[int, ...] = (6, 9, 12)
    surcharge: str = "0"
    """EUR a month on top of the base subscription."""
    subscription: str | None = None
    """EUR a month, instead of that."""
    valid_from: date | None = None
    valid_to: date | None = None
    is_active: bool = True
    description: str | None = None
    schedules: str | None = None
    priced: date | None = date(2026, 8, 1)


_OFFERS = (
    Offer(provider=0, name="Rive Base", kind="BASE", prices={"base_price": "0.2004"}, powers=(3, 6, 9, 12, 15, 18, 24, 30, 36)),
    Offer(
        provider=0, name="Rive Creuse", kind="HC_HP", prices={"hc_price": "0.1592", "hp_price": "0.2139"},
        powers=(6, 9, 12, 15, 18), surcharge="0.25", valid_from=date(2026, 8, 1),
    ),
    Offer(
        provider=0, name="Rive Creuse", kind="HC_HP", prices={"hc_price": "0.1581", "hp_price": "0.2068"},
        powers=(6, 9, 12, 15, 18), surcharge="0.25", valid_from=date(2026, 2, 1), valid_to=date(2026, 7, 31),
        priced=date(2026, 2, 1),
    ),
    Offer(
        provider=0, name="Rive Tempo", kind="TEMPO", surcharge="0.05", powers=(6, 9, 12, 15, 18),
        prices=_tempo("0.1359", "0.1651", "0.1540", "0.1918", "0.1611", "0.7289"), valid_from=date(2026, 8, 1),
    ),
    Offer(
        provider=0, name="Rive Pointe (EJP)", kind="EJP", prices={"ejp_normal": "0.1702", "ejp_peak": "1.0210"},
        powers=(9, 12, 15, 18), priced=None,
    ),
    Offer(
        provider=0, name="Rive Week-end Option Flex", kind="ZEN_FLEX", surcharge="1.10", valid_from=date(2026, 8, 1),
        prices={
            "hc_price_summer": "0.1490", "hp_price_summer": "0.2015",
            "hc_price_winter": "0.2060", "hp_price_winter": "0.6910",
        },
        schedules="13:00-18:00,20:00-08:00",
    ),
    Offer(
        provider=0, name="Rive Week-end", kind="BASE_WEEKEND", valid_from=date(2026, 8, 1),
        prices={"base_price": "0.2188", "base_price_weekend": "0.1602"}, description="Prix réduit le samedi et le dimanche",
    ),
    Offer(
        provider=0, name="Rive Week-end Creuse", kind="HC_WEEKEND", valid_from=date(2026, 8, 1), surcharge="0.40",
        prices={
            "hc_price": "0.1640", "hp_price": "0.2290", "hc_price_weekend": "0.1640", "hp_price_weekend": "0.1640",
        },
    ),
    Offer(
        provider=1, name="Deux saisons", kind="SEASONAL", surcharge="0.45", valid_from=date(2026, 8, 1),
        prices={
            "hc_price_winter": "0.1955", "hp_price_winter": "0.2528",
            "hc_price_summer": "0.1312", "hp_price_summer": "0.1692",
        },
    ),
    Offer(
        provider=1, name="Deux saisons et pointe", kind="SEASONAL", surcharge="0.45", valid_from=date(2026, 8, 1),
        prices={
            "hc_price_winter": "0.1758", "hp_price_winter": "0.2226", "hc_price_summer": "0.1205",
            "hp_price_summer": "0.1591", "peak_day_price": "0.6480",
        },
    ),
    Offer(
        provider=1, name="Nuit et week-end", kind="HC_NUIT_WEEKEND", surcharge="0.45", valid_from=date(2026, 8, 1),
        prices={"hc_price": "0.1699", "hp_price": "0.2408"}, schedules="23:00-06:00",
    ),
    Offer(
        provider=2, name="Quatre prix", kind="WEEKEND", valid_from=date(2026, 6, 1),
        prices={"hc_price": "0.1652", "hp_price": "0.2207", "hc_price_weekend": "0.1499", "hp_price_weekend": "0.1788"},
    ),
    Offer(
        provider=2, name="Ancienne offre", kind="BASE", prices={"base_price": "0.2405"}, is_active=False,
        valid_from=date(2024, 2, 1), valid_to=date(2025, 1, 31), priced=date(2024, 2, 1),
    ),
)  # fmt: skip


def provider_id(index: int) -> str:
    """UUID of an invented supplier."""
    return str(uuid5(NAMESPACE_OID, f"provider {_PROVIDERS[index][0]}"))


def providers() -> list[dict[str, object]]:
    """`GET /energy/providers`."""
    return [
        {"id": provider_id(index), "name": name, "logo_url": None, "website": website, "scraper_urls": scraped}
        for index, (name, website, scraped) in enumerate(_PROVIDERS)
    ]


def _utc_day(day: date | None) -> str | None:
    return None if day is None else f"{day}T00:00:00+00:00"


def _row(offer: Offer, kva: int) -> dict[str, object]:
    five = Decimal("0.00001")
    usual = Decimal(_SUBSCRIPTIONS[kva]) + Decimal(offer.surcharge)
    subscription = (usual if offer.subscription is None else Decimal(offer.subscription)).quantize(five)
    prices = {
        name: str(Decimal(offer.prices[name]).quantize(five)) if name in offer.prices else None for name in PRICE_FIELDS
    }
    row: dict[str, object] = {
        "id": str(uuid5(NAMESPACE_OID, f"offer {offer.provider} {offer.name} {kva} {offer.valid_from}")),
        "provider_id": None,
        "name": offer.name,
        "offer_type": offer.kind,
        "description": offer.description,
        "subscription_price": str(subscription),
    }
    row |= prices
    return row | {
        "hc_schedules": dict.fromkeys(WEEKDAYS, offer.schedules) if offer.schedules else None,
        "power_kva": kva,
        "price_updated_at": _utc_day(offer.priced),
        "valid_from": _utc_day(offer.valid_from),
        "valid_to": _utc_day(offer.valid_to),
        "offer_url": None,
        "is_active": offer.is_active,
        "created_at": "2026-08-01T06:00:00.364883+00:00",
    }


class Catalogue:
    """What the gateway serves of it; a test may change it."""

    def __init__(self) -> None:
        """The invented suppliers and offers."""
        self.offers: list[Offer] = list(_OFFERS)
        self.providers: list[dict[str, object]] = providers()
        self.provider_ids: list[str] = [provider_id(index) for index in range(len(_PROVIDERS))]

    def add_provider(self, name: str, *, listed: bool = True) -> int:
        """One more supplier, its place for `Offer.provider`; not `listed`: only its offers tell of it."""
        identifier = str(uuid5(NAMESPACE_OID, f"provider {name}"))
        self.provider_ids.append(identifier)
        if listed:
            self.providers.append(
                {"id": identifier, "name": name, "logo_url": None, "website": None, "scraper_urls": None}
            )
        return len(self.provider_ids) - 1

    def current(self, name: str, kva: int | None = None) -> Offer:
        """The newest row of an offer, for one of its powers where that is given."""
        found = [offer for offer in self.offers if offer.name == name and (kva is None or kva in offer.powers)]
        return max(found, key=lambda offer: offer.valid_from or date.min)

    def change_price(
        self,
        name: str,
        prices: Mapping[str, str] | None = None,
        *,
        kva: int | None = None,
        subscription: str | None = None,
        valid_from: date | None = None,
        priced: date | None = None,
    ) -> None:
        """Other prices (those that are not named stay) for all powers or for one.

        In place, as a supplier's page that is read again; with `valid_from` as a new row, which ends the row before.
        """
        old = self.current(name, kva)
        new = replace(
            old,
            prices={**old.prices, **(prices or {})},
            powers=old.powers if kva is None else (kva,),
            subscription=old.subscription if subscription is None else subscription,
            valid_from=old.valid_from if valid_from is None else valid_from,
            priced=old.priced if priced is None else priced,
        )
        rest = tuple(power for power in old.powers if power not in new.powers)
        kept = [replace(old, powers=rest)] if rest else []
        if valid_from is not None:
            kept.append(replace(old, powers=new.powers, valid_to=valid_from - ONE_DAY))
        place = self.offers.index(old)
        self.offers[place : place + 1] = [*kept, new]

    def withdraw(self, name: str) -> None:
        """An offer that is sold no more."""
        self.offers = [replace(offer, is_active=False) if offer.name == name else offer for offer in self.offers]

    def rows(
        self, now: datetime, provider: str | None = None, *, include_history: bool = False
    ) -> list[dict[str, object]]:
        """`GET /energy/offers`: newest validity first, rows without one before all others."""
        today = paris_day(now)
        chosen = [
            offer
            for offer in self.offers
            if (provider in (None, "", self.provider_ids[offer.provider]))
            and (include_history or (offer.is_active and (offer.valid_to is None or offer.valid_to >= today)))
        ]
        chosen.sort(key=lambda offer: offer.valid_from or date.max, reverse=True)
        return [self._row(offer, kva) for offer in chosen for kva in offer.powers]

    def _row(self, offer: Offer, kva: int) -> dict[str, object]:
        return {**_row(offer, kva), "provider_id": self.provider_ids[offer.provider]}

    async def providers_view(self, _: web.Request, now: datetime) -> Reply:
        """`GET /energy/providers`."""
        return Reply(bodies.enveloped(self.providers, now))

    async def offers_view(self, request: web.Request, now: datetime) -> Reply:
        """`GET /energy/offers`."""
        history = request.query.get("include_history", "").lower() in ("true", "1", "yes", "on")
        return Reply(bodies.enveloped(self.rows(now, request.query.get("provider_id"), include_history=history), now))


def _type(code: str, name: str, words: str, required: str, optional: str = "") -> dict[str, object]:
    return {
        "code": code,
        "name": name,
        "description": words,
        "icon": "zap",
        "color": "#3B82F6",
        "required_price_fields": required.split(),
        "optional_price_fields": optional.split(),
    }


def offer_types() -> list[dict[str, object]]:
    """`GET /energy/offer-types`: the seven codes that the gateway declares, fewer than those that it serves."""
    declared = (
        _type("BASE", "Base", "Un seul prix", "base_price", "base_price_weekend"),
        _type(
            "HC_HP", "Heures creuses", "Deux prix selon l'heure", "hc_price hp_price",
            "hc_schedules hc_price_weekend hp_price_weekend",
        ),
        _type("TEMPO", "Tempo", "Six prix selon la couleur et l'heure", " ".join(f"tempo_{n}" for n in _TEMPO), "hc_schedules"),
        _type("EJP", "EJP", "Deux prix, jours de pointe mobiles", "ejp_normal ejp_peak"),
        _type(
            "SEASONAL", "Saisonnier", "Quatre prix selon la saison et l'heure",
            "hc_price_winter hp_price_winter hc_price_summer hp_price_summer", "peak_day_price hc_schedules",
        ),
        _type("HC_NUIT_WEEKEND", "Nuit et week-end", "Creux la nuit et le week-end", "hc_price hp_price"),
        _type(
            "WEEKEND", "Week-end", "Quatre prix, semaine et week-end",
            "hc_price_weekday hp_price_weekday hc_price_weekend hp_price_weekend", "hc_schedules",
        ),
    )  # fmt: skip
    return [{**row, "display_order": order} for order, row in enumerate(declared, 1)]


async def offer_types_view(_: web.Request, now: datetime) -> Reply:
    """`GET /energy/offer-types`."""
    return Reply(bodies.enveloped(offer_types(), now))
