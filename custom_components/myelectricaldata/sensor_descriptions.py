"""Which sensors there are, and what each one reads from a snapshot.

None has a state class: each describes days that are over, so long-term statistics of their states would put the
energy on the wrong day, and the Energy Dashboard would offer them (user-needs.md, pain 1).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from homeassistant.components.sensor import SensorDeviceClass, SensorEntityDescription
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfApparentPower, UnitOfEnergy

from .coordinators.snapshot import AccountSnapshot, UsagePointSnapshot
from .energy.summary import Comparison, EnergySummary, PeakSummary, PeriodTotal
from .gateway.models import Contract, Direction

_LONGEST_STATE = 255

type Value = str | int | float | Decimal | date | datetime | None
type Attributes = Mapping[str, str | int | float | bool | Mapping[str, float] | None]


def no_attributes(_snapshot: object) -> Attributes:
    """Say nothing beside the value."""
    return {}


@dataclass(frozen=True, kw_only=True)
class UsagePointSensorDescription(SensorEntityDescription):
    """One figure of a usage point."""

    value_fn: Callable[[UsagePointSnapshot], Value]
    attributes_fn: Callable[[UsagePointSnapshot], Attributes] = no_attributes


@dataclass(frozen=True, kw_only=True)
class AccountSensorDescription(SensorEntityDescription):
    """One figure of the account."""

    value_fn: Callable[[AccountSnapshot], Value]


@dataclass(frozen=True, kw_only=True)
class _Total:
    key: str
    period: Callable[[EnergySummary], PeriodTotal]
    decimals: int
    enabled: bool = True


@dataclass(frozen=True, kw_only=True)
class _Change:
    key: str
    pair: Callable[[EnergySummary], Comparison]
    enabled: bool = True


_TOTALS = (
    _Total(key="yesterday", period=lambda energy: energy.yesterday, decimals=2),
    _Total(key="this_week", period=lambda energy: energy.week.now, decimals=1),
    _Total(key="this_month", period=lambda energy: energy.month.now, decimals=1),
    _Total(key="this_year", period=lambda energy: energy.year.now, decimals=0),
    _Total(key="last_7_days", period=lambda energy: energy.last_7_days, decimals=1),
    _Total(key="last_30_days", period=lambda energy: energy.last_30_days.now, decimals=1),
    _Total(key="week_last_year", period=lambda energy: energy.week.before, decimals=1, enabled=False),
    _Total(key="month_last_year", period=lambda energy: energy.month.before, decimals=1),
    _Total(key="year_last_year", period=lambda energy: energy.year.before, decimals=0),
    _Total(key="last_30_days_last_year", period=lambda energy: energy.last_30_days.before, decimals=1, enabled=False),
)

_CHANGES = (
    _Change(key="week_change", pair=lambda energy: energy.week, enabled=False),
    _Change(key="month_change", pair=lambda energy: energy.month),
    _Change(key="year_change", pair=lambda energy: energy.year),
    _Change(key="last_30_days_change", pair=lambda energy: energy.last_30_days, enabled=False),
)


def usage_point_sensors(directions: tuple[Direction, ...]) -> tuple[UsagePointSensorDescription, ...]:
    """Return the sensors of a usage point: those of the directions that it has, and of no other."""
    sensors = [sensor for direction in directions for sensor in _energy_sensors(direction)]
    if Direction.CONSUMPTION in directions:
        sensors += [*POWER_SENSORS, *CONSUMPTION_CONTRACT_SENSORS]
    if Direction.PRODUCTION in directions:
        sensors += PRODUCTION_CONTRACT_SENSORS
    return (*sensors, *CONTRACT_SENSORS, HISTORY_SENSOR)


def _energy_sensors(direction: Direction) -> tuple[UsagePointSensorDescription, ...]:
    return (
        *(_total_sensor(direction, total) for total in _TOTALS),
        *(_change_sensor(direction, change) for change in _CHANGES),
        UsagePointSensorDescription(
            key=f"{direction}_last_known_day",
            device_class=SensorDeviceClass.DATE,
            entity_category=EntityCategory.DIAGNOSTIC,
            value_fn=lambda snapshot: snapshot.energy[direction].last_known_day,
        ),
        UsagePointSensorDescription(
            key=f"{direction}_last_complete_day",
            device_class=SensorDeviceClass.DATE,
            entity_category=EntityCategory.DIAGNOSTIC,
            value_fn=lambda snapshot: snapshot.energy[direction].last_complete_day,
        ),
    )


def _total_sensor(direction: Direction, total: _Total) -> UsagePointSensorDescription:
    return UsagePointSensorDescription(
        key=f"{direction}_{total.key}",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=total.decimals,
        entity_registry_enabled_default=total.enabled,
        value_fn=lambda snapshot: _kilowatt_hours(total.period(snapshot.energy[direction])),
        attributes_fn=lambda snapshot: _coverage(total.period(snapshot.energy[direction])),
    )


def _change_sensor(direction: Direction, change: _Change) -> UsagePointSensorDescription:
    return UsagePointSensorDescription(
        key=f"{direction}_{change.key}",
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=1,
        entity_registry_enabled_default=change.enabled,
        value_fn=lambda snapshot: _percent(change.pair(snapshot.energy[direction])),
        attributes_fn=lambda snapshot: _compared(change.pair(snapshot.energy[direction])),
    )


def _kilowatt_hours(period: PeriodTotal) -> float | None:
    return None if period.wh is None else period.wh / 1000


def _percent(pair: Comparison) -> float | None:
    change = pair.change_percent
    return None if change is None else round(change, 2)


def span(first: date, last: date) -> Attributes:
    """The days of a period, both included; one without a day has no last."""
    return {"first_day": first.isoformat(), "last_day": last.isoformat() if first <= last else None}


def _coverage(period: PeriodTotal) -> Attributes:
    return {
        **span(period.first, period.last),
        "days_known": period.days_known,
        "days_expected": period.days_expected,
    }


def _compared(pair: Comparison) -> Attributes:
    return {**_coverage(pair.now), **{f"last_year_{key}": value for key, value in _coverage(pair.before).items()}}


def _peak(read: Callable[[PeakSummary], Value]) -> Callable[[UsagePointSnapshot], Value]:
    return lambda snapshot: None if snapshot.peak is None else read(snapshot.peak)


def _of_peak(read: Callable[[PeakSummary], Attributes]) -> Callable[[UsagePointSnapshot], Attributes]:
    return lambda snapshot: {} if snapshot.peak is None else read(snapshot.peak)


def _peak_day(peak: PeakSummary) -> Attributes:
    return {"day": peak.day.isoformat()}


def _peak_window(peak: PeakSummary) -> Attributes:
    return {
        **span(peak.first, peak.last),
        "days_known": peak.days_known,
        "days_expected": peak.days_expected,
    }


def _contract(read: Callable[[Contract], Value]) -> Callable[[UsagePointSnapshot], Value]:
    return lambda snapshot: None if snapshot.contract is None else read(snapshot.contract)


def short_text(text: str) -> str:
    """A state cannot be longer than Home Assistant stores."""
    return text if len(text) <= _LONGEST_STATE else f"{text[: _LONGEST_STATE - 1]}…"


def _offpeak_text(contract: Contract) -> str | None:
    """The contract's own words."""
    return short_text(" / ".join(contract.offpeak_texts)) or None


