"""What the gateway says, as values: frozen, typed, free of its wire formats."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from ..energy.readings import DayCurve


class Direction(StrEnum):
    """Which way the energy went, seen from the grid."""

    CONSUMPTION = "consumption"
    PRODUCTION = "production"


class Dialect(StrEnum):
    """The shape of the last metering body: it tells gateway 1.22 (which never serves yesterday's index) from 2.x."""

    V5 = "v5"
    DATA_CONNECT_2026 = "2026"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`GET /accounts/me`."""

    account_id: str
    email: str | None
    client_id: str | None
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageStatistics:
    """`GET /accounts/usage-stats`: the gateway's own counters of the UTC day."""

    day: date | None
    cached_calls: int
    cached_limit: int
    uncached_calls: int
    uncached_limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePoint:
    """One item of `GET /pdl`."""

    pdl: str
    """14 digits."""
    gateway_id: str
    """The gateway's own UUID of it."""
    name: str | None
    subscribed_power_kva: Decimal | None
    offpeak_texts: tuple[str, ...]
    """Off-peak hours as the gateway wrote them, one text a line, whatever the shape was; see energy/offpeak.py."""
    has_consumption: bool
    has_production: bool
    is_active: bool
    activation_date: date | None
    oldest_available_date: date | None
    linked_production_id: str | None
    pricing_option: str | None
    selected_offer_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """`GET /enedis/contract/{pdl}`: the withdrawal contract (the injection one only where it is alone)."""

    segment: str | None
    contract_type: str | None
    status: str | None
    distribution_tariff: str | None
    subscribed_power_kva: Decimal | None
    activation_date: date | None
    """Of consumption; the injection contract's where there is no other."""
    production_activation_date: date | None
    tariff_change_date: date | None
    offpeak_texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`GET /enedis/address/{pdl}`."""

    street: str | None
    locality: str | None
    postal_code: str | None
    city: str | None
    insee_code: str | None
    country: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyEnergy:
    """Daily indexes: Wh by Paris civil day. A day without a value is absent."""

    days: Mapping[date, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadCurve:
    """Load curves by Paris civil day. A day of which nothing came is absent."""

    days: Mapping[date, DayCurve]
    partial: bool = False
    """The gateway said PARTIAL_DATA: some of the days asked are not there yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerPeak:
    """The highest apparent power of a day and when it was reached (aware UTC; None when only the day is known)."""

    volt_amperes: int
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MaximumPower:
    """`GET /enedis/power/{pdl}` by Paris civil day."""

    days: Mapping[date, PowerPeak]


@dataclass(frozen=True, slots=True, kw_only=True)
class TempoDay:
    """The colour that RTE published for a civil day; it applies from 06:00 that day to 06:00 the next."""

    day: date
    color: str
    """`BLUE`, `WHITE` or `RED`; any other word is kept as it came."""
    updated_at: datetime | None
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TempoForecastDay:
    """The gateway's own guess for a day that RTE has not published; probabilities in percent."""

    day: date
    probability_blue: float | None
    probability_white: float | None
    probability_red: float | None
    most_likely: str | None
    confidence: str | None
    forecast_type: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TempoForecast:
    """`GET /tempo/forecast`."""

    season: str | None
    days: tuple[TempoForecastDay, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EcowattDay:
    """One EcoWatt signal. Levels: 0 low-carbon, 1 normal, 2 tense, 3 very tense."""

    day: date
    """Paris civil day, already converted from the gateway's naive UTC."""
    level: int | None
    message: str | None
    hours: tuple[int | None, ...]
    """24 levels by Paris hour; None for the hours that RTE did not send."""
    generated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A supplier of the gateway's catalogue."""

    provider_id: str
    name: str
    website: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One row of the catalogue: an offer, for one subscribed power, over one period of validity."""

    offer_id: str
    provider_id: str
    name: str
    offer_type: str
    """As the gateway writes it; unknown types are kept."""
    description: str | None
    power_kva: Decimal | None
    subscription_price: Decimal | None
    """EUR a month, tax included."""
    prices: Mapping[str, Decimal]
    """EUR/kWh, tax included, by the gateway's own field name (`base_price`, `tempo_red_hp`, …); null ones are absent."""
    offpeak_schedules: Mapping[str, str]
    """By English weekday name, as the gateway writes them; empty when the offer has none of its own."""
    price_updated_at: datetime | None
    valid_from: date | None
    valid_to: date | None
    is_active: bool
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ZenFlexDay:
    """`ECO`, `SOBRIETE` or `BONUS`; an absent day is unknown, never Éco."""

    day: date
    day_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GridPoint:
    """A mean power of the national grid, in MW, over [start, end)."""

    start: datetime
    end: datetime | None
    megawatts: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GridSeries:
    """A national series: `kind` is REALISED, ID, D-1, D-2; `production_type` SOLAR or WIND, None for consumption."""

    kind: str
    production_type: str | None
    points: tuple[GridPoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """One of the account's own contributions to the catalogue."""

    contribution_id: str
    status: str
    contribution_type: str | None
    offer_name: str | None
    offer_type: str | None
    review_comment: str | None
    created_at: datetime | None
    messages: tuple[str, ...] = field(default=())


class ContributionType(StrEnum):
    """What a contribution to the catalogue does."""

    NEW_OFFER = "NEW_OFFER"
    UPDATE_OFFER = "UPDATE_OFFER"
    NEW_PROVIDER = "NEW_PROVIDER"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferVariant:
    """The prices of an offer for one subscribed power."""

    power_kva: Decimal
    subscription_price: Decimal
    """EUR a month, tax included."""
    prices: Mapping[str, Decimal]
    """EUR/kWh, tax included, by the gateway's own field name, as in `Offer.prices`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferContribution:
    """An offer to propose to the catalogue; people of the gateway review it before it appears."""

    contribution_type: ContributionType
    offer_name: str
    offer_type: str
    """The gateway's word: `BASE`, `HC_HP`, …."""
    price_sheet_url: str
    """Where the supplier publishes these prices."""
    variants: tuple[OfferVariant, ...]
    provider_id: str | None = None
    """A supplier of the catalogue; else `provider_name` names a new one."""
    provider_name: str | None = None
    provider_website: str | None = None
    offer_id: str | None = None
    """The row that an update is about."""
    description: str | None = None
    screenshot_url: str | None = None
    valid_from: date | None = None
    offpeak_schedules: Mapping[str, str] = field(default_factory=dict)
    """By English weekday name (`monday`): `22:30-06:30`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributionReceipt:
    """What the gateway says of a contribution that it has taken for review."""

    contribution_id: str
    message: str | None
    """In the gateway's own words, French."""
