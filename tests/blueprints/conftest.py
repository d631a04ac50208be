"""The house in which blueprints are tried."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory

from tests.blueprints.rig import House


@pytest.fixture
async def house(
    freezer: FrozenDateTimeFactory, tmp_path: Path, hass_storage: dict[str, Any], mock_network: None
) -> AsyncIterator[House]:
    """A house that has not started yet."""
    async with AsyncExitStack() as lives:
        one = House(freezer=freezer, config_dir=tmp_path, lives=lives)
        yield one
        if hasattr(one, "hass"):
            await one.stop()
