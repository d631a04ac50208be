"""The water heater through nights: ordinary ones, the one before a red day, those of the clock changes."""

from datetime import UTC
from typing import Any

import pytest

from tests.blueprints.rig import House, paris

pytestmark = pytest.mark.long

OFFPEAK, CHANGE = "binary_sensor.offpeak", "sensor.next_offpeak_change"
TODAY, TOMORROW = "sensor.tempo_today", "sensor.tempo_tomorrow"
HEATER = "input_boolean.boiler"
INPUTS = {"heater": HEATER, "offpeak": OFFPEAK, "next_change": CHANGE, "hours": 4}
TEMPO = {"today": TODAY, "tomorrow": TOMORROW, "red_hours": 8}


def instant(text: str) -> str:
    """As a timestamp sensor says it."""
    return paris(text).astimezone(UTC).isoformat()


async def begin(house: House, at: str, next_change: str, blueprint: str = "en/water_heater", **inputs: Any) -> None:
    house.freezer.move_to(paris(at))
    house.signals |= {OFFPEAK: ("off", {}), CHANGE: (instant(next_change), {})}
    await house.start(blueprint, {**INPUTS, **inputs})


async def night(house: House, start: str, end: str) -> None:
    """Off-peak from one instant to another, as the two entities say it."""
    await house.until(start)
    await house.say(CHANGE, instant(end))
    await house.say(OFFPEAK, "on")


async def morning(house: House, end: str, following: str) -> None:
    await house.until(end)
    await house.say(CHANGE, instant(following))
    await house.say(OFFPEAK, "off")


async def colours(house: House, today: str, colour: str, tomorrow: str, colour_tomorrow: str) -> None:
    """Tempo's two entities, each with the day that it is about."""
    await house.say(TODAY, colour, day=today)
    await house.say(TOMORROW, colour_tomorrow, day=tomorrow)


def switched(house: House) -> list[tuple[str, str]]:
    return [(at, action.removeprefix("homeassistant.")) for at, action, _ in house.done("homeassistant")]


@pytest.mark.parametrize("blueprint", ["en/water_heater", "fr/chauffe_eau"])
async def test_heats_the_last_hours_of_the_night_so_that_it_is_hot_in_the_morning(house: House, blueprint: str) -> None:
    await begin(house, "2026-12-01 20:00", "2026-12-01 22:00", blueprint)
    assert switched(house) == [("12-01 20:00", "turn_off")]
    await night(house, "2026-12-01 22:00", "2026-12-02 06:00")
    await morning(house, "2026-12-02 06:00", "2026-12-02 22:00")
    await house.until("2026-12-02 21:00")
    assert switched(house)[1:] == [("12-02 02:00", "turn_on"), ("12-02 06:00", "turn_off")]
    assert house.state(HEATER) == "off"


async def test_before_a_red_day_the_whole_night_is_used_and_on_the_red_evening_only_the_usual_hours(
    house: House,
) -> None:
    await begin(house, "2026-12-01 20:00", "2026-12-01 22:00", **TEMPO)
    await colours(house, "2026-12-01", "blue", "2026-12-02", "red")
    await night(house, "2026-12-01 22:00", "2026-12-02 06:00")
    await house.until("2026-12-02 00:00")
    await colours(house, "2026-12-02", "red", "2026-12-03", "unknown")
    await morning(house, "2026-12-02 06:00", "2026-12-02 22:00")
    await colours(house, "2026-12-02", "red", "2026-12-03", "white")
    await night(house, "2026-12-02 22:00", "2026-12-03 06:00")
    await house.until("2026-12-03 00:00")
    await colours(house, "2026-12-03", "white", "2026-12-04", "unknown")
    await morning(house, "2026-12-03 06:00", "2026-12-03 22:00")
    assert switched(house)[1:] == [
        ("12-01 22:00", "turn_on"),
        ("12-02 06:00", "turn_off"),
        ("12-03 02:00", "turn_on"),
        ("12-03 06:00", "turn_off"),
    ]


async def test_a_colour_that_comes_late_in_the_night_starts_it_then(house: House) -> None:
    await begin(house, "2026-12-01 20:00", "2026-12-01 22:00", **TEMPO)
    await colours(house, "2026-12-01", "blue", "2026-12-02", "unknown")
    await night(house, "2026-12-01 22:00", "2026-12-02 06:00")
    await house.until("2026-12-01 23:12")
    await colours(house, "2026-12-01", "blue", "2026-12-02", "red")
    assert switched(house)[1:] == [("12-01 23:12", "turn_on")]


