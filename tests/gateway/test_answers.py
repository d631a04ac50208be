"""Every way in which the gateway and Enedis refuse ends in the right error, in words that are safe to show."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from custom_components.myelectricaldata.gateway.answers import Reply, is_daily_limit, is_internal_error, read_answer
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
    WrongDirection,
)

from .bodies import PDL, envelope, failure

NOW = datetime(2026, 11, 21, 23, 20, 35, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 22, tzinfo=UTC)


def reply(body: object, status: int = 200, retry_after: timedelta | None = None) -> Reply:
    written = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status=status, body=written, retry_after=retry_after)


def error_of(body: object, status: int = 200, retry_after: timedelta | None = None) -> GatewayError:
    with pytest.raises(GatewayError) as raised:
        read_answer(reply(body, status, retry_after), NOW)
    return raised.value


@pytest.mark.parametrize(
    ("words", "kind", "code"),
    [
        ("ADAM-DC-0008: No consent can be found for this customer.", ConsentExpiredError, "ADAM-DC-0008"),
        ("ADAM-DC-0007: The customer is not owner.", CustomerMovedError, "ADAM-DC-0007"),
        ("ADAM-DC-0009: start before the consent", BeforeActivation, "ADAM-DC-0009"),
        ("ADAM-DC-0015: less than 7 days", RequestRejected, "ADAM-DC-0015"),
        ("ADAM-DC-0016: history deadline", BeforeActivation, "ADAM-DC-0016"),
        ("ADAM-ERR0125: history deadline", BeforeActivation, "ADAM-ERR0125"),
        ("ADAM-ERR0123: before the activation", BeforeActivation, "ADAM-ERR0123"),
        ("ADAM-ERR0069: The measure direction does not match", WrongDirection, "ADAM-ERR0069"),
        ("no_data_found: no measure", DataNotReady, "no_data_found"),
        ("STM-ERR-0000014: nothing", DataNotReady, "STM-ERR-0000014"),
        ("STM-ERR-0000020: nothing", DataNotReady, "STM-ERR-0000020"),
        ("STM-ERR-0000019: unknown", AccessDeniedError, "STM-ERR-0000019"),
        ("Quota Q3 reached: Call threshold allowed on 10:00:00", QuotaError, "ENEDIS_ERROR"),
        ("Quota Q4 reached", QuotaError, "ENEDIS_ERROR"),
        ("ADAM-DC-0500: Technical Exception", GatewayUnavailable, "ADAM-DC-0500"),
        ("STM-ERR-0000001: technical", GatewayUnavailable, "STM-ERR-0000001"),
        ("invalid_request: start date", RequestRejected, "invalid_request"),
        ("Invalid_request: start date", RequestRejected, "Invalid_request"),
        ("invalid_resquest: start date", RequestRejected, "invalid_resquest"),
        ("900908: Resource forbidden", RequestRejected, "900908"),
        ("Something new", GatewayUnavailable, "ENEDIS_ERROR"),
    ],
)
def test_what_enedis_says_is_found_in_the_words(words: str, kind: type[GatewayError], code: str) -> None:
    error = error_of(failure("ENEDIS_ERROR", f"Failed to fetch 2026-11-09 to 2026-11-20: {words}"))
    assert (type(error), error.code) == (kind, code)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ACCESS_DENIED", AccessDeniedError),
        ("ENEDIS_UNAVAILABLE", GatewayUnavailable),
        ("ENEDIS_ERROR", GatewayUnavailable),
        ("RATE_LIMIT_EXCEEDED", QuotaError),
        ("DATE_TOO_OLD", BeforeActivation),
        ("INVALID_DATE_RANGE", RequestRejected),
        ("INVALID_DATE_FORMAT", RequestRejected),
        ("INVALID_DATE", RequestRejected),
        ("NO_DATA", DataNotReady),
        ("PARTIAL_DATA", DataNotReady),
        ("ADAM-ERR0123", BeforeActivation),
        ("PDL_NOT_FOUND", AccessDeniedError),
        ("OFFER_NOT_FOUND", RequestRejected),
        ("MISSING_FIELD", RequestRejected),
        ("FORBIDDEN", RequestRejected),
        ("NOT_FOUND", DataNotReady),
        ("FORECAST_ERROR", GatewayUnavailable),
        ("RTE_API_ERROR", GatewayUnavailable),
        ("ZEN_FLEX_SOURCE_ERROR", GatewayUnavailable),
        ("SERVER_ERROR", GatewayUnavailable),
        ("INTERNAL_ERROR", GatewayUnavailable),
        ("A_CODE_TO_COME", GatewayUnavailable),
    ],
)
def test_the_gateways_own_codes(code: str, kind: type[GatewayError]) -> None:
    error = error_of(failure(code))
    assert (type(error), error.code) == (kind, code)


def test_the_oldest_day_that_can_be_asked_for_is_told() -> None:
    error = error_of(failure("DATE_TOO_OLD", "Start date is too old. Oldest allowed date: 2023-11-21"))
    assert isinstance(error, BeforeActivation)
    assert error.oldest == date(2023, 11, 21)
    failed_not_first_good = error_of(failure("ADAM-ERR0123", "The requested period (2026-09-12) cannot be anterior"))
    assert isinstance(failed_not_first_good, BeforeActivation)
    assert failed_not_first_good.oldest is None


@pytest.mark.parametrize(
    ("body", "status", "after"),
    [
        (failure("RATE_LIMIT_EXCEEDED", "Daily rate limit exceeded (50/50)."), 200, MIDNIGHT),
        (failure("ENEDIS_ERROR", "Quota Q4 reached"), 200, datetime(2026, 11, 22, 0, tzinfo=UTC)),
        ({"detail": "Rate limit exceeded: 50/50 requests today"}, 429, MIDNIGHT),
        ({"detail": "Slow down"}, 429, None),
        (b"<html>", 429, None),
    ],
)
def test_a_quota_says_when_to_come_back(body: object, status: int, after: datetime | None) -> None:
    error = error_of(body, status)
    assert isinstance(error, QuotaError)
    assert error.retry_after == after


def test_a_proxys_retry_after_is_believed() -> None:
    error = error_of(b"busy", 429, retry_after=timedelta(minutes=5))
    assert isinstance(error, QuotaError)
    assert error.retry_after == NOW + timedelta(minutes=5)


def test_of_several_errors_the_one_that_stops_the_usage_point_wins_and_before_activation_loses() -> None:
    joined = "Failed to fetch A: ADAM-ERR0123: before; Failed to fetch B: {}"
    assert isinstance(error_of(failure("ENEDIS_ERROR", joined.format("ADAM-DC-0008: consent"))), ConsentExpiredError)
    assert isinstance(error_of(failure("ENEDIS_ERROR", joined.format("ADAM-DC-0500: oops"))), GatewayUnavailable)
    assert isinstance(error_of(failure("ENEDIS_ERROR", joined.format("502 Bad Gateway"))), GatewayUnavailable)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, {"detail": "Not authenticated"}, AuthenticationError),
        (401, b"<html>", AuthenticationError),
        (403, {"detail": "User account is inactive"}, AuthenticationError),
        (403, b"<html>a firewall, not the gateway</html>", GatewayUnavailable),
        (403, failure("ENEDIS_ERROR", "ADAM-DC-0008"), ConsentExpiredError),
        (400, b"Invalid host header", GatewayUnavailable),
        (400, {"detail": "Date range cannot exceed 365 days"}, RequestRejected),
        (404, {"detail": "Not Found"}, RequestRejected),
        (404, b"<html>", GatewayUnavailable),
        (408, {}, GatewayUnavailable),
        (422, {"detail": []}, RequestRejected),
        (422, [], RequestRejected),
        (500, failure("INTERNAL_ERROR"), GatewayUnavailable),
        (500, b"", GatewayUnavailable),
        (502, b"<html>", GatewayUnavailable),
        (503, {"detail": "maintenance"}, GatewayUnavailable),
        (301, b"", GatewayUnavailable),
        (204, b"", GatewayUnavailable),
    ],
)
def test_statuses(status: int, body: object, kind: type[GatewayError]) -> None:
    assert type(error_of(body, status)) is kind


def test_a_422_names_the_field_and_not_what_was_sent() -> None:
    detail = [{"loc": ["query", "end"], "msg": "Field required", "input": "private"}, {"msg": "bad"}, 5]
    error = error_of({"detail": detail}, 422)
    assert "query.end: Field required; bad" in error.message
    assert "private" not in error.message


@pytest.mark.parametrize(
    "body",
    [b"<html><body>502</body></html>", b"", b'{"success":true,"data":{"a":', b"\xff\xfe", b"[" * 100_000, b"1" * 5000,
     {"success": None}, {"success": "true"}, {"success": 1}],
)  # fmt: skip
def test_what_is_no_answer_is_not_an_empty_answer(body: object) -> None:
    assert type(error_of(body)) is GatewayUnavailable


@pytest.mark.parametrize(
    ("body", "data"),
    [
        (envelope([1]), [1]),
        (envelope(None), None),
        (envelope([], {}), []),
        (envelope([], {"code": None, "message": None}), []),
        ([], []),
        (None, None),
        ({"meter_reading": {}}, {"meter_reading": {}}),
        (b'\xef\xbb\xbf{"success":true,"data":[NaN,1.50]}', [None, "1.50"]),
    ],
)
def test_answers_with_and_without_an_envelope(body: object, data: object) -> None:
    answer = read_answer(reply(body), NOW)
    assert (answer.data, answer.partial) == (data, False)


def test_partial_data_is_an_answer_that_says_so() -> None:
    answer = read_answer(reply(envelope({"meter_reading": {}}, {"code": "PARTIAL_DATA", "message": "Some"})), NOW)
    assert (answer.data, answer.partial) == ({"meter_reading": {}}, True)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (envelope([], {"code": "NO_DATA", "message": "x"}), DataNotReady),
        (envelope([], {"message": "only words"}), GatewayUnavailable),
        (envelope([], {"code": "ENEDIS_ERROR", "message": "ADAM-DC-0008"}), ConsentExpiredError),
        ({"success": False}, GatewayUnavailable),
        ({"success": False, "error": "ADAM-DC-0007: moved"}, CustomerMovedError),
        ({"detail": "no_data_found"}, DataNotReady),
        ({"detail": [{"loc": ["x"], "msg": "y"}]}, GatewayUnavailable),
        ({"error": "ADAM-ERR0123", "error_description": "x"}, BeforeActivation),
        ({"error": {"message": "no_data_found"}}, DataNotReady),
    ],
)
def test_errors_beside_success_and_without_envelope(body: object, kind: type[GatewayError]) -> None:
    assert type(error_of(body)) is kind


def test_messages_hold_no_address_no_usage_point_and_are_short() -> None:
    words = (
        "Failed: Server error '502 Bad Gateway' for url 'https://gateway.example/metering_data_dc/v5?usage_point_id="
        f"{PDL}'\nFor more information check: https://developer.mozilla.org/x. PDL {PDL}. " + "long " * 200
    )
    message = error_of(failure("ENEDIS_ERROR", words)).message
    assert not any(word in message for word in ("gateway.example", "mozilla", PDL, "\n"))
    assert len(message) <= 300
    error_of(b'{"success":false,"error":{"code":"X","message":"\\ud800"}}').message.encode()


def test_what_decides_about_a_retry() -> None:
    assert is_internal_error(reply(failure("INTERNAL_ERROR"), 500))
    assert not is_internal_error(reply(b"<html>", 500))
    assert is_daily_limit(reply({"detail": "Rate limit exceeded: 50/50 requests today"}, 429))
    assert not is_daily_limit(reply({"detail": ["x"]}, 429))
    assert not is_daily_limit(reply(b"<html>", 429))
