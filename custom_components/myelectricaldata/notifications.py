"""The one notification of the integration, in the user's language."""

from homeassistant.components import persistent_notification
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN


async def async_notify_history_complete(hass: HomeAssistant, pdl: str, name: str) -> None:
    """Tell that the whole history of a usage point is in."""
    texts = await async_get_translations(hass, hass.config.language, "common", {DOMAIN})
    prefix = f"component.{DOMAIN}.common.history_complete"
    persistent_notification.async_create(
        hass,
        texts[f"{prefix}_message"].format(name=name),
        title=texts[f"{prefix}_title"].format(name=name),
        notification_id=f"{DOMAIN}_history_{pdl}",
    )
