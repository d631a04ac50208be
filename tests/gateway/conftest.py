"""A small HTTP server that answers what a test tells it to."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from custom_components.myelectricaldata.gateway.budget import CallBudget
from custom_components.myelectricaldata.gateway.client import GatewayClient

CLIENT_ID = "cli_" + "i" * 43
SECRET = "s3cret-" + "x" * 79
VERSION = "1.2.3"
# 10:00 in Paris on a Saturday: yesterday is 20 November.
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class FakeGateway:
    """Answers each request with the next thing of its script, the last one for ever; remembers what it was asked."""

    def __init__(self) -> None:
        self.script: list[object] = []
        self.requests: list[web.Request] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self.released = asyncio.Event()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self.server = TestServer(app, host="127.0.0.1")

    @property
    def base_url(self) -> str:
        return str(self.server.make_url("/api"))

    @property
    def paths(self) -> list[str]:
        return [request.path_qs.removeprefix("/api") for request in self.requests]

    def answers(self, *script: object) -> None:
        """Bodies for JSON with status 200, (status, body) or (status, body, headers), or handlers."""
        self.script = list(script)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
            if callable(answer):
                handler: Handler = answer
                return await handler(request)
            status, body, *headers = answer if isinstance(answer, tuple) else (200, answer)
            written = body if isinstance(body, bytes) else json.dumps(body).encode()
            return web.Response(status=status, body=written, headers=headers[0] if headers else None)
        finally:
            self.in_flight -= 1


class Pauses(list[float]):
    """A sleep that only remembers."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
async def gateway(socket_enabled: None) -> AsyncIterator[FakeGateway]:
    fake = FakeGateway()
    # Its log is not ours: it holds the paths that ours must not hold.
    await fake.server.start_server(access_log=None)
    yield fake
    fake.released.set()
    await fake.server.close()


@pytest.fixture
async def session(socket_enabled: None) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def budget() -> CallBudget:
    return CallBudget()


@pytest.fixture
def make_client(session: aiohttp.ClientSession, budget: CallBudget, pauses: Pauses) -> Callable[..., GatewayClient]:
    def make(base_url: str, **changes: Any) -> GatewayClient:
        options: dict[str, Any] = {
            "base_url": base_url,
            "client_id": CLIENT_ID,
            "client_secret": SECRET,
            "version": VERSION,
            "budget": budget,
            "sleep": pauses,
            "now": lambda: NOW,
        }
        return GatewayClient(session, **options | changes)

    return make


@pytest.fixture
def client(gateway: FakeGateway, make_client: Callable[..., GatewayClient]) -> GatewayClient:
    return make_client(gateway.base_url)
