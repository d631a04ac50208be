"""Short ways to the entities of the national signals of a real account, whose gateway is the simulated one."""

from datetime import date, datetime, timedelta
from typing import Any

from homeassistant.core import State
from homeassistant.helpers import entity_registry as er

from tests.account import Account

NORMAL = (1,) * 24


def levels(**hours: int) -> tuple[int, ...]:
    """A day of level 1, but for some hours: `levels(h8=2)`."""
    return tuple(hours.get(f"h{hour}", 1) for hour in range(24))


def say(account: Account, told: dict[date, tuple[int, ...]], *, normal_until: date) -> None:
    """What RTE tells of some days; those before and between are normal, so that no weather surprises a test."""
    first = min(told)
    days = (first - timedelta(days=3) + timedelta(days=index) for index in range((normal_until - first).days + 4))
    account.simulator.ecowatt.told.update({**dict.fromkeys(days, NORMAL), **told})


def entity_id(account: Account, key: str) -> str:
    """The entity of a key, on whichever platform it is."""
    entries = er.async_entries_for_config_entry(er.async_get(account.hass), account.entry.entry_id)
    (found,) = (entry.entity_id for entry in entries if entry.unique_id == f"{account.entry.entry_id}_{key}")
    return found


def state(account: Account, key: str) -> State:
    found = account.hass.states.get(entity_id(account, key))
    assert found is not None, f"{key} has no state"
    return found


def value(account: Account, key: str) -> str:
    return state(account, key).state


def attribute(account: Account, key: str, name: str) -> Any:
    return state(account, key).attributes[name]


async def hour_by_hour(account: Account, start: datetime, hours: int, key: str) -> list[str]:
    """The states of an entity at the start of some hours."""
    seen: list[str] = []
    for index in range(hours):
        await account.travel(start + timedelta(hours=index))
        seen.append(value(account, key))
    return seen
