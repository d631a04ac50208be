"""Prices that entities of Home Assistant hold, by the day from which each applied.

An entity says only what a price is now. What it said is written down day by day, so that the hours of last month keep
last month's price.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from types import MappingProxyType
from typing import Final

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import CALLBACK_TYPE, Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..energy.calendar import paris_date
from ..energy.entries import EntityPrices
from .kept import Kept

type Prices = Mapping[str, tuple[tuple[date, Decimal], ...]]
"""By entity id: (first day, EUR/kWh), oldest first; neighbours differ."""

_MONEY: Final = {
    "€": Decimal(1),
    "eur": Decimal(1),
    "ct": Decimal("0.01"),
    "cts": Decimal("0.01"),
    "c€": Decimal("0.01"),
    "ct€": Decimal("0.01"),
    "cent": Decimal("0.01"),
    "cents": Decimal("0.01"),
}
_ENERGY_KWH: Final = {"kwh": Decimal(1), "mwh": Decimal(1000), "wh": Decimal("0.001")}
# EUR/kWh: nobody pays as much, so that more is not a price but a mistake.
_HIGHEST: Final = Decimal(1000)
_DECIMALS: Final = Decimal("1e-10")

RESTLESS_MOVES: Final = 2
RESTLESS_DAYS: Final = 2
RESTLESS_WITHIN: Final = timedelta(days=7)

_LOG: HassKey[EntityPriceLog] = HassKey(f"{DOMAIN}_entity_prices")


async def async_get_entity_prices(hass: HomeAssistant) -> EntityPriceLog:
    """The one of this Home Assistant, read from its file the first time."""
    log = hass.data.get(_LOG)
    if log is None:
        log = hass.data[_LOG] = EntityPriceLog(hass)
    await log.async_load()
    return log


def read_price(state: State | None) -> Decimal | None:
    """The price that an entity holds, in EUR/kWh; None for no number or for a unit that is no price of energy.

    `Wh` is told from `MWh`, never from `mWh`, which nobody sells by.
    """
    if state is None:
        return None
    money, slash, energy = str(state.attributes.get(ATTR_UNIT_OF_MEASUREMENT, "")).replace(" ", "").partition("/")
    worth, amount = _MONEY.get(money.lower()), _ENERGY_KWH.get(energy.lower())
    if not slash or worth is None or amount is None:
        return None
    try:
        number = Decimal(state.state)
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= _HIGHEST * amount / worth:
        return None
    price = number * worth / amount
    exponent = price.as_tuple().exponent
    return price.quantize(_DECIMALS) if isinstance(exponent, int) and exponent < -10 else price


class EntityPriceLog:
    """What the followed entities said, and their file."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Nothing is known before `async_load`; see `async_get_entity_prices`."""
        self._hass = hass
        self._kept = Kept[Prices](
            hass, "entity_prices", empty=MappingProxyType({}), encode=encode_prices, decode=decode_prices
        )
        self._loading = asyncio.Lock()
        self._loaded = False
        self._listeners: list[CALLBACK_TYPE] = []
        self._moves: dict[str, Counter[date]] = {}
        """By entity, how often its price moved on each of the last days. Not kept: it shows again within two days."""

    @property
    def restless(self) -> frozenset[str]:
        """Entities that moved to and fro within several days: the price of the moment, not that of a period.

        Only one price of a day is kept, so that the day would be priced by whichever came last.
        """
        since = paris_date(dt_util.utcnow()) - RESTLESS_WITHIN
        return frozenset(
            entity_id
            for entity_id, moves in self._moves.items()
            if sum(times >= RESTLESS_MOVES for day, times in moves.items() if day > since) >= RESTLESS_DAYS
        )

    @property
    def prices(self) -> EntityPrices:
        """By entity id; the same object until a price changes."""
        return self._kept.value

    async def async_load(self) -> None:
        """Read the file, once."""
        async with self._loading:
            if not self._loaded:
                await self._kept.async_load()
                self._loaded = True

    @callback
    def async_add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call when a price of a day has changed; returns how to stop that."""
        self._listeners.append(listener)
        return partial(self._listeners.remove, listener)

    @callback
    def async_follow(self, entity_ids: Iterable[str]) -> CALLBACK_TYPE:
        """Write down what these entities hold now and will hold, until the returned callback is called."""
        followed = sorted(set(entity_ids))
        self._record({entity_id: self._hass.states.get(entity_id) for entity_id in followed})
        return async_track_state_change_event(self._hass, followed, self._changed)

    async def async_save(self) -> None:
        """Write down what is waiting to be."""
        await self._kept.async_save()

    async def async_remove(self) -> None:
        """Delete the file: the last account is gone."""
        await self._kept.async_remove()

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        self._record({event.data["entity_id"]: event.data["new_state"]})

    @callback
    def _record(self, states: Mapping[str, State | None]) -> None:
        today = paris_date(dt_util.utcnow())
        known = self._kept.value
        changed = {
            entity_id: after
            for entity_id, state in states.items()
            if (price := read_price(state)) is not None
            and (after := with_price(before := known.get(entity_id, ()), today, price)) != before
        }
        for entity_id in changed:
            moves = self._moves.get(entity_id, Counter())
            recent = {day: times for day, times in moves.items() if day > today - RESTLESS_WITHIN}
            self._moves[entity_id] = Counter(recent) + Counter({today: 1})
        if changed and self._kept.set({**known, **changed}):
            for listener in tuple(self._listeners):
                listener()


def with_price(seen: tuple[tuple[date, Decimal], ...], day: date, price: Decimal) -> tuple[tuple[date, Decimal], ...]:
    """What was seen of an entity, with the price of a day: the last of the day counts, a repeated one says nothing."""
    kept: list[tuple[date, Decimal]] = []
    for first, each in sorted({**dict(seen), day: price}.items()):
        if not kept or kept[-1][1] != each:
            kept.append((first, each))
    return tuple(kept)


def encode_prices(prices: Prices) -> dict[str, object]:
    """Plain JSON types; prices as text, so that they stay exact."""
    return {entity_id: [[first.isoformat(), str(price)] for first, price in seen] for entity_id, seen in prices.items()}


def decode_prices(data: object) -> Prices:
    """What `encode_prices` wrote; ValueError or TypeError for anything else."""
    if not isinstance(data, Mapping):
        raise TypeError("Expected an object")
    prices: dict[str, tuple[tuple[date, Decimal], ...]] = {}
    for entity_id, rows in data.items():
        seen = tuple(sorted((date.fromisoformat(first), _exact(price)) for first, price in rows))
        prices[str(entity_id)] = seen
    return prices


def _exact(written: object) -> Decimal:
    try:
        price = Decimal(str(written))
    except InvalidOperation as error:
        raise ValueError("Not a price") from error
    if not price.is_finite():
        raise ValueError("Not a price")
    return price
