"""Triggers and conditions beside real accounts: reloads, several accounts, usage points, and what the editor shows."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import probatio as vol
import pytest
import yaml
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import selector
from homeassistant.helpers.condition import async_get_all_descriptions as async_get_all_conditions
from homeassistant.helpers.condition import async_validate_condition_config
from homeassistant.helpers.trigger import async_get_all_descriptions as async_get_all_triggers
from homeassistant.helpers.trigger import async_validate_trigger_config

from custom_components.myelectricaldata import condition, trigger
from custom_components.myelectricaldata.automation_options import COLOUR_WORDS
from custom_components.myelectricaldata.const import CONF_OFFPEAK, DOMAIN
from custom_components.myelectricaldata.energy.ecowatt import LEVELS
from tests.account import Account, paris
from tests.automation_rig import Automations
from tests.conftest import OpenAccount
from tests.simulators.households import Household

pytestmark = pytest.mark.long

PACKAGE = Path(trigger.__file__).parent
NIGHT = "22:37-06:37"
RED = {"colours": ["red"]}


def flat(number: int) -> Household:
    # A meter of a week ago: years of history would take longer than what is proved here.
    return Household(pdl=f"0123456789012{number}", name=f"Point {number}", activation=date(2026, 11, 20))


def offpeak_sensor(account: Account, household: Household) -> str:
    found = er.async_get(account.hass).async_get_entity_id("binary_sensor", DOMAIN, f"{household.pdl}_offpeak")
    assert found is not None
    return found


def device(account: Account, name: str) -> str:
    devices = dr.async_entries_for_config_entry(dr.async_get(account.hass), account.entry.entry_id)
    return next(each.id for each in devices if (DOMAIN, name) in each.identifiers)


async def opened(open_account: OpenAccount, at: datetime, hours: dict[int, str]) -> Account:
    """An account with a flat for each of these off-peak hours."""
    account = await open_account(at, *(flat(number) for number in hours), start=False)
    account.entry.add_to_hass(account.hass)
    for subentry, window in zip(account.entry.subentries.values(), hours.values(), strict=True):
        data = {**subentry.data, CONF_OFFPEAK: [{"season": "all", "windows": [window]}]}
        account.hass.config_entries.async_update_subentry(account.entry, subentry, data=data)
    await account.start()
    return account


async def reload(account: Account) -> None:
    assert await account.hass.config_entries.async_reload(account.entry.entry_id)
    await account.settle()


async def test_an_automation_runs_once_for_all_accounts_whether_they_came_before_or_after_it(
    open_account: OpenAccount, automations: Automations
) -> None:
    first = await open_account(paris(2026, 12, 6, 13), flat(1))
    automations.on("day", "tempo_colour_started", "colour", options=RED)
    automations.when("red", "tempo_colour_is", options=RED)
    await automations.start()
    second = await open_account(paris(2026, 12, 6, 13), flat(2), client_id="another")
    assert len(first.hass.config_entries.async_loaded_entries(DOMAIN)) == 2
    await automations.at(paris(2026, 12, 7, 6))
    assert [(run.name, run.at) for run in automations.runs] == [("day", "12-07 06:00:00")]
    await first.hass.config_entries.async_unload(first.entry.entry_id)
    await second.hass.config_entries.async_unload(second.entry.entry_id)
    # What was published stays published while no account is loaded.
    assert await automations.holding() == {"red"}


async def test_actions_find_the_entities_changed_even_when_the_automation_was_there_first(
    open_account: OpenAccount, automations: Automations
) -> None:
    account = await open_account(paris(2026, 12, 6, 10), flat(1), start=False)
    early = {"colours": ["red"], "provisional": True}
    automations.on_reading("announced", "tempo_colour_announced", "sensor.tempo_tomorrow", options=early)
    automations.on_reading("started", "tempo_colour_started", "sensor.tempo_colour_now", options=RED)
    await automations.start()
    await account.start()
    await account.travel(paris(2026, 12, 6, 11))
    await automations.at(paris(2026, 12, 7, 6))
    assert [(run.name, run.told) for run in automations.runs] == [
        ("announced", {"state": "red"}),
        ("started", {"state": "red"}),
    ]


async def test_an_automation_stays_attached_while_its_account_is_reloaded(
    open_account: OpenAccount, automations: Automations
) -> None:
    account = await opened(open_account, paris(2026, 12, 6, 13), {1: NIGHT})
    automations.on("day", "tempo_colour_started", options=RED)
    automations.on("offpeak", "offpeak_started", target={"entity_id": offpeak_sensor(account, flat(1))})
    await automations.start()
    for _ in range(2):
        await reload(account)
    assert automations.runs == []
    await automations.at(paris(2026, 12, 6, 22, 37))
    await automations.at(paris(2026, 12, 7, 6))
    assert [(run.name, run.at) for run in automations.runs] == [
        ("offpeak", "12-06 22:37:00"),
        ("day", "12-07 06:00:00"),
    ]
    automations.runs.clear()
    # It was off-peak before the reload: nothing has started.
    await reload(account)
    assert automations.runs == []


async def test_offpeak_hours_start_and_end_at_odd_minutes_whatever_the_sensor_is_called(
    open_account: OpenAccount, automations: Automations
) -> None:
    mine, other = flat(1), flat(2)
    account = await opened(open_account, paris(2026, 11, 24, 12), {1: NIGHT, 2: "12:12-13:13"})
    sensor = offpeak_sensor(account, mine)
    by_device, by_both = {"device_id": device(account, mine.pdl)}, {"device_id": [device(account, mine.pdl)]}
    by_both["device_id"].append(device(account, other.pdl))
    er.async_get(account.hass).async_update_entity(sensor, new_entity_id="binary_sensor.night_rate")
    await account.settle()
    automations.on("start", "offpeak_started", "entity_id", target=by_device)
    automations.on("end", "offpeak_ended", "entity_id", target={"entity_id": "binary_sensor.night_rate"})
    automations.on("both", "offpeak_started", "entity_id", target=by_both)
    automations.when("off-peak", "is_offpeak", target=by_device)
    automations.when("peak", "is_peak", target=by_device)
    automations.when("some off-peak", "is_offpeak", target=by_both)
    await automations.start()
    assert await automations.holding() == {"peak"}
    await automations.at(paris(2026, 11, 24, 12, 12))
    assert await automations.holding() == {"peak", "some off-peak"}
    assert await automations.at(paris(2026, 11, 24, 22, 36)) == []
    night = await automations.at(paris(2026, 11, 24, 22, 37))
    assert {run.name: run.told["entity_id"] for run in night} == dict.fromkeys(
        ("start", "both"), "binary_sensor.night_rate"
    )
    assert await automations.holding() == {"off-peak", "some off-peak"}
    (morning,) = await automations.at(paris(2026, 11, 25, 6, 37))
    assert (morning.name, morning.at) == ("end", "11-25 06:37:00")


async def test_a_sensor_that_is_disabled_is_neither_offpeak_nor_peak(
    open_account: OpenAccount, automations: Automations
) -> None:
    account = await opened(open_account, paris(2026, 11, 24, 12), {1: NIGHT})
    sensor = offpeak_sensor(account, flat(1))
    automations.on("start", "offpeak_started", target={"entity_id": sensor})
    for name in ("is_offpeak", "is_peak"):
        automations.when(name, name, target={"entity_id": sensor})
    await automations.start()
    assert await automations.holding() == {"is_peak"}
    er.async_get(account.hass).async_update_entity(sensor, disabled_by=er.RegistryEntryDisabler.USER)
    await account.settle()
    assert await automations.holding() == set()
    assert await automations.at(paris(2026, 11, 24, 22, 37)) == []


async def test_what_is_no_usage_point_is_refused_where_offpeak_hours_are_meant(open_account: OpenAccount) -> None:
    account = await open_account(paris(2026, 11, 24, 12), flat(1))
    wrong: list[dict[str, Any]] = [
        {"device_id": device(account, account.entry.entry_id)},
        {"entity_id": er.async_get(account.hass).async_get_entity_id(
            "binary_sensor", DOMAIN, f"{account.entry.entry_id}_gateway_reachable"
        )},
    ]  # fmt: skip
    for target in wrong:
        with pytest.raises(vol.Invalid, match="usage point"):
            await async_validate_trigger_config(
                account.hass, cv.TRIGGER_SCHEMA({"trigger": f"{DOMAIN}.offpeak_started", "target": target})
            )
        with pytest.raises(vol.Invalid, match="usage point"):
            await async_validate_condition_config(
                account.hass, cv.CONDITION_SCHEMA({"condition": f"{DOMAIN}.is_offpeak", "target": target})
            )
    # An area may hold other things too; what is not there may still come.
    for target in ({"area_id": "garage"}, {"entity_id": "binary_sensor.not_yet"}, {"device_id": "not_yet"}):
        await async_validate_trigger_config(
            account.hass, cv.TRIGGER_SCHEMA({"trigger": f"{DOMAIN}.offpeak_ended", "target": target})
        )


async def test_the_editor_is_told_every_trigger_and_condition(open_account: OpenAccount) -> None:
    account = await open_account(paris(2026, 11, 24, 12), flat(1))
    triggers = await async_get_all_triggers(account.hass)
    conditions = await async_get_all_conditions(account.hass)
    assert {f"{DOMAIN}.{key}" for key in trigger.TRIGGERS} <= {key for key, shown in triggers.items() if shown}
    assert {f"{DOMAIN}.{key}" for key in condition.CONDITIONS} <= {key for key, shown in conditions.items() if shown}


def described(kind: str) -> dict[str, dict[str, Any]]:
    """Our triggers or conditions as the editor shows them."""
    found = yaml.safe_load((PACKAGE / f"{kind}.yaml").read_text())
    return {key: value for key, value in found.items() if not key.startswith(".")}


def fields(kind: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for key, value in described(kind).items():
        for name, field in value.get("fields", {}).items():
            yield key, name, field


@pytest.mark.parametrize("kind", ["triggers", "conditions"])
def test_what_the_editor_shows_is_what_the_code_takes(kind: str) -> None:
    known = trigger.TRIGGERS if kind == "triggers" else condition.CONDITIONS
    shown = described(kind)
    assert set(shown) == set(known)
    for key, value in shown.items():
        schema = getattr(known[key], "_schema").schema  # noqa: B009
        assert ("target" in value) is ("target" in {str(each) for each in schema})
        options = next((taken for name, taken in schema.items() if str(name) == "options"), {})
        assert set(value.get("fields", {})) == {str(each) for each in options}
    for key, name, field in fields(kind):
        selector.validate_selector(field["selector"])
        options = next(taken for each, taken in known[key]._schema.schema.items() if str(each) == "options")  # type: ignore[attr-defined]
        # What the form starts with, and each choice that it offers, is taken.
        taken = next(value for each, value in options.items() if str(each) == name)
        check = vol.Schema(taken)
        check(field["default"])
        for choice in (field["selector"].get("select") or {}).get("options", []):
            check(choice)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("kind", ["triggers", "conditions"])
def test_each_trigger_and_condition_has_words_and_an_icon(kind: str, language: str) -> None:
    texts = json.loads((PACKAGE / "translations" / f"{language}.json").read_text())
    icons = json.loads((PACKAGE / "icons.json").read_text())[kind]
    shown = described(kind)
    assert set(texts[kind]) == set(icons) == set(shown)
    for key, text in texts[kind].items():
        assert {"name", "description"} <= set(text)
        assert set(text.get("fields", {})) == set(shown[key].get("fields", {}))
        assert all(set(field) == {"name", "description"} for field in text.get("fields", {}).values())
    for _, _, field in fields(kind):
        if (select := field["selector"].get("select")) is not None:
            assert set(select["options"]) <= set(texts["selector"][select["translation_key"]]["options"])


def test_the_choices_are_all_colours_and_levels() -> None:
    offered = {name: set(field["selector"]["select"]["options"]) for _, name, field in fields("conditions")}
    assert offered["colours"] == set(COLOUR_WORDS)
    assert offered["levels"] == set(LEVELS)
