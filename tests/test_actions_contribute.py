"""`contribute`: what reaches the simulated gateway, and what is refused before anything does."""

from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from pytest_homeassistant_custom_component.common import MockUser
from voluptuous import Invalid

from custom_components.myelectricaldata.const import DOMAIN
from tests.account import Account, account_entry, paris
from tests.conftest import OpenAccount
from tests.simulators.faults import Fault
from tests.simulators.gateway import GatewaySimulator
from tests.simulators.households import Household
from tests.simulators.offers import provider_id

pytestmark = pytest.mark.long

HOUSE = "22516914714271"
NOW = paris(2026, 11, 21, 14)
SHEET = "https://deux-rives.example/tarifs.pdf"
OFFER: dict[str, Any] = {
    "contribution_type": "new_offer",
    "provider": "énergie des deux rives",
    "offer_name": "Rive Douce",
    "offer_type": "hc_hp",
    "price_sheet_url": SHEET,
    "power_variants": [
        {"power_kva": 6, "subscription_price": "16.02", "hc_price": 0.1501, "hp_price": 0.2101},
        {"power_kva": 9, "subscription_price": 20.1, "hc_price": 0.1501, "hp_price": 0.2101},
    ],
}


async def open_one(open_account: OpenAccount) -> Account:
    household = Household(pdl=HOUSE, name="Maison", activation=date(2026, 11, 15))
    account = await open_account(NOW, household)
    account.simulator.clear_calls()
    return account


async def contribute(hass: HomeAssistant, context: Context | None = None, **data: Any) -> dict[str, Any]:
    response = await hass.services.async_call(
        DOMAIN, "contribute", {**OFFER, **data}, blocking=True, return_response=True, context=context
    )
    assert response is not None
    return dict(response)


def posts(account: Account) -> int:
    return sum(call.path.endswith("/energy/contribute") for call in account.simulator.calls)


async def test_a_new_offer_arrives_as_it_was_given(open_account: OpenAccount, hass: HomeAssistant) -> None:
    account = await open_one(open_account)
    answer = await contribute(
        hass, description="Nuits douces", valid_from="2026-12-01", hc_schedules={"monday": "22h30-6h30, 12:00-14:00"}
    )
    (row,) = account.simulator.contributions.rows
    assert answer["contribution_id"] == row["id"]
    assert "soumise" in answer["message"]
    assert row["contribution_type"] == "NEW_OFFER"
    assert row["existing_provider_id"] == provider_id(0)
    assert (row["offer_name"], row["offer_type"], row["price_sheet_url"]) == ("Rive Douce", "HC_HP", SHEET)
    assert (row["description"], str(row["valid_from"])[:10]) == ("Nuits douces", "2026-12-01")
    assert row["hc_schedules"] == {"monday": "12:00-14:00,22:30-06:30"}
    assert row["power_variants"] == [
        {"power_kva": 6, "subscription_price": 16.02, "hc_price": 0.1501, "hp_price": 0.2101},
        {"power_kva": 9, "subscription_price": 20.1, "hc_price": 0.1501, "hp_price": 0.2101},
    ]
    assert posts(account) == 1


