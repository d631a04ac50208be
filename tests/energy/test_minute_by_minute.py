"""A whole year, minute by minute, by a second calculator that shares nothing with ours but the meter's truth.

It walks every UTC minute of 2024 (a leap year, both clock changes), reads the clock on a wall in Paris, says by plain
if and else which period the minute belongs to, and gives it its share of the slot as an exact number.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from custom_components.myelectricaldata.energy.cost import (
    CostBook,
    DayCost,
    cost_series,
    period_cost_series,
    period_energy_series,
    subscription_series,
)
from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule, Season, SeasonWindows, parse_window
from custom_components.myelectricaldata.energy.options import OptionCode, build_option
from custom_components.myelectricaldata.energy.readings import DayCurve, DayRecord
from custom_components.myelectricaldata.energy.series import EnergySeries, SeriesDay
from custom_components.myelectricaldata.energy.tariff import (
    WEEKDAYS,
    WEEKEND,
    Calendars,
    Holidays,
    Option,
    Rule,
    Signal,
    Tariff,
    TariffVersion,
)
from tests.simulators.clock import holidays
from tests.simulators.households import CONSUMPTION, Household
from tests.simulators.signals import zen_flex_type
from tests.simulators.tempo import colour

pytestmark = pytest.mark.long

YEAR = [date(2024, 1, 1) + timedelta(days=away) for away in range(366)]
NEW_PRICES = date(2024, 8, 1)
MONTHLY = (Decimal("15.74"), Decimal("15.86"))
METERS = (10, 15, 30, 60)
ONE_DAY = timedelta(days=1)


class Wall(NamedTuple):
    """A minute as a clock in Paris shows it."""

    minute: int
    day: date
    weekday: int
    month: int

    @property
    def summer(self) -> bool:
        return self.month in (4, 5, 6, 7, 8, 9, 10)

    @property
    def weekend(self) -> bool:
        return self.weekday >= 5

    @property
    def free(self) -> bool:
        return self.day in holidays(self.day.year)


type Rules = Callable[[Wall], str]


@cache
def walls() -> list[Wall]:
    """Every UTC minute of the Paris year, in order."""
    paris = ZoneInfo("Europe/Paris")
    instant = datetime(2023, 12, 31, 23, tzinfo=UTC)
    found = []
    while instant < datetime(2024, 12, 31, 23, tzinfo=UTC):
        local = instant.astimezone(paris)
        found.append(Wall(local.hour * 60 + local.minute, local.date(), local.weekday(), local.month))
        instant += timedelta(minutes=1)
    assert len(found) == 366 * 1440
    return found


# ---- the rules of the offers, written a second time ------------------------------------------------------------------


@cache
def clock(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


ODD = ((clock("02:26"), clock("07:56")), (clock("12:56"), clock("15:26")))


def in_odd_hours(at: Wall) -> bool:
    return any(start <= at.minute < end for start, end in ODD)


def base(at: Wall) -> str:
    return "base"


def base_weekend(at: Wall) -> str:
    return "we" if at.weekend else "base"


def hc_hp(at: Wall) -> str:
    return "hc" if in_odd_hours(at) else "hp"


def hc_hp_by_season(at: Wall) -> str:
    if at.summer:
        return "hc" if at.minute >= clock("23:15") or at.minute < clock("05:15") or 690 <= at.minute < 810 else "hp"
    return "hc" if at.minute >= clock("21:58") or at.minute < clock("05:58") else "hp"


def hc_hp_weekend(at: Wall) -> str:
    hours = "hc" if in_odd_hours(at) else "hp"
    return f"we_{hours}" if at.weekend else hours


def night_and_weekend(at: Wall) -> str:
    if at.weekend or at.free:
        return "hc"
    return "hc" if at.minute >= clock("23:00") or at.minute < clock("06:00") else "hp"


def seasonal(at: Wall) -> str:
    if not at.summer:
        return (
            "winter_hc" if at.minute < clock("07:00") or clock("13:00") <= at.minute < clock("16:00") else "winter_hp"
        )
    return "summer_hc" if at.weekend or clock("11:00") <= at.minute < clock("17:00") else "summer_hp"


def seasonal_with_red_days(at: Wall) -> str:
    return "peak_day" if colour(at.day) == "RED" else seasonal(at)


def seasonal_with_own_days(at: Wall) -> str:
    return "peak_day" if at.day in OWN_PEAKS else seasonal(at)


def tempo(at: Wall) -> str:
    day = at.day if at.minute >= clock("06:00") else at.day - ONE_DAY
    return f"{colour(day).lower()}_{'hp' if clock('06:00') <= at.minute < clock('22:00') else 'hc'}"


def ejp(is_peak: Callable[[date], bool]) -> Rules:
    def rules(at: Wall) -> str:
        if at.minute < clock("01:00"):
            return "ejp_peak" if is_peak(at.day - ONE_DAY) else "ejp_normal"
        if at.minute < clock("07:00"):
            return "ejp_normal"
        return "ejp_peak" if is_peak(at.day) else "ejp_normal"

    return rules


def zen_flex(at: Wall) -> str:
    kind = "sobriety" if zen_flex_type(at.day) == "SOBRIETE" else "eco"
    if clock("13:00") <= at.minute < clock("18:00") or at.minute >= clock("20:00") or at.minute < clock("08:00"):
        return f"{kind}_hc"
    return f"{kind}_hp"


def zen_flex_of_its_own(at: Wall) -> str:
    kind = "sobriety" if zen_flex_type(at.day) == "SOBRIETE" else "eco"
    if at.weekday == 6:
        return f"{kind}_hc"
    return f"{kind}_{'hc' if at.minute >= clock('21:40') or at.minute < clock('06:20') else 'hp'}"


def custom(at: Wall) -> str:
    if at.free:
        return "rest"
    if at.minute >= clock("21:07") or at.minute < clock("07:00"):
        return "night"
    if at.summer and at.weekday < 5 and clock("11:00") <= at.minute < clock("17:20"):
        return "sun"
    return "day"


# ---- the cases -------------------------------------------------------------------------------------------------------

OWN_PEAKS = frozenset({date(2024, 1, 9), date(2024, 2, 29), date(2024, 3, 29), date(2024, 10, 27), date(2024, 12, 31)})
OFFPEAK = OffpeakSchedule(
    (SeasonWindows(Season.ALL, (parse_window("02h26-07h56"), parse_window("12h56-15h26"))),),
)
BY_SEASON = OffpeakSchedule(
    (
        SeasonWindows(Season.SUMMER, (parse_window("23:15-05:15"), parse_window("11:30-13:30"))),
        SeasonWindows(Season.WINTER, (parse_window("21:58-05:58"),)),
    )
)
OWN_HOURS = {
    **dict.fromkeys(range(6), (parse_window("21:40-06:20"),)),
    6: (parse_window("00:00-24:00"),),
}
CUSTOM = Option(
    code=OptionCode.CUSTOM,
    rules=(
        Rule(period="rest", weekdays=frozenset(), holidays=Holidays.INCLUDED),
        Rule(period="night", windows=(parse_window("21:07-07:00"),)),
        Rule(period="sun", windows=(parse_window("11:00-17:20"),), season=Season.SUMMER, weekdays=WEEKDAYS),
        Rule(period="day", weekdays=WEEKDAYS),
        Rule(period="day", weekdays=WEEKEND),
    ),
)


@dataclass(frozen=True)
class Case:
    code: OptionCode
    rules: Rules
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def option(self) -> Option:
        return CUSTOM if self.code is OptionCode.CUSTOM else build_option(self.code, **self.options)


CASES = {
    "base": Case(OptionCode.BASE, base),
    "base_weekend": Case(OptionCode.BASE_WEEKEND, base_weekend),
    "hc_hp": Case(OptionCode.HC_HP, hc_hp, {"offpeak": OFFPEAK}),
    "hc_hp_by_season": Case(OptionCode.HC_HP, hc_hp_by_season, {"offpeak": BY_SEASON}),
    "weekend": Case(OptionCode.WEEKEND, hc_hp_weekend, {"offpeak": OFFPEAK}),
    "hc_weekend": Case(OptionCode.HC_WEEKEND, hc_hp_weekend, {"offpeak": OFFPEAK}),
    "hc_nuit_weekend": Case(OptionCode.HC_NUIT_WEEKEND, night_and_weekend, {"offpeak": OFFPEAK}),
    "seasonal": Case(OptionCode.SEASONAL, seasonal, {"peak_days": False}),
    "seasonal_red_days": Case(OptionCode.SEASONAL, seasonal_with_red_days, {"peak_signal": Signal.TEMPO_RED}),
    "seasonal_own_days": Case(
        OptionCode.SEASONAL, seasonal_with_own_days, {"peak_signal": Signal.LISTED, "peak_dates": OWN_PEAKS}
    ),
    "tempo": Case(OptionCode.TEMPO, tempo, {"offpeak": OFFPEAK}),
    "ejp_red_days": Case(
        OptionCode.EJP, ejp(lambda day: colour(day) == "RED"), {"peak_signal": Signal.TEMPO_RED}
    ),
    "ejp_own_days": Case(
        OptionCode.EJP, ejp(OWN_PEAKS.__contains__), {"peak_signal": Signal.LISTED, "peak_dates": OWN_PEAKS}
    ),
    "zen_flex": Case(OptionCode.ZEN_FLEX, zen_flex, {"offpeak": OFFPEAK}),
    "zen_flex_own_hours": Case(OptionCode.ZEN_FLEX, zen_flex_of_its_own, {"own_hours": OWN_HOURS}),
    "custom": Case(OptionCode.CUSTOM, custom),
}  # fmt: skip


def prices_of(periods: tuple[str, ...], day: date) -> dict[str, Decimal]:
    """A price of its own for every period, other ones since the change."""
    first, step = (Decimal("0.1232"), Decimal("0.0311")) if day < NEW_PRICES else (Decimal("0.1356"), Decimal("0.0297"))
    return {period: first + place * step for place, period in enumerate(sorted(periods))}


@cache
def household(minutes: int) -> Household:
    return Household(
        pdl="22516914714270", seed=7, minutes=minutes, subscribed_kva=9, offpeak="HC (2H26-7H56;12H56-15H26)"
    )


# ---- what each calculator finds --------------------------------------------------------------------------------------


@dataclass
class Found:
    wh: dict[str, Fraction]
    euros: dict[str, Fraction]
    sixtieths: dict[tuple[int, str], int]
    """Of a Wh, by hour and period."""


def walked(periods: list[str], minutes: int) -> Found:
    """The second calculator: each minute takes its share of its slot."""
    meter = household(minutes)
    slots = [wh for day in YEAR for wh in meter.slot_wh(CONSUMPTION, day)]
    assert len(slots) * minutes == len(periods)
    # Exact and quick: a minute of a slot of `minutes` has this many sixtieths of a Wh for each Wh of the slot.
    share, minutes_of_day = 60 // minutes, walls()
    names = tuple(set(periods))
    price = {day: prices_of(names, day) for day in (YEAR[0], NEW_PRICES)}
    hours: dict[tuple[int, str], int] = defaultdict(int)
    sums: dict[tuple[date, str], int] = defaultdict(int)
    for place, wh in enumerate(slots):
        first = place * minutes
        since = YEAR[0] if minutes_of_day[first].day < NEW_PRICES else NEW_PRICES
        slot = periods[first : first + minutes]
        for period in {*slot}:
            sixtieths = wh * share * slot.count(period)
            hours[first // 60, period] += sixtieths
            sums[since, period] += sixtieths
    wh_of: dict[str, Fraction] = defaultdict(Fraction)
    euros: dict[str, Fraction] = defaultdict(Fraction)
    for (since, period), sixtieths in sums.items():
        wh_of[period] += Fraction(sixtieths, 60)
        euros[period] += Fraction(sixtieths, 60_000) * Fraction(price[since][period])
    return Found(wh_of, euros, hours)


@cache
def calendars() -> Calendars:
    days = [YEAR[0] - ONE_DAY, *YEAR]
    return Calendars(tempo={day: colour(day) for day in days}, zen_flex={day: zen_flex_type(day) for day in days})


def ours(option: Option, minutes: int) -> tuple[tuple[DayCost, ...], Tariff]:
    meter = household(minutes)
    records = {
        day: DayRecord(
            meter.daily_wh(CONSUMPTION, day), DayCurve(minutes, meter.slot_watts(CONSUMPTION, day))
        )
        for day in YEAR
    }  # fmt: skip
    series = EnergySeries().build(records, today=YEAR[-1] + ONE_DAY)
    tariff = Tariff(
        tuple(
            TariffVersion(
                valid_from=start, option=option, prices=prices_of(option.periods, start), subscription=subscription
            )
            for start, subscription in zip((date(2022, 2, 1), NEW_PRICES), MONTHLY, strict=True)
        )
    )
    return CostBook().build(series, tariff, calendars()), tariff


def by_hour(costs: tuple[DayCost, ...]) -> dict[tuple[int, str | None], int]:
    """Wh by hour and period."""
    found: dict[tuple[int, str | None], int] = {}
    first = 0
    for cost in costs:
        for part in cost.parts:
            found.update(((first + hour, part.period), wh) for hour, wh in enumerate(part.hours) if wh)
        first += len(cost.parts[0].hours)
    return found


def end_of(series: Sequence[SeriesDay]) -> int | Decimal:
    """The running sum after the last hour."""
    *_, row = series[-1].rows()
    return row.total


def same_to_the_cent(one: int | Decimal, other: Fraction) -> bool:
    return abs(Fraction(one) - other) < Fraction(5, 1000)


@pytest.mark.parametrize("name", CASES)
def test_a_year_costs_the_same_minute_by_minute(name: str) -> None:
    case = CASES[name]
    periods = [case.rules(at) for at in walls()]
    assert set(periods) == set(case.option.periods)
    for minutes in METERS:
        found = walked(periods, minutes)
        costs, tariff = ours(case.option, minutes)
        assert not any(cost.waiting_wh for cost in costs)
        assert sum(cost.wh for cost in costs) == sum(found.wh.values())
        assert same_to_the_cent(end_of(cost_series(costs)), sum(found.euros.values(), Fraction()))
        for period in case.option.periods:
            assert abs(end_of(period_energy_series(costs, period)) - found.wh[period]) < 25
            assert same_to_the_cent(end_of(period_cost_series(costs, period)), found.euros[period])
        hours = by_hour(costs)
        for key in hours.keys() | found.sixtieths.keys():
            assert abs(hours.get(key, 0) * 60 - found.sixtieths.get(key, 0)) < 60
        before = (NEW_PRICES - YEAR[0]).days
        assert same_to_the_cent(
            end_of(subscription_series(costs, tariff)),
            Fraction(12, 366) * (Fraction(MONTHLY[0]) * before + Fraction(MONTHLY[1]) * (366 - before)),
        )


def test_every_option_is_walked() -> None:
    assert {case.code for case in CASES.values()} == set(OptionCode)
