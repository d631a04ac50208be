"""The wire: one request after the other, with time-outs, a size limit and, for GET alone, patient retries."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from random import SystemRandom
from typing import Final

import aiohttp

from .answers import Reply, is_daily_limit, is_internal_error
from .errors import AuthenticationError, GatewayUnavailable, GatewayUnreachable, QuotaError

_LOGGER = logging.getLogger(__name__)
_RANDOM = SystemRandom()

WEBSITE: Final = "https://github.com/MyElectricalData/home-assistant"
CONNECT_TIMEOUT: Final = 10.0
READ_TIMEOUT: Final = 60.0
BATCH_TIMEOUT: Final = 120.0
"""Two years in one batch took 25 s against an instant upstream (gateway.md 4.3)."""
LARGEST_BODY: Final = 32 * 1024 * 1024
"""Two years of PT10M readings take about 11 MB."""
TRIES: Final = 3

_CHUNK: Final = 64 * 1024
_LONGEST_WAIT: Final = timedelta(seconds=30)
_TRANSIENT: Final = frozenset({408, 425, 429})


class Transport:
    """Sends requests to one gateway. Knows its secret and never repeats it."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        base_url: str,
        client_secret: str,
        version: str,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """`base_url` with or without its final slash; `session` belongs to the caller, as do its TLS settings."""
        self._session = session
        self.base_url = base_url.strip().rstrip("/")
        self._sleep = sleep
        self._usable_secret = bool(client_secret.strip()) and client_secret.strip().isprintable()
        self._headers = {
            "Accept": "application/json",
            "Authorization": f"Bearer {client_secret.strip()}",
            "User-Agent": f"MyElectricalData-HomeAssistant/{version} (+{WEBSITE})",
            "X-MED-Format": "2026",
        }
        self.last_duration = 0.0

    async def get(
        self,
        path: str,
        params: Mapping[str, str],
        *,
        label: str,
        read_timeout: float,
        before_attempt: Callable[[], None],
        patient: bool = True,
    ) -> Reply:
        """The last reply, whatever its status; raises `GatewayUnavailable` when there is none.

        Tried up to three times, or once unless `patient`, on transport errors, 408, 425, 429 and 5xx, the pauses growing from about 1 s. A
        daily quota is not retried. `INTERNAL_ERROR` is retried once: the gateway says it both of a passing trouble
        and of a question on which it always stumbles. `before_attempt` may raise `QuotaError` to forbid one more.
        `label` is what may be logged of the path.
        """
        self._check_secret()
        attempt = 0
        outcome: Reply | GatewayUnavailable | None = None
        while True:
            try:
                before_attempt()
            except QuotaError:
                if outcome is None:
                    raise
                break
            attempt += 1
            outcome = await self._attempt(path, params, label=label, read_timeout=read_timeout)
            if not patient or attempt >= _tries(outcome):
                break
            await self._sleep(_pause(outcome, attempt))
        if isinstance(outcome, GatewayUnavailable):
            raise outcome
        return outcome

    async def post(self, path: str, body: Mapping[str, object], *, label: str, read_timeout: float) -> Reply:
        """The reply to one POST of a JSON object; raises `GatewayUnavailable` when there is none.

        Sent once: where no reply comes back, nobody knows whether the gateway has done what was asked.
        """
        self._check_secret()
        outcome = await self._attempt(path, {}, body, label=label, read_timeout=read_timeout)
        if isinstance(outcome, GatewayUnavailable):
            raise outcome
        return outcome

    def _check_secret(self) -> None:
        if not self._usable_secret:
            raise AuthenticationError("The client secret is empty or holds characters that no secret has")

    async def _attempt(
        self,
        path: str,
        params: Mapping[str, str],
        body: Mapping[str, object] | None = None,
        *,
        label: str,
        read_timeout: float,
    ) -> Reply | GatewayUnavailable:
        """One request. A failure that another try may mend is returned, one that it cannot is raised."""
        started = time.monotonic()
        label = f"{'GET' if body is None else 'POST'} {label}"
        try:
            reply = await self._send(path, params, body, read_timeout)
        except GatewayUnreachable as error:
            self._note(started, label, str(error))
            raise GatewayUnreachable(str(error)) from None
        except (aiohttp.ClientError, OSError) as error:
            # Not the error's own words: they may hold the address, and those of aiohttp the headers.
            self._note(started, label, type(error).__name__)
            return _transport_error(error)
        self._note(started, label, f"HTTP {reply.status}, {len(reply.body)} bytes")
        return reply

    async def _send(
        self, path: str, params: Mapping[str, str], body: Mapping[str, object] | None, read_timeout: float
    ) -> Reply:
        if self._session.closed:
            raise GatewayUnreachable("The connections to the gateway are closed")
        timeout = aiohttp.ClientTimeout(total=read_timeout, connect=CONNECT_TIMEOUT, sock_connect=CONNECT_TIMEOUT)
        try:
            async with self._session.request(
                "GET" if body is None else "POST",
                f"{self.base_url}/{path}",
                params=params,
                json=body,
                headers=self._headers,
                timeout=timeout,
                allow_redirects=False,
                middlewares=(_OneSend(),),
            ) as response:
                return Reply(
                    status=response.status,
                    body=await _read_body(response),
                    retry_after=_seconds(response.headers.get("Retry-After")),
                    deprecated_shape=response.headers.get("Deprecation", "").lower() == "true",
                )
        except aiohttp.NonHttpUrlClientError:
            raise GatewayUnreachable("The gateway's address cannot be used") from None
        except aiohttp.ClientSSLError:
            raise GatewayUnreachable("The gateway's certificate is not trusted, or it does not speak TLS") from None
        except ValueError:  # not an address, or one with a password in it
            raise GatewayUnreachable("The gateway's address cannot be used") from None

    def _note(self, started: float, label: str, outcome: str) -> None:
        self.last_duration = time.monotonic() - started
        _LOGGER.debug("%s: %s in %.2f s", label, outcome, self.last_duration)


