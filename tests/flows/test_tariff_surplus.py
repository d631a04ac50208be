"""The price of injected energy, clicked together."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant

from custom_components.myelectricaldata.energy.entries import Source, TariffEntry
from custom_components.myelectricaldata.energy.entry_format import decode_entries
from custom_components.myelectricaldata.energy.options import OptionCode
from tests.flows.rig import SOLAR
from tests.flows.tariff_rig import values
from tests.flows.usage_point_rig import (
    INJECTION,
    account_entry,
    answer,
    choose,
    contract_of,
    start_reconfiguring,
    with_ledger,
)


@pytest.fixture(autouse=True)
def today(freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(datetime(2026, 11, 21, 11, tzinfo=UTC))


def price_from(day: date, price: str) -> TariffEntry:
    return TariffEntry(valid_from=day, source=Source.MANUAL, option=OptionCode.BASE, prices={"base": Decimal(price)})


async def test_surplus_prices_are_added_dated_listed_and_removed(hass: HomeAssistant) -> None:
    entry = account_entry(hass, maison={"pdl": SOLAR, "has_production": True})
    with_ledger(hass, entry, SOLAR, contract_of(production_activation_date=date(2025, 6, 2)))
    menu = await start_reconfiguring(hass, entry, "maison")
    assert menu["menu_options"] == ["offpeak", "tariff", "surplus"]
    menu = await choose(hass, menu, "surplus")
    assert menu["description_placeholders"]["prices"] == "Nothing yet."
    form = await choose(hass, menu, "surplus_add")
    assert values(form) == {"valid_from": "2025-06-02"}
    menu = await answer(hass, form, {"valid_from": "2026-01-01", "price": 0})
    form = await choose(hass, menu, "surplus_add")
    assert values(form) == {"valid_from": "2026-11-21"}
    for given, error in (
        ({"valid_from": "2025-06-02", "price": -0.04}, {"price": "price_range"}),
        ({"valid_from": "2025-06-02", "price": 12.76}, {"price": "price_range"}),
        ({"valid_from": "2026-01-01", "price": 0.04}, {"valid_from": "date_taken"}),
    ):
        form = await answer(hass, form, given)
        assert form["errors"] == error
    menu = await answer(hass, form, {"valid_from": "2025-06-02", "price": 0.1276})
    assert menu["description_placeholders"]["prices"] == (
        "- **From 2025-06-02**: 0.1276\u00a0€/kWh\n- **From 2026-01-01**: 0.0000\u00a0€/kWh"
    )
    await choose(hass, menu, "surplus_done")
    assert decode_entries(entry.subentries["maison"].data["surplus"]) == (
        price_from(date(2025, 6, 2), "0.1276"),
        price_from(date(2026, 1, 1), "0"),
    )

    menu = await choose(hass, await start_reconfiguring(hass, entry, "maison"), "surplus")
    remove = await choose(hass, menu, "surplus_remove")
    given_: dict[str, Any] = {"entry": "2026-01-01", "confirm": False}
    refused = await answer(hass, remove, given_)
    assert refused["errors"] == {"confirm": "not_confirmed"}
    menu = await answer(hass, refused, {**given_, "confirm": True})
    await choose(hass, menu, "surplus_done")
    assert decode_entries(entry.subentries["maison"].data["surplus"]) == (price_from(date(2025, 6, 2), "0.1276"),)


async def test_a_usage_point_that_only_injects_has_nothing_but_a_surplus(hass: HomeAssistant) -> None:
    entry = account_entry(hass, toit={"pdl": INJECTION, "has_consumption": False, "has_production": True})
    menu = await start_reconfiguring(hass, entry, "toit")
    assert (menu["step_id"], menu["menu_options"]) == ("surplus", ["surplus_add", "surplus_done"])
    menu = await answer(hass, await choose(hass, menu, "surplus_add"), {"valid_from": "2026-11-21", "price": 0.04})
    await choose(hass, menu, "surplus_done")
    data = entry.subentries["toit"].data
    assert decode_entries(data["surplus"]) == (price_from(date(2026, 11, 21), "0.04"),)
    assert "tariff" not in data


async def test_a_usage_point_that_injects_nothing_is_not_asked_for_a_surplus(hass: HomeAssistant) -> None:
    entry = account_entry(hass, maison={"pdl": SOLAR})
    assert (await start_reconfiguring(hass, entry, "maison"))["menu_options"] == ["offpeak", "tariff"]
