"""What is the same for everybody, once for each Home Assistant: published types of days and the catalogue of offers.

Whatever the number of accounts, the questions are asked once, through any gateway that answers. What is known is kept
for ever: a question is about what is missing, may have been corrected, or is to come.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN, LOGGER, TICK
from ..energy.calendar import paris_date
from ..energy.offer_format import decode_catalogue, encode_catalogue
from ..energy.offers import Catalogue, PriceChange
from ..energy.tariff import Calendars
from ..gateway.client import GatewayClient
from ..gateway.errors import AuthenticationError, GatewayError, GatewayUnreachable, QuotaError, RequestRejected
from ..gateway.models import Offer, Provider
from .kept import Kept
from .national_format import NationalState, decode_national, encode_national
from .national_plan import (
    MINUTES,
    TEMPO_WORDS,
    ZEN_FLEX_WORDS,
    Asked,
    Route,
    Span,
    catalogue_is_due,
    merged,
    providers_are_due,
    tempo_question,
    zen_flex_question,
)

_NATIONAL: HassKey[National] = HassKey(f"{DOMAIN}_national")

type Question = Callable[[GatewayClient], Awaitable[None]]
type PriceListener = Callable[[tuple[PriceChange, ...]], None]


async def async_get_national(hass: HomeAssistant) -> National:
    """The one of this Home Assistant, read from its files the first time."""
    national = hass.data.get(_NATIONAL)
    if national is None:
        national = hass.data[_NATIONAL] = National(hass)
    await national.async_load()
    return national


class National:
    """National calendars and catalogue; asks while at least one account has joined."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Nothing is known before `async_load`; see `async_get_national`."""
        self._hass = hass
        self._state = Kept(hass, "national", empty=NationalState(), encode=encode_national, decode=decode_national)
        self._catalogue = Kept(hass, "catalogue", empty=Catalogue(), encode=encode_catalogue, decode=decode_catalogue)
        self._loading = asyncio.Lock()
        self._loaded = False
        self._calendars = Calendars()
        self._clients: list[GatewayClient] = []
        self._listeners: list[CALLBACK_TYPE] = []
        self._price_listeners: list[PriceListener] = []
        self._stop_ticking: CALLBACK_TYPE | None = None
        self._asking: asyncio.Task[None] | None = None
        self._saving: asyncio.Task[None] | None = None
        self._troubled: set[Route] = set()

    @property
    def calendars(self) -> Calendars:
        """Published types of days; the same object until one changes."""
        return self._calendars

    @property
    def catalogue(self) -> Catalogue:
        """The offers of the market; the same object until one changes."""
        return self._catalogue.value

    async def async_load(self) -> None:
        """Read the files, once."""
        async with self._loading:
            if self._loaded:
                return
            await self._state.async_load()
            await self._catalogue.async_load()
            state = self._state.value
            asked = dict(state.asked)
            if not self._catalogue.value.offers:
                # Its file is a second one: when that is lost, what was asked does not count.
                asked.pop(Route.CATALOGUE, None)
                state = replace(state, providers_at=None)
            minutes = {route: state.minutes.get(route, draw_minute(route)) for route in Route}
            self._state.value = replace(state, asked=asked, minutes=minutes)
            self._note_calendars()
            self._loaded = True

    @callback
    def async_add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call when the calendars or the catalogue have really changed; returns how to stop that."""
        self._listeners.append(listener)
        return partial(self._listeners.remove, listener)

    @callback
    def async_add_price_listener(self, listener: PriceListener) -> CALLBACK_TYPE:
        """Call with the prices of known offers that changed, after the other listeners; returns how to stop that."""
        self._price_listeners.append(listener)
        return partial(self._price_listeners.remove, listener)

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

    async def async_save(self) -> None:
        """Write down what is waiting to be."""
        await self._state.async_save()
        await self._catalogue.async_save()

    async def async_remove(self) -> None:
        """Delete the files: the last account is gone."""
        if self._saving is not None:
            await self._saving
        await self._state.async_remove()
        await self._catalogue.async_remove()
        self._loaded = False

    @callback
    def _tick(self, _now: datetime | None = None) -> None:
        if self._asking is None or self._asking.done():
            self._asking = self._hass.async_create_background_task(self._async_ask(), f"{DOMAIN} national")

    async def _async_ask(self) -> None:
        """Ask everything that is due; where nothing comes back at all, the rest waits for the next tick."""
        for route in Route:
            now = dt_util.utcnow()
            question = self._question(route, now)
            if question is not None and not await self._async_try(route, question, now):
                return

    def _question(self, route: Route, now: datetime) -> Question | None:
        asked, minute = self._asked(route), self._state.value.minutes[route]
        match route:
            case Route.TEMPO:
                span = tempo_question(now, asked, minute, self._state.value.tempo)
                return None if span is None else partial(self._async_ask_tempo, span)
            case Route.ZEN_FLEX:
                span = zen_flex_question(now, asked, minute)
                return None if span is None else partial(self._async_ask_zen_flex, span)
            case Route.CATALOGUE:
                return self._async_ask_catalogue if catalogue_is_due(now, asked, minute) else None

    async def _async_try(self, route: Route, question: Question, now: datetime) -> bool:
        """Put a question to the clients in turn, the healthy ones first. False when the gateway cannot be reached.

        A refusal may be one gateway's own: the next client may belong to another. What does not answer is left alone.
        """
        error: GatewayError | None = None
        for client in sorted(self._clients, key=lambda each: each.last_error is not None):
            try:
                await question(client)
            except (AuthenticationError, RequestRejected) as err:
                error = err
            except GatewayError as err:
                error = err
                break
            else:
                self._note_answer(route, now)
                return True
        if error is not None:
            self._note_failure(route, error, now)
        return not isinstance(error, GatewayUnreachable)

    async def _async_ask_tempo(self, span: Span, client: GatewayClient) -> None:
        days = await client.async_tempo_days(span.first, span.last)
        tempo = merged(self._state.value.tempo, ((each.day, each.color) for each in days), TEMPO_WORDS)
        self._keep_days(replace(self._state.value, tempo=tempo))

    async def _async_ask_zen_flex(self, span: Span, client: GatewayClient) -> None:
        days = await client.async_zen_flex_days(span.first, span.last)
        zen_flex = merged(self._state.value.zen_flex, ((each.day, each.day_type) for each in days), ZEN_FLEX_WORDS)
        self._keep_days(replace(self._state.value, zen_flex=zen_flex))

    async def _async_ask_catalogue(self, client: GatewayClient) -> None:
        now, state = dt_util.utcnow(), self._state.value
        offers = await client.async_offers(include_history=True)
        nameless = _nameless(offers, state.providers)
        if providers_are_due(now, state.providers_at) or not nameless <= state.nameless:
            # A supplier that is gone keeps the name that its old offers go by.
            names = {**state.providers, **{each.provider_id: each.name for each in await client.async_providers()}}
            state = replace(self._state.value, providers=names, nameless=_nameless(offers, names), providers_at=now)
            self._state.set(state)
        before = self._catalogue.value
        providers = tuple(
            Provider(provider_id=provider_id, name=name, website=None) for provider_id, name in state.providers.items()
        )
        after, changes = await self._hass.async_add_executor_job(before.merged, providers, offers, paris_date(now))
        if self._catalogue.set(after):
            self._tell()
            if before.offers and changes:
                for listener in tuple(self._price_listeners):
                    listener(changes)

    def _asked(self, route: Route) -> Asked:
        return self._state.value.asked.get(route, Asked())

    def _note_answer(self, route: Route, now: datetime) -> None:
        if route in self._troubled:
            self._troubled.discard(route)
            LOGGER.info("The gateway serves %s again", _WORDS[route])
        self._keep_asked(route, Asked(at=now))

    def _note_failure(self, route: Route, err: GatewayError, now: datetime) -> None:
        asked = self._asked(route)
        if route is Route.ZEN_FLEX and isinstance(err, RequestRejected) and err.code == "404":
            # Gateway 1.22: nothing is wrong, and nothing is to come soon.
            self._keep_asked(route, asked.absent(now))
            return
        if route not in self._troubled:
            self._troubled.add(route)
            LOGGER.info("The gateway does not serve %s (%s); trying again later", _WORDS[route], err)
        retry_at = err.retry_after if isinstance(err, QuotaError) else None
        self._keep_asked(route, asked.failed(now, retry_at))

    def _keep_asked(self, route: Route, asked: Asked) -> None:
        self._state.set(replace(self._state.value, asked={**self._state.value.asked, route: asked}))

    def _keep_days(self, state: NationalState) -> None:
        self._state.set(state)
        if self._note_calendars():
            self._tell()

    def _note_calendars(self) -> bool:
        """Whether the calendars are others than before."""
        state, calendars = self._state.value, self._calendars
        if state.tempo is calendars.tempo and state.zen_flex is calendars.zen_flex:
            return False
        self._calendars = Calendars(tempo=state.tempo, zen_flex=state.zen_flex)
        return True

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()


_WORDS: Mapping[Route, str] = {
    Route.TEMPO: "Tempo days",
    Route.ZEN_FLEX: "Zen Flex days",
    Route.CATALOGUE: "the catalogue of offers",
}


def draw_minute(route: Route) -> int:
    """When in the day an installation asks."""
    return random.choice(MINUTES[route])  # noqa: S311  spreads installations, guards nothing


def _nameless(offers: Iterable[Offer], providers: Mapping[str, str]) -> frozenset[str]:
    return frozenset(offer.provider_id for offer in offers if offer.provider_id not in providers)
