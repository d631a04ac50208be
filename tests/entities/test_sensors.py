"""What the sensors of a usage point and of its account show."""

from datetime import date, timedelta
from typing import Any

import pytest
from homeassistant.const import STATE_UNKNOWN
from homeassistant.exceptions import HomeAssistantError

from custom_components.myelectricaldata.energy.readings import DayCurve, DayRecord
from custom_components.myelectricaldata.gateway.models import PowerPeak
from tests.entities.rig import (
    BOTH,
    CONTRACT,
    TODAY,
    YESTERDAY,
    Start,
    days_of,
    snapshot_of,
)


async def test_energy_of_a_period_is_in_kwh_and_says_which_days_it_describes(start: Start) -> None:
    rig = await start()

    yesterday = rig.state("consumption_yesterday")
    assert (yesterday.state, yesterday.attributes["unit_of_measurement"]) == ("12.345", "kWh")
    assert yesterday.attributes["device_class"] == "energy"
    assert yesterday.attributes["first_day"] == yesterday.attributes["last_day"] == "2026-11-20"

    week = rig.state("consumption_this_week")
    assert float(week.state) == pytest.approx(5 * 12.345)
    assert (week.attributes["first_day"], week.attributes["last_day"]) == ("2026-11-16", "2026-11-20")
    assert (week.attributes["days_known"], week.attributes["days_expected"]) == (5, 5)
    assert float(rig.value("consumption_this_month")) == pytest.approx(20 * 12.345)
    assert float(rig.value("consumption_this_year")) == pytest.approx(324 * 12.345)
    assert float(rig.value("consumption_last_7_days")) == pytest.approx(7 * 12.345)
    assert float(rig.value("consumption_last_30_days")) == pytest.approx(30 * 12.345)


async def test_a_day_that_has_not_come_is_unknown_and_the_week_says_that_it_lacks_one(start: Start) -> None:
    rig = await start(snapshot=snapshot_of(days=days_of(1000, last=YESTERDAY - timedelta(days=1))))

    assert rig.value("consumption_yesterday") == STATE_UNKNOWN
    week = rig.state("consumption_this_week")
    assert (week.state, week.attributes["days_known"], week.attributes["days_expected"]) == ("4.0", 4, 5)
    assert rig.value("consumption_month_change") == STATE_UNKNOWN

    await rig.show(snapshot_of(days=days_of(1000)))
    assert rig.value("consumption_yesterday") == "1.0"
    assert rig.value("consumption_this_week") == "5.0"


async def test_a_day_of_nothing_is_zero_not_unknown(start: Start) -> None:
    rig = await start(snapshot=snapshot_of(days={YESTERDAY: DayRecord(index_wh=0)}))
    assert rig.value("consumption_yesterday") == "0.0"


async def test_the_change_compares_with_last_year_and_names_both_periods(start: Start, all_enabled: None) -> None:
    days = days_of(1000, last=date(2025, 12, 31)) | days_of(1234, first=date(2026, 1, 1))
    rig = await start(snapshot=snapshot_of(days=days))

    for period in ("week", "month", "year", "last_30_days"):
        assert rig.value(f"consumption_{period}_change") == "23.4"
    assert rig.value("consumption_month_last_year") == "20.0"
    assert rig.value("consumption_year_last_year") == "324.0"
    assert rig.value("consumption_week_last_year") == "5.0"
    assert rig.value("consumption_last_30_days_last_year") == "30.0"
    week = rig.state("consumption_week_change").attributes
    assert (week["first_day"], week["last_day"]) == ("2026-11-16", "2026-11-20")
    assert (week["last_year_first_day"], week["last_year_last_day"]) == ("2025-11-17", "2025-11-21")
    assert week["unit_of_measurement"] == "%"


async def test_an_empty_period_has_no_last_day(start: Start) -> None:
    monday = date(2026, 11, 23)
    rig = await start(snapshot=snapshot_of(days=days_of(1000), today=monday))
    week = rig.state("consumption_this_week")
    assert week.state == STATE_UNKNOWN
    assert (week.attributes["first_day"], week.attributes["last_day"]) == ("2026-11-23", None)
    assert week.attributes["days_expected"] == 0


