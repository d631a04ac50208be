"""What every hour cost under the tariff of its day, split by tariff period, to the Wh and exactly.

A day's energy is cut at the minutes at which the period changes, and each piece is rounded by its place in the running
sum of the day, so that no Wh is lost or made, whatever the hours of the tariff. What cannot be priced yet is never
guessed: it stays in the day as a part that says what it waits for. See reference/domain.md 2.2 and 3.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import accumulate
from typing import Final

from .calendar import hour_starts
from .series import DaySeries, HourRow
from .tariff import Calendars, Option, Segment, Tariff, TariffVersion
from .trueup import ESTIMATES, DayEnergy

type Hours = tuple[int | None, ...]
type DayTypes = tuple[str | None, str | None]

NOTHING: Final = Decimal(0)


class WaitReason(StrEnum):
    """Why energy has no cost yet."""

    NO_TARIFF = "no_tariff"
    """No version is in force, or none of its rules has these minutes."""
    DAY_TYPE = "day_type"
    """The type of the day (Tempo colour, Zen Flex, peak day) is not known."""
    PRICE = "price"
    """The period is known, its price is not."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a day took in one period of its tariff."""

    period: str | None
    """None when it is not known: `reason` says why."""
    hours: Hours
    """Wh of each of the day's 23, 24 or 25 hours: None where nothing is known of the hour, 0 where the part has none."""
    price: Decimal | None
    """EUR/kWh."""
    reason: WaitReason | None
    """Why it has no price; None when it has one."""
    wh: int = field(init=False, compare=False)
    """Wh of the day."""

    def __post_init__(self) -> None:
        """Add up once what is asked for many times."""
        object.__setattr__(self, "wh", sum(filter(None, self.hours)))

    @property
    def cost(self) -> Decimal | None:
        """EUR, exact; None while the price is not known."""
        return None if self.price is None else euros(self.wh, self.price)

    @property
    def waiting_wh(self) -> int:
        """Wh without a price."""
        return self.wh if self.price is None else 0


@dataclass(frozen=True, slots=True)
class DayCost:
    """A Paris civil day by tariff period. The parts add up to the energy of the day in every hour, to the Wh."""

    day: date
    held: bool
    """Whether better energy is still to come during the first import: see `DaySeries.held`."""
    estimated: bool
    """Whether the index was spread over slots that were not measured, so that its hours are not certain."""
    version: TariffVersion | None
    """In force on the day."""
    parts: tuple[Part, ...]
    """In the order in which they come in the day; none for a hole."""

    @property
    def known(self) -> bool:
        """Whether the energy of the day is known."""
        return bool(self.parts)

    @property
    def wh(self) -> int:
        """Wh of the day, whether priced or not."""
        return sum(part.wh for part in self.parts)

    @property
    def waiting_wh(self) -> int:
        """Wh of the day without a price."""
        return sum(part.waiting_wh for part in self.parts)

    @property
    def cost(self) -> Decimal:
        """EUR of the energy that is priced."""
        return sum((euros(part.wh, part.price) for part in self.parts if part.price is not None), NOTHING)


def euros(wh: int, price: Decimal) -> Decimal:
    """What some Wh cost at a price in EUR/kWh, exact."""
    return (wh * price).scaleb(-3)


