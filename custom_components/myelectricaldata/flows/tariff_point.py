"""What is known of a usage point when its tariff is entered: it prefills the forms."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ..energy.entries import TariffEntry
from ..energy.offpeak import OffpeakSchedule
from ..gateway.models import Contract
from .offpeak_text import contract_in_short, contract_schedule
from .tariff_input import EARLIEST


@dataclass(frozen=True, slots=True, kw_only=True)
class PointFacts:
    """One usage point."""

    name: str
    contract: Contract | None = None
    contract_texts: tuple[str, ...] = ()
    """Off-peak hours in the contract's own words."""
    power_kva: Decimal | None = None
    offpeak: OffpeakSchedule = field(default_factory=OffpeakSchedule)
    """The hours that the user keeps for it."""
    first_day: date | None = None
    """The first day of its history."""
    first_injection: date | None = None

    @property
    def contract_in_short(self) -> str:
        """The contract's words, to read beside a form."""
        return contract_in_short(self.contract_texts)

    def start_of_tariff(self, entries: Iterable[TariffEntry], today: date) -> date:
        """Since when the present tariff may hold: the contract knows, else the history; another one starts today."""
        if any(True for _ in entries):
            return today
        contract = self.contract
        changed = contract and (contract.tariff_change_date or contract.activation_date)
        return max(EARLIEST, min(today, changed or self.first_day or today))

    def start_of_surplus(self, entries: Iterable[TariffEntry], today: date) -> date:
        """Since when injected energy may be paid for."""
        if any(True for _ in entries):
            return today
        activated = self.contract and self.contract.production_activation_date
        return max(EARLIEST, min(today, activated or self.first_injection or today))

    def hours(self, entries: Iterable[TariffEntry], today: date) -> OffpeakSchedule | None:
        """The off-peak hours to start from: those of the last tariff begun, of the usage point, of the contract."""
        begun = {
            entry.valid_from: entry.offpeak
            for entry in entries
            if entry.valid_from <= today and entry.offpeak is not None
        }
        last = [begun[max(begun)]] if begun else []
        candidates = (*last, self.offpeak, contract_schedule(self.contract_texts))
        return next((schedule for schedule in candidates if not schedule.is_flat), None)
