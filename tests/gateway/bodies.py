"""Bodies as the gateway writes them, built from a known truth."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from custom_components.myelectricaldata.energy.calendar import PARIS, day_start
from custom_components.myelectricaldata.energy.readings import DayCurve
from custom_components.myelectricaldata.gateway.models import Direction

PDL = "22516914714270"
OTHER_PDL = "22516914714271"
METIER = {Direction.CONSUMPTION: "CONS", Direction.PRODUCTION: "PROD"}

type Sample = tuple[datetime, int, int | None]
"""Label, minutes, watts."""


def envelope(data: object, error: Mapping[str, object] | None = None, *, success: bool = True) -> dict[str, Any]:
    return {"success": success, "data": data, "error": error, "timestamp": "2026-11-21T09:21:35.607245"}


def failure(code: str, message: str = "No.") -> dict[str, Any]:
    return envelope(None, {"code": code, "message": message, "field": None}, success=False)


def samples_of(day: date, curve: DayCurve) -> list[Sample]:
    """Labels by the gateway's naive shift: the local end of each slot, less the slot, without a look at the zone."""
    step = timedelta(minutes=curve.minutes)
    labelled = []
    for position, watts in enumerate(curve.watts):
        end = (day_start(day) + (position + 1) * step).astimezone(PARIS).replace(tzinfo=None)
        labelled.append((end - step, curve.minutes, watts))
    return labelled


def v5_curve(samples: Iterable[Sample]) -> dict[str, Any]:
    return {
        "meter_reading": {
            "interval_reading": [
                {
                    "value": None if watts is None else str(watts),
                    "date": str(label),
                    "interval_length": f"PT{minutes}M",
                    "measure_type": "B",
                }
                for label, minutes, watts in samples
            ]
        }
    }


def modern_curve(samples: Iterable[Sample], direction: Direction = Direction.CONSUMPTION) -> dict[str, Any]:
    points = [
        {"v": None if watts is None else str(watts), "d": str(label), "p": f"PT{minutes}M", "n": "B", "iv": "0"}
        for label, minutes, watts in samples
    ]
    return modern(points, direction, "PA", "W")


def v5_daily(days: Iterable[tuple[date, int | None]], unit: str = "Wh") -> dict[str, Any]:
    readings = [{"value": None if wh is None else str(wh), "date": day.isoformat()} for day, wh in days]
    return {"meter_reading": {"interval_reading": readings, "reading_type": {"unit": unit, "measuring_period": "P1D"}}}


def modern_daily(
    days: Iterable[tuple[date, int | None]], direction: Direction = Direction.CONSUMPTION
) -> dict[str, Any]:
    points = [{"v": None if wh is None else str(wh), "d": day.isoformat()} for day, wh in days]
    return modern(points, direction, "EA", "Wh") | {"pas": "P1D"}


def v5_power(peaks: Iterable[tuple[str, object]], unit: str = "VA") -> dict[str, Any]:
    readings = [{"value": value, "date": stamp} for stamp, value in peaks]
    return {"meter_reading": {"usage_point_id": PDL, "interval_reading": readings, "reading_type": {"unit": unit}}}


def modern_power(peaks: Iterable[tuple[str, object]]) -> dict[str, Any]:
    return modern([{"v": value, "d": stamp} for stamp, value in peaks], Direction.CONSUMPTION, "PMA", "VA")


def modern(points: Sequence[object], direction: Direction, physical: str, unit: str) -> dict[str, Any]:
    """With an entry of the other direction first, which is nobody's business."""
    other = Direction.PRODUCTION if direction is Direction.CONSUMPTION else Direction.CONSUMPTION
    entries = [
        {
            "grandeurMetier": METIER[other],
            "grandeurPhysique": physical,
            "unite": unit,
            "points": [{"v": "999999", "d": "2026-11-17 00:00:00", "p": "PT30M"}],
        },
        {
            "grandeurMetier": METIER[direction],
            "grandeurPhysique": physical,
            "unite": unit,
            "points": points,
            "calendrier": [],
        },
    ]
    return {"idPrm": PDL, "periode": {"dateDebut": "2026-11-17", "dateFin": "2026-11-21"}, "grandeur": entries}
