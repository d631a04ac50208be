"""When derived statistics are written, at what price, and what a process that dies leaves behind."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance

from custom_components.myelectricaldata.energy.calendar import ONE_DAY, day_start
from custom_components.myelectricaldata.energy.fingerprint import fingerprint
from custom_components.myelectricaldata.energy.options import OptionCode, build_option
from custom_components.myelectricaldata.energy.readings import DayRecord
from custom_components.myelectricaldata.energy.tariff import Calendars, Signal, Tariff
from custom_components.myelectricaldata.ledger import Ledger
from custom_components.myelectricaldata.ledger_format import decode_state, encode_state
from custom_components.myelectricaldata.statistics import SeriesWriter, StatisticsError, async_clear

from .energy.tariffs import TEMPO_PRICES, base, schedule, version
from .money_rig import NOTHING, Home, Rows, counted_reads, expected, given_rows, half_hours
from .statistics_rig import Days

FIRST, LAST = date(2026, 7, 1), date(2026, 7, 8)
PRICES = {"hc": "0.15965", "hp": "0.2146"}
NIGHT = build_option(OptionCode.HC_HP, offpeak=schedule("22:30-06:30"))
TEMPO = build_option(OptionCode.TEMPO)
HPHC = Tariff((version(NIGHT, PRICES),))
FLAT = Tariff((base("0.2516"),))


def by_night(when: Any) -> tuple[str, Decimal]:
    minute = when.hour * 60 + when.minute
    return ("hc", Decimal("0.15965")) if minute >= 1350 or minute < 390 else ("hp", Decimal("0.2146"))


def always(_when: Any) -> tuple[str, Decimal]:
    return "base", Decimal("0.2516")


@pytest.fixture
async def home(recorder_mock: object, hass_storage: object, hass: HomeAssistant) -> Home:
    return await Home(hass=hass, today=LAST + ONE_DAY).start()


async def test_nothing_derived_is_written_before_the_history_is_in(home: Home) -> None:
    days = half_hours(FIRST, LAST)
    home.imported = False
    home.price(HPHC)
    home.read({day: DayRecord(record.index_wh) for day, record in days.items()})
    await home.write()
    home.read(days)
    await home.write()
    assert await home.rows("cost") == []
    assert await home.rows("consumption_hc") == []
    home.imported = True
    await home.write()
    assert home.ledger.state.unwritten == {}
    await home.assert_all(expected(days, by_night, ("hc", "hp")))


async def test_costs_are_known_before_they_may_be_written_and_when_the_recorder_is_in_trouble(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = half_hours(FIRST, LAST)

    async def broken(*_args: object, **_kwargs: object) -> int:
        raise StatisticsError("disk full")

    monkeypatch.setattr(SeriesWriter, "async_write", broken)
    home.price(HPHC)
    home.read(days)
    assert await home.write() == 0
    assert sum(cost.wh for cost in home.recording.costs) == sum(record.index_wh or 0 for record in days.values())
    assert home.ledger.state.unwritten == {"consumption": FIRST}
    monkeypatch.undo()
    await home.write()
    await home.assert_all(expected(days, by_night, ("hc", "hp")))


async def test_without_a_word_about_tariffs_nothing_derived_is_touched(home: Home) -> None:
    home.read(half_hours(FIRST, LAST))
    home.price(HPHC)
    await home.write()
    await home.restart()
    home.read(half_hours(LAST + ONE_DAY, LAST + ONE_DAY))
    home.today += ONE_DAY
    with given_rows() as given:
        await home.write()
    assert {series_id for series_id, _ in given} == {home.id("consumption")}
    assert home.ledger.state.unwritten == {"consumption": LAST + ONE_DAY}, "the derived rows of that day are to come"
    home.price(HPHC)
    await home.write()
    assert home.ledger.state.unwritten == {}
    await home.assert_all(expected(half_hours(FIRST, LAST) | half_hours(LAST + ONE_DAY, LAST + ONE_DAY), by_night, ()))


async def test_a_new_day_writes_its_own_rows_and_a_colour_out_of_season_reads_nothing(home: Home) -> None:
    days = half_hours(FIRST, LAST + ONE_DAY)
    home.read({day: record for day, record in days.items() if day <= LAST})
    tariff = Tariff((version(TEMPO, TEMPO_PRICES),))
    blue = dict.fromkeys((FIRST - ONE_DAY, *days), "BLUE")
    home.price(tariff, calendars=Calendars(tempo=blue))
    await home.write()
    home.read(days)
    home.today += ONE_DAY
    with given_rows() as given, counted_reads() as reads:
        written = await home.write()
    assert written == len(given) == 24 + 24 + 1 + 2 * 24
    assert min(hour for _, hour in given) >= day_start(LAST + ONE_DAY)
    kinds = ("consumption", "cost", "consumption_blue_hc", "consumption_blue_hp", "cost_blue_hc", "cost_blue_hp")
    assert {series_id for series_id, _ in given} == {home.id(kind) for kind in (*kinds, "subscription")}
    # Is its end still there, what of the day is stored, was it taken: of the seven series that have rows.
    assert len(reads) == 3 * 7
    with counted_reads() as reads:
        home.price(tariff, calendars=Calendars(tempo={**blue, home.today + ONE_DAY: "RED"}))
        assert await home.write() == 0
    assert reads == [], "tomorrow's colour changes no day that is in"


async def test_a_period_that_wakes_up_after_months_continues_its_sums(home: Home) -> None:
    days = half_hours(FIRST, LAST + 2 * ONE_DAY)
    colours = dict.fromkeys((FIRST - ONE_DAY, *days), "BLUE") | {FIRST: "RED", LAST + 2 * ONE_DAY: "RED"}
    tariff = Tariff((version(TEMPO, TEMPO_PRICES),))
    for last in (LAST, LAST + ONE_DAY, LAST + 2 * ONE_DAY):
        home.read({day: record for day, record in days.items() if day <= last})
        home.today = last + ONE_DAY
        home.price(tariff, calendars=Calendars(tempo=colours))
        await home.write()

    def pricing(when: Any) -> tuple[str, Decimal]:
        minutes = when.hour * 60 + when.minute
        colour = colours[when.date() if minutes >= 360 else when.date() - ONE_DAY].lower()
        period = f"{colour}_{'hp' if 360 <= minutes < 1320 else 'hc'}"
        return period, Decimal(TEMPO_PRICES[period])

    await home.assert_all(expected(days, pricing, tuple(TEMPO_PRICES)))


async def test_a_restart_with_nothing_new_looks_at_the_end_of_each_series_only(home: Home) -> None:
    home.read(half_hours(FIRST, LAST))
    home.price(HPHC)
    await home.write()
    await home.restart()
    home.price(HPHC)
    with given_rows() as given, counted_reads() as reads:
        assert await home.write() == 0
    assert given == []
    assert len(reads) == 2 * 7, "the sum before the first hour and the newest day, of each of seven series"


async def test_rows_that_were_lost_are_written_again_at_the_start_and_while_running(home: Home) -> None:
    days = half_hours(FIRST, LAST + ONE_DAY)
    home.read({day: record for day, record in days.items() if day <= LAST})
    home.price(HPHC)
    await home.write()
    await async_clear(home.hass, [home.id("cost_hc")])
    await home.restart()
    home.price(HPHC)
    assert await home.write() > 0
    wanted = expected({day: days[day] for day in days if day <= LAST}, by_night, ("hc", "hp"))
    await home.assert_all(wanted)
    get_instance(home.hass).async_adjust_statistics(home.id("cost"), day_start(FIRST), 1000, "EUR")
    await home.rows("cost")
    home.read(days)
    home.today += ONE_DAY
    await home.write()
    await home.assert_all(expected(days, by_night, ("hc", "hp")))
    get_instance(home.hass).async_adjust_statistics(home.id("cost_hp"), day_start(FIRST), 1000, "EUR")
    await home.rows("cost")
    assert await home.write() == 0
    home.recording.expect_nothing()
    assert await home.write() > 0
    await home.assert_all(expected(days, by_night, ("hc", "hp")))
    assert home.ledger.state.unwritten == {}


@contextmanager
def dying(nth: int, save: Callable[[], None]) -> Iterator[list[str]]:
    """The process dies right before the n-th step that touches the recorder or the ledger."""
    steps: list[str] = []
    patch = pytest.MonkeyPatch()

    def deadly(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:
            steps.append(name)
            if len(steps) == nth:
                save()
                raise asyncio.CancelledError
            return original(*args, **kwargs)

        return step

    for owner, names in (
        (SeriesWriter, ("_async_store", "_import")),
        (Ledger, ("async_save", "set_derived", "mark_written")),
    ):
        for name in names:
            patch.setattr(owner, name, deadly(name, getattr(owner, name)))
    try:
        yield steps
    finally:
        patch.undo()


SOME: Days = half_hours(date(2026, 10, 24), date(2026, 10, 25))
MORE: Days = half_hours(date(2026, 10, 24), date(2026, 10, 26)) | half_hours(
    date(2026, 10, 25), date(2026, 10, 25), seed=5
)
"""A day more, and another one revised."""


@pytest.mark.long
@pytest.mark.parametrize("saved", [False, True], ids=["lost", "saved"])
@pytest.mark.parametrize("back", [False, True], ids=["stays", "goes_back"])
async def test_killed_at_any_step_of_a_change_all_is_right_after_the_next_start(
    home: Home, hass: HomeAssistant, hass_storage: dict[str, Any], saved: bool, back: bool
) -> None:
    """New readings and another tariff at once; the tariff may be taken back before the next start.

    What the ledger was to write within seconds is on disk when the process dies, or it is not. Every other step is
    tried in each of the four cases, and every step with and without those last words.
    """
    steps: list[str] = []
    nth = -1 if saved == back else 0
    while nth < 1 or len(steps) >= nth:
        nth += 2
        point = await Home(hass=hass, today=date(2026, 10, 26), pdl=f"{nth:014}").start()
        point.read(SOME)
        point.price(HPHC)
        await point.write()
        await point.restart()
        point.today = date(2026, 10, 27)
        point.price(FLAT)
        point.read(MORE)

        def save(point: Home = point) -> None:
            if saved:
                stored = hass_storage[f"myelectricaldata.readings.{point.pdl}"]
                stored["data"] = json.loads(json.dumps(encode_state(point.ledger.state)))

        with dying(nth, save) as steps, suppress(asyncio.CancelledError):
            await point.write()
            await point.stop()
        point.kill()
        await point.start()
        point.read(MORE)
        point.price(HPHC if back else FLAT)
        await point.write()
        await check(point, back)
        await point.restart()
        point.price(HPHC if back else FLAT)
        assert await point.write() == 0
    assert nth > 20
    assert set(steps) == {"_async_store", "_import", "async_save", "set_derived", "mark_written"}


async def check(point: Home, back: bool) -> None:
    pricing, periods, gone = (by_night, ("hc", "hp"), ("base",)) if back else (always, ("base",), ("hc", "hp"))
    await point.assert_all(expected(MORE, pricing, periods), neutral=True)
    nothing: Rows = {day_start(min(MORE)).timestamp(): (NOTHING, NOTHING)}
    for period in gone:
        for kind in (f"consumption_{period}", f"cost_{period}"):
            if await point.rows(kind):
                await point.assert_holds(kind, nothing, neutral=True)


def test_the_fingerprint_tells_what_decides_a_price_and_nothing_else() -> None:
    tempo = Tariff((version(TEMPO, TEMPO_PRICES),))
    blue = dict.fromkeys(half_hours(FIRST - ONE_DAY, LAST), "BLUE")
    known = fingerprint(tempo, Calendars(tempo=blue), FIRST, LAST)
    later = LAST + ONE_DAY
    assert fingerprint(tempo, Calendars(tempo={**blue, later: "RED"}), FIRST, LAST) == known
    future = Tariff((*tempo.versions, base(start=later)))
    assert fingerprint(future, Calendars(tempo=blue), FIRST, LAST) == known
    dearer = Tariff((version(TEMPO, {**TEMPO_PRICES, "red_hp": "0.7"}),))
    cheaper = Tariff((version(TEMPO, TEMPO_PRICES, subscription="1"),))
    unknown = Tariff((version(TEMPO, TEMPO_PRICES, subscription=None),))
    ended = Tariff((version(TEMPO, TEMPO_PRICES, end=LAST - ONE_DAY),))
    others = [
        fingerprint(tempo, Calendars(tempo={**blue, FIRST - ONE_DAY: "RED"}), FIRST, LAST),
        fingerprint(tempo, Calendars(tempo={**blue, LAST: "RED"}), FIRST, LAST),
        *(fingerprint(tariff, Calendars(tempo=blue), FIRST, LAST) for tariff in (dearer, cheaper, unknown, ended)),
        fingerprint(tempo, Calendars(tempo=blue), FIRST, later),
    ]
    assert len({known, *others}) == 1 + len(others)
    windows = [build_option(OptionCode.HC_HP, offpeak=schedule(text)) for text in ("22:30-06:30", "22:31-06:30")]
    peaks = [build_option(OptionCode.EJP, peak_signal=Signal.LISTED, peak_dates=dates) for dates in ((), (FIRST,))]
    tariffs = [Tariff((version(option, PRICES),)) for option in (*windows, *peaks)]
    assert len({fingerprint(tariff, Calendars(), FIRST, LAST) for tariff in tariffs}) == 4


def test_a_file_of_before_there_were_costs_is_read_as_it_is(home: Home) -> None:
    old = encode_state(home.ledger.state)
    del old["derived"]
    assert decode_state(old) == home.ledger.state
