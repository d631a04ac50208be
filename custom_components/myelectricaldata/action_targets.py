"""Which usage points a call of an action is about, and how an action refuses."""

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr

from .const import DOMAIN
from .coordinators import UsagePointCoordinator
from .flows.account_check import configured_pdls
from .running import loaded_entries, running

ATTR_USAGE_POINT = "usage_point"


def targets(call: ServiceCall) -> list[UsagePointCoordinator]:
    """The usage points that a call is about, each once; all of them when it names none."""
    named = call.data.get(ATTR_USAGE_POINT)
    if not named:
        found = list(running(call.hass))
        if not found:
            raise refused("not_loaded")
        return found
    each_once = {each.pdl: each for text in named for each in _targets_of(call.hass, text)}
    return list(each_once.values())


def target(call: ServiceCall) -> UsagePointCoordinator:
    """The one usage point that a call is about."""
    text = call.data[ATTR_USAGE_POINT]
    found = _targets_of(call.hass, text)
    if len(found) != 1:
        raise refused("unknown_usage_point", usage_point=text)
    return found[0]


def _targets_of(hass: HomeAssistant, text: str) -> list[UsagePointCoordinator]:
    """The usage points of a device id or a 14-digit number; an account's device stands for all of its own."""
    wanted = {text}
    if (device := dr.async_get(hass).async_get(text)) is not None:
        wanted = {value for domain, value in device.identifiers if domain == DOMAIN}
    for entry in loaded_entries(hass):
        coordinators = list(entry.runtime_data.usage_points.values())
        if entry.entry_id in wanted and coordinators:
            return coordinators
        if found := [each for each in coordinators if each.pdl in wanted]:
            return found
    entry_ids = {entry.entry_id for entry in hass.config_entries.async_entries(DOMAIN)}
    if wanted & (configured_pdls(hass) | entry_ids):
        raise refused("not_loaded")
    raise refused("unknown_usage_point", usage_point=text)


def refused(key: str, **placeholders: str) -> ServiceValidationError:
    """What is wrong with a call, in the words of the translations."""
    return ServiceValidationError(translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders)
