"""The life of a tariff: a household's hours change with the reform, its prices change, it goes over to Tempo."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from homeassistant.components import persistent_notification
from homeassistant.helpers import issue_registry as ir

from custom_components.myelectricaldata.const import CONF_OFFPEAK, CONF_SURPLUS, CONF_TARIFF, DOMAIN
from custom_components.myelectricaldata.energy.entries import OfferReference, Source, TariffEntry
from custom_components.myelectricaldata.energy.entry_format import encode_entry
from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule
from custom_components.myelectricaldata.energy.options import OptionCode
from tests.account import Account, paris
from tests.conftest import OpenAccount
from tests.simulators import offers, tempo
from tests.simulators.clock import midnight
from tests.simulators.households import Household

pytestmark = pytest.mark.long

PDL = "22516914714271"
NOW = paris(2026, 11, 21, 12)
ACTIVATION = date(2026, 10, 16)
REFORM = date(2026, 10, 21)
NEW_PRICE = date(2026, 10, 28)
TEMPO = date(2026, 11, 6)
LAST = date(2026, 11, 20)
ONE_DAY = timedelta(days=1)
PARIS = ZoneInfo("Europe/Paris")

OLD_PRICES = {"hc": Decimal("0.1579"), "hp": Decimal("0.2065")}
NEW_PRICES = {"hc": Decimal("0.16123"), "hp": Decimal("0.21987")}
TEMPO_PRICES = {
    "blue_hc": Decimal("0.1356"),
    "blue_hp": Decimal("0.1654"),
    "white_hc": Decimal("0.1536"),
    "white_hp": Decimal("0.1921"),
    "red_hc": Decimal("0.1615"),
    "red_hp": Decimal("0.7295"),
}


def hours(*windows: str) -> OffpeakSchedule:
    return OffpeakSchedule.from_config([{"season": "all", "windows": list(windows)}])


def manual(valid_from: date, option: OptionCode, prices: Mapping[str, Decimal], **more: Any) -> TariffEntry:
    return TariffEntry(
        valid_from=valid_from,
        source=Source.MANUAL,
        option=option,
        prices=dict(prices),
        subscription=Decimal("15.74"),
        power_kva=Decimal(6),
        **more,
    )


ENTRIES = (
    manual(ACTIVATION, OptionCode.HC_HP, OLD_PRICES, offpeak=hours("22:30-06:30")),
    manual(REFORM, OptionCode.HC_HP, OLD_PRICES, offpeak=hours("02:26-07:56", "12:56-15:26")),
    manual(NEW_PRICE, OptionCode.HC_HP, NEW_PRICES, offpeak=hours("02:26-07:56", "12:56-15:26")),
    manual(TEMPO, OptionCode.TEMPO, TEMPO_PRICES),
)


def period_at(minute: datetime) -> str:
    """Written again here, by the clock on the wall, without the code under test."""
    wall = minute.astimezone(PARIS)
    clock = wall.hour * 60 + wall.minute
    if wall.date() >= TEMPO:
        started = wall.date() if wall.hour >= 6 else wall.date() - ONE_DAY
        return f"{tempo.colour(started).lower()}_{'hc' if wall.hour >= 22 or wall.hour < 6 else 'hp'}"
    if wall.date() >= REFORM:
        return "hc" if 146 <= clock < 476 or 776 <= clock < 926 else "hp"
    return "hc" if clock >= 1350 or clock < 390 else "hp"


def exact_energy(home: Household, period: Callable[[datetime], str]) -> dict[str, dict[datetime, Fraction]]:
    """Wh by period and UTC hour, minute by minute."""
    found: dict[str, dict[datetime, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    day = ACTIVATION
    while day <= LAST:
        start = midnight(day)
        for slot, energy in enumerate(home.slot_wh("consumption", day)):
            for minute in range(slot * home.minutes, (slot + 1) * home.minutes):
                instant = start + timedelta(minutes=minute)
                hour = instant.replace(minute=0)
                found[period(instant)][hour] += Fraction(energy, home.minutes)
        day += ONE_DAY
    return found


async def open_with(
    open_account: OpenAccount, home: Household, entries: tuple[TariffEntry, ...], **more: Any
) -> Account:
    account: Account = await open_account(NOW, home, start=False)
    account.entry.add_to_hass(account.hass)
    give_tariff(account, entries, **more)
    await account.start()
    return account


def give_tariff(account: Account, entries: tuple[TariffEntry, ...], **more: Any) -> None:
    subentry = next(iter(account.entry.subentries.values()))
    data = {**subentry.data, CONF_TARIFF: [encode_entry(entry) for entry in entries], **more}
    account.hass.config_entries.async_update_subentry(account.entry, subentry, data=data)


async def amounts(account: Account, kind: str, period: str = "") -> dict[datetime, float]:
    """The states of one statistic by hour, once its sums were found to be those of its states."""
    rows = await account._stored(f"{DOMAIN}:{kind}_{PDL}_{period}".rstrip("_"), {"state", "sum"})
    total = 0.0
    for row in rows:
        total += row["state"]
        assert row["sum"] == pytest.approx(total, abs=1e-6)
        total = row["sum"]
    return {datetime.fromtimestamp(row["start"], UTC): row["state"] for row in rows}


async def period_amounts(account: Account, kind: str) -> dict[str, dict[datetime, float]]:
    return {period: await amounts(account, kind, period) for period in (*OLD_PRICES, *TEMPO_PRICES)}


async def assert_exact(account: Account, home: Household) -> None:
    """Every hour of every series is the truth of the simulator under the tariff of its day."""
    truth = exact_energy(home, period_at)
    energy = await period_amounts(account, "consumption")
    cost = await period_amounts(account, "cost")
    total_energy = await amounts(account, "consumption")
    total_cost = await amounts(account, "cost")
    by_hour: dict[datetime, int] = defaultdict(int)
    cost_by_hour: dict[datetime, Decimal] = defaultdict(Decimal)
    for period, found in energy.items():
        expected = truth.get(period, {})
        assert {hour for hour, wh in expected.items() if wh >= 1} <= found.keys()
        for hour, kwh in found.items():
            wh = round(kwh * 1000)
            assert abs(wh - expected.get(hour, Fraction(0))) <= 1
            day = hour.astimezone(PARIS).date()
            price = TEMPO_PRICES.get(period) or (NEW_PRICES if day >= NEW_PRICE else OLD_PRICES)[period]
            assert cost[period][hour] == pytest.approx(float(wh * price / 1000), abs=1e-9)
            by_hour[hour] += wh
            cost_by_hour[hour] += wh * price / 1000
        assert cost[period].keys() == found.keys()
    assert {hour: round(1000 * kwh) for hour, kwh in total_energy.items() if kwh} == {
        hour: wh for hour, wh in by_hour.items() if wh
    }
    assert total_cost.keys() == total_energy.keys()
    assert all(value == pytest.approx(float(cost_by_hour[hour]), abs=1e-9) for hour, value in total_cost.items())


async def test_hours_prices_and_option_change_each_on_their_date(open_account: OpenAccount) -> None:
    home = Household(pdl=PDL, name="Maison", activation=ACTIVATION)
    account = await open_with(open_account, home, ENTRIES)
    await assert_exact(account, home)
    subscription = await amounts(account, "subscription")
    assert len(subscription) == (LAST - ACTIVATION).days + 1
    assert sum(subscription.values()) == pytest.approx(36 * 12 * 15.74 / 365)


async def test_a_tariff_that_is_entered_later_gives_the_same_rows(open_account: OpenAccount) -> None:
    home = Household(pdl=PDL, name="Maison", activation=ACTIVATION)
    account = await open_with(open_account, home, ENTRIES[:1])
    for known in range(2, len(ENTRIES) + 1):
        give_tariff(account, ENTRIES[:known])
        await account.settle()
    await assert_exact(account, home)
    assert await account.coordinator(PDL).async_rebuild_statistics() == 0


async def test_entering_a_tariff_asks_the_gateway_for_no_reading(open_account: OpenAccount) -> None:
    home = Household(pdl=PDL, name="Maison", activation=ACTIVATION)
    account = await open_with(open_account, home, ())
    before = len([call for call in account.simulator.calls if call.path.startswith("/enedis")])
    give_tariff(account, ENTRIES)
    await account.settle()
    assert len([call for call in account.simulator.calls if call.path.startswith("/enedis")]) == before
    await assert_exact(account, home)


async def test_a_tariff_that_is_taken_away_leaves_energy_and_no_cost(open_account: OpenAccount) -> None:
    home = Household(pdl=PDL, name="Maison", activation=ACTIVATION)
    account = await open_with(open_account, home, ENTRIES)
    energy = await amounts(account, "consumption")
    give_tariff(account, ())
    await account.settle()
    assert await amounts(account, "consumption") == energy
    assert not any((await amounts(account, "cost")).values())
    for period in (*OLD_PRICES, *TEMPO_PRICES):
        assert not any((await amounts(account, "consumption", period)).values())
        assert not any((await amounts(account, "cost", period)).values())


FOLLOWED = TariffEntry(
    valid_from=ACTIVATION,
    source=Source.CATALOGUE,
    option=OptionCode.HC_HP,
    power_kva=Decimal(6),
    offpeak=hours("22:30-06:30"),
    offer=OfferReference(
        provider_id=offers.provider_id(0), provider="Énergie des Deux Rives", name="Rive Creuse", offer_type="HC_HP"
    ),
)


async def test_a_new_price_of_a_followed_offer_is_a_new_version_and_is_told(open_account: OpenAccount) -> None:
    home = Household(pdl=PDL, name="Maison", activation=date(2026, 11, 15))
    account = await open_with(open_account, home, (replace(FOLLOWED, valid_from=date(2026, 11, 15)),))
    coordinator = account.coordinator(PDL)
    assert [version.prices for version in coordinator.tariff.versions] == [
        {"hc": Decimal("0.15920"), "hp": Decimal("0.21390")}
    ]
    before = await amounts(account, "cost")
    changes = date(2026, 11, 23)
    account.simulator.offers.change_price("Rive Creuse", {"hp_price": "0.25"}, valid_from=changes)
    await account.travel(NOW + 4 * ONE_DAY)
    first, second = coordinator.tariff.versions
    assert (second.valid_from, second.prices["hp"], first.prices["hp"]) == (
        changes,
        Decimal("0.25000"),
        Decimal("0.21390"),
    )
    cost, energy = await amounts(account, "cost"), await amounts(account, "consumption", "hp")
    assert {hour: cost[hour] for hour in before} == before
    at_noon = midnight(changes) + timedelta(hours=12)
    assert cost[at_noon] == pytest.approx(energy[at_noon] * 0.25)
    assert cost[at_noon - ONE_DAY] == pytest.approx(energy[at_noon - ONE_DAY] * 0.2139)
    told = persistent_notification._async_get_or_create_notifications(account.hass)[f"{DOMAIN}_price_{PDL}"]
    assert "peak: 0.2139 → 0.2500\u00a0€/kWh" in told["message"]
    assert "23/11/2026" in told["message"]
    assert "off-peak" not in told["message"]


async def test_a_colour_that_is_not_there_leaves_the_cost_waiting_and_nothing_else(open_account: OpenAccount) -> None:
    home = Household(pdl=PDL, name="Maison", activation=ACTIVATION)
    account: Account = await open_account(NOW, home, start=False)
    account.entry.add_to_hass(account.hass)
    missing = date(2026, 11, 12)
    account.simulator.tempo.withheld.add(missing)
    give_tariff(account, ENTRIES)
    await account.start()
    total = await amounts(account, "consumption")
    cost = await amounts(account, "cost")
    waits = {hour for hour in total if hour not in cost}
    start = midnight(missing) + timedelta(hours=6)
    assert waits == {hour for hour in total if start <= hour < start + ONE_DAY and total[hour]}
    issue = ir.async_get(account.hass).async_get_issue(DOMAIN, f"cost_waits_for_day_type_{PDL}")
    assert issue is not None
    account.simulator.tempo.withheld.clear()
    await account.travel(NOW + ONE_DAY)
    assert ir.async_get(account.hass).async_get_issue(DOMAIN, f"cost_waits_for_day_type_{PDL}") is None
    cost = await amounts(account, "cost")
    assert {hour for hour in total if hour not in cost} == set()


async def test_injected_energy_brings_its_price(open_account: OpenAccount) -> None:
    home = Household(pdl=PDL, name="Maison", activation=ACTIVATION, production=True)
    surplus = replace(
        manual(ACTIVATION, OptionCode.BASE, {"base": Decimal("0.1276")}), subscription=None, power_kva=None
    )
    account = await open_with(open_account, home, ENTRIES, **{CONF_SURPLUS: [encode_entry(surplus)], CONF_OFFPEAK: []})
    energy = await amounts(account, "production")
    compensation = await amounts(account, "compensation")
    assert compensation == {hour: pytest.approx(kwh * 0.1276, abs=1e-9) for hour, kwh in energy.items()}
