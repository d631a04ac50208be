"""What a person reads of Tempo and Zen Flex: names, states, attributes and icons, in both languages."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from homeassistant.const import Platform
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er

import custom_components.myelectricaldata as integration
from custom_components.myelectricaldata.energy.options import OptionCode, build_option
from custom_components.myelectricaldata.energy.tariff import Tariff
from custom_components.myelectricaldata.energy.tempo import TempoChance
from custom_components.myelectricaldata.tempo_descriptions import (
    COLOUR_STATES,
    PERIOD_STATES,
    STATUS_STATES,
    TEMPO_PUBLICATION,
)
from tests.entities.rig import Money
from tests.entities.signal_rig import NationalStandIn, OpenSignals, SignalRig
from tests.entities.tariffs import version
from tests.entities.test_texts import STANDARD

FOLDER = Path(integration.__file__).parent
NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
# What an attribute may say, for those whose values are words.
WORDS = {
    "status": STATUS_STATES,
    "colour": COLOUR_STATES,
    "previous": COLOUR_STATES,
    "confidence": ["high", "medium", "low"],
    "when": ["today", "tomorrow", "past"],
    "event_type": TEMPO_PUBLICATION.event_types,
}

FRENCH_IDS = {
    "tempo_colour": "sensor.tempo_couleur_actuelle",
    "tempo_today": "sensor.tempo_aujourd_hui",
    "tempo_tomorrow": "sensor.tempo_demain",
    "tempo_tomorrow_status": "sensor.tempo_statut_de_demain",
    "tempo_period": "sensor.tempo_heures_en_cours",
    "tempo_next_change": "sensor.tempo_prochain_changement",
    "tempo_days_used_red": "sensor.tempo_jours_rouges_utilises",
    "tempo_days_left_red": "sensor.tempo_jours_rouges_restants",
    "tempo_days_left_blue": "sensor.tempo_jours_bleus_restants",
    "tempo_next_red": "sensor.tempo_prochain_jour_rouge",
    "tempo_season_days_left": "sensor.tempo_jours_restants_de_la_saison",
    "tempo_forecast_j2": "sensor.tempo_prevision_j_2",
    "tempo_chance_red_j6": "sensor.tempo_probabilite_rouge_j_6",
    "tempo_price": "sensor.tempo_prix_du_kwh",
    "tempo_price_base": "sensor.tempo_prix_en_option_base",
    "tempo_price_hc_hp": "sensor.tempo_prix_en_option_hp_hc",
    "tempo_red_today": "binary_sensor.tempo_rouge_aujourd_hui",
    "tempo_red_tomorrow": "binary_sensor.tempo_rouge_demain",
    "tempo_white_or_red_tomorrow": "binary_sensor.tempo_blanc_ou_rouge_demain",
    "tempo_red_peak": "binary_sensor.tempo_heures_pleines_rouges",
    "tempo_publication": "event.tempo_publication",
    "zen_flex_today": "sensor.zen_flex_type_d_aujourd_hui",
    "zen_flex_tomorrow": "sensor.zen_flex_type_de_demain",
}


def section(path: str) -> dict[str, dict[str, dict[str, Any]]]:
    entity: dict[str, dict[str, dict[str, Any]]] = json.loads((FOLDER / path).read_text(encoding="utf-8"))["entity"]
    return entity


async def start_everything(open_signals: OpenSignals) -> SignalRig:
    """An account that uses everything; something has happened already."""
    national = NationalStandIn()
    national.know(date(2026, 11, 22), "BLUE", "RED")
    rig = await open_signals(NOON, national)
    rig.add_point("22:00-06:00", money=Money(tariff=Tariff((version(build_option(OptionCode.ZEN_FLEX), {}),))))
    await rig.load()
    national.tell([(TUESDAY, "WHITE")], MONDAY, TUESDAY)
    national.tell_forecast(TempoChance(day=date(2026, 11, 25), chances={"BLUE": 100.0, "WHITE": 0.0, "RED": 0.0}))
    return rig


def entries(rig: SignalRig) -> list[er.RegistryEntry]:
    return er.async_entries_for_config_entry(er.async_get(rig.hass), rig.entry.entry_id)


async def test_entity_ids_of_a_french_home_are_what_a_person_would_write(open_signals: OpenSignals) -> None:
    rig = await open_signals(NOON, NationalStandIn())
    rig.hass.config.language = "fr"
    rig.add_point(money=Money(tariff=Tariff((version(build_option(OptionCode.ZEN_FLEX), {}),))))
    await rig.load()
    assert {key: rig.entity_id(key) for key in FRENCH_IDS} == FRENCH_IDS
    names = {state.entity_id: state.name for state in rig.hass.states.async_all()}
    assert names["sensor.tempo_prevision_j_2"] == "Tempo Prévision J+2"
    assert names["sensor.tempo_couleur_actuelle"] == "Tempo Couleur actuelle"
    devices = dr.async_entries_for_config_entry(dr.async_get(rig.hass), rig.entry.entry_id)
    found = {device.name: (device.manufacturer, device.entry_type) for device in devices}
    assert found["Tempo"] == ("RTE", dr.DeviceEntryType.SERVICE)
    assert found["Zen Flex"] == ("EDF", dr.DeviceEntryType.SERVICE)


@pytest.mark.parametrize("path", ["translations/en.json", "translations/fr.json", "icons.json"])
async def test_nothing_is_described_that_does_not_exist(open_signals: OpenSignals, path: str) -> None:
    rig = await start_everything(open_signals)
    there = {(entry.domain, str(entry.translation_key)) for entry in entries(rig)}
    described = {
        (platform, key)
        for platform, keys in section(path).items()
        if platform in (Platform.SENSOR, Platform.BINARY_SENSOR, Platform.EVENT)
        for key in keys
        if key.startswith(("tempo_", "zen_flex_"))
    }
    assert described == there


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_each_attribute_and_each_of_its_words_has_a_name(open_signals: OpenSignals, language: str) -> None:
    texts = section(f"translations/{language}.json")
    rig = await start_everything(open_signals)
    for entry in entries(rig):
        state, key = rig.hass.states.get(entry.entity_id), str(entry.translation_key)
        assert state is not None
        named = texts[entry.domain][key].get("state_attributes", {})
        shown = set(state.attributes) - STANDARD
        assert shown == named.keys() - STANDARD, key
        for attribute, words in WORDS.items():
            if attribute in named:
                assert set(named[attribute]["state"]) == set(words or ()), f"{key}.{attribute}"
        if "period" in named and key != "tempo_next_change":
            assert set(named["period"]["state"]) == named.keys() & {
                *build_option(OptionCode.TEMPO).periods,
                "base",
                "hc",
                "hp",
            }
    assert set(texts["sensor"]["tempo_next_change"]["state_attributes"]["period"]["state"]) == set(PERIOD_STATES)


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_each_state_has_a_name_and_an_icon_of_its_own(open_signals: OpenSignals, language: str) -> None:
    texts, icons = section(f"translations/{language}.json"), section("icons.json")
    rig = await start_everything(open_signals)
    for entry in entries(rig):
        state, key = rig.hass.states.get(entry.entity_id), str(entry.translation_key)
        assert state is not None
        options = ["on", "off"] if entry.domain == Platform.BINARY_SENSOR else state.attributes.get("options")
        icon = icons[entry.domain][key]
        if options:
            assert set(texts[entry.domain][key]["state"]) == set(options), key
            assert set(icon["state"]) == set(options), key
            assert len({icon["default"], *icon["state"].values()}) == len(options) + 1, key
        elif entry.unit_of_measurement in ("%", "days"):
            assert key == "tempo_season_days_left" or icon["range"]["0"] != icon["default"]


async def test_only_what_few_people_watch_is_disabled(
    open_signals: OpenSignals, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The rig enables everything.
    monkeypatch.undo()
    rig = await open_signals(NOON, NationalStandIn())
    await rig.load()
    prefix = f"{rig.entry.entry_id}_"
    disabled = {entry.unique_id.removeprefix(prefix) for entry in entries(rig) if entry.disabled}
    chances = {f"tempo_chance_{colour}_j{ahead}" for colour in ("blue", "white") for ahead in range(2, 7)}
    assert disabled == {"tempo_days_used_blue", "tempo_season_days_left", *chances}
