"""The accounts and usage points that are running now, for whatever works on all of them."""

from collections.abc import Iterable

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .coordinators import MyElectricalDataConfigEntry, UsagePointCoordinator


@callback
def loaded_entries(hass: HomeAssistant) -> list[MyElectricalDataConfigEntry]:
    """The accounts that are loaded."""
    return [entry for entry in hass.config_entries.async_entries(DOMAIN) if entry.state is ConfigEntryState.LOADED]


@callback
def running(hass: HomeAssistant) -> Iterable[UsagePointCoordinator]:
    """Their usage points."""
    return (each for entry in loaded_entries(hass) for each in entry.runtime_data.usage_points.values())
