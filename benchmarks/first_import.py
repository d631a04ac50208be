"""(a) to (d): the first import of one usage point over real HTTP, then an hour of nothing, then one new day."""

import asyncio
import gc
import pickle
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import HomeAssistant, callback

from custom_components.myelectricaldata.const import DOMAIN
from custom_components.myelectricaldata.coordinators import UsagePointCoordinator
from custom_components.myelectricaldata.energy.calendar import (
    ONE_DAY,
    days_between,
    hour_starts,
    minutes_in_day,
    paris_date,
)
from custom_components.myelectricaldata.feeds import Feed
from custom_components.myelectricaldata.gateway.parsing import paris_instant
from tests.simulators.households import Household, demo_households

from .home import START, Clock, account_entry, home_assistant, recorder_is_idle, set_clock
from .probes import Probes, Row, files, probes, stored
from .simulator import SimulatorProcess
from .stall import StallWatch

TICK = timedelta(minutes=30)


def household(kind: str) -> Household:
    """Of the demo: half-hourly, with or without panels."""
    return next(home for home in demo_households() if home.production == (kind == "production"))


async def measure(kind: str, imports: Path, *, days_after: bool) -> dict[str, Any]:
    """Everything about one usage point; `imports` receives what the recorder was given, for the bare recorder."""
    home = household(kind)
    clock = set_clock()
    async with home_assistant() as hass:
        with probes() as seen:
            async with SimulatorProcess(now=START) as simulator:
                entry = account_entry(simulator, home)
                report = {"import": await _first_import(hass, entry, home, simulator, seen)}
                await asyncio.to_thread(imports.write_bytes, pickle.dumps(seen.imports))
                if not days_after:
                    return report
                report["hour"] = await an_hour(hass, entry, clock, simulator, seen)
                port = simulator.port
            clock.advance(ONE_DAY - 2 * TICK)
            async with SimulatorProcess(now=clock(), port=port) as simulator:
                report["day"] = await _a_new_day(hass, entry, home, simulator, seen)
    return report


async def _first_import(
    hass: HomeAssistant, entry: ConfigEntry, home: Household, simulator: SimulatorProcess, seen: Probes
) -> dict[str, Any]:
    last = paris_date(START) - ONE_DAY
    needed = _needed(home, paris_date(START) - Feed.CONSUMPTION_DAILY.history_days * ONE_DAY, last)
    collecting = time.perf_counter()
    gc.collect()
    collected = time.perf_counter() - collecting
    async with StallWatch() as watch:
        start = time.perf_counter()
        await hass.config_entries.async_add(entry)
        await work_is_done(hass, entry)
        seconds = time.perf_counter() - start
    assert not _coordinator(entry).data.importing
    calls = await simulator.calls()
    return {
        "seconds": round(seconds, 2),
        "seconds_to_first_rows": round((seen.first_rows_at or 0) - start, 2),
        "gateway_calls": len(calls),
        "gateway_calls_counted": sum(call["counted"] for call in calls),
        "imports": len(seen.imports),
        "rows_written": seen.rows,
        "rows_needed": needed,
        "exact": await asyncio.to_thread(_is_exact, Path(hass.config.config_dir), home, last),
        "saves_asked_for": _ours(seen.saves),
        "seconds_writing": round(seen.seconds_writing, 3),
        "seconds_building_and_writing": round(seen.seconds_recording, 3),
        "full_collection_ms": round(1000 * collected, 1),
        "objects_of_home_assistant": len(gc.get_objects()),
        "stall": watch.report(),
    }


