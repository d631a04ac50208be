"""A tariff made of the user's own rules: the form's items, checked, and back.

The first rule that matches a minute names its period, so rules may overlap; but every minute of every kind of day must
have one, else its cost would wait for ever without anybody having meant it.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from homeassistant.util import slugify

from ..energy.offpeak import MINUTES_IN_DAY, Season, Window, format_windows
from ..energy.tariff import EVERY_DAY, Holidays, Rule, valid_period
from .offpeak_text import OffpeakTextError, parse_windows
from .tariff_input import TariffInputError, checked_price
from .tariff_text import Wording

CONF_RULES: Final = "rules"
CONF_PERIOD: Final = "period"
CONF_PRICE: Final = "price"
CONF_SEASON: Final = "season"
CONF_WEEKDAYS: Final = "weekdays"
CONF_HOLIDAYS: Final = "holidays"
CONF_WINDOWS: Final = "windows"

type Prices = dict[str, Decimal]


def rules_of(items: Sequence[Mapping[str, Any]], wording: Wording) -> tuple[tuple[Rule, ...], Prices]:
    """The rules of a form in their order, and the price of each period. Raises TariffInputError."""
    if not items:
        raise TariffInputError(CONF_RULES, "rules_missing")
    rules: list[Rule] = []
    prices: Prices = {}
    for item in items:
        rule = _rule(item)
        rules.append(rule)
        if (entered := item.get(CONF_PRICE)) is not None:
            price = checked_price(entered, CONF_RULES, rule.period)
            if prices.setdefault(rule.period, price) != price:
                raise TariffInputError(CONF_RULES, "rule_two_prices", piece=str(item[CONF_PERIOD]))
    for rule in rules:
        if rule.period not in prices:
            raise TariffInputError(CONF_RULES, "rule_price_missing", piece=wording.period(rule.period))
    if (missing := uncovered(rules)) is not None:
        raise TariffInputError(CONF_RULES, "rules_incomplete", piece=_moment(*missing, wording))
    return tuple(rules), prices


def _rule(item: Mapping[str, Any]) -> Rule:
    name = str(item.get(CONF_PERIOD, ""))
    period = slugify(name)
    # Home Assistant makes "unknown" of a name without a letter.
    if not any(map(str.isalnum, name)) or not valid_period(period):
        raise TariffInputError(CONF_RULES, "rule_period", piece=name)
    windows: tuple[Window, ...] = ()
    if text := str(item.get(CONF_WINDOWS) or "").strip():
        try:
            windows = parse_windows(text)
        except OffpeakTextError as err:
            raise TariffInputError(CONF_RULES, err.key, **err.placeholders) from err
    return Rule(
        period=period,
        windows=windows,
        season=Season(item.get(CONF_SEASON) or Season.ALL),
        weekdays=frozenset(int(day) for day in item.get(CONF_WEEKDAYS) or ()) or EVERY_DAY,
        holidays=Holidays(item.get(CONF_HOLIDAYS) or Holidays.ORDINARY),
    )


def items_of(rules: Iterable[Rule], prices: Mapping[str, Decimal]) -> list[dict[str, Any]]:
    """The form's items for some rules: what `rules_of` reads."""
    items: list[dict[str, Any]] = []
    for rule in rules:
        item: dict[str, Any] = {
            CONF_PERIOD: rule.period,
            CONF_SEASON: rule.season.value,
            CONF_HOLIDAYS: rule.holidays.value,
        }
        if rule.weekdays != EVERY_DAY:
            item[CONF_WEEKDAYS] = [str(day) for day in sorted(rule.weekdays)]
        if rule.windows:
            item[CONF_WINDOWS] = ", ".join(map(str, rule.windows))
        if (price := prices.get(rule.period)) is not None:
            item[CONF_PRICE] = float(price)
        items.append(item)
    return items


def uncovered(rules: Sequence[Rule]) -> tuple[Season, int, bool, Window] | None:
    """The first span without a rule: season, weekday (Monday is 0), whether on a public holiday, hours.

    A day is to a rule no more than its season, its weekday and whether it is a holiday: 28 kinds of day are all.
    """
    for holiday in (False, True):
        for season in (Season.SUMMER, Season.WINTER):
            for weekday in range(7):
                todays = [rule for rule in rules if rule.covers(season, weekday, holiday=holiday)]
                if (window := _hole(todays)) is not None:
                    return season, weekday, holiday, window
    return None


def _hole(rules: Sequence[Rule]) -> Window | None:
    edges = sorted(
        {
            0,
            MINUTES_IN_DAY,
            *(edge for rule in rules for window in rule.windows for span in window.spans for edge in span),
        }
    )
    start: int | None = None
    for first, last in pairwise(edges):
        bare = not any(rule.contains(first) for rule in rules)
        if bare and start is None:
            start = first
        if start is not None and (not bare or last == MINUTES_IN_DAY):
            return Window(start, last if bare else first)
    return None


def _moment(season: Season, weekday: int, holiday: bool, window: Window, wording: Wording) -> str:
    """`Saturday, in winter, on public holidays, 00:00–06:00`."""
    parts = [wording.texts(f"weekday_{weekday}"), wording.texts(f"season_{season}")]
    if holiday:
        parts.append(wording.texts("on_public_holidays"))
    return ", ".join((*parts, format_windows((window,))))
