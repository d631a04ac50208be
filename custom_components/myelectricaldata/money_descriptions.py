"""Which money sensors there are, and what each one reads from a snapshot.

The arithmetic is exact; a state is a float, of which Home Assistant shows the cents. None has a state class: cost has
its own statistics, hour by hour, and these sensors describe days that are over.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass, SensorEntityDescription
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfEnergy

from .coordinators.snapshot import UsagePointSnapshot
from .energy.bill import BillSummary, PeriodBill
from .energy.calendar import ONE_DAY
from .energy.cost import WaitReason
from .energy.projection import Projection
from .energy.tariff import Tariff, TariffVersion
from .period_names import capital, period_name
from .sensor_descriptions import Attributes, UsagePointSensorDescription, Value, short_text, span
from .texts import Texts

EURO: Final = "EUR"
PRICE_UNIT: Final = "EUR/kWh"
PRICE_DECIMALS: Final = 4

TARIFF: Final = SensorEntityDescription(key="tariff", entity_category=EntityCategory.DIAGNOSTIC)


@dataclass(frozen=True, slots=True)
class _Span:
    key: str
    bill: Callable[[BillSummary], PeriodBill]
    enabled: bool = True


_YESTERDAY: Final = _Span("yesterday", lambda bill: bill.yesterday)
_WEEK: Final = _Span("this_week", lambda bill: bill.week)
_MONTH: Final = _Span("this_month", lambda bill: bill.month)
_YEAR: Final = _Span("this_year", lambda bill: bill.year)
_LAST_30_DAYS: Final = _Span("last_30_days", lambda bill: bill.last_30_days)
_YEAR_DETAIL: Final = _Span(_YEAR.key, _YEAR.bill, enabled=False)
"""What few people watch beside the month."""

_PERIOD_FIGURES: Final = (
    "energy_this_month",
    "energy_this_year",
    "share_this_year",
    "cost_this_month",
    "cost_this_year",
)
"""How the keys of the sensors of one period of a tariff end, after `<period>_`."""


def cost_sensors(tariff: Tariff, today: date, language: str) -> tuple[UsagePointSensorDescription, ...]:
    """The sensors of a usage point that has a tariff, among them those of each period that this year knows."""
    return (
        *(_cost_sensor(each) for each in (_YESTERDAY, _WEEK, _MONTH, _YEAR, _LAST_30_DAYS)),
        *(sensor for each in (_MONTH, _YEAR_DETAIL) for sensor in (_fixed_sensor(each), _variable_sensor(each))),
        _projection_sensor("projected_bill_month", lambda bill: bill.projected_month),
        _projection_sensor("projected_bill_year", lambda bill: bill.projected_year),
        AVERAGE_PRICE,
        COST_WAITING,
        *(
            sensor
            for period in periods_since(tariff, date(today.year, 1, 1))
            for sensor in _period_sensors(period, {"period": capital(period_name(period, language))})
        ),
    )


def compensation_sensors() -> tuple[UsagePointSensorDescription, ...]:
    """The sensors of a usage point whose injected energy is paid for."""
    return tuple(_compensation_sensor(each) for each in (_YESTERDAY, _MONTH, _YEAR))


def periods_since(tariff: Tariff, first: date) -> tuple[str, ...]:
    """The periods of the versions that are in force on some day from `first` on, in the order of the tariff."""
    return tuple(dict.fromkeys(period for version in _since(tariff, first) for period in version.option.periods))


def _since(tariff: Tariff, first: date) -> Iterator[TariffVersion]:
    for version, following in zip(tariff.versions, (*tariff.versions[1:], None), strict=False):
        ends = [] if version.valid_to is None else [version.valid_to]
        if following is not None:
            ends.append(following.valid_from - ONE_DAY)
        if not ends or min(ends) >= first:
            yield version


def is_money_key(key: str) -> bool:
    """Whether a key is one that a sensor of this module has or had, of whatever period a tariff had then."""
    return key in _FIXED_KEYS or any(key.endswith(f"_{figure}") and key != f"_{figure}" for figure in _PERIOD_FIGURES)


def tariff_text(version: TariffVersion, texts: Texts) -> str:
    """The option of a version and where its prices come from, as the state of one sensor."""
    option = texts(f"option_{version.option.code.lower()}")
    # A version without a source has the user's own prices, or none: before and after what its source knows.
    source = version.source or texts("source_manual" if version.prices else "price_unknown")
    return short_text(f"{option} · {source}")


def tariff_facts(version: TariffVersion) -> Attributes:
    """What a version says, prices in EUR/kWh by period and the subscription in EUR a month."""
    return {
        "valid_from": version.valid_from.isoformat(),
        "prices_of": None if version.priced_from is None else version.priced_from.isoformat(),
        "prices": {period: float(price) for period, price in version.prices.items()},
        "subscription": _euros(version.subscription),
        "power_kva": _euros(version.power_kva),
        "unverified": version.unverified,
    }


def _money_sensor(
    key: str,
    value: Callable[[UsagePointSnapshot], Value],
    attributes: Callable[[UsagePointSnapshot], Attributes],
    *,
    enabled: bool = True,
) -> UsagePointSensorDescription:
    return UsagePointSensorDescription(
        key=key,
        device_class=SensorDeviceClass.MONETARY,
        native_unit_of_measurement=EURO,
        suggested_display_precision=2,
        entity_registry_enabled_default=enabled,
        value_fn=value,
        attributes_fn=attributes,
    )


def _cost_sensor(each: _Span) -> UsagePointSensorDescription:
    def attributes(bill: BillSummary) -> Attributes:
        period = each.bill(bill)
        return {
            **_covered(period),
            "energy": _euros(period.energy),
            "subscription": _euros(period.subscription),
        }

    return _money_sensor(
        f"cost_{each.key}", _of_bill(lambda bill: _euros(each.bill(bill).total)), _about_bill(attributes)
    )


def _fixed_sensor(each: _Span) -> UsagePointSensorDescription:
    return _money_sensor(
        f"cost_fixed_{each.key}",
        _of_bill(lambda bill: _euros(each.bill(bill).subscription)),
        _about_bill(lambda bill: _coverage(each.bill(bill))),
        enabled=each.enabled,
    )


def _variable_sensor(each: _Span) -> UsagePointSensorDescription:
    return _money_sensor(
        f"cost_variable_{each.key}",
        _of_bill(lambda bill: _euros(each.bill(bill).energy)),
        _about_bill(lambda bill: _covered(each.bill(bill))),
        enabled=each.enabled,
    )


def _projection_sensor(key: str, read: Callable[[BillSummary], Projection | None]) -> UsagePointSensorDescription:
    def value(bill: BillSummary) -> Value:
        projection = read(bill)
        return None if projection is None else _euros(projection.total)

    def attributes(bill: BillSummary) -> Attributes:
        projection = read(bill)
        return {
            "energy": None if projection is None else _euros(projection.energy),
            "subscription": None if projection is None else _euros(projection.subscription),
            "method": None if projection is None else projection.method,
            "days_measured": None if projection is None else projection.days_measured,
            "days_to_come": None if projection is None else projection.days_to_come,
        }

    return _money_sensor(key, _of_bill(value), _about_bill(attributes))


def _period_sensors(period: str, placeholders: Mapping[str, str]) -> tuple[UsagePointSensorDescription, ...]:
    return (
        *(_period_energy_sensor(each, period, placeholders) for each in (_MONTH, _YEAR_DETAIL)),
        _period_share_sensor(_YEAR, period, placeholders),
        *(_period_cost_sensor(each, period, placeholders) for each in (_MONTH, _YEAR_DETAIL)),
    )


def _period_energy_sensor(each: _Span, period: str, names: Mapping[str, str]) -> UsagePointSensorDescription:
    return UsagePointSensorDescription(
        key=f"{period}_energy_{each.key}",
        translation_key=f"period_energy_{each.key}",
        translation_placeholders=names,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
        entity_registry_enabled_default=each.enabled,
        value_fn=_of_bill(lambda bill: _kilowatt_hours(_period_wh(each.bill(bill), period))),
        attributes_fn=_about_bill(lambda bill: _coverage(each.bill(bill))),
    )


def _period_share_sensor(each: _Span, period: str, names: Mapping[str, str]) -> UsagePointSensorDescription:
    def value(bill: BillSummary) -> Value:
        whole, part = each.bill(bill).wh, _period_wh(each.bill(bill), period)
        return part * 100 / whole if whole and part is not None else None

    return UsagePointSensorDescription(
        key=f"{period}_share_{each.key}",
        translation_key=f"period_share_{each.key}",
        translation_placeholders=names,
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=1,
        entity_registry_enabled_default=each.enabled,
        value_fn=_of_bill(value),
        attributes_fn=_about_bill(lambda bill: _coverage(each.bill(bill))),
    )


def _period_cost_sensor(each: _Span, period: str, names: Mapping[str, str]) -> UsagePointSensorDescription:
    def value(bill: BillSummary) -> Value:
        share = each.bill(bill).by_period.get(period)
        if share is None:
            # Days of which none had energy in this period cost nothing in it; no day at all says nothing.
            return 0.0 if each.bill(bill).days_known else None
        return _euros(share.cost)

    return UsagePointSensorDescription(
        key=f"{period}_cost_{each.key}",
        translation_key=f"period_cost_{each.key}",
        translation_placeholders=names,
        device_class=SensorDeviceClass.MONETARY,
        native_unit_of_measurement=EURO,
        suggested_display_precision=2,
        entity_registry_enabled_default=each.enabled,
        value_fn=_of_bill(value),
        attributes_fn=_about_bill(lambda bill: _coverage(each.bill(bill))),
    )


def _compensation_sensor(each: _Span) -> UsagePointSensorDescription:
    return _money_sensor(
        f"compensation_{each.key}",
        lambda snapshot: None if snapshot.compensation is None else _euros(each.bill(snapshot.compensation).energy),
        lambda snapshot: {} if snapshot.compensation is None else _covered(each.bill(snapshot.compensation)),
    )


def _of_bill(read: Callable[[BillSummary], Value]) -> Callable[[UsagePointSnapshot], Value]:
    return lambda snapshot: None if snapshot.bill is None else read(snapshot.bill)


def _about_bill(read: Callable[[BillSummary], Attributes]) -> Callable[[UsagePointSnapshot], Attributes]:
    return lambda snapshot: {} if snapshot.bill is None else read(snapshot.bill)


def _coverage(period: PeriodBill) -> Attributes:
    return {
        **span(period.first, period.last),
        "days_known": period.days_known,
        "days_expected": period.days_expected,
    }


def _covered(period: PeriodBill) -> Attributes:
    return {**_coverage(period), "waiting_kwh": _kilowatt_hours(sum(period.waiting.values()))}


def _period_wh(bill: PeriodBill, period: str) -> int | None:
    """Wh of a period of the tariff; none of the days that are known having any is 0, not knowing any day is None."""
    share = bill.by_period.get(period)
    return (0 if bill.days_known else None) if share is None else share.wh


def _waiting_kwh(bill: BillSummary) -> Value:
    return _kilowatt_hours(sum(bill.waiting.by_reason.values()))


def _waiting_facts(bill: BillSummary) -> Attributes:
    first, last = bill.waiting.first, bill.waiting.last
    return {
        **{reason.value: _kilowatt_hours(bill.waiting.by_reason.get(reason, 0)) for reason in WaitReason},
        "first_day": None if first is None else first.isoformat(),
        "last_day": None if last is None else last.isoformat(),
    }


def _offer_facts(snapshot: UsagePointSnapshot) -> Attributes:
    offer = snapshot.best_offer
    if offer is None:
        return {}
    return {
        "provider": offer.provider,
        "total_per_year": _euros(offer.total_per_year),
        "present_per_year": _euros(offer.present_per_year),
        "computed_on": offer.computed_on.isoformat(),
        "days": offer.days,
    }


def _kilowatt_hours(wh: int | None) -> float | None:
    return None if wh is None else wh / 1000


def _euros(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


AVERAGE_PRICE: Final = UsagePointSensorDescription(
    key="average_price",
    native_unit_of_measurement=PRICE_UNIT,
    suggested_display_precision=PRICE_DECIMALS,
    value_fn=_of_bill(lambda bill: _euros(bill.average_price)),
    attributes_fn=_about_bill(lambda bill: _covered(bill.year)),
)

COST_WAITING: Final = UsagePointSensorDescription(
    key="cost_waiting",
    device_class=SensorDeviceClass.ENERGY,
    native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
    suggested_display_precision=1,
    entity_category=EntityCategory.DIAGNOSTIC,
    value_fn=_of_bill(_waiting_kwh),
    attributes_fn=_about_bill(_waiting_facts),
)

BEST_OFFER_SENSORS: Final = (
    UsagePointSensorDescription(
        key="best_offer",
        value_fn=lambda snapshot: None if snapshot.best_offer is None else short_text(snapshot.best_offer.label),
        attributes_fn=_offer_facts,
    ),
    _money_sensor(
        "saving_per_year",
        lambda snapshot: None if snapshot.best_offer is None else _euros(snapshot.best_offer.saving_per_year),
        _offer_facts,
    ),
)
"""For every consumer: who has not told the tariff can still know which offer is the cheapest."""

_FIXED_KEYS: Final = frozenset(
    {description.key for description in (*cost_sensors(Tariff(), date.min, ""), *compensation_sensors())} | {TARIFF.key}
)