async def test_the_last_days_tell_index_and_curve_apart(start: Start) -> None:
    days = {
        YESTERDAY: DayRecord(index_wh=5),
        TODAY - timedelta(days=2): DayRecord(index_wh=24, curve=DayCurve(60, (1,) * 24)),
    }
    rig = await start(snapshot=snapshot_of(days=days))
    assert rig.value("consumption_last_known_day") == "2026-11-20"
    assert rig.value("consumption_last_complete_day") == "2026-11-19"


async def test_maximum_power_has_its_time_and_its_margin(start: Start) -> None:
    rig = await start()

    power = rig.state("max_power_yesterday")
    assert (power.state, power.attributes["unit_of_measurement"]) == ("6340", "VA")
    assert power.attributes["day"] == "2026-11-20"
    assert rig.value("max_power_time") == "2026-11-20T18:30:05+00:00"
    assert rig.value("power_margin_yesterday") == "2660"
    above = rig.state("days_above_subscribed_power")
    assert (above.state, above.attributes["days_known"], above.attributes["days_expected"]) == ("0", 1, 30)
    assert (above.attributes["first_day"], above.attributes["last_day"]) == ("2026-10-22", "2026-11-20")
    assert above.attributes["unit_of_measurement"] == "days"
    subscribed = rig.state("subscribed_power")
    assert (subscribed.state, subscribed.attributes["unit_of_measurement"]) == ("9", "kVA")

    await rig.show(snapshot_of(peaks={YESTERDAY: PowerPeak(volt_amperes=9100, at=None)}))
    assert rig.value("power_margin_yesterday") == "-100"
    assert rig.value("days_above_subscribed_power") == "1"
    assert rig.value("max_power_time") == STATE_UNKNOWN


async def test_contract_facts_are_told_as_the_contract_says_them(start: Start, all_enabled: None) -> None:
    rig = await start(BOTH)
    told = {
        "contract_segment": "C5",
        "contract_type": "Contrat GRD-F",
        "contract_status": "SERVC",
        "distribution_tariff": "BTINFCUST",
        "activation_date": "2019-05-02",
        "production_activation_date": "2024-06-01",
        "tariff_change_date": "2025-08-01",
        "offpeak_hours": "HC (22H30-6H30)",
    }
    assert {key: rig.value(key) for key in told} == told
    assert rig.value("history_share") == "45.7"
    assert rig.state("history_share").attributes["importing"] is True


async def test_without_a_contract_its_facts_are_unknown(start: Start) -> None:
    rig = await start(snapshot=snapshot_of(contract=None))
    for key in ("contract_segment", "offpeak_hours", "subscribed_power", "power_margin_yesterday"):
        assert rig.value(key) == STATE_UNKNOWN


async def test_off_peak_words_longer_than_a_state_are_shortened_and_none_are_unknown(start: Start) -> None:
    rig = await start()
    await rig.show(snapshot_of(contract=contract_with("HC (22H00-6H00)", "x" * 300)))
    text = rig.value("offpeak_hours")
    assert (len(text), text[:19], text[-1]) == (255, "HC (22H00-6H00) / x", "…")
    await rig.show(snapshot_of(contract=contract_with()))
    assert rig.value("offpeak_hours") == STATE_UNKNOWN


def contract_with(*texts: str) -> Any:
    return type(CONTRACT)(
        **{name: getattr(CONTRACT, name) for name in CONTRACT.__slots__ if name != "offpeak_texts"}, offpeak_texts=texts
    )


async def test_the_account_tells_its_calls_and_whether_the_gateway_answers(start: Start) -> None:
    rig = await start()
    assert (rig.value("calls_today"), rig.value("calls_left")) == ("6", "34")
    assert rig.state("calls_left").attributes["unit_of_measurement"] == "calls"
    assert rig.value("last_success") == "2026-11-21T07:12:00+00:00"
    assert rig.value("gateway_reachable") == STATE_UNKNOWN

    await rig.show_account(reachable=True, calls_today=7, calls_left=33)
    assert (rig.value("gateway_reachable"), rig.value("calls_today")) == ("on", "7")
    await rig.show_account(reachable=False)
    assert rig.value("gateway_reachable") == "off"


async def test_that_the_gateway_is_down_can_still_be_read(start: Start) -> None:
    rig = await start()
    await rig.show_account(reachable=False)
    rig.account.async_set_update_error(HomeAssistantError("down"))
    await rig.hass.async_block_till_done()
    assert (rig.value("gateway_reachable"), rig.value("calls_left")) == ("off", "34")
