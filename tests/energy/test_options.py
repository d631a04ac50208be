"""The offers of the market: their periods, and whose hours they follow. What they cost is in test_minute_by_minute."""

from datetime import date

import pytest

from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule, Season, SeasonWindows, parse_window
from custom_components.myelectricaldata.energy.options import (
    CONTRACT_HOURS,
    KNOWN_PERIODS,
    PEAK_DAYS,
    PRICE_FIELDS,
    OptionCode,
    build_option,
)
from custom_components.myelectricaldata.energy.tariff import Calendars, Option, Segment, Signal, valid_period

from .tariffs import ODD_HOURS, schedule

READY_MADE = [code for code in OptionCode if code is not OptionCode.CUSTOM]
OWN = {day: (parse_window("01:11-02:22"),) for day in range(7)}
TUESDAY, SATURDAY = date(2026, 1, 6), date(2026, 1, 10)
KNOWN = Calendars(
    tempo={date(2026, 1, day): "BLUE" for day in range(5, 12)},
    zen_flex={date(2026, 1, day): "ECO" for day in range(5, 12)},
)


def minutes(option: Option, day: date) -> dict[str | None, int]:
    found: dict[str | None, int] = {}
    for segment in option.segments(day, KNOWN):
        found[segment.period] = found.get(segment.period, 0) + segment.end - segment.start
    return found


def with_hours(code: OptionCode) -> Option:
    return build_option(code, offpeak=schedule(*ODD_HOURS))


def test_the_periods_of_every_option_have_their_fixed_ids() -> None:
    assert {code.value: with_hours(code).periods for code in READY_MADE} == {
        "BASE": ("base",),
        "BASE_WEEKEND": ("we", "base"),
        "HC_HP": ("hc", "hp"),
        "WEEKEND": ("we_hc", "we_hp", "hc", "hp"),
        "HC_WEEKEND": ("we_hc", "we_hp", "hc", "hp"),
        "HC_NUIT_WEEKEND": ("hc", "hp"),
        "SEASONAL": ("peak_day", "winter_hc", "winter_hp", "summer_hc", "summer_hp"),
        "TEMPO": ("blue_hc", "blue_hp", "white_hc", "white_hp", "red_hc", "red_hp"),
        "EJP": ("ejp_peak", "ejp_normal"),
        "ZEN_FLEX": ("eco_hc", "eco_hp", "sobriety_hc", "sobriety_hp"),
    }


@pytest.mark.parametrize("code", READY_MADE)
def test_every_period_can_be_named_and_has_a_price_in_the_catalogue(code: OptionCode) -> None:
    periods = with_hours(code).periods
    assert set(periods) <= set(KNOWN_PERIODS)
    assert all(valid_period(period) for period in periods)
    if code is not OptionCode.ZEN_FLEX:
        assert set(PRICE_FIELDS[code]) == set(periods)
    assert (code in PRICE_FIELDS) is (code is not OptionCode.ZEN_FLEX)


@pytest.mark.parametrize("code", READY_MADE)
def test_only_offers_of_the_contracts_hours_follow_the_contract(code: OptionCode) -> None:
    follows = build_option(code) != with_hours(code)
    assert follows is (code in CONTRACT_HOURS)


@pytest.mark.parametrize("code", sorted(CONTRACT_HOURS))
def test_without_hours_it_is_never_off_peak(code: OptionCode) -> None:
    for option in (build_option(code), build_option(code, offpeak=OffpeakSchedule())):
        assert minutes(option, TUESDAY) == {"hp": 1440}


@pytest.mark.parametrize(
    ("code", "day", "expected"),
    [
        (OptionCode.HC_HP, TUESDAY, {"hc": 71, "hp": 1369}),
        (OptionCode.HC_WEEKEND, TUESDAY, {"hc": 71, "hp": 1369}),
        (OptionCode.HC_WEEKEND, SATURDAY, {"we_hc": 71, "we_hp": 1369}),
        (OptionCode.HC_NUIT_WEEKEND, TUESDAY, {"hc": 71, "hp": 1369}),
        (OptionCode.HC_NUIT_WEEKEND, SATURDAY, {"hc": 1440}),
        (OptionCode.SEASONAL, TUESDAY, {"winter_hc": 71, "winter_hp": 1369}),
        (OptionCode.SEASONAL, date(2026, 7, 4), {"summer_hc": 71, "summer_hp": 1369}),
        (OptionCode.TEMPO, TUESDAY, {"blue_hc": 71, "blue_hp": 1369}),
        (OptionCode.ZEN_FLEX, TUESDAY, {"eco_hc": 71, "eco_hp": 1369}),
    ],
)
def test_hours_that_the_offer_names_win(code: OptionCode, day: date, expected: dict[str, int]) -> None:
    option = build_option(code, offpeak=schedule(*ODD_HOURS), own_hours=OWN, peak_days=False)
    assert minutes(option, day) == expected


def test_an_offer_may_name_other_hours_on_other_days_and_none_on_some() -> None:
    own = {0: (parse_window("10:00-11:00"),), 1: (parse_window("10:00-12:00"),), 5: (parse_window("00:00-24:00"),)}
    option = build_option(OptionCode.HC_HP, own_hours=own)
    assert [minutes(option, date(2026, 1, day)).get("hc", 0) for day in range(5, 12)] == [60, 120, 0, 0, 0, 1440, 0]


def test_the_seasons_of_a_contract_are_those_of_its_hours() -> None:
    option = build_option(
        OptionCode.HC_HP,
        offpeak=OffpeakSchedule(
            (
                SeasonWindows(Season.SUMMER, (parse_window("11:00-14:00"), parse_window("01:00-06:00"))),
                SeasonWindows(Season.WINTER, ()),
            )
        ),
    )
    assert minutes(option, date(2026, 3, 31)) == {"hp": 1440}
    assert option.segments(date(2026, 4, 1), Calendars()) == (
        Segment(0, 60, "hp"),
        Segment(60, 360, "hc"),
        Segment(360, 660, "hp"),
        Segment(660, 840, "hc"),
        Segment(840, 1440, "hp"),
    )


def test_peak_days_that_nobody_told_are_unknown_and_an_offer_without_has_none() -> None:
    assert {OptionCode.EJP, OptionCode.SEASONAL} == PEAK_DAYS
    for code in PEAK_DAYS:
        assert None in minutes(build_option(code), TUESDAY)
        listed = build_option(code, peak_signal=Signal.LISTED, peak_dates=[SATURDAY])
        assert None not in minutes(listed, TUESDAY)
    assert minutes(build_option(OptionCode.SEASONAL, peak_days=False), TUESDAY) == {"winter_hc": 600, "winter_hp": 840}
    listed = build_option(OptionCode.SEASONAL, peak_signal=Signal.LISTED, peak_dates=[SATURDAY])
    assert minutes(listed, SATURDAY) == {"peak_day": 1440}


def test_rules_of_the_users_own_are_not_ready_made() -> None:
    with pytest.raises(ValueError, match="CUSTOM"):
        build_option(OptionCode.CUSTOM)
