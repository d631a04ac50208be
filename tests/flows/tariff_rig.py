"""A household whose tariff is clicked together."""

from datetime import date
from decimal import Decimal
from typing import Any

from homeassistant.config_entries import SubentryFlowResult
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.myelectricaldata.energy.entries import Source, TariffEntry
from custom_components.myelectricaldata.energy.entry_format import decode_entries, encode_entry
from custom_components.myelectricaldata.energy.options import OptionCode
from tests.flows.rig import SOLAR
from tests.flows.usage_point_rig import account_entry, choose, contract_of, start_reconfiguring, with_ledger

NIGHT = [{"season": "all", "windows": ["22:30-06:30"]}]
NO_EXTRAS: dict[str, Any] = {"prices": {}, "entities": {}}
BLUE = TariffEntry(valid_from=date(2025, 2, 1), source=Source.REGULATED, option=OptionCode.BASE, power_kva=Decimal(6))


def house(hass: HomeAssistant, *entries: TariffEntry, **data: Any) -> MockConfigEntry:
    tariff = {"tariff": [encode_entry(entry) for entry in entries]} if entries else {}
    entry = account_entry(hass, maison={"pdl": SOLAR, "offpeak": NIGHT, **tariff, **data})
    with_ledger(hass, entry, SOLAR, contract_of(subscribed_power_kva=Decimal(6), tariff_change_date=date(2025, 3, 1)))
    return entry


def saved(entry: MockConfigEntry) -> tuple[TariffEntry, ...]:
    return decode_entries(entry.subentries["maison"].data["tariff"])


async def open_tariff(hass: HomeAssistant, entry: MockConfigEntry) -> SubentryFlowResult:
    return await choose(hass, await start_reconfiguring(hass, entry, "maison"), "tariff")


async def add(hass: HomeAssistant, entry: MockConfigEntry, source: str) -> SubentryFlowResult:
    return await choose(hass, await choose(hass, await open_tariff(hass, entry), "tariff_add"), source)


def values(shown: SubentryFlowResult) -> dict[str, Any]:
    """What the fields of a form start from, those in sections too."""
    found: dict[str, Any] = {}
    schema = shown["data_schema"]
    assert schema is not None
    for key, value in schema.schema.items():
        inner = getattr(getattr(value, "schema", None), "schema", None)
        marks = inner if inner is not None else {key: value}
        found |= {
            str(mark): mark.description["suggested_value"] for mark in marks if getattr(mark, "description", None)
        }
    return found


def options(shown: SubentryFlowResult, field: str) -> dict[str, str]:
    schema = shown["data_schema"]
    assert schema is not None
    return {each["value"]: each["label"] for each in schema.schema[field].config["options"]}
