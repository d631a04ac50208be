"""The gateway's public demo account: kWh decimals, a fixed +01:00, an inclusive end (gateway.md 5.6)."""

import random
from datetime import date

from . import bodies
from .bodies import Ask, Reply
from .clock import days, paris_day
from .enedis import parse_day
from .households import PRODUCTION


def demo_answer(ask: Ask, dice: random.Random) -> Reply:
    """The whole answer of a metering route to the demo account."""
    first, last = parse_day(ask.start), parse_day(ask.end)
    if first is None or last is None:
        return bodies.internal_error(ask.now)
    wanted = [day for day in days(first, last) if day < paris_day(ask.now)] if ask.home.measures(ask.direction) else []
    if ask.feed == "curve":
        readings = [reading for day in wanted for reading in _half_hours(ask, day)]
        return Reply(bodies.enveloped({"meter_reading": {"interval_reading": readings}}, ask.now))
    unit, readings = "kWh", [_point(ask.home.daily_wh(ask.direction, day), day.isoformat(), "PT1D") for day in wanted]
    if ask.feed == "power":
        unit = "kVA"
        readings = [_point(dice.randrange(2500, 9800), day.isoformat(), "PT1D") for day in wanted]
    kind = {"unit": unit, "measurement_kind": "power" if ask.feed == "power" else "energy"}
    meter: dict[str, object] = {
        "reading_type": kind | {"aggregate": "maximum" if ask.feed == "power" else "sum"},
        "interval_reading": readings,
    }
    if ask.direction == PRODUCTION or ask.feed == "power":
        head = {"usage_point_id": ask.home.pdl, "start": ask.start, "end": ask.end}
        meter = {**head, **({"quality": "CORRIGE"} if readings else {}), **meter}
    return Reply(bodies.enveloped({"meter_reading": meter}, ask.now))


def _point(thousandths: int, label: str, length: str) -> dict[str, object]:
    return {"value": f"{thousandths / 1000:.3f}", "date": label, "interval_length": length, "measure_type": "B"}


def _half_hours(ask: Ask, day: date) -> list[dict[str, object]]:
    energies = (*ask.home.slot_wh(ask.direction, day), 0, 0)[:48]
    return [
        _point(energy, f"{day}T{index // 2:02}:{index % 2 * 30:02}:00+01:00", "PT30M")
        for index, energy in enumerate(energies)
    ]
