"""What is either so or not: off-peak hours now, the gateway within reach."""

from collections.abc import Mapping
from typing import override

from homeassistant.components.binary_sensor import BinarySensorEntity, BinarySensorEntityDescription
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .coordinators import MyElectricalDataConfigEntry
from .energy.calendar import paris_date
from .energy.offpeak import format_windows
from .entity import AccountEntity, OffpeakClockEntity

PARALLEL_UPDATES = 0

OFFPEAK = BinarySensorEntityDescription(key="offpeak")

GATEWAY_REACHABLE = BinarySensorEntityDescription(
    key="gateway_reachable",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: MyElectricalDataConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the account's reachability, and off-peak hours for the usage points that have some."""
    async_add_entities([GatewayReachableSensor(entry, entry.runtime_data.account, GATEWAY_REACHABLE)])
    for subentry_id, coordinator in entry.runtime_data.usage_points.items():
        if not coordinator.offpeak.is_flat:
            async_add_entities(
                [OffpeakSensor(entry, coordinator, OFFPEAK, coordinator.offpeak)], config_subentry_id=subentry_id
            )


class OffpeakSensor(OffpeakClockEntity, BinarySensorEntity):
    """On during the off-peak hours."""

    @property
    @override
    def is_on(self) -> bool:
        return self._schedule.is_offpeak(dt_util.utcnow())

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, str]:
        """The off-peak hours of the current day in Paris, which change with the season."""
        today = paris_date(dt_util.utcnow())
        return {"day": today.isoformat(), "offpeak_hours": format_windows(self._schedule.windows_on(today))}


class GatewayReachableSensor(AccountEntity, BinarySensorEntity):
    """Whether the last call got an answer; unknown before the first."""

    @property
    @override
    def is_on(self) -> bool | None:
        return self.coordinator.data.reachable
