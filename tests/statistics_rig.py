"""What the tests of the statistics share: households of exact whole hours, and what the recorder holds of them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import pytest
from homeassistant.components.recorder.models import StatisticMeanType
from homeassistant.components.recorder.statistics import async_add_external_statistics, statistics_during_period
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done

from custom_components.myelectricaldata.energy.calendar import day_start, days_between, hours_in_day
from custom_components.myelectricaldata.energy.readings import DayCurve, DayRecord
from custom_components.myelectricaldata.energy.series import DaySeries, EnergySeries
from custom_components.myelectricaldata.statistics import ENERGY, SeriesWriter, statistic_id

PDL = "01234567890123"
ID = statistic_id("consumption", PDL)
TODAY = date(2026, 11, 21)
FIRST, LAST = date(2026, 3, 24), date(2026, 4, 2)  # 239 hours: the clock changes on 29 March
ALL_TYPES = {"change", "state", "sum", "mean", "min", "max"}

type Days = dict[date, DayRecord]
type Row = dict[str, Any]


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