async def test_the_second_red_day_in_a_row_is_prepared_too(house: House) -> None:
    await begin(house, "2026-12-01 20:00", "2026-12-01 22:00", **TEMPO)
    await colours(house, "2026-12-01", "red", "2026-12-02", "red")
    await night(house, "2026-12-01 22:00", "2026-12-02 06:00")
    assert switched(house)[1:] == [("12-01 22:00", "turn_on")]


@pytest.mark.parametrize(
    ("evening", "start", "heats", "end"),
    [
        ("2026-10-24 20:00", "2026-10-24 22:00", "2026-10-25 02:00+", "2026-10-25 06:00"),  # 9 hours of night
        ("2027-03-27 20:00", "2027-03-27 22:00", "2027-03-28 01:00", "2027-03-28 06:00"),  # 7 hours of night
    ],
)
async def test_four_hours_are_four_hours_when_the_clock_changes(
    house: House, evening: str, start: str, heats: str, end: str
) -> None:
    await begin(house, evening, start)
    await night(house, start, end)
    while house.state(HEATER) == "off":
        await house.until_next_minute()
    assert house.now_utc() == paris(heats).astimezone(UTC)
    assert (paris(end).astimezone(UTC) - house.now_utc()).total_seconds() == 4 * 3600


async def test_a_restart_in_the_middle_goes_on_and_one_over_the_end_switches_off(house: House) -> None:
    await begin(house, "2026-12-01 21:00", "2026-12-01 22:00")
    await night(house, "2026-12-01 22:00", "2026-12-02 06:00")
    await house.restart("2026-12-02 01:30")
    assert house.state(HEATER) == "off"
    await house.until("2026-12-02 02:30")
    await house.restart("2026-12-02 02:40")
    await house.until("2026-12-02 05:50")
    assert house.state(HEATER) == "on"
    house.signals |= {OFFPEAK: ("off", {}), CHANGE: (instant("2026-12-02 22:00"), {})}
    await house.restart("2026-12-02 06:05")
    assert switched(house)[1:] == [("12-02 02:00", "turn_on"), ("12-02 02:40", "turn_on"), ("12-02 06:05", "turn_off")]


async def test_a_short_window_at_noon_is_used_whole(house: House) -> None:
    await begin(house, "2026-12-01 11:00", "2026-12-01 12:30")
    await night(house, "2026-12-01 12:30", "2026-12-01 14:00")
    await morning(house, "2026-12-01 14:00", "2026-12-02 02:00")
    assert switched(house)[1:] == [("12-01 12:30", "turn_on"), ("12-01 14:00", "turn_off")]


async def test_without_the_end_the_window_is_used_whole_and_without_the_hours_it_stops(house: House) -> None:
    await begin(house, "2026-12-01 21:50", "2026-12-01 22:00")
    signals = {
        "12-01 21:55": (CHANGE, "unknown"),
        "12-01 22:00": (OFFPEAK, "on"),
        "12-01 23:00": (OFFPEAK, "unavailable"),
    }
    await house.until("2026-12-02 01:00", signals)
    assert switched(house)[1:] == [("12-01 22:00", "turn_on"), ("12-02 00:00", "turn_off")]


async def test_what_is_switched_on_by_hand_in_the_day_stays_on_until_off_peak_hours_end(house: House) -> None:
    await begin(house, "2026-12-01 12:00", "2026-12-01 22:00")
    await house.act("input_boolean.turn_on", entity_id=HEATER)
    await night(house, "2026-12-01 22:00", "2026-12-02 06:00")
    assert house.state(HEATER) == "on"
    assert switched(house)[1:] == []


async def test_it_does_not_start_early_when_off_peak_is_told_before_its_end(house: House) -> None:
    await begin(house, "2026-12-01 21:50", "2026-12-01 22:00")
    await house.until("2026-12-01 22:00")
    await house.say(OFFPEAK, "on")
    await house.say(CHANGE, instant("2026-12-02 06:00"))
    await house.until("2026-12-02 03:00")
    assert switched(house)[1:] == [("12-02 02:00", "turn_on")]


async def test_at_midnight_after_a_red_day_a_colour_that_is_not_told_yet_does_not_start_it(house: House) -> None:
    await begin(house, "2026-12-01 21:00", "2026-12-01 22:00", **TEMPO)
    await colours(house, "2026-12-01", "red", "2026-12-02", "blue")
    await night(house, "2026-12-01 22:00", "2026-12-02 06:00")
    await house.until("2026-12-02 00:00")
    await colours(house, "2026-12-02", "blue", "2026-12-03", "unknown")
    await house.until("2026-12-02 03:00")
    assert switched(house)[1:] == [("12-02 02:00", "turn_on")]
