"""Colours and hours by the clock: to the second, through clock changes, holes, restarts and late or changed news."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN

from custom_components.myelectricaldata.energy.calendar import PARIS
from custom_components.myelectricaldata.energy.ecowatt import EcowattEvent, EcowattNews
from tests.entities.signal_rig import SECOND, NationalStandIn, OpenSignals, SignalRig

MONDAY = date(2026, 11, 23)
TUESDAY = date(2026, 11, 24)

KEYS = ("tempo_colour", "tempo_today", "tempo_tomorrow", "tempo_period", "tempo_red_peak")

type Row = tuple[str, *tuple[str, ...]]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def paris(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=PARIS).astimezone(UTC)


# The instant (UTC), then KEYS. Sunday is blue, Monday red, Tuesday white, Wednesday not published.
ORDINARY = (
    ("2026-11-22T21:00", "blue", "blue", "red", "hc", "off"),
    ("2026-11-22T23:00", "blue", "red", "white", "hc", "off"),
    ("2026-11-23T05:00", "red", "red", "white", "hp", "on"),
    ("2026-11-23T21:00", "red", "red", "white", "hc", "off"),
    ("2026-11-23T23:00", "red", "white", "unknown", "hc", "off"),
    ("2026-11-24T05:00", "white", "white", "unknown", "hp", "off"),
    ("2026-11-24T21:00", "white", "white", "unknown", "hc", "off"),
    ("2026-11-24T23:00", "white", "unknown", "unknown", "hc", "off"),
    ("2026-11-25T05:00", "unknown", "unknown", "unknown", "hp", "unknown"),
    ("2026-11-25T21:00", "unknown", "unknown", "unknown", "hc", "off"),
)
# The night of 28 March 2027 has no 02:00: 06:00 is 04:00 UTC. Friday is red, Saturday white, the others blue.
SPRING = (
    ("2027-03-26T21:00", "red", "red", "white", "hc", "off"),
    ("2027-03-26T23:00", "red", "white", "blue", "hc", "off"),
    ("2027-03-27T05:00", "white", "white", "blue", "hp", "off"),
    ("2027-03-27T21:00", "white", "white", "blue", "hc", "off"),
    ("2027-03-27T23:00", "white", "blue", "blue", "hc", "off"),
    ("2027-03-28T04:00", "blue", "blue", "blue", "hp", "off"),
    ("2027-03-28T20:00", "blue", "blue", "blue", "hc", "off"),
    ("2027-03-28T22:00", "blue", "blue", "unknown", "hc", "off"),
)
# The night of 25 October 2026 has 02:00 twice: 06:00 is 05:00 UTC. Saturday is white, the others blue.
AUTUMN = (
    ("2026-10-24T04:00", "white", "white", "blue", "hp", "off"),
    ("2026-10-24T20:00", "white", "white", "blue", "hc", "off"),
    ("2026-10-24T22:00", "white", "blue", "blue", "hc", "off"),
    ("2026-10-25T05:00", "blue", "blue", "blue", "hp", "off"),
    ("2026-10-25T21:00", "blue", "blue", "blue", "hc", "off"),
    ("2026-10-25T23:00", "blue", "blue", "unknown", "hc", "off"),
)

TABLES = [
    pytest.param(ORDINARY, date(2026, 11, 22), ("BLUE", "RED", "WHITE"), id="ordinary"),
    pytest.param(SPRING, date(2027, 3, 26), ("RED", "WHITE", "BLUE", "BLUE"), id="spring"),
    pytest.param(AUTUMN, date(2026, 10, 24), ("WHITE", "BLUE", "BLUE"), id="autumn"),
]


def known(first: date, colours: Iterable[str | None]) -> NationalStandIn:
    national = NationalStandIn()
    national.know(first, *colours)
    return national


@pytest.mark.parametrize(("table", "first", "colours"), TABLES)
async def test_states_change_at_the_very_second(
    open_signals: OpenSignals, table: tuple[Row, ...], first: date, colours: tuple[str, ...]
) -> None:
    rig = await open_signals(utc(table[0][0]), known(first, colours))
    await rig.load()
    for before, after in pairwise(table):
        assert rig.values(*KEYS) == before[1:], before[0]
        assert rig.value("tempo_next_change") >= f"{after[0]}:00+00:00"
        await rig.go_to(utc(after[0]) - SECOND)
        assert rig.values(*KEYS) == before[1:], f"a second before {after[0]}"
        await rig.go_to(utc(after[0]))
        assert rig.values(*KEYS) == after[1:], after[0]


@pytest.mark.parametrize(("table", "first", "colours"), TABLES)
async def test_a_restart_around_a_change_gives_the_same_states(
    open_signals: OpenSignals, table: tuple[Row, ...], first: date, colours: tuple[str, ...]
) -> None:
    rig = await open_signals(utc(table[0][0]), known(first, colours))
    await rig.load()
    for before, after in pairwise(table):
        for instant, expected in (
            (utc(after[0]) - timedelta(minutes=1), before),
            (utc(after[0]) - SECOND, before),
            (utc(after[0]), after),
            (utc(after[0]) + timedelta(minutes=1), after),
        ):
            await rig.unload()
            rig.freezer.move_to(instant)
            await rig.load()
            assert rig.values(*KEYS) == expected[1:], instant


async def test_each_state_says_of_which_day_it_is_and_until_when(open_signals: OpenSignals) -> None:
    rig = await open_signals(paris(MONDAY, 3), known(date(2026, 11, 22), ("BLUE", "RED", "WHITE")))
    await rig.load()
    colour = rig.state("tempo_colour").attributes
    assert (colour["day"], colour["status"]) == ("2026-11-22", "confirmed")
    assert (colour["since"], colour["until"]) == ("2026-11-22T06:00:00+01:00", "2026-11-23T06:00:00+01:00")
    assert rig.attribute("tempo_today", "day") == rig.attribute("tempo_red_today", "day") == "2026-11-23"
    assert rig.attribute("tempo_tomorrow", "day") == rig.attribute("tempo_red_tomorrow", "day") == "2026-11-24"
    assert rig.attribute("tempo_red_peak", "day") == "2026-11-22"
    assert rig.attribute("tempo_period", "until") == "2026-11-23T06:00:00+01:00"
    assert rig.value("tempo_next_change") == "2026-11-23T05:00:00+00:00"
    following = rig.state("tempo_next_change").attributes
    assert (following["colour"], following["period"], following["price"]) == ("red", "hp", 0.7295)
    assert rig.state("tempo_colour").attributes["options"] == ["blue", "white", "red"]


async def test_the_night_of_a_clock_change_lasts_from_six_to_six(open_signals: OpenSignals) -> None:
    rig = await open_signals(utc("2027-03-27T12:00"), known(date(2027, 3, 27), ("WHITE", "BLUE")))
    await rig.load()
    colour = rig.state("tempo_colour").attributes
    assert (colour["since"], colour["until"]) == ("2027-03-27T06:00:00+01:00", "2027-03-28T06:00:00+02:00")


async def test_questions_about_red_are_answered_for_civil_days(open_signals: OpenSignals) -> None:
    keys = ("tempo_red_today", "tempo_red_tomorrow", "tempo_white_or_red_tomorrow")
    rig = await open_signals(paris(date(2026, 11, 22), 12), known(date(2026, 11, 22), ("BLUE", "RED", "WHITE", "BLUE")))
    await rig.load()
    assert rig.values(*keys) == (STATE_OFF, STATE_ON, STATE_ON)
    await rig.go_to(paris(MONDAY, 0))
    assert rig.values(*keys) == (STATE_ON, STATE_OFF, STATE_ON)
    await rig.go_to(paris(TUESDAY, 0))
    assert rig.values(*keys) == (STATE_OFF, STATE_OFF, STATE_OFF)
    await rig.go_to(paris(date(2026, 11, 25), 0))
    assert rig.values(*keys) == (STATE_OFF, STATE_UNKNOWN, STATE_UNKNOWN)


async def test_an_unknown_colour_is_no_colour_and_holds_at_once_when_it_comes(open_signals: OpenSignals) -> None:
    national = known(date(2026, 11, 22), ("BLUE",))
    rig = await open_signals(paris(MONDAY, 5, 59), national)
    await rig.load()
    assert rig.values(*KEYS) == ("blue", "unknown", "unknown", "hc", "off")
    assert rig.attribute("tempo_next_change", "colour") is None
    assert rig.attribute("tempo_next_change", "price") is None
    await rig.go_to(paris(MONDAY, 6))
    assert rig.values(*KEYS) == ("unknown", "unknown", "unknown", "hp", "unknown")
    assert rig.attribute("tempo_colour", "status") is None
    rig.freezer.move_to(paris(MONDAY, 7, 3))
    national.tell([(MONDAY, "RED")], MONDAY, TUESDAY)
    assert rig.values(*KEYS) == ("red", "red", "unknown", "hp", "on")


async def test_with_nothing_known_everything_is_there_and_unknown(open_signals: OpenSignals) -> None:
    rig = await open_signals(paris(MONDAY, 12), NationalStandIn())
    await rig.load()
    states = {state.entity_id: state.state for state in rig.hass.states.async_all()}
    assert STATE_UNAVAILABLE not in states.values()
    told = {rig.entity_id(key) for key in ("tempo_period", "tempo_next_change", "tempo_season_days_left")}
    assert {entity_id for entity_id, state in states.items() if state != STATE_UNKNOWN} == told
    assert rig.attribute("tempo_price", "red_hp") == 0.7295


async def test_a_colour_is_provisional_then_confirmed_then_corrected(open_signals: OpenSignals) -> None:
    national = known(date(2026, 11, 22), ("BLUE", "BLUE"))
    rig = await open_signals(paris(MONDAY, 6, 30), national)
    await rig.load()
    keys = ("tempo_tomorrow", "tempo_tomorrow_status", "tempo_red_tomorrow", "tempo_white_or_red_tomorrow")
    events = rig.follow("tempo_publication")
    assert rig.values(*keys) == (STATE_UNKNOWN,) * 4

    national.tell([(TUESDAY, "WHITE")], MONDAY, TUESDAY)
    assert rig.values(*keys) == ("white", "provisional", STATE_OFF, STATE_ON)
    assert rig.attribute("tempo_tomorrow", "status") == "provisional"
    assert rig.attribute("tempo_tomorrow_status", "colour") == "white"

    rig.freezer.move_to(paris(MONDAY, 11, 14))
    national.tell([(TUESDAY, "WHITE")], MONDAY, TUESDAY)
    assert rig.value("tempo_tomorrow_status") == "provisional"
    rig.freezer.move_to(paris(MONDAY, 11, 15))
    national.tell([(TUESDAY, "WHITE")], MONDAY, TUESDAY)
    assert rig.values(*keys) == ("white", "confirmed", STATE_OFF, STATE_ON)

    rig.freezer.move_to(paris(MONDAY, 12))
    national.tell([(TUESDAY, "RED")], MONDAY, TUESDAY)
    assert rig.values(*keys) == ("red", "confirmed", STATE_ON, STATE_ON)

    told = [{key: state.attributes[key] for key in ("event_type", "colour", "previous", "status")} for state in events]
    assert told == [
        {"event_type": "published", "colour": "white", "previous": None, "status": "provisional"},
        {"event_type": "confirmed", "colour": "white", "previous": None, "status": "confirmed"},
        {"event_type": "corrected", "colour": "red", "previous": "white", "status": "confirmed"},
    ]
    assert {(state.attributes["day"], state.attributes["when"]) for state in events} == {("2026-11-24", "tomorrow")}


async def test_a_colour_that_comes_late_is_published_and_confirmed_one_after_the_other(
    open_signals: OpenSignals,
) -> None:
    """Both are changes of state of their own: an automation that waits for either one hears it."""
    national = known(date(2026, 11, 22), ("BLUE",))
    rig = await open_signals(paris(MONDAY, 15), national)
    await rig.load()
    events = rig.follow("tempo_publication")
    national.tell([(MONDAY, "RED"), (TUESDAY, "WHITE")], MONDAY, TUESDAY)
    told = [(each.attributes["event_type"], each.attributes["when"], each.attributes["colour"]) for each in events]
    assert told == [
        ("published", "today", "red"),
        ("confirmed", "today", "red"),
        ("published", "tomorrow", "white"),
        ("confirmed", "tomorrow", "white"),
    ]
    assert len({each.state for each in events}) == 4


async def test_a_correction_of_a_past_day_is_told_as_such(open_signals: OpenSignals) -> None:
    national = known(date(2026, 11, 22), ("BLUE", "RED"))
    rig = await open_signals(paris(TUESDAY, 15), national)
    await rig.load()
    events = rig.follow("tempo_publication")
    national.tell([(MONDAY, "WHITE")], MONDAY, MONDAY)
    (event,) = events
    assert event.attributes["event_type"] == "corrected"
    assert event.attributes["when"] == "past"
    assert (event.attributes["colour"], event.attributes["previous"]) == ("white", "red")


async def test_a_provisional_colour_that_is_taken_back_is_unknown_again(open_signals: OpenSignals) -> None:
    national = known(date(2026, 11, 22), ("BLUE", "BLUE"))
    rig = await open_signals(paris(MONDAY, 6, 30), national)
    await rig.load()
    national.tell([(TUESDAY, "RED")], MONDAY, TUESDAY)
    assert rig.value("tempo_red_tomorrow") == STATE_ON
    events = rig.follow("tempo_publication")
    national.tell([(MONDAY, "BLUE")], MONDAY, TUESDAY)
    assert rig.values("tempo_tomorrow", "tempo_red_tomorrow") == (STATE_UNKNOWN, STATE_UNKNOWN)
    assert [(each.attributes["event_type"], each.attributes["colour"]) for each in events] == [("corrected", None)]
    assert events[0].attributes["status"] is None


async def test_what_is_no_news_of_tempo_fires_nothing(open_signals: OpenSignals) -> None:
    rig = await open_signals(paris(MONDAY, 12), NationalStandIn())
    await rig.load()
    events = rig.follow("tempo_publication")
    # The years that come first are no news.
    rig.national.tell([(MONDAY, "BLUE")], MONDAY, TUESDAY)
    alert = EcowattNews(event=EcowattEvent.RAISED, day=TUESDAY, level=3, previous=1, message="Coupures", tensions=())
    rig.national.tell_ecowatt(alert)
    assert (events, rig.value("tempo_publication")) == ([], STATE_UNKNOWN)
    rig.national.tell([(TUESDAY, "RED")], MONDAY, TUESDAY)
    assert [each.attributes["event_type"] for each in events] == ["published", "confirmed"]


async def test_two_accounts_have_entities_of_their_own_that_say_the_same(open_signals: OpenSignals) -> None:
    national = known(date(2026, 11, 22), ("BLUE", "BLUE"))
    rigs: list[SignalRig] = []
    for entry_id in ("first", "second"):
        rig = await open_signals(paris(MONDAY, 12), national, entry_id=entry_id)
        await rig.load()
        rigs.append(rig)
    ids = [{rig.entity_id(key) for key in (*KEYS, "tempo_publication")} for rig in rigs]
    assert ids[0].isdisjoint(ids[1])
    events = [rig.follow("tempo_publication") for rig in rigs]
    national.tell([(TUESDAY, "RED")], MONDAY, TUESDAY)
    assert [rig.value("tempo_tomorrow") for rig in rigs] == ["red", "red"]
    assert [len(each) for each in events] == [2, 2]
    await rigs[0].unload()
    await rigs[1].go_to(paris(TUESDAY, 6))
    assert (rigs[0].value("tempo_colour"), rigs[1].value("tempo_colour")) == (STATE_UNAVAILABLE, "red")
