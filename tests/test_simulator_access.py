"""The simulated gateway at its door: credentials, hosts, usage points, faults on demand, and as a process of its own."""

import asyncio
import base64
import json
import signal
import sys
from collections.abc import AsyncIterator
from datetime import date, timedelta

import aiohttp
import pytest

from tests.simulators.faults import Fault, FaultKind
from tests.simulators.gateway import GatewaySimulator
from tests.simulators.households import Household, OffpeakShape, zoo
from tests.simulators.probe import Clock, Probe

PDL = "22516914714270"
SOLAR = "22516914714271"
DAILY = f"/enedis/consumption/daily/{PDL}"
SPAN = {"start": "2026-11-18", "end": "2026-11-21"}


@pytest.fixture
async def probe(socket_enabled: None) -> AsyncIterator[Probe]:
    async with GatewaySimulator(zoo(date(2026, 11, 21)), now=Clock()) as simulator, Probe(simulator) as client:
        yield client


# ---- credentials and routes ---------------------------------------------------------------------------------------------


async def test_a_token_comes_for_a_form_or_basic_and_never_for_json(probe: Probe) -> None:
    simulator = probe.simulator
    assert simulator.client_id.startswith("cli_")
    assert (len(simulator.client_id), len(simulator.client_secret)) == (47, 86)
    form = {"client_id": simulator.client_id, "client_secret": simulator.client_secret}
    token = await probe.request("POST", "/accounts/token", headers={}, data=form)
    assert token.body["token_type"] == "bearer"
    basic = base64.b64encode(f"{simulator.client_id}:{simulator.client_secret}".encode()).decode()
    assert (await probe.request("POST", "/accounts/token", headers={"Authorization": f"Basic {basic}"})).status == 200
    broken = await probe.request("POST", "/accounts/token", headers={"Authorization": "Basic ***"})
    assert broken.status == 422
    assert (await probe.request("POST", "/accounts/token", headers={}, json=form)).status == 422
    bad = await probe.request("POST", "/accounts/token", headers={}, data={**form, "client_secret": "x"})
    assert (bad.status, bad.body) == (401, {"detail": "Invalid client credentials"})
    simulator.account.active = False
    assert (await probe.request("POST", "/accounts/token", headers={}, data=form)).status == 403


async def test_what_opens_the_door(probe: Probe) -> None:
    simulator = probe.simulator
    form = {"client_id": simulator.client_id, "client_secret": simulator.client_secret}
    token = (await probe.request("POST", "/accounts/token", headers={}, data=form)).body["access_token"]

    async def status(**headers: str) -> tuple[int, object]:
        answer = await probe.request("GET", "/accounts/me", headers=headers)
        return answer.status, answer.body.get("detail")

    assert await status(Authorization=f"Bearer {token}") == (200, None)
    assert await status(Authorization=simulator.client_secret) == (200, None)
    assert await status(Cookie=f"access_token={token}") == (200, None)
    refused = (401, "Invalid authentication credentials")
    assert await status(Cookie="access_token=x", Authorization=f"Bearer {token}") == refused
    assert await status(Authorization=f"Bearer {token}x") == refused
    assert await status() == (401, "Not authenticated")
    assert isinstance(simulator.now, Clock)
    simulator.now.now += timedelta(days=31)
    assert await status(Authorization=f"Bearer {token}") == refused


async def test_hosts_slashes_and_routes_that_do_not_exist(probe: Probe) -> None:
    bad = await probe.request("GET", "/ping", headers={"Host": "evil.example"})
    assert (bad.status, bad.body) == (400, {"text": "Invalid host header"})
    assert (await probe.request("GET", "/ping", headers={"Host": "www.v2.myelectricaldata.fr"})).status == 200
    for path in ("/pdl/", "/account", "/tempo/tomorrow", f"/daily_consumption/{PDL}/start/2026-11-16/end/2026-11-20"):
        assert ((answer := await probe.get(path)).status, answer.body) == (404, {"detail": "Not Found"})
    assert (await probe.request("POST", "/pdl")).status == 405
    assert (await probe.get("/accounts/credentials")).body["data"] == {"client_id": probe.simulator.client_id}


# ---- usage points and contracts -------------------------------------------------------------------------------------------


