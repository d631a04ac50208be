"""A MyElectricalData gateway on loopback: 2.x, or 1.22 by a switch, quirks included.

    python -m tests.simulators.gateway --port 8124 [--version 1.22] [--seed 3] [--latency-ms 150] [--zoo]

prints one line of JSON with its address and credentials, then serves until it is stopped. From outside the process,
`GET|DELETE /_simulator/calls` reads or clears its call log, `POST|DELETE /_simulator/faults` injects or clears faults. Built from the written
contract of the gateway alone: it imports nothing of the integration, so that it can prove it wrong.
"""

import argparse
import asyncio
import contextlib
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal, Self

import orjson
from aiohttp import web

from . import bodies, france, offers
from .account import CLIENT_ID, CLIENT_SECRET, Account
from .bodies import Reply
from .clock import paris_day
from .contributions import Contributions
from .enedis import Enedis
from .faults import Fault, after_answer, before_answer
from .households import Household, demo_account_households, demo_households, zoo
from .query import Refused
from .routes import COUNTED, FAULT, EnedisRoutes, View
from .signals import Ecowatt, ZenFlex
from .tempo import Tempo

type Version = Literal["2.x", "1.22"]

_HOSTS = {"localhost", "127.0.0.1", "backend", "gateway", "myelectricaldata.fr"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request that the gateway received."""

    method: str
    path: str
    """After `/api`."""
    query: dict[str, str]
    status: int
    """0 when the connection was dropped without an answer."""
    at: datetime
    counted: bool
    """Whether it cost a call of the quota."""
    user_agent: str
    med_format: str | None


class GatewaySimulator:
    """A real HTTP server that behaves like the gateway. An async context manager; see `households` for the truth."""

    def __init__(
        self,
        households: Sequence[Household] | None = None,
        *,
        version: Version = "2.x",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        client_id: str = CLIENT_ID,
        client_secret: str = CLIENT_SECRET,
        latency: float = 0.0,
        upstream_latency: float = 0.0,
        quota_cached: int = 1000,
        quota_uncached: int = 50,
    ) -> None:
        """`latency` delays every answer; `upstream_latency` adds as much for each call that reaches Enedis (seconds)."""
        self.households = list(demo_households() if households is None else households)
        self.now = now
        self.version: Version = version
        self.latency = latency
        self.upstream_latency = upstream_latency
        self.calls: list[Call] = []
        self.account = Account(
            client_id=client_id,
            client_secret=client_secret,
            demo=any(home.demo for home in self.households),
            quota_cached=quota_cached,
            quota_uncached=quota_uncached,
            now=now,
        )
        self.enedis = Enedis()
        self.tempo = Tempo()
        self.ecowatt = Ecowatt(self._charge_ecowatt)
        self.zen_flex = ZenFlex()
        self.offers = offers.Catalogue()
        self.contributions = Contributions(self.account)
        self._enedis_routes = EnedisRoutes(self.households, self.account, self.enedis, modern=version == "2.x")
        self._faults: list[Fault] = []
        self._runner: web.AppRunner | None = None
        self._port = 0

    # ---- what tests use ---------------------------------------------------------------------------------------------

    @property
    def base_url(self) -> str:
        """Where the API is."""
        return f"http://127.0.0.1:{self._port}/api"

    @property
    def client_id(self) -> str:
        """`cli_` and 43 urlsafe characters."""
        return self.account.client_id

    @property
    def client_secret(self) -> str:
        """86 urlsafe characters."""
        return self.account.client_secret

    def household(self, pdl: str) -> Household:
        """The truth about a usage point."""
        return next(home for home in self.households if home.pdl == pdl)

    def clear_calls(self) -> None:
        """Forget the calls received so far."""
        self.calls.clear()

    def inject(self, fault: Fault) -> None:
        """Let something go wrong for the requests that match."""
        self._faults.append(fault)

    def clear_faults(self) -> None:
        """Let everything go well again."""
        self._faults.clear()

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; port 0 takes a free one."""
        app = web.Application(middlewares=[self._middleware], client_max_size=4 * 2**20)
        self._register(app)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.05)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        self._runner = runner
        self._port = runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening and drop what is open."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    # ---- the server -------------------------------------------------------------------------------------------------

    def _register(self, app: web.Application) -> None:
        def add(method: str, path: str, view: View, *, private: bool) -> None:
            app.router.add_route(method, f"/api{path}", self._handler(view, private=private))

        def get(path: str, view: View) -> None:
            add("GET", path, view, private=True)

        def delete(path: str, view: View) -> None:
            add("DELETE", path, view, private=True)

        add("GET", "/ping", self._ping, private=False)
        add("POST", "/accounts/token", self._token, private=False)
        get("/accounts/me", self._me)
        get("/accounts/credentials", self._credentials)
        get("/accounts/usage-stats", self._usage)
        self._enedis_routes.register(get, delete)
        get("/ecowatt/current", self.ecowatt.current)
        get("/ecowatt/forecast", self.ecowatt.forecast)
        get("/ecowatt/history", self.ecowatt.history)
        get("/ecowatt/statistics", self.ecowatt.statistics)
        for path, view in self._public_views().items():
            add("GET", path, view, private=False)
        mine, one = self.contributions, "/energy/contributions/{id}"
        add("POST", "/energy/contribute", mine.create, private=True)
        add("POST", "/energy/contribute/batch", mine.create_batch, private=True)
        get("/energy/contributions", mine.mine)
        get("/energy/contributions/unread-count", mine.unread)
        add("PUT", one, mine.update, private=True)
        delete(one, mine.delete)
        add("POST", f"{one}/reply", mine.answer, private=True)

    def _public_views(self) -> dict[str, View]:
        views: dict[str, View] = {
            "/tempo/today": self.tempo.today,
            "/tempo/week": self.tempo.week,
            "/tempo/days": self.tempo.days,
            "/tempo/forecast": self.tempo.forecast,
            "/energy/providers": self.offers.providers_view,
            "/energy/offers": self.offers.offers_view,
            "/energy/offer-types": offers.offer_types_view,
            "/energy/pricing-types": offers.offer_types_view,
            "/consumption-france/current": france.consumption_current,
            "/consumption-france/forecast": france.consumption_forecast,
            "/generation-forecast/solar": france.generation_solar,
            "/generation-forecast/wind": france.generation_wind,
            "/generation-forecast/mix": france.generation_mix,
        }
        roots = {
            "/tempo": self.tempo.calendar,
            "/consumption-france": france.consumption,
            "/generation-forecast": france.generation,
        }
        # These three, and no other route, also answer with a slash at the end.
        views |= {path + slash: view for path, view in roots.items() for slash in ("", "/")}
        if self.version == "2.x":
            views |= {"/zen-flex/days": self.zen_flex.days, "/zen-flex/today": self.zen_flex.today}
        return views

    def _charge_ecowatt(self, request: web.Request, now: datetime) -> Reply | None:
        fault = request.get(FAULT)
        exhausted = fault is not None and fault.kind == "quota"
        if exhausted or self.account.charge(use_cache=False, now=now) is not None:
            return self.account.exhausted_ecowatt()
        request[COUNTED] = True
        return None

    def _handler(self, view: View, *, private: bool) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            if private and (refused := self.account.authorized(request)) is not None:
                return await self._send(request, refused)
            before = self.enedis.calls
            try:
                reply = await view(request, self.now())
            except Refused as refused_early:
                reply = refused_early.reply
            if self.upstream_latency:
                await asyncio.sleep(self.upstream_latency * (self.enedis.calls - before))
            return await self._send(request, reply)

        return handle

    async def _send(self, request: web.Request, reply: Reply) -> web.StreamResponse:
        body = orjson.dumps(reply.body)
        fault = request.get(FAULT)
        if fault is not None and (spoiled := await after_answer(fault, request, body, reply.headers)) is not None:
            return spoiled
        return web.Response(body=body, status=reply.status, content_type="application/json", headers=reply.headers)

    @web.middleware
    async def _middleware(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.path.startswith("/_simulator/"):
            return await self._control(request)
        status = 0
        try:
            response = await self._guarded(request, handler)
            status = 0 if request.transport is None or request.transport.is_closing() else response.status
        finally:
            self.calls.append(
                Call(
                    method=request.method,
                    path=request.path.removeprefix("/api"),
                    query=dict(request.query),
                    status=status,
                    at=self.now(),
                    counted=request.get(COUNTED, False),
                    user_agent=request.headers.get("User-Agent", ""),
                    med_format=request.headers.get("X-MED-Format"),
                )
            )
        return response

    async def _guarded(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        host = request.host.rpartition(":")[0] or request.host
        if host not in _HOSTS and not host.endswith(".myelectricaldata.fr"):
            return web.Response(text="Invalid host header", status=400)
        if self.latency:
            await asyncio.sleep(self.latency)
        path = request.path.removeprefix("/api")
        fault = next((fault for fault in self._faults if fault.hits(path)), None)
        if fault is not None:
            request[FAULT] = fault
            if (instead := await before_answer(fault, request)) is not None:
                return instead
        try:
            return await handler(request)
        except web.HTTPNotFound:
            return web.json_response({"detail": "Not Found"}, status=404)
        except web.HTTPMethodNotAllowed:
            return web.json_response({"detail": "Method Not Allowed"}, status=405)

    async def _control(self, request: web.Request) -> web.Response:
        """For a simulator in another process: its call log, and faults on demand."""
        match request.method, request.path.removeprefix("/_simulator/"):
            case "GET", "calls":
                return web.Response(
                    body=orjson.dumps([asdict(call) for call in self.calls], default=str),
                    content_type="application/json",
                )
            case "DELETE", "calls":
                self.clear_calls()
            case "POST", "faults":
                self.inject(Fault(**await request.json()))
            case "DELETE", "faults":
                self.clear_faults()
            case _:
                return web.json_response({"detail": "Not Found"}, status=404)
        return web.Response(status=204)

    # ---- account ----------------------------------------------------------------------------------------------------

    async def _ping(self, _: web.Request, now: datetime) -> Reply:
        return Reply({"status": "ok", "version": "1.5.15", "timestamp": bodies.stamp(now)})

    async def _token(self, request: web.Request, _: datetime) -> Reply:
        return await self.account.token(request)

    async def _me(self, _: web.Request, now: datetime) -> Reply:
        return self.account.me(now)

    async def _credentials(self, _: web.Request, now: datetime) -> Reply:
        return Reply(bodies.enveloped({"client_id": self.account.client_id}, now))

    async def _usage(self, _: web.Request, now: datetime) -> Reply:
        return self.account.usage(now)


def _clock(text: str | None) -> Callable[[], datetime]:
    """The real clock, or one that starts at `text` (ISO, with an offset) and runs from there."""
    if text is None:
        return lambda: datetime.now(UTC)
    shift = datetime.fromisoformat(text).astimezone(UTC) - datetime.now(UTC)
    return lambda: datetime.now(UTC) + shift


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulators.gateway", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--version", choices=("2.x", "1.22"), default="2.x")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other households")
    parser.add_argument("--latency-ms", type=int, default=0, help="delay of every answer")
    parser.add_argument("--upstream-latency-ms", type=int, default=0, help="delay of every call that reaches Enedis")
    parser.add_argument("--quota-cached", type=int, default=1000)
    parser.add_argument("--quota-uncached", type=int, default=50)
    parser.add_argument("--now", help="start the simulator's clock at this ISO instant")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--zoo", action="store_true", help="one usage point for each behaviour")
    which.add_argument("--demo-account", action="store_true", help="the public demo account and its odd shapes")
    return parser.parse_args(argv)


async def serve(argv: Sequence[str] | None = None) -> None:
    """Run alone until SIGINT or SIGTERM."""
    options = _arguments(argv)
    now = _clock(options.now)
    households = demo_households(options.seed)
    if options.zoo:
        households = zoo(paris_day(now()), options.seed)
    elif options.demo_account:
        households = demo_account_households()
    simulator = GatewaySimulator(
        households,
        version=options.version,
        now=now,
        latency=options.latency_ms / 1000,
        upstream_latency=options.upstream_latency_ms / 1000,
        quota_cached=options.quota_cached,
        quota_uncached=options.quota_uncached,
    )
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await simulator.start(options.port)
    try:
        names = ("base_url", "client_id", "client_secret")
        sys.stdout.write(orjson.dumps({name: getattr(simulator, name) for name in names}).decode() + "\n")
        sys.stdout.flush()
        await stopped.wait()
    finally:
        await simulator.stop()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve())
