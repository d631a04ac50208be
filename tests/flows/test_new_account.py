"""The account's flow, over real HTTP, against the simulated gateway."""

from datetime import UTC, datetime
from unittest.mock import AsyncMock

import pytest
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.myelectricaldata.const import DEFAULT_BASE_URL
from custom_components.myelectricaldata.flows import account_check
from tests.flows.rig import FLAT, SOLAR, account_entry, account_form, labels, submit_account, ticked
from tests.simulators.faults import Fault
from tests.simulators.gateway import GatewaySimulator
from tests.simulators.households import Household, zoo


async def test_an_account_becomes_an_entry_with_the_ticked_usage_points(
    hass: HomeAssistant, simulator: GatewaySimulator, setup_entry: AsyncMock
) -> None:
    choice = await submit_account(hass, account_form(simulator, client_secret=f"  {simulator.client_secret}\n"))
    assert choice["step_id"] == "usage_points"
    assert labels(choice) == {
        SOLAR: f"Maison ({SOLAR}) · 9\u00a0kVA · consumption and injection",
        FLAT: f"Appartement ({FLAT}) · 6\u00a0kVA · consumption",
    }
    assert sorted(ticked(choice)) == [FLAT, SOLAR]

    created = await hass.config_entries.flow.async_configure(choice["flow_id"], {"usage_points": [SOLAR]})
    await hass.async_block_till_done()

    assert created["type"] is FlowResultType.CREATE_ENTRY
    entry = created["result"]
    assert entry.title == "MyElectricalData"
    assert (entry.version, entry.minor_version, entry.unique_id) == (10, 1, simulator.client_id)
    assert dict(entry.data) == {
        "client_id": simulator.client_id,
        "client_secret": simulator.client_secret,
        "base_url": simulator.base_url,
    }
    (subentry,) = entry.subentries.values()
    assert (subentry.subentry_type, subentry.title, subentry.unique_id) == (
        "usage_point",
        "Maison",
        f"usage_point_{SOLAR}",
    )
    assert dict(subentry.data) == {
        "pdl": SOLAR,
        "has_consumption": True,
        "has_production": True,
        "offpeak": [{"season": "all", "windows": ["01:30-07:00", "12:30-15:00"]}],
    }
    assert setup_entry.call_count == 1


async def test_the_check_costs_one_contract_call_for_each_active_usage_point(
    hass: HomeAssistant, simulator: GatewaySimulator
) -> None:
    simulator.households.append(Household(pdl="22516914714285", name="Garage", active=False))
    await submit_account(hass, account_form(simulator))
    counted = sorted(call.path for call in simulator.calls if call.counted)
    assert counted == [f"/enedis/contract/{FLAT}", f"/enedis/contract/{SOLAR}"]
    assert {call.path for call in simulator.calls if not call.counted} == {"/accounts/me", "/pdl"}


async def test_what_stands_in_the_way_is_shown_and_not_ticked(hass: HomeAssistant, socket_enabled: None) -> None:
    today = datetime.now(UTC).date()
    quotas = ("22516914714278", "22516914714290")
    async with GatewaySimulator([home for home in zoo(today) if home.pdl not in quotas]) as simulator:
        choice = await submit_account(hass, account_form(simulator))
    shown = labels(choice)
    assert shown["22516914714274"] == "Consentement expiré (22516914714274) · consumption · consent expired"
    assert shown["22516914714275"].endswith("contract ended: the holder has moved")
    assert shown["22516914714285"].endswith("consumption · inactive at the gateway")
    assert shown["22516914714281"] == "Production seule (22516914714281) · 9\u00a0kVA · injection"
    assert shown["22516914714284"] == "Unnamed usage point (22516914714284) · 3\u00a0kVA · consumption"
    assert shown["22516914714282"].endswith("consent not verified")
    assert set(shown) - set(ticked(choice)) == {"22516914714274", "22516914714275", "22516914714285"}


async def test_an_outage_of_one_usage_point_leaves_the_others_verified(
    hass: HomeAssistant, simulator: GatewaySimulator
) -> None:
    simulator.household(FLAT).outage = "enedis_500"
    simulator.household(SOLAR).consent = "expired"
    shown = labels(await submit_account(hass, account_form(simulator)))
    assert shown[FLAT].endswith("consent not verified")
    assert shown[SOLAR].endswith("consent expired")


async def test_once_a_quota_is_met_no_other_consent_is_asked_for(hass: HomeAssistant, socket_enabled: None) -> None:
    homes = [Household(pdl=f"2251691471428{last}", display_order=last) for last in (1, 2, 3)]
    async with GatewaySimulator(homes) as simulator:
        simulator.inject(Fault(kind="enedis_quota", pdl=homes[1].pdl))
        choice = await submit_account(hass, account_form(simulator))
    assert [label.endswith("consent not verified") for label in labels(choice).values()] == [False, True, True]
    assert sum(call.counted for call in simulator.calls) == 2
    assert len(ticked(choice)) == 3


