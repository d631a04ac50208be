"""The sums in Home Assistant's real recorder, on SQLite, PostgreSQL and MariaDB."""

import asyncio
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.core import HomeAssistant

from custom_components.myelectricaldata import statistics
from custom_components.myelectricaldata.energy.calendar import ONE_DAY, day_end, day_start, days_between
from custom_components.myelectricaldata.energy.readings import DayRecord
from custom_components.myelectricaldata.energy.series import EnergySeries

from .statistics_rig import (
    FIRST,
    LAST,
    TODAY,
    assert_adds_up,
    foreign,
    hourly,
    household,
    in_wh,
    series,
    stored,
    wanted,
    writer,
)

pytest_plugins = ("tests.databases",)
pytestmark = pytest.mark.usefixtures("recorder")


@pytest.fixture
def recorder_db_url(fresh_database: str) -> str:
    return fresh_database


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
    return next(
        day for day in days_between(FIRST, LAST) if day_start(day).timestamp() <= start < day_end(day).timestamp()
    )


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
    neutral = {
        row["start"]: row for row in rows if day_start(hole).timestamp() <= row["start"] < day_end(hole).timestamp()
    }
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
    spy, importing = statistics.async_add_external_statistics, asyncio.Event()

    def importing_spy(*args: Any) -> None:
        spy(*args)
        importing.set()

    with (
        patch.object(statistics, "_CHUNK_DAYS", 2),
        patch.object(statistics, "async_add_external_statistics", importing_spy),
    ):
        killed = asyncio.create_task(writer(hass).async_write(series(revised)))
        await importing.wait()
        killed.cancel()
        with pytest.raises(asyncio.CancelledError):
            await killed
        begun = len(imported)
        assert 0 < begun <= 48
        assert await writer(hass).async_write(series(revised)) == len(imported) - begun
    assert len(imported) == len(set(imported)), "what the killed one had queued was written again"
    assert in_wh(await stored(hass)) == wanted(revised)
    assert await writer(hass).async_write(series(revised)) == 0


async def test_a_long_series_is_imported_in_small_pieces(hass: HomeAssistant) -> None:
    sizes: list[int] = []
    give = statistics.async_add_external_statistics

    def spy(hass: HomeAssistant, metadata: Any, rows: list[Any]) -> None:
        sizes.append(len(rows))
        give(hass, metadata, rows)

    days = household()
    with patch.object(statistics, "async_add_external_statistics", spy):
        assert await writer(hass).async_write(series(days)) == sum(sizes)
    assert max(sizes) <= 120
    assert in_wh(await stored(hass)) == wanted(days)


@pytest.mark.parametrize("watts", [0, 250])
async def test_an_older_day_that_appears_moves_the_base_into_the_foreign_history(
    hass: HomeAssistant, watts: int
) -> None:
    start = day_start(FIRST)
    await foreign(hass, {start - timedelta(hours=hour): (1.0, 100.0 - hour) for hour in range(30, 0, -1)})
    days, mine = household(), writer(hass)
    await mine.async_write(series(days))
    older = days | {FIRST - ONE_DAY: hourly(FIRST - ONE_DAY, [watts] * 24, watts * 24)}
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
    assert (
        sum(
            day_start(date(2025, 10, 26)).timestamp() <= row["start"] < day_end(date(2025, 10, 26)).timestamp()
            for row in rows
        )
        == 25
    )
