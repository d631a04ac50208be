"""Clicking a tariff together: sources, details, summary, and the list of entries."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from custom_components.myelectricaldata.energy.entries import Before, Source, TariffEntry
from custom_components.myelectricaldata.energy.offer_format import encode_catalogue
from custom_components.myelectricaldata.energy.offers import Catalogue
from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule
from custom_components.myelectricaldata.energy.options import OptionCode
from custom_components.myelectricaldata.energy.tariff import Signal
from custom_components.myelectricaldata.flows.account_check import async_client
from tests.flows.tariff_rig import NO_EXTRAS, add, house, open_tariff, options, saved, values
from tests.flows.usage_point_rig import (
    answer,
    choose,
)
from tests.simulators import offers
from tests.simulators.gateway import GatewaySimulator


@pytest.fixture(autouse=True)
def today(freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(datetime(2026, 11, 21, 11, tzinfo=UTC))


@pytest.fixture
async def catalogue(hass_storage: dict[str, Any], hass: HomeAssistant, simulator: GatewaySimulator) -> Catalogue:
    """The simulated gateway's offers, as they were read and written down on an earlier day."""
    simulator.offers.offers.append(offers.Offer(provider=2, name="Nouveauté", kind="SPOT", prices={}))
    client = await async_client(
        hass, base_url=simulator.base_url, client_id=simulator.client_id, client_secret=simulator.client_secret
    )
    rows = await client.async_offers(include_history=True)
    read, _ = Catalogue().merged(await client.async_providers(), rows, date(2026, 11, 20))
    hass_storage["myelectricaldata.catalogue"] = {"version": 1, "data": encode_catalogue(read)}
    return read