async def test_an_update_names_the_row_that_it_is_about(
    open_account: OpenAccount, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await open_one(open_account)
    bodies: list[Any] = []
    client = account.entry.runtime_data.client
    send = client.async_contribute

    async def noted(contribution: Any) -> Any:
        bodies.append(contribution)
        return await send(contribution)

    monkeypatch.setattr(client, "async_contribute", noted)
    await contribute(hass, contribution_type="update_offer", offer_name="rive creuse", provider=provider_id(0))
    rows = account.simulator.offers.rows(NOW)
    (row,) = [row for row in rows if row["name"] == "Rive Creuse" and row["power_kva"] == 6]
    (body,) = bodies
    assert (body.offer_id, body.provider_id) == (row["id"], provider_id(0))
    # A power that the catalogue does not have yet is an update of the offer all the same.
    variant = {"power_kva": 36, "subscription_price": 60, "hc_price": 0.15, "hp_price": 0.21}
    await contribute(hass, contribution_type="update_offer", offer_name="Rive Creuse", power_variants=[variant])
    assert bodies[1].offer_id in {row["id"] for row in rows if row["name"] == "Rive Creuse"}


async def test_a_new_supplier_comes_with_its_website(open_account: OpenAccount, hass: HomeAssistant) -> None:
    account = await open_one(open_account)
    await contribute(
        hass, contribution_type="new_provider", provider="Soleil du Midi", provider_website="https://soleil.example"
    )
    (row,) = account.simulator.contributions.rows
    assert (row["provider_name"], row["provider_website"]) == ("Soleil du Midi", "https://soleil.example")
    assert row["existing_provider_id"] is None


def variant(**changes: Any) -> dict[str, Any]:
    """The prices for 6 kVA with changes; what is None is left out."""
    changed = {**OFFER["power_variants"][0], **changes}
    return {"power_variants": [{key: value for key, value in changed.items() if value is not None}]}


FLEX = {"hc_price": None, "hp_price": None, "hc_price_winter": 0.2, "hc_price_summer": 0.2, "hp_price_summer": 0.2}
BEFORE_ANY_CALL: list[tuple[str, str, dict[str, Any]]] = [
    ("contribution_field_missing", "offer_name", {"offer_name": "  "}),
    ("contribution_field_missing", "provider_website", {"contribution_type": "new_provider", "provider": "Neuf"}),
    ("contribution_field_missing", "power_variants", {"power_variants": []}),
    ("contribution_field_missing", "power_kva", variant(power_kva=None)),
    ("contribution_field_missing", "subscription_price", variant(subscription_price=None)),
    ("contribution_no_address", "price_sheet_url", {"price_sheet_url": "deux-rives.example/tarifs"}),
    ("contribution_no_address", "price_sheet_url", {"price_sheet_url": "ftp://deux-rives.example"}),
    ("contribution_no_address", "price_sheet_url", {"price_sheet_url": "https://[bad"}),
    ("contribution_no_address", "price_sheet_url", {"price_sheet_url": "https://intranet/tarifs"}),
    ("contribution_no_hours", "hc_schedules.monday", {"hc_schedules": {"monday": "la nuit"}}),
    ("contribution_not_positive", "hp_price", variant(hp_price=0)),
    ("contribution_not_positive", "hp_price", variant(hp_price=-0.1)),
    ("contribution_not_positive", "hc_price", variant(hc_price="cheap")),
    ("contribution_unknown_power", "power_kva", variant(power_kva=7)),
    ("contribution_power_twice", "power_kva", {"power_variants": [OFFER["power_variants"][0]] * 2}),
    ("contribution_unknown_price", "base_price", variant(base_price=0.2)),
    ("contribution_price_missing", "hc_price", variant(hc_price=None)),
    ("contribution_price_missing", "hp_price_winter", {"offer_type": "zen_flex", **variant(**FLEX)}),
    # Both kinds of days at one price: nobody could tell which of them is which.
    ("contribution_price_missing", "hp_price_summer", {"offer_type": "ZEN_FLEX", **variant(**FLEX, hp_price_winter=0.2)}),
]  # fmt: skip


async def test_what_the_gateway_would_not_take_is_refused_by_its_field_before_it_is_asked(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await open_one(open_account)
    for key, field, wrong in BEFORE_ANY_CALL:
        with pytest.raises(ServiceValidationError) as refused:
            await contribute(hass, **deepcopy(wrong))
        assert refused.value.translation_key == key, wrong
        assert refused.value.translation_placeholders is not None
        assert refused.value.translation_placeholders["field"] == field, wrong
    for malformed in ({"offer_type": "custom"}, {"offer_type": "free"}, {"contribution_type": "delete"}):
        with pytest.raises(Invalid):
            await contribute(hass, **malformed)
    assert account.simulator.calls == []
    # What is optional may be left out.
    seasons = {f"{hours}_price_{season}": 0.2 for hours in ("hc", "hp") for season in ("winter", "summer")}
    await contribute(hass, offer_type="SEASONAL", **variant(hc_price=None, hp_price=None, **seasons))
    weekend = variant(hc_price=None, hp_price=None, base_price=0.2)
    await contribute(hass, offer_type="BASE_WEEKEND", **weekend)
    assert posts(account) == 2


async def test_what_the_catalogue_does_not_have_never_reaches_it(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await open_one(open_account)
    for key, wrong in (
        ("unknown_provider", {"provider": "Personne"}),
        ("contribution_provider_known", {"contribution_type": "new_provider", "provider_website": SHEET}),
        ("contribution_offer_unknown", {"contribution_type": "update_offer"}),
        ("contribution_offer_unknown", {"contribution_type": "update_offer", "offer_name": "Rive Base"}),
    ):
        with pytest.raises(ServiceValidationError) as refused:
            await contribute(hass, **wrong)
        assert refused.value.translation_key == key, wrong
    assert posts(account) == 0


async def test_a_contribution_of_unknown_fate_is_sent_once_and_said_so(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await open_one(open_account)
    account.simulator.inject(Fault(kind="html", status=502, route="/energy/contribute", times=None))
    with pytest.raises(HomeAssistantError) as failed:
        await contribute(hass)
    assert failed.value.translation_key == "contribution_unsure"
    assert posts(account) == 1
    # While the gateway cannot even tell its suppliers, nothing is sent at all.
    account.simulator.inject(Fault(kind="html", status=502, times=None))
    with pytest.raises(HomeAssistantError) as failed:
        await contribute(hass)
    assert failed.value.translation_key == "gateway_unavailable"
    assert posts(account) == 1


async def test_an_account_that_may_only_read_is_told(open_account: OpenAccount, hass: HomeAssistant) -> None:
    account = await open_one(open_account)
    account.simulator.account.demo = True
    with pytest.raises(HomeAssistantError) as failed:
        await contribute(hass)
    assert failed.value.translation_key == "request_rejected"
    assert not hass.config_entries.flow.async_progress()


async def test_the_account_is_named_where_there_are_several_and_only_administrators_speak_for_it(
    open_account: OpenAccount, hass: HomeAssistant, hass_read_only_user: MockUser
) -> None:
    account = await open_one(open_account)
    with pytest.raises(Unauthorized):
        await contribute(hass, Context(user_id=hass_read_only_user.id))
    neighbour = Household(pdl="22516914714299", name="Voisin", activation=date(2026, 11, 15))
    async with GatewaySimulator([neighbour], client_id="cli_other") as simulator:
        entry = account_entry(simulator, [neighbour])
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await account.settle()
        with pytest.raises(ServiceValidationError) as refused:
            await contribute(hass)
        assert refused.value.translation_placeholders == {"field": "account"}
        await contribute(hass, account=entry.entry_id)
        assert len(simulator.contributions.rows) == 1
        await hass.config_entries.async_unload(entry.entry_id)
        await account.settle()
        with pytest.raises(ServiceValidationError) as refused:
            await contribute(hass, account=entry.entry_id)
        assert refused.value.translation_key == "not_loaded"
    assert account.simulator.contributions.rows == []
