"""What the entities share: their devices, their names, and the clock of the off-peak hours."""

from datetime import datetime
from typing import override

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.update_coordinator import CoordinatorEntity
from homeassistant.util import dt as dt_util

from .const import DOMAIN, GATEWAY_WEBSITE
from .coordinators import AccountCoordinator, MyElectricalDataConfigEntry, UsagePointCoordinator
from .energy.calendar import day_end, paris_date
from .energy.offpeak import OffpeakSchedule


@callback
def async_account_device_id(hass: HomeAssistant, entry: MyElectricalDataConfigEntry) -> str:
    """Register the account's device and return its id.

    Whichever platform comes first does it: the device of a usage point names it as its parent, and Home Assistant
    wants the parent first.
    """
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, entry.entry_id)},
        name=entry.title,
        manufacturer="MyElectricalData",
        entry_type=dr.DeviceEntryType.SERVICE,
        configuration_url=GATEWAY_WEBSITE,
    )
    return device.id


class UsagePointEntity(CoordinatorEntity[UsagePointCoordinator]):
    """An entity of one delivery point; its key is its translation key and ends its unique id."""

    _attr_has_entity_name = True

    def __init__(
        self,
        entry: MyElectricalDataConfigEntry,
        coordinator: UsagePointCoordinator,
        description: EntityDescription,
    ) -> None:
        super().__init__(coordinator)
        self.entity_description = description
        self._attr_translation_key = description.key
        self._attr_unique_id = f"{coordinator.pdl}_{description.key}"
        self._attr_device_info = dr.DeviceInfo(
            identifiers={(DOMAIN, coordinator.pdl)},
            name=coordinator.subentry.title,
            manufacturer="Enedis",
            model="Linky",
            serial_number=coordinator.pdl,
            via_device_id=async_account_device_id(coordinator.hass, entry),
        )


class AccountEntity(CoordinatorEntity[AccountCoordinator]):
    """An entity of the account at the gateway."""

    _attr_has_entity_name = True

    def __init__(
        self,
        entry: MyElectricalDataConfigEntry,
        coordinator: AccountCoordinator,
        description: EntityDescription,
    ) -> None:
        super().__init__(coordinator)
        self.entity_description = description
        self._attr_translation_key = description.key
        self._attr_unique_id = f"{entry.entry_id}_{description.key}"
        async_account_device_id(coordinator.hass, entry)
        self._attr_device_info = dr.DeviceInfo(identifiers={(DOMAIN, entry.entry_id)})

    @property
    @override
    def available(self) -> bool:
        """Always: what is known of the account, and that the gateway is down, matter most while calls fail."""
        return True


class OffpeakClockEntity(UsagePointEntity):
    """An entity that follows the off-peak hours: it looks again at the very second of each change.

    Also at midnight in Paris, when another season's hours may begin, and whenever the coordinator speaks, which
    catches up after the machine slept.
    """

    def __init__(
        self,
        entry: MyElectricalDataConfigEntry,
        coordinator: UsagePointCoordinator,
        description: EntityDescription,
        schedule: OffpeakSchedule,
    ) -> None:
        super().__init__(entry, coordinator, description)
        self._schedule = schedule
        self._next_change: datetime | None = None
        self._disarm: CALLBACK_TYPE | None = None

    @property
    @override
    def available(self) -> bool:
        """Always: a clock needs no gateway."""
        return True

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self._async_arm()
        self.async_on_remove(self._async_disarm)

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        self._async_arm()
        super()._handle_coordinator_update()

    @callback
    def _async_arm(self) -> None:
        self._async_disarm()
        now = dt_util.utcnow()
        midnight = day_end(paris_date(now))
        self._next_change = self._schedule.next_change(now)
        due = midnight if self._next_change is None else min(self._next_change, midnight)
        self._disarm = async_track_point_in_utc_time(self.hass, self._async_clock_struck, due)

    @callback
    def _async_disarm(self) -> None:
        if self._disarm is not None:
            self._disarm()
            self._disarm = None

    @callback
    def _async_clock_struck(self, _now: datetime) -> None:
        self._disarm = None
        self._async_arm()
        self.async_write_ha_state()
