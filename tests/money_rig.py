"""What the tests of derived statistics share: a usage point without a gateway, and what its hours cost, worked out
slot by slot in the plainest way."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from unittest import mock

import pytest
from homeassistant.components.recorder.models import StatisticMeanType
from homeassistant.components.recorder.statistics import async_add_external_statistics
from homeassistant.core import HomeAssistant

from custom_components.myelectricaldata import statistics
from custom_components.myelectricaldata.energy.calendar import ONE_DAY, PARIS, day_start, days_between
from custom_components.myelectricaldata.energy.readings import DayCurve, DayRecord, slots_in_day
from custom_components.myelectricaldata.energy.tariff import Calendars, Tariff
from custom_components.myelectricaldata.feeds import History, feeds_of
from custom_components.myelectricaldata.gateway.models import Direction
from custom_components.myelectricaldata.ledger import Ledger
from custom_components.myelectricaldata.plan import Schedule, Situation
from custom_components.myelectricaldata.recording import UsagePointRecording

from .statistics_rig import Days, stored

CONSUMPTION, PRODUCTION = Direction.CONSUMPTION, Direction.PRODUCTION
PDL = "01234567890123"

type Pricing = Callable[[datetime], tuple[str | None, Decimal | None]]
"""Period and price of the slot that starts at a wall-clock time of Paris."""
type Rows = dict[float, tuple[Decimal, Decimal]]
"""By start: what the hour adds, and the sum at its end; kWh or EUR."""
NOTHING = Decimal(0)


def half_hours(first: date, last: date, seed: int = 1) -> Days:
    """Days of 30-minute curves whose slots are whole Wh."""
    random = Random(seed)
    days: Days = {}
    for day in days_between(first, last):
        watts = tuple(2 * random.randrange(1500) for _ in range(slots_in_day(day, 30)))
        days[day] = DayRecord(sum(watts) // 2, DayCurve(30, watts))
    return days


def expected(days: Mapping[date, DayRecord], pricing: Pricing, periods: tuple[str, ...]) -> dict[str, Rows]:
    """What the recorder must hold, by kind: `cost`, and `consumption_…` and `cost_…` of each period."""
    hours: dict[float, dict[str | None, tuple[int, Decimal | None]]] = {}
    for day, record in sorted(days.items()):
        assert record.curve is not None
        for place, watts in enumerate(record.curve.watts):
            start = day_start(day) + place * timedelta(minutes=record.curve.minutes)
            period, price = pricing(start.astimezone(PARIS))
            hour = hours.setdefault(start.timestamp() // 3600 * 3600, {})
            before = hour.get(period, (0, NOTHING))[0]
            hour[period] = before + (watts or 0) * record.curve.minutes // 60, price
    amounts: dict[str, dict[float, Decimal]] = defaultdict(dict)
    for hour_start, parts in hours.items():
        if all(price is not None or not wh for wh, price in parts.values()):
            amounts["cost"][hour_start] = sum((wh * (price or NOTHING) / 1000 for wh, price in parts.values()), NOTHING)
        for period, (wh, price) in parts.items():
            if period is not None and wh:
                amounts[f"consumption_{period}"][hour_start] = Decimal(wh) / 1000
                if price is not None:
                    amounts[f"cost_{period}"][hour_start] = wh * price / 1000
    first = min(hours)
    for period in periods:
        for kind in ("consumption", "cost"):
            amounts[f"{kind}_{period}"].setdefault(first, NOTHING)
    return {kind: _summed(found) for kind, found in amounts.items()}


def _summed(amounts: Mapping[float, Decimal]) -> Rows:
    rows: Rows = {}
    total = NOTHING
    for start, amount in sorted(amounts.items()):
        total += amount
        rows[start] = amount, total
    return rows


def subscription(days: Mapping[date, DayRecord], monthly: str) -> Rows:
    """A year's subscription shared by the days of the year."""
    return _summed(
        {
            day_start(day).timestamp(): 12 * Decimal(monthly) / (366 if day.year % 4 == 0 else 365)
            for day in days_between(min(days), max(days))
        }
    )


