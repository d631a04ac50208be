"""A real Home Assistant in a folder of its own: configuration, process, log."""

import asyncio
import fcntl
import json
import os
import re
import secrets
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import aiohttp

ROOT: Final = Path(__file__).parent.parent
FOLDER: Final = ROOT / ".cache" / "demo"
INTEGRATION: Final = ROOT / "custom_components" / "myelectricaldata"
BLUEPRINTS: Final = ROOT / "blueprints" / "automation" / "myelectricaldata"
USER: Final = "demo"
START_SECONDS: Final = 120
STOP_SECONDS: Final = 60

# Nothing here reaches out: no discovery, no cloud, no analytics.
CONFIGURATION: Final = """\
homeassistant:
  name: Maison
  latitude: 48.8566
  longitude: 2.3522
  elevation: 35
  unit_system: metric
  time_zone: Europe/Paris
  country: FR
  currency: EUR
  language: fr
recorder:
  auto_purge: false
config:
energy:
frontend:
history:
logbook:
system_health:
automation: !include automations.yaml
logger:
  default: warning
  logs:
    custom_components.myelectricaldata: info
"""

_LOG_LINE: Final = re.compile(r"^\d{4}-\d\d-\d\d [\d:.]+ (?P<level>[A-Z]+) \(")
_STANDARD: Final = "We found a custom integration myelectricaldata which has not been tested by Home Assistant"


class DemoError(Exception):
    """The demo cannot go on; the text says why."""


def free_port() -> int:
    """A port of the loopback interface that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Home:
    """Home Assistant on loopback. Its ports and password are kept in its folder, so that it can be started again."""

    def __init__(self, *, keep: bool) -> None:
        """Prepare the folder: a fresh one, unless `keep` and there is one. Raises DemoError when a demo runs there."""
        self._lock = FOLDER.with_suffix(".lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise DemoError("another demo of this checkout is running: stop it first") from None
        self._settings_file = FOLDER / "demo.json"
        self.is_fresh = not (keep and self._settings_file.exists())
        if self.is_fresh:
            shutil.rmtree(FOLDER, ignore_errors=True)
            self._create()
        settings = json.loads(self._settings_file.read_text())
        self.port: int = settings["port"]
        self.gateway_port: int = settings["gateway_port"]
        self.password: str = settings["password"]
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        return f"http://127.0.0.1:{self.port}"

    def _create(self) -> None:
        storage = FOLDER / ".storage"
        storage.mkdir(parents=True)
        port = free_port()
        settings = {"port": port, "gateway_port": free_port(), "password": secrets.token_hex(4)}
        self._settings_file.write_text(json.dumps(settings))
        (FOLDER / "configuration.yaml").write_text(CONFIGURATION)
        components = FOLDER / "custom_components"
        components.mkdir()
        (components / INTEGRATION.name).symlink_to(INTEGRATION)
        (FOLDER / "automations.yaml").write_text("[]\n")
        # Where an import from GitHub puts them.
        shutil.copytree(BLUEPRINTS, FOLDER / "blueprints" / "automation" / "MyElectricalData")
        # Settings in YAML would be a trial of five minutes, with a dialog over every page.
        _store(storage, "http", 2, 2, _http(port))
        # Only the user is left to create: the other steps would start flows that look for the internet.
        _store(storage, "onboarding", 4, 1, {"done": ["core_config", "analytics", "integration"]})

    async def start(self) -> None:
        """Start it and wait until it answers."""
        command = [
            sys.executable, "-m", "homeassistant", "--config", str(FOLDER), "--skip-pip", "--ignore-os-check",
            "--log-no-color", "--log-file", str(self.log_file),
        ]  # fmt: skip
        environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"}
        with (FOLDER / "console.log").open("wb") as console:
            # In a session of its own, so that Ctrl-C reaches only the demo, which then stops it in order.
            self._process = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.DEVNULL, stdout=console, stderr=console, env=environment,
                start_new_session=True,
            )  # fmt: skip
        async with aiohttp.ClientSession() as session, asyncio.timeout(START_SECONDS):
            while not await self._answers(session):
                if self._process.returncode is not None:
                    tail = (FOLDER / "console.log").read_text(errors="replace")[-3000:]
                    raise DemoError(f"Home Assistant did not start:\n{tail}")
                await asyncio.sleep(0.1)

    async def _answers(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(f"{self.url}/manifest.json") as response:
                return response.status == 200
        except aiohttp.ClientError:
            return False

    async def stop(self) -> None:
        """Stop it by its process id, in order if it lets itself be."""
        process = self._process
        if process is not None and process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), STOP_SECONDS)
            except TimeoutError:
                process.kill()
                await process.wait()
        self._lock.close()

    async def ended(self) -> int:
        """Wait until it ends by itself; its exit code."""
        if self._process is None:
            raise DemoError("Home Assistant was not started")
        return await self._process.wait()

    @property
    def log_file(self) -> Path:
        """Its log."""
        return FOLDER / "home-assistant.log"

    def log_problems(self) -> list[str]:
        """Warnings and errors of the integration, or that name it, but for the one that every custom integration has."""
        return [
            text
            for level, text in self._log_records()
            if level in ("WARNING", "ERROR", "CRITICAL") and "myelectricaldata" in text and _STANDARD not in text
        ]

    def log_contains(self, secret: str) -> bool:
        """Whether a text is anywhere in the log or on the console."""
        files = (self.log_file, FOLDER / "console.log")
        return any(secret in file.read_text(errors="replace") for file in files)

    def _log_records(self) -> Iterator[tuple[str, str]]:
        """Level and text of each record, with the traceback that follows it."""
        level, lines = "", list[str]()
        for line in self.log_file.read_text(errors="replace").splitlines():
            if match := _LOG_LINE.match(line):
                yield level, "\n".join(lines)
                level, lines = match["level"], []
            lines.append(line)
        yield level, "\n".join(lines)


def _http(port: int) -> dict[str, Any]:
    stable = {
        "server_port": port,
        "server_host": ["127.0.0.1"],
        "cors_allowed_origins": [],
        "login_attempts_threshold": -1,
        "ip_ban_enabled": False,
        "ssl_profile": "modern",
        "use_x_frame_options": False,
        "created_at": "2026-01-01T00:00:00+00:00",
        "error": None,
        "error_message": None,
    }
    return {"stable": stable, "pending": None, "yaml_migration_done": True}


def _store(storage: Path, key: str, version: int, minor: int, data: dict[str, Any]) -> None:
    record = {"version": version, "minor_version": minor, "key": key, "data": data}
    (storage / key).write_text(json.dumps(record))
