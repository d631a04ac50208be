"""Small shared files on a real disk: what cannot be read stays beside, and Home Assistant starts without."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from unittest.mock import patch

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from custom_components.myelectricaldata.coordinators.kept import Kept

NAME = "myelectricaldata.things"


def kept(hass: HomeAssistant) -> Kept[tuple[int, ...]]:
    def decode(data: object) -> tuple[int, ...]:
        if not isinstance(data, Mapping):
            raise TypeError
        return tuple(int(each) for each in data["things"])

    return Kept(hass, "things", empty=(), encode=lambda value: {"things": list(value)}, decode=decode)


def content_of(file: Path) -> object:
    return json.loads(file.read_text())["data"]


def exists(file: Path) -> bool:
    return file.exists()


def set_aside(file: Path) -> list[str]:
    return [path.read_text() for path in file.parent.glob(f"{NAME}.unreadable.*")]


def put(file: Path, content: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(content)


@pytest.fixture
def file(config_dir: Path) -> Path:
    return config_dir / ".storage" / NAME


async def test_what_is_kept_is_there_after_a_restart(hass: HomeAssistant, file: Path) -> None:
    first = kept(hass)
    await first.async_load()
    assert first.value == ()
    assert not first.set(())
    await first.async_save()
    assert not exists(file)
    assert first.set((1, 2))
    await first.async_save()
    again = kept(hass)
    await again.async_load()
    assert again.value == (1, 2)
    await again.async_remove()
    assert again.value == ()
    assert not exists(file)


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"version": 1, "minor_version": 1, "key": NAME, "data": {"things": ["x"]}}),
        json.dumps({"version": 1, "minor_version": 1, "key": NAME, "data": {}}),
        json.dumps({"version": 1, "minor_version": 1, "key": NAME, "data": 3}),
        json.dumps({"version": 2, "minor_version": 1, "key": NAME, "data": {"things": [1]}}),
        json.dumps([1]),
    ],
)
async def test_a_file_of_another_shape_is_set_aside_with_one_warning(
    hass: HomeAssistant, file: Path, caplog: pytest.LogCaptureFixture, content: str
) -> None:
    put(file, content)
    store = kept(hass)
    await store.async_load()
    assert store.value == ()
    assert caplog.text.count("could not be read") == 1
    assert set_aside(file) == [content]
    store.set((3,))
    await store.async_save()
    assert content_of(file) == {"things": [3]}


async def test_a_disk_that_fails_keeps_nobody_from_starting(
    hass: HomeAssistant, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = kept(hass)
    with (
        patch.object(store._store, "async_load", side_effect=HomeAssistantError("no disk")),
        patch.object(Path, "rename", side_effect=OSError),
    ):
        await store.async_load()
    assert store.value == ()
    assert caplog.text.count("could not be read") == 1


async def test_a_value_that_comes_while_another_is_written_is_written_too(hass: HomeAssistant, file: Path) -> None:
    store = kept(hass)
    store.set((1,))
    write = store._store.async_save

    async def write_slowly(data: dict[str, object]) -> None:
        store.set((1, 2))
        await write(data)

    with patch.object(store._store, "async_save", write_slowly):
        await store.async_save()
    assert content_of(file) == {"things": [1]}
    await store.async_save()
    await asyncio.sleep(0)
    assert content_of(file) == {"things": [1, 2]}
