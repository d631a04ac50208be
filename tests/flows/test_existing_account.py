"""An account that is set up already: a new secret, other settings."""

from unittest.mock import AsyncMock

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from tests.flows.rig import account_entry
from tests.simulators.gateway import GatewaySimulator


async def test_reauth_takes_the_new_secret_of_the_same_account_only(
    hass: HomeAssistant, simulator: GatewaySimulator, setup_entry: AsyncMock
) -> None:
    entry = account_entry(simulator, client_secret="the-old-one")
    entry.add_to_hass(hass)
    shown = await entry.start_reauth_flow(hass)
    assert shown["step_id"] == "reauth_confirm"
    assert shown["description_placeholders"]["client_id_tail"] == simulator.client_id[-4:]

    async def answer(secret: str) -> ConfigFlowResult:
        return await hass.config_entries.flow.async_configure(shown["flow_id"], {"client_secret": secret})

    assert (await answer("still-wrong"))["errors"] == {"base": "invalid_auth"}
    assert (await answer(""))["errors"] == {"base": "malformed_credentials"}
    real_id, simulator.account.client_id = simulator.account.client_id, "cli_other"
    assert (await answer(simulator.client_secret))["errors"] == {"base": "client_id_mismatch"}
    simulator.account.client_id = real_id
    done = await answer(simulator.client_secret)
    await hass.async_block_till_done()

    assert (done["type"], done["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    assert entry.data["client_secret"] == simulator.client_secret
    # Set-up had failed, so no listener was there to reload the entry.
    assert setup_entry.call_count == 1


async def test_reauth_with_the_secret_that_was_right_all_along_starts_the_entry_again(
    hass: HomeAssistant, simulator: GatewaySimulator, setup_entry: AsyncMock
) -> None:
    entry = account_entry(simulator)
    entry.add_to_hass(hass)
    shown = await entry.start_reauth_flow(hass)
    await hass.config_entries.flow.async_configure(shown["flow_id"], {"client_secret": simulator.client_secret})
    await hass.async_block_till_done()
    assert setup_entry.call_count == 1


async def test_a_listening_entry_reloads_by_itself_and_only_once(
    hass: HomeAssistant, simulator: GatewaySimulator, setup_entry: AsyncMock
) -> None:
    entry = account_entry(simulator, client_secret="the-old-one")
    entry.add_to_hass(hass)
    listener = AsyncMock()
    entry.add_update_listener(listener)
    shown = await entry.start_reauth_flow(hass)
    await hass.config_entries.flow.async_configure(shown["flow_id"], {"client_secret": simulator.client_secret})
    await hass.async_block_till_done()
    assert listener.call_count == 1
    assert setup_entry.call_count == 0


async def test_reconfigure_changes_address_and_secret_after_checking_both(
    hass: HomeAssistant, simulator: GatewaySimulator
) -> None:
    entry = account_entry(simulator, base_url="http://127.0.0.1:1/api", client_secret="the-old-one")
    entry.add_to_hass(hass)
    shown = await entry.start_reconfigure_flow(hass)
    assert shown["step_id"] == "reconfigure"
    flow_id = shown["flow_id"]
    advanced = {"advanced": {"base_url": simulator.base_url}}

    kept = await hass.config_entries.flow.async_configure(flow_id, advanced)
    assert kept["errors"] == {"base": "invalid_auth"}
    bad = {"advanced": {"base_url": "http://gateway.example"}}
    assert (await hass.config_entries.flow.async_configure(flow_id, bad))["errors"] == {"base": "base_url_insecure"}
    form = {"client_secret": f" {simulator.client_secret} ", **advanced}
    done = await hass.config_entries.flow.async_configure(flow_id, form)

    assert (done["type"], done["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert (entry.data["client_secret"], entry.data["base_url"]) == (simulator.client_secret, simulator.base_url)


async def test_reconfigure_without_a_secret_keeps_the_one_in_use(
    hass: HomeAssistant, simulator: GatewaySimulator
) -> None:
    entry = account_entry(simulator)
    entry.add_to_hass(hass)
    shown = await entry.start_reconfigure_flow(hass)
    form = {"advanced": {"base_url": f"{simulator.base_url}/"}}
    done = await hass.config_entries.flow.async_configure(shown["flow_id"], form)
    assert done["reason"] == "reconfigure_successful"
    assert entry.data["client_secret"] == simulator.client_secret
