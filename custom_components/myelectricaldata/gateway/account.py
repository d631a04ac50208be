"""Bodies about the account and its usage points: identity, quota, list, contract, address. Source: gateway.md 6 and 7."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from .answers import raise_inner_error, unreadable
from .models import Account, Address, Contract, UsagePoint, UsageStatistics
from .parsing import flag, leading_day, mapping, mappings, number, text, usage_point_number, whole

_WEEKDAYS: Final = {
    name: english
    for english, french in (
        ("monday", "lundi"),
        ("tuesday", "mardi"),
        ("wednesday", "mercredi"),
        ("thursday", "jeudi"),
        ("friday", "vendredi"),
        ("saturday", "samedi"),
        ("sunday", "dimanche"),
    )
    for name in (english, french)
}
# Names that say "off-peak" and nothing more; those of peak hours must never pass for off-peak.
_PLAIN_KEYS: Final = frozenset({"ranges", "default", "hc", "offpeak", "offpeak_hours", "plageheurescreuses"})
_PEAK_KEYS: Final = frozenset({"hp", "peak", "peak_hours", "plageheurespleines"})
_DEEPEST: Final = 4
_TERMS: Final = (
    "segment",
    "contract_type",
    "distribution_tariff",
    "subscribed_power",
    "last_activation_date",
    "contract_start",
    "offpeak_hours",
)
_POWER = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(?:k?VA)?", re.IGNORECASE)
_POSTAL_CODE_AND_CITY = re.compile(r"([0-9]{5})\s+(.+)")


def read_account(data: object) -> Account:
    """`GET /accounts/me`."""
    content = mapping(data)
    account_id = text(content.get("id"))
    if account_id is None:
        raise unreadable("no account in it")
    return Account(
        account_id=account_id,
        email=text(content.get("email")),
        client_id=text(content.get("client_id")),
        is_active=flag(content.get("is_active"), absent=True),
    )


def read_usage_statistics(data: object) -> UsageStatistics:
    """`GET /accounts/usage-stats`."""
    content = mapping(data)
    cached, cached_limit = whole(content.get("cached_requests")), whole(content.get("cached_limit"))
    uncached, uncached_limit = whole(content.get("no_cache_requests")), whole(content.get("no_cache_limit"))
    if cached is None or cached_limit is None or uncached is None or uncached_limit is None:
        raise unreadable("no counters in it")
    return UsageStatistics(
        day=leading_day(content.get("date")),
        cached_calls=cached,
        cached_limit=cached_limit,
        uncached_calls=uncached,
        uncached_limit=uncached_limit,
    )


def read_usage_points(data: object) -> tuple[UsagePoint, ...]:
    """`GET /pdl`, in the gateway's order. Each usage point comes once."""
    if not isinstance(data, list):
        raise unreadable("no list of usage points")
    found: dict[str, UsagePoint] = {}
    for item in mappings(data):
        pdl = usage_point_number(item.get("usage_point_id"))
        if pdl is not None and pdl not in found:
            found[pdl] = _usage_point(pdl, item)
    if data and not found:
        raise unreadable("no usage point has a number")
    return tuple(found.values())


def read_contract(data: object, pdl: str, now: datetime) -> Contract:
    """`GET /enedis/contract/{pdl}`, v5 nested, v5 flat (demo account) or the aggregate of 2026."""
    raise_inner_error(data, now)
    content = mapping(data)
    if "situation_contrat" in content:
        return _contract_2026(content, pdl)
    customer = mapping(content.get("customer"))
    nested = "usage_points" in customer
    terms = mapping(_own_usage_point(customer, pdl).get("contracts")) if nested else customer
    _check_terms(terms)
    segment = text(terms.get("segment"))
    activation = leading_day(terms.get("last_activation_date"))
    return Contract(
        segment=segment,
        contract_type=text(terms.get("contract_type")),
        status=text(terms.get("contract_status")),
        distribution_tariff=text(terms.get("distribution_tariff")),
        subscribed_power_kva=kilovolt_amperes(terms.get("subscribed_power")),
        activation_date=activation,
        production_activation_date=activation if _injects(segment, terms.get("contract_type")) else None,
        tariff_change_date=leading_day(terms.get("last_distribution_tariff_change_date")),
        offpeak_texts=offpeak_texts(terms.get("offpeak_hours")),
    )


