"""The statistics that follow from the energy of one direction and a tariff: by period, their cost, what is paid for.

Their sums have no anchor but the first day of the history, so that nothing is written before the history is in. From
then on only what differs is written. That a process can be killed at any moment rests on two notes in the ledger: the
direction's `unwritten` mark for the readings, and a fingerprint for everything else that the rows depend on. The
fingerprint is taken away, on disk, before the first row of another tariff is written, and set when the last one is in:
a process that finds it as expected need only look at the end of each series, another one compares everything.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from homeassistant.core import HomeAssistant, callback

from .const import LOGGER
from .energy.calendar import ONE_DAY, hour_starts
from .energy.cost import (
    CostBook,
    DayCost,
    cost_series,
    period_cost_series,
    period_energy_series,
    subscription_series,
)
from .energy.fingerprint import fingerprint
from .energy.series import DaySeries, HourRow, SeriesDay
from .energy.tariff import Calendars, Tariff
from .gateway.models import Direction
from .ledger import Ledger
from .ledger_format import DerivedState
from .statistics import (
    ENERGY,
    MONEY,
    SeriesWriter,
    StatisticsConflictError,
    statistic_id,
    statistic_name,
)

type _Days = tuple[DaySeries, ...]


@dataclass(frozen=True, slots=True)
class DerivedKind:
    """One of these statistics: `consumption` or `cost` of a period, the whole `cost`, `subscription`, `compensation`."""

    stem: str
    period: str | None = None

    def __str__(self) -> str:
        """As the ledger stores it: `cost`, `cost_blue_hc`."""
        return self.stem if self.period is None else f"{self.stem}_{self.period}"

    @classmethod
    def parse(cls, stored: str) -> DerivedKind:
        """The kind of its stored form."""
        stem, _, period = stored.partition("_")
        return cls(stem, period or None)


COST: Final = DerivedKind("cost")
SUBSCRIPTION: Final = DerivedKind("subscription")
COMPENSATION: Final = DerivedKind("compensation")


@dataclass(frozen=True, slots=True)
class _Pricing:
    """What was asked for last; its identity tells whether something else was asked since."""

    tariff: Tariff
    calendars: Calendars


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What has to be in the recorder."""

    series: Mapping[DerivedKind, Sequence[SeriesDay]]
    state: DerivedState
    """What the ledger may say once all of it is."""
    continues: bool
    """Whether what the ledger says already is true of these series as well."""


@dataclass(frozen=True, slots=True)
class _NoDay:
    """A day of a series that no longer is: whatever rows it has are neutralised."""

    day: date
    held: bool = False

    def rows(self) -> Iterator[HourRow]:
        """Its hours."""
        return (HourRow(start, None, 0) for start in hour_starts(self.day))


