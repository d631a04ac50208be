"""The forms of the tariff steps: which fields they show, and what these start from."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

import probatio as vol
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    DateSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    ObjectSelector,
    ObjectSelectorConfig,
    ObjectSelectorField,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from ..energy.entries import Before, OfferHistory, Source, TariffEntry
from ..energy.offpeak import Season
from ..energy.options import OptionCode
from ..energy.tariff import Holidays, Signal
from ..period_names import capital
from .tariff_input import (
    CONF_HOURS_ALL,
    CONF_HOURS_SUMMER,
    CONF_HOURS_WINTER,
    CONF_PEAK_DATES,
    CONF_PEAK_DAYS,
    CONF_POWER,
    CONF_SUBSCRIPTION,
    CONF_VALID_FROM,
    PEAKS_NONE,
    PEAKS_UNKNOWN,
    SECTION_ENTITIES,
    SECTION_PRICES,
    SECTION_SEASONS,
    suggested_hours,
)
from .tariff_rules import (
    CONF_HOLIDAYS,
    CONF_PERIOD,
    CONF_PRICE,
    CONF_RULES,
    CONF_SEASON,
    CONF_WEEKDAYS,
    CONF_WINDOWS,
    items_of,
)
from .tariff_text import Wording, asks_hours, asks_peak_days, labels_of_entries

CONF_PROVIDER: Final = "provider"
CONF_OFFER: Final = "offer"
CONF_OPTION: Final = "option"
CONF_BEFORE: Final = "before"
CONF_ENTRY: Final = "entry"
CONF_LAST_DAY: Final = "last_day"
CONF_CONFIRM: Final = "confirm"
CONF_SURPLUS_PRICE: Final = "price"

POWERS: Final = ("3", "6", "9", "12", "15", "18", "24", "30", "36")
OWN_OPTIONS: Final = tuple(code for code in OptionCode if code is not OptionCode.CUSTOM)

_POWER: Final = SelectSelector(
    SelectSelectorConfig(options=list(POWERS), mode=SelectSelectorMode.DROPDOWN, custom_value=True)
)
# No limits here: the browser would refuse without a word what our own check explains.
PRICE: Final = NumberSelector(
    NumberSelectorConfig(mode=NumberSelectorMode.BOX, step="any", unit_of_measurement="€/kWh")
)
_ENTITY: Final = EntitySelector(EntitySelectorConfig(domain=["sensor", "input_number", "number"]))


def _monthly(wording: Wording) -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(mode=NumberSelectorMode.BOX, step="any", unit_of_measurement=wording.texts("unit_month"))
    )


def choice(options: Iterable[tuple[str, str]], *, as_list: bool = True) -> SelectSelector:
    """A choice among (value, label)."""
    return SelectSelector(
        SelectSelectorConfig(
            options=[SelectOptionDict(value=value, label=label) for value, label in options],
            mode=SelectSelectorMode.LIST if as_list else SelectSelectorMode.DROPDOWN,
        )
    )


def power_text(power_kva: Decimal | None) -> str | None:
    """`6`, as the field of the subscribed power shows it."""
    return None if power_kva is None else f"{power_kva.normalize():f}"


def catalogue_schema(providers: Mapping[str, str]) -> vol.Schema:
    """A supplier and a subscribed power."""
    return vol.Schema(
        {
            vol.Required(CONF_PROVIDER): choice(providers.items(), as_list=False),
            vol.Required(CONF_POWER): _POWER,
        }
    )


def regulated_schema(options: Iterable[OptionCode], wording: Wording) -> vol.Schema:
    """An option of the regulated tariff and a subscribed power."""
    return vol.Schema({vol.Required(CONF_OPTION): options_choice(options, wording), vol.Required(CONF_POWER): _POWER})


def options_choice(options: Iterable[OptionCode], wording: Wording) -> SelectSelector:
    """One of some tariff options."""
    return choice((code.value, wording.option(code)) for code in options)


def entry_choice(entries: Iterable[TariffEntry], wording: Wording, today: date) -> SelectSelector:
    """One of the entries, named by its first day."""
    labels = labels_of_entries(entries, wording, today)
    return choice((entry.valid_from.isoformat(), label) for entry, label in labels)


def before_schema(*, regulated: bool, wording: Wording) -> vol.Schema:
    """What applies before the catalogue's first price."""
    choices = [each for each in Before if regulated or each is not Before.REGULATED]
    return vol.Schema(
        {vol.Required(CONF_BEFORE): choice((each.value, wording.texts(f"before_{each}")) for each in choices)}
    )


