"""Conditions of automations: true by the clock and by what is known, and never by what is not."""

from datetime import date, datetime
from typing import Any

import probatio as vol
import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.condition import async_validate_condition_config

from tests.account import paris
from tests.automation_rig import Automations
from tests.national_rig import OpenRig
from tests.simulators.tempo import colour

COLOURS = ("blue", "white", "red")
LEVELS = ("low_carbon", "green", "orange", "red")
RED_DAY = date(2026, 12, 7)
CALM, TENSE, VERY_TENSE = 1, 2, 3


def ask_for_every_colour(automations: Automations) -> None:
    for when in ("now", "today", "tomorrow"):
        for each in COLOURS:
            automations.when(f"{when} {each}", "tempo_colour_is", options={"when": when, "colours": [each]})


@pytest.mark.parametrize(
    ("at", "now", "today", "tomorrow"),
    [
        (paris(2026, 12, 6, 5, 59), date(2026, 12, 5), date(2026, 12, 6), None),
        (paris(2026, 12, 6, 6), date(2026, 12, 6), date(2026, 12, 6), None),
        (paris(2026, 12, 6, 10, 30), date(2026, 12, 6), date(2026, 12, 6), RED_DAY),
        (paris(2026, 12, 6, 12), date(2026, 12, 6), date(2026, 12, 6), RED_DAY),
        (paris(2026, 12, 7, 0), date(2026, 12, 6), RED_DAY, None),
        (paris(2026, 12, 7, 6), RED_DAY, RED_DAY, None),
    ],
    ids=str,
)
async def test_the_colour_is_the_one_of_the_day_that_was_meant(
    open_rig: OpenRig, automations: Automations, at: datetime, now: date, today: date, tomorrow: date | None
) -> None:
    rig = await open_rig(at)
    await rig.join()
    ask_for_every_colour(automations)
    await automations.start()
    meant = {"now": now, "today": today} | ({"tomorrow": tomorrow} if tomorrow else {})
    assert await automations.holding() == {f"{when} {colour(day).lower()}" for when, day in meant.items()}


async def test_an_unknown_colour_is_no_colour(open_rig: OpenRig, automations: Automations) -> None:
    rig = await open_rig(paris(2026, 12, 7, 13))
    ask_for_every_colour(automations)
    automations.when("any", "tempo_colour_is", options={"colours": list(COLOURS)})
    await automations.start()
    # No account yet: nothing is known at all.
    assert await automations.holding() == set()
    rig.simulator.tempo.withheld.add(RED_DAY)
    await rig.join()
    assert await automations.holding() == {f"tomorrow {colour(date(2026, 12, 8)).lower()}"}
    rig.simulator.tempo.withheld.clear()
    await rig.travel(paris(2026, 12, 7, 14))
    assert {"now red", "today red", "any"} < await automations.holding()


@pytest.mark.parametrize(
    ("at", "period"),
    [
        (paris(2026, 10, 25, 5, 59), "hc"),
        (paris(2026, 10, 25, 6), "hp"),
        (paris(2027, 3, 28, 21, 59), "hp"),
        (paris(2027, 3, 28, 22), "hc"),
    ],
    ids=str,
)
async def test_the_period_is_peak_from_six_to_ten_at_night(
    open_rig: OpenRig, automations: Automations, at: datetime, period: str
) -> None:
    await open_rig(at)
    for each in ("hp", "hc"):
        automations.when(each, "tempo_period_is", options={"period": each})
    await automations.start()
    assert await automations.holding() == {period}


async def test_a_level_is_the_one_of_the_hour_or_of_the_day_that_was_meant(
    open_rig: OpenRig, automations: Automations
) -> None:
    rig = await open_rig(paris(2026, 11, 24, 7))
    told = {
        24: {8: TENSE},
        25: {18: VERY_TENSE},
        26: dict.fromkeys(range(6), 0),
    }
    for day, hours in told.items():
        rig.simulator.ecowatt.told[date(2026, 11, day)] = tuple(hours.get(hour, CALM) for hour in range(24))
    await rig.join()
    for when in ("now", "next_hours", "today", "tomorrow", "in_2_days", "in_3_days"):
        for each in LEVELS:
            automations.when(f"{when} {each}", "ecowatt_level_is", options={"when": when, "levels": [each]})
    automations.when("tense", "ecowatt_level_is", options={"levels": ["orange", "red"]})
    await automations.start()
    days = {"today orange", "tomorrow red", "in_2_days green"}
    # RTE tells the third day at 17:00.
    assert await automations.holding() == {"now green", "next_hours orange", *days}
    await automations.at(paris(2026, 11, 24, 8))
    assert await automations.holding() == {"now orange", "tense", "next_hours orange", *days}
    await automations.at(paris(2026, 11, 24, 9))
    assert await automations.holding() == {"now green", "next_hours green", *days}
    await automations.at(paris(2026, 11, 26, 0))
    # What of the next day is not known keeps the next hours unknown only where it is among them.
    assert {"now low_carbon", "next_hours green"} < await automations.holding()


async def test_an_unknown_level_is_no_level(open_rig: OpenRig, automations: Automations) -> None:
    rig = await open_rig(paris(2026, 11, 24, 12))
    rig.simulator.ecowatt.sent[date(2026, 11, 24)] = range(12)
    rig.simulator.ecowatt.withheld.add(date(2026, 11, 25))
    await rig.join()
    for when in ("now", "next_hours", "tomorrow"):
        automations.when(when, "ecowatt_level_is", options={"when": when, "levels": list(LEVELS)})
    await automations.start()
    assert await automations.holding() == set()


@pytest.mark.parametrize(
    ("condition", "config"),
    [
        ("tempo_colour_is", {}),
        ("tempo_colour_is", {"options": {"colours": []}}),
        ("tempo_colour_is", {"options": {"colours": ["BLUE"]}}),
        ("tempo_colour_is", {"options": {"colours": ["blue"], "when": "yesterday"}}),
        ("tempo_period_is", {"options": {"period": "peak"}}),
        ("ecowatt_level_is", {"options": {"levels": ["violet"]}}),
        ("ecowatt_level_is", {"options": {"levels": ["red"], "when": "in_4_days"}}),
        ("is_offpeak", {}),
        ("is_offpeak", {"target": {}, "options": {"behavior": "all"}}),
        ("tempo_is_blue", {}),
    ],
)
async def test_options_that_mean_nothing_are_refused(
    hass: HomeAssistant, enable_custom_integrations: None, condition: str, config: dict[str, Any]
) -> None:
    given = cv.CONDITION_SCHEMA({"condition": f"myelectricaldata.{condition}", **config})
    with pytest.raises(vol.Invalid):
        await async_validate_condition_config(hass, given)
