"""A real Home Assistant in this process: its own bootstrap, its own event loop settings, a recorder on a SQLite file."""

import asyncio
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from homeassistant import bootstrap, runner
from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util

from custom_components.myelectricaldata.const import (
    CONF_BASE_URL,
    CONF_CLIENT_ID,
    CONF_CLIENT_SECRET,
    CONF_HAS_CONSUMPTION,
    CONF_HAS_PRODUCTION,
    CONF_OFFPEAK,
    CONF_PDL,
    CONFIG_ENTRY_VERSION,
    DOMAIN,
    SUBENTRY_USAGE_POINT,
)
from tests.simulators.households import Household

from .simulator import SimulatorProcess

START = datetime(2026, 11, 21, 11, tzinfo=UTC)
"""Noon in Paris of a fixed day, so that every run has the same days, clock changes and rows."""

_CONFIGURATION = """
recorder:
  db_url: sqlite:///{folder}/recorder.db
http:
  server_host: 127.0.0.1
  server_port: {port}
logger:
  default: error
"""


class Clock:
    """Home Assistant's `utcnow`, shifted to a fixed instant, from which it runs and can be moved on."""

    def __init__(self, start: datetime) -> None:
        self._shift = start - datetime.now(UTC)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._shift

    def advance(self, by: timedelta) -> None:
        """Travel."""
        self._shift += by


@asynccontextmanager
async def home_assistant() -> AsyncIterator[HomeAssistant]:
    """Started as its own `hass` command starts it, and stopped at the end; its folder is temporary."""
    folder = await asyncio.to_thread(tempfile.mkdtemp, prefix="myelectricaldata-benchmark-")
    try:
        settings = _CONFIGURATION.format(folder=folder, port=_free_port())
        await asyncio.to_thread(Path(folder, "configuration.yaml").write_text, settings)
        hass = await bootstrap.async_setup_hass(runner.RuntimeConfig(config_dir=folder, skip_pip=True))
        assert hass is not None
        assert "recorder" in hass.config.components, "Home Assistant started in recovery mode"
        await hass.async_start()
        await get_instance(hass).async_recorder_ready.wait()
        try:
            yield hass
        finally:
            await hass.async_stop(force=True)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def set_clock() -> Clock:
    """Let Home Assistant and the integration live at `START`."""
    clock = Clock(START)
    dt_util.utcnow = clock
    return clock


def account_entry(simulator: SimulatorProcess, household: Household) -> ConfigEntry:
    """The entry as the config flow makes it."""
    subentry = ConfigSubentryData(
        data={
            CONF_PDL: household.pdl,
            CONF_HAS_CONSUMPTION: household.consumption,
            CONF_HAS_PRODUCTION: household.production,
            CONF_OFFPEAK: [],
        },
        subentry_type=SUBENTRY_USAGE_POINT,
        title=household.name or household.pdl,
        unique_id=f"{SUBENTRY_USAGE_POINT}_{household.pdl}",
    )
    return ConfigEntry(
        domain=DOMAIN,
        title="MyElectricalData",
        version=CONFIG_ENTRY_VERSION,
        minor_version=1,
        source=SOURCE_USER,
        unique_id=simulator.client_id,
        discovery_keys=MappingProxyType({}),
        options={},
        data={
            CONF_CLIENT_ID: simulator.client_id,
            CONF_CLIENT_SECRET: simulator.client_secret,
            CONF_BASE_URL: simulator.base_url,
        },
        subentries_data=[subentry],
    )


async def recorder_is_idle(hass: HomeAssistant) -> None:
    """Wait until the recorder has worked off everything that was queued until now."""
    done = asyncio.Event()
    get_instance(hass).async_update_statistics_metadata(
        f"{DOMAIN}:nothing", on_done=lambda: hass.loop.call_soon_threadsafe(done.set)
    )
    await done.wait()
