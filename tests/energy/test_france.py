"""The national grid at an instant."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.myelectricaldata.energy.france import FranceView, france_view

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 21, 23, tzinfo=UTC)


@dataclass(frozen=True)
class Point:
    start: datetime
    end: datetime | None
    megawatts: float


def at(hour: int, minute: int = 0) -> datetime:
    return NOON.replace(hour=hour, minute=minute)


def quarter(hour: int, minute: int, megawatts: float) -> Point:
    return Point(at(hour, minute), at(hour, minute) + timedelta(minutes=15), megawatts)


def hour_of(hour: int, megawatts: float) -> Point:
    return Point(at(hour), at(hour + 1), megawatts)


def powers(view: FranceView) -> tuple[float | None, float | None]:
    consumption, solar = view.consumption, view.solar
    return None if consumption is None else consumption.megawatts, None if solar is None else solar.megawatts


def test_the_latest_measure_stands_for_two_hours_after_its_end() -> None:
    measured = (quarter(11, 15, 61_000), quarter(11, 30, 62_000))
    view = france_view(measured, (), NOON)
    assert (powers(view), view.looks_again_at) == ((62_000, None), at(13, 45))
    assert powers(france_view(measured, (), at(13, 44))) == (62_000, None)
    late = france_view(measured, (), at(13, 45))
    assert (powers(late), late.looks_again_at) == ((None, None), MIDNIGHT)


def test_a_measure_that_has_not_begun_is_none() -> None:
    assert powers(france_view((quarter(11, 30, 62_000), quarter(12, 15, 1)), (), NOON)) == (62_000, None)


def test_a_measure_without_an_end_counts_from_its_start() -> None:
    assert powers(france_view((Point(at(10, 15), None, 60_000),), (), NOON)) == (60_000, None)
    assert powers(france_view((Point(at(10), None, 60_000),), (), NOON)) == (None, None)


def test_the_forecast_is_that_of_the_hour_and_looks_again_at_the_next() -> None:
    forecast = (hour_of(11, 3_100), hour_of(12, 3_500), hour_of(13, 0))
    view = france_view((), forecast, NOON)
    assert (powers(view), view.looks_again_at) == ((None, 3_500), at(13))
    assert powers(france_view((), forecast, NOON - timedelta(seconds=1))) == (None, 3_100)
    # No sun is a number, nothing known is none.
    assert powers(france_view((), forecast, at(13, 59))) == (None, 0)
    assert powers(france_view((), forecast, at(14))) == (None, None)


def test_a_hole_of_the_forecast_is_unknown_until_it_ends() -> None:
    view = france_view((), (hour_of(10, 2_000), hour_of(14, 1_000)), NOON)
    assert (powers(view), view.looks_again_at) == ((None, None), at(14))


def test_a_forecast_without_ends_holds_until_the_next_one_and_the_last_holds_nothing() -> None:
    forecast = (Point(at(12), None, 3_500), Point(at(13), None, 3_000))
    assert powers(france_view((), forecast, at(12, 59))) == (None, 3_500)
    assert powers(france_view((), forecast, at(13))) == (None, None)


@pytest.mark.parametrize("now", [NOON, at(22, 59)])
def test_nothing_known_looks_again_at_midnight_in_paris(now: datetime) -> None:
    view = france_view((), (), now)
    assert (powers(view), view.looks_again_at) == ((None, None), MIDNIGHT)
