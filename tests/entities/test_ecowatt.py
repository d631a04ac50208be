"""EcoWatt as Home Assistant shows it: hour by hour, with expectations written by hand."""

from datetime import UTC, date, datetime

import pytest
from homeassistant.const import STATE_UNKNOWN

from custom_components.myelectricaldata.ecowatt_descriptions import SENSORS
from custom_components.myelectricaldata.energy.ecowatt import EcowattSignal, ecowatt_view
from tests.account import paris
from tests.conftest import OpenAccount
from tests.entities.signal_states import NORMAL, attribute, hour_by_hour, levels, say, state, value

AUTUMN, SPRING = date(2026, 10, 25), date(2027, 3, 28)
THURSDAY, FRIDAY, SATURDAY = date(2026, 11, 26), date(2026, 11, 27), date(2026, 11, 28)


async def test_the_hour_that_autumn_has_twice_has_one_level(open_account: OpenAccount) -> None:
    account = await open_account(paris(2026, 10, 24, 18), start=False)
    say(account, {AUTUMN: levels(h0=0, h2=2, h3=3, h23=0)}, normal_until=date(2026, 10, 28))
    await account.start()
    await account.travel(datetime(2026, 10, 25, 0, tzinfo=UTC))
    assert (value(account, "ecowatt_now"), attribute(account, "ecowatt_now", "next_hour")) == ("orange", 2)
    seen = await hour_by_hour(account, datetime(2026, 10, 25, 1, tzinfo=UTC), 22, "ecowatt_now")
    assert seen == ["orange", "red", *["green"] * 19, "low_carbon"]
    await account.travel(datetime(2026, 10, 25, 23, tzinfo=UTC))
    assert (value(account, "ecowatt_now"), attribute(account, "ecowatt_today", "day")) == ("green", "2026-10-26")


async def test_tense_hours_of_autumn_last_as_long_as_they_do(open_account: OpenAccount) -> None:
    account = await open_account(paris(2026, 10, 24, 18), start=False)
    say(account, {AUTUMN: levels(h2=2, h3=3)}, normal_until=date(2026, 10, 28))
    await account.start()
    assert value(account, "ecowatt_tension_start") == "2026-10-25T00:00:00+00:00"
    assert value(account, "ecowatt_tension_end") == "2026-10-25T03:00:00+00:00"
    assert value(account, "ecowatt_tension_level") == "red"
    seen = await hour_by_hour(account, datetime(2026, 10, 24, 23, tzinfo=UTC), 5, "ecowatt_tension")
    assert seen == ["off", "on", "on", "on", "off"]


async def test_the_hour_that_spring_has_not_is_never_shown(open_account: OpenAccount) -> None:
    account = await open_account(paris(2027, 3, 27, 18), start=False)
    say(account, {SPRING: levels(h0=0, h2=3, h3=2)}, normal_until=date(2027, 3, 31))
    await account.start()
    assert value(account, "ecowatt_tension_start") == "2027-03-28T01:00:00+00:00"
    assert value(account, "ecowatt_tension_end") == "2027-03-28T02:00:00+00:00"
    assert value(account, "ecowatt_tension_level") == "orange"
    seen = await hour_by_hour(account, datetime(2027, 3, 27, 23, tzinfo=UTC), 24, "ecowatt_now")
    assert seen == ["low_carbon", "green", "orange", *["green"] * 21]
    assert attribute(account, "ecowatt_today", "day") == "2027-03-29"


async def test_each_day_moves_up_at_midnight_and_a_tension_runs_across_it(open_account: OpenAccount) -> None:
    account = await open_account(paris(2026, 11, 26, 20), start=False)
    told = {THURSDAY: levels(h22=2, h23=2), FRIDAY: levels(h0=3, h1=2), SATURDAY: levels(h18=2)}
    say(account, told, normal_until=date(2026, 12, 2))
    await account.start()
    days = ("ecowatt_today", "ecowatt_j1", "ecowatt_j2", "ecowatt_j3")
    window = ("ecowatt_tension_start", "ecowatt_tension_end", "ecowatt_tension_level", "ecowatt_tension")
    across = ["2026-11-26T21:00:00+00:00", "2026-11-27T01:00:00+00:00", "red"]
    assert [value(account, key) for key in days] == ["orange", "red", "orange", "green"]
    assert [attribute(account, key, "day") for key in days] == ["2026-11-26", "2026-11-27", "2026-11-28", "2026-11-29"]
    assert [value(account, key) for key in window] == [*across, "off"]
    assert attribute(account, "ecowatt_tension_start", "status") == "next"
    assert value(account, "ecowatt_worst_next_hours") == "red"

    await account.travel(paris(2026, 11, 26, 22))
    assert [value(account, key) for key in window] == [*across, "on"]
    assert attribute(account, "ecowatt_tension_level", "status") == "running"
    await account.travel(paris(2026, 11, 26, 23))
    assert (value(account, "ecowatt_now"), attribute(account, "ecowatt_now", "next_hour")) == ("orange", 3)

    await account.travel(paris(2026, 11, 27, 0))
    assert [value(account, key) for key in days] == ["red", "orange", "green", STATE_UNKNOWN]
    assert [value(account, key) for key in window] == [*across, "on"]
    assert value(account, "ecowatt_now") == "red"

    await account.travel(paris(2026, 11, 27, 2))
    saturday = ["2026-11-28T17:00:00+00:00", "2026-11-28T18:00:00+00:00", "orange"]
    assert [value(account, key) for key in window] == [*saturday, "off"]
    assert value(account, "ecowatt_worst_next_hours") == "green"

    # On Fridays RTE tells of the third day at noon.
    await account.travel(paris(2026, 11, 27, 13))
    assert [value(account, key) for key in days] == ["red", "orange", "green", "green"]
    await account.travel(paris(2026, 11, 28, 19))
    assert [value(account, key) for key in window] == [*[STATE_UNKNOWN] * 3, "off"]
    assert attribute(account, "ecowatt_tension_end", "status") is None


