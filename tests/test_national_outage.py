"""National data while the gateway is down, slow to come back, or was never asked: what stays, and how soon it is back."""

import logging
from datetime import datetime, timedelta

import pytest

from custom_components.myelectricaldata.energy.calendar import ONE_DAY, PARIS
from custom_components.myelectricaldata.energy.ecowatt import ecowatt_view
from custom_components.myelectricaldata.energy.tempo import Status, TempoEvent, TempoNews, tempo_view
from tests.account import paris
from tests.national_rig import CATALOGUE, DAILY, NATIONAL, NOON, TODAY, TOMORROW, OpenRig, Rig, paths
from tests.simulators.faults import Fault
from tests.simulators.signals import ecowatt_hours, zen_flex_type
from tests.simulators.tempo import colour

pytestmark = pytest.mark.long

MIDNIGHT = paris(2026, 11, 21, 0)
SLOT = timedelta(minutes=15)


async def back_within(rig: Rig, moment: datetime) -> timedelta:
    """How long after a moment everything of tomorrow is known."""
    third = TODAY + 3 * ONE_DAY
    while TOMORROW not in rig.national.calendars.tempo or third not in rig.national.ecowatt:
        await rig.travel(datetime.now(PARIS) + timedelta(minutes=5))
    return datetime.now(PARIS) - moment


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="reset", times=None),
        Fault(kind="status", status=503, times=None),
        Fault(kind="html", status=502, times=None),
        Fault(kind="html", times=None),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
async def test_down_from_six_to_twenty_what_is_known_stays_and_the_rest_is_back_within_one_slot(
    open_rig: OpenRig, caplog: pytest.LogCaptureFixture, fault: Fault
) -> None:
    caplog.set_level(logging.INFO, "custom_components.myelectricaldata")
    rig = await open_rig(MIDNIGHT)
    await rig.join()
    await rig.travel(paris(2026, 11, 21, 6))
    known, signals = rig.national.calendars, rig.national.ecowatt
    rig.simulator.inject(fault)
    calls = await rig.travel(paris(2026, 11, 21, 20, 2))
    written = rig.storage[NATIONAL]
    assert rig.national.calendars is known
    assert rig.national.ecowatt is signals
    # Restarted in the midst of it, all the same is known.
    view = tempo_view(rig.national.tempo, paris(2026, 11, 21, 20, 2))
    assert (view.colour, view.colour_today, view.colour_tomorrow) == (colour(TODAY), colour(TODAY), None)
    assert ecowatt_view(signals, paris(2026, 11, 21, 20, 2)).level == ecowatt_hours(TODAY)[20]
    # One question every quarter of an hour; those of EcoWatt are not wasted.
    assert len(calls) <= 4 * 12 + 8
    assert paths(calls)["/ecowatt/history"] == 0
    assert rig.storage[NATIONAL] is written
    rig.simulator.clear_faults()
    assert await back_within(rig, paris(2026, 11, 21, 20, 2)) <= SLOT
    assert rig.national.tempo.status(TOMORROW) is Status.CONFIRMED
    assert rig.national.zen_flex[TOMORROW] == zen_flex_type(TOMORROW)
    assert rig.national.tempo.chances_at is not None
    assert datetime.now(PARIS) - rig.national.tempo.chances_at <= SLOT
    events = [each.event for many in rig.news for each in many if isinstance(each, TempoNews)]
    assert events == [TempoEvent.PUBLISHED, TempoEvent.CONFIRMED]
    # One line when it starts, one when it ends.
    lines = [record.message for record in caplog.records if record.levelno >= logging.INFO]
    assert len([line for line in lines if "gateway" in line]) == 2
    assert paths(await rig.travel(paris(2026, 11, 22, 0))) == {}
    assert paths(await rig.travel(paris(2026, 11, 23, 0))) == DAILY


