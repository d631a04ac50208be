"""National data and its files: what is read back, and what is fetched again."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from custom_components.myelectricaldata.coordinators.national import async_get_national
from tests.account import paris
from tests.national_rig import CATALOGUE, FIRST, NATIONAL, NOON, OpenRig, paths


@pytest.mark.parametrize("data", [{"tempo": {"x": "BLUE"}}, {"tempo": []}, {}])
async def test_a_file_that_cannot_be_read_is_fetched_again(
    open_rig: OpenRig, caplog: pytest.LogCaptureFixture, data: dict[str, Any]
) -> None:
    rig = await open_rig(NOON)
    leave = await rig.join()
    known = rig.national.calendars
    leave()
    await rig.settle()
    rig.storage[NATIONAL]["data"] = data
    rig.simulator.clear_calls()
    await rig.open()
    assert caplog.text.count(f"{NATIONAL} could not be read") == 1
    assert not rig.national.calendars.tempo
    await rig.join()
    assert rig.national.calendars == known
    assert paths(rig.simulator.calls) == FIRST


async def test_a_lost_catalogue_is_read_again_at_once_and_the_calendars_are_not(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    leave = await rig.join()
    leave()
    await rig.settle()
    rig.storage[CATALOGUE]["data"] = {"offers": "none"}
    rig.simulator.clear_calls()
    await rig.open()
    await rig.join()
    assert paths(rig.simulator.calls) == Counter({"/energy/offers": 1, "/energy/providers": 1})
    assert rig.national.catalogue.offers


async def test_when_the_last_account_is_removed_nothing_stays(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    leave = await rig.join()
    await rig.travel(NOON + timedelta(minutes=30))
    assert {NATIONAL, CATALOGUE} <= rig.storage.keys()
    await rig.travel(paris(2026, 11, 22, 13))
    leave()
    await rig.national.async_remove()
    await rig.settle()
    assert not {NATIONAL, CATALOGUE} & rig.storage.keys()
    assert not rig.national.catalogue.offers
    assert (await async_get_national(rig.hass)).calendars.tempo == {}
