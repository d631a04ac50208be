"""What the bill of the month and of the year will be: what is known of it, and an estimate of the other days.

A day counts as measured when its energy is known and none of it waits for a price. The other days of the period, those
to come and those that are not published (yet), take an estimate.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from .calendar import ONE_DAY, days_between, same_day_of_year
from .cost import NOTHING, DayCost
from .tariff import Tariff

LAST_30_DAYS: Final = "last_30_days"
LAST_YEAR: Final = "last_year"
LAST_YEAR_AND_LAST_30_DAYS: Final = "last_year_and_last_30_days"

_RECENT_DAYS: Final = 30
_FEWEST_DAYS: Final = 7
_OLDEST: Final = timedelta(days=90)
"""What was taken before says nothing of the days to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """The bill of a whole period, part of which is estimated."""

    total: Decimal
    """EUR, `energy` and `subscription` together."""
    energy: Decimal
    subscription: Decimal
    method: str
    """What the days to come are estimated from: `last_30_days`, `last_year`, or both."""
    days_measured: int
    days_to_come: int
    """Days that are estimated, holes included."""


@dataclass(frozen=True, slots=True)
class _Measured:
    wh: int
    cost: Decimal


def project_month(days: Mapping[date, DayCost], tariff: Tariff, today: date) -> Projection | None:
    """The bill of the calendar month: days to come cost the mean of the last 30 measured days.

    `days` are known and over. None with fewer than 7 measured days in the last 90, or without a known subscription.
    """
    first = today.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - ONE_DAY
    measured = _measured(days)
    mean = _recent_mean(measured, today)
    if mean is None:
        return None
    return _project(measured, tariff, max(first, min(days)), last, lambda _day: (mean, LAST_30_DAYS))


def project_year(days: Mapping[date, DayCost], tariff: Tariff, today: date) -> Projection | None:
    """The bill of the calendar year: days to come cost what the same days of last year did, as energy has changed.

    The change is that of the measured days since 1 January, at least of the last 30, against the same days of last
    year. Days whose counterpart is not measured cost the mean of the last 30. None as in `project_month`.
    """
    first, last = date(today.year, 1, 1), date(today.year, 12, 31)
    measured = _measured(days)
    mean = _recent_mean(measured, today)
    if mean is None:
        return None
    change = _change(measured, min(first, today - _RECENT_DAYS * ONE_DAY), today)

    def estimate(day: date) -> tuple[Decimal, str]:
        before = measured.get(same_day_of_year(day, day.year - 1))
        if before is None or change is None:
            return mean, LAST_30_DAYS
        wh_now, wh_before = change
        return before.cost * wh_now / wh_before, LAST_YEAR

    return _project(measured, tariff, max(first, min(days)), last, estimate)


def _measured(days: Mapping[date, DayCost]) -> dict[date, _Measured]:
    return {day: _Measured(cost.wh, cost.cost) for day, cost in days.items() if not cost.waiting_wh}


def _recent_mean(measured: Mapping[date, _Measured], today: date) -> Decimal | None:
    """EUR a day of the last 30 measured days; None when there are too few of late."""
    recent = sorted(day for day in measured if day >= today - _OLDEST)[-_RECENT_DAYS:]
    if len(recent) < _FEWEST_DAYS:
        return None
    return sum((measured[day].cost for day in recent), NOTHING) / len(recent)


def _change(measured: Mapping[date, _Measured], first: date, today: date) -> tuple[int, int] | None:
    """Wh of the measured days from `first` on and of the same days of last year; None when there are too few."""
    pairs = [
        (now.wh, before.wh)
        for day in days_between(first, today - ONE_DAY)
        if (now := measured.get(day)) and (before := measured.get(same_day_of_year(day, day.year - 1)))
    ]
    before_wh = sum(before for _, before in pairs)
    return (sum(now for now, _ in pairs), before_wh) if len(pairs) >= _FEWEST_DAYS and before_wh else None


def _project(
    measured: Mapping[date, _Measured],
    tariff: Tariff,
    first: date,
    last: date,
    estimate: Callable[[date], tuple[Decimal, str]],
) -> Projection | None:
    subscription = tariff.subscription(first, last)
    if subscription is None:
        return None
    energy, known, methods = NOTHING, 0, set[str]()
    for day in days_between(first, last):
        if (sums := measured.get(day)) is not None:
            energy, known = energy + sums.cost, known + 1
        else:
            cost, method = estimate(day)
            energy += cost
            methods.add(method)
    expected = (last - first).days + 1
    return Projection(
        total=energy + subscription,
        energy=energy,
        subscription=subscription,
        method=methods.pop() if len(methods) == 1 else LAST_YEAR_AND_LAST_30_DAYS,
        days_measured=known,
        days_to_come=expected - known,
    )
