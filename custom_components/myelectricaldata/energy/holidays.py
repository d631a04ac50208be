"""Public holidays of metropolitan France, from the library that Home Assistant's own workday integration uses."""

from datetime import date
from functools import lru_cache

from holidays import country_holidays

# The library imports its countries, a second of work, when one is first asked for. That must not be in the event loop:
# Home Assistant imports this package in a thread.
country_holidays("FR")


@lru_cache(maxsize=64)
def _holidays_of(year: int) -> frozenset[date]:
    return frozenset(country_holidays("FR", years=year))


def is_public_holiday(day: date) -> bool:
    """Whether nobody works in all of metropolitan France; Alsace-Moselle's two more days are not counted."""
    return day in _holidays_of(day.year)
