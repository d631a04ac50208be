"""The calendars of Tempo, EcoWatt and Zen Flex in a Home Assistant, against what the simulated sources truly say."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component

from custom_components.myelectricaldata.energy.calendar import ONE_DAY, days_between
from custom_components.myelectricaldata.energy.entries import Source, TariffEntry
from custom_components.myelectricaldata.energy.options import OptionCode
from tests.conftest import OpenAccount
from tests.entities.calendar_rig import (
    HOUSE,
    calendar_id,
    calendar_state,
    events,
    note_triggers,
    open_in_paris,
    paris,
    set_tariff,
    spans,
    stop_automations,
    strike,
)
from tests.simulators.signals import ECOWATT_SINCE, ecowatt_hours, zen_flex_type
from tests.simulators.tempo import colour

pytestmark = pytest.mark.long

SHOWN = {"BLUE": "🔵 Bleu", "WHITE": "⚪️ Blanc", "RED": "🔴 Rouge"}
HOURS = "La couleur vaut de 06:00 ce jour-là à 06:00 le lendemain."
PROVISIONAL = "Provisoire : RTE peut encore la changer."
NOON = paris(2026, 12, 8, 12)
TOMORROW = date(2026, 12, 9)
LONG_AGO, FAR_AHEAD = paris(1971, 1, 1), paris(2171, 1, 1)


async def test_every_day_of_ten_seasons_is_in_the_calendar_with_its_colour(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await open_in_paris(open_account, hass, NOON)
    await account.start()
    expected = [
        {
            "start": day.isoformat(),
            "end": (day + ONE_DAY).isoformat(),
            "summary": SHOWN[colour(day)],
            "description": HOURS,
        }
        for day in days_between(date(2016, 9, 1), TOMORROW)
    ]
    found = await events(account, "tempo_calendar", LONG_AGO, FAR_AHEAD)
    assert found[-1] == expected[-1]
    assert [each for each in found if each["start"] >= "2017"] == [each for each in expected if each["start"] >= "2017"]
    assert found == expected[-len(found) :]
    for first, last in (
        (date(2026, 3, 29), date(2026, 3, 29)),
        (date(2026, 10, 25), date(2026, 10, 25)),
        (date(2023, 12, 31), date(2024, 1, 1)),
        (date(2024, 2, 28), date(2024, 3, 1)),
        (date(2025, 8, 31), date(2025, 9, 1)),
    ):
        start, end = paris(first.year, first.month, first.day), paris(last.year, last.month, last.day) + ONE_DAY
        of_days = [each for each in expected if first.isoformat() <= str(each["start"]) <= last.isoformat()]
        assert await events(account, "tempo_calendar", start + timedelta(hours=3), end - timedelta(hours=2)) == of_days


async def test_the_page_and_the_cards_get_what_the_action_answers(
    open_account: OpenAccount, hass: HomeAssistant, hass_admin_user: Any, hass_client: Any, hass_ws_client: Any
) -> None:
    account = await open_in_paris(open_account, hass, NOON)
    await account.start()
    assert await async_setup_component(hass, "websocket_api", {})
    # A token of now: that of the fixtures is of another time.
    token = hass.auth.async_create_access_token(
        await hass.auth.async_create_refresh_token(hass_admin_user, "https://example.com")
    )
    entity_id = calendar_id(account, "tempo_calendar")
    span = {"start": "2026-12-07T00:00:00+01:00", "end": "2026-12-09T00:00:00+01:00"}
    response = await (await hass_client(token)).get(f"/api/calendars/{entity_id}", params=span)
    assert response.status == HTTPStatus.OK
    page = [(each["start"], each["end"], each["summary"]) for each in await response.json()]
    assert page == [
        ({"date": "2026-12-07"}, {"date": "2026-12-08"}, "🔴 Rouge"),
        ({"date": "2026-12-08"}, {"date": "2026-12-09"}, "🔴 Rouge"),
    ]

    socket = await hass_ws_client(hass, token)
    await socket.send_json({"id": 1, "type": "calendar/event/subscribe", "entity_id": entity_id, **span})
    assert (await socket.receive_json())["success"]
    told = (await socket.receive_json())["event"]["events"]
    assert [(each["start"], each["all_day"], each["summary"]) for each in told] == [
        ("2026-12-07", True, "🔴 Rouge"),
        ("2026-12-08", True, "🔴 Rouge"),
    ]


async def test_the_next_event_follows_midnight_and_what_is_published(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await open_in_paris(open_account, hass, NOON)
    account.simulator.tempo.withheld.add(TOMORROW)
    await account.start()
    state = calendar_state(account, "tempo_calendar")
    assert (state.state, state.attributes["message"]) == ("on", "🔴 Rouge")
    assert state.attributes["end_time"] == "2026-12-09 00:00:00"

    await strike(account, paris(2026, 12, 9) - timedelta(seconds=1))
    assert calendar_state(account, "tempo_calendar").state == "on"
    await strike(account, paris(2026, 12, 9))
    state = calendar_state(account, "tempo_calendar")
    assert (state.state, state.attributes.get("message")) == ("off", None)

    account.simulator.tempo.withheld.clear()
    await account.travel(paris(2026, 12, 9, 9))
    state = calendar_state(account, "tempo_calendar")
    assert (state.state, state.attributes["message"]) == ("on", SHOWN[colour(TOMORROW)])
    await account.travel(paris(2026, 12, 9, 12))
    await strike(account, paris(2026, 12, 10))
    state = calendar_state(account, "tempo_calendar")
    assert (state.state, state.attributes["start_time"]) == ("on", "2026-12-10 00:00:00")


async def test_a_colour_that_may_change_says_so_until_it_is_certain(
    open_account: OpenAccount, hass: HomeAssistant, all_enabled: None
) -> None:
    account = await open_in_paris(open_account, hass, paris(2026, 12, 8, 10, 30))
    await account.start()
    day = (paris(2026, 12, 9, 12), paris(2026, 12, 9, 13))
    key = f"tempo_calendar_{colour(TOMORROW).lower()}"
    assert [each["description"] for each in await events(account, "tempo_calendar", *day)] == [f"{HOURS} {PROVISIONAL}"]
    assert [each["description"] for each in await events(account, key, *day)] == [PROVISIONAL]
    await account.travel(paris(2026, 12, 8, 12))
    assert [each["description"] for each in await events(account, "tempo_calendar", *day)] == [HOURS]
    assert ["description" in each for each in await events(account, key, *day)] == [False]


async def test_the_calendar_of_a_colour_is_disabled_and_coloured(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await open_in_paris(open_account, hass, NOON)
    await account.start()
    registry = er.async_get(hass)
    colours = set()
    for name in ("blue", "white", "red"):
        entity_id = calendar_id(account, f"tempo_calendar_{name}")
        assert entity_id is not None
        entry = registry.async_get(entity_id)
        assert entry is not None
        assert entry.disabled_by is er.RegistryEntryDisabler.INTEGRATION
        colours.add(entry.options["calendar"]["color"])
    assert len(colours) == 3


async def test_a_colours_own_calendar_has_its_days_from_six_to_six(
    open_account: OpenAccount, hass: HomeAssistant, all_enabled: None
) -> None:
    account = await open_in_paris(open_account, hass, NOON)
    await account.start()
    for name in ("BLUE", "WHITE", "RED"):
        first, last = date(2025, 9, 1), TOMORROW
        found = await events(account, f"tempo_calendar_{name.lower()}", paris(2025, 9, 1, 6), FAR_AHEAD)
        assert {each["summary"] for each in found} == {SHOWN[name]}
        assert spans(found) == [
            (paris(day.year, day.month, day.day, 6), paris(after.year, after.month, after.day, 6))
            for day in days_between(first, last)
            if colour(day) == name
            for after in (day + ONE_DAY,)
        ]
    # 7 December is red: its small hours belong to the day before, those of the 8th to it.
    assert await events(account, "tempo_calendar_red", paris(2026, 12, 7), paris(2026, 12, 7, 6)) == []
    (only,) = await events(account, "tempo_calendar_red", paris(2026, 12, 8), paris(2026, 12, 8, 6))
    assert spans([only]) == [(paris(2026, 12, 7, 6), paris(2026, 12, 8, 6))]


async def test_the_red_calendar_is_on_while_red_is_in_force_and_sets_automations_off(
    open_account: OpenAccount, hass: HomeAssistant, all_enabled: None
) -> None:
    account = await open_in_paris(open_account, hass, paris(2026, 12, 5, 12))
    await account.start()
    evening_before = await note_triggers(account, "tempo_calendar_red", event="start", offset="-10:00:00")
    for day in days_between(date(2026, 12, 6), date(2026, 12, 12)):
        midnight = paris(day.year, day.month, day.day)
        for clock in ("00:00:00", "05:59:59", "06:00:00", "13:00:00", "19:46:00", "20:00:00"):
            hour, minute, second = (int(part) for part in clock.split(":"))
            await strike(account, midnight + timedelta(hours=hour, minutes=minute, seconds=second))
            in_force = day if hour >= 6 else day - ONE_DAY
            assert calendar_state(account, "tempo_calendar_red").state == ("on" if colour(in_force) == "RED" else "off")
    await stop_automations(account)
    assert evening_before == [
        (paris(day.year, day.month, day.day, 6) - timedelta(hours=10), "🔴 Rouge")
        for day in days_between(date(2026, 12, 7), date(2026, 12, 13))
        if colour(day) == "RED"
    ]
    assert len(evening_before) == 4


# ---- EcoWatt ---------------------------------------------------------------------------------------------------------


def tense_spans(first: date, last: date, told: Mapping[date, tuple[int, ...]]) -> list[tuple[datetime, datetime]]:
    """Neighbouring hours of tension, from the hours of each day."""
    tense = [
        paris(day.year, day.month, day.day, hour)
        for day in days_between(first, last)
        for hour, level in enumerate(told.get(day, ecowatt_hours(day)))
        if level >= 2
    ]
    starts = [hour for hour in tense if hour - timedelta(hours=1) not in tense]
    ends = [hour + timedelta(hours=1) for hour in tense if hour + timedelta(hours=1) not in tense]
    return list(zip(starts, ends, strict=True))


async def test_the_tensions_of_ecowatt_are_events_and_nothing_else_is(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await open_in_paris(open_account, hass, paris(2026, 12, 16, 18))
    calm, night = (1,) * 24, date(2026, 12, 18)
    told = {night: (*calm[:22], 2, 3), night + ONE_DAY: (3, 2, *calm[2:])}
    account.simulator.ecowatt.told |= told
    await account.start()
    found = await events(account, "ecowatt_calendar", LONG_AGO, FAR_AHEAD)
    expected = tense_spans(ECOWATT_SINCE, date(2026, 12, 19), told)
    known_since = spans(found)[0][0]
    assert known_since < paris(2026, 11, 1)
    assert spans(found) == [span for span in expected if span[0] >= known_since]
    assert spans(found)[-1] == (paris(2026, 12, 18, 22), paris(2026, 12, 19, 2))
    assert found[-1]["summary"] == "🔴 EcoWatt rouge : réseau très tendu"
    assert found[-1]["description"].splitlines() == [
        "Coupures d'électricité en cours ou programmées.",
        "22:00–23:00 : orange",
        "23:00–01:00 : rouge",
        "01:00–02:00 : orange",
    ]
    assert spans(await events(account, "ecowatt_calendar", paris(2026, 12, 19, 1), paris(2026, 12, 19, 9))) == [
        (paris(2026, 12, 18, 22), paris(2026, 12, 19, 2))
    ]

    state = calendar_state(account, "ecowatt_calendar")
    assert (state.state, state.attributes["start_time"]) == ("off", "2026-12-17 08:00:00")
    assert state.attributes["message"] == "🟠 EcoWatt orange : réseau tendu"
    await strike(account, paris(2026, 12, 17, 8))
    assert calendar_state(account, "ecowatt_calendar").state == "on"
    await strike(account, paris(2026, 12, 17, 12))
    state = calendar_state(account, "ecowatt_calendar")
    assert (state.state, state.attributes["start_time"]) == ("off", "2026-12-17 18:00:00")


async def test_a_calm_or_unknown_grid_has_no_event(open_account: OpenAccount, hass: HomeAssistant) -> None:
    account = await open_in_paris(open_account, hass, paris(2026, 6, 10, 18))
    account.simulator.ecowatt.withheld.update(days_between(ECOWATT_SINCE, date(2026, 12, 31)))
    await account.start()
    assert await events(account, "ecowatt_calendar", LONG_AGO, FAR_AHEAD) == []
    assert calendar_state(account, "ecowatt_calendar").state == "off"


# ---- Zen Flex --------------------------------------------------------------------------------------------------------


def of_zen_flex(option: OptionCode) -> TariffEntry:
    return TariffEntry(valid_from=date(2026, 9, 1), source=Source.MANUAL, option=option)


async def test_zen_flex_has_a_calendar_while_somebody_has_such_a_tariff(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await open_in_paris(open_account, hass, paris(2026, 12, 8, 18), HOUSE)
    await set_tariff(account, of_zen_flex(OptionCode.ZEN_FLEX))
    await account.start()
    words = {"SOBRIETE": "Jour Sobriété", "BONUS": "Jour Bonus"}
    found = await events(account, "zen_flex_calendar", paris(2025, 9, 1), FAR_AHEAD)
    assert [(each["start"], each["summary"]) for each in found] == [
        (day.isoformat(), words[zen_flex_type(day)])
        for day in days_between(date(2025, 9, 1), TOMORROW)
        if zen_flex_type(day) in words
    ]
    assert len(found) > 20
    assert calendar_state(account, "zen_flex_calendar").attributes["message"] == words[zen_flex_type(date(2026, 12, 8))]

    await set_tariff(account, of_zen_flex(OptionCode.BASE))
    assert calendar_id(account, "zen_flex_calendar") is None
    assert calendar_id(account, "tempo_calendar") is not None


async def test_a_restart_shows_the_same_a_minute_before_and_after_midnight(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await open_in_paris(open_account, hass, NOON)
    await account.start()
    starts = []
    for minute in (59, 61):
        await strike(account, paris(2026, 12, 8, 23) + timedelta(minutes=minute))
        before = calendar_state(account, "tempo_calendar")
        await hass.config_entries.async_reload(account.entry.entry_id)
        await account.settle()
        after = calendar_state(account, "tempo_calendar")
        assert (after.state, after.attributes) == (before.state, before.attributes)
        starts.append(after.attributes["start_time"])
    assert starts == ["2026-12-08 00:00:00", "2026-12-09 00:00:00"]
