"""What a review of the national signals found, and broke: a file of nonsense, a listener that fails, routes that stay broken."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from homeassistant.util import dt as dt_util

from custom_components.myelectricaldata.coordinators.kept import Kept
from custom_components.myelectricaldata.coordinators.national_plan import Route
from custom_components.myelectricaldata.energy.calendar import ONE_DAY
from custom_components.myelectricaldata.gateway.budget import UNCACHED_LIMIT
from tests.account import paris
from tests.national_rig import FIRST, NATIONAL, NOON, TODAY, OpenRig, paths
from tests.simulators.faults import Fault
from tests.simulators.tempo import colour

pytestmark = pytest.mark.long


@pytest.mark.parametrize(
    "nonsense",
    [
        {"tempo": {"9999-12-31": "BB"}},
        {"tempo": {"2026-09-01": "B" * 3_000_000}},
        {"tempo_chances_at": "0001-01-01T00:00:00+00:00"},
        {"tempo_since": "0001-01-01"},
        {"asked": {"ecowatt": {"at": "0001-01-01T00:00:00+00:00"}}},
        {"asked": {"zen_flex": {"at": "0001-01-01T00:00:00+00:00"}}},
        {"ecowatt": {"2026-11-21": [9, "1" * 24, None, None]}},
        {"ecowatt": {"0001-01-01": [1, "1" * 24, None, None], "9999-12-31": [1, "2" * 24, None, None]}},
    ],
    ids=lambda nonsense: str(nonsense)[:50],
)
async def test_a_file_of_nonsense_is_set_aside_and_everything_is_asked_again(
    open_rig: OpenRig, hass_storage: dict[str, Any], caplog: pytest.LogCaptureFixture, nonsense: dict[str, Any]
) -> None:
    hass_storage[NATIONAL] = {"version": 1, "minor_version": 1, "key": NATIONAL, "data": {"asked": {}, **nonsense}}
    rig = await open_rig(NOON)
    assert caplog.text.count("could not be read, was set aside") == 1
    await rig.join()
    assert paths(rig.simulator.calls) == FIRST
    assert rig.national.tempo.colours[TODAY] == colour(TODAY)


async def test_a_listener_that_fails_neither_silences_the_others_nor_has_the_gateway_asked_again(
    open_rig: OpenRig, caplog: pytest.LogCaptureFixture
) -> None:
    rig = await open_rig(NOON)
    before: list[object] = []

    def fails(*_: object) -> None:
        raise RuntimeError("an entity of somebody else")

    rig.national._listeners.insert(0, fails)
    rig.national._signal_listeners.insert(0, fails)
    rig.national._price_listeners.insert(0, fails)
    rig.national.async_add_signal_listener(before.append)
    await rig.join()
    assert paths(rig.simulator.calls) == FIRST
    assert before
    assert rig.told
    assert "an entity of somebody else" in caplog.text
    assert await rig.travel(NOON + timedelta(hours=3)) == []
    assert rig.national.asked_at(Route.TEMPO) is not None


@pytest.mark.parametrize(
    ("route", "daily", "uncached"),
    [("/ecowatt", 18, 18), ("/tempo", 3 * (24 + 6), 2)],
)
async def test_a_route_that_stays_broken_costs_little_and_is_not_written_down_each_time(
    open_rig: OpenRig, monkeypatch: pytest.MonkeyPatch, route: str, daily: int, uncached: int
) -> None:
    writes: list[object] = []
    encoded = Kept._encoded

    def note(kept: Kept[Any]) -> dict[str, Any]:
        writes.append(kept)
        return encoded(kept)

    monkeypatch.setattr(Kept, "_encoded", note)
    rig = await open_rig(paris(2026, 11, 23, 0))
    client = rig.client()
    await rig.join(client)
    rig.simulator.inject(Fault(kind="status", status=500, route=route, times=None))
    await rig.travel(paris(2026, 11, 25, 1, 30))
    assert client.budget.as_dict()["uncached"] < UNCACHED_LIMIT
    writes.clear()
    calls = await rig.travel(paris(2026, 11, 26, 1, 0), timedelta(minutes=10))
    broken = [call for call in calls if call.path.startswith(route)]
    assert 0 < len(broken) <= daily
    assert client.budget.as_dict()["uncached"] in range(1, uncached + 1)
    # One for each answer of the others, about.
    assert 0 < len(writes) <= 8
    rig.simulator.clear_faults()
    await rig.travel(paris(2026, 11, 26, 5, 0), timedelta(minutes=10))
    assert TODAY + timedelta(days=7) in rig.national.ecowatt
    assert rig.national.tempo.colours[TODAY + timedelta(days=5)] == colour(TODAY + timedelta(days=5))


async def test_what_the_gateway_says_of_when_to_come_back_outlives_a_restart(
    open_rig: OpenRig, hass_storage: dict[str, Any]
) -> None:
    rig = await open_rig(NOON)
    await rig.join()
    await rig.travel(NOON + timedelta(hours=5))
    rig.simulator.inject(Fault(kind="quota", route="/ecowatt", times=None))
    calls = await rig.travel(NOON + timedelta(hours=6))
    assert paths(calls)["/ecowatt/history"] == 1
    assert hass_storage[NATIONAL]["data"]["asked"]["ecowatt"]["retry_at"] is not None


@pytest.mark.parametrize("has", [0, 30])
async def test_the_history_of_a_gateway_that_is_new_itself_comes_once_it_has_one(open_rig: OpenRig, has: int) -> None:
    rig = await open_rig(NOON)
    oldest = TODAY - timedelta(days=4000)
    gone = {oldest + timedelta(days=each) for each in range(4001 - has)} | ({TODAY + ONE_DAY} if not has else set())
    rig.simulator.tempo.withheld.update(gone)
    await rig.join()
    calls = await rig.travel(NOON + timedelta(hours=20))
    assert len([call for call in calls if call.query.get("start_date", "9") < "2017"]) <= 3
    assert oldest + timedelta(days=600) not in rig.national.tempo.colours
    rig.simulator.tempo.withheld.clear()
    await rig.travel(NOON + timedelta(hours=27))
    assert rig.national.tempo.colours[oldest + timedelta(days=600)] == colour(oldest + timedelta(days=600))
    calls = await rig.travel(NOON + timedelta(hours=48))
    assert [call for call in calls if call.query.get("start_date", "9") < "2017"] == []


async def test_another_gateway_stands_in_at_once_for_one_that_is_gone(open_rig: OpenRig) -> None:
    rig = await open_rig(paris(2026, 11, 21, 0, 30))
    rig.national.async_join(rig.client("http://127.0.0.1:9/api"))
    await rig.join()
    # The second account came while the first one's question was on its way: nothing waits for the hour of the night.
    await rig.travel(paris(2026, 11, 21, 0, 35))
    assert paths(rig.simulator.calls) == FIRST + Counter({"/accounts/me": 1})
    rig.simulator.clear_calls()
    rig.simulator.inject(Fault(kind="status", status=503, route="/tempo/forecast", times=None))
    rig.national.async_join(rig.client())
    while not rig.simulator.calls:
        await rig.travel(dt_util.utcnow() + timedelta(minutes=5))
    # Two accounts of the same gateway do not ask twice what it does not answer: three tries, and one free question.
    assert paths(rig.simulator.calls) == {"/tempo/forecast": 3, "/accounts/me": 1}
    # The one that is gone does not make the other routes wait.
    await rig.travel(paris(2026, 11, 21, 18))
    assert paths(rig.simulator.calls)["/zen-flex/days"] == 1
    assert paths(rig.simulator.calls)["/ecowatt/history"] == 1
    assert TODAY + 3 * ONE_DAY in rig.national.ecowatt
