"""Who is compared with whom, over which days, at which prices, and what is assumed."""

from datetime import date, timedelta
from decimal import Decimal
from time import process_time
from typing import Any

import pytest

from custom_components.myelectricaldata.energy.calendar import days_between
from custom_components.myelectricaldata.energy.compare import (
    DEFAULT_OFFPEAK,
    Assumption,
    AssumptionKind,
    Candidate,
    Comparison,
    Exclusion,
    PriceMode,
    compare,
    custom_candidate,
    present_candidate,
)
from custom_components.myelectricaldata.energy.entries import Source, TariffEntry
from custom_components.myelectricaldata.energy.offers import Catalogue
from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule, Season, SeasonWindows, Window
from custom_components.myelectricaldata.energy.options import PRICE_FIELDS, OptionCode, build_option
from custom_components.myelectricaldata.energy.tariff import EVERY_DAY, Calendars, Rule, Signal, Tariff, TariffVersion
from custom_components.myelectricaldata.energy.trueup import Quality
from custom_components.myelectricaldata.gateway.models import Offer

from .catalogue_rows import SUPPLIER, WEEK, D, base, row, simulated_catalogue
from .compare_rig import (
    CONTRACT,
    FIRST,
    LAST,
    NOW,
    TODAY,
    candidate,
    household,
    labels,
    offered,
    signals,
    steady,
    version,
)

BASE = build_option(OptionCode.BASE)
TEMPO = build_option(OptionCode.TEMPO)
COLORS = dict(zip(TEMPO.periods, ("0.1", "0.2", "0.1", "0.2", "0.1", "0.7"), strict=True))
YEAR = household()
AUGUST = date(2026, 8, 1)


def ranked(*candidates: Candidate, unknown: int = 0, zen_flex: bool = True) -> Comparison:
    """The year with as many unknown colours, every third day from its second."""
    gone = [FIRST + timedelta(days=1 + 3 * place) for place in range(unknown)]
    return compare(YEAR, candidates, signals(unknown=gone, zen_flex=zen_flex), first=FIRST, last=LAST)


def catalogue_of(*rows: Offer) -> Catalogue:
    return Catalogue().merged([SUPPLIER], rows, TODAY)[0]


def assumed(found: tuple[Candidate, ...]) -> dict[str, set[AssumptionKind]]:
    return {each.label: {assumption.kind for assumption in each.assumptions} for each in found}


# Over which days.


def test_days_without_energy_cost_nothing_not_even_their_subscription() -> None:
    holes = list(days_between(date(2026, 1, 1), date(2026, 1, 31)))
    days = household(missing=holes)
    found = compare(days, [candidate("flat", version(BASE, {"base": "0"}, "36.5"))], signals(), first=FIRST, last=LAST)
    assert (found.days_expected, found.days_compared, found.days_left_out) == (365, 334, 0)
    (result,) = found.results
    assert abs(result.subscription - D("1.2") * 334) < D("1e-18")
    assert abs(result.per_year - D("438")) < D("1e-18")


def test_days_outside_the_period_do_not_count() -> None:
    first, last = date(2026, 3, 1), date(2026, 3, 10)
    found = compare(YEAR, [candidate("flat", version(BASE, {"base": "1"}))], signals(), first=first, last=last)
    days = [each.energy.total_wh for each in YEAR if each.energy and first <= each.day <= last]
    assert (found.days_compared, found.results[0].energy) == (10, D(sum(days)) / 1000)


def test_few_days_of_unknown_colour_are_left_out_for_all() -> None:
    flat, tempo = candidate("flat", version(BASE, {"base": "1"})), candidate("tempo", version(TEMPO, COLORS))
    found = ranked(flat, tempo, unknown=3)
    # A colour applies until six the next morning: each lacks on two days.
    assert (found.days_left_out, found.days_compared, found.not_compared) == (6, 359, ())
    assert sorted(labels(found)) == ["flat", "tempo"]
    left_out = {FIRST + timedelta(days=1 + 3 * place + more) for place in range(3) for more in range(2)}
    expected = sum(each.energy.total_wh for each in YEAR if each.energy and each.day not in left_out)
    assert next(each for each in found.results if each.candidate is flat).energy == D(expected) / 1000
    assert {sum(share.wh for share in each.by_period.values()) for each in found.results} == {expected}


def test_an_offer_with_many_days_of_unknown_type_is_not_compared_and_costs_nobody_a_day() -> None:
    flat, tempo = candidate("flat", version(BASE, {"base": "1"})), candidate("tempo", version(TEMPO, COLORS))
    found = ranked(flat, tempo, unknown=4)
    assert (labels(found), found.days_left_out, found.days_compared) == (["flat"], 0, 365)
    assert [(each.label, each.reason) for each in found.not_compared] == [("tempo", Exclusion.UNKNOWN_DAYS)]
    assert ranked(flat, unknown=4).results == found.results


