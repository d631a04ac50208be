"""What is used and left of a season, the next red day and the forecast."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from homeassistant.const import STATE_UNKNOWN

from custom_components.myelectricaldata.energy.calendar import PARIS
from custom_components.myelectricaldata.energy.tempo import TempoChance
from tests.entities.signal_rig import SECOND, NationalStandIn, OpenSignals, SignalRig

ONE_DAY = timedelta(days=1)


def paris(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=PARIS).astimezone(UTC)


def season(year: int) -> dict[date, str]:
    """22 red days, then 43 white ones, from 1 November on where they may be; the rest is blue."""
    days = [date(year, 9, 1) + away * ONE_DAY for away in range((date(year + 1, 9, 1) - date(year, 9, 1)).days)]
    red = [day for day in days if day >= date(year, 11, 1) and day.weekday() < 5][:22]
    white = [day for day in days if day > red[-1] and day.weekday() < 6][:43]
    return {day: "RED" if day in red else "WHITE" if day in white else "BLUE" for day in days}


def knowing(colours: Mapping[date, str]) -> NationalStandIn:
    national = NationalStandIn()
    first = min(colours)
    national.know(first, *(colours.get(first + away * ONE_DAY) for away in range((max(colours) - first).days + 1)))
    return national


def counts(rig: SignalRig) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    colours = ("blue", "white", "red")
    return (
        rig.values(*(f"tempo_days_used_{colour}" for colour in colours)),
        rig.values(*(f"tempo_days_left_{colour}" for colour in colours)),
        rig.value("tempo_season_days_left"),
    )


@pytest.mark.parametrize(
    ("year", "blue", "new"),
    [
        pytest.param(
            2026, "300", (("1", "0", "0"), ("300", "43", "22"), "365"), id="into the season with a 29 February"
        ),
        pytest.param(2027, "301", (("1", "0", "0"), ("299", "43", "22"), "364"), id="out of it"),
    ],
)
async def test_a_season_ends_with_its_last_second(
    open_signals: OpenSignals, year: int, blue: str, new: tuple[tuple[str, ...], tuple[str, ...], str]
) -> None:
    """The season of 2027/2028 has one more blue day."""
    new_year = date(year + 1, 9, 1)
    rig = await open_signals(paris(new_year - ONE_DAY, 12), knowing({**season(year), new_year: "BLUE"}))
    await rig.load()
    over = ((blue, "43", "22"), ("0", "0", "0"), "0")
    assert counts(rig) == over
    assert rig.attribute("tempo_days_left_red", "season") == f"{year}/{year + 1}"
    await rig.go_to(paris(new_year, 0) - SECOND)
    assert counts(rig) == over
    await rig.go_to(paris(new_year, 0))
    # The colour in force is still that of 31 August; days are counted as civil ones.
    assert counts(rig) == new
    assert rig.attribute("tempo_days_left_red", "season") == f"{year + 1}/{year + 2}"
    assert rig.value("tempo_colour") == "blue"


async def test_before_the_first_of_september_is_published_nothing_of_its_season_is_counted(
    open_signals: OpenSignals,
) -> None:
    """1 September 2027 is a Wednesday: it may be blue or white, never red."""
    rig = await open_signals(paris(date(2027, 9, 1), 0), knowing(season(2026)))
    await rig.load()
    assert counts(rig)[:2] == ((STATE_UNKNOWN, STATE_UNKNOWN, "0"), (STATE_UNKNOWN, STATE_UNKNOWN, "22"))
    assert rig.attribute("tempo_days_left_red", "unknown_days") == 1


async def test_a_day_is_used_from_its_midnight_on(open_signals: OpenSignals) -> None:
    """2 November 2026, a Monday, is the first red day."""
    first_red = date(2026, 11, 2)
    rig = await open_signals(paris(date(2026, 11, 1), 12), knowing(season(2026)))
    await rig.load()
    assert rig.values("tempo_days_used_red", "tempo_days_left_red") == ("0", "22")
    await rig.go_to(paris(first_red, 0))
    assert rig.values("tempo_days_used_red", "tempo_days_left_red") == ("1", "21")
    await rig.go_to(paris(first_red, 6))
    assert rig.values("tempo_days_used_red", "tempo_days_left_red") == ("1", "21")


@pytest.mark.parametrize(
    ("missing", "left"),
    [
        pytest.param(date(2026, 12, 14), (STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN), id="a Monday: any colour"),
        pytest.param(date(2026, 12, 12), (STATE_UNKNOWN, STATE_UNKNOWN, "0"), id="a Saturday: never red"),
        pytest.param(date(2026, 12, 13), (STATE_UNKNOWN, "32", "0"), id="a Sunday: always blue"),
    ],
)
async def test_a_hole_makes_unknown_what_it_may_have_been(
    open_signals: OpenSignals, missing: date, left: tuple[str, ...]
) -> None:
    known = season(2026)
    assert known.pop(missing) == ("BLUE" if missing.weekday() == 6 else "WHITE")
    rig = await open_signals(paris(date(2026, 12, 14), 12), knowing(known))
    await rig.load()
    assert rig.values("tempo_days_left_blue", "tempo_days_left_white", "tempo_days_left_red") == left
    assert rig.attribute("tempo_days_left_blue", "unknown_days") == 1


async def test_the_next_red_day_is_the_one_in_force_until_six(open_signals: OpenSignals) -> None:
    tuesday = date(2026, 11, 24)
    national = NationalStandIn()
    national.know(date(2026, 11, 22), "BLUE", "BLUE", "RED", "WHITE")
    rig = await open_signals(paris(date(2026, 11, 22), 23, 59), national)
    await rig.load()
    assert rig.value("tempo_next_red") == STATE_UNKNOWN
    assert rig.attribute("tempo_next_red", "status") is None
    for instant in (paris(date(2026, 11, 23), 0), paris(tuesday, 0), paris(tuesday + ONE_DAY, 6) - SECOND):
        await rig.go_to(instant)
        assert rig.value("tempo_next_red") == "2026-11-24"
        assert rig.attribute("tempo_next_red", "status") == "confirmed"
    await rig.go_to(paris(tuesday + ONE_DAY, 6))
    assert rig.value("tempo_next_red") == STATE_UNKNOWN


def chance(day: date, blue: float, white: float, red: float) -> TempoChance:
    return TempoChance(day=day, chances={"BLUE": blue, "WHITE": white, "RED": red}, confidence="medium")


async def test_the_forecast_is_shown_for_the_days_that_it_is_about(open_signals: OpenSignals) -> None:
    """Wednesday 25 November may be red; Sunday 29 is blue whatever a forecast says."""
    national = NationalStandIn()
    rig = await open_signals(paris(date(2026, 11, 23), 12), national)
    await rig.load()
    assert rig.values("tempo_forecast_j2", "tempo_chance_red_j2") == (STATE_UNKNOWN, STATE_UNKNOWN)
    assert rig.attribute("tempo_forecast_j2", "day") == "2026-11-25"
    assert rig.attribute("tempo_forecast_j2", "red") is None
    national.tell_forecast(chance(date(2026, 11, 25), 10.0, 25.5, 64.5), chance(date(2026, 11, 29), 20.0, 30.0, 50.0))
    assert rig.value("tempo_forecast_j2") == "red"
    keys = ("tempo_chance_blue_j2", "tempo_chance_white_j2", "tempo_chance_red_j2")
    assert rig.values(*keys) == ("10.0", "25.5", "64.5")
    forecast = rig.state("tempo_forecast_j2").attributes
    assert (forecast["blue"], forecast["white"], forecast["red"], forecast["confidence"]) == (
        10.0,
        25.5,
        64.5,
        "medium",
    )
    assert rig.values("tempo_forecast_j3", "tempo_forecast_j6") == (STATE_UNKNOWN, "blue")
    assert rig.values("tempo_chance_blue_j6", "tempo_chance_red_j6") == ("100.0", "0.0")

    await rig.go_to(paris(date(2026, 11, 24), 0))
    assert rig.values("tempo_forecast_j2", "tempo_forecast_j5") == (STATE_UNKNOWN, "blue")
    assert rig.attribute("tempo_forecast_j5", "day") == "2026-11-29"


async def test_a_forecast_of_a_day_and_a_half_ago_says_nothing_any_more(open_signals: OpenSignals) -> None:
    national = NationalStandIn()
    rig = await open_signals(paris(date(2026, 11, 23), 12), national)
    await rig.load()
    national.tell_forecast(chance(date(2026, 11, 28), 80.0, 20.0, 0.0))
    assert rig.value("tempo_forecast_j5") == "blue"
    await rig.go_to(paris(date(2026, 11, 25), 0) - SECOND)
    assert rig.value("tempo_forecast_j4") == "blue"
    await rig.go_to(paris(date(2026, 11, 25), 0))
    assert rig.values("tempo_forecast_j3", "tempo_chance_blue_j3") == (STATE_UNKNOWN, STATE_UNKNOWN)
