"""What the entities share: their devices, their names, and the clock that some of them follow."""

from abc import abstractmethod
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, override

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.update_coordinator import CoordinatorEntity, DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .const import CONF_SURPLUS, CONF_TARIFF, DOMAIN, GATEWAY_WEBSITE
from .coordinators import AccountCoordinator, MyElectricalDataConfigEntry, UsagePointCoordinator
from .energy.calendar import day_end, paris_date
from .energy.offpeak_hours import OffpeakMoment


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


@callback
def async_forget_entities(
    hass: HomeAssistant,
    entry: MyElectricalDataConfigEntry,
    coordinator: UsagePointCoordinator,
    platform: str,
    ours: Callable[[str], bool],
    *,
    keep: Collection[str | None] = (),
) -> None:
    """Remove from the registry the entities of a usage point whose key is `ours`, but for the unique ids to keep."""
    registry, prefix = er.async_get(hass), f"{coordinator.pdl}_"
    for known in er.async_entries_for_config_entry(registry, entry.entry_id):
        of_point = known.domain == platform and known.unique_id.startswith(prefix)
        if of_point and known.unique_id not in keep and ours(known.unique_id.removeprefix(prefix)):
            registry.async_remove(known.entity_id)


def tariffs_are_known(coordinator: UsagePointCoordinator) -> bool:
    """Whether what the user says of the tariffs could be read: what cannot be must not cost anybody an entity."""
    said = coordinator.subentry.data
    return not (said.get(CONF_TARIFF) and not coordinator.tariff) and not (
        said.get(CONF_SURPLUS) and not coordinator.surplus
    )


def has_offpeak_hours(coordinator: UsagePointCoordinator) -> bool:
    """Whether it is off-peak at times, by the tariff in force, by one that is to come or by the contract."""
    now = dt_util.utcnow()
    stretches = coordinator.offpeak_hours.stretches(coordinator.tariff, coordinator.calendars, now)
    return any(stretch.end > now for stretch in stretches)


class UsagePointEntity(CoordinatorEntity[UsagePointCoordinator]):
    """An entity of one delivery point; its key ends its unique id, and is its translation key unless it has one."""

    _attr_has_entity_name = True

    def __init__(
        self,
        entry: MyElectricalDataConfigEntry,
        coordinator: UsagePointCoordinator,
        description: EntityDescription,
    ) -> None:
        super().__init__(coordinator)
        self.entity_description = description
        self._attr_translation_key = description.translation_key or description.key
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


class FollowsClock[C: DataUpdateCoordinator[Any]](CoordinatorEntity[C]):
    """What time alone changes: it looks again at the very second of each change.

    Also at midnight in Paris, when another season's hours or another tariff may begin, and whenever the coordinator
    speaks: a colour arrived, or the machine slept through a change.
    """

    _disarm: CALLBACK_TYPE | None = None

    @abstractmethod
    def _look(self, now: datetime) -> datetime | None:
        """Take in what holds at `now`; return when something else will, None when nothing is known to change.

        Both in aware UTC.
        """

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
        change, midnight = self._look(now), day_end(paris_date(now))
        due = midnight if change is None else min(change, midnight)
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


class ClockEntity(FollowsClock[UsagePointCoordinator], UsagePointEntity):
    """An entity of a delivery point that time alone changes."""

    @property
    @override
    def available(self) -> bool:
        """Always: a clock needs no gateway."""
        return True


class OffpeakClockEntity(ClockEntity):
    """An entity that follows the off-peak hours in force, which another version of the tariff may change."""

    _now: datetime
    _moment: OffpeakMoment

    @override
    def _look(self, now: datetime) -> datetime | None:
        self._now = now
        point = self.coordinator
        self._moment = point.offpeak_hours.at(point.tariff, point.calendars, now)
        return self._moment.next_change
