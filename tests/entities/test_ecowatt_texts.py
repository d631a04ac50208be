"""What EcoWatt and the national grid say has words in both languages, and its icon follows the state."""

from datetime import date

import pytest

from custom_components.myelectricaldata.ecowatt_descriptions import ALERT, SENSORS, TENSION, alert_attributes
from custom_components.myelectricaldata.energy.calendar import ONE_DAY, day_start
from custom_components.myelectricaldata.energy.ecowatt import EcowattEvent, EcowattNews, EcowattSignal, ecowatt_view
from tests.entities.test_texts import Section, entity_section

LANGUAGES = ("en", "fr")
DAY = date(2026, 11, 26)
TENSE = {DAY: EcowattSignal(day=DAY, level=2, message=None, hours=(2, *[1] * 17, 3, *[1] * 5))}


def texts_of(language: str) -> Section:
    return entity_section(f"translations/{language}.json")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_level_that_a_sensor_can_have_has_a_word(language: str) -> None:
    texts = texts_of(language)["sensor"]
    for sensor in SENSORS:
        states = texts[sensor.key].get("state", {})
        assert list(states) == (sensor.options or []), sensor.key
        assert len(set(states.values())) == len(states)
    on_off = texts_of(language)["binary_sensor"][TENSION.key]["state"]
    assert on_off.keys() == {"on", "off"}
    assert on_off["on"] != on_off["off"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_attribute_and_each_word_of_one_has_a_name(language: str) -> None:
    texts = texts_of(language)["sensor"]
    said = set()
    for now in (day_start(DAY), day_start(DAY) + ONE_DAY / 2):
        for sensor in SENSORS:
            attributes = sensor.attributes_fn(ecowatt_view(TENSE, now))
            named = texts[sensor.key]["state_attributes"]
            assert attributes.keys() == named.keys(), sensor.key
            if "status" in attributes:
                said.add(attributes["status"])
                assert attributes["status"] in named["status"]["state"]
    assert said == {"running", "next"}

    alert = texts_of(language)["event"][ALERT.key]["state_attributes"]
    news = EcowattNews(event=EcowattEvent.RAISED, day=DAY, level=2, previous=None, message=None, tensions=())
    assert alert.keys() == {"event_type", *alert_attributes(news)}
    assert list(alert["event_type"]["state"]) == ALERT.event_types


def test_icons_follow_the_level_and_a_level_looks_the_same_everywhere() -> None:
    icons = entity_section("icons.json")
    looks: dict[str, set[str]] = {}
    for sensor in SENSORS:
        states = icons["sensor"][sensor.key].get("state", {})
        assert list(states) == (sensor.options or []), sensor.key
        for level, icon in states.items():
            looks.setdefault(level, set()).add(icon)
    assert all(len(icon) == 1 for icon in looks.values())
    assert len({icon for each in looks.values() for icon in each}) == 4
    tension = icons["binary_sensor"][TENSION.key]["state"]
    assert tension["on"] != tension["off"]
