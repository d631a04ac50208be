"""The national grid: what France consumes and what its sun should give now. Disabled until somebody wants them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import UnitOfPower

from .coordinators import MyElectricalDataConfigEntry
from .coordinators.france import FranceCoordinator
from .coordinators.national_plan import Route
from .energy.calendar import PARIS
from .energy.france import FranceView, GridPower
from .signal_entity import SignalDevice, SignalEntity


@dataclass(frozen=True, kw_only=True)
class FranceSensorDescription(SensorEntityDescription):
    """One power of the national grid."""

    route: Route
    """What must be asked for it."""
    point_fn: Callable[[FranceView], GridPower | None]


def _power(key: str, route: Route, point_fn: Callable[[FranceView], GridPower | None]) -> FranceSensorDescription:
    return FranceSensorDescription(
        key=key,
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.MEGA_WATT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        entity_registry_enabled_default=False,
        route=route,
        point_fn=point_fn,
    )


SENSORS: Final = (
    _power("france_consumption", Route.FRANCE, lambda view: view.consumption),
    _power("france_solar", Route.SOLAR, lambda view: view.solar),
)


def france_sensors(entry: MyElectricalDataConfigEntry) -> list[SensorEntity]:
    """The powers of the national grid."""
    coordinator = entry.runtime_data.france
    return [FranceSensor(entry, coordinator, description, SignalDevice.FRANCE) for description in SENSORS]


class FranceSensor(SignalEntity[FranceCoordinator], SensorEntity):
    """One power of the national grid, asked for while the sensor is there."""

    entity_description: FranceSensorDescription

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.national.async_want(self.entity_description.route))

    @property
    @override
    def native_value(self) -> float | None:
        point = self._point
        return None if point is None else point.megawatts

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, str | None]:
        """What the power is the mean of."""
        point = self._point
        end = None if point is None else point.end
        return {
            "start": None if point is None else point.start.astimezone(PARIS).isoformat(),
            "end": None if end is None else end.astimezone(PARIS).isoformat(),
        }

    @property
    def _point(self) -> GridPower | None:
        return self.entity_description.point_fn(self.coordinator.data)
