"""Offers of the user's own, as an action takes them: their shape, and what they amount to.

name: My offer
option: HC_HP                      # one of energy.options.OptionCode
subscription: 15.9                 # EUR a month
prices: {hc: 0.15, hp: 0.21}       # EUR/kWh of every period of the option
offpeak: "22:30-06:30"             # or a list of season and windows; the contract's when left out
peak_dates: ["2026-01-12"]         # for EJP and seasonal offers; the red Tempo days when left out
rules:                             # for CUSTOM: the first that matches names the period
- {period: free, weekdays: [sun], windows: "12:00-14:00", season: summer, holidays: included}
- {period: rest}
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, cast

import probatio as vol
from homeassistant.const import WEEKDAYS
from homeassistant.helpers import config_validation as cv

from .energy.entries import Source, TariffEntry
from .energy.entry_format import decode_entries
from .energy.offpeak import OffpeakSchedule, Season
from .energy.options import CONTRACT_HOURS, PEAK_DAYS, PRICE_FIELDS, OptionCode
from .energy.tariff import Holidays, Signal, valid_period
from .flows.offpeak_text import OffpeakTextError, parse_windows

_ZEN_FLEX_PERIODS: Final = ("eco_hc", "eco_hp", "sobriety_hc", "sobriety_hp")
_NEED_NOT_BE: Final = frozenset({"peak_day"})
"""A seasonal offer may do without peak days."""


class CustomOfferError(ValueError):
    """An offer that cannot be priced; `key` is that of the exception's words."""

    def __init__(self, key: str, **placeholders: str) -> None:
        super().__init__(key)
        self.key = key
        self.placeholders = placeholders


def amount(value: object) -> Decimal:
    """EUR, exact, not negative. vol.Invalid for anything else."""
    try:
        number = Decimal(str(value).strip().replace(",", "."))
    except InvalidOperation as err:
        raise vol.Invalid(f"not an amount: {value}") from err
    if isinstance(value, bool) or not number.is_finite() or number < 0:
        raise vol.Invalid(f"not an amount: {value}")
    return number


def option_code(value: object) -> OptionCode:
    """An option by its code, in capitals or not. vol.Invalid for anything else."""
    try:
        return OptionCode(str(value).strip().upper())
    except ValueError as err:
        raise vol.Invalid(f"not an option, which are {', '.join(OptionCode)}: {value}") from err


def _windows(value: object) -> list[str]:
    """`22:30-06:30, 12:00-14:00`, or a list of such texts."""
    text = ", ".join(str(each) for each in value) if isinstance(value, list) else str(value)
    try:
        return [str(window) for window in parse_windows(text)]
    except OffpeakTextError as err:
        raise vol.Invalid(f"not a list of windows like 22:30-06:30, 12:00-14:00: {text}") from err


def _period(value: object) -> str:
    if not isinstance(value, str) or not valid_period(value):
        raise vol.Invalid(f"not the name of a period (lower-case letters, digits and _): {value}")
    return value


def _some_windows(value: object) -> list[str]:
    return _windows(value) if value else []


_SEASON: Final = vol.Schema(
    {vol.Optional("season", default=Season.ALL): vol.Coerce(Season), vol.Required("windows"): _some_windows}
)


def _offpeak(value: object) -> list[dict[str, object]]:
    """Windows of the whole year, or a list of them by season."""
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        seasons: list[dict[str, object]] = vol.Schema([_SEASON])(value)
    else:
        seasons = [_SEASON({"windows": value})]
    try:
        OffpeakSchedule.from_config(seasons)
    except ValueError as err:
        raise vol.Invalid(str(err)) from err
    return seasons


_RULE: Final = vol.Schema(
    {
        vol.Required("period"): _period,
        vol.Optional("windows", default=list): _some_windows,
        vol.Optional("season", default=Season.ALL): vol.Coerce(Season),
        vol.Optional("weekdays"): vol.All(cv.ensure_list, [vol.In(WEEKDAYS)]),
        vol.Optional("holidays", default=Holidays.ORDINARY): vol.Coerce(Holidays),
    }
)
CUSTOM_OFFER_SCHEMA: Final = vol.Schema(
    {
        vol.Required("name"): vol.All(cv.string, vol.Length(min=1)),
        vol.Required("option"): option_code,
        vol.Required("subscription"): amount,
        vol.Required("prices"): vol.Schema({_period: amount}),
        vol.Optional("offpeak"): _offpeak,
        vol.Optional("peak_dates"): vol.All(cv.ensure_list, [cv.date]),
        vol.Optional("rules"): [_RULE],
    }
)


def custom_entry(offer: Mapping[str, object], power_kva: Decimal | None, offpeak: OffpeakSchedule) -> TariffEntry:
    """The offer that has passed the schema, for a contract. CustomOfferError when it cannot be priced."""
    name, option = str(offer["name"]), OptionCode(str(offer["option"]))
    peak_dates = [day.isoformat() for day in cast("list[date]", offer.get("peak_dates") or [])]
    misplaced = {
        "rules": option is not OptionCode.CUSTOM,
        "offpeak": option not in CONTRACT_HOURS,
        "peak_dates": option not in PEAK_DAYS,
    }
    for field, wrong in misplaced.items():
        if wrong and offer.get(field):
            raise CustomOfferError("custom_offer_misplaced", name=name, field=field, option=option.value)
    (entry,) = decode_entries(
        [
            {
                "valid_from": date.min.isoformat(),
                "source": Source.MANUAL,
                "option": option,
                "power_kva": power_kva,
                "offpeak": offer.get("offpeak") or offpeak.as_config(),
                "peak_signal": Signal.LISTED if peak_dates else None,
                "peak_dates": peak_dates,
                "rules": _rules(offer.get("rules")),
                "prices": offer["prices"],
                "subscription": offer["subscription"],
            }
        ]
    )
    _check_prices(name, entry)
    return entry


def _check_prices(name: str, entry: TariffEntry) -> None:
    """Every period has its price, and every price its period."""
    if entry.option is OptionCode.CUSTOM:
        periods = tuple(dict.fromkeys(rule.period for rule in entry.rules))
        if not periods:
            raise CustomOfferError("custom_offer_without_rules", name=name)
    elif entry.option is OptionCode.ZEN_FLEX:
        periods = _ZEN_FLEX_PERIODS
    else:
        periods = tuple(PRICE_FIELDS[entry.option])
    known = ", ".join(periods)
    for period in periods:
        if period not in entry.prices and period not in _NEED_NOT_BE:
            raise CustomOfferError("custom_offer_price_missing", name=name, period=period, periods=known)
    for period in entry.prices:
        if period not in periods:
            raise CustomOfferError("custom_offer_unknown_period", name=name, period=period, periods=known)


def _rules(rules: object) -> list[dict[str, object]]:
    """Rules that have passed the schema, with the days of the week as they are kept: numbers, Monday 0.

    A rule that names no days is for all of them; one with an empty list of days, for public holidays alone.
    """
    given = cast("list[dict[str, list[str]]]", rules or [])
    return [
        {**rule, "weekdays": [WEEKDAYS.index(day) for day in rule["weekdays"]]} if "weekdays" in rule else {**rule}
        for rule in given
    ]
