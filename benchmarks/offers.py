"""(g): one year of half hours under 130 offers of the market, and under twice as many and twice the days."""

import asyncio
import gc
import time
import tracemalloc
from dataclasses import replace
from decimal import Decimal
from typing import Any

from custom_components.myelectricaldata.energy.calendar import ONE_DAY, days_between, paris_date
from custom_components.myelectricaldata.energy.entries import Source, TariffEntry, resolve
from custom_components.myelectricaldata.energy.offer_versions import OfferRow
from custom_components.myelectricaldata.energy.offers import Catalogue
from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule
from custom_components.myelectricaldata.energy.options import OptionCode
from custom_components.myelectricaldata.energy.ranking import Question, Ranking, rank
from custom_components.myelectricaldata.energy.readings import DayCurve, DayRecord
from custom_components.myelectricaldata.energy.regulated import regulated_history
from custom_components.myelectricaldata.energy.series import EnergySeries
from custom_components.myelectricaldata.energy.tariff import Calendars
from custom_components.myelectricaldata.gateway.catalogue import read_offers, read_providers
from tests.simulators import offers as market
from tests.simulators import tempo
from tests.simulators.signals import zen_flex_type

from .first_import import household
from .home import START
from .stall import StallWatch

OFFERS = 130
POWER = Decimal(6)
OFFPEAK = OffpeakSchedule.from_config([{"season": "all", "windows": ["02:26-07:56", "12:56-15:26"]}])


async def measure() -> dict[str, Any]:
    """Time without, then memory with the allocations traced; then the event loop beside it."""
    question = _question(OFFERS, days=365)
    seconds, answer = _timed(question)
    more_offers, _ = _timed(_question(2 * OFFERS, days=365))
    more_days, _ = _timed(_question(OFFERS, days=730))
    gc.collect()
    tracemalloc.start()
    rank(question)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    async with StallWatch() as watch:
        await asyncio.to_thread(rank, question)
    return {
        "offers": OFFERS,
        "compared": len(answer.comparison.results),
        "not_compared": [f"{each.label}: {each.reason}" for each in answer.comparison.not_compared],
        "days": answer.comparison.days_compared,
        "options": sorted({str(result.candidate.code) for result in answer.comparison.results}),
        "best": f"{answer.comparison.results[0].candidate.label}: {answer.comparison.results[0].per_year:.2f} EUR",
        "present": answer.present and f"{answer.present.per_year:.2f} EUR",
        "seconds": round(seconds, 3),
        "seconds_of_twice_the_offers": round(more_offers, 3),
        "seconds_of_twice_the_days": round(more_days, 3),
        "peak_megabytes": round(peak / 2**20, 2),
        "longest_stall_ms": watch.longest,
    }


def _timed(question: Question) -> tuple[float, Ranking]:
    seconds: list[float] = []
    for _ in range(3):
        gc.collect()
        start = time.perf_counter()
        answer = rank(question)
        seconds.append(time.perf_counter() - start)
    return min(seconds), answer


def _question(offers: int, *, days: int) -> Question:
    home, today = household("consumption"), paris_date(START)
    last = today - ONE_DAY
    first = last - (days - 1) * ONE_DAY
    records = {
        day: DayRecord(home.daily_wh("consumption", day), DayCurve(home.minutes, home.slot_watts("consumption", day)))
        for day in days_between(first, last)
    }
    around = list(days_between(first - ONE_DAY, last + ONE_DAY))
    entry = TariffEntry(
        valid_from=first, source=Source.REGULATED, option=OptionCode.HC_HP, power_kva=POWER, offpeak=OFFPEAK
    )
    return Question(
        series=EnergySeries().build(records, today=today),
        calendars=Calendars(
            tempo={day: tempo.colour(day) for day in around}, zen_flex={day: zen_flex_type(day) for day in around}
        ),
        catalogue=_catalogue(offers),
        tariff=resolve([entry], catalogue=regulated_history, regulated=regulated_history, entities={}),
        offpeak=OFFPEAK,
        power_kva=POWER,
        first=first,
        last=last,
        today=today,
    )


def _catalogue(size: int) -> Catalogue:
    """Every offer of the simulated market that has the power, as often as needed, each time a little dearer."""
    rows = [
        row
        for row in read_offers(market.Catalogue().rows(START))
        if row.power_kva == POWER and (row.valid_to is None or row.valid_to >= START.date())
    ]
    many: list[OfferRow] = []
    for number in range(size):
        row, again = rows[number % len(rows)], number // len(rows)
        more = 1 + Decimal(again) / 200
        many.append(
            replace(
                row,
                offer_id=f"{row.offer_id}-{again}",
                name=f"{row.name} {again}" if again else row.name,
                prices={field: price * more for field, price in row.prices.items()},
            )
        )
    catalogue, _ = Catalogue().merged(read_providers(market.providers()), many, START.date())
    return catalogue
