"""Repair issues: what the user is told, and what "try again" does, against the simulated gateway."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from homeassistant.components.repairs import RepairsFlowResult
from homeassistant.components.repairs.const import DOMAIN as REPAIRS_DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.myelectricaldata.const import DOMAIN, GATEWAY_WEBSITE
from custom_components.myelectricaldata.issues import (
    IssueKind,
    async_clear_issue,
    async_clear_issues,
    async_raise_issue,
    issue_id,
    website_of,
)
from tests.account import Account, paris
from tests.conftest import OpenAccount
from tests.simulators.faults import Fault
from tests.simulators.households import Household

PDL = "22516914714271"
NOW = paris(2026, 11, 21, 12)


@pytest.fixture(autouse=True)
def _no_pauses() -> Iterator[None]:
    """Time stands still in these tests, so a pause between retries would never end."""
    with patch("custom_components.myelectricaldata.gateway.transport._pause", return_value=0):
        yield


def house() -> Household:
    return Household(pdl=PDL, name="Maison", activation=paris(2026, 11, 15).date())


async def start_fix(hass: HomeAssistant, issue: str) -> RepairsFlowResult:
    """Press "Fix" in Settings > Repairs."""
    assert await async_setup_component(hass, REPAIRS_DOMAIN, {})
    manager = hass.data[REPAIRS_DOMAIN]["flow_manager"]
    shown: RepairsFlowResult = await manager.async_init(DOMAIN, data={"issue_id": issue})
    return shown


async def submit(hass: HomeAssistant, shown: RepairsFlowResult) -> RepairsFlowResult:
    manager = hass.data[REPAIRS_DOMAIN]["flow_manager"]
    result: RepairsFlowResult = await manager.async_configure(shown["flow_id"], {})
    return result


def raised(hass: HomeAssistant, account: Account, kind: IssueKind) -> ir.IssueEntry | None:
    return ir.async_get(hass).async_get_issue(DOMAIN, issue_id(account.entry.entry_id, kind, PDL))


async def test_try_again_stays_open_until_the_gateway_agrees(open_account: OpenAccount, hass: HomeAssistant) -> None:
    account = await open_account(NOW, house(), start=False)
    account.simulator.household(PDL).consent = "expired"
    await account.start()
    issue = raised(hass, account, IssueKind.CONSENT_EXPIRED)
    assert issue is not None
    assert (issue.severity, issue.is_fixable, issue.is_persistent) == (ir.IssueSeverity.ERROR, True, True)
    website = account.simulator.base_url.removesuffix("/api")
    assert issue.translation_placeholders == {"name": "Maison", "website": website}
    assert issue.learn_more_url == website

    shown = await start_fix(hass, issue.issue_id)
    assert shown["step_id"] == "confirm"
    assert shown["description_placeholders"]["name"] == "Maison"
    refused = await submit(hass, shown)
    assert refused["errors"] == {"base": "still_refused"}
    assert "Maison" in refused["description_placeholders"]["reason"]
    assert raised(hass, account, IssueKind.CONSENT_EXPIRED) is not None

    account.simulator.household(PDL).consent = "valid"
    done = await submit(hass, refused)
    await account.settle()
    assert done["type"] == "create_entry", done.get("description_placeholders")
    assert raised(hass, account, IssueKind.CONSENT_EXPIRED) is None
    assert account.coordinator(PDL).ledger.days(account.coordinator(PDL).directions[0])


async def test_try_again_of_an_account_that_is_not_running_says_so(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await open_account(NOW, house())
    async_raise_issue(hass, account.entry.entry_id, IssueKind.ACCESS_DENIED, pdl=PDL, name="Maison")
    await hass.config_entries.async_unload(account.entry.entry_id)
    shown = await start_fix(hass, issue_id(account.entry.entry_id, IssueKind.ACCESS_DENIED, PDL))
    assert (await submit(hass, shown))["errors"] == {"base": "not_loaded"}
    assert raised(hass, account, IssueKind.ACCESS_DENIED) is not None


async def test_readings_that_were_set_aside_only_want_to_be_acknowledged(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await open_account(NOW, house())
    account.simulator.clear_calls()
    placeholders = {"file": "readings.corrupt"}
    async_raise_issue(
        hass, account.entry.entry_id, IssueKind.LEDGER_UNREADABLE, pdl=PDL, name="Maison", placeholders=placeholders
    )
    shown = await start_fix(hass, issue_id(account.entry.entry_id, IssueKind.LEDGER_UNREADABLE, PDL))
    assert shown["description_placeholders"]["file"] == "readings.corrupt"
    assert (await submit(hass, shown))["type"] == "create_entry"
    assert raised(hass, account, IssueKind.LEDGER_UNREADABLE) is None
    assert account.simulator.calls == []


async def test_a_gateway_that_breaks_while_trying_again_keeps_the_issue(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await open_account(NOW, house())
    async_raise_issue(hass, account.entry.entry_id, IssueKind.CURVE_NOT_ACTIVATED, pdl=PDL, name="Maison")
    account.simulator.inject(Fault(kind="html", status=502, times=None))
    shown = await start_fix(hass, issue_id(account.entry.entry_id, IssueKind.CURVE_NOT_ACTIVATED, PDL))
    assert (await submit(hass, shown))["errors"] == {"base": "still_refused"}


async def test_an_issue_about_the_account_needs_no_usage_point(hass: HomeAssistant) -> None:
    registry = ir.async_get(hass)
    async_raise_issue(hass, "entry", IssueKind.QUOTA_REACHED, placeholders={"reset": "tomorrow"})
    (issue,) = registry.issues.values()
    assert issue.issue_id == "quota_reached_entry"
    assert (issue.is_fixable, issue.is_persistent, issue.learn_more_url) == (False, False, None)
    assert issue.translation_placeholders == {
        "name": "MyElectricalData",
        "website": GATEWAY_WEBSITE,
        "reset": "tomorrow",
    }
    async_clear_issue(hass, "entry", IssueKind.QUOTA_REACHED)
    assert not registry.issues


async def test_clearing_a_usage_point_leaves_the_account_s_issues(hass: HomeAssistant) -> None:
    registry = ir.async_get(hass)
    async_raise_issue(hass, "entry", IssueKind.GATEWAY_DOWN, placeholders={"days": "3"})
    async_raise_issue(hass, "entry", IssueKind.CONSENT_EXPIRED, pdl=PDL)
    async_raise_issue(hass, "entry", IssueKind.CURVE_NOT_ACTIVATED, pdl=PDL)
    async_clear_issues(hass, "entry", pdl=PDL)
    assert {issue.translation_key for issue in registry.issues.values()} == {"gateway_down"}
    async_clear_issues(hass, "entry")
    assert not registry.issues


@pytest.mark.parametrize(
    ("data", "website"),
    [
        ({}, GATEWAY_WEBSITE),
        ({"base_url": "https://gateway.example/api/"}, "https://gateway.example"),
        ({"base_url": "http://gateway:8081"}, "http://gateway:8081"),
    ],
)
async def test_the_website_is_that_of_the_gateway_in_use(
    hass: HomeAssistant, data: dict[str, str], website: str
) -> None:
    entry = MockConfigEntry(domain=DOMAIN, data=data, version=10)
    entry.add_to_hass(hass)
    assert website_of(hass, entry.entry_id) == website
