"""From a status and a body to the data inside, or to the error that the gateway meant.

Most failures of the gateway are HTTP 200 with `success: false`; some successes carry an error, some answers have no
envelope at all (gateway.md 3 and 4.1). Only what this module lets through is data.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from .errors import AuthenticationError, GatewayError, GatewayUnavailable, QuotaError, RequestRejected
from .faults import next_utc_midnight, refusal, safe_message
from .parsing import mapping, sequence, text

PARTIAL: Final = "PARTIAL_DATA"
UNREADABLE: Final = "UNREADABLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back over the wire."""

    status: int
    body: bytes
    retry_after: timedelta | None = None
    """From the header; the gateway sends none, a proxy before it may."""
    deprecated_shape: bool = False
    """Header `Deprecation: true`: a gateway 2.x that serves the v5 shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the gateway says, free of its envelope. JSON's floats are texts here, so that no digit is lost."""

    data: object
    partial: bool = False
    deprecated_shape: bool = False


class _NotJsonError(Exception):
    """The body is HTML, truncated, or otherwise no JSON."""


def unreadable(what: str) -> GatewayUnavailable:
    """The error of a body whose shape nobody knows: never to be taken for an empty day."""
    return GatewayUnavailable(f"The gateway's answer is not understood: {what}", code=UNREADABLE)


def read_answer(reply: Reply, now: datetime) -> Answer:
    """The data of a reply; raises the typed error of anything that is not an answer. `now` is aware UTC."""
    try:
        body = _decode(reply.body)
    except _NotJsonError:
        raise _failure_without_json(reply, now) from None
    if reply.status not in {200, 201}:
        raise _failure(reply, body, now)
    if not isinstance(body, dict):
        return Answer(data=body, deprecated_shape=reply.deprecated_shape)
    return _open_envelope(reply, body, now)


def is_internal_error(reply: Reply) -> bool:
    """Whether the gateway stumbled over this very question (HTTP 500 in its own envelope)."""
    try:
        body = mapping(_decode(reply.body))
    except _NotJsonError:
        return False
    return mapping(body.get("error")).get("code") == "INTERNAL_ERROR"


def is_daily_limit(reply: Reply) -> bool:
    """Whether a 429 is the gateway's own daily quota (`/ecowatt`) and not a passing brake of a proxy."""
    try:
        detail = mapping(_decode(reply.body)).get("detail")
    except _NotJsonError:
        return False
    return "rate limit exceeded" in (text(detail) or "").lower()


def _decode(body: bytes) -> object:
    try:
        # Floats stay texts: Decimal then reads exactly what was written. NaN and Infinity are no JSON: missing.
        decoded: object = json.loads(body.decode("utf-8-sig"), parse_float=str, parse_constant=lambda _name: None)
    except ValueError, RecursionError:
        raise _NotJsonError from None
    return decoded


def _open_envelope(reply: Reply, body: dict[str, object], now: datetime) -> Answer:
    if "success" in body:
        succeeded = body["success"]
        if not isinstance(succeeded, bool):
            raise unreadable("neither success nor failure")
        code, message = _error(body)
        if not succeeded or (code or message) not in {None, PARTIAL}:
            raise refusal(code, message, now)
        return Answer(data=body.get("data"), partial=code == PARTIAL, deprecated_shape=reply.deprecated_shape)
    if "detail" in body:
        raise refusal(None, _detail(body), now)
    raise_inner_error(body, now)
    return Answer(data=body, deprecated_shape=reply.deprecated_shape)


def _error(body: Mapping[str, object]) -> tuple[str | None, str | None]:
    """Code and words of an envelope's error."""
    error = body.get("error")
    fields = mapping(error)
    return text(fields.get("code")), text(fields.get("message")) or text(error)


def raise_inner_error(data: object, now: datetime) -> None:
    """Raise the error that Enedis' own bodies carry inside `data` (`{"error": "ADAM-ERR0123", …}`), if there is one."""
    inner = mapping(data)
    code = inner.get("error")
    if not code:
        return
    nested = mapping(code)
    name = text(nested.get("code")) if nested else text(code)
    raise refusal(name or "UNKNOWN", text(nested.get("message") or inner.get("error_description")), now)


def _failure(reply: Reply, body: object, now: datetime) -> GatewayError:
    """The error of a status other than 200 whose body is JSON."""
    content = mapping(body)
    code, message = _error(content)
    words = _detail(content) or message
    if reply.status == 401 or (reply.status == 403 and code is None):
        return AuthenticationError(safe_message(words or "The gateway refuses this secret"), code=str(reply.status))
    if code is not None:
        return refusal(code, message, now)
    if reply.status == 429:
        return _too_many(reply, words, now)
    if 400 <= reply.status < 500 and reply.status not in {408, 425}:
        shown = f"The gateway refuses the question (HTTP {reply.status}): {words or 'no reason given'}"
        return RequestRejected(safe_message(shown), code=str(reply.status))
    return _unavailable(reply.status)


def _failure_without_json(reply: Reply, now: datetime) -> GatewayError:
    """The error of a body that is not JSON: something else than the gateway answered, whatever the status."""
    if reply.status in {200, 201}:
        return unreadable("not JSON, or cut short")
    if reply.status == 401:
        return AuthenticationError("The gateway refuses this secret", code="401")
    if reply.status == 429:
        return _too_many(reply, None, now)
    return _unavailable(reply.status)


def _too_many(reply: Reply, words: str | None, now: datetime) -> QuotaError:
    shown = safe_message(words or "Too many requests")
    if is_daily_limit(reply):
        return QuotaError(shown, code="RATE_LIMIT_EXCEEDED", retry_after=next_utc_midnight(now))
    later = None if reply.retry_after is None else now + reply.retry_after
    return QuotaError(shown, code="429", retry_after=later)


def _unavailable(status: int) -> GatewayUnavailable:
    if 300 <= status < 400:
        words = "The gateway's address redirects to another one, which is never followed: correct the address"
    else:
        words = f"The gateway does not answer as expected (HTTP {status})"
    return GatewayUnavailable(words, code=str(status))


def _detail(content: object) -> str | None:
    """The words of FastAPI's `detail`: a text, or a list of `{loc, msg}`. What was sent (`input`) is left out."""
    detail = mapping(content).get("detail")
    if words := text(detail):
        return words
    parts: list[str] = []
    for item in sequence(detail):
        fields = mapping(item)
        where = ".".join(filter(None, (text(step) for step in sequence(fields.get("loc")))))
        parts.append(f"{where}: {text(fields.get('msg')) or 'refused'}".removeprefix(": "))
    return "; ".join(parts) or None
