"""What is known of what is the same for everybody, who is told of it, and what each answer adds to it."""

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from ..const import LOGGER
from ..energy import ecowatt
from ..energy.calendar import PARIS, paris_date
from ..energy.ecowatt import EcowattNews, EcowattSignal
from ..energy.offer_format import decode_catalogue, encode_catalogue
from ..energy.offers import Catalogue, PriceChange
from ..energy.tariff import Calendars
from ..energy.tempo import BLUE, RED, WHITE, TempoChance, TempoNews, TempoSignal, season_start
from ..gateway.client import GatewayClient
from ..gateway.models import EcowattDay, GridPoint, GridSeries, Offer, Provider, TempoForecastDay
from .kept import Kept
from .national_format import NationalState, decode_national, encode_national
from .national_plan import (
    ECOWATT_KEPT,
    MINUTES,
    ZEN_FLEX_WORDS,
    Route,
    Span,
    arrivals,
    history_start,
    merged,
    providers_are_due,
)

type News = tuple[TempoNews | EcowattNews, ...]
type SignalListener = Callable[[News], None]
type PriceListener = Callable[[tuple[PriceChange, ...]], None]

_REALISED, _SOLAR = "REALISED", "SOLAR"
# The later a forecast is made, the better it is; one of another kind fills holes.
_FORECASTS = ("D-2", "D-1", "ID")
# The gateway rounds each chance by itself.
_ABOUT_ALL = range(98, 103)


@dataclass(frozen=True, slots=True, kw_only=True)
class GridReadings:
    """The national grid as it was last told, points by time; in memory only."""

    consumption: tuple[GridPoint, ...] = ()
    """Measured."""
    solar: tuple[GridPoint, ...] = ()
    """Forecast."""


class NationalKnowledge:
    """What is known, with its two files; each `async_ask_` puts one question to a gateway and keeps the answer."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Nothing is known before `async_load`."""
        self._hass = hass
        self._state = Kept(hass, "national", empty=NationalState(), encode=encode_national, decode=decode_national)
        self._catalogue = Kept(hass, "catalogue", empty=Catalogue(), encode=encode_catalogue, decode=decode_catalogue)
        self._loading = asyncio.Lock()
        self._loaded = False
        self._calendars = Calendars()
        self._grid = GridReadings()
        self._listeners: list[CALLBACK_TYPE] = []
        self._signal_listeners: list[SignalListener] = []
        self._price_listeners: list[PriceListener] = []

    @property
    def calendars(self) -> Calendars:
        """Published types of days; the same object until one changes."""
        return self._calendars

    @property
    def catalogue(self) -> Catalogue:
        """The offers of the market; the same object until one changes."""
        return self._catalogue.value

    @property
    def tempo(self) -> TempoSignal:
        """Colours with how certain they are, and the forecast."""
        return self._state.value.tempo

    @property
    def zen_flex(self) -> Mapping[date, str]:
        """`ECO`, `SOBRIETE` or `BONUS` by civil day; an absent day is unknown."""
        return self._state.value.zen_flex

    @property
    def ecowatt(self) -> Mapping[date, EcowattSignal]:
        """Signals of about a year by civil day."""
        return self._state.value.ecowatt

    @property
    def grid(self) -> GridReadings:
        """The national grid, as far as anybody wants it."""
        return self._grid

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
            minutes = {route: state.minutes.get(route, draw_minute(route)) for route in MINUTES}
            self._state.value = replace(state, asked=asked, minutes=minutes)
            self._note_calendars()
            self._loaded = True

    async def async_save(self) -> None:
        """Write down what is waiting to be."""
        await self._state.async_save()
        await self._catalogue.async_save()

    async def async_remove(self) -> None:
        """Delete the files: the last account is gone."""
        await self._state.async_remove()
        await self._catalogue.async_remove()
        self._loaded = False

    @callback
    def async_add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call when the calendars or the catalogue have really changed; returns how to stop that."""
        self._listeners.append(listener)
        return partial(self._listeners.remove, listener)

    @callback
    def async_add_signal_listener(self, listener: SignalListener) -> CALLBACK_TYPE:
        """Call when a signal has really changed, with what happened to it, if anything that is worth telling.

        Signals are Tempo with its forecast, EcoWatt, Zen Flex and the national grid.
        """
        self._signal_listeners.append(listener)
        return partial(self._signal_listeners.remove, listener)

    @callback
    def async_add_price_listener(self, listener: PriceListener) -> CALLBACK_TYPE:
        """Call with the prices of known offers that changed, after the other listeners; returns how to stop that."""
        self._price_listeners.append(listener)
        return partial(self._price_listeners.remove, listener)

    async def async_ask_tempo(self, client: GatewayClient, span: Span, now: datetime) -> None:
        """Colours of some days, and when they came."""
        days = await client.async_tempo_days(span.first, span.last)
        state = self._state.value
        tempo, news = state.tempo.told(((each.day, each.color) for each in days), span.first, span.last, now)
        stamps = ((each.day, (each.updated_at, each.published_at)) for each in days if each.day in tempo.colours)
        since = span.first if _is_history(span, tempo.colours, paris_date(now)) else state.tempo_since
        came = arrivals(state.tempo_came, stamps, now)
        self._keep(replace(state, tempo=tempo, tempo_since=since, tempo_came=came), news)

    async def async_ask_forecast(self, client: GatewayClient, _span: Span, now: datetime) -> None:
        """Chances of the colours to come."""
        forecast = await client.async_tempo_forecast()
        state = self._state.value
        chances = (chance for each in forecast.days if (chance := tempo_chance(each)) is not None)
        self._keep(replace(state, tempo=state.tempo.forecast(chances, now)))

    async def async_ask_zen_flex(self, client: GatewayClient, span: Span, _now: datetime) -> None:
        """Types of some days."""
        days = await client.async_zen_flex_days(span.first, span.last)
        state = self._state.value
        zen_flex = merged(state.zen_flex, ((each.day, each.day_type) for each in days), ZEN_FLEX_WORDS)
        self._keep(replace(state, zen_flex=zen_flex))

    async def async_ask_ecowatt(self, client: GatewayClient, span: Span, now: datetime) -> None:
        """Signals of some days. Costs one of the account's uncached calls."""
        days = await client.async_ecowatt(span.first, span.last, background=True)
        wall, state = now.astimezone(PARIS), self._state.value
        today = wall.date()
        signals = ecowatt.merged(state.ecowatt, map(ecowatt_signal, days), today - ECOWATT_KEPT)
        # A first answer is no news.
        news = ecowatt.news(state.ecowatt, signals, today, hour=wall.hour) if state.ecowatt else ()
        self._keep(replace(state, ecowatt=signals), news)

    async def async_ask_france(self, client: GatewayClient, span: Span, _now: datetime) -> None:
        """What France has consumed."""
        series = await client.async_france_consumption(span.first, span.last, kind=_REALISED)
        self._keep_grid(replace(self._grid, consumption=points_of(series, (_REALISED,))))

    async def async_ask_solar(self, client: GatewayClient, span: Span, _now: datetime) -> None:
        """What the sun should give."""
        series = await client.async_generation_forecast(span.first, span.last, production_type=_SOLAR)
        of_the_sun = (each for each in series if each.production_type == _SOLAR)
        self._keep_grid(replace(self._grid, solar=points_of(of_the_sun, _FORECASTS)))

    async def async_ask_catalogue(self, client: GatewayClient, _span: Span, now: datetime) -> None:
        """The offers of the market, and the suppliers' names when they are due."""
        state = self._state.value
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
            _tell(self._listeners)
            if before.offers and changes:
                _tell(self._price_listeners, changes)

    def _keep(self, state: NationalState, news: News = ()) -> None:
        """Another state, with what happened; those who count the cost hear of other types of days only."""
        before = self._state.value
        self._state.set(state)
        if self._note_calendars():
            _tell(self._listeners)
        if (
            state.tempo is not before.tempo
            or state.zen_flex is not before.zen_flex
            or state.ecowatt is not before.ecowatt
        ):
            _tell(self._signal_listeners, news)

    def _keep_grid(self, grid: GridReadings) -> None:
        if grid != self._grid:
            self._grid = grid
            _tell(self._signal_listeners, ())

    def _note_calendars(self) -> bool:
        """Whether the calendars are others than before."""
        state, calendars = self._state.value, self._calendars
        if state.tempo.colours is calendars.tempo and state.zen_flex is calendars.zen_flex:
            return False
        self._calendars = Calendars(tempo=state.tempo.colours, zen_flex=state.zen_flex)
        return True


