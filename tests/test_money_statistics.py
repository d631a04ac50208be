"""What a household's hours cost, in Home Assistant's real recorder: equal to what was worked out slot by slot."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from homeassistant.core import HomeAssistant

from custom_components.myelectricaldata.energy.calendar import ONE_DAY, day_start
from custom_components.myelectricaldata.energy.options import OptionCode, build_option
from custom_components.myelectricaldata.energy.readings import DayRecord
from custom_components.myelectricaldata.energy.tariff import Calendars, Tariff
from custom_components.myelectricaldata.statistics import (
    async_all_statistic_ids,
    async_clear,
)

from .energy.tariffs import TEMPO_PRICES, base, schedule, version
from .money_rig import NOTHING, PRODUCTION, Home, Pricing, expected, given_rows, half_hours, subscription, theirs

pytestmark = pytest.mark.long

pytest_plugins = ("tests.databases",)

LONG_AGO = date(2026, 2, 10)
FIRST, LAST = date(2026, 3, 25), date(2026, 4, 12)  # 19 days, 62 since LONG_AGO; the clock changes on 29 March
HC, HP = Decimal("0.15965"), Decimal("0.21460")
PRICES = {"hc": "0.15965", "hp": "0.2146"}
NIGHT = build_option(OptionCode.HC_HP, offpeak=schedule("22:30-06:30"))
AFTERNOON = build_option(OptionCode.HC_HP, offpeak=schedule("01:30-06:30", "13:00-16:00"))
TEMPO = build_option(OptionCode.TEMPO)
TEMPO_KINDS = tuple(TEMPO_PRICES)


def by_night(when: datetime) -> tuple[str, Decimal]:
    """22:30 to 06:30."""
    minute = when.hour * 60 + when.minute
    return ("hc", HC) if minute >= 22 * 60 + 30 or minute < 6 * 60 + 30 else ("hp", HP)


def in_the_afternoon(when: datetime) -> tuple[str, Decimal]:
    """01:30 to 06:30 and 13:00 to 16:00."""
    minute = when.hour * 60 + when.minute
    return ("hc", HC) if 90 <= minute < 390 or 13 * 60 <= minute < 16 * 60 else ("hp", HP)


def by_colour(colours: Mapping[date, str]) -> Pricing:
    """Tempo: the colour of a day holds from 06:00 to 06:00, its off-peak hours are 22:00 to 06:00."""

    def price(when: datetime) -> tuple[str | None, Decimal | None]:
        colour = colours.get((when.replace(tzinfo=None) - timedelta(hours=6)).date())
        if colour is None:
            return None, None
        period = f"{colour.lower()}_{'hp' if 6 <= when.hour < 22 else 'hc'}"
        return period, Decimal(TEMPO_PRICES[period])

    return price


def changed_on(day: date, before: Pricing, after: Pricing) -> Pricing:
    return lambda when: (after if when.date() >= day else before)(when)


HPHC = Tariff((version(NIGHT, PRICES),))


@pytest.fixture
async def home(recorder_mock: object, hass_storage: object, hass: HomeAssistant) -> Home:
    point = await Home(hass=hass, today=LAST + ONE_DAY).start()
    hass.config.language = "fr"
    return point


class TestOnEveryDatabase:
    @pytest.fixture
    def recorder_db_url(self, fresh_database: str) -> str:
        return fresh_database

    async def test_every_hour_of_a_household_is_priced_and_the_periods_add_up(self, home: Home) -> None:
        days = half_hours(LONG_AGO, LAST)
        home.read(days)
        home.price(HPHC)
        wanted = expected(days, by_night, ("hc", "hp"))
        count = sum(map(len, wanted.values())) + len(days)
        assert await home.write() == count + len(await home.rows("consumption"))
        await home.assert_all({**wanted, "subscription": subscription(days, "15.86")})
        for whole, parts in (("consumption", ("consumption_hc", "consumption_hp")), ("cost", ("cost_hc", "cost_hp"))):
            rows = {row["start"]: row["state"] for row in await home.rows(whole)}
            shares: dict[float, float] = dict.fromkeys(rows, 0.0)
            for part in parts:
                for row in await home.rows(part):
                    shares[row["start"]] += row["state"]
            assert shares == pytest.approx(rows, abs=1e-9)
        assert await home.write() == 0

        after = await home.restart()
        after.price(HPHC)
        with given_rows() as given:
            assert await after.write() == 0
        assert given == []

    async def test_sums_continue_from_what_another_client_wrote_before(self, home: Home, hass: HomeAssistant) -> None:
        start = day_start(FIRST)
        before = [start - timedelta(hours=hour) for hour in range(30, 0, -1)]
        for kind, unit in (("cost_hc", "EUR"), ("consumption_hc", "kWh")):
            theirs(hass, home.id(kind), unit, {hour: (0.5, 1234.5678 + 0.5 * n) for n, hour in enumerate(before)})
        # One of its rows is in our history, at an hour that is not off-peak.
        theirs(hass, home.id("cost_hc"), "EUR", {start + timedelta(hours=12): (7.0, 99_999.0)})
        untouched = {kind: (await home.rows(kind))[:30] for kind in ("cost_hc", "consumption_hc")}
        days = half_hours(FIRST, FIRST + 9 * ONE_DAY)
        home.today = FIRST + 10 * ONE_DAY
        home.read(days)
        home.price(HPHC)
        await home.write()
        wanted = expected(days, by_night, ("hc", "hp"))
        for kind, rows in untouched.items():
            assert (await home.rows(kind))[:30] == rows
            await home.assert_holds(kind, wanted[kind], neutral=kind == "cost_hc", base=1249.0678)
        await home.assert_holds("cost", wanted["cost"])


async def test_a_price_from_a_date_on_rewrites_nothing_before_it(home: Home) -> None:
    days = half_hours(FIRST, LAST)
    home.read(days)
    home.price(HPHC)
    await home.write()
    day = date(2026, 4, 1)
    dearer = {"hc": Decimal("0.2"), "hp": HP}
    home.price(Tariff((*HPHC.versions, version(NIGHT, {"hc": "0.2", "hp": "0.2146"}, start=day))))
    with given_rows() as given:
        await home.write()
    pricing = changed_on(day, by_night, lambda when: (by_night(when)[0], dearer[by_night(when)[0]]))
    wanted = expected(days, pricing, ("hc", "hp"))
    await home.assert_all(wanted)
    assert {series_id for series_id, _ in given} == {home.id("cost"), home.id("cost_hc")}
    assert min(hour for _, hour in given) == day_start(day)
    since = day_start(day).timestamp()
    assert len(given) == sum(start >= since for kind in ("cost", "cost_hc") for start in wanted[kind])


async def test_other_hours_from_a_date_on_move_the_energy_of_those_days(home: Home) -> None:
    days = half_hours(FIRST, LAST)
    home.read(days)
    home.price(HPHC)
    await home.write()
    day = date(2026, 3, 29)
    home.price(Tariff((*HPHC.versions, version(AFTERNOON, PRICES, start=day))))
    with given_rows() as given:
        await home.write()
    assert min(hour for _, hour in given) >= day_start(day)
    assert home.id("subscription") not in {series_id for series_id, _ in given}
    wanted = expected(days, changed_on(day, by_night, in_the_afternoon), ("hc", "hp"))
    await home.assert_all(wanted, neutral=True)
    for kind in ("consumption", "cost"):
        assert await total(home, kind) == pytest.approx(
            await total(home, f"{kind}_hc") + await total(home, f"{kind}_hp"), abs=1e-8
        )


async def total(home: Home, kind: str) -> float:
    return float((await home.rows(kind))[-1]["sum"])


async def test_tempo_waits_for_its_colours_and_is_completed_when_they_come(home: Home) -> None:
    """Both clock changes, a year apart from each other; a colour in the middle and the last two are late."""
    first, last = date(2025, 10, 24), date(2025, 10, 28)
    days = half_hours(first, last) | half_hours(date(2026, 3, 26), date(2026, 4, 1))
    known = sorted(days)
    colours = {
        day: ("BLUE", "WHITE", "RED")[day.toordinal() % 3] for day in (first - ONE_DAY, *known, known[5] - ONE_DAY)
    }
    late = {date(2025, 10, 26), known[-2], known[-1]}
    home.today = known[-1] + ONE_DAY
    home.read(days)
    early = {day: colour for day, colour in colours.items() if day not in late}
    tariff = Tariff((version(TEMPO, TEMPO_PRICES),))
    home.price(tariff, calendars=Calendars(tempo=early))
    await home.write()
    wanted = expected(days, by_colour(early), TEMPO_KINDS)
    assert len(wanted) == 13
    await home.assert_all(wanted)
    assert sum(cost.waiting_wh for cost in home.recording.costs) > 0

    early = {**early, date(2025, 10, 26): colours[date(2025, 10, 26)]}
    home.price(tariff, calendars=Calendars(tempo=early))
    with given_rows() as given:
        await home.write()
    assert min(hour for _, hour in given) == day_start(date(2025, 10, 26)) + timedelta(hours=7)
    await home.assert_all(expected(days, by_colour(early), TEMPO_KINDS))
    home.price(tariff, calendars=Calendars(tempo=colours))
    with given_rows() as given:
        await home.write()
    assert min(hour for _, hour in given) == day_start(known[-2]) + timedelta(hours=6)
    await home.assert_all(expected(days, by_colour(colours), TEMPO_KINDS))
    assert sum(cost.waiting_wh for cost in home.recording.costs) == 0


async def test_a_switch_of_option_leaves_the_periods_of_before_as_they_were(home: Home) -> None:
    days = half_hours(FIRST, LAST)
    home.read(days)
    home.price(HPHC)
    await home.write()
    day = date(2026, 4, 1)
    colours = dict.fromkeys(days, "WHITE")
    home.price(
        Tariff((*HPHC.versions, version(TEMPO, TEMPO_PRICES, start=day, subscription="20"))),
        calendars=Calendars(tempo=colours),
    )
    await home.write()
    wanted = expected(days, changed_on(day, by_night, by_colour(colours)), ("hc", "hp", *TEMPO_KINDS))
    await home.assert_all(wanted, neutral=True)
    rows = await home.rows("consumption_hc")
    assert {row["state"] for row in rows if row["start"] >= day_start(day).timestamp()} == {0}
    assert [row["start"] for row in await home.rows("cost_red_hp")] == [day_start(FIRST).timestamp()]


async def test_a_tariff_that_is_taken_back_leaves_no_energy_and_no_money_behind(
    home: Home, hass: HomeAssistant
) -> None:
    start = day_start(FIRST)
    theirs(hass, home.id("cost_hc"), "EUR", {start - timedelta(hours=1): (0.5, 50.0)})
    days = half_hours(FIRST, LAST)
    home.read(days)
    home.price(HPHC)
    await home.write()
    await home.restart()
    home.price(Tariff((base("0.2", subscription=None),)))
    await home.write()
    await home.assert_all(expected(days, lambda _: ("base", Decimal("0.2")), ("base",)))
    for kind, sum_before in (("consumption_hc", 0), ("consumption_hp", 0), ("cost_hc", 50), ("cost_hp", 0)):
        await home.assert_holds(kind, {start.timestamp(): (NOTHING, NOTHING)}, neutral=True, base=sum_before)
    assert home.ledger.state.derived["consumption"].series == (
        "cost",
        "subscription",
        "consumption_base",
        "cost_base",
    )
    home.price(Tariff())
    await home.write()
    assert home.ledger.state.derived == {}
    assert home.recording.costs == ()
    await home.assert_holds("cost", {start.timestamp(): (NOTHING, NOTHING)}, neutral=True)
    assert (await home.rows("cost_hc"))[0]["sum"] == 50
    # And back: everything is where it was.
    home.price(HPHC)
    await home.write()
    wanted = expected(days, by_night, ("hc", "hp"))
    await home.assert_holds("cost_hc", wanted["cost_hc"], neutral=True, base=50)
    await home.assert_holds("cost", wanted["cost"])


async def test_a_revised_day_moves_every_sum_after_it_and_nothing_before(home: Home) -> None:
    days = half_hours(FIRST, LAST)
    home.read(days)
    home.price(HPHC)
    await home.write()
    day = date(2026, 3, 29)
    days |= half_hours(day, day, seed=9)
    home.read(days)
    with given_rows() as given:
        await home.write()
    assert min(hour for _, hour in given) >= day_start(day)
    await home.assert_all(expected(days, by_night, ("hc", "hp")))
    assert home.ledger.state.unwritten == {}


async def test_a_hole_costs_nothing_but_its_subscription(home: Home) -> None:
    days = half_hours(FIRST, LAST)
    hole = date(2026, 4, 2)
    del days[hole]
    home.read(days)
    home.price(HPHC)
    await home.write()
    await home.assert_all({**expected(days, by_night, ("hc", "hp")), "subscription": subscription(days, "15.86")})
    assert len(await home.rows("subscription")) == len(days) + 1
    days |= half_hours(hole, hole)
    home.read(half_hours(hole, hole))
    await home.write()
    await home.assert_all(expected(days, by_night, ("hc", "hp")))


async def test_injected_energy_brings_what_the_surplus_tariff_says(home: Home, hass: HomeAssistant) -> None:
    point = await Home(hass=hass, today=LAST + ONE_DAY, pdl="09876543210987", directions=(PRODUCTION,)).start()
    days = half_hours(FIRST, LAST)
    point.read(days, PRODUCTION)
    day = date(2026, 3, 30)
    surplus = Tariff((base("0.1276", subscription=None), base("0.04", start=day, subscription=None)))
    point.price(HPHC, surplus)
    await point.write()
    prices = changed_on(day, lambda _: ("base", Decimal("0.1276")), lambda _: ("base", Decimal("0.04")))
    await point.assert_holds("compensation", expected(days, prices, ())["cost"])
    assert point.recording.costs == ()
    assert len(point.recording.compensations) == len(point.recording.series(PRODUCTION)) == len(days)
    assert await async_all_statistic_ids(hass, point.pdl) == (point.id("compensation"), point.id("production"))
    assert set(point.recording.statistic_ids) == {point.id("compensation"), point.id("production")}


async def test_a_series_whose_id_is_taken_by_another_unit_stops_no_other_one(
    home: Home, hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    theirs(hass, home.id("cost"), "USD", {day_start(FIRST): (1.0, 1.0)})
    days = half_hours(FIRST, FIRST + 3 * ONE_DAY)
    home.today = FIRST + 4 * ONE_DAY
    home.read(days)
    home.price(HPHC)
    await home.write()
    await home.write()
    assert caplog.text.count("stored in USD, expected EUR") == 1
    wanted = expected(days, by_night, ("hc", "hp"))
    await home.assert_all({kind: rows for kind, rows in wanted.items() if kind != "cost"})
    assert home.ledger.state.unwritten
    await async_clear(hass, [home.id("cost")])
    await home.write()
    await home.assert_all(wanted)
    assert home.ledger.state.unwritten == {}


async def test_an_estimated_day_is_split_like_any_other(home: Home) -> None:
    days = half_hours(FIRST, FIRST + 9 * ONE_DAY)
    index = days[FIRST + 4 * ONE_DAY].index_wh
    home.today = FIRST + 10 * ONE_DAY
    home.read(days | {FIRST + 4 * ONE_DAY: DayRecord(index_wh=index)})
    home.price(HPHC)
    await home.write()
    costs = home.recording.costs
    assert [cost.day for cost in costs if cost.estimated] == [FIRST + 4 * ONE_DAY]
    sums = [await total(home, kind) for kind in ("consumption_hc", "consumption_hp")]
    assert sum(sums) == pytest.approx(sum(record.index_wh or 0 for record in days.values()) / 1000, abs=1e-9)
    home.read(days)
    await home.write()
    await home.assert_all(expected(days, by_night, ("hc", "hp")), neutral=True)