def read_address(data: object, pdl: str, now: datetime) -> Address:
    """`GET /enedis/address/{pdl}`, in its three shapes."""
    raise_inner_error(data, now)
    content = mapping(data)
    if recent := mapping(content.get("address")):
        return _address_2026(recent)
    customer = mapping(content.get("customer"))
    nested = mapping(_own_usage_point(customer, pdl).get("usage_point"))
    fields = mapping(nested.get("usage_point_addresses")) or mapping(customer.get("usage_point_addresses"))
    if not fields:
        raise unreadable("no address in it")
    return Address(
        street=text(fields.get("street")),
        locality=text(fields.get("locality")),
        postal_code=text(fields.get("postal_code")),
        city=text(fields.get("city")),
        insee_code=text(fields.get("insee_code")),
        country=text(fields.get("country")),
    )


def kilovolt_amperes(value: object) -> Decimal | None:
    """Subscribed power from `9`, `"9"`, `"9 kVA"` or `{"value": "9", "unit": "kVA"}`; zero is no power."""
    unit = ""
    if fields := mapping(value):
        value, unit = fields.get("value"), (text(fields.get("unit")) or "")
    if isinstance(value, str):
        found = _POWER.fullmatch(value.strip())
        if found is None:
            return None
        unit = unit or value.strip()[found.end(1) :].strip()
        value = found[1]
    power = number(value)
    if not power:
        return None
    return power / 1000 if unit.upper() == "VA" else power


def offpeak_texts(value: object) -> tuple[str, ...]:
    """Off-peak hours of every known shape as lines for `energy/offpeak.py`, in their order and without repetition.

    `22:30-06:30`, `HC (22H00-6H00)`, or with the English weekday before: `monday: HC (22h00-06h00)`.
    """
    return tuple(dict.fromkeys(_offpeak_lines(value, 0)))


