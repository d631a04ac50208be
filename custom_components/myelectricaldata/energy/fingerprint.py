"""Whether a history would be priced as it was before: one short text for all that decides it besides the readings."""

import json
from collections.abc import Iterator
from datetime import date
from enum import Enum
from hashlib import sha256
from typing import Final

from .calendar import days_between
from .tariff import Calendars, Rule, Tariff, TariffVersion

_EDITION: Final = 1
"""Another one makes every history be compared again: for the day on which the arithmetic itself changes."""


def fingerprint(tariff: Tariff, calendars: Calendars, first: date, last: date) -> str:
    """Equal for two tariffs that price the days `first` to `last` alike; what applies to other days only is left out.

    It is stored, so that it depends on values alone: never on the order of a set or on names given for people.
    """
    spans = [_span(start, end, version, calendars) for start, end, version in tariff.spans(first, last)]
    return sha256(json.dumps([_EDITION, spans]).encode()).hexdigest()[:32]


def _span(start: date, end: date, version: TariffVersion | None, calendars: Calendars) -> list[object]:
    if version is None:
        return [str(start), str(end)]
    option = version.option
    types = [] if option.signal is None else [option.day_types(day, calendars) for day in days_between(start, end)]
    prices = sorted((period, str(price.normalize())) for period, price in version.prices.items())
    subscription = None if version.subscription is None else str(version.subscription.normalize())
    rules = [list(_rule(rule)) for rule in option.rules]
    return [str(start), str(end), option.day_starts, rules, prices, subscription, types]


def _rule(rule: Rule) -> Iterator[object]:
    yield rule.period
    yield [span for window in rule.windows for span in window.spans]
    yield _text(rule.season)
    yield sorted(rule.weekdays)
    yield _text(rule.holidays)
    yield sorted(rule.day_types)


def _text(choice: Enum) -> str:
    return str(choice.value)
