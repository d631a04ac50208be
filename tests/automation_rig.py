"""Real automations in a test, set up as a user's are, and what they did."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.myelectricaldata.const import DOMAIN
from custom_components.myelectricaldata.energy.calendar import PARIS

ASKED = "somebody_asks"


@dataclass(frozen=True, slots=True)
class Run:
    """An automation ran."""

    name: str
    at: str
    """By the clocks of Paris."""
    told: Mapping[str, Any]
    """What its templates found under `trigger`."""


class Automations:
    """The automations of one Home Assistant."""

    def __init__(self, hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
        self.hass = hass
        self.freezer = freezer
        self.runs: list[Run] = []
        self._configs: list[dict[str, Any]] = []
        hass.services.async_register("test", "run", self._note)

    def on(self, name: str, trigger: str, *tells: str, **config: Any) -> None:
        """Set up an automation that one of our triggers starts; `tells` are the variables that it notes."""
        told = {each: f"{{{{ trigger.{each} }}}}" for each in tells}
        self._add(name, {"triggers": [{"trigger": f"{DOMAIN}.{trigger}", **config}]}, told)

    def on_reading(self, name: str, trigger: str, entity_id: str, **config: Any) -> None:
        """The same, noting what an entity says by then."""
        self._add(
            name,
            {"triggers": [{"trigger": f"{DOMAIN}.{trigger}", **config}]},
            {"state": f"{{{{ states('{entity_id}') }}}}"},
        )

    def when(self, name: str, condition: str, **config: Any) -> None:
        """Set up an automation that runs when it is asked to and one of our conditions holds."""
        conditions = [{"condition": f"{DOMAIN}.{condition}", **config}]
        self._add(name, {"triggers": [{"trigger": "event", "event_type": ASKED}], "conditions": conditions}, {})

    def _add(self, name: str, config: dict[str, Any], told: Mapping[str, str]) -> None:
        action = {"action": "test.run", "data": {"name": name, "told": dict(told)}}
        self._configs.append({"id": name, "alias": name, **config, "actions": [action]})

    async def start(self) -> None:
        """Set the component up with all of them; each one must be accepted."""
        assert await async_setup_component(self.hass, "automation", {"automation": self._configs})
        await self.settle()
        states = {state.name: state.state for state in self.hass.states.async_all("automation")}
        assert states == {config["alias"]: "on" for config in self._configs}

    async def _note(self, call: ServiceCall) -> None:
        at = dt_util.utcnow().astimezone(PARIS)
        self.runs.append(Run(call.data["name"], at.strftime("%m-%d %H:%M:%S"), call.data["told"]))

    async def holding(self) -> set[str]:
        """The names of the automations whose condition holds now."""
        self.runs.clear()
        self.hass.bus.async_fire(ASKED)
        await self.settle()
        names = {run.name for run in self.runs}
        self.runs.clear()
        return names

    async def at(self, instant: datetime) -> list[Run]:
        """Jump to an instant; what ran because of that."""
        before = len(self.runs)
        self.freezer.move_to(instant)
        async_fire_time_changed(self.hass)
        await self.settle()
        return self.runs[before:]

    def times(self, name: str) -> list[str]:
        """When an automation ran."""
        return [run.at for run in self.runs if run.name == name]

    async def settle(self) -> None:
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def stop(self) -> None:
        """Detach them all."""
        if self.hass.states.async_entity_ids("automation"):
            await self.hass.services.async_call("automation", "turn_off", {"entity_id": "all"}, blocking=True)


@pytest.fixture
async def automations(
    enable_custom_integrations: None, hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> AsyncIterator[Automations]:
    """No automation yet."""
    rig = Automations(hass, freezer)
    yield rig
    await rig.stop()
