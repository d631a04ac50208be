"""What a usage point cost and brought, added up when the days, the tariff or the date changed, and what waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..energy.bill import BillSummary, summarise_bill
from ..energy.calendar import paris_date
from ..energy.cost import DayCost, WaitReason
from ..energy.tariff import Tariff
from ..issues import IssueKind
from ..recording import UsagePointRecording
from .best_offer import BestOffer, Search, async_find_best_offer, best_offer_inputs, best_offer_is_due
from .tariffs import UsagePointTariffs

if TYPE_CHECKING:
    from .usage_point import UsagePointCoordinator

PATIENCE: Final = timedelta(days=3)
"""How old a day must be before a cost that waits is worth a word: colours and prices come late at times."""

COST_ISSUES: Final[Mapping[IssueKind, WaitReason]] = MappingProxyType(
    {
        IssueKind.COST_WAITS_FOR_DAY_TYPE: WaitReason.DAY_TYPE,
        IssueKind.COST_WAITS_FOR_PRICE: WaitReason.PRICE,
    }
)


@dataclass(frozen=True, slots=True)
class _Added:
    """A sum and all that it depends on."""

    costs: tuple[DayCost, ...]
    tariff: Tariff
    today: date
    bill: BillSummary | None


class MoneyDesk:
    """The bills of one usage point."""

    def __init__(self, hass: HomeAssistant, recording: UsagePointRecording, tariffs: UsagePointTariffs) -> None:
        self._hass = hass
        self._recording = recording
        self._tariffs = tariffs
        self._added: dict[str, _Added] = {}
        self.best_offer: BestOffer | None = None
        """The cheapest offer as last found."""
        self._search: Search | None = None

    @property
    def bill(self) -> BillSummary | None:
        """What consumption cost; None without a tariff or days that are priced."""
        return self._latest("bill")

    @property
    def compensation(self) -> BillSummary | None:
        """What injection brought."""
        return self._latest("compensation")

    def _latest(self, which: str) -> BillSummary | None:
        known = self._added.get(which)
        return None if known is None else known.bill

    async def async_add_up(self, today: date) -> None:
        """Add up what is not added up yet, outside the event loop."""
        for which, costs, tariff in (
            ("bill", self._recording.costs, self._tariffs.tariff),
            ("compensation", self._recording.compensations, self._tariffs.surplus),
        ):
            known = self._added.get(which)
            if known is not None and (known.costs, known.tariff, known.today) == (costs, tariff, today):
                continue
            bill = None
            if costs and tariff:
                bill = await self._hass.async_add_executor_job(summarise_bill, costs, tariff, today)
            self._added[which] = _Added(costs, tariff, today, bill)

    def waits(self, kind: IssueKind) -> dict[str, str] | None:
        """The placeholders of an issue about a cost that waits; None when nothing waits for long."""
        reason = COST_ISSUES[kind]
        old = paris_date(dt_util.utcnow()) - PATIENCE
        waiting = [
            (cost.day, part.wh)
            for cost in self._recording.costs
            for part in cost.parts
            if part.reason is reason and part.wh and cost.day <= old
        ]
        if not waiting:
            return None
        return {
            "energy": f"{sum(wh for _, wh in waiting) / 1000:.1f}",
            "first": f"{waiting[0][0]:%d/%m/%Y}",
            "last": f"{waiting[-1][0]:%d/%m/%Y}",
        }

    async def async_look_for_best_offer(self, coordinator: UsagePointCoordinator) -> None:
        """Look for the cheapest offer when it is time."""
        national = self._tariffs.national
        if national is None or not coordinator.series:
            return
        today = paris_date(dt_util.utcnow())
        inputs = best_offer_inputs(coordinator, national)
        if best_offer_is_due(self._search, today, inputs):
            found = await async_find_best_offer(self._hass, coordinator, national)
            self._search = Search(today, inputs, found is not None)
            self.best_offer = found
