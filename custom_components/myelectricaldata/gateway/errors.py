"""What can go wrong between us and the gateway: one small tree, no Home Assistant.

Every message is safe to show and to log: no secret, no host name of a third party.
"""

from datetime import date, datetime


class GatewayError(Exception):
    """Anything that a call to the gateway can end in, other than an answer."""

    def __init__(self, message: str, *, code: str | None = None) -> None:
        """Keep the gateway's own error code (`ENEDIS_ERROR`, `ADAM-DC-0008`, …) beside the words."""
        super().__init__(message)
        self.message = message
        self.code = code


class AuthenticationError(GatewayError):
    """The gateway does not know this secret, or the account is inactive (HTTP 401 and 403)."""


class ConsentError(GatewayError):
    """Enedis refuses this usage point: consent expired or revoked, or its holder has moved."""


class ConsentExpiredError(ConsentError):
    """ADAM-DC-0008: the consent was revoked or has expired."""


class CustomerMovedError(ConsentError):
    """ADAM-DC-0007: the account's owner no longer holds this usage point."""


class AccessDeniedError(ConsentError):
    """ACCESS_DENIED: the usage point is unknown, inactive, or belongs to another account."""


class QuotaError(GatewayError):
    """The gateway's daily quota or Enedis' hourly one is used up."""

    def __init__(self, message: str, *, code: str | None = None, retry_after: datetime | None = None) -> None:
        """`retry_after` (aware UTC) is when asking again makes sense; None when nothing says so."""
        super().__init__(message, code=code)
        self.retry_after = retry_after


class GatewayUnavailable(GatewayError):
    """No usable answer: transport, time-out, 5xx, not JSON, truncated, or a shape that nobody knows."""


class GatewayUnreachable(GatewayUnavailable):
    """Nothing came back at all: no network, no such host, no TLS, or not in time."""


class DataNotReady(GatewayError):
    """The gateway answered that it has no data for these days (yet)."""


class RequestRejected(GatewayError):
    """The gateway refuses this very question, and would again."""


class BeforeActivation(RequestRejected):
    """ADAM-ERR0123 and kin: the days asked lie before the meter's activation, the consent, or the kept history."""

    def __init__(self, message: str, *, code: str | None = None, oldest: date | None = None) -> None:
        """`oldest` is the first day that the gateway says it can serve, when it says so."""
        super().__init__(message, code=code)
        self.oldest = oldest


class WrongDirection(RequestRejected):
    """ADAM-ERR0069: consumption asked of a production-only usage point, or the inverse."""
