"""The blueprints on the integration's own entities, fed by the simulated gateway, over the eve and the red day."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from homeassistant.const import EVENT_CALL_SERVICE, Platform
from homeassistant.core import Event, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component

from custom_components.myelectricaldata.const import CONF_OFFPEAK
from tests.account import Account
from tests.blueprints.rig import FOLDER, PARIS
from tests.conftest import OpenAccount
from tests.simulators.households import Household
from tests.simulators.tempo import colour

pytestmark = pytest.mark.long

HOUSE = Household(
    pdl="22516914714271", name="Maison", activation=date(2026, 11, 2), offpeak="HC (22H00-6H00)", subscribed_kva=9
)
ONE_DAY = timedelta(days=1)


def lonely_red_day() -> date:
    """A red day after a blue one and before one that is not red, past the first days of the account."""
    day = date(2026, 11, 25)
    while [colour(day - ONE_DAY), colour(day)] != ["BLUE", "RED"] or colour(day + ONE_DAY) == "RED":
        day += ONE_DAY
    return day


def entity(account: Account, platform: Platform, unique_id: str) -> str:
    entity_id = er.async_get(account.hass).async_get_entity_id(platform, "myelectricaldata", unique_id)
    assert entity_id is not None, unique_id
    return entity_id


async def test_eve_and_red_day_of_a_house_with_tempo(open_account: OpenAccount, tmp_path: Path) -> None:
    red = lonely_red_day()
    eve = red - ONE_DAY
    noon = datetime(eve.year, eve.month, eve.day, 12, tzinfo=PARIS).astimezone(UTC)
    account = await open_account(noon - timedelta(hours=6), HOUSE, start=False)
    # RTE is late: 20:00 in the place of 10:20.
    account.simulator.tempo.late[red] = timedelta(hours=9, minutes=40)
    account.simulator.ecowatt.told[red] = tuple(2 if hour in {8, 9, 18} else 1 for hour in range(24))
    hass = account.hass
    await hass.config.async_set_time_zone("Europe/Paris")
    hass.config.config_dir = str(tmp_path)
    copytree(FOLDER, tmp_path / "blueprints" / "automation" / "myelectricaldata")
    account.entry.add_to_hass(hass)
    (subentry,) = account.entry.subentries.values()
    night = [{"season": "all", "windows": ["22:00-06:00"]}]
    hass.config_entries.async_update_subentry(account.entry, subentry, data={**subentry.data, CONF_OFFPEAK: night})
    await account.start()

    def national(platform: Platform, key: str) -> str:
        return entity(account, platform, f"{account.entry.entry_id}_{key}")

    def of_house(platform: Platform, key: str) -> str:
        return entity(account, platform, f"{HOUSE.pdl}_{key}")

    tomorrow = national(Platform.SENSOR, "tempo_tomorrow")
    inputs: dict[str, dict[str, Any]] = {
        "en/red_day_alert": {
            "tomorrow": tomorrow,
            "alert_actions": [{"action": "input_boolean.turn_on", "target": {"entity_id": "input_boolean.alert"}}],
        },
        "fr/jour_rouge_chauffage": {
            "red_peak": national(Platform.BINARY_SENSOR, "tempo_red_peak"),
            "climates": ["climate.living"],
            "memory": "input_text.heating",
        },
        "en/water_heater": {
            "heater": "input_boolean.boiler",
            "offpeak": of_house(Platform.BINARY_SENSOR, "offpeak"),
            "next_change": of_house(Platform.SENSOR, "next_offpeak_change"),
            "today": national(Platform.SENSOR, "tempo_today"),
            "tomorrow": tomorrow,
        },
        "fr/ecowatt_delestage": {
            "level": national(Platform.SENSOR, "ecowatt_now"),
            "loads": ["input_boolean.car"],
            "memory": "input_text.shedding",
        },
        "fr/donnees_absentes": {"last_day": of_house(Platform.SENSOR, "consumption_last_known_day")},
        "fr/puissance_maximale": {
            "peak": of_house(Platform.SENSOR, "max_power_yesterday"),
            "subscribed": of_house(Platform.SENSOR, "subscribed_power"),
        },
    }
    thermostat = {"platform": "generic_thermostat", "name": "living", "heater": "input_boolean.heater"}
    config = {
        "input_text": {"heating": {}, "shedding": {}},
        "input_boolean": {"alert": {}, "boiler": {}, "heater": {}, "car": {"initial": True}},
        "climate": [{**thermostat, "target_sensor": "sensor.room", "target_temp": 19, "initial_hvac_mode": "heat"}],
        "automation": [
            {"id": path, "alias": path, "use_blueprint": {"path": f"myelectricaldata/{path}.yaml", "input": chosen}}
            for path, chosen in inputs.items()
        ],
    }
    calls: list[tuple[str, str, Any]] = []

    @callback
    def note(event: Event) -> None:
        data, at = event.data["service_data"], datetime.now(PARIS)
        when = f"{(at.date() - eve).days} {at:%H:%M}"
        if event.data["domain"] == "climate":
            calls.append((when, event.data["service"], data["temperature"]))
        elif event.data["domain"] == "input_boolean" and data["entity_id"] != ["input_boolean.heater"]:
            calls.append((when, event.data["service"], data["entity_id"][0].removeprefix("input_boolean.")))

    hass.bus.async_listen(EVENT_CALL_SERVICE, note)
    hass.states.async_set("sensor.room", "20")
    assert await async_setup_component(hass, "homeassistant", {})
    for component, settings in config.items():
        assert await async_setup_component(hass, component, {component: settings})
    await account.settle()
    assert {state.state for state in hass.states.async_all("automation")} == {"on"}
    told: list[datetime] = []
    hass.bus.async_listen(
        "state_changed",
        callback(
            lambda event: (
                told.append(datetime.now(PARIS))
                if event.data["entity_id"] == tomorrow and event.data["new_state"].state == "red"
                else None
            )
        ),
    )
    await account.travel(noon + timedelta(hours=35))
    await hass.services.async_call("automation", "turn_off", {"entity_id": "all"}, blocking=True)
    late = told[0]
    assert late.date() == eve
    assert late.hour >= 20
    assert calls == [
        (f"0 {late:%H:%M}", "turn_on", "alert"),
        ("0 22:00", "turn_on", "boiler"),
        ("1 06:00", "set_temperature", 16),
        ("1 06:00", "turn_off", "boiler"),
        ("1 08:00", "turn_off", "car"),
        ("1 10:00", "turn_on", "car"),
        ("1 18:00", "turn_off", "car"),
        ("1 19:00", "turn_on", "car"),
        ("1 22:00", "set_temperature", 19.0),
    ]
