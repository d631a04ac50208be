"""One question to the market: which offers there are for a household, over which days, beside the tariff that it has."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from .calendar import ONE_DAY, same_day_of_year
from .compare import (
    Comparison,
    Exclusion,
    NotCompared,
    OfferResult,
    PriceMode,
    candidates_of,
    compare,
    custom_candidate,
    present_candidate,
)
from .entries import TariffEntry
from .offers import Catalogue
from .offpeak import OffpeakSchedule
from .series import DaySeries
from .tariff import Calendars, Tariff

_PRESENT: Final = ""
"""The label of the present tariff among the candidates; no offer has an empty name."""


class Period(StrEnum):
    """Spans of days that people compare offers over."""

    ROLLING_YEAR = "rolling_year"
    """The year that ends with the newest day that is known."""
    CALENDAR_YEAR = "calendar_year"
    """1 January to 31 December."""
    TEMPO_SEASON = "tempo_season"
    """1 September to 31 August."""
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked. Only references to what never changes in place, so that it can be answered in another thread."""

    series: Sequence[DaySeries]
    calendars: Calendars
    catalogue: Catalogue
    tariff: Tariff
    """What the household has; empty when that is not known."""
    offpeak: OffpeakSchedule
    """Off-peak hours of the contract, for the offers that follow them."""
    power_kva: Decimal | None
    """Subscribed power of the offers; None: any."""
    provider_id: str | None = None
    own_offers: tuple[tuple[str, TariffEntry], ...] = ()
    """Offers of the user's own, with their names."""
    prices: PriceMode = PriceMode.TODAY
    first: date
    last: date
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The answer."""

    comparison: Comparison
    """Of all offers; the present tariff is not among its results, nor among what could not be compared."""
    present: OfferResult | None
    """What the household pays, over the same days."""
    present_reason: Exclusion | None = None
    """Why its tariff could not be priced, though there is one in force today."""


def rank(question: Question) -> Ranking:
    """Answer; blocking for up to about a second."""
    candidates, not_priced = candidates_of(
        question.catalogue,
        power_kva=question.power_kva,
        offpeak=question.offpeak,
        provider_id=question.provider_id,
        mode=question.prices,
        first=question.first,
        last=question.last,
        today=question.today,
    )
    own = [custom_candidate(entry, name) for name, entry in question.own_offers]
    present = present_candidate(question.tariff, question.prices, question.today, _PRESENT, first=question.first)
    everyone = [*candidates, *own, *([] if present is None else [present])]
    found = compare(question.series, everyone, question.calendars, first=question.first, last=question.last)
    excluded = [each for each in found.not_compared if not _is_present(each)]
    comparison = replace(
        found,
        results=tuple(result for result in found.results if result.candidate is not present),
        not_compared=(*not_priced, *excluded),
    )
    return Ranking(
        comparison=comparison,
        present=next((result for result in found.results if result.candidate is present), None),
        present_reason=next((each.reason for each in found.not_compared if _is_present(each)), None),
    )


def _is_present(excluded: NotCompared) -> bool:
    return excluded.key is None and excluded.label == _PRESENT


def newest_day(series: Sequence[DaySeries], today: date) -> date | None:
    """The newest day before today with energy."""
    return next((day.day for day in reversed(series) if day.energy is not None and day.day < today), None)


def span_of(period: Period, year: int | None, newest: date, today: date) -> tuple[date, date]:
    """First and last day of a period; it never reaches into today.

    `year`: that of 1 January, or of the 1 September that starts a season; None: the last that is complete. `newest` is
    the newest day with energy. ValueError for `CUSTOM`, whose days the user says.
    """
    if period is Period.CUSTOM:
        raise ValueError("The days of a custom period are the user's")
    if period is Period.ROLLING_YEAR:
        following = newest + ONE_DAY
        return same_day_of_year(following, following.year - 1), newest
    if period is Period.CALENDAR_YEAR:
        start = today.year - 1 if year is None else year
        first, end = date(start, 1, 1), date(start, 12, 31)
    else:
        start = today.year - (1 if today >= date(today.year, 9, 1) else 2) if year is None else year
        first, end = date(start, 9, 1), date(start + 1, 8, 31)
    return first, min(end, today - ONE_DAY)
