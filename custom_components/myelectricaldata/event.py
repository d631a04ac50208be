"""Events: readings came in, a Tempo colour was published, an EcoWatt alert was raised."""

from typing import override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinators import MyElectricalDataConfigEntry
from .coordinators.snapshot import NewData
from .ecowatt_entities import ecowatt_events
from .entity import UsagePointEntity
from .tempo_entities import tempo_events

PARALLEL_UPDATES = 0

EVENT_NEW_DATA = "new_data"
EVENT_REVISED = "revised"

NEW_DATA = EventEntityDescription(key="new_data", event_types=[EVENT_NEW_DATA, EVENT_REVISED])


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: MyElectricalDataConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the events of the national signals, and one a usage point."""
    async_add_entities([*tempo_events(entry), *ecowatt_events(entry)])
    for subentry_id, coordinator in entry.runtime_data.usage_points.items():
        async_add_entities([NewDataEvent(entry, coordinator, NEW_DATA)], config_subentry_id=subentry_id)


class NewDataEvent(UsagePointEntity, EventEntity):
    """Fires when readings enter the ledger: `revised` when some of their days had other values before."""

    @property
    @override
    def available(self) -> bool:
        """Always: what came in last stays true while the gateway is down."""
        return True

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.async_add_new_data_listener(self._async_new_data))

    @callback
    def _async_new_data(self, new: NewData) -> None:
        self._trigger_event(
            EVENT_REVISED if new.revised else EVENT_NEW_DATA,
            {
                "direction": new.direction.value,
                "kind": new.kind.value,
                "first_day": new.first_day.isoformat(),
                "last_day": new.last_day.isoformat(),
                "days": new.days,
            },
        )
        self.async_write_ha_state()
