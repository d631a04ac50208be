"""Metering bodies, v5 and 2026, to readings by Paris civil day. Sources: gateway.md 5.2 to 5.6, domain.md 1."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from itertools import chain
from typing import Final

from ..energy.assembly import CurveSample, LabelledCurve
from ..energy.calendar import minutes_in_day, paris_date
from ..energy.readings import DayCurve
from .answers import Answer, raise_inner_error, unreadable
from .models import Dialect, Direction, PowerPeak
from .parsing import (
    LARGEST,
    civil_day,
    has_offset,
    instant,
    interval_minutes,
    leading_day,
    mapping,
    number,
    paris_instant,
    rounded,
    sequence,
    text,
    usage_point_number,
    wall_time,
)


class Quantity(Enum):
    """What was asked: it decides the unit, because the unit in the body may be wrong (gateway.md 5.2).

    The value is `grandeurPhysique` of the 2026 bodies.
    """

    DAILY = "EA"
    """Wh of a day."""
    CURVE = "PA"
    """Mean W of an interval."""
    POWER = "PMA"
    """Highest VA of a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the body has to answer."""

    pdl: str
    direction: Direction
    quantity: Quantity
    first: date
    last: date
    """Paris days, both included: others in the body are left out."""
    now: datetime

    def wants(self, day: date) -> bool:
        """Whether this day was asked for."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class _Reading:
    written: object
    stamp: object
    interval: object
    unit: str

    @property
    def value(self) -> Decimal | None:
        """What is written, when it is a number."""
        return number(self.written)


@dataclass(frozen=True, slots=True)
class _Items:
    """The readings of one list, made anew by each iteration.

    Kept, those of some months would be many thousand objects that live just long enough to make Python's garbage
    collector go through everything that Home Assistant holds, which stops it for a noticeable time.
    """

    points: Sequence[object]
    keys: tuple[str, str, str]
    """Of the value, the stamp and the interval."""
    unit: str

    def __iter__(self) -> Iterator[_Reading]:
        value, stamp, interval = self.keys
        for point in map(mapping, self.points):
            yield _Reading(point.get(value), point.get(stamp), point.get(interval), self.unit)


@dataclass(frozen=True, slots=True)
class Readings:
    """The raw readings of a body, whatever its dialect."""

    dialect: Dialect
    lists: tuple[_Items, ...]
    partial: bool = False
    """The gateway said PARTIAL_DATA."""
    deprecated_shape: bool = False
    """A 2.x that serves the v5 shape."""

    @property
    def items(self) -> Iterator[_Reading]:
        """Every reading, in the order of the body."""
        return chain.from_iterable(self.lists)

    def __len__(self) -> int:
        return sum(len(listed.points) for listed in self.lists)


_METIER: Final = {Direction.CONSUMPTION: "CONS", Direction.PRODUCTION: "PROD"}
_LONG_STEP = re.compile(r"P[0-9]+[WMY]")
_DAY_STEPS: Final = frozenset({"P1D", "PT1D", "PT24H", "PT1440M"})
_PREFIXED: Final = frozenset({"kwh", "kw", "kva", "mwh", "mw", "mva"})
# kWh per half hour stay far below, watts with a fraction do not exist.
_DEMO_LIMIT: Final = 50


def read_metering(answer: Answer, question: Question) -> Readings:
    """The readings that answer the question; raises `GatewayError` where the shape is not understood."""
    raise_inner_error(answer.data, question.now)
    content = mapping(answer.data)
    if "grandeur" in content:
        dialect = Dialect.DATA_CONNECT_2026
        _check_owner(content.get("idPrm"), question)
        _check_step(content.get("pas"), question)
        lists = tuple(_read_2026(content["grandeur"], question))
    elif "meter_reading" in content:
        dialect = Dialect.V5
        meter = mapping(content["meter_reading"])
        _check_owner(meter.get("usage_point_id"), question)
        _check_step(mapping(meter.get("reading_type")).get("measuring_period"), question)
        lists = (_read_v5(meter),)
    else:
        raise unreadable("no readings in it")
    return Readings(dialect, lists, answer.partial, answer.deprecated_shape)


def daily_energy(readings: Readings, question: Question) -> dict[date, int]:
    """Wh by Paris day. A day said twice with two values is left out: nothing tells which is true."""
    said: dict[date, set[int]] = {}
    understood = 0
    for reading in readings.items:
        day = civil_day(reading.stamp)
        step = text(reading.interval)
        if day is None or (step is not None and step not in _DAY_STEPS):
            continue
        understood += 1
        value = reading.value
        energy = None if value is None else rounded(value * _prefix(reading.unit))
        if energy is not None and energy <= LARGEST and question.wants(day):
            said.setdefault(day, set()).add(energy)
    _check_understood(readings, understood)
    return {day: min(values) for day, values in sorted(said.items()) if len(values) == 1}


def load_curve(readings: Readings, question: Question) -> dict[date, DayCurve]:
    """Load curves by Paris day. Labels are the starts of the intervals, in naive Paris time (gateway.md 5.2)."""
    understood = 0

    def samples() -> Iterator[CurveSample]:
        nonlocal understood
        in_demo_units = _is_demo_curve(readings)
        half_hourly = _half_hourly_days(readings)
        for reading in readings.items:
            label = wall_time(reading.stamp)
            if label is None:
                continue
            understood += 1
            minutes = interval_minutes(reading.interval)
            if minutes is None and text(reading.interval) is None and label.date() in half_hourly:
                minutes = 30
            if minutes is not None:
                yield CurveSample(label, minutes, _watts(reading, minutes, in_demo_units=in_demo_units))

    curve = LabelledCurve(samples())
    _check_understood(readings, understood)
    if curve.end_stamped:
        raise unreadable("load curve stamped at the end of its intervals")
    return curve.days(question.wants)


