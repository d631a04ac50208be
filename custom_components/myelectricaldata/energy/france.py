"""The national grid: what France consumes and what its sun gives, as last told, and what that says at an instant.

Powers are means in MW over [start, end). Source: RTE through the gateway, gateway.md 12. Wind is not here: the gateway adds
it to itself at each refresh.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from .calendar import day_end, paris_date

LATEST_WITHIN: Final = timedelta(hours=2)
"""How long a measured point stands for the present after its end: the gateway itself calls nothing older current."""


class GridPower(Protocol):
    """A mean power of the national grid."""

    @property
    def start(self) -> datetime:
        """Aware."""

    @property
    def end(self) -> datetime | None:
        """Aware; None where the source did not say."""

    @property
    def megawatts(self) -> float:
        """MW."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FranceView:
    """The national grid at an instant: a function of what is known and of the clock alone."""

    consumption: GridPower | None
    """The latest measure, None when it is too old."""
    solar: GridPower | None
    """The forecast of the solar power of this moment."""
    looks_again_at: datetime
    """When time alone makes another view."""


def france_view(consumption: Sequence[GridPower], solar: Sequence[GridPower], now: datetime) -> FranceView:
    """What the grid is at an instant (aware), of points by time."""
    latest = next((point for point in reversed(consumption) if point.start <= now), None)
    expiry = None if latest is None else (latest.end or latest.start) + LATEST_WITHIN
    spans = tuple(_spans(solar))
    changes = [expiry, *(moment for _, start, end in spans for moment in (start, end)), day_end(paris_date(now))]
    return FranceView(
        consumption=latest if expiry is not None and now < expiry else None,
        solar=next((point for point, start, end in spans if start <= now < end), None),
        looks_again_at=min(moment for moment in changes if moment is not None and moment > now),
    )


def _spans(points: Sequence[GridPower]) -> list[tuple[GridPower, datetime, datetime]]:
    """Points with what they cover: up to their end or the next point; one of which nobody tells the end covers nothing."""
    followings = (*points[1:], None)
    return [
        (point, point.start, end)
        for point, following in zip(points, followings, strict=False)
        if (end := point.end or (None if following is None else following.start)) is not None
    ]
