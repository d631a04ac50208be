"""How our statistics are called, and which of them belong to a usage point."""

from datetime import date

import pytest
from homeassistant.components.recorder.statistics import async_list_statistic_ids
from homeassistant.core import HomeAssistant

from custom_components.myelectricaldata.energy.calendar import ONE_DAY, day_start
from custom_components.myelectricaldata.energy.options import OptionCode, build_option
from custom_components.myelectricaldata.energy.tariff import Tariff
from custom_components.myelectricaldata.statistics import (
    MONEY,
    async_all_statistic_ids,
    async_clear,
    statistic_id,
    statistic_name,
)

from .energy.tariffs import base, schedule, version
from .money_rig import PDL, Home, half_hours, theirs

FIRST = date(2026, 3, 25)
NIGHT = build_option(OptionCode.HC_HP, offpeak=schedule("22:30-06:30"))
HPHC = Tariff((version(NIGHT, {"hc": "0.15965", "hp": "0.2146"}),))


@pytest.fixture
async def home(recorder_mock: object, hass_storage: object, hass: HomeAssistant) -> Home:
    hass.config.language = "fr"
    return await Home(hass=hass, today=FIRST + 2 * ONE_DAY).start()


async def test_names_put_an_energy_and_its_cost_together(home: Home, hass: HomeAssistant) -> None:
    home.read(half_hours(FIRST, FIRST))
    home.price(HPHC)
    await home.write()
    assert await names(hass) == [
        "Abonnement Maison",
        "Consommation Maison",
        "Consommation Maison coût",
        "Consommation Maison HC",
        "Consommation Maison HC coût",
        "Consommation Maison HP",
        "Consommation Maison HP coût",
    ]
    hass.config.language = "en"
    home.read(half_hours(FIRST + ONE_DAY, FIRST + ONE_DAY))
    await home.write()
    assert await names(hass) == [
        "Maison consumption",
        "Maison consumption cost",
        "Maison consumption off-peak",
        "Maison consumption off-peak cost",
        "Maison consumption peak",
        "Maison consumption peak cost",
        "Maison subscription",
    ]
    assert statistic_name("de", "compensation", "Haus") == "Haus injection compensation"
    assert statistic_name("fr-CA", "compensation", "Maison") == "Injection Maison recette"


async def names(hass: HomeAssistant) -> list[str]:
    found = await async_list_statistic_ids(hass)
    # As lists of the frontend are sorted: whatever the case.
    return sorted((entry["name"] for entry in found if entry["source"] == "myelectricaldata"), key=str.casefold)


async def test_all_statistics_of_a_usage_point_are_found_whatever_its_tariff_was(
    home: Home, hass: HomeAssistant
) -> None:
    home.read(half_hours(FIRST, FIRST))
    home.price(HPHC)
    await home.write()
    home.price(Tariff((base(),)))
    await home.write()
    other = statistic_id("cost", "09876543210987")
    theirs(hass, other, "EUR", {day_start(FIRST): (1.0, 1.0)})
    theirs(hass, f"myelectricaldata:meteo_{PDL}", "EUR", {day_start(FIRST): (1.0, 1.0)})
    await home.rows("cost")
    found = await async_all_statistic_ids(hass, PDL)
    kinds = ("consumption", "consumption_base", "consumption_hc", "consumption_hp")
    money = ("cost", "cost_base", "cost_hc", "cost_hp", "subscription")
    assert found == tuple(sorted(home.id(kind) for kind in (*kinds, *money)))
    await async_clear(hass, found)
    assert await async_all_statistic_ids(hass, PDL) == ()
    assert await async_all_statistic_ids(hass, "09876543210987") == (other,)


def test_a_cent_is_told_from_a_rounding_at_any_sum() -> None:
    """1 Wh at 0.00001 EUR/kWh is 1e-8 EUR; a float of 100,000 EUR is exact to 1.5e-11."""
    assert MONEY.same((0.1, 100_000.0), (0.1, 100_000.0 + 1e-10))
    assert not MONEY.same((0.1, 100_000.0), (0.1, 100_000.0 + 1e-8))
    assert not MONEY.same((1e-8, 1.0), (0.0, 1.0))
    assert (MONEY.unit, MONEY.unit_class, MONEY.adds_up) == ("EUR", None, True)
