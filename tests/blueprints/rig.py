"""A house that runs automations made from the blueprints of the repository, and that can be restarted for real.

Each life is a Home Assistant of its own with the same storage: what survives is what Home Assistant keeps itself, the
states of helpers and thermostats and when an automation last ran. Every action that is called is noted with the minute.
"""

from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from shutil import copytree
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_CALL_SERVICE
from homeassistant.core import CoreState, Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import restore_state
from homeassistant.setup import async_setup_component
from homeassistant.util.async_ import get_scheduled_timer_handles
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_mock_service,
    async_test_home_assistant,
)

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "blueprints" / "automation" / "myelectricaldata"
PAIRS = {
    "red_day_alert": "jour_rouge_alerte",
    "red_peak_heating": "jour_rouge_chauffage",
    "water_heater": "chauffe_eau",
    "ecowatt_load_shedding": "ecowatt_delestage",
    "max_power_warning": "puissance_maximale",
    "missing_data": "donnees_absentes",
}
"""Each blueprint, in English and in French."""

PARIS = ZoneInfo("Europe/Paris")
MINUTE = timedelta(minutes=1)
AUTOMATION = "automation.under_test"
MEMORY = "input_text.memory"
PHONES = ("Pixel 9", "iPhone d'Anaïs")
NOTIFIERS = ("mobile_app_pixel_9", "mobile_app_iphone_d_anais")

type Call = tuple[str, str, Mapping[str, Any]]
"""`(day and minute in Paris, domain.action, data)`"""


def paris(text: str) -> datetime:
    """`2026-12-03 19:00` of the wall clock in Paris; the second one, where there are two, with a `+` behind."""
    return datetime.fromisoformat(text.rstrip("+")).replace(tzinfo=PARIS, fold=int(text.endswith("+")))