def test_unknown_days_matter_only_while_their_tariff_applied() -> None:
    moved = candidate("moved", version(TEMPO, COLORS, start=date(2026, 6, 1)), version(BASE, {"base": "1"}))
    found = ranked(moved, unknown=20)
    assert (labels(found), found.days_left_out, found.days_compared) == (["moved"], 0, 365)
    assert set(found.results[0].by_period) == {"base", *COLORS}


def test_zen_flex_is_not_compared_without_its_calendar() -> None:
    candidates, _ = offered(simulated_catalogue(NOW))
    found = ranked(*candidates, zen_flex=False)
    assert [(each.label, each.reason) for each in found.not_compared] == [
        ("Rive Week-end Option Flex", Exclusion.UNKNOWN_DAYS)
    ]
    assert len(found.results) == len(candidates) - 1
    assert found.days_left_out == 0


def test_how_many_days_are_estimated() -> None:
    measured = household(last=date(2026, 10, 31))
    spread = household(first=date(2026, 11, 1), quality=Quality.ESTIMATED)
    filled = household(first=date(2026, 11, 20), quality=Quality.FILLED)
    days = [*measured, *spread[:-1], *filled]
    found = compare(days, [candidate("flat", version(BASE, {"base": "1"}))], signals(), first=FIRST, last=LAST)
    assert (found.days_compared, found.estimated_days) == (365, 20)


def test_without_energy_there_is_no_ranking() -> None:
    found = compare([], [candidate("flat", version(BASE, {"base": "1"}))], signals(), first=FIRST, last=LAST)
    assert (found.results, found.not_compared, found.days_compared, found.days_expected) == ((), (), 0, 365)


# At which prices.


@pytest.mark.parametrize(
    ("versions", "reason"),
    [
        ((version(build_option(OptionCode.HC_HP, offpeak=CONTRACT), {"hp": "1"}),), Exclusion.PRICE_MISSING),
        ((version(BASE, {"base": "1"}, None),), Exclusion.SUBSCRIPTION_MISSING),
        ((version(BASE, {"base": "1"}, start=FIRST + timedelta(days=1)),), Exclusion.PRICE_MISSING),
        (
            (version(BASE, {}, start=AUGUST), version(BASE, {"base": "1"})),
            Exclusion.PRICE_MISSING,
        ),
    ],
)
def test_what_lacks_a_price_is_no_cheaper_for_it(versions: tuple[TariffVersion, ...], reason: Exclusion) -> None:
    found = ranked(candidate("lacking", *versions), candidate("whole", version(BASE, {"base": "1"})))
    assert labels(found) == ["whole"]
    assert [(each.label, each.reason) for each in found.not_compared] == [("lacking", reason)]


def test_a_period_without_energy_needs_no_price() -> None:
    colors = {period: price for period, price in COLORS.items() if not period.startswith("red")}
    blue = dict.fromkeys(days_between(FIRST - timedelta(days=1), LAST), "BLUE")
    found = compare(YEAR, [candidate("tempo", version(TEMPO, colors))], Calendars(tempo=blue), first=FIRST, last=LAST)
    assert set(found.results[0].by_period) == {"blue_hc", "blue_hp"}


def test_prices_of_today_or_of_each_day() -> None:
    catalogue = catalogue_of(
        base("0.10", kva=9, start=date(2026, 1, 1), end=date(2026, 7, 31), monthly="10"),
        base("0.20", kva=9, start=AUGUST, monthly="20"),
    )
    days = steady(FIRST, LAST, 500)
    (now,), _ = offered(catalogue, PriceMode.TODAY)
    (dated,), _ = offered(catalogue, PriceMode.DATED)
    assert (now.assumptions, dated.assumptions) == (
        (),
        (Assumption(AssumptionKind.FIRST_PRICE_BEFORE, date(2026, 1, 1)),),
    )
    by_candidate = {
        each.candidate.assumptions: (each.energy, each.subscription.quantize(D("0.000001")))
        for each in compare(days, [now, dated], signals(), first=FIRST, last=LAST).results
    }
    # 365 days of 24 kWh, the two clock changes make up for each other. Dated: 253 days less an hour, then 112 and one.
    assert by_candidate[now.assumptions] == (D("1752"), D("240"))
    assert by_candidate[dated.assumptions] == (
        D("6071") * D("0.10") + D("2689") * D("0.20"),
        (253 * 12 * D(10) / 365 + 112 * 12 * D(20) / 365).quantize(D("0.000001")),
    )


