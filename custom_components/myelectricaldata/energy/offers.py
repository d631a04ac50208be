"""The gateway's catalogue of offers, kept with the history of its prices: what each offer cost on each day.

An offer is a supplier's name for it, its type and one subscribed power. Types that are not known are kept and shown,
without prices. How prices are dated: offer_versions.py; how each type is billed: reference/domain.md 3.2.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from unicodedata import combining, normalize

from .calendar import ONE_DAY
from .entries import DatedPrices, OfferHistory, OwnHours, TariffEntry
from .offer_versions import OfferRow, OfferVersion, ProviderRow, current_row, merge_versions
from .offpeak import Window, WindowError, parse_window
from .options import PRICE_FIELDS, OptionCode
from .tariff import WEEKDAYS

_DAY_NAMES: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURLESS: Final = frozenset({OptionCode.BASE, OptionCode.BASE_WEEKEND, OptionCode.EJP})
_SEPARATOR: Final = re.compile(r"[,;+]")
_WITH_WEEKEND: Final[Mapping[OptionCode, OptionCode]] = MappingProxyType(
    {OptionCode.BASE: OptionCode.BASE_WEEKEND, OptionCode.HC_HP: OptionCode.WEEKEND}
)
_WEEKEND_FIELDS: Final = frozenset({"base_price_weekend", "hc_price_weekend", "hp_price_weekend"})


class Problem(StrEnum):
    """Why an offer of the catalogue cannot be billed."""

    UNSUPPORTED = "unsupported"
    """Nobody told how offers of its type are billed."""
    HOURS_UNREADABLE = "hours_unreadable"
    """It has hours of its own that are not understood, or not for every day."""


@dataclass(frozen=True, slots=True)
class OfferKey:
    """What names an offer over all its prices."""

    provider_id: str
    name: str
    offer_type: str
    """As the gateway writes it."""
    power_kva: Decimal | None
    """None: any."""

    def fits(self, power_kva: Decimal | None) -> bool:
        """Whether it is for a subscribed power; None asks for any."""
        return power_kva is None or self.power_kva is None or self.power_kva == power_kva


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueOffer:
    """An offer with all its prices."""

    key: OfferKey
    provider: str
    """The supplier's name."""
    versions: tuple[OfferVersion, ...]
    """As the gateway gave them, oldest first."""
    schedules: Mapping[str, str]
    """Hours by English weekday, as the gateway writes them."""
    description: str | None
    url: str | None
    active: bool
    """Whether one can subscribe to it today."""
    code: OptionCode | None = field(init=False, compare=False)
    """How it is billed; None when nobody knows."""
    problem: Problem | None = field(init=False, compare=False)
    """Why it cannot be billed."""
    history: OfferHistory = field(init=False, compare=False)
    """Its prices by period of `code`, oldest first, without overlap; no prices while `code` is None."""

    def __post_init__(self) -> None:
        """Understand it once."""
        code = _code(self.key, self.versions)
        hours, readable = _own_hours(code, self.schedules)
        object.__setattr__(self, "code", code)
        object.__setattr__(
            self, "problem", Problem.UNSUPPORTED if code is None else None if readable else Problem.HOURS_UNREADABLE
        )
        history = OfferHistory(
            versions=self.prices_for(code),
            own_hours=hours,
            peak_days=any("peak_day_price" in version.prices for version in self.versions),
        )
        object.__setattr__(self, "history", history)

    def prices_for(self, code: OptionCode | None) -> tuple[DatedPrices, ...]:
        """Its prices by the periods of an option, oldest first, each until the next one starts; with readable hours."""
        dated: list[DatedPrices] = []
        followers = [version.valid_from for version in self.versions[1:]]
        for version, following in zip(self.versions, [*followers, None], strict=True):
            ends = [] if version.valid_to is None else [version.valid_to]
            if following is not None:
                ends.append(following - ONE_DAY)
            end = min(ends, default=None)
            hours, readable = _own_hours(code, version.schedules)
            # Nobody can tell what an hour costs when the offer's own hours are not understood.
            if readable and (end is None or end >= version.valid_from):
                dated.append(
                    DatedPrices(
                        valid_from=version.valid_from,
                        valid_to=end,
                        prices=period_prices(code, version.prices),
                        subscription=version.subscription,
                        source=f"{self.provider}, {self.key.name}",
                        own_hours=hours,
                    )
                )
        return tuple(dated)

    def on(self, day: date) -> DatedPrices | None:
        """The prices in force on a day."""
        return next(
            (
                known
                for known in reversed(self.history.versions)
                if known.valid_from <= day and (known.valid_to is None or day <= known.valid_to)
            ),
            None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChange:
    """New prices, or new off-peak hours of its own, of an offer that was known already."""

    offer: CatalogueOffer
    before: DatedPrices | None
    """Until the day before; None when nothing was in force."""
    after: DatedPrices
    """From `after.valid_from` on, which may be to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Every offer that was ever seen."""

    offers: Mapping[OfferKey, CatalogueOffer] = field(default_factory=dict)
    read_on: date | None = None
    """Paris day of the answer that last brought something new."""

    def merged(
        self, providers: Iterable[ProviderRow], rows: Iterable[OfferRow], today: date
    ) -> tuple[Catalogue, tuple[PriceChange, ...]]:
        """The catalogue after an answer of the gateway read on a Paris day, and what changed its price.

        The very same catalogue when nothing is new. An offer that the answer lacks stays, with its prices, inactive;
        an answer without a single offer is none.
        """
        names = {provider.provider_id: provider.name for provider in providers}
        by_key: dict[OfferKey, list[OfferRow]] = {}
        for row in rows:
            by_key.setdefault(OfferKey(row.provider_id, row.name, row.offer_type, row.power_kva), []).append(row)
        if not by_key:
            return self, ()
        offers = {key: _withdrawn(offer) for key, offer in self.offers.items() if key not in by_key}
        changes: list[PriceChange] = []
        for key, same in by_key.items():
            before = self.offers.get(key)
            name = names.get(key.provider_id) or (before.provider if before else key.provider_id)
            offers[key] = after = _updated(before, key, name, same, today)
            if before is not None and (change := _change(before, after)) is not None:
                changes.append(change)
        if offers == self.offers:
            return self, ()
        return Catalogue(offers=offers, read_on=today), tuple(changes)

    def find(self, entry: TariffEntry) -> CatalogueOffer | None:
        """The offer that an entry follows: for its subscribed power, else one that is for any."""
        if entry.offer is None:
            return None
        named = (entry.offer.provider_id, entry.offer.name, entry.offer.offer_type)
        return self.offers.get(OfferKey(*named, entry.power_kva)) or self.offers.get(OfferKey(*named, None))

    def history(self, entry: TariffEntry) -> OfferHistory:
        """All prices of the offer that an entry follows; empty when it is unknown or nobody knows how it is billed.

        Hours that are not understood take no price away from the days before.
        """
        offer = self.find(entry)
        if offer is None or offer.problem is Problem.UNSUPPORTED:
            return OfferHistory()
        if entry.option is offer.code:
            return offer.history
        # The offer is no longer of the kind that the user chose: prices for periods that it still has.
        return OfferHistory(
            versions=offer.prices_for(entry.option),
            own_hours=offer.history.own_hours,
            peak_days=offer.history.peak_days,
        )

    def select(
        self, *, provider_id: str | None = None, power_kva: Decimal | None = None, active: bool = True
    ) -> tuple[CatalogueOffer, ...]:
        """Offers of a supplier (None: of any) for a subscribed power (None: for any), by name.

        `active`: only those that one can subscribe to.
        """
        return tuple(
            sorted(
                (
                    offer
                    for key, offer in self.offers.items()
                    if key.fits(power_kva) and provider_id in (None, key.provider_id) and (offer.active or not active)
                ),
                key=_by_name,
            )
        )

    def providers(self, kva: Decimal | None = None) -> dict[str, str]:
        """Suppliers with something on sale for a subscribed power (None: for any): name by id, in order of name."""
        return {offer.key.provider_id: offer.provider for offer in self.select(power_kva=kva)}


def period_prices(code: OptionCode | None, prices: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """EUR/kWh by period of an option, from the gateway's fields. What is not known is absent."""
    if code is OptionCode.ZEN_FLEX:
        return _zen_flex(prices)
    if code is None or (code in _WITH_WEEKEND and _WEEKEND_FIELDS & prices.keys()):
        return {}
    return {
        period: price
        for period, fields in PRICE_FIELDS.get(code, {}).items()
        if (price := next((prices[name] for name in fields if name in prices), None)) is not None
    }


def _zen_flex(prices: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Its days are stored as seasons: the one whose peak hours cost more is Sobriété (reference/domain.md 3.2)."""
    winter, summer = prices.get("hp_price_winter"), prices.get("hp_price_summer")
    if winter is None or summer is None or winter == summer:
        return {}
    seasons = {"sobriety": "winter", "eco": "summer"} if winter > summer else {"sobriety": "summer", "eco": "winter"}
    return {
        f"{kind}_{hours}": prices[name]
        for kind, season in seasons.items()
        for hours in ("hc", "hp")
        if (name := f"{hours}_price_{season}") in prices
    }


def _code(key: OfferKey, versions: Iterable[OfferVersion]) -> OptionCode | None:
    """The option that bills an offer; a weekend price in any version makes it one with weekends."""
    if key.offer_type == OptionCode.CUSTOM or key.offer_type not in OptionCode:
        return None
    code = OptionCode(key.offer_type)
    if code is OptionCode.SEASONAL and "option flex" in key.name.casefold():
        return OptionCode.ZEN_FLEX
    if code in _WITH_WEEKEND and any(_WEEKEND_FIELDS & version.prices.keys() for version in versions):
        return _WITH_WEEKEND[code]
    return code


def _own_hours(code: OptionCode | None, schedules: Mapping[str, str]) -> tuple[OwnHours | None, bool]:
    """Off-peak hours by weekday (Monday is 0) that an offer names itself, and whether they are understood."""
    if code is None or code in _HOURLESS or not schedules:
        return None, True
    hours: dict[int, tuple[Window, ...]] = {}
    for name, text in schedules.items():
        day = name.strip().casefold()
        if day not in _DAY_NAMES:
            return None, False
        try:
            hours[_DAY_NAMES.index(day)] = _windows(text)
        except WindowError:
            return None, False
    # A day that is left out could be all off-peak, or not at all; only whole weekends go without saying.
    needed = WEEKDAYS if code is OptionCode.HC_NUIT_WEEKEND else frozenset(range(7))
    return (hours, True) if needed <= hours.keys() else (None, False)


@lru_cache(maxsize=256)
def _windows(text: str) -> tuple[Window, ...]:
    """The same few texts come with hundreds of rows. WindowError when not understood."""
    return tuple(parse_window(part) for part in _SEPARATOR.split(text))


def _updated(
    before: CatalogueOffer | None, key: OfferKey, provider: str, rows: list[OfferRow], today: date
) -> CatalogueOffer:
    """The offer after an answer; the very same when nothing is new."""
    row = current_row(rows, today)
    after = CatalogueOffer(
        key=key,
        provider=provider,
        versions=merge_versions(() if before is None else before.versions, rows, today),
        schedules=dict(row.offpeak_schedules),
        description=row.description,
        url=row.url,
        active=any(row.is_active and (row.valid_to is None or row.valid_to >= today) for row in rows),
    )
    return before if before is not None and before == after else after


def _withdrawn(offer: CatalogueOffer) -> CatalogueOffer:
    if not offer.active:
        return offer
    return CatalogueOffer(
        key=offer.key,
        provider=offer.provider,
        versions=offer.versions,
        schedules=offer.schedules,
        description=offer.description,
        url=offer.url,
        active=False,
    )


def _change(before: CatalogueOffer, after: CatalogueOffer) -> PriceChange | None:
    """The newest prices, unless they are known or older than what is."""
    if after.code is None or after is before or not after.history.versions:
        return None
    newest = after.history.versions[-1]
    known = before.prices_for(after.code)
    last = known[-1] if known else None
    if last is not None and (newest.valid_from < last.valid_from or _equal(newest, last)):
        return None
    eve = after.on(newest.valid_from - ONE_DAY)
    if eve is None and last is not None and last.valid_from == newest.valid_from:
        eve = last
    return None if eve is not None and _equal(eve, newest) else PriceChange(offer=after, before=eve, after=newest)


def _equal(one: DatedPrices, other: DatedPrices) -> bool:
    """Whether they bill the same: hours that move are a change of what people pay."""
    return (one.prices, one.subscription, one.own_hours) == (other.prices, other.subscription, other.own_hours)


def _by_name(offer: CatalogueOffer) -> tuple[str, str, str, Decimal]:
    key = offer.key
    return _sortable(offer.provider), _sortable(key.name), key.offer_type, key.power_kva or Decimal(0)


def _sortable(name: str) -> str:
    """Without accents, so that É comes between D and F."""
    return "".join(each for each in normalize("NFKD", name) if not combining(each)).casefold()
