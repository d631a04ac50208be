"""What is either so or not: off-peak hours now, a red day, tension on the grid, the gateway within reach."""

from collections.abc import Mapping
from typing import override

from homeassistant.components.binary_sensor import BinarySensorEntity, BinarySensorEntityDescription
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinators import MyElectricalDataConfigEntry
from .ecowatt_entities import ecowatt_binary_sensors
from .energy.calendar import paris_date
from .energy.offpeak import format_windows
from .entity import (
    AccountEntity,
    OffpeakClockEntity,
    async_forget_entities,
    has_offpeak_hours,
    tariffs_are_known,
)
from .tempo_entities import tempo_binary_sensors

PARALLEL_UPDATES = 0

OFFPEAK = BinarySensorEntityDescription(key="offpeak")

GATEWAY_REACHABLE = BinarySensorEntityDescription(
    key="gateway_reachable",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MyElectricalDataConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the account's reachability, the national signals, and off-peak hours for usage points that have some."""
    async_add_entities([GatewayReachableSensor(entry, entry.runtime_data.account, GATEWAY_REACHABLE)])
    async_add_entities([*tempo_binary_sensors(entry), *ecowatt_binary_sensors(entry)])
    for subentry_id, coordinator in entry.runtime_data.usage_points.items():
        if has_offpeak_hours(coordinator):
            async_add_entities([OffpeakSensor(entry, coordinator, OFFPEAK)], config_subentry_id=subentry_id)
        elif tariffs_are_known(coordinator):
            async_forget_entities(hass, entry, coordinator, Platform.BINARY_SENSOR, OFFPEAK.key.__eq__)


class OffpeakSensor(OffpeakClockEntity, BinarySensorEntity):
    """On during the off-peak hours."""

    @property
    @override
    def is_on(self) -> bool | None:
        return self._moment.is_offpeak

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, str]:
        """The off-peak hours of the current day in Paris, which change with the season, the day and the tariff."""
        today = paris_date(self._now)
        return {"day": today.isoformat(), "offpeak_hours": format_windows(self._moment.windows)}


class GatewayReachableSensor(AccountEntity, BinarySensorEntity):
    """Whether the last call got an answer; unknown before the first."""

    @property
    @override
    def is_on(self) -> bool | None:
        return self.coordinator.data.reachable
