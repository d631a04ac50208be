"""Every reading of one usage point, on disk: what we know.

The ledger is the only source of everything that is derived. Its state is replaced, never mutated, so that a snapshot
can be written to disk from another thread while the next answer is being merged.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, UnsupportedStorageVersionError
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .const import DOMAIN, LOGGER, STORAGE_VERSION
from .energy.readings import DayCurve, DayRecord, merge_records
from .feeds import Feed, History
from .gateway.models import Contract, Direction, PowerPeak
from .ledger_format import DerivedState, LedgerFormatError, LedgerState, decode_state, encode_state

SAVE_DELAY = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What one answer changed."""

    days: tuple[date, ...] = ()
    """Sorted; empty when the answer said nothing new."""
    revised: bool = False
    """Some of them were known with other values before."""


class Ledger:
    """Readings of one usage point and the file that keeps them."""

    def __init__(self, hass: HomeAssistant, pdl: str) -> None:
        """One file a usage point; its content is personal, hence private."""
        self._hass = hass
        self.pdl = pdl
        self.state = LedgerState()
        self._unsaved = False
        self._store: Store[dict[str, Any]] = Store(
            hass,
            STORAGE_VERSION,
            f"{DOMAIN}.readings.{pdl}",
            private=True,
            atomic_writes=True,
            serialize_in_event_loop=False,
        )

    def days(self, direction: Direction) -> Mapping[date, DayRecord]:
        """The records of a direction by Paris civil day; a day of which nothing is known is absent."""
        return self.state.days[direction]

    @property
    def peaks(self) -> Mapping[date, PowerPeak]:
        """Maximum power by Paris civil day."""
        return self.state.peaks

    @property
    def contract(self) -> Contract | None:
        """The contract as last read."""
        return self.state.contract

    def history(self, feed: Feed) -> History:
        """What has been asked of a feed."""
        return self.state.history.get(feed, History())

    async def async_load(self) -> str | None:
        """Read the file. Returns the name under which an unreadable one was set aside, else None.

        An input/output error is raised as it is (`HomeAssistantError`): the file may be readable tomorrow.
        """
        path = Path(self._store.path)
        existed = await self._hass.async_add_executor_job(path.exists)
        try:
            data = await self._store.async_load()
            if data is None:
                # Home Assistant has already set aside a file that is not JSON.
                return f"{path.name}.corrupt" if existed else None
            self.state = await self._hass.async_add_executor_job(decode_state, data)
        except (LedgerFormatError, UnsupportedStorageVersionError, NotImplementedError, KeyError, TypeError) as err:
            aside = path.with_name(f"{path.name}.unreadable.{dt_util.utcnow():%Y%m%dT%H%M%S}")
            await self._hass.async_add_executor_job(path.rename, aside)
            LOGGER.error(
                "The readings of a usage point could not be read and were set aside as %s: %s", aside.name, err
            )
            return aside.name
        return None

    def merge_daily(self, direction: Direction, indexes: Mapping[date, int]) -> Changes:
        """Merge daily indexes (Wh by day)."""
        return self._merge(direction, {day: DayRecord(index_wh=wh) for day, wh in indexes.items()})

    def merge_curve(self, direction: Direction, curves: Mapping[date, DayCurve]) -> Changes:
        """Merge load curves by day."""
        return self._merge(direction, {day: DayRecord(curve=curve) for day, curve in curves.items()})

    def merge_peaks(self, peaks: Mapping[date, PowerPeak]) -> Changes:
        """Merge maximum powers; a peak without its time does not erase the same peak with one."""
        changed: dict[date, PowerPeak] = {}
        for day, peak in peaks.items():
            known = self.peaks.get(day)
            if known is None or (peak != known and not (peak.at is None and peak.volt_amperes == known.volt_amperes)):
                changed[day] = peak
        return self._absorb(changed, self.peaks, "power", lambda: replace(self.state, peaks={**self.peaks, **changed}))

    def _merge(self, direction: Direction, news: Mapping[date, DayRecord]) -> Changes:
        known = self.days(direction)
        changed: dict[date, DayRecord] = {}
        for day, record in news.items():
            before = known.get(day, DayRecord())
            merged = merge_records(day, before, record)
            if merged is not before and merged != before:
                changed[day] = merged
        revised = {day: known[day] for day in changed if day in known and _was_revised(known[day], changed[day])}
        return self._absorb(
            changed,
            revised,
            direction.value,
            lambda: replace(self.state, days={**self.state.days, direction: {**known, **changed}}),
        )

    def _absorb(
        self,
        changed: Mapping[date, object],
        known: Mapping[date, object],
        series: str,
        state: Callable[[], LedgerState],
    ) -> Changes:
        if not changed:
            return Changes()
        first = min(changed)
        self.state = replace(state(), unwritten={**self.state.unwritten, series: self._unwritten_from(series, first)})
        self.save_soon()
        return Changes(days=tuple(sorted(changed)), revised=any(day in known for day in changed))

    def _unwritten_from(self, series: str, day: date) -> date:
        return min(day, self.state.unwritten.get(series, day))

    def set_history(self, feed: Feed, history: History) -> None:
        """Remember what was asked; saved with the readings that came of it, or when the walk moved."""
        before = self.history(feed)
        if history == before:
            return
        self.state = replace(self.state, history={**self.state.history, feed: history})
        if replace(history, asked_to=before.asked_to) != before:
            self.save_soon()

    def set_contract(self, contract: Contract | None, read_on: date) -> bool:
        """Keep the contract; an answer without one keeps the old. Returns whether it differs from the one known."""
        changed = contract is not None and contract != self.contract
        self.state = replace(self.state, contract=contract or self.contract, contract_read_on=read_on)
        self.save_soon()
        return changed

    def mark_unwritten(self, series: str, day: date) -> None:
        """The rows of a statistic must be looked at again from this day on."""
        since = self._unwritten_from(series, day)
        if self.state.unwritten.get(series) != since:
            self.state = replace(self.state, unwritten={**self.state.unwritten, series: since})
            self.save_soon()

    def mark_written(self, series: str, since: date) -> None:
        """The recorder has confirmed the rows of a statistic, unless an older day changed in the meantime."""
        if self.state.unwritten.get(series) == since:
            unwritten = {name: day for name, day in self.state.unwritten.items() if name != series}
            self.state = replace(self.state, unwritten=unwritten)
            self.save_soon()

    def derived(self, direction: Direction) -> DerivedState:
        """What the recorder has of the statistics that follow from a direction and a tariff."""
        return self.state.derived.get(direction.value, DerivedState())

    def set_derived(self, direction: Direction, derived: DerivedState) -> None:
        """Remember it; a direction without such statistics leaves no trace."""
        if derived == self.derived(direction):
            return
        others = {name: known for name, known in self.state.derived.items() if name != direction.value}
        if derived.series:
            others[direction.value] = derived
        self.state = replace(self.state, derived=others)
        self.save_soon()

    def save_soon(self) -> None:
        """Write the file within seconds; writes that follow each other become one."""
        self._unsaved = True
        self._store.async_delay_save(self._encoded, SAVE_DELAY)

    async def async_save(self) -> None:
        """Write the file now, if anything is waiting: a chunk of history is too dear to ask twice."""
        if self._unsaved:
            await self._store.async_save(await self._hass.async_add_executor_job(self._encoded))
            if self._unsaved:
                # A reading came in while the file was being written; the store has dropped its delayed write.
                self.save_soon()

    async def async_remove(self) -> None:
        """Delete the file."""
        with suppress(HomeAssistantError):
            await self._store.async_remove()

    def _encoded(self) -> dict[str, Any]:
        self._unsaved = False
        return encode_state(self.state)


def _was_revised(before: DayRecord, after: DayRecord) -> bool:
    """Whether a value that was known became another one, as opposed to a gap that was filled."""
    if before.index_wh is not None and before.index_wh != after.index_wh:
        return True
    if before.curve is None or after.curve is None:
        return False
    if before.curve.minutes != after.curve.minutes:
        return True
    pairs = zip(before.curve.watts, after.curve.watts, strict=True)
    return any(old is not None and old != new for old, new in pairs)
