"""One Home Assistant with one account and the simulated gateway, whose signals are watched through months of travel."""

import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from statistics import median
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import restore_state
from homeassistant.helpers.entity import Entity
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.myelectricaldata.coordinators import national as national_module
from custom_components.myelectricaldata.coordinators import national_known
from custom_components.myelectricaldata.coordinators.national_plan import Route
from custom_components.myelectricaldata.gateway import transport
from tests.account import account_entry
from tests.energy.naive_clock import wall
from tests.simulators.gateway import Call, GatewaySimulator

MINUTES = {
    Route.TEMPO: 11 * 60 + 15,
    Route.FORECAST: 7 * 60 + 30,
    Route.ZEN_FLEX: 15 * 60,
    Route.ECOWATT: 17 * 60 + 5,
    Route.CATALOGUE: 5 * 60,
}
SIGNAL_ROUTES = ("/tempo/", "/ecowatt/", "/zen-flex/")


@dataclass(frozen=True, slots=True)
class Seen:
    """An entity as it was from an instant on."""

    at: datetime
    state: str
    attributes: Mapping[str, Any]


class Watch:
    """The signals of one account, and what their entities have shown."""

    def __init__(
        self, hass: HomeAssistant, freezer: FrozenDateTimeFactory, simulator: GatewaySimulator, entry: MockConfigEntry
    ) -> None:
        self.hass = hass
        self.freezer = freezer
        self.simulator = simulator
        self.entry = entry
        self.histories: defaultdict[str, list[Seen]] = defaultdict(list)
        self._keys: dict[str, str | None] = {}
        self._stop = hass.bus.async_listen("state_changed", self._note)

    def forget(self) -> None:
        """The account is removed: watch no longer, and let nothing of it come back."""
        self._stop()
        restore_state.async_get(self.hass).last_states.clear()
        self.hass.data.pop(national_module._NATIONAL, None)

    @callback
    def _note(self, event: Event[EventStateChangedData]) -> None:
        state, entity_id = event.data["new_state"], event.data["entity_id"]
        if state is None or (key := self._key(entity_id)) is None:
            return
        self.histories[key].append(Seen(datetime.now(UTC), state.state, state.attributes))

    def _key(self, entity_id: str) -> str | None:
        if entity_id not in self._keys:
            entry = er.async_get(self.hass).async_get(entity_id)
            prefix = f"{self.entry.entry_id}_"
            is_ours = entry is not None and entry.unique_id.startswith(prefix)
            self._keys[entity_id] = entry.unique_id.removeprefix(prefix) if entry is not None and is_ours else None
        return self._keys[entity_id]

    async def start(self) -> None:
        """Set the entry up and let it ask what is due."""
        if self.entry.entry_id not in self.hass.config_entries._entries:
            self.entry.add_to_hass(self.hass)
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.settle()

    async def stop(self) -> None:
        """Unload the account and forget the source: what is left is on the disk."""
        assert await self.hass.config_entries.async_unload(self.entry.entry_id)
        await self.settle()
        self.hass.data.pop(national_module._NATIONAL, None)

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def settle(self) -> None:
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def go(self, to: datetime) -> None:
        """Let the clock strike an instant; nothing that is due before it must have been skipped."""
        self.freezer.move_to(to)
        async_fire_time_changed(self.hass)
        await self.settle()

    async def travel(self, instants: Iterable[datetime]) -> None:
        for instant in instants:
            await self.go(instant)

    def now(self) -> dict[str, State]:
        """The state of every entity of the account, by key."""
        states = {self._key(state.entity_id): state for state in self.hass.states.async_all()}
        return {key: state for key, state in states.items() if key is not None}

    def changes(self, key: str) -> list[tuple[datetime, str]]:
        """When the state of an entity, or an attribute (`key.attribute`), became another one.

        What lasted no time at all is left out.
        """
        name, _, attribute = key.partition(".")
        last = {
            seen.at: str(seen.attributes[attribute] or "unknown") if attribute else seen.state
            for seen in self.histories[name]
        }
        return compressed(last.items())

    def signal_calls(self) -> list[Call]:
        """The questions about signals that were asked."""
        return [call for call in self.simulator.calls if call.path.startswith(SIGNAL_ROUTES)]

    def calls_by_day(self) -> dict[date, Counter[str]]:
        """The same by day of Paris and by route."""
        found: defaultdict[date, Counter[str]] = defaultdict(Counter)
        for call in self.signal_calls():
            found[wall(call.at).date()][call.path] += 1
        return dict(found)


def compressed(states: Iterable[tuple[datetime, str]]) -> list[tuple[datetime, str]]:
    """Only those that differ from the one before."""
    found: list[tuple[datetime, str]] = []
    for at, state in states:
        if not found or found[-1][1] != state:
            found.append((at, state))
    return found


def summary(title: str, days: Mapping[date, Counter[str]]) -> str:
    """How many questions a day, of all signals and of each route."""
    totals = [counter.total() for counter in days.values()]
    routes = sorted({route for counter in days.values() for route in counter})
    each = (f"  {route:24} {_spread([counter[route] for counter in days.values()])}" for route in routes)
    return "\n".join([f"{title}: {len(totals)} days, {_spread(totals)} calls a day", *each])


def tell(text: str) -> None:
    """To whoever runs the test with `-s`."""
    sys.stdout.write(f"\n{text}\n")


def _spread(counts: list[int]) -> str:
    return f"min {min(counts)}, median {median(counts):g}, max {max(counts)}"


NO_STATES = pytest.mark.parametrize("recorder_config", [{"exclude": {"entity_globs": ["*"]}}], ids=["no_states"])
"""A recorder that writes no states: the watch keeps its own."""


def _is_about_tempo_or_ecowatt(entity: Entity) -> bool:
    """The national grid is asked every half hour while somebody looks at it; calendars have tests of their own."""
    return not any(word in str(entity.unique_id) for word in ("_france_", "_calendar"))


type OpenWatch = Callable[..., Awaitable[Watch]]


@pytest.fixture
async def open_watch(
    recorder_mock: object,
    enable_custom_integrations: None,
    socket_enabled: None,
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[OpenWatch]:
    """Starts a simulated gateway without usage points at some instant, and an account that has all its entities."""
    # What helps to find a task that was never awaited costs three quarters of the time of a year.
    hass.loop.set_debug(False)
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", property(_is_about_tempo_or_ecowatt))
    monkeypatch.setattr(transport, "_pause", lambda *_args: 0)
    monkeypatch.setattr(national_known, "draw_minute", MINUTES.__getitem__)
    async with AsyncExitStack() as stack:

        async def open_one(at: datetime, *, start: bool = True, **options: Any) -> Watch:
            freezer.move_to(at)
            simulator = await stack.enter_async_context(GatewaySimulator([], **options))
            watch = Watch(hass, freezer, simulator, account_entry(simulator, []))
            if start:
                await watch.start()
            return watch

        yield open_one
        for entry in hass.config_entries.async_loaded_entries("myelectricaldata"):
            await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
