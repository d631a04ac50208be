"""The calendars of Tempo, EcoWatt and Zen Flex."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple, override

from homeassistant.components.calendar import CalendarEntityDescription, CalendarEvent

from .calendar_entity import AgendaCalendar, all_day_event, local_days, timed_event
from .coordinators import MyElectricalDataConfigEntry
from .coordinators.national_plan import Route
from .coordinators.signals import EcowattCoordinator, TempoCoordinator, ZenFlexCoordinator
from .energy.agenda import MARKED_ZEN_FLEX, known_days, tempo_day_stretch, within
from .energy.calendar import ONE_HOUR, PARIS
from .energy.ecowatt import TENSE, VERY_TENSE, EcowattSignal, Tension, level_at, tensions
from .energy.tempo import BLUE, COLOURS, RED, WHITE, Status, tempo_day
from .signal_entity import SignalDevice, SignalEntity
from .texts import Texts

TEMPO_CALENDAR: Final = CalendarEntityDescription(key="tempo_calendar")
TEMPO_COLOUR_CALENDARS: Final[Mapping[str, CalendarEntityDescription]] = {
    colour: CalendarEntityDescription(
        key=f"tempo_calendar_{colour.lower()}", entity_registry_enabled_default=False, initial_color=shown_in
    )
    for colour, shown_in in ((BLUE, "#1e66d0"), (WHITE, "#b8c0cc"), (RED, "#d32f2f"))
}
ECOWATT_CALENDAR: Final = CalendarEntityDescription(key="ecowatt_calendar", initial_color="#ef6c00")
ZEN_FLEX_CALENDAR: Final = CalendarEntityDescription(key="zen_flex_calendar")

_COLOUR_WORDS: Final = {BLUE: "event_blue", WHITE: "event_white", RED: "event_red"}
_TENSION_WORDS: Final = {TENSE: "event_tense", VERY_TENSE: "event_very_tense"}
_TENSE_HOURS_WORDS: Final = {TENSE: "event_tense_hours", VERY_TENSE: "event_very_tense_hours"}
_ZEN_FLEX_WORDS: Final = {"SOBRIETE": "event_sobriety", "BONUS": "event_bonus"}


class _TempoDay(NamedTuple):
    day: date
    colour: str
    status: Status | None


class TempoCalendar(SignalEntity[TempoCoordinator], AgendaCalendar[_TempoDay]):
    """One all-day event for each civil day whose colour is known."""

    def __init__(
        self,
        entry: MyElectricalDataConfigEntry,
        texts: Texts,
        description: CalendarEntityDescription = TEMPO_CALENDAR,
    ) -> None:
        super().__init__(entry, entry.runtime_data.tempo, description, SignalDevice.TEMPO)
        self._texts = texts

    @override
    def _items(self, start: datetime, end: datetime) -> Iterator[_TempoDay]:
        return self._known(*local_days(start, end), COLOURS)

    def _known(self, first: date, last: date, colours: Collection[str]) -> Iterator[_TempoDay]:
        signal = self.coordinator.national.tempo
        days = known_days(signal.colours, first, last, colours)
        return (_TempoDay(day, signal.colours[day], signal.status(day)) for day in days)

    @override
    def _event_of(self, item: _TempoDay) -> CalendarEvent:
        return all_day_event(item.day, self._summary(item), self._description(item, "event_tempo_hours"))

    def _summary(self, item: _TempoDay) -> str:
        return self._texts(_COLOUR_WORDS[item.colour])

    def _description(self, item: _TempoDay, *keys: str) -> str | None:
        said = (*keys, "event_provisional") if item.status is Status.PROVISIONAL else keys
        return " ".join(self._texts(key) for key in said) or None


class TempoColourCalendar(TempoCalendar):
    """One event for each day of one colour, from 06:00 to 06:00: on while the colour is in force."""

    def __init__(self, entry: MyElectricalDataConfigEntry, texts: Texts, colour: str) -> None:
        super().__init__(entry, texts, TEMPO_COLOUR_CALENDARS[colour])
        self._colour = colour

    @override
    def _items(self, start: datetime, end: datetime) -> Iterator[_TempoDay]:
        days = self._known(tempo_day(start), tempo_day(end), (self._colour,))
        return (item for item in days if tempo_day_stretch(item.day).start < end)

    @override
    def _event_of(self, item: _TempoDay) -> CalendarEvent:
        return timed_event(tempo_day_stretch(item.day), self._summary(item), self._description(item))


class EcowattCalendar(SignalEntity[EcowattCoordinator], AgendaCalendar[Tension]):
    """One event for each tension; nothing while the grid is not tense, or nobody knows."""

    def __init__(self, entry: MyElectricalDataConfigEntry, texts: Texts) -> None:
        super().__init__(entry, entry.runtime_data.ecowatt, ECOWATT_CALENDAR, SignalDevice.ECOWATT)
        self._texts = texts
        self._seen: Mapping[date, EcowattSignal] = {}
        self._tensions: tuple[Tension, ...] = ()

    @override
    def _items(self, start: datetime, end: datetime) -> Sequence[Tension]:
        signals = self.coordinator.national.ecowatt
        if signals is not self._seen:
            self._seen = signals
            self._tensions = tensions(signals, min(signals), max(signals)) if signals else ()
        return within(self._tensions, start, end)

    @override
    def _event_of(self, item: Tension) -> CalendarEvent:
        signals = self.coordinator.national.ecowatt
        days = (item.start.astimezone(PARIS).date(), (item.end - ONE_HOUR).astimezone(PARIS).date())
        messages = dict.fromkeys(
            signal.message for day in days if (signal := signals.get(day)) is not None and signal.message
        )
        lines = (*messages, *self._hours(signals, item))
        return timed_event(item, self._texts(_TENSION_WORDS[item.level]), "\n".join(lines))

    def _hours(self, signals: Mapping[date, EcowattSignal], tension: Tension) -> Iterator[str]:
        """The hours of each level."""
        start, level = tension.start, level_at(signals, tension.start)
        hour = start
        while hour < tension.end:
            hour += ONE_HOUR
            following = level_at(signals, hour) if hour < tension.end else None
            if following != level:
                yield self._line(start, hour, level)
                start, level = hour, following

    def _line(self, start: datetime, end: datetime, level: int | None) -> str:
        clocks = (f"{each.astimezone(PARIS):%H:%M}" for each in (start, end))
        return self._texts(_TENSE_HOURS_WORDS[TENSE if level is None else level], hours="–".join(clocks))


class _ZenFlexDay(NamedTuple):
    day: date
    kind: str


class ZenFlexCalendar(SignalEntity[ZenFlexCoordinator], AgendaCalendar[_ZenFlexDay]):
    """One all-day event for each Sobriété and each Bonus day."""

    def __init__(self, entry: MyElectricalDataConfigEntry, texts: Texts) -> None:
        super().__init__(entry, entry.runtime_data.zen_flex, ZEN_FLEX_CALENDAR, SignalDevice.ZEN_FLEX)
        self._texts = texts

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.national.async_want(Route.ZEN_FLEX))

    @override
    def _items(self, start: datetime, end: datetime) -> Iterator[_ZenFlexDay]:
        types = self.coordinator.national.zen_flex
        days = known_days(types, *local_days(start, end), MARKED_ZEN_FLEX)
        return (_ZenFlexDay(day, types[day]) for day in days)

    @override
    def _event_of(self, item: _ZenFlexDay) -> CalendarEvent:
        return all_day_event(item.day, self._texts(_ZEN_FLEX_WORDS[item.kind]))
