"""EcoWatt: whether the national grid is tense, now and in the days that RTE tells."""

from datetime import datetime
from typing import override

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.components.event import EventEntity
from homeassistant.components.sensor import SensorEntity
from homeassistant.core import callback

from .coordinators import MyElectricalDataConfigEntry
from .coordinators.signals import EcowattCoordinator, News
from .ecowatt_descriptions import (
    ALERT,
    HOURS,
    SENSORS,
    TENSION,
    Attributes,
    EcowattSensorDescription,
    alert_attributes,
)
from .energy.ecowatt import EcowattNews
from .signal_entity import SignalDevice, SignalEntity


def ecowatt_sensors(entry: MyElectricalDataConfigEntry) -> list[SensorEntity]:
    """The levels and the next tension."""
    coordinator = entry.runtime_data.ecowatt
    return [EcowattSensor(entry, coordinator, description, SignalDevice.ECOWATT) for description in SENSORS]


def ecowatt_binary_sensors(entry: MyElectricalDataConfigEntry) -> list[BinarySensorEntity]:
    """Whether the grid is tense now."""
    return [TensionSensor(entry, entry.runtime_data.ecowatt, TENSION, SignalDevice.ECOWATT)]


def ecowatt_events(entry: MyElectricalDataConfigEntry) -> list[EventEntity]:
    """What happens to the alerts."""
    return [AlertEvent(entry, entry.runtime_data.ecowatt, ALERT, SignalDevice.ECOWATT)]


class EcowattSensor(SignalEntity[EcowattCoordinator], SensorEntity):
    """One figure of EcoWatt."""

    # A whole day of it each hour: the recorder has the level of each hour already.
    _unrecorded_attributes = frozenset({HOURS})

    entity_description: EcowattSensorDescription

    @property
    @override
    def native_value(self) -> str | datetime | None:
        return self.entity_description.value_fn(self.coordinator.data)

    @property
    @override
    def extra_state_attributes(self) -> Attributes:
        return self.entity_description.attributes_fn(self.coordinator.data)


class TensionSensor(SignalEntity[EcowattCoordinator], BinarySensorEntity):
    """On while the grid is tense; unknown while the level of the hour is."""

    @property
    @override
    def is_on(self) -> bool | None:
        return self.coordinator.data.is_tense


class AlertEvent(SignalEntity[EcowattCoordinator], EventEntity):
    """Fires when RTE raises the alert of a day, makes it worse or lifts it before its time."""

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.async_add_news_listener(self._async_news))

    @callback
    def _async_news(self, news: News) -> None:
        for each in news:
            if isinstance(each, EcowattNews):
                self._trigger_event(each.event.value, dict(alert_attributes(each)))
                self.async_write_ha_state()
