"""The heating on red peak hours, over days."""

from typing import Any

import pytest

from tests.blueprints.rig import MEMORY, House, paris

pytestmark = pytest.mark.long

RED_PEAK = "binary_sensor.red_peak"
BOTH = {"red_peak": RED_PEAK, "climates": ["climate.living", "climate.bath"], "memory": MEMORY}
RED_DAY = {"12-03 06:00": (RED_PEAK, "on"), "12-03 22:00": (RED_PEAK, "off")}


async def evening_before(
    house: House, blueprint: str = "en/red_peak_heating", state: str = "off", **inputs: Any
) -> None:
    house.freezer.move_to(paris("2026-12-02 20:00"))
    house.signals[RED_PEAK] = (state, {})
    await house.start(blueprint, {**BOTH, **inputs}, thermostats=["living", "bath"])
    await house.act("climate.set_temperature", entity_id="climate.bath", temperature=22)


def settings(house: House) -> list[tuple[str, str, Any]]:
    """When which thermostat was told which temperature or preset."""
    return [
        (at, data["entity_id"][0], data.get("temperature", data.get("preset_mode")))
        for at, action, data in house.calls
        if action.startswith("climate.")
    ]


@pytest.mark.parametrize("blueprint", ["en/red_peak_heating", "fr/jour_rouge_chauffage"])
async def test_each_thermostat_gets_its_own_temperature_back_at_22(house: House, blueprint: str) -> None:
    await evening_before(house, blueprint)
    await house.until("2026-12-04 08:00", RED_DAY)
    assert settings(house) == [
        ("12-03 06:00", "climate.living", 16),
        ("12-03 06:00", "climate.bath", 16),
        ("12-03 22:00", "climate.living", 19.0),
        ("12-03 22:00", "climate.bath", 22.0),
    ]
    assert house.state(MEMORY) == ""


async def test_restarts_in_the_middle_lose_nothing(house: House) -> None:
    await evening_before(house)
    await house.until("2026-12-03 09:17", RED_DAY)
    await house.restart("2026-12-03 09:25")
    await house.until("2026-12-03 21:58", RED_DAY)
    await house.restart("2026-12-03 21:59")
    await house.until("2026-12-03 23:00", RED_DAY)
    assert settings(house) == [
        ("12-03 06:00", "climate.living", 16),
        ("12-03 06:00", "climate.bath", 16),
        ("12-03 22:00", "climate.living", 19.0),
        ("12-03 22:00", "climate.bath", 22.0),
    ]


async def test_what_ended_while_home_assistant_was_off_is_given_back_when_it_starts(house: House) -> None:
    await evening_before(house)
    await house.until("2026-12-03 21:00", RED_DAY)
    house.signals[RED_PEAK] = ("off", {})
    await house.restart("2026-12-03 23:30")
    assert settings(house)[2:] == [("12-03 23:30", "climate.living", 19.0), ("12-03 23:30", "climate.bath", 22.0)]
    assert house.state(MEMORY) == ""


async def test_a_red_peak_that_began_while_home_assistant_was_off_is_used_from_its_start(house: House) -> None:
    await evening_before(house)
    await house.until("2026-12-03 05:50")
    house.signals[RED_PEAK] = ("on", {})
    await house.restart("2026-12-03 06:10")
    assert settings(house) == [("12-03 06:10", "climate.living", 16), ("12-03 06:10", "climate.bath", 16)]


async def test_what_somebody_changes_during_the_red_hours_stays_so_even_after_a_restart(house: House) -> None:
    await evening_before(house)
    await house.until("2026-12-03 10:00", RED_DAY)
    await house.act("climate.set_temperature", entity_id="climate.bath", temperature=20)
    await house.restart("2026-12-03 10:05")
    await house.until("2026-12-03 23:00", RED_DAY)
    assert settings(house)[2:] == [("12-03 22:00", "climate.living", 19.0)]
    assert house.temperature("bath") == 20
    assert house.state(MEMORY) == ""


