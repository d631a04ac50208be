"""The off-peak hours, to the second."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNKNOWN
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.myelectricaldata.energy.options import OptionCode, build_option
from custom_components.myelectricaldata.energy.tariff import Signal, Tariff
from tests.entities.rig import (
    NIGHT,
    EntityRig,
    Money,
    Start,
    snapshot_of,
)
from tests.entities.tariffs import hc_hp, tempo, version


async def go_to(rig: EntityRig, freezer: FrozenDateTimeFactory, instant: datetime) -> None:
    freezer.move_to(instant)
    async_fire_time_changed(rig.hass, instant)
    await rig.hass.async_block_till_done()


async def test_off_peak_changes_at_the_very_second(start: Start, freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(datetime(2026, 11, 21, 20, 0, tzinfo=UTC))
    rig = await start(offpeak=NIGHT)
    assert rig.value("offpeak") == "off"
    assert rig.value("next_offpeak_change") == "2026-11-21T21:30:00+00:00"

    await go_to(rig, freezer, datetime(2026, 11, 21, 21, 29, 59, tzinfo=UTC))
    assert rig.value("offpeak") == "off"
    await go_to(rig, freezer, datetime(2026, 11, 21, 21, 30, 0, 1, tzinfo=UTC))
    assert rig.value("offpeak") == "on"
    assert rig.value("next_offpeak_change") == "2026-11-22T05:30:00+00:00"
    await go_to(rig, freezer, datetime(2026, 11, 22, 5, 30, 0, 1, tzinfo=UTC))
    assert rig.value("offpeak") == "off"


async def test_the_hours_of_another_season_begin_at_midnight(start: Start, freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(datetime(2026, 10, 31, 20, 0, tzinfo=UTC))
    seasons = [
        {"season": "summer", "windows": ["12:00-14:00"]},
        {"season": "winter", "windows": ["02:00-07:00"]},
    ]
    rig = await start(offpeak=seasons)
    assert rig.state("offpeak").attributes["offpeak_hours"] == "12:00–14:00"

    await go_to(rig, freezer, datetime(2026, 10, 31, 23, 0, 0, 1, tzinfo=UTC))
    assert rig.state("offpeak").attributes["day"] == "2026-11-01"
    assert rig.state("offpeak").attributes["offpeak_hours"] == "02:00–07:00"


async def test_hours_that_never_change_have_no_next_change(start: Start, freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(datetime(2026, 11, 21, 20, 0, tzinfo=UTC))
    rig = await start(offpeak=[{"season": "all", "windows": ["00:00-24:00"]}])
    assert (rig.value("offpeak"), rig.value("next_offpeak_change")) == ("on", STATE_UNKNOWN)
    await go_to(rig, freezer, datetime(2026, 11, 21, 23, 0, 0, 1, tzinfo=UTC))
    assert rig.state("offpeak").attributes["day"] == "2026-11-22"


async def test_a_tick_catches_up_with_a_change_that_was_slept_through(
    start: Start, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(datetime(2026, 11, 21, 20, 0, tzinfo=UTC))
    rig = await start(offpeak=NIGHT)
    freezer.move_to(datetime(2026, 11, 22, 3, 0, tzinfo=UTC))
    await rig.show(snapshot_of())
    assert rig.value("offpeak") == "on"
    assert rig.value("next_offpeak_change") == "2026-11-22T05:30:00+00:00"


@pytest.mark.parametrize("flat", [[], [{"season": "all", "windows": []}]])
async def test_a_flat_usage_point_has_no_off_peak_entity(start: Start, flat: list[dict[str, Any]]) -> None:
    rig = await start(offpeak=flat)
    assert rig.entity_id("offpeak") is None
    assert rig.entity_id("next_offpeak_change") is None


async def test_an_unloaded_clock_strikes_no_more(start: Start, freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(datetime(2026, 11, 21, 20, 0, tzinfo=UTC))
    rig = await start(offpeak=NIGHT)
    await rig.unload()
    await go_to(rig, freezer, datetime(2026, 11, 21, 21, 30, 0, 1, tzinfo=UTC))
    assert rig.value("offpeak") == "unavailable"


async def test_a_tempo_night_is_off_peak_whatever_the_contract_says_and_though_no_colour_is_known(
    start: Start, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(datetime(2026, 11, 21, 20, 45, tzinfo=UTC))
    rig = await start(offpeak=NIGHT, money=Money(tariff=Tariff((tempo(),))))
    assert rig.value("offpeak") == "off"
    assert rig.state("offpeak").attributes["offpeak_hours"] == "22:00–06:00"
    await go_to(rig, freezer, datetime(2026, 11, 21, 21, 0, 0, 1, tzinfo=UTC))
    assert (rig.value("offpeak"), rig.value("next_offpeak_change")) == ("on", "2026-11-22T05:00:00+00:00")
    await go_to(rig, freezer, datetime(2026, 11, 22, 5, 0, 0, 1, tzinfo=UTC))
    assert (rig.value("offpeak"), rig.value("next_offpeak_change")) == ("off", "2026-11-22T21:00:00+00:00")


async def test_a_night_that_autumn_prolongs_goes_on_through_the_hour_that_comes_twice(
    start: Start, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(datetime(2026, 10, 24, 20, 30, tzinfo=UTC))
    rig = await start(offpeak=[{"season": "all", "windows": ["02:30-02:15"]}])
    assert (rig.value("offpeak"), rig.value("next_offpeak_change")) == ("on", "2026-10-25T00:15:00+00:00")
    # 02:15 and 02:30 come twice that night.
    seen = []
    for minute in (20, 40, 60 + 10, 60 + 20, 60 + 40):
        await go_to(rig, freezer, datetime(2026, 10, 25, 0, 0, 0, 1, tzinfo=UTC) + timedelta(minutes=minute))
        seen.append(rig.value("offpeak"))
    assert seen == ["off", "on", "on", "off", "on"]


async def test_a_weekend_is_off_peak_as_a_whole_with_the_nights_around_it(
    start: Start, freezer: FrozenDateTimeFactory
) -> None:
    weekend = version(build_option(OptionCode.HC_NUIT_WEEKEND), {})
    freezer.move_to(datetime(2026, 11, 20, 20, 0, tzinfo=UTC))
    rig = await start(money=Money(tariff=Tariff((weekend,))))
    assert (rig.value("offpeak"), rig.value("next_offpeak_change")) == ("off", "2026-11-20T22:00:00+00:00")
    await go_to(rig, freezer, datetime(2026, 11, 20, 22, 0, 0, 1, tzinfo=UTC))
    # Friday 23:00 to Monday 06:00.
    assert (rig.value("offpeak"), rig.value("next_offpeak_change")) == ("on", "2026-11-23T05:00:00+00:00")
    await go_to(rig, freezer, datetime(2026, 11, 21, 12, 0, 0, 1, tzinfo=UTC))
    assert rig.state("offpeak").attributes["offpeak_hours"] == "00:00–24:00"


async def test_hours_that_depend_on_a_type_of_day_that_is_unknown_are_unknown(
    start: Start, freezer: FrozenDateTimeFactory
) -> None:
    # A winter day that may be a peak day: 03:00 is off-peak unless it is.
    seasonal = version(build_option(OptionCode.SEASONAL, peak_signal=Signal.TEMPO_RED), {})
    freezer.move_to(datetime(2026, 11, 24, 2, 0, tzinfo=UTC))
    rig = await start(money=Money(tariff=Tariff((hc_hp(since=date(2030, 1, 1)), seasonal))))
    assert rig.value("offpeak") == STATE_UNKNOWN
