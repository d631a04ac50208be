"""What the tests of the flows share."""

from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.myelectricaldata.const import DOMAIN
from tests.simulators.gateway import GatewaySimulator

SOLAR = "22516914714271"
FLAT = "22516914714270"


def account_form(simulator: GatewaySimulator, **changes: str) -> dict[str, Any]:
    fields = {
        "client_id": simulator.client_id,
        "client_secret": simulator.client_secret,
        "base_url": simulator.base_url,
        **changes,
    }
    return {
        "client_id": fields["client_id"],
        "client_secret": fields["client_secret"],
        "advanced": {"base_url": fields["base_url"]},
    }


async def submit_account(hass: HomeAssistant, form: dict[str, Any]) -> ConfigFlowResult:
    shown = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert shown["type"] is FlowResultType.FORM
    assert shown["step_id"] == "user"
    return await hass.config_entries.flow.async_configure(shown["flow_id"], form)


def labels(result: ConfigFlowResult) -> dict[str, str]:
    schema = result["data_schema"]
    assert schema is not None
    selector = schema.schema["usage_points"]
    return {option["value"]: option["label"] for option in selector.config["options"]}


def ticked(result: ConfigFlowResult) -> list[str]:
    schema = result["data_schema"]
    assert schema is not None
    return schema({})["usage_points"]


def account_entry(simulator: GatewaySimulator, **data: str) -> MockConfigEntry:
    return MockConfigEntry(
        domain=DOMAIN,
        version=10,
        title="MyElectricalData",
        unique_id=simulator.client_id,
        data={
            "client_id": simulator.client_id,
            "client_secret": simulator.client_secret,
            "base_url": simulator.base_url,
            **data,
        },
    )
