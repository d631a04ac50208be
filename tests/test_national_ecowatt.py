"""EcoWatt and the national grid over real HTTP, with travelled time."""

from datetime import date, timedelta

from custom_components.myelectricaldata.coordinators.national_known import points_of
from custom_components.myelectricaldata.coordinators.national_plan import Route
from custom_components.myelectricaldata.energy.calendar import ONE_DAY, PARIS, days_between
from custom_components.myelectricaldata.energy.ecowatt import EcowattEvent, EcowattNews, ecowatt_view
from custom_components.myelectricaldata.gateway.models import GridPoint, GridSeries
from tests.account import paris
from tests.national_rig import NATIONAL, NOON, TODAY, TOMORROW, OpenRig, Rig, paths
from tests.simulators.faults import Fault
from tests.simulators.france import solar
from tests.simulators.gateway import Call, GatewaySimulator
from tests.simulators.signals import ecowatt_hours

EVENING = paris(2026, 11, 21, 17, 10)
J3 = TODAY + 3 * ONE_DAY


def clocks(calls: list[Call], path: str = "/ecowatt/history") -> list[str]:
    return [f"{call.at.astimezone(PARIS):%H:%M}" for call in calls if call.path == path]


def told(rig: Rig) -> list[EcowattNews]:
    return [each for many in rig.news for each in many if isinstance(each, EcowattNews)]


def calm(tense: int | None = None) -> tuple[int, ...]:
    return tuple(2 if hour == tense else 1 for hour in range(24))