@dataclass(kw_only=True)
class Home:
    """A usage point whose whole history is in, as one process after the other sees it."""

    hass: HomeAssistant
    today: date
    pdl: str = PDL
    directions: tuple[Direction, ...] = (CONSUMPTION,)
    imported: bool = True
    """Whether the first import is over."""

    async def start(self) -> Home:
        """A new process: it knows what was saved."""
        self.ledger = Ledger(self.hass, self.pdl)
        assert await self.ledger.async_load() is None
        self.recording = UsagePointRecording(self.hass, self.ledger, "Maison", self.directions)
        return self

    def read(self, days: Days, direction: Direction = CONSUMPTION) -> None:
        """Readings that come in."""
        self.ledger.merge_daily(direction, {day: known.index_wh for day, known in days.items() if known.index_wh})
        self.ledger.merge_curve(direction, {day: known.curve for day, known in days.items() if known.curve})

    def price(
        self, tariff: Tariff | None = None, surplus: Tariff | None = None, calendars: Calendars | None = None
    ) -> None:
        """What the coordinator says of the tariffs."""
        self.recording.set_tariffs(tariff or Tariff(), surplus or Tariff(), calendars or Calendars())

    async def write(self) -> int:
        """What the coordinator asks for when something came in."""
        return await self.recording.async_write(self.situation())

    def situation(self) -> Situation:
        """As the synchroniser sees it."""
        for feed in feeds_of(self.directions):
            known = self.ledger.days(feed.direction)
            first = min(known, default=self.today)
            finished = self.today if self.imported else None
            history = History(asked_from=first, asked_to=self.today - ONE_DAY, floor=first, finished_on=finished)
            self.ledger.set_history(feed, history)
        return Situation(
            now=datetime.combine(self.today, time(12), PARIS),
            directions=self.directions,
            state=self.ledger.state,
            schedule=Schedule(minute=0),
            dialect=None,
            activation=None,
        )

    async def stop(self) -> None:
        """Home Assistant stops as it should."""
        await self.ledger.async_save()

    def kill(self) -> None:
        """It does not: what was to be saved soon never is."""
        self.ledger._store._async_cleanup_delay_listener()
        self.ledger._store._async_cleanup_final_write_listener()

    async def restart(self) -> Home:
        """Stop and start."""
        await self.stop()
        self.kill()
        return await self.start()

    def id(self, kind: str) -> str:
        """The id of `cost`, `cost_hc`, …, as design.md fixes it."""
        stem, _, period = kind.partition("_")
        return f"myelectricaldata:{stem}_{self.pdl}" + (f"_{period}" if period else "")

    async def rows(self, kind: str) -> list[dict[str, Any]]:
        """What the recorder holds."""
        return await stored(self.hass, self.id(kind))

    async def assert_holds(self, kind: str, wanted: Rows, *, neutral: bool = False, base: float = 0) -> None:
        """Every wanted row is there with its sum; any other (`neutral`: may be) adds nothing and keeps the sum."""
        rows = [row for row in await self.rows(kind) if row["start"] >= min(wanted, default=0)]
        starts = {row["start"] for row in rows}
        assert starts >= wanted.keys(), kind
        assert neutral or starts == wanted.keys(), kind
        total = NOTHING
        for row in rows:
            amount, total = wanted.get(row["start"], (NOTHING, total))
            assert abs(row["state"] - float(amount)) < 1e-9, kind
            assert abs(row["sum"] - float(total) - base) < 2e-9, kind

    async def assert_all(self, wanted: Mapping[str, Rows], *, neutral: bool = False) -> None:
        """All of `assert_holds`."""
        for kind, rows in wanted.items():
            await self.assert_holds(kind, rows, neutral=neutral)


@contextmanager
def given_rows() -> Iterator[list[tuple[str, datetime]]]:
    """The rows that the recorder is given meanwhile: their statistic and hour."""
    given: list[tuple[str, datetime]] = []

    def spy(hass: HomeAssistant, metadata: Any, rows: list[Any]) -> None:
        given.extend((metadata["statistic_id"], row["start"]) for row in rows)
        async_add_external_statistics(hass, metadata, rows)

    with mock.patch.object(statistics, "async_add_external_statistics", spy):
        yield given


@contextmanager
def counted_reads() -> Iterator[list[str]]:
    """What the recorder is asked for meanwhile: the name of each read."""
    asked: list[str] = []
    patch = pytest.MonkeyPatch()

    def spying(name: str) -> Callable[..., Any]:
        original: Callable[..., Any] = getattr(statistics, name)

        def spy(*args: Any) -> Any:
            asked.append(name)
            return original(*args)

        return spy

    for name in ("statistics_during_period", "statistic_during_period"):
        patch.setattr(statistics, name, spying(name))
    try:
        yield asked
    finally:
        patch.undo()


def theirs(hass: HomeAssistant, series_id: str, unit: str, rows: Mapping[datetime, tuple[float, float]]) -> None:
    """Rows as the gateway's own local client writes them, under the same id."""
    metadata: Any = {
        "mean_type": StatisticMeanType.NONE,
        "has_sum": True,
        "name": "Theirs",
        "source": "myelectricaldata",
        "statistic_id": series_id,
        "unit_class": "energy" if unit == "kWh" else None,
        "unit_of_measurement": unit,
    }
    given: Any = [{"start": start, "state": state, "sum": total} for start, (state, total) in rows.items()]
    async_add_external_statistics(hass, metadata, given)
