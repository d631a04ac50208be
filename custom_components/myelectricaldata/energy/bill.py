"""What electricity cost over the periods that people look at, what is still to come of the bill, and what waits.

Periods end yesterday, as in `summary`. Nothing is rounded. The days before the first known one are nobody's: neither
energy nor subscription is counted for them, as in the series of `cost`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from .calendar import ONE_DAY, days_between
from .cost import NOTHING, DayCost, WaitReason
from .projection import Projection, project_month, project_year
from .tariff import Tariff

_MONTH_OF_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class PeriodShare:
    """What one period of the tariff took of a period of time."""

    wh: int
    cost: Decimal | None
    """EUR of the part that is priced; None when all of it waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodBill:
    """The bill of the Paris civil days from `first` to `last`, both included; `last` is the eve of `first` if none."""

    first: date
    last: date
    days_known: int
    days_expected: int
    wh: int | None
    """Of the known days; None when none is."""
    energy: Decimal | None
    """EUR of what is priced; None when nothing is known, or all of it waits."""
    subscription: Decimal | None
    """EUR of all days, known or not; None when it is unknown for any of them, or there is none."""
    total: Decimal | None
    """EUR; None when either is."""
    by_period: Mapping[str, PeriodShare]
    waiting: Mapping[WaitReason, int]
    """Wh without a price, by what they wait for; nothing waits: empty."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The energy of the whole history that has no cost yet."""

    by_reason: Mapping[WaitReason, int]
    """Wh."""
    first: date | None
    last: date | None
    """The first and the last day concerned; None when nothing waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillSummary:
    """What one usage point paid, seen from one Paris civil day."""

    yesterday: PeriodBill
    week: PeriodBill
    """Monday to yesterday."""
    month: PeriodBill
    """The 1st to yesterday."""
    year: PeriodBill
    """1 January to yesterday."""
    last_30_days: PeriodBill
    projected_month: Projection | None
    projected_year: Projection | None
    waiting: Waiting
    average_price: Decimal | None
    """EUR/kWh of this year, of the energy that is priced, without the subscription."""


def summarise_bill(costs: Sequence[DayCost], tariff: Tariff, today: date) -> BillSummary:
    """Add up the days of one direction; those from `today` on are not over and do not count."""
    days = {cost.day: cost for cost in costs if cost.day < today and cost.known}
    yesterday = today - ONE_DAY
    year = _bill(days, tariff, today.replace(month=1, day=1), yesterday)
    return BillSummary(
        yesterday=_bill(days, tariff, yesterday, yesterday),
        week=_bill(days, tariff, today - today.weekday() * ONE_DAY, yesterday),
        month=_bill(days, tariff, today.replace(day=1), yesterday),
        year=year,
        last_30_days=_bill(days, tariff, today - timedelta(days=_MONTH_OF_DAYS), yesterday),
        projected_month=project_month(days, tariff, today),
        projected_year=project_year(days, tariff, today),
        waiting=_waiting(days.values()),
        average_price=_average_price(year),
    )


def _bill(days: Mapping[date, DayCost], tariff: Tariff, first: date, last: date) -> PeriodBill:
    known = [cost for day in days_between(first, last) if (cost := days.get(day)) is not None]
    waiting = _waiting(known).by_reason
    wh = sum(cost.wh for cost in known)
    priced_wh = wh - sum(waiting.values())
    energy = sum((cost.cost for cost in known), NOTHING) if known and (priced_wh or not waiting) else None
    subscription = _subscription(tariff, max(first, min(days)), last) if days else None
    return PeriodBill(
        first=first,
        last=max(last, first - ONE_DAY),
        days_known=len(known),
        days_expected=max((last - first).days + 1, 0),
        wh=wh if known else None,
        energy=energy,
        subscription=subscription,
        total=None if energy is None or subscription is None else energy + subscription,
        by_period=_by_period(known, tariff),
        waiting=waiting,
    )


def _subscription(tariff: Tariff, first: date, last: date) -> Decimal | None:
    return tariff.subscription(first, last) if first <= last else None


def _by_period(known: Iterable[DayCost], tariff: Tariff) -> Mapping[str, PeriodShare]:
    energies: dict[str, int] = {}
    priced: dict[str, int] = {}
    costs: dict[str, Decimal] = {}
    for part in (part for cost in known for part in cost.parts):
        if part.period is None:
            continue
        energies[part.period] = energies.get(part.period, 0) + part.wh
        if part.cost is not None:
            priced[part.period] = priced.get(part.period, 0) + part.wh
            costs[part.period] = costs.get(part.period, NOTHING) + part.cost
    return {
        period: PeriodShare(wh, costs.get(period) if priced.get(period) or not wh else None)
        for period in dict.fromkeys((*tariff.periods, *energies))
        if (wh := energies.get(period)) is not None
    }


def _waiting(known: Iterable[DayCost]) -> Waiting:
    by_reason: dict[WaitReason, int] = {}
    first = last = None
    for cost in known:
        for part in cost.parts:
            if part.reason is not None and part.wh:
                by_reason[part.reason] = by_reason.get(part.reason, 0) + part.wh
                first, last = first or cost.day, cost.day
    return Waiting(by_reason, first, last)


def _average_price(bill: PeriodBill) -> Decimal | None:
    priced_wh = (bill.wh or 0) - sum(bill.waiting.values())
    return 1000 * bill.energy / priced_wh if bill.energy is not None and priced_wh else None
