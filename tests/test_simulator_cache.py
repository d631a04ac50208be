"""What gateway 2.x remembers, counts and forgets, and its demo account."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.simulators.gateway import GatewaySimulator
from tests.simulators.households import Household, demo_account_households, zoo
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


# ---- 2.x: cache and quota -------------------------------------------------------------------------------------------------


async def test_cached_days_keep_an_old_truth_three_hours_when_fresh_and_a_day_when_old() -> None:
    async with serving(Household(pdl=PDL)) as (probe, clock):
        home = probe.simulator.households[0]
        span = ("2026-11-15", "2026-11-21")
        before = {label: value for value, label in (await probe.daily(PDL, *span, use_cache="true")).points()}
        for day in (date(2026, 11, 15), date(2026, 11, 20)):
            home.revise("consumption", day, factor=3)

        async def changed() -> list[str]:
            now = (await probe.daily(PDL, *span, use_cache="true")).points()
            return [label for value, label in now if before[label] != value]

        assert await changed() == []
        clock.now += timedelta(hours=3)
        assert await changed() == ["2026-11-20"]
        clock.now += timedelta(hours=10)
        assert await changed() == ["2026-11-20"]
        assert {label for value, label in (await probe.daily(PDL, *span)).points() if before[label] != value} == {
            "2026-11-15",
            "2026-11-20",
        }


async def test_empty_days_are_remembered_only_when_they_are_old() -> None:
    home = Household(pdl=PDL, holes={date(2026, 10, 5)}, late={date(2026, 11, 18): 9})
    async with serving(home) as (probe, _):
        await probe.power(PDL, "2026-10-01", "2026-11-21", use_cache="true")
        enedis = probe.simulator.enedis
        enedis.calls = 0
        home.holes.clear()
        home.late.clear()
        again = (await probe.power(PDL, "2026-10-01", "2026-11-21", use_cache="true")).days()
        assert enedis.calls == 1
        assert date(2026, 11, 18) in again
        assert date(2026, 10, 5) not in again


async def test_calls_are_counted_by_utc_day_and_the_free_ones_are_free() -> None:
    async with serving(Household(pdl=PDL), Household(pdl=SOLAR, gateway_quota_exhausted=True), quota_uncached=3) as (
        probe,
        clock,
    ):
        for _ in range(3):
            assert (await probe.daily(PDL, "2026-11-18", "2026-11-21")).body["success"]
        refused = await probe.get(f"/enedis/contract/{PDL}")
        assert refused.code() == "RATE_LIMIT_EXCEEDED"
        assert refused.message() == "Daily rate limit exceeded (3/3). Use cache to increase limit."
        assert (await probe.get("/ecowatt/current")).status == 429
        exhausted = await probe.daily(SOLAR, "2026-11-18", "2026-11-21", use_cache="true")
        assert exhausted.message() == "Daily rate limit exceeded (1000/1000). Try again tomorrow."
        assert (await probe.batch(PDL, "2026-11-18", "2026-11-21")).body["success"]
        assert (await probe.batch(PDL, "2026-11-18", "2026-11-21")).body["success"]
        for path in ("/pdl", "/accounts/me", "/tempo/today", "/energy/providers"):
            await probe.get(path)
        usage = {"cached_requests": 1, "no_cache_requests": 3, "cached_limit": 1000, "no_cache_limit": 3}
        assert (await probe.get("/accounts/usage-stats")).body["data"] == usage | {"date": "2026-11-21"}
        assert sum(call.counted for call in probe.simulator.calls) == 4
        clock.now = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
        assert (await probe.get("/accounts/usage-stats")).body["data"] == {
            **usage,
            "cached_requests": 0,
            "no_cache_requests": 0,
            "date": "2026-11-22",
        }


async def test_deleting_the_cache_spares_production() -> None:
    async with serving() as (probe, _):
        await probe.daily(SOLAR, "2026-11-01", "2026-11-21", use_cache="true")
        await probe.daily(SOLAR, "2026-11-01", "2026-11-21", use_cache="true", direction="production")
        data = (await probe.request("DELETE", f"/enedis/cache/{SOLAR}")).body["data"]
        assert data == {"success": True, "deleted_keys": 20, "message": "Deleted 20 cached entries"}
        assert (await probe.request("DELETE", "/enedis/cache/99999999999999")).code() == "ACCESS_DENIED"


# ---- the demo account -----------------------------------------------------------------------------------------------------


async def test_the_demo_account_speaks_in_kilowatt_hours() -> None:
    async with serving(*demo_account_households()) as (probe, _):
        home = probe.simulator.households[0]
        daily = await probe.daily(home.pdl, "2026-11-17", "2026-11-20")
        assert daily.points()[-1] == (f"{home.daily_wh('consumption', date(2026, 11, 20)) / 1000:.3f}", "2026-11-20")
        curve = await probe.curve(home.pdl, "2026-07-18", "2026-07-19")
        assert (len(curve.points()), curve.points()[0][1]) == (96, "2026-07-18T00:00:00+01:00")
        power = [await probe.power(home.pdl, "2026-11-17", "2026-11-20") for _ in range(2)]
        assert power[0].points() != power[1].points()
        assert (await probe.daily(home.pdl, "2026-11-17", "2026-11-20", direction="production")).points() == []
        assert (await probe.daily("99999999999999", "2026-11-17", "2026-11-20")).points() == daily.points()
        assert (await probe.daily(home.pdl, "x", "y")).status == 500
        forbidden = await probe.request("POST", "/energy/contribute", json={})
        assert forbidden.status == 403


async def test_the_demo_account_describes_itself_flat() -> None:
    async with serving(*demo_account_households()) as (probe, _):
        home = probe.simulator.households[1]
        contract = (await probe.get(f"/enedis/contract/{home.pdl}")).body["data"]
        assert isinstance(contract, dict)
        assert contract["customer"]["subscribed_power"] == "9"
        assert contract["customer"]["offpeak_hours"]["monday"] == "HC (22h00-06h00)"
        address = (await probe.get(f"/enedis/address/{home.pdl}")).body["data"]
        assert isinstance(address, dict)
        assert address["customer"]["usage_point_addresses"]["postal_code"] == "32400"
