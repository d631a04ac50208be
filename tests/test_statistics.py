"""The statistics in Home Assistant's real recorder, on SQLite, PostgreSQL and MariaDB."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.models import StatisticMeanType
from homeassistant.components.recorder.statistics import (
    async_add_external_statistics,
    async_list_statistic_ids,
    statistics_during_period,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)

from custom_components.myelectricaldata import statistics
from custom_components.myelectricaldata.energy.calendar import ONE_DAY, day_end, day_start, days_between, hours_in_day
from custom_components.myelectricaldata.energy.readings import DayCurve, DayRecord
from custom_components.myelectricaldata.energy.series import DaySeries, EnergySeries, peak_series
from custom_components.myelectricaldata.gateway.models import PowerPeak
from custom_components.myelectricaldata.statistics import (
    ENERGY,
    PEAK_POWER,
    SeriesWriter,
    StatisticsError,
    async_clear,
    async_statistic_exists,
    statistic_id,
    statistic_name,
)

pytest_plugins = ("tests.databases",)

PDL = "01234567890123"
ID = statistic_id("consumption", PDL)
TODAY = date(2026, 11, 21)
FIRST, LAST = date(2026, 3, 24), date(2026, 4, 2)  # the clock changes on 29 March
ALL_TYPES = {"change", "state", "sum", "mean", "min", "max"}

type Days = dict[date, DayRecord]
type Row = dict[str, Any]


@pytest.fixture
def recorder_db_url(fresh_database: str) -> str:
    return fresh_database


@pytest.fixture(autouse=True)
def recorder(recorder_mock: Recorder) -> Recorder:
    return recorder_mock


@pytest.fixture
def imported() -> Iterator[list[datetime]]:
    """The hours that were handed to the recorder, in order; a metadata-only import hands none."""
    hours: list[datetime] = []

    def spy(hass: HomeAssistant, metadata: Any, rows: list[Any]) -> None:
        hours.extend(row["start"] for row in rows)
        async_add_external_statistics(hass, metadata, rows)

    with patch.object(statistics, "async_add_external_statistics", spy):
        yield hours


def hourly(day: date, watts: Iterable[int | None], index_wh: int | None) -> DayRecord:
    return DayRecord(index_wh, DayCurve(60, tuple(watts)))


def household(first: date = FIRST, last: date = LAST, seed: int = 1) -> Days:
    random = Random(seed)
    days: Days = {}
    for day in days_between(first, last):
        watts = [random.randrange(3000) for _ in range(hours_in_day(day))]
        days[day] = hourly(day, watts, sum(watts))
    return days


def series(days: Mapping[date, DayRecord], held: Iterable[date] = ()) -> tuple[DaySeries, ...]:
    waiting = set(held)
    return EnergySeries().build(days, today=TODAY, held=lambda day, _record: day in waiting)


def writer(hass: HomeAssistant, name: str = "Consommation Maison") -> SeriesWriter:
    """A writer as it is after a restart: it remembers nothing."""
    return SeriesWriter(hass, ID, name, ENERGY)


async def stored(hass: HomeAssistant, series_id: str = ID) -> list[Row]:
    await async_wait_recording_done(hass)
    rows = await get_instance(hass).async_add_executor_job(
        statistics_during_period, hass, datetime(2000, 1, 1, tzinfo=UTC), None, {series_id}, "hour", None, ALL_TYPES
    )
    return [dict(row) for row in rows.get(series_id, [])]


def wanted(days: Mapping[date, DayRecord], base: float = 0) -> list[tuple[float, int, int]]:
    """(start, Wh, sum in Wh), worked out in the plainest way."""
    rows: list[tuple[float, int, int]] = []
    total = round(base * 1000)
    for day in sorted(days):
        curve = days[day].curve
        assert curve is not None
        for hour, watts in enumerate(curve.watts):
            if watts is not None:
                total += watts
                rows.append((day_start(day).timestamp() + 3600 * hour, watts, total))
    return rows


def in_wh(rows: Iterable[Row]) -> list[tuple[float, int, int]]:
    return [(row["start"], round(row["state"] * 1000), round(row["sum"] * 1000)) for row in rows]


def assert_adds_up(rows: list[Row], base: float = 0) -> None:
    """What the Energy Dashboard shows (the change) is what each hour says (the state), and no sum goes backwards."""
    before = base
    for row in rows:
        assert row["state"] == pytest.approx(row["sum"] - before, abs=1e-6)
        assert row["change"] == pytest.approx(row["state"], abs=1e-6)
        assert row["sum"] >= before
        before = row["sum"]


async def foreign(hass: HomeAssistant, rows: Mapping[datetime, tuple[float, float]], unit: str = "kWh") -> None:
    """Rows as the gateway's own local client writes them, under the same id."""
    metadata: Any = {
        "mean_type": StatisticMeanType.NONE,
        "has_sum": True,
        "name": f"Consommation {PDL}",
        "source": "myelectricaldata",
        "statistic_id": ID,
        "unit_class": "energy",
        "unit_of_measurement": unit,
    }
    rows_given: Any = [{"start": start, "state": state, "sum": total} for start, (state, total) in rows.items()]
    async_add_external_statistics(hass, metadata, rows_given)
    await async_wait_recording_done(hass)


