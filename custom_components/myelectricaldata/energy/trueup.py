"""From a day's record to the energy of its slots, to the Wh: the table of reference/domain.md 1.7.

The daily index is what Enedis certifies; the load curve says when. Where both are known they agree to the Wh; where
they do not, or one lacks, each case has its rule and its `Quality`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final

from .profile import Profile
from .readings import DayCurve, DayRecord, slots_in_day

type ProfileSource = Callable[[], Profile | None]

ESTIMATE_MINUTES = 30
TOLERANCE_WH = 1
SCALING_LIMIT = Fraction(2, 100)
PUBLISHABLE_SHARE = Fraction(90, 100)
PARTIAL_AFTER_DAYS = 3


class Quality(StrEnum):
    """Where the energy of a day's slots comes from."""

    MEASURED = "measured"
    """The load curve, equal to the index where there is one."""
    SCALED = "scaled"
    """The load curve, scaled by at most 2 % to meet the index."""
    FILLED = "filled"
    """The load curve, and the rest of the index in the slots that it lacks."""
    ESTIMATED = "estimated"
    """The index alone, spread over the day."""
    CONFLICT = "conflict"
    """The load curve as it is: the index says something else."""
    PARTIAL = "partial"
    """At least 90 % of a load curve, three days later, without an index."""


ESTIMATES: Final = frozenset({Quality.ESTIMATED, Quality.FILLED})
"""Qualities of a day that has slots which were not measured."""


@dataclass(frozen=True, slots=True)
class DayEnergy:
    """The energy of one Paris civil day by slot."""

    minutes: int
    """Length of a slot."""
    slots: tuple[int | None, ...]
    """Wh; None is a slot of which nothing is known: no row."""
    quality: Quality

    @property
    def total_wh(self) -> int:
        """Energy of the known slots."""
        return sum(filter(None, self.slots))

    def hours(self) -> tuple[int | None, ...]:
        """Wh of the 23, 24 or 25 hours; None where no slot is known. They sum to `total_wh`."""
        width = 60 // self.minutes
        return tuple(_known_sum(self.slots[first : first + width]) for first in range(0, len(self.slots), width))


def day_energy(day: date, record: DayRecord, *, today: date, profile: ProfileSource | None) -> DayEnergy | None:
    """The energy of a day as far as it can be published; None when there is nothing to publish yet.

    `today` is the Paris civil day of now: neither it nor the future is ever published. `profile` is called only when
    the result depends on it; without one, or when it knows nothing, energy is spread evenly.
    """
    if day >= today:
        return None
    curve = record.delivered_curve
    if curve is None:
        return None if record.index_wh is None else _spread(day, record.index_wh, profile)
    if curve.complete:
        return _whole(curve, record.index_wh)
    if record.index_wh is not None:
        return _filled(day, curve, record.index_wh, profile)
    ready = curve.known >= PUBLISHABLE_SHARE * len(curve.watts) and (today - day).days >= PARTIAL_AFTER_DAYS
    return DayEnergy(curve.minutes, _scaled(curve, _rounded(_energy(curve))), Quality.PARTIAL) if ready else None


def needs_profile(record: DayRecord) -> bool:
    """Whether the energy of this day depends on the household's profile, and so on other days."""
    if not record.index_wh:
        return False
    curve = record.delivered_curve
    if curve is None:
        return True
    return curve.known + 1 < len(curve.watts) and _rounded(_energy(curve)) < record.index_wh


def apportion(total: int, weights: Sequence[int | Fraction]) -> tuple[int, ...]:
    """Share an integer in proportion to `weights`, by largest remainder: the shares sum to `total` exactly.

    Equal remainders go to the earlier place. All weights zero: an even spread. ValueError for a negative total or
    weight, and for something to share without places.
    """
    if total < 0 or min(weights, default=0) < 0:
        raise ValueError("Only energy that is not negative can be shared")
    if not weights:
        if total:
            raise ValueError("Nowhere to put the energy")
        return ()
    if not any(weights):
        weights = (1,) * len(weights)
    whole = sum(weights)
    shares, remainders = zip(*(divmod(total * weight, whole) for weight in weights), strict=True)
    shared = [int(share) for share in shares]
    largest_first = sorted(range(len(weights)), key=lambda place: (-remainders[place], place))
    for place in largest_first[: total - sum(shared)]:
        shared[place] += 1
    return tuple(shared)