@pytest.mark.parametrize("minute", [2, 7, 13])
async def test_a_route_that_is_down_alone_is_back_within_one_slot_too(open_rig: OpenRig, minute: int) -> None:
    rig = await open_rig(MIDNIGHT)
    await rig.join()
    rig.simulator.inject(Fault(kind="status", status=500, route="/tempo/days", times=None))
    back = paris(2026, 11, 21, 13, minute)
    calls = await rig.travel(back)
    # The others are served as ever.
    assert paths(calls)["/tempo/forecast"] == 1
    assert paths(calls)["/energy/offers"] == 1
    rig.simulator.clear_faults()
    assert TOMORROW not in rig.national.calendars.tempo
    await rig.travel(back + SLOT)
    assert rig.national.calendars.tempo[TOMORROW] == colour(TOMORROW)


async def test_by_night_a_gateway_that_is_down_is_left_alone_for_an_hour(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    await rig.join()
    rig.simulator.inject(Fault(kind="html", status=502, times=None))
    await rig.travel(paris(2026, 11, 21, 23, 30))
    calls = await rig.travel(paris(2026, 11, 22, 5))
    assert len(calls) == 6
    assert set(paths(calls)) == {"/accounts/me"}


async def test_where_nothing_comes_back_one_question_finds_out(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    rig.simulator.inject(Fault(kind="reset", times=None))
    await rig.join()
    assert set(paths(rig.simulator.calls)) == {"/tempo/days"}


async def test_another_answer_of_the_account_tells_that_the_gateway_is_back(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    rig.simulator.inject(Fault(kind="status", status=503, times=None))
    client = rig.client()
    await rig.join(client)
    rig.simulator.clear_faults()
    rig.freezer.tick(timedelta(minutes=5))
    await client.async_usage_points()
    rig.simulator.clear_calls()
    await rig.travel(NOON + SLOT)
    assert rig.national.calendars.tempo
    assert "/accounts/me" not in paths(rig.simulator.calls)


async def test_a_secret_that_is_refused_is_no_gateway_that_is_down(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    rig.simulator.inject(Fault(kind="unauthorized", route="/accounts", times=None))
    rig.simulator.inject(Fault(kind="unauthorized", route="/ecowatt", times=None))
    rig.simulator.inject(Fault(kind="status", status=503, route="/tempo/forecast", times=None))
    await rig.join()
    # What is public is served all the same.
    assert rig.national.calendars.tempo
    assert rig.national.calendars.zen_flex
    assert rig.national.catalogue.offers
    assert not rig.national.ecowatt


async def test_too_many_requests_are_waited_for(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    refusal = {"success": False, "data": None, "error": {"code": "RATE_LIMIT_EXCEEDED", "message": "Too many"}}
    rig.simulator.inject(Fault(kind="wrong_json", body=refusal, route="/tempo/days"))
    await rig.join()
    # The gateway counts until midnight UTC.
    assert paths(await rig.travel(paris(2026, 11, 22, 0, 55)))["/tempo/days"] == 0
    assert paths(await rig.travel(paris(2026, 11, 22, 1)))["/tempo/days"] == 1
    assert rig.national.calendars.tempo[TODAY] == colour(TODAY)


async def test_a_gateway_that_is_down_for_days_harms_nothing_that_is_known(
    open_rig: OpenRig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    rig = await open_rig(NOON)
    await rig.join()
    await rig.travel(paris(2026, 11, 22, 0))
    known, catalogue, written = rig.national.calendars, rig.national.catalogue, rig.storage[CATALOGUE]
    rig.simulator.inject(Fault(kind="status", status=503, times=None))
    await rig.travel(paris(2026, 11, 24, 5, 50))
    assert rig.national.calendars is known
    assert rig.national.catalogue is catalogue
    assert rig.storage[CATALOGUE] is written
    assert caplog.text.count("The gateway does not answer (") == 1
    assert "does not serve" not in caplog.text
    rig.simulator.clear_faults()
    await rig.travel(paris(2026, 11, 24, 6, 5))
    for day in (TOMORROW, TOMORROW + ONE_DAY, TOMORROW + 2 * ONE_DAY):
        assert rig.national.calendars.tempo[day] == colour(day)
        assert rig.national.calendars.zen_flex[day] == zen_flex_type(day)
    assert caplog.text.count("again\n") == 1