def split(energy: DayEnergy, segments: Iterable[Segment]) -> dict[str | None, Hours]:
    """Wh of each hour by period, for segments that cover the day; an hour of which nothing is known is None in all.

    Energy is even within a slot. With C(m) the Wh of the day until minute m, half a Wh up, a segment gets C at its end
    less C at its start: pieces add up whatever the cuts, and joined segments get what their pieces get.
    """
    hours = energy.hours()
    cuts = tuple(segments)
    if len({segment.period for segment in cuts}) == 1:
        return {cuts[0].period: hours}
    until = (0, *accumulate(slot or 0 for slot in energy.slots))
    shares: dict[str | None, list[int | None]] = {}
    for segment in cuts:
        share = shares.get(segment.period)
        if share is None:
            share = shares[segment.period] = [None if wh is None else 0 for wh in hours]
        first, last = -(-segment.start // 60), segment.end // 60
        if first > last:
            _add(share, last, _until(energy, until, segment.end) - _until(energy, until, segment.start))
            continue
        share[first:last] = hours[first:last]
        if segment.start < first * 60:
            _add(share, first - 1, _until(energy, until, first * 60) - _until(energy, until, segment.start))
        if last * 60 < segment.end:
            _add(share, last, _until(energy, until, segment.end) - _until(energy, until, last * 60))
    return {period: tuple(share) for period, share in shares.items()}


def _until(energy: DayEnergy, until: Sequence[int], minute: int) -> int:
    """C(m) of `split`."""
    slot, elapsed = divmod(minute, energy.minutes)
    if not elapsed:
        return until[slot]
    # Whole Wh at both ends of the slot, so that only the part of the slot is rounded.
    return until[slot] + (2 * (energy.slots[slot] or 0) * elapsed + energy.minutes) // (2 * energy.minutes)


def _add(share: list[int | None], hour: int, wh: int) -> None:
    known = share[hour]
    if known is not None:
        share[hour] = known + wh


def hourly_cost(parts: Sequence[Part]) -> tuple[Decimal | None, ...]:
    """EUR of each hour of a day; None where nothing is known of the hour or any of its energy waits. Empty: a hole."""
    return tuple(_hour_cost(parts, hour) for hour in range(len(parts[0].hours))) if parts else ()


def _hour_cost(parts: Iterable[Part], hour: int) -> Decimal | None:
    cost = NOTHING
    for part in parts:
        wh = part.hours[hour]
        if wh is None or (wh and part.price is None):
            return None
        if wh and part.price is not None:
            cost += euros(wh, part.price)
    return cost


@dataclass(frozen=True, slots=True)
class _Kept:
    energy: DayEnergy | None
    types: DayTypes
    cost: DayCost


class CostBook:
    """Prices the days of one series; remembers each until its energy, its version or the type of the day changes."""

    def __init__(self) -> None:
        self._days: dict[date, _Kept] = {}
        self._versions: tuple[TariffVersion, ...] = ()

    def build(self, series: Sequence[DaySeries], tariff: Tariff, calendars: Calendars) -> tuple[DayCost, ...]:
        """One entry for each entry of the series. What did not change is the very same object as last time."""
        known = self._recognised(tariff)
        days: dict[date, _Kept] = {}
        for entry in series:
            version = known.on(entry.day)
            types = (None, None) if version is None else version.option.day_types(entry.day, calendars)
            days[entry.day] = _kept_or_priced(self._days.get(entry.day), entry, version, types, calendars)
        self._days = days
        return tuple(kept.cost for kept in days.values())

    def _recognised(self, tariff: Tariff) -> Tariff:
        """The tariff with the versions of last time where they are equal, so that identity tells what changed."""
        before = {version.valid_from: version for version in self._versions}
        self._versions = tuple(
            kept if (kept := before.get(version.valid_from)) == version and kept is not None else version
            for version in tariff.versions
        )
        return Tariff(self._versions)


def _kept_or_priced(
    kept: _Kept | None, entry: DaySeries, version: TariffVersion | None, types: DayTypes, calendars: Calendars
) -> _Kept:
    # The estimate of a day is made anew each time, mostly with the same result.
    if kept is None or kept.types != types or (kept.energy is not entry.energy and kept.energy != entry.energy):
        return _Kept(entry.energy, types, _priced(entry, version, calendars))
    before = kept.cost
    if before.version is version and before.held == entry.held:
        return kept
    if before.version is not None and version is not None and before.version.option == version.option:
        # Another price or another end of the version: the energy stays where it is.
        repriced = tuple(_part(part.period, part.hours, version) for part in before.parts)
        parts = before.parts if repriced == before.parts else repriced
        return _Kept(entry.energy, types, DayCost(entry.day, entry.held, before.estimated, version, parts))
    return _Kept(entry.energy, types, _priced(entry, version, calendars))


def _priced(entry: DaySeries, version: TariffVersion | None, calendars: Calendars) -> DayCost:
    energy = entry.energy
    if energy is None:
        return DayCost(entry.day, entry.held, estimated=False, version=version, parts=())
    if version is None:
        shares: dict[str | None, Hours] = {None: energy.hours()}
    else:
        shares = split(energy, version.option.segments(entry.day, calendars))
    parts = tuple(_part(period, hours, version) for period, hours in shares.items())
    return DayCost(entry.day, entry.held, energy.quality in ESTIMATES, version, parts)


def _part(period: str | None, hours: Hours, version: TariffVersion | None) -> Part:
    if version is None:
        return Part(None, hours, None, WaitReason.NO_TARIFF)
    if period is None:
        return Part(None, hours, None, WaitReason.DAY_TYPE if _has_types(version.option) else WaitReason.NO_TARIFF)
    price = version.price(period)
    return Part(period, hours, price, WaitReason.PRICE if price is None else None)


def _has_types(option: Option) -> bool:
    return any(rule.day_types for rule in option.rules)


@dataclass(frozen=True, slots=True)
class PeriodEnergyDay:
    """A day of the energy of one period: only hours with energy have a row."""

    day: date
    sum_before_wh: int
    hours: Hours | None
    """None when the day has no energy in the period."""
    held: bool
    first: bool
    """The first hour of a series always has a row, so that the period can be picked before it is first used."""

    def rows(self) -> Iterator[HourRow]:
        """Its hours, in Wh."""
        total = self.sum_before_wh
        for place, start in enumerate(hour_starts(self.day)):
            wh = self.hours[place] if self.hours else None
            total += wh or 0
            yield HourRow(start, wh or (0 if self.first and not place else None), total)


@dataclass(frozen=True, slots=True)
class PeriodCostDay:
    """A day of the cost of one period: only hours with energy that is priced have a row."""

    day: date
    sum_before: Decimal
    hours: Hours | None
    """Wh; None when the day has no energy in the period, or no price for it."""
    price: Decimal
    held: bool
    first: bool
    """The first hour of a series always has a row, so that the period can be picked before it is first used."""

    def rows(self) -> Iterator[HourRow]:
        """Its hours, in EUR."""
        total = self.sum_before
        for place, start in enumerate(hour_starts(self.day)):
            wh = self.hours[place] if self.hours else None
            amount = euros(wh, self.price) if wh else (NOTHING if self.first and not place else None)
            total += amount or 0
            yield HourRow(start, amount, total)


@dataclass(frozen=True, slots=True)
class CostDay:
    """A day of the whole cost: every hour has a row unless its energy is unknown or some of it waits."""

    day: date
    sum_before: Decimal
    parts: tuple[Part, ...]
    """Those of the day's `DayCost`."""
    held: bool

    @property
    def sum_after(self) -> Decimal:
        """EUR from the first day of the series to the midnight that ends this one."""
        if any(part.waiting_wh for part in self.parts):
            return self.sum_before + sum(filter(None, hourly_cost(self.parts)), NOTHING)
        return self.sum_before + sum((euros(part.wh, part.price) for part in self.parts if part.price), NOTHING)

    def rows(self) -> Iterator[HourRow]:
        """Its hours, in EUR."""
        total = self.sum_before
        amounts = iter(hourly_cost(self.parts))
        for start in hour_starts(self.day):
            amount = next(amounts, None)
            total += amount or 0
            yield HourRow(start, amount, total)


@dataclass(frozen=True, slots=True)
class SubscriptionDay:
    """A day of the subscription: one row, at its first hour. It is due whatever is known of the energy."""

    day: date
    sum_before: Decimal
    amount: Decimal | None
    """EUR of the day; None when unknown."""
    held: bool = False

    def rows(self) -> Iterator[HourRow]:
        """Its hours, in EUR."""
        total = self.sum_before + (self.amount or 0)
        for place, start in enumerate(hour_starts(self.day)):
            yield HourRow(start, None if place else self.amount, total)


def period_energy_series(costs: Sequence[DayCost], period: str) -> tuple[PeriodEnergyDay, ...]:
    """Wh of one period by hour; an hour without has no amount, but the first hour of all."""
    series: list[PeriodEnergyDay] = []
    total = 0
    for place, cost in enumerate(costs):
        part = _share(cost, period)
        hours = None if part is None else part.hours
        series.append(PeriodEnergyDay(cost.day, total, hours, cost.held, first=not place))
        total += 0 if part is None else part.wh
    return tuple(series)


def period_cost_series(costs: Sequence[DayCost], period: str) -> tuple[PeriodCostDay, ...]:
    """EUR of one period by hour; an hour without, or whose price is not known, has no amount, but the first of all."""
    series: list[PeriodCostDay] = []
    total = NOTHING
    for place, cost in enumerate(costs):
        part = _share(cost, period)
        first = not place
        if part is None or part.price is None:
            series.append(PeriodCostDay(cost.day, total, None, NOTHING, cost.held, first=first))
        else:
            series.append(PeriodCostDay(cost.day, total, part.hours, part.price, cost.held, first=first))
            total += euros(part.wh, part.price)
    return tuple(series)


def cost_series(costs: Sequence[DayCost]) -> tuple[CostDay, ...]:
    """EUR of every hour; None where any energy of the hour waits, or nothing is known of it."""
    series: list[CostDay] = []
    total = NOTHING
    for cost in costs:
        series.append(CostDay(cost.day, total, cost.parts, cost.held))
        total = series[-1].sum_after
    return tuple(series)


def subscription_series(costs: Sequence[DayCost], tariff: Tariff) -> tuple[SubscriptionDay, ...]:
    """EUR a day from the first day of `costs` to the last, holes included."""
    series: list[SubscriptionDay] = []
    total = NOTHING
    for cost in costs:
        version = tariff.on(cost.day)
        amount = None if version is None else version.subscription_of(cost.day)
        series.append(SubscriptionDay(cost.day, total, amount))
        total += amount or 0
    return tuple(series)


def _share(cost: DayCost, period: str) -> Part | None:
    """The part of a day in a period, if it took anything there."""
    return next((part for part in cost.parts if part.period == period and part.wh), None)
