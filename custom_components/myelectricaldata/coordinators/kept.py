"""A value that outlives a restart, and the file that keeps it."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, LOGGER, STORAGE_VERSION

SAVE_DELAY = 20.0


class Kept[T]:
    """An immutable value with its file `myelectricaldata.<name>`.

    A file that cannot be read is set aside with one warning, and the value starts as `empty`. Encoding, decoding and
    serialising happen off the event loop.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        name: str,
        *,
        empty: T,
        encode: Callable[[T], Mapping[str, object]],
        decode: Callable[[object], T],
    ) -> None:
        """`decode` may raise ValueError, KeyError or TypeError for what is not what `encode` wrote."""
        self._hass = hass
        self._empty = empty
        self._encode = encode
        self._decode = decode
        self.value = empty
        self._unsaved = False
        self._store: Store[dict[str, Any]] = Store(
            hass, STORAGE_VERSION, f"{DOMAIN}.{name}", atomic_writes=True, serialize_in_event_loop=False
        )

    async def async_load(self) -> None:
        """Read the file; never raises: what is not understood stays beside, and Home Assistant starts without."""
        try:
            data = await self._store.async_load()
            if data is not None:
                self.value = await self._hass.async_add_executor_job(self._decode, data)
        except (ValueError, KeyError, TypeError, NotImplementedError, HomeAssistantError) as err:
            await self._hass.async_add_executor_job(self._set_aside)
            LOGGER.warning("%s could not be read, was set aside and starts afresh: %s", self._store.key, err)

    def _set_aside(self) -> None:
        path = Path(self._store.path)
        # Where the disk refuses even that, the next write replaces the file.
        with suppress(OSError):
            path.rename(path.with_name(f"{path.name}.unreadable.{dt_util.utcnow():%Y%m%dT%H%M%S}"))

    @callback
    def set(self, value: T) -> bool:
        """Keep another value and write it within seconds. Whether it differs from the one before; if not, no write."""
        if value is self.value or value == self.value:
            return False
        self.value = value
        self._unsaved = True
        self._store.async_delay_save(self._encoded, SAVE_DELAY)
        return True

    async def async_save(self) -> None:
        """Write now what is waiting to be."""
        if self._unsaved:
            encoded = await self._hass.async_add_executor_job(self._encoded)
            await self._store.async_save(encoded)
            if self._unsaved:
                # Another value came while the file was being written; the store has dropped its delayed write.
                self._store.async_delay_save(self._encoded, SAVE_DELAY)

    async def async_remove(self) -> None:
        """Delete the file and forget the value."""
        self.value, self._unsaved = self._empty, False
        await self._store.async_remove()

    def _encoded(self) -> dict[str, Any]:
        self._unsaved = False
        return dict(self._encode(self.value))