class DerivedStatistics:
    """Keeps the derived statistics of one direction of a usage point equal to its energy and its tariff."""

    def __init__(self, hass: HomeAssistant, ledger: Ledger, direction: Direction, title: str) -> None:
        """Nothing is touched before the first `set_tariff`. `title` is the usage point's name."""
        self._hass = hass
        self._ledger = ledger
        self._direction = direction
        self._title = title
        self._book = CostBook()
        self._pricing: _Pricing | None = None
        self._priced: tuple[_Days, _Pricing] | None = None
        self._written: tuple[_Days, _Pricing] | None = None
        self._writers: dict[DerivedKind, SeriesWriter] = {}
        self._verified = False
        self._suspicious = False
        self.costs: tuple[DayCost, ...] = ()
        """What each day cost, as last built; empty without a tariff."""

    @property
    def statistic_ids(self) -> tuple[str, ...]:
        """The ids of those that the recorder has."""
        kinds = map(DerivedKind.parse, self._ledger.derived(self._direction).series)
        return tuple(statistic_id(kind.stem, self._ledger.pdl, kind.period) for kind in kinds)

    @callback
    def set_tariff(self, tariff: Tariff, calendars: Calendars) -> None:
        """Price by this from now on. Only to be called with calendars that were read: what they lack is unknown."""
        pricing = _Pricing(tariff, calendars)
        if pricing != self._pricing:
            self._pricing = pricing

    def expect_nothing(self) -> None:
        """Compare every row with the recorder at the next write."""
        self._written = None
        self._verified = self._suspicious = True
        for writer in self._writers.values():
            writer.forget()

    async def async_price(self, days: _Days) -> None:
        """Bring `costs` up to date with the energy and the tariff."""
        pricing = self._pricing
        if pricing is None or _same(self._priced, days, pricing):
            return
        if days and pricing.tariff:
            costs = await self._hass.async_add_executor_job(self._book.build, days, pricing.tariff, pricing.calendars)
        else:
            costs = ()
        self.costs, self._priced = costs, (days, pricing)

    def settled(self, days: _Days) -> bool:
        """Whether the recorder has all that follows from these days, or nothing is to follow."""
        if self._pricing is None or not self._pricing.tariff:
            return not self._ledger.derived(self._direction).series
        return _same(self._written, days, self._pricing)

    async def async_write(self, *, since: date | None, doubtful: Container[date]) -> int:
        """Write what differs of what was priced last, whose days are the whole history; returns the number of rows.

        `since` is the first day whose readings may not be in the recorder as they are now, `doubtful` days may not be
        either. Raises StatisticsError; a series whose id is taken by something else stops no other one.
        """
        if self._priced is None or _same(self._written, *self._priced):
            return 0
        days, pricing = priced = self._priced
        stored = self._ledger.derived(self._direction)
        if not days or not (pricing.tariff or stored.series):
            return 0
        plan = await self._hass.async_add_executor_job(self._plan, stored, days, pricing)
        kinds = tuple(plan.series)
        if not plan.continues:
            await self._async_doubt(kinds)
        elif not self._verified:
            await self._async_verify(plan, _earlier(since, stored.until, days[-1].day), doubtful)
        self._verified = True
        written = await self._async_write_each(plan.series)
        for kind in map(DerivedKind.parse, stored.series):
            if kind not in plan.series:
                written += await self._async_neutralise(kind, days)
        self._ledger.set_derived(self._direction, plan.state)
        self._written, self._suspicious = priced, False
        return written

    def _plan(self, stored: DerivedState, days: _Days, pricing: _Pricing) -> _Plan:
        """Pure, and too long for the event loop."""
        tariff, calendars = pricing.tariff, pricing.calendars
        first, last = days[0].day, days[-1].day
        series = self._series(tariff, first, last)
        names = tuple(map(str, series))
        continues = (
            not self._suspicious
            and stored.fingerprint is not None
            and stored.series == names
            and fingerprint(tariff, calendars, first, stored.until) == stored.fingerprint
        )
        state = DerivedState(fingerprint=fingerprint(tariff, calendars, first, last), until=last, series=names)
        return _Plan(series=series, state=state, continues=continues)

    def _series(self, tariff: Tariff, first: date, last: date) -> dict[DerivedKind, Sequence[SeriesDay]]:
        """The series that there are: those of the versions in force on any of the days."""
        versions = [version for _, _, version in tariff.spans(first, last) if version is not None]
        if not versions:
            return {}
        if self._direction is Direction.PRODUCTION:
            return {COMPENSATION: cost_series(self.costs)}
        series: dict[DerivedKind, Sequence[SeriesDay]] = {
            COST: cost_series(self.costs),
            SUBSCRIPTION: subscription_series(self.costs, tariff),
        }
        for period in dict.fromkeys(period for version in versions for period in version.option.periods):
            series[DerivedKind("consumption", period)] = period_energy_series(self.costs, period)
            series[DerivedKind("cost", period)] = period_cost_series(self.costs, period)
        return series

    async def _async_doubt(self, kinds: Sequence[DerivedKind] = ()) -> None:
        """Note on disk that rows may be wrong anywhere, and which series there may be, before the first one is."""
        stored = self._ledger.derived(self._direction)
        series = tuple(dict.fromkeys((*stored.series, *map(str, kinds))))
        self._ledger.set_derived(self._direction, DerivedState(until=stored.until, series=series))
        await self._ledger.async_save()

    async def _async_verify(self, plan: _Plan, since: date | None, doubtful: Container[date]) -> None:
        for kind, series in plan.series.items():
            writer = self._writer(kind)
            if not await writer.async_verify_tail(series, changed_since=since, doubtful=doubtful):
                LOGGER.warning("The recorder lacks rows of %s: comparing all of it", writer.statistic_id)
                await self._async_doubt()

    async def _async_write_each(self, wanted: Mapping[DerivedKind, Sequence[SeriesDay]]) -> int:
        written = 0
        conflict: StatisticsConflictError | None = None
        for kind, series in wanted.items():
            writer = self._writer(kind)
            try:
                await writer.async_update_metadata(self._name(kind))
                written += await writer.async_write(series, on_lost=self._async_doubt)
            except StatisticsConflictError as err:
                conflict = conflict or err
        if conflict is not None:
            raise conflict
        return written

    async def _async_neutralise(self, kind: DerivedKind, days: _Days) -> int:
        """Take what a series says of our days away; a foreign history before them stays, and so does its sum."""
        self._writers.pop(kind, None)
        return await self._new_writer(kind).async_write([_NoDay(entry.day) for entry in days])

    def _writer(self, kind: DerivedKind) -> SeriesWriter:
        if kind not in self._writers:
            self._writers[kind] = self._new_writer(kind)
        return self._writers[kind]

    def _new_writer(self, kind: DerivedKind) -> SeriesWriter:
        series_id = statistic_id(kind.stem, self._ledger.pdl, kind.period)
        return SeriesWriter(self._hass, series_id, self._name(kind), ENERGY if kind.stem == "consumption" else MONEY)

    def _name(self, kind: DerivedKind) -> str:
        return statistic_name(self._hass.config.language, kind.stem, self._title, kind.period)


def _same(done: tuple[_Days, _Pricing] | None, days: _Days, pricing: _Pricing) -> bool:
    return done is not None and done[0] is days and done[1] is pricing


def _earlier(since: date | None, until: date, last: date) -> date | None:
    """The first day that may differ: of the readings, or because it came after those that the fingerprint covers."""
    bounds = [] if since is None else [since]
    if until < last:
        bounds.append(until + ONE_DAY)
    return min(bounds, default=None)
