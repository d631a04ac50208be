"""What the user says of a tariff, and how it becomes dated versions with prices.

An entry says "from this day on I have this option, at the prices of that source". The prices of a source change over
time without the user doing anything: `resolve` expands each entry into one version for each price, so that a new price
of a followed offer is a new version by itself, and what came before stays as it was.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from operator import itemgetter

from .calendar import ONE_DAY
from .offpeak import OffpeakSchedule, Window
from .options import CONTRACT_HOURS, OptionCode, build_option
from .tariff import Option, Rule, Signal, Tariff, TariffVersion


class Source(StrEnum):
    """Where the prices of an entry come from."""

    REGULATED = "regulated"
    """The regulated prices that the integration ships."""
    CATALOGUE = "catalogue"
    """An offer of the gateway's catalogue, followed."""
    MANUAL = "manual"
    """The user's own figures, or entities that hold them."""


class Before(StrEnum):
    """What applies before the first price that the catalogue knows of an offer."""

    WAIT = "wait"
    """Nothing: the cost waits."""
    REGULATED = "regulated"
    """The regulated price of the same option."""
    SAME = "same"
    """The first price that is known: the user says that it was the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferReference:
    """An offer of the catalogue, over all its prices; with the entry's power it names rows of the catalogue."""

    provider_id: str
    provider: str
    name: str
    offer_type: str


type OwnHours = Mapping[int, tuple[Window, ...]]
"""Off-peak hours by weekday (Monday is 0)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedPrices:
    """The prices of one offer over one span of days."""

    valid_from: date
    valid_to: date | None = None
    """Last day, None while current."""
    prices: Mapping[str, Decimal]
    """EUR/kWh by period; what is unknown is absent."""
    subscription: Decimal | None
    """EUR a month."""
    source: str
    """Whose prices they are, for people: `Tarif Bleu`."""
    unverified: bool = False
    own_hours: OwnHours | None = None
    """Off-peak hours that the offer named itself over this span."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferHistory:
    """What a source knows of the offer of an entry."""

    versions: tuple[DatedPrices, ...] = ()
    """In any order."""
    own_hours: OwnHours | None = None
    """Those that the offer names itself today."""
    peak_days: bool = True
    """Whether a seasonal offer has peak days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffEntry:
    """One entry of a usage point's tariff, as its subentry keeps it."""

    valid_from: date
    valid_to: date | None = None
    """Last day, for an entry that was ended; None: until the next one."""
    source: Source
    option: OptionCode
    power_kva: Decimal | None = None
    offpeak: OffpeakSchedule | None = None
    """Hours of the contract, for the options that follow them."""
    peak_signal: Signal | None = None
    peak_dates: frozenset[date] = frozenset()
    rules: tuple[Rule, ...] = ()
    """Of the user's own option (`CUSTOM`)."""
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    """EUR/kWh by period: all of a manual entry, or what overrides the source."""
    entities: Mapping[str, str] = field(default_factory=dict)
    """Entities of Home Assistant that hold the price of a period now."""
    subscription: Decimal | None = None
    """EUR a month, of a manual entry or over the source's."""
    offer: OfferReference | None = None
    before: Before = Before.WAIT


type PriceHistory = Callable[[TariffEntry], OfferHistory]
type EntityPrices = Mapping[str, Sequence[tuple[date, Decimal]]]
"""By entity id: the prices that were seen, each from its first day on, oldest first."""


def resolve(
    entries: Iterable[TariffEntry], *, catalogue: PriceHistory, regulated: PriceHistory, entities: EntityPrices
) -> Tariff:
    """The tariff that the entries amount to with what the sources know today. ValueError for two of the same day."""
    ordered = sorted(entries, key=lambda entry: entry.valid_from)
    if len({entry.valid_from for entry in ordered}) < len(ordered):
        raise ValueError("Two entries of a tariff start on the same day")
    versions: list[TariffVersion] = []
    for place, entry in enumerate(ordered):
        ends = [] if entry.valid_to is None else [entry.valid_to]
        if place + 1 < len(ordered):
            ends.append(ordered[place + 1].valid_from - ONE_DAY)
        versions += _expanded(entry, min(ends, default=None), catalogue, regulated, entities)
    return Tariff(tuple(versions))


