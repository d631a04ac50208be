"""The one National of a Home Assistant in a test, its simulated gateway and its clock."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.myelectricaldata.coordinators import national as national_module
from custom_components.myelectricaldata.coordinators import national_known
from custom_components.myelectricaldata.coordinators.national import National, News, async_get_national
from custom_components.myelectricaldata.coordinators.national_plan import TICK, Route
from custom_components.myelectricaldata.energy.calendar import ONE_DAY
from custom_components.myelectricaldata.energy.offers import PriceChange
from custom_components.myelectricaldata.gateway.client import GatewayClient
from tests.account import paris
from tests.simulators.gateway import Call, GatewaySimulator

NOON = paris(2026, 11, 21)
TODAY = date(2026, 11, 21)
TOMORROW = TODAY + ONE_DAY
NATIONAL, CATALOGUE = "myelectricaldata.national", "myelectricaldata.catalogue"
MINUTES = {
    Route.TEMPO: 11 * 60 + 40,
    Route.FORECAST: 8 * 60,
    Route.ZEN_FLEX: 16 * 60,
    Route.ECOWATT: 17 * 60 + 10,
    Route.CATALOGUE: 9 * 60,
}
SIGNALS = Counter({"/tempo/days": 2, "/tempo/forecast": 2, "/zen-flex/days": 1, "/ecowatt/history": 1})
"""What an ordinary day costs, at a gateway that publishes when it always does."""
DAILY = SIGNALS + Counter({"/energy/offers": 1})
FIRST = Counter({*DAILY, "/energy/providers"})
"""What the first account costs."""


class Rig:
    """The one National of a Home Assistant, and the gateway that it asks."""

    def __init__(
        self, hass: HomeAssistant, freezer: FrozenDateTimeFactory, simulator: GatewaySimulator, storage: dict[str, Any]
    ) -> None:
        self.hass = hass
        self.freezer = freezer
        self.simulator = simulator
        self.storage = storage
        self.told = 0
        self.news: list[News] = []
        self.changes: list[PriceChange] = []
        self.national: National

    def client(self, base_url: str | None = None) -> GatewayClient:
        async def no_pause(_seconds: float) -> None:
            pass

        return GatewayClient(
            async_get_clientsession(self.hass),
            base_url=base_url or self.simulator.base_url,
            client_id=self.simulator.client_id,
            client_secret=self.simulator.client_secret,
            version="test",
            now=dt_util.utcnow,
            sleep=no_pause,
        )

    async def open(self) -> None:
        """What a start of Home Assistant does, from the files alone."""
        self.hass.data.pop(national_module._NATIONAL, None)
        self.national = await async_get_national(self.hass)
        self.national.async_add_listener(self._tell)
        self.national.async_add_price_listener(self.changes.extend)
        self.national.async_add_signal_listener(self.news.append)

    def _tell(self) -> None:
        self.told += 1

    async def join(self, client: GatewayClient | None = None) -> Callable[[], None]:
        leave = self.national.async_join(client or self.client())
        await self.settle()
        return leave

    async def settle(self) -> None:
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def travel(self, to: datetime, step: timedelta = TICK) -> list[Call]:
        """Tick until an instant; the calls that were made on the way."""
        before = len(self.simulator.calls)
        while (now := datetime.now(UTC)) < to:
            self.freezer.move_to(min(to, now + step))
            async_fire_time_changed(self.hass)
            await self.settle()
        return self.simulator.calls[before:]


type OpenRig = Callable[..., Awaitable[Rig]]


@pytest.fixture
async def open_rig(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
    socket_enabled: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[OpenRig]:
    # The minutes of an installation are drawn once; a test must not depend on the draw.
    monkeypatch.setattr(national_known, "draw_minute", MINUTES.__getitem__)
    async with AsyncExitStack() as stack:
        rigs: list[Rig] = []

        async def open_one(at: datetime, **options: Any) -> Rig:
            freezer.move_to(at)
            simulator = await stack.enter_async_context(GatewaySimulator([], **options))
            rig = Rig(hass, freezer, simulator, hass_storage)
            await rig.open()
            rigs.append(rig)
            return rig

        yield open_one
        for rig in rigs:
            while rig.national._clients:
                rig.national._leave(rig.national._clients[0])
        await hass.async_block_till_done(wait_background_tasks=True)


def paths(calls: list[Call]) -> Counter[str]:
    return Counter(call.path for call in calls)
