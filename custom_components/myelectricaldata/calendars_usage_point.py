"""The calendars of a usage point: when its tariff is off-peak, and when its peak days are."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, override

from homeassistant.components.calendar import CalendarEntityDescription, CalendarEvent
from homeassistant.util import dt as dt_util

from .calendar_entity import AgendaCalendar, timed_event
from .coordinators import MyElectricalDataConfigEntry, UsagePointCoordinator
from .energy.agenda import PeakStretch, Stretch, has_peak_days, peak_stretches, within
from .energy.calendar import paris_date
from .energy.options import OptionCode
from .energy.tariff import Calendars, Tariff
from .entity import UsagePointEntity, has_offpeak_hours
from .texts import Texts

OFFPEAK_HOURS: Final = CalendarEntityDescription(key="offpeak_hours")
PEAK_DAYS: Final = CalendarEntityDescription(key="peak_days")
USAGE_POINT_CALENDARS: Final = frozenset({OFFPEAK_HOURS.key, PEAK_DAYS.key})


class TariffCalendar[ItemT: (Stretch, PeakStretch)](UsagePointEntity, AgendaCalendar[ItemT]):
    """Stretches that a tariff has."""

    def __init__(
        self,
        entry: MyElectricalDataConfigEntry,
        coordinator: UsagePointCoordinator,
        description: CalendarEntityDescription,
        texts: Texts,
    ) -> None:
        super().__init__(entry, coordinator, description)
        self._texts = texts

    @property
    @abstractmethod
    def _stretches(self) -> tuple[ItemT, ...]:
        """The stretches as of today."""

    @property
    @abstractmethod
    def is_of_use(self) -> bool:
        """Whether the tariff of today, or one that is to come, ever has such hours."""

    @property
    @override
    def available(self) -> bool:
        """Always: a calendar needs no gateway."""
        return True

    @override
    def _items(self, start: datetime, end: datetime) -> Sequence[ItemT]:
        return within(self._stretches, start, end)


class OffpeakCalendar(TariffCalendar[Stretch]):
    """One event for each stretch of off-peak hours: a night, a whole weekend."""

    def __init__(self, entry: MyElectricalDataConfigEntry, coordinator: UsagePointCoordinator, texts: Texts) -> None:
        super().__init__(entry, coordinator, OFFPEAK_HOURS, texts)

    @property
    @override
    def is_of_use(self) -> bool:
        return has_offpeak_hours(self.coordinator)

    @property
    @override
    def _stretches(self) -> tuple[Stretch, ...]:
        point = self.coordinator
        return point.offpeak_hours.stretches(point.tariff, point.calendars, dt_util.utcnow())

    @override
    def _event_of(self, item: Stretch) -> CalendarEvent:
        return timed_event(item, self._texts("event_offpeak"))


class PeakDaysCalendar(TariffCalendar[PeakStretch]):
    """One event for the peak hours of each peak day that is known."""

    def __init__(self, entry: MyElectricalDataConfigEntry, coordinator: UsagePointCoordinator, texts: Texts) -> None:
        super().__init__(entry, coordinator, PEAK_DAYS, texts)
        self._known: tuple[date, Tariff, Calendars, tuple[PeakStretch, ...]] | None = None

    @property
    @override
    def is_of_use(self) -> bool:
        return has_peak_days(self.coordinator.tariff, paris_date(dt_util.utcnow()))

    @property
    @override
    def _stretches(self) -> tuple[PeakStretch, ...]:
        today, tariff, calendars = paris_date(dt_util.utcnow()), self.coordinator.tariff, self.coordinator.calendars
        known = self._known
        if known is None or known[0] != today or known[1] is not tariff or known[2] is not calendars:
            known = self._known = today, tariff, calendars, peak_stretches(tariff, calendars, today)
        return known[3]

    @override
    def _event_of(self, item: PeakStretch) -> CalendarEvent:
        return timed_event(item, self._texts("event_ejp" if item.code == OptionCode.EJP else "event_peak_day"))
