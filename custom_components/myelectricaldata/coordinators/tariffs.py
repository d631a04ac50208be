"""The tariffs of one usage point: what the user said, with the prices and the types of days that are known now."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..const import CONF_OFFPEAK, CONF_SURPLUS, CONF_TARIFF, LOGGER
from ..energy.calendar import paris_date
from ..energy.entries import OfferHistory, Source, TariffEntry, entry_in_force, resolve
from ..energy.entry_format import EntryError, decode_entries
from ..energy.offers import OfferKey, PriceChange
from ..energy.offpeak import OffpeakSchedule
from ..energy.offpeak_hours import OffpeakHours
from ..energy.options import CONTRACT_HOURS, OptionCode
from ..energy.regulated import preload, regulated_history
from ..energy.tariff import Calendars, Tariff, TariffVersion
from .entity_prices import EntityPriceLog, async_get_entity_prices
from .national import National, async_get_national


class UsagePointTariffs:
    """Resolves the entries of a usage point, and again whenever one of their sources has news."""

    def __init__(self, hass: HomeAssistant, data: Mapping[str, Any], title: str) -> None:
        """`data` is that of the usage point's subentry, `title` its name."""
        self._hass = hass
        self._title = title
        self._contract_hours = OffpeakSchedule.from_config(data.get(CONF_OFFPEAK, []))
        self.offpeak_hours = OffpeakHours(self._contract_hours)
        """When it is off-peak; one for all entities, since it looks years ahead."""
        self.national: National | None = None
        """Calendars and catalogue, once started."""
        self._entity_prices: EntityPriceLog | None = None
        self._leave: list[CALLBACK_TYPE] = []
        said, paid = self._decoded(data.get(CONF_TARIFF, [])), self._decoded(data.get(CONF_SURPLUS, []))
        self.tariff_is_readable = said is not None
        self.surplus_is_readable = paid is not None
        self.entries = said or ()
        """What the user said of the tariff."""
        self.surplus_entries = paid or ()
        """What the user said of the price of injected energy."""
        self.tariff = Tariff()
        self.surplus = Tariff()

    def _decoded(self, config: object) -> tuple[TariffEntry, ...] | None:
        try:
            entries = decode_entries(config)
            # What cannot be resolved was not understood either.
            resolve(entries, catalogue=_unknown, regulated=_unknown, entities={})
        except (EntryError, ValueError, KeyError) as err:
            LOGGER.error("The tariff of %s cannot be read, enter it again: %s", self._title, err)
            return None
        return entries

    @property
    def calendars(self) -> Calendars:
        """The types of days that are known."""
        return Calendars() if self.national is None else self.national.calendars

    @property
    def sources_are_there(self) -> bool:
        """Whether the files of all sources of the tariff hold something: a lost one is filled by the next answer."""
        if self.national is None:
            return False
        follows = any(entry.source is Source.CATALOGUE for entry in self.entries)
        has_colors = any(entry.option is OptionCode.TEMPO for entry in self.entries)
        return not (follows and not self.national.catalogue.offers) and not (has_colors and not self.calendars.tempo)

    @property
    def entry_in_force(self) -> TariffEntry | None:
        """The entry that applies today."""
        return entry_in_force(self.entries, paris_date(dt_util.utcnow()))

    @property
    def offpeak(self) -> OffpeakSchedule:
        """The off-peak hours of today: those of the tariff where it follows the contract's, else the contract's."""
        entry = self.entry_in_force
        if entry is not None and entry.option in CONTRACT_HOURS and entry.offpeak is not None:
            return entry.offpeak
        return self._contract_hours

    @property
    def restless_entities(self) -> tuple[str, ...]:
        """Entities of the entries that hold the price of the moment instead of that of a period."""
        restless = frozenset() if self._entity_prices is None else self._entity_prices.restless
        return tuple(sorted(self._entity_ids & restless))

    @property
    def withdrawn_offer(self) -> OfferKey | None:
        """The offer that is followed today, when the catalogue no longer has it: its price may no longer be right."""
        entry = self.entry_in_force
        if self.national is None or entry is None or entry.source is not Source.CATALOGUE:
            return None
        offer = self.national.catalogue.find(entry)
        return None if offer is None or offer.active else offer.key

    @property
    def _entity_ids(self) -> set[str]:
        return {entity_id for entry in (*self.entries, *self.surplus_entries) for entity_id in entry.entities.values()}

    async def async_start(self, on_change: Callable[[], None], on_price_change: Callable[[PriceChange], None]) -> None:
        """Read the sources and follow them. `on_change` is called when a tariff or a type of day became another one."""
        self.national = national = await async_get_national(self._hass)
        self._entity_prices = await async_get_entity_prices(self._hass)
        await self._hass.async_add_executor_job(preload)

        @callback
        def refresh() -> None:
            self._resolve()
            on_change()

        @callback
        def tell(changes: Iterable[PriceChange]) -> None:
            for change in changes:
                if self._follows(change.offer.key):
                    on_price_change(change)

        self._leave += [national.async_add_listener(refresh), national.async_add_price_listener(tell)]
        if entity_ids := self._entity_ids:
            self._leave.append(self._entity_prices.async_add_listener(refresh))
            self._leave.append(self._entity_prices.async_follow(entity_ids))
        self._resolve()

    @callback
    def stop(self) -> None:
        """Follow the sources no longer."""
        while self._leave:
            self._leave.pop()()

    def resolve_entries(self, entries: Iterable[TariffEntry]) -> Tariff:
        """The tariff that some entries amount to with what the sources know now."""
        return resolve(
            entries,
            catalogue=_unknown if self.national is None else self.national.catalogue.history,
            regulated=regulated_history,
            entities={} if self._entity_prices is None else self._entity_prices.prices,
        )

    def _resolve(self) -> None:
        self.tariff = _kept(self.tariff, self.resolve_entries(self.entries))
        self.surplus = _kept(self.surplus, self.resolve_entries(self.surplus_entries))

    def _follows(self, key: OfferKey) -> bool:
        entry = self.entry_in_force
        return (
            entry is not None
            and entry.source is Source.CATALOGUE
            and entry.offer is not None
            and (entry.offer.provider_id, entry.offer.name, entry.offer.offer_type)
            == (key.provider_id, key.name, key.offer_type)
            and key.power_kva in (None, entry.power_kva)
        )


def _unknown(_entry: TariffEntry) -> OfferHistory:
    return OfferHistory()


def _kept(known: Tariff, news: Tariff) -> Tariff:
    """The news, with the very versions that are known already: what was computed for them stays valid."""
    if known == news:
        return known
    before: dict[date, TariffVersion] = {version.valid_from: version for version in known.versions}
    return Tariff(
        tuple(
            same if (same := before.get(version.valid_from)) == version and same is not None else version
            for version in news.versions
        )
    )
