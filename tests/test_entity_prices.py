"""What entities say of a price, written down by the day."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, State
from hypothesis import given
from hypothesis import strategies as st
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.myelectricaldata.coordinators import entity_prices as module
from custom_components.myelectricaldata.coordinators.entity_prices import (
    EntityPriceLog,
    async_get_entity_prices,
    decode_prices,
    encode_prices,
    read_price,
    with_price,
)
from tests.account import paris

BASE, OTHER = "input_number.base", "sensor.other"
STORE = "myelectricaldata.entity_prices"
TODAY = date(2026, 11, 21)
PRICE = Decimal("0.2016")

type OpenLog = Callable[[], Awaitable[EntityPriceLog]]


@pytest.fixture
def open_log(hass: HomeAssistant, hass_storage: dict[str, Any], freezer: FrozenDateTimeFactory) -> OpenLog:
    freezer.move_to(paris(2026, 11, 21))

    async def open_one() -> EntityPriceLog:
        """As a start of Home Assistant does."""
        hass.data.pop(module._LOG, None)
        return await async_get_entity_prices(hass)

    return open_one


def say(hass: HomeAssistant, entity_id: str, price: str, unit: str | None = "EUR/kWh") -> None:
    hass.states.async_set(entity_id, price, {} if unit is None else {"unit_of_measurement": unit})


@pytest.mark.parametrize(
    ("written", "unit", "price"),
    [
        ("0.2016", "€/kWh", "0.2016"),
        ("0.2016", "EUR/kWh", "0.2016"),
        ("0.2016", "eur / kWh", "0.2016"),
        ("20.16", "ct/kWh", "0.2016"),
        ("20.16", "c€/kWh", "0.2016"),
        ("201.6", "€/MWh", "0.2016"),
        ("0.0002016", "EUR/Wh", "0.2016"),
        ("-31.5", "EUR/MWh", "-0.0315"),
        ("0", "€/kWh", "0"),
        ("0.20160000000000000001", "€/kWh", "0.2016"),
        ("unknown", "€/kWh", None),
        ("unavailable", "€/kWh", None),
        ("", "€/kWh", None),
        ("nan", "€/kWh", None),
        ("inf", "€/kWh", None),
        ("1e999999", "€/kWh", None),
        ("1e6", "€/MWh", None),
        ("0,2016", "€/kWh", None),
        ("0.2016", None, None),
        ("0.2016", "€", None),
        ("0.2016", "kWh", None),
        ("0.2016", "USD/kWh", None),
        ("0.2016", "€/m³", None),
    ],
)
def test_a_price_has_a_number_and_a_unit_of_money_for_energy(written: str, unit: str | None, price: str | None) -> None:
    state = State(BASE, written, {} if unit is None else {"unit_of_measurement": unit})
    assert read_price(state) == (None if price is None else Decimal(price))
    assert read_price(None) is None


async def test_each_price_holds_from_the_day_on_which_it_was_last_said(
    hass: HomeAssistant, open_log: OpenLog, freezer: FrozenDateTimeFactory
) -> None:
    say(hass, BASE, "0.2016")
    log = await open_log()
    told: list[int] = []
    log.async_add_listener(lambda: told.append(1))
    unfollow = log.async_follow({BASE, OTHER})
    assert log.prices == {BASE: ((TODAY, PRICE),)}
    say(hass, OTHER, "15.79", "ct/kWh")
    await hass.async_block_till_done()
    # 23:30 UTC is tomorrow in Paris.
    freezer.move_to(paris(2026, 11, 22, 0, 30))
    for price in ("0.30", "unavailable", "0.2105"):
        say(hass, BASE, price)
        await hass.async_block_till_done()
    assert log.prices == {
        BASE: ((TODAY, PRICE), (date(2026, 11, 22), Decimal("0.2105"))),
        OTHER: ((TODAY, Decimal("0.1579")),),
    }
    assert len(told) == 4
    before = log.prices
    say(hass, BASE, "0.21050")
    hass.states.async_remove(OTHER)
    await hass.async_block_till_done()
    assert log.prices is before
    say(hass, BASE, "0.2016")
    await hass.async_block_till_done()
    assert log.prices[BASE] == ((TODAY, PRICE),)
    unfollow()
    say(hass, BASE, "0.5")
    await hass.async_block_till_done()
    assert log.prices[BASE] == ((TODAY, PRICE),)


async def test_a_restart_knows_the_prices_and_writes_nothing_without_news(
    hass: HomeAssistant, open_log: OpenLog, freezer: FrozenDateTimeFactory, hass_storage: dict[str, Any]
) -> None:
    say(hass, BASE, "0.2016")
    log = await open_log()
    unfollow = log.async_follow({BASE})
    freezer.tick(timedelta(seconds=30))
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    written = hass_storage[STORE]
    assert written["data"] == {BASE: [["2026-11-21", "0.2016"]]}
    unfollow()
    freezer.move_to(paris(2026, 11, 25))
    again = await open_log()
    assert again is not log
    assert await async_get_entity_prices(hass) is again
    again.async_follow({BASE})
    assert again.prices == {BASE: ((TODAY, PRICE),)}
    await again.async_save()
    assert hass_storage[STORE] is written
    say(hass, BASE, "0.21")
    await hass.async_block_till_done()
    await again.async_save()
    assert hass_storage[STORE]["data"][BASE][1] == ["2026-11-25", "0.21"]
    await again.async_remove()
    assert STORE not in hass_storage


@pytest.mark.parametrize(
    "data",
    [
        {BASE: [["2026-11-21", "NaN"]]},
        {BASE: [["2026-11-21", "dear"]]},
        {BASE: [["x", "1"]]},
        {BASE: 3},
        {BASE: [[1, 2]]},
        [],
    ],
)
async def test_a_file_that_cannot_be_read_starts_afresh(
    hass: HomeAssistant,
    open_log: OpenLog,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    data: object,
) -> None:
    hass_storage[STORE] = {"version": 1, "minor_version": 1, "key": STORE, "data": data}
    say(hass, BASE, "0.2016")
    log = await open_log()
    assert caplog.text.count("could not be read") == 1
    log.async_follow({BASE})
    assert log.prices == {BASE: ((TODAY, PRICE),)}


days = st.dates(date(2024, 1, 1), date(2024, 3, 1))
cents = st.integers(-3, 3).map(Decimal)


@given(st.lists(st.tuples(days, cents)))
def test_the_price_of_every_day_is_the_last_one_said_until_then(said: list[tuple[date, Decimal]]) -> None:
    said.sort(key=lambda each: each[0])
    seen: tuple[tuple[date, Decimal], ...] = ()
    for day, price in said:
        seen = with_price(seen, day, price)
    for day in {day for day, _ in said}:
        expected = next(price for first, price in reversed(said) if first <= day)
        assert next(price for first, price in reversed(seen) if first <= day) == expected
    assert all(one[1] != other[1] for one, other in pairwise(seen))
    assert decode_prices(encode_prices({BASE: seen})) == {BASE: seen}
