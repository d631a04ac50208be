"""What starts an automation: a Tempo colour, an EcoWatt alert, the off-peak hours of a usage point.

The national signals are asked of `National`, the one of this Home Assistant, and not of an account: an automation runs
once however many accounts there are, whether they were set up before or after it, and whatever is reloaded meanwhile.
Nothing is made up for: what happened while Home Assistant was stopped starts nothing afterwards.
"""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, cast, override

import probatio as vol
from homeassistant.const import CONF_TARGET, STATE_OFF, STATE_ON
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.trigger import (
    EntityTransitionTriggerBase,
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
from homeassistant.helpers.typing import ConfigType
from homeassistant.util import dt as dt_util

from .automation_options import (
    COLOURS_OPTION,
    CONF_COLOURS,
    CONF_LEVEL,
    CONF_PERIOD,
    CONF_PROVISIONAL,
    LEVEL_OPTION,
    OFFPEAK_SCHEMA,
    OFFPEAK_SPECS,
    PERIOD_OPTION,
    async_check_offpeak_target,
    async_offpeak_sensors,
    options_schema,
    word,
)
from .coordinators.national import National, async_get_national
from .coordinators.signals import News, SignalClock, View
from .energy.calendar import ONE_DAY, PARIS
from .energy.ecowatt import LEVELS, EcowattEvent, EcowattNews, EcowattView, Tension, ecowatt_view
from .energy.tempo import (
    PEAK,
    Status,
    TempoEvent,
    TempoNews,
    TempoView,
    next_change,
    tempo_day_start,
    tempo_view,
)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A reason to run an automation."""

    description: str
    """What traces and the logbook show."""
    variables: dict[str, Any]
    """What templates find under `trigger`; instants are those of the clocks of Paris."""


class SignalTrigger[V: View](Trigger):
    """Something that happens to a national signal."""

    _schema: ClassVar[vol.Schema] = options_schema({})

    @classmethod
    @override
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        return cast("ConfigType", cls._schema(config))

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        super().__init__(hass, config)
        self._options = config.options or {}

    @abstractmethod
    def _view(self, national: National, now: datetime) -> V:
        """What the signal is at an instant."""

    def _is_known(self, _view: V) -> bool:
        """Whether a view says what this is about; one that does not is no reason, and is not compared with."""
        return True

    @abstractmethod
    def _occurrences(self, before: V, after: V, news: News) -> Iterator[Occurrence]:
        """What happened between two views that follow each other."""

    @override
    async def async_attach_runner(
        self, run_action: TriggerActionRunner, did_not_trigger: TriggerNotTriggeredReporter | None = None
    ) -> CALLBACK_TYPE:
        national = await async_get_national(self._hass)
        before = self._view(national, dt_util.utcnow())

        @callback
        def looked(after: V, news: News) -> None:
            nonlocal before
            if not self._is_known(after):
                return
            last, before = before, after
            for each in self._occurrences(last, after, news):
                # The entities hear of the same thing in this turn of the loop; actions should find them changed.
                self._hass.loop.call_soon(run_action, each.variables, each.description)

        return SignalClock(self._hass, national, lambda now: self._view(national, now), looked).async_stop


class TempoTrigger(SignalTrigger[TempoView]):
    """Something that happens to Tempo."""

    _schema = options_schema(COLOURS_OPTION)

    @override
    def _view(self, national: National, now: datetime) -> TempoView:
        return tempo_view(national.tempo, now)

    def _is_wanted(self, colour: str | None) -> bool:
        return word(colour) in self._options[CONF_COLOURS]


class TempoColourAnnounced(TempoTrigger):
    """The colour of today or of a day to come was published, or corrected."""

    _schema = options_schema({**COLOURS_OPTION, vol.Required(CONF_PROVISIONAL, default=False): cv.boolean})

    @override
    def _occurrences(self, before: TempoView, after: TempoView, news: News) -> Iterator[Occurrence]:
        told: dict[Any, TempoNews] = {}
        for each in news:
            if isinstance(each, TempoNews) and each.day >= after.today and self._counts(each):
                # A colour that comes late is published and confirmed at once.
                told.setdefault(each.day, each)
        for day, each in told.items():
            if self._is_wanted(each.colour):
                yield Occurrence(
                    f"Tempo colour of {day}",
                    {
                        "day": day,
                        "colour": word(each.colour),
                        "previous": word(each.previous),
                        "status": each.status,
                        **_span(tempo_day_start(day), tempo_day_start(day + ONE_DAY)),
                    },
                )

    def _counts(self, news: TempoNews) -> bool:
        if self._options[CONF_PROVISIONAL]:
            return news.event is not TempoEvent.CONFIRMED
        return news.status is Status.CONFIRMED


class TempoColourStarted(TempoTrigger):
    """A day began at 06:00, or its colour became known or another one while it lasts."""

    @override
    def _occurrences(self, before: TempoView, after: TempoView, news: News) -> Iterator[Occurrence]:
        if self._is_wanted(after.colour) and (after.day > before.day or _is_told(after, news)):
            yield Occurrence(
                f"Tempo day {after.day}",
                {
                    "day": after.day,
                    "colour": word(after.colour),
                    "status": after.status,
                    **_span(tempo_day_start(after.day), tempo_day_start(after.day + ONE_DAY)),
                },
            )


class TempoPeriodStarted(TempoTrigger):
    """The peak or off-peak hours of a colour began, at 06:00 and 22:00, or their colour became another one."""

    _schema = options_schema({**COLOURS_OPTION, **PERIOD_OPTION})

    @override
    def _occurrences(self, before: TempoView, after: TempoView, news: News) -> Iterator[Occurrence]:
        if after.period != self._options[CONF_PERIOD] or not self._is_wanted(after.colour):
            return
        if after.next_change > before.next_change or _is_told(after, news):
            morning = tempo_day_start(after.day)
            yield Occurrence(
                f"Tempo period {after.period}",
                {
                    "day": after.day,
                    "colour": word(after.colour),
                    "status": after.status,
                    "period": after.period,
                    **_span(morning if after.period == PEAK else next_change(morning), after.next_change),
                },
            )


def _is_told(view: TempoView, news: News) -> bool:
    """Whether the news give the day in force another colour."""
    return any(
        isinstance(each, TempoNews) and each.day == view.day and each.event is not TempoEvent.CONFIRMED for each in news
    )


class EcowattTrigger(SignalTrigger[EcowattView]):
    """Something that happens to EcoWatt."""

    @override
    def _view(self, national: National, now: datetime) -> EcowattView:
        return ecowatt_view(national.ecowatt, now)


class EcowattAlertRaised(EcowattTrigger):
    """RTE tells of a tense day, or of a tenser one than before."""

    _schema = options_schema(LEVEL_OPTION)

    @override
    def _occurrences(self, before: EcowattView, after: EcowattView, news: News) -> Iterator[Occurrence]:
        least = LEVELS.index(self._options[CONF_LEVEL])
        for each in _alerts(news, EcowattEvent.RAISED):
            if each.level is not None and each.level >= least:
                yield _alert(each)


class EcowattAlertLifted(EcowattTrigger):
    """RTE took the alert of a day back."""

    @override
    def _occurrences(self, before: EcowattView, after: EcowattView, news: News) -> Iterator[Occurrence]:
        for each in _alerts(news, EcowattEvent.LIFTED):
            yield _alert(each)


def _alerts(news: News, event: EcowattEvent) -> Iterator[EcowattNews]:
    return (each for each in news if isinstance(each, EcowattNews) and each.event is event)


def _alert(news: EcowattNews) -> Occurrence:
    return Occurrence(
        f"EcoWatt alert of {news.day}",
        {
            "day": news.day,
            "level": _level(news.level),
            "previous": _level(news.previous),
            "message": news.message,
            **_tension(news.tensions[0] if news.tensions else None),
            "tensions": [{"level": _level(each.level), **_tension(each)} for each in news.tensions],
        },
    )


class EcowattTensionTrigger(EcowattTrigger):
    """The level of the hour rose to one or fell below it; an hour whose level is unknown is neither."""

    _schema = options_schema(LEVEL_OPTION)

    @override
    def _is_known(self, view: EcowattView) -> bool:
        return view.level is not None

    def _is_tense(self, view: EcowattView) -> bool:
        return view.level is not None and view.level >= LEVELS.index(self._options[CONF_LEVEL])


class EcowattTensionStarted(EcowattTensionTrigger):
    """A tense hour follows one that is not."""

    @override
    def _occurrences(self, before: EcowattView, after: EcowattView, news: News) -> Iterator[Occurrence]:
        if self._is_tense(after) and not self._is_tense(before):
            yield _tension_edge("EcoWatt tension started", after, after.tension)


class EcowattTensionEnded(EcowattTensionTrigger):
    """An hour that is not tense follows a tense one."""

    @override
    def _occurrences(self, before: EcowattView, after: EcowattView, news: News) -> Iterator[Occurrence]:
        if self._is_tense(before) and not self._is_tense(after):
            yield _tension_edge("EcoWatt tension ended", after, before.tension)


def _tension_edge(description: str, view: EcowattView, tension: Tension | None) -> Occurrence:
    signal = view.days.get(0)
    return Occurrence(
        description,
        {
            "day": view.today,
            "level": _level(view.level),
            "message": None if signal is None else signal.message,
            **_tension(tension),
        },
    )


def _level(level: int | None) -> str | None:
    return None if level is None else LEVELS[level]


def _tension(tension: Tension | None) -> dict[str, datetime | None]:
    return {"start": None, "end": None} if tension is None else {**_span(tension.start, tension.end)}


def _span(start: datetime, end: datetime) -> dict[str, datetime]:
    return {"start": start.astimezone(PARIS), "end": end.astimezone(PARIS)}


class OffpeakTrigger(EntityTransitionTriggerBase):
    """The off-peak hours of a usage point began or ended."""

    _domain_specs = OFFPEAK_SPECS
    _schema = OFFPEAK_SCHEMA
    _from: ClassVar[str]
    _to: ClassVar[str]

    @classmethod
    @override
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        config = await super().async_validate_config(hass, config)
        async_check_offpeak_target(hass, config[CONF_TARGET])
        return config

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        super().__init__(hass, config)
        self._from_states, self._to_states = {self._from}, {self._to}

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        return async_offpeak_sensors(self._hass, super().entity_filter(entities))


class OffpeakStarted(OffpeakTrigger):
    """The off-peak hours of a usage point began."""

    _from, _to = STATE_OFF, STATE_ON


class OffpeakEnded(OffpeakTrigger):
    """The off-peak hours of a usage point ended."""

    _from, _to = STATE_ON, STATE_OFF


TRIGGERS: dict[str, type[Trigger]] = {
    "tempo_colour_announced": TempoColourAnnounced,
    "tempo_colour_started": TempoColourStarted,
    "tempo_period_started": TempoPeriodStarted,
    "ecowatt_alert_raised": EcowattAlertRaised,
    "ecowatt_alert_lifted": EcowattAlertLifted,
    "ecowatt_tension_started": EcowattTensionStarted,
    "ecowatt_tension_ended": EcowattTensionEnded,
    "offpeak_started": OffpeakStarted,
    "offpeak_ended": OffpeakEnded,
}


async def async_get_triggers(_hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """The triggers that Home Assistant shows, by the key that follows our domain."""
    return TRIGGERS
