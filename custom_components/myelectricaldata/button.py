"""The button that asks the gateway now for what is not in yet."""

from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinators import MyElectricalDataConfigEntry
from .entity import UsagePointEntity

PARALLEL_UPDATES = 0

REFRESH = ButtonEntityDescription(key="refresh")


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: MyElectricalDataConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add one button a usage point."""
    for subentry_id, coordinator in entry.runtime_data.usage_points.items():
        async_add_entities([RefreshButton(entry, coordinator, REFRESH)], config_subentry_id=subentry_id)


class RefreshButton(UsagePointEntity, ButtonEntity):
    """Asks within the budget of calls; says so when nothing is left of it."""

    @property
    @override
    def available(self) -> bool:
        """Always: after a failure is when one presses it."""
        return True

    @override
    async def async_press(self) -> None:
        await self.coordinator.async_ask_now()
