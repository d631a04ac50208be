"""The weekly best offer: what it says, and when it is looked for."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from homeassistant.core import HomeAssistant

from custom_components.myelectricaldata.coordinators import best_offer
from custom_components.myelectricaldata.coordinators.best_offer import (
    BestOffer,
    Search,
    async_find_best_offer,
    best_offer_inputs,
    best_offer_is_due,
)
from custom_components.myelectricaldata.coordinators.national import async_get_national
from custom_components.myelectricaldata.energy.calendar import day_start, days_between
from custom_components.myelectricaldata.energy.offers import Catalogue
from custom_components.myelectricaldata.energy.ranking import Question, Ranking, rank
from custom_components.myelectricaldata.energy.tariff import Tariff, TariffVersion
from tests.conftest import OpenAccount
from tests.test_actions_offers import ACTIVATION, HOUSE, LAST, compare, house, open_with, tariff

pytestmark = pytest.mark.long

TODAY = date(2026, 11, 21)


async def found(hass: HomeAssistant, account: Any) -> BestOffer | None:
    return await async_find_best_offer(hass, account.coordinator(HOUSE), await async_get_national(hass))


async def test_it_is_the_first_of_the_ranking_and_says_what_it_saves(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await open_with(open_account, hass, tariff())
    best = await found(hass, account)
    assert best is not None
    ranking = await compare(hass)
    first = ranking["offers"][0]
    assert (best.label, best.provider, str(best.option)) == (first["name"], first["provider"], first["option"])
    assert float(best.total_per_year) == pytest.approx(first["per_year"], abs=0.005)
    assert best.present_per_year is not None
    assert float(best.present_per_year) == pytest.approx(ranking["present"]["per_year"], abs=0.005)
    assert best.saving_per_year == best.present_per_year - best.total_per_year
    assert (best.days, best.computed_on) == (ranking["days_compared"], TODAY)
    assert "Catalogue" not in repr(best)


async def test_a_household_that_pays_less_than_the_market_saves_nothing(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    cheap = tariff(prices={"hc": Decimal("0.01"), "hp": Decimal("0.02")})
    best = await found(hass, await open_with(open_account, hass, cheap))
    assert best is not None
    assert best.saving_per_year is not None
    assert best.saving_per_year < 0


async def test_without_a_tariff_there_is_a_best_offer_but_no_saving(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    best = await found(hass, await open_with(open_account, hass, None))
    assert best is not None
    assert (best.present_per_year, best.saving_per_year) == (None, None)


async def test_a_year_is_not_told_from_less_than_thirty_days(open_account: OpenAccount, hass: HomeAssistant) -> None:
    holes = set(days_between(ACTIVATION, LAST - timedelta(days=29)))
    account = await open_with(open_account, hass, tariff(), house(holes=holes))
    assert await found(hass, account) is None
    # One day more, and it is.
    holes.remove(LAST - timedelta(days=29))
    await account.travel(day_start(TODAY + timedelta(days=1)) + timedelta(hours=10))
    best = await found(hass, account)
    assert best is not None
    assert best.days >= 30


async def test_without_a_catalogue_a_power_or_energy_there_is_none(
    open_account: OpenAccount, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await open_with(open_account, hass, None)
    national, coordinator = await async_get_national(hass), account.coordinator(HOUSE)
    for owner, attribute, nothing in (
        (type(national), "catalogue", Catalogue()),
        (type(coordinator.ledger), "contract", None),
        (type(coordinator), "series", ()),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(owner, attribute, nothing)
            assert await found(hass, account) is None
    assert await found(hass, account) is not None


async def test_it_is_looked_for_weekly_and_when_what_it_depends_on_changes(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await open_with(open_account, hass, tariff())
    coordinator, national = account.coordinator(HOUSE), await async_get_national(hass)
    inputs = best_offer_inputs(coordinator, national)
    best = Search(TODAY, inputs, found=True)
    assert best_offer_is_due(None, TODAY, inputs)
    assert not best_offer_is_due(best, TODAY, inputs)
    assert not best_offer_is_due(best, TODAY + timedelta(days=6), inputs)
    assert best_offer_is_due(best, TODAY + timedelta(days=7), inputs)
    version: TariffVersion = coordinator.tariff.versions[0]
    dearer = Tariff((replace(version, prices={**version.prices, "hp": Decimal("0.3")}),))
    cheaper = Catalogue(offers=dict(list(inputs.catalogue.offers.items())[1:]))
    # An entity may hold another price every few minutes.
    flapped = replace(inputs, tariff=dearer)
    assert not best_offer_is_due(best, TODAY, flapped)
    assert best_offer_is_due(best, TODAY + timedelta(days=1), flapped)
    for change in (
        {"catalogue": cheaper},
        {"power_kva": Decimal(9)},
        {"months": (12, 36, 36)},
    ):
        assert best_offer_is_due(best, TODAY, replace(inputs, **change)), change
    # The same things read again are no change.
    again = replace(inputs, tariff=Tariff(inputs.tariff.versions), catalogue=replace(inputs.catalogue))
    assert not best_offer_is_due(best, TODAY, again)


async def test_what_finds_nothing_is_tried_again_the_next_day_not_at_every_tick(
    open_account: OpenAccount, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    holes = set(days_between(ACTIVATION, LAST - timedelta(days=20)))
    account = await open_with(open_account, hass, tariff(), house(holes=holes))
    coordinator = account.coordinator(HOUSE)
    asked: list[Question] = []

    def noted(question: Question) -> Ranking:
        asked.append(question)
        return rank(question)

    monkeypatch.setattr(best_offer, "rank", noted)
    assert coordinator.money.best_offer is None
    for _ in range(3):
        await coordinator.money.async_look_for_best_offer(coordinator)
    assert len(asked) <= 1
    asked.clear()
    await account.travel(day_start(TODAY + timedelta(days=1)) + timedelta(hours=10))
    assert len(asked) == 1
