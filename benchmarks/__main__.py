"""Runs each measurement in a process of its own and prints one JSON object; the exit code is 0 if every limit holds.

python -m benchmarks            everything
python -m benchmarks import consumption|production FILE [after] | bare FILE | arithmetic | recost | offers     one only
"""

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from homeassistant import runner
from homeassistant.const import __version__

from . import arithmetic, bare, first_import, offers, recost
from .limits import judge, judge_arithmetic, judge_offers, judge_recost

RUNS = {"consumption": 3, "production": 2}
"""Other programs on the machine can only make a run slower, so the best counts."""
LONGEST = 120


async def _one(arguments: list[str]) -> dict[str, Any]:
    match arguments:
        case ["import", kind, file, *after]:
            return await first_import.measure(kind, Path(file), days_after=bool(after))
        case ["bare", file]:
            return await bare.measure(Path(file))
        case ["arithmetic"]:
            return await arithmetic.measure()
        case ["recost"]:
            return await recost.measure()
        case ["offers"]:
            return await offers.measure()
        case _:
            sys.exit(__doc__)


async def _all() -> int:
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="myelectricaldata-benchmark-") as folder:
        runs: dict[str, list[dict[str, Any]]] = {kind: [] for kind in RUNS}
        bares: dict[str, list[dict[str, Any]]] = {kind: [] for kind in RUNS}
        for kind, times in RUNS.items():
            given = str(Path(folder, kind))
            for run in range(times):
                after = ["after"] if kind == "consumption" and run == times - 1 else []
                runs[kind].append(await _child("import", kind, given, *after))
                bares[kind].append(await _child("bare", given))
        alone = {name: await _child(name) for name in ("arithmetic", "recost", "offers")}
    report = judge(runs, bares) | {
        "e_arithmetic": judge_arithmetic(alone["arithmetic"]),
        "f_recost": judge_recost(alone["recost"]),
        "g_offers": judge_offers(alone["offers"]),
    }
    ok = all(item["ok"] for item in report.values())
    setting = {
        "home_assistant": __version__,
        "python": sys.version.partition(" ")[0],
        "how": "Home Assistant's own bootstrap with the frontend, in the measuring process; its recorder on a SQLite "
        "file in a temporary folder; the gateway simulator in another process, over HTTP on the loopback",
        "seconds": round(time.perf_counter() - started, 1),
    }
    print(json.dumps({"ok": ok, "setting": setting, **report}, indent=2))
    return 0 if ok else 1


async def _child(*arguments: str) -> dict[str, Any]:
    """One measurement in a fresh process: a heap and a database that no other one has touched."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks", *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), LONGEST)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        sys.exit(f"benchmark: {' '.join(arguments)} failed\n{err.decode()[-3000:]}")
    return json.loads(out)


def _main(arguments: list[str]) -> int:
    # Not asyncio.run: the loop must have the settings that Home Assistant gives its own.
    loop = runner.create_event_loop()
    asyncio.set_event_loop(loop)
    if not arguments:
        return loop.run_until_complete(_all())
    print(json.dumps(loop.run_until_complete(_one(arguments)), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
