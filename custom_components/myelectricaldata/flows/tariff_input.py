"""What a person enters of a tariff, checked: nothing that is wrong reaches the store, and what is wrong is said."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from ..energy.entries import OfferHistory, Source, TariffEntry
from ..energy.offpeak import OffpeakSchedule, Season, Window
from ..energy.options import PRICE_FIELDS, OptionCode
from ..energy.tariff import Signal
from .offpeak_text import EXAMPLE_PERIOD, OffpeakTextError, parse_windows, schedule_of, written
from .tariff_text import Wording, asks_hours, asks_peak_days

CONF_VALID_FROM: Final = "valid_from"
CONF_POWER: Final = "power_kva"
CONF_SUBSCRIPTION: Final = "subscription"
CONF_HOURS_ALL: Final = "hours_all"
CONF_HOURS_SUMMER: Final = "hours_summer"
CONF_HOURS_WINTER: Final = "hours_winter"
CONF_PEAK_DAYS: Final = "peak_days"
CONF_PEAK_DATES: Final = "peak_dates"
SECTION_SEASONS: Final = "two_seasons"
SECTION_PRICES: Final = "prices"
SECTION_ENTITIES: Final = "entities"

PEAKS_UNKNOWN: Final = "unknown"
PEAKS_NONE: Final = "none"
PEAK_DAY: Final = "peak_day"

EARLIEST: Final = date(2000, 1, 1)
_AHEAD: Final = timedelta(days=366)
_MAXIMUM_PRICE: Final = Decimal(5)
_MAXIMUM_SUBSCRIPTION: Final = Decimal(500)
_MAXIMUM_POWER: Final = Decimal(250)

_DATE_SEPARATOR: Final = re.compile(r"[\s,;]+")
_FRENCH_DATE: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


class TariffInputError(ValueError):
    """What a person entered cannot be; `field` is the one to correct, `key` that of the form's error."""

    def __init__(self, field: str, key: str, **placeholders: str) -> None:
        super().__init__(key)
        self.field = field
        self.key = key
        self.placeholders = placeholders


# Every error of these forms finds its placeholders here, whichever it needs.
NO_ERROR: Final[Mapping[str, str]] = {"piece": "", "other": "", "example": EXAMPLE_PERIOD}


def checked_start(value: str, today: date, taken: Iterable[date], last: date | None = None) -> date:
    """The first day of an entry that shares its day with no other; `last` is its last day, when it ended."""
    day = checked_date(value, CONF_VALID_FROM, today)
    if day in set(taken):
        raise TariffInputError(CONF_VALID_FROM, "date_taken")
    if last is not None and last < day:
        raise TariffInputError(CONF_VALID_FROM, "start_after_end")
    return day


def periods_to_price(draft: TariffEntry, history: OfferHistory) -> tuple[str, ...]:
    """The periods of a ready-made option, those too that it has only once its hours are known."""
    if draft.option is OptionCode.ZEN_FLEX:
        return ("eco_hc", "eco_hp", "sobriety_hc", "sobriety_hp")
    periods = PRICE_FIELDS[draft.option]
    return tuple(period for period in periods if period != PEAK_DAY or history.peak_days)


def checked_date(value: str, field: str, today: date) -> date:
    """A day between 2000 and a year from now."""
    try:
        day = date.fromisoformat(value)
    except ValueError as err:
        raise TariffInputError(field, "date_unreadable", piece=value) from err
    if not EARLIEST <= day <= today + _AHEAD:
        raise TariffInputError(field, "date_range")
    return day


def checked_price(value: object, field: str, name: str) -> Decimal:
    """EUR/kWh, 0 to 5: beyond, somebody wrote cents. `name` is that of the period."""
    return _amount(value, field, "price_range", name, _MAXIMUM_PRICE)


def checked_subscription(value: object, field: str) -> Decimal | None:
    """EUR a month, 0 to 500; None when the user left it out."""
    return None if value is None else _amount(value, field, "subscription_range", "", _MAXIMUM_SUBSCRIPTION)


def checked_power(value: object) -> Decimal | None:
    """A subscribed power in kVA; None when the user left it out."""
    text = str(value or "").strip().lower().removesuffix("kva").strip().replace(",", ".")
    if not text:
        return None
    power = _amount(text, CONF_POWER, "power_range", "", _MAXIMUM_POWER)
    if not power:
        raise TariffInputError(CONF_POWER, "power_range")
    return power.normalize()


def _amount(value: object, field: str, key: str, name: str, most: Decimal) -> Decimal:
    try:
        # Through text, a number is what the user typed, not its nearest binary fraction.
        amount = Decimal(str(value))
    except InvalidOperation as err:
        raise TariffInputError(field, key, piece=name) from err
    if not (amount.is_finite() and 0 <= amount <= most):
        raise TariffInputError(field, key, piece=name)
    return amount


def checked_peak_dates(text: str) -> frozenset[date]:
    """Dates as `2026-01-12` or `12/01/2026`, separated by anything."""
    days: set[date] = set()
    for piece in filter(None, _DATE_SEPARATOR.split(text)):
        french = _FRENCH_DATE.fullmatch(piece)
        try:
            days.add(
                date(int(french[3]), int(french[2]), int(french[1])) if french else date.fromisoformat(piece),
            )
        except ValueError as err:
            raise TariffInputError(CONF_PEAK_DATES, "date_unreadable", piece=piece) from err
    if not days:
        raise TariffInputError(CONF_PEAK_DATES, "peak_dates_missing")
    return frozenset(days)


