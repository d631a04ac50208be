"""What is the same for everybody, once for each Home Assistant: the national signals and the catalogue of offers.

Whatever the number of accounts, the questions are asked once, through any gateway that answers. What is known is kept
for ever: a question is about what is missing, may have been corrected, or is to come.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final, override

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN, LOGGER
from ..gateway.client import GatewayClient
from ..gateway.errors import (
    AuthenticationError,
    GatewayError,
    GatewayUnavailable,
    GatewayUnreachable,
    QuotaError,
    RequestRejected,
)
from .national_known import GridReadings, NationalKnowledge, News, PriceListener, SignalListener, draw_minute
from .national_plan import (
    BACKOFF,
    LONGEST_SILENCE,
    PAUSES,
    TICK,
    Asked,
    Route,
    Span,
    catalogue_question,
    ecowatt_question,
    forecast_question,
    grid_question,
    silent_until,
    tempo_question,
    zen_flex_question,
)

__all__ = [
    "GridReadings",
    "National",
    "News",
    "PriceListener",
    "SignalListener",
    "async_get_national",
    "draw_minute",
]

_NATIONAL: HassKey[National] = HassKey(f"{DOMAIN}_national")
_UNKEPT: Final = frozenset({Route.FRANCE, Route.SOLAR})
"""What is read is not kept, so neither is when."""
_OPTIONAL: Final = frozenset({Route.FORECAST, Route.ZEN_FLEX, Route.FRANCE, Route.SOLAR})
"""Routes that a gateway may not have: nothing is wrong then, and nothing is to come soon."""
_WORDS: Final[Mapping[Route, str]] = {
    Route.TEMPO: "Tempo days",
    Route.FORECAST: "the Tempo forecast",
    Route.ZEN_FLEX: "Zen Flex days",
    Route.ECOWATT: "EcoWatt signals",
    Route.FRANCE: "the consumption of France",
    Route.SOLAR: "the solar forecast",
    Route.CATALOGUE: "the catalogue of offers",
}


async def async_get_national(hass: HomeAssistant) -> National:
    """The one of this Home Assistant, read from its files the first time."""
    national = hass.data.get(_NATIONAL)
    if national is None:
        national = hass.data[_NATIONAL] = National(hass)
    await national.async_load()
    return national


class National(NationalKnowledge):
    """National signals and catalogue; asks while at least one account has joined."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Nothing is known before `async_load`; see `async_get_national`."""
        super().__init__(hass)
        self._clients: list[GatewayClient] = []
        self._wanted: Counter[Route] = Counter()
        self._unkept: dict[Route, Asked] = {}
        self._troubled: set[Route] = set()
        self._down_since: datetime | None = None
        self._down_at: datetime | None = None
        """When it was last found that no gateway answers anything."""
        self._silent_until: datetime | None = None
        self._silent: frozenset[str] = frozenset()
        """The gateways that were found so."""
        self._stop_ticking: CALLBACK_TYPE | None = None
        self._asking: asyncio.Task[None] | None = None
        self._saving: asyncio.Task[None] | None = None
        self._asks: Mapping[Route, Callable[[GatewayClient, Span, datetime], Awaitable[None]]] = {
            Route.TEMPO: self.async_ask_tempo,
            Route.FORECAST: self.async_ask_forecast,
            Route.ZEN_FLEX: self.async_ask_zen_flex,
            Route.ECOWATT: self.async_ask_ecowatt,
            Route.FRANCE: self.async_ask_france,
            Route.SOLAR: self.async_ask_solar,
            Route.CATALOGUE: self.async_ask_catalogue,
        }

    def asked_at(self, route: Route) -> datetime | None:
        """When the last question that was answered was asked."""
        return self._asked(route).at

    @callback
    def async_want(self, route: Route) -> CALLBACK_TYPE:
        """Somebody looks at a route that is else not asked, or less often; returns how to stop that."""
        self._wanted[route] += 1
        self._tick()
        return partial(self._unwant, route)

    def _unwant(self, route: Route) -> None:
        self._wanted[route] -= 1

    @callback
    def async_join(self, client: GatewayClient) -> CALLBACK_TYPE:
        """Ask through this client too, from now on and until the returned callback is called."""
        self._clients.append(client)
        if self._stop_ticking is None:
            self._stop_ticking = async_track_time_interval(
                self._hass, self._tick, TICK, name=f"{DOMAIN} national", cancel_on_shutdown=True
            )
        self._tick()
        return partial(self._leave, client)

    @callback
    def _leave(self, client: GatewayClient) -> None:
        self._clients.remove(client)
        if self._clients:
            return
        if self._stop_ticking is not None:
            self._stop_ticking()
            self._stop_ticking = None
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None
        self._saving = self._hass.async_create_task(self.async_save(), f"{DOMAIN} national save")

    @override
    async def async_remove(self) -> None:
        if self._saving is not None:
            await self._saving
        await super().async_remove()

    @callback
    def _tick(self, _now: datetime | None = None) -> None:
        """Make a task only where something is due."""
        if not self._clients or (self._asking is not None and not self._asking.done()):
            return
        now = dt_util.utcnow()
        if self._is_silent(now) or not any(self._question(route, now) for route in Route):
            return
        self._asking = self._hass.async_create_background_task(self._async_ask(), f"{DOMAIN} national")

    def _is_silent(self, now: datetime) -> bool:
        """A clock that was wrong does not silence for ever, and a gateway does not silence another that has joined."""
        is_early = self._silent_until is not None and now < self._silent_until <= now + LONGEST_SILENCE
        return is_early and self._gateways() <= self._silent

    def _gateways(self) -> frozenset[str]:
        return frozenset(client.base_url for client in self._clients)

    async def _async_ask(self) -> None:
        """Ask everything that is due; where no gateway answers, all of it waits."""
        now, gateways = dt_util.utcnow(), self._gateways()
        if self._down_at is not None and not await self._async_is_well(self._down_at):
            self._stay_silent(now, gateways)
            return
        for route in Route:
            now = dt_util.utcnow()
            span = self._question(route, now)
            if span is None:
                continue
            error = await self._async_try(route, span, now)
            if error is None:
                self._note_answer(route, now)
            elif isinstance(error, GatewayUnavailable) and not await self._async_is_well(now, error):
                self._note_down(error)
                self._stay_silent(now, gateways)
                return
            else:
                self._note_failure(route, error, now)
            self._note_up()

    def _question(self, route: Route, now: datetime) -> Span | None:
        """What to ask of a route now."""
        state, asked, wanted = self._state.value, self._asked(route), self._wanted[route] > 0
        minute = state.minutes.get(route, 0)
        match route:
            case Route.TEMPO:
                return tempo_question(
                    now, asked, minute, state.tempo.colours, came=state.tempo_came, since=state.tempo_since
                )
            case Route.FORECAST:
                return forecast_question(now, asked, minute)
            case Route.ZEN_FLEX:
                return zen_flex_question(now, asked, minute, state.zen_flex, wanted=wanted)
            case Route.ECOWATT:
                return ecowatt_question(now, asked, minute, state.ecowatt)
            case Route.FRANCE | Route.SOLAR:
                return grid_question(now, asked, wanted=wanted)
            case Route.CATALOGUE:
                return catalogue_question(now, asked, minute)

    async def _async_try(self, route: Route, span: Span, now: datetime) -> GatewayError | None:
        """Put a question to the clients in turn, the healthy ones first, until one answers.

        A refusal may be one gateway's own, a quota one account's: the next client may belong to another. A gateway that
        does not answer is left alone, whoever asks.
        """
        found: GatewayError | None = None
        silent: set[str] = set()
        for client in self._by_health():
            if client.base_url in silent:
                continue
            try:
                await self._asks[route](client, span, now)
            except (AuthenticationError, RequestRejected, QuotaError, GatewayUnavailable) as err:
                if isinstance(err, GatewayUnavailable):
                    silent.add(client.base_url)
                # One of whom nothing is heard says nothing of the others.
                if found is None or isinstance(found, GatewayUnreachable):
                    found = err
            except GatewayError as err:
                return err
            else:
                return None
        return found

    def _by_health(self) -> list[GatewayClient]:
        return sorted(self._clients, key=lambda each: each.last_error is not None)

    async def _async_is_well(self, since: datetime, error: GatewayError | None = None) -> bool:
        """Whether a gateway answers at all: a free question tells a trouble of one route from a trouble of all.

        It also spares EcoWatt's calls, which are counted, at a gateway that is down. Where a client has had another
        answer since then, nothing is asked.
        """
        if any(client.last_success is not None and client.last_success > since for client in self._clients):
            return True
        if isinstance(error, GatewayUnreachable):
            return False
        for client in self._by_health():
            try:
                await client.async_account(patient=False)
            except GatewayUnavailable:
                continue
            except GatewayError:
                return True
            else:
                return True
        return False

    def _note_down(self, error: GatewayError) -> None:
        if self._down_at is None:
            LOGGER.info("The gateway does not answer (%s); trying again until it does", error)

    def _stay_silent(self, now: datetime, gateways: frozenset[str]) -> None:
        self._down_since = self._down_since or now
        self._down_at, self._silent_until, self._silent = now, silent_until(now, self._down_since), gateways

    def _note_up(self) -> None:
        if self._down_at is not None:
            self._down_since = self._down_at = self._silent_until = None
            LOGGER.info("The gateway answers again")

    def _asked(self, route: Route) -> Asked:
        kept = self._unkept if route in _UNKEPT else self._state.value.asked
        return kept.get(route, Asked())

    def _note_answer(self, route: Route, now: datetime) -> None:
        if route in self._troubled:
            self._troubled.discard(route)
            LOGGER.info("The gateway serves %s again", _WORDS[route])
        self._keep_asked(route, Asked(at=now))

    def _note_failure(self, route: Route, err: GatewayError, now: datetime) -> None:
        asked = self._asked(route)
        if route in _OPTIONAL and isinstance(err, RequestRejected) and err.code == "404":
            self._keep_asked(route, asked.absent(now))
            return
        if route not in self._troubled:
            self._troubled.add(route)
            LOGGER.info("The gateway does not serve %s (%s); trying again later", _WORDS[route], err)
        retry_at = err.retry_after if isinstance(err, QuotaError) else None
        # A failure of the hour is not worth a write: cards wear out, and a restart may as well try again.
        self._keep_asked(
            route, asked.failed(now, retry_at, pauses=PAUSES.get(route, BACKOFF)), write=retry_at is not None
        )

    def _keep_asked(self, route: Route, asked: Asked, *, write: bool = True) -> None:
        if route in _UNKEPT:
            self._unkept[route] = asked
            return
        state = replace(self._state.value, asked={**self._state.value.asked, route: asked})
        if write:
            self._state.set(state)
        else:
            self._state.value = state
