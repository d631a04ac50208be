"""What our triggers and conditions share: the words of their options, and which entities tell off-peak hours."""

from collections.abc import Collection, Mapping
from typing import Any, Final

import probatio as vol
from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID, CONF_OPTIONS, CONF_TARGET, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.automation import DomainSpec

from .binary_sensor import OFFPEAK as OFFPEAK_SENSOR
from .const import DOMAIN
from .energy.ecowatt import LEVELS, TENSE
from .energy.tempo import COLOURS, OFF_PEAK, PEAK

CONF_COLOURS: Final = "colours"
CONF_LEVEL: Final = "level"
CONF_LEVELS: Final = "levels"
CONF_PERIOD: Final = "period"
CONF_PROVISIONAL: Final = "provisional"
CONF_WHEN: Final = "when"

COLOUR_WORDS: Final = tuple(colour.lower() for colour in COLOURS)
ALERT_LEVELS: Final = LEVELS[TENSE:]

type Options = Mapping[vol.Marker, Any]
"""Options of a trigger or condition, with what each one takes."""

OFFPEAK_SPECS: Final = {Platform.BINARY_SENSOR.value: DomainSpec()}
OFFPEAK_SCHEMA: Final = vol.Schema({vol.Required(CONF_TARGET): cv.TARGET_FIELDS, vol.Optional(CONF_OPTIONS): {}})


def options_schema(options: Options) -> vol.Schema:
    """The configuration of a trigger or condition that is about no entity: its options alone."""
    return vol.Schema({vol.Required(CONF_OPTIONS, default=dict): dict(options)})


def some_of(words: Collection[str]) -> vol.All[Any]:
    """At least one of some words."""
    return vol.All(cv.ensure_list, [vol.In(words)], vol.Length(min=1))


COLOURS_OPTION: Final[Options] = {vol.Required(CONF_COLOURS): some_of(COLOUR_WORDS)}
PERIOD_OPTION: Final[Options] = {vol.Required(CONF_PERIOD): vol.In((PEAK, OFF_PEAK))}
LEVEL_OPTION: Final[Options] = {vol.Required(CONF_LEVEL, default=ALERT_LEVELS[0]): vol.In(ALERT_LEVELS)}


def word(colour: str | None) -> str | None:
    """A colour as automations write it."""
    return None if colour is None else colour.lower()


@callback
def async_offpeak_sensors(hass: HomeAssistant, entity_ids: Collection[str]) -> set[str]:
    """Those of some entities that tell the off-peak hours of a usage point, whatever they are called."""
    registry = er.async_get(hass)
    return {each for each in entity_ids if _tells_offpeak(registry.async_get(each))}


def _tells_offpeak(entity: er.RegistryEntry | None) -> bool:
    return entity is not None and entity.platform == DOMAIN and entity.translation_key == OFFPEAK_SENSOR.key


@callback
def async_check_offpeak_target(hass: HomeAssistant, target: Mapping[str, Any]) -> None:
    """Refuse what the user picked by name and is there, but has no off-peak hours: it would wait for ever.

    Areas, floors and labels may hold other things too, and what is not there may still come.
    """
    entities, devices = er.async_get(hass), dr.async_get(hass)
    for entity_id in target.get(ATTR_ENTITY_ID, ()):
        entity = entities.async_get(entity_id)
        if entity is not None and not _tells_offpeak(entity):
            raise vol.Invalid(f"'{entity_id}' does not tell the off-peak hours of a usage point")
    for device_id in target.get(ATTR_DEVICE_ID, ()):
        device = devices.async_get(device_id)
        if device is not None and not _is_usage_point(device):
            raise vol.Invalid(f"The device '{device.name_by_user or device.name}' is not a usage point")


def _is_usage_point(device: dr.DeviceEntry | dr.ChildDeviceEntry) -> bool:
    ours = any(identifier[0] == DOMAIN for identifier in device.identifiers)
    return ours and isinstance(device, dr.DeviceEntry) and device.entry_type is not dr.DeviceEntryType.SERVICE