def version_fields() -> dict[Any, Any]:
    """The first day of a version of a tariff, and its subscribed power."""
    return {vol.Required(CONF_VALID_FROM): DateSelector(), vol.Optional(CONF_POWER): _POWER}


def hours_fields(*, seasonal: bool) -> dict[Any, Any]:
    """Off-peak hours all year, or by season."""
    by_season = vol.Schema(
        {vol.Optional(CONF_HOURS_SUMMER): TextSelector(), vol.Optional(CONF_HOURS_WINTER): TextSelector()}
    )
    return {
        vol.Optional(CONF_HOURS_ALL): TextSelector(),
        vol.Required(SECTION_SEASONS): section(by_season, {"collapsed": not seasonal}),
    }


def details_schema(draft: TariffEntry, history: OfferHistory, periods: Iterable[str], wording: Wording) -> vol.Schema:
    """All that is to say of an entry but its rules."""
    periods = tuple(periods)
    manual = draft.source is Source.MANUAL
    fields: dict[Any, Any] = {
        vol.Required(CONF_VALID_FROM): DateSelector(),
        (vol.Optional if manual else vol.Required)(CONF_POWER): _POWER,
    }
    if asks_hours(draft, history):
        fields |= hours_fields(seasonal=_is_seasonal(draft))
    if asks_peak_days(draft, history):
        none = [PEAKS_NONE] if draft.option is OptionCode.SEASONAL else []
        values = [PEAKS_UNKNOWN, Signal.TEMPO_RED.value, Signal.LISTED.value, *none]
        fields[vol.Required(CONF_PEAK_DAYS)] = choice((value, wording.texts(f"peaks_{value}")) for value in values)
        fields[vol.Optional(CONF_PEAK_DATES)] = TextSelector()
    fields[vol.Required(SECTION_PRICES)] = section(
        vol.Schema(
            {vol.Optional(CONF_SUBSCRIPTION): _monthly(wording), **{vol.Optional(period): PRICE for period in periods}}
        ),
        {"collapsed": not manual and not draft.prices and draft.subscription is None},
    )
    fields[vol.Required(SECTION_ENTITIES)] = section(
        vol.Schema({vol.Optional(period): _ENTITY for period in periods}), {"collapsed": not draft.entities}
    )
    return vol.Schema(fields)


def _is_seasonal(draft: TariffEntry) -> bool:
    return draft.offpeak is not None and any(version.season is not Season.ALL for version in draft.offpeak.versions)


def suggested_details(draft: TariffEntry) -> dict[str, Any]:
    """What the form of details starts from."""
    prices = {period: float(price) for period, price in draft.prices.items()}
    if draft.subscription is not None:
        prices[CONF_SUBSCRIPTION] = float(draft.subscription)
    values: dict[str, Any] = {
        **suggested_hours(draft.offpeak),
        CONF_VALID_FROM: draft.valid_from.isoformat(),
        CONF_PEAK_DAYS: _peak_days(draft),
        SECTION_PRICES: prices,
        SECTION_ENTITIES: dict(draft.entities),
    }
    if (power := power_text(draft.power_kva)) is not None:
        values[CONF_POWER] = power
    if draft.peak_dates:
        values[CONF_PEAK_DATES] = ", ".join(day.isoformat() for day in sorted(draft.peak_dates))
    return values