async def test_a_thermostat_that_is_off_or_lower_is_not_touched(house: House) -> None:
    await evening_before(house)
    await house.act("climate.turn_off", entity_id="climate.living")
    await house.act("climate.set_temperature", entity_id="climate.bath", temperature=14)
    await house.until("2026-12-03 23:00", RED_DAY)
    assert settings(house) == []
    assert house.state("climate.living") == "off"


@pytest.mark.parametrize("nothing", ["unknown", "unavailable"])
async def test_an_unknown_colour_does_nothing_and_a_late_one_acts_when_it_comes(house: House, nothing: str) -> None:
    await evening_before(house, state=nothing)
    await house.until("2026-12-03 08:40", {"12-03 08:37": (RED_PEAK, "on")})
    assert settings(house) == [("12-03 08:37", "climate.living", 16), ("12-03 08:37", "climate.bath", 16)]


async def test_night_ends_it_though_the_integration_is_gone_and_an_outage_by_day_ends_nothing(house: House) -> None:
    await evening_before(house)
    outages = {"12-03 10:00": (RED_PEAK, "unavailable"), "12-03 10:05": (RED_PEAK, "on")}
    await house.until("2026-12-03 23:00", RED_DAY | outages | {"12-03 21:30": (RED_PEAK, "unavailable")})
    assert settings(house)[2:] == [("12-03 22:00", "climate.living", 19.0), ("12-03 22:00", "climate.bath", 22.0)]


async def test_a_thermostat_out_of_reach_at_22_gets_its_temperature_when_it_is_back(house: House) -> None:
    await evening_before(house)
    await house.until("2026-12-03 21:50", RED_DAY)
    low = house.hass.states.get("climate.bath")
    house.hass.states.async_set("climate.bath", "unavailable")
    await house.until("2026-12-04 01:13", RED_DAY)
    assert settings(house)[2:] == [("12-03 22:00", "climate.living", 19.0)]
    house.hass.states.async_set("climate.bath", low.state, low.attributes)
    await house.hass.async_block_till_done()
    assert settings(house)[3:] == [("12-04 01:13", "climate.bath", 22.0)]
    assert house.state(MEMORY) == ""


async def test_a_preset_is_used_where_there_is_one_and_the_preset_before_comes_back(house: House) -> None:
    await evening_before(house, setback_preset="eco", climates=["climate.living"])
    await house.until("2026-12-03 12:00", RED_DAY)
    await house.restart("2026-12-03 12:01")
    await house.until("2026-12-03 23:00", RED_DAY)
    assert settings(house) == [
        ("12-03 06:00", "climate.living", "eco"),
        ("12-03 22:00", "climate.living", "none"),
        ("12-03 22:00", "climate.living", 19.0),
    ]
    assert house.temperature("living") == 19


async def test_a_thermostat_that_the_memory_has_no_room_for_is_not_lowered(house: House) -> None:
    house.memory_length = 12
    await evening_before(house)
    await house.until("2026-12-03 23:00", RED_DAY)
    assert settings(house) == [("12-03 06:00", "climate.living", 16), ("12-03 22:00", "climate.living", 19.0)]


async def test_two_red_days_in_a_row_each_give_back_what_was_before(house: House) -> None:
    await evening_before(house, climates=["climate.living"])
    await house.until("2026-12-04 00:00", RED_DAY)
    await house.act("climate.set_temperature", entity_id="climate.living", temperature=20.5)
    await house.until("2026-12-04 23:00", {"12-04 06:00": (RED_PEAK, "on"), "12-04 22:00": (RED_PEAK, "off")})
    assert [(at, value) for at, _, value in settings(house)] == [
        ("12-03 06:00", 16),
        ("12-03 22:00", 19.0),
        ("12-04 06:00", 16),
        ("12-04 22:00", 20.5),
    ]