async def test_the_evening_costs_one_counted_call_and_friday_noon_too(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    await rig.join()
    assert clocks(await rig.travel(paris(2026, 11, 22, 0))) == ["17:10"]
    rig.freezer.move_to(paris(2026, 11, 27, 0))
    await rig.travel(paris(2026, 11, 27, 0, 5))
    calls = [call for call in await rig.travel(paris(2026, 11, 28, 0)) if call.path == "/ecowatt/history"]
    assert clocks(calls) == ["12:25"]
    assert calls[0].query == {"start_date": "2026-11-26", "end_date": "2026-12-01"}
    assert calls[0].counted
    assert rig.national.ecowatt[date(2026, 11, 30)].hours == ecowatt_hours(date(2026, 11, 30))


async def test_a_third_day_that_is_late_or_has_holes_is_asked_again_every_hour_of_the_evening(
    open_rig: OpenRig,
) -> None:
    rig = await open_rig(NOON)
    await rig.join()
    ecowatt = rig.simulator.ecowatt
    ecowatt.told[J3] = calm(tense=7)
    ecowatt.sent[J3] = range(12)
    assert clocks(await rig.travel(EVENING)) == ["17:10"]
    # Hours that RTE did not send are unknown, though the gateway writes 0.
    assert rig.national.ecowatt[J3].hours == calm(tense=7)[:12] + (None,) * 12
    ecowatt.sent.clear()
    assert clocks(await rig.travel(paris(2026, 11, 22, 0))) == ["18:10"]
    assert rig.national.ecowatt[J3].hours == calm(tense=7)
    ecowatt.withheld.add(J3 + ONE_DAY)
    assert clocks(await rig.travel(paris(2026, 11, 23, 0))) == ["17:10", "18:10", "19:10", "20:10", "21:10", "22:10"]
    assert J3 + ONE_DAY not in rig.national.ecowatt
    ecowatt.withheld.clear()
    assert clocks(await rig.travel(paris(2026, 11, 24, 0))) == ["17:10"]
    assert rig.national.ecowatt[J3 + ONE_DAY].is_complete


async def test_alerts_are_told_when_they_are_raised_and_lifted_and_nobody_calculates_a_cost(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    ecowatt = rig.simulator.ecowatt
    for day in days_between(TODAY, J3 + 3 * ONE_DAY):
        ecowatt.told[day] = calm()
    await rig.join()
    await rig.travel(paris(2026, 11, 21, 17))
    costed = rig.told
    ecowatt.told[J3] = calm(tense=18)
    await rig.travel(EVENING)
    (raised,) = told(rig)
    assert (raised.event, raised.day, raised.level, raised.previous) == (EcowattEvent.RAISED, J3, 2, None)
    assert raised.message == "Risque de coupures d'électricité."
    assert [(each.start, each.end) for each in raised.tensions] == [(paris(2026, 11, 24, 18), paris(2026, 11, 24, 19))]
    assert rig.told == costed
    ecowatt.told[J3] = calm()
    ecowatt.generated[J3] = paris(2026, 11, 22, 17)
    await rig.travel(EVENING + ONE_DAY)
    assert [(each.event, each.day) for each in told(rig)[1:]] == [(EcowattEvent.LIFTED, J3)]


async def test_hours_that_are_over_stay_known_and_lift_no_alert(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    ecowatt = rig.simulator.ecowatt
    ecowatt.told[TODAY] = calm(tense=8)
    await rig.join()
    ecowatt.drops_past_hours = True
    await rig.travel(EVENING)
    assert rig.national.ecowatt[TODAY].hours == calm(tense=8)
    assert ecowatt_view(rig.national.ecowatt, paris(2026, 11, 21, 8, 30)).is_tense
    assert not [each for each in told(rig) if each.day == TODAY]


async def test_a_year_is_kept_and_no_more(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    await rig.join()
    assert min(rig.national.ecowatt) == date(2025, 11, 29)
    await rig.travel(paris(2026, 11, 29, 0), timedelta(hours=1))
    assert min(rig.national.ecowatt) == date(2025, 12, 3)
    assert max(rig.national.ecowatt) == date(2026, 12, 1)


async def test_a_quota_is_waited_for_and_another_account_stands_in(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON, quota_uncached=0)
    await rig.join()
    assert not rig.national.ecowatt
    assert rig.national.calendars.tempo
    # The gateway counts until midnight UTC.
    assert clocks(await rig.travel(paris(2026, 11, 22, 0, 55))) == []
    assert clocks(await rig.travel(paris(2026, 11, 22, 1))) == ["01:00"]
    async with GatewaySimulator([]) as other:
        await rig.join(rig.client(other.base_url))
        await rig.travel(paris(2026, 11, 23, 1, 5))
        assert clocks(other.calls) == ["01:00"]
        assert rig.national.ecowatt[TOMORROW].hours == ecowatt_hours(TOMORROW)


async def test_a_route_that_fails_alone_costs_few_counted_calls_and_is_there_again_soon(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    await rig.join()
    await rig.travel(paris(2026, 11, 21, 17))
    rig.simulator.inject(Fault(kind="status", status=503, route="/ecowatt", times=None))
    calls = await rig.travel(paris(2026, 11, 22, 0))
    # Each is tried three times, which all may count.
    assert len(clocks(calls)) == 3 * 9
    assert paths(calls)["/accounts/me"] == 9
    rig.simulator.clear_faults()
    assert clocks(await rig.travel(paris(2026, 11, 22, 1)))
    assert rig.national.ecowatt[J3].is_complete


async def test_the_grid_is_asked_while_somebody_looks_and_kept_nowhere(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    await rig.join()
    assert paths(rig.simulator.calls)["/consumption-france"] == 0
    looks = [rig.national.async_want(route) for route in (Route.FRANCE, Route.FRANCE, Route.SOLAR)]
    await rig.settle()
    calls = [call for call in rig.simulator.calls if call.path in {"/consumption-france", "/generation-forecast"}]
    assert [call.query for call in calls] == [
        {"start_date": "2026-11-19", "end_date": "2026-11-23", "type": "REALISED"},
        {"start_date": "2026-11-19", "end_date": "2026-11-23", "production_type": "SOLAR"},
    ]
    grid = rig.national.grid
    assert grid.consumption[-1].start == NOON - timedelta(minutes=30)
    assert {point.start: point.megawatts for point in grid.solar}[NOON] == solar(NOON)
    rig.simulator.clear_calls()
    looks.pop(0)()
    calls = await rig.travel(paris(2026, 11, 21, 13))
    assert clocks(calls, "/consumption-france") == clocks(calls, "/generation-forecast") == ["12:30", "13:00"]
    assert rig.national.grid.consumption[-1].start == NOON + timedelta(minutes=30)
    for stop in looks:
        stop()
    assert paths(await rig.travel(paris(2026, 11, 21, 15))) == {}
    assert not {"france", "solar"} & set(rig.storage[NATIONAL]["data"]["asked"])


def test_of_two_forecasts_of_an_hour_the_one_that_was_made_later_counts() -> None:
    def series(kind: str, *hours: int) -> GridSeries:
        points = (GridPoint(start=paris(2026, 11, 21, hour), end=None, megawatts=len(kind)) for hour in hours)
        return GridSeries(kind=kind, production_type="SOLAR", points=tuple(points))

    points = points_of([series("ID", 10, 11), series("D-1", 11, 12), series("CLIMATE", 13)], ("D-1", "ID"))
    assert [(point.start.astimezone(PARIS).hour, point.megawatts) for point in points] == [(10, 2), (11, 2), (12, 3)]


async def test_zen_flex_is_looked_for_every_hour_while_somebody_lives_by_it(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    rig.simulator.zen_flex.missing.add(TOMORROW)
    await rig.join()
    assert clocks(await rig.travel(paris(2026, 11, 21, 20)), "/zen-flex/days") == ["16:00"]
    rig.simulator.clear_calls()
    stop = rig.national.async_want(Route.ZEN_FLEX)
    await rig.settle()
    await rig.travel(paris(2026, 11, 22, 0))
    assert clocks(rig.simulator.calls, "/zen-flex/days") == ["20:00", "21:00", "22:00"]
    # Today is unknown by now, which is looked for from the morning on.
    assert clocks(await rig.travel(paris(2026, 11, 22, 7)), "/zen-flex/days") == ["06:00", "07:00"]
    stop()
    assert clocks(await rig.travel(paris(2026, 11, 22, 12)), "/zen-flex/days") == []
