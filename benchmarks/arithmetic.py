"""(e): from the text of the gateway's answers to the rows of the recorder, two years of half hours, without a network."""

import asyncio
import gc
import tempfile
import time
import tracemalloc
from datetime import date, timedelta
from typing import Any

from homeassistant.core import HomeAssistant

from custom_components.myelectricaldata.energy.calendar import ONE_DAY, paris_date
from custom_components.myelectricaldata.energy.series import EnergySeries
from custom_components.myelectricaldata.feeds import Feed
from custom_components.myelectricaldata.gateway.answers import Reply, read_answer
from custom_components.myelectricaldata.gateway.metering import (
    Quantity,
    Question,
    daily_energy,
    load_curve,
    read_metering,
)
from custom_components.myelectricaldata.gateway.models import Direction
from custom_components.myelectricaldata.ledger import Ledger
from custom_components.myelectricaldata.statistics import ENERGY
from tests.simulators.households import Household

from .first_import import household
from .home import START
from .simulator import SimulatorProcess

DAYS = 729
ROUTES = {
    Feed.CONSUMPTION_DAILY: "enedis/consumption/daily",
    Feed.CONSUMPTION_CURVE: "enedis/consumption/detail/batch",
}

type Answered = tuple[Question, bytes]


async def measure() -> dict[str, Any]:
    """Time without, then memory with the allocations traced: tracing more than doubles the time."""
    home = household("consumption")
    answers = await _answers(home)
    folder = await asyncio.to_thread(tempfile.mkdtemp, prefix="myelectricaldata-benchmark-")
    hass = HomeAssistant(folder)
    seconds, rows = [], 0
    for _ in range(3):
        gc.collect()
        start = time.perf_counter()
        rows = len(_work(Ledger(hass, home.pdl), answers))
        seconds.append(time.perf_counter() - start)
    gc.collect()
    tracemalloc.start()
    ledger = Ledger(hass, home.pdl)
    kept = _work(ledger, answers)
    current, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    await hass.async_stop(force=True)
    true = sum(home.daily_wh("consumption", day) for day in ledger.days(Direction.CONSUMPTION))
    return {
        "days": len(ledger.days(Direction.CONSUMPTION)),
        "bodies": len(answers),
        "body_megabytes": round(sum(len(body) for _, body in answers) / 2**20, 2),
        "rows": rows,
        "exact": round(1000 * (kept[-1][1] or 0)) == true,
        "seconds": round(min(seconds), 3),
        "peak_megabytes": round(peak / 2**20, 1),
        "kept_megabytes": round(current / 2**20, 1),
    }


async def _answers(home: Household) -> list[Answered]:
    """What the synchroniser would get: a year of indexes or a quarter of load curve at once."""
    found: list[Answered] = []
    last = paris_date(START) - ONE_DAY
    async with SimulatorProcess(now=START) as simulator:
        for feed, route in ROUTES.items():
            for first, end in _chunks(last - (DAYS - 1) * ONE_DAY, last, feed.chunk_days):
                quantity = Quantity.CURVE if feed is Feed.CONSUMPTION_CURVE else Quantity.DAILY
                question = Question(
                    pdl=home.pdl, direction=Direction.CONSUMPTION, quantity=quantity, first=first, last=end, now=START
                )
                path = f"{route}/{home.pdl}?start={first}&end={end + ONE_DAY}&use_cache=true"
                found.append((question, await simulator.body(path)))
    return found


def _chunks(first: date, last: date, days: int) -> list[tuple[date, date]]:
    chunks = []
    while last >= first:
        chunks.append((max(first, last - timedelta(days=days - 1)), last))
        last = chunks[-1][0] - ONE_DAY
    return chunks


def _work(ledger: Ledger, answers: list[Answered]) -> list[tuple[float | None, ...]]:
    for question, body in answers:
        readings = read_metering(read_answer(Reply(status=200, body=body), question.now), question)
        if question.quantity is Quantity.DAILY:
            ledger.merge_daily(question.direction, daily_energy(readings, question))
        else:
            ledger.merge_curve(question.direction, load_curve(readings, question))
    series = EnergySeries().build(ledger.days(Direction.CONSUMPTION), today=paris_date(START))
    return [ENERGY.values(row, 0.0) for entry in series for row in entry.rows()]
