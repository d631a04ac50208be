"""The national grid as Home Assistant shows it: asked for while somebody looks, and never otherwise."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from homeassistant.config_entries import RELOAD_AFTER_UPDATE_DELAY
from homeassistant.const import STATE_UNKNOWN
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from tests.account import Account, paris
from tests.conftest import OpenAccount
from tests.entities.signal_states import entity_id, state, value
from tests.simulators.climate import national_megawatts
from tests.simulators.faults import Fault
from tests.simulators.france import solar
from tests.simulators.gateway import Call

pytestmark = pytest.mark.long

START = paris(2026, 11, 21, 12)


def asked(calls: Iterable[Call]) -> list[tuple[str, datetime]]:
    """Which grid routes were asked when."""
    return [
        (call.path.split("/")[1], call.at)
        for call in calls
        if call.path.startswith(("/consumption-france", "/generation"))
    ]


async def enable(account: Account, *keys: str) -> None:
    """What the user does in the settings of the entities; Home Assistant reloads the account for it a little later."""
    registry = er.async_get(account.hass)
    for key in keys:
        registry.async_update_entity(entity_id(account, key), disabled_by=None)
    await account.settle()
    account.freezer.tick(timedelta(seconds=RELOAD_AFTER_UPDATE_DELAY + 1))
    async_fire_time_changed(account.hass)
    await account.settle()


def measured(until: datetime) -> tuple[datetime, float]:
    """The last quarter of an hour that the gateway tells of at an instant, and the truth about it."""
    last = until - timedelta(minutes=15, microseconds=1)
    start = last.replace(minute=last.minute // 15 * 15, second=0, microsecond=0)
    wall = (start + timedelta(hours=1)).replace(tzinfo=None)
    return start, round(national_megawatts(wall.date(), wall.hour * 60 + wall.minute))


async def test_disabled_as_they_are_at_first_nothing_is_ever_asked(open_account: OpenAccount) -> None:
    account = await open_account(START)
    for key in ("france_consumption", "france_solar"):
        entry = er.async_get(account.hass).async_get(entity_id(account, key))
        assert entry is not None
        assert entry.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    await account.travel(START + timedelta(days=1))
    assert asked(account.simulator.calls) == []


async def test_enabled_it_is_asked_each_half_hour_and_shows_what_the_grid_measured(open_account: OpenAccount) -> None:
    account = await open_account(START)
    await enable(account, "france_consumption")
    calls = asked(account.simulator.calls)
    assert [route for route, _ in calls] == ["consumption-france"]
    shown = state(account, "france_consumption")
    start, truth = measured(calls[0][1])
    assert float(shown.state) == truth
    assert shown.attributes["start"] == "2026-11-21T11:45:00+01:00"
    assert shown.attributes["end"] == "2026-11-21T12:00:00+01:00"
    assert start == datetime(2026, 11, 21, 10, 45, tzinfo=UTC)
    assert (shown.attributes["unit_of_measurement"], shown.attributes["state_class"]) == ("MW", "measurement")

    for half_hours in range(1, 7):
        await account.travel(START + half_hours * timedelta(minutes=30) + timedelta(minutes=1))
        last = asked(account.simulator.calls)[-1][1]
        assert float(value(account, "france_consumption")) == measured(last)[1]
    calls = asked(account.simulator.calls)
    assert {route for route, _ in calls} == {"consumption-france"}
    assert len(calls) == 7


async def test_solar_is_that_of_the_hour_and_needs_nobody_to_ask_again(open_account: OpenAccount) -> None:
    account = await open_account(START)
    await enable(account, "france_solar")
    assert [route for route, _ in asked(account.simulator.calls)] == ["generation-forecast"]
    account.simulator.inject(Fault(kind="status", status=503, times=None))
    seen = []
    for hour in (12, 13, 14, 15, 16, 22):
        await account.travel(paris(2026, 11, 21, hour, 1))
        seen.append((float(value(account, "france_solar")), state(account, "france_solar").attributes["start"]))
    assert seen == [
        (solar(paris(2026, 11, 21, hour)), f"2026-11-21T{hour}:00:00+01:00") for hour in (12, 13, 14, 15, 16, 22)
    ]
    assert seen[0][0] > 0
    assert seen[-1][0] == 0


async def test_a_measure_of_two_hours_ago_is_no_news(open_account: OpenAccount) -> None:
    account = await open_account(START)
    await enable(account, "france_consumption")
    account.simulator.inject(Fault(kind="status", status=503, times=None))
    await account.travel(paris(2026, 11, 21, 13, 59))
    assert value(account, "france_consumption") != STATE_UNKNOWN
    await account.travel(paris(2026, 11, 21, 14))
    gone = state(account, "france_consumption")
    assert (gone.state, gone.attributes["start"], gone.attributes["end"]) == (STATE_UNKNOWN, None, None)
    account.simulator.clear_faults()
    await account.travel(paris(2026, 11, 21, 19))
    assert value(account, "france_consumption") != STATE_UNKNOWN


async def test_disabled_again_it_is_asked_no_more(open_account: OpenAccount) -> None:
    account = await open_account(START)
    await enable(account, "france_consumption", "france_solar")
    assert {route for route, _ in asked(account.simulator.calls)} == {"consumption-france", "generation-forecast"}
    registry = er.async_get(account.hass)
    for key in ("france_consumption", "france_solar"):
        registry.async_update_entity(entity_id(account, key), disabled_by=er.RegistryEntryDisabler.USER)
    await account.settle()
    before = len(asked(account.simulator.calls))
    await account.travel(START + timedelta(hours=6))
    assert len(asked(account.simulator.calls)) == before
