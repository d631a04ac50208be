"""The bill of the periods that people look at, what waits, and what is still to come."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from custom_components.myelectricaldata.energy.bill import BillSummary, PeriodBill, PeriodShare, summarise_bill
from custom_components.myelectricaldata.energy.calendar import ONE_DAY, days_between
from custom_components.myelectricaldata.energy.cost import DayCost, WaitReason
from custom_components.myelectricaldata.energy.options import OptionCode, build_option
from custom_components.myelectricaldata.energy.projection import Projection
from custom_components.myelectricaldata.energy.tariff import Calendars, Tariff, TariffVersion
from custom_components.myelectricaldata.energy.trueup import DayEnergy

from .tariffs import TEMPO_PRICES, base, calendars_of, energies, flat, priced, schedule, span, starts, tariffs, version

DAILY_2025 = 12 * Decimal("15.86") / 365
HOURS = version(
    build_option(OptionCode.HC_HP, offpeak=schedule("22:00-06:00")), {"hc": "0.1", "hp": "0.2"}, start=date(2024, 1, 1)
)
TODAY = date(2026, 11, 21)  # a Saturday


def summarise(
    days: dict[date, DayEnergy | None],
    *versions: TariffVersion,
    today: date = TODAY,
    calendars: Calendars | None = None,
) -> BillSummary:
    return summarise_bill(priced(days, *versions, calendars=calendars), Tariff(versions), today)


def close(one: Decimal | None, other: Decimal | float | None) -> bool:
    return one is not None and other is not None and abs(one - Decimal(other)) < Decimal("1e-15")


def bills(summary: BillSummary) -> Iterator[PeriodBill]:
    yield from (summary.yesterday, summary.week, summary.month, summary.year, summary.last_30_days)


# ---- periods ---------------------------------------------------------------------------------------------------------


def test_periods_end_yesterday() -> None:
    # A flat kilowatt of 4 EUR a day: 8 h at 0.1 and 16 h at 0.2.
    summary = summarise(span(date(2026, 1, 1), TODAY + 3 * ONE_DAY), HOURS)
    spans = [(bill.first, bill.last, bill.days_known, bill.days_expected) for bill in bills(summary)]
    assert spans == [
        (date(2026, 11, 20), date(2026, 11, 20), 1, 1),
        (date(2026, 11, 16), date(2026, 11, 20), 5, 5),
        (date(2026, 11, 1), date(2026, 11, 20), 20, 20),
        (date(2026, 1, 1), date(2026, 11, 20), 324, 324),
        (date(2026, 10, 22), date(2026, 11, 20), 30, 30),
    ]
    assert summary.month.energy == 80
    assert close(summary.month.subscription, 20 * DAILY_2025)
    assert close(summary.month.total, 80 + 20 * DAILY_2025)
    # Both clock changes: an hour less off-peak in March, one more in October.
    assert summary.year.energy == 324 * 4
    assert summary.last_30_days.by_period == {
        "hc": PeriodShare(241_000, Decimal("24.1")),
        "hp": PeriodShare(480_000, Decimal(96)),
    }
    assert close(summary.average_price, Decimal(4) / 24)


def test_a_period_that_has_no_day_yet_has_no_bill() -> None:
    monday = date(2026, 6, 1)
    summary = summarise(span(date(2026, 5, 1), date(2026, 5, 31)), HOURS, today=monday)
    for bill in (summary.week, summary.month):
        assert (bill.first, bill.last, bill.days_known, bill.days_expected) == (monday, monday - ONE_DAY, 0, 0)
        assert (bill.wh, bill.energy, bill.subscription, bill.total) == (None, None, None, None)
        assert bill.by_period == {}
    assert summary.yesterday.energy == 4


def test_nothing_known_is_nothing_said() -> None:
    summary = summarise_bill((), Tariff((HOURS,)), TODAY)
    for bill in bills(summary):
        assert (bill.wh, bill.energy, bill.subscription, bill.total, bill.days_known) == (None, None, None, None, 0)
    assert summary.projected_month is summary.projected_year is summary.average_price is None
    assert summary.waiting.by_reason == {}
    assert summary.waiting.first is summary.waiting.last is None


def test_a_day_that_is_not_published_has_its_subscription_and_no_energy() -> None:
    summary = summarise(span(date(2026, 1, 1), date(2026, 11, 19)), HOURS)
    assert (summary.yesterday.wh, summary.yesterday.energy, summary.yesterday.total) == (None, None, None)
    assert summary.yesterday.subscription == DAILY_2025
    assert (summary.week.days_known, summary.week.days_expected, summary.week.energy) == (4, 5, 16)
    assert close(summary.week.subscription, 5 * DAILY_2025)


def test_days_before_the_first_known_one_are_nobodys() -> None:
    summary = summarise(span(date(2026, 11, 11), date(2026, 11, 20)), HOURS)
    assert (summary.year.days_known, summary.year.days_expected) == (10, 324)
    assert close(summary.year.subscription, 10 * DAILY_2025)


def test_an_unknown_subscription_is_no_total() -> None:
    unknown = version(HOURS.option, {"hc": "0.1", "hp": "0.2"}, start=date(2026, 11, 18), subscription=None)
    summary = summarise(span(date(2026, 1, 1), date(2026, 11, 20)), HOURS, unknown)
    assert summary.month.energy == 80
    assert summary.month.subscription is summary.month.total is None
    assert summary.projected_month is summary.projected_year is None
    ended = version(HOURS.option, {"hc": "0.1", "hp": "0.2"}, end=date(2026, 11, 30))
    summary = summarise(span(date(2026, 1, 1), date(2026, 11, 20)), ended)
    assert summary.projected_month is not None
    assert summary.projected_year is None


def test_an_empty_house_costs_its_subscription() -> None:
    summary = summarise(span(date(2026, 11, 1), date(2026, 11, 20), watts=0), HOURS)
    assert (summary.month.wh, summary.month.energy) == (0, 0)
    assert close(summary.month.total, 20 * DAILY_2025)
    assert summary.average_price is None


def test_a_leap_year_has_a_smaller_day() -> None:
    summary = summarise(span(date(2023, 12, 20), date(2024, 3, 1)), base("0.2"), today=date(2024, 3, 2))
    leap = 12 * Decimal("15.86") / 366
    assert summary.yesterday.subscription == leap
    assert close(summary.year.subscription, 61 * leap)
    turn = summarise(span(date(2023, 12, 20), date(2024, 1, 2)), base("0.2"), today=date(2024, 1, 3))
    assert close(turn.last_30_days.subscription, 12 * DAILY_2025 + 2 * leap)


# ---- waiting ---------------------------------------------------------------------------------------------------------


def test_what_waits_is_said_by_reason_and_stays_in_the_energy() -> None:
    tempo = version(build_option(OptionCode.TEMPO), TEMPO_PRICES, start=date(2026, 11, 17))
    half = version(HOURS.option, {"hp": "0.2"}, start=date(2026, 11, 16))
    colors = Calendars(tempo={date(2026, 11, day): "BLUE" for day in (16, 17, 18, 20)})
    summary = summarise(span(date(2026, 11, 15), date(2026, 11, 20)), half, tempo, calendars=colors)
    assert summary.waiting.by_reason == {
        WaitReason.NO_TARIFF: 24_000,
        WaitReason.PRICE: 8000,
        WaitReason.DAY_TYPE: 24_000,
    }
    assert (summary.waiting.first, summary.waiting.last) == (date(2026, 11, 15), date(2026, 11, 20))
    assert summary.week.wh == 5 * 24_000
    assert summary.week.waiting == {WaitReason.PRICE: 8000, WaitReason.DAY_TYPE: 24_000}
    assert summary.week.by_period["hc"] == PeriodShare(8000, None)
    assert summary.week.by_period["blue_hp"] == PeriodShare(48_000, Decimal("0.1494") * 48)
    assert summary.week.energy == 16 * Decimal("0.2") + 48 * Decimal("0.1494") + 24 * Decimal("0.1232")
    assert summary.average_price == 1000 * summary.week.energy / 88_000
    assert summary.yesterday.energy == 16 * Decimal("0.1494") + 2 * Decimal("0.1232")


def test_when_all_of_it_waits_there_is_no_cost() -> None:
    summary = summarise(span(date(2026, 11, 15), date(2026, 11, 20)), version(HOURS.option))
    assert summary.month.energy is summary.month.total is summary.average_price is None
    assert summary.month.by_period == {"hc": PeriodShare(48_000, None), "hp": PeriodShare(96_000, None)}
    assert summary.projected_month is None
    assert summary.waiting.by_reason == {WaitReason.PRICE: 144_000}


# ---- properties ------------------------------------------------------------------------------------------------------


@given(st.data())
def test_a_bill_is_the_sum_of_its_days_and_of_its_periods(data: st.DataObject) -> None:
    first = data.draw(starts)
    days, versions = data.draw(energies(first, 6)), data.draw(tariffs(first, 6))
    costs = priced(days, *versions, calendars=data.draw(calendars_of(first, 6)))
    today = first + data.draw(st.integers(0, 8)) * ONE_DAY
    summary = summarise_bill(costs, Tariff(versions), today)
    for bill in bills(summary):
        inside = [cost for cost in costs if bill.first <= cost.day <= bill.last and cost.day < today]
        known = [cost for cost in inside if cost.known]
        assert bill.days_known == len(known)
        assert bill.wh == (sum(cost.wh for cost in known) if known else None)
        assert sum(bill.waiting.values()) == sum(cost.waiting_wh for cost in known)
        if bill.energy is not None:
            assert bill.energy == sum((cost.cost for cost in known), Decimal())
            assert bill.energy == sum((share.cost or 0 for share in bill.by_period.values()), Decimal())
        unplaced = sum(part.wh for cost in known for part in cost.parts if part.period is None)
        assert sum(share.wh for share in bill.by_period.values()) + unplaced == (bill.wh or 0)
        assert bill.total == (
            None if bill.energy is None or bill.subscription is None else bill.energy + bill.subscription
        )


# ---- projections -----------------------------------------------------------------------------------------------------


def project(days: dict[date, DayEnergy | None], *versions: TariffVersion) -> tuple[Projection, Projection]:
    summary = summarise(days, *versions)
    assert summary.projected_month is not None
    assert summary.projected_year is not None
    return summary.projected_month, summary.projected_year


def test_the_days_to_come_of_a_month_cost_the_mean_of_the_last_thirty() -> None:
    # 15 days of 4 EUR in the month, 5 of 8; of the last 30 days 25 cost 4 EUR and 5 cost 8.
    days = span(date(2026, 8, 1), date(2026, 11, 15)) | span(date(2026, 11, 16), date(2026, 11, 20), 2000)
    month, _ = project({day: energy for day, energy in days.items() if day != date(2026, 10, 25)}, HOURS)
    assert close(month.energy, 100 + 10 * Decimal(140) / 30)
    assert close(month.subscription, 30 * DAILY_2025)
    assert month.total == month.energy + month.subscription
    assert (month.method, month.days_measured, month.days_to_come) == ("last_30_days", 20, 10)


def test_a_day_that_is_not_published_counts_as_one_to_come() -> None:
    month, _ = project(span(date(2026, 11, 2), date(2026, 11, 19)) | {date(2026, 11, 8): None}, HOURS)
    # Nobody's before the 2nd.
    assert (month.energy, month.days_measured, month.days_to_come) == (29 * 4, 17, 12)
    assert close(month.subscription, 29 * DAILY_2025)


def test_a_day_that_waits_counts_as_one_to_come() -> None:
    dear = version(HOURS.option, {"hp": "0.2"}, start=date(2026, 11, 20))
    month, _ = project(span(date(2026, 11, 1), date(2026, 11, 20)), HOURS, dear)
    assert (month.energy, month.days_measured, month.days_to_come) == (30 * 4, 19, 11)


def test_a_year_follows_the_last_one_as_energy_has_changed() -> None:
    # 1 kW last year, 2 kW in its last six weeks; 10 % less this year.
    last_year = span(date(2025, 1, 1), date(2025, 11, 20)) | span(date(2025, 11, 21), date(2025, 12, 31), 2000)
    _, year = project(last_year | span(date(2026, 1, 1), date(2026, 11, 20), 900), HOURS)
    to_come = 41 * 8 * Decimal("0.9")
    # The clock changed on other dates, so that both spans have as many hours.
    assert close(year.energy, 324 * Decimal("3.6") + to_come)
    assert close(year.subscription, 365 * DAILY_2025)
    assert (year.method, year.days_measured, year.days_to_come) == ("last_year", 324, 41)


def test_what_is_not_known_of_last_year_costs_as_of_late() -> None:
    days = span(date(2025, 10, 1), date(2025, 12, 10), 2000) | span(date(2025, 12, 11), date(2026, 11, 20))
    gap = {day: None if date(2025, 12, 11) <= day <= date(2025, 12, 31) else energy for day, energy in days.items()}
    _, year = project(gap, HOURS)
    # 20 days at half of what they cost last year, 21 at the mean: all at 4 EUR, but for the nights of October.
    assert year.method == "last_year_and_last_30_days"
    mean = Decimal("120.1") / 30
    before, now = 51 * 48_000 + 2000, 51 * 24_000 + 1000
    assert close(year.energy, 324 * 4 + 20 * 8 * Decimal(now) / before + 21 * mean)
    _, alone = project(span(date(2026, 3, 1), date(2026, 11, 20)), HOURS)
    assert alone.method == "last_30_days"
    assert alone.days_measured + alone.days_to_come == 306


def test_in_the_first_days_of_a_year_the_change_is_that_of_the_last_thirty() -> None:
    days = span(date(2024, 12, 1), date(2025, 12, 5)) | span(date(2025, 12, 6), date(2026, 1, 2), 500)
    summary = summarise(days, HOURS, today=date(2026, 1, 3))
    assert summary.projected_year is not None
    # 2 + 26 days at half and 2 as before, against 30 days.
    change = Decimal(28 * 12_000 + 2 * 24_000) / (30 * 24_000)
    year_2025 = {day: cost for day, cost in _costs(days).items() if date(2025, 1, 3) <= day}
    assert close(summary.projected_year.energy, 4 + sum(year_2025[day] for day in _rest_of_2025()) * change)
    assert summary.projected_year.method == "last_year"


def _costs(days: dict[date, DayEnergy | None]) -> dict[date, Decimal]:
    costs: tuple[DayCost, ...] = priced(days, HOURS)
    return {cost.day: cost.cost for cost in costs}


def _rest_of_2025() -> list[date]:
    return list(days_between(date(2025, 1, 3), date(2025, 12, 31)))


def test_twenty_nine_february_takes_the_day_before_of_last_year() -> None:
    days = span(date(2027, 1, 1), date(2027, 12, 31)) | span(date(2028, 1, 1), date(2028, 2, 20))
    days[date(2027, 2, 28)] = flat(date(2027, 2, 28), 3000)
    summary = summarise(days, HOURS, today=date(2028, 2, 21))
    ordinary = summarise(days | {date(2027, 2, 28): flat(date(2027, 2, 28))}, HOURS, today=date(2028, 2, 21))
    assert summary.projected_year is not None
    assert ordinary.projected_year is not None
    # Twice: for the 28th and for the 29th.
    assert close(summary.projected_year.energy - ordinary.projected_year.energy, 16)
    assert summary.projected_year.days_measured + summary.projected_year.days_to_come == 366


def test_too_few_days_project_nothing() -> None:
    for known, expected in ((6, False), (7, True)):
        summary = summarise(span(TODAY - timedelta(days=known), TODAY - ONE_DAY), HOURS)
        assert (summary.projected_month is not None) is expected
        assert (summary.projected_year is not None) is expected


def test_what_was_taken_long_ago_projects_nothing() -> None:
    summary = summarise(span(date(2025, 1, 1), date(2026, 8, 28)), HOURS)
    assert summary.projected_month is summary.projected_year is None
