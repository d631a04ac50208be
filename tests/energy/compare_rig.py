"""A year of energy, the types of its days, and offers to price it with."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from random import Random

from custom_components.myelectricaldata.energy.calendar import days_between, hours_in_day
from custom_components.myelectricaldata.energy.compare import (
    Candidate,
    Comparison,
    NotCompared,
    PriceMode,
    candidates_of,
)
from custom_components.myelectricaldata.energy.offers import Catalogue
from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule, Season, SeasonWindows, Window
from custom_components.myelectricaldata.energy.options import OptionCode
from custom_components.myelectricaldata.energy.series import DaySeries
from custom_components.myelectricaldata.energy.tariff import Calendars, Option, Tariff, TariffVersion
from custom_components.myelectricaldata.energy.trueup import DayEnergy, Quality

from .catalogue_rows import D

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = NOW.date()
FIRST, LAST = date(2025, 11, 21), date(2026, 11, 20)
CONTRACT = OffpeakSchedule((SeasonWindows(Season.ALL, (Window(50, 6 * 60 + 50), Window(14 * 60 + 20, 16 * 60 + 20))),))


def household(
    first: date = FIRST, last: date = LAST, *, missing: Iterable[date] = (), quality: Quality = Quality.MEASURED
) -> list[DaySeries]:
    """Half hours of 0 to 1.5 kWh; the days missing are holes."""
    dice, gone = Random(1), set(missing)
    energies = {
        day: DayEnergy(30, tuple(dice.randrange(1500) for _ in range(2 * hours_in_day(day))), quality)
        for day in days_between(first, last)
    }
    return [DaySeries(day, 0, None if day in gone else energy) for day, energy in energies.items()]


def steady(first: date, last: date, wh: int) -> list[DaySeries]:
    """The same Wh every half hour."""
    return [
        DaySeries(day, 0, DayEnergy(30, (wh,) * (2 * hours_in_day(day)), Quality.MEASURED))
        for day in days_between(first, last)
    ]


def signals(*, unknown: Iterable[date] = (), zen_flex: bool = True) -> Calendars:
    """Types of all days of the year, but the unknown ones of Tempo, and of Zen Flex if that is unknown."""
    dice, gone = Random(2), set(unknown)
    days = list(days_between(FIRST - timedelta(days=1), LAST))
    tempo = {day: dice.choice(("BLUE", "BLUE", "BLUE", "WHITE", "RED")) for day in days}
    flex = {day: dice.choice(("ECO", "ECO", "BONUS", "SOBRIETE")) for day in days}
    return Calendars(
        tempo={day: color for day, color in tempo.items() if day not in gone}, zen_flex=flex if zen_flex else {}
    )


def offered(
    catalogue: Catalogue,
    mode: PriceMode = PriceMode.TODAY,
    *,
    offpeak: OffpeakSchedule | None = CONTRACT,
    provider_id: str | None = None,
) -> tuple[tuple[Candidate, ...], tuple[NotCompared, ...]]:
    """The candidates of a catalogue for 9 kVA."""
    return candidates_of(
        catalogue,
        power_kva=D(9),
        offpeak=offpeak,
        provider_id=provider_id,
        mode=mode,
        first=FIRST,
        last=LAST,
        today=TODAY,
    )


def version(
    option: Option, prices: Mapping[str, str], monthly: str | None = "10", *, start: date = date.min
) -> TariffVersion:
    """One version of a tariff, its prices as text."""
    return TariffVersion(
        valid_from=start,
        option=option,
        prices={period: D(price) for period, price in prices.items()},
        subscription=None if monthly is None else D(monthly),
    )


def candidate(label: str, *versions: TariffVersion) -> Candidate:
    """Something to compare."""
    code = OptionCode(versions[0].option.code)
    return Candidate(label=label, provider="", code=code, tariff=Tariff(versions))


def labels(found: Comparison) -> list[str]:
    """Cheapest first."""
    return [result.candidate.label for result in found.results]
