"""Tempo as entities: the colours, the hours, the season, the forecast and the prices. All follow one coordinator."""

from typing import override

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.components.event import EventEntity
from homeassistant.components.sensor import SensorEntity
from homeassistant.core import callback

from .coordinators import MyElectricalDataConfigEntry
from .coordinators.signals import News, TempoCoordinator
from .energy.regulated import preload
from .energy.tempo import TempoNews
from .sensor_descriptions import Attributes, Value
from .signal_entity import SignalDevice, SignalEntity
from .tempo_descriptions import (
    NEXT_CHANGE,
    TEMPO_BINARY_SENSORS,
    TEMPO_PUBLICATION,
    TEMPO_SENSORS,
    TempoBinarySensorDescription,
    TempoSensorDescription,
    publication,
)
from .tempo_prices import REGULATED_PRICES, RegulatedPriceSensor, next_tempo_price


def tempo_sensors(entry: MyElectricalDataConfigEntry) -> list[SensorEntity]:
    """The sensors of Tempo of an account."""
    tempo = entry.runtime_data.tempo
    return [
        *(TempoSensor(entry, tempo, description) for description in TEMPO_SENSORS),
        TempoNextChangeSensor(entry, tempo, NEXT_CHANGE),
        *(RegulatedPriceSensor(entry, tempo, description) for description in REGULATED_PRICES),
    ]


def tempo_binary_sensors(entry: MyElectricalDataConfigEntry) -> list[BinarySensorEntity]:
    """The questions about Tempo."""
    tempo = entry.runtime_data.tempo
    return [TempoBinarySensor(entry, tempo, description) for description in TEMPO_BINARY_SENSORS]


def tempo_events(entry: MyElectricalDataConfigEntry) -> list[EventEntity]:
    """What happens to the colours."""
    return [TempoPublicationEvent(entry, entry.runtime_data.tempo)]


class TempoSensor(SignalEntity[TempoCoordinator], SensorEntity):
    """One thing that Tempo is now."""

    entity_description: TempoSensorDescription

    def __init__(
        self, entry: MyElectricalDataConfigEntry, coordinator: TempoCoordinator, description: TempoSensorDescription
    ) -> None:
        super().__init__(entry, coordinator, description, SignalDevice.TEMPO)
        if description.placeholders is not None:
            self._attr_translation_placeholders = description.placeholders

    @property
    @override
    def native_value(self) -> Value:
        return self.entity_description.value_fn(self.coordinator.data)

    @property
    @override
    def extra_state_attributes(self) -> Attributes:
        """Which day it is about, and how certain it is."""
        return self.entity_description.attributes_fn(self.coordinator.data)


class TempoNextChangeSensor(TempoSensor):
    """When the colour or the hours change, to what, and at which regulated price."""

    @override
    async def async_added_to_hass(self) -> None:
        await self.hass.async_add_executor_job(preload)
        await super().async_added_to_hass()

    @property
    @override
    def extra_state_attributes(self) -> Attributes:
        """The price is in EUR/kWh."""
        price = next_tempo_price(self.coordinator.data)
        return {**super().extra_state_attributes, "price": None if price is None else float(price)}


class TempoBinarySensor(SignalEntity[TempoCoordinator], BinarySensorEntity):
    """One question about Tempo, unknown while the colour that decides is."""

    entity_description: TempoBinarySensorDescription

    def __init__(
        self,
        entry: MyElectricalDataConfigEntry,
        coordinator: TempoCoordinator,
        description: TempoBinarySensorDescription,
    ) -> None:
        super().__init__(entry, coordinator, description, SignalDevice.TEMPO)

    @property
    @override
    def is_on(self) -> bool | None:
        return self.entity_description.value_fn(self.coordinator.data)

    @property
    @override
    def extra_state_attributes(self) -> Attributes:
        """Which day it is about, and how certain its colour is."""
        return self.entity_description.attributes_fn(self.coordinator.data)


class TempoPublicationEvent(SignalEntity[TempoCoordinator], EventEntity):
    """Fires when the colour of a day is published, confirmed or corrected."""

    def __init__(self, entry: MyElectricalDataConfigEntry, coordinator: TempoCoordinator) -> None:
        super().__init__(entry, coordinator, TEMPO_PUBLICATION, SignalDevice.TEMPO)

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.async_add_news_listener(self._async_told))

    @callback
    def _async_told(self, news: News) -> None:
        for each in news:
            if isinstance(each, TempoNews):
                self._trigger_event(each.event.value, dict(publication(each, self.coordinator.data.today)))
                # Once for each: an automation hears of every one.
                self.async_write_ha_state()
