"""The simulated households and gateway 2.x against the written contract, over real HTTP."""

import ast
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.simulators.gateway import GatewaySimulator
from tests.simulators.households import Household, zoo
from tests.simulators.probe import Clock, Probe

PDL = "22516914714270"
SOLAR = "22516914714271"
TODAY = date(2026, 11, 21)
AUTUMN, SPRING = date(2026, 10, 25), date(2026, 3, 29)

pytestmark = pytest.mark.usefixtures("socket_enabled")


@asynccontextmanager
async def serving(*households: Household, modern: bool = True, **options: int) -> AsyncIterator[tuple[Probe, Clock]]:
    clock = Clock()
    async with (
        GatewaySimulator(households or zoo(TODAY), now=clock, **options) as simulator,
        Probe(simulator, modern=modern) as probe,
    ):
        yield probe, clock


def test_it_imports_nothing_of_the_integration() -> None:
    for file in Path("tests/simulators").glob("*.py"):
        names = [
            name
            for node in ast.walk(ast.parse(file.read_text()))
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        ]
        assert not [name for name in names if name.startswith(("custom_components", "homeassistant"))], file


# ---- the truth ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [10, 15, 30, 60])
@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (date(2026, 6, 1), 24), (AUTUMN, 25)])
def test_a_day_has_the_hours_that_the_clock_gives_it_and_adds_up(minutes: int, day: date, hours: int) -> None:
    home = Household(pdl=PDL, minutes=minutes, production=True)
    for direction in ("consumption", "production"):
        slots, by_hour = home.slot_wh(direction, day), home.hourly_wh(direction, day)
        assert (len(slots), len(by_hour)) == (hours * 60 // minutes, hours)
        assert sum(slots) == sum(by_hour) == home.daily_wh(direction, day)
        assert all(
            watts * minutes == energy * 60 for watts, energy in zip(home.slot_watts(direction, day), slots, strict=True)
        )


def test_a_year_looks_like_a_year() -> None:
    home = Household(pdl=PDL, seed=3, production=True, subscribed_kva=9)
    year = [date(2025, 1, 1) + timedelta(days=index) for index in range(365)]
    used = {day: home.daily_wh("consumption", day) for day in year}
    given = {day: home.daily_wh("production", day) for day in year}
    winter, summer = (sum(used[day] for day in year if day.month in months) for months in ((12, 1, 2), (6, 7, 8)))
    assert winter > 2 * summer
    assert sum(given[day] for day in year if 5 <= day.month <= 8) > sum(given.values()) / 2
    assert all(home.slot_wh("production", day)[4] == 0 for day in year)
    assert sum(energy == 0 for energy in used.values()) >= 3, "the main switch is down for a part of the holidays"
    assert 4_000_000 < sum(used.values()) < 14_000_000
    assert all(home.peak(day)[0] >= max(home.slot_watts("consumption", day)) for day in year)
    assert all(home.peak(day)[1].date() == day for day in year)


def test_the_same_seed_gives_the_same_household_and_another_seed_another_one() -> None:
    day = date(2026, 1, 14)
    first, again, other = (Household(pdl=PDL, seed=seed).slot_wh("consumption", day) for seed in (5, 5, 6))
    assert first == again != other


def test_off_peak_hours_show_in_the_curve() -> None:
    home = Household(pdl=PDL, seed=4, offpeak="HC (22H30-6H30)")
    days = [date(2026, 5, 1) + timedelta(days=index) for index in range(20)]
    heated = [home.slot_watts("consumption", day) for day in days if home.daily_wh("consumption", day) > 5000]
    assert min(watts[46] for watts in heated) > 1500


def test_three_years_are_generated_faster_than_they_are_served() -> None:
    home = Household(pdl=PDL, production=True)
    started = time.process_time()
    for index in range(1096):
        home.slot_wh("consumption", TODAY - timedelta(days=index))
    assert time.process_time() - started < 1096 * 0.0003


def test_a_revision_changes_the_truth_and_keeps_its_identity() -> None:
    home, day = Household(pdl=PDL), date(2026, 11, 10)
    before = home.slot_wh("consumption", day)
    home.revise("consumption", day, slots={3: 777})
    assert home.slot_wh("consumption", day) == (*before[:3], 777, *before[4:])
    home.revise("consumption", day, factor=2)
    assert home.daily_wh("consumption", day) == 2 * (sum(before) - before[3] + 777)


# ---- gateway 2.x: ranges, shapes, publication -----------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [10, 15, 30, 60])
@pytest.mark.parametrize("day", [SPRING, AUTUMN, date(2026, 11, 19)])
async def test_served_curve_equals_served_index_to_the_watt_hour(minutes: int, day: date) -> None:
    async with serving(Household(pdl=PDL, minutes=minutes)) as (probe, _):
        bounds = (day.isoformat(), (day + timedelta(days=1)).isoformat())
        curve, daily = await probe.curve(PDL, *bounds), await probe.daily(PDL, *bounds)
        [(index, label)] = daily.points()
        assert label == day.isoformat()
        assert sum(int(watts or 0) * minutes for watts, _ in curve.points()) == int(index or 0) * 60


async def test_clock_changes_come_with_the_labels_of_a_naive_shift() -> None:
    async with serving() as (probe, _):
        autumn = await probe.curve(PDL, "2026-10-25", "2026-10-26")
        spring = await probe.curve(PDL, "2026-03-29", "2026-03-30")
        clock = [label[11:16] for _, label in autumn.points()]
        assert (len(clock), clock[2:9]) == (50, ["01:00", "01:30", "02:00", "01:30", "02:00", "02:30", "03:00"])
        clock = [label[11:16] for _, label in spring.points()]
        assert (len(clock), clock[:6]) == (46, ["00:00", "00:30", "01:00", "02:30", "03:00", "03:30"])
        assert clock[-1] == "23:30"


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        ("2026-11-18", "2026-11-21", 18, 20),
        ("2026-11-18", "2026-12-24", 18, 20),
        ("2026-11-18", "2026-11-20", 18, 19),
        ("2026-11-18", "2026-11-18", 17, 17),
        ("2026-11-25", "2026-11-18", 17, 17),
    ],
)
async def test_end_is_exclusive_capped_to_today_and_start_after_end_is_one_day(
    start: str, end: str, first: int, last: int
) -> None:
    async with serving() as (probe, _):
        expected = [date(2026, 11, number) for number in range(first, last + 1)]
        for answer in (
            await probe.daily(SOLAR, start, end),
            await probe.curve(SOLAR, start, end),
            await probe.batch(SOLAR, start, end),
            await probe.power(SOLAR, start, end),
            await probe.daily(SOLAR, start, end, direction="production"),
            await probe.curve(SOLAR, start, end, direction="production"),
            await probe.batch(SOLAR, start, end, direction="production"),
        ):
            assert answer.days() == expected


