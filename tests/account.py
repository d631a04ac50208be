"""One account in a test: its simulated gateway, its config entry, its clock, and what the recorder then holds."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

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
from custom_components.myelectricaldata.coordinators import UsagePointCoordinator
from custom_components.myelectricaldata.energy.calendar import PARIS, day_start, days_between
from tests.simulators.gateway import Call, GatewaySimulator
from tests.simulators.households import Household

NATIONAL = ("/tempo/", "/zen-flex/", "/energy/", "/ecowatt/", "/consumption-france", "/generation-forecast")
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def paris(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    """An instant by the clocks of Paris."""
    return datetime(year, month, day, hour, minute, tzinfo=PARIS).astimezone(UTC)


def account_entry(simulator: GatewaySimulator, households: Iterable[Household], **data: Any) -> MockConfigEntry:
    """A config entry as the config flow makes it, for some households of a simulated gateway."""
    return MockConfigEntry(
        domain=DOMAIN,
        title="MyElectricalData",
        version=CONFIG_ENTRY_VERSION,
        unique_id=simulator.client_id,
        data={
            CONF_CLIENT_ID: simulator.client_id,
            CONF_CLIENT_SECRET: simulator.client_secret,
            CONF_BASE_URL: simulator.base_url,
            **data,
        },
        subentries_data=[usage_point_subentry(household) for household in households],
    )


def usage_point_subentry(household: Household, offpeak: list[dict[str, Any]] | None = None) -> ConfigSubentryData:
    """The subentry of one household."""
    return ConfigSubentryData(
        data={
            CONF_PDL: household.pdl,
            CONF_HAS_CONSUMPTION: household.consumption,
            CONF_HAS_PRODUCTION: household.production,
            CONF_OFFPEAK: offpeak or [],
        },
        subentry_type=SUBENTRY_USAGE_POINT,
        title=household.name or household.pdl,
        unique_id=f"{SUBENTRY_USAGE_POINT}_{household.pdl}",
    )


async def async_drain(hass: HomeAssistant) -> None:
    """Wait until the recorder has really done what was queued; `async_block_till_done` returns while the last runs."""
    done = asyncio.Event()
    get_instance(hass).async_update_statistics_metadata(
        "sensor.nobody", on_done=lambda: hass.loop.call_soon_threadsafe(done.set)
    )
    await done.wait()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the recorder, in whole Wh (or VA)."""

    start: datetime
    state: int
    sum: int


@dataclass(kw_only=True)
class Account:
    """Drives one account."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    simulator: GatewaySimulator
    entry: MockConfigEntry

    async def start(self) -> None:
        """Set the entry up and let it ask until nothing is due."""
        if self.entry.entry_id not in self.hass.config_entries._entries:
            self.entry.add_to_hass(self.hass)
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.settle()

    async def settle(self) -> None:
        """Wait for the workers and for the recorder."""
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def travel(self, to: datetime) -> list[Call]:
        """Tick every half hour until an instant; returns the calls about usage points that were made on the way."""
        before = len(self.calls)
        while (now := datetime.now(UTC)) < to:
            self.freezer.move_to(min(to, now + timedelta(minutes=30)))
            async_fire_time_changed(self.hass)
            await self.settle()
        return self.calls[before:]

    @property
    def calls(self) -> list[Call]:
        """The calls that were made, without those of national data, which are the same for everybody."""
        return [call for call in self.simulator.calls if not call.path.startswith(NATIONAL)]

    def coordinator(self, pdl: str) -> UsagePointCoordinator:
        """The coordinator of a usage point."""
        points: dict[str, UsagePointCoordinator] = self.entry.runtime_data.usage_points
        return next(point for point in points.values() if point.pdl == pdl)

    async def rows(self, kind: str, pdl: str) -> list[Row]:
        """All rows of one of our statistics that adds up."""
        found = await self._stored(f"{DOMAIN}:{kind}_{pdl}", {"state", "sum"})
        return [
            Row(datetime.fromtimestamp(row["start"], UTC), round(1000 * row["state"]), round(1000 * row["sum"]))
            for row in found
        ]

    async def peaks(self, pdl: str) -> dict[datetime, float]:
        """Maximum power by hour."""
        found = await self._stored(f"{DOMAIN}:max_power_{pdl}", {"max"})
        return {datetime.fromtimestamp(row["start"], UTC): row["max"] for row in found if row["max"] is not None}

    async def _stored(self, statistic_id: str, types: set[Any]) -> list[Any]:
        await async_drain(self.hass)
        instance = get_instance(self.hass)
        found = await instance.async_add_executor_job(
            statistics_during_period, self.hass, EPOCH, None, {statistic_id}, "hour", None, types
        )
        return list(found.get(statistic_id, []))


def true_rows(household: Household, direction: str, first: date, last: date, base: int = 0) -> list[Row]:
    """What the recorder must hold of some days whose readings are all in."""
    rows: list[Row] = []
    total = base
    for day in days_between(first, last):
        for hour, energy in enumerate(household.hourly_wh(direction, day)):
            total += energy
            rows.append(Row(day_start(day) + timedelta(hours=hour), energy, total))
    return rows
