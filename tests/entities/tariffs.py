"""Tariffs whose figures can be worked out by hand, and bills of a household that takes 1 kWh every hour."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from custom_components.myelectricaldata.coordinators.best_offer import BestOffer
from custom_components.myelectricaldata.coordinators.snapshot import UsagePointSnapshot
from custom_components.myelectricaldata.energy.bill import BillSummary, summarise_bill
from custom_components.myelectricaldata.energy.calendar import days_between, hours_in_day
from custom_components.myelectricaldata.energy.cost import CostBook
from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule
from custom_components.myelectricaldata.energy.options import OptionCode, build_option
from custom_components.myelectricaldata.energy.series import DaySeries
from custom_components.myelectricaldata.energy.tariff import Calendars, Option, Tariff, TariffVersion
from custom_components.myelectricaldata.energy.trueup import DayEnergy, Quality
from tests.entities.rig import TODAY, YESTERDAY, Money, snapshot_of

NO_CALENDARS = Calendars()
TEMPO_PRICES = {
    "blue_hc": "0.10", "blue_hp": "0.12", "white_hc": "0.14", "white_hp": "0.18", "red_hc": "0.15", "red_hp": "0.70",
}  # fmt: skip


KNOWN_OFFER = BestOffer(
    label="Tempo",
    provider="EDF",
    option=OptionCode.TEMPO,
    total_per_year=Decimal("1234.56"),
    present_per_year=Decimal("1313.46"),
    saving_per_year=Decimal("78.9"),
    days=365,
    computed_on=date(2026, 11, 16),
)
"""What a weekly comparison found."""


def version(option: Option, prices: Mapping[str, str], since: date = date(2020, 1, 1), **facts: Any) -> TariffVersion:
    """18.25 EUR a month are 0.60 EUR a day of a year of 365 days."""
    plain = TariffVersion(
        valid_from=since,
        option=option,
        prices={period: Decimal(price) for period, price in prices.items()},
        subscription=Decimal("18.25"),
        power_kva=Decimal(6),
        source="EDF, Tarif Bleu",
        priced_from=date(2019, 8, 1),
    )
    return replace(plain, **facts)


def hc_hp(*windows: str, since: date = date(2020, 1, 1), **facts: Any) -> TariffVersion:
    hours = OffpeakSchedule.from_config([{"season": "all", "windows": windows or ("22:00-06:00",)}])
    return version(build_option(OptionCode.HC_HP, offpeak=hours), {"hc": "0.16", "hp": "0.20"}, since, **facts)


def tempo(**facts: Any) -> TariffVersion:
    return version(build_option(OptionCode.TEMPO), TEMPO_PRICES, **facts)


def base(price: str = "0.20", **facts: Any) -> TariffVersion:
    return version(build_option(OptionCode.BASE), {"base": price}, **facts)


def bill_of(
    tariff: Tariff,
    *,
    first: date = date(2026, 1, 1),
    last: date = YESTERDAY,
    today: date = TODAY,
    calendars: Calendars = NO_CALENDARS,
) -> BillSummary:
    """The bill of 1 kWh in each hour of the days from `first` to `last`."""
    series: list[DaySeries] = []
    for day in days_between(first, last):
        before = series[-1].sum_after_wh if series else 0
        slots = (1000,) * hours_in_day(day)
        series.append(DaySeries(day, before, DayEnergy(60, slots, Quality.MEASURED)))
    return summarise_bill(CostBook().build(series, tariff, calendars), tariff, today)


def priced(tariff: Tariff, *, calendars: Calendars = NO_CALENDARS, **options: date) -> tuple[UsagePointSnapshot, Money]:
    """What the coordinator shows and knows of a household with this tariff."""
    snapshot = replace(snapshot_of(), bill=bill_of(tariff, calendars=calendars, **options))
    return snapshot, Money(tariff=tariff, calendars=calendars)


def colours(first: date, *names: str) -> Calendars:
    return Calendars(tempo={first + timedelta(days=place): name for place, name in enumerate(names)})
