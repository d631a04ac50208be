"""The demo on its stage: simulated gateway and Home Assistant, and the acts of a new user one after the other."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from datetime import time as wall_clock
from typing import Any, Final

from tests.simulators.clock import ONE_DAY, PARIS
from tests.simulators.gateway import GatewaySimulator
from tests.simulators.households import CONSUMPTION, PRODUCTION, Household, demo_households

from .api import Api
from .home import DemoError, Home

DOMAIN: Final = "myelectricaldata"
IMPORT_SECONDS: Final = 900
FLOW: Final = "/api/config/config_entries/flow"


def say(text: str) -> None:
    """Tell the person in front of the screen; what is asked for goes to stdout."""
    print(text, file=sys.stderr, flush=True)


def published_at_midnight(households: Iterable[Household]) -> list[Household]:
    """So that the demo has yesterday's energy at any hour of the night."""
    return [replace(home, publish_at=wall_clock(0, 0)) for home in households]


class Stage:
    """Everything that runs, and what a new user does with it."""

    def __init__(self, home: Home, api: Api, gateway: GatewaySimulator) -> None:
        self.home = home
        self.api = api
        self.gateway = gateway
        self.seconds: dict[str, float] = {}
        """How long each act took."""

    @property
    def households(self) -> list[Household]:
        """The truth about the usage points of the account."""
        return self.gateway.households

    def statistic_ids(self) -> dict[str, tuple[Household, str]]:
        """Every statistic of energy that there should be: whose it is, and which direction."""
        return {
            f"{DOMAIN}:{direction}_{home.pdl}": (home, direction)
            for home in self.households
            for direction in (CONSUMPTION, PRODUCTION)
            if home.measures(direction)
        }

    async def is_integrated(self) -> bool:
        """Whether there is an account already, as in a Home Assistant that was kept."""
        return bool(await self.api.call("config_entries/get", domain=DOMAIN))

    async def add_integration(self) -> None:
        """Go through the integration's config flow as the frontend does."""
        began = time.monotonic()
        form = await self.api.post(FLOW, {"handler": DOMAIN, "show_advanced_options": False})
        account = {
            "client_id": self.gateway.client_id,
            "client_secret": self.gateway.client_secret,
            "advanced": {"base_url": self.gateway.base_url},
        }
        choice = await self.api.post(f"{FLOW}/{form['flow_id']}", account)
        if choice.get("step_id") != "usage_points":
            raise DemoError(f"the account was not accepted: {choice}")
        proposed = choice["data_schema"][0]["default"]
        if sorted(proposed) != sorted(home.pdl for home in self.households):
            raise DemoError(f"not the usage points of the account: {proposed}")
        done = await self.api.post(f"{FLOW}/{form['flow_id']}", {"usage_points": proposed})
        if done.get("type") != "create_entry":
            raise DemoError(f"the integration was not added: {done}")
        self.seconds["config_flow"] = time.monotonic() - began

    async def entity_ids(self) -> dict[str, str]:
        """Entity id of each of the integration's unique ids, disabled ones included."""
        entities = await self.api.call("config/entity_registry/list")
        return {each["unique_id"]: each["entity_id"] for each in entities if each["platform"] == DOMAIN}

    async def states(self) -> dict[str, dict[str, Any]]:
        """The states of the integration's enabled entities, by unique id."""
        states = {each["entity_id"]: each for each in await self.api.call("get_states")}
        return {unique: states[entity] for unique, entity in (await self.entity_ids()).items() if entity in states}

    async def wait_for_history(self) -> None:
        """Wait for yesterday's energy in sensors and statistics, then for the whole history; show how it goes."""
        began = time.monotonic()
        waiting: dict[str, Callable[[dict[str, dict[str, Any]]], bool]] = {
            "first_data": self._shows_yesterday,
            "full_history": self._has_everything,
        }
        shown = -1.0
        async with asyncio.timeout(IMPORT_SECONDS):
            while waiting or "first_statistics" not in self.seconds:
                states = await self.states()
                passed = time.monotonic() - began
                for name in [name for name, is_so in waiting.items() if is_so(states)]:
                    self.seconds[name] = passed
                    del waiting[name]
                if "first_statistics" not in self.seconds and await self._records_yesterday():
                    self.seconds["first_statistics"] = time.monotonic() - began
                share = min(self._shares(states), default=0.0)
                # A line that is redrawn may say every step; a log, every tenth.
                if share >= shown + (1 if sys.stderr.isatty() else 10):
                    self._show(share, passed)
                    shown = share
                await asyncio.sleep(0.25)
        await self.drain_recorder()
        self.seconds["full_history"] = time.monotonic() - began
        self._show(100, self.seconds["full_history"])
        if sys.stderr.isatty():
            say("")

    def _show(self, share: float, seconds: float) -> None:
        line = f"history {share:3.0f} %, {len(self.gateway.calls)} calls, {seconds:.0f} s"
        if sys.stderr.isatty():
            print(f"\r{line}\x1b[K", end="", file=sys.stderr, flush=True)
        else:
            say(line)

    def _shares(self, states: dict[str, dict[str, Any]]) -> list[float]:
        shares = (states.get(f"{home.pdl}_history_share", {}).get("state", "0") for home in self.households)
        return [float(share) if share.replace(".", "", 1).isdigit() else 0.0 for share in shares]

    def _has_everything(self, states: dict[str, dict[str, Any]]) -> bool:
        sensors = [states.get(f"{home.pdl}_history_share") for home in self.households]
        return all(
            sensor is not None and sensor["state"] == "100.0" and not sensor["attributes"]["importing"]
            for sensor in sensors
        )

    def _shows_yesterday(self, states: dict[str, dict[str, Any]]) -> bool:
        yesterday = datetime.now(PARIS).date() - ONE_DAY
        for home, direction in self.statistic_ids().values():
            sensor = states.get(f"{home.pdl}_{direction}_yesterday")
            if sensor is None or sensor["attributes"].get("last_day") != yesterday.isoformat():
                return False
            if sensor["state"] != str(home.daily_wh(direction, yesterday) / 1000):
                return False
        return True

    async def _records_yesterday(self) -> bool:
        today = datetime.now(PARIS).replace(hour=0, minute=0, second=0, microsecond=0)
        rows = await self.statistics((today - ONE_DAY).astimezone(UTC), period="day", types=["change"])
        return all(
            any(round(row["change"] * 1000) == home.daily_wh(direction, today.date() - ONE_DAY) for row in rows[which])
            for which, (home, direction) in self.statistic_ids().items()
            if which in rows
        ) and len(rows) == len(self.statistic_ids())

    async def statistics(self, start: datetime, *, period: str, types: list[str]) -> dict[str, list[dict[str, Any]]]:
        """Rows of the energy statistics from an instant on."""
        rows: dict[str, list[dict[str, Any]]] = await self.api.call(
            "recorder/statistics_during_period",
            start_time=start.isoformat(),
            statistic_ids=list(self.statistic_ids()),
            period=period,
            types=types,
        )
        return rows

    async def drain_recorder(self) -> None:
        """Wait until the recorder has written what it was given."""
        while (await self.api.call("recorder/info"))["backlog"]:  # noqa: ASYNC110  it is in another process
            await asyncio.sleep(0.1)

    async def configure_energy(self, mode: str = "periods") -> dict[str, Any]:
        """Let the integration's own action set up the Energy Dashboard; what Home Assistant then finds wrong with it."""
        await self.api.call(
            "call_service",
            domain=DOMAIN,
            service="set_up_energy_dashboard",
            service_data={"mode": mode, "apply": True},
            return_response=True,
        )
        found: dict[str, Any] = await self.api.call("energy/validate")
        return found


@asynccontextmanager
async def running(*, keep: bool = False) -> AsyncIterator[Stage]:
    """Gateway and Home Assistant, started and stopped; the user exists and is logged in."""
    home = Home(keep=keep)
    gateway = GatewaySimulator(published_at_midnight(demo_households()))
    began = time.monotonic()
    await gateway.start(home.gateway_port)
    try:
        say(f"gateway simulator: {gateway.base_url}")
        await home.start()
        async with Api(home) as api:
            await api.enter()
            stage = Stage(home, api, gateway)
            stage.seconds["home_assistant"] = time.monotonic() - began
            say(f"Home Assistant: {home.url}, {stage.seconds['home_assistant']:.0f} s")
            yield stage
    finally:
        await home.stop()
        await gateway.stop()
