"""The cost of whole histories: additive, independent of order, priced again only where something changed."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from custom_components.myelectricaldata.energy.calendar import ONE_DAY, hours_in_day
from custom_components.myelectricaldata.energy.cost import (
    CostBook,
    DayCost,
    cost_series,
    period_cost_series,
    period_energy_series,
    subscription_series,
)
from custom_components.myelectricaldata.energy.options import OptionCode, build_option
from custom_components.myelectricaldata.energy.series import HourRow, SeriesDay
from custom_components.myelectricaldata.energy.tariff import Calendars, Tariff
from custom_components.myelectricaldata.energy.trueup import DayEnergy

from .tariffs import (
    JANUARY,
    TEMPO,
    TEMPO_PRICES,
    added,
    base,
    calendars_of,
    energies,
    flat,
    priced,
    rows,
    series_of,
    span,
    starts,
    tariffs,
    version,
)

DAYS = 5


@given(st.data())
def test_the_periods_of_every_hour_add_up_to_its_energy_and_its_cost(data: st.DataObject) -> None:
    first = data.draw(starts)
    days, versions = data.draw(energies(first, DAYS)), data.draw(tariffs(first, DAYS))
    costs = priced(days, *versions, calendars=data.draw(calendars_of(first, DAYS)))
    for cost in costs:
        energy = days[cost.day]
        if energy is None:
            assert cost.parts == ()
            continue
        assert added(part.hours for part in cost.parts) == list(energy.hours())
        assert cost.wh == energy.total_wh
    periods = Tariff(versions).periods
    energy_rows = [rows(period_energy_series(costs, period)) for period in periods]
    cost_rows = [rows(period_cost_series(costs, period)) for period in periods]
    unplaced = [wh for cost in costs for wh in _hours_without_period(cost)]
    whole = [wh for cost in costs for wh in _hours(days[cost.day], cost.day)]
    for place, total in enumerate(rows(cost_series(costs))):
        assert sum(row[place].amount or 0 for row in energy_rows) + unplaced[place] == (whole[place] or 0)
        if total.amount is not None:
            assert sum(row[place].amount or 0 for row in cost_rows) == total.amount
            assert unplaced[place] == 0
    for made in (cost_series(costs), *(period_cost_series(costs, period) for period in periods)):
        _assert_continuous(rows(made))


def _hours(energy: DayEnergy | None, day: date) -> Sequence[int | None]:
    return [None] * hours_in_day(day) if energy is None else energy.hours()


def _hours_without_period(cost: DayCost) -> list[int]:
    unplaced = [part.hours for part in cost.parts if part.period is None]
    return [sum(hours[place] or 0 for hours in unplaced) for place in range(hours_in_day(cost.day))]


def _assert_continuous(found: Sequence[HourRow]) -> None:
    total: int | Decimal = 0
    for row in found:
        total += row.amount or 0
        assert row.total == total
    assert [after.start - before.start for before, after in pairwise(found)] == [timedelta(hours=1)] * (len(found) - 1)


@given(st.data())
def test_cost_is_additive_over_time(data: st.DataObject) -> None:
    first = data.draw(starts)
    days, versions = data.draw(energies(first, DAYS)), data.draw(tariffs(first, DAYS))
    calendars = data.draw(calendars_of(first, DAYS))
    costs = priced(days, *versions, calendars=calendars)
    apart = [cost for day in days for cost in priced({day: days[day]}, *versions, calendars=calendars)]
    assert list(costs) == apart
    assert cost_series(costs)[-1].sum_after == sum((cost_series([cost])[0].sum_after for cost in costs), Decimal())


@given(st.data())
def test_the_order_of_the_versions_does_not_matter(data: st.DataObject) -> None:
    first = data.draw(starts)
    days, versions = data.draw(energies(first, DAYS)), data.draw(tariffs(first, DAYS))
    calendars = data.draw(calendars_of(first, DAYS))
    shuffled = data.draw(st.permutations(versions))
    assert priced(days, *shuffled, calendars=calendars) == priced(days, *versions, calendars=calendars)


@given(st.data())
def test_a_version_changes_nothing_before_it_starts(data: st.DataObject) -> None:
    first = data.draw(starts)
    days, versions = data.draw(energies(first, DAYS)), data.draw(tariffs(first, DAYS))
    calendars = data.draw(calendars_of(first, DAYS))
    series, book = series_of(days), CostBook()
    *before, newest = sorted(versions, key=lambda each: each.valid_from)
    changed = data.draw(tariffs(newest.valid_from + 2 * ONE_DAY, 1))
    old = book.build(series, Tariff(versions), calendars)
    new = book.build(series, Tariff((*before, *changed)), calendars)
    since = min(newest.valid_from, *(each.valid_from for each in changed))
    for one, other in zip(old, new, strict=True):
        if one.day < since:
            assert one is other
    for made in (cost_series, lambda costs: period_cost_series(costs, "hp")):
        for one, other in zip(made(old), made(new), strict=True):
            if one.day < since:
                assert one == other
                assert list(one.rows()) == list(other.rows())


@given(st.data())
def test_a_book_says_the_same_as_one_that_starts_anew(data: st.DataObject) -> None:
    """Whatever came before: other tariffs, other days, other calendars."""
    first, book = data.draw(starts), CostBook()
    for _ in range(3):
        series = series_of(data.draw(energies(first, DAYS)), data.draw(st.sets(st.just(first))))
        tariff = Tariff(data.draw(tariffs(first, DAYS)))
        calendars = data.draw(calendars_of(first, DAYS))
        found = book.build(series, tariff, calendars)
        assert found == CostBook().build(series, tariff, calendars)
        again = book.build(series, Tariff(tariff.versions), calendars)
        assert all(one is other for one, other in zip(found, again, strict=True))


def test_a_new_price_moves_no_energy_and_an_end_changes_no_part() -> None:
    series = series_of(span(date(2026, 1, 5), date(2026, 1, 7)))
    calendars, book = Calendars(tempo=JANUARY), CostBook()
    option = build_option(OptionCode.TEMPO)
    before = book.build(series, Tariff((version(option, TEMPO_PRICES),)), calendars)
    ended = book.build(series, Tariff((version(option, TEMPO_PRICES, end=date(2026, 1, 31)),)), calendars)
    assert all(one.parts is other.parts for one, other in zip(before, ended, strict=True))
    dearer = book.build(series, Tariff((version(option, TEMPO_PRICES | {"red_hp": "0.7060"}),)), calendars)
    assert cost_series(dearer)[-1].sum_after - cost_series(before)[-1].sum_after == Decimal("0.0592") * 16
    assert all(
        one.hours is other.hours
        for old, new in zip(before, dearer, strict=True)
        for one, other in zip(old.parts, new.parts, strict=True)
    )


def test_a_new_day_costs_one_day() -> None:
    days = span(date(2026, 5, 5), date(2026, 5, 8))
    book, tariff = CostBook(), Tariff((base(),))
    before = book.build(series_of({day: days[day] for day in list(days)[:3]}), tariff, Calendars())
    after = book.build(series_of(days), tariff, Calendars())
    assert [one is other for one, other in zip(before, after[:3], strict=True)] == [True] * 3
    revised = book.build(series_of(days | {date(2026, 5, 6): flat(date(2026, 5, 6), 900)}), tariff, Calendars())
    assert [one is other for one, other in zip(after, revised, strict=True)] == [True, False, True, True]


# ---- series ----------------------------------------------------------------------------------------------------------


def test_a_period_can_be_picked_before_it_is_first_used() -> None:
    costs = priced(span(date(2026, 1, 5), date(2026, 1, 6)), TEMPO, calendars=Calendars(tempo=JANUARY))
    for made in (period_energy_series(costs, "red_hp"), period_cost_series(costs, "red_hp")):
        found = rows(made)
        assert found[0].amount == 0
        assert [place for place, row in enumerate(found) if row.amount is not None] == [0, *range(30, 46)]


def test_the_subscription_is_due_on_every_day_whatever_is_known_of_its_energy() -> None:
    day = date(2025, 12, 30)
    unknown = base(start=date(2026, 1, 1), subscription=None)
    costs = priced(
        {day: flat(day), day + ONE_DAY: None, day + 2 * ONE_DAY: flat(day), date(2026, 1, 2): flat(day)},
        base(),
        unknown,
    )
    tariff = Tariff((base(start=date(2025, 12, 31)), unknown))
    found = rows(subscription_series(costs, tariff))
    daily = 12 * Decimal("15.86") / 365
    assert [row.amount for row in found] == [None] * 24 + [daily, *[None] * 23] + [None] * 48
    assert {row.total for row in found[24:]} == {daily}


def test_equal_days_are_equal_entries_and_other_days_are_not() -> None:
    def series(watts: int = 1000, price: str = "0.2") -> list[Sequence[SeriesDay]]:
        costs = priced(span(date(2026, 5, 5), date(2026, 5, 6), watts), base(price))
        return [cost_series(costs), period_cost_series(costs, "base"), period_energy_series(costs, "base")]

    assert series() == series()
    energy, money = series(watts=1002), series(price="0.21")
    assert all(one != other for one, other in zip(series(), energy, strict=True))
    assert [one == other for one, other in zip(series(), money, strict=True)] == [False, False, True]
