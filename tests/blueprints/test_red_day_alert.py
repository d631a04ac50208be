"""The alert of the evening before, over days: at its time, when the colour comes late, through restarts."""

from typing import Any

import pytest

from tests.blueprints.rig import NOTIFIERS, House, paris

pytestmark = pytest.mark.long

TOMORROW = "sensor.tempo_tomorrow"
PREPARE = [{"action": "input_boolean.turn_on", "target": {"entity_id": "input_boolean.lamp"}}]
TAG = "tempo_under_test"


async def noon(house: House, colour: str, blueprint: str = "en/red_day_alert", **inputs: Any) -> None:
    house.freezer.move_to(paris("2026-12-02 12:00"))
    house.signals[TOMORROW] = (colour, {})
    house.has_phones = "phones" not in inputs
    await house.start(blueprint, {"tomorrow": TOMORROW, **inputs})


def told(house: House) -> list[tuple[str, str]]:
    """When the first phone was told what."""
    return [
        (at, data.get("title", data["message"])) for at, action, data in house.calls if action.endswith(NOTIFIERS[0])
    ]


@pytest.mark.parametrize(
    ("blueprint", "title"),
    [
        ("en/red_day_alert", "Tomorrow is a red Tempo day"),
        ("fr/jour_rouge_alerte", "Demain est un jour Tempo rouge"),
    ],
)
async def test_every_phone_is_told_once_at_the_chosen_time(house: House, blueprint: str, title: str) -> None:
    await noon(house, "red", blueprint, evening="18:30:00")
    await house.until("2026-12-03 18:00", {"12-03 00:00": (TOMORROW, "unknown"), "12-03 11:20": (TOMORROW, "blue")})
    calls = [(at, action, data["title"]) for at, action, data in house.calls if action.startswith("notify.")]
    assert calls == [("12-02 18:30", f"notify.{notifier}", title) for notifier in NOTIFIERS]
    assert house.calls[-1][2]["data"]["tag"] == TAG
    assert [button["action"] for button in house.calls[-1][2]["data"]["actions"]] == [f"{TAG}_acknowledge"]


@pytest.mark.parametrize("colour", ["blue", "white", "unknown", "unavailable"])
async def test_nothing_is_said_of_another_colour_or_of_none(house: House, colour: str) -> None:
    await noon(house, colour)
    await house.until("2026-12-03 12:00", {"12-03 00:00": (TOMORROW, "unknown"), "12-03 10:00": (TOMORROW, "red")})
    assert told(house) == []


async def test_white_days_are_told_to_who_wants_them(house: House) -> None:
    await noon(house, "white", colours=["white", "red"])
    await house.until("2026-12-02 20:00")
    assert told(house) == [("12-02 19:00", "Tomorrow is a white Tempo day")]


@pytest.mark.parametrize("nothing", ["unknown", "unavailable"])
async def test_a_colour_that_comes_late_is_told_when_it_comes(house: House, nothing: str) -> None:
    await noon(house, nothing)
    await house.until("2026-12-02 23:00", {"12-02 21:47": (TOMORROW, "red")})
    assert told(house) == [("12-02 21:47", "Tomorrow is a red Tempo day")]


async def test_a_restart_or_a_reload_after_the_alert_does_not_repeat_it(house: House) -> None:
    await noon(house, "red")
    await house.until("2026-12-02 20:00")
    await house.restart("2026-12-02 20:05")
    reload = {"12-02 20:30": (TOMORROW, "unavailable"), "12-02 20:31": (TOMORROW, "red")}
    await house.until("2026-12-02 23:59", reload)
    assert told(house) == [("12-02 19:00", "Tomorrow is a red Tempo day")]


async def test_an_alert_missed_while_home_assistant_was_off_is_told_at_its_start(house: House) -> None:
    await noon(house, "red")
    await house.until("2026-12-02 18:55")
    await house.restart("2026-12-02 19:20")
    await house.until("2026-12-02 23:59")
    assert told(house) == [("12-02 19:20", "Tomorrow is a red Tempo day")]


async def test_a_restart_before_the_time_does_not_tell_early(house: House) -> None:
    await noon(house, "red")
    await house.restart("2026-12-02 15:00")
    await house.until("2026-12-02 19:30")
    assert told(house) == [("12-02 19:00", "Tomorrow is a red Tempo day")]


async def test_each_of_two_red_days_in_a_row_is_told(house: House) -> None:
    await noon(house, "red")
    await house.until("2026-12-03 20:00", {"12-03 00:00": (TOMORROW, "unknown"), "12-03 11:15": (TOMORROW, "red")})
    assert [at for at, _ in told(house)] == ["12-02 19:00", "12-03 19:00"]


async def test_a_colour_corrected_after_the_alert_is_told_in_its_place(house: House) -> None:
    await noon(house, "red")
    await house.until("2026-12-02 23:00", {"12-02 20:10": (TOMORROW, "white")})
    assert house.calls[-1][2]["message"] == "The colour of tomorrow was corrected: white."
    assert [at for at, _ in told(house)] == ["12-02 19:00", "12-02 20:10"]


async def press(house: House, action: str) -> None:
    house.hass.bus.async_fire("mobile_app_notification_action", {"action": action})
    await house.hass.async_block_till_done()


async def test_one_phone_acknowledges_for_all_and_the_second_button_prepares_even_after_a_restart(house: House) -> None:
    await noon(house, "red", prepare_text="Prepare the house", prepare_actions=PREPARE)
    await house.until("2026-12-02 19:10")
    buttons = house.calls[-1][2]["data"]["actions"]
    assert [button["title"] for button in buttons] == ["Noted", "Prepare the house"]
    await press(house, buttons[0]["action"])
    cleared = [("12-02 19:10", f"notify.{notifier}", "clear_notification") for notifier in NOTIFIERS]
    assert house.done("notify")[2:] == cleared
    assert house.state("input_boolean.lamp") == "off"
    await house.restart("2026-12-02 19:20")
    await press(house, buttons[1]["action"])
    assert house.state("input_boolean.lamp") == "on"
    assert len(house.done("notify")) == 6


async def test_the_buttons_of_other_notifications_do_nothing(house: House) -> None:
    await noon(house, "red", prepare_actions=PREPARE)
    await house.until("2026-12-02 19:10")
    await press(house, "tempo_another_prepare")
    assert len(house.done("notify")) == 2
    assert house.state("input_boolean.lamp") == "off"


async def test_the_alert_does_its_own_actions_without_any_phone(house: House) -> None:
    await noon(house, "red", phones=[], alert_actions=PREPARE)
    await house.until("2026-12-02 19:00")
    assert house.done("notify") == []
    assert house.state("input_boolean.lamp") == "on"