@dataclass
class House:
    """One automation, the entities around it, and the clock."""

    freezer: FrozenDateTimeFactory
    config_dir: Path
    lives: AsyncExitStack
    calls: list[Call] = field(default_factory=list)
    config: dict[str, Any] = field(default_factory=dict)
    signals: dict[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    memory_length: int = 100
    has_phones: bool = False
    """Whether the input `phones` gets both."""
    phones: list[str] = field(default_factory=list)
    """Their devices in this life."""
    hass: HomeAssistant = field(init=False)

    async def start(self, blueprint: str, inputs: Mapping[str, Any], *, thermostats: Iterable[str] = ()) -> None:
        """Begin the first life, at the time that it is."""
        self.config = {
            "input_text": {"memory": {"max": self.memory_length}},
            "input_boolean": {"heater": {}, "boiler": {}, "car": {}, "lamp": {}},
            "climate": [
                {
                    "platform": "generic_thermostat",
                    "name": name,
                    "unique_id": name,
                    "heater": "input_boolean.heater",
                    "target_sensor": "sensor.room",
                    "min_temp": 5,
                    "max_temp": 30,
                    "eco_temp": 15,
                }
                for name in thermostats
            ],
            "automation": [
                {
                    "id": "under_test",
                    "alias": "Under test",
                    "use_blueprint": {"path": f"myelectricaldata/{blueprint}.yaml", "input": dict(inputs)},
                }
            ],
        }
        copytree(FOLDER, self.config_dir / "blueprints" / "automation" / "myelectricaldata")
        self.signals["sensor.room"] = ("20", {})
        await self._live()
        for name in thermostats:
            await self.act("climate.set_temperature", entity_id=f"climate.{name}", temperature=19, hvac_mode="heat")

    async def _live(self) -> None:
        self.hass = await self.lives.enter_async_context(
            async_test_home_assistant(config_dir=str(self.config_dir), initial_state=CoreState.not_running)
        )
        hass = self.hass
        hass.loop.slow_callback_duration = float("inf")
        await hass.config.async_set_time_zone("Europe/Paris")
        hass.data.pop(restore_state.DATA_RESTORE_STATE)
        with patch.object(restore_state.RestoreStateData, "async_setup_dump"):
            await restore_state.async_load(hass)
        self._phones()
        hass.bus.async_listen(EVENT_CALL_SERVICE, self._note)
        await async_setup_component(hass, "homeassistant", {})
        for entity_id, (state, attributes) in self.signals.items():
            hass.states.async_set(entity_id, state, attributes)
        if self.has_phones:
            # The registry of devices is new in each life of the test tools.
            self.config["automation"][0]["use_blueprint"]["input"]["phones"] = self.phones
        for component in ("input_text", "input_boolean", "climate", "automation"):
            assert await async_setup_component(hass, component, self.config)
        await hass.async_block_till_done()
        assert hass.states.get(AUTOMATION).state == "on"
        await hass.async_start()
        await hass.async_block_till_done()

    def _phones(self) -> None:
        """Phones with push, as mobile_app registers them: a device, a notify entity, an action by the device's name."""
        entry = MockConfigEntry(domain="mobile_app")
        entry.add_to_hass(self.hass)
        self.phones = []
        for name, notifier in zip(PHONES, NOTIFIERS, strict=True):
            device = dr.async_get(self.hass).async_get_or_create(
                config_entry_id=entry.entry_id, identifiers={("mobile_app", name)}, name=name
            )
            er.async_get(self.hass).async_get_or_create("notify", "mobile_app", name, device_id=device.id)
            async_mock_service(self.hass, "notify", notifier)
            self.phones.append(device.id)

    @callback
    def _note(self, event: Event) -> None:
        data = event.data["service_data"]
        self.calls.append((f"{self._now():%m-%d %H:%M}", f"{event.data['domain']}.{event.data['service']}", data))

    def _now(self) -> datetime:
        return datetime.now(PARIS)

    async def stop(self) -> None:
        """End this life as Home Assistant does: the states are kept, then everything is gone."""
        await restore_state.async_get(self.hass).async_dump_states()
        await self.hass.async_stop(force=True)
        await self.lives.aclose()
        # A process that ends takes its timers with it.
        for timer in get_scheduled_timer_handles(self.hass.loop):
            timer.cancel()

    async def restart(self, at: str | None = None) -> None:
        """Off until an instant, then another life with what was kept."""
        await self.stop()
        if at is not None:
            self.freezer.move_to(paris(at))
        await self._live()

    async def say(self, entity_id: str, state: str, **attributes: Any) -> None:
        """An entity of the integration says something, now and after each restart."""
        self.signals[entity_id] = (state, attributes)
        self.hass.states.async_set(entity_id, state, attributes)
        await self.hass.async_block_till_done()

    async def act(self, action: str, **data: Any) -> None:
        """Somebody in the house does something. It is not noted."""
        domain, service = action.split(".")
        noted = list(self.calls)
        await self.hass.services.async_call(domain, service, data, blocking=True)
        await self.hass.async_block_till_done()
        self.calls[:] = noted

    async def until(self, at: str, signals: Mapping[str, tuple[str, str]] | None = None) -> None:
        """Let the time pass until an instant; `signals` say at which times (`MM-DD HH:MM`) who says what."""
        end, said = paris(at).astimezone(UTC), signals or {}
        while self.now_utc() < end:
            await self._pass(self._quiet_minutes(end, said))
            if (what := said.get(f"{self._now():%m-%d %H:%M}")) is not None:
                await self.say(*what)

    def _quiet_minutes(self, end: datetime, said: Mapping[str, tuple[str, str]]) -> int:
        """How many minutes, at least one, until a timer is due, somebody says something, or the end."""
        timers = [timer.when() for timer in get_scheduled_timer_handles(self.hass.loop) if not timer.cancelled()]
        # Home Assistant sets its timers up to half a second late.
        seconds = min(timers, default=inf) - self.hass.loop.time() - 1
        now, minutes = self._now().astimezone(UTC), 1
        while minutes * 60 < seconds and now + minutes * MINUTE < end:
            if f"{(now + minutes * MINUTE).astimezone(PARIS):%m-%d %H:%M}" in said:
                break
            minutes += 1
        return minutes

    async def until_next_minute(self) -> None:
        """Let one minute pass."""
        await self._pass(1)

    async def _pass(self, minutes: int) -> None:
        now = self.now_utc() + minutes * MINUTE
        self.freezer.move_to(now)
        async_fire_time_changed(self.hass, now)
        await self.hass.async_block_till_done()

    def now_utc(self) -> datetime:
        """The instant that it is."""
        return datetime.now(UTC)

    def state(self, entity_id: str) -> str:
        """What an entity is now."""
        return self.hass.states.get(entity_id).state

    def temperature(self, name: str) -> float:
        """What a thermostat aims at."""
        return self.hass.states.get(f"climate.{name}").attributes["temperature"]

    def done(self, *domains: str) -> list[tuple[str, str, Any]]:
        """The calls of some domains: when, what, and on which entities or with which value."""
        return [
            (at, action, data.get("entity_id", data.get("message")))
            for at, action, data in self.calls
            if action.split(".", maxsplit=1)[0] in domains
        ]