async def test_a_usage_point_that_the_gateway_refuses_says_so(hass: HomeAssistant, simulator: GatewaySimulator) -> None:
    body = {"success": False, "data": None, "error": {"code": "ACCESS_DENIED", "message": "no", "field": None}}
    simulator.inject(Fault(kind="wrong_json", route="/enedis/contract", pdl=FLAT, body=body))
    assert labels(await submit_account(hass, account_form(simulator)))[FLAT].endswith("refused by the gateway")


async def test_a_gateway_too_slow_to_verify_consents_keeps_nobody_waiting(
    hass: HomeAssistant, simulator: GatewaySimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_check, "PROBE_SECONDS", 0.2)
    simulator.inject(Fault(kind="hang", route="/enedis/contract", times=None))
    choice = await submit_account(hass, account_form(simulator))
    assert all(label.endswith("consent not verified") for label in labels(choice).values())
    assert sorted(ticked(choice)) == [FLAT, SOLAR]


async def test_a_gateway_that_never_answers_is_given_up_in_time(
    hass: HomeAssistant, simulator: GatewaySimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_check, "CHECK_SECONDS", 0.2)
    simulator.inject(Fault(kind="hang", times=None))
    refused = await submit_account(hass, account_form(simulator))
    assert refused["errors"] == {"base": "cannot_connect"}


async def test_the_entry_of_another_integration_of_this_domain_is_left_alone(
    hass: HomeAssistant, simulator: GatewaySimulator
) -> None:
    foreign = MockConfigEntry(
        domain="myelectricaldata",
        version=3,
        title="Linky",
        data={"pdl": FLAT, "token": "abc"},
        subentries_data=[ConfigSubentryData(data={"prm": FLAT}, subentry_type="usage_point", title="x", unique_id="x")],
    )
    foreign.add_to_hass(hass)
    choice = await submit_account(hass, account_form(simulator))
    assert set(labels(choice)) == {FLAT, SOLAR}
    created = await hass.config_entries.flow.async_configure(choice["flow_id"], {"usage_points": [FLAT]})
    assert created["title"] == "MyElectricalData"


async def test_a_gateway_that_dies_while_consents_are_verified_still_lets_one_choose(
    hass: HomeAssistant, simulator: GatewaySimulator
) -> None:
    simulator.inject(Fault(kind="reset", route="/enedis/contract", times=None))
    choice = await submit_account(hass, account_form(simulator))
    assert all(label.endswith("consent not verified") for label in labels(choice).values())
    assert {call.path.rpartition("/")[2] for call in simulator.calls if "contract" in call.path} in ({FLAT}, {SOLAR})


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(kind="reset", times=None), "cannot_connect"),
        (Fault(kind="unauthorized", times=None), "invalid_auth"),
        (Fault(kind="html", times=None), "unexpected_answer"),
        (Fault(kind="html", status=502, times=None), "unexpected_answer"),
        (Fault(kind="truncated", times=None), "unexpected_answer"),
        (Fault(kind="null_body", times=None), "unexpected_answer"),
        (Fault(kind="redirect", times=None), "unexpected_answer"),
        (Fault(kind="status", status=404, times=None), "unexpected_answer"),
        (Fault(kind="status", status=429, times=None), "quota"),
    ],
)
async def test_each_way_to_fail_has_its_own_words_and_can_be_corrected(
    hass: HomeAssistant, simulator: GatewaySimulator, fault: Fault, error: str
) -> None:
    simulator.inject(fault)
    refused = await submit_account(hass, account_form(simulator))
    assert refused["type"] is FlowResultType.FORM
    assert refused["errors"] == {"base": error}

    simulator.clear_faults()
    choice = await hass.config_entries.flow.async_configure(refused["flow_id"], account_form(simulator))
    assert choice["step_id"] == "usage_points"


async def test_a_wrong_secret_is_told_apart_from_a_secret_of_another_account(
    hass: HomeAssistant, simulator: GatewaySimulator
) -> None:
    wrong = await submit_account(hass, account_form(simulator, client_secret="x" * 86))
    assert wrong["errors"] == {"base": "invalid_auth"}
    form = account_form(simulator, client_id="cli_of_somebody_else")
    mixed = await hass.config_entries.flow.async_configure(wrong["flow_id"], form)
    assert mixed["errors"] == {"base": "client_id_mismatch"}


async def test_a_deactivated_account_is_refused(hass: HomeAssistant, simulator: GatewaySimulator) -> None:
    simulator.account.active = False
    refused = await submit_account(hass, account_form(simulator))
    assert refused["errors"] == {"base": "account_inactive"}


