"""Accounts whose platforms run, and are taken down after the test."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity

from tests.entities.rig import EntityRig, Start, make_rig
from tests.entities.signal_rig import NationalStandIn, OpenSignals, SignalRig


@pytest.fixture
async def start(hass: HomeAssistant, enable_custom_integrations: None) -> AsyncIterator[Start]:
    """Start accounts; what they started is taken down, so that a timer that lingers fails the test."""
    rigs: list[EntityRig] = []

    async def started(*args: Any, **kwargs: Any) -> EntityRig:
        rig = make_rig(hass, *args, **kwargs)
        rigs.append(rig)
        await rig.load()
        return rig

    yield started
    for rig in rigs:
        await rig.unload()


@pytest.fixture
def all_enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enable also what is disabled unless the user asks for it."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)


@pytest.fixture
async def open_signals(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, enable_custom_integrations: None, all_enabled: None
) -> AsyncIterator[OpenSignals]:
    """Accounts with the entities of Tempo and Zen Flex, those included that are disabled unless asked for."""
    rigs: list[SignalRig] = []

    async def opened(at: datetime, national: NationalStandIn, **options: Any) -> SignalRig:
        freezer.move_to(at)
        rigs.append(rig := SignalRig(hass, freezer, national, **options))
        return rig

    yield opened
    for rig in rigs:
        await rig.unload()
