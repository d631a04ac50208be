"""What the frontend says to Home Assistant, said by us: onboarding, log-in, REST and websocket."""

import itertools
import time
from types import TracebackType
from typing import Any, Self

import aiohttp

from .home import USER, DemoError, Home


class Api:
    """A user's connection to Home Assistant; an async context manager."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._client_id = f"{home.url}/"
        self._ids = itertools.count(1)
        self._session = aiohttp.ClientSession()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._tokens: dict[str, Any] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._socket is not None:
            await self._socket.close()
        await self._session.close()

    async def enter(self) -> None:
        """Create the user of a fresh Home Assistant, or log in, then open the websocket."""
        code = await (self._onboard() if self._home.is_fresh else self._log_in())
        form = {"client_id": self._client_id, "grant_type": "authorization_code", "code": code}
        async with self._session.post(f"{self._home.url}/auth/token", data=form) as response:
            response.raise_for_status()
            self._tokens = await response.json()
        socket = await self._session.ws_connect(f"{self._home.url}/api/websocket", max_msg_size=0)
        self._socket = socket
        await socket.receive_json()
        await socket.send_json({"type": "auth", "access_token": self._tokens["access_token"]})
        if (answer := await socket.receive_json())["type"] != "auth_ok":
            raise DemoError(f"the websocket refused the token: {answer}")

    async def _onboard(self) -> str:
        user = {
            "name": "Démo",
            "username": USER,
            "password": self._home.password,
            "client_id": self._client_id,
            "language": "fr",
        }
        code: str = (await self.post("/api/onboarding/users", user))["auth_code"]
        return code

    async def _log_in(self) -> str:
        start = {"client_id": self._client_id, "handler": ["homeassistant", None], "redirect_uri": self._client_id}
        flow = await self.post("/auth/login_flow", start)
        answer = {"client_id": self._client_id, "username": USER, "password": self._home.password}
        code: str = (await self.post(f"/auth/login_flow/{flow['flow_id']}", answer))["result"]
        return code

    @property
    def browser_tokens(self) -> dict[str, Any]:
        """What the frontend keeps in the browser's `localStorage.hassTokens`."""
        return {
            **self._tokens,
            "hassUrl": self._home.url,
            "clientId": self._client_id,
            "expires": int((time.time() + self._tokens["expires_in"]) * 1000),
        }

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST JSON; the answer's JSON. Raises DemoError with the answer's text when it is refused."""
        headers = {}
        if "access_token" in self._tokens:
            headers["Authorization"] = f"Bearer {self._tokens['access_token']}"
        async with self._session.post(f"{self._home.url}{path}", json=body, headers=headers) as response:
            if response.status != 200:
                raise DemoError(f"{path}: {response.status} {await response.text()}")
            answer: dict[str, Any] = await response.json()
            return answer

    async def call(self, kind: str, **fields: object) -> Any:
        """Run a websocket command; its result. Raises DemoError when it fails."""
        if self._socket is None:
            raise DemoError("not connected")
        number = next(self._ids)
        await self._socket.send_json({"id": number, "type": kind, **fields})
        while True:
            answer = await self._socket.receive_json()
            if answer["id"] == number and answer["type"] == "result":
                break
        if not answer["success"]:
            raise DemoError(f"{kind}: {answer['error']}")
        return answer["result"]
