"""The cheapest offer of the market for one usage point: compared once a week, and when what it depends on changes."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..energy.calendar import ONE_DAY, paris_date
from ..energy.offers import Catalogue
from ..energy.offpeak import OffpeakSchedule
from ..energy.options import OptionCode
from ..energy.ranking import Period, Question, newest_day, rank, span_of
from ..energy.tariff import Tariff

if TYPE_CHECKING:
    from .national import National
    from .usage_point import UsagePointCoordinator

EVERY: Final = timedelta(days=7)
FEWEST_DAYS: Final = 30
"""Days of energy below which a year is not to be told: a month of winter is no year."""
_DAYS_OF_A_MONTH: Final = 30
_DAYS_OF_A_YEAR: Final = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class BestOfferInputs:
    """What a comparison depends on besides readings, which come every day."""

    tariff: Tariff
    catalogue: Catalogue
    power_kva: Decimal | None
    offpeak: OffpeakSchedule
    months: tuple[int, int, int]
    """Months of energy and of the Tempo and Zen Flex calendars: what is compared while a history is coming in does not
    stand for a week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BestOffer:
    """The cheapest offer, at today's prices, for the energy of the year that ends with the newest day."""

    label: str
    provider: str
    option: OptionCode
    total_per_year: Decimal
    """EUR, tax included."""
    present_per_year: Decimal | None
    """EUR of the present tariff over the same days; None when it is not known."""
    saving_per_year: Decimal | None
    """EUR less than the present tariff; negative when nothing on the market is cheaper than what the household has."""
    days: int
    """Days of energy compared."""
    computed_on: date
    """Paris day."""


def power_of(coordinator: UsagePointCoordinator, today: date) -> Decimal | None:
    """KVA of the tariff in force, else of the contract."""
    version = coordinator.tariff.on(today)
    if version is not None and version.power_kva is not None:
        return version.power_kva
    contract = coordinator.ledger.contract
    return None if contract is None else contract.subscribed_power_kva


def best_offer_inputs(coordinator: UsagePointCoordinator, national: National) -> BestOfferInputs:
    """What a comparison made now would depend on."""
    calendars = national.calendars
    return BestOfferInputs(
        tariff=coordinator.tariff,
        catalogue=national.catalogue,
        power_kva=power_of(coordinator, paris_date(dt_util.utcnow())),
        offpeak=coordinator.offpeak,
        months=(
            min(len(coordinator.series), _DAYS_OF_A_YEAR) // _DAYS_OF_A_MONTH,
            len(calendars.tempo) // _DAYS_OF_A_MONTH,
            len(calendars.zen_flex) // _DAYS_OF_A_MONTH,
        ),
    )


@dataclass(frozen=True, slots=True)
class Search:
    """A comparison that was made, whether or not it found anything."""

    on: date
    """Paris day."""
    inputs: BestOfferInputs
    found: bool


def best_offer_is_due(last: Search | None, today: date, inputs: BestOfferInputs) -> bool:
    """Whether to compare now. Cheap as long as nothing changed: the same objects are equal at once.

    What found nothing is tried again the next day, when there is another day of energy: not at every tick. Nor does a
    tariff whose price an entity holds count more than once a day: what the user says of it reloads everything.
    """
    if last is None or replace(last.inputs, tariff=inputs.tariff) != inputs:
        return True
    return today - last.on >= (EVERY if last.found and last.inputs.tariff == inputs.tariff else ONE_DAY)


async def async_find_best_offer(
    hass: HomeAssistant, coordinator: UsagePointCoordinator, national: National
) -> BestOffer | None:
    """Compare, off the event loop. None with too little energy, without a catalogue or an unknown subscribed power."""
    today = paris_date(dt_util.utcnow())
    inputs = best_offer_inputs(coordinator, national)
    series = coordinator.series
    newest = newest_day(series, today)
    if newest is None or inputs.power_kva is None or not inputs.catalogue.offers:
        return None
    first, last = span_of(Period.ROLLING_YEAR, None, newest, today)
    question = Question(
        series=series,
        calendars=national.calendars,
        catalogue=inputs.catalogue,
        tariff=inputs.tariff,
        offpeak=inputs.offpeak,
        power_kva=inputs.power_kva,
        first=first,
        last=last,
        today=today,
    )
    ranking = await hass.async_add_executor_job(rank, question)
    results, days = ranking.comparison.results, ranking.comparison.days_compared
    if not results or days < FEWEST_DAYS:
        return None
    best, present = results[0], ranking.present
    return BestOffer(
        label=best.candidate.label,
        provider=best.candidate.provider,
        option=best.candidate.code,
        total_per_year=best.per_year,
        present_per_year=None if present is None else present.per_year,
        saving_per_year=None if present is None else present.per_year - best.per_year,
        days=days,
        computed_on=today,
    )
