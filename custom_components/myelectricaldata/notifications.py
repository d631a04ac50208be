"""The one notification of the integration, in the user's language."""

from homeassistant.components import persistent_notification
from homeassistant.core import HomeAssistant

from .const import DOMAIN
from .texts import async_get_texts


async def async_notify_history_complete(hass: HomeAssistant, pdl: str, name: str) -> None:
    """Tell that the whole history of a usage point is in."""
    texts = await async_get_texts(hass)
    persistent_notification.async_create(
        hass,
        texts("history_complete_message", name=name),
        title=texts("history_complete_title", name=name),
        notification_id=f"{DOMAIN}_history_{pdl}",
    )
