"""Diagnostics and system health of an account that was really imported: useful, and naming nobody."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.json import ExtendedJSONEncoder
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import get_system_health_info

from custom_components.myelectricaldata.anonymise import REDACTED, Anonymiser
from custom_components.myelectricaldata.const import CONF_TARIFF, DOMAIN
from custom_components.myelectricaldata.diagnostics import (
    async_get_config_entry_diagnostics,
    async_get_device_diagnostics,
)
from custom_components.myelectricaldata.energy.entries import Source, TariffEntry
from custom_components.myelectricaldata.energy.entry_format import encode_entry
from custom_components.myelectricaldata.energy.options import OptionCode
from tests.account import paris
from tests.conftest import OpenAccount
from tests.simulators.faults import Fault
from tests.simulators.households import Household

HOUSE, FLAT = "22516914714271", "22516914714270"
NAMES = {HOUSE: "Chez les Dupont", FLAT: "12 rue des Lilas"}
NOW = paris(2026, 11, 21, 12)


@pytest.fixture(autouse=True)
def _no_pauses() -> Iterator[None]:
    """Time stands still in these tests, so a pause between retries would never end."""
    with patch("custom_components.myelectricaldata.gateway.transport._pause", return_value=0):
        yield


def homes() -> tuple[Household, Household]:
    activation = date(2026, 11, 10)
    return (
        Household(pdl=HOUSE, name=NAMES[HOUSE], activation=activation, holes={date(2026, 11, 12)}),
        Household(pdl=FLAT, name=NAMES[FLAT], activation=activation, curve_missing={date(2026, 11, 13)}),
    )


def personal_words(account: Any) -> set[str]:
    return {
        *NAMES,
        *NAMES.values(),
        account.simulator.client_id,
        account.simulator.client_secret,
        account.simulator.account.email,
        "127.0.0.1",
    }


def downloaded(found: Any) -> dict[str, Any]:
    """As the file that the user gets."""
    plain: dict[str, Any] = json.loads(json.dumps(found, cls=ExtendedJSONEncoder))
    return plain


async def test_the_download_is_useful_and_names_nobody(open_account: OpenAccount, hass: HomeAssistant) -> None:
    account = await open_account(NOW, *homes())
    account.simulator.household(FLAT).consent = "expired"
    error = {"code": "ENEDIS_ERROR", "message": f"ADAM-DC-0008: {FLAT} of {NAMES[FLAT]}", "field": None}
    body = {"success": False, "data": None, "error": error}
    account.simulator.inject(Fault(kind="wrong_json", body=body, times=None))
    await account.travel(paris(2026, 11, 22, 12))

    found = downloaded(await async_get_config_entry_diagnostics(hass, account.entry))

    text = json.dumps(found, ensure_ascii=False)
    assert not [word for word in personal_words(account) if word in text]
    assert found["entry"]["gateway"] == "own"
    assert found["budget"]["cached"] > 0
    assert "ADAM-DC-0008" in found["client"]["last_error"]
    assert "consent_expired_usage_point_2" in {issue["id"] for issue in found["issues"]}
    first, second = found["usage_points"]["usage_point_1"], found["usage_points"]["usage_point_2"]
    assert first["readings"]["consumption"]["states"] == {"complete": 10}
    assert first["readings"]["consumption"]["slot_minutes"] == {"30": 10}
    assert "2026-11-12" not in first["readings"]["consumption"]["last_days"]
    assert second["readings"]["consumption"]["last_days"]["2026-11-13"] == "daily_only"
    assert second["statistics"] == [
        "myelectricaldata:consumption_usage_point_2",
        "myelectricaldata:max_power_usage_point_2",
    ]
    assert second["subentry"]["pdl"] == "usage_point_2"
    assert first["contract"]["subscribed_power_kva"] == "6"
    assert first["history"]["consumption_daily"]["asked_from"]


async def test_the_download_tells_how_far_the_tariffs_reach_and_no_entity_of_the_house(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await open_account(NOW, homes()[1], start=False)
    account.entry.add_to_hass(hass)
    hass.states.async_set("sensor.prix_de_jean", "0.25", {"unit_of_measurement": "EUR/kWh"})
    entry = TariffEntry(
        valid_from=date(2026, 11, 15),
        source=Source.MANUAL,
        option=OptionCode.TEMPO,
        prices={"blue_hc": Decimal("0.1")},
        entities={"blue_hp": "sensor.prix_de_jean"},
        subscription=Decimal("18.25"),
    )
    (subentry,) = account.entry.subentries.values()
    data = {**subentry.data, CONF_TARIFF: [encode_entry(entry)]}
    hass.config_entries.async_update_subentry(account.entry, subentry, data=data)
    await account.start()

    found = downloaded(await async_get_config_entry_diagnostics(hass, account.entry))

    assert "jean" not in json.dumps(found)
    point = found["usage_points"]["usage_point_1"]
    (told,) = point["subentry"]["tariff"]
    assert (told["entities"], told["prices"]) == (["blue_hp"], {"blue_hc": "0.1"})
    version = point["money"]["tariff"][0]
    assert (version["valid_from"], version["option"], version["prices"]["blue_hc"]) == ("2026-11-15", "TEMPO", "0.1")
    assert point["money"]["surplus"] == []
    assert point["money"]["compensation"] is None
    bill = point["money"]["bill"]
    assert (bill["month"]["known"], bill["month"]["total"]) == (11, None)
    assert bill["waiting"]["by_reason"]["no_tariff"] > 0
    assert bill["waiting"]["first"] == "2026-11-10"
    assert found["national"]["tempo"]["days"] > 300
    assert set(found["national"]["tempo"]["types"]) <= {"BLUE", "WHITE", "RED"}
    assert found["national"]["catalogue"]["offers"] > 0
    assert found["national"]["tempo"]["provisional"] == []
    assert found["national"]["ecowatt"]["last"] > found["now"][:10]
    assert found["national"]["ecowatt"]["incomplete"] == []
    assert found["national"]["asked_at"]["ecowatt"] is not None
    assert found["national"]["asked_at"]["solar"] is None


async def test_a_device_tells_about_its_own_usage_point_only(open_account: OpenAccount, hass: HomeAssistant) -> None:
    account = await open_account(NOW, *homes())
    registry = dr.async_get(hass)
    (point,) = registry.async_get_devices(identifiers={(DOMAIN, FLAT)})
    (service,) = registry.async_get_devices(identifiers={(DOMAIN, account.entry.entry_id)})
    of_point = downloaded(await async_get_device_diagnostics(hass, account.entry, point))
    of_account = downloaded(await async_get_device_diagnostics(hass, account.entry, service))
    assert of_point["subentry"]["pdl"] == "usage_point_2"
    assert "usage_points" not in of_account
    assert of_account["account"]["calls_today"] > 0
    text = json.dumps([of_point, of_account], ensure_ascii=False)
    assert not [word for word in personal_words(account) if word in text]


async def test_system_health_tells_the_state_without_spending_a_call(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    assert await async_setup_component(hass, "system_health", {})
    account = await open_account(NOW, *homes())
    account.simulator.clear_calls()
    info = await get_system_health_info(hass, DOMAIN)
    assert await info.pop("can_reach_gateway") == "ok"
    left = account.entry.runtime_data.account.data.calls_left
    assert info == {"accounts": "1/1", "usage_points": 2, "calls_left": str(left), "history": "100%"}
    assert [(call.path, call.counted) for call in account.simulator.calls] == [("/ping", False)]
    await hass.config_entries.async_unload(account.entry.entry_id)
    info = await get_system_health_info(hass, DOMAIN)
    await info.pop("can_reach_gateway")
    assert info == {"accounts": "0/1", "usage_points": 0, "calls_left": None, "history": None}


class Colour(StrEnum):
    BLUE = "blue"


@dataclass
class Sample:
    day: date
    share: Decimal
    words: tuple[str, ...]


def test_every_value_becomes_plain_and_anonymous() -> None:
    anonymiser = Anonymiser({HOUSE: "Maison", FLAT: "Maison de campagne", "22516914714272": ""}, ["s3cret", ""])
    value = {
        f"consumption_{HOUSE}": Sample(date(2026, 11, 21), Decimal("1.5"), ("Maison de campagne", "Maison", "Maisons")),
        "mail": "to jean.dupont@example.org, of s3cret",
        "other": f"id_{FLAT}_hp 99999999999999 123",
        "at": datetime(2026, 11, 21, tzinfo=UTC),
        "span": timedelta(minutes=5),
        "colour": Colour.BLUE,
        "error": ValueError("about 22516914714272"),
        "thing": object(),
        "numbers": {1},
        "none": None,
        "yes": True,
    }
    assert anonymiser.plain(value) == {
        "consumption_usage_point_1": {
            "day": "2026-11-21",
            "share": "1.5",
            "words": ["usage_point_2", "usage_point_1", "Maisons"],
        },
        "mail": f"to {REDACTED}, of {REDACTED}",
        "other": f"id_usage_point_2_hp {REDACTED} 123",
        "at": "2026-11-21T00:00:00+00:00",
        "span": "0:05:00",
        "colour": "blue",
        "error": "ValueError: about usage_point_3",
        "thing": "object",
        "numbers": [1],
        "none": None,
        "yes": True,
    }
    assert anonymiser.alias("00000000000000") == REDACTED


def test_nothing_to_hide_hides_nothing() -> None:
    assert Anonymiser({}, []).text("Maison") == "Maison"