async def test_the_header_negotiates_the_shape() -> None:
    async with serving() as (probe, _):
        modern = await probe.daily(SOLAR, "2026-11-18", "2026-11-21", direction="production")
        assert "Deprecation" not in modern.headers
        assert modern.body["data"] == {
            "idPrm": SOLAR,
            "periode": {"dateDebut": "2026-11-18", "dateFin": "2026-11-21"},
            "grandeur": [
                {
                    "grandeurMetier": "PROD",
                    "grandeurPhysique": "EA",
                    "unite": "Wh",
                    "points": [{"v": value, "d": label} for value, label in modern.points()],
                    "calendrier": [],
                }
            ],
            "pas": "P1D",
        }
        del probe.headers["X-MED-Format"]
        old = await probe.daily(SOLAR, "2026-11-18", "2026-11-21", direction="production")
        assert old.headers["Deprecation"] == "true"
        assert old.points() == modern.points()
        data = old.body["data"]
        assert isinstance(data, dict)
        assert data["meter_reading"]["reading_type"] == {"unit": "Wh", "measuring_period": "P1D"}
        curve = await probe.curve(PDL, "2026-11-18", "2026-11-19")
        data = curve.body["data"]
        assert isinstance(data, dict)
        assert data["meter_reading"]["interval_reading"][0].keys() == {
            "value",
            "date",
            "interval_length",
            "measure_type",
        }