def _expanded(
    entry: TariffEntry,
    last: date | None,
    catalogue: PriceHistory,
    regulated: PriceHistory,
    entities: EntityPrices,
) -> Iterable[TariffVersion]:
    history = _history(entry, catalogue, regulated)
    starts = {entry.valid_from}
    for each in history.versions:
        starts.add(each.valid_from)
        if each.valid_to is not None:
            starts.add(each.valid_to + ONE_DAY)
    starts.update(day for entity_id in entry.entities.values() for day, _ in entities.get(entity_id, ()))
    days = sorted(day for day in starts if day >= entry.valid_from and (last is None or day <= last))
    # None for an entry that ended before it started.
    for start, following in zip(days, [*days[1:], None][: len(days)], strict=True):
        known = _in_force(history.versions, start)
        prices = {**({} if known is None else known.prices), **entry.prices}
        for period, entity_id in entry.entities.items():
            if (price := _entity_price(entities.get(entity_id, ()), start)) is not None:
                prices[period] = price
        if known is not None and not _hours_are_known(entry, known):
            prices = {}
        yield TariffVersion(
            valid_from=start,
            valid_to=last if following is None else following - ONE_DAY,
            option=option_of(entry, history, known),
            prices=prices,
            subscription=entry.subscription if known is None or entry.subscription is not None else known.subscription,
            power_kva=entry.power_kva,
            source="" if known is None else known.source,
            priced_from=None if known is None else known.valid_from,
            unverified=known is not None and known.unverified,
        )


def _hours_are_known(entry: TariffEntry, known: DatedPrices) -> bool:
    """Whether somebody says when it is off-peak: an entry whose offer named its hours has none when it stops to."""
    follows = entry.source is Source.CATALOGUE and entry.option in CONTRACT_HOURS
    return not follows or entry.offpeak is not None or known.own_hours is not None


def entry_in_force(entries: Sequence[TariffEntry], day: date) -> TariffEntry | None:
    """The entry that applies on a day."""
    begun = [entry for entry in entries if entry.valid_from <= day]
    last = max(begun, key=lambda entry: entry.valid_from, default=None)
    return last if last is None or last.valid_to is None or day <= last.valid_to else None


def option_of(entry: TariffEntry, history: OfferHistory, known: DatedPrices | None) -> Option:
    """The option of an entry, with the hours that its source named for it with some prices; without any, names now."""
    if entry.option is OptionCode.CUSTOM:
        return Option(code=OptionCode.CUSTOM, rules=entry.rules)
    return build_option(
        entry.option,
        offpeak=entry.offpeak,
        own_hours=history.own_hours if known is None else known.own_hours,
        peak_signal=entry.peak_signal,
        peak_dates=entry.peak_dates,
        peak_days=history.peak_days,
    )


def _history(entry: TariffEntry, catalogue: PriceHistory, regulated: PriceHistory) -> OfferHistory:
    match entry.source:
        case Source.REGULATED:
            return regulated(entry)
        case Source.MANUAL:
            return OfferHistory()
        case Source.CATALOGUE:
            return _with_earlier(entry, catalogue(entry), regulated)


def _with_earlier(entry: TariffEntry, history: OfferHistory, regulated: PriceHistory) -> OfferHistory:
    """The prices of a catalogue offer, and before them what the user said."""
    if not history.versions or entry.before is Before.WAIT:
        return history
    first = min(history.versions, key=lambda known: known.valid_from)
    if first.valid_from <= entry.valid_from:
        return history
    eve = first.valid_from - ONE_DAY
    if entry.before is Before.SAME:
        earlier: tuple[DatedPrices, ...] = (_lasting(first, entry.valid_from, eve, first.own_hours),)
    else:
        earlier = tuple(
            _lasting(
                known, known.valid_from, eve if known.valid_to is None else min(eve, known.valid_to), first.own_hours
            )
            for known in regulated(entry).versions
            if known.valid_from <= eve
        )
    return OfferHistory(
        versions=(*earlier, *history.versions), own_hours=history.own_hours, peak_days=history.peak_days
    )


def _lasting(known: DatedPrices, first: date, last: date, hours: OwnHours | None) -> DatedPrices:
    return DatedPrices(
        valid_from=first,
        valid_to=last,
        prices=known.prices,
        subscription=known.subscription,
        source=known.source,
        unverified=known.unverified,
        own_hours=hours,
    )


def _in_force(versions: Iterable[DatedPrices], day: date) -> DatedPrices | None:
    found = [
        known for known in versions if known.valid_from <= day and (known.valid_to is None or day <= known.valid_to)
    ]
    return max(found, key=lambda known: known.valid_from, default=None)


def _entity_price(seen: Sequence[tuple[date, Decimal]], day: date) -> Decimal | None:
    """The price of an entity on a day: the last one seen until then. Before the first the user vouches for that one."""
    # A price of every day for years is asked for as often.
    following = bisect_right(seen, day, key=itemgetter(0))
    return seen[max(following, 1) - 1][1] if seen else None
