"""What each method asks over real HTTP, and what it makes of the answer."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from custom_components.myelectricaldata.energy.readings import DayCurve
from custom_components.myelectricaldata.gateway.budget import CallBudget, CallLimits
from custom_components.myelectricaldata.gateway.client import GatewayClient
from custom_components.myelectricaldata.gateway.errors import (
    DataNotReady,
    GatewayUnavailable,
    QuotaError,
    RequestRejected,
)
from custom_components.myelectricaldata.gateway.models import DailyEnergy, Dialect, Direction, LoadCurve

from .bodies import PDL, envelope, failure, modern_curve, modern_daily, modern_power, samples_of, v5_curve, v5_daily
from .conftest import NOW, SECRET, VERSION, FakeGateway

CONSUMPTION, PRODUCTION = Direction.CONSUMPTION, Direction.PRODUCTION
YESTERDAY = date(2026, 11, 20)
FIRST = date(2026, 11, 18)
CURVE = DayCurve(30, tuple(range(48)))


async def test_every_request_says_who_asks_and_in_which_dialect(client: GatewayClient, gateway: FakeGateway) -> None:
    gateway.answers(envelope({"id": "a1"}))
    assert (await client.async_account()).account_id == "a1"
    (request,) = gateway.requests
    assert request.headers["Authorization"] == f"Bearer {SECRET}"
    assert request.headers["X-MED-Format"] == "2026"
    assert request.headers["User-Agent"] == (
        f"MyElectricalData-HomeAssistant/{VERSION} (+https://github.com/MyElectricalData/home-assistant)"
    )


@pytest.mark.parametrize(
    ("ask", "query"),
    [
        (lambda client: client.async_daily(PDL, CONSUMPTION, FIRST, FIRST), "start=2026-11-18&end=2026-11-19"),
        (lambda client: client.async_daily(PDL, CONSUMPTION, FIRST, YESTERDAY), "start=2026-11-18&end=2026-11-21"),
        (lambda client: client.async_daily(PDL, CONSUMPTION, YESTERDAY, YESTERDAY), "start=2026-11-20&end=2026-11-21"),
        (
            lambda client: client.async_daily(PDL, CONSUMPTION, FIRST, date(2030, 1, 1)),
            "start=2026-11-18&end=2026-11-21",
        ),
    ],
)
async def test_the_end_is_the_day_after_the_last_and_never_after_today(
    client: GatewayClient, gateway: FakeGateway, ask: Any, query: str
) -> None:
    gateway.answers(envelope(v5_daily([(FIRST, 5)])))
    await ask(client)
    assert gateway.paths == [f"/enedis/consumption/daily/{PDL}?{query}&use_cache=true"]


async def test_today_is_that_of_paris(gateway: FakeGateway, make_client: Callable[..., GatewayClient]) -> None:
    client = make_client(gateway.base_url, now=lambda: datetime(2026, 11, 20, 23, 30, tzinfo=UTC))
    gateway.answers(envelope(v5_daily([])))
    await client.async_daily(PDL, CONSUMPTION, FIRST, date(2026, 12, 1))
    assert "end=2026-11-21" in gateway.paths[0]


@pytest.mark.parametrize(
    "ask",
    [
        lambda client, first, last: client.async_daily(PDL, CONSUMPTION, first, last),
        lambda client, first, last: client.async_load_curve(PDL, CONSUMPTION, first, last),
        lambda client, first, last: client.async_load_curve_detail(PDL, CONSUMPTION, first, last),
        lambda client, first, last: client.async_maximum_power(PDL, first, last),
    ],
)
async def test_days_that_nobody_can_have_are_not_asked_for(
    client: GatewayClient, gateway: FakeGateway, budget: CallBudget, ask: Any
) -> None:
    assert (await ask(client, date(2026, 11, 21), date(2026, 11, 22))).days == {}
    assert (await ask(client, YESTERDAY, FIRST)).days == {}
    assert gateway.requests == []
    assert budget.changes == 0


async def test_a_one_day_answer_with_the_day_before_does_not_mislead(
    client: GatewayClient, gateway: FakeGateway
) -> None:
    gateway.answers(envelope(v5_daily([(YESTERDAY - timedelta(days=1), 7)])))
    assert await client.async_daily(PDL, CONSUMPTION, YESTERDAY, YESTERDAY) == DailyEnergy(days={})


async def test_curves_come_through_the_batch_and_the_plain_route(client: GatewayClient, gateway: FakeGateway) -> None:
    gateway.answers(envelope(modern_curve(samples_of(FIRST, CURVE), PRODUCTION)))
    assert await client.async_load_curve(PDL, PRODUCTION, FIRST, YESTERDAY) == LoadCurve(days={FIRST: CURVE})
    assert await client.async_load_curve_detail(PDL, PRODUCTION, FIRST, YESTERDAY) == LoadCurve(days={FIRST: CURVE})
    query = "start=2026-11-18&end=2026-11-21&use_cache=true"
    assert gateway.paths == [
        f"/enedis/production/detail/batch/{PDL}?{query}",
        f"/enedis/production/detail/{PDL}?{query}",
    ]


async def test_a_partial_curve_says_so(client: GatewayClient, gateway: FakeGateway) -> None:
    body = v5_curve(samples_of(FIRST, CURVE))
    gateway.answers(envelope(body, {"code": "PARTIAL_DATA", "message": "Some data could not be fetched"}))
    assert await client.async_load_curve(PDL, CONSUMPTION, FIRST, YESTERDAY) == LoadCurve(
        days={FIRST: CURVE}, partial=True
    )


async def test_a_plain_curve_of_more_than_a_week_is_refused_before_it_is_asked(
    client: GatewayClient, gateway: FakeGateway
) -> None:
    gateway.answers(envelope(v5_curve([])))
    await client.async_load_curve_detail(PDL, CONSUMPTION, date(2026, 11, 10), date(2026, 11, 16))
    with pytest.raises(RequestRejected):
        await client.async_load_curve_detail(PDL, CONSUMPTION, date(2026, 11, 10), date(2026, 11, 17))
    assert len(gateway.requests) == 1


async def test_maximum_power(client: GatewayClient, gateway: FakeGateway) -> None:
    gateway.answers(envelope(modern_power([("2026-11-18 10:00:00", "4000")])))
    power = await client.async_maximum_power(PDL, FIRST, YESTERDAY)
    assert power.days[FIRST].volt_amperes == 4000
    assert gateway.paths == [f"/enedis/power/{PDL}?start=2026-11-18&end=2026-11-21&use_cache=true"]


async def test_a_large_body_is_read_beside_the_event_loop_and_whole(
    client: GatewayClient, gateway: FakeGateway
) -> None:
    days = [date(2026, 9, 1) + timedelta(days=offset) for offset in range(50)]
    gateway.answers(envelope(modern_curve([sample for day in days for sample in samples_of(day, CURVE)])))
    curve = await client.async_load_curve(PDL, CONSUMPTION, days[0], days[-1])
    assert curve.days == dict.fromkeys(days, CURVE)


async def test_a_usage_point_is_14_digits_before_it_becomes_an_address(client: GatewayClient) -> None:
    for pdl in ("123", "../../accounts/me", "١" * 14, "2251691471427a"):
        with pytest.raises(RequestRejected):
            await client.async_contract(pdl)


async def test_contract_and_address(client: GatewayClient, gateway: FakeGateway) -> None:
    gateway.answers(
        envelope({"situation_contrat": {"segment": "C5"}}), envelope({"address": {"postal_code_city": "32400 ADOUR"}})
    )
    assert (await client.async_contract(PDL)).segment == "C5"
    assert (await client.async_address(PDL, use_cache=False)).city == "ADOUR"
    assert gateway.paths == [f"/enedis/contract/{PDL}?use_cache=true", f"/enedis/address/{PDL}?use_cache=false"]


async def test_the_free_routes_ask_what_the_gateway_expects_and_cost_nothing(
    client: GatewayClient, gateway: FakeGateway, budget: CallBudget
) -> None:
    day = date(2026, 11, 22)
    counters = {"cached_requests": 1, "no_cache_requests": 2, "cached_limit": 1000, "no_cache_limit": 50}
    for body, ask, path in (
        (counters, client.async_usage_statistics(), "/accounts/usage-stats"),
        ([{"usage_point_id": PDL}], client.async_usage_points(), "/pdl"),
        (
            [{"date": "2026-11-22", "color": "RED"}],
            client.async_tempo_days(day, day),
            "/tempo/days?start_date=2026-11-21&end_date=2026-11-22",
        ),
        ({"forecasts": []}, client.async_tempo_forecast(), "/tempo/forecast"),
        ([], client.async_zen_flex_days(day, day), "/zen-flex/days?start=2026-11-22&end=2026-11-22"),
        ([], client.async_providers(), "/energy/providers"),
        ([], client.async_offers(), "/energy/offers?include_history=false"),
        ([], client.async_offers("x y", include_history=True), "/energy/offers?include_history=true&provider_id=x+y"),
        ([], client.async_contributions(), "/energy/contributions"),
        ({"short_term": []}, client.async_france_consumption(), "/consumption-france"),
        (
            {"short_term": []},
            client.async_france_consumption(day, day, kind="REALISED"),
            "/consumption-france?start_date=2026-11-21&end_date=2026-11-23&type=REALISED",
        ),
        (
            {"forecasts": []},
            client.async_generation_forecast(day, day, production_type="SOLAR", forecast_type="D-1"),
            "/generation-forecast?start_date=2026-11-21&end_date=2026-11-23&production_type=SOLAR&forecast_type=D-1",
        ),
        ({"forecasts": []}, client.async_generation_forecast(), "/generation-forecast"),
    ):
        gateway.answers(envelope(body))
        await ask
        assert gateway.paths[-1] == path
    assert budget.changes == 0


async def test_ecowatt_is_asked_a_day_wider_bare_and_from_the_uncached_quota(
    client: GatewayClient, gateway: FakeGateway, budget: CallBudget
) -> None:
    gateway.answers([{"periode": "2026-11-20T23:00:00", "dvalue": 1, "values": [1] * 24}])
    (signal,) = await client.async_ecowatt(date(2026, 11, 21), date(2026, 11, 24))
    assert signal.day == date(2026, 11, 21)
    assert gateway.paths == ["/ecowatt/history?start_date=2026-11-20&end_date=2026-11-25"]
    assert (budget.left(NOW), budget.spent(NOW)) == (200, 1)


async def test_zen_flex_on_an_older_gateway_is_a_refusal(client: GatewayClient, gateway: FakeGateway) -> None:
    gateway.answers((404, {"detail": "Not Found"}))
    with pytest.raises(RequestRejected) as raised:
        await client.async_zen_flex_days(FIRST, FIRST)
    assert raised.value.code == "404"


async def test_the_dialect_follows_the_shape_except_where_a_2x_falls_back_to_v5(
    client: GatewayClient, gateway: FakeGateway
) -> None:
    modern, v5 = envelope(modern_daily([(FIRST, 5)])), envelope(v5_daily([(FIRST, 5)]))
    v5_batch = envelope(v5_curve(samples_of(FIRST, CURVE)))
    assert client.dialect is None
    for body, ask, dialect in (
        (v5_batch, client.async_load_curve, Dialect.V5),
        (modern, client.async_daily, Dialect.DATA_CONNECT_2026),
        (v5_batch, client.async_load_curve, Dialect.DATA_CONNECT_2026),
        (v5, client.async_daily, Dialect.V5),
        ((200, v5, {"Deprecation": "true"}), client.async_daily, Dialect.DATA_CONNECT_2026),
    ):
        gateway.answers(body)
        await ask(PDL, CONSUMPTION, FIRST, FIRST)
        assert client.dialect is dialect


async def test_calls_of_one_account_wait_for_each_other(client: GatewayClient, gateway: FakeGateway) -> None:
    async def slow(_request: object) -> Any:
        await asyncio.sleep(0.01)
        return aiohttp.web.json_response(envelope([]))

    gateway.answers(slow)
    await asyncio.gather(*(client.async_providers() for _ in range(5)))
    assert len(gateway.requests) == 5
    assert gateway.most_in_flight == 1


async def test_success_and_failure_are_remembered(client: GatewayClient, gateway: FakeGateway) -> None:
    assert (client.last_success, client.last_error, client.last_duration) == (None, None, 0.0)
    gateway.answers(failure("SERVER_ERROR"), failure("NO_DATA"), envelope([]))
    with pytest.raises(GatewayUnavailable) as raised:
        await client.async_providers()
    assert client.last_error is raised.value
    assert client.last_success is None
    assert client.last_duration > 0
    with pytest.raises(DataNotReady):
        await client.async_providers()
    assert client.last_success == NOW
    await client.async_providers()
    assert client.last_error is None


async def test_a_spent_budget_stops_a_call_before_it_is_sent(
    gateway: FakeGateway, make_client: Callable[..., GatewayClient]
) -> None:
    budget = CallBudget(CallLimits(cached=2, uncached=1, reserve=1))
    client = make_client(gateway.base_url, budget=budget)
    gateway.answers(envelope(v5_daily([])))
    await client.async_daily(PDL, CONSUMPTION, FIRST, FIRST, background=True)
    with pytest.raises(QuotaError) as raised:
        await client.async_daily(PDL, CONSUMPTION, FIRST, FIRST, background=True)
    assert (raised.value.retry_after, raised.value.code) == (datetime(2026, 11, 22, tzinfo=UTC), None)
    await client.async_daily(PDL, CONSUMPTION, FIRST, FIRST)
    await client.async_daily(PDL, CONSUMPTION, FIRST, FIRST, use_cache=False)
    with pytest.raises(QuotaError):
        await client.async_daily(PDL, CONSUMPTION, FIRST, FIRST)
    with pytest.raises(QuotaError):
        await client.async_ecowatt(FIRST, FIRST)
    assert len(gateway.requests) == 3
    assert client.last_error is None


async def test_the_gateways_quota_blocks_only_its_kind_of_calls(
    client: GatewayClient, gateway: FakeGateway, budget: CallBudget
) -> None:
    gateway.answers(failure("RATE_LIMIT_EXCEEDED", "Daily rate limit exceeded (50/50)."), envelope(v5_daily([])))
    with pytest.raises(QuotaError):
        await client.async_daily(PDL, CONSUMPTION, FIRST, FIRST, use_cache=False)
    with pytest.raises(QuotaError):
        await client.async_daily(PDL, CONSUMPTION, FIRST, FIRST, use_cache=False)
    await client.async_daily(PDL, CONSUMPTION, FIRST, FIRST)
    assert len(gateway.requests) == 2
    assert budget.blocked_until is None


async def test_enedis_quota_blocks_every_counted_call_until_the_next_hour(
    client: GatewayClient, gateway: FakeGateway, budget: CallBudget
) -> None:
    gateway.answers(failure("ENEDIS_ERROR", "Quota Q4 reached"), envelope([]))
    with pytest.raises(QuotaError):
        await client.async_contract(PDL)
    assert budget.blocked_until == datetime(2026, 11, 21, 10, tzinfo=UTC)
    with pytest.raises(QuotaError):
        await client.async_daily(PDL, CONSUMPTION, FIRST, FIRST)
    await client.async_providers()
    assert len(gateway.requests) == 2