async def test_a_day_tells_its_message_and_its_hours_which_the_recorder_does_not_keep(
    open_account: OpenAccount,
) -> None:
    account = await open_account(paris(2026, 11, 26, 20), start=False)
    say(account, {FRIDAY: levels(h3=0, h8=2, h9=3)}, normal_until=date(2026, 12, 2))
    await account.start()
    tomorrow = state(account, "ecowatt_j1")
    shown = {name: tomorrow.attributes[name] for name in ("day", "level", "message", "hours", "generated_at")}
    assert shown == {
        "day": "2026-11-27",
        "level": 3,
        "message": "Coupures d'électricité en cours ou programmées.",
        "hours": [1, 1, 1, 0, 1, 1, 1, 1, 2, 3, *[1] * 14],
        "generated_at": "2026-11-24T17:00:00+01:00",
    }
    assert tomorrow.attributes["options"] == ["green", "orange", "red"]
    assert tomorrow.state_info is not None
    assert "hours" in tomorrow.state_info["unrecorded_attributes"]


async def test_hours_that_rte_did_not_send_are_unknown_and_not_low_carbon(open_account: OpenAccount) -> None:
    account = await open_account(paris(2026, 11, 26, 20), start=False)
    say(account, {FRIDAY: levels(h12=2)}, normal_until=date(2026, 12, 2))
    account.simulator.ecowatt.sent[FRIDAY] = range(10, 20)
    await account.start()
    assert attribute(account, "ecowatt_j1", "hours") == [*[None] * 10, 1, 1, 2, *[1] * 7, *[None] * 4]
    assert attribute(account, "ecowatt_now", "next_hour") == 1
    # The night is unknown; that it will be tense at noon is not.
    assert value(account, "ecowatt_worst_next_hours") == STATE_UNKNOWN
    assert value(account, "ecowatt_tension_start") == "2026-11-27T11:00:00+00:00"
    await account.travel(paris(2026, 11, 27, 0))
    assert [value(account, key) for key in ("ecowatt_now", "ecowatt_tension")] == [STATE_UNKNOWN] * 2
    assert (attribute(account, "ecowatt_now", "level"), value(account, "ecowatt_today")) == (None, "orange")
    await account.travel(paris(2026, 11, 27, 2))
    assert value(account, "ecowatt_worst_next_hours") == "orange"
    seen = await hour_by_hour(account, paris(2026, 11, 27, 9), 5, "ecowatt_now")
    assert seen == [STATE_UNKNOWN, "green", "green", "orange", "green"]


async def test_past_hours_that_the_source_drops_stay_known(open_account: OpenAccount) -> None:
    account = await open_account(paris(2026, 11, 26, 8), start=False)
    say(account, {THURSDAY: levels(h7=2)}, normal_until=date(2026, 12, 2))
    await account.start()
    account.simulator.ecowatt.drops_past_hours = True
    account.simulator.clear_calls()
    await account.travel(paris(2026, 11, 26, 18))
    assert "/ecowatt/history" in [call.path for call in account.simulator.calls]
    assert attribute(account, "ecowatt_today", "hours") == list(levels(h7=2))


async def test_a_third_day_that_is_late_is_unknown_until_it_is_there(open_account: OpenAccount) -> None:
    account = await open_account(paris(2026, 11, 26, 12), start=False)
    say(account, {THURSDAY: NORMAL}, normal_until=date(2026, 12, 2))
    third = date(2026, 11, 29)
    account.simulator.ecowatt.withheld.add(third)
    await account.start()
    await account.travel(paris(2026, 11, 26, 19))
    late = state(account, "ecowatt_j3")
    assert late.state == STATE_UNKNOWN
    shown = [late.attributes[name] for name in ("day", "level", "message", "hours", "generated_at")]
    assert shown == ["2026-11-29", None, None, [None] * 24, None]
    account.simulator.ecowatt.withheld.clear()
    await account.travel(paris(2026, 11, 26, 20, 30))
    assert (value(account, "ecowatt_j3"), attribute(account, "ecowatt_j3", "hours")) == ("green", [1] * 24)


@pytest.mark.parametrize("level", [None, 0])
def test_a_day_that_rte_gives_no_level_has_none_whatever_its_hours(level: int | None) -> None:
    signal = EcowattSignal(day=THURSDAY, level=level, message=None, hours=NORMAL)
    view = ecowatt_view({THURSDAY: signal}, paris(2026, 11, 26))
    today = next(each for each in SENSORS if each.key == "ecowatt_today")
    assert today.value_fn(view) is None
    assert today.attributes_fn(view)["level"] is None
    assert today.attributes_fn(view)["hours"] == [1] * 24