async def an_hour(
    hass: HomeAssistant, entry: ConfigEntry, clock: Clock, simulator: SimulatorProcess, seen: Probes
) -> dict[str, Any]:
    """Two ticks of everything that ticks, after what the import left to be saved is on the disk."""
    folder = Path(hass.config.config_dir)
    await asyncio.sleep(25)
    seen.clear()
    calls = len(await simulator.calls())
    before = await asyncio.to_thread(lambda: (files(folder), stored(folder)))
    states: list[str] = []
    unlisten = hass.bus.async_listen(
        EVENT_STATE_CHANGED, callback(lambda event: states.append(event.data["entity_id"]))
    )
    spent = 0.0
    for _ in range(2):
        clock.advance(TICK)
        start = time.perf_counter()
        for coordinator in (entry.runtime_data.account, *entry.runtime_data.usage_points.values()):
            await coordinator.async_refresh()
        await work_is_done(hass, entry)
        spent += time.perf_counter() - start
    unlisten()
    after = await asyncio.to_thread(lambda: (files(folder), stored(folder)))
    return {
        "ticks": 2,
        "milliseconds": round(1000 * spent, 1),
        "rows_written": seen.rows,
        "statistics_changed": sum(before[1].get(key) != rows for key, rows in after[1].items()),
        "state_changes": len(states),
        "saves_asked_for": _ours(seen.saves),
        "files_changed": sorted({name for name, _ in after[0].items() ^ before[0].items()}),
        "gateway_calls": len(await simulator.calls()) - calls,
    }


async def _a_new_day(
    hass: HomeAssistant, entry: ConfigEntry, home: Household, simulator: SimulatorProcess, seen: Probes
) -> dict[str, Any]:
    day = paris_date(START)
    seen.clear()
    async with StallWatch() as watch:
        start = time.perf_counter()
        await _coordinator(entry).async_refresh()
        await work_is_done(hass, entry)
        seconds = time.perf_counter() - start
    calls = await simulator.calls()
    return {
        "milliseconds": round(1000 * seconds, 1),
        "rows_written": seen.rows,
        "rows_needed": _needed(home, day, day),
        "exact": await asyncio.to_thread(_is_exact, Path(hass.config.config_dir), home, day),
        "gateway_calls": len(calls),
        "questions": sorted(call["path"].removeprefix("/enedis/").rpartition("/")[0] for call in calls),
        "longest_stall_ms": watch.longest,
    }


def _ours(saves: list[str]) -> int:
    return sum(key.startswith(DOMAIN) for key in saves)


def _coordinator(entry: ConfigEntry) -> UsagePointCoordinator:
    return next(iter(entry.runtime_data.usage_points.values()))


async def work_is_done(hass: HomeAssistant, entry: ConfigEntry) -> None:
    worker = _coordinator(entry)._worker
    assert worker is not None
    await worker
    await recorder_is_idle(hass)


def _needed(home: Household, first: date, last: date) -> int:
    """One row for each hour in each direction, and one for each day's peak of consumption whose hour is known.

    A peak during the hour that the clock repeats in autumn has no hour.
    """
    hours = sum(minutes_in_day(day) // 60 for day in days_between(first, last))
    peaks = sum(paris_instant(home.peak(day)[1]) is not None for day in days_between(first, last))
    return hours * (home.consumption + home.production) + peaks


def _is_exact(folder: Path, home: Household, last: date) -> bool:
    """Whether the database holds the household's truth and nothing else.

    Every hour's energy and sum as far back as there is a load curve, every day's before.
    """
    found = stored(folder)
    today = paris_date(START)
    days = list(days_between(today - Feed.CONSUMPTION_DAILY.history_days * ONE_DAY, last))
    for direction in ("consumption", "production"):
        if not home.measures(direction):
            continue
        rows = {start: (state, total) for start, state, total, _ in found.pop(f"{DOMAIN}:{direction}_{home.pdl}")}
        total = 0
        for day in days:
            truth = home.hourly_wh(direction, day)
            starts = [hour.timestamp() for hour in hour_starts(day)]
            here = [round(1000 * (rows[start][0] or 0)) for start in starts if start in rows]
            total += sum(truth)
            if len(here) != len(truth) or sum(here) != sum(truth) or round(1000 * rows[starts[-1]][1]) != total:
                return False
            if day >= today - Feed.CONSUMPTION_CURVE.history_days * ONE_DAY and tuple(here) != truth:
                return False
        if len(rows) != sum(minutes_in_day(day) // 60 for day in days):
            return False
    return _exact_peaks(found.pop(f"{DOMAIN}:max_power_{home.pdl}"), home, days) and not found


def _exact_peaks(rows: list[Row], home: Household, days: list[date]) -> bool:
    truth = {
        at.replace(minute=0, second=0).timestamp(): float(power)
        for power, wall in map(home.peak, days)
        if (at := paris_instant(wall)) is not None
    }
    return {start: highest for start, _, _, highest in rows} == truth
