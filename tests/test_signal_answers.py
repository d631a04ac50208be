"""Answers that are late, corrected, missing, malformed, double or dated wrongly: what the entities then show and tell."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.energy.naive_clock import DAY, MINUTE, at
from tests.season_rig import NO_STATES, OpenWatch, Watch
from tests.signal_tables import hours
from tests.simulators.tempo import Tempo, colour

pytestmark = [pytest.mark.long, NO_STATES]

TODAY = date(2027, 1, 12)
TOMORROW = TODAY + DAY
COLOURS = {TODAY - DAY: "BLUE", TODAY: "WHITE", TOMORROW: "RED"}
LATER = at(date(2030, 1, 1))


def row(day: object, word: object, **more: object) -> dict[str, object]:
    return {"date": day, "color": word, "updated_at": at(TODAY, 10, 20).isoformat(), **more}


@dataclass(frozen=True)
class Story:
    """What the gateway does with tomorrow, and what is then shown of it: [from, state] and the events."""

    shown: list[tuple[str, str]]
    events: list[tuple[str, str, str | None]]
    late: timedelta = timedelta()
    withheld: bool = False
    corrected: tuple[str, str] | None = None
    rows: list[dict[str, object]] | None = None


SILENT = Story(shown=[("00:00", "unknown")], events=[])
ORDINARY = Story(
    shown=[("00:00", "unknown"), ("10:20", "red")],
    events=[("10:20", "published", "red"), ("11:15", "confirmed", "red")],
)


def written(*rows: dict[str, object], of: Story = SILENT) -> Story:
    return Story(shown=of.shown, events=of.events, rows=list(rows))


STORIES = {
    "in time": ORDINARY,
    # Late by 84 minutes: final at once, and looked for until then every quarter of an hour.
    "late": Story(
        late=timedelta(minutes=84),
        shown=[("00:00", "unknown"), ("11:45", "red")],
        events=[("11:45", "published", "red"), ("11:45", "confirmed", "red")],
    ),
    "corrected before it is final": Story(
        corrected=("WHITE", "10:50"),
        shown=[("00:00", "unknown"), ("10:20", "white"), ("11:15", "blue")],
        events=[("10:20", "published", "white"), ("11:15", "corrected", "blue"), ("11:15", "confirmed", "blue")],
    ),
    "missing": Story(withheld=True, shown=SILENT.shown, events=[]),
    "twice the same": written(row("2027-01-13", "RED"), row("2027-01-13", "RED"), of=ORDINARY),
    "twice, the later one counts": written(
        row("2027-01-13", "RED", updated_at="2027-01-12T09:19:30+00:00"),
        row("2027-01-13", "BLUE", updated_at="2027-01-12T08:00:00+00:00"),
        of=ORDINARY,
    ),
    "no colour": written(row("2027-01-13", None)),
    "no colour of Tempo": written(row("2027-01-13", "GREEN")),
    "a colour that is a number": written(row("2027-01-13", 3)),
    "no day": written({"color": "RED"}),
    "a day that does not exist": written(row("2027-01-32", "RED")),
    "a French date": written(row("13/01/2027", "RED")),
    "a date that is a number": written(row(1_799_881_200, "RED")),
    "a date that is a list": written(row([2027, 1, 13], "RED")),
    "an afternoon": written(row("2027-01-13T15:00:00+01:00", "RED")),
    # However Paris midnight is written, it is the 13th, and never the 12th.
    "midnight of Paris": written(row("2027-01-13T00:00:00+01:00", "RED"), of=ORDINARY),
    "midnight of Paris in UTC": written(row("2027-01-12T23:00:00Z", "RED"), of=ORDINARY),
    "midnight of Paris in naive UTC": written(row("2027-01-12T23:00:00", "RED"), of=ORDINARY),
}


def prepare(tempo: Tempo, story: Story) -> None:
    tempo.since = 2025
    for day, word in COLOURS.items():
        if word != colour(day):
            tempo.corrected[day] = (word, LATER)
    if story.late:
        tempo.late[TOMORROW] = story.late
    if story.withheld:
        tempo.withheld.add(TOMORROW)
    if story.rows is not None:
        tempo.instead[TOMORROW] = story.rows
    if story.corrected is not None:
        word, until = story.corrected
        assert colour(TOMORROW) == "BLUE"
        tempo.corrected[TOMORROW] = (word, clock(until))


def clock(text: str) -> datetime:
    hour, minute = map(int, text.split(":"))
    return at(TODAY, hour, minute)


def happened(watch: Watch) -> list[tuple[datetime, str, str, Any]]:
    return [
        (seen.at, seen.attributes["event_type"], seen.attributes["day"], seen.attributes["colour"])
        for seen in watch.histories["tempo_publication"]
        if seen.attributes["event_type"] is not None and seen.at >= at(TODAY)
    ]


@pytest.mark.parametrize("name", STORIES)
async def test_what_becomes_of_tomorrow(open_watch: OpenWatch, name: str) -> None:
    story = STORIES[name]
    watch = await open_watch(at(TODAY - 4 * DAY, 6), start=False)
    prepare(watch.simulator.tempo, story)
    await watch.start()
    # Some days of habit: the source knows when the colour comes.
    await watch.travel(hours(TODAY - 3 * DAY, TODAY - DAY, 20 * MINUTE))
    await watch.travel(hours(TODAY, TODAY, 5 * MINUTE))

    slot = timedelta(minutes=15)
    shown = [(when, state) for when, state in watch.changes("tempo_tomorrow") if when >= at(TODAY)]
    assert [state for _, state in shown] == [state for _, state in story.shown]
    assert all(
        clock(then) <= when < clock(then) + slot for (when, _), (then, _) in zip(shown, story.shown, strict=True)
    )
    events = happened(watch)
    assert [(event, word) for _, event, _, word in events] == [(event, word) for _, event, word in story.events]
    assert {day for _, _, day, _ in events} <= {TOMORROW.isoformat()}
    assert all(
        clock(then) <= when < clock(then) + slot for (when, *_), (then, *_) in zip(events, story.events, strict=True)
    )

    # Whatever was written of tomorrow, nothing else has changed.
    assert [state for when, state in watch.changes("tempo_today") if when >= at(TODAY)] == ["white"]
    assert [state for when, state in watch.changes("tempo_colour") if when >= at(TODAY, 6)] == ["white"]
    assert watch.now()["tempo_days_used_white"].state != "unknown"

    # And tomorrow is what is known of it: at six sharp in force, or unknown.
    await watch.travel([*hours(TOMORROW, TOMORROW, 20 * MINUTE)[:18], at(TOMORROW, 6) - MINUTE / 60, at(TOMORROW, 6)])
    expected = story.shown[-1][1]
    assert watch.now()["tempo_today"].state == expected
    assert watch.changes("tempo_colour")[-1] == (at(TOMORROW, 6), expected)
    assert watch.now()["tempo_red_peak"].state == {"unknown": "unknown", "red": "on"}.get(expected, "off")


async def test_a_final_colour_that_is_taken_back_stays_and_one_that_is_corrected_changes(open_watch: OpenWatch) -> None:
    watch = await open_watch(at(TODAY - DAY, 12), start=False)
    tempo = watch.simulator.tempo
    prepare(tempo, ORDINARY)
    await watch.start()
    await watch.travel(hours(TODAY, TODAY, 15 * MINUTE))
    assert watch.now()["tempo_tomorrow_status"].state == "confirmed"
    tempo.withheld.add(TOMORROW)
    await watch.travel(hours(TOMORROW, TOMORROW, 15 * MINUTE))
    assert watch.now()["tempo_today"].state == "red"
    assert {word for when, word in watch.changes("tempo_today") if when >= at(TOMORROW)} == {"red"}
    tempo.withheld.clear()
    tempo.corrected[TOMORROW] = ("BLUE", LATER)
    await watch.travel(hours(TOMORROW + DAY, TOMORROW + DAY, 15 * MINUTE))
    assert [event[1:] for event in happened(watch) if event[1] == "corrected"] == [
        ("corrected", TOMORROW.isoformat(), "blue")
    ]
    assert watch.histories["tempo_publication"][-1].at < datetime.now(UTC)