def _peak_days(draft: TariffEntry) -> str:
    if draft.peak_signal is None:
        return PEAKS_UNKNOWN
    return PEAKS_NONE if draft.peak_signal is Signal.LISTED and not draft.peak_dates else draft.peak_signal.value


def rules_schema(wording: Wording) -> vol.Schema:
    """The user's own rules."""
    texts = wording.texts

    def field(name: str, selector: Any, *, required: bool = False) -> ObjectSelectorField:
        return ObjectSelectorField(selector=selector, required=required, label=texts(f"rule_{name}"))

    def one_of(name: str, kinds: Iterable[Season | Holidays], default: Season | Holidays) -> ObjectSelectorField:
        labels = ((each.value, capital(texts(f"{name}_{each}"))) for each in kinds)
        return ObjectSelectorField(**field(name, choice(labels)), default=default.value)

    weekdays = SelectSelector(
        SelectSelectorConfig(
            options=[SelectOptionDict(value=str(day), label=capital(texts(f"weekday_{day}"))) for day in range(7)],
            mode=SelectSelectorMode.DROPDOWN,
            multiple=True,
        )
    )
    fields = {
        CONF_PERIOD: field(CONF_PERIOD, TextSelector(), required=True),
        CONF_PRICE: field(CONF_PRICE, PRICE),
        CONF_WINDOWS: field(CONF_WINDOWS, TextSelector()),
        CONF_SEASON: one_of(CONF_SEASON, Season, Season.ALL),
        CONF_WEEKDAYS: field(CONF_WEEKDAYS, weekdays),
        CONF_HOLIDAYS: one_of(CONF_HOLIDAYS, Holidays, Holidays.ORDINARY),
    }
    rules = ObjectSelector(
        ObjectSelectorConfig(fields=fields, multiple=True, label_field=CONF_PERIOD, description_field=CONF_WINDOWS)
    )
    return vol.Schema(
        {
            vol.Required(CONF_VALID_FROM): DateSelector(),
            vol.Optional(CONF_POWER): _POWER,
            vol.Optional(CONF_SUBSCRIPTION): _monthly(wording),
            vol.Required(CONF_RULES): rules,
        }
    )


def suggested_rules(draft: TariffEntry) -> dict[str, Any]:
    """What the form of the user's own rules starts from."""
    values: dict[str, Any] = {CONF_VALID_FROM: draft.valid_from.isoformat()}
    if draft.rules:
        values[CONF_RULES] = items_of(draft.rules, draft.prices)
    if (power := power_text(draft.power_kva)) is not None:
        values[CONF_POWER] = power
    if draft.subscription is not None:
        values[CONF_SUBSCRIPTION] = float(draft.subscription)
    return values


def end_schema(entries: Iterable[TariffEntry], wording: Wording, today: date) -> vol.Schema:
    """An entry and its last day; no day: no end."""
    return vol.Schema(
        {vol.Required(CONF_ENTRY): entry_choice(entries, wording, today), vol.Optional(CONF_LAST_DAY): DateSelector()}
    )


def remove_schema(entries: Iterable[TariffEntry], wording: Wording, today: date) -> vol.Schema:
    """An entry, and whether that is really meant."""
    return _confirmed(entry_choice(entries, wording, today))


def remove_surplus_schema(entries: Iterable[TariffEntry], wording: Wording) -> vol.Schema:
    """A price of injected energy, and whether that is really meant."""
    return _confirmed(
        choice(
            (entry.valid_from.isoformat(), wording.line(wording.date(entry.valid_from), wording.price(price)))
            for entry in entries
            for price in entry.prices.values()
        )
    )


def _confirmed(entries: SelectSelector) -> vol.Schema:
    return vol.Schema({vol.Required(CONF_ENTRY): entries, vol.Required(CONF_CONFIRM, default=False): BooleanSelector()})


SURPLUS_SCHEMA: Final = vol.Schema(
    {vol.Required(CONF_VALID_FROM): DateSelector(), vol.Required(CONF_SURPLUS_PRICE): PRICE}
)