def maximum_power(readings: Readings, question: Question) -> dict[date, PowerPeak]:
    """The highest VA by Paris day. Of several peaks of one day the highest is the day's."""
    peaks: dict[date, PowerPeak] = {}
    understood = 0
    for reading in readings.items:
        day, at = _moment(reading.stamp)
        if day is None:
            continue
        understood += 1
        value = reading.value
        if value is None or not question.wants(day):
            continue
        power = rounded(value * _prefix(reading.unit))
        known = peaks.get(day)
        if power <= LARGEST and (known is None or _rank(power, at) > _rank(known.volt_amperes, known.at)):
            peaks[day] = PowerPeak(volt_amperes=power, at=at)
    _check_understood(readings, understood)
    return dict(sorted(peaks.items()))


def _read_2026(entries: object, question: Question) -> Iterator[_Items]:
    """Every entry of the direction and quantity asked; those of the other direction are somebody else's answer."""
    listed = [mapping(entry) for entry in ([entries] if isinstance(entries, dict) else sequence(entries))]
    metiers = [text(entry.get("grandeurMetier")) for entry in listed]
    asked = _METIER[question.direction]
    matching = [
        entry
        for entry, metier in zip(listed, metiers, strict=True)
        if metier == asked and text(entry.get("grandeurPhysique")) in {None, question.quantity.value}
    ]
    if not isinstance(entries, list | dict) or (
        listed and not matching and not any(metier in _METIER.values() and metier != asked for metier in metiers)
    ):
        raise unreadable("no readings of a known kind")
    for entry in matching:
        yield _Items(_listed(entry, "points"), ("v", "d", "p"), text(entry.get("unite")) or "")


def _read_v5(meter: Mapping[str, object]) -> _Items:
    unit = text(mapping(meter.get("reading_type")).get("unit")) or ""
    return _Items(_listed(meter, "interval_reading"), ("value", "date", "interval_length"), unit)


def _listed(content: Mapping[str, object], key: str) -> Sequence[object]:
    """The list under a key. An explicit null is an empty one, anything else is not understood."""
    if key not in content or not isinstance(content[key], list | None):
        raise unreadable(f"no list of {key}")
    return sequence(content[key])


def _check_owner(named: object, question: Question) -> None:
    """A body that names another usage point is nobody's reading."""
    if text(named) is not None and usage_point_number(named) != question.pdl:
        raise unreadable("readings of another usage point")


def _check_step(step: object, question: Question) -> None:
    """Monthly totals must not pass for a day."""
    if question.quantity is not Quantity.CURVE and _LONG_STEP.fullmatch(text(step) or ""):
        raise unreadable("readings of a month where days were asked")


def _check_understood(readings: Readings, understood: int) -> None:
    if len(readings) and not understood:
        raise unreadable("no reading has a known date")


def _prefix(unit: str) -> int:
    """Kilo and mega scale what the endpoint decides; the rest of the unit is not believed (gateway.md 1, rule 5)."""
    return {"k": 1000, "K": 1000, "M": 1_000_000}.get(unit[0], 1) if unit.lower() in _PREFIXED else 1


def _watts(reading: _Reading, minutes: int, *, in_demo_units: bool) -> int | None:
    value = reading.value
    if value is None:
        return None
    power = value * _prefix(reading.unit)
    if in_demo_units:
        power = value * 1000 * 60 / minutes
    elif reading.unit.lower() in {"kwh", "mwh"}:
        power = power * 60 / minutes
    return rounded(power) if power <= LARGEST else None


def _is_demo_curve(readings: Readings) -> bool:
    """Whether this is the demo account's curve: kWh a slot, said nowhere, but told by its stamps (gateway.md 5.6).

    No other body has stamps with an offset, fractions and values that small together.
    """
    if not all(has_offset(reading.stamp) and not reading.unit for reading in readings.items):
        return False
    values = [value for reading in readings.items if (value := reading.value) is not None]
    return any(value != value.to_integral_value() for value in values) and max(values) < _DEMO_LIMIT


def _half_hourly_days(readings: Readings) -> frozenset[date]:
    """The days whose readings, without any interval, can only be half-hourly: 46, 48 or 50 of them (gateway.md 14)."""
    by_day: dict[date, list[datetime]] = {}
    for reading in readings.items:
        if text(reading.interval) is None and (label := wall_time(reading.stamp)) is not None:
            by_day.setdefault(label.date(), []).append(label)
    return frozenset(day for day, found in by_day.items() if _is_half_hourly(day, found))


def _is_half_hourly(day: date, labels: list[datetime]) -> bool:
    expected = minutes_in_day(day) // 30
    distinct = set(labels)
    count = len(labels) if expected == 50 else len(distinct)
    return count == expected and all(label.minute in {0, 30} and not label.second for label in distinct)


def _moment(stamp: object) -> tuple[date | None, datetime | None]:
    """Paris day and UTC instant of a peak. The instant is None when the stamp does not tell it."""
    if has_offset(stamp):
        at = instant(stamp)
        return (None, None) if at is None else (paris_date(at), at)
    wall = wall_time(stamp)
    if wall is not None:
        return wall.date(), paris_instant(wall)
    plain = leading_day(stamp) if len(text(stamp) or "") == 10 else None
    return plain, None


def _rank(power: int, at: datetime | None) -> tuple[int, bool, float]:
    """Highest first, then the one whose moment is known, then the earliest."""
    return power, at is not None, -(at or datetime(2000, 1, 1, tzinfo=UTC)).timestamp()
