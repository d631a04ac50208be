"""What the gateway writes: its envelope, its error bodies, and metering data in the v5 and the 2026 shape."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from .enedis import BEFORE_ACTIVATION, Reading
from .households import PRODUCTION, Feed, Household, Oddity, Outage

type Json = dict[str, object] | list[object] | str | int | float | bool | None

ACCESS_DENIED = (
    "Accès refusé : PDL introuvable ou non associé à votre compte. "
    "Vérifiez que le PDL existe et que le consentement Enedis est valide."
)


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer to be: the body is JSON."""

    body: object
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One metering question that has passed authentication and validation."""

    home: Household
    direction: str
    feed: Feed
    batch: bool
    start: str
    end: str
    use_cache: bool
    now: datetime
    outage: Outage | None
    charge: Callable[[], Reply | None]
    """Counts the call against the quota; a Reply when there is none left."""

    @property
    def own_cache(self) -> bool:
        """Consumption by day or curve, and the batches: what the gateway rebuilds rather than hands on."""
        return self.batch or (self.direction != PRODUCTION and self.feed != "power")


def stamp(now: datetime) -> str:
    """The envelope's naive UTC."""
    return now.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def enveloped(data: object, now: datetime, *, error: dict[str, object] | None = None) -> dict[str, object]:
    """The envelope of a success (which may carry an error too: PARTIAL_DATA)."""
    return {"success": True, "data": data, "error": error, "timestamp": stamp(now)}


def problem(code: str, message: str) -> dict[str, object]:
    """The envelope's `error`."""
    return {"code": code, "message": message, "field": None}


def failed(code: str, message: str, now: datetime, *, status: int = 200) -> Reply:
    """The envelope of a failure: HTTP 200 most of the time."""
    return Reply({"success": False, "data": None, "error": problem(code, message), "timestamp": stamp(now)}, status)


def internal_error(now: datetime) -> Reply:
    """An exception that nobody handled."""
    return failed("INTERNAL_ERROR", "An internal error occurred", now, status=500)


def v5_points(readings: Sequence[Reading], *, lengths: bool = True) -> list[dict[str, object]]:
    """`interval_reading`: values are strings, slots carry their length (but not those of the local client)."""
    return [
        {"value": None if value is None else str(value), "date": label}
        if minutes is None or not lengths
        else {
            "value": None if value is None else str(value),
            "date": label,
            "interval_length": f"PT{minutes}M",
            "measure_type": "B",
        }
        for value, label, minutes in readings
    ]


_READING_TYPES: dict[Feed, dict[str, object]] = {
    "daily": {"unit": "Wh", "measurement_kind": "energy", "aggregate": "sum", "measuring_period": "P1D"},
    "curve": {"unit": "W", "measurement_kind": "power", "aggregate": "average"},
    "power": {"unit": "VA", "measurement_kind": "power", "aggregate": "maximum", "measuring_period": "P1D"},
}


def reading_type(feed: Feed) -> dict[str, object]:
    """Enedis' own v5 `reading_type`."""
    return dict(_READING_TYPES[feed])


def v5_verbatim(home: Household, feed: Feed, start: str, end: str, readings: Sequence[Reading]) -> dict[str, object]:
    """Enedis' own v5 body, as 1.22 hands it on for production and power."""
    return {
        "meter_reading": {
            "usage_point_id": home.pdl,
            "start": start,
            "end": end,
            "quality": "BRUT",
            "reading_type": reading_type(feed),
            "interval_reading": v5_points(readings, lengths="no_interval" not in home.oddities),
        }
    }


def v5_from_2x(ask: Ask, first: date, after: date, readings: Sequence[Reading]) -> dict[str, object]:
    """The v5 body that 2.x builds for clients that do not send the header: fewer words in `reading_type`."""
    body = v5_verbatim(ask.home, ask.feed, first.isoformat(), after.isoformat(), readings)
    kept = {"unit", "measuring_period"}
    meter = body["meter_reading"]
    assert isinstance(meter, dict)
    meter["reading_type"] = {key: value for key, value in _READING_TYPES[ask.feed].items() if key in kept}
    return body


def data_connect_2026(ask: Ask, first: date, after: date, readings: Sequence[Reading]) -> dict[str, object]:
    """The 2026 body as 2.x rebuilds it: only what can be relied on, plus `pas` for daily and power.

    Oddities of a household (gateway.md 5.2 and 14): power in kVA, `p: P1D` on daily points, `PT1H` for `PT60M`, numbers
    for strings, a foreign `grandeur` before the right one, points without a length, and the keys of a raw Enedis body.
    """
    odd = ask.home.oddities
    physical, unit = {"daily": ("EA", "Wh"), "curve": ("PA", "W"), "power": ("PMA", "VA")}[ask.feed]
    if ask.feed == "power" and "power_kva" in odd:
        unit = "kVA"
    quantity: dict[str, object] = {
        "grandeurMetier": "PROD" if ask.direction == PRODUCTION else "CONS",
        "grandeurPhysique": physical,
        "unite": unit,
        "points": [_point_2026(reading, unit, odd) for reading in readings],
        "calendrier": [],
    }
    body: dict[str, object] = {
        "idPrm": ask.home.pdl,
        "periode": {"dateDebut": first.isoformat(), "dateFin": after.isoformat()},
        "grandeur": [_foreign(quantity), quantity] if "two_quantities" in odd else [quantity],
    }
    if ask.feed != "curve":
        body["pas"] = "P1D"
    if "extra_keys" in odd:
        body |= {"etapeMetier": "BRUT", "typeValeur": "GLOBALE", "modeCalcul": "MESURE", "contexte": []}
    return body


def _point_2026(reading: Reading, unit: str, odd: set[Oddity]) -> dict[str, object]:
    value, label, minutes = reading
    number: int | float | None = value / 1000 if value is not None and unit == "kVA" else value
    point: dict[str, object] = {"v": number if number is None or "numbers" in odd else str(number), "d": label}
    if minutes is None:
        return point | {"p": "P1D"} if unit == "Wh" and "daily_p1d" in odd else point
    if "no_interval" in odd:
        return point
    point["p"] = "PT1H" if minutes == 60 and "pt1h" in odd else f"PT{minutes}M"
    point["n"] = "B"
    return point | {"iv": "0", "ec": "0"} if "extra_keys" in odd else point


def _foreign(quantity: dict[str, object]) -> dict[str, object]:
    """The same points in the other direction, with values that must not be taken."""
    points = quantity["points"]
    assert isinstance(points, list)
    other = "CONS" if quantity["grandeurMetier"] == "PROD" else "PROD"
    return {**quantity, "grandeurMetier": other, "points": [{**point, "v": "1"} for point in points]}


def before_activation() -> dict[str, object]:
    """Production and power before activation: a success whose data is Enedis' refusal."""
    code, words = BEFORE_ACTIVATION
    return {"error": code, "error_description": words}
