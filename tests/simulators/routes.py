"""The authenticated routes: account, usage points, and everything under `/enedis`."""

import random
from collections.abc import Awaitable, Callable
from datetime import datetime

from aiohttp import web

from . import bodies
from .account import Account
from .bodies import Ask, Reply
from .contracts import describes, usage_point
from .demo_account import demo_answer
from .enedis import Enedis, Refusal
from .faults import UPSTREAM, Fault
from .households import CONSUMPTION, PRODUCTION, Feed, Household
from .legacy import LegacyMetering
from .modern import ModernMetering
from .query import Refused, flag, required

type View = Callable[[web.Request, datetime], Awaitable[Reply]]

FAULT = web.RequestKey("fault", Fault)
COUNTED = web.RequestKey("counted", bool)


class EnedisRoutes:
    """Everything that belongs to the usage points of one account."""

    def __init__(self, households: list[Household], account: Account, enedis: Enedis, *, modern: bool) -> None:
        self.households = {home.pdl: home for home in households}
        self.account = account
        self.enedis = enedis
        self.modern = modern
        self.metering: ModernMetering | LegacyMetering = ModernMetering(enedis) if modern else LegacyMetering(enedis)
        self._kept: dict[tuple[str, str], datetime] = {}
        self._dice = random.Random(20_261_121)

    def register(self, get: Callable[[str, View], None], delete: Callable[[str, View], None]) -> None:
        """Add the routes."""
        get("/pdl", self._list)
        get("/pdl/{uuid}", self._detail)
        for what in ("contract", "address", "customer", "contact"):
            get(f"/enedis/{what}/{{pdl}}", self._describe(what))
        for direction in (CONSUMPTION, PRODUCTION):
            get(f"/enedis/{direction}/daily/{{pdl}}", self._measure(direction, "daily"))
            get(f"/enedis/{direction}/detail/{{pdl}}", self._measure(direction, "curve"))
            get(f"/enedis/{direction}/detail/batch/{{pdl}}", self._measure(direction, "curve", batch=True))
        get("/enedis/power/{pdl}", self._measure(CONSUMPTION, "power"))
        delete("/enedis/cache/{pdl}", self._forget)

    # ---- usage points ----------------------------------------------------------------------------------------------

    def _points(self) -> list[dict[str, object]]:
        failed = self.metering.oldest_failed
        rows = [
            usage_point(home, self.households, index, failed.get(home.pdl))
            for index, home in enumerate(self.households.values())
        ]
        newest_first = rows[::-1]
        return sorted(newest_first, key=self._order)

    def _order(self, row: dict[str, object]) -> tuple[bool, int]:
        order = self.households[str(row["usage_point_id"])].display_order
        return order is None, order or 0

    async def _list(self, _: web.Request, now: datetime) -> Reply:
        return Reply(bodies.enveloped(self._points(), now))

    async def _detail(self, request: web.Request, now: datetime) -> Reply:
        for row in self._points():
            if row["id"] == request.match_info["uuid"]:
                return Reply(bodies.enveloped(row, now))
        return bodies.failed("PDL_NOT_FOUND", "PDL not found", now)

    def _owned(self, request: web.Request, now: datetime) -> Household:
        home = self.households.get(request.match_info["pdl"])
        if home is None or not home.active:
            raise Refused(bodies.failed("ACCESS_DENIED", bodies.ACCESS_DENIED, now))
        return home

    def _charge(self, request: web.Request, home: Household, now: datetime, *, use_cache: bool) -> Reply | None:
        fault = request.get(FAULT)
        if home.gateway_quota_exhausted or (fault is not None and fault.kind == "quota"):
            return self.account.exhausted(use_cache=use_cache, now=now)
        refused = self.account.charge(use_cache=use_cache, now=now)
        request[COUNTED] = refused is None
        return refused

    # ---- contract, address, identity, contact -----------------------------------------------------------------------

    def _describe(self, what: str) -> View:
        async def view(request: web.Request, now: datetime) -> Reply:
            use_cache = flag(request, "use_cache", default=False)
            home = self._owned(request, now)
            if (refused := self._charge(request, home, now, use_cache=use_cache)) is not None:
                return refused
            kept = self._kept.get((what, home.pdl))
            if not (use_cache and kept is not None and (now - kept).total_seconds() < 86_400) and not home.demo:
                fault = request.get(FAULT)
                try:
                    self.enedis.contract(home, now, UPSTREAM.get(fault.kind) if fault is not None else None)
                except Refusal as refusal:
                    return bodies.failed("ENEDIS_ERROR", str(refusal), now)
                if use_cache:
                    self._kept[what, home.pdl] = now
            shape_2026 = self.modern and request.headers.get("X-MED-Format") == "2026"
            data = describes(home, what, modern=self.modern, shape_2026=shape_2026)
            negotiated = self.modern and not shape_2026 and what in ("contract", "address")
            return Reply(bodies.enveloped(data, now), headers={"Deprecation": "true"} if negotiated else {})

        return view

    # ---- metering ----------------------------------------------------------------------------------------------------

    def _measure(self, direction: str, feed: Feed, *, batch: bool = False) -> View:
        async def view(request: web.Request, now: datetime) -> Reply:
            start, end = required(request, "start", "end")
            use_cache = flag(request, "use_cache", default=batch)
            if self.account.demo and direction == CONSUMPTION and feed == "daily":
                home = self.households.get(request.match_info["pdl"]) or next(iter(self.households.values()))
            else:
                home = self._owned(request, now)
            fault = request.get(FAULT)
            ask = Ask(
                home=home,
                direction=direction,
                feed=feed,
                batch=batch,
                start=start,
                end=end,
                use_cache=use_cache,
                now=now,
                outage=UPSTREAM.get(fault.kind) if fault is not None else None,
                charge=lambda: self._charge(request, home, now, use_cache=use_cache),
            )
            if home.demo:
                return ask.charge() or demo_answer(ask, self._dice)
            return self.metering.answer(ask, shape_2026=request.headers.get("X-MED-Format") == "2026")

        return view

    async def _forget(self, request: web.Request, now: datetime) -> Reply:
        home = self.households.get(request.match_info["pdl"])
        if home is None:
            return bodies.failed("ACCESS_DENIED", "Access denied: You do not own this PDL.", now)
        count = self.metering.forget(home)
        data = {"success": True, "deleted_keys": count, "message": f"Deleted {count} cached entries"}
        return Reply(bodies.enveloped(data, now))
