"""Restarts at any minute, a gateway that is down all day, and answers that are late, wrong, double or not to be read."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.energy.naive_clock import DAY, MINUTE, at
from tests.season_rig import NO_STATES, OpenWatch, Watch
from tests.signal_tables import EcowattTable, TempoTable, hours, tempo_price
from tests.simulators.faults import Fault
from tests.simulators.tempo import colour

pytestmark = [pytest.mark.long, NO_STATES]

# A white Tuesday between a blue and a red day, tense in the morning and in the evening.
TODAY = date(2027, 1, 12)
TOMORROW, YESTERDAY = TODAY + DAY, TODAY - DAY
COLOURS = {YESTERDAY: "BLUE", TODAY: "WHITE", TOMORROW: "RED", TOMORROW + DAY: "BLUE"}
BEFORE = at(YESTERDAY, 12)
MINUTES = (
    *("00:01", "05:59", "06:00", "06:01", "10:19", "10:20", "10:21", "11:14", "11:15", "11:16", "11:59"),
    *("17:04", "17:05", "17:06", "17:10", "17:15", "17:20", "21:59", "22:00", "22:01", "23:59"),
)


def clock(text: str, day: date = TODAY) -> datetime:
    hour, minute = map(int, text.split(":"))
    return at(day, hour, minute)


EVENTS = ("tempo_publication", "ecowatt_alert")
CHOSEN = sorted({*hours(TODAY, TODAY, 30 * MINUTE), *(clock(text) for text in MINUTES)})
TICKS = [when for when in hours(YESTERDAY, TODAY, 5 * MINUTE) if when >= BEFORE]


def prepare(watch: Watch) -> None:
    """Colours of this story in the place of the climate's."""
    tempo, ecowatt = watch.simulator.tempo, watch.simulator.ecowatt
    tempo.since = 2025
    for day, word in COLOURS.items():
        if word != colour(day):
            tempo.corrected[day] = (word, at(date(2030, 1, 1)))
    ecowatt.told[TODAY] = tuple(2 if hour in {8, 9, 18} else 3 if hour == 19 else 1 for hour in range(24))


def shown(watch: Watch) -> dict[str, tuple[str, dict[str, Any]]]:
    """Every entity of a signal as it is now, with its attributes; of an event what it told, not when."""
    return {
        key: ("told" if key in EVENTS and state.state != "unknown" else state.state, dict(state.attributes))
        for key, state in watch.now().items()
        if key.startswith(("tempo", "ecowatt"))
    }


async def live(watch: Watch, *, restarts: bool) -> dict[datetime, dict[str, tuple[str, dict[str, Any]]]]:
    """The states of a day at the chosen minutes, each after a restart or without one."""
    seen = {}
    tempo, ecowatt = TempoTable(watch.simulator), EcowattTable(watch.simulator)
    for now in sorted({*TICKS, *CHOSEN}):
        await watch.go(now)
        if now in CHOSEN:
            if restarts:
                await watch.restart()
            seen[now] = shown(watch)
            for table in (tempo, ecowatt):
                table.hear(now)
                wrong = {
                    key: (seen[now][key][0], state)
                    for key, state in table.states(now).items()
                    if "." not in key and seen[now][key][0] != state
                }
                assert wrong == {}, now
    return seen


async def test_a_restart_at_any_minute_of_a_day_shows_what_no_restart_shows(
    open_watch: OpenWatch, hass_storage: dict[str, Any]
) -> None:
    untouched = await open_watch(BEFORE, start=False)
    prepare(untouched)
    await untouched.start()
    without = await live(untouched, restarts=False)
    entry_id = untouched.entry.entry_id
    await untouched.hass.config_entries.async_remove(entry_id)
    await untouched.settle()
    untouched.forget()
    hass_storage.clear()

    restarted = await open_watch(BEFORE, start=False)
    prepare(restarted)
    await restarted.start()
    with_restarts = await live(restarted, restarts=True)

    assert list(without) == list(with_restarts) == CHOSEN
    for now, expected in without.items():
        if not awaits_an_answer(now):
            assert with_restarts[now] == expected, now
    assert told(restarted) == told(untouched)
    # A restart asks nothing that would not have been asked.
    assert routes(restarted) == routes(untouched)
    days = [call.at for call in restarted.simulator.calls if call.path == "/tempo/days" and call.at >= at(TODAY)]
    assert len(days) <= 4


