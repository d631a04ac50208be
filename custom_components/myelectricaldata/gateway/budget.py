"""How many calls an account may still make today: pure counting, kept by others.

The gateway counts per user and UTC day, 1000 calls that may come from its cache and 50 that may not (gateway.md 4.3).
We allow ourselves a fraction of both, because the user's other programs share them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Self

CACHED_LIMIT: Final = 200
UNCACHED_LIMIT: Final = 40
RESERVE: Final = 40

# No quota lasts longer than a day: a later end of a block is a damaged file or a clock that was wrong.
_LONGEST_BLOCK: Final = timedelta(hours=25)
_LARGEST_COUNT: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLimits:
    """Calls that we allow ourselves in a UTC day."""

    cached: int = CACHED_LIMIT
    uncached: int = UNCACHED_LIMIT
    reserve: int = RESERVE
    """Part of `cached` that only foreground calls (yesterday's data, the user's wish) may spend."""


class CallBudget:
    """Counters of one account; instants are aware UTC."""

    def __init__(self, limits: CallLimits | None = None) -> None:
        """Nothing spent, nothing blocked."""
        self.limits = limits or CallLimits()
        self.changes = 0
        """Grows with every change, so that the owner knows when to save."""
        self._day: date | None = None
        self._spent = {True: 0, False: 0}
        self._blocked: dict[bool, datetime | None] = {True: None, False: None}

    @property
    def blocked_until(self) -> datetime | None:
        """Until when the gateway or Enedis refuses cached calls, as far as it said; may lie in the past."""
        return self._blocked[True]

    def can_spend(self, now: datetime, *, background: bool, cached: bool = True) -> bool:
        """Whether one more call may be sent. Background calls leave the reserve alone."""
        if self._is_blocked(now, cached=cached):
            return False
        reserve = self.limits.reserve if background and cached else 0
        return self._count(now, cached=cached) < self._limit(cached=cached) - reserve

    def spend(self, now: datetime, *, cached: bool = True) -> None:
        """Count one call, before it is sent: the gateway may have counted one that never answered."""
        self._roll(now)
        self._spent[cached] += 1
        self.changes += 1

    def block(self, until: datetime, *, cached: bool | None = None) -> None:
        """Send nothing more until then: of one kind of calls, or of both."""
        for kind in (True, False) if cached is None else (cached,):
            known = self._blocked[kind]
            if known is None or known < until:
                self._blocked[kind] = until
                self.changes += 1

    def spent(self, now: datetime) -> int:
        """Calls counted since UTC midnight, of both kinds."""
        return self._count(now, cached=True) + self._count(now, cached=False)

    def left(self, now: datetime) -> int:
        """Cached calls that may still be sent today; none while blocked."""
        if self._is_blocked(now, cached=True):
            return 0
        return max(0, self.limits.cached - self._count(now, cached=True))

    def resets_at(self, now: datetime) -> datetime:
        """The next UTC midnight: the counters restart."""
        today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return today + timedelta(days=1)

    def next_chance(self, now: datetime, *, cached: bool = True) -> datetime:
        """When a call that may not be sent now may be."""
        blocked = self._blocked[cached]
        exhausted = self._count(now, cached=cached) >= self._limit(cached=cached)
        if blocked is not None and self._is_blocked(now, cached=cached):
            return max(blocked, self.resets_at(now)) if exhausted else blocked
        return self.resets_at(now)

    def as_dict(self) -> dict[str, object]:
        """Plain JSON, for `from_dict`."""
        return {
            "day": None if self._day is None else self._day.isoformat(),
            "cached": self._spent[True],
            "uncached": self._spent[False],
            "cached_blocked_until": _written(self._blocked[True]),
            "uncached_blocked_until": _written(self._blocked[False]),
        }

    @classmethod
    def from_dict(cls, data: object, limits: CallLimits | None = None) -> Self:
        """What `as_dict` wrote; anything that cannot be read counts as nothing spent and nothing blocked."""
        budget = cls(limits)
        if not isinstance(data, dict):
            return budget
        budget._day = _day(data)
        budget._spent = {True: _counter(data, "cached"), False: _counter(data, "uncached")}
        budget._blocked = {
            True: _instant(data, "cached_blocked_until"),
            False: _instant(data, "uncached_blocked_until"),
        }
        return budget

    def _roll(self, now: datetime) -> None:
        today = now.astimezone(UTC).date()
        if self._day != today:
            self._day = today
            self._spent = {True: 0, False: 0}

    def _count(self, now: datetime, *, cached: bool) -> int:
        return self._spent[cached] if self._day == now.astimezone(UTC).date() else 0

    def _limit(self, *, cached: bool) -> int:
        return self.limits.cached if cached else self.limits.uncached

    def _is_blocked(self, now: datetime, *, cached: bool) -> bool:
        until = self._blocked[cached]
        return until is not None and now < until <= now + _LONGEST_BLOCK


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()


def _day(data: Mapping[str, object]) -> date | None:
    try:
        return date.fromisoformat(str(data.get("day")))
    except ValueError:
        return None


def _counter(data: Mapping[str, object], key: str) -> int:
    count = data.get(key)
    if isinstance(count, bool) or not isinstance(count, int):
        return 0
    return min(max(count, 0), _LARGEST_COUNT)


def _instant(data: Mapping[str, object], key: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(data.get(key)))
        return moment.astimezone(UTC) if moment.tzinfo is not None else None
    except ValueError, OverflowError:
        return None
