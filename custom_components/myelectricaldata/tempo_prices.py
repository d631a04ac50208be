"""What a kilowatt-hour costs now with each option of the regulated tariff, whatever tariff a household has.

The price of Tempo is the same for everybody. That of Base depends on the subscribed power and that of the off-peak
option on the household's hours: they are known where all the usage points of the account say the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final, override

from homeassistant.components.sensor import SensorEntity, SensorEntityDescription

from .coordinators import MyElectricalDataConfigEntry, UsagePointCoordinator
from .coordinators.signals import TempoCoordinator
from .energy.calendar import paris_date
from .energy.entries import OfferHistory, Source, TariffEntry, entry_in_force, resolve
from .energy.offpeak import OffpeakSchedule
from .energy.options import PRICE_FIELDS, OptionCode
from .energy.prices import PriceMoment
from .energy.regulated import preload, regulated_history
from .energy.tariff import Tariff
from .energy.tempo import TempoView
from .entity import FollowsClock
from .gateway.models import Direction
from .money_descriptions import PRICE_DECIMALS, PRICE_UNIT
from .price_sensor import NextPrice, PriceWatch
from .signal_entity import SignalDevice, SignalEntity
from .tempo_descriptions import local

_LONG_AGO: Final = date(2000, 1, 1)
"""Before any price that is known."""


@dataclass(frozen=True, kw_only=True)
class RegulatedPriceDescription(SensorEntityDescription):
    """The price of one option of the regulated tariff."""

    option: OptionCode
    native_unit_of_measurement: str = PRICE_UNIT
    suggested_display_precision: int = PRICE_DECIMALS


REGULATED_PRICES: Final = (
    RegulatedPriceDescription(key="tempo_price", option=OptionCode.TEMPO),
    RegulatedPriceDescription(key="tempo_price_base", option=OptionCode.BASE),
    RegulatedPriceDescription(key="tempo_price_hc_hp", option=OptionCode.HC_HP),
)


@lru_cache(maxsize=32)
def regulated_tariff(
    option: OptionCode, power_kva: Decimal | None = None, offpeak: OffpeakSchedule | None = None
) -> Tariff:
    """The regulated prices of an option, all versions. Blocking on its first call unless `preload` was called."""
    entry = TariffEntry(
        valid_from=_LONG_AGO, source=Source.REGULATED, option=option, power_kva=power_kva, offpeak=offpeak
    )
    return resolve((entry,), catalogue=lambda _entry: OfferHistory(), regulated=regulated_history, entities={})


def next_tempo_price(view: TempoView) -> Decimal | None:
    """EUR/kWh of Tempo from its next change on; None while the colour is unknown, or the price."""
    version = regulated_tariff(OptionCode.TEMPO).on(paris_date(view.next_change))
    if version is None or view.next_colour is None:
        return None
    return version.price(f"{view.next_colour.lower()}_{view.next_period}")


def price_of_all(option: OptionCode, points: Iterable[UsagePointCoordinator], today: date) -> Tariff:
    """The prices of Base or of the off-peak option that apply to all these usage points; none where they differ."""
    tariffs = [_price_of(option, point, today) for point in points]
    return tariffs[0] if tariffs and all(_figures(each) == _figures(tariffs[0]) for each in tariffs) else Tariff()


def _price_of(option: OptionCode, point: UsagePointCoordinator, today: date) -> Tariff:
    entry = entry_in_force(point.entries, today)
    power = None if entry is None else entry.power_kva
    # A usage point whose file cannot be read has no data.
    if power is None and point.data is not None and point.data.contract is not None:
        power = point.data.contract.subscribed_power_kva
    if option is not OptionCode.HC_HP:
        return regulated_tariff(option, power)
    # Without off-peak hours nobody knows when they would be.
    return Tariff() if point.offpeak.is_flat else regulated_tariff(option, power, point.offpeak)


def _figures(tariff: Tariff) -> list[object]:
    """All but the subscription, which the price of a kilowatt-hour does not depend on."""
    return [(version.valid_from, version.option, version.prices) for version in tariff.versions]


class RegulatedPriceSensor(FollowsClock[TempoCoordinator], SignalEntity[TempoCoordinator], SensorEntity):
    """EUR/kWh now with one option. It follows the clock itself: off-peak hours begin at any minute."""

    entity_description: RegulatedPriceDescription

    _moment: PriceMoment
    _next: NextPrice

    def __init__(
        self,
        entry: MyElectricalDataConfigEntry,
        coordinator: TempoCoordinator,
        description: RegulatedPriceDescription,
    ) -> None:
        super().__init__(entry, coordinator, description, SignalDevice.TEMPO)
        self._watch = PriceWatch()
        self._points = () if description.option is OptionCode.TEMPO else consuming_points(entry)

    @override
    async def async_added_to_hass(self) -> None:
        await self.hass.async_add_executor_job(preload)
        await super().async_added_to_hass()
        for point in self._points:
            # The contract comes later than the first start, and changes.
            self.async_on_remove(point.async_add_listener(self._handle_coordinator_update))

    @override
    def _look(self, now: datetime) -> datetime | None:
        option = self.entity_description.option
        if option is OptionCode.TEMPO:
            tariff = regulated_tariff(option)
        else:
            tariff = price_of_all(option, self._points, paris_date(now))
        self._moment, self._next = self._watch.look(tariff, self.coordinator.national.calendars, now)
        return None if self._next is None else self._next[0]

    @property
    @override
    def native_value(self) -> float | None:
        return _euros(self._moment.price)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, str | float | None]:
        """The period, what comes next, whose prices they are, and those of all periods of the option."""
        version = self._moment.version
        periods = PRICE_FIELDS[self.entity_description.option]
        return {
            "period": self._moment.period,
            "next_change": None if self._next is None else local(self._next[0]),
            "next_price": None if self._next is None else _euros(self._next[1].price),
            "source": None if version is None else version.source or None,
            "valid_from": None if version is None or version.priced_from is None else version.priced_from.isoformat(),
            **{period: None if version is None else _euros(version.price(period)) for period in periods},
        }


def consuming_points(entry: MyElectricalDataConfigEntry) -> tuple[UsagePointCoordinator, ...]:
    """The usage points of an account that take energy."""
    points = entry.runtime_data.usage_points.values()
    return tuple(point for point in points if Direction.CONSUMPTION in point.directions)


def _euros(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