def _whole(curve: DayCurve, index_wh: int | None) -> DayEnergy:
    energy = _energy(curve)
    if index_wh is None:
        return DayEnergy(curve.minutes, _scaled(curve, _rounded(energy)), Quality.MEASURED)
    gap = abs(index_wh - energy)
    if gap <= TOLERANCE_WH:
        return DayEnergy(curve.minutes, _scaled(curve, index_wh), Quality.MEASURED)
    if gap <= SCALING_LIMIT * index_wh:
        return DayEnergy(curve.minutes, _scaled(curve, index_wh), Quality.SCALED)
    return DayEnergy(curve.minutes, _scaled(curve, _rounded(energy)), Quality.CONFLICT)


def _filled(day: date, curve: DayCurve, index_wh: int, profile: ProfileSource | None) -> DayEnergy:
    energy = _energy(curve)
    if energy > index_wh + TOLERANCE_WH:
        return DayEnergy(curve.minutes, _scaled(curve, _rounded(energy)), Quality.CONFLICT)
    known = _scaled(curve, min(_rounded(energy), index_wh))
    rest = index_wh - sum(slot for slot in known if slot is not None)
    several = len(known) - curve.known > 1
    weights = _weights(day, curve.minutes, profile if rest and several else None)
    shares = _shared(
        rest, [weight if slot is None else None for slot, weight in zip(known, weights, strict=True)], curve.minutes
    )
    slots = tuple(share if slot is None else slot for slot, share in zip(known, shares, strict=True))
    return DayEnergy(curve.minutes, slots, Quality.FILLED)


def _spread(day: date, index_wh: int, profile: ProfileSource | None) -> DayEnergy:
    weights = _weights(day, ESTIMATE_MINUTES, profile if index_wh else None)
    return DayEnergy(ESTIMATE_MINUTES, _shared(index_wh, weights, ESTIMATE_MINUTES), Quality.ESTIMATED)


def _weights(day: date, minutes: int, profile: ProfileSource | None) -> tuple[int, ...]:
    shape = profile() if profile else None
    return (1,) * slots_in_day(day, minutes) if shape is None else shape.slot_weights(day, minutes)


def _scaled(curve: DayCurve, total_wh: int) -> tuple[int | None, ...]:
    """The known slots, in proportion to their power, summing to `total_wh`; the others stay unknown."""
    # As a rule the power of every slot is a whole number of Wh and they sum to the index: nothing is left to share.
    if all((watt or 0) * curve.minutes % 60 == 0 for watt in curve.watts):
        slots = tuple(None if watt is None else watt * curve.minutes // 60 for watt in curve.watts)
        if sum(filter(None, slots)) == total_wh:
            return slots
    return _shared(total_wh, curve.watts, curve.minutes)


def _shared(total_wh: int, weights: Sequence[int | None], minutes: int) -> tuple[int | None, ...]:
    """Share energy among the slots that have a weight, hour by hour and then within each hour.

    Two steps keep every hour within 1 Wh of its exact share, however short the slots are.
    """
    if not any(weights):
        weights = [None if weight is None else 1 for weight in weights]
    width = 60 // minutes
    hours = [weights[first : first + width] for first in range(0, len(weights), width)]
    slots: list[int | None] = []
    for hour, energy in zip(hours, apportion(total_wh, [_known_sum(hour) or 0 for hour in hours]), strict=True):
        shares = iter(apportion(energy, [weight for weight in hour if weight is not None]))
        slots += (None if weight is None else next(shares) for weight in hour)
    return tuple(slots)


def _energy(curve: DayCurve) -> Fraction:
    """Wh of the known slots: mean power times duration."""
    return Fraction(sum(watt for watt in curve.watts if watt is not None) * curve.minutes, 60)


def _rounded(energy: Fraction) -> int:
    """Nearest Wh, halves up."""
    return (energy + Fraction(1, 2)).__floor__()


def _known_sum(slots: Sequence[int | None]) -> int | None:
    known = [slot for slot in slots if slot is not None]
    return sum(known) if known else None