async def test_the_list_of_usage_points_has_every_kind_of_them(probe: Probe) -> None:
    probe.simulator.household(SOLAR).linked_production = "22516914714281"
    probe.simulator.household("22516914714273").display_order = 0
    points = (await probe.get("/pdl")).body["data"]
    assert isinstance(points, list)
    by_pdl = {point["usage_point_id"]: point for point in points}
    assert points[0]["usage_point_id"] == "22516914714273", "display order first, then the newest"
    assert points[1]["usage_point_id"] == "22516914714290"
    assert by_pdl["22516914714274"]["subscribed_power"] is None
    assert by_pdl["22516914714285"]["is_active"] is False
    assert by_pdl[SOLAR]["linked_production_pdl_id"] == by_pdl["22516914714281"]["id"]
    one = await probe.get(f"/pdl/{by_pdl[SOLAR]['id']}")
    assert one.body["data"] == by_pdl[SOLAR]
    assert (await probe.get(f"/pdl/{SOLAR}")).code() == "PDL_NOT_FOUND"


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("ranges", {"ranges": ["22:30-06:30", "13:00-15:00"]}),
        ("default", {"default": "HC (22H30-6H30;13H00-15H00)"}),
        ("list", ["22:30-06:30", "13:00-15:00"]),
        ("objects", [{"start": "22:30", "end": "06:30"}, {"start": "13:00", "end": "15:00"}]),
        ("hc", {"HC": "22H30-6H30;13H00-15H00"}),
        ("null", None),
    ],
)
async def test_off_peak_hours_come_in_many_shapes(socket_enabled: None, shape: OffpeakShape, expected: object) -> None:
    home = Household(pdl=PDL, offpeak="HC (22H30-6H30;13H00-15H00)", offpeak_shape=shape)
    async with GatewaySimulator([home]) as simulator, Probe(simulator) as probe:
        points = (await probe.get("/pdl")).body["data"]
        assert isinstance(points, list)
        assert points[0]["offpeak_hours"] == expected


async def test_the_contract_of_2x_has_two_sides_and_may_lack_off_peak_hours(probe: Probe) -> None:
    data = (await probe.get(f"/enedis/contract/{SOLAR}")).body["data"]
    assert isinstance(data, dict)
    assert [contract["contract_type"] for contract in data["situation_contrat"]] == ["Contrat GRD-F", "Contrat GRD-A"]
    assert data["situation_contrat"][0]["subscribed_power"] == {"unit": "kVA", "value": "9"}
    assert data["situation_contrat"][1]["contract_start"] == "2024-07-31T00:00:00+0200"
    assert data["comptage"] is None
    data = (await probe.get(f"/enedis/contract/{PDL}")).body["data"]
    assert isinstance(data, dict)
    assert data["comptage"] == {"relais": {"plageHeuresCreuses": "HC (22H30-6H30)"}}
    only = (await probe.get("/enedis/contract/22516914714281")).body["data"]
    assert isinstance(only, dict)
    assert [contract["segment"] for contract in only["situation_contrat"]] == ["P4"]
    address = (await probe.get(f"/enedis/address/{PDL}")).body["data"]
    assert isinstance(address, dict)
    assert address["address"].keys() == {"number_street_name", "postal_code_city", "insee_code"}
    people = (await probe.get(f"/enedis/customer/{PDL}")).body["data"]
    assert isinstance(people, list)
    assert people == (await probe.get(f"/enedis/contact/{PDL}")).body["data"]
    del probe.headers["X-MED-Format"]
    for pdl, offpeak in ((PDL, True), (SOLAR, False)):
        old = await probe.get(f"/enedis/contract/{pdl}")
        assert old.headers["Deprecation"] == "true"
        data = old.body["data"]
        assert isinstance(data, dict)
        assert ("offpeak_hours" in data["customer"]["usage_points"][0]["contracts"]) is offpeak
    assert (await probe.get(f"/enedis/address/{PDL}")).headers["Deprecation"] == "true"
    assert "Deprecation" not in (await probe.get(f"/enedis/contact/{PDL}")).headers


# ---- faults -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "status", "start"),
    [
        ("html", 200, b"<html>"),
        ("truncated", 200, b'{"success":true,'),
        ("wrong_json", 200, b'{"success":true,"data":{"surprise"'),
        ("null_body", 200, b"null"),
        ("status", 503, b'{"detail"'),
        ("redirect", 302, b""),
        ("unauthorized", 401, b'{"detail"'),
        ("quota", 200, b'{"success":false'),
        ("enedis_quota", 200, b'{"success":false'),
        ("enedis_500", 200, b'{"success":false'),
        ("html_502", 200, b'{"success":false'),
        ("latency", 200, b'{"success":true'),
    ],
)
async def test_a_fault_hits_what_it_names_as_often_as_it_says(
    probe: Probe, kind: FaultKind, status: int, start: bytes
) -> None:
    probe.simulator.inject(Fault(kind=kind, route="/enedis/consumption", pdl=PDL, times=1, seconds=0.2))
    url = probe.simulator.base_url
    async with aiohttp.ClientSession(headers=probe.headers) as session:
        async with (
            session.get(f"{url}/accounts/me") as spared,
            session.get(f"{url}/enedis/consumption/daily/{SOLAR}", params=SPAN) as other,
        ):
            assert (spared.status, other.status) == (200, 200)
        began = asyncio.get_running_loop().time()
        async with session.get(url + DAILY, params=SPAN, allow_redirects=False) as hit:
            assert (hit.status, (await hit.read())[: len(start)]) == (status, start)
        if kind == "latency":
            assert asyncio.get_running_loop().time() - began >= 0.2
    after = await probe.get(DAILY, **SPAN)
    assert after.body["success"]


