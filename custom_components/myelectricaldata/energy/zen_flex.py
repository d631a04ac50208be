"""Zen Flex: EDF's types of days, and what they say at an instant.

Types are EDF's: `ECO`, `SOBRIETE` (dear at peak hours) and `BONUS`; they are of civil days. Source: EDF, domain.md 4.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from .calendar import ONE_DAY, day_end, paris_date


@dataclass(frozen=True, slots=True, kw_only=True)
class ZenFlexView:
    """What Zen Flex is at an instant: a function of what is known and of the clock alone."""

    today: date
    type_today: str | None
    type_tomorrow: str | None
    looks_again_at: datetime
    """When time alone makes another view."""


def zen_flex_view(days: Mapping[date, str], now: datetime) -> ZenFlexView:
    """What Zen Flex is at an instant (aware); a day that is absent is unknown, never Éco."""
    today = paris_date(now)
    return ZenFlexView(
        today=today,
        type_today=days.get(today),
        type_tomorrow=days.get(today + ONE_DAY),
        looks_again_at=day_end(today),
    )
