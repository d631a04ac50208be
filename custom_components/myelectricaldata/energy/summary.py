"""Totals of periods that end yesterday, what they compare with, and the peaks of power.

Enedis publishes a day after it is over, so every period here ends yesterday at the latest. A period of which no day
is known has no value: neither 0 on a Monday, when the week has no day that is over yet, nor 0 before data come.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from .calendar import ONE_DAY, days_between, same_day_of_year
from .readings import DayRecord, DayState

_YEAR_OF_WEEKS = timedelta(weeks=52)
_MONTH_OF_DAYS = 30
_VOLT_AMPERES_PER_KVA = 1000


class Peak(Protocol):
    """The highest apparent power of one day, as `gateway.models.PowerPeak` has it."""

    @property
    def volt_amperes(self) -> int:
        """Apparent power, VA."""
        ...

    @property
    def at(self) -> datetime | None:
        """When it was reached; None when only the day is known."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodTotal:
    """The energy of the Paris civil days from `first` to `last`, both included.

    A period that has no day yet, such as the week on a Monday, has `last` on the eve of `first`.
    """

    first: date
    last: date
    wh: int | None
    """Sum of the days that are known; None when none is."""
    days_known: int
    days_expected: int

    @property
    def complete(self) -> bool:
        """Whether the period has days and all of them are known."""
        return 0 < self.days_expected == self.days_known


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A period and the same one of last year."""

    now: PeriodTotal
    before: PeriodTotal

    @property
    def change_percent(self) -> float | None:
        """How much more than last year, in %; None unless both periods are complete, or when the earlier one is 0."""
        if not (self.now.complete and self.before.complete) or not self.before.wh or self.now.wh is None:
            return None
        return (self.now.wh - self.before.wh) * 100 / self.before.wh


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergySummary:
    """What one usage point took or gave, in one direction, seen from one Paris civil day."""

    yesterday: PeriodTotal
    week: Comparison
    """Monday to yesterday, beside the same weekdays 52 weeks earlier."""
    month: Comparison
    """The 1st to yesterday, beside the same days of the month of last year."""
    year: Comparison
    """1 January to yesterday, beside the same days of last year."""
    last_7_days: PeriodTotal
    last_30_days: Comparison
    """The 30 days that end yesterday, beside the 30 that end on the same day of last year."""
    last_known_day: date | None
    """The last day whose energy is known."""
    last_complete_day: date | None
    """The last day whose load curve has no hole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakSummary:
    """Yesterday's peak, and how often the last 30 days went above the power that is subscribed today."""

    day: date
    volt_amperes: int | None
    at: datetime | None
    subscribed_va: int | None
    margin_va: int | None
    """Subscribed power less the peak, negative above it; None when either is unknown."""
    first: date
    last: date
    days_above: int | None
    """Of the days known from `first` to `last`; None when none is known or the subscription is not."""
    days_known: int
    days_expected: int


def day_total(record: DayRecord) -> int | None:
    """Energy of a day in Wh: its index, else that of its complete load curve, else None.

    Mean watts over slots of p minutes are Σ W·p/60 watt-hours (domain.md 1.3); a curve with a hole proves nothing.
    """
    if record.index_wh is not None:
        return record.index_wh
    curve = record.delivered_curve
    if curve is None or not curve.complete:
        return None
    watt_minutes = curve.minutes * sum(watt for watt in curve.watts if watt is not None)
    return (watt_minutes + 30) // 60


def summarise_energy(days: Mapping[date, DayRecord], today: date) -> EnergySummary:
    """Add up the days of one direction; those from `today` on are not over and do not count."""
    totals = {day: wh for day, record in days.items() if day < today and (wh := day_total(record)) is not None}
    complete = (day for day, record in days.items() if day < today and record.state is DayState.COMPLETE)
    yesterday = today - ONE_DAY
    monday = today - today.weekday() * ONE_DAY
    return EnergySummary(
        yesterday=_total(totals, yesterday, yesterday),
        week=Comparison(
            now=_total(totals, monday, yesterday),
            before=_total(totals, monday - _YEAR_OF_WEEKS, yesterday - _YEAR_OF_WEEKS),
        ),
        month=_beside_last_year(totals, today.replace(day=1), yesterday),
        year=_beside_last_year(totals, today.replace(month=1, day=1), yesterday),
        last_7_days=_latest(totals, 7, yesterday),
        last_30_days=Comparison(
            now=_latest(totals, _MONTH_OF_DAYS, yesterday),
            before=_latest(totals, _MONTH_OF_DAYS, _year_before(yesterday)),
        ),
        last_known_day=max(totals, default=None),
        last_complete_day=max(complete, default=None),
    )


def summarise_peaks(peaks: Mapping[date, Peak], subscribed_kva: Decimal | None, today: date) -> PeakSummary:
    """Yesterday's peak and the last 30 days against the subscribed power, which is in kVA as contracts have it.

    The meter compares apparent power, so VA meet kVA here and watts never do (domain.md 1.1).
    """
    yesterday = today - ONE_DAY
    first = today - timedelta(days=_MONTH_OF_DAYS)
    subscribed = None if subscribed_kva is None else int(subscribed_kva * _VOLT_AMPERES_PER_KVA)
    known = [peak.volt_amperes for day in days_between(first, yesterday) if (peak := peaks.get(day)) is not None]
    latest = peaks.get(yesterday)
    return PeakSummary(
        day=yesterday,
        volt_amperes=None if latest is None else latest.volt_amperes,
        at=None if latest is None else latest.at,
        subscribed_va=subscribed,
        margin_va=None if latest is None or subscribed is None else subscribed - latest.volt_amperes,
        first=first,
        last=yesterday,
        days_above=None if subscribed is None or not known else sum(power > subscribed for power in known),
        days_known=len(known),
        days_expected=_MONTH_OF_DAYS,
    )


def _total(totals: Mapping[date, int], first: date, last: date) -> PeriodTotal:
    known = [wh for day in days_between(first, last) if (wh := totals.get(day)) is not None]
    return PeriodTotal(
        first=first,
        last=max(last, first - ONE_DAY),
        wh=sum(known) if known else None,
        days_known=len(known),
        days_expected=max((last - first).days + 1, 0),
    )


def _latest(totals: Mapping[date, int], days: int, last: date) -> PeriodTotal:
    return _total(totals, last - (days - 1) * ONE_DAY, last)


def _beside_last_year(totals: Mapping[date, int], first: date, last: date) -> Comparison:
    return Comparison(
        now=_total(totals, first, last),
        before=_total(totals, _year_before(first), _year_before(last)),
    )


def _year_before(day: date) -> date:
    return same_day_of_year(day, day.year - 1)
