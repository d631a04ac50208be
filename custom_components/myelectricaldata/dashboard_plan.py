"""How the sources of the Energy Dashboard change so that our usage points are in it: pure, nothing is applied here.

A source of the dashboard is a plain object as Home Assistant keeps it (reference/home-assistant.md 1.6): an import, an
export, or a pair of both. Only those that hold nothing but the statistics of one of our usage points are ours to change.
Whatever names anything else is the user's own and stays as it is, even where it also names one of our statistics.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

type Source = Mapping[str, object]

_POWER_KEYS: Final = ("stat_rate", "power_config")
"""A live power sensor that the user has added to one of our sources: it goes with us when the source is replaced."""
_OF_IMPORT: Final = ("stat_energy_from", "stat_cost")
_OF_EXPORT: Final = ("stat_energy_to", "stat_compensation")
_PRICES: Final = (
    "entity_energy_price", "number_energy_price", "entity_energy_price_export", "number_energy_price_export",
)  # fmt: skip


class Mode(StrEnum):
    """How the consumption of a usage point is shown: its total, or a source for each period, never both."""

    TOTAL = "total"
    PERIODS = "periods"


class Obstacle(StrEnum):
    """Why the sources of a usage point stay as they are."""

    NO_STATISTICS = "no_statistics"
    """The recorder has nothing of it yet."""
    NO_PERIODS = "no_periods"
    """The recorder has no period of its tariff yet."""
    MIXED = "mixed"
    """One of its statistics is in a source that also names something else, so that it would count twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """An energy statistic and the money that goes with it."""

    energy: str
    money: str | None
    """What it costs or brings in; None while the recorder has no such statistic."""
    name: str
    """How the dashboard is to call it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointSeries:
    """What the recorder has of one usage point, and how its statistics are told from all others."""

    pdl: str
    name: str
    stems: Mapping[str, str]
    """By key of a source: the id of our statistic that may stand there. Those of periods go on with `_` and a period."""
    total: Binding | None = None
    periods: tuple[Binding, ...] = ()
    injection: Binding | None = None

    def imports(self, mode: Mode) -> tuple[Binding, ...]:
        """The imports that the dashboard is to have."""
        if mode is Mode.PERIODS:
            return self.periods
        return () if self.total is None else (self.total,)

    def has(self, key: str, statistic_id: object) -> bool:
        """Whether a statistic is ours where it stands."""
        stem = self.stems[key]
        return isinstance(statistic_id, str) and (statistic_id == stem or statistic_id.startswith(f"{stem}_"))

    def touches(self, source: Source) -> bool:
        """Whether a source names energy of this usage point."""
        return source.get("type") == "grid" and any(
            self.has(key, source.get(key)) for key in ("stat_energy_from", "stat_energy_to")
        )

    def owns(self, source: Source) -> bool:
        """Whether a source that it touches names nothing else."""
        strangers = [key for key in (*_OF_IMPORT, *_OF_EXPORT) if source.get(key) and not self.has(key, source[key])]
        return not strangers and all(source.get(key) is None for key in _PRICES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What becomes of one source of a usage point."""

    pdl: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The sources as they will be, and what that changes."""

    sources: tuple[Source, ...]
    changed: bool
    added: tuple[Step, ...] = ()
    completed: tuple[Step, ...] = ()
    """Ours, to which a cost, an injection or its compensation was added."""
    replaced: tuple[Step, ...] = ()
    """Ours, as they were."""
    kept: tuple[Step, ...] = ()
    """Ours, unchanged."""
    left_alone: tuple[Source, ...] = ()
    """The user's own, and ours of other usage points."""
    obstacles: tuple[tuple[PointSeries, Obstacle], ...] = ()


def make_plan(sources: Iterable[Source], points: Iterable[PointSeries], mode: Mode) -> Plan:
    """The plan for these usage points; sources that are not touched keep their place and are the same objects."""
    before = tuple(sources)
    drafts: Sequence[Source] = before
    obstacles: list[tuple[PointSeries, Obstacle]] = []
    added: list[Step] = []
    completed: list[Step] = []
    replaced: list[Step] = []
    kept: list[Step] = []
    ours: list[Source] = []
    for point in points:
        obstacle = _obstacle(drafts, point, mode)
        if obstacle is not None:
            obstacles.append((point, obstacle))
            continue
        pieces = _Pieces(drafts, point, mode)
        drafts = pieces.assembled()
        added += (Step(pdl=point.pdl, source=source) for source in pieces.new)
        replaced += (Step(pdl=point.pdl, source=source) for source in pieces.replaced)
        for old, new in pieces.kept:
            (kept if old == new else completed).append(Step(pdl=point.pdl, source=new))
        ours += (*pieces.new, *(new for _, new in pieces.kept))
    return Plan(
        sources=tuple(drafts),
        changed=list(drafts) != list(before),
        added=tuple(added),
        completed=tuple(completed),
        replaced=tuple(replaced),
        kept=tuple(kept),
        left_alone=tuple(source for source in drafts if not any(source is each for each in ours)),
        obstacles=tuple(obstacles),
    )


def _obstacle(sources: Iterable[Source], point: PointSeries, mode: Mode) -> Obstacle | None:
    wanted = {binding.energy for binding in point.imports(mode)}
    if mode is Mode.PERIODS and point.total is not None and not wanted:
        return Obstacle.NO_PERIODS
    if not wanted and point.injection is None:
        return Obstacle.NO_STATISTICS
    mixed = {source.get("stat_energy_from") for source in sources if point.touches(source) and not point.owns(source)}
    return Obstacle.MIXED if any(each not in wanted and point.has("stat_energy_from", each) for each in mixed) else None


