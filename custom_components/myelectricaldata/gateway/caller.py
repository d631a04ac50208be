"""One call to the gateway, from the budget to the typed answer: what every endpoint has in common."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Final, override

import aiohttp

from .answers import Answer, Reply, read_answer
from .budget import CallBudget
from .errors import DataNotReady, GatewayError, QuotaError
from .transport import READ_TIMEOUT, Transport

_SHORTEST_HIDDEN: Final = 8
# From about 20 days of half hours on, reading a body would hold up the event loop for a noticeable time.
_SMALL_BODY: Final = 64 * 1024


class Charge(Enum):
    """Which of the gateway's counters a call costs (gateway.md 4.3)."""

    FREE = "free"
    CACHED = "cached"
    UNCACHED = "uncached"


def utc_now() -> datetime:
    """The clock, when nobody gives another."""
    return datetime.now(UTC)


class GatewayCaller:
    """One account at one gateway, one call at a time."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        base_url: str,
        client_id: str,
        client_secret: str,
        version: str,
        budget: CallBudget | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """`session` stays the caller's; `now` gives aware UTC."""
        self.budget = budget or CallBudget()
        self.last_success: datetime | None = None
        self.last_error: GatewayError | None = None
        """How the last call that was sent ended; None when it ended well."""
        self._transport = Transport(
            session, base_url=base_url, client_secret=client_secret, version=version, sleep=sleep
        )
        self._hidden = tuple(
            word for word in (client_secret.strip(), client_id.strip()) if len(word) >= _SHORTEST_HIDDEN
        )
        self._now = now
        self._one_at_a_time = asyncio.Lock()

    @override
    def __repr__(self) -> str:
        return f"<{type(self).__name__} last_success={self.last_success}>"

    @property
    def base_url(self) -> str:
        """Which gateway it is; accounts of the same one have the same."""
        return self._transport.base_url

    @property
    def last_duration(self) -> float:
        """Seconds that the last request took, pauses between retries not counted: how busy the gateway is."""
        return self._transport.last_duration

    async def _ask[T](
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        read: Callable[[Answer], T],
        charge: Charge = Charge.FREE,
        background: bool = False,
        read_timeout: float = READ_TIMEOUT,
        patient: bool = True,
    ) -> T:
        """Ask one question; `read` is pure, as it may run in a thread. Raises nothing but `GatewayError`."""
        sent = False

        def before_attempt() -> None:
            nonlocal sent
            self._spend(charge, background=background)
            sent = True

        def send() -> Awaitable[Reply]:
            return self._transport.get(
                path,
                params or {},
                label=_label(path),
                read_timeout=read_timeout,
                before_attempt=before_attempt,
                patient=patient,
            )

        return await self._settle(send, read, charge=charge, was_sent=lambda: sent)

    async def _tell[T](self, path: str, body: Mapping[str, object], *, read: Callable[[Answer], T]) -> T:
        """Send a JSON object, once, which costs none of the quota. Raises nothing but `GatewayError`."""

        def send() -> Awaitable[Reply]:
            return self._transport.post(path, body, label=_label(path), read_timeout=READ_TIMEOUT)

        return await self._settle(send, read, charge=Charge.FREE, was_sent=lambda: True)

    async def _settle[T](
        self,
        send: Callable[[], Awaitable[Reply]],
        read: Callable[[Answer], T],
        *,
        charge: Charge,
        was_sent: Callable[[], bool],
    ) -> T:
        """Send when it is its turn, and note how it ended."""
        async with self._one_at_a_time:
            try:
                reply = await send()
                result = await _read(reply, read, self._now())
            except GatewayError as error:
                self._hide_secrets(error)
                if was_sent():
                    self._note_error(error, charge)
                raise
            self.last_success = self._now()
            self.last_error = None
            return result

    def _spend(self, charge: Charge, *, background: bool) -> None:
        """Count an attempt before it is sent; raises `QuotaError`, without a code as it is ours, where it may not be."""
        if charge is Charge.FREE:
            return
        cached, now = charge is Charge.CACHED, self._now()
        if not self.budget.can_spend(now, background=background, cached=cached):
            raise QuotaError(
                "The day's calls to the gateway are used up, or it asked to wait",
                retry_after=self.budget.next_chance(now, cached=cached),
            )
        self.budget.spend(now, cached=cached)

    def _note_error(self, error: GatewayError, charge: Charge) -> None:
        self.last_error = error
        if isinstance(error, DataNotReady):
            self.last_success = self._now()
        if isinstance(error, QuotaError) and error.retry_after is not None and charge is not Charge.FREE:
            # The gateway counts cached and uncached calls apart; Enedis' quota stops both.
            of_the_gateway = error.code == "RATE_LIMIT_EXCEEDED"
            self.budget.block(error.retry_after, cached=charge is Charge.CACHED if of_the_gateway else None)

    def _hide_secrets(self, error: GatewayError) -> None:
        """Whatever the gateway echoes, the account's own words do not leave in an error."""
        for word in self._hidden:
            error.message = error.message.replace(word, "[secret]")
        error.args = (error.message,)


def _label(path: str) -> str:
    """What may be logged of a path."""
    return "/".join(part for part in path.split("/") if not part.isdigit())


async def _read[T](reply: Reply, read: Callable[[Answer], T], now: datetime) -> T:
    def work() -> T:
        return read(read_answer(reply, now))

    return work() if len(reply.body) <= _SMALL_BODY else await asyncio.to_thread(work)
