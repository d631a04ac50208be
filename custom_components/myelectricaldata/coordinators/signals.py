"""What the national signals are at this moment, for the entities of one account and for automations.

`National` knows what was published; a `SignalClock` follows the clock. It asks nothing: a view is made again at the
very second at which time alone makes another one, and whenever something was published.
"""

from abc import abstractmethod
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Protocol, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time, async_track_time_interval
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, LOGGER
from ..energy.ecowatt import EcowattNews, EcowattView, ecowatt_view
from ..energy.tempo import TempoNews, TempoView, tempo_view
from ..energy.zen_flex import ZenFlexView, zen_flex_view
from .national import National

type News = tuple[TempoNews | EcowattNews, ...]
type NewsListener = Callable[[News], None]


CHECKED_EVERY: Final = timedelta(minutes=5)
"""How late a view may be where the clock was set, as on a card computer that starts without one, or the machine slept.

Timers count the seconds that the machine is awake, whatever the clock on the wall says.
"""


class View(Protocol):
    """What a signal is at an instant."""

    @property
    def looks_again_at(self) -> datetime:
        """When time alone makes another view (UTC)."""


class SignalClock[V: View]:
    """The view of one signal, from now until it is stopped."""

    def __init__(
        self,
        hass: HomeAssistant,
        national: National,
        view_of: Callable[[datetime], V],
        looked: Callable[[V, News], None],
    ) -> None:
        """Make views with `view_of`; call `looked` with each further one and the news that led to it."""
        self._hass = hass
        self._view_of = view_of
        self._looked = looked
        self._disarm: CALLBACK_TYPE | None = None
        self._leave: tuple[CALLBACK_TYPE, ...] = (
            national.async_add_signal_listener(self._async_told),
            async_track_time_interval(
                hass, self._async_check, CHECKED_EVERY, name=f"{DOMAIN} clock", cancel_on_shutdown=True
            ),
        )
        self.view = self._look()

    @callback
    def async_stop(self) -> None:
        """Follow the clock no longer; as often as one likes, as coordinators are shut down."""
        leave, self._leave = self._leave, ()
        for each in leave:
            each()
        if self._disarm is not None:
            self._disarm()
            self._disarm = None

    @callback
    def _look(self) -> V:
        self._looked_at = dt_util.utcnow()
        view = self._view_of(self._looked_at)
        if self._disarm is not None:
            self._disarm()
        self._disarm = async_track_point_in_utc_time(self._hass, self._async_clock_struck, view.looks_again_at)
        return view

    @callback
    def _async_clock_struck(self, _now: datetime) -> None:
        self._disarm = None
        self._async_told(())

    @callback
    def _async_check(self, _now: datetime) -> None:
        """Look again where the clock does not say what the timer was set by."""
        if not self._looked_at <= dt_util.utcnow() < self.view.looks_again_at:
            self._async_told(())

    @callback
    def _async_told(self, news: News) -> None:
        self.view = self._look()
        self._looked(self.view, news)


class SignalCoordinator[V: View](DataUpdateCoordinator[V]):
    """The view of one signal, from its start until it is shut down."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any], national: National, name: str) -> None:
        """`data` is there from the start: what is known was read from the disk before."""
        super().__init__(hass, LOGGER, config_entry=entry, name=f"{DOMAIN} {name}")
        self.national = national
        self._news_listeners: list[NewsListener] = []
        self._clock = SignalClock(hass, national, self._view, self._async_looked)
        self.data = self._clock.view

    @abstractmethod
    def _view(self, now: datetime) -> V:
        """What the signal is at an instant."""

    @callback
    def async_add_news_listener(self, listener: NewsListener) -> CALLBACK_TYPE:
        """Call with what happened to the signals, after the entities have heard of it; returns how to stop that."""
        self._news_listeners.append(listener)
        return partial(self._news_listeners.remove, listener)

    @callback
    def _async_looked(self, view: V, news: News) -> None:
        self.data = view
        self.async_update_listeners()
        if news:
            for listener in tuple(self._news_listeners):
                listener(news)

    @override
    async def async_shutdown(self) -> None:
        """Stop following the clock."""
        await super().async_shutdown()
        self._clock.async_stop()


class TempoCoordinator(SignalCoordinator[TempoView]):
    """What Tempo is now."""

    @override
    def _view(self, now: datetime) -> TempoView:
        return tempo_view(self.national.tempo, now)


class EcowattCoordinator(SignalCoordinator[EcowattView]):
    """What EcoWatt is now."""

    @override
    def _view(self, now: datetime) -> EcowattView:
        return ecowatt_view(self.national.ecowatt, now)


class ZenFlexCoordinator(SignalCoordinator[ZenFlexView]):
    """What Zen Flex is now."""

    @override
    def _view(self, now: datetime) -> ZenFlexView:
        return zen_flex_view(self.national.zen_flex, now)
