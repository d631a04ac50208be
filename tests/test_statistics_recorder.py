"""Our statistics as a guest of the recorder: its losses, its own statistics, its users, its failures."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from unittest.mock import patch

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder.statistics import async_list_statistic_ids
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)
from sqlalchemy.exc import OperationalError

from custom_components.myelectricaldata import statistics
from custom_components.myelectricaldata.energy.calendar import ONE_DAY, day_start
from custom_components.myelectricaldata.energy.series import peak_series
from custom_components.myelectricaldata.gateway.models import PowerPeak
from custom_components.myelectricaldata.statistics import (
    PEAK_POWER,
    SeriesWriter,
    StatisticsError,
    async_clear,
    async_statistic_exists,
    statistic_id,
    statistic_name,
)

from .statistics_rig import FIRST, ID, LAST, PDL, foreign, household, in_wh, series, stored, wanted, writer

pytest_plugins = ("tests.databases",)
pytestmark = pytest.mark.usefixtures("recorder")


@pytest.fixture
def recorder_db_url(fresh_database: str) -> str:
    return fresh_database


async def test_the_tail_tells_whether_the_recorder_lost_rows(hass: HomeAssistant, imported: list[datetime]) -> None:
    days = household()
    assert await writer(hass).async_verify_tail(()), "nothing was written, nothing is lost"
    assert not await writer(hass).async_verify_tail(series(days))
    await writer(hass).async_write(series(days))
    imported.clear()
    again = writer(hass)
    assert again.statistic_id == "myelectricaldata:consumption_01234567890123"
    assert await again.async_verify_tail(series(days))
    assert await again.async_write(series(days)) == 0
    # Killed between the ledger and the recorder: the ledger remembers from which day on the recorder may be wrong.
    changed = date(2026, 3, 31)
    revised = days | household(changed, changed, seed=9)
    again = writer(hass)
    assert await again.async_verify_tail(series(revised), changed_since=changed)
    await again.async_write(series(revised))
    assert min(imported) >= day_start(changed)
    assert in_wh(await stored(hass)) == wanted(revised)
    # A database restored from a backup of the day before yesterday, then one that was deleted.
    longer = revised | household(LAST + ONE_DAY, LAST + ONE_DAY, seed=3)
    assert not await writer(hass).async_verify_tail(series(longer))
    await async_clear(hass, [ID])
    assert not await async_statistic_exists(hass, ID)
    again = writer(hass)
    assert not await again.async_verify_tail(series(revised))
    assert await again.async_write(series(revised)) == 239
    assert await async_statistic_exists(hass, ID)


async def test_rows_that_vanish_while_we_run_come_back_with_the_next_day(hass: HomeAssistant) -> None:
    """The user deletes the statistic in the developer tools, or shifts its sums."""
    days, mine = household(), writer(hass)
    await mine.async_write(series(days))
    await async_clear(hass, [ID])
    longer = days | household(LAST + ONE_DAY, LAST + ONE_DAY, seed=3)
    assert await mine.async_write(series(longer)) == 239 + 24
    get_instance(hass).async_adjust_statistics(ID, day_start(FIRST), 1000, "kWh")
    await async_wait_recording_done(hass)
    longest = longer | household(LAST + 2 * ONE_DAY, LAST + 2 * ONE_DAY, seed=4)
    await mine.async_write(series(longest))
    assert in_wh(await stored(hass)) == wanted(longest)


async def test_a_new_name_reaches_the_recorder_without_a_row(hass: HomeAssistant, imported: list[datetime]) -> None:
    await foreign(hass, {day_start(FIRST): (1.0, 1.0)})
    days = household(FIRST, FIRST)
    mine = writer(hass)
    await mine.async_write(series(days))
    imported.clear()
    assert await _metadata(hass) == ("Consommation Maison", "energy", "kWh")
    await mine.async_update_metadata(statistic_name("en-GB", "consumption", "Home"))
    assert await _metadata(hass) == ("Home consumption", "energy", "kWh")
    await writer(hass).async_write(series(days))
    assert await _metadata(hass) == ("Consommation Maison", "energy", "kWh")
    assert imported == []


async def _metadata(hass: HomeAssistant) -> tuple[str, str, str]:
    await async_wait_recording_done(hass)
    found = next(entry for entry in await async_list_statistic_ids(hass, {ID}))
    return found["name"], found["unit_class"], found["statistics_unit_of_measurement"]


async def test_rows_stored_in_another_unit_are_refused_not_multiplied(hass: HomeAssistant) -> None:
    await foreign(hass, {day_start(FIRST): (1000.0, 1000.0)}, unit="Wh")
    with pytest.raises(StatisticsError, match="stored in Wh"):
        await writer(hass).async_write(series(household()))
    assert [(row["state"], row["sum"]) for row in await stored(hass)] == [(1000.0, 1000.0)]


async def test_the_peak_of_a_day_stands_at_its_hour_and_moves_with_a_revision(hass: HomeAssistant) -> None:
    series_id = statistic_id("max_power", PDL)
    mine = SeriesWriter(hass, series_id, "Puissance maximale Maison", PEAK_POWER)
    peaks = {
        FIRST: PowerPeak(volt_amperes=3409, at=datetime(2026, 3, 24, 22, 42, 22, tzinfo=UTC)),
        FIRST + ONE_DAY: PowerPeak(volt_amperes=5120, at=None),
        FIRST + 2 * ONE_DAY: PowerPeak(volt_amperes=7010, at=datetime(2026, 3, 26, 11, 0, tzinfo=UTC)),
    }
    assert await mine.async_write(peak_series(peaks)) == 2
    assert await _peaks(hass, series_id) == {(24, 22): (3409,) * 3, (26, 11): (7010,) * 3}
    peaks[FIRST] = PowerPeak(volt_amperes=3500, at=datetime(2026, 3, 24, 18, 5, tzinfo=UTC))
    assert await mine.async_write(peak_series(peaks)) == 2
    assert await _peaks(hass, series_id) == {(24, 18): (3500,) * 3, (24, 22): (None,) * 3, (26, 11): (7010,) * 3}
    again = SeriesWriter(hass, series_id, "Puissance maximale Maison", PEAK_POWER)
    assert await again.async_write(peak_series(peaks)) == 0


async def _peaks(hass: HomeAssistant, series_id: str) -> dict[tuple[int, int], tuple[float | None, ...]]:
    return {
        ((at := datetime.fromtimestamp(row["start"], UTC)).day, at.hour): (row["mean"], row["min"], row["max"])
        for row in await stored(hass, series_id)
    }


async def test_home_assistants_own_hourly_compile_and_ours_leave_each_other_alone(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, caplog: pytest.LogCaptureFixture
) -> None:
    """user-needs.md: another integration's rows in the current hour made the compile fail for every sensor."""
    assert await async_setup_component(hass, "sensor", {})
    days = household()
    hour = day_start(LAST) + timedelta(hours=10)
    attributes = {"device_class": "energy", "state_class": "total_increasing", "unit_of_measurement": "kWh"}
    mine, importing = writer(hass), None
    before = {day: record for day, record in days.items() if day < LAST}
    for period in range(12):
        freezer.move_to(hour + period * timedelta(minutes=5) + timedelta(minutes=1))
        hass.states.async_set("sensor.other_meter", str(100 + period), attributes)
        await async_wait_recording_done(hass)
        if period == 11:
            importing = hass.async_create_task(mine.async_write(series(days)))
            await asyncio.sleep(0)
        elif period == 5:
            await mine.async_write(series(before))
        do_adhoc_statistics(hass, start=hour + period * timedelta(minutes=5))
        await async_wait_recording_done(hass)
    assert importing is not None
    await importing
    other = [row for row in await stored(hass, "sensor.other_meter") if row["start"] == hour.timestamp()]
    assert [(row["state"], row["sum"]) for row in other] == [(111.0, 11.0)]
    rows = await stored(hass)
    assert in_wh(rows) == wanted(days)
    assert any(row["start"] == hour.timestamp() for row in rows)
    do_adhoc_statistics(hass, start=hour + timedelta(minutes=55))
    await async_wait_recording_done(hass)
    assert await stored(hass) == rows
    for trouble in ("UNIQUE", "unique constraint", "Duplicate entry", "Blocked attempt"):
        assert trouble not in caplog.text
    assert not [
        record
        for record in caplog.records
        if record.levelname in ("WARNING", "ERROR") and record.name.startswith(("homeassistant", "custom_components"))
    ]


