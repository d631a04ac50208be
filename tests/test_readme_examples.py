"""The examples of the READMEs work: automations are accepted, answers and variables are the real ones."""

from datetime import date
from typing import Any

import pytest
from homeassistant.components.automation.config import async_validate_config_item
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from custom_components.myelectricaldata.const import DOMAIN
from tests.account import paris
from tests.automation_rig import Automations
from tests.conftest import OpenAccount
from tests.national_rig import OpenRig
from tests.readme import FILES, keys, readme, rows_with

pytestmark = pytest.mark.long

ASKED_AT = paris(2026, 12, 15, 18)
ANSWERED = ("get_tempo_calendar", "get_ecowatt")
TENSE_MORNING = tuple(2 if hour == 8 else 1 for hour in range(24))
EVERYTHING = "keys() | list"
OF_HOME_ASSISTANT = {"alias", "description", "id", "idx", "platform"}
SAME = {"en": "the same", "fr": "les mêmes"}

each_language = pytest.mark.parametrize("language", FILES)


@each_language
async def test_home_assistant_accepts_each_automation(
    hass: HomeAssistant, enable_custom_integrations: None, language: str
) -> None:
    assert await async_setup_component(hass, "automation", {})
    examples = readme(language).yaml_with("triggers")
    assert len(examples) == 7
    for place, example in enumerate(examples):
        # It raises for what would be set up as unavailable.
        assert await async_validate_config_item(hass, f"example {place}", example) is not None


@each_language
async def test_the_answers_are_what_home_assistant_really_answers(
    open_account: OpenAccount, hass: HomeAssistant, language: str
) -> None:
    await open_account(ASKED_AT)
    calls = {call["action"]: call for call in readme(language).yaml_with("action")}
    told = readme(language).yaml_with("days")
    assert len(told) == len(ANSWERED)
    for name, answer in zip(ANSWERED, told, strict=True):
        given: dict[str, Any] = calls[f"{DOMAIN}.{name}"]["data"]
        assert await hass.services.async_call(DOMAIN, name, given, blocking=True, return_response=True) == answer


@each_language
async def test_each_action_accepts_the_data_of_its_example(
    open_account: OpenAccount, hass: HomeAssistant, language: str
) -> None:
    await open_account(ASKED_AT)
    examples = [call for call in readme(language).yaml_with("action") if call["action"].startswith(DOMAIN)]
    assert len(examples) == 7
    for call in examples:
        given, name = call.get("data", {}), call["action"].partition(".")[2]
        schema = hass.services.async_services_for_domain(DOMAIN)[name].schema
        assert schema is not None
        # It raises for what the action would refuse.
        assert set(given) <= set(schema(given))


def told_variables(language: str) -> dict[str, set[str]]:
    """By trigger, what its row says to be found in `trigger`."""
    told: dict[str, set[str]] = {}
    before: set[str] = set()
    for row in rows_with(language, "Trigger"):
        cell = row["In `trigger.…`"]
        before = before if cell == SAME[language] else set(keys(cell))
        told[keys(row["Key"])[0]] = before
    return told


@each_language
async def test_the_variables_of_the_triggers_are_those_that_automations_find(
    open_rig: OpenRig, automations: Automations, language: str
) -> None:
    """The 7th is red and tense; RTE tells on the 6th that the 9th will be tense, and takes it back on the 7th."""
    rig = await open_rig(paris(2026, 12, 6, 0))
    rig.simulator.ecowatt.told |= dict.fromkeys((date(2026, 12, 7), date(2026, 12, 9)), TENSE_MORNING)
    told = {name: said for name, said in told_variables(language).items() if not name.startswith("offpeak_")}
    options: dict[str, dict[str, Any]] = {
        "tempo_colour_announced": {"colours": ["red"]},
        "tempo_colour_started": {"colours": ["red"]},
        "tempo_period_started": {"colours": ["red"], "period": "hp"},
    }
    for name in told:
        automations.on(name, name, EVERYTHING, options=options.get(name, {}))
    await automations.start()
    await rig.join()
    await rig.travel(paris(2026, 12, 7, 15))
    rig.simulator.ecowatt.told[date(2026, 12, 9)] = (1,) * 24
    await rig.travel(paris(2026, 12, 8, 0))
    assert {run.name: set(run.told[EVERYTHING]) - OF_HOME_ASSISTANT for run in automations.runs} == told
