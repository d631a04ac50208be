"""Home Assistant with a configuration directory and a store of its own: what is written here is really on the disk."""

from pathlib import Path

import pytest


@pytest.fixture
def hass_storage() -> dict[str, object]:
    """Not the mock in memory that the other tests use."""
    return {}


@pytest.fixture
def hass_config_dir(tmp_path: Path) -> str:
    """The test's own directory."""
    return str(tmp_path)


@pytest.fixture
def config_dir(hass_config_dir: str) -> Path:
    """The configuration directory of this Home Assistant."""
    return Path(hass_config_dir)
