"""The ledger as JSON, and back: version 1.

    {"days": {"consumption": {"2026-11-20": [17005, 30, [1453, null, …]], "2023-12-01": [9120]}},
     "peaks": {"2026-11-20": [3305, "2026-11-20T21:39:00+00:00"]},
     "history": {"consumption_daily": {"asked_from": "2023-11-22", …}},
     "contract": {…}, "contract_read_on": "2026-11-21", "unwritten": {"consumption": "2026-11-20"},
     "derived": {"consumption": {"fingerprint": "9f…", "until": "2026-11-20", "series": ["cost", "cost_hc", …]}}}

`derived` came later: a file without it is one of which nothing derived was written. A day is `[index in Wh or null, slot in minutes, [mean W or null by slot]]`, without the last two when there is no curve.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from .energy.readings import DayCurve, DayRecord, slots_in_day
from .feeds import Feed, History
from .gateway.models import Contract, Direction, PowerPeak


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedState:
    """Which statistics the recorder has that follow from the energy of one direction and a tariff."""

    fingerprint: str | None = None
    """Of all that their rows depend on besides the readings; None while some may not be as they should be."""
    until: date = date.min
    """The last day that the fingerprint covers."""
    series: tuple[str, ...] = ()
    """Their kinds, see `derived.DerivedKind`; those of an earlier tariff included, until their rows are neutralised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerState:
    """All that is stored of one usage point."""

    days: Mapping[Direction, Mapping[date, DayRecord]] = field(
        default_factory=lambda: {direction: {} for direction in Direction}
    )
    peaks: Mapping[date, PowerPeak] = field(default_factory=dict)
    history: Mapping[Feed, History] = field(default_factory=dict)
    contract: Contract | None = None
    contract_read_on: date | None = None
    """The day on which the contract was last asked for, whatever came."""
    unwritten: Mapping[str, date] = field(default_factory=dict)
    """By statistic: the first day whose rows the recorder may not have as they should be."""
    derived: Mapping[str, DerivedState] = field(default_factory=dict)
    """By direction; absent when there is none."""


class LedgerFormatError(ValueError):
    """The file is JSON, but not a ledger."""


def encode_state(state: LedgerState) -> dict[str, Any]:
    """The JSON form of a state. Touches nothing that can change, so it may run in any thread."""
    return {
        "days": {
            direction.value: {day.isoformat(): _encode_record(record) for day, record in sorted(days.items())}
            for direction, days in state.days.items()
        },
        "peaks": {
            day.isoformat(): [peak.volt_amperes, peak.at and peak.at.isoformat()]
            for day, peak in sorted(state.peaks.items())
        },
        "history": {feed.value: _encode_fields(history) for feed, history in state.history.items()},
        "contract": state.contract and _encode_fields(state.contract),
        "contract_read_on": state.contract_read_on and state.contract_read_on.isoformat(),
        "unwritten": {series: day.isoformat() for series, day in state.unwritten.items()},
        "derived": {direction: _encode_fields(derived) for direction, derived in state.derived.items()},
    }


def decode_state(data: Mapping[str, Any]) -> LedgerState:
    """The state of its JSON form. Raises `LedgerFormatError` when anything in it is not as it should be."""
    try:
        return LedgerState(
            days={
                direction: {
                    (day := date.fromisoformat(key)): _decode_record(day, value)
                    for key, value in data["days"].get(direction.value, {}).items()
                }
                for direction in Direction
            },
            peaks={date.fromisoformat(key): _decode_peak(value) for key, value in data["peaks"].items()},
            history={Feed(key): _decode_history(value) for key, value in data["history"].items()},
            contract=_decode_contract(data["contract"]),
            contract_read_on=_decode_date(data["contract_read_on"]),
            unwritten={str(series): date.fromisoformat(day) for series, day in data["unwritten"].items()},
            derived={
                Direction(direction).value: _decode_derived(value)
                for direction, value in data.get("derived", {}).items()
            },
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, InvalidOperation) as err:
        raise LedgerFormatError(f"{type(err).__name__}: {err}") from err


def _encode_record(record: DayRecord) -> tuple[Any, ...]:
    # Tuples are JSON arrays like lists, and the garbage collector soon lets those of plain values go.
    if record.curve is None:
        return (record.index_wh,)
    return record.index_wh, record.curve.minutes, record.curve.watts


def _decode_record(day: date, value: list[Any]) -> DayRecord:
    index = None if value[0] is None else _natural(value[0])
    if len(value) == 1:
        return DayRecord(index_wh=index)
    _, minutes, watts = value
    if minutes not in (5, 10, 15, 30, 60) or len(watts) != slots_in_day(day, minutes):
        raise LedgerFormatError(f"{day}: {len(watts)} slots of {minutes} minutes")
    return DayRecord(index, DayCurve(minutes, tuple(None if watt is None else _natural(watt) for watt in watts)))


def _natural(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise LedgerFormatError(f"{value!r} is not a reading")
    return value


def _decode_peak(value: list[Any]) -> PowerPeak:
    volt_amperes, at = value
    instant = None if at is None else datetime.fromisoformat(at).astimezone(UTC)
    return PowerPeak(volt_amperes=_natural(volt_amperes), at=instant)


def _encode_fields(value: Contract | History | DerivedState) -> dict[str, Any]:
    return {item.name: _encode_value(getattr(value, item.name)) for item in fields(value)}


def _encode_value(value: object) -> Any:
    match value:
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case tuple():
            return list(value)
        case _:
            return value


def _decode_date(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _decode_history(value: Mapping[str, Any]) -> History:
    return History(
        asked_from=_decode_date(value["asked_from"]),
        asked_to=_decode_date(value["asked_to"]),
        floor=_decode_date(value["floor"]),
        finished_on=_decode_date(value["finished_on"]),
        reviews=_natural(value["reviews"]),
        refused_on=_decode_date(value["refused_on"]),
    )


def _decode_derived(value: Mapping[str, Any]) -> DerivedState:
    fingerprint = value["fingerprint"]
    return DerivedState(
        fingerprint=None if fingerprint is None else str(fingerprint),
        until=date.fromisoformat(value["until"]),
        series=tuple(str(kind) for kind in value["series"]),
    )


def _decode_contract(value: Mapping[str, Any] | None) -> Contract | None:
    if value is None:
        return None
    power = value["subscribed_power_kva"]
    return Contract(
        segment=value["segment"],
        contract_type=value["contract_type"],
        status=value["status"],
        distribution_tariff=value["distribution_tariff"],
        subscribed_power_kva=None if power is None else Decimal(power),
        activation_date=_decode_date(value["activation_date"]),
        production_activation_date=_decode_date(value["production_activation_date"]),
        tariff_change_date=_decode_date(value["tariff_change_date"]),
        offpeak_texts=tuple(str(text) for text in value["offpeak_texts"]),
    )
