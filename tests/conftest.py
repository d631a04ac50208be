"""Fixtures that most tests share. What they build is real: HTTP to the simulated gateway, the recorder."""

import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from hypothesis import settings

from custom_components.myelectricaldata.coordinators import account as account_coordinator
from custom_components.myelectricaldata.coordinators import national_known
from custom_components.myelectricaldata.coordinators.national_plan import Route
from custom_components.myelectricaldata.energy.calendar import day_start
from custom_components.myelectricaldata.gateway import transport
from tests.account import Account, account_entry
from tests.automation_rig import automations  # noqa: F401  a fixture
from tests.national_rig import open_rig  # noqa: F401  a fixture
from tests.season_rig import open_watch  # noqa: F401  a fixture
from tests.simulators.gateway import GatewaySimulator
from tests.simulators.households import Household

FIRST_TRY_MINUTE = 37
NATIONAL_MINUTES = {
    Route.TEMPO: 11 * 60 + 15,
    Route.FORECAST: 10 * 60,
    Route.ZEN_FLEX: 17 * 60 + 59,
    Route.ECOWATT: 17 * 60 + 10,
    Route.CATALOGUE: 5 * 60,
}

# A slow machine is not a wrong result, and a pull request must not fail on what another one drew.
settings.register_profile("everywhere", deadline=None, print_blob=True, derandomize=os.environ.get("CI") == "true")
settings.load_profile("everywhere")

type OpenAccount = Callable[..., Awaitable[Account]]


@pytest.fixture(autouse=True)
def quiet_database() -> None:
    """The statements of every import, in the log of every test, would take longer than the import."""
    for name in ("sqlalchemy", "sqlalchemy.engine", "homeassistant.components.recorder"):
        logging.getLogger(name).setLevel(logging.WARNING)


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[GatewaySimulator]:
    """The simulated gateway 2.x with its default households, on a free port of the loopback."""
    async with GatewaySimulator() as gateway:
        yield gateway


@pytest.fixture
async def open_account(
    recorder_mock: object,
    enable_custom_integrations: None,
    socket_enabled: None,
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[OpenAccount]:
    """Starts a simulated gateway with some households at some instant, and an account with all of them.

    The clock only moves when a test moves it, so that waiting between two tries of a call would never end.
    """
    monkeypatch.setattr(transport, "_pause", lambda *_args: 0)
    # The minute of the first try is drawn at random once for each installation; a test must not depend on the draw.
    monkeypatch.setattr(account_coordinator, "draw_minute", lambda: FIRST_TRY_MINUTE)
    monkeypatch.setattr(national_known, "draw_minute", NATIONAL_MINUTES.__getitem__)
    async with AsyncExitStack() as stack:

        async def open_one(at: datetime, *households: Household, start: bool = True, **options: Any) -> Account:
            freezer.move_to(at)
            # Of a real time that an earlier test left here, freezegun copies all but which of autumn's two hours it is.
            day_start.cache_clear()
            simulator = await stack.enter_async_context(GatewaySimulator(list(households), **options))
            entry = account_entry(simulator, households)
            account = Account(hass=hass, freezer=freezer, simulator=simulator, entry=entry)
            if start:
                await account.start()
            return account

        yield open_one
        for entry in hass.config_entries.async_loaded_entries("myelectricaldata"):
            await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
