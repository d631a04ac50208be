"""How the entries of a tariff are kept in a usage point's subentry: plain JSON, prices as text so that they stay exact."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from .entries import Before, OfferReference, Source, TariffEntry
from .offpeak import OffpeakSchedule, Season, parse_window
from .options import OptionCode
from .tariff import EVERY_DAY, Holidays, Rule, Signal


class EntryError(ValueError):
    """What is kept is not a tariff."""


def encode_entry(entry: TariffEntry) -> dict[str, object]:
    """Plain JSON types for the subentry; what is empty is left out."""
    full: dict[str, object] = {
        "valid_from": entry.valid_from.isoformat(),
        "valid_to": entry.valid_to and entry.valid_to.isoformat(),
        "source": entry.source.value,
        "option": entry.option.value,
        "power_kva": None if entry.power_kva is None else str(entry.power_kva),
        "offpeak": None if entry.offpeak is None else entry.offpeak.as_config(),
        "peak_signal": entry.peak_signal and entry.peak_signal.value,
        "peak_dates": sorted(day.isoformat() for day in entry.peak_dates),
        "rules": [_encode_rule(rule) for rule in entry.rules],
        "prices": {period: str(price) for period, price in entry.prices.items()},
        "entities": dict(entry.entities),
        "subscription": None if entry.subscription is None else str(entry.subscription),
        "offer": None
        if entry.offer is None
        else {
            "provider_id": entry.offer.provider_id,
            "provider": entry.offer.provider,
            "name": entry.offer.name,
            "offer_type": entry.offer.offer_type,
        },
        "before": entry.before.value if entry.source is Source.CATALOGUE else None,
    }
    # A flat schedule says something: that there are no off-peak hours.
    return {key: value for key, value in full.items() if value or (key == "offpeak" and value is not None)}


def decode_entries(config: object) -> tuple[TariffEntry, ...]:
    """What `encode_entry` wrote, for a list of them. EntryError for anything else."""
    if not isinstance(config, list | tuple):
        raise EntryError("A tariff is a list of entries")
    try:
        return tuple(_decode_entry(_mapping(item)) for item in config)
    except (KeyError, ValueError) as error:
        raise EntryError(f"Not an entry of a tariff: {error}") from error


def _decode_entry(item: Mapping[str, object]) -> TariffEntry:
    offer = item.get("offer")
    offpeak = item.get("offpeak")
    peak_signal = item.get("peak_signal")
    return TariffEntry(
        valid_from=date.fromisoformat(str(item.get("valid_from"))),
        valid_to=date.fromisoformat(str(item["valid_to"])) if item.get("valid_to") else None,
        source=Source(str(item.get("source"))),
        option=OptionCode(str(item.get("option"))),
        power_kva=_decimal(item.get("power_kva")),
        offpeak=None if offpeak is None else OffpeakSchedule.from_config(_mappings(offpeak)),
        peak_signal=None if peak_signal is None else Signal(str(peak_signal)),
        peak_dates=frozenset(date.fromisoformat(str(day)) for day in _sequence(item.get("peak_dates"))),
        rules=tuple(_decode_rule(rule) for rule in _mappings(item.get("rules"))),
        prices={
            period: price
            for period, value in _mapping(item.get("prices")).items()
            if (price := _decimal(value)) is not None
        },
        entities={period: str(entity_id) for period, entity_id in _mapping(item.get("entities")).items()},
        subscription=_decimal(item.get("subscription")),
        offer=None if offer is None else _decode_offer(_mapping(offer)),
        before=Before(str(item.get("before", Before.WAIT))),
    )


def _decode_offer(item: Mapping[str, object]) -> OfferReference:
    return OfferReference(
        provider_id=str(item["provider_id"]),
        provider=str(item["provider"]),
        name=str(item["name"]),
        offer_type=str(item["offer_type"]),
    )


def _encode_rule(rule: Rule) -> dict[str, object]:
    return {
        "period": rule.period,
        "windows": [str(window) for window in rule.windows],
        "season": rule.season.value,
        "weekdays": sorted(rule.weekdays),
        "holidays": rule.holidays.value,
    }


def _decode_rule(item: Mapping[str, object]) -> Rule:
    return Rule(
        period=str(item.get("period")),
        windows=tuple(parse_window(str(text)) for text in _sequence(item.get("windows"))),
        season=Season(str(item.get("season", Season.ALL))),
        weekdays=_decode_weekdays(item.get("weekdays")),
        holidays=Holidays(str(item.get("holidays", Holidays.ORDINARY))),
    )


def _decode_weekdays(value: object) -> frozenset[int]:
    """No list: every day. An empty one is a rule of public holidays alone."""
    if value is None:
        return EVERY_DAY
    weekdays = frozenset(int(str(day)) for day in _sequence(value))
    if not weekdays <= EVERY_DAY:
        raise EntryError("A day of the week is 0 to 6")
    return weekdays


def _decimal(value: object) -> Decimal | None:
    if value is None:
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise EntryError(f"Not a price: {value}") from error
    if not number.is_finite():
        raise EntryError(f"Not a price: {value}")
    return number


def _mapping(value: object) -> Mapping[str, object]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise EntryError("Expected an object")
    return value


def _sequence(value: object) -> Sequence[object]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise EntryError("Expected a list")
    return value


def _mappings(value: object) -> list[Mapping[str, object]]:
    return [_mapping(item) for item in _sequence(value)]
