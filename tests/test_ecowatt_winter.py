"""A whole EcoWatt winter in a real Home Assistant: November 2026 to March 2027, both clocks changed around it.

What every entity showed from which instant on is compared with an independent table; the questions are counted.
"""

from collections import defaultdict
from datetime import date, datetime

import pytest

from tests.energy.naive_clock import DAY, MINUTE, at, wall
from tests.season_rig import NO_STATES, OpenWatch, Watch, summary, tell
from tests.signal_tables import EcowattTable, hours, instants
from tests.simulators.signals import ecowatt_hours

pytestmark = [pytest.mark.long, pytest.mark.timeout(300), NO_STATES]

FIRST, LAST = date(2026, 10, 24), date(2027, 3, 31)
"""From the eve of the day with 25 hours until after the one with 23."""
DAYS = [FIRST + away * DAY for away in range((LAST - FIRST).days + 1)]
START = at(FIRST, 3, 30)
# A second before some hours, when RTE has told of another day, and when signals were told that were not in the plan.
CLOCKS = ("00:59:59", "07:59:59", "11:59:59", "12:20", "17:05", "17:59:59", "19:59:59", "23:59:59")
CHANGED = date(2027, 1, 12)
"""RTE tells a signal of this day three times, each worse or better than the one before."""
HOLES = date(2027, 1, 19)
"""Of this day only a part is told at first."""
MISSING = date(2027, 2, 3)
"""This day is told two days late."""
NIGHT = date(2027, 2, 10)
"""A tension runs across the midnight that ends this day."""


def flat(level: int, **others: int) -> tuple[int, ...]:
    return tuple(others.get(f"h{hour}", level) for hour in range(24))


def prepare(watch: Watch) -> None:
    """What is odd from the start on; `act` says what becomes of it."""
    ecowatt = watch.simulator.ecowatt
    ecowatt.told[NIGHT] = flat(1, h21=2, h22=2, h23=3)
    ecowatt.told[NIGHT + DAY] = flat(1, h0=2, h1=2, h8=2)
    # Tension in the hour that one night has twice and another has not.
    ecowatt.told[date(2026, 10, 25)] = flat(1, h2=2)
    ecowatt.told[date(2027, 3, 28)] = flat(1, h1=2, h2=3, h3=2)
    ecowatt.told[CHANGED] = flat(1)
    ecowatt.sent[HOLES] = range(8, 20)
    ecowatt.withheld.add(MISSING)


def act(watch: Watch, now: datetime) -> None:
    """What the gateway tells of the odd days changes with time."""
    ecowatt = watch.simulator.ecowatt
    if now >= at(CHANGED - DAY, 8):
        level = 3 if now < at(CHANGED, 0) else 2 if now < at(CHANGED, 12) else 1
        ecowatt.told[CHANGED] = flat(1, h18=level, h19=level)
    if now >= at(HOLES - DAY, 9):
        ecowatt.sent.pop(HOLES, None)
    if now >= at(MISSING - DAY, 9):
        ecowatt.withheld.clear()


def journey() -> list[datetime]:
    """Every hour; every five minutes on some days and on those of the script."""
    found = {*hours(FIRST, LAST), *instants(FIRST, LAST, *CLOCKS)}
    for day in (*DAYS[::50], *(each - 3 * DAY for each in (CHANGED, HOLES, MISSING))):
        found.update(hours(day, day, 5 * MINUTE))
    return sorted(when for when in found if when >= START)


async def test_a_whole_winter(open_watch: OpenWatch) -> None:
    watch = await open_watch(START, start=False)
    prepare(watch)
    await watch.start()
    table = EcowattTable(watch.simulator)
    expected: defaultdict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for now in journey():
        act(watch, now)
        await watch.go(now)
        table.hear(now)
        for key, state in table.states(now).items():
            if not expected[key] or expected[key][-1][1] != state:
                expected[key].append((now, state))

    for key, changes in expected.items():
        assert watch.changes(key) == changes, key
    assert {key for key in watch.histories if key.startswith("ecowatt_")} <= {*expected, "ecowatt_alert"}
    told = [
        (seen.at, seen.attributes["event_type"], date.fromisoformat(seen.attributes["day"]))
        for seen in watch.histories["ecowatt_alert"]
        if seen.attributes["event_type"] is not None
    ]
    assert told == table.news
    assert_it_was_a_winter(watch)
    assert_few_calls(watch)


def assert_it_was_a_winter(watch: Watch) -> None:
    """The table had something to find."""
    shown = {state for _, state in watch.changes("ecowatt_now")}
    assert shown >= {"low_carbon", "green", "orange", "red"}
    tense_days = {day for day in DAYS if max(ecowatt_hours(day)) >= 2} | (
        watch.simulator.ecowatt.told.keys() - {CHANGED}
    )
    on = {wall(when).date() for when, state in watch.changes("ecowatt_tension") if state == "on"}
    assert on == tense_days
    assert len(on) > 10


def assert_few_calls(watch: Watch) -> None:
    days = {day: calls for day, calls in watch.calls_by_day().items() if FIRST < day < LAST}
    odd = {each - away * DAY for each in (CHANGED, HOLES, MISSING) for away in range(4)}
    ordinary = {day: calls for day, calls in days.items() if day not in odd}
    tell(summary("EcoWatt winter, ordinary days, all signals", ordinary))
    tell(summary("EcoWatt winter, days with something odd", {day: days[day] for day in days.keys() - ordinary}))
    assert len(ordinary) > 100
    assert {calls["/ecowatt/history"] for calls in ordinary.values()} == {1}
    assert max(calls.total() for calls in ordinary.values()) <= 6
    assert max(calls["/ecowatt/history"] for calls in days.values()) <= 8