def _offpeak_lines(value: object, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(value, str):
        yield from _offpeak_text(value, depth)
    elif isinstance(value, list):
        for item in value:
            yield from _offpeak_lines(item, depth + 1)
    elif isinstance(value, dict):
        yield from _offpeak_map(value, depth)


def _offpeak_text(value: str, depth: int) -> Iterator[str]:
    line = text(value)
    if line is None:
        return
    if line[0] in "{[":
        try:
            inner: object = json.loads(line)
        except ValueError, RecursionError:
            inner = None
        if inner is not None:
            yield from _offpeak_lines(inner, depth + 1)
            return
    yield line


def _offpeak_map(value: Mapping[object, object], depth: int) -> Iterator[str]:
    start, end = text(value.get("start")), text(value.get("end"))
    if start is not None and end is not None:
        yield f"{start}-{end}"
        return
    for key, inner in value.items():
        name = (text(key) or "").lower()
        if name in _PEAK_KEYS:
            continue
        lines = _offpeak_lines(inner, depth + 1)
        if name in _WEEKDAYS:
            yield from (f"{_WEEKDAYS[name]}: {line}" for line in lines)
        elif name in _PLAIN_KEYS or not name.isalpha():
            yield from lines
        else:  # a season, or what nobody has seen yet: the word is kept for whoever reads the line
            yield from (f"{name}: {line}" for line in lines)


def _usage_point(pdl: str, item: Mapping[str, object]) -> UsagePoint:
    return UsagePoint(
        pdl=pdl,
        gateway_id=text(item.get("id")) or pdl,
        name=text(item.get("name")),
        subscribed_power_kva=kilovolt_amperes(item.get("subscribed_power")),
        offpeak_texts=offpeak_texts(item.get("offpeak_hours")),
        has_consumption=flag(item.get("has_consumption"), absent=True),
        has_production=flag(item.get("has_production"), absent=False),
        is_active=flag(item.get("is_active"), absent=True),
        activation_date=leading_day(item.get("activation_date")),
        oldest_available_date=leading_day(item.get("oldest_available_data_date")),
        linked_production_id=text(item.get("linked_production_pdl_id")),
        pricing_option=text(item.get("pricing_option")),
        selected_offer_id=text(item.get("selected_offer_id")),
    )


def _own_usage_point(customer: Mapping[str, object], pdl: str) -> Mapping[str, object]:
    """The entry of this usage point, or the only one where none is named."""
    entries = list(mappings(customer.get("usage_points")))
    for entry in entries:
        if usage_point_number(mapping(entry.get("usage_point")).get("usage_point_id")) == pdl:
            return entry
    unnamed = [entry for entry in entries if not mapping(entry.get("usage_point")).get("usage_point_id")]
    return unnamed[0] if unnamed else {}


def _contract_2026(content: Mapping[str, object], pdl: str) -> Contract:
    situation = content["situation_contrat"]
    listed = [situation] if isinstance(situation, dict) else list(mappings(situation))
    entries = [mapping(entry) for entry in listed if _belongs(mapping(entry), pdl)]
    if not entries:
        raise unreadable("no contract in it")
    terms = _withdrawal(entries)
    _check_terms(terms)
    injection = next(
        (entry for entry in entries if _injects(text(entry.get("segment")), entry.get("contract_type"))), {}
    )
    summary = mapping(content.get("synthese_contrat"))
    production = leading_day(summary.get("generation_last_activation_date")) or leading_day(
        injection.get("contract_start")
    )
    consumption = leading_day(summary.get("consumption_last_activation_date"))
    relay = mapping(mapping(content.get("comptage")).get("relais"))
    return Contract(
        segment=text(terms.get("segment")),
        contract_type=text(terms.get("contract_type")),
        status=text(terms.get("contract_status")),
        distribution_tariff=text(terms.get("distribution_tariff")),
        subscribed_power_kva=kilovolt_amperes(terms.get("subscribed_power")),
        activation_date=consumption or leading_day(terms.get("contract_start")) or production,
        production_activation_date=production,
        tariff_change_date=None,
        offpeak_texts=offpeak_texts(relay.get("plageHeuresCreuses")),
    )


def _check_terms(terms: Mapping[str, object]) -> None:
    """A contract that says nothing is a body that is not understood."""
    if not any(terms.get(name) for name in _TERMS):
        raise unreadable("no contract in it")


def _belongs(entry: Mapping[str, object], pdl: str) -> bool:
    named = entry.get("usage_point_id")
    return text(named) is None or usage_point_number(named) == pdl


def _withdrawal(entries: list[Mapping[str, object]]) -> Mapping[str, object]:
    """Neither GRD-A nor P*; else the first with a power; else the first (gateway.md 7.2)."""
    withdrawing = (entry for entry in entries if not _injects(text(entry.get("segment")), entry.get("contract_type")))
    powered = (entry for entry in entries if kilovolt_amperes(entry.get("subscribed_power")) is not None)
    return next(withdrawing, None) or next(powered, None) or entries[0]


def _injects(segment: str | None, contract_type: object) -> bool:
    return (segment or "").upper().startswith("P") or "GRD-A" in (text(contract_type) or "").upper()


def _address_2026(fields: Mapping[str, object]) -> Address:
    line = text(fields.get("postal_code_city"))
    found = _POSTAL_CODE_AND_CITY.fullmatch(line or "")
    return Address(
        street=text(fields.get("number_street_name")),
        locality=None,
        postal_code=found[1] if found else None,
        city=found[2] if found else line,
        insee_code=text(fields.get("insee_code")),
        country=None,
    )
