"""Calendars: Tempo days, EcoWatt tensions, off-peak hours, peak days, Zen Flex days.

All-day events are of French civil days. The calendars of one Tempo colour have timed events, from 06:00 to 06:00: such
a calendar is on exactly while its colour is in force, and a trigger on its events fires when prices really change.
"""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .calendars_national import EcowattCalendar, TempoCalendar, TempoColourCalendar, ZenFlexCalendar
from .calendars_usage_point import USAGE_POINT_CALENDARS, OffpeakCalendar, PeakDaysCalendar
from .coordinators import MyElectricalDataConfigEntry, UsagePointCoordinator
from .energy.tempo import COLOURS
from .entity import async_forget_entities, tariffs_are_known
from .texts import Texts, async_get_texts
from .zen_flex_entities import uses_zen_flex

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MyElectricalDataConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the calendars of the national signals, and for each usage point those that its tariff has."""
    texts = await async_get_texts(hass)
    async_add_entities([TempoCalendar(entry, texts), EcowattCalendar(entry, texts)])
    async_add_entities(TempoColourCalendar(entry, texts, colour) for colour in COLOURS)
    if uses_zen_flex(entry):
        async_add_entities([ZenFlexCalendar(entry, texts)])
    for subentry_id, coordinator in entry.runtime_data.usage_points.items():
        wanted = _calendars_of(entry, coordinator, texts)
        async_add_entities(wanted, config_subentry_id=subentry_id)
        if tariffs_are_known(coordinator):
            ours = {calendar.unique_id for calendar in wanted}
            async_forget_entities(
                hass, entry, coordinator, Platform.CALENDAR, USAGE_POINT_CALENDARS.__contains__, keep=ours
            )


def _calendars_of(
    entry: MyElectricalDataConfigEntry, coordinator: UsagePointCoordinator, texts: Texts
) -> list[OffpeakCalendar | PeakDaysCalendar]:
    calendars = (OffpeakCalendar(entry, coordinator, texts), PeakDaysCalendar(entry, coordinator, texts))
    return [calendar for calendar in calendars if calendar.is_of_use]
