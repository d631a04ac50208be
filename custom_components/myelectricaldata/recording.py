"""From the ledger of one usage point to its statistics: which series there are, and when they have to be written."""

from abc import ABC, abstractmethod
from datetime import date
from typing import override

from homeassistant.core import HomeAssistant, callback

from .const import LOGGER
from .derived import DerivedStatistics
from .energy.cost import DayCost
from .energy.series import DayPeak, DaySeries, EnergySeries, SeriesDay, peak_series
from .energy.tariff import Calendars, Tariff
from .energy.trueup import ESTIMATES
from .feeds import curve_feed, daily_feed
from .gateway.models import Direction
from .ledger import Ledger
from .ledger_format import LedgerState
from .plan import Situation, curve_is_held, daily_history_is_settled, first_import_is_over
from .statistics import (
    ENERGY,
    PEAK_POWER,
    SeriesKind,
    SeriesWriter,
    StatisticsConflictError,
    StatisticsError,
    statistic_id,
    statistic_name,
)


class _Series[D: SeriesDay](ABC):
    """A statistic that follows from the readings alone: its writer, and what is remembered of it in this process."""

    def __init__(
        self, hass: HomeAssistant, ledger: Ledger, title: str, *, key: str, name: str, kind: SeriesKind
    ) -> None:
        self.hass = hass
        self.ledger = ledger
        self._key = key
        self._name = name
        self._title = title
        self.writer = SeriesWriter(hass, statistic_id(name, ledger.pdl), self._statistic_name(), kind)
        self.days: tuple[D, ...] = ()
        self._built_from: LedgerState | None = None
        self._since: date | None = None
        self._verified = False
        self._written: tuple[D, ...] | None = None
        self._written_on: date | None = None

    @property
    def statistic_ids(self) -> tuple[str, ...]:
        """The ids of what is written."""
        return (self.writer.statistic_id,)

    @abstractmethod
    def build(self, situation: Situation) -> tuple[D, ...]:
        """The whole series. Pure, and too long for the event loop."""

    @abstractmethod
    def readings(self, state: LedgerState) -> object:
        """What it is built from; the same object as long as no reading came in."""

    def may_be_built(self, _situation: Situation) -> bool:
        """Whether its sums are known."""
        return True

    def doubtful(self) -> frozenset[date]:
        """Days whose rows other days' readings may have changed."""
        return frozenset()

    def expect_nothing(self) -> None:
        """Compare every row with the recorder at the next write."""
        self.writer.forget()
        self._verified = True
        self._written = self._written_on = None
        self._note_all()

    async def async_build(self, situation: Situation) -> None:
        """Build the series if anything may have changed."""
        since = self.ledger.state.unwritten.get(self._key)
        if not self.may_be_built(situation) or (since is None and self._written_on == situation.today):
            return
        self.days = await self.hass.async_add_executor_job(self.build, situation)
        self._built_from, self._since = situation.state, since

    async def async_write(self, situation: Situation) -> int:
        """Write what differs; returns the number of rows. Raises StatisticsError."""
        if not self.days or self._written is self.days:
            return 0
        if not self._verified:
            doubtful = frozenset() if self._since is None else self.doubtful()
            if not await self.writer.async_verify_tail(self.days, changed_since=self._since, doubtful=doubtful):
                LOGGER.warning("The recorder lacks rows of %s: comparing all of it", self.writer.statistic_id)
                await self._async_note_all()
            self._verified = True
        await self.writer.async_update_metadata(self._statistic_name())
        written = await self.writer.async_write(self.days, on_lost=self._async_note_all)
        self._written, self._written_on = self.days, situation.today
        return written

    async def async_follow(self, _situation: Situation) -> int:
        """Write what follows from the series; returns the number of rows. Raises StatisticsError."""
        return 0

    def settle(self) -> None:
        """Tell the ledger when the recorder has all that was built, unless a reading came in meanwhile."""
        since = self.ledger.state.unwritten.get(self._key)
        if since is None or self._built_from is None or not self.is_settled():
            return
        if self.readings(self.ledger.state) is self.readings(self._built_from):
            self.ledger.mark_written(self._key, since)

    def is_settled(self) -> bool:
        """Whether everything that was built is in the recorder, and nothing is held back."""
        return bool(self.days) and self._written is self.days and not any(entry.held for entry in self.days)

    def _note_all(self) -> None:
        if self.days:
            self.ledger.mark_unwritten(self._key, self.days[0].day)

    async def _async_note_all(self) -> None:
        """Note on disk that rows may be wrong anywhere, before the newest are right and the oldest are not yet."""
        self._note_all()
        await self.ledger.async_save()

    def _statistic_name(self) -> str:
        """In the language of Home Assistant, which may change."""
        return statistic_name(self.hass.config.language, self._name, self._title)


