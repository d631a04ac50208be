"""Contributing to the catalogue: one POST over real HTTP, never a second one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web

from custom_components.myelectricaldata.gateway.budget import CallBudget
from custom_components.myelectricaldata.gateway.client import GatewayClient
from custom_components.myelectricaldata.gateway.errors import (
    AuthenticationError,
    GatewayUnavailable,
    GatewayUnreachable,
    QuotaError,
    RequestRejected,
)
from custom_components.myelectricaldata.gateway.models import ContributionType, OfferContribution, OfferVariant
from tests.simulators.gateway import GatewaySimulator
from tests.simulators.households import demo_account_households
from tests.simulators.offers import provider_id

from .bodies import envelope, failure
from .conftest import NOW, SECRET, FakeGateway

OFFER = OfferContribution(
    contribution_type=ContributionType.NEW_OFFER,
    provider_id=provider_id(0),
    offer_name="Rive Neuve",
    offer_type="HC_HP",
    price_sheet_url="https://deux-rives.example/grille.pdf",
    valid_from=date(2026, 12, 1),
    offpeak_schedules={"monday": "22:30-06:30"},
    variants=(
        OfferVariant(
            power_kva=Decimal(6),
            subscription_price=Decimal("15.90"),
            prices={"hc_price": Decimal("0.15920"), "hp_price": Decimal("0.21390")},
        ),
        OfferVariant(power_kva=Decimal(9), subscription_price=Decimal("19.85"), prices={"hc_price": Decimal("0.16")}),
    ),
)
RECEIPT = envelope({"id": "c1", "message": "Merci."})


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[GatewaySimulator]:
    async with GatewaySimulator([], now=lambda: NOW) as running:
        yield running


async def test_an_offer_arrives_whole_and_is_listed_among_the_accounts_own(
    simulator: GatewaySimulator, make_client: Callable[..., GatewayClient], budget: CallBudget
) -> None:
    client = make_client(simulator.base_url, client_secret=simulator.client_secret)
    receipt = await client.async_contribute(OFFER)
    assert receipt.message is not None
    assert "soumise" in receipt.message
    (row,) = simulator.contributions.rows
    assert row["id"] == receipt.contribution_id
    assert (row["existing_provider_name"], row["valid_from"]) == ("Énergie des Deux Rives", "2026-12-01")
    assert row["power_variants"] == [
        {"power_kva": 6, "subscription_price": 15.9, "hc_price": 0.1592, "hp_price": 0.2139},
        {"power_kva": 9, "subscription_price": 19.85, "hc_price": 0.16},
    ]
    assert row["hc_schedules"] == {"monday": "22:30-06:30"}
    (mine,) = await client.async_contributions()
    assert (mine.contribution_id, mine.status) == (receipt.contribution_id, "pending")
    assert budget.spent(NOW) == 0
    assert client.last_success == NOW


async def test_the_request_is_json_with_the_accounts_secret_and_holds_only_what_is_known(
    client: GatewayClient, gateway: FakeGateway
) -> None:
    sent: list[dict[str, Any]] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        sent.append(await request.json())
        return web.json_response(RECEIPT, status=201)

    gateway.answers(handler)
    new = replace(
        OFFER,
        contribution_type=ContributionType.NEW_PROVIDER,
        provider_id=None,
        provider_name="Neuve",
        valid_from=None,
        offpeak_schedules={},
        variants=(replace(OFFER.variants[1], power_kva=Decimal("9.5")),),
    )
    assert (await client.async_contribute(new)).contribution_id == "c1"
    (request,) = gateway.requests
    assert (request.method, request.path_qs) == ("POST", "/api/energy/contribute")
    assert request.headers["Authorization"] == f"Bearer {SECRET}"
    assert sent == [
        {
            "contribution_type": "NEW_PROVIDER",
            "provider_name": "Neuve",
            "offer_name": "Rive Neuve",
            "offer_type": "HC_HP",
            "price_sheet_url": "https://deux-rives.example/grille.pdf",
            "power_variants": [{"power_kva": 9.5, "subscription_price": 19.85, "hc_price": 0.16}],
        }
    ]


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        ((201, failure("MISSING_FIELD", "La fiche des prix manque")), RequestRejected, "MISSING_FIELD"),
        ((403, {"detail": "Le compte de démonstration est en lecture seule"}), RequestRejected, "403"),
        ((401, {"detail": "Invalid"}), AuthenticationError, "401"),
        ((404, {"detail": "Not Found"}), RequestRejected, "404"),
        ((429, {"detail": "Too many"}), QuotaError, "429"),
        ((500, failure("INTERNAL_ERROR")), GatewayUnavailable, "INTERNAL_ERROR"),
        ((502, b"<html>Bad Gateway</html>"), GatewayUnavailable, "502"),
        ((201, envelope({"message": "Merci."})), GatewayUnavailable, "UNREADABLE"),
        ((201, b"not JSON"), GatewayUnavailable, "UNREADABLE"),
    ],
)
async def test_whatever_the_answer_the_offer_is_sent_once(
    client: GatewayClient, gateway: FakeGateway, pauses: list[float], answer: object, error: type[Exception], code: str
) -> None:
    gateway.answers(answer)
    with pytest.raises(error) as caught:
        await client.async_contribute(OFFER)
    assert getattr(caught.value, "code", None) == code
    assert len(gateway.requests) == 1
    assert pauses == []
    assert client.last_error is not None


async def test_a_connection_that_breaks_is_not_tried_again(client: GatewayClient, gateway: FakeGateway) -> None:
    async def drop(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        await asyncio.sleep(0)
        return web.Response()

    gateway.answers(envelope([]), drop)
    await client.async_providers()  # the connection is a reused one, which aiohttp would open again for a GET
    with pytest.raises(GatewayUnreachable):
        await client.async_contribute(OFFER)
    assert len(gateway.requests) == 2


async def test_the_demonstration_account_may_not_contribute(
    socket_enabled: None, make_client: Callable[..., GatewayClient]
) -> None:
    async with GatewaySimulator(demo_account_households(), now=lambda: NOW) as simulator:
        client = make_client(simulator.base_url, client_secret=simulator.client_secret)
        with pytest.raises(RequestRejected, match="lecture seule"):
            await client.async_contribute(OFFER)


@pytest.mark.parametrize(
    ("contribution", "words"),
    [
        (replace(OFFER, offer_name=" "), "offer_name"),
        (replace(OFFER, offer_type=""), "offer_type"),
        (replace(OFFER, price_sheet_url=""), "price_sheet_url"),
        (replace(OFFER, variants=()), "power_variants"),
        (replace(OFFER, provider_id=None), "provider_name"),
        (replace(OFFER, contribution_type=ContributionType.UPDATE_OFFER), "existing_offer_id"),
        (replace(OFFER, variants=(replace(OFFER.variants[0], prices={"name": Decimal(1)}),)), "name"),
        (replace(OFFER, variants=(replace(OFFER.variants[0], prices={"subscription_price": Decimal(1)}),)), "subscr"),
        (replace(OFFER, variants=(replace(OFFER.variants[0], prices={"hc_price": Decimal("NaN")}),)), "hc_price"),
        (replace(OFFER, variants=(replace(OFFER.variants[0], power_kva=Decimal("Infinity")),)), "power_kva"),
    ],
)
async def test_what_the_gateway_would_stumble_over_is_not_sent(
    client: GatewayClient, gateway: FakeGateway, contribution: OfferContribution, words: str
) -> None:
    with pytest.raises(RequestRejected, match=words):
        await client.async_contribute(contribution)
    assert gateway.requests == []


async def test_an_unusable_secret_sends_nothing(
    gateway: FakeGateway, make_client: Callable[..., GatewayClient]
) -> None:
    with pytest.raises(AuthenticationError):
        await make_client(gateway.base_url, client_secret=" ").async_contribute(OFFER)
    assert gateway.requests == []
