"""Sensors of the usage points and of the account."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from itertools import batched
from typing import override

from homeassistant.components.sensor import SensorEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .coordinators import MyElectricalDataConfigEntry, UsagePointCoordinator
from .ecowatt_entities import ecowatt_sensors
from .energy.calendar import paris_date
from .energy.tariff import TariffVersion
from .entity import (
    AccountEntity,
    OffpeakClockEntity,
    UsagePointEntity,
    async_forget_entities,
    has_offpeak_hours,
    tariffs_are_known,
)
from .france_entities import france_sensors
from .gateway.models import Direction
from .money_descriptions import (
    BEST_OFFER_SENSORS,
    TARIFF,
    compensation_sensors,
    cost_sensors,
    is_money_key,
    tariff_facts,
    tariff_text,
)
from .price_sensor import PRICE_KEYS, price_sensors
from .sensor_descriptions import (
    ACCOUNT_SENSORS,
    NEXT_OFFPEAK_CHANGE,
    AccountSensorDescription,
    Attributes,
    UsagePointSensorDescription,
    Value,
    usage_point_sensors,
)
from .tempo_entities import tempo_sensors
from .texts import Texts, async_get_texts
from .zen_flex_entities import zen_flex_sensors

PARALLEL_UPDATES = 0
ENTITIES_AT_ONCE = 10
"""Home Assistant adds what it is given in one go: all sensors of a new account would hold up the event loop."""


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MyElectricalDataConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of the account, of the national signals and of each usage point."""
    account = entry.runtime_data.account
    async_add_entities(AccountSensor(entry, account, description) for description in ACCOUNT_SENSORS)
    for signals in (tempo_sensors, ecowatt_sensors, zen_flex_sensors, france_sensors):
        for sensors in batched(signals(entry), ENTITIES_AT_ONCE, strict=False):
            async_add_entities(sensors)
            await asyncio.sleep(0)
    texts = await async_get_texts(hass)
    for subentry_id, coordinator in entry.runtime_data.usage_points.items():
        wanted = _sensors_of(entry, coordinator, texts)
        _forget_others(hass, entry, coordinator, wanted)
        for sensors in batched(wanted, ENTITIES_AT_ONCE, strict=False):
            async_add_entities(sensors, config_subentry_id=subentry_id)
            await asyncio.sleep(0)


def _sensors_of(
    entry: MyElectricalDataConfigEntry, coordinator: UsagePointCoordinator, texts: Texts
) -> list[SensorEntity]:
    descriptions = (*usage_point_sensors(coordinator.directions), *_money_sensors(coordinator))
    sensors: list[SensorEntity] = [UsagePointSensor(entry, coordinator, description) for description in descriptions]
    if _is_priced(coordinator):
        sensors += [TariffSensor(entry, coordinator, texts), *price_sensors(entry, coordinator)]
    if has_offpeak_hours(coordinator):
        sensors.append(NextOffpeakChangeSensor(entry, coordinator, NEXT_OFFPEAK_CHANGE))
    return sensors


def _money_sensors(coordinator: UsagePointCoordinator) -> list[UsagePointSensorDescription]:
    sensors: list[UsagePointSensorDescription] = []
    if _is_priced(coordinator):
        today = paris_date(dt_util.utcnow())
        sensors += cost_sensors(coordinator.tariff, today, coordinator.hass.config.language)
    if Direction.CONSUMPTION in coordinator.directions:
        sensors += BEST_OFFER_SENSORS
    if Direction.PRODUCTION in coordinator.directions and coordinator.surplus:
        sensors += compensation_sensors()
    return sensors


def _is_priced(coordinator: UsagePointCoordinator) -> bool:
    return Direction.CONSUMPTION in coordinator.directions and bool(coordinator.tariff)


def _forget_others(
    hass: HomeAssistant,
    entry: MyElectricalDataConfigEntry,
    coordinator: UsagePointCoordinator,
    wanted: Iterable[SensorEntity],
) -> None:
    """Remove what another tariff had: the sensors of its periods, or all when the user has none any more."""
    if tariffs_are_known(coordinator):
        ours = {sensor.unique_id for sensor in wanted}
        async_forget_entities(hass, entry, coordinator, Platform.SENSOR, _depends_on_tariff, keep=ours)


def _depends_on_tariff(key: str) -> bool:
    return is_money_key(key) or key in PRICE_KEYS or key == NEXT_OFFPEAK_CHANGE.key


class UsagePointSensor(UsagePointEntity, SensorEntity):
    """One figure of a usage point."""

    entity_description: UsagePointSensorDescription

    @property
    @override
    def native_value(self) -> Value:
        return self.entity_description.value_fn(self.coordinator.data)

    @property
    @override
    def extra_state_attributes(self) -> Attributes:
        """The days that the figure describes, and how many of them are known."""
        return self.entity_description.attributes_fn(self.coordinator.data)


class TariffSensor(UsagePointEntity, SensorEntity):
    """The version of the tariff that is in force, in words."""

    def __init__(self, entry: MyElectricalDataConfigEntry, coordinator: UsagePointCoordinator, texts: Texts) -> None:
        super().__init__(entry, coordinator, TARIFF)
        self._texts = texts

    @property
    @override
    def native_value(self) -> str | None:
        version = self._version
        return None if version is None else tariff_text(version, self._texts)

    @property
    @override
    def extra_state_attributes(self) -> Attributes:
        """Its prices, as far as they are known."""
        version = self._version
        return {} if version is None else tariff_facts(version)

    @property
    def _version(self) -> TariffVersion | None:
        return self.coordinator.tariff.on(self.coordinator.data.today)


class NextOffpeakChangeSensor(OffpeakClockEntity, SensorEntity):
    """When the off-peak hours next begin or end."""

    @property
    @override
    def native_value(self) -> datetime | None:
        return self._moment.next_change


class AccountSensor(AccountEntity, SensorEntity):
    """One figure of the account."""

    entity_description: AccountSensorDescription

    @property
    @override
    def native_value(self) -> Value:
        return self.entity_description.value_fn(self.coordinator.data)
