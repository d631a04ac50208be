"""What each failure of the gateway means to a person who asked for something."""

import pytest

from custom_components.myelectricaldata.coordinators.outcome import consent_issue, translated
from custom_components.myelectricaldata.gateway.errors import (
    AccessDeniedError,
    AuthenticationError,
    BeforeActivation,
    ConsentExpiredError,
    CustomerMovedError,
    DataNotReady,
    GatewayError,
    GatewayUnavailable,
    QuotaError,
    RequestRejected,
)
from custom_components.myelectricaldata.issues import IssueKind


@pytest.mark.parametrize(
    ("error", "key", "issue"),
    [
        (AuthenticationError("no"), "auth_failed", None),
        (ConsentExpiredError("no"), "consent", IssueKind.CONSENT_EXPIRED),
        (CustomerMovedError("no"), "consent", IssueKind.CUSTOMER_MOVED),
        (AccessDeniedError("no"), "consent", IssueKind.ACCESS_DENIED),
        (QuotaError("no"), "budget_spent", None),
        (RequestRejected("no"), "request_rejected", None),
        (BeforeActivation("no"), "request_rejected", None),
        (GatewayUnavailable("no"), "gateway_unavailable", None),
    ],
)
def test_each_failure_has_its_own_words(error: GatewayError, key: str, issue: IssueKind | None) -> None:
    told = translated(error, "Maison")
    assert told is not None
    assert told.translation_key == key
    assert consent_issue(error) is issue


def test_nothing_published_yet_is_no_failure() -> None:
    assert translated(DataNotReady("not yet"), "Maison") is None