class _Pieces:
    """The sources of one usage point: which go, which stay, which come."""

    def __init__(self, sources: Sequence[Source], point: PointSeries, mode: Mode) -> None:
        self._sources = sources
        self._point = point
        self._mode = mode
        touched = [source for source in sources if point.touches(source)]
        wanted = {binding.energy: binding for binding in point.imports(mode)}
        self.replaced: list[Source] = []
        self.kept: list[tuple[Source, Source]] = []
        for source in touched:
            if not point.owns(source):
                continue
            energy = source.get("stat_energy_from")
            if energy is not None and energy not in wanted:
                self.replaced.append(source)
            else:
                money = wanted[str(energy)].money if energy is not None else None
                self.kept.append((source, self._completed(source, "stat_cost", money)))
        there = {source.get("stat_energy_from") for source in touched}
        self.new: list[Source] = [_import(binding) for energy, binding in wanted.items() if energy not in there]
        self._bind_injection(touched)
        self._carry_power()

    def _bind_injection(self, touched: Iterable[Source]) -> None:
        """One source only may name the injection: the import's of a total, one of its own beside periods.

        Beside the first period it would be shown under that period's name.
        """
        injection, periods = self._point.injection, self._mode is Mode.PERIODS
        pair: Source | None = None
        if injection is not None:
            pair = {"stat_energy_to": injection.energy, "stat_compensation": injection.money}
        staying = [source for source in touched if not any(source is gone for gone in self.replaced)]
        bound = next(
            (source for source in staying if self._point.has("stat_energy_to", source.get("stat_energy_to"))), None
        )
        if bound is not None:
            moves = self._point.owns(bound) and (
                bool(bound.get("stat_energy_from")) if periods else bool(self.replaced)
            )
            if not moves or (bound.get("stat_energy_from") and not periods):
                self._complete_injection(bound)
                return
            pair = _joined(pair, bound)
            if periods:
                self.kept = [
                    (old, {**new, **dict.fromkeys(_OF_EXPORT)} if old is bound else new) for old, new in self.kept
                ]
            else:
                self.kept = [(old, new) for old, new in self.kept if old is not bound]
                self.replaced.append(bound)
        held = next((source for source in self.replaced if source.get("stat_energy_to") is not None), None)
        if held is not None:
            pair = _joined(pair, held)
        if pair is not None:
            self._place_injection(pair, injection.name if injection is not None else self._point.name)

    def _complete_injection(self, bound: Source) -> None:
        money = None if self._point.injection is None else self._point.injection.money
        self.kept = [
            (old, self._completed(new, "stat_compensation", money) if old is bound else new) for old, new in self.kept
        ]

    def _place_injection(self, pair: Source, name: str) -> None:
        """Into the import of a total where that is ours and has none, else into a source of its own."""
        alone = self._mode is Mode.PERIODS
        if not alone and self.kept and self.kept[0][1].get("stat_energy_to") is None:
            old, new = self.kept[0]
            self.kept[0] = old, {**new, **pair}
        elif not alone and self.new:
            self.new[0] = {**self.new[0], **pair}
        else:
            self.new.append({**_source(name), **pair})

    @staticmethod
    def _completed(source: Source, key: str, money: str | None) -> Source:
        """A source of ours with its own money bound; the same object when it was, or when there is none."""
        return source if money is None or source.get(key) == money else {**source, key: money}

    def _carry_power(self) -> None:
        """A power sensor of a source that goes moves to one that comes; a source of its own where none is free."""
        for gone in self.replaced:
            power = {key: gone[key] for key in _POWER_KEYS if key in gone}
            if not power:
                continue
            free = next((at for at, source in enumerate(self.new) if not _has_power(source)), None)
            if free is None:
                self.new.append({**_source(str(gone.get("name") or self._point.name)), **power})
            else:
                self.new[free] = {**self.new[free], **power}

    def assembled(self) -> list[Source]:
        """All sources: what comes takes the place of what goes, or follows what is there already."""
        place = next(
            (at for at, source in enumerate(self._sources) if any(source is gone for gone in self.replaced)), -1
        )
        if place < 0:
            ends = [at + 1 for at, source in enumerate(self._sources) if any(source is old for old, _ in self.kept)]
            place = max(ends, default=len(self._sources))
        result: list[Source] = []
        for at, source in enumerate(self._sources):
            if at == place:
                result += self.new
            if not any(source is gone for gone in self.replaced):
                result.append(next((new for old, new in self.kept if old is source), source))
        return [*result, *self.new] if place == len(self._sources) else result


def _joined(pair: Source | None, known: Source) -> Source:
    """The keys of an injection, and where one is not known now, as a source has it already."""
    return {key: (pair or {}).get(key) or known.get(key) for key in _OF_EXPORT}


def _has_power(source: Source) -> bool:
    return any(key in source for key in _POWER_KEYS)


def _import(binding: Binding) -> Source:
    return {**_source(binding.name), "stat_energy_from": binding.energy, "stat_cost": binding.money}


def _source(name: str) -> Source:
    """A source with every key that Home Assistant's own form writes."""
    return {
        "type": "grid",
        "name": name,
        "stat_energy_from": None,
        "stat_energy_to": None,
        "stat_cost": None,
        "entity_energy_price": None,
        "number_energy_price": None,
        "stat_compensation": None,
        "entity_energy_price_export": None,
        "number_energy_price_export": None,
        "cost_adjustment_day": 0.0,
    }
