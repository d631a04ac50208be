"""Load shedding through a morning and an evening of tension, restarts and unknown hours included."""

from typing import Any

import pytest

from tests.blueprints.rig import MEMORY, NOTIFIERS, House, paris

pytestmark = pytest.mark.long

LEVEL = "sensor.ecowatt_now"
BOILER, CAR, LAMP, HALL = "input_boolean.boiler", "input_boolean.car", "input_boolean.lamp", "climate.hall"
LOADS = [BOILER, CAR, LAMP, HALL]
TENSE = {"12-08 08:00": (LEVEL, "orange"), "12-08 10:00": (LEVEL, "red"), "12-08 13:00": (LEVEL, "green")}


async def morning(house: House, blueprint: str = "en/ecowatt_load_shedding", level: str = "green", **more: Any) -> None:
    """07:00: boiler and car are on, the lamp is off, the hall is heated to 19."""
    house.freezer.move_to(paris("2026-12-08 07:00"))
    house.signals[LEVEL] = (level, {})
    house.has_phones = True
    await house.start(blueprint, {"level": LEVEL, "loads": LOADS, "memory": MEMORY, **more}, thermostats=["hall"])
    for load in (BOILER, CAR):
        await house.act("input_boolean.turn_on", entity_id=load)
    house.calls.clear()


def changes(house: House) -> list[tuple[str, str, Any]]:
    """When what was done to which load, but for the thermostat's own heater."""
    return [
        (at, action.split(".")[1], data["entity_id"][0])
        for at, action, data in house.calls
        if action.startswith(("homeassistant.", "climate.")) and data["entity_id"] != "input_boolean.heater"
    ]


SHED = [("12-08 08:00", "turn_off", BOILER), ("12-08 08:00", "turn_off", CAR), ("12-08 08:00", "set_temperature", HALL)]
BACK = [("12-08 13:00", "turn_on", BOILER), ("12-08 13:00", "turn_on", CAR), ("12-08 13:00", "set_temperature", HALL)]


@pytest.mark.parametrize(
    ("blueprint", "message"),
    [
        ("en/ecowatt_load_shedding", "The national grid is tense: loads are shed."),
        ("fr/ecowatt_delestage", "Le réseau national est tendu : délestage en cours."),
    ],
)
async def test_what_was_on_is_shed_and_given_back_and_each_phone_told_once(
    house: House, blueprint: str, message: str
) -> None:
    await morning(house, blueprint)
    await house.until("2026-12-08 18:00", TENSE)
    assert changes(house) == SHED + BACK
    assert house.temperature("hall") == 19
    told = house.done("notify")
    assert told[:2] == [("12-08 08:00", f"notify.{notifier}", message) for notifier in NOTIFIERS]
    assert [at for at, *_ in told] == ["12-08 08:00"] * 2 + ["12-08 13:00"] * 2
    assert house.state(MEMORY) == ""


async def test_restarts_in_the_middle_and_over_the_end_lose_nothing(house: House) -> None:
    await morning(house)
    await house.until("2026-12-08 09:30", TENSE)
    await house.restart("2026-12-08 09:35")
    await house.until("2026-12-08 12:50", TENSE)
    house.signals[LEVEL] = ("green", {})
    await house.restart("2026-12-08 13:20")
    assert changes(house) == SHED + [("12-08 13:20", action, load) for _, action, load in BACK]
    assert len(house.done("notify")) == 4
    assert house.state(MEMORY) == ""


async def test_with_the_threshold_red_orange_hours_shed_nothing(house: House) -> None:
    await morning(house, threshold="red")
    await house.until("2026-12-08 18:00", TENSE)
    assert changes(house) == [
        *(("12-08 10:00", action, load) for _, action, load in SHED),
        *(("12-08 13:00", action, load) for _, action, load in BACK),
    ]


async def test_what_somebody_switches_during_the_alert_stays_as_they_want_it(house: House) -> None:
    await morning(house)
    await house.until("2026-12-08 09:00", TENSE)
    await house.act("input_boolean.turn_on", entity_id=CAR)
    await house.act("climate.set_temperature", entity_id=HALL, temperature=18)
    await house.restart("2026-12-08 09:10")
    await house.until("2026-12-08 14:00", TENSE)
    assert changes(house)[3:] == [("12-08 13:00", "turn_on", BOILER)]
    assert house.state(CAR) == "on"
    assert house.temperature("hall") == 18
    assert house.state(MEMORY) == ""


@pytest.mark.parametrize("nothing", ["unknown", "unavailable"])
async def test_an_unknown_hour_changes_nothing_until_it_has_lasted(house: House, nothing: str) -> None:
    await morning(house, level=nothing)
    lost = {"12-08 08:00": (LEVEL, "orange"), "12-08 09:00": (LEVEL, nothing), "12-08 09:30": (LEVEL, "red")}
    await house.until("2026-12-08 16:00", lost | {"12-08 10:15": (LEVEL, nothing)})
    assert changes(house) == SHED + [("12-08 13:15", action, load) for _, action, load in BACK]


async def test_a_load_out_of_reach_is_shed_and_given_back_when_it_is_there(house: House) -> None:
    await morning(house, loads=[BOILER])
    house.hass.states.async_set(BOILER, "unavailable")
    await house.until("2026-12-08 08:20", TENSE)
    house.hass.states.async_set(BOILER, "on")
    await house.until("2026-12-08 12:30", TENSE)
    assert changes(house) == [("12-08 08:20", "turn_off", BOILER)]
    house.hass.states.async_set(BOILER, "unavailable")
    await house.until("2026-12-08 13:40", TENSE)
    assert changes(house)[1:] == []
    house.hass.states.async_set(BOILER, "off")
    await house.hass.async_block_till_done()
    assert changes(house)[1:] == [("12-08 13:40", "turn_on", BOILER)]
    assert house.state(MEMORY) == ""


async def test_the_actions_run_once_at_each_end_though_home_assistant_restarts(house: House) -> None:
    def once(value: str) -> list[dict[str, Any]]:
        return [{"action": f"input_boolean.turn_{value}", "target": {"entity_id": LAMP}}]

    await morning(house, loads=[], shed_actions=once("on"), restore_actions=once("off"))
    await house.until("2026-12-08 09:00", TENSE)
    await house.restart("2026-12-08 09:05")
    await house.until("2026-12-08 14:00", TENSE)
    assert house.done("input_boolean") == [
        ("12-08 08:00", "input_boolean.turn_on", [LAMP]),
        ("12-08 13:00", "input_boolean.turn_off", [LAMP]),
    ]


async def test_two_tensions_of_a_day_each_shed_what_is_on_then(house: House) -> None:
    await morning(house, loads=[BOILER, CAR])
    await house.until("2026-12-08 15:00", TENSE)
    await house.act("input_boolean.turn_off", entity_id=CAR)
    await house.until("2026-12-08 21:00", {"12-08 18:00": (LEVEL, "orange"), "12-08 20:00": (LEVEL, "low_carbon")})
    assert changes(house)[4:] == [("12-08 18:00", "turn_off", BOILER), ("12-08 20:00", "turn_on", BOILER)]
