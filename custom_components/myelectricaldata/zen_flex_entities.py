"""The Zen Flex days of EDF, for the accounts that have a tariff with them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinators import MyElectricalDataConfigEntry
from .coordinators.national_plan import Route
from .coordinators.signals import ZenFlexCoordinator
from .energy.agenda import uses_signal
from .energy.calendar import ONE_DAY, paris_date
from .energy.tariff import Signal
from .energy.zen_flex import ZenFlexView
from .entity import tariffs_are_known
from .sensor_descriptions import Attributes
from .signal_entity import SignalDevice, SignalEntity

ZEN_FLEX_STATES: Final[Mapping[str, str]] = {"ECO": "eco", "SOBRIETE": "sobriety", "BONUS": "bonus"}
"""The state of each type of day."""


@dataclass(frozen=True, kw_only=True)
class ZenFlexSensorDescription(SensorEntityDescription):
    """The type of one day."""

    type_fn: Callable[[ZenFlexView], str | None]
    day_fn: Callable[[ZenFlexView], date]


def _sensor(
    key: str, type_of: Callable[[ZenFlexView], str | None], day: Callable[[ZenFlexView], date]
) -> ZenFlexSensorDescription:
    return ZenFlexSensorDescription(
        key=key,
        device_class=SensorDeviceClass.ENUM,
        options=list(ZEN_FLEX_STATES.values()),
        type_fn=type_of,
        day_fn=day,
    )


ZEN_FLEX_SENSORS: Final = (
    _sensor("zen_flex_today", lambda view: view.type_today, lambda view: view.today),
    _sensor("zen_flex_tomorrow", lambda view: view.type_tomorrow, lambda view: view.today + ONE_DAY),
)


def uses_zen_flex(entry: MyElectricalDataConfigEntry) -> bool:
    """Whether a usage point of the account has a Zen Flex tariff, now or soon."""
    today = paris_date(dt_util.utcnow())
    points = entry.runtime_data.usage_points.values()
    return any(uses_signal(point.tariff, Signal.ZEN_FLEX, today) for point in points)


def zen_flex_sensors(entry: MyElectricalDataConfigEntry) -> list[SensorEntity]:
    """The sensors of an account that uses Zen Flex; of another, the device that was left over is removed."""
    zen_flex = entry.runtime_data.zen_flex
    if uses_zen_flex(entry):
        return [ZenFlexSensor(entry, zen_flex, description) for description in ZEN_FLEX_SENSORS]
    if all(tariffs_are_known(point) for point in entry.runtime_data.usage_points.values()):
        _forget_device(zen_flex.hass, entry)
    return []


@callback
def _forget_device(hass: HomeAssistant, entry: MyElectricalDataConfigEntry) -> None:
    """With the device go its entities, on whichever platform they are."""
    registry, identifier = dr.async_get(hass), (DOMAIN, f"{entry.entry_id}_{SignalDevice.ZEN_FLEX}")
    for device in dr.async_entries_for_config_entry(registry, entry.entry_id):
        if identifier in device.identifiers:
            registry.async_remove_device(device.id)


class ZenFlexSensor(SignalEntity[ZenFlexCoordinator], SensorEntity):
    """The type of a day; unknown until EDF has published it."""

    entity_description: ZenFlexSensorDescription

    def __init__(
        self,
        entry: MyElectricalDataConfigEntry,
        coordinator: ZenFlexCoordinator,
        description: ZenFlexSensorDescription,
    ) -> None:
        super().__init__(entry, coordinator, description, SignalDevice.ZEN_FLEX)

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.national.async_want(Route.ZEN_FLEX))

    @property
    @override
    def native_value(self) -> str | None:
        day_type = self.entity_description.type_fn(self.coordinator.data)
        return None if day_type is None else ZEN_FLEX_STATES.get(day_type)

    @property
    @override
    def extra_state_attributes(self) -> Attributes:
        """The civil day that it is about."""
        return {"day": self.entity_description.day_fn(self.coordinator.data).isoformat()}
