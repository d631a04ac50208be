"""Off-peak hours and peak days of a usage point in a Home Assistant: what its tariff says, hour by hour."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er

from custom_components.myelectricaldata.const import CONF_TARIFF, DOMAIN
from custom_components.myelectricaldata.energy.calendar import ONE_DAY
from custom_components.myelectricaldata.energy.entries import Source, TariffEntry
from custom_components.myelectricaldata.energy.options import OptionCode
from custom_components.myelectricaldata.energy.tariff import Signal
from tests.account import Account
from tests.conftest import OpenAccount
from tests.entities.calendar_rig import (
    HOUSE,
    PDL,
    calendar_id,
    calendar_state,
    events,
    hours,
    note_triggers,
    open_in_paris,
    paris,
    set_tariff,
    spans,
    stop_automations,
    strike,
)

pytestmark = pytest.mark.long

NOON = paris(2026, 11, 21, 12)


def entry_of(option: OptionCode, **facts: Any) -> TariffEntry:
    plain: dict[str, Any] = {"valid_from": date(2026, 1, 1), "source": Source.MANUAL, "power_kva": Decimal(6)}
    return TariffEntry(option=option, **(plain | facts))


async def open_house(
    open_account: OpenAccount, hass: HomeAssistant, *entries: TariffEntry, windows: tuple[str, ...] = ()
) -> Account:
    account = await open_in_paris(open_account, hass, NOON, HOUSE)
    await set_tariff(account, *entries, offpeak=hours(*windows))
    await account.start()
    return account


async def test_a_night_is_one_event_across_midnight_at_odd_minutes(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await open_house(open_account, hass, windows=("22:48-06:18", "13:07-14:37"))
    found = await events(account, "offpeak_hours", paris(2026, 12, 31, 12), paris(2027, 1, 1, 12))
    assert spans(found) == [
        (paris(2026, 12, 31, 13, 7), paris(2026, 12, 31, 14, 37)),
        (paris(2026, 12, 31, 22, 48), paris(2027, 1, 1, 6, 18)),
    ]
    assert {each["summary"] for each in found} == {"Heures creuses"}
    assert spans(await events(account, "offpeak_hours", paris(2027, 1, 1, 3), paris(2027, 1, 1, 4))) == [
        (paris(2026, 12, 31, 22, 48), paris(2027, 1, 1, 6, 18))
    ]
    assert await events(account, "offpeak_hours", paris(2027, 1, 1, 6, 18), paris(2027, 1, 1, 13, 7)) == []


async def test_a_question_about_a_century_is_answered_with_two_years(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await open_house(open_account, hass, windows=("22:30-06:30",))
    found = await events(account, "offpeak_hours", paris(1970, 1, 1), paris(2199, 1, 1))
    assert len(found) == 31 + 400
    lengths = {end - start for start, end in spans(found)}
    assert lengths == {timedelta(hours=7), timedelta(hours=8), timedelta(hours=9)}


async def test_the_device_is_that_of_the_usage_point(open_account: OpenAccount, hass: HomeAssistant) -> None:
    account = await open_house(open_account, hass, windows=("22:30-06:30",))
    entity_id = calendar_id(account, "offpeak_hours")
    assert entity_id is not None
    entry = er.async_get(hass).async_get(entity_id)
    assert entry is not None
    assert entry.device_id is not None
    device = dr.async_get(hass).async_get(entry.device_id)
    assert device is not None
    assert device.identifiers == {(DOMAIN, PDL)}
    assert entry.config_subentry_id in account.entry.subentries


async def test_the_calendar_is_on_at_the_very_second_and_sets_automations_off(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await open_house(open_account, hass, windows=("22:48-06:18", "13:07-13:37"))
    seen = await note_triggers(account, "offpeak_hours", event="start", offset="-00:10:00")
    for start, end in (
        (paris(2026, 11, 21, 13, 7), paris(2026, 11, 21, 13, 37)),
        (paris(2026, 11, 21, 22, 48), paris(2026, 11, 22, 6, 18)),
        (paris(2026, 11, 22, 13, 7), paris(2026, 11, 22, 13, 37)),
    ):
        for instant, shown in (
            (start - timedelta(minutes=16), "off"),
            (start - timedelta(minutes=10), "off"),
            (start - timedelta(seconds=1), "off"),
            (start, "on"),
            (end - timedelta(seconds=1), "on"),
            (end, "off"),
        ):
            await strike(account, instant)
            assert calendar_state(account, "offpeak_hours").state == shown, instant
    await stop_automations(account)
    assert seen == [
        (paris(2026, 11, 21, 12, 57), "Heures creuses"),
        (paris(2026, 11, 21, 22, 38), "Heures creuses"),
        (paris(2026, 11, 22, 12, 57), "Heures creuses"),
    ]


async def test_hours_are_those_of_the_tariff_on_each_day(open_account: OpenAccount, hass: HomeAssistant) -> None:
    """Of the contract while the tariff has none of its own, of Tempo, of nights and weekends."""
    account = await open_house(
        open_account,
        hass,
        entry_of(OptionCode.TEMPO),
        entry_of(OptionCode.HC_NUIT_WEEKEND, valid_from=date(2026, 12, 1)),
        entry_of(OptionCode.BASE, valid_from=date(2027, 1, 4)),
        windows=("12:00-14:00",),
    )
    assert spans(await events(account, "offpeak_hours", NOON, paris(2026, 11, 22, 20))) == [
        (paris(2026, 11, 21, 22), paris(2026, 11, 22, 6))
    ]
    assert spans(await events(account, "offpeak_hours", paris(2026, 12, 3, 12), paris(2026, 12, 7, 12))) == [
        (paris(2026, 12, 3, 23), paris(2026, 12, 4, 6)),
        (paris(2026, 12, 4, 23), paris(2026, 12, 7, 6)),
    ]
    assert spans(await events(account, "offpeak_hours", paris(2027, 1, 2, 12), paris(2027, 1, 5, 12))) == [
        # New Year's Day is a holiday, and a Friday.
        (paris(2026, 12, 31, 23), paris(2027, 1, 4)),
        (paris(2027, 1, 4, 12), paris(2027, 1, 4, 14)),
    ]


async def test_events_are_right_when_the_clock_changes(open_account: OpenAccount, hass: HomeAssistant) -> None:
    """In autumn 02:00 to 03:00 comes twice: what begins in the first and ends with it is shown to its last second."""
    account = await open_house(open_account, hass, windows=("00:10-02:30", "02:45-03:15", "22:00-23:59"))
    autumn = await events(account, "offpeak_hours", paris(2027, 10, 31), paris(2027, 10, 31, 12))
    assert [(each["start"], each["end"]) for each in autumn] == [
        ("2027-10-31T00:10:00+02:00", "2027-10-31T02:30:00+02:00"),
        ("2027-10-31T02:45:00+02:00", "2027-10-31T02:59:59+02:00"),
        ("2027-10-31T02:00:00+01:00", "2027-10-31T02:30:00+01:00"),
        ("2027-10-31T02:45:00+01:00", "2027-10-31T03:15:00+01:00"),
    ]
    spring = await events(account, "offpeak_hours", paris(2027, 3, 28), paris(2027, 3, 28, 12))
    assert [(each["start"], each["end"]) for each in spring] == [
        ("2027-03-28T00:10:00+01:00", "2027-03-28T03:15:00+02:00")
    ]


async def test_the_calendars_of_a_tariff_that_is_gone_are_removed(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    ejp = entry_of(OptionCode.EJP, peak_signal=Signal.LISTED, peak_dates=frozenset({date(2026, 12, 31)}))
    account = await open_house(open_account, hass, ejp, windows=("22:30-06:30",))
    assert calendar_id(account, "peak_days") is not None
    assert calendar_id(account, "offpeak_hours") is not None
    await set_tariff(account, entry_of(OptionCode.TEMPO), offpeak=hours())
    assert calendar_id(account, "peak_days") is None
    assert calendar_id(account, "offpeak_hours") is not None
    await set_tariff(account, entry_of(OptionCode.BASE))
    assert calendar_id(account, "offpeak_hours") is None


async def test_a_tariff_that_cannot_be_read_costs_nobody_a_calendar(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await open_house(open_account, hass, entry_of(OptionCode.ZEN_FLEX))
    kept = calendar_id(account, "zen_flex_calendar"), calendar_id(account, "offpeak_hours")
    assert None not in kept
    subentry = next(iter(account.entry.subentries.values()))
    broken = {**subentry.data, CONF_TARIFF: [{"option": "NOBODY"}]}
    hass.config_entries.async_update_subentry(account.entry, subentry, data=broken)
    await account.settle()
    assert (calendar_id(account, "zen_flex_calendar"), calendar_id(account, "offpeak_hours")) == kept


async def test_peak_days_run_into_the_night(open_account: OpenAccount, hass: HomeAssistant) -> None:
    days = (date(2026, 11, 23), date(2026, 12, 31), date(2027, 3, 27))
    account = await open_house(
        open_account, hass, entry_of(OptionCode.EJP, peak_signal=Signal.LISTED, peak_dates=frozenset(days))
    )
    found = await events(account, "peak_days", NOON, paris(2029, 1, 1))
    assert spans(found) == [
        (paris(day.year, day.month, day.day, 7), paris(after.year, after.month, after.day, 1))
        for day in days
        for after in (day + ONE_DAY,)
    ]
    assert {each["summary"] for each in found} == {"Heures de pointe EJP"}
    assert calendar_id(account, "offpeak_hours") is None
    await strike(account, paris(2026, 11, 24))
    assert calendar_state(account, "peak_days").state == "on"
    await strike(account, paris(2026, 11, 24, 1))
    state = calendar_state(account, "peak_days")
    assert (state.state, state.attributes["start_time"]) == ("off", "2026-12-31 07:00:00")


async def test_a_peak_day_that_follows_tempo_is_there_once_its_colour_is(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await open_in_paris(open_account, hass, paris(2026, 12, 6, 9), HOUSE)
    await set_tariff(account, entry_of(OptionCode.SEASONAL, peak_signal=Signal.TEMPO_RED), offpeak=hours())
    await account.start()
    season = (paris(2026, 9, 1), paris(2027, 9, 1))
    assert await events(account, "peak_days", *season) == []
    await account.travel(paris(2026, 12, 6, 12))
    found = await events(account, "peak_days", *season)
    assert [(each["summary"], span) for each, span in zip(found, spans(found), strict=True)] == [
        ("Jour de pointe", (paris(2026, 12, 7), paris(2026, 12, 8)))
    ]
    state = calendar_state(account, "peak_days")
    assert (state.state, state.attributes["message"]) == ("off", "Jour de pointe")
    # The off-peak hours of a winter day are certain once it is known to be no peak day.
    nights = await events(account, "offpeak_hours", paris(2026, 12, 6, 12), paris(2026, 12, 8, 23))
    assert spans(nights) == [(paris(2026, 12, 6, 13), paris(2026, 12, 6, 16))]


async def test_a_calendar_needs_no_gateway(open_account: OpenAccount, hass: HomeAssistant) -> None:
    account = await open_house(open_account, hass, windows=("22:30-06:30",))
    account.coordinator(PDL).async_set_update_error(RuntimeError("down"))
    await strike(account, paris(2026, 11, 21, 22, 30))
    assert calendar_state(account, "offpeak_hours").state == "on"