def _tell[*Ts](listeners: Iterable[Callable[[*Ts], None]], *told: *Ts) -> None:
    """Tell each of them. What fails in one is not the answer's fault, which would be asked for again and again."""
    for listener in tuple(listeners):
        try:
            listener(*told)
        except Exception:  # noqa: BLE001  entities and automations of others
            LOGGER.exception("What is told of the national signals was not taken in")


def _is_history(span: Span, colours: Iterable[date], today: date) -> bool:
    """Whether an answer brought the whole history, and not what a gateway has that has just begun to fill its own."""
    return span.first <= history_start(today) and any(day < season_start(today) for day in colours)


def tempo_chance(day: TempoForecastDay) -> TempoChance | None:
    """A forecast whose chances are all told and make up a whole; None for any other."""
    white, red, blue = day.probability_white, day.probability_red, day.probability_blue
    if blue is None or white is None or red is None or round(blue + white + red) not in _ABOUT_ALL:
        return None
    return TempoChance(day=day.day, chances={BLUE: blue, WHITE: white, RED: red}, confidence=day.confidence)


def ecowatt_signal(day: EcowattDay) -> EcowattSignal:
    """A gateway's answer as the energy layer knows it."""
    return EcowattSignal(
        day=day.day, level=day.level, message=day.message, hours=day.hours, generated_at=day.generated_at
    )


def points_of(series: Iterable[GridSeries], kinds: tuple[str, ...]) -> tuple[GridPoint, ...]:
    """Points by time of the kinds that count; where two have the same hour, those of the last kind."""
    known = sorted((each for each in series if each.kind in kinds), key=lambda each: kinds.index(each.kind))
    found = {point.start: point for each in known for point in each.points}
    return tuple(found[start] for start in sorted(found))


def draw_minute(route: Route) -> int:
    """When in the day an installation asks."""
    return random.choice(MINUTES[route])  # noqa: S311  spreads installations, guards nothing


def _nameless(offers: Iterable[Offer], providers: Mapping[str, str]) -> frozenset[str]:
    return frozenset(offer.provider_id for offer in offers if offer.provider_id not in providers)
