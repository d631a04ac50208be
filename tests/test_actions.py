"""The actions, on an account that was really imported from the simulated gateway."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
from voluptuous import Invalid

from custom_components.myelectricaldata.const import DOMAIN
from custom_components.myelectricaldata.energy.calendar import days_between
from custom_components.myelectricaldata.energy.query import Resolution, query
from custom_components.myelectricaldata.energy.readings import DayCurve, DayRecord
from tests.account import Account, paris
from tests.conftest import OpenAccount
from tests.simulators.faults import Fault
from tests.simulators.households import Household

HOUSE, ROOF = "22516914714271", "22516914714281"
NOW = paris(2026, 11, 21, 12)
ACTIVATION = date(2026, 10, 20)
AUTUMN = date(2026, 10, 25)


def house(**changes: Any) -> Household:
    return Household(pdl=HOUSE, name="Maison", production=True, activation=ACTIVATION, **changes)


@pytest.fixture(autouse=True)
def _no_pauses() -> Iterator[None]:
    """Time stands still in these tests, so a pause between retries would never end."""
    with patch("custom_components.myelectricaldata.gateway.transport._pause", return_value=0):
        yield


async def call(hass: HomeAssistant, action: str, **data: Any) -> dict[str, Any]:
    response = await hass.services.async_call(DOMAIN, action, data, blocking=True, return_response=True)
    assert response is not None
    return dict(response)


async def readings(hass: HomeAssistant, first: str, last: str, resolution: str, **data: Any) -> list[dict[str, Any]]:
    answer = await call(
        hass,
        "get_readings",
        **{"usage_point": HOUSE, "start": first, "end": last, "resolution": resolution, **data},
    )
    found: list[dict[str, Any]] = answer["readings"]
    return found


def device_id(hass: HomeAssistant, identifier: str) -> str:
    (device,) = dr.async_get(hass).async_get_devices(identifiers={(DOMAIN, identifier)})
    return device.id


async def test_readings_of_every_resolution_add_up_to_the_truth(open_account: OpenAccount, hass: HomeAssistant) -> None:
    home = house()
    await open_account(NOW, home)
    first, last = "2026-10-24", "2026-11-02"
    truth = {day: home.daily_wh("consumption", day) for day in days_between(date(2026, 10, 24), date(2026, 11, 2))}

    slots = await readings(hass, first, last, "slot")
    hours = await readings(hass, first, last, "hour")
    days = await readings(hass, first, last, "day")
    months = await readings(hass, first, last, "month")
    years = await readings(hass, first, last, "year")

    assert [each["value"] for each in days] == list(truth.values())
    assert len(slots) == 10 * 48 + 2
    assert len(hours) == 10 * 24 + 1
    assert [each["value"] for each in hours][24:49] == list(home.hourly_wh("consumption", AUTUMN))
    assert sum(each["value"] for each in slots) == sum(each["value"] for each in hours) == sum(truth.values())
    assert {each["quality"] for each in (*slots, *hours, *days)} == {"measured"}
    assert months == [
        {
            "start": "2026-10-24T00:00:00+02:00",
            "end": "2026-11-01T00:00:00+01:00",
            "value": sum(wh for day, wh in truth.items() if day.month == 10),
            "quality": "complete",
            "days_known": 8,
            "days_expected": 8,
        },
        {
            "start": "2026-11-01T00:00:00+01:00",
            "end": "2026-11-03T00:00:00+01:00",
            "value": sum(wh for day, wh in truth.items() if day.month == 11),
            "quality": "complete",
            "days_known": 2,
            "days_expected": 2,
        },
    ]
    assert [each["value"] for each in years] == [sum(truth.values())]
    assert (hours[26]["start"], hours[27]["start"]) == ("2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00")


async def test_what_is_not_known_is_missing_and_never_zero(open_account: OpenAccount, hass: HomeAssistant) -> None:
    hole = date(2026, 11, 10)
    await open_account(NOW, house(holes={hole}))
    (day,) = await readings(hass, "2026-11-10", "2026-11-10", "day")
    assert (day["value"], day["quality"]) == (None, "missing")
    for resolution, count in (("hour", 24), ("slot", 48)):
        within = await readings(hass, "2026-11-10", "2026-11-10", resolution)
        assert [(each["value"], each["quality"]) for each in within] == [(None, "missing")] * count
    (month,) = await readings(hass, "2026-11-09", "2026-11-11", "month")
    assert (month["quality"], month["days_known"], month["days_expected"]) == ("partial", 2, 3)
    (future,) = await readings(hass, "2026-11-21", "2026-11-30", "month")
    assert (future["value"], future["quality"], future["days_known"]) == (None, "missing", 0)
    before = await readings(hass, "2026-10-18", "2026-10-20", "day")
    assert [each["quality"] for each in before] == ["missing", "missing", "measured"]


async def test_an_estimate_is_told_from_a_measure(open_account: OpenAccount, hass: HomeAssistant) -> None:
    day, half = date(2026, 11, 10), date(2026, 11, 12)
    home = house(curve_missing={day}, curve_holes={half: {20, 21, 23}})
    await open_account(NOW, home)
    hours = await readings(hass, "2026-11-10", "2026-11-10", "hour")
    assert {each["quality"] for each in hours} == {"estimated"}
    assert sum(each["value"] for each in hours) == home.daily_wh("consumption", day)
    filled = await readings(hass, "2026-11-12", "2026-11-12", "hour")
    assert [place for place, each in enumerate(filled) if each["quality"] == "filled"] == [10, 11]
    assert sum(each["value"] for each in filled) == home.daily_wh("consumption", half)


def test_a_partial_day_without_index_says_which_hours_are_whole() -> None:
    day = date(2026, 11, 10)
    watts = [600] * 48
    curve = DayCurve(30, (*watts[:10], None, 600, None, None, *watts[14:]))
    days = {day: DayRecord(curve=curve)}
    hours = query(days, day, day, Resolution.HOUR, today=date(2026, 11, 20))
    assert [each.quality for each in hours[4:8]] == ["measured", "partial", "missing", "measured"]
    assert [each.wh for each in hours[4:8]] == [600, 300, None, 600]


async def test_a_usage_point_is_named_by_its_device_or_its_number(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    home = house()
    await open_account(NOW, home)
    by_number = await readings(hass, "2026-11-19", "2026-11-20", "day", direction="production")
    by_device = await readings(
        hass, "2026-11-19", "2026-11-20", "day", direction="production", usage_point=device_id(hass, HOUSE)
    )
    assert by_number == by_device
    assert [each["value"] for each in by_number] == [
        home.daily_wh("production", date(2026, 11, 19)),
        home.daily_wh("production", date(2026, 11, 20)),
    ]
    answer = await call(hass, "get_readings", usage_point=HOUSE, start="2026-11-20", end="2026-11-20")
    assert {key: answer[key] for key in ("usage_point", "name", "direction", "resolution", "unit")} == {
        "usage_point": HOUSE,
        "name": "Maison",
        "direction": "consumption",
        "resolution": "day",
        "unit": "Wh",
    }


REFUSED: dict[str, list[dict[str, str]]] = {
    "unknown_usage_point": [{"usage_point": "00000000000000"}, {"usage_point": "nonsense"}],
    "end_before_start": [{"start": "2026-11-20", "end": "2026-11-19"}],
    "span_too_long": [
        {"start": "2026-10-01", "end": "2026-11-01", "resolution": "slot"},
        {"start": "2025-01-01", "end": "2026-01-02", "resolution": "hour"},
        {"start": "2000-01-01", "end": "2026-01-02"},
    ],
    "no_consumption": [{"usage_point": ROOF}],
}


async def test_what_cannot_be_answered_is_refused_in_words(open_account: OpenAccount, hass: HomeAssistant) -> None:
    roof = Household(pdl=ROOF, name="Toit", consumption=False, production=True, activation=ACTIVATION)
    await open_account(NOW, house(), roof)
    good = {"usage_point": HOUSE, "start": "2026-11-20", "end": "2026-11-20"}
    for key, cases in REFUSED.items():
        for wrong in cases:
            with pytest.raises(ServiceValidationError) as refused:
                await call(hass, "get_readings", **{**good, **wrong})
            assert refused.value.translation_key == key
    with pytest.raises(Invalid):
        await call(hass, "get_readings", **{**good, "resolution": "week"})


async def test_an_account_s_device_is_no_single_usage_point(open_account: OpenAccount, hass: HomeAssistant) -> None:
    other = Household(pdl="22516914714270", name="Appartement", activation=ACTIVATION)
    account = await open_account(NOW, house(), other)
    asked = {"start": "2026-11-20", "end": "2026-11-20", "usage_point": device_id(hass, account.entry.entry_id)}
    with pytest.raises(ServiceValidationError, match="neither a usage point"):
        await call(hass, "get_readings", **asked)


async def test_actions_say_that_an_account_is_not_running(open_account: OpenAccount, hass: HomeAssistant) -> None:
    account = await open_account(NOW, house())
    assert await hass.config_entries.async_unload(account.entry.entry_id)
    for action, data in (
        ("get_readings", {"usage_point": HOUSE, "start": "2026-11-20", "end": "2026-11-20"}),
        ("refresh", {"usage_point": [HOUSE]}),
        ("refresh", {}),
        ("rebuild_statistics", {"usage_point": device_id(hass, account.entry.entry_id)}),
    ):
        with pytest.raises(ServiceValidationError) as refused:
            await call(hass, action, **data)
        assert refused.value.translation_key == "not_loaded"


async def test_refresh_asks_at_once_for_what_is_not_in(open_account: OpenAccount, hass: HomeAssistant) -> None:
    # Late publication: at noon, yesterday is not there yet.
    home = house(late={date(2026, 11, 20): 1})
    account = await open_account(NOW, home)
    (missing,) = await readings(hass, "2026-11-20", "2026-11-20", "day")
    assert missing["quality"] == "missing"
    home.late.clear()
    account.simulator.clear_calls()
    answer = await call(hass, "refresh")
    assert answer == {"usage_points": [{"usage_point": HOUSE, "name": "Maison", "calls": len(account.simulator.calls)}]}
    assert account.simulator.calls
    (known,) = await readings(hass, "2026-11-20", "2026-11-20", "day")
    assert known["value"] == home.daily_wh("consumption", date(2026, 11, 20))


async def two_points(open_account: OpenAccount) -> Account:
    late = {date(2026, 11, 20): 1}
    other = Household(pdl="22516914714270", name="Appartement", activation=ACTIVATION, late=late)
    return await open_account(NOW, house(late=late), other)


async def test_refresh_of_one_usage_point_survives_the_failure_of_another(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await two_points(open_account)
    error = {"code": "ENEDIS_ERROR", "message": "ADAM-DC-0008: consent revoked", "field": None}
    body = {"success": False, "data": None, "error": error}
    account.simulator.inject(Fault(kind="wrong_json", pdl=HOUSE, body=body, times=None))
    # The account's device stands for all of its usage points, and each is asked once.
    answer = await call(hass, "refresh", usage_point=[device_id(hass, account.entry.entry_id), HOUSE])
    failed, done = answer["usage_points"]
    assert failed["calls"] is None
    assert "consent" in failed["error"]
    assert done["calls"] >= 1
    with pytest.raises(HomeAssistantError) as refused:
        await call(hass, "refresh", usage_point=[HOUSE])
    assert refused.value.translation_key == "consent"


async def test_refresh_without_a_gateway_fails_in_words(open_account: OpenAccount, hass: HomeAssistant) -> None:
    account = await two_points(open_account)
    account.simulator.inject(Fault(kind="html", status=502, times=None))
    with pytest.raises(HomeAssistantError) as refused:
        await call(hass, "refresh")
    assert refused.value.translation_key == "gateway_unavailable"


async def test_rebuild_writes_only_what_differs(open_account: OpenAccount, hass: HomeAssistant) -> None:
    account = await open_account(NOW, house())
    before = await account.rows("consumption", HOUSE)
    answer = await call(hass, "rebuild_statistics", usage_point=[HOUSE])
    assert answer == {"usage_points": [{"usage_point": HOUSE, "name": "Maison", "rows": 0}]}
    assert await account.rows("consumption", HOUSE) == before
