"""Diagnostics: everything that helps to find a fault, nothing that tells whose it is."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.util import dt as dt_util

from .anonymise import Anonymiser
from .const import CONF_BASE_URL, CONF_CLIENT_ID, CONF_CLIENT_SECRET, DEFAULT_BASE_URL, DOMAIN
from .coordinators import MyElectricalDataConfigEntry, UsagePointCoordinator
from .energy.readings import DayRecord
from .ledger import Ledger
from .schedule_format import encode_schedule


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: MyElectricalDataConfigEntry
) -> Mapping[str, Any]:
    """The account and each of its usage points."""
    anonymiser = _anonymiser(entry)
    points = {
        anonymiser.alias(each.pdl): await _async_usage_point(hass, entry, each)
        for each in entry.runtime_data.usage_points.values()
    }
    return {**_plain(anonymiser, _account(hass, entry)), "usage_points": _plain(anonymiser, points)}


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: MyElectricalDataConfigEntry, device: DeviceEntry
) -> Mapping[str, Any]:
    """The usage point of a device; the account's own device tells about the account."""
    anonymiser = _anonymiser(entry)
    ours = {value for domain, value in device.identifiers if domain == DOMAIN}
    for coordinator in entry.runtime_data.usage_points.values():
        if coordinator.pdl in ours:
            return _plain(anonymiser, await _async_usage_point(hass, entry, coordinator))
    return _plain(anonymiser, _account(hass, entry))


def _anonymiser(entry: MyElectricalDataConfigEntry) -> Anonymiser:
    names = {each.pdl: each.subentry.title for each in entry.runtime_data.usage_points.values()}
    return Anonymiser(names, (entry.data[CONF_CLIENT_SECRET], entry.data[CONF_CLIENT_ID]))


def _plain(anonymiser: Anonymiser, value: Mapping[str, object]) -> dict[str, Any]:
    plain = anonymiser.plain(value)
    assert isinstance(plain, dict)  # noqa: S101  a mapping stays one
    return plain


def _account(hass: HomeAssistant, entry: MyElectricalDataConfigEntry) -> dict[str, object]:
    runtime = entry.runtime_data
    issues = ir.async_get(hass).issues.values()
    return {
        "entry": {
            "version": f"{entry.version}.{entry.minor_version}",
            "state": entry.state,
            "reason": entry.reason,
            # The address of a gateway of one's own may tell whose it is.
            "gateway": "public" if entry.data[CONF_BASE_URL] == DEFAULT_BASE_URL else "own",
        },
        "now": dt_util.utcnow(),
        "time_zone": hass.config.time_zone,
        "account": runtime.account.data,
        "budget": runtime.budget.as_dict(),
        "limits": runtime.budget.limits,
        "client": {
            "dialect": runtime.client.dialect,
            "last_success": runtime.client.last_success,
            "last_error": runtime.client.last_error,
            "last_duration": runtime.client.last_duration,
        },
        "issues": [
            {"id": issue.issue_id, "active": issue.active, "created": issue.created, "ignored": issue.dismissed_version}
            for issue in issues
            if issue.domain == DOMAIN
        ],
    }


async def _async_usage_point(
    hass: HomeAssistant, entry: MyElectricalDataConfigEntry, coordinator: UsagePointCoordinator
) -> dict[str, object]:
    ledger = coordinator.ledger
    return {
        "subentry": coordinator.subentry.data,
        "directions": coordinator.directions,
        "last_update_success": coordinator.last_update_success,
        "last_exception": coordinator.last_exception,
        "schedule": encode_schedule(entry.runtime_data.account.schedule(coordinator.pdl)),
        "history": ledger.state.history,
        "unwritten": ledger.state.unwritten,
        "contract": ledger.contract,
        "contract_read_on": ledger.state.contract_read_on,
        # Of the snapshot, nothing that tells how a household lives.
        "today": coordinator.data.today if coordinator.data else None,
        "history_share": coordinator.data.history_share if coordinator.data else None,
        "importing": coordinator.data.importing if coordinator.data else None,
        "statistics": list(coordinator.recording.statistic_ids),
        "readings": await hass.async_add_executor_job(_readings, ledger),
    }


def _readings(ledger: Ledger) -> dict[str, object]:
    return {
        **{str(direction): _days(days) for direction, days in ledger.state.days.items()},
        "max_power": {
            "days": len(ledger.peaks),
            "first": min(ledger.peaks, default=None),
            "last": max(ledger.peaks, default=None),
            "without_time": sum(peak.at is None for peak in ledger.peaks.values()),
        },
    }


def _days(days: Mapping[date, DayRecord]) -> dict[str, object]:
    """How many days there are of each kind, and where the last holes are; no energy."""
    states = {day: record.state for day, record in days.items()}
    return {
        "first": min(days, default=None),
        "last": max(days, default=None),
        "states": Counter(states.values()),
        "slot_minutes": Counter(record.curve.minutes for record in days.values() if record.curve is not None),
        "last_days": {day: states[day] for day in sorted(days)[-14:]},
    }