async def test_the_regulated_tariff_is_followed_from_the_contract_s_own_date(hass: HomeAssistant) -> None:
    entry = house(hass)
    menu = await open_tariff(hass, entry)
    assert menu["menu_options"] == ["tariff_add", "tariff_done"]
    assert menu["description_placeholders"]["entries"] == "No tariff yet: there are no costs."
    form = await choose(hass, await choose(hass, menu, "tariff_add"), "regulated")
    assert values(form) == {"power_kva": "6"}
    refused = await answer(hass, form, {"option": "HC_HP", "power_kva": " "})
    assert refused["errors"] == {"power_kva": "power_missing"}
    details = await answer(hass, refused, {"option": "HC_HP", "power_kva": "6"})
    assert values(details) == {"valid_from": "2025-03-01", "power_kva": "6", "hours_all": "22:30-06:30"}
    summary = await answer(
        hass,
        details,
        {
            "valid_from": "2025-12-01",
            "power_kva": "6",
            "two_seasons": {"hours_summer": "2:26-7:56, 11h-13h30", "hours_winter": "23:00-7:00"},
            **NO_EXTRAS,
        },
    )
    assert summary["type"] is FlowResultType.MENU
    assert summary["menu_options"] == ["save", "more", "correct"]
    words = summary["description_placeholders"]["summary"]
    assert words.startswith("**Peak / off-peak · regulated tariff · 6\u00a0kVA**\n\nSince 2025-12-01.")
    assert "from 02:26 to 07:56 and from 11:00 to 13:30 (8 h a day)" in words
    lines = words.splitlines()
    # Prices that are older than the entry bear their own date, and nothing but that.
    assert any(line.startswith("- from 2025-12-01: ") and line.endswith(" (prices of 2025-08-01)") for line in lines)
    assert (
        "- from 2026-08-01: off-peak 0.1589\u00a0€/kWh, peak 0.2142\u00a0€/kWh · subscription 15.86\u00a0€/month"
        in lines
    )
    assert "2025-02-01" not in words
    assert "tariff" not in entry.subentries["maison"].data
    done = await choose(hass, summary, "save")
    assert (done["type"], done["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert saved(entry) == (
        TariffEntry(
            valid_from=date(2025, 12, 1),
            source=Source.REGULATED,
            option=OptionCode.HC_HP,
            power_kva=Decimal(6),
            offpeak=OffpeakSchedule.from_config(
                [
                    {"season": "summer", "windows": ["02:26-07:56", "11:00-13:30"]},
                    {"season": "winter", "windows": ["23:00-07:00"]},
                ]
            ),
        ),
    )


async def test_prices_that_nobody_has_verified_are_marked_in_the_summary(hass: HomeAssistant) -> None:
    form = await add(hass, house(hass), "regulated")
    details = await answer(hass, form, {"option": "TEMPO", "power_kva": "6"})
    summary = await answer(hass, details, {"valid_from": "2025-02-01", "power_kva": "6", **NO_EXTRAS})
    lines = summary["description_placeholders"]["summary"].splitlines()
    (first,) = [line for line in lines if line.startswith("- from 2025-02-01:")]
    assert first.endswith("not verified)")
    assert "red peak 0.6586\u00a0€/kWh" in first
    assert any(line.startswith("⚠ From 2025-02-01 to 2025-07-31, the subscription is not known") for line in lines)
    assert not any("no price is known" in line for line in lines)


async def test_an_offer_of_the_catalogue_is_chosen_by_supplier_and_power(
    hass: HomeAssistant, catalogue: Catalogue
) -> None:
    entry = house(hass)
    form = await add(hass, entry, "catalogue")
    names = options(form, "provider")
    rivers = next(key for key, name in names.items() if name == "Énergie des Deux Rives")
    assert values(form) == {"power_kva": "6"}
    malformed = await answer(hass, form, {"provider": rivers, "power_kva": "six"})
    assert malformed["errors"] == {"power_kva": "power_range"}
    nothing = await answer(hass, malformed, {"provider": rivers, "power_kva": "7"})
    assert nothing["errors"] == {"power_kva": "no_offer_for_power"}
    choice = await answer(hass, nothing, {"provider": rivers, "power_kva": "6 kVA"})
    shown = options(choice, "offer")
    assert "EJP:Rive Pointe (EJP)" not in shown
    details = await answer(hass, choice, {"offer": "HC_HP:Rive Creuse"})
    before = await answer(
        hass,
        details,
        {"valid_from": "2025-06-01", "power_kva": "6", "hours_all": "22h30-6h30", "two_seasons": {}, **NO_EXTRAS},
    )
    assert before["step_id"] == "before"
    assert before["description_placeholders"]["first"] == "2026-02-01"
    assert set(options(before, "before")) == {"wait", "regulated", "same"}
    summary = await answer(hass, before, {"before": "regulated"})
    words = summary["description_placeholders"]["summary"]
    assert "Énergie des Deux Rives, Rive Creuse" in words
    assert "- from 2025-08-01: off-peak 0.1635\u00a0€/kWh, peak 0.2081\u00a0€/kWh" in words
    assert (
        "- from 2026-08-01: off-peak 0.1592\u00a0€/kWh, peak 0.2139\u00a0€/kWh · subscription 16.15\u00a0€/month"
        in words
    )
    await choose(hass, summary, "save")
    (kept,) = saved(entry)
    assert kept.before is Before.REGULATED
    assert kept.offer is not None
    assert (kept.offer.provider_id, kept.offer.name, kept.offer.offer_type) == (rivers, "Rive Creuse", "HC_HP")
    assert catalogue.history(kept).versions


async def test_an_offer_that_nobody_can_bill_is_shown_and_refused(hass: HomeAssistant, catalogue: Catalogue) -> None:
    form = await add(hass, house(hass), "catalogue")
    provider = next(key for key, name in options(form, "provider").items() if name == "Watt et Compagnie")
    choice = await answer(hass, form, {"provider": provider, "power_kva": "6"})
    shown = options(choice, "offer")
    assert shown["SPOT:Nouveauté"] == "Nouveauté · type SPOT is not supported"
    assert shown["BASE:Ancienne offre"] == "Ancienne offre · no longer sold"
    refused = await answer(hass, choice, {"offer": "SPOT:Nouveauté"})
    assert refused["errors"] == {"offer": "offer_unsupported"}
    assert refused["description_placeholders"]["piece"] == "SPOT"


async def test_a_catalogue_that_has_not_come_yet_leads_back_to_the_other_sources(hass: HomeAssistant) -> None:
    form = await add(hass, house(hass), "catalogue")
    assert form["errors"] == {"base": "catalogue_empty"}
    assert (await answer(hass, form, {}))["step_id"] == "tariff_add"


async def test_peak_days_of_an_ejp_offer_are_unknown_until_the_user_names_them(
    hass: HomeAssistant, catalogue: Catalogue
) -> None:
    entry = house(hass)
    form = await add(hass, entry, "catalogue")
    provider = next(key for key, name in options(form, "provider").items() if name == "Énergie des Deux Rives")
    choice = await answer(hass, form, {"provider": provider, "power_kva": "9"})
    details = await answer(hass, choice, {"offer": "EJP:Rive Pointe (EJP)"})
    assert set(options(details, "peak_days")) == {"unknown", "tempo_red", "listed"}
    given = {"valid_from": "2026-11-21", "power_kva": "9", **NO_EXTRAS}
    wrong = await answer(hass, details, {**given, "peak_days": "listed"})
    assert wrong["errors"] == {"peak_dates": "peak_dates_missing"}
    wrong = await answer(hass, wrong, {**given, "peak_days": "listed", "peak_dates": "12/13/2026"})
    assert wrong["errors"] == {"peak_dates": "date_unreadable"}
    wrong = await answer(hass, wrong, {**given, "peak_days": "tempo_red", "peak_dates": "12/12/2026"})
    assert wrong["errors"] == {"peak_dates": "peak_dates_unused"}
    summary = await answer(hass, wrong, {**given, "peak_days": "unknown"})
    assert "Which days are peak days is not known" in summary["description_placeholders"]["summary"]
    details = await choose(hass, summary, "correct")
    summary = await answer(hass, details, {**given, "peak_days": "tempo_red"})
    assert "the red days of Tempo" in summary["description_placeholders"]["summary"]
    details = await choose(hass, summary, "correct")
    summary = await answer(hass, details, {**given, "peak_days": "listed", "peak_dates": "12/01/2027; 2027-01-13"})
    assert "2 peak days" in summary["description_placeholders"]["summary"]
    await choose(hass, summary, "save")
    (kept,) = saved(entry)
    assert kept.peak_signal is Signal.LISTED
    assert kept.peak_dates == {date(2027, 1, 12), date(2027, 1, 13)}


async def test_an_offer_with_hours_of_its_own_does_not_ask_for_those_of_the_contract(
    hass: HomeAssistant, catalogue: Catalogue
) -> None:
    form = await add(hass, house(hass), "catalogue")
    provider = next(key for key, name in options(form, "provider").items() if name == "Énergie des Deux Rives")
    choice = await answer(hass, form, {"provider": provider, "power_kva": "6"})
    details = await answer(hass, choice, {"offer": "ZEN_FLEX:Rive Week-end Option Flex"})
    assert "hours_all" not in values(details)
    summary = await answer(hass, details, {"valid_from": "2026-09-01", "power_kva": "6", **NO_EXTRAS})
    words = summary["description_placeholders"]["summary"]
    assert "Off-peak hours of the offer: 13:00–18:00, 20:00–08:00." in words
    assert "Sobriété peak 0.6910\u00a0€/kWh" in words


async def test_own_prices_may_be_numbers_or_entities_but_each_period_needs_one(hass: HomeAssistant) -> None:
    entry = house(hass)
    hass.states.async_set("sensor.hp", "21.4", {"unit_of_measurement": "ct/kWh"})
    hass.states.async_set("sensor.power", "350", {"unit_of_measurement": "W"})
    hass.states.async_set("input_number.later", "unavailable")
    details = await answer(hass, await add(hass, entry, "own_prices"), {"option": "HC_HP"})
    given: dict[str, Any] = {"valid_from": "2026-01-01", "hours_all": "22:00-06:00", "two_seasons": {}}
    for prices, entities, error, piece in (
        ({"hc": 0.16}, {}, {"prices": "price_missing"}, "peak"),
        ({"hc": 16}, {"hp": "sensor.hp"}, {"prices": "price_range"}, "off-peak"),
        ({"hc": -0.1}, {"hp": "sensor.hp"}, {"prices": "price_range"}, "off-peak"),
        ({"hc": 0.1, "hp": 0.2}, {"hp": "sensor.hp"}, {"entities": "price_twice"}, "peak"),
        ({"hc": 0.1, "subscription": 501}, {"hp": "sensor.hp"}, {"prices": "subscription_range"}, ""),
        ({"hc": 0.1}, {"hp": "sensor.power"}, {"entities": "entity_no_price"}, "sensor.power"),
        ({"hc": 0.1}, {"hp": "sensor.nobody"}, {"entities": "entity_no_price"}, "sensor.nobody"),
    ):
        details = await answer(hass, details, {**given, "prices": prices, "entities": entities})
        assert (details["errors"], details["description_placeholders"]["piece"]) == (error, piece)
        assert "tariff" not in entry.subentries["maison"].data
    right = {**given, "prices": {"hc": 0.1589, "subscription": 15.86}, "entities": {"hp": "sensor.hp"}}
    summary = await answer(hass, details, right)
    words = summary["description_placeholders"]["summary"]
    assert "- off-peak 0.1589\u00a0€/kWh, peak 0.2140\u00a0€/kWh · subscription 15.86\u00a0€/month" in words
    assert (
        "- peak: sensor.hp, now 0.2140\u00a0€/kWh. Its present price also counts for the days from 2026-01-01 to today"
        in words
    )
    assert "⚠" not in words
    details = await choose(hass, summary, "correct")
    summary = await answer(hass, details, {**right, "entities": {"hp": "input_number.later"}})
    assert (
        "peak: input_number.later, which holds no price at the moment" in summary["description_placeholders"]["summary"]
    )
    await choose(hass, summary, "save")
    (kept,) = saved(entry)
    assert kept.prices == {"hc": Decimal("0.1589")}
    assert kept.entities == {"hp": "input_number.later"}
    assert (kept.subscription, kept.power_kva) == (Decimal("15.86"), None)


async def test_a_seasonal_tariff_of_one_s_own_may_have_no_peak_days(hass: HomeAssistant) -> None:
    entry = house(hass)
    details = await answer(hass, await add(hass, entry, "own_prices"), {"option": "SEASONAL"})
    prices = {"winter_hc": 0.17, "winter_hp": 0.22, "summer_hc": 0.12, "summer_hp": 0.15}
    given = {"valid_from": "2026-01-01", "prices": prices, "entities": {}}
    refused = await answer(hass, details, {**given, "peak_days": "unknown"})
    assert (refused["errors"], refused["description_placeholders"]["piece"]) == (
        {"prices": "price_missing"},
        "peak days",
    )
    summary = await answer(hass, refused, {**given, "peak_days": "none"})
    assert "peak" not in summary["description_placeholders"]["summary"].lower().replace("off-peak", "").replace(
        " peak ", ""
    )
    await choose(hass, summary, "save")
    (kept,) = saved(entry)
    assert (kept.peak_signal, kept.peak_dates) == (Signal.LISTED, frozenset())
    edit = await choose(hass, await open_tariff(hass, entry), "tariff_edit")
    assert values(await answer(hass, edit, {"entry": "2026-01-01"}))["peak_days"] == "none"


async def test_changing_the_power_to_one_that_the_offer_is_not_sold_for_is_refused(
    hass: HomeAssistant, catalogue: Catalogue
) -> None:
    form = await add(hass, house(hass), "catalogue")
    provider = next(key for key, name in options(form, "provider").items() if name == "Énergie des Deux Rives")
    choice = await answer(hass, form, {"provider": provider, "power_kva": "6"})
    details = await answer(hass, choice, {"offer": "TEMPO:Rive Tempo"})
    refused = await answer(hass, details, {"valid_from": "2026-09-01", "power_kva": "36", **NO_EXTRAS})
    assert refused["errors"] == {"power_kva": "no_offer_for_power"}


TEMPO_HOURS = "Off-peak all year: from 22:00 to 06:00 the next day (8 h a day)."


async def test_hours_that_belong_to_the_kind_of_tariff_are_told_instead_of_those_of_the_contract(
    hass: HomeAssistant,
) -> None:
    form = await add(hass, house(hass), "regulated")
    tempo = await answer(hass, form, {"option": "TEMPO", "power_kva": "6"})
    about = tempo["description_placeholders"]["hours"]
    assert about == f"{TEMPO_HOURS}\n\nThe colour of a day holds from 06:00 to 06:00 the next day."
    summary = await answer(hass, tempo, {"valid_from": "2026-09-01", "power_kva": "6", **NO_EXTRAS})
    words = summary["description_placeholders"]["summary"]
    assert about in words
    # Nothing in the only line of prices repeats the title or the first day of the entry.
    assert "\n- blue off-peak 0.1356\u00a0€/kWh" in words
    assert "red peak 0.7295\u00a0€/kWh (prices of 2026-08-01)\n" in words
    hass.config_entries.subentries.async_abort(tempo["flow_id"])
    form = await add(hass, house(hass), "regulated")
    flat = await answer(hass, form, {"option": "BASE", "power_kva": "6"})
    assert flat["description_placeholders"]["hours"] == ""


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("HC_HP", "Off-peak hours on the contract: the gateway does not tell them."),
        ("EJP", "On a peak day, the peak hours are from 07:00 to 01:00 the next day; all other hours are normal."),
        (
            "ZEN_FLEX",
            "Off-peak all year: from 13:00 to 18:00 and from 20:00 to 08:00 the next day (17 h a day).",
        ),
        (
            "HC_NUIT_WEEKEND",
            (
                "Off-peak all year: from 23:00 to 06:00 the next day (7 h a day).\n\n"
                "Weekends and public holidays are off-peak all day."
            ),
        ),
        (
            "SEASONAL",
            (
                "Off-peak from 1 April to 31 October: from 11:00 to 17:00 (6 h a day).\n\n"
                "Off-peak from 1 November to 31 March: from 00:00 to 07:00 and from 13:00 to 16:00 (10 h a day).\n\n"
                "In summer, weekends are off-peak all day."
            ),
        ),
    ],
)
async def test_each_kind_of_tariff_says_when_it_is_off_peak(hass: HomeAssistant, option: str, told: str) -> None:
    details = await answer(hass, await add(hass, house(hass), "own_prices"), {"option": option})
    assert details["description_placeholders"]["hours"] == told


