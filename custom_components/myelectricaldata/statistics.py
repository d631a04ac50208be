"""Hourly statistics in Home Assistant's recorder; the only module that touches it.

A writer stores one series and writes a row only if it differs from what the recorder holds. It can be killed at any
moment: what it believes to be stored is kept in memory only, so that another process reads the recorder again and
writes what is missing. Facts about the recorder that it relies on:

- rows are upserted by (statistic, hour), each import with all its columns, and later sums are never recomputed;
- imports are tasks in a queue of another thread, which works only once Home Assistant has started, so that nothing here
  may be awaited by a set-up;
- a failed import is logged by the recorder and dropped, so that rows are read back before they are believed.

Rows of the recorder inside the series at an hour of which we know nothing (a foreign history in one of our holes, a
peak that moved to another hour) cannot be deleted one by one. They are neutralised: no energy and the running sum of
that hour, or no value at all where nothing adds up. Without it a foreign sum in between would show as a jump and back.
Rows before the series are never touched: its sums continue from the last of them. Rows after its last day, and those
of held days, are left alone as well, because their own days are about to be written.
"""

import asyncio
from collections.abc import Awaitable, Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import batched, takewhile
from typing import Final

from homeassistant.components.recorder.models import StatisticData, StatisticMeanType, StatisticMetaData
from homeassistant.components.recorder.statistics import (
    async_add_external_statistics,
    async_list_statistic_ids,
    get_metadata,
    statistic_during_period,
    statistics_during_period,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util
from sqlalchemy.exc import SQLAlchemyError

from .const import DOMAIN, LOGGER
from .energy.calendar import ONE_DAY, day_end, day_start
from .energy.series import SeriesDay
from .statistic_kinds import ENERGY, MONEY, PEAK_POWER, Rows, SeriesKind
from .statistic_names import is_statistic_of, statistic_id, statistic_name

__all__ = [
    "ENERGY",
    "MONEY",
    "PEAK_POWER",
    "SeriesKind",
    "SeriesWriter",
    "StatisticsConflictError",
    "StatisticsError",
    "async_all_statistic_ids",
    "async_clear",
    "async_statistic_exists",
    "statistic_id",
    "statistic_name",
]

_CHUNK_DAYS: Final = 80
"""80 days of 25 hours are 2,000 rows, which are read and compared at once."""
_IMPORT_ROWS: Final = 120
"""One transaction of the recorder. It makes ten objects or more of each row; those of a long import live long enough to
make Python's garbage collector go through all that Home Assistant holds, which stops it for a noticeable time."""
_QUEUE_TIMEOUT: Final = 900


class StatisticsError(HomeAssistantError):
    """The recorder did not do what it was asked. Nothing is lost: ask again later."""


class StatisticsConflictError(StatisticsError):
    """What is stored under the id of a series cannot be continued; other series are none the worse for it."""


async def async_statistic_exists(hass: HomeAssistant, series_id: str) -> bool:
    """Whether the recorder knows a statistic."""
    return await _async_stored_metadata(hass, series_id) is not None


async def async_all_statistic_ids(hass: HomeAssistant, pdl: str) -> tuple[str, ...]:
    """The statistics of a usage point that the recorder knows, whatever tariffs they come from; sorted."""

    def read() -> Iterable[str]:
        return get_metadata(hass, statistic_source=DOMAIN)

    try:
        found = await get_instance(hass).async_add_executor_job(read)
    except SQLAlchemyError as error:
        raise StatisticsError(f"The recorder could not list its statistics: {error}") from error
    return tuple(sorted(series_id for series_id in found if is_statistic_of(series_id, pdl)))


async def async_clear(hass: HomeAssistant, series_ids: Iterable[str]) -> None:
    """Remove statistics with all their rows; returns when they are gone."""
    await _async_wait(hass, lambda done: get_instance(hass).async_clear_statistics(list(series_ids), on_done=done))


class SeriesWriter:
    """Keeps one statistic of the recorder equal to one series."""

    def __init__(self, hass: HomeAssistant, series_id: str, name: str, kind: SeriesKind) -> None:
        self._hass = hass
        self._id = series_id
        self._name = name
        self._kind = kind
        self._lock = asyncio.Lock()
        self._prepared = False
        self._drained = False
        self._base: tuple[date, float] | None = None
        self._confirmed: dict[date, SeriesDay] = {}
        self._seen_to = date.min

    @property
    def statistic_id(self) -> str:
        """The id under which the recorder knows it."""
        return self._id

    def forget(self) -> None:
        """Believe nothing of the recorder any more: the next write compares everything."""
        self._base = None
        self._confirmed.clear()
        self._seen_to = date.min

    async def async_update_metadata(self, name: str) -> None:
        """Give the statistic this name, and its unit class where an older program left none, without touching a row."""
        async with self._lock:
            if name != self._name:
                self._name = name
                self._prepared = False
            await self._async_prepare()

    async def async_verify_tail(
        self, series: Sequence[SeriesDay], *, changed_since: date | None = None, doubtful: Container[date] = ()
    ) -> bool:
        """Whether the recorder still holds what was written before, at the price of reading one day.

        Meant for the start of Home Assistant: unlike the rest it does not wait for the recorder's queue. The caller
        vouches that days before `changed_since` were written as they are now (None: all were), apart from the
        `doubtful` ones. The sums of the last of them depend on every day before it, so that it tells when the recorder
        was deleted or restored. If it is there, those days count as stored; if not, the answer is False and the next
        write compares everything.
        """
        async with self._lock:
            await self._async_rebase(series)
            vouched = [
                entry
                for entry in series
                if not entry.held and (changed_since is None or entry.day < changed_since) and entry.day not in doubtful
            ]
            tail = await self._async_newest_with_rows(vouched)
            if tail is not None and await self._async_differing([tail]):
                self.forget()
                return False
            self._confirmed = {entry.day: entry for entry in vouched}
            return True

    async def async_write(
        self, series: Sequence[SeriesDay], *, on_lost: Callable[[], Awaitable[None]] | None = None
    ) -> int:
        """Make the recorder hold the series; the number of rows written, 0 when it already does.

        `series` is whole, oldest day first: sums of later days depend on earlier ones. Newest days are written first.
        Not to be awaited by a set-up. Raises StatisticsError; what was written until then stays. `on_lost` is awaited
        before all of a series is compared again, because a process that is killed meanwhile leaves right rows at its
        end and wrong ones before.
        """
        async with self._lock:
            await self._async_prepare()
            self._confirm_unseen(series)
            if not self._due(series):
                return 0
            await self._async_drain()
            await self._async_rebase(series)
            if await self._async_recorder_lost(series):
                LOGGER.info("The recorder no longer holds what was written of %s: comparing all of it", self._id)
                if on_lost is not None:
                    await on_lost()
                self.forget()
                await self._async_rebase(series)
            self._seen_to = max(self._seen_to, series[-1].day)
            written = 0
            for batch in _batches(self._due(series)):
                written += await self._async_store(batch)
            return written

    def _due(self, series: Sequence[SeriesDay]) -> list[SeriesDay]:
        return [entry for entry in series if not entry.held and self._confirmed.get(entry.day) != entry]

    def _confirm_unseen(self, series: Sequence[SeriesDay]) -> None:
        """New days without any row need no look at the recorder: a period may have none for months."""
        if self._seen_to == date.min:
            return
        new = list(takewhile(lambda entry: entry.day > self._seen_to, reversed(series)))
        self._confirmed.update((entry.day, entry) for entry in new if not entry.held and not _has_rows(entry))
        self._seen_to = new[0].day if new else self._seen_to

    async def _async_prepare(self) -> None:
        """Once: let earlier imports of this statistic end, and bring its name and unit class up to date."""
        if self._prepared:
            return
        await self._async_drain()
        stored = await _async_stored_metadata(self._hass, self._id)
        if stored is not None:
            unit = stored["statistics_unit_of_measurement"]
            if unit != self._kind.unit:
                # An import would rename the unit and keep the values: silently wrong by a factor.
                raise StatisticsConflictError(
                    f"{self._id} is stored in {unit}, expected {self._kind.unit}: clear it first"
                )
            wanted = self._metadata()
            if any(stored[key] != wanted[key] for key in ("name", "unit_class", "mean_type", "has_sum")):
                self._import({})
                await self._async_drain()
        self._prepared = True

    async def _async_rebase(self, series: Sequence[SeriesDay]) -> None:
        """Find the sum from which the series continues: that of the last row before its first hour, else 0."""
        if not series or not self._kind.adds_up:
            self._base = (date.min, 0.0)
            return
        first = series[0].day
        if self._base is not None and self._base[0] == first:
            return
        found = await self._async_in_recorder(self._read_sum_before, first)
        if self._base is not None and self._base[1] != found:
            self._confirmed.clear()
        self._base = (first, found)

    async def _async_recorder_lost(self, series: Sequence[SeriesDay]) -> bool:
        """Whether the newest day that was confirmed is no longer in the recorder as it was."""
        known = [entry for entry in series if not entry.held and self._confirmed.get(entry.day) == entry]
        tail = await self._async_newest_with_rows(known)
        return tail is not None and bool(await self._async_differing([tail]))

    async def _async_newest_with_rows(self, entries: Sequence[SeriesDay]) -> SeriesDay | None:
        # A period of a former tariff has had no row for years: the search is too long for the event loop.
        return await self._hass.async_add_executor_job(_newest_with_rows, entries)

    async def _async_store(self, batch: Sequence[SeriesDay]) -> int:
        differing = await self._async_differing(batch)
        if differing:
            for rows in batched(differing.items(), _IMPORT_ROWS, strict=False):
                self._import(dict(rows))
            await self._async_drain()
            stored = await self._async_read(batch)
            failed = sum(not self._kind.same(values, stored.get(start)) for start, values in differing.items())
            if failed:
                raise StatisticsError(f"The recorder did not take {failed} of {len(differing)} rows of {self._id}")
        self._confirmed.update((entry.day, entry) for entry in batch)
        return len(differing)

    async def _async_differing(self, batch: Sequence[SeriesDay]) -> Rows:
        """The rows of consecutive days that the recorder does not hold as they should be."""
        return await self._async_in_recorder(self._read_differing, batch)

    async def _async_read(self, batch: Sequence[SeriesDay]) -> Rows:
        return await self._async_in_recorder(self._read_rows, batch[0].day, batch[-1].day)

    def _read_differing(self, batch: Sequence[SeriesDay]) -> Rows:
        base = 0.0 if self._base is None else self._base[1]
        return self._kind.differing(batch, base, self._read_rows(batch[0].day, batch[-1].day))

    def _read_rows(self, first: date, last: date) -> Rows:
        found = statistics_during_period(
            self._hass, day_start(first), day_end(last), {self._id}, "hour", None, set(self._kind.columns)
        )
        return {
            row["start"]: tuple(row.get(column) for column in self._kind.columns) for row in found.get(self._id, ())
        }

    def _read_sum_before(self, first: date) -> float:
        # Without a start this "change" is the sum of the last row before the end: one look into an index.
        found = statistic_during_period(self._hass, None, day_start(first), self._id, {"change"}, None)
        return float(found.get("change") or 0)

    async def _async_in_recorder[**P, T](self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await get_instance(self._hass).async_add_executor_job(read, *args, **kwargs)
        except SQLAlchemyError as error:
            raise StatisticsError(f"The recorder could not read {self._id}: {error}") from error

    @callback
    def _import(self, rows: Rows) -> None:
        statistics: list[StatisticData] = []
        for start, values in rows.items():
            row = StatisticData(start=dt_util.utc_from_timestamp(start))
            for column, value in zip(self._kind.columns, values, strict=True):
                if value is not None:
                    row[column] = value
            statistics.append(row)
        self._drained = False
        async_add_external_statistics(self._hass, self._metadata(), statistics)

    def _metadata(self) -> StatisticMetaData:
        return StatisticMetaData(
            mean_type=StatisticMeanType.NONE if self._kind.adds_up else StatisticMeanType.ARITHMETIC,
            has_sum=self._kind.adds_up,
            name=self._name,
            source=DOMAIN,
            statistic_id=self._id,
            unit_class=self._kind.unit_class,
            unit_of_measurement=self._kind.unit,
        )

    async def _async_drain(self) -> None:
        """Wait until the recorder has worked off what was queued for this statistic, even by an earlier writer."""
        if self._drained:
            return
        # An update of nothing: its only effect is to report when its turn came. `async_block_till_done` returns at once
        # when the queue is empty, although the last import may still be running.
        await _async_wait(
            self._hass, lambda done: get_instance(self._hass).async_update_statistics_metadata(self._id, on_done=done)
        )
        self._drained = True


def _newest_with_rows(entries: Sequence[SeriesDay]) -> SeriesDay | None:
    return next((entry for entry in reversed(entries) if _has_rows(entry)), None)


def _has_rows(entry: SeriesDay) -> bool:
    return any(row.amount is not None for row in entry.rows())


def _batches(entries: Sequence[SeriesDay]) -> Iterator[list[SeriesDay]]:
    """Runs of consecutive days, newest first, each at most one chunk long."""
    batch: list[SeriesDay] = []
    for entry in reversed(entries):
        if batch and (len(batch) == _CHUNK_DAYS or entry.day != batch[-1].day - ONE_DAY):
            yield batch[::-1]
            batch = []
        batch.append(entry)
    if batch:
        yield batch[::-1]


async def _async_stored_metadata(hass: HomeAssistant, series_id: str) -> Mapping[str, object] | None:
    try:
        found = await async_list_statistic_ids(hass, {series_id})
    except SQLAlchemyError as error:
        raise StatisticsError(f"The recorder could not read {series_id}: {error}") from error
    return next((metadata for metadata in found if metadata["statistic_id"] == series_id), None)


async def _async_wait(hass: HomeAssistant, ask: Callable[[Callable[[], None]], None]) -> None:
    """Ask the recorder for something and wait until it reports, from its own thread, that it is done."""
    done = asyncio.Event()

    def report() -> None:
        hass.loop.call_soon_threadsafe(done.set)

    ask(report)
    try:
        async with asyncio.timeout(_QUEUE_TIMEOUT):
            await done.wait()
    except TimeoutError as error:
        raise StatisticsError(f"The recorder did not answer for {_QUEUE_TIMEOUT} s") from error
