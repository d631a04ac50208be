"""The five feeds of a usage point, and what has been asked of each."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .gateway.models import Direction


class Kind(StrEnum):
    """What a feed carries."""

    DAILY = "daily"
    CURVE = "curve"
    POWER = "power"


class Feed(StrEnum):
    """One series of readings that the gateway serves for a usage point."""

    CONSUMPTION_DAILY = "consumption_daily"
    CONSUMPTION_CURVE = "consumption_curve"
    PRODUCTION_DAILY = "production_daily"
    PRODUCTION_CURVE = "production_curve"
    POWER = "power"

    @property
    def direction(self) -> Direction:
        """Maximum power is measured on consumption."""
        return Direction.PRODUCTION if self.value.startswith("production") else Direction.CONSUMPTION

    @property
    def kind(self) -> Kind:
        """Daily index, load curve or maximum power."""
        return Kind(self.value.rpartition("_")[2])

    @property
    def history_days(self) -> int:
        """How far back the gateway serves: 3 years of days, 2 of load curve (gateway.md 5.1)."""
        return 729 if self.kind is Kind.CURVE else 1095

    @property
    def chunk_days(self) -> int:
        """Enedis answers at most a year of days at once; 13 weeks of curve stay well under the time limit."""
        return 91 if self.kind is Kind.CURVE else 365

    @property
    def opening_days(self) -> int:
        """The first question of a new usage point: a week of curve answers at once, a year of days costs the same."""
        return 7 if self.kind is Kind.CURVE else 365


def feeds_of(directions: tuple[Direction, ...]) -> tuple[Feed, ...]:
    """The feeds of a usage point, in the order in which a newcomer wants to see them."""
    return tuple(feed for feed in OPENING_ORDER if feed.direction in directions)


OPENING_ORDER = (
    Feed.CONSUMPTION_DAILY,
    Feed.PRODUCTION_DAILY,
    Feed.CONSUMPTION_CURVE,
    Feed.PRODUCTION_CURVE,
    Feed.POWER,
)


def curve_feed(direction: Direction) -> Feed:
    """The load curve of a direction."""
    return Feed.PRODUCTION_CURVE if direction is Direction.PRODUCTION else Feed.CONSUMPTION_CURVE


def daily_feed(direction: Direction) -> Feed:
    """The daily indexes of a direction."""
    return Feed.PRODUCTION_DAILY if direction is Direction.PRODUCTION else Feed.CONSUMPTION_DAILY


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What has been asked of one feed, whatever came of it. It is stored with the readings, so that both survive."""

    asked_from: date | None = None
    """The walk into the past has covered every day from here on; None before the first answer."""
    asked_to: date | None = None
    """The last day that an answer covered."""
    floor: date | None = None
    """The gateway refuses days before this one."""
    finished_on: date | None = None
    """The day on which the walk reached its end."""
    reviews: int = 0
    """How many times the holes of the whole history were asked again."""
    refused_on: date | None = None
    """The day on which the gateway refused this feed altogether."""
