"""From the ledger of one usage point to its statistics: which series there are, and when they have to be written."""

from collections.abc import Sequence
from datetime import date

from homeassistant.core import HomeAssistant

from .const import LOGGER
from .energy.series import EnergySeries, SeriesDay, peak_series
from .gateway.models import Direction
from .ledger import Ledger
from .plan import Situation, curve_is_held, daily_history_is_settled
from .statistics import ENERGY, PEAK_POWER, SeriesWriter, StatisticsError, statistic_id, statistic_name

SERIES_KINDS = (*(direction.value for direction in Direction), "max_power")
"""The statistics that a usage point can have; see `statistics.statistic_id`."""


class _Series:
    """One statistic: its writer, and what is remembered of it in this process."""

    def __init__(self, hass: HomeAssistant, ledger: Ledger, key: str, kind: str, name: str, title: str) -> None:
        self._hass = hass
        self._title = title
        self._kind = kind
        self.key = key
        self.ledger = ledger
        self.builder = EnergySeries()
        self.writer = SeriesWriter(
            hass, statistic_id(kind, ledger.pdl), name, ENERGY if kind in Direction else PEAK_POWER
        )
        self.verified = False
        self.written_on: date | None = None

    async def async_name(self) -> None:
        """Follow the language of Home Assistant."""
        await self.writer.async_update_metadata(statistic_name(self._hass.config.language, self._kind, self._title))

    def build(self, situation: Situation) -> Sequence[SeriesDay]:
        """The whole series. Pure, and too long for the event loop."""
        if self._kind not in Direction:
            return peak_series(situation.state.peaks)
        direction = Direction(self._kind)
        held = curve_is_held(situation, direction)
        return self.builder.build(situation.state.days[direction], today=situation.today, held=held)


class UsagePointRecording:
    """Keeps the statistics of one usage point equal to its ledger."""

    def __init__(self, hass: HomeAssistant, ledger: Ledger, title: str, directions: tuple[Direction, ...]) -> None:
        """`title` is the usage point's name, which the names of its statistics carry."""
        kinds = {direction.value: direction.value for direction in directions}
        if Direction.CONSUMPTION in directions:
            kinds["power"] = "max_power"
        self._hass = hass
        self._ledger = ledger
        self._series = [
            _Series(hass, ledger, key, kind, statistic_name(hass.config.language, kind, title), title)
            for key, kind in kinds.items()
        ]
        self._failing = False

    @property
    def statistic_ids(self) -> tuple[str, ...]:
        """The ids of the statistics of this usage point."""
        return tuple(series.writer.statistic_id for series in self._series)

    def expect_nothing(self) -> None:
        """Compare every row with the recorder at the next write."""
        for series in self._series:
            series.writer.forget()
            series.written_on = None

    async def async_write(self, situation: Situation) -> int:
        """Write what differs; returns the number of rows. A recorder in trouble is told once and tried again later."""
        written = 0
        try:
            for series in self._series:
                written += await self._async_write_series(series, situation)
        except StatisticsError as err:
            if not self._failing:
                LOGGER.warning("Statistics are not up to date, trying again later: %s", err)
            self._failing = True
            return written
        if self._failing:
            LOGGER.info("Statistics are up to date again")
        self._failing = False
        return written

    async def _async_write_series(self, series: _Series, situation: Situation) -> int:
        if series.key in Direction and not daily_history_is_settled(situation, Direction(series.key)):
            return 0
        since = self._ledger.state.unwritten.get(series.key)
        if since is None and series.written_on == situation.today:
            return 0
        rows = await self._hass.async_add_executor_job(series.build, situation)
        if not rows:
            return 0
        if not series.verified:
            if not await series.writer.async_verify_tail(rows, changed_since=since):
                LOGGER.warning("The recorder lacks rows of %s: comparing all of it", series.writer.statistic_id)
            series.verified = True
        await series.async_name()
        written = await series.writer.async_write(rows)
        series.written_on = situation.today
        if since is not None and not any(entry.held for entry in rows) and self._unchanged(series, situation):
            self._ledger.mark_written(series.key, since)
        return written

    def _unchanged(self, series: _Series, situation: Situation) -> bool:
        """Whether no reading came in while the recorder was busy."""
        now, then = self._ledger.state, situation.state
        if series.key in Direction:
            return now.days[Direction(series.key)] is then.days[Direction(series.key)]
        return now.peaks is then.peaks
