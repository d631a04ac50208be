"""The button that asks, and the event that tells."""

from datetime import date

import pytest
from homeassistant.const import STATE_UNKNOWN
from homeassistant.exceptions import HomeAssistantError

from custom_components.myelectricaldata.coordinators.snapshot import NewData
from custom_components.myelectricaldata.feeds import Kind
from custom_components.myelectricaldata.gateway.models import Direction
from tests.entities.rig import (
    BOTH,
    YESTERDAY,
    EntityRig,
    Start,
)


async def test_the_button_asks_the_gateway_now(start: Start) -> None:
    rig = await start()
    await press(rig)
    assert rig.usage_point.asked == 1


async def test_the_button_says_why_it_could_not_ask(start: Start) -> None:
    rig = await start()
    rig.usage_point.refusal = HomeAssistantError("nothing left of today's calls")
    with pytest.raises(HomeAssistantError, match="nothing left"):
        await press(rig)


async def press(rig: EntityRig) -> None:
    await rig.hass.services.async_call("button", "press", {"entity_id": rig.entity_id("refresh")}, blocking=True)


@pytest.mark.parametrize(("revised", "event_type"), [(False, "new_data"), (True, "revised")])
async def test_new_readings_fire_an_event_that_says_which_days(start: Start, revised: bool, event_type: str) -> None:
    rig = await start(BOTH)
    assert rig.value("new_data") == STATE_UNKNOWN
    (listener,) = rig.usage_point.new_data_listeners
    listener(
        NewData(
            direction=Direction.PRODUCTION,
            kind=Kind.CURVE,
            first_day=date(2026, 11, 18),
            last_day=YESTERDAY,
            days=2,
            revised=revised,
        )
    )
    event = rig.state("new_data")
    assert event.state != STATE_UNKNOWN
    told = {key: event.attributes[key] for key in ("event_type", "direction", "kind", "first_day", "last_day", "days")}
    assert told == {
        "event_type": event_type,
        "direction": "production",
        "kind": "curve",
        "first_day": "2026-11-18",
        "last_day": "2026-11-20",
        "days": 2,
    }


async def test_an_unloaded_event_entity_listens_no_more(start: Start) -> None:
    rig = await start()
    await rig.unload()
    assert rig.usage_point.new_data_listeners == []
