"""How an offer of the catalogue is billed, followed, found and kept on disk."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from custom_components.myelectricaldata.energy.compare import PriceMode, candidates_of
from custom_components.myelectricaldata.energy.entries import OfferReference, Source, TariffEntry, resolve
from custom_components.myelectricaldata.energy.offer_format import CatalogueError, decode_catalogue, encode_catalogue
from custom_components.myelectricaldata.energy.offers import Catalogue, CatalogueOffer, Problem
from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule, Window
from custom_components.myelectricaldata.energy.options import OptionCode
from custom_components.myelectricaldata.energy.regulated import regulated_history
from custom_components.myelectricaldata.energy.tariff import Calendars, Tariff
from custom_components.myelectricaldata.gateway.models import Offer, Provider

from .catalogue_rows import SUPPLIER, WEEK, D, base, row, simulated_catalogue

TODAY = date(2026, 11, 21)
AUGUST = date(2026, 8, 1)
HOURS = {"hc_price": "0.15", "hp_price": "0.21"}
SEASONS = {"hc_price_winter": "0.20", "hp_price_winter": "0.60", "hc_price_summer": "0.14", "hp_price_summer": "0.19"}


def offer(*rows: Offer) -> CatalogueOffer:
    (found,) = Catalogue().merged([SUPPLIER], rows, TODAY)[0].offers.values()
    return found


def prices(found: CatalogueOffer) -> dict[str, Decimal]:
    return dict(found.history.versions[-1].prices)


@pytest.mark.parametrize(
    ("kind", "fields", "code", "expected"),
    [
        ("BASE", {"base_price": "0.2"}, "BASE", {"base": "0.2"}),
        ("BASE", {"base_price": "0.2", "base_price_weekend": "0.1"}, "BASE_WEEKEND", {"base": "0.2", "we": "0.1"}),
        ("BASE_WEEKEND", {"base_price": "0.2"}, "BASE_WEEKEND", {"base": "0.2", "we": "0.2"}),
        ("HC_HP", HOURS, "HC_HP", {"hc": "0.15", "hp": "0.21"}),
        (
            "HC_HP", HOURS | {"hp_price_weekend": "0.16"}, "WEEKEND",
            {"hc": "0.15", "hp": "0.21", "we_hc": "0.15", "we_hp": "0.16"},
        ),
        ("WEEKEND", HOURS, "WEEKEND", {"hc": "0.15", "hp": "0.21", "we_hc": "0.15", "we_hp": "0.21"}),
        ("HC_NUIT_WEEKEND", HOURS, "HC_NUIT_WEEKEND", {"hc": "0.15", "hp": "0.21"}),
        ("EJP", {"ejp_normal": "0.15"}, "EJP", {"ejp_normal": "0.15"}),
        ("TEMPO", {"tempo_red_hp": "0.7"}, "TEMPO", {"red_hp": "0.7"}),
        (
            "SEASONAL", SEASONS | {"peak_day_price": "0.9"}, "SEASONAL",
            {"winter_hc": "0.20", "winter_hp": "0.60", "summer_hc": "0.14", "summer_hp": "0.19", "peak_day": "0.9"},
        ),
        (
            "ZEN_FLEX", SEASONS, "ZEN_FLEX",
            {"sobriety_hc": "0.20", "sobriety_hp": "0.60", "eco_hc": "0.14", "eco_hp": "0.19"},
        ),
    ],
)  # fmt: skip
def test_each_type_has_its_prices_by_period(
    kind: str, fields: dict[str, str], code: str, expected: dict[str, str]
) -> None:
    found = offer(row(fields, kind=kind))
    assert (found.code, found.problem) == (code, None)
    assert prices(found) == {period: D(price) for period, price in expected.items()}


def test_a_seasonal_offer_with_option_flex_in_its_name_is_zen_flex_whichever_season_holds_its_dear_days() -> None:
    turned = {"hc_price_summer": "0.2", "hp_price_summer": "0.6", "hc_price_winter": "0.14", "hp_price_winter": "0.19"}
    found = offer(row(turned, kind="SEASONAL", name="Zen Week-End Option Flex"))
    assert found.code is OptionCode.ZEN_FLEX
    assert prices(found) == {
        "sobriety_hc": D("0.2"), "sobriety_hp": D("0.6"), "eco_hc": D("0.14"), "eco_hp": D("0.19"),
    }  # fmt: skip


@pytest.mark.parametrize("changed", [{"hp_price_winter": "0.19"}, {"hp_price_summer": "0.60"}])
def test_zen_flex_without_dear_days_has_no_price_rather_than_a_wrong_one(changed: dict[str, str]) -> None:
    assert prices(offer(row(SEASONS | changed, kind="ZEN_FLEX"))) == {}
    missing = {name: price for name, price in SEASONS.items() if name not in changed}
    assert prices(offer(row(missing, kind="ZEN_FLEX"))) == {}


@pytest.mark.parametrize(("fields", "peak"), [(SEASONS, False), (SEASONS | {"peak_day_price": "0.9"}, True)])
def test_a_seasonal_offer_has_peak_days_when_it_has_a_price_for_them(fields: dict[str, str], peak: bool) -> None:
    assert offer(row(fields, kind="SEASONAL")).history.peak_days is peak


def test_hours_that_an_offer_names_are_its_own() -> None:
    found = offer(row(HOURS, kind="HC_HP", hours=dict.fromkeys(WEEK, "22:26-06:26, 12:00-14:00")))
    windows = (Window(22 * 60 + 26, 6 * 60 + 26), Window(12 * 60, 14 * 60))
    assert found.history.own_hours == dict.fromkeys(range(7), windows)
    assert offer(row(HOURS, kind="HC_HP")).history.own_hours is None
    weekdays = dict.fromkeys(WEEK[:5], "23:00-06:00")
    night = offer(row(HOURS, kind="HC_NUIT_WEEKEND", hours=weekdays))
    assert night.history.own_hours == dict.fromkeys(range(5), (Window(23 * 60, 6 * 60),))
    assert offer(base("0.2", hours=weekdays)).history.own_hours is None


@pytest.mark.parametrize(
    "hours",
    [
        dict.fromkeys(WEEK, "at night"),
        dict.fromkeys(WEEK, "22:00-06:00, and more"),
        dict.fromkeys(WEEK[:6], "22:00-06:00"),
        dict.fromkeys(WEEK, "22:00-06:00") | {"holiday": "00:00-24:00"},
    ],
)
def test_hours_that_are_not_understood_are_not_guessed_and_the_cost_waits(hours: dict[str, str]) -> None:
    catalogue, _ = Catalogue().merged([SUPPLIER], [row(HOURS, kind="HC_HP", hours=hours)], TODAY)
    (found,) = catalogue.offers.values()
    assert (found.code, found.problem) == (OptionCode.HC_HP, Problem.HOURS_UNREADABLE)
    assert catalogue.history(follower(OptionCode.HC_HP)).versions == ()


def followed(catalogue: Catalogue) -> Tariff:
    return resolve([follower(OptionCode.HC_HP)], catalogue=catalogue.history, regulated=regulated_history, entities={})


@pytest.mark.parametrize("again", [date(2026, 2, 1), date(2026, 8, 1)])
def test_new_hours_of_an_offer_leave_the_days_before_as_they_were(again: date) -> None:
    old, new = dict.fromkeys(WEEK, "22:00-06:00"), dict.fromkeys(WEEK, "01:00-07:00,14:00-16:00")
    start = date(2026, 2, 1)
    before, _ = Catalogue().merged([SUPPLIER], [row(HOURS, kind="HC_HP", hours=old, start=start)], TODAY)
    changed = row(HOURS, kind="HC_HP", hours=new, start=again, updated=datetime(2026, 6, 1, tzinfo=UTC))
    later = TODAY + timedelta(days=5)
    after, _ = before.merged([SUPPLIER], [changed], later)
    assert decode_catalogue(json.loads(json.dumps(encode_catalogue(after)))) == after
    assert after.merged([SUPPLIER], [changed], later + timedelta(days=1))[0] is after
    eve = later - timedelta(days=1)
    was, then, now = followed(before).on(eve), followed(after).on(eve), followed(after).on(later)
    assert was is not None
    assert then is not None
    assert now is not None
    assert then.option == was.option != now.option
    assert [segment.period for segment in now.option.segments(later, Calendars())].count("hc") == 2
    # What the market would have cost has the hours of each day as well.
    (dated,), _ = candidates_of(
        after,
        power_kva=D(6),
        offpeak=None,
        provider_id=None,
        mode=PriceMode.DATED,
        first=start,
        last=later,
        today=later,
    )
    versions = dated.tariff.versions
    assert [version.option for version in versions] == [was.option, now.option]


@pytest.mark.parametrize("hours", [dict.fromkeys(WEEK, "at night"), {}])
def test_hours_of_an_offer_that_go_lost_make_the_cost_wait_from_then_on(hours: dict[str, str]) -> None:
    start, later = date(2026, 2, 1), TODAY + timedelta(days=5)
    old = row(HOURS, kind="HC_HP", hours=dict.fromkeys(WEEK, "22:00-06:00"), start=start)
    before, _ = Catalogue().merged([SUPPLIER], [old], TODAY)
    after, _ = before.merged([SUPPLIER], [row(HOURS, kind="HC_HP", hours=hours, start=start)], later)
    eve = later - timedelta(days=1)
    was, then, now = followed(before).on(eve), followed(after).on(eve), followed(after).on(later)
    assert was is not None
    assert then is not None
    assert now is not None
    assert (then.prices, then.option) == (was.prices, was.option)
    assert now.prices == {}


def follower(option: OptionCode, *, kind: str | None = None, kva: int | None = 6, name: str = "Offer") -> TariffEntry:
    return TariffEntry(
        valid_from=date(2026, 1, 1),
        source=Source.CATALOGUE,
        option=option,
        power_kva=None if kva is None else D(kva),
        offer=OfferReference(provider_id="p1", provider="Énergie", name=name, offer_type=kind or option.value),
    )


def test_an_entry_follows_the_offer_of_its_power_or_one_for_any_power() -> None:
    rows = [base("0.20", kva=6), base("0.19", kva=9), base("0.18", kva=None, name="Any")]
    catalogue, _ = Catalogue().merged([SUPPLIER], rows, TODAY)

    def price(**of: Any) -> list[Decimal]:
        entry = follower(OptionCode.BASE, **of)
        return [known.prices["base"] for known in catalogue.history(entry).versions]

    assert price(kva=9) == [D("0.19")]
    assert price(kva=12) == price(kva=None) == price(name="Unknown") == []
    assert price(kva=12, name="Any") == [D("0.18")]
    own = TariffEntry(valid_from=TODAY, source=Source.MANUAL, option=OptionCode.BASE)
    assert catalogue.history(own).versions == ()


def test_an_offer_that_got_weekend_prices_is_not_billed_without_them() -> None:
    first = row(HOURS, kind="HC_HP", start=date(2026, 1, 1))
    catalogue, _ = Catalogue().merged([SUPPLIER], [first], TODAY)
    weekend = row(HOURS | {"hc_price_weekend": "0.1"}, kind="HC_HP", start=TODAY)
    catalogue, _ = catalogue.merged([SUPPLIER], [weekend], TODAY)
    plain = catalogue.history(follower(OptionCode.HC_HP)).versions
    assert [dict(known.prices) for known in plain] == [{"hc": D("0.15"), "hp": D("0.21")}, {}]
    four = catalogue.history(follower(OptionCode.WEEKEND, kind="HC_HP")).versions
    assert [known.prices["we_hc"] for known in four] == [D("0.15"), D("0.1")]


def test_a_followed_offer_has_the_price_of_each_day() -> None:
    catalogue = simulated_catalogue(datetime(2026, 11, 21, 12, tzinfo=UTC))
    (found,) = (each for each in catalogue.select(power_kva=D(9)) if each.key.name == "Rive Creuse")
    entry = TariffEntry(
        valid_from=date(2026, 3, 1),
        source=Source.CATALOGUE,
        option=OptionCode.HC_HP,
        power_kva=D(9),
        offpeak=OffpeakSchedule.from_config([{"season": "all", "windows": ["22:30-06:30"]}]),
        offer=OfferReference(
            provider_id=found.key.provider_id,
            provider=found.provider,
            name=found.key.name,
            offer_type=found.key.offer_type,
        ),
    )
    tariff = resolve([entry], catalogue=catalogue.history, regulated=regulated_history, entities={})
    summer, autumn = tariff.on(date(2026, 7, 31)), tariff.on(AUGUST)
    assert summer is not None
    assert autumn is not None
    assert (summer.price("hp"), autumn.price("hp")) == (D("0.20680"), D("0.21390"))
    assert autumn.subscription == D("20.10")


def test_suppliers_and_offers_on_sale_for_a_power_sorted_by_name() -> None:
    wind = Provider(provider_id="p0", name="Vent", website=None)
    rows = [
        base("0.2"),
        base("0.2", kva=9, name="Zèbre"),
        base("0.2", kva=None, name="âne"),
        base("0.2", active=False, name="Old"),
    ]
    catalogue, _ = Catalogue().merged([wind, SUPPLIER], rows, TODAY)
    assert [each.key.name for each in catalogue.select(power_kva=D(9))] == ["âne", "Zèbre"]
    assert [each.key.name for each in catalogue.select()] == ["âne", "Offer", "Zèbre"]
    assert catalogue.select(provider_id="p0") == ()
    assert catalogue.providers(D(36)) == {"p1": "Énergie"}
    simulated = simulated_catalogue(datetime(2026, 11, 21, 12, tzinfo=UTC))
    assert list(simulated.providers().values()) == [
        "Coopérative du Vent",
        "Énergie des Deux Rives",
        "Watt et Compagnie",
    ]
    assert list(simulated.providers(D(36)).values()) == ["Énergie des Deux Rives"]


def test_a_catalogue_comes_back_from_the_disk_as_it_was() -> None:
    for catalogue in (Catalogue(), simulated_catalogue(datetime(2026, 11, 21, 12, tzinfo=UTC))):
        found = decode_catalogue(json.loads(json.dumps(encode_catalogue(catalogue))))
        assert found == catalogue
        for key, kept in catalogue.offers.items():
            assert found.offers[key].history == kept.history
    unpriced = Catalogue().merged([SUPPLIER], [row({}, kva=None, monthly=None)], TODAY)[0]
    assert decode_catalogue(json.loads(json.dumps(encode_catalogue(unpriced)))) == unpriced


def damaged(**changed: object) -> dict[str, object]:
    version = {"valid_from": "2026-08-01", "valid_to": None, "prices": {"base_price": "0.2"}, "subscription": None}
    offer: dict[str, object] = {
        "provider_id": "p1", "provider": "P", "name": "Offer", "offer_type": "BASE", "power_kva": "6",
        "schedules": {}, "description": None, "url": None, "active": True, "versions": [version],
    }  # fmt: skip
    return {"read_on": "2026-11-21", "offers": [offer | changed]}


@pytest.mark.parametrize(
    "kept",
    [
        None,
        {"offers": []},
        {"offers": {}, "read_on": None},
        {"offers": ["text"], "read_on": None},
        damaged(name=3),
        damaged(power_kva="six"),
        damaged(power_kva="NaN"),
        damaged(versions=[{}]),
        damaged(schedules=[]),
    ],
)
def test_what_is_not_a_catalogue_is_refused(kept: object) -> None:
    assert decode_catalogue(damaged()).offers
    with pytest.raises(CatalogueError):
        decode_catalogue(kept)
