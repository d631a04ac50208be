"""Words that Home Assistant does not translate by itself, such as labels of a choice, in the server's language.

They are the `common` strings of `translations/`. A flow does not know its user's language, so the server's is used,
as core integrations do.
"""

from collections.abc import Mapping

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN

_PREFIX = f"component.{DOMAIN}.common."


class Texts:
    """The `common` strings of one language."""

    def __init__(self, strings: Mapping[str, str]) -> None:
        """`strings` are by key, without the prefix of Home Assistant."""
        self._strings = strings

    def __call__(self, key: str, **placeholders: str) -> str:
        """The string of a key, its placeholders filled in."""
        return self._strings[key].format(**placeholders)


async def async_get_texts(hass: HomeAssistant) -> Texts:
    """The strings in the language of this Home Assistant; English where that has none."""
    strings = await async_get_translations(hass, hass.config.language, "common", {DOMAIN})
    return Texts({key.removeprefix(_PREFIX): text for key, text in strings.items() if key.startswith(_PREFIX)})
