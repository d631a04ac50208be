"""The fault matrix: whatever goes wrong, the user is told what to do, and afterwards every hour is right."""

import logging
from datetime import date, timedelta
from typing import Any

import pytest
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir

from custom_components.myelectricaldata.const import CONF_CLIENT_SECRET, DOMAIN
from custom_components.myelectricaldata.energy.calendar import ONE_DAY, day_start
from tests.account import Account, paris, true_rows
from tests.conftest import OpenAccount
from tests.simulators.faults import Fault
from tests.simulators.households import Household

pytestmark = pytest.mark.long

PDL = "22516914714271"
NOW = paris(2026, 11, 21, 12)
TODAY = date(2026, 11, 21)
ACTIVATION = date(2026, 11, 1)


def house(**options: Any) -> Household:
    return Household(**{"pdl": PDL, "name": "Maison", "activation": ACTIVATION, **options})


def issue(account: Account, kind: str, key: str = PDL) -> ir.IssueEntry | None:
    return ir.async_get(account.hass).async_get_issue(DOMAIN, f"{kind}_{key}")


async def assert_exact(account: Account, home: Household, last: date) -> None:
    assert await account.rows("consumption", PDL) == true_rows(home, "consumption", ACTIVATION, last)


TRANSIENT: dict[str, dict[str, Any]] = {
    "reset": {"kind": "reset"},
    "cut": {"kind": "cut"},
    "503": {"kind": "status", "status": 503},
    "500": {"kind": "status", "status": 500},
    "429": {"kind": "status", "status": 429},
    "408": {"kind": "status", "status": 408},
    "HTML 200": {"kind": "html"},
    "HTML 502": {"kind": "html", "status": 502},
    "truncated": {"kind": "truncated"},
    "wrong JSON": {"kind": "wrong_json"},
    "JSON list": {"kind": "wrong_json", "body": []},
    "null body": {"kind": "null_body"},
    "redirect": {"kind": "redirect"},
    "Enedis 500": {"kind": "enedis_500"},
    "Enedis 502 HTML": {"kind": "html_502"},
    "Enedis quota": {"kind": "enedis_quota"},
}


