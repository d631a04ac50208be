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
from .const import (
    CONF_BASE_URL,
    CONF_CLIENT_ID,
    CONF_CLIENT_SECRET,
    CONF_SURPLUS,
    CONF_TARIFF,
    DEFAULT_BASE_URL,
    DOMAIN,
)
from .coordinators import MyElectricalDataConfigEntry, UsagePointCoordinator
from .coordinators.best_offer import BestOffer
from .coordinators.national import National, async_get_national
from .coordinators.national_plan import Route
from .energy.bill import BillSummary
from .energy.readings import DayRecord
from .energy.tariff import TariffVersion
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
    return {**_plain(anonymiser, await _async_account(hass, entry)), "usage_points": _plain(anonymiser, points)}


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: MyElectricalDataConfigEntry, device: DeviceEntry
) -> Mapping[str, Any]:
    """The usage point of a device; the account's own device tells about the account."""
    anonymiser = _anonymiser(entry)
    ours = {value for domain, value in device.identifiers if domain == DOMAIN}
    for coordinator in entry.runtime_data.usage_points.values():
        if coordinator.pdl in ours:
            return _plain(anonymiser, await _async_usage_point(hass, entry, coordinator))
    return _plain(anonymiser, await _async_account(hass, entry))


def _anonymiser(entry: MyElectricalDataConfigEntry) -> Anonymiser:
    names = {each.pdl: each.subentry.title for each in entry.runtime_data.usage_points.values()}
    return Anonymiser(names, (entry.data[CONF_CLIENT_SECRET], entry.data[CONF_CLIENT_ID]))


def _plain(anonymiser: Anonymiser, value: Mapping[str, object]) -> dict[str, Any]:
    plain = anonymiser.plain(value)
    assert isinstance(plain, dict)  # noqa: S101  a mapping stays one
    return plain


async def _async_account(hass: HomeAssistant, entry: MyElectricalDataConfigEntry) -> dict[str, object]:
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
        "national": _national(await async_get_national(hass)),
    }


def _national(national: National) -> dict[str, object]:
    """How much is known of what is the same for everybody."""
    tempo, catalogue = national.tempo, national.catalogue
    return {
        "asked_at": {route.value: national.asked_at(route) for route in Route},
        "tempo": _calendar(tempo.colours) | {"provisional": sorted(tempo.provisional), "forecast_at": tempo.chances_at},
        "ecowatt": {
            "days": len(national.ecowatt),
            "first": min(national.ecowatt, default=None),
            "last": max(national.ecowatt, default=None),
            "incomplete": [day for day, signal in national.ecowatt.items() if not signal.is_complete],
        },
        "zen_flex": _calendar(national.zen_flex),
        "catalogue": {"offers": len(catalogue.offers), "read_on": catalogue.read_on},
    }


def _calendar(days: Mapping[date, str]) -> dict[str, object]:
    return {
        "days": len(days),
        "first": min(days, default=None),
        "last": max(days, default=None),
        "types": Counter(days.values()),
    }


async def _async_usage_point(
    hass: HomeAssistant, entry: MyElectricalDataConfigEntry, coordinator: UsagePointCoordinator
) -> dict[str, object]:
    ledger = coordinator.ledger
    return {
        "subentry": _without_entities(coordinator.subentry.data),
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
        "money": _money(coordinator),
        "readings": await hass.async_add_executor_job(_readings, ledger),
    }


def _without_entities(data: Mapping[str, Any]) -> dict[str, object]:
    """What the user said, without the ids of entities: people call them as they like."""
    told = {key: data[key] for key in (CONF_TARIFF, CONF_SURPLUS) if isinstance(data.get(key), list)}
    return {**data, **{key: [_without_ids(item) for item in items] for key, items in told.items()}}


def _without_ids(item: Mapping[str, Any]) -> dict[str, object]:
    return {**item, "entities": sorted(item["entities"])} if item.get("entities") else dict(item)


def _money(coordinator: UsagePointCoordinator) -> dict[str, object]:
    """The tariffs as they were resolved, and how far they reach: amounts, and no energy by hour or period."""
    snapshot = coordinator.data
    return {
        "tariff": [_version(version) for version in coordinator.tariff.versions],
        "surplus": [_version(version) for version in coordinator.surplus.versions],
        "bill": _bill(snapshot.bill) if snapshot else None,
        "compensation": _bill(snapshot.compensation) if snapshot else None,
        "best_offer": _best_offer(snapshot.best_offer) if snapshot else None,
    }


def _version(version: TariffVersion) -> dict[str, object]:
    return {
        "valid_from": version.valid_from,
        "valid_to": version.valid_to,
        "option": version.option.code,
        "periods": version.option.periods,
        "prices": version.prices,
        "subscription": version.subscription,
        "power_kva": version.power_kva,
        "source": version.source,
        "priced_from": version.priced_from,
        "unverified": version.unverified,
    }


def _bill(bill: BillSummary | None) -> dict[str, object] | None:
    if bill is None:
        return None
    spans = {"month": bill.month, "year": bill.year, "last_30_days": bill.last_30_days}
    return {
        **{
            name: {"known": each.days_known, "expected": each.days_expected, "total": each.total}
            for name, each in spans.items()
        },
        "projected_month": bill.projected_month and bill.projected_month.method,
        "projected_year": bill.projected_year and bill.projected_year.method,
        "waiting": bill.waiting,
    }


def _best_offer(offer: BestOffer | None) -> dict[str, object] | None:
    if offer is None:
        return None
    return {"label": offer.label, "saving": offer.saving_per_year, "days": offer.days, "computed_on": offer.computed_on}


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
