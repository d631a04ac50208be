"""(f): three years under a tariff: first written, then costed anew after a price of long ago was corrected."""

import asyncio
import gc
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant

from custom_components.myelectricaldata.const import CONF_TARIFF
from custom_components.myelectricaldata.energy.calendar import ONE_DAY, paris_date
from custom_components.myelectricaldata.energy.entries import Source, TariffEntry
from custom_components.myelectricaldata.energy.entry_format import encode_entry
from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule
from custom_components.myelectricaldata.energy.options import OptionCode
from custom_components.myelectricaldata.feeds import Feed

from .first_import import an_hour, household, work_is_done
from .home import START, account_entry, home_assistant, set_clock
from .probes import Probes, Row, probes, stored
from .simulator import SimulatorProcess
from .stall import StallWatch

HISTORY_STARTS = paris_date(START) - Feed.CONSUMPTION_DAILY.history_days * ONE_DAY
TEMPO = date(2025, 9, 1)
OFFPEAK = OffpeakSchedule.from_config([{"season": "all", "windows": ["02:26-07:56", "12:56-15:26"]}])
ENTRIES = (
    TariffEntry(
        valid_from=HISTORY_STARTS,
        source=Source.MANUAL,
        option=OptionCode.HC_HP,
        offpeak=OFFPEAK,
        prices={"hc": Decimal("0.1696"), "hp": Decimal("0.2146")},
        subscription=Decimal("15.74"),
    ),
    TariffEntry(valid_from=TEMPO, source=Source.REGULATED, option=OptionCode.TEMPO, power_kva=Decimal(6)),
)
CORRECTED = (replace(ENTRIES[0], prices={"hc": Decimal("0.1696"), "hp": Decimal("0.2276")}), ENTRIES[1])


async def measure() -> dict[str, Any]:
    """One price of the first version is corrected: one cost series and the total change, from the first peak hour on."""
    home = household("consumption")
    clock = set_clock()
    async with home_assistant() as hass, SimulatorProcess(now=START) as simulator:
        with probes() as seen:
            entry = account_entry(simulator, home)
            start = time.perf_counter()
            await hass.config_entries.async_add(entry)
            await work_is_done(hass, entry)
            first = {"seconds": round(time.perf_counter() - start, 2), "rows_written": seen.rows}
            calls = len(await simulator.calls())
            entered = await _change(hass, entry, seen, ENTRIES)
            corrected = await _change(hass, entry, seen, CORRECTED)
            again = await _change(
                hass, entry, seen, (replace(CORRECTED[0], subscription=Decimal("15.740")), ENTRIES[1])
            )
            return {
                "without_tariff": first,
                "tariff_entered": entered,
                "price_corrected": corrected,
                "same_price_written_otherwise": again,
                "gateway_calls": len(await simulator.calls()) - calls,
                "hour": await an_hour(hass, entry, clock, simulator, seen),
            }


async def _change(
    hass: HomeAssistant, entry: ConfigEntry, seen: Probes, entries: tuple[TariffEntry, ...]
) -> dict[str, Any]:
    folder = Path(hass.config.config_dir)
    before = await asyncio.to_thread(stored, folder)
    seen.clear()
    gc.collect()
    runtime = entry.runtime_data
    [subentry] = entry.subentries.values()
    async with StallWatch() as watch:
        start = time.perf_counter()
        data = {**subentry.data, CONF_TARIFF: [encode_entry(each) for each in entries]}
        hass.config_entries.async_update_subentry(entry, subentry, data=data)
        while entry.state is not ConfigEntryState.LOADED or entry.runtime_data is runtime:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await work_is_done(hass, entry)
        seconds = time.perf_counter() - start
    after = await asyncio.to_thread(stored, folder)
    return {
        "seconds": round(seconds, 2),
        "rows_written": seen.rows,
        "rows_that_differ": sum(_differing(before.get(which, []), rows) for which, rows in after.items()),
        "rows": sum(map(len, after.values())),
        "statistics": len(after),
        "last_cost": round(
            next(rows[-1][2] or 0 for which, rows in after.items() if which.endswith(f"cost_{_pdl(entry)}")), 2
        ),
        "longest_stall_ms": watch.longest,
        "stall": watch.report(top=3),
    }


def _pdl(entry: ConfigEntry) -> str:
    [subentry] = entry.subentries.values()
    return str(subentry.data["pdl"])


def _differing(before: list[Row], after: list[Row]) -> int:
    known = {row[0]: row for row in before}
    return sum(known.get(row[0]) != row for row in after)
