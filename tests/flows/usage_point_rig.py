"""Clicking through the flow of a usage point, with Home Assistant's own flow manager."""

import dataclasses
from datetime import date
from types import SimpleNamespace
from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER, ConfigSubentryDataWithId, SubentryFlowResult
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.myelectricaldata.const import DOMAIN
from custom_components.myelectricaldata.gateway.models import Contract
from custom_components.myelectricaldata.ledger import Ledger
from tests.simulators.gateway import GatewaySimulator

INJECTION = "22516914714281"


def account_entry(
    hass: HomeAssistant, simulator: GatewaySimulator | None = None, **points: dict[str, Any]
) -> MockConfigEntry:
    """An account that follows some usage points; each is given as `name={"pdl": …, …}`."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        version=10,
        unique_id="cli_test",
        data={
            "client_id": simulator.client_id if simulator else "cli_test",
            "client_secret": simulator.client_secret if simulator else "secret",
            "base_url": simulator.base_url if simulator else "http://127.0.0.1:1/api",
        },
        subentries_data=[
            ConfigSubentryDataWithId(
                data={"has_consumption": True, "has_production": False, "offpeak": [], **data},
                subentry_id=name,
                subentry_type="usage_point",
                title=name,
                unique_id=f"usage_point_{data['pdl']}",
            )
            for name, data in points.items()
        ],
    )
    entry.add_to_hass(hass)
    return entry


async def start_adding(hass: HomeAssistant, entry: MockConfigEntry) -> SubentryFlowResult:
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, "usage_point"), context={"source": SOURCE_USER}
    )


async def start_reconfiguring(hass: HomeAssistant, entry: MockConfigEntry, subentry_id: str) -> SubentryFlowResult:
    context = {"source": SOURCE_RECONFIGURE, "subentry_id": subentry_id}
    return await hass.config_entries.subentries.async_init((entry.entry_id, "usage_point"), context=context)


async def start_offpeak(hass: HomeAssistant, entry: MockConfigEntry, subentry_id: str) -> SubentryFlowResult:
    return await choose(hass, await start_reconfiguring(hass, entry, subentry_id), "offpeak")


async def answer(hass: HomeAssistant, shown: SubentryFlowResult, user_input: dict[str, Any]) -> SubentryFlowResult:
    return await hass.config_entries.subentries.async_configure(shown["flow_id"], user_input)


async def choose(hass: HomeAssistant, shown: SubentryFlowResult, step: str) -> SubentryFlowResult:
    return await answer(hass, shown, {"next_step_id": step})


def suggested(shown: SubentryFlowResult) -> dict[str, str]:
    schema = shown["data_schema"]
    assert schema is not None
    return {str(key): key.description["suggested_value"] for key in schema.schema if key.description}


def contract_of(**changes: Any) -> Contract:
    """A contract of which only some things are known."""
    fields: dict[str, Any] = dict.fromkeys(field.name for field in dataclasses.fields(Contract))
    return Contract(**{**fields, "offpeak_texts": (), **changes})


def with_ledger(hass: HomeAssistant, entry: MockConfigEntry, pdl: str, contract: Contract) -> Ledger:
    """What was read of a usage point, as its coordinator has it."""
    ledger = Ledger(hass, pdl)
    ledger.set_contract(contract, date(2026, 11, 21))
    entry.runtime_data = SimpleNamespace(usage_points={"point": SimpleNamespace(pdl=pdl, ledger=ledger)})
    return ledger
