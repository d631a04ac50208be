"""Short ways to the calendars of an account that really runs, in a Home Assistant on the clock of Paris."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from homeassistant.core import Event, HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.myelectricaldata.const import CONF_OFFPEAK, CONF_TARIFF, DOMAIN
from custom_components.myelectricaldata.energy.calendar import PARIS
from custom_components.myelectricaldata.energy.entries import TariffEntry
from custom_components.myelectricaldata.energy.entry_format import encode_entry
from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule
from tests.account import Account
from tests.conftest import OpenAccount
from tests.simulators.households import Household

PDL = "22516914714271"
HOUSE = Household(pdl=PDL, name="Maison", activation=date(2026, 11, 18))

type Found = list[dict[str, Any]]


def paris(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=PARIS).astimezone(UTC)


def hours(*windows: str) -> OffpeakSchedule:
    return OffpeakSchedule.from_config([{"season": "all", "windows": list(windows)}])


async def open_in_paris(
    open_account: OpenAccount, hass: HomeAssistant, at: datetime, *households: Household
) -> Account:
    """An account that is not started yet."""
    await hass.config.async_set_time_zone("Europe/Paris")
    hass.config.language = "fr"
    return await open_account(at, *households, start=False)


async def set_tariff(account: Account, *entries: TariffEntry, offpeak: OffpeakSchedule | None = None) -> None:
    """What the user says of the first usage point."""
    if account.entry.entry_id not in account.hass.config_entries._entries:
        account.entry.add_to_hass(account.hass)
    subentry = next(iter(account.entry.subentries.values()))
    data = {**subentry.data, CONF_TARIFF: [encode_entry(entry) for entry in entries]}
    if offpeak is not None:
        data[CONF_OFFPEAK] = offpeak.as_config()
    account.hass.config_entries.async_update_subentry(account.entry, subentry, data=data)
    await account.settle()


def calendar_id(account: Account, key: str) -> str | None:
    registry = er.async_get(account.hass)
    found = (
        registry.async_get_entity_id("calendar", DOMAIN, f"{prefix}_{key}") for prefix in (account.entry.entry_id, PDL)
    )
    return next((entity_id for entity_id in found if entity_id is not None), None)


def calendar_state(account: Account, key: str) -> State:
    entity_id = calendar_id(account, key)
    assert entity_id is not None, f"no calendar {key}"
    state = account.hass.states.get(entity_id)
    assert state is not None, f"{entity_id} is disabled"
    return state


async def events(account: Account, key: str, start: datetime, end: datetime) -> Found:
    """What the action `calendar.get_events` answers."""
    entity_id = calendar_id(account, key)
    assert entity_id is not None, f"no calendar {key}"
    response: Any = await account.hass.services.async_call(
        "calendar",
        "get_events",
        {"entity_id": entity_id, "start_date_time": start.isoformat(), "end_date_time": end.isoformat()},
        blocking=True,
        return_response=True,
    )
    found: Found = response[entity_id]["events"]
    return found


def spans(found: Found) -> list[tuple[datetime, datetime]]:
    """When timed events begin and end."""
    return [
        (datetime.fromisoformat(each["start"]).astimezone(UTC), datetime.fromisoformat(each["end"]).astimezone(UTC))
        for each in found
    ]


async def strike(account: Account, instant: datetime) -> None:
    """Let the clock strike an instant."""
    # Home Assistant's own clock strikes a moment after the instant that it was asked for.
    struck = instant + timedelta(microseconds=1)
    account.freezer.move_to(struck)
    async_fire_time_changed(account.hass, struck)
    await account.settle()


async def note_triggers(account: Account, key: str, **options: Any) -> list[tuple[datetime, str]]:
    """When an automation with a calendar trigger runs, and for which event."""
    seen: list[tuple[datetime, str]] = []

    async def note(event: Event) -> None:
        seen.append((datetime.now(UTC).replace(microsecond=0), event.data["summary"]))

    account.hass.bus.async_listen("calendar_spoke", note)
    trigger = {"trigger": "calendar", "entity_id": calendar_id(account, key), **options}
    action = {"event": "calendar_spoke", "event_data": {"summary": "{{ trigger.calendar_event.summary }}"}}
    automation = {"id": "spoken", "alias": "spoken", "mode": "queued", "triggers": [trigger], "actions": [action]}
    assert await async_setup_component(account.hass, "automation", {"automation": automation})
    await account.settle()
    return seen


async def stop_automations(account: Account) -> None:
    """Their triggers look again every 15 minutes, also after a test."""
    await account.hass.services.async_call("automation", "turn_off", {"entity_id": "all"}, blocking=True)
    await account.settle()