class _Energy(_Series[DaySeries]):
    """The energy of one direction, and what follows from it and a tariff."""

    def __init__(self, hass: HomeAssistant, ledger: Ledger, title: str, direction: Direction) -> None:
        super().__init__(hass, ledger, title, key=direction, name=direction, kind=ENERGY)
        self._direction = direction
        self._builder = EnergySeries()
        self.derived = DerivedStatistics(hass, ledger, direction, title)

    @property
    @override
    def statistic_ids(self) -> tuple[str, ...]:
        return *super().statistic_ids, *self.derived.statistic_ids

    @override
    def build(self, situation: Situation) -> tuple[DaySeries, ...]:
        held = curve_is_held(situation, self._direction)
        return self._builder.build(situation.state.days[self._direction], today=situation.today, held=held)

    @override
    def readings(self, state: LedgerState) -> object:
        return state.days[self._direction]

    @override
    def may_be_built(self, situation: Situation) -> bool:
        return daily_history_is_settled(situation, self._direction)

    @override
    def doubtful(self) -> frozenset[date]:
        return frozenset(
            entry.day for entry in self.days if entry.energy is not None and entry.energy.quality in ESTIMATES
        )

    @override
    def expect_nothing(self) -> None:
        super().expect_nothing()
        self.derived.expect_nothing()

    @override
    async def async_build(self, situation: Situation) -> None:
        await super().async_build(situation)
        await self.derived.async_price(self.days)

    @override
    async def async_follow(self, situation: Situation) -> int:
        feeds = daily_feed(self._direction), curve_feed(self._direction)
        if self._written is not self.days or any(entry.held for entry in self.days):
            return 0
        if not all(first_import_is_over(situation, feed) for feed in feeds):
            return 0
        since = self.ledger.state.unwritten.get(self._key)
        return await self.derived.async_write(since=since, doubtful=frozenset() if since is None else self.doubtful())

    @override
    def is_settled(self) -> bool:
        return super().is_settled() and self.derived.settled(self.days)


class _PeakPower(_Series[DayPeak]):
    """The maximum power of each day."""

    @override
    def build(self, situation: Situation) -> tuple[DayPeak, ...]:
        return peak_series(situation.state.peaks)

    @override
    def readings(self, state: LedgerState) -> object:
        return state.peaks


class UsagePointRecording:
    """Keeps the statistics of one usage point equal to its ledger and its tariff."""

    def __init__(self, hass: HomeAssistant, ledger: Ledger, title: str, directions: tuple[Direction, ...]) -> None:
        """`title` is the usage point's name, which the names of its statistics carry."""
        self._energies = {direction: _Energy(hass, ledger, title, direction) for direction in directions}
        self._all: list[_Series[DaySeries] | _Series[DayPeak]] = [*self._energies.values()]
        if Direction.CONSUMPTION in directions:
            self._all.append(_PeakPower(hass, ledger, title, key="power", name="max_power", kind=PEAK_POWER))
        self._failing = False

    @property
    def statistic_ids(self) -> tuple[str, ...]:
        """The ids of the statistics of this usage point."""
        return tuple(series_id for series in self._all for series_id in series.statistic_ids)

    @property
    def costs(self) -> tuple[DayCost, ...]:
        """What each day of consumption cost, as last built; empty without a tariff, or before the first import."""
        return self._costs(Direction.CONSUMPTION)

    @property
    def compensations(self) -> tuple[DayCost, ...]:
        """What each day of injection brought, as last built; empty as `costs` is."""
        return self._costs(Direction.PRODUCTION)

    def series(self, direction: Direction) -> tuple[DaySeries, ...]:
        """The energy of a direction, as last built."""
        return self._energies[direction].days if direction in self._energies else ()

    @callback
    def set_tariffs(self, tariff: Tariff | None, surplus: Tariff | None, calendars: Calendars) -> None:
        """Price by these from the next write on; cheap when nothing changed.

        Not to be called before the calendars were read: what they lack is unknown, and its cost would be withdrawn.
        Until the first call no derived statistic is touched, nor by None: a tariff that is not known.
        """
        for direction, energy in self._energies.items():
            wanted = tariff if direction is Direction.CONSUMPTION else surplus
            if wanted is not None:
                energy.derived.set_tariff(wanted, calendars)

    def expect_nothing(self) -> None:
        """Compare every row with the recorder at the next write."""
        for series in self._all:
            series.expect_nothing()

    async def async_write(self, situation: Situation) -> int:
        """Write what differs; returns the number of rows. A recorder in trouble is told once and tried again later."""
        for series in self._all:
            await series.async_build(situation)
        written = 0
        try:
            conflict: StatisticsConflictError | None = None
            for step in [
                *(series.async_write for series in self._all),
                *(series.async_follow for series in self._all),
            ]:
                try:
                    written += await step(situation)
                except StatisticsConflictError as err:
                    conflict = conflict or err
            for series in self._all:
                series.settle()
            if conflict is not None:
                raise conflict
        except StatisticsError as err:
            if not self._failing:
                LOGGER.warning("Statistics are not up to date, trying again later: %s", err)
            self._failing = True
            return written
        if self._failing:
            LOGGER.info("Statistics are up to date again")
        self._failing = False
        return written

    def _costs(self, direction: Direction) -> tuple[DayCost, ...]:
        return self._energies[direction].derived.costs if direction in self._energies else ()
