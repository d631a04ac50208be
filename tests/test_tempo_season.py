"""A whole Tempo season in a real Home Assistant: 1 September 2027 to 31 August 2028, which has a 29 February.

What every entity showed from which instant on is compared with an independent table; the questions are counted.
"""

from collections import defaultdict
from datetime import date, datetime, time, timedelta

import pytest

from tests.energy.naive_clock import DAY, MINUTE, at, wall
from tests.season_rig import NO_STATES, OpenWatch, Watch, summary, tell
from tests.signal_tables import TempoTable, hours, instants
from tests.simulators.tempo import colour

pytestmark = [pytest.mark.long, pytest.mark.timeout(300), NO_STATES]

FIRST, LAST = date(2027, 9, 1), date(2028, 8, 31)
# Some days before, so that the source has learnt when the colour comes.
START = at(FIRST - 4 * DAY, 6)
DAYS = [FIRST + away * DAY for away in range(366)]
CLOCKS = (
    # A second before each change, and the change.
    *("05:59:59", "06:00", "21:59:59", "22:00", "23:59:59", "00:00"),
    # When a colour is awaited, when it becomes final, and what the plan names.
    *(
        "03:00",
        "06:15",
        "06:30",
        "06:45",
        "07:30",
        "09:00",
        "11:15",
        "11:30",
        "12:20",
        "15:00",
        "16:30",
        "17:05",
        "19:00",
    ),
)
PUBLISHED = time(6, 20)
LATE = {
    **{FIRST + away * DAY: timedelta(hours=4) for away in range(20, 366, 40)},  # 10:20
    **{FIRST + away * DAY: timedelta(hours=5, minutes=24) for away in range(33, 366, 90)},  # 11:44
    date(2027, 12, 8): timedelta(hours=14),  # 20:20
    date(2028, 1, 19): timedelta(hours=20),  # 02:20 of the day itself
    date(2028, 2, 29): timedelta(hours=26),  # 08:20 of the day itself
}
HOLE, FILLED = date(2028, 1, 5), at(date(2028, 1, 20), 9)
CORRECTED = {
    # Put right while it was provisional, and after it was final.
    date(2027, 11, 24): at(date(2027, 11, 23), 10, 50),
    date(2028, 2, 9): at(date(2028, 2, 8), 15),
    date(2028, 8, 31): at(date(2028, 8, 30), 9),
}


def prepare(watch: Watch) -> None:
    tempo = watch.simulator.tempo
    tempo.publish_at, tempo.since = PUBLISHED, 2025
    tempo.late.update(LATE)
    tempo.withheld.add(HOLE)
    for day, until in CORRECTED.items():
        tempo.corrected[day] = ("WHITE" if colour(day) != "WHITE" else "BLUE", until)


def journey() -> list[datetime]:
    """Where the clock strikes: every five minutes on some days, every quarter where a colour is late."""
    found = set(instants(FIRST - 4 * DAY, LAST + DAY, *CLOCKS))
    for day in DAYS[::130]:
        found.update(hours(day, day, 5 * MINUTE))
    for day in (*LATE, *CORRECTED):
        found.update(hours(day - DAY, day - DAY, 15 * MINUTE))
    return sorted(when for when in found if when >= START)


async def test_a_whole_season(open_watch: OpenWatch) -> None:
    watch = await open_watch(START, start=False)
    prepare(watch)
    await watch.start()
    table = TempoTable(watch.simulator)
    expected: defaultdict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for now in journey():
        if now >= FILLED:
            watch.simulator.tempo.withheld.clear()
        await watch.go(now)
        table.hear(now)
        for key, state in table.states(now).items():
            if not expected[key] or expected[key][-1][1] != state:
                expected[key].append((now, state))

    for key, changes in expected.items():
        assert watch.changes(key) == changes, key
    assert {key for key in watch.histories if key.startswith("tempo_")} <= {
        *expected,
        *("tempo_publication", "tempo_price_base", "tempo_price_hc_hp", "tempo_calendar"),
        *(f"tempo_calendar_{word}" for word in ("blue", "white", "red")),
    }
    assert_news(watch, table)
    assert_in_time(watch)
    assert_few_calls(watch)


def assert_news(watch: Watch, table: TempoTable) -> None:
    """The event entity told every publication, confirmation and correction, once."""
    told = [
        (seen.at, seen.attributes["event_type"], date.fromisoformat(seen.attributes["day"]), seen.attributes["colour"])
        for seen in watch.histories["tempo_publication"]
        if seen.attributes["event_type"] is not None
    ]
    assert told == table.news
    events = [event for _, event, day, _ in told if FIRST <= day <= LAST]
    # The hole was filled when it was long past.
    assert (events.count("published"), events.count("confirmed")) == (len(DAYS) - 1, len(DAYS) - 1)
    assert [day for _, event, day, _ in told if event == "corrected"] == sorted(CORRECTED)


def assert_in_time(watch: Watch) -> None:
    """A colour is there within a quarter of an hour after the gateway has it; what is late within an hour or so."""
    shown = watch.changes("tempo_tomorrow")
    for away in range(366):
        day = FIRST + away * DAY
        if day == HOLE or LATE.get(day, timedelta()) >= timedelta(hours=17):
            continue
        published = watch.simulator.tempo.published_at(day)
        arrived = next(when for when, state in shown if when >= at(day - DAY) and state != "unknown")
        limit = timedelta(minutes=15) if published < at(day - DAY, 12) else timedelta(minutes=75)
        assert published <= arrived <= published + limit, day


def assert_few_calls(watch: Watch) -> None:
    days = {day: calls for day, calls in watch.calls_by_day().items() if FIRST <= day <= LAST}
    odd = {day - DAY for day in (*LATE, *CORRECTED)} | {HOLE - DAY, HOLE, HOLE + DAY, *LATE}
    ordinary = {day: calls for day, calls in days.items() if day not in odd}
    tell(summary("Tempo season, ordinary days, all signals", ordinary))
    tell(summary("Tempo season, days with something late", {day: days[day] for day in days.keys() - ordinary}))
    assert len(ordinary) > 300
    assert {day: calls for day, calls in ordinary.items() if calls.total() > 6} == {}
    # At night nothing is asked, unless the colour in force is missing.
    night = [call.at for call in watch.signal_calls() if wall(call.at).date() in ordinary and wall(call.at).hour < 6]
    assert night == []
