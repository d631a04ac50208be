"""The off-peak hours, to the second."""

from datetime import UTC, datetime
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNKNOWN
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from tests.entities.rig import (
    NIGHT,
    EntityRig,
    Start,
    snapshot_of,
)


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
