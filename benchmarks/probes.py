"""What the integration does to the recorder and to the disk, counted where it leaves our code."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from homeassistant.components.recorder.models import StatisticData, StatisticMetaData
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from custom_components.myelectricaldata import statistics
from custom_components.myelectricaldata.const import DOMAIN
from custom_components.myelectricaldata.recording import UsagePointRecording
from custom_components.myelectricaldata.statistics import SeriesWriter

type Row = tuple[float, float | None, float | None, float | None]
"""Start, state, sum, max."""
type Import = tuple[StatisticMetaData, list[StatisticData]]


@dataclass(kw_only=True)
class Probes:
    """Counts until `clear`."""

    imports: list[Import] = field(default_factory=list)
    """Every import that the recorder was given, as it was given."""
    seconds_recording: float = 0.0
    """Spent between "write what differs" and its end: series built, recorder read, rows written and read back."""
    seconds_writing: float = 0.0
    """Of these, without building the series."""
    first_rows_at: float | None = None
    saves: list[str] = field(default_factory=list)
    """Stores that were written or told to be written soon."""

    @property
    def rows(self) -> int:
        """Rows given to the recorder."""
        return sum(len(rows) for _, rows in self.imports)

    def clear(self) -> None:
        """Start counting again."""
        self.imports, self.saves, self.first_rows_at = [], [], None
        self.seconds_recording = self.seconds_writing = 0.0


@contextmanager
def probes() -> Iterator[Probes]:
    """Watch the integration in this process."""
    seen = Probes()
    give, record = statistics.async_add_external_statistics, UsagePointRecording.async_write
    write = SeriesWriter.async_write
    save_now, save_later = Store.async_save, Store.async_delay_save

    def given(hass: HomeAssistant, metadata: StatisticMetaData, rows: list[StatisticData]) -> None:
        seen.imports.append((metadata, rows))
        give(hass, metadata, rows)

    async def recorded(self: UsagePointRecording, *args: Any) -> int:
        start = time.perf_counter()
        try:
            written = await record(self, *args)
        finally:
            seen.seconds_recording += time.perf_counter() - start
        if written and seen.first_rows_at is None:
            seen.first_rows_at = time.perf_counter()
        return written

    async def wrote(self: SeriesWriter, *args: Any, **options: Any) -> int:
        start = time.perf_counter()
        try:
            return await write(self, *args, **options)
        finally:
            seen.seconds_writing += time.perf_counter() - start

    async def saved(self: Store[Any], data: Any) -> None:
        seen.saves.append(self.key)
        await save_now(self, data)

    def saved_later(self: Store[Any], data_func: Callable[[], Any], delay: float = 0) -> None:
        seen.saves.append(self.key)
        save_later(self, data_func, delay)

    statistics.async_add_external_statistics, UsagePointRecording.async_write = given, recorded
    SeriesWriter.async_write = wrote
    Store.async_save, Store.async_delay_save = saved, saved_later
    try:
        yield seen
    finally:
        statistics.async_add_external_statistics, UsagePointRecording.async_write = give, record
        SeriesWriter.async_write = write
        Store.async_save, Store.async_delay_save = save_now, save_later


def files(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Inode, time of change and size of every file of a configuration folder but the recorder's database."""
    found: dict[str, tuple[int, int, int]] = {}
    for path in folder.rglob("*"):
        if (
            path.is_file()
            and not path.name.startswith("recorder.db")
            and not path.name.startswith("home-assistant.log")
        ):
            state = path.stat()
            found[str(path.relative_to(folder))] = (state.st_ino, state.st_mtime_ns, state.st_size)
    return found


def stored(folder: Path) -> dict[str, list[Row]]:
    """Our statistics as the database file has them, by id."""
    question = """
        select statistic_id, start_ts, state, sum, max from statistics
        join statistics_meta on statistics_meta.id = metadata_id where source = ? order by statistic_id, start_ts
    """
    rows: dict[str, list[Row]] = {}
    with closing(sqlite3.connect(f"file:{folder}/recorder.db?mode=ro", uri=True)) as database:
        for statistic_id, *row in database.execute(question, (DOMAIN,)):
            rows.setdefault(statistic_id, []).append((row[0], row[1], row[2], row[3]))
    return rows
