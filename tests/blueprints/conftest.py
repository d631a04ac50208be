"""The house in which blueprints are tried."""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory

from tests.blueprints.rig import House

WATCHED = ("homeassistant.components.automation", "homeassistant.helpers.template", "homeassistant.helpers.script")


@pytest.fixture
async def house(
    freezer: FrozenDateTimeFactory,
    tmp_path: Path,
    hass_storage: dict[str, Any],
    mock_network: None,
    caplog: pytest.LogCaptureFixture,
) -> AsyncIterator[House]:
    """A house that has not started yet. An automation that fails is a failure, though it did nothing wrong."""
    async with AsyncExitStack() as lives:
        one = House(freezer=freezer, config_dir=tmp_path, lives=lives)
        yield one
        if hasattr(one, "hass"):
            await one.stop()
    # In every phase: a run that was aborted looks like one that had nothing to do.
    failed = [
        record.getMessage()
        for record in caplog.get_records("call")
        if record.levelno >= logging.WARNING and record.name.startswith(WATCHED)
    ]
    assert failed == []