class _OneSend:
    """Forbids aiohttp to send a request again by itself, as it does when a connection breaks: nobody would count it."""

    def __init__(self) -> None:
        self._sent = False

    async def __call__(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        if self._sent:
            raise aiohttp.ClientConnectionError
        self._sent = True
        return await handler(request)


async def _read_body(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > LARGEST_BODY:
            raise GatewayUnavailable("The gateway's answer is too long to be one")
    return bytes(body)


def _tries(outcome: Reply | GatewayUnavailable) -> int:
    """How many attempts such an outcome is worth."""
    if isinstance(outcome, GatewayUnavailable):
        return TRIES
    if outcome.status not in _TRANSIENT and outcome.status < 500:
        return 1
    if outcome.status == 429 and is_daily_limit(outcome):
        return 1
    if outcome.retry_after is not None and outcome.retry_after > _LONGEST_WAIT:
        return 1
    return 2 if outcome.status == 500 and is_internal_error(outcome) else TRIES


def _pause(outcome: Reply | GatewayUnavailable, attempt: int) -> float:
    """Seconds before the next attempt: about 1, then about 2, never the same for everybody."""
    pause = 2.0 ** (attempt - 1) * _RANDOM.uniform(0.5, 1.5)
    asked = outcome.retry_after if isinstance(outcome, Reply) else None
    return pause if asked is None else asked.total_seconds() + pause


def _seconds(header: str | None) -> timedelta | None:
    """`Retry-After` in seconds; its other form, a date, is left alone."""
    if header is None or not header.strip().isascii() or not header.strip().isdigit() or len(header.strip()) > 6:
        return None
    return timedelta(seconds=int(header.strip()))


def _transport_error(error: Exception) -> GatewayUnavailable:
    name = type(error).__name__
    if isinstance(error, TimeoutError):
        return GatewayUnreachable("The gateway did not answer in time", code=name)
    if isinstance(error, aiohttp.ClientConnectorError):
        return GatewayUnreachable("The gateway cannot be reached", code=name)
    if isinstance(error, aiohttp.ClientPayloadError):
        return GatewayUnavailable("The gateway's answer was cut short", code=name)
    if isinstance(error, aiohttp.ClientResponseError):
        return GatewayUnavailable("What answers at the gateway's address does not speak HTTP", code=name)
    return GatewayUnreachable("The connection to the gateway broke", code=name)
