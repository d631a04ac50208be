"""The simulated gateway in a process of its own, so that its work never holds up the event loop that is measured."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.request import Request, urlopen

ROOT = Path(__file__).parents[1]


@dataclass(kw_only=True)
class SimulatorProcess:
    """A context manager; its clock starts at `now` and runs."""

    now: datetime
    port: int = 0
    base_url: str = ""
    client_id: str = ""
    client_secret: str = ""
    _process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        arguments = ("-m", "tests.simulators.gateway", "--port", str(self.port), "--now", self.now.isoformat())
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE, env=dict(os.environ)
        )
        assert self._process.stdout is not None
        said = json.loads(await asyncio.wait_for(self._process.stdout.readline(), 60))
        self.base_url, self.client_id, self.client_secret = said["base_url"], said["client_id"], said["client_secret"]
        self.port = int(self.base_url.removesuffix("/api").rpartition(":")[2])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            await self._process.wait()

    async def calls(self) -> list[dict[str, Any]]:
        """What the gateway was asked, in its own words."""
        address = f"{self.base_url.removesuffix('/api')}/_simulator/calls"
        return json.loads(await asyncio.to_thread(_get, Request(address)))

    async def body(self, path: str) -> bytes:
        """The raw answer to a question."""
        headers = {"Authorization": f"Bearer {self.client_secret}", "X-MED-Format": "2026"}
        return await asyncio.to_thread(_get, Request(f"{self.base_url}/{path}", headers=headers))


def _get(request: Request) -> bytes:
    with urlopen(request, timeout=120) as answer:
        return bytes(answer.read())
