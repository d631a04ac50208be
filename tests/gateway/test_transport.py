"""Every fault of a network or a server: the right error, the right number of attempts, no secret anywhere."""

import asyncio
import logging
import ssl
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from custom_components.myelectricaldata.gateway import transport
from custom_components.myelectricaldata.gateway.budget import CallBudget, CallLimits
from custom_components.myelectricaldata.gateway.client import GatewayClient
from custom_components.myelectricaldata.gateway.errors import (
    AuthenticationError,
    GatewayError,
    GatewayUnavailable,
    GatewayUnreachable,
    QuotaError,
    RequestRejected,
)
from custom_components.myelectricaldata.gateway.models import Direction

from .bodies import PDL, envelope, failure, v5_daily
from .conftest import CLIENT_ID, NOW, SECRET, FakeGateway, Pauses
from .test_client import CONSUMPTION, FIRST, YESTERDAY

GOOD = envelope(v5_daily([(FIRST, 5)]))


async def reset(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def cut(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"success": true,')
    assert request.transport is not None
    request.transport.abort()
    return response


async def no_http(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.write(b"220 mail.example ESMTP\r\n\r\n")
    request.transport.close()
    return web.Response()


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" " * 65536)


def echo(**fields: object) -> dict[str, Any]:
    return failure("ENEDIS_ERROR", f"refused {SECRET} of {CLIENT_ID} at https://{SECRET}.example/{PDL}") | fields


async def ask(client: GatewayClient) -> object:
    return await client.async_daily(PDL, CONSUMPTION, FIRST, YESTERDAY)


def _name(value: object) -> str:
    """An id that is the same in every process: a function's own name, not its address."""
    return getattr(value, "__name__", None) or str(value)


@pytest.mark.parametrize(
    ("fault", "error", "attempts"),
    [
        (reset, GatewayUnreachable, 3),
        (cut, GatewayUnavailable, 3),
        (no_http, GatewayUnavailable, 3),
        (endless, GatewayUnavailable, 1),
        ((500, b"oops"), GatewayUnavailable, 3),
        ((502, b"<html>Bad Gateway</html>"), GatewayUnavailable, 3),
        ((503, {"detail": "maintenance"}), GatewayUnavailable, 3),
        ((503, b"", {"Retry-After": "3600"}), GatewayUnavailable, 1),
        ((500, failure("INTERNAL_ERROR")), GatewayUnavailable, 2),
        ((408, b""), GatewayUnavailable, 3),
        ((425, b""), GatewayUnavailable, 3),
        ((429, {"detail": "Too many"}), QuotaError, 3),
        ((429, {"detail": "Rate limit exceeded: 50/50 requests today"}), QuotaError, 1),
        ((301, b"", {"Location": "https://elsewhere.example/"}), GatewayUnavailable, 1),
        ((307, b"", {"Location": "/api/pdl"}), GatewayUnavailable, 1),
        ((400, b"Invalid host header"), GatewayUnavailable, 1),
        ((401, {"detail": "Invalid authentication credentials"}), AuthenticationError, 1),
        ((403, {"detail": "User account is inactive"}), AuthenticationError, 1),
        ((404, {"detail": "Not Found"}), RequestRejected, 1),
        ((422, {"detail": [{"loc": ["query", "end"], "msg": "Field required", "input": SECRET}]}), RequestRejected, 1),
        ((200, b"<html>captive portal</html>"), GatewayUnavailable, 1),
        ((200, b'{"success":true,"data":{"meter_re'), GatewayUnavailable, 1),
        ((200, b"null"), GatewayUnavailable, 1),
        ((200, b""), GatewayUnavailable, 1),
        (envelope(None), GatewayUnavailable, 1),
        (envelope({"surprise": [1]}), GatewayUnavailable, 1),
        (failure("ENEDIS_ERROR", "ADAM-DC-0500: Technical Exception"), GatewayUnavailable, 1),
        (echo(), GatewayUnavailable, 1),
    ],
    ids=_name,
)
async def test_a_fault_ends_in_its_error_after_so_many_attempts_and_tells_no_secret(
    client: GatewayClient,
    gateway: FakeGateway,
    budget: CallBudget,
    pauses: Pauses,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    fault: object,
    error: type[GatewayError],
    attempts: int,
) -> None:
    monkeypatch.setattr(transport, "LARGEST_BODY", 200_000)
    caplog.set_level(logging.DEBUG)
    gateway.answers(fault)
    with pytest.raises(GatewayError) as raised:
        await ask(client)
    assert type(raised.value) is error
    assert len(gateway.requests) == budget.spent(NOW) == attempts
    assert len(pauses) == attempts - 1
    said = "".join(traceback.format_exception(raised.value)) + caplog.text + repr(raised.value) + repr(client)
    assert not [word for word in (SECRET, CLIENT_ID, PDL, "elsewhere") if word in said]
    assert client.last_error is raised.value


@pytest.mark.parametrize("fault", [reset, (503, b""), (500, failure("INTERNAL_ERROR")), (429, b"")], ids=_name)
async def test_what_was_passing_is_forgotten(
    client: GatewayClient, gateway: FakeGateway, pauses: Pauses, fault: object
) -> None:
    gateway.answers(fault, GOOD)
    assert await client.async_daily(PDL, CONSUMPTION, FIRST, YESTERDAY)
    assert client.last_error is None
    assert len(gateway.requests) == 2
    assert 0.5 <= pauses[0] <= 1.5


async def test_a_kept_connection_that_broke_is_one_failed_attempt(
    client: GatewayClient, gateway: FakeGateway, budget: CallBudget
) -> None:
    gateway.answers(GOOD, reset, GOOD)
    await ask(client)
    await ask(client)
    assert len(gateway.requests) == budget.spent(NOW) == 3


async def test_pauses_grow_and_differ(client: GatewayClient, gateway: FakeGateway, pauses: Pauses) -> None:
    gateway.answers((503, b""))
    for _ in range(5):
        with pytest.raises(GatewayUnavailable):
            await client.async_providers()
    assert len(set(pauses)) == 10
    assert all(0.5 <= pause <= 1.5 for pause in pauses[::2])
    assert all(1.0 <= pause <= 3.0 for pause in pauses[1::2])


@pytest.mark.parametrize(("header", "at_least"), [("7", 7), ("soon", 0.5), ("Sat, 21 Nov 2026 10:00:00 GMT", 0.5)])
async def test_a_short_retry_after_is_obeyed(
    client: GatewayClient, gateway: FakeGateway, pauses: Pauses, header: str, at_least: float
) -> None:
    gateway.answers((429, b"", {"Retry-After": header}), GOOD)
    await ask(client)
    assert at_least <= pauses[0] <= at_least + 1.5


async def test_retries_stop_where_the_budget_ends(
    gateway: FakeGateway, make_client: Callable[..., GatewayClient]
) -> None:
    client = make_client(gateway.base_url, budget=CallBudget(CallLimits(cached=2, reserve=0)))
    gateway.answers((503, b""))
    with pytest.raises(GatewayUnavailable):
        await ask(client)
    assert len(gateway.requests) == 2
    with pytest.raises(QuotaError):
        await ask(client)
    assert len(gateway.requests) == 2


async def test_a_server_that_hangs_is_given_up_and_each_attempt_counts(
    client: GatewayClient, gateway: FakeGateway, budget: CallBudget, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(_request: web.Request) -> web.StreamResponse:
        await gateway.released.wait()
        return web.Response()

    gateway.answers(hang)
    monkeypatch.setattr("custom_components.myelectricaldata.gateway.client.READ_TIMEOUT", 0.1)
    with pytest.raises(GatewayUnreachable, match="in time"):
        await ask(client)
    assert budget.spent(NOW) == 3


async def test_a_cancelled_call_is_cancelled_and_leaves_the_way_free(
    client: GatewayClient, gateway: FakeGateway
) -> None:
    started = asyncio.Event()

    async def hang(_request: web.Request) -> web.StreamResponse:
        started.set()
        await gateway.released.wait()
        return web.Response()

    gateway.answers(hang)
    call = asyncio.create_task(client.async_providers())
    await started.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert client.last_error is None
    gateway.answers(envelope([]))
    assert await client.async_providers() == ()


async def test_time_outs_are_long_for_the_batch_and_short_for_the_connection(
    session: aiohttp.ClientSession,
    client: GatewayClient,
    gateway: FakeGateway,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[aiohttp.ClientTimeout] = []
    request = session._request

    async def spy(*args: Any, **kwargs: Any) -> aiohttp.ClientResponse:
        seen.append(kwargs["timeout"])
        return await request(*args, **kwargs)

    monkeypatch.setattr(session, "_request", spy)
    gateway.answers(envelope({"meter_reading": {"interval_reading": []}}))
    await client.async_load_curve(PDL, Direction.PRODUCTION, FIRST, YESTERDAY)
    await client.async_load_curve_detail(PDL, Direction.PRODUCTION, FIRST, YESTERDAY)
    assert [(timeout.total, timeout.connect, timeout.sock_connect) for timeout in seen] == [(120, 10, 10), (60, 10, 10)]


@pytest.mark.parametrize(
    "base_url", ["not an address", "ftp://127.0.0.1/api", "http://", "http://user:word@127.0.0.1:1/api"]
)
async def test_an_address_that_is_none_is_told_at_once(
    make_client: Callable[..., GatewayClient], pauses: Pauses, base_url: str
) -> None:
    with pytest.raises(GatewayUnreachable, match="address"):
        await make_client(base_url).async_account()
    assert pauses == []


async def test_a_port_where_nobody_listens(make_client: Callable[..., GatewayClient], unused_tcp_port: int) -> None:
    client = make_client(f"http://127.0.0.1:{unused_tcp_port}/api")
    with pytest.raises(GatewayUnreachable, match="cannot be reached"):
        await client.async_account()


async def test_a_server_without_tls_is_not_tried_twice(
    gateway: FakeGateway, make_client: Callable[..., GatewayClient], pauses: Pauses
) -> None:
    client = make_client(gateway.base_url.replace("http:", "https:"))
    with pytest.raises(GatewayUnreachable, match="certificate"):
        await client.async_account()
    assert pauses == []
    assert gateway.requests == []


def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's TLS with a certificate for 127.0.0.1 that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, today - timedelta(days=1), today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    (folder / "server.pem").write_bytes(pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    return context


async def test_a_certificate_that_nobody_vouches_for_ends_the_call_before_the_secret_is_sent(
    make_client: Callable[..., GatewayClient], pauses: Pauses, tmp_path: Path
) -> None:
    impostor = FakeGateway()
    impostor.answers(envelope([]))
    await impostor.server.start_server(ssl=self_signed(tmp_path), access_log=None)
    try:
        with pytest.raises(GatewayUnreachable, match="certificate"):
            await make_client(impostor.base_url).async_providers()
    finally:
        await impostor.server.close()
    assert impostor.requests == []
    assert pauses == []


@pytest.mark.parametrize("secret", ["", "  ", "two\nlines", "nul\x00"])
async def test_a_secret_that_cannot_be_one_is_never_sent(
    gateway: FakeGateway, make_client: Callable[..., GatewayClient], secret: str
) -> None:
    with pytest.raises(AuthenticationError):
        await make_client(gateway.base_url, client_secret=secret).async_account()
    assert gateway.requests == []


async def test_a_copied_secret_loses_its_spaces_and_the_address_its_slash(
    gateway: FakeGateway, make_client: Callable[..., GatewayClient]
) -> None:
    gateway.answers(envelope({"id": "a"}))
    await make_client(f" {gateway.base_url}/ ", client_secret=f" {SECRET}\n").async_account()
    assert gateway.paths == ["/accounts/me"]
    assert gateway.requests[0].headers["Authorization"] == f"Bearer {SECRET}"


async def test_a_closed_session_is_told_as_such(client: GatewayClient, session: aiohttp.ClientSession) -> None:
    await session.close()
    with pytest.raises(GatewayUnreachable, match="closed"):
        await client.async_account()


async def test_what_the_log_says_of_a_call(
    client: GatewayClient, gateway: FakeGateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger=transport.__name__)
    gateway.answers(GOOD)
    await ask(client)
    (record,) = [record for record in caplog.records if record.name == transport.__name__]
    assert record.getMessage().startswith("GET enedis/consumption/daily: HTTP 200, ")
