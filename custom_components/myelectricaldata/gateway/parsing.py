"""From loose JSON values to exact Python ones.

Every function takes whatever a body may hold at that place and gives either the exact value or None: a value that
cannot be read is missing, it is never guessed and never raises. Sources: gateway.md 5.2, 5.6 and 7.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from ..energy.calendar import PARIS

# 1 GW, or 1 GWh in a day: no usage point of the public grid comes near, so more than that is not a reading.
LARGEST: Final = Decimal(10**9)
_LONGEST_TEXT: Final = 2000
# Outside of these a date is a mistake, and arithmetic on it may overflow.
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2199

_NUMBER = re.compile(r"[0-9]{1,20}(\.[0-9]{0,20})?([eE][+-]?[0-9]{1,2})?")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MOMENT = re.compile(
    r"(?P<moment>[0-9]{4}-[0-9]{2}-[0-9]{2}[T ](?:[01][0-9]|2[0-3]):[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?)"
    r" ?(?P<offset>Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_INTERVAL = re.compile(r"PT([0-9]{1,3})([MH])")
_PARIS_OFFSETS: Final = frozenset({"+01:00", "+02:00", "+0100", "+0200", "+01", "+02"})
_SLOT_MINUTES: Final = frozenset({5, 10, 15, 30, 60})


def mapping(value: object) -> Mapping[str, object]:
    """The JSON object, or an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> Sequence[object]:
    """The JSON array, or an empty one."""
    return value if isinstance(value, list) else ()


def mappings(value: object) -> Iterable[Mapping[str, object]]:
    """The JSON objects of an array."""
    return (item for item in sequence(value) if isinstance(item, dict))


def text(value: object) -> str | None:
    """A text that can be stored, shown and sent, or None for none and for an empty one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < LARGEST**2 else None
    if not isinstance(value, str):
        return None
    # A lone surrogate is legal in JSON and breaks every file and socket that it is later written to.
    storable = value.strip()[:_LONGEST_TEXT].encode("utf-8", "replace").decode()
    return storable.replace("\x00", "").strip() or None


def flag(value: object, *, absent: bool) -> bool:
    """A JSON boolean; anything else is `absent`."""
    return value if isinstance(value, bool) else absent


def number(value: object) -> Decimal | None:
    """A finite number from zero to `LARGEST`, written as a JSON number or as a text; else None."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    if isinstance(value, int):
        return Decimal(value) if 0 <= value <= LARGEST else None
    written = value.strip() if isinstance(value, str) else str(value)
    if not _NUMBER.fullmatch(written):
        return None
    exact = Decimal(written)
    return exact if exact <= LARGEST else None


def whole(value: object) -> int | None:
    """A number without a fraction; else None."""
    exact = number(value)
    return int(exact) if exact is not None and exact == exact.to_integral_value() else None


def rounded(value: Decimal) -> int:
    """To the nearest integer, halves up."""
    return int(value.to_integral_value(ROUND_HALF_UP))


def leading_day(value: object) -> date | None:
    """The day that a text starts with (`2018-08-31`, `2018-08-31+02:00`, `2018-08-31T00:00:00+0200`)."""
    found = _DAY.match(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
    return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def civil_day(value: object) -> date | None:
    """The Paris day of a daily reading: a plain day, or its Paris midnight. Any other moment is not a day."""
    if not isinstance(value, str):
        return None
    if _DAY.fullmatch(value.strip()):
        return leading_day(value)
    stamp = wall_time(value)
    return stamp.date() if stamp is not None and stamp.time() == stamp.time().min else None


def wall_time(value: object) -> datetime | None:
    """A Paris wall time, naive.

    The demo account adds an offset to it, +01:00 even in summer (gateway.md 5.6), so a French offset is dropped and
    not applied. Any other offset would be another clock: not a label.
    """
    found = _moment(value)
    if found is None or (found["offset"] is not None and found["offset"] not in _PARIS_OFFSETS):
        return None
    return datetime.fromisoformat(found["moment"])


def has_offset(value: object) -> bool:
    """Whether a stamp carries a UTC offset."""
    found = _moment(value)
    return found is not None and found["offset"] is not None


def instant(value: object) -> datetime | None:
    """An aware UTC instant; one without an offset is UTC, as everywhere in the gateway's own tables."""
    found = _moment(value)
    if found is None:
        return None
    try:
        return datetime.fromisoformat(found["moment"] + (found["offset"] or "Z")).astimezone(UTC)
    except ValueError:  # an offset of 24 hours or more
        return None


def paris_instant(wall: datetime) -> datetime | None:
    """The UTC instant of a Paris wall time; None in the hours of a clock change that do not exist or exist twice."""
    first = wall.replace(tzinfo=PARIS, fold=0)
    second = wall.replace(tzinfo=PARIS, fold=1)
    return first.astimezone(UTC) if first.utcoffset() == second.utcoffset() else None


def interval_minutes(value: object) -> int | None:
    """Minutes of `PT<n>M` or `PT<n>H`, when a load curve can have such slots; else None."""
    found = _INTERVAL.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    minutes = int(found[1]) * (60 if found[2] == "H" else 1)
    return minutes if minutes in _SLOT_MINUTES else None


def usage_point_number(value: object) -> str | None:
    """A usage point's 14 digits, also where a JSON number has lost its leading zeros."""
    written = text(value)
    if written is None or not written.isascii() or not written.isdigit() or len(written) > 14:
        return None
    return written.zfill(14)


def _moment(value: object) -> re.Match[str] | None:
    """The parts of a stamp with a day and a time that exist."""
    found = _MOMENT.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or leading_day(value) is None:
        return None
    try:
        datetime.fromisoformat(found["moment"])
    except ValueError:
        return None
    return found
