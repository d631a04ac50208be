"""What a usage point measures: as its subentry has it, and as the account may tell later."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant

from ..const import CONF_HAS_CONSUMPTION, CONF_HAS_PRODUCTION, CONF_PDL, LOGGER
from ..gateway.client import GatewayClient
from ..gateway.errors import GatewayError
from ..gateway.models import Direction


def directions_of(data: Mapping[str, Any]) -> tuple[Direction, ...]:
    """The directions that a usage point's subentry names."""
    held = {
        Direction.CONSUMPTION: data.get(CONF_HAS_CONSUMPTION, True),
        Direction.PRODUCTION: data.get(CONF_HAS_PRODUCTION, False),
    }
    return tuple(direction for direction, has in held.items() if has)


async def async_follow_directions(
    hass: HomeAssistant, entry: ConfigEntry[Any], subentry: ConfigSubentry, client: GatewayClient
) -> None:
    """Take in a direction that the account now has and had not at set-up, as when panels come onto the roof.

    The list of usage points costs no quota. One that disappears from it stays: its history is still the user's.
    A change reloads the entry, which asks for the new readings.
    """
    try:
        points = await client.async_usage_points()
    except GatewayError as err:
        LOGGER.debug("The directions of %s could not be looked up: %s", subentry.title, err)
        return
    for point in points:
        if point.pdl == subentry.data[CONF_PDL]:
            appeared = {
                key: True
                for key, has in (
                    (CONF_HAS_CONSUMPTION, point.has_consumption),
                    (CONF_HAS_PRODUCTION, point.has_production),
                )
                if has and not subentry.data.get(key)
            }
            if appeared:
                LOGGER.info("%s measures more than at set-up: %s", subentry.title, ", ".join(sorted(appeared)))
                hass.config_entries.async_update_subentry(entry, subentry, data={**subentry.data, **appeared})