async def test_what_an_entity_held_before_it_was_followed_is_said_to_be_unknown(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    hass_storage["myelectricaldata.entity_prices"] = {
        "version": 1,
        "data": {"sensor.known": [["2025-12-01", "0.20"]], "sensor.late": [["2026-06-01", "0.21"]]},
    }
    for entity_id in ("sensor.known", "sensor.late", "sensor.new"):
        hass.states.async_set(entity_id, "0.22", {"unit_of_measurement": "€/kWh"})
    details = await answer(hass, await add(hass, house(hass), "own_prices"), {"option": "BASE"})
    lines = {}
    for entity_id in ("sensor.known", "sensor.late", "sensor.new"):
        given = {"valid_from": "2026-01-01", "prices": {}, "entities": {"base": entity_id}}
        summary = await answer(hass, details, given)
        lines[entity_id] = summary["description_placeholders"]["summary"].splitlines()
        details = await choose(hass, summary, "correct")
    now = "now 0.2200\u00a0€/kWh"
    assert f"- base: sensor.known, {now}" in lines["sensor.known"]
    assert (
        f"- base: sensor.late, {now}. Its first known price, that of 2026-06-01, also counts for the days from"
        " 2026-01-01 until then."
    ) in lines["sensor.late"]
    assert (
        f"- base: sensor.new, {now}. Its present price also counts for the days from 2026-01-01 to today, because none"
        " of its earlier prices is known."
    ) in lines["sensor.new"]
