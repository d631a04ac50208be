"""EcoWatt alerts as events, and what is left of EcoWatt while the gateway is down."""

from datetime import date
from typing import Any

import pytest
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, callback
from homeassistant.helpers.event import async_track_state_change_event

from tests.account import Account, paris
from tests.conftest import OpenAccount
from tests.entities.signal_states import NORMAL, attribute, entity_id, levels, say, state, value
from tests.simulators.faults import Fault

# Stories of days.
pytestmark = pytest.mark.long

SUNDAY = date(2026, 11, 22)
THURSDAY, FRIDAY = date(2026, 11, 26), date(2026, 11, 27)
TOLD = ("day", "level", "previous", "message", "windows")


def follow_alerts(account: Account) -> list[tuple[str, dict[str, Any]]]:
    """Fills with the type and the attributes of each event from now on."""
    seen: list[tuple[str, dict[str, Any]]] = []

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        new = event.data["new_state"]
        assert new is not None
        seen.append((new.attributes["event_type"], {name: new.attributes[name] for name in TOLD}))

    account.entry.async_on_unload(
        async_track_state_change_event(account.hass, entity_id(account, "ecowatt_alert"), changed)
    )
    return seen


def window(start: str, end: str, level: int) -> dict[str, Any]:
    return {"start": start, "end": end, "level": level}


async def quiet_account(open_account: OpenAccount) -> Account:
    """Sunday evening before a week without any tension."""
    account = await open_account(paris(2026, 11, 22, 18), start=False)
    say(account, {SUNDAY: NORMAL}, normal_until=date(2026, 12, 5))
    await account.start()
    return account


async def test_an_alert_is_raised_made_worse_and_lifted(open_account: OpenAccount) -> None:
    account = await quiet_account(open_account)
    assert value(account, "ecowatt_alert") == STATE_UNKNOWN
    alerts, says = follow_alerts(account), account.simulator.ecowatt

    says.told[THURSDAY] = levels(h8=2, h9=2, h18=2)
    await account.travel(paris(2026, 11, 23, 18))
    orange = {
        "day": "2026-11-26",
        "level": 2,
        "previous": None,
        "message": "Risque de coupures d'électricité.",
        "windows": [
            window("2026-11-26T08:00:00+01:00", "2026-11-26T10:00:00+01:00", 2),
            window("2026-11-26T18:00:00+01:00", "2026-11-26T19:00:00+01:00", 2),
        ],
    }
    assert alerts == [("raised", orange)]

    says.told[THURSDAY] = levels(h8=2, h9=3)
    says.generated[THURSDAY] = paris(2026, 11, 24, 17)
    await account.travel(paris(2026, 11, 24, 18))
    red = {
        "day": "2026-11-26",
        "level": 3,
        "previous": 2,
        "message": "Coupures d'électricité en cours ou programmées.",
        "windows": [window("2026-11-26T08:00:00+01:00", "2026-11-26T10:00:00+01:00", 3)],
    }
    assert alerts[1:] == [("raised", red)]
    assert value(account, "ecowatt_j2") == "red"

    says.told[THURSDAY] = NORMAL
    says.generated[THURSDAY] = paris(2026, 11, 25, 17)
    await account.travel(paris(2026, 11, 25, 18))
    lifted = {"day": "2026-11-26", "level": 1, "previous": 3, "message": "Pas d'alerte.", "windows": []}
    assert alerts[2:] == [("lifted", lifted)]
    assert (value(account, "ecowatt_j1"), value(account, "ecowatt_tension_start")) == ("green", STATE_UNKNOWN)


async def test_two_days_at_once_are_two_events(open_account: OpenAccount) -> None:
    account = await quiet_account(open_account)
    alerts, says = follow_alerts(account), account.simulator.ecowatt
    for day in (date(2026, 11, 24), date(2026, 11, 25)):
        says.told[day] = levels(h18=2)
        says.generated[day] = paris(2026, 11, 23, 17)
    await account.travel(paris(2026, 11, 23, 18))
    assert [(kind, told["day"], told["previous"]) for kind, told in alerts] == [
        ("raised", "2026-11-24", 1),
        ("raised", "2026-11-25", 1),
    ]


async def test_the_passing_of_its_hours_lifts_no_alert_and_a_reload_raises_none_again(
    open_account: OpenAccount,
) -> None:
    account = await quiet_account(open_account)
    account.simulator.ecowatt.told[THURSDAY] = levels(h8=2)
    await account.travel(paris(2026, 11, 25, 18))
    alerts = follow_alerts(account)
    raised = state(account, "ecowatt_alert").state
    await account.travel(paris(2026, 11, 26, 7))
    assert await account.hass.config_entries.async_reload(account.entry.entry_id)
    await account.settle()
    assert state(account, "ecowatt_alert").state == raised
    alerts.clear()
    alerts = follow_alerts(account)
    await account.travel(paris(2026, 11, 27, 18))
    assert alerts == []


async def test_hours_that_are_over_do_not_hide_that_the_evening_was_lifted(open_account: OpenAccount) -> None:
    account = await quiet_account(open_account)
    says = account.simulator.ecowatt
    says.told[THURSDAY] = levels(h8=2, h19=2)
    await account.travel(paris(2026, 11, 26, 12))
    alerts = follow_alerts(account)
    says.told[THURSDAY] = levels(h8=2)
    says.generated[THURSDAY] = paris(2026, 11, 26, 17)
    await account.travel(paris(2026, 11, 26, 18))
    assert [(kind, told["day"], told["level"], told["previous"]) for kind, told in alerts] == [
        ("lifted", "2026-11-26", 1, 2)
    ]


async def test_while_the_gateway_is_down_what_is_known_stays_and_what_runs_out_is_unknown(
    open_account: OpenAccount,
) -> None:
    account = await quiet_account(open_account)
    account.simulator.ecowatt.told[THURSDAY] = levels(h18=2)
    await account.travel(paris(2026, 11, 23, 18))
    account.simulator.inject(Fault(kind="status", status=503, times=None))
    await account.travel(paris(2026, 11, 26, 18))
    assert [value(account, key) for key in ("ecowatt_now", "ecowatt_today", "ecowatt_tension")] == [
        "orange",
        "orange",
        "on",
    ]
    assert value(account, "ecowatt_j1") == STATE_UNKNOWN
    await account.travel(paris(2026, 11, 26, 23, 59))
    assert (value(account, "ecowatt_now"), value(account, "ecowatt_tension")) == ("green", "off")
    assert attribute(account, "ecowatt_now", "next_hour") is None
    await account.travel(paris(2026, 11, 27, 0))
    unknown = ("ecowatt_now", "ecowatt_today", "ecowatt_tension", "ecowatt_worst_next_hours")
    assert [value(account, key) for key in unknown] == [STATE_UNKNOWN] * 4

    account.simulator.clear_faults()
    await account.travel(paris(2026, 11, 27, 5))
    assert [value(account, key) for key in unknown] == ["green", "green", "off", "green"]
