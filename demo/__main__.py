"""`scripts/demo`: see there."""

import argparse
import asyncio
import json
import signal
import sys
import time

from .check import check
from .home import USER, DemoError
from .stage import Stage, running, say
from .tariffs import enter_tariffs


async def show(stage: Stage) -> int:
    """Build the demo up, then leave it to the user until it is stopped."""
    if not await stage.is_integrated():
        await stage.add_integration()
        await stage.wait_for_history()
        await enter_tariffs(stage)
    if any(any(group) for group in (await stage.configure_energy()).values()):
        say("energy/validate finds fault with the statistics")
    print(f"\n  {stage.home.url}/energy\n  login     {USER}\n  password  {stage.home.password}\n", flush=True)
    say("Ctrl-C stops it.")
    code = await stage.home.ended()
    say(f"Home Assistant has ended by itself ({code})")
    return 1


async def report(stage: Stage, began: float) -> int:
    """Check everything and print what was found as JSON."""
    found = await check(stage)
    found["seconds"] = round(time.monotonic() - began, 1)
    print(json.dumps(found, indent=2, ensure_ascii=False), flush=True)
    return 1 if found["problems"] else 0


async def main(arguments: argparse.Namespace) -> int:
    """Run until done, or until a signal asks to stop; everything that was started is stopped then."""
    began = time.monotonic()
    task = asyncio.current_task()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, lambda: task and task.cancel())
    try:
        async with running(keep=arguments.keep) as stage:
            return await (report(stage, began) if arguments.check else show(stage))
    except DemoError as err:
        say(f"demo: {err}")
    except TimeoutError:
        say("demo: Home Assistant or the import did not get there in time; see .cache/demo/home-assistant.log")
    except asyncio.CancelledError:
        say("\ndemo: stopped")
        return 1 if arguments.check else 0
    return 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="scripts/demo", description="The integration in a real Home Assistant")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="headless; print one JSON object; 0 only if all is right")
    mode.add_argument("--keep", action="store_true", help="go on with the Home Assistant of the last time")
    sys.exit(asyncio.run(main(parser.parse_args())))
