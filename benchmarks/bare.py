"""The bare recorder: the same imports, rows and order, given to a fresh database at once."""

import asyncio
import gc
import pickle
import time
from pathlib import Path
from typing import Any

from homeassistant.components.recorder.statistics import async_add_external_statistics

from .home import home_assistant, recorder_is_idle
from .stall import StallWatch


async def measure(imports: Path) -> dict[str, Any]:
    """Seconds until the recorder has taken all of it, and how long the loop was held up by that alone."""
    given = pickle.loads(await asyncio.to_thread(imports.read_bytes))  # our own file of a minute ago
    async with home_assistant() as hass:
        gc.collect()
        async with StallWatch() as watch:
            start = time.perf_counter()
            for metadata, rows in given:
                async_add_external_statistics(hass, metadata, rows)
            await recorder_is_idle(hass)
            seconds = time.perf_counter() - start
    return {
        "seconds": round(seconds, 3),
        "rows": sum(len(rows) for _, rows in given),
        "imports": len(given),
        "stall": watch.report(top=1),
    }
