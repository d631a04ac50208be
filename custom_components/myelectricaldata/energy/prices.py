"""The price of a kWh at an instant, when it changes next, and over a whole day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from .calendar import ONE_DAY, day_start, minutes_in_day, paris_date
from .tariff import Calendars, Segment, Tariff, TariffVersion

_DAYS_AHEAD: Final = 370
"""Seasons turn within a year: what has not changed by then stays."""
_MINUTES_IN_HOUR: Final = 60


@dataclass(frozen=True, slots=True)
class PriceMoment:
    """What applies at an instant."""

    period: str | None
    """None without a tariff, or when the type of the day decides and is not known."""
    price: Decimal | None
    """EUR/kWh, None when unknown."""
    version: TariffVersion | None


@dataclass(frozen=True, slots=True)
class PriceSlice:
    """A span of at most an hour, aware UTC, end excluded, with one price."""

    start: datetime
    end: datetime
    period: str | None
    price: Decimal | None


def price_at(tariff: Tariff, calendars: Calendars, instant: datetime) -> PriceMoment:
    """What applies at an aware instant."""
    day = paris_date(instant)
    minute = (instant - day_start(day)) // timedelta(minutes=1)
    version, segments = _day(tariff, calendars, day)
    return _moment(version, next(segment for segment in segments if segment.start <= minute < segment.end))


def next_change(tariff: Tariff, calendars: Calendars, instant: datetime) -> tuple[datetime, PriceMoment] | None:
    """The first moment (UTC) after an aware instant at which the period or the price changes, and to what.

    It may change to an unknown period: at 06:00 of a Tempo day whose colour is not out. None: not within a year.
    """
    now = price_at(tariff, calendars, instant)
    today = paris_date(instant)
    for day in (today + ahead * ONE_DAY for ahead in range(_DAYS_AHEAD + 1)):
        version, segments = _day(tariff, calendars, day)
        for segment in segments:
            moment = _moment(version, segment)
            start = day_start(day) + timedelta(minutes=segment.start)
            if start > instant and (moment.period, moment.price) != (now.period, now.price):
                return start, moment
    return None


def price_slices(tariff: Tariff, calendars: Calendars, day: date) -> tuple[PriceSlice, ...]:
    """A Paris civil day, all of its 23, 24 or 25 hours, cut at the hours and where the period changes."""
    version, segments = _day(tariff, calendars, day)
    midnight = day_start(day)
    return tuple(
        PriceSlice(
            midnight + timedelta(minutes=start),
            midnight + timedelta(minutes=end),
            segment.period,
            _moment(version, segment).price,
        )
        for segment in segments
        for start, end in _within_hours(segment)
    )


def _day(tariff: Tariff, calendars: Calendars, day: date) -> tuple[TariffVersion | None, tuple[Segment, ...]]:
    version = tariff.on(day)
    if version is None:
        return None, (Segment(0, minutes_in_day(day), None),)
    return version, version.option.segments(day, calendars)


def _moment(version: TariffVersion | None, segment: Segment) -> PriceMoment:
    return PriceMoment(segment.period, None if version is None else version.price(segment.period), version)


def _within_hours(segment: Segment) -> Iterator[tuple[int, int]]:
    start = segment.start
    while start < segment.end:
        end = min(segment.end, (start // _MINUTES_IN_HOUR + 1) * _MINUTES_IN_HOUR)
        yield start, end
        start = end
