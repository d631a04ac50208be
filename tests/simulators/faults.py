"""Faults on demand: what a network, a proxy, a gateway and Enedis can do to a request."""

import asyncio
from dataclasses import dataclass, field
from typing import Literal

import orjson
from aiohttp import web

from .households import Outage

type FaultKind = Literal[
    "latency",
    "hang",
    "reset",
    "cut",
    "status",
    "html",
    "truncated",
    "wrong_json",
    "null_body",
    "redirect",
    "unauthorized",
    "quota",
    "enedis_quota",
    "enedis_500",
    "html_502",
]

_HTML = "<html><head><title>{0}</title></head><body><h1>{0}</h1><hr>nginx</body></html>"
UPSTREAM: dict[str, Outage] = {"enedis_quota": "enedis_quota", "enedis_500": "enedis_500", "html_502": "html_502"}


@dataclass(slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong, for the requests that match it.

    latency: waits `seconds`, then answers well · hang: never answers · reset: drops the connection before the answer
    (aiohttp itself asks once more when the connection was a reused one: `times=2` is seen by any client) ·
    cut: drops it in the middle of the answer · status: `status` with a `detail` · html: a proxy's page with `status`
    (200 when not given) · truncated: the right answer, cut short but well framed · wrong_json: `body`, JSON of another
    shape · null_body: `null` · redirect: to `location` · unauthorized: 401 · quota: the gateway's own · enedis_quota,
    enedis_500, html_502: the upstream fails and the gateway tells it in its own words.
    """

    kind: FaultKind
    route: str | None = None
    """Prefix of the path after `/api` (`/enedis/consumption`); None is every route."""
    pdl: str | None = None
    times: int | None = 1
    """How many requests it hits; None is all of them until `clear_faults`."""
    seconds: float = 1.0
    status: int | None = None
    body: object = field(default_factory=lambda: {"success": True, "data": {"surprise": [1, "two", None]}})
    location: str = "https://elsewhere.example/api"

    def hits(self, path: str) -> bool:
        """Whether a request matches; counts it when it does."""
        if self.times == 0 or (self.route is not None and not path.startswith(self.route)):
            return False
        if self.pdl is not None and self.pdl not in path.split("/"):
            return False
        if self.times is not None:
            self.times -= 1
        return True


async def before_answer(fault: Fault, request: web.Request) -> web.StreamResponse | None:
    """What a fault answers in place of the gateway; None when the gateway answers after all."""
    match fault.kind:
        case "latency":
            await asyncio.sleep(fault.seconds)
        case "hang":
            await asyncio.Event().wait()
        case "reset":
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        case _:
            return _in_place(fault)
    return None


def _in_place(fault: Fault) -> web.Response | None:
    status, words, kind, headers = fault.status or 200, "", "application/json", {}
    match fault.kind:
        case "status":
            status = fault.status or 503
            words = f'{{"detail":"Simulated {status}"}}'
        case "html":
            kind, words = "text/html", _HTML.format("Maintenance" if status == 200 else f"{status} Bad Gateway")
        case "wrong_json":
            words = orjson.dumps(fault.body).decode()
        case "null_body":
            words = "null"
        case "redirect":
            status, headers = fault.status or 302, {"Location": fault.location}
        case "unauthorized":
            status, words = 401, '{"detail":"Invalid authentication credentials"}'
        case _:
            return None
    return web.Response(text=words, content_type=kind, status=status, headers=headers)


async def after_answer(
    fault: Fault, request: web.Request, body: bytes, headers: dict[str, str]
) -> web.StreamResponse | None:
    """What a fault makes of the right answer; None when it leaves it alone."""
    if fault.kind == "truncated":
        return web.Response(body=body[: max(1, len(body) * 2 // 3)], content_type="application/json", headers=headers)
    if fault.kind == "cut":
        response = web.StreamResponse(
            headers={**headers, "Content-Length": str(len(body)), "Content-Type": "application/json"}
        )
        await response.prepare(request)
        await response.write(body[: max(1, len(body) // 2)])
        if request.transport is not None:
            request.transport.abort()
        return response
    return None
