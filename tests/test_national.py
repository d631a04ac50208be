"""National data over real HTTP, with travelled time: what is asked, how often, and what survives."""

import logging
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from homeassistant.util import dt as dt_util

from custom_components.myelectricaldata.coordinators import national as national_module
from custom_components.myelectricaldata.coordinators.national import async_get_national
from custom_components.myelectricaldata.coordinators.national_plan import Route
from custom_components.myelectricaldata.energy.calendar import ONE_DAY, days_between
from custom_components.myelectricaldata.energy.offers import OfferKey
from tests.account import paris
from tests.national_rig import CATALOGUE, DAILY, NOON, TODAY, TOMORROW, OpenRig, paths
from tests.simulators.faults import Fault
from tests.simulators.offers import Offer, provider_id
from tests.simulators.signals import zen_flex_type
from tests.simulators.tempo import colour


async def test_the_first_account_brings_everything_in_four_calls(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    assert not rig.simulator.calls
    await rig.join()
    assert paths(rig.simulator.calls) == DAILY + Counter({"/energy/providers": 1})
    assert not any(call.counted for call in rig.simulator.calls)
    assert rig.simulator.calls[0].query == {"start_date": "2023-08-31", "end_date": "2026-11-22"}
    calendars = rig.national.calendars
    assert calendars.tempo == {day: colour(day) for day in days_between(date(2023, 9, 1), TOMORROW)}
    # EDF publishes tomorrow at 13:10.
    assert calendars.zen_flex == {day: zen_flex_type(day) for day in days_between(date(2023, 11, 1), TODAY)}
    offer = rig.national.catalogue.offers[OfferKey(provider_id(0), "Rive Creuse", "HC_HP", Decimal(9))]
    assert offer.provider == "Énergie des Deux Rives"
    assert [version.valid_from for version in offer.history.versions] == [date(2026, 2, 1), date(2026, 8, 1)]
    assert rig.told == 3
    assert rig.changes == []


async def test_an_ordinary_day_costs_three_calls(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    await rig.join()
    await rig.travel(paris(2026, 11, 22, 0))
    for day in range(22, 29):
        assert paths(await rig.travel(paris(2026, 11, day + 1, 0))) == DAILY
        known = rig.national.calendars
        assert known.tempo[date(2026, 11, day + 1)] == colour(date(2026, 11, day + 1))
        assert known.zen_flex[date(2026, 11, day + 1)] == zen_flex_type(date(2026, 11, day + 1))
    # A week after the first day the list of suppliers is read too.
    assert paths(await rig.travel(paris(2026, 11, 30, 0))) == DAILY + Counter({"/energy/providers": 1})


async def test_a_restart_costs_no_call_and_what_is_known_is_there_at_once(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    leave = await rig.join()
    before = rig.national
    leave()
    await rig.settle()
    rig.simulator.clear_calls()
    rig.freezer.tick(timedelta(minutes=10))
    await rig.open()
    assert rig.national is not before
    assert rig.national.calendars == before.calendars
    assert rig.national.catalogue == before.catalogue
    await rig.join()
    assert not rig.simulator.calls
    assert paths(await rig.travel(paris(2026, 11, 22, 23))) == DAILY + Counter({"/zen-flex/days": 1})


async def test_two_accounts_share_the_calls_and_the_last_one_stops_them(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    first, second = await rig.join(), await rig.join()
    assert len(rig.simulator.calls) == 4
    assert await async_get_national(rig.hass) is rig.national
    first()
    assert paths(await rig.travel(paris(2026, 11, 22, 12))) == DAILY
    second()
    await rig.settle()
    assert await rig.travel(paris(2026, 11, 24)) == []
    await rig.join()
    assert sum(paths(rig.simulator.calls[7:]).values()) == 3


async def test_a_client_of_a_working_gateway_stands_in_for_one_that_refuses(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    await rig.join(rig.client(rig.simulator.base_url + "/nowhere"))
    assert not rig.national.calendars.tempo
    rig.simulator.clear_calls()
    await rig.join()
    assert not rig.simulator.calls
    await rig.travel(NOON + timedelta(minutes=30))
    assert rig.national.calendars.tempo
    assert rig.national.catalogue.offers


async def test_a_season_start_and_a_clock_change_leave_no_hole(open_rig: OpenRig) -> None:
    rig = await open_rig(paris(2026, 8, 30))
    await rig.join()
    for day in (date(2026, 8, 31), date(2026, 9, 1), date(2026, 9, 2)):
        calls = await rig.travel(paris(day.year, day.month, day.day, 23, 45))
        assert sum(paths(calls).values()) <= 4
        assert rig.national.calendars.tempo[day + ONE_DAY] == colour(day + ONE_DAY)
    (asked,) = (call for call in calls if call.path == "/tempo/days")
    assert asked.query == {"start_date": "2026-07-22", "end_date": "2026-09-03"}
    rig.freezer.move_to(paris(2026, 10, 24, 0))
    await rig.travel(paris(2026, 10, 25, 0))
    for day in (25, 26):
        calls = await rig.travel(paris(2026, 10, day, 23, 59))
        assert paths(calls) == DAILY
        assert rig.national.calendars.tempo[date(2026, 10, day + 1)] == colour(date(2026, 10, day + 1))
    assert set(days_between(date(2022, 9, 1), date(2026, 10, 27))) == set(rig.national.calendars.tempo)


async def test_a_late_colour_is_asked_for_every_hour_and_then_no_more(open_rig: OpenRig) -> None:
    rig = await open_rig(paris(2026, 11, 21, 0))
    rig.simulator.tempo.late[TOMORROW] = timedelta(hours=4)
    await rig.join()
    rig.simulator.clear_calls()
    calls = await rig.travel(paris(2026, 11, 22, 0))
    # 12:00 is the first tick after 11:40; the colour is there at 14:20.
    asked = [call.at.astimezone(dt_util.get_time_zone("Europe/Paris")).hour for call in calls if call.path[1] == "t"]
    assert asked == [12, 13, 14, 15]
    assert rig.national.calendars.tempo[TOMORROW] == colour(TOMORROW)


async def test_a_colour_that_never_comes_is_not_invented_and_asked_for_in_moderation(open_rig: OpenRig) -> None:
    rig = await open_rig(paris(2026, 11, 21, 0))
    rig.simulator.tempo.withheld.add(TOMORROW)
    await rig.join()
    rig.simulator.clear_calls()
    tempo = [call for call in await rig.travel(paris(2026, 11, 22, 0)) if call.path == "/tempo/days"]
    assert len(tempo) == 8
    assert TOMORROW not in rig.national.calendars.tempo
    rig.simulator.clear_calls()
    await rig.travel(paris(2026, 11, 23, 0))
    assert paths(rig.simulator.calls)["/tempo/days"] <= 8
    rig.simulator.tempo.withheld.clear()
    await rig.travel(paris(2026, 11, 24, 0))
    assert rig.national.calendars.tempo[TOMORROW] == colour(TOMORROW)


async def test_a_corrected_colour_replaces_and_a_withdrawn_one_stays(open_rig: OpenRig) -> None:
    rig = await open_rig(paris(2026, 11, 21, 12))
    wrong = "RED" if colour(TOMORROW) != "RED" else "BLUE"
    rig.simulator.tempo.corrected[TOMORROW] = (wrong, paris(2026, 11, 22, 7))
    await rig.join()
    assert rig.national.calendars.tempo[TOMORROW] == wrong
    told, calendars = rig.told, rig.national.calendars
    rig.simulator.tempo.withheld.add(TODAY)
    await rig.travel(paris(2026, 11, 22, 13))
    assert rig.national.calendars.tempo[TOMORROW] == colour(TOMORROW)
    assert rig.national.calendars.tempo[TODAY] == colour(TODAY)
    assert rig.told == told + 2  # Zen Flex in the afternoon, Tempo at noon
    assert calendars.tempo[TOMORROW] == wrong


async def test_gateway_1_22_has_no_zen_flex_and_is_asked_again_a_week_later(
    open_rig: OpenRig, caplog: pytest.LogCaptureFixture
) -> None:
    rig = await open_rig(NOON, version="1.22")
    await rig.join()
    calls = await rig.travel(NOON + timedelta(days=6, hours=23))
    assert paths(calls)["/zen-flex/days"] == 0
    assert rig.national.calendars.zen_flex == {}
    calls = await rig.travel(NOON + timedelta(days=7, hours=1))
    assert paths(calls)["/zen-flex/days"] == 1
    assert "Zen Flex" not in caplog.text


async def test_a_gateway_that_is_down_is_spared_and_logged_once(
    open_rig: OpenRig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    rig = await open_rig(NOON)
    await rig.join()
    await rig.travel(paris(2026, 11, 22, 0))
    known, catalogue = rig.national.calendars, rig.national.catalogue
    rig.simulator.inject(Fault(kind="status", status=503, times=None))
    # Three tries of one question are one wait: at most 4 questions of 3 routes in 24 hours once the waits are long.
    calls = await rig.travel(paris(2026, 11, 24, 0))
    assert rig.national.calendars is known
    assert rig.national.catalogue is catalogue
    assert len(calls) <= 3 * 3 * 14
    assert caplog.text.count("does not serve") == 3
    rig.simulator.clear_faults()
    await rig.travel(paris(2026, 11, 24, 6))
    assert rig.national.calendars.tempo[date(2026, 11, 24)] == colour(date(2026, 11, 24))
    assert caplog.text.count("again\n") == 3
    assert paths(await rig.travel(paris(2026, 11, 25, 0))) == DAILY


async def test_where_nothing_answers_one_question_finds_out(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    rig.simulator.inject(Fault(kind="reset", times=None))
    await rig.join()
    assert set(paths(rig.simulator.calls)) == {"/tempo/days"}


async def test_too_many_requests_are_waited_for(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    refusal = {"success": False, "data": None, "error": {"code": "RATE_LIMIT_EXCEEDED", "message": "Too many"}}
    rig.simulator.inject(Fault(kind="wrong_json", body=refusal, route="/tempo/days"))
    await rig.join()
    # The gateway counts until midnight UTC.
    assert paths(await rig.travel(paris(2026, 11, 22, 0, 59)))["/tempo/days"] == 0
    assert paths(await rig.travel(paris(2026, 11, 22, 1)))["/tempo/days"] == 1
    assert rig.national.calendars.tempo[TODAY] == colour(TODAY)


async def test_a_new_price_is_told_with_the_old_one_and_nothing_is_written_without_news(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    await rig.join()
    await rig.travel(paris(2026, 11, 23, 8))
    written = rig.storage[CATALOGUE]
    told = rig.told
    await rig.travel(paris(2026, 11, 23, 11))
    assert rig.storage[CATALOGUE] is written
    assert rig.told == told
    rig.simulator.offers.change_price("Rive Creuse", {"hp_price": "0.2201"}, kva=9, valid_from=date(2026, 11, 24))
    await rig.travel(paris(2026, 11, 24, 11))
    (change,) = rig.changes
    assert change.offer.key == OfferKey(provider_id(0), "Rive Creuse", "HC_HP", Decimal(9))
    assert change.before is not None
    assert (change.before.prices["hp"], change.after.prices["hp"]) == (Decimal("0.2139"), Decimal("0.2201"))
    assert change.after.valid_from == date(2026, 11, 24)
    assert change.offer is rig.national.catalogue.offers[change.offer.key]
    assert rig.storage[CATALOGUE] is not written


async def test_an_unknown_supplier_is_looked_up_once(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    await rig.join()
    await rig.travel(paris(2026, 11, 22, 0))
    catalogue = rig.simulator.offers
    listed, hidden = catalogue.add_provider("Nouvelle Énergie"), catalogue.add_provider("Sans nom", listed=False)
    for place in (listed, hidden):
        catalogue.offers.append(Offer(provider=place, name="Neuve", kind="BASE", prices={"base_price": "0.19"}))
    for expected in (1, 0, 0):
        day = datetime.now(UTC) + timedelta(days=1)
        assert paths(await rig.travel(day))["/energy/providers"] == expected
    names = {offer.provider for offer in rig.national.catalogue.offers.values() if offer.key.name == "Neuve"}
    assert names == {"Nouvelle Énergie", catalogue.provider_ids[hidden]}


async def test_leaving_in_the_middle_of_a_question_ends_it(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    leave = rig.national.async_join(rig.client())
    leave()
    # A reload joins again before the question that was cut off has ended.
    await rig.join()
    assert len(rig.national._clients) == 1
    assert rig.national.calendars.tempo


@pytest.mark.parametrize("route", Route)
def test_each_installation_draws_its_own_minute(route: Route) -> None:
    drawn = {national_module.draw_minute(route) for _ in range(200)}
    assert len(drawn) > 30
    assert drawn <= set(national_module.MINUTES[route])
