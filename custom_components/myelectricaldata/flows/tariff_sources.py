"""What the flow asks of those who know prices: the catalogue, the regulated tariff, entities of Home Assistant."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant

from ..coordinators.entity_prices import async_get_entity_prices, read_price
from ..coordinators.national import async_get_national
from ..energy.entries import EntityPrices, OfferHistory, Source, TariffEntry, resolve
from ..energy.offers import Catalogue, CatalogueOffer
from ..energy.options import OptionCode
from ..energy.regulated import preload, regulated_history
from ..energy.tariff import TariffVersion
from .tariff_text import HeldPrice

REGULATED_OPTIONS = (OptionCode.BASE, OptionCode.HC_HP, OptionCode.TEMPO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """All that is known of prices now."""

    catalogue: Catalogue
    seen: EntityPrices
    hass: HomeAssistant

    def providers(self) -> dict[str, str]:
        """The names of the suppliers by id; those too of whose offers none is sold any more."""
        return {offer.key.provider_id: offer.provider for offer in self.catalogue.select(active=False)}

    def offers(self, provider_id: str, power_kva: Decimal) -> list[CatalogueOffer]:
        """What a supplier has or had for a subscribed power: what is sold first, then by name."""
        found = self.catalogue.select(provider_id=provider_id, power_kva=power_kva, active=False)
        return sorted(found, key=lambda offer: not offer.active)

    def history(self, entry: TariffEntry) -> OfferHistory:
        """What the source of an entry knows of it."""
        match entry.source:
            case Source.CATALOGUE:
                return self.catalogue.history(entry)
            case Source.REGULATED:
                return regulated_history(entry)
            case Source.MANUAL:
                return OfferHistory()

    def versions(self, entries: Iterable[TariffEntry]) -> tuple[TariffVersion, ...]:
        """The dated prices that some entries amount to."""
        entries = tuple(entries)
        return resolve(
            entries,
            catalogue=self.catalogue.history,
            regulated=regulated_history,
            entities=self._entity_prices(entries),
        ).versions

    def versions_of(self, entry: TariffEntry, entries: Sequence[TariffEntry]) -> tuple[TariffVersion, ...]:
        """Those of one entry among others, of which the next one ends it."""
        later = [other.valid_from for other in entries if other.valid_from > entry.valid_from]
        until = min(later, default=date.max)
        return tuple(version for version in self.versions(entries) if entry.valid_from <= version.valid_from < until)

    def price_now(self, entity_id: str) -> Decimal | None:
        """What an entity says now, in EUR/kWh; None when it says no price."""
        return read_price(self.hass.states.get(entity_id))

    def held_price(self, entity_id: str) -> HeldPrice:
        """What an entity says now, and since when what it said is known."""
        seen = self.seen.get(entity_id, ())
        return HeldPrice(now=self.price_now(entity_id), since=seen[0][0] if seen else None)

    def says_something_else(self, entity_id: str) -> bool:
        """Whether an entity holds something, but no price of energy: the user picked the wrong one."""
        state = self.hass.states.get(entity_id)
        return state is None or (
            state.state not in (STATE_UNAVAILABLE, STATE_UNKNOWN) and self.price_now(entity_id) is None
        )

    def _entity_prices(self, entries: Iterable[TariffEntry]) -> EntityPrices:
        return {
            entity_id: ((entry.valid_from, price),)
            for entry in entries
            for entity_id in entry.entities.values()
            if (price := self.price_now(entity_id)) is not None
        }


async def async_sources(hass: HomeAssistant) -> Sources:
    """The sources, their files read."""
    national = await async_get_national(hass)
    await hass.async_add_executor_job(preload)
    prices = await async_get_entity_prices(hass)
    return Sources(catalogue=national.catalogue, seen=prices.prices, hass=hass)
