"""Tempo over real HTTP, with travelled time: late, corrected, taken back, garbled; and what is told of it."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest

from custom_components.myelectricaldata.coordinators.national_known import tempo_chance
from custom_components.myelectricaldata.coordinators.national_plan import Route
from custom_components.myelectricaldata.energy.calendar import ONE_DAY, PARIS, days_between
from custom_components.myelectricaldata.energy.tempo import COLOURS, Status, TempoEvent, TempoNews, tempo_view
from custom_components.myelectricaldata.gateway.models import TempoForecastDay
from tests.account import paris
from tests.national_rig import DAILY, NATIONAL, NOON, TODAY, TOMORROW, OpenRig, Rig, paths
from tests.simulators.gateway import Call
from tests.simulators.tempo import Tempo, colour, season

pytestmark = pytest.mark.long

MIDNIGHT = paris(2026, 11, 21, 0)
NEXT = TOMORROW + ONE_DAY


def clocks(calls: list[Call]) -> list[str]:
    """When Tempo days were asked."""
    return [f"{call.at.astimezone(PARIS):%H:%M}" for call in calls if call.path == "/tempo/days"]


def told(rig: Rig) -> list[tuple[TempoEvent, date, str | None]]:
    """What happened to colours, and when it was told."""
    news = (each for many in rig.news for each in many if isinstance(each, TempoNews))
    return [(each.event, each.day, each.colour) for each in news]


def wrong(day: date) -> str:
    return next(word for word in COLOURS if word != colour(day))


async def steady(open_rig: OpenRig) -> Rig:
    """An installation that knows when the colour comes."""
    rig = await open_rig(MIDNIGHT)
    await rig.join()
    rig.simulator.clear_calls()
    return rig


async def test_a_colour_is_provisional_until_it_is_asked_again_after_a_quarter_past_eleven(open_rig: OpenRig) -> None:
    rig = await steady(open_rig)
    costed = rig.told
    # Published at 10:20; here it is looked for from the minute on at which it lately came.
    assert clocks(await rig.travel(paris(2026, 11, 21, 11, 35))) == ["10:25"]
    assert rig.national.tempo.status(TOMORROW) is Status.PROVISIONAL
    assert rig.national.calendars.tempo[TOMORROW] == colour(TOMORROW)
    assert told(rig) == [(TempoEvent.PUBLISHED, TOMORROW, colour(TOMORROW))]
    assert rig.told == costed + 1
    calendars = rig.national.calendars
    (asked,) = await rig.travel(paris(2026, 11, 21, 15, 55))
    assert f"{asked.at.astimezone(PARIS):%H:%M}" == "11:40"
    assert asked.query == {"start_date": "2026-08-31", "end_date": "2026-11-22"}
    assert rig.national.tempo.status(TOMORROW) is Status.CONFIRMED
    assert told(rig)[1:] == [(TempoEvent.CONFIRMED, TOMORROW, colour(TOMORROW))]
    # Who counts the cost is not disturbed for a word.
    assert rig.national.calendars is calendars
    assert rig.told == costed + 1


async def test_who_starts_without_stamps_looks_from_six_on_and_learns_within_three_days(open_rig: OpenRig) -> None:
    rig = await open_rig(MIDNIGHT)
    for day in days_between(date(2026, 11, 1), date(2026, 11, 30)):
        rig.simulator.tempo.instead[day] = [{"date": day.isoformat(), "color": colour(day)}]
    await rig.join()
    assert not rig.national._state.value.tempo_came
    counts = [clocks(await rig.travel(paris(2026, 11, day + 1, 0))) for day in range(21, 26)]
    assert counts[0][0] == "06:00"
    assert [len(each) for each in counts] == [20, 20, 20, 2, 2]
    assert counts[3] == ["10:30", "11:40"]


async def test_a_late_colour_is_looked_for_less_and_less_and_then_no_more(open_rig: OpenRig) -> None:
    rig = await steady(open_rig)
    rig.simulator.tempo.late[TOMORROW] = timedelta(hours=7)
    asked = clocks(await rig.travel(paris(2026, 11, 22, 0)))
    # There at 17:20. The installation's own minutes lengthen what is late.
    quarters = ["10:25", "10:40", "10:55", "11:10", "11:25", "11:40", "11:55", "12:10", "12:25"]
    assert asked == [*quarters, "13:00", "13:35", "14:10", "14:45", "15:20", "15:55", "17:10", "18:25"]
    assert rig.national.tempo.status(TOMORROW) is Status.CONFIRMED
    assert told(rig) == [(event, TOMORROW, colour(TOMORROW)) for event in (TempoEvent.PUBLISHED, TempoEvent.CONFIRMED)]


async def test_a_colour_that_never_comes_is_not_invented_and_looked_for_every_hour(open_rig: OpenRig) -> None:
    rig = await steady(open_rig)
    rig.simulator.tempo.withheld.add(TOMORROW)
    assert len(clocks(await rig.travel(paris(2026, 11, 21, 23, 55)))) == 20
    assert TOMORROW not in rig.national.calendars.tempo
    night = clocks(await rig.travel(paris(2026, 11, 22, 5, 55)))
    assert night == ["00:00", "01:00", "02:00", "03:00", "04:00", "05:00"]
    rig.simulator.tempo.withheld.clear()
    await rig.travel(paris(2026, 11, 22, 7, 5))
    assert rig.national.calendars.tempo[TOMORROW] == colour(TOMORROW)
    # It is today's by now, which is news all the same.
    assert told(rig) == [(event, TOMORROW, colour(TOMORROW)) for event in (TempoEvent.PUBLISHED, TempoEvent.CONFIRMED)]


@pytest.mark.parametrize(("righted", "noticed"), [((11, 0), "11:40"), ((14, 0), "10:25")])
async def test_a_correction_is_noticed_and_told_before_and_after_it_was_confirmed(
    open_rig: OpenRig, righted: tuple[int, int], noticed: str
) -> None:
    rig = await steady(open_rig)
    rig.simulator.tempo.corrected[TOMORROW] = (wrong(TOMORROW), paris(2026, 11, 21, *righted))
    calls = await rig.travel(paris(2026, 11, 21, 11))
    assert rig.national.calendars.tempo[TOMORROW] == wrong(TOMORROW)
    costed, seen = rig.told, len(told(rig))
    while rig.national.calendars.tempo[TOMORROW] != colour(TOMORROW):
        calls = await rig.travel(datetime.now(PARIS) + timedelta(minutes=5)) or calls
    assert clocks(calls) == [noticed]
    assert (TempoEvent.CORRECTED, TOMORROW, colour(TOMORROW)) in told(rig)[seen:]
    assert rig.told > costed


async def test_a_provisional_colour_that_is_taken_back_is_unknown_again_and_a_confirmed_one_stays(
    open_rig: OpenRig,
) -> None:
    rig = await steady(open_rig)
    gone = rig.simulator.tempo.withdrawn
    gone[TOMORROW] = (paris(2026, 11, 21, 11), paris(2026, 11, 21, 12))
    await rig.travel(paris(2026, 11, 21, 11, 45))
    assert TOMORROW not in rig.national.calendars.tempo
    assert told(rig)[1:] == [(TempoEvent.CORRECTED, TOMORROW, None)]
    await rig.travel(paris(2026, 11, 21, 12, 15))
    assert rig.national.tempo.status(TOMORROW) is Status.CONFIRMED
    gone[TOMORROW] = gone[TODAY] = (paris(2026, 11, 21, 12), paris(2026, 11, 30))
    calendars = rig.national.calendars
    await rig.travel(paris(2026, 11, 22, 12))
    assert {day: rig.national.calendars.tempo[day] for day in (TODAY, TOMORROW)} == {
        day: calendars.tempo[day] for day in (TODAY, TOMORROW)
    }


type Rows = Callable[[Tempo, datetime], list[dict[str, object]]]


def garbled(**fields: object) -> Rows:
    return lambda tempo, now: [tempo.row(TOMORROW, now) | fields]


@pytest.mark.parametrize(
    "rows",
    [
        garbled(color="GREEN"),
        garbled(color=None),
        garbled(color=3),
        garbled(date=20261122),
        garbled(date=None),
        garbled(date=["2026-11-22"]),
        garbled(date="22/11/2026"),
        lambda _tempo, _now: [],
    ],
)
async def test_a_row_that_says_nothing_leaves_its_day_unknown_and_the_others_known(
    open_rig: OpenRig, rows: Rows
) -> None:
    rig = await open_rig(NOON)
    rig.simulator.tempo.instead[TOMORROW] = rows(rig.simulator.tempo, NOON)
    await rig.join()
    expected = {day: colour(day) for day in days_between(date(2016, 9, 1), TODAY)}
    assert rig.national.calendars.tempo == expected
    view = tempo_view(rig.national.tempo, NOON)
    assert (view.colour_tomorrow, view.status_tomorrow, view.colour) == (None, None, colour(TODAY))
    rig.simulator.tempo.instead.clear()
    assert clocks(await rig.travel(NOON + timedelta(minutes=15))) == ["12:15"]
    assert rig.national.calendars.tempo[TOMORROW] == colour(TOMORROW)


async def test_of_two_rows_of_a_day_the_one_that_was_written_last_counts(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    tempo = rig.simulator.tempo
    newest = tempo.row(TOMORROW, NOON) | {"updated_at": "2026-11-21T11:30:00+01:00"}
    oldest = tempo.row(TOMORROW, NOON) | {"updated_at": "2026-11-21T09:30:00+01:00", "color": wrong(TOMORROW)}
    for order in ([newest, oldest], [oldest, newest, oldest]):
        tempo.instead[TOMORROW] = order
        leave = await rig.join()
        assert rig.national.calendars.tempo[TOMORROW] == colour(TOMORROW)
        leave()
        await rig.national.async_remove()
        await rig.open()


async def test_a_season_start_and_a_clock_change_leave_no_hole(open_rig: OpenRig) -> None:
    rig = await open_rig(paris(2026, 8, 30))
    await rig.join()
    await rig.travel(paris(2026, 8, 31, 0))
    calls: list[Call] = []
    for day in (date(2026, 8, 31), date(2026, 9, 1), date(2026, 9, 2)):
        calls = await rig.travel(paris(day.year, day.month, day.day, 23, 55))
        assert paths(calls) == DAILY
        assert rig.national.calendars.tempo[day + ONE_DAY] == colour(day + ONE_DAY)
        view = tempo_view(rig.national.tempo, datetime.now(PARIS))
        used = [colour(each) for each in days_between(view.season.first, day)]
        assert view.season.used == {word: used.count(word) for word in COLOURS}
    (asked,) = (call for call in calls if call.path == "/tempo/days" and call.query["start_date"] < "2026-08")
    assert asked.query == {"start_date": "2026-07-23", "end_date": "2026-09-03"}
    rig.freezer.move_to(paris(2026, 10, 24, 0))
    await rig.travel(paris(2026, 10, 25, 0))
    for day in (date(2026, 10, 25), date(2026, 10, 26)):
        calls = await rig.travel(paris(day.year, day.month, day.day, 23, 55))
        assert paths(calls) == DAILY
        assert rig.national.calendars.tempo[day + ONE_DAY] == colour(day + ONE_DAY)
    assert set(days_between(date(2015, 9, 1), date(2026, 10, 27))) - set(season(2015)) == set(
        rig.national.calendars.tempo
    )


async def test_a_gateway_that_publishes_earlier_than_it_used_to_is_followed(open_rig: OpenRig) -> None:
    rig = await steady(open_rig)
    rig.simulator.tempo.publish_at = time(7, 0)
    assert clocks(await rig.travel(paris(2026, 11, 22, 0))) == ["10:25", "11:40"]
    assert clocks(await rig.travel(paris(2026, 11, 23, 0))) == ["07:05", "11:40"]


async def test_the_forecast_comes_twice_a_day_and_costs_nobody_a_calculation(open_rig: OpenRig) -> None:
    rig = await steady(open_rig)
    await rig.travel(paris(2026, 11, 21, 7, 55))
    first, costed, heard = rig.national.tempo, rig.told, len(rig.news)
    assert sorted(first.chances) == [TODAY - ONE_DAY + ahead * ONE_DAY for ahead in range(2, 8)]
    (call,) = await rig.travel(paris(2026, 11, 21, 8, 5))
    assert call.path == "/tempo/forecast"
    assert rig.national.tempo.chances_at == paris(2026, 11, 21, 8)
    assert rig.national.tempo.colours is first.colours
    assert (rig.told, rig.news[heard:]) == (costed, [()])
    chance = rig.national.tempo.chances[NEXT]
    assert sum(chance.chances.values()) == pytest.approx(100, abs=0.2)
    assert chance.confidence == "high"


def test_a_chance_that_is_not_told_is_not_guessed() -> None:
    def day(blue: float | None, white: float | None, red: float | None) -> TempoForecastDay:
        return TempoForecastDay(
            day=TODAY,
            probability_blue=blue,
            probability_white=white,
            probability_red=red,
            most_likely="BLUE",
            confidence=None,
            forecast_type=None,
        )

    found = tempo_chance(day(70, 20.4, 9.7))
    assert found is not None
    assert found.chances == {"BLUE": 70, "WHITE": 20.4, "RED": 9.7}
    for chances in ((None, 20, 10), (70, None, 10), (70, 20, None), (0, 0, 0), (70, 20, 50)):
        assert tempo_chance(day(*chances)) is None


async def test_what_was_known_for_three_years_is_completed_to_ten_at_once(open_rig: OpenRig) -> None:
    rig = await open_rig(NOON)
    leave = await rig.join()
    leave()
    await rig.settle()
    data = rig.storage[NATIONAL]["data"]
    old = {day.isoformat(): colour(day) for day in days_between(date(2023, 9, 1), TOMORROW)}
    asked = {name: data["asked"][name] for name in ("tempo", "zen_flex", "catalogue")}
    rig.storage[NATIONAL]["data"] = {
        "tempo": old,
        "zen_flex": {"2026-11-20": "ECO"},
        "asked": asked,
        "minutes": {"tempo": 700, "zen_flex": 960, "catalogue": 540},
        "providers": data["providers"],
        "nameless": [],
        "providers_at": data["providers_at"],
    }
    rig.simulator.clear_calls()
    await rig.open()
    assert len(rig.national.calendars.tempo) == len(old)
    await rig.join()
    assert paths(rig.simulator.calls) == {"/tempo/days": 1, "/tempo/forecast": 1, "/ecowatt/history": 1}
    assert min(rig.national.calendars.tempo) == date(2016, 9, 1)
    assert rig.national.asked_at(Route.CATALOGUE) == NOON
    rig.simulator.clear_calls()
    assert clocks(await rig.travel(paris(2026, 11, 22, 0))) == []