def test_an_offer_that_is_only_announced_or_not_on_sale_is_no_candidate() -> None:
    catalogue = catalogue_of(
        base("0.1", kva=9, start=date(2027, 2, 1), name="announced"),
        base("0.1", kva=9, active=False, name="withdrawn"),
        base("0.1", kva=6, name="other power"),
        base("0.1", kva=None, name="any power"),
        base("0.1", kva=9, kind="SPOT", name="unknown type"),
        row({"hc_price": "0.1"}, kind="HC_HP", kva=9, hours={"monday": "?"}, name="odd hours"),
    )
    for mode in PriceMode:
        candidates, excluded = offered(catalogue, mode)
        assert [each.label for each in candidates] == ["any power"]
        assert {each.label: each.reason for each in excluded} == {
            "announced": Exclusion.PRICE_MISSING,
            "unknown type": Exclusion.UNSUPPORTED,
            "odd hours": Exclusion.HOURS_UNREADABLE,
        }
    assert offered(catalogue, provider_id="another") == ((), ())


# What is assumed.


def test_what_the_price_of_each_offer_relies_on() -> None:
    candidates, _ = offered(simulated_catalogue(NOW))
    peak, holidays = AssumptionKind.PEAK_DAYS_TEMPO_RED, AssumptionKind.PUBLIC_HOLIDAYS
    assert {label: found for label, found in assumed(candidates).items() if found} == {
        "Rive Pointe (EJP)": {peak}, "Deux saisons et pointe": {peak}, "Nuit et week-end": {holidays},
    }  # fmt: skip
    usual = {"Rive Creuse", "Rive Week-end Creuse", "Quatre prix"}
    for offpeak in (None, OffpeakSchedule(), OffpeakSchedule((SeasonWindows(Season.ALL, ()),))):
        found = assumed(offered(simulated_catalogue(NOW), offpeak=offpeak)[0])
        assert {label for label, what in found.items() if AssumptionKind.OFFPEAK_HOURS_DEFAULT in what} == usual
    without = {each.label: each for each in offered(simulated_catalogue(NOW), offpeak=None)[0]}
    option = without["Rive Creuse"].tariff.versions[0].option
    assert option == build_option(OptionCode.HC_HP, offpeak=DEFAULT_OFFPEAK)


def test_hours_of_the_offer_itself_are_not_assumed() -> None:
    named = row({"hc_price": "0.1", "hp_price": "0.2"}, kind="HC_HP", kva=9, hours=dict.fromkeys(WEEK, "01:00-09:00"))
    (found,), _ = offered(catalogue_of(named), offpeak=None)
    assert found.assumptions == ()
    assert found.tariff.versions[0].option.rules[0] == Rule(period="hc", windows=(Window(60, 540),), weekdays=EVERY_DAY)


# The household's own tariff, and offers of its own.


def test_the_present_tariff_at_the_prices_of_today_or_of_each_day() -> None:
    tariff = Tariff(
        (version(BASE, {"base": "0.1"}, start=date(2026, 1, 1)), version(BASE, {"base": "0.2"}, start=AUGUST))
    )
    now = present_candidate(tariff, PriceMode.TODAY, TODAY, "mine")
    assert now is not None
    assert (now.label, now.code, now.assumptions) == ("mine", OptionCode.BASE, ())
    assert [(each.valid_to, each.price("base")) for each in now.tariff.versions] == [(None, D("0.2"))]
    dated = present_candidate(tariff, PriceMode.DATED, TODAY, "mine", first=FIRST)
    assert dated is not None
    assert dated.assumptions == (Assumption(AssumptionKind.FIRST_PRICE_BEFORE, date(2026, 1, 1)),)
    found = ranked(now, dated)
    assert len(found.results) == 2
    wh = [
        sum(each.energy.total_wh for each in YEAR if each.energy and (each.day < AUGUST) is early)
        for early in (True, False)
    ]
    by_candidate: dict[tuple[Assumption, ...], Decimal] = {
        each.candidate.assumptions: each.energy for each in found.results
    }
    assert by_candidate[()] == sum(wh) * D("0.2") / 1000
    assert by_candidate[dated.assumptions] == (wh[0] * D("0.1") + wh[1] * D("0.2")) / 1000
    late = present_candidate(tariff, PriceMode.DATED, TODAY, "mine", first=date(2026, 2, 1))
    assert late is not None
    assert (late.tariff, late.assumptions) == (tariff, ())


def test_a_household_without_a_tariff_today_has_no_present_candidate() -> None:
    assert present_candidate(Tariff(), PriceMode.TODAY, TODAY, "mine") is None
    future = Tariff((version(BASE, {"base": "0.1"}, start=date(2027, 1, 1)),))
    assert present_candidate(future, PriceMode.DATED, TODAY, "mine") is None


