"""Which entities Tempo has, and what each one reads from the view.

None of the sensors has a state class: colours have none, and days that are used start again with every season.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorEntityDescription
from homeassistant.components.event import EventEntityDescription
from homeassistant.components.sensor import SensorDeviceClass, SensorEntityDescription
from homeassistant.const import PERCENTAGE

from .energy.calendar import ONE_DAY, PARIS
from .energy.tempo import (
    BLUE,
    COLOURS,
    FORECAST_AHEAD,
    OFF_PEAK,
    PEAK,
    RED,
    WHITE,
    SeasonCount,
    Status,
    TempoChance,
    TempoEvent,
    TempoNews,
    TempoView,
    tempo_day_start,
)
from .sensor_descriptions import Attributes, Value

COLOUR_STATES: Final = [colour.lower() for colour in COLOURS]
STATUS_STATES: Final = [status.value for status in Status]
PERIOD_STATES: Final = [PEAK, OFF_PEAK]

TODAY, TOMORROW, PAST = "today", "tomorrow", "past"
"""Which day an event is about, seen from the moment at which it happens."""


@dataclass(frozen=True, kw_only=True)
class TempoSensorDescription(SensorEntityDescription):
    """One thing that Tempo is at a moment."""

    value_fn: Callable[[TempoView], Value]
    attributes_fn: Callable[[TempoView], Attributes]
    placeholders: Mapping[str, str] | None = None
    """Of its name."""


@dataclass(frozen=True, kw_only=True)
class TempoBinarySensorDescription(BinarySensorEntityDescription):
    """One question about Tempo; None while the colour that decides is unknown."""

    value_fn: Callable[[TempoView], bool | None]
    attributes_fn: Callable[[TempoView], Attributes]


def colour_state(colour: str | None) -> str | None:
    """The word for a colour as a state: lower case, None when unknown."""
    return None if colour is None else colour.lower()


def local(instant: datetime) -> str:
    """ISO, with the offset of Paris."""
    return instant.astimezone(PARIS).isoformat()


def _enum(
    key: str, options: list[str], value: Callable[[TempoView], Value], attributes: Callable[[TempoView], Attributes]
) -> TempoSensorDescription:
    return TempoSensorDescription(
        key=key, device_class=SensorDeviceClass.ENUM, options=options, value_fn=value, attributes_fn=attributes
    )


def _in_force(view: TempoView) -> Attributes:
    return {
        **_of_day(view.day, view.status),
        "since": local(tempo_day_start(view.day)),
        "until": local(tempo_day_start(view.day + ONE_DAY)),
    }


def _today(view: TempoView) -> Attributes:
    return _of_day(view.today, view.status_today)


def _tomorrow(view: TempoView) -> Attributes:
    return _of_day(view.today + ONE_DAY, view.status_tomorrow)


def _of_day(day: date, status: Status | None) -> Attributes:
    return {"day": day.isoformat(), "status": None if status is None else status.value}


def _next_change(view: TempoView) -> Attributes:
    return {"colour": colour_state(view.next_colour), "period": view.next_period}


def _next_red(view: TempoView) -> Attributes:
    known = {view.day: view.status, view.today: view.status_today, view.today + ONE_DAY: view.status_tomorrow}
    status = None if view.next_red is None else known[view.next_red]
    return {"status": None if status is None else status.value}


NEXT_CHANGE: Final = TempoSensorDescription(
    key="tempo_next_change",
    device_class=SensorDeviceClass.TIMESTAMP,
    value_fn=lambda view: view.next_change,
    attributes_fn=_next_change,
)


def _count_sensor(
    key: str, colour: str, count: Callable[[SeasonCount], int | None], *, enabled: bool = True
) -> TempoSensorDescription:
    return TempoSensorDescription(
        key=f"{key}_{colour.lower()}",
        suggested_display_precision=0,
        entity_registry_enabled_default=enabled,
        value_fn=lambda view: count(view.season),
        attributes_fn=lambda view: {**_season(view.season), "unknown_days": len(view.season.unknown)},
    )


def _used_sensor(colour: str) -> TempoSensorDescription:
    # That most days were blue is news to nobody.
    return _count_sensor("tempo_days_used", colour, lambda season: season.used[colour], enabled=colour != BLUE)


def _left_sensor(colour: str) -> TempoSensorDescription:
    return _count_sensor("tempo_days_left", colour, lambda season: season.left[colour])


def _season(season: SeasonCount) -> Attributes:
    return {"season": f"{season.first.year}/{season.last.year}"}


def _forecast_sensor(ahead: int) -> TempoSensorDescription:
    def likely(view: TempoView) -> str | None:
        chance = view.chances.get(ahead)
        return None if chance is None else colour_state(chance.most_likely)

    return TempoSensorDescription(
        key=f"tempo_forecast_j{ahead}",
        translation_key="tempo_forecast",
        placeholders=_days_ahead(ahead),
        device_class=SensorDeviceClass.ENUM,
        options=COLOUR_STATES,
        value_fn=likely,
        attributes_fn=lambda view: {
            **_forecast(view, ahead),
            **{colour.lower(): _percent(view.chances.get(ahead), colour) for colour in COLOURS},
        },
    )


def _chance_sensor(colour: str, ahead: int) -> TempoSensorDescription:
    return TempoSensorDescription(
        key=f"tempo_chance_{colour.lower()}_j{ahead}",
        translation_key=f"tempo_chance_{colour.lower()}",
        placeholders=_days_ahead(ahead),
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=0,
        entity_registry_enabled_default=colour == RED,
        value_fn=lambda view: _percent(view.chances.get(ahead), colour),
        attributes_fn=lambda view: _forecast(view, ahead),
    )


def _days_ahead(ahead: int) -> Mapping[str, str]:
    return {"days": str(ahead)}


def _forecast(view: TempoView, ahead: int) -> Attributes:
    chance = view.chances.get(ahead)
    return {
        "day": (view.today + ahead * ONE_DAY).isoformat(),
        "confidence": None if chance is None else chance.confidence,
    }


def _percent(chance: TempoChance | None, colour: str) -> float | None:
    return None if chance is None else round(chance.chances[colour], 1)


TEMPO_SENSORS: Final[tuple[TempoSensorDescription, ...]] = (
    _enum("tempo_colour", COLOUR_STATES, lambda view: colour_state(view.colour), _in_force),
    _enum("tempo_today", COLOUR_STATES, lambda view: colour_state(view.colour_today), _today),
    _enum("tempo_tomorrow", COLOUR_STATES, lambda view: colour_state(view.colour_tomorrow), _tomorrow),
    _enum(
        "tempo_tomorrow_status",
        STATUS_STATES,
        lambda view: None if view.status_tomorrow is None else view.status_tomorrow.value,
        lambda view: {"day": (view.today + ONE_DAY).isoformat(), "colour": colour_state(view.colour_tomorrow)},
    ),
    _enum("tempo_period", PERIOD_STATES, lambda view: view.period, lambda view: {"until": local(view.next_change)}),
    *(sensor for colour in COLOURS for sensor in (_used_sensor(colour), _left_sensor(colour))),
    TempoSensorDescription(
        key="tempo_next_red",
        device_class=SensorDeviceClass.DATE,
        value_fn=lambda view: view.next_red,
        attributes_fn=_next_red,
    ),
    TempoSensorDescription(
        key="tempo_season_days_left",
        suggested_display_precision=0,
        entity_registry_enabled_default=False,
        value_fn=lambda view: view.season.days_left,
        attributes_fn=lambda view: _season(view.season),
    ),
    *(_forecast_sensor(ahead) for ahead in FORECAST_AHEAD),
    *(_chance_sensor(colour, ahead) for ahead in FORECAST_AHEAD for colour in COLOURS),
)
"""But for `NEXT_CHANGE` and the prices, which need more than the view."""


def _is_one_of(colour: str | None, *wanted: str) -> bool | None:
    return None if colour is None else colour in wanted


def _red_peak(view: TempoView) -> bool | None:
    """At night it is not peak, whatever the colour."""
    return False if view.period == OFF_PEAK else _is_one_of(view.colour, RED)


TEMPO_BINARY_SENSORS: Final[tuple[TempoBinarySensorDescription, ...]] = (
    TempoBinarySensorDescription(
        key="tempo_red_today", value_fn=lambda view: _is_one_of(view.colour_today, RED), attributes_fn=_today
    ),
    TempoBinarySensorDescription(
        key="tempo_red_tomorrow", value_fn=lambda view: _is_one_of(view.colour_tomorrow, RED), attributes_fn=_tomorrow
    ),
    TempoBinarySensorDescription(
        key="tempo_white_or_red_tomorrow",
        value_fn=lambda view: _is_one_of(view.colour_tomorrow, WHITE, RED),
        attributes_fn=_tomorrow,
    ),
    TempoBinarySensorDescription(
        key="tempo_red_peak", value_fn=_red_peak, attributes_fn=lambda view: _of_day(view.day, view.status)
    ),
)

TEMPO_PUBLICATION: Final = EventEntityDescription(
    key="tempo_publication", event_types=[event.value for event in TempoEvent]
)


def publication(news: TempoNews, today: date) -> Mapping[str, str | None]:
    """What an event says of the colour of a day; `today` is the civil day of the event."""
    return {
        "day": news.day.isoformat(),
        "when": TODAY if news.day == today else TOMORROW if news.day > today else PAST,
        "colour": colour_state(news.colour),
        "previous": colour_state(news.previous),
        "status": None if news.status is None else news.status.value,
    }
