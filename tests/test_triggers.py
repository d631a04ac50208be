"""Automations that Tempo and EcoWatt start: when they run, how often, and what their templates are told."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import probatio as vol
import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.trigger import async_validate_trigger_config

from custom_components.myelectricaldata.energy.calendar import ONE_DAY
from tests.account import paris
from tests.automation_rig import Automations
from tests.national_rig import OpenRig
from tests.simulators.tempo import colour

pytestmark = pytest.mark.long

RED_DAY = date(2026, 12, 7)
CALM, TENSE, VERY_TENSE = 1, 2, 3
SECOND = timedelta(seconds=1)


def levels(**hours: int) -> tuple[int, ...]:
    """A calm day but for some hours: `h8=2` is tense from 08:00 to 09:00."""
    return tuple(hours.get(f"h{hour}", CALM) for hour in range(24))


async def test_a_colour_is_announced_when_it_is_confirmed_or_before_that_to_those_who_want_it(
    open_rig: OpenRig, automations: Automations
) -> None:
    rig = await open_rig(paris(2026, 12, 6, 0))
    told = ("day", "colour", "status", "previous", "start", "end")
    automations.on("red", "tempo_colour_announced", *told, options={"colours": ["red"]})
    early = {"colours": ["red", "white"], "provisional": True}
    automations.on("early", "tempo_colour_announced", *told, options=early)
    automations.on("others", "tempo_colour_announced", options={"colours": ["blue", "white"], "provisional": True})
    await automations.start()
    await rig.join()
    # Ten years of history are no news, and the colours of the days before are no announcement.
    assert automations.runs == []
    await rig.travel(paris(2026, 12, 7, 0))
    first, second = automations.runs
    assert (first.name, first.told["status"], second.name, second.told["status"]) == (
        "early",
        "provisional",
        "red",
        "confirmed",
    )
    assert "12-06 10:20" <= first.at < "12-06 11:15" <= second.at < "12-06 12:00"
    same = {"day": "2026-12-07", "colour": "red", "previous": None}
    span = {"start": "2026-12-07 06:00:00+01:00", "end": "2026-12-08 06:00:00+01:00"}
    assert first.told == {**same, **span, "status": "provisional"}
    assert second.told == {**same, **span, "status": "confirmed"}


async def test_a_corrected_colour_is_announced_and_started_again(open_rig: OpenRig, automations: Automations) -> None:
    rig = await open_rig(paris(2026, 12, 6, 0))
    rig.simulator.tempo.corrected[RED_DAY] = ("BLUE", paris(2026, 12, 7, 9))
    told = ("colour", "previous", "status")
    automations.on("announced", "tempo_colour_announced", *told, options={"colours": ["blue", "red"]})
    automations.on("started", "tempo_colour_started", "colour", options={"colours": ["blue", "red"]})
    peak = {"colours": ["red"], "period": "hp"}
    automations.on("red peak", "tempo_period_started", "colour", options=peak)
    automations.on("red night", "tempo_period_started", options={**peak, "period": "hc"})
    await automations.start()
    await rig.join()
    automations.runs.clear()
    await rig.travel(paris(2026, 12, 7, 21))
    of_the_day = [run for run in automations.runs if run.told != {"colour": "blue"} or run.at > "12-07"]
    correction = next(run.at for run in of_the_day if run.told.get("previous") == "blue")
    assert correction > "12-07 09:00"
    said = [(run.name, run.at, run.told["colour"]) for run in of_the_day if run.at >= "12-07"]
    assert ("started", "12-07 06:00:00", "blue") in said
    after = [each for each in said if each[1] == correction and each[2] == "red"]
    assert {name for name, _, _ in after} == {"announced", "started", "red peak"}
    assert automations.times("red night") == []
    automations.runs.clear()
    await rig.travel(paris(2026, 12, 7, 22))
    assert [(run.name, run.at) for run in automations.runs] == [("red night", "12-07 22:00:00")]


@pytest.mark.parametrize(
    "day",
    [date(2026, 10, 25), date(2027, 3, 28), date(2027, 1, 1), date(2028, 2, 29), date(2027, 9, 1), RED_DAY],
    ids=str,
)
async def test_a_day_starts_at_six_sharp_and_its_periods_at_six_and_ten_at_night(
    open_rig: OpenRig, automations: Automations, day: date
) -> None:
    eve = day - ONE_DAY
    rig = await open_rig(paris(eve.year, eve.month, eve.day, 13))
    await rig.join()
    mine = colour(day).lower()
    others = [each for each in ("blue", "white", "red") if each != mine]
    span = ("day", "start", "end")
    automations.on("day", "tempo_colour_started", *span, options={"colours": [mine]})
    automations.on("peak", "tempo_period_started", *span, options={"colours": [mine], "period": "hp"})
    automations.on("night", "tempo_period_started", *span, options={"colours": [mine], "period": "hc"})
    automations.on("others", "tempo_colour_started", options={"colours": others})
    await automations.start()
    six, ten = paris(day.year, day.month, day.day, 6), paris(day.year, day.month, day.day, 22)
    # The night before may be of the same colour.
    await automations.at(paris(eve.year, eve.month, eve.day, 22))
    assert await automations.at(paris(day.year, day.month, day.day, 0)) == []
    assert await automations.at(six - SECOND) == []
    started = await automations.at(six)
    assert sorted(run.name for run in started) == ["day", "peak"]
    assert all(run.at.endswith("06:00:00") and run.told["day"] == day.isoformat() for run in started)
    assert all(f"{day} 06:00:00" in run.told["start"] for run in started)
    ends = {run.name: run.told["end"][:16] for run in started}
    assert ends == {"day": f"{day + ONE_DAY} 06:00", "peak": f"{day} 22:00"}
    assert await automations.at(ten - SECOND) == []
    (night,) = await automations.at(ten)
    assert night.name == "night"
    assert [night.told[key][:16] for key in span[1:]] == [f"{day} 22:00", f"{day + ONE_DAY} 06:00"]


async def test_an_unknown_colour_starts_nothing_until_it_is_known(open_rig: OpenRig, automations: Automations) -> None:
    rig = await open_rig(paris(2026, 12, 6, 13))
    rig.simulator.tempo.withheld.add(RED_DAY)
    await rig.join()
    every = {"colours": ["blue", "white", "red"]}
    automations.on("day", "tempo_colour_started", "colour", "start", options=every)
    automations.on("peak", "tempo_period_started", "colour", options={**every, "period": "hp"})
    automations.on("announced", "tempo_colour_announced", "colour", "day", options=every)
    await automations.start()
    await rig.travel(paris(2026, 12, 7, 9))
    assert [run for run in automations.runs if run.at >= "12-07"] == []
    automations.runs.clear()
    rig.simulator.tempo.withheld.clear()
    await rig.travel(paris(2026, 12, 7, 10))
    assert {run.name: run.told["colour"] for run in automations.runs} == dict.fromkeys(
        ("day", "peak", "announced"), "red"
    )
    assert len(automations.runs) == 3
    assert automations.runs[0].at > "12-07 09:00"
    assert [run.told["start"] for run in automations.runs if run.name == "day"] == ["2026-12-07 06:00:00+01:00"]


@pytest.mark.parametrize(("minutes", "expected"), [(-1, ["12-07 06:00:00"]), (0, []), (1, [])])
async def test_a_start_of_home_assistant_before_six_is_in_time_and_one_after_six_makes_up_for_nothing(
    open_rig: OpenRig, automations: Automations, minutes: int, expected: list[str]
) -> None:
    rig = await open_rig(paris(2026, 12, 6, 13))
    leave = await rig.join()
    leave()
    await rig.settle()
    rig.freezer.move_to(paris(2026, 12, 7, 6) + timedelta(minutes=minutes))
    await rig.open()
    automations.on("day", "tempo_colour_started", options={"colours": ["red"]})
    await automations.start()
    await rig.join()
    await automations.at(max(paris(2026, 12, 7, 6), datetime.now(UTC)))
    await rig.travel(paris(2026, 12, 7, 8))
    assert automations.times("day") == expected


async def test_an_alert_is_raised_made_worse_and_lifted(open_rig: OpenRig, automations: Automations) -> None:
    day = date(2026, 11, 26)
    rig = await open_rig(paris(2026, 11, 23, 12))
    rig.simulator.ecowatt.told[day] = levels(h8=TENSE, h9=TENSE, h18=TENSE)
    told = ("day", "level", "previous", "message", "start", "end", "tensions | length")
    automations.on("orange", "ecowatt_alert_raised", *told, options={"level": "orange"})
    automations.on("red", "ecowatt_alert_raised", "level", "previous", options={"level": "red"})
    automations.on("lifted", "ecowatt_alert_lifted", *told)
    await automations.start()
    await rig.join()
    await rig.travel(paris(2026, 11, 24, 12))
    (raised,) = automations.runs
    assert raised.name == "orange"
    assert raised.at.startswith("11-23 17:1")
    assert raised.told == {
        "day": "2026-11-26",
        "level": "orange",
        "previous": None,
        "message": "Risque de coupures d'électricité.",
        "start": "2026-11-26 08:00:00+01:00",
        "end": "2026-11-26 10:00:00+01:00",
        "tensions | length": 2,
    }
    automations.runs.clear()
    rig.simulator.ecowatt.told[day] = levels(h18=VERY_TENSE)
    await rig.travel(paris(2026, 11, 25, 12))
    assert {run.name for run in automations.runs} == {"orange", "red"}
    assert [run.told for run in automations.runs if run.name == "red"] == [{"level": "red", "previous": "orange"}]
    automations.runs.clear()
    rig.simulator.ecowatt.told[day] = levels()
    await rig.travel(paris(2026, 11, 26, 12))
    (lifted,) = automations.runs
    assert lifted.name == "lifted"
    assert (lifted.told["level"], lifted.told["previous"], lifted.told["start"]) == ("green", "red", None)


async def test_a_tension_starts_and_ends_at_the_hour_for_the_level_that_was_chosen(
    open_rig: OpenRig, automations: Automations
) -> None:
    day = date(2026, 11, 26)
    rig = await open_rig(paris(2026, 11, 25, 18))
    rig.simulator.ecowatt.told[day] = levels(h8=TENSE, h9=VERY_TENSE, h10=TENSE, h18=TENSE)
    await rig.join()
    for level in ("orange", "red"):
        for edge in ("started", "ended"):
            automations.on(
                f"{level} {edge}", f"ecowatt_tension_{edge}", "level", "start", "end", options={"level": level}
            )
    await automations.start()
    assert await automations.at(paris(2026, 11, 26, 8) - SECOND) == []
    for hour in range(8, 24):
        await automations.at(paris(2026, 11, 26, hour))
    assert [(run.name, run.at[6:11], run.told["level"]) for run in automations.runs] == [
        ("orange started", "08:00", "orange"),
        ("red started", "09:00", "red"),
        ("red ended", "10:00", "orange"),
        ("orange ended", "11:00", "green"),
        ("orange started", "18:00", "orange"),
        ("orange ended", "19:00", "green"),
    ]
    whole = {(run.told["start"][11:16], run.told["end"][11:16]) for run in automations.runs[:4]}
    assert whole == {("08:00", "11:00")}


async def test_an_hour_whose_level_is_unknown_neither_starts_nor_ends_a_tension(
    open_rig: OpenRig, automations: Automations
) -> None:
    day = date(2026, 11, 26)
    rig = await open_rig(paris(2026, 11, 25, 18))
    rig.simulator.ecowatt.told[day] = levels(h8=TENSE, h9=TENSE)
    rig.simulator.ecowatt.sent[day] = range(9)
    await rig.join()
    automations.on("started", "ecowatt_tension_started", options={"level": "orange"})
    automations.on("ended", "ecowatt_tension_ended", options={"level": "orange"})
    await automations.start()
    for hour in range(24):
        await automations.at(paris(2026, 11, 26, hour))
    assert automations.times("started") == ["11-26 08:00:00"]
    assert automations.times("ended") == []
    await automations.at(paris(2026, 11, 27, 0))
    assert automations.times("started") == ["11-26 08:00:00"]
    assert automations.times("ended") == ["11-27 00:00:00"]


async def test_an_automation_that_is_turned_off_runs_no_more(open_rig: OpenRig, automations: Automations) -> None:
    rig = await open_rig(paris(2026, 12, 6, 13))
    await rig.join()
    automations.on("day", "tempo_colour_started", options={"colours": ["red"]})
    await automations.start()
    await automations.stop()
    await rig.travel(paris(2026, 12, 7, 7))
    assert automations.runs == []


@pytest.mark.parametrize(
    ("trigger", "config"),
    [
        ("tempo_colour_announced", {}),
        ("tempo_colour_announced", {"options": {"colours": []}}),
        ("tempo_colour_announced", {"options": {"colours": ["green"]}}),
        ("tempo_colour_announced", {"options": {"colours": ["red"], "provisional": "perhaps"}}),
        ("tempo_colour_started", {"options": {"colours": ["red"], "provisional": True}}),
        ("tempo_colour_started", {"options": {"colours": ["red"]}, "target": {"entity_id": "sensor.tempo"}}),
        ("tempo_period_started", {"options": {"colours": ["red"]}}),
        ("tempo_period_started", {"options": {"colours": ["red"], "period": "night"}}),
        ("ecowatt_alert_raised", {"options": {"level": "green"}}),
        ("ecowatt_alert_lifted", {"options": {"level": "red"}}),
        ("ecowatt_tension_started", {"options": {"level": 2}}),
        ("offpeak_started", {}),
        ("offpeak_started", {"target": {}, "options": {"for": 5}}),
        ("tempo_colour_foretold", {"options": {"colours": ["red"]}}),
    ],
)
async def test_options_that_mean_nothing_are_refused(
    hass: HomeAssistant, enable_custom_integrations: None, trigger: str, config: dict[str, Any]
) -> None:
    given = cv.TRIGGER_SCHEMA({"trigger": f"myelectricaldata.{trigger}", **config})
    with pytest.raises(vol.Invalid):
        await async_validate_trigger_config(hass, given)