POWER_SENSORS = (
    UsagePointSensorDescription(
        key="max_power_yesterday",
        device_class=SensorDeviceClass.APPARENT_POWER,
        native_unit_of_measurement=UnitOfApparentPower.VOLT_AMPERE,
        suggested_display_precision=0,
        value_fn=_peak(lambda peak: peak.volt_amperes),
        attributes_fn=_of_peak(_peak_day),
    ),
    UsagePointSensorDescription(
        key="max_power_time",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=_peak(lambda peak: peak.at),
        attributes_fn=_of_peak(_peak_day),
    ),
    UsagePointSensorDescription(
        key="power_margin_yesterday",
        device_class=SensorDeviceClass.APPARENT_POWER,
        native_unit_of_measurement=UnitOfApparentPower.VOLT_AMPERE,
        suggested_display_precision=0,
        value_fn=_peak(lambda peak: peak.margin_va),
        attributes_fn=_of_peak(_peak_day),
    ),
    UsagePointSensorDescription(
        key="days_above_subscribed_power",
        suggested_display_precision=0,
        value_fn=_peak(lambda peak: peak.days_above),
        attributes_fn=_of_peak(_peak_window),
    ),
)

CONSUMPTION_CONTRACT_SENSORS = (
    UsagePointSensorDescription(
        key="subscribed_power",
        device_class=SensorDeviceClass.APPARENT_POWER,
        native_unit_of_measurement=UnitOfApparentPower.KILO_VOLT_AMPERE,
        suggested_display_precision=0,
        value_fn=_contract(lambda contract: contract.subscribed_power_kva),
    ),
    UsagePointSensorDescription(
        key="offpeak_hours",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_contract(_offpeak_text),
    ),
)

PRODUCTION_CONTRACT_SENSORS = (
    UsagePointSensorDescription(
        key="production_activation_date",
        device_class=SensorDeviceClass.DATE,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=_contract(lambda contract: contract.production_activation_date),
    ),
)

CONTRACT_SENSORS = (
    UsagePointSensorDescription(
        key="contract_segment",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_contract(lambda contract: contract.segment),
    ),
    UsagePointSensorDescription(
        key="contract_type",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_contract(lambda contract: contract.contract_type),
    ),
    UsagePointSensorDescription(
        key="contract_status",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=_contract(lambda contract: contract.status),
    ),
    UsagePointSensorDescription(
        key="distribution_tariff",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_contract(lambda contract: contract.distribution_tariff),
    ),
    UsagePointSensorDescription(
        key="tariff_change_date",
        device_class=SensorDeviceClass.DATE,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=_contract(lambda contract: contract.tariff_change_date),
    ),
    UsagePointSensorDescription(
        key="activation_date",
        device_class=SensorDeviceClass.DATE,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_contract(lambda contract: contract.activation_date),
    ),
)

HISTORY_SENSOR = UsagePointSensorDescription(
    key="history_share",
    native_unit_of_measurement=PERCENTAGE,
    suggested_display_precision=0,
    entity_category=EntityCategory.DIAGNOSTIC,
    value_fn=lambda snapshot: round(snapshot.history_share * 100, 1),
    attributes_fn=lambda snapshot: {"importing": snapshot.importing},
)

NEXT_OFFPEAK_CHANGE = SensorEntityDescription(
    key="next_offpeak_change",
    device_class=SensorDeviceClass.TIMESTAMP,
)

ACCOUNT_SENSORS = (
    AccountSensorDescription(
        key="calls_today",
        entity_category=EntityCategory.DIAGNOSTIC,
        suggested_display_precision=0,
        value_fn=lambda account: account.calls_today,
    ),
    AccountSensorDescription(
        key="calls_left",
        entity_category=EntityCategory.DIAGNOSTIC,
        suggested_display_precision=0,
        value_fn=lambda account: account.calls_left,
    ),
    AccountSensorDescription(
        key="last_success",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda account: account.last_success,
    ),
)
