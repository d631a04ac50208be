"""National data over real HTTP, with travelled time: what is asked, how often, and what survives."""

import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from custom_components.myelectricaldata.coordinators.national import async_get_national, draw_minute
from custom_components.myelectricaldata.coordinators.national_plan import MINUTES, Route
from custom_components.myelectricaldata.energy.calendar import ONE_DAY, days_between
from custom_components.myelectricaldata.energy.offers import OfferKey
from tests.account import paris
from tests.national_rig import CATALOGUE, DAILY, FIRST, NATIONAL, NOON, TODAY, TOMORROW, OpenRig, paths
from tests.simulators.offers import Offer, provider_id
from tests.simulators.signals import ecowatt_hours, zen_flex_type
from tests.simulators.tempo import colour

CATALOGUE_CALLS = Counter({"/energy/offers": 9, "/energy/providers": 9})
HALF_HOUR = timedelta(minutes=30)


async def test_the_first_account_brings_everything_in_six_calls(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    assert not rig.simulator.calls
    await rig.join()
    assert paths(rig.simulator.calls) == FIRST
    assert [call.path for call in rig.simulator.calls if call.counted] == ["/ecowatt/history"]
    assert rig.simulator.calls[0].query == {"start_date": "2016-08-31", "end_date": "2026-11-22"}
    calendars = rig.national.calendars
    assert calendars.tempo == {day: colour(day) for day in days_between(date(2016, 9, 1), TOMORROW)}
    assert rig.national.tempo.colours is calendars.tempo
    assert not rig.national.tempo.provisional
    # EDF publishes tomorrow at 13:10.
    assert calendars.zen_flex == {day: zen_flex_type(day) for day in days_between(date(2023, 11, 1), TODAY)}
    offer = rig.national.catalogue.offers[OfferKey(provider_id(0), "Rive Creuse", "HC_HP", Decimal(9))]
    assert offer.provider == "Énergie des Deux Rives"
    assert [version.valid_from for version in offer.history.versions] == [date(2026, 2, 1), date(2026, 8, 1)]
    assert rig.national.zen_flex is calendars.zen_flex
    # RTE has told of the third day to come yesterday at 12:15, a Friday's noon.
    known = {day: signal.hours for day, signal in rig.national.ecowatt.items()}
    assert known == {day: ecowatt_hours(day) for day in days_between(date(2025, 11, 29), date(2026, 11, 23))}
    assert rig.told == 3
    assert rig.changes == []
    # A first answer is no news.
    assert rig.news == [()] * 4


async def test_an_ordinary_day_costs_six_calls_for_all_signals(
    open_rig: OpenRig, capsys: pytest.CaptureFixture[str]
) -> None:
    rig = await open_rig(NOON)
    await rig.join()
    await rig.travel(paris(2026, 11, 22, 0))
    for day in range(22, 29):
        calls = paths(await rig.travel(paris(2026, 11, day + 1, 0)))
        with capsys.disabled():
            sys.stdout.write(f"\n2026-11-{day}: {(calls - CATALOGUE_CALLS).total()} calls for signals, {dict(calls)}")
        assert calls == DAILY
        tomorrow = date(2026, 11, day + 1)
        known = rig.national.calendars
        assert known.tempo[tomorrow] == colour(tomorrow)
        assert known.zen_flex[tomorrow] == zen_flex_type(tomorrow)
        third = date(2026, 11, day) + 3 * ONE_DAY
        assert rig.national.ecowatt[third].hours == ecowatt_hours(third)
    # A week after the first day the list of suppliers is read too.
    assert paths(await rig.travel(paris(2026, 11, 30, 0))) == DAILY + Counter({"/energy/providers": 1})


async def test_where_nothing_is_due_nothing_is_done_and_nothing_is_written(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    await rig.join()
    await rig.travel(paris(2026, 11, 21, 18))
    written, asking = rig.storage[NATIONAL], rig.national._asking
    assert await rig.travel(paris(2026, 11, 22, 7, 55)) == []
    assert rig.national._asking is asking
    assert rig.storage[NATIONAL] is written


async def test_a_restart_costs_no_call_and_what_is_known_is_there_at_once(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    leave = await rig.join()
    before, heard = rig.national, list(rig.news)
    leave()
    await rig.settle()
    rig.simulator.clear_calls()
    rig.freezer.tick(timedelta(minutes=10))
    await rig.open()
    assert rig.national is not before
    assert rig.national.calendars == before.calendars
    assert rig.national.catalogue == before.catalogue
    for known in ("tempo", "ecowatt", "zen_flex"):
        assert getattr(rig.national, known) == getattr(before, known)
    for route in (Route.TEMPO, Route.FORECAST, Route.ECOWATT, Route.ZEN_FLEX):
        assert rig.national.asked_at(route) == NOON
    await rig.join()
    assert not rig.simulator.calls
    assert rig.news == heard
    rest_of_today = Counter({"/tempo/forecast": 1, "/zen-flex/days": 1, "/ecowatt/history": 1})
    assert paths(await rig.travel(paris(2026, 11, 22, 23))) == DAILY + rest_of_today


async def test_two_accounts_share_the_calls_and_the_last_one_stops_them(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    first, second = await rig.join(), await rig.join()
    assert paths(rig.simulator.calls) == FIRST
    assert await async_get_national(rig.hass) is rig.national
    await rig.travel(paris(2026, 11, 22, 0))
    first()
    assert paths(await rig.travel(paris(2026, 11, 23, 0))) == DAILY
    second()
    await rig.settle()
    assert await rig.travel(paris(2026, 11, 24), HALF_HOUR) == []
    rig.simulator.clear_calls()
    await rig.join()
    assert paths(rig.simulator.calls) == Counter(dict.fromkeys(DAILY, 1))


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


async def test_gateway_1_22_has_no_zen_flex_and_is_asked_again_a_week_later(
    open_rig: OpenRig, caplog: pytest.LogCaptureFixture
) -> None:
    rig = await open_rig(NOON, version="1.22")
    await rig.join()
    calls = await rig.travel(NOON + timedelta(days=6, hours=23), HALF_HOUR)
    assert paths(calls)["/zen-flex/days"] == 0
    assert rig.national.calendars.zen_flex == {}
    calls = await rig.travel(NOON + timedelta(days=7, hours=1), HALF_HOUR)
    assert paths(calls)["/zen-flex/days"] == 1
    assert "Zen Flex" not in caplog.text


async def test_a_new_price_is_told_with_the_old_one_and_nothing_is_written_without_news(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    await rig.join()
    await rig.travel(paris(2026, 11, 23, 8), HALF_HOUR)
    written = rig.storage[CATALOGUE]
    catalogue = rig.national.catalogue
    await rig.travel(paris(2026, 11, 23, 11))
    assert rig.storage[CATALOGUE] is written
    assert rig.national.catalogue is catalogue
    rig.simulator.offers.change_price("Rive Creuse", {"hp_price": "0.2201"}, kva=9, valid_from=date(2026, 11, 24))
    await rig.travel(paris(2026, 11, 24, 11), HALF_HOUR)
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
        assert paths(await rig.travel(day, HALF_HOUR))["/energy/providers"] == expected
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


@pytest.mark.parametrize("route", MINUTES)
def test_each_installation_draws_its_own_minute(route: Route) -> None:
    drawn = {draw_minute(route) for _ in range(200)}
    assert len(drawn) > min(30, len(MINUTES[route]) // 2)
    assert drawn <= set(MINUTES[route])