@pytest.mark.parametrize("kind", ["reset", "cut"])
async def test_a_connection_that_drops_is_an_error_and_no_answer(probe: Probe, kind: FaultKind) -> None:
    probe.simulator.inject(Fault(kind=kind, times=2))
    with pytest.raises(aiohttp.ClientError):
        await probe.get(DAILY, **SPAN)
    assert probe.simulator.calls[0].status == 0
    probe.simulator.clear_faults()
    assert (await probe.get(DAILY, **SPAN)).body["success"]


async def test_a_hanging_request_does_not_keep_the_simulator_from_stopping(socket_enabled: None) -> None:
    async with GatewaySimulator() as simulator, Probe(simulator) as probe:
        simulator.inject(Fault(kind="hang", times=None))
        request = asyncio.create_task(probe.get("/ping"))
        await asyncio.sleep(0.05)
        began = asyncio.get_running_loop().time()
        await simulator.stop()
        assert asyncio.get_running_loop().time() - began < 1
        with pytest.raises(aiohttp.ClientError):
            await request
        assert simulator.calls[-1].status == 0


async def test_the_ecowatt_quota_fault_is_a_429(probe: Probe) -> None:
    probe.simulator.inject(Fault(kind="quota", route="/ecowatt"))
    answer = await probe.get("/ecowatt/current")
    assert (answer.status, answer.body) == (429, {"detail": "Rate limit exceeded: 50/50 requests today"})


async def test_calls_are_recorded_as_they_came(probe: Probe) -> None:
    await probe.get(DAILY, **SPAN)
    await probe.get("/pdl")
    first, second = probe.simulator.calls
    assert (first.method, first.path, first.query, first.status) == ("GET", DAILY, SPAN, 200)
    assert (first.counted, first.med_format, first.at) == (True, "2026", probe.simulator.now())
    assert (second.path, second.counted) == ("/pdl", False)
    probe.simulator.clear_calls()
    assert probe.simulator.calls == []


async def test_every_answer_and_every_upstream_call_can_be_slow(socket_enabled: None) -> None:
    async with (
        GatewaySimulator(now=Clock(), latency=0.1, upstream_latency=0.05) as simulator,
        Probe(simulator) as probe,
    ):
        began = asyncio.get_running_loop().time()
        await probe.batch(PDL, "2026-11-01", "2026-11-21")
        assert asyncio.get_running_loop().time() - began >= 0.1 + 3 * 0.05


# ---- alone ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "points"),
    [(("--version", "1.22"), 2), (("--zoo", "--seed", "4"), 18), (("--demo-account",), 3)],
)
async def test_it_runs_alone_and_takes_orders_from_outside(
    socket_enabled: None, options: tuple[str, ...], points: int
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.simulators.gateway", "--now", "2026-11-21T10:33:00+01:00", *options,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        said = json.loads(await asyncio.wait_for(process.stdout.readline(), 20))
        control = said["base_url"].removesuffix("/api") + "/_simulator"
        headers = {"Authorization": f"Bearer {said['client_secret']}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            async with session.get(f"{said['base_url']}/pdl") as response:
                assert len((await response.json())["data"]) == points
            async with session.post(f"{control}/faults", json={"kind": "status", "status": 408}) as response:
                assert response.status == 204
            async with session.get(f"{said['base_url']}/pdl") as response:
                assert response.status == 408
            async with session.delete(f"{control}/faults"), session.get(f"{control}/calls") as response:
                assert [call["status"] for call in await response.json()] == [200, 408]
            async with session.delete(f"{control}/calls"), session.get(f"{control}/calls") as response:
                assert await response.json() == []
            async with session.get(f"{control}/nothing") as response:
                assert response.status == 404
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0
    finally:
        if process.returncode is None:
            process.kill()
