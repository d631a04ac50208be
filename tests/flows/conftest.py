"""The flows need the recorder, which the manifest names, and no entry that really starts."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest


@pytest.fixture(autouse=True)
def _platform(recorder_mock: Any, enable_custom_integrations: None, socket_enabled: None) -> None:
    """The recorder, a dependency, has to be there before Home Assistant."""


@pytest.fixture(autouse=True)
def setup_entry(_platform: None) -> Iterator[AsyncMock]:
    """These tests end where the entry starts."""
    with patch("custom_components.myelectricaldata.async_setup_entry", create=True, return_value=True) as setup:
        yield setup


@pytest.fixture(autouse=True)
def _no_pauses() -> Iterator[None]:
    """Retries are the client's own tests."""
    with patch("custom_components.myelectricaldata.gateway.transport._pause", return_value=0):
        yield
