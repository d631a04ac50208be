"""What the entities show: frozen values that the coordinators hand out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from ..energy.bill import BillSummary
from ..energy.summary import EnergySummary, PeakSummary
from ..feeds import Kind
from ..gateway.models import Contract, Direction
from .best_offer import BestOffer


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePointSnapshot:
    """One usage point, as of the last change of its ledger or of the Paris day."""

    today: date
    energy: Mapping[Direction, EnergySummary]
    """Only the directions that this usage point has."""
    peak: PeakSummary | None
    """None for a production-only usage point."""
    contract: Contract | None
    history_share: float
    """Share of the history that the gateway can serve and that has been asked for, 0 to 1."""
    importing: bool
    bill: BillSummary | None = None
    """What the consumption cost; None without a tariff, or before it was first computed."""
    compensation: BillSummary | None = None
    """What the injected energy brought; None without a surplus tariff, or before it was first computed."""
    best_offer: BestOffer | None = None
    """None before the first weekly comparison."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSnapshot:
    """The account at the gateway."""

    calls_today: int
    calls_left: int
    last_success: datetime | None
    reachable: bool | None
    """None before the first call since start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewData:
    """Readings that entered the ledger: what the event entity tells."""

    direction: Direction
    kind: Kind
    """Daily indexes, load curves or maximum power."""
    first_day: date
    last_day: date
    days: int
    revised: bool
    """Some of these days had been known with other values."""
