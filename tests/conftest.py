"""Fixtures that most tests share. What they build is real: HTTP to the simulated gateway, files, the recorder."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest
from homeassistant.config_entries import ConfigSubentryData
from pytest_homeassistant_custom_component.common import MockConfigEntry

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
from tests.simulators.gateway import GatewaySimulator
from tests.simulators.households import Household


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[GatewaySimulator]:
    """The simulated gateway 2.x with its default households, on a free port of the loopback."""
    async with GatewaySimulator() as gateway:
        yield gateway


def account_entry(simulator: GatewaySimulator, households: Iterable[Household], **options: Any) -> MockConfigEntry:
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
        },
        subentries_data=[usage_point_subentry(household, **options) for household in households],
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
        title=household.name,
        unique_id=f"{SUBENTRY_USAGE_POINT}_{household.pdl}",
    )
