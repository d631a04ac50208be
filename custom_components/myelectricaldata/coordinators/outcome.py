"""What an outcome of the gateway means to the user: which repair issue, which translated error."""

from datetime import timedelta

from homeassistant.exceptions import HomeAssistantError

from ..const import DOMAIN
from ..energy.calendar import days_between
from ..feeds import Kind, daily_feed
from ..gateway.errors import (
    AccessDeniedError,
    AuthenticationError,
    ConsentError,
    CustomerMovedError,
    DataNotReady,
    GatewayError,
    QuotaError,
    RequestRejected,
)
from ..issues import IssueKind
from ..plan import Situation

CONSENT_ISSUES = (IssueKind.CONSENT_EXPIRED, IssueKind.CUSTOMER_MOVED, IssueKind.ACCESS_DENIED)
DAYS_WITHOUT_CURVE = 3


def consent_issue(err: GatewayError) -> IssueKind | None:
    """The issue that tells what to do about a refused usage point."""
    match err:
        case CustomerMovedError():
            return IssueKind.CUSTOMER_MOVED
        case AccessDeniedError():
            return IssueKind.ACCESS_DENIED
        case ConsentError():
            return IssueKind.CONSENT_EXPIRED
        case _:
            return None


def translated(err: GatewayError, name: str) -> HomeAssistantError | None:
    """The error that a user who asked for something gets to read; None for "nothing yet", which is no error."""
    match err:
        case DataNotReady():
            return None
        case AuthenticationError():
            key = "auth_failed"
        case ConsentError():
            key = "consent"
        case QuotaError():
            key = "budget_spent"
        case RequestRejected():
            key = "request_rejected"
        case _:
            key = "gateway_unavailable"
    return HomeAssistantError(
        translation_domain=DOMAIN, translation_key=key, translation_placeholders={"name": name, "reason": err.message}
    )


def curve_is_missing(situation: Situation) -> bool:
    """Whether indexes have come for three days and no load curve for a month: recording is not activated at Enedis."""
    for feed in situation.feeds:
        history = situation.history(feed)
        if feed.kind is not Kind.CURVE or history.finished_on is None or situation.curve_is_delivered(feed):
            continue
        daily = daily_feed(feed.direction)
        last = situation.yesterday - timedelta(days=1)
        first = last - timedelta(days=DAYS_WITHOUT_CURVE - 1)
        if all(situation.known(daily, day) for day in days_between(first, last)):
            return True
    return False