async def test_yesterday_comes_at_its_hour_and_a_late_day_later() -> None:
    home = Household(pdl=PDL, late={date(2026, 11, 19): 1}, curve_delay_days=1)
    async with serving(home) as (probe, clock):
        clock.now = datetime(2026, 11, 21, 6, 59, tzinfo=UTC)
        assert (await probe.daily(PDL, "2026-11-18", "2026-11-21")).days() == [date(2026, 11, 18)]
        assert "no_data_found" in (await probe.daily(PDL, "2026-11-20", "2026-11-21")).message()
        clock.now = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
        daily = await probe.daily(PDL, "2026-11-18", "2026-11-21")
        assert daily.days() == [date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 20)]
        assert (await probe.curve(PDL, "2026-11-18", "2026-11-21")).days() == [date(2026, 11, 18)]
        clock.now = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
        assert (await probe.curve(PDL, "2026-11-18", "2026-11-21")).days() == daily.days()


async def test_holes_are_absent_nulls_are_null_and_zeros_are_zeros() -> None:
    async with serving() as (probe, _):
        holes = probe.simulator.household("22516914714280")
        (gone,), (no_index,), (no_curve,) = holes.holes, holes.daily_missing, holes.curve_missing
        daily = (await probe.daily(holes.pdl, "2026-11-01", "2026-11-21")).days()
        assert {date(2026, 11, day) for day in range(1, 21)} - set(daily) == {gone, no_index}
        batch = await probe.batch(holes.pdl, "2026-11-01", "2026-11-21")
        assert {date(2026, 11, day) for day in range(1, 21)} - set(batch.days()) == {gone, no_curve}
        by_day = {day: [v for v, label in batch.points() if label[:10] == day.isoformat()] for day in batch.days()}
        assert {len(values) for day, values in by_day.items() if day in holes.curve_holes} == {42}
        assert [values.count(None) for day, values in by_day.items() if day in holes.curve_nulls] == [1]
        assert [set(values) for day, values in by_day.items() if day in holes.curve_zeros] == [{"0"}]


async def test_dates_that_are_none_are_refused_in_each_routes_own_way() -> None:
    async with serving() as (probe, _):
        assert (await probe.power(PDL, "x", "2026-11-21")).code() == "INVALID_DATE_FORMAT"
        assert (await probe.daily(PDL, "2026-13-45", "2026-11-21")).status == 500
        assert (await probe.daily(SOLAR, "x", "y", direction="production")).code() == "ENEDIS_ERROR"
        assert [call.counted for call in probe.simulator.calls] == [False, False, True]
        missing = await probe.get(f"/enedis/power/{PDL}", start="2026-11-18")
        detail = [{"type": "missing", "loc": ["query", "end"], "msg": "Field required", "input": None}]
        assert (missing.status, missing.body) == (422, {"detail": detail})
        odd = await probe.power(PDL, "2026-11-18", "2026-11-21", use_cache="maybe")
        assert odd.status == 422


async def test_history_and_activation_end_where_each_route_says() -> None:
    young = "22516914714276"
    async with serving() as (probe, _):
        assert "Oldest allowed date: 2023-11-21" in (await probe.daily(PDL, "2023-11-20", "2023-11-30")).message()
        assert len((await probe.daily(PDL, "2023-11-21", "2026-11-21")).days()) == 1096
        assert "ADAM-ERR0125" in (await probe.power(PDL, "2023-11-05", "2023-11-30")).message()
        assert (await probe.power(PDL, "2023-11-06", "2023-11-30")).body["success"]
        assert (await probe.curve(PDL, "2026-11-10", "2026-11-18")).code() == "NO_DATA"
        assert (
            "ADAM-DC-0015" in (await probe.curve(SOLAR, "2026-11-10", "2026-11-18", direction="production")).message()
        )
        assert (await probe.batch(PDL, "2020-01-01", "2026-11-21")).days()[0] == TODAY - timedelta(days=729)
        assert (await probe.daily(young, "2026-09-01", "2026-11-21")).points() == []
        assert (await probe.curve(young, "2026-09-20", "2026-09-24")).code() == "ADAM-ERR0123"
        data = (await probe.power(young, "2026-09-01", "2026-11-21")).body["data"]
        assert isinstance(data, dict)
        assert data["error"] == "ADAM-ERR0123"
        walked = await probe.batch(young, "2026-09-07", "2026-10-13")
        assert (walked.code(), walked.days()[0], len(walked.days())) == ("PARTIAL_DATA", date(2026, 9, 22), 21)
        points = (await probe.get("/pdl")).body["data"]
        assert isinstance(points, list)
        assert {p["usage_point_id"]: p["oldest_available_data_date"] for p in points}[young] == "2026-09-20"