def own(option: OptionCode, prices: dict[str, str], **more: Any) -> TariffEntry:
    amounts = {period: D(price) for period, price in prices.items()}
    return TariffEntry(
        valid_from=TODAY, source=Source.MANUAL, option=option, prices=amounts, subscription=D(10), **more
    )


def test_offers_of_the_users_own() -> None:
    rules = (Rule(period="cheap", windows=(Window(0, 12 * 60),)), Rule(period="dear"))
    seasons = dict.fromkeys(("winter_hc", "winter_hp", "summer_hc", "summer_hp"), "0.3")
    found = {
        each.label: each
        for each in (
            custom_candidate(own(OptionCode.CUSTOM, {"cheap": "0.1", "dear": "0.2"}, rules=rules), "rules"),
            custom_candidate(own(OptionCode.HC_HP, {"hc": "0.1", "hp": "0.2"}), "hours assumed"),
            custom_candidate(own(OptionCode.HC_HP, {"hc": "0.1", "hp": "0.2"}, offpeak=CONTRACT), "hours"),
            custom_candidate(own(OptionCode.SEASONAL, seasons), "seasons"),
            custom_candidate(own(OptionCode.SEASONAL, seasons | {"peak_day": "1"}), "seasons and peaks"),
            custom_candidate(
                own(
                    OptionCode.EJP,
                    {"ejp_normal": "0.1", "ejp_peak": "1"},
                    peak_signal=Signal.LISTED,
                    peak_dates=frozenset({date(2026, 1, 7)}),
                ),
                "peaks listed",
            ),
        )
    }
    kinds = AssumptionKind
    assert {label: what for label, what in assumed(tuple(found.values())).items() if what} == {
        "hours assumed": {kinds.OFFPEAK_HOURS_DEFAULT}, "seasons and peaks": {kinds.PEAK_DAYS_TEMPO_RED},
    }  # fmt: skip
    ranking = ranked(*found.values())
    assert sorted(labels(ranking)) == sorted(found)
    by_label = {each.candidate.label: each for each in ranking.results}
    total = sum(each.energy.total_wh for each in YEAR if each.energy)
    assert by_label["seasons"].energy == total * D("0.3") / 1000
    assert sum(share.wh for share in by_label["rules"].by_period.values()) == total
    listed = by_label["peaks listed"].by_period["ejp_peak"].wh
    energy = {each.day: each.energy for each in YEAR}
    seventh, eighth = energy[date(2026, 1, 7)], energy[date(2026, 1, 8)]
    assert seventh is not None
    assert eighth is not None
    assert listed == sum(filter(None, (*seventh.slots[14:], *eighth.slots[:2])))


def test_hours_that_no_rule_has_are_not_free() -> None:
    gap = custom_candidate(
        own(OptionCode.CUSTOM, {"day": "0.1"}, rules=(Rule(period="day", windows=(Window(0, 720),)),)), "gap"
    )
    found = ranked(gap)
    assert [(each.label, each.reason) for each in found.not_compared] == [("gap", Exclusion.PRICE_MISSING)]
    assert found.days_left_out == 0


# How long it takes.


def many(count: int) -> Catalogue:
    """Offers of all types, each with hours of its own and four prices."""
    codes = [*PRICE_FIELDS, OptionCode.ZEN_FLEX]
    season = {"hc_price_winter": "0.2", "hp_price_winter": "0.6", "hc_price_summer": "0.1", "hp_price_summer": "0.2"}
    rows = [
        row(
            season if code is OptionCode.ZEN_FLEX else {names[0]: "0.2" for names in PRICE_FIELDS[code].values()},
            kind=code.value,
            name=f"offer {place}",
            kva=9,
            start=date(2025, month, 1),
            monthly=str(month),
            hours=dict.fromkeys(WEEK, f"{place % 12:02}:{place % 60:02}-{place % 12 + 8:02}:{place % 60:02}"),
        )
        for place in range(count)
        for code in [codes[place % len(codes)]]
        for month in (1, 4, 7, 10)
    ]
    return Catalogue().merged([SUPPLIER], rows, TODAY)[0]


def test_a_hundred_and_thirty_offers_over_a_year_take_a_fraction_of_a_second() -> None:
    days, calendars = household(), signals()
    catalogue = many(130)
    started = process_time()
    candidates, excluded = offered(catalogue, PriceMode.DATED)
    found = compare(days, candidates, calendars, first=FIRST, last=LAST)
    elapsed = process_time() - started
    assert (len(found.results), excluded, found.not_compared) == (130, (), ())
    assert elapsed < 1
