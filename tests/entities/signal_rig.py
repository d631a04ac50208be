"""Accounts whose signals are told by hand: the real views, coordinators and entities, without any gateway."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType, SimpleNamespace
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState, ConfigSubentryDataWithId
from homeassistant.const import Platform
from homeassistant.core import CALLBACK_TYPE, Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockEntityPlatform,
    async_fire_time_changed,
)

from custom_components.myelectricaldata.const import DOMAIN, SUBENTRY_USAGE_POINT
from custom_components.myelectricaldata.coordinators.national_plan import Route
from custom_components.myelectricaldata.coordinators.signals import News, TempoCoordinator, ZenFlexCoordinator
from custom_components.myelectricaldata.energy.calendar import ONE_DAY
from custom_components.myelectricaldata.energy.ecowatt import EcowattNews
from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule
from custom_components.myelectricaldata.energy.tariff import Calendars
from custom_components.myelectricaldata.energy.tempo import TempoChance, TempoSignal
from custom_components.myelectricaldata.gateway.models import Contract, Direction
from custom_components.myelectricaldata.tempo_entities import tempo_binary_sensors, tempo_events, tempo_sensors
from custom_components.myelectricaldata.zen_flex_entities import zen_flex_sensors
from tests.entities.rig import CONTRACT, NO_MONEY, SUBENTRY_ID, Money, UsagePointStandIn, snapshot_of

SECOND = timedelta(seconds=1)
ACCOUNT = "account"


class NationalStandIn:
    """What the coordinators see of `National`; the colours are merged by the real rules."""

    def __init__(self) -> None:
        self.tempo = TempoSignal()
        self.zen_flex: Mapping[date, str] = MappingProxyType({})
        self.ecowatt: Mapping[date, Any] = MappingProxyType({})
        self.wanted: list[Route] = []
        self._calendars = Calendars()
        self._listeners: list[Callable[[News], None]] = []

    def async_add_signal_listener(self, listener: Callable[[News], None]) -> CALLBACK_TYPE:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def async_want(self, route: Route) -> CALLBACK_TYPE:
        self.wanted.append(route)
        return lambda: self.wanted.remove(route)

    @property
    def calendars(self) -> Calendars:
        """The same object until one changes."""
        if self._calendars.tempo is not self.tempo.colours or self._calendars.zen_flex is not self.zen_flex:
            self._calendars = Calendars(tempo=self.tempo.colours, zen_flex=self.zen_flex)
        return self._calendars

    def know(self, first: date, *colours: str | None) -> None:
        """Colours that are there from the start, all of them confirmed."""
        days = {first + place * ONE_DAY: colour for place, colour in enumerate(colours)}
        self.tempo = TempoSignal(colours={day: colour for day, colour in days.items() if colour is not None})

    def tell(self, rows: Iterable[tuple[date, str]], first: date, last: date) -> None:
        """An answer about some days came in, now."""
        self.tempo, news = self.tempo.told(rows, first, last, dt_util.utcnow())
        self._tell(news)

    def tell_ecowatt(self, news: EcowattNews) -> None:
        """Something happened to another signal."""
        self._tell((news,))

    def tell_forecast(self, *chances: TempoChance) -> None:
        self.tempo = self.tempo.forecast(chances, dt_util.utcnow())
        self._tell(())

    def tell_zen_flex(self, days: Mapping[date, str]) -> None:
        self.zen_flex = days
        self._tell(())

    def _tell(self, news: News) -> None:
        for listener in tuple(self._listeners):
            listener(news)


class SignalRig:
    """One account, and short ways to the entities of its signals."""

    def __init__(
        self,
        hass: HomeAssistant,
        freezer: FrozenDateTimeFactory,
        national: NationalStandIn,
        *,
        entry_id: str = ACCOUNT,
        config: Mapping[str, Any] | None = None,
    ) -> None:
        """`config` is what the subentry of the usage points says beside their number."""
        self.hass = hass
        self.freezer = freezer
        self.national = national
        self.entry = MockConfigEntry(
            domain=DOMAIN,
            entry_id=entry_id,
            title=entry_id,
            subentries_data=[
                ConfigSubentryDataWithId(
                    subentry_id=SUBENTRY_ID,
                    subentry_type=SUBENTRY_USAGE_POINT,
                    title="Maison",
                    unique_id="usage_point_01234567890123",
                    data={"pdl": "01234567890123", **(config or {})},
                )
            ],
        )
        self.entry.add_to_hass(hass)
        self.points: dict[str, UsagePointStandIn] = {}
        self._coordinators: list[TempoCoordinator | ZenFlexCoordinator] = []
        self._platforms: list[MockEntityPlatform] = []

    def add_point(
        self,
        *windows: str,
        kva: int | None = 6,
        direction: Direction = Direction.CONSUMPTION,
        money: Money = NO_MONEY,
    ) -> UsagePointStandIn:
        """Another usage point, with these off-peak hours of its contract."""
        offpeak = OffpeakSchedule.from_config([{"season": "all", "windows": list(windows)}] if windows else [])
        point = UsagePointStandIn(self.hass, self.entry, (direction,), offpeak, money)
        point.data = snapshot_of((direction,), contract=contract_of(kva))
        self.points[f"{SUBENTRY_ID}{len(self.points)}"] = point
        return point

    async def load(self) -> None:
        """Start the coordinators and add the entities, as the platforms do."""
        self.entry.mock_state(self.hass, ConfigEntryState.LOADED)
        national: Any = self.national
        tempo = TempoCoordinator(self.hass, self.entry, national, "Tempo")
        zen_flex = ZenFlexCoordinator(self.hass, self.entry, national, "Zen Flex")
        self._coordinators = [tempo, zen_flex]
        self.entry.runtime_data = SimpleNamespace(
            national=national, tempo=tempo, zen_flex=zen_flex, usage_points=self.points
        )
        entry: Any = self.entry
        await self._add(Platform.SENSOR, [*tempo_sensors(entry), *zen_flex_sensors(entry)])
        await self._add(Platform.BINARY_SENSOR, tempo_binary_sensors(entry))
        await self._add(Platform.EVENT, tempo_events(entry))

    async def _add(self, domain: str, entities: Iterable[Entity]) -> None:
        platform = MockEntityPlatform(self.hass, domain=domain, platform_name=DOMAIN)
        platform.config_entry = self.entry
        await platform.platform_data.async_load_translations()
        await platform.async_add_entities(entities)
        self._platforms.append(platform)

    async def unload(self) -> None:
        """Take down what runs; what is registered stays."""
        while self._platforms:
            await self._platforms.pop().async_reset()
        while self._coordinators:
            await self._coordinators.pop().async_shutdown()
        self.entry.mock_state(self.hass, ConfigEntryState.NOT_LOADED)
        await self.hass.async_block_till_done()

    async def restart(self) -> None:
        await self.unload()
        await self.load()

    async def go_to(self, instant: datetime) -> None:
        """Let the clock strike an instant, and everything before it that was asked for."""
        # Home Assistant's own clock strikes a moment after the instant that it was asked for.
        struck = instant + timedelta(microseconds=1)
        self.freezer.move_to(struck)
        async_fire_time_changed(self.hass, struck)
        await self.hass.async_block_till_done()

    def entity_id(self, key: str) -> str | None:
        entries = er.async_entries_for_config_entry(er.async_get(self.hass), self.entry.entry_id)
        return next((each.entity_id for each in entries if each.unique_id == f"{self.entry.entry_id}_{key}"), None)

    def state(self, key: str) -> State:
        entity_id = self.entity_id(key)
        assert entity_id is not None, f"no entity {key}"
        state = self.hass.states.get(entity_id)
        assert state is not None, f"{entity_id} is disabled"
        return state

    def value(self, key: str) -> str:
        return self.state(key).state

    def values(self, *keys: str) -> tuple[str, ...]:
        return tuple(self.value(key) for key in keys)

    def attribute(self, key: str, name: str) -> Any:
        return self.state(key).attributes[name]

    def follow(self, key: str) -> list[State]:
        """Every state that an entity takes from now on."""
        entity_id, seen = self.entity_id(key), list[State]()

        @callback
        def note(event: Event[EventStateChangedData]) -> None:
            if event.data["entity_id"] == entity_id and (state := event.data["new_state"]) is not None:
                seen.append(state)

        self.hass.bus.async_listen("state_changed", note)
        return seen


def contract_of(kva: int | None) -> Contract | None:
    """A contract of which only the subscribed power matters here."""
    return None if kva is None else replace(CONTRACT, subscribed_power_kva=Decimal(kva))


type OpenSignals = Callable[..., Awaitable[SignalRig]]
"""Not loaded yet: a test adds usage points first."""