def checked_hours(user_input: Mapping[str, Any]) -> OffpeakSchedule:
    """Off-peak hours of the whole year, or those of both seasons."""
    seasons: Mapping[str, str] = user_input.get(SECTION_SEASONS, {})
    everywhere, summer, winter = (
        text.strip()
        for text in (
            user_input.get(CONF_HOURS_ALL, ""),
            seasons.get(CONF_HOURS_SUMMER, ""),
            seasons.get(CONF_HOURS_WINTER, ""),
        )
    )
    if everywhere and (summer or winter):
        raise TariffInputError(SECTION_SEASONS, "hours_twice")
    if bool(summer) != bool(winter):
        raise TariffInputError(SECTION_SEASONS, "hours_of_one_season")
    if summer:
        return schedule_of(
            {
                Season.SUMMER: _windows(summer, SECTION_SEASONS),
                Season.WINTER: _windows(winter, SECTION_SEASONS),
            }
        )
    return schedule_of({Season.ALL: _windows(everywhere, CONF_HOURS_ALL)})


def _windows(text: str, field: str) -> tuple[Window, ...]:
    try:
        return parse_windows(text)
    except OffpeakTextError as err:
        raise TariffInputError(field, "hours_missing" if err.key == "nothing" else err.key, **err.placeholders) from err


def suggested_hours(schedule: OffpeakSchedule | None) -> dict[str, Any]:
    """What the fields of `checked_hours` start from."""
    if schedule is None:
        return {SECTION_SEASONS: {}}
    everywhere, summer, winter = (written(schedule, season) for season in Season)
    fields: dict[str, Any] = {SECTION_SEASONS: {}}
    if everywhere:
        fields[CONF_HOURS_ALL] = everywhere
    if summer and winter:
        fields[SECTION_SEASONS] = {CONF_HOURS_SUMMER: summer, CONF_HOURS_WINTER: winter}
    elif summer or winter:
        # Off-peak in one season only: it cannot be written in this form, so it is left to the user to complete.
        fields[SECTION_SEASONS] = {CONF_HOURS_SUMMER: summer} if summer else {CONF_HOURS_WINTER: winter}
    return fields


def entry_of_details(
    draft: TariffEntry,
    history: OfferHistory,
    periods: Iterable[str],
    user_input: Mapping[str, Any],
    *,
    today: date,
    taken: Iterable[date],
    wording: Wording,
) -> TariffEntry:
    """The entry that the form of details makes of a draft. Raises TariffInputError."""
    valid_from = checked_start(user_input[CONF_VALID_FROM], today, taken, draft.valid_to)
    power = checked_power(user_input.get(CONF_POWER))
    if power is None and draft.source is not Source.MANUAL:
        raise TariffInputError(CONF_POWER, "power_missing")
    signal, dates = _peaks(user_input) if asks_peak_days(draft, history) else (None, frozenset[date]())
    peakless = signal is Signal.LISTED and not dates
    prices, entities = _prices(
        draft, [period for period in periods if not (peakless and period == PEAK_DAY)], user_input, wording
    )
    return replace(
        draft,
        valid_from=valid_from,
        power_kva=power,
        offpeak=checked_hours(user_input) if asks_hours(draft, history) else None,
        peak_signal=signal,
        peak_dates=dates,
        prices=prices,
        entities=entities,
        subscription=checked_subscription(user_input[SECTION_PRICES].get(CONF_SUBSCRIPTION), SECTION_PRICES),
    )


def _peaks(user_input: Mapping[str, Any]) -> tuple[Signal | None, frozenset[date]]:
    choice = user_input[CONF_PEAK_DAYS]
    if choice == Signal.LISTED:
        return Signal.LISTED, checked_peak_dates(user_input.get(CONF_PEAK_DATES, ""))
    if user_input.get(CONF_PEAK_DATES, "").strip():
        raise TariffInputError(CONF_PEAK_DATES, "peak_dates_unused")
    if choice == PEAKS_NONE:
        return Signal.LISTED, frozenset()
    return (None if choice == PEAKS_UNKNOWN else Signal(choice)), frozenset()


def _prices(
    draft: TariffEntry, periods: Iterable[str], user_input: Mapping[str, Any], wording: Wording
) -> tuple[dict[str, Decimal], dict[str, str]]:
    numbers, followed = user_input[SECTION_PRICES], user_input[SECTION_ENTITIES]
    prices: dict[str, Decimal] = {}
    entities: dict[str, str] = {}
    for period in periods:
        name = wording.period(period)
        number, entity_id = numbers.get(period), followed.get(period)
        if number is not None and entity_id:
            raise TariffInputError(SECTION_ENTITIES, "price_twice", piece=name)
        if number is not None:
            prices[period] = checked_price(number, SECTION_PRICES, name)
        elif entity_id:
            entities[period] = entity_id
        elif draft.source is Source.MANUAL:
            raise TariffInputError(SECTION_PRICES, "price_missing", piece=name)
    return prices, entities
