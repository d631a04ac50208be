"""Which entities there are, on which devices, under which names."""

import logging

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er

from custom_components.myelectricaldata.const import DOMAIN
from custom_components.myelectricaldata.energy.tariff import Tariff
from custom_components.myelectricaldata.gateway.models import Direction
from custom_components.myelectricaldata.signal_entity import SignalDevice
from tests.entities.rig import (
    BOTH,
    ENTRY_ID,
    NIGHT,
    PDL,
    SUBENTRY_ID,
    EntityRig,
    Money,
    Start,
    snapshot_of,
)
from tests.entities.tariffs import base, hc_hp


async def test_a_usage_point_has_entities_only_of_the_directions_that_it_has(start: Start, all_enabled: None) -> None:
    rig = await start((Direction.PRODUCTION,))
    assert rig.value("production_yesterday") == "12.345"
    assert rig.value("production_last_30_days") == "370.35"
    for key in ("consumption_yesterday", "max_power_yesterday", "subscribed_power", "offpeak_hours"):
        assert rig.entity_id(key) is None


async def test_a_consumer_has_no_production_entity(start: Start, all_enabled: None) -> None:
    rig = await start()
    unique_ids = {entry.unique_id for entry in registered(rig)}
    assert not any("production" in unique_id for unique_id in unique_ids)
    assert f"{PDL}_consumption_yesterday" in unique_ids


async def test_no_sensor_offers_itself_to_long_term_statistics(start: Start, all_enabled: None) -> None:
    money = Money(tariff=Tariff((hc_hp(),)), surplus=Tariff((base(),)))
    rig = await start(BOTH, offpeak=NIGHT, money=money)
    states = rig.hass.states.async_all("sensor")
    assert len(states) > 80
    # The powers of France are measured now, and are nobody's energy.
    recorded = {state.entity_id for state in states if "state_class" in state.attributes}
    assert recorded == {rig.entity_id("france_consumption"), rig.entity_id("france_solar")}


async def test_comparisons_few_people_watch_and_raw_facts_start_disabled(start: Start) -> None:
    rig = await start(BOTH)
    disabled = {entry.unique_id.removeprefix(f"{PDL}_") for entry in registered(rig) if entry.disabled_by}
    comparisons = {"week_last_year", "last_30_days_last_year", "week_change", "last_30_days_change"}
    national = {key.removeprefix(f"{ENTRY_ID}_") for key in disabled if key.startswith(ENTRY_ID)}
    assert disabled - {f"{ENTRY_ID}_{key}" for key in national} == {
        *(f"{direction}_{key}" for direction in BOTH for key in comparisons),
        *("contract_status", "tariff_change_date", "production_activation_date"),
    }
    assert national == {
        *("france_consumption", "france_solar", "tempo_days_used_blue", "tempo_season_days_left"),
        *(f"tempo_chance_{colour}_j{days}" for colour in ("blue", "white") for days in range(2, 7)),
        *(f"tempo_calendar_{colour}" for colour in ("blue", "white", "red")),
    }


def registered(rig: EntityRig) -> list[er.RegistryEntry]:
    return er.async_entries_for_config_entry(er.async_get(rig.hass), rig.entry.entry_id)


async def test_the_usage_point_is_a_linky_behind_the_account_and_belongs_to_its_subentry(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    rig = await start(offpeak=NIGHT)
    registry = dr.async_get(rig.hass)
    account = registry.async_get_device_by_identifier((DOMAIN, ENTRY_ID), ENTRY_ID)
    meter = registry.async_get_device_by_identifier((DOMAIN, PDL), ENTRY_ID)

    assert account is not None
    assert (account.name, account.entry_type, account.manufacturer) == ("My account", "service", "MyElectricalData")
    assert meter is not None
    assert (meter.name, meter.manufacturer, meter.model, meter.serial_number) == ("Maison", "Enedis", "Linky", PDL)
    assert meter.via_device_id == account.id
    for entry in registered(rig):
        of_meter = entry.unique_id.startswith(PDL)
        assert entry.config_subentry_id == (SUBENTRY_ID if of_meter else None)
        signal = next((each for each in SignalDevice if entry.unique_id.startswith(f"{ENTRY_ID}_{each}")), None)
        if signal is not None:
            device = registry.async_get_device_by_identifier((DOMAIN, f"{ENTRY_ID}_{signal}"), ENTRY_ID)
            assert device is not None
            assert (device.entry_type, device.via_device_id) == ("service", account.id)
        assert entry.device_id == (meter if of_meter else account if signal is None else device).id
    # Home Assistant logs what it will refuse one day; its loader says of every custom integration that it is one.
    core = [record for record in caplog.records if record.name.startswith("homeassistant.")]
    complaints = [r.message for r in core if r.levelno >= logging.WARNING and r.name != "homeassistant.loader"]
    assert complaints == []


async def test_what_describes_past_days_is_unavailable_while_the_usage_point_fails_and_the_clock_is_not(
    start: Start,
) -> None:
    rig = await start(offpeak=NIGHT)
    rig.usage_point.async_set_update_error(HomeAssistantError("store"))
    await rig.hass.async_block_till_done()

    unavailable = rig.unavailable()
    assert rig.entity_id("consumption_yesterday") in unavailable
    always = ("offpeak", "next_offpeak_change", "refresh", "new_data", "calls_left", "gateway_reachable")
    assert unavailable.isdisjoint({rig.entity_id(key) for key in always})

    await rig.show(snapshot_of())
    assert rig.unavailable() == set()


async def test_names_follow_the_language_of_the_house_and_units_stay(hass: HomeAssistant, start: Start) -> None:
    hass.config.language = "fr"
    rig = await start(BOTH, offpeak=NIGHT)
    named = {
        key: rig.state(key).attributes["friendly_name"]
        for key in ("consumption_yesterday", "production_yesterday", "offpeak", "refresh", "new_data")
    }
    assert named == {
        "consumption_yesterday": "Maison Consommation d'hier",
        "production_yesterday": "Maison Énergie injectée hier",
        "offpeak": "Maison Heures creuses en cours",
        "refresh": "Maison Actualiser maintenant",
        "new_data": "Maison Nouvelles données",
    }
    # The frontend translates it; what is recorded must not change with the language.
    assert rig.state("calls_left").attributes["unit_of_measurement"] == "calls"
