"""Sensors of the usage points and of the account."""

import asyncio
from datetime import datetime
from itertools import batched
from typing import override

from homeassistant.components.sensor import SensorEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinators import MyElectricalDataConfigEntry, UsagePointCoordinator
from .entity import AccountEntity, OffpeakClockEntity, UsagePointEntity
from .sensor_descriptions import (
    ACCOUNT_SENSORS,
    NEXT_OFFPEAK_CHANGE,
    AccountSensorDescription,
    Attributes,
    UsagePointSensorDescription,
    Value,
    usage_point_sensors,
)

PARALLEL_UPDATES = 0
ENTITIES_AT_ONCE = 10
"""Home Assistant adds what it is given in one go: all sensors of a new account would hold up the event loop."""


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: MyElectricalDataConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of the account and of each usage point."""
    account = entry.runtime_data.account
    async_add_entities(AccountSensor(entry, account, description) for description in ACCOUNT_SENSORS)
    for subentry_id, coordinator in entry.runtime_data.usage_points.items():
        for sensors in batched(_sensors_of(entry, coordinator), ENTITIES_AT_ONCE, strict=False):
            async_add_entities(sensors, config_subentry_id=subentry_id)
            await asyncio.sleep(0)


def _sensors_of(entry: MyElectricalDataConfigEntry, coordinator: UsagePointCoordinator) -> list[SensorEntity]:
    sensors: list[SensorEntity] = [
        UsagePointSensor(entry, coordinator, description) for description in usage_point_sensors(coordinator.directions)
    ]
    if not coordinator.offpeak.is_flat:
        sensors.append(NextOffpeakChangeSensor(entry, coordinator, NEXT_OFFPEAK_CHANGE, coordinator.offpeak))
    return sensors


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


class NextOffpeakChangeSensor(OffpeakClockEntity, SensorEntity):
    """When the off-peak hours next begin or end."""

    @property
    @override
    def native_value(self) -> datetime | None:
        return self._next_change


class AccountSensor(AccountEntity, SensorEntity):
    """One figure of the account."""

    entity_description: AccountSensorDescription

    @property
    @override
    def native_value(self) -> Value:
        return self.entity_description.value_fn(self.coordinator.data)
