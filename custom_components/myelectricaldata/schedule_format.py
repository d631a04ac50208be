"""A usage point's schedule as JSON, and back. What cannot be read starts afresh: it costs a few calls, no data."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from .feeds import Feed
from .plan import Schedule


def encode_schedule(schedule: Schedule) -> dict[str, Any]:
    """The JSON form."""
    return {
        "minute": schedule.minute,
        "day": schedule.day and schedule.day.isoformat(),
        "slots": {feed.value: slot for feed, slot in (schedule.slots or {}).items()},
        "calls": schedule.calls,
        "failures": schedule.failures,
        "retry_at": schedule.retry_at and schedule.retry_at.isoformat(),
        "history_retry_at": schedule.history_retry_at and schedule.history_retry_at.isoformat(),
        "blocked_until": schedule.blocked_until and schedule.blocked_until.isoformat(),
    }


def decode_schedule(value: object, minute: int) -> Schedule:
    """The schedule of its JSON form; a fresh one at `minute` when the form is not as it should be."""
    if not isinstance(value, Mapping):
        return Schedule(minute=minute)
    try:
        return Schedule(
            minute=int(value["minute"]) % 120,
            day=_date(value["day"]),
            slots={Feed(feed): int(slot) for feed, slot in value["slots"].items()},
            calls=int(value["calls"]),
            failures=max(0, int(value["failures"])),
            retry_at=_instant(value["retry_at"]),
            history_retry_at=_instant(value["history_retry_at"]),
            blocked_until=_date(value["blocked_until"]),
        )
    except KeyError, TypeError, ValueError, AttributeError:
        return Schedule(minute=minute)


def _date(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _instant(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).astimezone(UTC)
