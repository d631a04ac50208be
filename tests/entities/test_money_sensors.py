"""What the money sensors show: figures worked out by hand for a household that takes 1 kWh every hour."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule
from custom_components.myelectricaldata.energy.offpeak_hours import OffpeakHours
from custom_components.myelectricaldata.energy.tariff import Option, Rule, Tariff
from custom_components.myelectricaldata.gateway.models import Direction
from custom_components.myelectricaldata.money_descriptions import is_money_key, periods_since
from tests.entities.rig import BOTH, ENTRY_ID, PDL, TODAY, EntityRig, Money, Start, snapshot_of
from tests.entities.tariffs import KNOWN_OFFER, base, bill_of, colours, hc_hp, priced, tempo, version

HC_HP = Tariff((hc_hp(),))
NOON = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon(freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(NOON)


def number(rig: EntityRig, key: str) -> float:
    return float(rig.value(key))


async def test_the_cost_of_each_span_is_energy_and_subscription(start: Start) -> None:
    """A day: 8 kWh at 0.16 and 16 at 0.20 are 4.48 EUR; the subscription is 0.60 EUR a day.

    The last 30 days have the 25-hour Sunday: one more hour, off-peak. The year has both clock changes: 324 days, of
    which the missing and the additional hour are both off-peak.
    """
    snapshot, money = priced(HC_HP)
    rig = await start(snapshot=snapshot, money=money)
    expected = {
        "cost_yesterday": (4.48, 0.60, "2026-11-20", 1),
        "cost_this_week": (22.40, 3.00, "2026-11-16", 5),
        "cost_this_month": (89.60, 12.00, "2026-11-01", 20),
        "cost_last_30_days": (134.56, 18.00, "2026-10-22", 30),
        "cost_this_year": (1451.52, 194.40, "2026-01-01", 324),
    }
    for key, (energy, subscription, first, days) in expected.items():
        shown = rig.state(key)
        assert float(shown.state) == pytest.approx(energy + subscription, abs=1e-9), key
        assert shown.attributes["energy"] == pytest.approx(energy, abs=1e-9)
        assert shown.attributes["subscription"] == pytest.approx(subscription, abs=1e-9)
        assert (shown.attributes["first_day"], shown.attributes["last_day"]) == (first, "2026-11-20")
        assert (shown.attributes["days_known"], shown.attributes["days_expected"]) == (days, days)
        assert shown.attributes["waiting_kwh"] == 0
        assert (shown.attributes["unit_of_measurement"], shown.attributes["device_class"]) == ("EUR", "monetary")
        assert "state_class" not in shown.attributes


async def test_fixed_and_variable_parts_stand_alone(start: Start, all_enabled: None) -> None:
    snapshot, money = priced(HC_HP)
    rig = await start(snapshot=snapshot, money=money)
    assert number(rig, "cost_fixed_this_month") == pytest.approx(12)
    assert number(rig, "cost_variable_this_month") == pytest.approx(89.6)
    assert number(rig, "cost_fixed_this_year") == pytest.approx(194.4)
    assert number(rig, "cost_variable_this_year") == pytest.approx(1451.52)


async def test_the_projected_bill_says_what_it_rests_on(start: Start) -> None:
    """The days to come cost the mean of the last 30: 134.56 / 30 EUR, and 0.60 EUR of subscription."""
    snapshot, money = priced(HC_HP)
    rig = await start(snapshot=snapshot, money=money)
    month, year = rig.state("projected_bill_month"), rig.state("projected_bill_year")
    mean = 134.56 / 30
    assert float(month.state) == pytest.approx(89.60 + 10 * mean + 30 * 0.60)
    assert float(year.state) == pytest.approx(1451.52 + 41 * mean + 365 * 0.60)
    assert month.attributes["energy"] == pytest.approx(89.60 + 10 * mean)
    assert month.attributes["subscription"] == pytest.approx(18)
    facts = {key: month.attributes[key] for key in ("method", "days_measured", "days_to_come")}
    assert facts == {"method": "last_30_days", "days_measured": 20, "days_to_come": 10}
    assert (year.attributes["days_measured"], year.attributes["days_to_come"]) == (324, 41)


async def test_too_few_days_project_nothing(start: Start) -> None:
    snapshot, money = priced(HC_HP, first=date(2026, 11, 19))
    rig = await start(snapshot=snapshot, money=money)
    projected = rig.state("projected_bill_month")
    assert projected.state == STATE_UNKNOWN
    assert [projected.attributes[key] for key in ("energy", "subscription", "method", "days_measured")] == [None] * 4


async def test_each_period_has_its_energy_its_share_and_its_cost(start: Start, all_enabled: None) -> None:
    """The month: 20 nights of 8 h. The year: 324 nights of 8 h, one hour less in March and one more in October."""
    snapshot, money = priced(HC_HP)
    rig = await start(snapshot=snapshot, money=money)
    expected = {
        "hc_energy_this_month": 160, "hp_energy_this_month": 320, "hc_cost_this_month": 25.6, "hp_cost_this_month": 64,
        "hc_energy_this_year": 2592, "hp_energy_this_year": 5184, "hc_cost_this_year": 414.72,
        "hp_cost_this_year": 1036.8, "hc_share_this_year": 100 / 3, "hp_share_this_year": 200 / 3,
    }  # fmt: skip
    assert {key: number(rig, key) for key in expected} == pytest.approx(expected)
    assert rig.state("hc_energy_this_month").attributes["unit_of_measurement"] == "kWh"
    assert rig.state("hc_share_this_year").attributes["unit_of_measurement"] == "%"
    assert rig.state("hc_cost_this_year").attributes["days_known"] == 324


async def test_a_period_without_energy_is_zero_and_one_without_a_day_is_unknown(start: Start) -> None:
    blue = colours(date(2025, 12, 31), *(["BLUE"] * 330))
    snapshot, money = priced(Tariff((tempo(),)), calendars=blue)
    rig = await start(snapshot=snapshot, money=money)
    for figure in ("energy_this_month", "cost_this_month", "share_this_year"):
        assert number(rig, f"red_hp_{figure}") == 0
    assert number(rig, "blue_hp_energy_this_month") == 20 * 16
    assert number(rig, "blue_hc_cost_this_month") == pytest.approx(20 * 8 * 0.10)

    await rig.show(replace(snapshot, bill=bill_of(money.tariff, last=date(2026, 10, 31), calendars=blue)))
    assert rig.value("red_hp_energy_this_month") == rig.value("red_hp_cost_this_month") == STATE_UNKNOWN
    assert number(rig, "blue_hp_share_this_year") > 0


async def test_the_average_price_is_that_of_the_year_without_the_subscription(start: Start) -> None:
    snapshot, money = priced(HC_HP)
    rig = await start(snapshot=snapshot, money=money)
    average = rig.state("average_price")
    assert float(average.state) == pytest.approx(1451.52 / 7776)
    assert (average.attributes["unit_of_measurement"], average.attributes["days_known"]) == ("EUR/kWh", 324)


async def test_what_waits_is_told_with_its_reasons_and_nothing_is_a_zero(start: Start) -> None:
    """Yesterday's colour is missing: its 18 hours from 06:00 wait; the six before are the eve's, white."""
    known = colours(date(2025, 12, 31), *(["WHITE"] * 324))
    assert max(known.tempo) == date(2026, 11, 19)
    snapshot, money = priced(Tariff((tempo(),)), calendars=known)
    rig = await start(snapshot=snapshot, money=money)
    waiting = rig.state("cost_waiting")
    assert float(waiting.state) == 18
    facts = {key: waiting.attributes[key] for key in ("no_tariff", "day_type", "price", "first_day", "last_day")}
    assert facts == {
        "no_tariff": 0, "day_type": 18, "price": 0, "first_day": "2026-11-20", "last_day": "2026-11-20",
    }  # fmt: skip
    assert rig.state("cost_yesterday").attributes["waiting_kwh"] == 18
    assert rig.state("cost_yesterday").attributes["energy"] == pytest.approx(6 * 0.14)

    all_known = colours(date(2025, 12, 31), *(["WHITE"] * 325))
    await rig.show(replace(snapshot, bill=bill_of(money.tariff, calendars=all_known)))
    done = rig.state("cost_waiting")
    assert (float(done.state), done.attributes["first_day"]) == (0, None)
    assert rig.state("cost_yesterday").attributes["energy"] == pytest.approx(6 * 0.14 + 16 * 0.18 + 2 * 0.14)


async def test_a_price_that_is_unknown_is_no_zero(start: Start) -> None:
    snapshot, money = priced(Tariff((replace(hc_hp(subscription=None), prices={}),)))
    rig = await start(snapshot=snapshot, money=money)
    for key in ("cost_this_month", "cost_fixed_this_month", "cost_variable_this_month", "hc_cost_this_month"):
        assert rig.value(key) == STATE_UNKNOWN, key
    assert rig.value("average_price") == rig.value("projected_bill_year") == STATE_UNKNOWN
    assert number(rig, "hc_energy_this_month") == 160
    assert rig.state("cost_waiting").attributes["price"] == 7776


async def test_before_the_first_bill_everything_is_unknown_and_bears_it(start: Start, all_enabled: None) -> None:
    rig = await start(money=Money(tariff=HC_HP))
    money_keys = [key for key in registered(rig) if is_money_key(key) and key != "tariff"]
    assert len(money_keys) > 20
    assert {rig.value(key) for key in money_keys} == {STATE_UNKNOWN}


async def test_the_tariff_in_force_is_told_in_words(start: Start) -> None:
    later = tempo(since=date(2026, 12, 1), unverified=True)
    snapshot, money = priced(Tariff((hc_hp(), later)))
    rig = await start(snapshot=snapshot, money=money)
    told = rig.state("tariff")
    assert told.state.endswith(" · EDF, Tarif Bleu")
    assert told.attributes["prices_of"] == "2019-08-01"
    facts = {key: told.attributes[key] for key in ("valid_from", "prices", "subscription", "power_kva", "unverified")}
    assert facts == {
        "valid_from": "2020-01-01", "prices": {"hc": 0.16, "hp": 0.2}, "subscription": 18.25, "power_kva": 6,
        "unverified": False,
    }  # fmt: skip
    await rig.show(replace(snapshot, today=date(2026, 12, 1)))
    assert rig.value("tariff").startswith("Tempo")
    assert rig.state("tariff").attributes["unverified"] is True


async def test_a_tariff_that_is_still_to_come_is_unknown(start: Start) -> None:
    snapshot, money = priced(Tariff((hc_hp(since=date(2026, 12, 1), source=""),)))
    rig = await start(snapshot=snapshot, money=money)
    assert rig.value("tariff") == STATE_UNKNOWN
    assert "prices" not in rig.state("tariff").attributes
    await rig.show(replace(snapshot, today=date(2026, 12, 1)))
    assert rig.value("tariff") != STATE_UNKNOWN


async def test_injected_energy_that_is_paid_for_says_what_it_brought(start: Start) -> None:
    surplus = Tariff((base("0.04", subscription=None),))
    snapshot = replace(snapshot_of(BOTH), compensation=bill_of(surplus))
    rig = await start(BOTH, snapshot=snapshot, money=Money(surplus=surplus))
    assert number(rig, "compensation_yesterday") == pytest.approx(24 * 0.04)
    assert number(rig, "compensation_this_month") == pytest.approx(20 * 24 * 0.04)
    assert number(rig, "compensation_this_year") == pytest.approx(7776 * 0.04)
    assert rig.state("compensation_this_year").attributes["waiting_kwh"] == 0
    assert rig.entity_id("cost_this_month") is None


async def test_only_what_can_be_priced_has_money_sensors(start: Start) -> None:
    rig = await start((Direction.PRODUCTION,), money=Money(tariff=HC_HP))
    assert {key for key in registered(rig) if is_money_key(key) or key in ("best_offer", "current_price")} == set()


async def test_without_a_tariff_a_consumer_has_the_best_offer_only(start: Start) -> None:
    rig = await start(money=Money(surplus=Tariff((base(),))))
    assert not any(is_money_key(key) or key == "current_price" for key in registered(rig))
    assert rig.value("best_offer") == rig.value("saving_per_year") == STATE_UNKNOWN


async def test_the_best_offer_says_who_sells_it_and_what_it_saves(start: Start) -> None:
    rig = await start(snapshot=replace(snapshot_of(), best_offer=KNOWN_OFFER))
    best = rig.state("best_offer")
    assert best.state == "Tempo"
    keys = ("provider", "total_per_year", "present_per_year", "computed_on", "days")
    assert [best.attributes[key] for key in keys] == ["EDF", 1234.56, 1313.46, "2026-11-16", 365]
    assert number(rig, "saving_per_year") == pytest.approx(78.9)
    await rig.show(replace(snapshot_of(), best_offer=replace(KNOWN_OFFER, saving_per_year=None)))
    assert rig.value("saving_per_year") == STATE_UNKNOWN


def registered(rig: EntityRig) -> set[str]:
    entries = er.async_entries_for_config_entry(er.async_get(rig.hass), ENTRY_ID)
    return {entry.unique_id.removeprefix(f"{PDL}_") for entry in entries if entry.unique_id.startswith(PDL)}


async def test_year_details_start_disabled(start: Start) -> None:
    rig = await start(money=Money(tariff=HC_HP))
    entries = er.async_entries_for_config_entry(er.async_get(rig.hass), ENTRY_ID)
    disabled = {entry.unique_id.removeprefix(f"{PDL}_") for entry in entries if entry.disabled_by}
    assert {key for key in disabled if is_money_key(key)} == {
        "cost_fixed_this_year", "cost_variable_this_year",
        *(f"{period}_{figure}_this_year" for period in ("hc", "hp") for figure in ("energy", "cost")),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("language", "name"), [("fr", "Maison HC : coût du mois"), ("en", "Maison Off-peak: cost this month")]
)
async def test_a_sensor_of_a_period_is_named_after_it(
    hass: HomeAssistant, start: Start, language: str, name: str
) -> None:
    hass.config.language = language
    own = version(Option(code="CUSTOM", rules=(Rule(period="my_night"),)), {})
    rig = await start(
        money=Money(tariff=Tariff((hc_hp(valid_to=date(2026, 12, 31)), replace(own, valid_from=date(2027, 1, 1)))))
    )
    assert rig.state("hc_cost_this_month").attributes["friendly_name"] == name
    assert rig.state("my_night_cost_this_month").attributes["friendly_name"].startswith("Maison My night")


async def test_what_another_tariff_had_is_forgotten_and_nothing_else(start: Start, all_enabled: None) -> None:
    rig = await start(money=Money(tariff=HC_HP), offpeak=[{"season": "all", "windows": ["22:00-06:00"]}])
    registry = er.async_get(rig.hass)
    before = registered(rig)
    foreign = registry.async_get_or_create(
        "sensor", "myelectricaldata", "99999999999999_hc_cost_this_month", config_entry=rig.entry
    )
    await rig.unload()

    rig.usage_point.tariff = Tariff((tempo(),))
    await rig.load()
    now = registered(rig)
    gone = {key for key in before if key.startswith(("hc_", "hp_"))}
    assert len(gone) == 10
    assert before - now == gone
    assert {key for key in now - before if key.startswith("red_hp_")} == {
        f"red_hp_{figure}"
        for figure in ("energy_this_month", "energy_this_year", "share_this_year", "cost_this_month", "cost_this_year")
    }
    assert registry.async_get(foreign.entity_id) is not None
    await rig.unload()

    rig.usage_point.tariff = Tariff()
    rig.usage_point.offpeak_hours = OffpeakHours(OffpeakSchedule())
    await rig.load()
    left = registered(rig)
    assert not any(is_money_key(key) for key in left)
    assert {"current_price", "offpeak", "next_offpeak_change"}.isdisjoint(left)
    assert {"consumption_yesterday", "best_offer"} <= left


async def test_a_tariff_that_cannot_be_read_costs_nobody_an_entity(start: Start) -> None:
    rig = await start(money=Money(tariff=HC_HP), config={"tariff": [{"valid_from": "2026-01-01"}]})
    before = registered(rig)
    await rig.unload()
    rig.usage_point.tariff = Tariff()
    await rig.load()
    assert registered(rig) == before


async def test_a_year_knows_the_periods_of_its_own_tariffs_only() -> None:
    tariff = Tariff(
        (
            base(since=date(2023, 1, 1)),
            hc_hp(since=date(2024, 1, 1), valid_to=date(2025, 12, 31)),
            tempo(since=date(2026, 3, 1), valid_to=date(2026, 8, 31)),
            version(Option(code="CUSTOM", rules=(Rule(period="my_night"),)), {}, since=date(2027, 1, 1)),
        )
    )
    assert periods_since(tariff, date(2026, 1, 1)) == (*tempo().option.periods, "my_night")
    assert periods_since(tariff, date(2025, 12, 31))[:2] == ("hc", "hp")
    assert periods_since(Tariff((base(since=date(2023, 1, 1)), hc_hp(since=TODAY))), TODAY) == ("hc", "hp")
    assert "base" in periods_since(Tariff((base(since=date(2023, 1, 1)), hc_hp(since=TODAY))), date(2026, 11, 20))
