"""What the entities of the national signals share: their devices, and that no gateway makes them unavailable."""

from enum import StrEnum
from typing import Any, override

from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN
from .coordinators import MyElectricalDataConfigEntry
from .coordinators.signals import SignalCoordinator
from .entity import async_account_device_id


class SignalDevice(StrEnum):
    """The service devices of an account, beside its usage points; the value is the translation key of the name."""

    TEMPO = "tempo"
    ECOWATT = "ecowatt"
    ZEN_FLEX = "zen_flex"
    FRANCE = "france"


_MANUFACTURERS = {
    SignalDevice.TEMPO: "RTE",
    SignalDevice.ECOWATT: "RTE",
    SignalDevice.ZEN_FLEX: "EDF",
    SignalDevice.FRANCE: "RTE",
}


class SignalEntity[C: SignalCoordinator[Any]](CoordinatorEntity[C]):
    """An entity of a national signal; its key ends its unique id, and is its translation key unless it has one."""

    _attr_has_entity_name = True

    def __init__(
        self,
        entry: MyElectricalDataConfigEntry,
        coordinator: C,
        description: EntityDescription,
        device: SignalDevice,
    ) -> None:
        super().__init__(coordinator)
        self.entity_description = description
        self._attr_translation_key = description.translation_key or description.key
        self._attr_unique_id = f"{entry.entry_id}_{description.key}"
        self._attr_device_info = dr.DeviceInfo(
            identifiers={(DOMAIN, f"{entry.entry_id}_{device}")},
            translation_key=device,
            manufacturer=_MANUFACTURERS[device],
            entry_type=dr.DeviceEntryType.SERVICE,
            via_device_id=async_account_device_id(coordinator.hass, entry),
        )

    @property
    @override
    def available(self) -> bool:
        """Always: what was published stays true while the gateway is down, and what was not is unknown."""
        return True
