"""The notifications of the integration, in the user's language."""

from decimal import Decimal

from homeassistant.components import persistent_notification
from homeassistant.core import HomeAssistant

from .const import DOMAIN
from .energy.offers import PriceChange
from .flows.tariff_text import Wording, own_hours_in_words
from .period_names import period_name
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


async def async_notify_price_change(hass: HomeAssistant, pdl: str, name: str, change: PriceChange) -> None:
    """Tell that the offer that a usage point follows has other prices, old and new side by side."""
    texts = await async_get_texts(hass)
    language = hass.config.language
    before, after = change.before, change.after

    def shown(price: Decimal | None, digits: int) -> str:
        text = texts("price_unknown") if price is None else f"{price:.{digits}f}"
        return text.replace(".", ",") if language.startswith("fr") else text

    known = {} if before is None else before.prices
    lines = [
        texts(
            "price_change_line",
            period=period_name(period, language),
            before=shown(known.get(period), 4),
            after=shown(after.prices.get(period), 4),
        )
        for period in dict.fromkeys((*known, *after.prices))
        if known.get(period) != after.prices.get(period)
    ]
    subscription = None if before is None else before.subscription
    if subscription != after.subscription:
        lines.append(
            texts("price_change_subscription", before=shown(subscription, 2), after=shown(after.subscription, 2))
        )
    if before is not None and before.own_hours != after.own_hours:
        wording = Wording(texts, language)
        was, will_be = (
            texts("hours_of_contract") if each is None else own_hours_in_words(each, wording)
            for each in (before.own_hours, after.own_hours)
        )
        lines.append(texts("price_change_hours", before=was, after=will_be))
    persistent_notification.async_create(
        hass,
        texts(
            "price_change_message",
            provider=change.offer.provider,
            offer=change.offer.key.name,
            date=f"{after.valid_from:%d/%m/%Y}",
            lines="\n".join(lines),
        ),
        title=texts("price_change_title", name=name),
        notification_id=f"{DOMAIN}_price_{pdl}",
    )