@pytest.mark.parametrize("name", TRANSIENT)
async def test_a_passing_fault_costs_time_and_nothing_else(
    open_account: OpenAccount, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    home = house()
    account = await open_account(NOW, home, start=False)
    account.simulator.inject(Fault(**TRANSIENT[name], route="/enedis", times=4))
    await account.start()
    await account.travel(NOW + timedelta(hours=9))
    await assert_exact(account, home, TODAY - ONE_DAY)
    assert account.coordinator(PDL).data.history_share == 1.0
    ours = [record for record in caplog.records if record.name.startswith("custom_components")]
    warnings = [record for record in ours if record.levelno >= logging.WARNING]
    assert len(warnings) <= 2, [record.message for record in warnings]
    secret = account.simulator.client_secret
    assert not [record for record in caplog.records if secret in record.getMessage()]


async def test_a_fault_in_the_middle_of_the_history_resumes_where_it_was(open_account: OpenAccount) -> None:
    home = house(activation=date(2026, 6, 1))
    account = await open_account(NOW, home, start=False)
    account.simulator.inject(Fault(kind="status", status=503, route="/enedis/consumption/detail", times=None))
    await account.start()
    assert account.coordinator(PDL).data.importing
    assert (await account.rows("consumption", PDL)) == []
    account.simulator.clear_faults()
    await account.travel(NOW + timedelta(hours=5))
    assert await account.rows("consumption", PDL) == true_rows(home, "consumption", date(2026, 6, 1), TODAY - ONE_DAY)


async def test_a_gateway_that_hangs_holds_nothing_up(open_account: OpenAccount) -> None:
    home = house()
    account = await open_account(NOW, home, start=False)
    account.simulator.inject(Fault(kind="hang", route="/enedis", times=None))
    account.entry.add_to_hass(account.hass)
    assert await account.hass.config_entries.async_setup(account.entry.entry_id)
    await account.hass.async_block_till_done()
    assert account.hass.states.get("event.maison_new_data") is not None
    assert await account.hass.config_entries.async_unload(account.entry.entry_id)


async def test_a_gateway_that_is_down_for_three_days_is_told_once_and_forgotten_when_it_is_back(
    open_account: OpenAccount, caplog: pytest.LogCaptureFixture
) -> None:
    home = house()
    account = await open_account(NOW, home)
    account.simulator.inject(Fault(kind="status", status=503, times=None))
    await account.travel(NOW + timedelta(days=2))
    ours = [record for record in caplog.records if record.name.startswith("custom_components")]
    down = [record for record in ours if record.levelno >= logging.WARNING]
    assert len(down) == 1
    assert issue(account, "gateway_down", account.entry.entry_id) is None
    calls = await account.travel(NOW + timedelta(days=4))
    assert issue(account, "gateway_down", account.entry.entry_id) is not None
    # Whether it is back is looked at once an hour, by a question that is free and is not repeated.
    looks = [call for call in calls if call.path == "/accounts/me"]
    assert len(looks) <= 2 * 24
    assert len(calls) - len(looks) < 2 * 40
    account.simulator.clear_faults()
    await account.travel(NOW + timedelta(days=5))
    assert issue(account, "gateway_down", account.entry.entry_id) is None
    await assert_exact(account, home, TODAY + timedelta(days=4))


async def test_a_secret_that_is_rejected_asks_the_user_for_another_and_asks_the_gateway_nothing_more(
    open_account: OpenAccount,
) -> None:
    home = house()
    account = await open_account(NOW, home, start=False)
    good = account.simulator.client_secret
    account.entry.add_to_hass(account.hass)
    account.hass.config_entries.async_update_entry(
        account.entry, data={**account.entry.data, CONF_CLIENT_SECRET: "x" * 86}
    )
    await account.start()
    [flow] = account.hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert len(account.calls) == 1
    assert await account.travel(NOW + timedelta(days=1)) == []
    account.hass.config_entries.async_update_entry(account.entry, data={**account.entry.data, CONF_CLIENT_SECRET: good})
    await account.settle()
    await account.travel(NOW + timedelta(days=1, hours=2))
    await assert_exact(account, home, TODAY)


@pytest.mark.parametrize(("consent", "kind"), [("expired", "consent_expired"), ("moved", "customer_moved")])
async def test_a_refused_consent_is_told_and_probed_once_a_day_until_it_is_given_again(
    open_account: OpenAccount, consent: str, kind: str
) -> None:
    home = house()
    account = await open_account(NOW, home)
    home.consent = consent  # type: ignore[assignment]
    await account.travel(day_start(TODAY + timedelta(days=2)))
    assert issue(account, kind) is not None
    calls = await account.travel(day_start(TODAY + timedelta(days=4)))
    assert len(calls) <= 4
    assert len(await account.rows("consumption", PDL)) == 20 * 24
    home.consent = "valid"
    await account.travel(day_start(TODAY + timedelta(days=6)))
    assert issue(account, kind) is None
    await assert_exact(account, home, TODAY + timedelta(days=4))


async def test_an_inactive_usage_point_is_told_as_access_denied(open_account: OpenAccount) -> None:
    account = await open_account(NOW, house(active=False))
    assert issue(account, "access_denied") is not None


async def test_a_load_curve_that_is_not_activated_is_told_while_the_days_are_in(open_account: OpenAccount) -> None:
    home = house(has_curve=False)
    account = await open_account(NOW, home)
    assert issue(account, "curve_not_activated") is not None
    rows = await account.rows("consumption", PDL)
    truth = true_rows(home, "consumption", ACTIVATION, TODAY - ONE_DAY)
    assert rows[-1].sum == truth[-1].sum
    assert [row.start for row in rows] == [row.start for row in truth]
    home.has_curve = True
    await account.travel(day_start(TODAY + timedelta(days=12)))
    assert issue(account, "curve_not_activated") is None


async def test_a_quota_that_is_used_up_waits_for_its_reset_and_says_so(open_account: OpenAccount) -> None:
    home = house()
    account = await open_account(NOW, home, start=False, quota_cached=3)
    await account.start()
    raised = issue(account, "quota_reached", account.entry.entry_id)
    assert raised is not None
    assert raised.translation_placeholders is not None
    assert "22/11/2026 01:00" in raised.translation_placeholders["reset"]
    assert await account.travel(NOW + timedelta(hours=12)) == []
    account.simulator.account.quota_cached = 1000
    await account.travel(NOW + timedelta(hours=24))
    assert issue(account, "quota_reached", account.entry.entry_id) is None
    await assert_exact(account, home, TODAY)


async def test_asking_now_reports_a_failure_in_words_and_brings_what_is_missing_otherwise(
    open_account: OpenAccount,
) -> None:
    home = house(late={TODAY - ONE_DAY: 1})
    account = await open_account(NOW, home)
    coordinator = account.coordinator(PDL)
    account.simulator.inject(Fault(kind="status", status=503, times=None))
    with pytest.raises(HomeAssistantError) as failure:
        await coordinator.async_ask_now()
    assert failure.value.translation_key == "gateway_unavailable"
    account.simulator.clear_faults()
    home.late.clear()
    assert await coordinator.async_ask_now() > 0
    await account.settle()
    await assert_exact(account, home, TODAY - ONE_DAY)


@pytest.mark.parametrize("activation", [date(2026, 11, 3), date(2026, 9, 14), date(2026, 11, 20)])
async def test_without_a_contract_the_activation_is_found_by_asking_for_ever_less(
    open_account: OpenAccount, activation: date
) -> None:
    home = house(activation=activation)
    account = await open_account(NOW, home, start=False)
    account.simulator.inject(
        Fault(
            kind="wrong_json",
            body={
                "success": False,
                "data": None,
                "error": {"code": "NO_DATA", "message": "no contract", "field": None},
            },
            route="/enedis/contract",
            times=None,
        )
    )
    await account.start()
    assert await account.rows("consumption", PDL) == true_rows(home, "consumption", activation, TODAY - ONE_DAY)
    assert len(account.simulator.calls) <= 60
