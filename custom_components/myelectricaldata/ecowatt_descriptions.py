"""Which EcoWatt entities there are, and what each one reads from a view.

States are words; the levels of attributes are RTE's numbers (0 to 3), which automations compare: 2 or more is tense.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorEntityDescription
from homeassistant.components.event import EventEntityDescription
from homeassistant.components.sensor import SensorDeviceClass, SensorEntityDescription

from .energy.calendar import ONE_DAY, PARIS
from .energy.ecowatt import AHEAD, LEVELS, NEXT_HOURS, TENSE, EcowattEvent, EcowattNews, EcowattView, Tension

HOURS: Final = "hours"
"""The attribute that holds a whole day."""
DAY_LEVELS: Final = LEVELS[1:]
"""RTE never calls a whole day low-carbon."""

_UNKNOWN_HOURS: Final = (None,) * 24
_DAYS: Final = ("ecowatt_today", *(f"ecowatt_j{ahead}" for ahead in AHEAD[1:]))

type Window = Mapping[str, str | int]
"""`{start, end, level}`: ISO instants with the offset of Paris."""
type Attributes = Mapping[str, str | int | list[int | None] | list[Window] | None]


@dataclass(frozen=True, kw_only=True)
class EcowattSensorDescription(SensorEntityDescription):
    """One figure of EcoWatt."""

    value_fn: Callable[[EcowattView], str | datetime | None]
    attributes_fn: Callable[[EcowattView], Attributes]


def _hour_word(level: int | None) -> str | None:
    return None if level is None else LEVELS[level]


def _day_word(level: int | None) -> str | None:
    """A whole day of level 0 is no answer of RTE's but the gateway's way to say nothing."""
    return None if not level else LEVELS[level]


def _local(instant: datetime | None) -> str | None:
    return None if instant is None else instant.astimezone(PARIS).isoformat()


def _now_attributes(view: EcowattView) -> Attributes:
    today = view.days.get(0)
    return {
        "level": view.level,
        "next_hour": view.next_level,
        "generated_at": None if today is None else _local(today.generated_at),
    }


def _day_sensor(key: str, ahead: int) -> EcowattSensorDescription:
    def value(view: EcowattView) -> str | None:
        signal = view.days.get(ahead)
        return None if signal is None else _day_word(signal.level)

    def attributes(view: EcowattView) -> Attributes:
        signal, day = view.days.get(ahead), view.today + ahead * ONE_DAY
        return {
            "day": day.isoformat(),
            "level": None if signal is None else signal.level or None,
            "message": None if signal is None else signal.message,
            HOURS: list(_UNKNOWN_HOURS if signal is None else signal.hours),
            "generated_at": None if signal is None else _local(signal.generated_at),
        }

    return EcowattSensorDescription(
        key=key,
        device_class=SensorDeviceClass.ENUM,
        options=list(DAY_LEVELS),
        value_fn=value,
        attributes_fn=attributes,
    )


def _tension_status(view: EcowattView) -> Attributes:
    """Whether the tension runs or is to come."""
    if view.tension is None:
        return {"status": None}
    return {"status": "running" if view.tension.start <= view.at else "next"}


SENSORS: Final = (
    EcowattSensorDescription(
        key="ecowatt_now",
        device_class=SensorDeviceClass.ENUM,
        options=list(LEVELS),
        value_fn=lambda view: _hour_word(view.level),
        attributes_fn=_now_attributes,
    ),
    *(_day_sensor(key, ahead) for key, ahead in zip(_DAYS, AHEAD, strict=True)),
    EcowattSensorDescription(
        key="ecowatt_worst_next_hours",
        device_class=SensorDeviceClass.ENUM,
        options=list(LEVELS),
        value_fn=lambda view: _hour_word(view.worst_next),
        attributes_fn=lambda view: {"level": view.worst_next, "hours_ahead": NEXT_HOURS},
    ),
    EcowattSensorDescription(
        key="ecowatt_tension_start",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda view: None if view.tension is None else view.tension.start,
        attributes_fn=_tension_status,
    ),
    EcowattSensorDescription(
        key="ecowatt_tension_end",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda view: None if view.tension is None else view.tension.end,
        attributes_fn=_tension_status,
    ),
    EcowattSensorDescription(
        key="ecowatt_tension_level",
        device_class=SensorDeviceClass.ENUM,
        options=list(LEVELS[TENSE:]),
        value_fn=lambda view: None if view.tension is None else LEVELS[view.tension.level],
        attributes_fn=_tension_status,
    ),
)

# Not a "problem": that is what Home Assistant calls the fault of a device.
TENSION: Final = BinarySensorEntityDescription(key="ecowatt_tension")

ALERT: Final = EventEntityDescription(key="ecowatt_alert", event_types=[event.value for event in EcowattEvent])


def alert_attributes(news: EcowattNews) -> Attributes:
    """What an automation wants to know of an alert: which day, how bad it is and was, and when."""
    return {
        "day": news.day.isoformat(),
        "level": news.level,
        "previous": news.previous,
        "message": news.message,
        "windows": [window(tension) for tension in news.tensions],
    }


def window(tension: Tension) -> Window:
    """Hours of tension, by the clocks of Paris."""
    return {
        "start": tension.start.astimezone(PARIS).isoformat(),
        "end": tension.end.astimezone(PARIS).isoformat(),
        "level": tension.level,
    }
