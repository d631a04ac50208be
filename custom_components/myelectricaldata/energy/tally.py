"""The energy of many days by the periods of an option, for whoever needs no hours: cut as by cost.py, but in one go."""

from array import array
from collections.abc import Sequence
from datetime import date
from itertools import accumulate, compress

from .tariff import Calendars, Option
from .trueup import DayEnergy


class PeriodTable:
    """Wh by day and period of an option, then their sums."""

    def __init__(self, option: Option, days: Sequence[tuple[date, DayEnergy]], calendars: Calendars) -> None:
        self._columns: dict[str | None, array[int]] = {}
        for place, (day, energy) in enumerate(days):
            for period, wh in day_wh(energy, option, day, calendars).items():
                column = self._columns.get(period)
                if column is None:
                    column = self._columns[period] = array("q", bytes(8 * len(days)))
                column[place] = wh
        typed = any(rule.day_types for rule in option.rules)
        self.unknown = [place for place, wh in enumerate(self._columns.get(None, ())) if typed and wh]
        """Places of the days with energy whose type is needed and not known."""

    def add_up(self, kept: Sequence[bool]) -> None:
        """Keep the sums of the days that are kept, instead of the days; once."""
        for period, column in self._columns.items():
            self._columns[period] = array("q", accumulate(compress(column, kept), initial=0))

    def between(self, start: int, end: int) -> dict[str | None, int]:
        """Wh by period of the days kept from place start to before end; only periods with energy."""
        return {period: wh for period, sums in self._columns.items() if (wh := sums[end] - sums[start])}


def day_wh(energy: DayEnergy, option: Option, day: date, calendars: Calendars) -> dict[str | None, int]:
    """Wh of a day by period, rounded as by `cost.split`."""
    segments = option.segments(day, calendars)
    slots, minutes = energy.slots, energy.minutes
    shares: dict[str | None, int] = {}
    reached, until, slot_now = 0, 0, 0
    for segment in segments:
        slot, elapsed = divmod(segment.end, minutes)
        until += sum(filter(None, slots[slot_now:slot]))
        slot_now = slot
        total = until
        if elapsed:
            total += (2 * (slots[slot] or 0) * elapsed + minutes) // (2 * minutes)
        shares[segment.period] = shares.get(segment.period, 0) + total - reached
        reached = total
    return shares
