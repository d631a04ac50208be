"""The price now, when it changes next and to what, and a whole day of prices."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.myelectricaldata.energy.calendar import day_end, day_start, minutes_in_day
from custom_components.myelectricaldata.energy.options import OptionCode, build_option
from custom_components.myelectricaldata.energy.prices import next_change, price_at, price_slices
from custom_components.myelectricaldata.energy.tariff import Calendars, Tariff

from .bodies import AUTUMN, SPRING
from .tariffs import ODD_HOURS, TEMPO_PRICES, base, calendars_of, schedule, starts, tariffs, version

ODD = version(
    build_option(OptionCode.HC_HP, offpeak=schedule(*ODD_HOURS)),
    {"hc": "0.1635", "hp": "0.2081"},
    start=date(2020, 1, 1),
)
TEMPO = version(build_option(OptionCode.TEMPO), TEMPO_PRICES)


def at(text: str) -> datetime:
    """Paris wall clock."""
    return datetime.fromisoformat(text)


def described(tariff: Tariff, calendars: Calendars, instant: datetime) -> tuple[str, str | None, Decimal | None] | None:
    found = next_change(tariff, calendars, instant)
    return found and (found[0].isoformat(), found[1].period, found[1].price)


def test_the_price_is_that_of_the_minute() -> None:
    tariff = Tariff((ODD,))
    before, after = (price_at(tariff, Calendars(), at(f"2026-11-21T02:{minute}:59+01:00")) for minute in (25, 26))
    assert (before.period, before.price, before.version) == ("hp", Decimal("0.2081"), ODD)
    assert (after.period, after.price) == ("hc", Decimal("0.1635"))
    nothing = price_at(Tariff(), Calendars(), at("2026-11-21T02:26:00+01:00"))
    assert (nothing.period, nothing.price, nothing.version) == (None, None, None)


def test_the_next_change_is_strictly_after_the_instant_and_in_utc() -> None:
    tariff = Tariff((ODD,))
    peak = ("2026-11-21T06:56:00+00:00", "hp", Decimal("0.2081"))
    assert described(tariff, Calendars(), at("2026-11-21T02:26:00+01:00")) == peak
    assert described(tariff, Calendars(), at("2026-11-21T07:55:59.999+01:00")) == peak
    assert described(tariff, Calendars(), at("2026-11-21T07:56:00+01:00")) == (
        "2026-11-21T11:56:00+00:00",
        "hc",
        Decimal("0.1635"),
    )
    assert described(tariff, Calendars(), at("2026-11-21T23:00:00+01:00")) == (
        "2026-11-22T01:26:00+00:00",
        "hc",
        Decimal("0.1635"),
    )


def test_a_change_to_an_unknown_colour_is_a_change() -> None:
    tariff, calendars = Tariff((TEMPO,)), Calendars(tempo={date(2026, 1, 6): "RED"})
    assert described(tariff, calendars, at("2026-01-06T22:00+01:00")) == ("2026-01-07T05:00:00+00:00", None, None)
    assert described(tariff, calendars, at("2026-01-06T05:00+01:00")) == (
        "2026-01-06T05:00:00+00:00",
        "red_hp",
        Decimal("0.6468"),
    )


def test_the_same_period_at_another_price_is_a_change() -> None:
    tariff = Tariff((base("0.1940"), base("0.2001", start=date(2026, 8, 1)), base("0.2001", start=date(2026, 9, 1))))
    assert described(tariff, Calendars(), at("2026-07-01T12:00+02:00")) == (
        "2026-07-31T22:00:00+00:00",
        "base",
        Decimal("0.2001"),
    )
    assert described(tariff, Calendars(), at("2026-08-01T00:00+02:00")) is None


def test_a_tariff_begins_and_ends() -> None:
    tariff = Tariff((base("0.2", start=date(2026, 3, 1), end=date(2026, 3, 31)),))
    assert described(tariff, Calendars(), at("2025-03-01T12:00+01:00")) == (
        "2026-02-28T23:00:00+00:00",
        "base",
        Decimal("0.2"),
    )
    assert described(tariff, Calendars(), at("2026-03-15T12:00+01:00")) == ("2026-03-31T22:00:00+00:00", None, None)
    assert described(Tariff(), Calendars(), at("2026-03-15T12:00+01:00")) is None


@pytest.mark.parametrize("day", [*SPRING, *AUTUMN, date(2026, 6, 1)])
def test_a_day_of_prices_covers_all_its_hours(day: date) -> None:
    slices = price_slices(Tariff((ODD,)), Calendars(), day)
    assert slices[0].start == day_start(day)
    assert slices[-1].end == day_end(day)
    for one, other in pairwise(slices):
        assert one.end == other.start
    for each in slices:
        assert timedelta() < each.end - each.start <= timedelta(hours=1)
        assert each.start.tzinfo is UTC
    cuts = {each.start.minute for each in slices}
    assert cuts == {0, 26, 56}
    # 02:26 does not exist in spring, when off-peak begins at 03:00; in autumn it comes twice.
    offpeak = sum((each.end - each.start for each in slices if each.period == "hc"), timedelta())
    missing = {1380: -34, 1440: 0, 1500: 34}[minutes_in_day(day)]
    assert offpeak == timedelta(hours=8, minutes=missing)


def test_a_day_without_a_tariff_has_hours_without_a_price() -> None:
    slices = price_slices(Tariff(), Calendars(), date(2026, 10, 25))
    assert len(slices) == 25
    assert {(each.period, each.price) for each in slices} == {(None, None)}


@given(st.data())
def test_the_slices_of_a_day_the_price_at_an_instant_and_the_changes_agree(data: st.DataObject) -> None:
    day = data.draw(starts)
    tariff, calendars = Tariff(data.draw(tariffs(day, 2))), data.draw(calendars_of(day, 2))
    slices = price_slices(tariff, calendars, day)
    for each in slices:
        for instant in (each.start, each.end - timedelta(seconds=1)):
            moment = price_at(tariff, calendars, instant)
            assert (moment.period, moment.price) == (each.period, each.price)
    for one, other in pairwise(slices):
        found = next_change(tariff, calendars, one.start)
        if (one.period, one.price) != (other.period, other.price):
            assert found is not None
            assert found[0] == other.start
            assert (found[1].period, found[1].price) == (other.period, other.price)
        else:
            assert found is None or found[0] > other.start
