"""Every entity, state and attribute has a name in both languages and an icon, and nothing else has."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from homeassistant.helpers import entity_registry as er

import custom_components.myelectricaldata as integration
from custom_components.myelectricaldata.binary_sensor import GATEWAY_REACHABLE, OFFPEAK
from custom_components.myelectricaldata.energy.options import KNOWN_PERIODS, OptionCode, build_option
from custom_components.myelectricaldata.energy.projection import LAST_30_DAYS, LAST_YEAR, LAST_YEAR_AND_LAST_30_DAYS
from custom_components.myelectricaldata.energy.tariff import Signal, Tariff
from custom_components.myelectricaldata.event import NEW_DATA
from tests.entities.rig import BOTH, NIGHT, EntityRig, Money, Start, snapshot_of
from tests.entities.tariffs import KNOWN_OFFER, base, bill_of, hc_hp, version

FOLDER = Path(integration.__file__).parent
# Home Assistant names these itself.
STANDARD = {
    *("attribution", "device_class", "event_type", "event_types", "friendly_name", "icon"),
    *("options", "restored", "state_class", "supported_features", "unit_of_measurement"),
}
STANDARD_OF_CALENDARS = {"all_day", "description", "end_time", "location", "message", "start_time"}

type Section = dict[str, dict[str, dict[str, Any]]]


def entity_section(path: str) -> Section:
    section: Section = json.loads((FOLDER / path).read_text(encoding="utf-8"))["entity"]
    return section


async def start_everything(start: Start) -> EntityRig:
    """A household with everything: it injects, has off-peak hours, a tariff, a surplus price and a comparison.

    It will have EJP and then Zen Flex.
    """
    ejp = version(build_option(OptionCode.EJP, peak_signal=Signal.TEMPO_RED), {"ejp_normal": "0.1"}, date(2027, 1, 1))
    zen_flex = version(build_option(OptionCode.ZEN_FLEX), {}, date(2028, 1, 1))
    tariff, surplus = Tariff((hc_hp(), ejp, zen_flex)), Tariff((base("0.04"),))
    snapshot = replace(snapshot_of(BOTH), bill=bill_of(tariff), compensation=bill_of(surplus), best_offer=KNOWN_OFFER)
    return await start(BOTH, offpeak=NIGHT, snapshot=snapshot, money=Money(tariff=tariff, surplus=surplus))


def keys_of(rig: EntityRig) -> set[tuple[str, str]]:
    """(platform, translation key) of every entity."""
    return {(entry.domain, str(entry.translation_key)) for entry in entries_of(rig)}


def entries_of(rig: EntityRig) -> list[er.RegistryEntry]:
    return er.async_entries_for_config_entry(er.async_get(rig.hass), rig.entry.entry_id)


def described(section: Section) -> set[tuple[str, str]]:
    return {(platform, key) for platform, keys in section.items() for key in keys}


@pytest.mark.parametrize("path", ["translations/en.json", "translations/fr.json", "icons.json"])
async def test_each_entity_has_its_text_and_its_icon_and_none_is_left_over(start: Start, path: str) -> None:
    rig = await start_everything(start)
    assert described(entity_section(path)) == keys_of(rig)


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_no_two_entities_share_a_name(language: str) -> None:
    for texts in entity_section(f"translations/{language}.json").values():
        # Tempo, EcoWatt and Zen Flex each have a calendar, on devices of their own.
        names = [text["name"] for key, text in texts.items() if key not in ("ecowatt_calendar", "zen_flex_calendar")]
        assert len(set(names)) == len(names)
        assert all(name and name == name.strip() for name in names)


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_each_attribute_has_a_name(start: Start, all_enabled: None, language: str) -> None:
    texts = entity_section(f"translations/{language}.json")
    rig = await start_everything(start)
    for entry in entries_of(rig):
        platform, key = entry.domain, str(entry.translation_key)
        state = rig.hass.states.get(entry.entity_id)
        assert state is not None
        shown = set(state.attributes) - STANDARD - (STANDARD_OF_CALENDARS if platform == "calendar" else set())
        named = texts[platform][key].get("state_attributes", {})
        assert shown <= named.keys(), f"{platform}.{key}"
        if platform != "event":
            assert shown == named.keys(), f"{platform}.{key}"
        assert all(attribute["name"] for attribute in named.values())


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_each_state_has_a_name(language: str) -> None:
    texts = entity_section(f"translations/{language}.json")
    assert texts["binary_sensor"][OFFPEAK.key]["state"].keys() == {"on", "off"}
    assert set(texts["event"]["new_data"]["state_attributes"]["event_type"]["state"]) == set(NEW_DATA.event_types or ())
    assert texts["event"]["new_data"]["state_attributes"]["direction"]["state"].keys() == set(BOTH)
    sensors = texts["sensor"]
    assert sensors["current_period"]["state"].keys() >= set(KNOWN_PERIODS)
    for key in ("current_price", "next_period_change"):
        assert sensors[key]["state_attributes"]["period"]["state"] == sensors["current_period"]["state"]
    for key in ("projected_bill_month", "projected_bill_year"):
        methods = sensors[key]["state_attributes"]["method"]["state"]
        assert methods.keys() == {LAST_30_DAYS, LAST_YEAR, LAST_YEAR_AND_LAST_30_DAYS}
    icons = entity_section("icons.json")["binary_sensor"]
    for key in (OFFPEAK.key, GATEWAY_REACHABLE.key):
        assert icons[key]["state"]["on"] != icons[key]["state"]["off"]


async def test_both_languages_say_the_same_things() -> None:
    assert paths(entity_section("translations/en.json")) == paths(entity_section("translations/fr.json"))


def paths(tree: Any, prefix: str = "") -> set[str]:
    if not isinstance(tree, dict):
        return {prefix}
    return {path for key, value in tree.items() for path in paths(value, f"{prefix}/{key}")}