async def test_an_account_without_usage_point_is_told_to_add_one(hass: HomeAssistant, socket_enabled: None) -> None:
    async with GatewaySimulator([]) as simulator:
        refused = await submit_account(hass, account_form(simulator))
    assert refused["errors"] == {"base": "no_usage_points"}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "  "}, "malformed_credentials"),
        ({"client_secret": "two words"}, "malformed_credentials"),
        ({"client_secret": "clé"}, "malformed_credentials"),
        ({"base_url": "not an address"}, "base_url_invalid"),
        ({"base_url": "http://[::1/api"}, "base_url_invalid"),
        ({"base_url": "ftp://gateway.example/api"}, "base_url_invalid"),
        ({"base_url": "https://user:pass@gateway.example/api"}, "base_url_invalid"),
        ({"base_url": "https://gateway.example/api?x=1"}, "base_url_invalid"),
        ({"base_url": "https://gateway.example/api#top"}, "base_url_invalid"),
        ({"base_url": "http://gateway.example/api"}, "base_url_insecure"),
        ({"base_url": "http://8.8.8.8/api"}, "base_url_insecure"),
    ],
)
async def test_what_cannot_be_right_is_refused_without_a_call(
    hass: HomeAssistant, simulator: GatewaySimulator, changes: dict[str, str], error: str
) -> None:
    refused = await submit_account(hass, account_form(simulator, **changes))
    assert refused["errors"] == {"base": error}
    assert simulator.calls == []


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (f" {DEFAULT_BASE_URL}/ ", DEFAULT_BASE_URL),
        ("http://127.0.0.1:8124/api", "http://127.0.0.1:8124/api"),
        ("http://192.168.1.20/api/", "http://192.168.1.20/api"),
        ("http://[fd00::1]:8081/api", "http://[fd00::1]:8081/api"),
        ("http://gateway:8081", "http://gateway:8081"),
        ("http://nas.local/api", "http://nas.local/api"),
    ],
)
def test_plain_http_is_for_the_own_network_only(written: str, kept: str) -> None:
    assert account_check.checked_base_url(written) == kept


async def test_nothing_ticked_is_asked_again(hass: HomeAssistant, simulator: GatewaySimulator) -> None:
    choice = await submit_account(hass, account_form(simulator))
    again = await hass.config_entries.flow.async_configure(choice["flow_id"], {"usage_points": []})
    assert again["errors"] == {"base": "nothing_selected"}
    created = await hass.config_entries.flow.async_configure(again["flow_id"], {"usage_points": [FLAT]})
    assert created["type"] is FlowResultType.CREATE_ENTRY


async def test_the_same_account_twice_is_refused_before_any_call(
    hass: HomeAssistant, simulator: GatewaySimulator
) -> None:
    account_entry(simulator).add_to_hass(hass)
    result = await submit_account(hass, account_form(simulator))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert simulator.calls == []


async def test_a_usage_point_is_followed_under_one_account_only(
    hass: HomeAssistant, simulator: GatewaySimulator
) -> None:
    first = await submit_account(hass, account_form(simulator))
    await hass.config_entries.flow.async_configure(first["flow_id"], {"usage_points": [SOLAR]})
    async with GatewaySimulator(simulator.households, client_id="cli_second_account_1234") as other:
        choice = await submit_account(hass, account_form(other))
        assert list(labels(choice)) == [FLAT]
        created = await hass.config_entries.flow.async_configure(choice["flow_id"], {"usage_points": [FLAT]})
        assert created["title"] == "MyElectricalData (…1234)"
    async with GatewaySimulator(simulator.households, client_id="cli_third_account") as third:
        result = await submit_account(hass, account_form(third))
        assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "all_configured")


async def test_a_usage_point_whose_directions_are_not_known_yet_is_shown_by_name(
    hass: HomeAssistant, simulator: GatewaySimulator
) -> None:
    simulator.household(FLAT).consumption = False
    label = labels(await submit_account(hass, account_form(simulator)))[FLAT]
    assert label == f"Appartement ({FLAT}) · 6\u00a0kVA · consent not verified"


async def test_a_contract_that_says_nothing_of_offpeak_hours_prefills_none(
    hass: HomeAssistant, socket_enabled: None
) -> None:
    home = Household(pdl=FLAT, name=None, offpeak=None, offpeak_shape="null", comptage=False)
    async with GatewaySimulator([home]) as simulator:
        choice = await submit_account(hass, account_form(simulator))
        created = await hass.config_entries.flow.async_configure(choice["flow_id"], {"usage_points": [FLAT]})
    (subentry,) = created["result"].subentries.values()
    assert subentry.title == FLAT
    assert subentry.data["offpeak"] == []


async def test_french_labels(hass: HomeAssistant, simulator: GatewaySimulator) -> None:
    hass.config.language = "fr"
    simulator.household(FLAT).consent = "expired"
    shown = labels(await submit_account(hass, account_form(simulator)))
    assert shown[SOLAR] == f"Maison ({SOLAR}) · 9\u00a0kVA · consommation et injection"
    assert shown[FLAT].endswith("consentement expiré")
