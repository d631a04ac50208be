"""`compare_offers` on an account that was really imported, with the catalogue of the simulated gateway."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from voluptuous import Invalid

from custom_components.myelectricaldata.const import CONF_SURPLUS, CONF_TARIFF, DOMAIN
from custom_components.myelectricaldata.coordinators.national import async_get_national
from custom_components.myelectricaldata.energy.calendar import days_between
from custom_components.myelectricaldata.energy.entries import OfferReference, Source, TariffEntry
from custom_components.myelectricaldata.energy.entry_format import encode_entry
from custom_components.myelectricaldata.energy.offers import Catalogue
from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule
from custom_components.myelectricaldata.energy.options import OptionCode
from custom_components.myelectricaldata.energy.ranking import Period, span_of
from tests.account import Account, paris
from tests.conftest import OpenAccount
from tests.simulators.households import Household
from tests.simulators.offers import Offer, provider_id

pytestmark = pytest.mark.long

HOUSE, ROOF = "22516914714271", "22516914714281"
NOW = paris(2026, 11, 21, 14)
ACTIVATION = date(2026, 10, 13)
LAST = date(2026, 11, 20)
NIGHTS = OffpeakSchedule.from_config([{"season": "all", "windows": ["22:30-06:30"]}])
OWN = {"hc": Decimal("0.1589"), "hp": Decimal("0.2142")}


def house(**changes: Any) -> Household:
    return Household(pdl=HOUSE, name="Maison", activation=ACTIVATION, **changes)


def tariff(**changes: Any) -> list[dict[str, object]]:
    plain: dict[str, Any] = {
        "valid_from": date(2026, 1, 1),
        "source": Source.MANUAL,
        "option": OptionCode.HC_HP,
        "power_kva": Decimal(6),
        "offpeak": NIGHTS,
        "prices": OWN,
        "subscription": Decimal("15.86"),
    }
    return [encode_entry(TariffEntry(**(plain | changes)))]


async def open_with(
    open_account: OpenAccount,
    hass: HomeAssistant,
    entries: list[dict[str, object]] | None,
    *households: Household,
    surplus: list[dict[str, object]] | None = None,
) -> Account:
    """An account whose house has a tariff, once the catalogue has come in."""
    account = await open_account(NOW, *(households or (house(),)), start=False)
    account.entry.add_to_hass(hass)
    subentry = next(each for each in account.entry.subentries.values() if each.data["pdl"] == HOUSE)
    data = {**subentry.data, CONF_TARIFF: entries or [], CONF_SURPLUS: surplus or []}
    hass.config_entries.async_update_subentry(account.entry, subentry, data=data)
    await account.start()
    assert (await async_get_national(hass)).catalogue.offers
    return account


async def compare(hass: HomeAssistant, **data: Any) -> dict[str, Any]:
    response = await hass.services.async_call(
        DOMAIN, "compare_offers", {"usage_point": HOUSE, **data}, blocking=True, return_response=True
    )
    assert response is not None
    return dict(response)


async def refusal(hass: HomeAssistant, **data: Any) -> ServiceValidationError:
    with pytest.raises(ServiceValidationError) as refused:
        await compare(hass, **data)
    return refused.value


def named(answer: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [offer for offer in answer["offers"] if offer["name"] == name]
    return dict(found)


def night_wh(home: Household, first: date, last: date) -> int:
    """Wh from 22:30 to 6:30 of ordinary days, slot by slot."""
    total = 0
    for day in days_between(first, last):
        slots = home.slot_wh("consumption", day)
        assert len(slots) == 48
        total += sum(slots[:13]) + sum(slots[45:])
    return total


async def test_the_ranking_is_that_of_a_calculation_by_hand(open_account: OpenAccount, hass: HomeAssistant) -> None:
    home = house()
    await open_with(open_account, hass, tariff(), home)
    start, end = date(2026, 11, 1), date(2026, 11, 14)
    answer = await compare(hass, period="custom", start=start.isoformat(), end=end.isoformat())

    whole = sum(home.daily_wh("consumption", day) for day in days_between(start, end))
    night = night_wh(home, start, end)
    base = whole * Decimal("0.2004") / 1000
    fixed = 14 * 12 * Decimal("15.90") / 365
    present = (night * OWN["hc"] + (whole - night) * OWN["hp"]) / 1000 + 14 * 12 * Decimal("15.86") / 365

    assert {key: answer[key] for key in ("days_expected", "days_compared", "days_left_out", "coverage")} == {
        "days_expected": 14,
        "days_compared": 14,
        "days_left_out": 0,
        "coverage": 100.0,
    }
    assert (answer["power_kva"], answer["currency"], answer["prices"], answer["present_reason"]) == (
        6.0,
        "EUR",
        "today",
        None,
    )
    flat = named(answer, "Rive Base")
    assert flat["energy"] == pytest.approx(float(base), abs=0.005)
    assert flat["subscription"] == pytest.approx(float(fixed), abs=0.005)
    assert flat["total"] == pytest.approx(float(base + fixed), abs=0.005)
    assert flat["difference"] == pytest.approx(float(base + fixed - present), abs=0.005)
    assert flat["per_year"] == pytest.approx(float((base + fixed) * 365 / 14), abs=0.005)
    assert flat["periods"] == [
        {"period": "base", "name": "base", "kwh": whole / 1000, "cost": pytest.approx(float(base), abs=0.005)}
    ]
    assert answer["present"]["total"] == pytest.approx(float(present), abs=0.005)
    assert answer["present"]["prices_valid_from"] == "2026-01-01"
    assert {part["period"]: part["kwh"] for part in answer["present"]["periods"]} == {
        "hc": night / 1000,
        "hp": (whole - night) / 1000,
    }
    totals = [offer["total"] for offer in answer["offers"]]
    assert totals == sorted(totals)
    assert [offer["rank"] for offer in answer["offers"]] == list(range(1, len(totals) + 1))
    options = {offer["option"] for offer in answer["offers"]}
    assert {"BASE", "HC_HP", "SEASONAL", "HC_NUIT_WEEKEND", "BASE_WEEKEND", "HC_WEEKEND", "WEEKEND"} <= options
    assert named(answer, "Rive Creuse")["prices_valid_from"] == "2026-08-01"
    assert named(answer, "Deux saisons et pointe")["assumptions"] == [{"kind": "peak_days_tempo_red", "since": None}]
    assert not any(offer["is_present"] for offer in answer["offers"])


async def test_an_own_offer_of_the_same_terms_costs_what_the_market_s_does(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    await open_with(open_account, hass, tariff())
    flat = {"name": "À moi", "option": "base", "subscription": 15.9, "prices": {"base": "0.2004"}}
    rules = {
        "name": "En règles",
        "option": "CUSTOM",
        "subscription": 15.9,
        "prices": {"weekend": 0.1602, "week": 0.2188},
        "rules": [{"period": "weekend", "weekdays": ["sat", "sun"]}, {"period": "week"}],
    }
    # Off-peak hours from 22:30, that is those of the contract, once by season and once as text.
    nights = {"name": "Nuits", "option": "HC_HP", "subscription": 16.15, "prices": {"hc": 0.1592, "hp": 0.2139}}
    seasons = [{"season": "summer", "windows": "22:30-06:30"}, {"season": "winter", "windows": ["22:30-06:30"]}]
    same = [
        {**nights, "name": "Nuits par saison", "offpeak": seasons},
        {**nights, "name": "Nuits en texte", "offpeak": "22h30-6h30"},
    ]
    holidays = {
        "name": "Fériés",
        "option": "CUSTOM",
        "subscription": "15,9",
        "prices": {"holiday": 0.2004, "night": 0.2004, "day": 0.2004},
        "rules": [
            {"period": "holiday", "weekdays": [], "holidays": "included"},
            {"period": "night", "windows": "22:00-06:00", "season": "winter"},
            {"period": "day"},
        ],
    }
    answer = await compare(hass, custom_offers=[flat, rules, nights, *same, holidays])
    # 1 and 11 November are the public holidays of these days.
    assert [part["period"] for part in named(answer, "Fériés")["periods"]].count("holiday") == 1
    for ours, theirs in (
        ("À moi", "Rive Base"),
        ("En règles", "Rive Week-end"),
        ("Nuits", "Rive Creuse"),
        ("Fériés", "Rive Base"),
        ("Nuits par saison", "Rive Creuse"),
        ("Nuits en texte", "Rive Creuse"),
    ):
        assert named(answer, ours)["total"] == named(answer, theirs)["total"], ours
        assert named(answer, ours)["provider"] is None
        assert named(answer, ours)["prices_valid_from"] is None
    days = {"name": "Jours", "option": "EJP", "subscription": 20, "prices": {"ejp_normal": 0.15, "ejp_peak": 0.9}}
    pointed = {**days, "name": "Jours dits", "peak_dates": ["2026-11-10", "2026-11-11"]}
    flexible = {"name": "Saisons", "option": "SEASONAL", "subscription": 20}
    flexible["prices"] = {"winter_hc": 0.1, "winter_hp": 0.2, "summer_hc": 0.1, "summer_hp": 0.2}
    answer = await compare(hass, provider="Watt et Compagnie", custom_offers=[pointed, flexible])
    assert {part["period"] for part in named(answer, "Jours dits")["periods"]} == {"ejp_normal", "ejp_peak"}
    assert {part["period"] for part in named(answer, "Saisons")["periods"]} == {
        "winter_hc",
        "winter_hp",
        "summer_hc",
        "summer_hp",
    }


async def test_filters_and_coverage(open_account: OpenAccount, hass: HomeAssistant) -> None:
    hass.config.language = "fr"
    await open_with(open_account, hass, None, house(subscribed_kva=9, holes={date(2026, 11, 3)}))
    answer = await compare(hass, limit=2)
    # Without a tariff there is nothing to compare with, and the contract tells the power.
    assert (answer["present"], answer["present_reason"], answer["power_kva"]) == (None, "no_tariff", 9.0)
    assert len(answer["offers"]) == 2
    assert answer["offers"][0]["difference"] is None
    assert (answer["start"], answer["end"]) == ("2025-11-21", "2026-11-20")
    assert (answer["days_expected"], answer["days_compared"]) == (365, (LAST - ACTIVATION).days)
    assert answer["coverage"] == round(100 * answer["days_compared"] / 365, 1)

    by_name = await compare(hass, provider=" watt et COMPAGNIE ")
    by_id = await compare(hass, provider=provider_id(2))
    assert by_name["offers"] == by_id["offers"]
    assert {offer["provider"] for offer in by_name["offers"]} == {"Watt et Compagnie"}
    assert by_name["offers"][0]["periods"][0]["name"] in {"HC", "HP"}

    strong = await compare(hass, power_kva=36)
    assert [offer["name"] for offer in strong["offers"]] == ["Rive Base"]
    assert strong["offers"][0]["power_kva"] == 36.0
    # Of this power there is an EJP offer; it is ranked, or it is said why not.
    everything = await compare(hass)
    assert "EJP" in {each["option"] for each in (*everything["not_compared"], *everything["offers"])}


async def test_prices_are_those_of_today_or_of_each_day_and_the_present_offer_is_marked(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    reference = OfferReference(
        provider_id=provider_id(0), provider="Énergie des Deux Rives", name="Rive Creuse", offer_type="HC_HP"
    )
    entries = tariff(source=Source.CATALOGUE, offer=reference, prices={}, subscription=None)
    account = await open_with(open_account, hass, entries)
    today = await compare(hass)
    mine = named(today, "Rive Creuse")
    assert mine["is_present"]
    assert (mine["difference"], mine["total"]) == (0.0, today["present"]["total"])
    assert (today["present"]["name"], today["present"]["provider"]) == ("Rive Creuse", "Énergie des Deux Rives")
    assert sum(offer["is_present"] for offer in today["offers"]) == 1

    # From 1 November on it costs another price: only the prices of each day know the one before.
    account.simulator.offers.change_price("Rive Creuse", {"hp_price": "0.5000"}, valid_from=date(2026, 11, 1))
    await account.travel(paris(2026, 11, 22, 14))
    today, dated = await compare(hass), await compare(hass, prices="dated")
    assert named(today, "Rive Creuse")["total"] > named(dated, "Rive Creuse")["total"] > mine["total"]
    assert named(dated, "Rive Creuse")["difference"] == 0.0
    assert named(today, "Rive Creuse")["prices_valid_from"] == "2026-11-01"


async def test_an_offer_of_a_kind_that_nobody_knows_is_told_and_not_ranked(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await open_with(open_account, hass, tariff(valid_from=date(2026, 12, 1)))
    strange = Offer(provider=2, name="Lunaire", kind="LUNAR", prices={"base_price": "0.0100"})
    account.simulator.offers.offers.append(strange)
    await account.travel(paris(2026, 11, 22, 14))
    answer = await compare(hass)
    unknown = {"name": "Lunaire", "provider": "Watt et Compagnie", "option": None, "reason": "unsupported"}
    assert unknown in answer["not_compared"]
    assert "Lunaire" not in {offer["name"] for offer in answer["offers"]}
    # A tariff that is still to come is not what the household pays.
    assert (answer["present"], answer["present_reason"]) == (None, "no_tariff")


async def test_a_tariff_without_a_price_is_no_measure_of_the_others(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    await open_with(open_account, hass, tariff(prices={"hc": Decimal("0.1")}))
    answer = await compare(hass)
    assert (answer["present"], answer["present_reason"]) == (None, "price_missing")
    assert answer["offers"]


async def test_what_cannot_be_compared_is_refused_in_words(open_account: OpenAccount, hass: HomeAssistant) -> None:
    roof = Household(pdl=ROOF, name="Toit", consumption=False, production=True, activation=ACTIVATION)
    await open_with(open_account, hass, tariff(), house(), roof)
    cases: list[tuple[str, dict[str, Any]]] = [
        ("no_consumption", {"usage_point": ROOF}),
        ("unknown_usage_point", {"usage_point": "nobody"}),
        ("unknown_provider", {"provider": "Personne"}),
        ("days_without_custom_period", {"start": "2026-11-01", "end": "2026-11-02"}),
        ("custom_period_without_days", {"period": "custom", "start": "2026-11-01"}),
        ("year_without_year_period", {"year": 2026}),
        ("end_before_start", {"period": "custom", "start": "2026-11-02", "end": "2026-11-01"}),
        ("end_before_start", {"period": "calendar_year", "year": 2027}),
        ("no_days", {"period": "calendar_year"}),
        ("no_days", {"period": "tempo_season", "year": 2024}),
    ]
    for key, data in cases:
        assert (await refusal(hass, **data)).translation_key == key, data
    assert "Énergie des Deux Rives" in str(await refusal(hass, provider="Personne"))
    assert (await compare(hass, period="calendar_year", year=2026))["end"] == "2026-11-20"
    assert (await compare(hass, period="tempo_season", year=2026))["start"] == "2026-09-01"


async def test_without_a_catalogue_only_own_offers_are_compared(
    open_account: OpenAccount, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await open_with(open_account, hass, None)
    national = await async_get_national(hass)
    monkeypatch.setattr(type(national), "catalogue", Catalogue())
    assert (await refusal(hass)).translation_key == "no_catalogue"
    own = [{"name": "Seule", "option": "BASE", "subscription": 10, "prices": {"base": 0.2}}]
    assert [offer["name"] for offer in (await compare(hass, custom_offers=own))["offers"]] == ["Seule"]
    monkeypatch.undo()
    monkeypatch.setattr(type(account.coordinator(HOUSE).ledger), "contract", None)
    assert (await refusal(hass)).translation_key == "unknown_power"
    monkeypatch.setattr(type(account.coordinator(HOUSE)), "series", ())
    assert (await refusal(hass, power_kva=6)).translation_key == "no_energy_yet"


PLAIN = {"name": "Une", "option": "HC_HP", "subscription": 10, "prices": {"hc": 0.1, "hp": 0.2}}
WRONG: list[tuple[str, dict[str, Any]]] = [
    ("custom_offer_price_missing", {"prices": {"hc": 0.1}}),
    ("custom_offer_unknown_period", {"prices": {"hc": 0.1, "hp": 0.2, "we": 0.1}}),
    ("custom_offer_price_missing", {"option": "ZEN_FLEX", "prices": {"eco_hc": 0.1}}),
    ("custom_offer_without_rules", {"option": "CUSTOM"}),
    ("custom_offer_misplaced", {"rules": [{"period": "hc"}]}),
    ("custom_offer_misplaced", {"peak_dates": ["2026-01-01"]}),
    ("custom_offer_misplaced", {"option": "BASE", "prices": {"base": 0.1}, "offpeak": "22:00-06:00"}),
]
MALFORMED: list[dict[str, Any]] = [
    {"prices": {"hc": -0.1, "hp": 0.2}},
    {"prices": {"hc": "cheap", "hp": 0.2}},
    {"prices": {"hc": "NaN", "hp": 0.2}},
    {"prices": {"Heures creuses": 0.1}},
    {"option": "FREE"},
    {"offpeak": "25:00-06:00"},
    {"offpeak": [{"season": "all", "windows": "22:00-06:00"}, {"season": "winter", "windows": "1:00-2:00"}]},
    {"option": "CUSTOM", "rules": [{"period": "hc", "weekdays": ["someday"]}]},
]


async def test_an_own_offer_that_cannot_be_priced_is_refused_by_name(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    await open_with(open_account, hass, tariff())
    for key, wrong in WRONG:
        error = await refusal(hass, custom_offers=[{**PLAIN, **wrong}])
        assert error.translation_key == key, wrong
        assert error.translation_placeholders is not None
        assert error.translation_placeholders["name"] == "Une"
    assert (await refusal(hass, custom_offers=[PLAIN, PLAIN])).translation_key == "custom_offer_twice"
    for malformed in MALFORMED:
        with pytest.raises(Invalid):
            await compare(hass, custom_offers=[{**PLAIN, **malformed}])


def test_periods_end_where_the_readings_do_and_never_reach_into_today() -> None:
    today = date(2026, 11, 21)
    assert span_of(Period.ROLLING_YEAR, None, date(2024, 2, 28), today) == (date(2023, 2, 28), date(2024, 2, 28))
    assert span_of(Period.ROLLING_YEAR, None, date(2024, 2, 29), today) == (date(2023, 3, 1), date(2024, 2, 29))
    assert span_of(Period.ROLLING_YEAR, None, date(2025, 12, 31), today) == (date(2025, 1, 1), date(2025, 12, 31))
    yesterday = today - timedelta(days=1)
    assert span_of(Period.CALENDAR_YEAR, None, yesterday, today) == (date(2025, 1, 1), date(2025, 12, 31))
    assert span_of(Period.CALENDAR_YEAR, 2026, yesterday, today) == (date(2026, 1, 1), yesterday)
    assert span_of(Period.TEMPO_SEASON, None, yesterday, today) == (date(2025, 9, 1), date(2026, 8, 31))
    assert span_of(Period.TEMPO_SEASON, None, date(2026, 8, 30), date(2026, 8, 31)) == (
        date(2024, 9, 1),
        date(2025, 8, 31),
    )
    assert span_of(Period.TEMPO_SEASON, None, date(2026, 8, 31), date(2026, 9, 1))[0] == date(2025, 9, 1)
    assert span_of(Period.TEMPO_SEASON, 2027, yesterday, today)[1] == yesterday
    with pytest.raises(ValueError, match="custom"):
        span_of(Period.CUSTOM, None, yesterday, today)
