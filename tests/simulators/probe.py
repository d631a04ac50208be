"""A plain HTTP client for the tests of the simulator itself, and a clock that they set."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import TracebackType
from typing import NamedTuple, Self

import aiohttp
import orjson

from .gateway import GatewaySimulator


class Answer(NamedTuple):
    """What came back; `body` is JSON, or the text when it is none."""

    status: int
    body: dict[str, object]
    headers: dict[str, str]

    def points(self) -> list[tuple[str | None, str]]:
        """(value, label) of a metering body, whichever its shape."""
        data = self.body["data"]
        assert isinstance(data, dict)
        if "grandeur" in data:
            return [(point["v"], point["d"]) for point in data["grandeur"][0]["points"]]
        return [(point["value"], point["date"]) for point in data["meter_reading"]["interval_reading"]]

    def days(self) -> list[date]:
        """The days of a metering body, each once, in order of arrival."""
        return list(dict.fromkeys(date.fromisoformat(label[:10]) for _, label in self.points()))

    def code(self) -> str | None:
        """The envelope's error code."""
        error = self.body["error"]
        return error["code"] if isinstance(error, dict) else None

    def message(self) -> str:
        """The envelope's error message."""
        error = self.body["error"]
        assert isinstance(error, dict)
        return str(error["message"])


@dataclass(slots=True)
class Clock:
    """A clock that only moves when told."""

    now: datetime = datetime(2026, 11, 21, 9, 33, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The instant."""
        return self.now


class Probe:
    """Asks the simulator with its secret; `modern` sends the header of 2.x."""

    def __init__(self, simulator: GatewaySimulator, *, modern: bool = True) -> None:
        self.simulator = simulator
        self.headers = {"Authorization": f"Bearer {simulator.client_secret}"}
        if modern:
            self.headers["X-MED-Format"] = "2026"
        self._session = aiohttp.ClientSession()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def get(self, path: str, **query: str) -> Answer:
        """GET a path of the API."""
        return await self.request("GET", path, query=query)

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        json: object = None,
        data: dict[str, str] | None = None,
    ) -> Answer:
        """Any request; `headers` replace the probe's own, and `cookie` header included."""
        async with self._session.request(
            method,
            self.simulator.base_url + path,
            params=query,
            headers=self.headers if headers is None else headers,
            json=json,
            data=data,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=5),
        ) as response:
            raw = await response.read()
            try:
                body = orjson.loads(raw)
            except orjson.JSONDecodeError:
                body = {"text": raw.decode()}
            return Answer(response.status, body, dict(response.headers))

    async def daily(self, pdl: str, start: str, end: str, *, direction: str = "consumption", **query: str) -> Answer:
        """Daily indexes."""
        return await self.get(f"/enedis/{direction}/daily/{pdl}", start=start, end=end, **query)

    async def curve(self, pdl: str, start: str, end: str, *, direction: str = "consumption", **query: str) -> Answer:
        """Load curve, seven days at most."""
        return await self.get(f"/enedis/{direction}/detail/{pdl}", start=start, end=end, **query)

    async def batch(self, pdl: str, start: str, end: str, *, direction: str = "consumption", **query: str) -> Answer:
        """Load curve of up to two years."""
        return await self.get(f"/enedis/{direction}/detail/batch/{pdl}", start=start, end=end, **query)

    async def power(self, pdl: str, start: str, end: str, **query: str) -> Answer:
        """Maximum power."""
        return await self.get(f"/enedis/power/{pdl}", start=start, end=end, **query)
