"""What the gateway and Enedis say when they refuse, as one of our typed errors. Source: gateway.md 4 and 5.4."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final

from .errors import (
    AccessDeniedError,
    BeforeActivation,
    ConsentExpiredError,
    CustomerMovedError,
    DataNotReady,
    GatewayError,
    GatewayUnavailable,
    QuotaError,
    RequestRejected,
    WrongDirection,
)
from .parsing import leading_day

_LONGEST_MESSAGE: Final = 300
_ADDRESS = re.compile(r"\b(?:https?|ftp)://[^\s'\"<>)\]]+", re.IGNORECASE)
_USAGE_POINT = re.compile(r"\b[0-9]{14}\b")
_OLDEST = re.compile(r"oldest allowed date:?\s*([0-9]{4}-[0-9]{2}-[0-9]{2})", re.IGNORECASE)

type _Factory = Callable[[str, str, datetime], GatewayError]


def _plain(kind: type[GatewayError]) -> _Factory:
    return lambda message, code, _now: kind(message, code=code)


def _before_activation(message: str, code: str, _now: datetime) -> GatewayError:
    return BeforeActivation(message, code=code, oldest=_oldest_day(message))


def _enedis_quota(message: str, code: str, now: datetime) -> GatewayError:
    return QuotaError(message, code=code, retry_after=next_hour(now))


def _gateway_quota(message: str, code: str, now: datetime) -> GatewayError:
    return QuotaError(message, code=code, retry_after=next_utc_midnight(now))


# Looked for in the words, first match wins: an answer may join the errors of several periods with "; ". What stops a
# usage point comes first, then what will pass; "before activation" and "no data" only when nothing else happened,
# because they end a search for older days.
_ENEDIS: Final[tuple[tuple[re.Pattern[str], _Factory], ...]] = tuple(
    (re.compile(pattern, re.IGNORECASE), factory)
    for pattern, factory in (
        (r"ADAM-DC-0008", _plain(ConsentExpiredError)),
        (r"ADAM-DC-0007", _plain(CustomerMovedError)),
        (r"STM-ERR-0000019", _plain(AccessDeniedError)),
        (r"Quota Q[0-9] reached|\b429 Too Many Requests", _enedis_quota),
        (r"ADAM-DC-0500|STM-ERR-0000001(?![0-9])", _plain(GatewayUnavailable)),
        (r"\b5[0-9]{2} [A-Z][a-z]+", _plain(GatewayUnavailable)),
        (r"ADAM-ERR0069", _plain(WrongDirection)),
        (r"ADAM-DC-0015|invalid_res?quest|\b900908\b", _plain(RequestRejected)),
        (r"ADAM-ERR0123|ADAM-DC-0009|ADAM-DC-0016|ADAM-ERR0125", _before_activation),
        (r"no_data_found|STM-ERR-0000014|STM-ERR-0000020", _plain(DataNotReady)),
    )
)

_GATEWAY: Final[dict[str, _Factory]] = {
    "ACCESS_DENIED": _plain(AccessDeniedError),
    "PDL_NOT_FOUND": _plain(AccessDeniedError),
    "RATE_LIMIT_EXCEEDED": _gateway_quota,
    "DATE_TOO_OLD": _before_activation,
    "NO_DATA": _plain(DataNotReady),
    "NOT_FOUND": _plain(DataNotReady),
    "PARTIAL_DATA": _plain(DataNotReady),
    **dict.fromkeys(
        (
            "INVALID_DATE_RANGE",
            "INVALID_DATE_FORMAT",
            "INVALID_DATE",
            "INVALID_PRICING_OPTION",
            "INVALID_PDL_TYPE",
            "INVALID_LINK",
            "INVALID_FORMAT",
            "MISSING_FIELD",
            "OFFER_NOT_FOUND",
            "PDL_EXISTS",
            "FORBIDDEN",
        ),
        _plain(RequestRejected),
    ),
    # ENEDIS_ERROR without a known Enedis code, ENEDIS_UNAVAILABLE, FORECAST_ERROR, RTE_API_ERROR,
    # ZEN_FLEX_SOURCE_ERROR, SERVER_ERROR, INTERNAL_ERROR and every code to come: no answer, so patience.
}


def refusal(code: str | None, message: str | None, now: datetime) -> GatewayError:
    """The typed error of a code and its words, either of which may be missing; `now` is aware UTC.

    The error's own code is Enedis' where there is one, else the gateway's.
    """
    words = safe_message(message or code or "The gateway refused and did not say why")
    if code in _GATEWAY and code != "NO_DATA":
        return _GATEWAY[code](words, code, now)
    said = f"{code or ''} {message or ''}"
    for pattern, factory in _ENEDIS:
        if found := pattern.search(said):
            return factory(words, _own_code(found[0], code), now)
    factory = _GATEWAY.get(code or "", _plain(GatewayUnavailable))
    return factory(words, code or "UNKNOWN", now)


def safe_message(message: str) -> str:
    """One line of bounded length without addresses of machines nor numbers of usage points."""
    line = " ".join(message.encode("utf-8", "replace").decode().split())
    line = _USAGE_POINT.sub("[usage point]", _ADDRESS.sub("[address]", line))
    return line if len(line) <= _LONGEST_MESSAGE else line[: _LONGEST_MESSAGE - 1] + "…"


def next_utc_midnight(now: datetime) -> datetime:
    """When the gateway's own counters restart."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def next_hour(now: datetime) -> datetime:
    """When Enedis' hourly quota restarts."""
    return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def _own_code(found: str, code: str | None) -> str:
    """`ADAM-DC-0008` as Enedis writes it; the envelope's code where the words matched without being a code."""
    return code or found if " " in found else found


def _oldest_day(message: str) -> date | None:
    found = _OLDEST.search(message)
    return leading_day(found[1]) if found else None
