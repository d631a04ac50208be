"""The simulated gateway 1.22: what its caches lose, repeat and remember, measured in gateway.md 5."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.simulators.gateway import GatewaySimulator
from tests.simulators.households import Household, zoo
from tests.simulators.probe import Answer, Clock, Probe

PDL = "22516914714270"
SOLAR = "22516914714271"
NO_CURVE = "22516914714277"
TODAY = date(2026, 11, 21)
CACHED = {"use_cache": "true"}

pytestmark = pytest.mark.usefixtures("socket_enabled")


@asynccontextmanager
async def serving(*households: Household) -> AsyncIterator[tuple[Probe, Clock]]:
    clock = Clock()
    async with (
        GatewaySimulator(households or zoo(TODAY), version="1.22", now=clock) as simulator,
        Probe(simulator) as probe,
    ):
        yield probe, clock


def november(*numbers: int) -> list[date]:
    return [date(2026, 11, number) for number in numbers]


def per_day(answer: Answer) -> dict[str, int]:
    return dict(Counter(label[:10] for _, label in answer.points()))


@pytest.mark.parametrize("end", ["2026-11-20", "2026-11-21", "2026-12-25"])
async def test_yesterdays_consumption_is_out_of_reach_except_by_batch(end: str) -> None:
    async with serving() as (probe, _):
        assert (await probe.daily(SOLAR, "2026-11-17", end)).days() == november(17, 18, 19)
        assert (await probe.curve(SOLAR, "2026-11-17", end)).days() == november(17, 18, 19)
        assert (await probe.batch(SOLAR, "2026-11-17", end)).days() == november(17, 18, 19, 20)
        assert (await probe.batch(SOLAR, "2026-11-17", end, direction="production")).days() == november(17, 18, 19, 20)


async def test_production_and_power_have_yesterday_and_refuse_the_future() -> None:
    async with serving() as (probe, _):
        for direction in ("production", "consumption"):
            ask = probe.power if direction == "consumption" else probe.daily
            options = {} if direction == "consumption" else {"direction": direction}
            assert (await ask(SOLAR, "2026-11-18", "2026-11-21", **options)).days() == november(18, 19, 20)
            future = await ask(SOLAR, "2026-11-18", "2026-11-26", **options)
            assert future.message() == "invalid_request: The end date parameter must be earlier than the current date."
            same = await ask(SOLAR, "2026-11-18", "2026-11-18", **options)
            assert same.message() == "invalid_request: Start date should be before end date."
            assert "yyyy-mm-dd" in (await ask(SOLAR, "x", "y", **options)).message()


async def test_one_day_asked_is_the_day_before_and_a_batch_of_one_day_is_two() -> None:
    async with serving() as (probe, _):
        assert (await probe.daily(PDL, "2026-11-16", "2026-11-16")).days() == november(15)
        assert (await probe.curve(PDL, "2026-11-18", "2026-11-16")).days() == november(15)
        assert per_day(await probe.batch(PDL, "2026-11-20", "2026-11-20")) == {"2026-11-19": 48, "2026-11-20": 48}


async def test_the_header_changes_nothing_and_the_reading_type_lies_when_nothing_was_fetched() -> None:
    async with serving() as (probe, _):
        span = ("2026-11-13", "2026-11-20")
        first, second = [(await probe.daily(PDL, *span, **CACHED)).body["data"] for _ in range(2)]
        assert isinstance(first, dict)
        assert isinstance(second, dict)
        assert first["meter_reading"].keys() == {"interval_reading", "reading_type"}
        assert first["meter_reading"]["reading_type"]["unit"] == "Wh"
        assert second["meter_reading"]["reading_type"] == {"unit": "W", "measurement_kind": "power"}
        assert first["meter_reading"]["interval_reading"] == second["meter_reading"]["interval_reading"]
        curve = (await probe.curve(PDL, "2026-11-18", "2026-11-19")).body["data"]
        assert isinstance(curve, dict)
        assert curve["meter_reading"].keys() == {"interval_reading"}
        verbatim = (await probe.power(PDL, "2026-11-18", "2026-11-21")).body["data"]
        assert isinstance(verbatim, dict)
        assert [*verbatim["meter_reading"]] == [
            "usage_point_id", "start", "end", "quality", "reading_type", "interval_reading",
        ]  # fmt: skip


async def test_the_cached_curve_gains_yesterday_at_the_second_call_and_loses_its_order() -> None:
    async with serving() as (probe, _):
        span = ("2026-11-19", "2026-11-20")
        assert (await probe.curve(PDL, *span, **CACHED)).days() == november(19)
        assert (await probe.curve(PDL, *span, **CACHED)).days() == november(20, 19)
        assert (await probe.curve(PDL, *span, **CACHED)).days() == november(19, 20)
        assert [call.counted for call in probe.simulator.calls] == [True, True, False]


@pytest.mark.parametrize(("pdl", "second"), [("22516914714272", 48), ("22516914714283", 48), ("22516914714273", 48)])
async def test_the_timestamp_cache_looks_at_half_hours_only(pdl: str, second: int) -> None:
    async with serving() as (probe, _):
        minutes = probe.simulator.household(pdl).minutes
        span = ("2026-11-17", "2026-11-18")
        assert per_day(await probe.curve(pdl, *span, **CACHED)) == {"2026-11-17": 1440 // minutes}
        again = await probe.curve(pdl, *span, **CACHED)
        assert per_day(again)["2026-11-17"] == second
        assert (len(set(again.points())) == len(again.points())) is (minutes != 60)


async def test_the_timestamp_cache_keeps_one_of_two_equal_labels_on_the_autumn_day() -> None:
    async with serving() as (probe, _):
        span = ("2026-10-25", "2026-10-26")
        fresh = await probe.curve(PDL, *span, **CACHED)
        await probe.curve(PDL, *span, **CACHED)
        kept = [point for point in (await probe.curve(PDL, *span, **CACHED)).points() if point[1] < "2026-10-26"]
        assert (len(fresh.points()), len(kept)) == (50, 48)
        last = {label: value for value, label in fresh.points()}
        assert {label: value for value, label in kept} == last


async def test_a_batch_day_of_ninety_percent_stays_incomplete_and_a_worse_one_comes_twice() -> None:
    good, bad = date(2026, 11, 17), date(2026, 11, 18)
    home = Household(pdl=PDL, curve_holes={good: {1, 2, 3, 4}, bad: {1, 2, 3, 4, 5}})
    async with serving(home) as (probe, clock):
        span = ("2026-11-17", "2026-11-18")
        assert per_day(await probe.batch(PDL, *span)) == {"2026-11-17": 44, "2026-11-18": 43}
        home.curve_holes.clear()
        twice = await probe.batch(PDL, *span)
        assert per_day(twice) == {"2026-11-17": 44, "2026-11-18": 43 + 48}
        assert [label for _, label in twice.points()] == sorted(label for _, label in twice.points())
        clock.now += timedelta(hours=24)
        assert per_day(await probe.batch(PDL, *span)) == {"2026-11-17": 48, "2026-11-18": 48}


async def test_a_week_without_data_is_blacklisted_a_day_in_both_directions() -> None:
    home = Household(pdl=PDL, production=True, has_curve=False)
    async with serving(home) as (probe, clock):
        span = ("2026-11-11", "2026-11-21")
        assert (await probe.batch(PDL, *span, direction="production")).code() == "NO_DATA"
        home.has_curve = True
        for direction in ("consumption", "production"):
            empty = await probe.batch(PDL, *span, direction=direction)
            assert (empty.body["success"], empty.body["error"], empty.points()) == (True, None, [])
        assert [call.counted for call in probe.simulator.calls] == [True, False, False]
        clock.now += timedelta(hours=24)
        assert len((await probe.batch(PDL, *span)).days()) == 11


async def test_a_failure_that_lasts_is_blacklisted_after_the_sixth_time() -> None:
    async with serving(Household(pdl=PDL, outage="enedis_500")) as (probe, _):
        for _ in range(6):
            assert (await probe.batch(PDL, "2026-11-17", "2026-11-20")).code() == "NO_DATA"
        assert (await probe.batch(PDL, "2026-11-17", "2026-11-20")).body["success"]


async def test_a_batch_from_before_activation_walks_forward_and_is_partial() -> None:
    async with serving() as (probe, _):
        answer = await probe.batch("22516914714276", "2026-09-07", "2026-10-12")
        assert (answer.code(), answer.days()[0], len(answer.points())) == ("PARTIAL_DATA", date(2026, 9, 22), 1008)
        assert answer.message().endswith("Returning 1008 readings.")
        assert probe.simulator.enedis.calls == 7 + 7 + 2 + 3


async def test_an_exact_range_cached_before_publication_stays_without_yesterday() -> None:
    async with serving() as (probe, clock):
        clock.now = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
        early = await probe.power(PDL, "2026-11-18", "2026-11-21", **CACHED)
        clock.now = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
        assert (await probe.power(PDL, "2026-11-18", "2026-11-21", **CACHED)).days() == early.days() == november(18, 19)
        assert (await probe.power(PDL, "2026-11-17", "2026-11-21", **CACHED)).days()[-1] == november(20)[0]
        assert (await probe.power(PDL, "2026-11-18", "2026-11-21")).days()[-1] == november(20)[0]


async def test_empty_and_refused_outcomes_differ_by_route() -> None:
    young = "22516914714276"
    async with serving() as (probe, _):
        empty = await probe.daily(young, "2026-08-23", "2026-09-12")
        assert (empty.body["success"], empty.points()) == (True, [])
        assert (await probe.curve(young, "2026-09-12", "2026-09-16")).code() == "ADAM-ERR0123"
        assert (await probe.power(young, "2026-08-23", "2026-09-12")).body["success"]
        assert (await probe.curve(NO_CURVE, "2026-11-18", "2026-11-19")).code() == "NO_DATA"
        assert (await probe.daily(PDL, "2023-11-20", "2026-11-20")).code() == "DATE_TOO_OLD"
        assert (await probe.daily(PDL, "nope", "nope")).status == 500


async def test_a_daily_range_that_is_cached_may_be_too_old() -> None:
    async with serving() as (probe, clock):
        span = ("2023-11-21", "2023-11-30")
        assert len((await probe.daily(PDL, *span, **CACHED)).days()) == 9
        clock.now += timedelta(hours=20)
        assert (await probe.daily(PDL, *span)).code() == "DATE_TOO_OLD"
        assert len((await probe.daily(PDL, *span, **CACHED)).days()) == 9


async def test_deleting_the_cache_forgets_consumption_only() -> None:
    async with serving() as (probe, _):
        await probe.daily(SOLAR, "2026-11-10", "2026-11-20", **CACHED)
        await probe.curve(SOLAR, "2026-11-18", "2026-11-19", **CACHED)
        await probe.batch(SOLAR, "2026-11-19", "2026-11-20")
        await probe.batch(SOLAR, "2026-11-19", "2026-11-20", direction="production")
        data = (await probe.request("DELETE", f"/enedis/cache/{SOLAR}")).body["data"]
        assert isinstance(data, dict)
        assert data["deleted_keys"] == 10 + 48 + 2


async def test_the_contract_is_enedis_own_and_cached_a_day() -> None:
    async with serving() as (probe, clock):
        home = probe.simulator.household(SOLAR)
        first = await probe.get(f"/enedis/contract/{SOLAR}", **CACHED)
        data = first.body["data"]
        assert isinstance(data, dict)
        contract = data["customer"]["usage_points"][0]["contracts"]
        assert contract["subscribed_power"] == "9 kVA"
        assert contract["last_activation_date"] == "2021-03-15+01:00"
        assert contract["offpeak_hours"] == "HC (1H30-7H00;12H30-15H00)"
        home.consent = "expired"
        assert (await probe.get(f"/enedis/contract/{SOLAR}", **CACHED)).body["success"]
        assert (await probe.get(f"/enedis/contract/{SOLAR}")).code() == "ENEDIS_ERROR"
        clock.now += timedelta(hours=24)
        assert (await probe.get(f"/enedis/contract/{SOLAR}", **CACHED)).code() == "ENEDIS_ERROR"
        assert (await probe.get("/zen-flex/today")).status == 404


async def test_address_identity_and_contact_are_enedis_own() -> None:
    async with serving(Household(pdl=PDL, offpeak=None)) as (probe, _):
        bodies = {
            what: (await probe.get(f"/enedis/{what}/{PDL}")).body["data"]
            for what in ("contract", "address", "customer", "contact")
        }
        customers = {what: data["customer"] for what, data in bodies.items() if isinstance(data, dict)}
        assert len({customer["customer_id"] for customer in customers.values()}) == 1
        assert "offpeak_hours" not in customers["contract"]["usage_points"][0]["contracts"]
        address = customers["address"]["usage_points"][0]["usage_point"]["usage_point_addresses"]
        assert address["geo_points"].keys() == {"latitude", "longitude", "altitude"}
        assert customers["customer"]["identity"]["natural_person"]["title"] == "Mme"
        assert "@" in customers["contact"]["contact_data"]["email"]


async def test_a_local_client_serves_curves_without_their_interval() -> None:
    async with serving(Household(pdl=PDL, oddities={"no_interval"})) as (probe, _):
        for ask in (probe.curve, probe.batch):
            data = (await ask(PDL, "2026-11-18", "2026-11-19")).body["data"]
            assert isinstance(data, dict)
            assert data["meter_reading"]["interval_reading"][0].keys() == {"value", "date"}
