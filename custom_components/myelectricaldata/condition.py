"""What an automation can check: the Tempo colour, the EcoWatt level, the off-peak hours of a usage point.

What is unknown is nothing: no colour, no level, neither off-peak nor peak.
"""

from abc import abstractmethod
from datetime import datetime
from typing import ClassVar, Final, Unpack, cast, override

import probatio as vol
from homeassistant.const import CONF_TARGET, STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.helpers.condition import (
    ATTR_BEHAVIOR,
    BEHAVIOR_ANY,
    Condition,
    ConditionCheckParams,
    ConditionConfig,
    EntityStateConditionBase,
)
from homeassistant.helpers.typing import ConfigType
from homeassistant.util import dt as dt_util

from .automation_options import (
    COLOURS_OPTION,
    CONF_COLOURS,
    CONF_LEVELS,
    CONF_PERIOD,
    CONF_WHEN,
    OFFPEAK_SCHEMA,
    OFFPEAK_SPECS,
    PERIOD_OPTION,
    async_check_offpeak_target,
    async_offpeak_sensors,
    options_schema,
    some_of,
    word,
)
from .coordinators.national import National, async_get_national
from .energy.ecowatt import AHEAD, LEVELS, EcowattView, ecowatt_view
from .energy.tempo import TempoView, period_at, tempo_view

NOW: Final = "now"
TODAY: Final = "today"
TOMORROW: Final = "tomorrow"
NEXT_HOURS: Final = "next_hours"
DAYS: Final = dict(zip((TODAY, TOMORROW, "in_2_days", "in_3_days"), AHEAD, strict=True))
"""Days that EcoWatt tells, from today."""


class SignalCondition(Condition):
    """Something that a national signal says at this moment."""

    _schema: ClassVar[vol.Schema]
    _national: National

    @classmethod
    @override
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        return cast("ConfigType", cls._schema(config))

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        super().__init__(hass, config)
        self._options = config.options or {}

    @override
    async def _async_setup(self) -> None:
        self._national = await async_get_national(self._hass)

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        return self._holds(dt_util.utcnow())

    @abstractmethod
    def _holds(self, now: datetime) -> bool:
        """Whether it is so at an instant."""


class TempoColourIs(SignalCondition):
    """The colour in force, of today or of tomorrow is one of some; a provisional one counts."""

    _schema = options_schema({**COLOURS_OPTION, vol.Required(CONF_WHEN, default=NOW): vol.In((NOW, TODAY, TOMORROW))})

    @override
    def _holds(self, now: datetime) -> bool:
        return word(self._colour(tempo_view(self._national.tempo, now))) in self._options[CONF_COLOURS]

    def _colour(self, view: TempoView) -> str | None:
        match self._options[CONF_WHEN]:
            case "tomorrow":
                return view.colour_tomorrow
            case "today":
                return view.colour_today
            case _:
                return view.colour


class TempoPeriodIs(SignalCondition):
    """It is peak, or off-peak, by the hours of Tempo."""

    _schema = options_schema(PERIOD_OPTION)

    @override
    def _holds(self, now: datetime) -> bool:
        return bool(period_at(now) == self._options[CONF_PERIOD])


class EcowattLevelIs(SignalCondition):
    """The level of this hour, of the next hours or of a day is one of some."""

    _schema = options_schema(
        {
            vol.Required(CONF_LEVELS): some_of(LEVELS),
            vol.Required(CONF_WHEN, default=NOW): vol.In((NOW, NEXT_HOURS, *DAYS)),
        }
    )

    @override
    def _holds(self, now: datetime) -> bool:
        level = self._level(ecowatt_view(self._national.ecowatt, now))
        return level is not None and LEVELS[level] in self._options[CONF_LEVELS]

    def _level(self, view: EcowattView) -> int | None:
        when = self._options[CONF_WHEN]
        if when == NOW:
            return view.level
        if when == NEXT_HOURS:
            return view.worst_next
        signal = view.days.get(DAYS[when])
        # RTE never calls a whole day low-carbon: 0 is the gateway's way to say nothing.
        return None if signal is None else signal.level or None


class OffpeakCondition(EntityStateConditionBase):
    """It is off-peak, or is not, for at least one usage point."""

    _domain_specs = OFFPEAK_SPECS
    _schema = OFFPEAK_SCHEMA
    _state: ClassVar[str]

    @classmethod
    @override
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        config = await super().async_validate_config(hass, config)
        async_check_offpeak_target(hass, config[CONF_TARGET])
        return config

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        super().__init__(hass, ConditionConfig(target=config.target, options={ATTR_BEHAVIOR: BEHAVIOR_ANY}))
        self._states = {self._state}

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        return async_offpeak_sensors(self._hass, super().entity_filter(entities))


class IsOffpeak(OffpeakCondition):
    """It is off-peak."""

    _state = STATE_ON


class IsPeak(OffpeakCondition):
    """It is peak: known not to be off-peak."""

    _state = STATE_OFF


CONDITIONS: dict[str, type[Condition]] = {
    "tempo_colour_is": TempoColourIs,
    "tempo_period_is": TempoPeriodIs,
    "ecowatt_level_is": EcowattLevelIs,
    "is_offpeak": IsOffpeak,
    "is_peak": IsPeak,
}


async def async_get_conditions(_hass: HomeAssistant) -> dict[str, type[Condition]]:
    """The conditions that Home Assistant shows, by the key that follows our domain."""
    return CONDITIONS
