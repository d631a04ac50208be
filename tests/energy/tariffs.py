"""Days of energy and tariffs for the tests of what they cost."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import strategies as st

from custom_components.myelectricaldata.energy.calendar import ONE_DAY, days_between, minutes_in_day
from custom_components.myelectricaldata.energy.cost import CostBook, DayCost
from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule, Season, SeasonWindows, parse_window
from custom_components.myelectricaldata.energy.options import OptionCode, build_option
from custom_components.myelectricaldata.energy.series import DaySeries, HourRow, SeriesDay
from custom_components.myelectricaldata.energy.tariff import Calendars, Option, Signal, Tariff, TariffVersion
from custom_components.myelectricaldata.energy.trueup import DayEnergy, Quality

ODD_HOURS = ("02:26-07:56", "12:56-15:26")
TEMPO_PRICES = {
    "blue_hc": "0.1232",
    "blue_hp": "0.1494",
    "white_hc": "0.1391",
    "white_hp": "0.1730",
    "red_hc": "0.1460",
    "red_hp": "0.6468",
}


JANUARY = {
    date(2026, 1, 4): "BLUE",
    date(2026, 1, 5): "WHITE",
    date(2026, 1, 6): "RED",
    date(2026, 1, 7): "BLUE",
}


def schedule(*windows: str, season: Season = Season.ALL) -> OffpeakSchedule:
    return OffpeakSchedule((SeasonWindows(season, tuple(parse_window(text) for text in windows)),))


def version(
    option: Option,
    prices: Mapping[str, str] | None = None,
    *,
    start: date = date(2022, 1, 1),
    end: date | None = None,
    subscription: str | None = "15.86",
) -> TariffVersion:
    return TariffVersion(
        valid_from=start,
        valid_to=end,
        option=option,
        prices={period: Decimal(price) for period, price in (prices or {}).items()},
        subscription=None if subscription is None else Decimal(subscription),
    )


def base(price: str = "0.2", **more: Any) -> TariffVersion:
    return version(build_option(OptionCode.BASE), {"base": price}, **more)


def flat(day: date, watts: int = 1000, minutes: int = 30) -> DayEnergy:
    """The same power all day long."""
    return DayEnergy(minutes, (watts * minutes // 60,) * (minutes_in_day(day) // minutes), Quality.MEASURED)


def random_energy(day: date, random: Random, minutes: int = 30, missing: float = 0) -> DayEnergy:
    slots = tuple(
        None if random.random() < missing else random.randrange(2000) for _ in range(minutes_in_day(day) // minutes)
    )
    return DayEnergy(minutes, slots, Quality.MEASURED)


def series_of(days: Mapping[date, DayEnergy | None], held: Iterable[date] = ()) -> tuple[DaySeries, ...]:
    """A series from the first to the last of the days; those that are absent or None are holes."""
    found: list[DaySeries] = []
    day, total, waits = min(days), 0, set(held)
    while day <= max(days):
        found.append(DaySeries(day, total, days.get(day), day in waits))
        total, day = found[-1].sum_after_wh, day + ONE_DAY
    return tuple(found)


def priced(
    days: Mapping[date, DayEnergy | None], *versions: TariffVersion, calendars: Calendars | None = None
) -> tuple[DayCost, ...]:
    return CostBook().build(series_of(days), Tariff(versions), calendars or Calendars())


def rows(series: Iterable[SeriesDay]) -> list[HourRow]:
    return [row for entry in series for row in entry.rows()]


def sums(costs: Sequence[DayCost]) -> dict[str | None, tuple[int, Decimal]]:
    """Wh and EUR by period."""
    found: dict[str | None, tuple[int, Decimal]] = {}
    for part in (part for cost in costs for part in cost.parts):
        wh, euros = found.get(part.period, (0, Decimal()))
        found[part.period] = wh + part.wh, euros + (part.cost or 0)
    return found


def added(shares: Iterable[Sequence[int | None]]) -> list[int | None]:
    return [None if None in hour else sum(wh or 0 for wh in hour) for hour in zip(*shares, strict=True)]


def span(first: date, last: date, watts: int = 1000) -> dict[date, DayEnergy | None]:
    return {day: flat(day, watts) for day in days_between(first, last)}


TEMPO = version(build_option(OptionCode.TEMPO), TEMPO_PRICES, start=date(2025, 8, 1))

options = st.sampled_from(
    [
        build_option(OptionCode.BASE),
        build_option(OptionCode.BASE_WEEKEND),
        build_option(OptionCode.HC_HP, offpeak=schedule(*ODD_HOURS)),
        build_option(OptionCode.WEEKEND, offpeak=schedule("22:17-06:17")),
        build_option(OptionCode.HC_NUIT_WEEKEND),
        build_option(OptionCode.SEASONAL, peak_signal=Signal.TEMPO_RED),
        build_option(OptionCode.TEMPO),
        build_option(OptionCode.EJP, peak_signal=Signal.TEMPO_RED),
        build_option(OptionCode.EJP),
        build_option(OptionCode.ZEN_FLEX),
    ]
)
starts = st.sampled_from(
    [date(2024, 2, 27), date(2025, 10, 24), date(2025, 12, 30), date(2026, 3, 27), date(2026, 8, 30)]
)
"""Around 29 February, both clock changes, a turn of the year, and of the Tempo season."""


@st.composite
def calendars_of(draw: st.DrawFn, first: date, days: int) -> Calendars:
    """Some types of days are not known."""
    span = [first + away * ONE_DAY for away in range(-1, days)]
    colors = st.sampled_from(["BLUE", "WHITE", "RED", None])
    kinds = st.sampled_from(["ECO", "SOBRIETE", "BONUS", None])
    tempo = {day: draw(colors) for day in span}
    zen_flex = {day: draw(kinds) for day in span}
    return Calendars(
        tempo={day: color for day, color in tempo.items() if color},
        zen_flex={day: kind for day, kind in zen_flex.items() if kind},
    )


@st.composite
def energies(draw: st.DrawFn, first: date, days: int) -> dict[date, DayEnergy | None]:
    """Days of any slot length, some with unknown slots, some holes; the first is known."""
    random = Random(draw(st.integers(0, 2**32)))
    found: dict[date, DayEnergy | None] = {}
    for away in range(days):
        day = first + away * ONE_DAY
        minutes, missing = draw(st.sampled_from([5, 10, 15, 30, 60])), draw(st.sampled_from([0, 0, 0.3]))
        hole = away > 0 and draw(st.booleans()) and draw(st.booleans())
        found[day] = None if hole else random_energy(day, random, minutes, missing)
    return found


@st.composite
def tariffs(draw: st.DrawFn, first: date, days: int) -> tuple[TariffVersion, ...]:
    """Versions that start on different days, some of whose prices are not known."""
    places = draw(st.lists(st.integers(-2, days), min_size=1, max_size=4, unique=True))
    found = []
    for place in places:
        option = draw(options)
        prices = {
            period: f"0.{draw(st.integers(1, 99999)):05}"
            for period in option.periods
            if draw(st.integers(0, 5)) or not place
        }
        subscription = draw(st.sampled_from(["15.86", "12.13", None]))
        found.append(version(option, prices, start=first + place * ONE_DAY, subscription=subscription))
    return tuple(found)
