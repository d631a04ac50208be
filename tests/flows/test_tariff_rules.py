"""Rules of the user's own: entered in a form, checked for every minute of every kind of day, read back."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from hypothesis import given
from hypothesis import strategies as st

from custom_components.myelectricaldata.energy.calendar import days_between
from custom_components.myelectricaldata.energy.entries import Source, TariffEntry
from custom_components.myelectricaldata.energy.offpeak import Season, Window
from custom_components.myelectricaldata.energy.options import OptionCode
from custom_components.myelectricaldata.energy.tariff import (
    EVERY_DAY,
    WEEKEND,
    Calendars,
    Holidays,
    Option,
    Rule,
)
from custom_components.myelectricaldata.flows.tariff_rules import items_of, rules_of, uncovered
from tests.flows.forms import WORDING
from tests.flows.tariff_rig import add, house, open_tariff, saved, values
from tests.flows.usage_point_rig import answer, choose

ALL_ELSE = {"period": "Plein", "price": 0.21}
NIGHTS = {
    "period": "Nuit d'hiver",
    "price": 0.15,
    "windows": "22h-6h",
    "season": "winter",
    "weekdays": ["5", "6"],
    "holidays": "included",
}


@pytest.fixture(autouse=True)
def today(freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(datetime(2026, 11, 21, 11, tzinfo=UTC))


async def test_rules_are_told_in_plain_words_and_kept_in_their_order(hass: HomeAssistant) -> None:
    entry = house(hass)
    form = await add(hass, entry, "own_rules")
    assert values(form) == {"valid_from": "2025-03-01", "power_kva": "6"}
    given = {"valid_from": "2026-02-01", "power_kva": "6", "subscription": 14.5, "rules": [NIGHTS, ALL_ELSE]}
    summary = await answer(hass, form, given)
    words = summary["description_placeholders"]["summary"]
    assert words.startswith("**Own rules · own prices · 6\u00a0kVA**\n\nSince 2026-02-01.")
    assert (
        "1. nuit d hiver: in winter (November to March), Saturday, Sunday, also on every public holiday, 22:00–06:00\n"
        "2. plein: all day"
    ) in words
    assert "nuit d hiver 0.1500\u00a0€/kWh, plein 0.2100\u00a0€/kWh · subscription 14.50\u00a0€/month" in words
    again = await choose(hass, summary, "correct")
    assert values(again)["rules"][0]["windows"] == "22:00-06:00"
    await choose(hass, await answer(hass, again, given), "save")
    (kept,) = saved(entry)
    assert kept == TariffEntry(
        valid_from=date(2026, 2, 1),
        source=Source.MANUAL,
        option=OptionCode.CUSTOM,
        power_kva=Decimal(6),
        rules=(
            Rule(
                period="nuit_d_hiver",
                windows=(Window(22 * 60, 6 * 60),),
                season=Season.WINTER,
                weekdays=WEEKEND,
                holidays=Holidays.INCLUDED,
            ),
            Rule(period="plein"),
        ),
        prices={"nuit_d_hiver": Decimal("0.15"), "plein": Decimal("0.21")},
        subscription=Decimal("14.5"),
    )
    edit = await choose(hass, await open_tariff(hass, entry), "tariff_edit")
    form = await answer(hass, edit, {"entry": "2026-02-01"})
    assert (form["step_id"], [item["period"] for item in values(form)["rules"]]) == (
        "own_rules",
        ["nuit_d_hiver", "plein"],
    )


@pytest.mark.parametrize(
    ("rules", "error", "piece"),
    [
        ([], "rules_missing", ""),
        ([{"period": "!!!", "price": 0.2}], "rule_period", "!!!"),
        ([{"period": "x" * 41, "price": 0.2}], "rule_period", "x" * 41),
        ([{"period": "Plein"}], "rule_price_missing", "plein"),
        ([{"period": "Plein", "price": 21}], "price_range", "plein"),
        ([ALL_ELSE, {"period": "plein", "price": 0.2}], "rule_two_prices", "plein"),
        ([{**ALL_ELSE, "windows": "22-6"}], "syntax", "22-6"),
        ([{**ALL_ELSE, "windows": "22:00-06:00, 5:00-7:00"}], "overlap", "05:00-07:00"),
        ([NIGHTS], "rules_incomplete", "Monday, in summer (April to October), 00:00–24:00"),
        (
            [{**ALL_ELSE, "windows": "0:00-12:00, 12:30-24:00"}],
            "rules_incomplete",
            "Monday, in summer (April to October), 12:00–12:30",
        ),
        (
            [{**ALL_ELSE, "holidays": "excluded"}, {**ALL_ELSE, "holidays": "included", "windows": "0:00-23:00"}],
            "rules_incomplete",
            "Monday, in summer (April to October), public holiday, 23:00–24:00",
        ),
    ],
)
async def test_what_is_wrong_with_the_rules_is_said(
    hass: HomeAssistant, rules: list[dict[str, Any]], error: str, piece: str
) -> None:
    entry = house(hass)
    form = await add(hass, entry, "own_rules")
    refused = await answer(hass, form, {"valid_from": "2026-02-01", "rules": rules})
    assert refused["errors"] == {"rules": error}
    assert refused["description_placeholders"]["piece"] == piece
    assert "tariff" not in entry.subentries["maison"].data


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"valid_from": "1999-01-01"}, {"valid_from": "date_range"}),
        ({"subscription": -1}, {"subscription": "subscription_range"}),
        ({"power_kva": "-3"}, {"power_kva": "power_range"}),
    ],
)
async def test_what_is_wrong_beside_the_rules_is_said(
    hass: HomeAssistant, given: dict[str, Any], error: dict[str, str]
) -> None:
    form = await add(hass, house(hass), "own_rules")
    refused = await answer(hass, form, {"valid_from": "2026-02-01", "rules": [ALL_ELSE], **given})
    assert refused["errors"] == error


minutes = st.integers(0, 95).map(lambda quarter: 15 * quarter)
rule = st.builds(
    Rule,
    period=st.sampled_from(["a", "b_1", "heures_creuses"]),
    windows=st.lists(
        st.builds(
            lambda start, length: Window(start, (start + length) % 1440),
            minutes,
            st.integers(1, 95).map(lambda n: 15 * n),
        ),
        max_size=2,
    ).map(tuple),
    season=st.sampled_from(Season),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1) | st.just(EVERY_DAY),
    holidays=st.sampled_from(Holidays),
)


@given(st.lists(rule, min_size=1, max_size=6))
def test_rules_that_are_accepted_leave_no_minute_of_any_day_without_a_period(rules: list[Rule]) -> None:
    """Five years have every weekday of both seasons, as a public holiday and as an ordinary day, but for a few."""
    option = Option(code=OptionCode.CUSTOM, rules=tuple(rules))
    missing = uncovered(rules)
    holes = any(
        segment.period is None
        for day in days_between(date(2024, 1, 1), date(2024, 12, 31))
        for segment in option.segments(day, Calendars())
    )
    if missing is None:
        assert not holes
    elif not missing[2]:
        assert holes


@given(
    st.lists(rule, min_size=1, max_size=4),
    st.fixed_dictionaries({name: st.decimals(0, 5, places=5) for name in ("a", "b_1", "heures_creuses", "rest")}),
)
def test_rules_read_back_from_their_form_are_the_same(rules: list[Rule], prices: dict[str, Decimal]) -> None:
    complete = (*rules, Rule(period="rest"))
    used = {each.period: prices[each.period] for each in complete}
    if any(_overlap(each) for each in complete):
        return
    again, read = rules_of(items_of(complete, used), WORDING)
    assert [(each.period, set(each.windows), each.season, each.weekdays, each.holidays) for each in again] == [
        (each.period, set(each.windows), each.season, each.weekdays, each.holidays) for each in complete
    ]
    assert read == used


def _overlap(each: Rule) -> bool:
    """The form refuses hours that overlap within one rule."""
    covered = [minute for window in each.windows for start, end in window.spans for minute in range(start, end)]
    return len(covered) > len(set(covered))
