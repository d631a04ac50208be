"""Regulated prices are those of the sources, and nothing is made up where they say nothing."""

import json
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from custom_components.myelectricaldata.energy import regulated
from custom_components.myelectricaldata.energy.entries import DatedPrices, OfferHistory, Source, TariffEntry, resolve
from custom_components.myelectricaldata.energy.options import OptionCode, build_option
from custom_components.myelectricaldata.energy.regulated import preload, regulated_history, regulated_until

STARTS = (date(2025, 2, 1), date(2025, 8, 1), date(2026, 2, 1), date(2026, 8, 1))
POWERS = (3, 6, 9, 12, 15, 18, 24, 30, 36)
SHIPPED = (OptionCode.BASE, OptionCode.HC_HP, OptionCode.TEMPO)
TEMPO = ("blue_hc", "blue_hp", "white_hc", "white_hp", "red_hc", "red_hp")


def history(option: OptionCode, kva: object = None) -> tuple[DatedPrices, ...]:
    preload()
    power = None if kva is None else Decimal(str(kva))
    entry = TariffEntry(valid_from=date(2024, 1, 1), source=Source.REGULATED, option=option, power_kva=power)
    return regulated_history(entry).versions


def decimals(text: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, text.split()))


@pytest.mark.parametrize(
    ("kva", "expected"), [(3, "0.1940 0.2001"), (6, "0.1940 0.2001"), (9, "0.1927 0.1985"), (36, "0.1927 0.1985")]
)
def test_base_depends_on_the_subscribed_power_since_2026(kva: int, expected: str) -> None:
    versions = history(OptionCode.BASE, kva)
    assert tuple(version.valid_from for version in versions) == STARTS
    assert tuple(version.prices["base"] for version in versions) == decimals(f"0.2016 0.1952 {expected}")


def test_peak_and_offpeak() -> None:
    versions = history(OptionCode.HC_HP, 12)
    assert tuple(version.prices["hp"] for version in versions) == decimals("0.2146 0.2081 0.2065 0.2142")
    assert tuple(version.prices["hc"] for version in versions) == decimals("0.1696 0.1635 0.1579 0.1589")


def test_the_six_prices_of_tempo_and_which_are_not_certain() -> None:
    versions = history(OptionCode.TEMPO, 9)
    expected = (
        "0.1288 0.1552 0.1447 0.1792 0.1518 0.6586",
        "0.1232 0.1494 0.1391 0.1730 0.1460 0.6468",
        "0.1325 0.1612 0.1499 0.1871 0.1575 0.7060",
        "0.1356 0.1654 0.1536 0.1921 0.1615 0.7295",
    )
    for version, prices in zip(versions, expected, strict=True):
        assert version.prices == dict(zip(TEMPO, decimals(prices), strict=True))
    unverified = [(code, version.valid_from) for code in SHIPPED for version in history(code, 9) if version.unverified]
    assert unverified == [(OptionCode.TEMPO, date(2025, 2, 1))]


def test_the_subscriptions_that_are_known_and_only_those() -> None:
    known = {
        (code, kva, version.valid_from): version.subscription.quantize(Decimal("0.0001"))
        for code in SHIPPED
        for kva in POWERS
        for version in history(code, kva)
        if version.subscription is not None
    }
    august = zip(POWERS, decimals("12.13 15.86 19.88 23.76 27.40 31.14 39.14 46.47 53.88"), strict=True)
    assert known == {
        **{(OptionCode.BASE, kva, STARTS[3]): amount for kva, amount in august},
        (OptionCode.BASE, 6, STARTS[1]): Decimal("15.47"),
        (OptionCode.BASE, 6, STARTS[2]): Decimal("15.6833"),  # 188.20 a year
        (OptionCode.BASE, 9, STARTS[2]): Decimal("19.6583"),  # 235.90 a year
        (OptionCode.HC_HP, 6, STARTS[1]): Decimal("15.74"),
        (OptionCode.HC_HP, 3, STARTS[3]): Decimal("12.13"),
        (OptionCode.HC_HP, 6, STARTS[3]): Decimal("15.86"),
        (OptionCode.HC_HP, 9, STARTS[3]): Decimal("19.88"),
        (OptionCode.TEMPO, 6, STARTS[1]): Decimal("15.50"),
        (OptionCode.TEMPO, 9, STARTS[1]): Decimal("19.8383"),  # 238.06 a year
    }


def test_a_subscription_given_by_the_year_costs_that_much_a_year() -> None:
    version = history(OptionCode.BASE, 6)[2]
    assert version.subscription is not None
    assert abs(version.subscription * 12 - Decimal("188.20")) < Decimal("1e-20")


@pytest.mark.parametrize("kva", [None, 7])
def test_without_a_power_that_the_tariff_has_only_prices_for_everybody_are_given(kva: int | None) -> None:
    assert [version.valid_from for version in history(OptionCode.BASE, kva)] == list(STARTS[:2])
    assert [version.valid_from for version in history(OptionCode.HC_HP, kva)] == list(STARTS)
    assert not [version for code in SHIPPED for version in history(code, kva) if version.subscription is not None]


@pytest.mark.parametrize("code", sorted(set(OptionCode) - set(SHIPPED)))
def test_other_options_have_no_regulated_price(code: OptionCode) -> None:
    assert history(code, 9) == ()


@pytest.mark.parametrize("code", SHIPPED)
@pytest.mark.parametrize("kva", POWERS)
def test_prices_follow_each_other_have_sources_and_fit_their_option(code: OptionCode, kva: int) -> None:
    versions = history(code, kva)
    assert all(one.valid_to == two.valid_from - timedelta(days=1) for one, two in pairwise(versions))
    assert versions[-1].valid_to == regulated_until() == date(2027, 1, 31)
    assert {version.source for version in versions} == {"Tarif Bleu"}
    periods = {"base"} if code is OptionCode.BASE else {"hc", "hp"} if code is OptionCode.HC_HP else set(TEMPO)
    assert all(set(version.prices) == periods for version in versions)
    assert set(build_option(code).periods) <= periods


def test_a_cost_waits_from_the_day_on_which_prices_may_have_changed() -> None:
    entry = TariffEntry(
        valid_from=date(2026, 5, 1), source=Source.REGULATED, option=OptionCode.BASE, power_kva=Decimal(6)
    )
    tariff = resolve([entry], catalogue=lambda _: OfferHistory(), regulated=regulated_history, entities={})
    found = {
        day: version and version.price("base")
        for day in (date(2026, 4, 30), date(2026, 5, 1), date(2026, 8, 1), date(2027, 1, 31), date(2027, 2, 1))
        for version in [tariff.on(day)]
    }
    assert list(found.values()) == [None, Decimal("0.1940"), Decimal("0.2001"), Decimal("0.2001"), None]
    late = tariff.on(date(2027, 2, 1))
    assert late is not None
    assert late.subscription is None


def test_each_block_of_the_file_names_where_its_prices_are_from() -> None:
    blocks = json.loads(Path(regulated.__file__).with_name("regulated.json").read_text(encoding="utf-8"))["blocks"]
    assert len(blocks) == len(SHIPPED) * len(STARTS)
    assert all(block["sources"] and all(block["sources"]) for block in blocks)