def awaits_an_answer(now: datetime) -> bool:
    """A restart looks at once, else it is looked every five minutes: what came just now may be there sooner."""
    return any(timedelta() <= now - clock(text) < 6 * MINUTE for text in ("10:20", "11:15", "17:05"))


def told(watch: Watch) -> list[tuple[str, str, str]]:
    """The events, each once: a restart shows the last one again, and tells none twice."""
    found = {
        (key, seen.state): (key, seen.attributes["event_type"], seen.attributes["day"])
        for key in EVENTS
        for seen in watch.histories[key]
        if seen.attributes.get("event_type") is not None
    }
    return list(found.values())


def routes(watch: Watch) -> Counter[str]:
    return Counter(call.path for call in watch.signal_calls())


async def test_the_colour_and_the_price_change_at_six_sharp_though_home_assistant_was_off_until_then(
    open_watch: OpenWatch,
) -> None:
    watch = await open_watch(BEFORE, start=False)
    prepare(watch)
    await watch.start()
    for off, on, colour_then, period in (
        (clock("05:59"), clock("06:00"), "white", "hp"),
        (clock("06:30"), clock("21:59"), "white", "hp"),
        (clock("21:59"), clock("22:01"), "white", "hc"),
        (clock("22:30"), clock("05:59", TOMORROW), "white", "hc"),
        (clock("05:59", TOMORROW), clock("06:01", TOMORROW), "red", "hp"),
    ):
        await watch.travel(when for when in TICKS if datetime.now(UTC) < when < off)
        await watch.go(off)
        await watch.stop()
        watch.freezer.move_to(on)
        watch.simulator.inject(Fault(kind="reset", times=None))
        await watch.start()
        states = watch.now()
        found = [states[key].state for key in ("tempo_colour", "tempo_period", "tempo_price")]
        assert found == [colour_then, period, tempo_price(TODAY, f"{colour_then}_{period}")], on
        watch.simulator.clear_faults()
        if on.minute < 30:
            await watch.travel(on + step * 5 * MINUTE for step in range(1, 5))


@pytest.mark.parametrize("kind", ["refused", "502", "503", "wrong"])
async def test_a_gateway_that_is_down_from_six_to_eight_in_the_evening(open_watch: OpenWatch, kind: str) -> None:
    watch = await open_watch(BEFORE, start=False)
    prepare(watch)
    await watch.start()
    tempo, ecowatt = TempoTable(watch.simulator), EcowattTable(watch.simulator)
    port = watch.simulator._port
    faults = {
        "502": Fault(kind="html", status=502, times=None),
        "503": Fault(kind="status", status=503, times=None),
        "wrong": Fault(kind="wrong_json", times=None),
    }
    down, up = clock("06:00"), clock("20:00")
    for now in [*TICKS, *hours(TOMORROW, TOMORROW, 5 * MINUTE)]:
        if now == down:
            if kind == "refused":
                await watch.simulator.stop()
            else:
                watch.simulator.inject(faults[kind])
        if now == up:
            if kind == "refused":
                await watch.simulator.start(port)
            else:
                watch.simulator.clear_faults()
        await watch.go(now)
        if kind != "wrong" or not down <= now < up:
            tempo.hear(now)
            ecowatt.hear(now)
        states = watch.now()
        for table in (tempo, ecowatt):
            wrong = {
                key: (states[key].state, state)
                for key, state in table.states(now).items()
                if "." not in key and states[key].state != state
            }
            assert wrong == {}, now
        assert not [key for key, state in states.items() if state.state == "unavailable"]

    colours = dict(watch.changes("tempo_colour"))
    assert colours[down] == "white"
    assert colours[at(TOMORROW, 6)] == "red"
    tomorrow = [(when, state) for when, state in watch.changes("tempo_tomorrow") if down <= when < at(TOMORROW)]
    assert [state for _, state in tomorrow] == ["red"]
    assert up <= tomorrow[0][0] <= up + 15 * MINUTE
    third = [when for when, state in watch.changes("ecowatt_j3") if down <= when < at(TOMORROW) and state != "unknown"]
    assert len(third) == 1
    assert up <= third[0] <= up + 15 * MINUTE
    events = [(event, day) for _, event, day in told(watch) if day == TOMORROW.isoformat()]
    assert events == [("published", TOMORROW.isoformat()), ("confirmed", TOMORROW.isoformat())]