async def test_what_the_recorder_does_not_take_is_not_believed(hass: HomeAssistant) -> None:
    days, mine = household(), writer(hass)
    with (
        patch.object(statistics, "async_add_external_statistics"),
        pytest.raises(StatisticsError, match="did not take 239 of 239 rows"),
    ):
        await mine.async_write(series(days))
    assert await mine.async_write(series(days)) == 239


@pytest.mark.parametrize("failing", ["statistics_during_period", "statistic_during_period"])
async def test_a_recorder_that_cannot_be_read_is_an_error_not_an_empty_one(hass: HomeAssistant, failing: str) -> None:
    days = household()
    trouble = OperationalError("SELECT", {}, Exception("disk I/O error"))
    with (
        patch.object(statistics, failing, side_effect=trouble),
        pytest.raises(StatisticsError, match="could not read"),
    ):
        await writer(hass).async_write(series(days))
    assert await stored(hass) == []


async def test_a_recorder_that_does_not_answer_is_not_waited_for_for_ever(hass: HomeAssistant) -> None:
    days, mine = household(), writer(hass)
    with (
        patch.object(statistics, "_QUEUE_TIMEOUT", 0),
        pytest.raises(StatisticsError, match="did not answer"),
    ):
        await mine.async_write(series(days))
    assert await mine.async_write(series(days)) == 239


def test_names_say_what_and_where_in_the_users_language() -> None:
    kinds = ("consumption", "production", "max_power")
    assert [statistic_name("fr-CA", kind, "Maison") for kind in kinds] == [
        "Consommation Maison",
        "Injection Maison",
        "Puissance maximale Maison",
    ]
    assert [statistic_name("de", kind, "Haus") for kind in kinds] == [
        "Haus consumption",
        "Haus injection",
        "Haus maximum power",
    ]
