"""What a kilowatt-hour costs now and next: sensors that follow the clock and the tariff, without any gateway."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription

from .coordinators import MyElectricalDataConfigEntry, UsagePointCoordinator
from .energy.calendar import ONE_DAY, PARIS, day_end, day_start, paris_date
from .energy.prices import PriceMoment, PriceSlice, next_change, price_at, price_slices
from .energy.tariff import Calendars, Tariff
from .entity import ClockEntity
from .money_descriptions import PRICE_DECIMALS, PRICE_UNIT

CURRENT_PRICE = SensorEntityDescription(
    key="current_price", native_unit_of_measurement=PRICE_UNIT, suggested_display_precision=PRICE_DECIMALS
)
CURRENT_PERIOD = SensorEntityDescription(key="current_period", device_class=SensorDeviceClass.ENUM)
NEXT_PERIOD_CHANGE = SensorEntityDescription(key="next_period_change", device_class=SensorDeviceClass.TIMESTAMP)

PRICE_KEYS = frozenset(each.key for each in (CURRENT_PRICE, CURRENT_PERIOD, NEXT_PERIOD_CHANGE))

type Forecast = list[dict[str, str | float]]
"""`{start, end, value}` of each slice: ISO instants with the offset of Paris, EUR/kWh."""


def price_sensors(
    entry: MyElectricalDataConfigEntry, coordinator: UsagePointCoordinator
) -> tuple[SensorEntity, SensorEntity, SensorEntity]:
    """The price sensors of a usage point that has a tariff."""
    return (
        CurrentPriceSensor(entry, coordinator, CURRENT_PRICE),
        CurrentPeriodSensor(entry, coordinator, CURRENT_PERIOD),
        NextPeriodChangeSensor(entry, coordinator, NEXT_PERIOD_CHANGE),
    )


type NextPrice = tuple[datetime, PriceMoment] | None
"""When the period or the price changes, and to what."""


@dataclass(frozen=True, slots=True)
class _Sought:
    """The next change as it was found: a price that never changes takes a search of a whole year to be sure."""

    tariff: Tariff
    calendars: Calendars
    at: datetime
    """Of the search: from another day it may see further, and before it, by a clock that was set back, less."""
    found: NextPrice

    def holds(self, tariff: Tariff, calendars: Calendars, now: datetime) -> bool:
        """Whether a search now would find the same."""
        same = self.tariff is tariff and self.calendars is calendars and paris_date(self.at) == paris_date(now)
        return same and self.at <= now and (self.found is None or now < self.found[0])


class PriceWatch:
    """Follows the price of a tariff; searches the next change again only when it may be another one."""

    def __init__(self) -> None:
        """Nothing was searched yet."""
        self._sought: _Sought | None = None

    def look(self, tariff: Tariff, calendars: Calendars, now: datetime) -> tuple[PriceMoment, NextPrice]:
        """What applies at an instant (aware), and what follows."""
        if self._sought is None or not self._sought.holds(tariff, calendars, now):
            self._sought = _Sought(tariff, calendars, now, next_change(tariff, calendars, now))
        return price_at(tariff, calendars, now), self._sought.found


class PriceClockEntity(ClockEntity, SensorEntity):
    """A sensor of the price that holds now and of the one that follows."""

    _moment: PriceMoment
    _next: NextPrice

    def __init__(
        self,
        entry: MyElectricalDataConfigEntry,
        coordinator: UsagePointCoordinator,
        description: SensorEntityDescription,
    ) -> None:
        super().__init__(entry, coordinator, description)
        self._watch = PriceWatch()

    @override
    def _look(self, now: datetime) -> datetime | None:
        self._moment, self._next = self._watch.look(self.coordinator.tariff, self.coordinator.calendars, now)
        return None if self._next is None else self._next[0]


class CurrentPriceSensor(PriceClockEntity):
    """EUR/kWh now, and the prices of today and tomorrow for the cards and energy managers that plan with them."""

    _unrecorded_attributes = frozenset({"raw_today", "raw_tomorrow"})

    _today: Forecast
    _tomorrow: Forecast
    _tomorrow_valid: bool

    @override
    def _look(self, now: datetime) -> datetime | None:
        today = paris_date(now)
        self._today, _ = self._forecast(today)
        self._tomorrow, self._tomorrow_valid = self._forecast(today + ONE_DAY)
        return super()._look(now)

    def _forecast(self, day: date) -> tuple[Forecast, bool]:
        """The slices of a Paris day that have a price, and whether that is the whole day."""
        slices = price_slices(self.coordinator.tariff, self.coordinator.calendars, day)
        return _forecast_of(slices), _priced(slices) == day_end(day) - day_start(day)

    @property
    @override
    def native_value(self) -> float | None:
        return _euros(self._moment.price)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, str | float | bool | Forecast | None]:
        """The period, what comes next, and the forecast in the shape that Nord Pool's integration made common."""
        return {
            "period": self._moment.period,
            "next_change": None if self._next is None else _local(self._next[0]),
            "next_price": None if self._next is None else _euros(self._next[1].price),
            "tomorrow_valid": self._tomorrow_valid,
            "raw_today": self._today,
            "raw_tomorrow": self._tomorrow,
        }


class CurrentPeriodSensor(PriceClockEntity):
    """The period of the tariff now; unknown while the type of the day is."""

    @property
    @override
    def options(self) -> list[str]:
        """The periods of all versions of the tariff: custom tariffs have periods of the user's own."""
        return list(self.coordinator.tariff.periods)

    @property
    @override
    def native_value(self) -> str | None:
        return self._moment.period


class NextPeriodChangeSensor(PriceClockEntity):
    """When another period or another price begins."""

    @property
    @override
    def native_value(self) -> datetime | None:
        return None if self._next is None else self._next[0]

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, str | float | None]:
        """The period that begins then and its price, as far as they are known."""
        following = None if self._next is None else self._next[1]
        return {
            "period": None if following is None else following.period,
            "price": None if following is None else _euros(following.price),
        }


def _forecast_of(slices: Iterable[PriceSlice]) -> Forecast:
    return [
        {"start": _local(each.start), "end": _local(each.end), "value": float(each.price)}
        for each in slices
        if each.price is not None
    ]


def _priced(slices: Iterable[PriceSlice]) -> timedelta:
    return sum((each.end - each.start for each in slices if each.price is not None), timedelta())


def _local(instant: datetime) -> str:
    return instant.astimezone(PARIS).isoformat()


def _euros(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