@pytest.mark.parametrize("seed", [1, 2])
async def test_curves_that_arrive_in_any_order_write_each_row_once(
    hass: HomeAssistant, imported: list[datetime], seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    days = household(seed=seed)
    records = dict.fromkeys(days, DayRecord()) | {
        day: DayRecord(index_wh=record.index_wh) for day, record in days.items()
    }
    held = set(days)
    mine, written = writer(hass), 0
    arrivals = list(days)
    Random(seed).shuffle(arrivals)
    for chunk in (arrivals[:1], arrivals[1:4], arrivals[4:]):
        records |= {day: days[day] for day in chunk}
        held -= set(chunk)
        written += await mine.async_write(series(records, held))
        rows = await stored(hass)
        assert {row["start"] for row in rows} == {row[0] for row in wanted(days) if _day_of(row[0]) not in held}
    rows = await stored(hass)
    assert in_wh(rows) == wanted(days)
    assert_adds_up(rows)
    assert written == len(rows) == len(imported) == len(set(imported)) == 239
    assert await mine.async_write(series(records)) == 0
    assert await writer(hass).async_write(series(records)) == 0
    assert len(imported) == len(rows)
    assert "doesn't specify" not in caplog.text


def _day_of(start: float) -> date:
    return next(day for day in days_between(FIRST, LAST) if day_start(day).timestamp() <= start < day_end(day).timestamp())


async def test_a_revision_up_or_down_corrects_every_later_sum_and_nothing_before(
    hass: HomeAssistant, imported: list[datetime]
) -> None:
    days = household()
    builder, mine = EnergySeries(), writer(hass)
    await mine.async_write(builder.build(days, today=TODAY))
    changed = date(2026, 3, 28)
    for delta in (900, -700):
        imported.clear()
        watts = [wh for start, wh, _ in wanted({changed: days[changed]})]
        watts[12] += delta
        days[changed] = hourly(changed, watts, sum(watts))
        await mine.async_write(builder.build(days, today=TODAY))
        rows = await stored(hass)
        assert in_wh(rows) == wanted(days)
        assert_adds_up(rows)
        assert min(imported) == day_start(changed) + timedelta(hours=12)
        assert len(imported) == len(set(imported)) == sum(row["start"] >= min(imported).timestamp() for row in rows)


async def test_a_hole_has_no_rows_until_it_is_filled(hass: HomeAssistant) -> None:
    days = household()
    hole = date(2026, 3, 27)
    without = {day: record for day, record in days.items() if day != hole}
    mine = writer(hass)
    assert await mine.async_write(series(without)) == len(wanted(without))
    assert in_wh(await stored(hass)) == wanted(without)
    await mine.async_write(series(days))
    rows = await stored(hass)
    assert in_wh(rows) == wanted(days)
    assert_adds_up(rows)


async def test_a_curve_that_replaces_an_estimate_changes_only_the_hours_of_its_day(
    hass: HomeAssistant, imported: list[datetime]
) -> None:
    days = household()
    late = date(2026, 3, 29)
    builder, mine = EnergySeries(), writer(hass)
    await mine.async_write(builder.build(days | {late: DayRecord(days[late].index_wh)}, today=TODAY))
    assert_adds_up(await stored(hass))
    imported.clear()
    await mine.async_write(builder.build(days, today=TODAY))
    assert in_wh(await stored(hass)) == wanted(days)
    assert {start for start in imported if not day_start(late) <= start < day_end(late)} == set()
    assert 0 < len(imported) <= 23


async def test_sums_continue_from_a_foreign_history_and_find_the_same_base_after_a_restart(
    hass: HomeAssistant, imported: list[datetime]
) -> None:
    start = day_start(FIRST)
    older = {start - timedelta(hours=hour): (0.5, 1234.5678 - hour * 0.5) for hour in range(48, 0, -1)}
    await foreign(hass, older)
    before = await stored(hass)
    base = before[-1]["sum"]
    days = household()
    await writer(hass).async_write(series(days))
    rows = await stored(hass)
    assert rows[:48] == before
    assert rows[48]["change"] == pytest.approx(rows[48]["state"], abs=1e-6)
    assert [row["sum"] for row in rows[48:]] == pytest.approx([base + row[2] / 1000 for row in wanted(days)], abs=1e-9)
    imported.clear()
    assert await writer(hass).async_write(series(days)) == 0
    longer = days | household(LAST + ONE_DAY, LAST + ONE_DAY, seed=7)
    assert await writer(hass).async_write(series(longer)) == len(imported) == 24
    rows = await stored(hass)
    assert_adds_up(rows[49:], rows[48]["sum"])


async def test_foreign_rows_among_ours_neither_jump_nor_go_backwards(
    hass: HomeAssistant, imported: list[datetime]
) -> None:
    """Another program wrote a day that is a hole for us, an hour that we know otherwise, and a day still to come."""
    hole, after = date(2026, 3, 27), LAST + ONE_DAY
    days = {day: record for day, record in household().items() if day != hole}
    theirs = {day_start(hole) + timedelta(hours=hour): (9.0, 50_000.0 + hour) for hour in range(24)}
    theirs |= {day_start(FIRST): (9.0, 3.0), day_start(after): (9.0, 60_000.0)}
    await foreign(hass, theirs)
    assert await writer(hass).async_write(series(days)) == len(wanted(days)) + 24
    rows = [row for row in await stored(hass) if row["start"] < day_start(after).timestamp()]
    assert_adds_up(rows)
    neutral = {row["start"]: row for row in rows if day_start(hole).timestamp() <= row["start"] < day_end(hole).timestamp()}
    assert [row["state"] for row in neutral.values()] == [0] * 24
    assert in_wh(row for row in rows if row["start"] not in neutral) == wanted(days)
    imported.clear()
    assert await writer(hass).async_write(series(days)) == 0
    full = household(last=after)
    await writer(hass).async_write(series(full))
    assert in_wh(await stored(hass)) == wanted(full)


async def test_a_kill_in_the_middle_is_made_good_and_nothing_right_is_written_again(
    hass: HomeAssistant, imported: list[datetime]
) -> None:
    days = household()
    assert await writer(hass).async_write(series(days)) == 239
    changed = date(2026, 3, 26)
    revised = days | household(changed, changed, seed=9)
    imported.clear()
    with patch.object(statistics, "_CHUNK_DAYS", 2):
        killed = asyncio.create_task(writer(hass).async_write(series(revised)))
        while not imported:
            await asyncio.sleep(0)
        killed.cancel()
        with pytest.raises(asyncio.CancelledError):
            await killed
        begun = len(imported)
        assert 0 < begun <= 48
        assert await writer(hass).async_write(series(revised)) == len(imported) - begun
    assert len(imported) == len(set(imported)), "what the killed one had queued was written again"
    assert in_wh(await stored(hass)) == wanted(revised)
    assert await writer(hass).async_write(series(revised)) == 0


async def test_the_tail_tells_whether_the_recorder_lost_rows(hass: HomeAssistant, imported: list[datetime]) -> None:
    days = household()
    assert await writer(hass).async_verify_tail(()), "nothing was written, nothing is lost"
    assert not await writer(hass).async_verify_tail(series(days))
    await writer(hass).async_write(series(days))
    imported.clear()
    again = writer(hass)
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


async def test_an_older_day_that_appears_moves_the_base_into_the_foreign_history(hass: HomeAssistant) -> None:
    start = day_start(FIRST)
    await foreign(hass, {start - timedelta(hours=hour): (1.0, 100.0 - hour) for hour in range(30, 0, -1)})
    days, mine = household(), writer(hass)
    await mine.async_write(series(days))
    older = household(FIRST - ONE_DAY, LAST)
    await mine.async_write(series(older))
    rows = await stored(hass)
    assert rows[5]["sum"] == 75
    assert in_wh(rows[6:]) == wanted(older, base=75)


async def test_clock_changes_and_the_turn_of_the_year_lose_nothing(hass: HomeAssistant) -> None:
    days = household(date(2025, 10, 25), date(2025, 10, 27)) | household(date(2025, 12, 30), date(2026, 1, 2))
    await writer(hass).async_write(series(days))
    rows = await stored(hass)
    assert in_wh(rows) == wanted(days)
    assert_adds_up(rows)
    assert sum(day_start(date(2025, 10, 26)).timestamp() <= row["start"] < day_end(date(2025, 10, 26)).timestamp() for row in rows) == 25


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
    mine = writer(hass)
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