@pytest.mark.parametrize(
    ("pdl", "words"),
    [
        ("22516914714274", "ADAM-DC-0008"),
        ("22516914714275", "ADAM-DC-0007"),
        ("22516914714278", "Quota Q3 reached: Call threshold allowed on 10:00:00"),
        ("22516914714279", "ADAM-DC-0500"),
        ("22516914714282", "502 Bad Gateway' for url 'https://gateway.example/"),
    ],
)
async def test_a_refusal_of_enedis_shows_on_every_route_but_the_consumption_curve(pdl: str, words: str) -> None:
    async with serving() as (probe, _):
        for answer in (
            await probe.daily(pdl, "2026-11-18", "2026-11-21"),
            await probe.power(pdl, "2026-11-18", "2026-11-21"),
            await probe.get(f"/enedis/contract/{pdl}"),
        ):
            assert (answer.status, answer.code()) == (200, "ENEDIS_ERROR")
            assert words in answer.message()
        assert (await probe.curve(pdl, "2026-11-18", "2026-11-21")).code() == "NO_DATA"
        assert (await probe.batch(pdl, "2026-11-18", "2026-11-21")).code() == "NO_DATA"


async def test_usage_points_that_cannot_answer() -> None:
    async with serving() as (probe, _):
        assert "ADAM-ERR0069" in (await probe.daily(PDL, "2026-11-18", "2026-11-21", direction="production")).message()
        assert "ADAM-ERR0069" in (await probe.daily("22516914714281", "2026-11-18", "2026-11-21")).message()
        for pdl in ("99999999999999", "123", "22516914714285"):
            assert (await probe.daily(pdl, "2026-11-18", "2026-11-21")).code() == "ACCESS_DENIED"
        assert not any(call.counted for call in probe.simulator.calls[-3:])
        assert (await probe.batch("22516914714277", "2026-11-01", "2026-11-21")).code() == "NO_DATA"


async def test_a_meter_may_change_its_interval() -> None:
    home = Household(pdl=PDL, interval_changes={date(2026, 11, 18): 15, date(2026, 11, 19): 5})
    async with serving(home) as (probe, _):
        answer = await probe.curve(PDL, "2026-11-17", "2026-11-20")
        data = answer.body["data"]
        assert isinstance(data, dict)
        lengths = [point["p"] for point in data["grandeur"][0]["points"]]
        assert [lengths.count(length) for length in ("PT30M", "PT15M", "PT5M")] == [48, 96, 288]


async def test_odd_shapes_carry_the_same_truth() -> None:
    home = Household(pdl=PDL, minutes=60, seed=3)
    span = ("2026-11-18", "2026-11-20")
    async with serving(home) as (probe, _):
        plain = [await ask(PDL, *span) for ask in (probe.daily, probe.curve, probe.power)]
        home.oddities |= {"power_kva", "daily_p1d", "pt1h", "numbers", "two_quantities", "extra_keys"}
        odd = [await ask(PDL, *span) for ask in (probe.daily, probe.curve, probe.power)]
        for before, after in zip(plain, odd, strict=True):
            data = after.body["data"]
            assert isinstance(data, dict)
            foreign, quantity = data["grandeur"]
            assert (foreign["grandeurMetier"], quantity["grandeurMetier"]) == ("PROD", "CONS")
            scale = 1000 if quantity["unite"] == "kVA" else 1
            values = [(round(point["v"] * scale), point["d"]) for point in quantity["points"]]
            assert values == [(int(value or 0), label) for value, label in before.points()]
            assert {point["v"] for point in foreign["points"]} == {"1"}
            assert {point.get("p") for point in quantity["points"]} <= {"P1D", "PT1H", None}
        home.oddities |= {"no_interval", "one_contract"}
        data = (await probe.curve(PDL, *span)).body["data"]
        assert isinstance(data, dict)
        assert data["grandeur"][1]["points"][0].keys() == {"v", "d"}
        contract = (await probe.get(f"/enedis/contract/{PDL}")).body["data"]
        assert isinstance(contract, dict)
        assert contract["situation_contrat"]["contract_type"] == "Contrat GRD-F"
