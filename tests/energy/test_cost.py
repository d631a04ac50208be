"""What every hour cost: nothing is lost, nothing is guessed, and only what changes is priced again."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.myelectricaldata.energy.calendar import ONE_DAY, hours_in_day, minutes_in_day
from custom_components.myelectricaldata.energy.cost import (
    CostBook,
    WaitReason,
    cost_series,
    hourly_cost,
    period_cost_series,
    period_energy_series,
    split,
    subscription_series,
)
from custom_components.myelectricaldata.energy.options import OptionCode, build_option
from custom_components.myelectricaldata.energy.tariff import Calendars, Option, Rule, Segment, Signal, Tariff
from custom_components.myelectricaldata.energy.trueup import DayEnergy, Quality

from .bodies import any_days
from .tariffs import (
    JANUARY,
    ODD_HOURS,
    TEMPO,
    added,
    base,
    flat,
    priced,
    random_energy,
    rows,
    schedule,
    series_of,
    span,
    sums,
    version,
)

# ---- splitting -------------------------------------------------------------------------------------------------------


@st.composite
def cut_days(draw: st.DrawFn) -> tuple[date, DayEnergy, list[Segment]]:
    day = draw(any_days)
    random = Random(draw(st.integers(0, 2**32)))
    energy = random_energy(day, random, draw(st.sampled_from([5, 10, 15, 30, 60])), draw(st.sampled_from([0, 0, 0.4])))
    minutes = minutes_in_day(day)
    edges = sorted({0, minutes, *draw(st.lists(st.integers(1, minutes - 1), max_size=12))})
    periods = st.sampled_from(["hc", "hp", "we", None])
    return day, energy, [Segment(start, end, draw(periods)) for start, end in pairwise(edges)]


@given(cut_days())
def test_any_cut_keeps_every_wh_of_every_hour(drawn: tuple[date, DayEnergy, list[Segment]]) -> None:
    day, energy, segments = drawn
    shares = split(energy, segments)
    assert set(shares) == {segment.period for segment in segments}
    assert added(shares.values()) == list(energy.hours())
    for share in shares.values():
        assert len(share) == hours_in_day(day)
        assert [wh is None for wh in share] == [wh is None for wh in energy.hours()]
        assert all(wh is None or wh >= 0 for wh in share)


@given(cut_days())
def test_a_cut_more_changes_nothing_of_what_its_pieces_make_together(
    drawn: tuple[date, DayEnergy, list[Segment]],
) -> None:
    _, energy, segments = drawn
    numbered = [Segment(segment.start, segment.end, f"p{place}") for place, segment in enumerate(segments)]
    pieces = split(energy, numbered)
    for period, share in split(energy, segments).items():
        mine = [pieces[f"p{place}"] for place, segment in enumerate(segments) if segment.period == period]
        assert added(mine) == list(share)


@given(cut_days())
def test_a_piece_is_within_one_wh_of_its_exact_share(drawn: tuple[date, DayEnergy, list[Segment]]) -> None:
    _, energy, segments = drawn
    for segment in segments:
        others = [Segment(0, segment.start, "no"), segment, Segment(segment.end, 60 * len(energy.hours()), "no")]
        share = split(energy, [Segment(cut.start, cut.end, "no" if cut is not segment else "it") for cut in others])
        for hour, wh in enumerate(share["it"]):
            exact = sum(
                Fraction(energy.slots[minute // energy.minutes] or 0, energy.minutes)
                for minute in range(max(segment.start, hour * 60), min(segment.end, hour * 60 + 60))
            )
            assert wh is None or abs(wh - exact) < 1


def test_a_slot_is_shared_by_its_minutes() -> None:
    day = date(2026, 5, 5)
    slots = [0] * 48
    slots[4] = 300  # 02:00-02:30, off-peak from 02:26
    slots[15] = 90  # 07:30-08:00, off-peak until 07:56
    costs = priced(
        {day: DayEnergy(30, tuple(slots), Quality.MEASURED)},
        version(build_option(OptionCode.HC_HP, offpeak=schedule(*ODD_HOURS)), {"hp": "0.2081", "hc": "0.1635"}),
    )
    assert sums(costs) == {
        "hp": (260 + 12, Decimal("0.2081") * 272 / 1000),
        "hc": (40 + 78, Decimal("0.1635") * 118 / 1000),
    }


# ---- worked examples -------------------------------------------------------------------------------------------------


def test_tempo_days_run_from_six_to_six() -> None:
    costs = priced(span(date(2026, 1, 5), date(2026, 1, 7)), TEMPO, calendars=Calendars(tempo=JANUARY))
    assert cost_series(costs)[-1].sum_after == Decimal("18.7736")
    assert {period: wh for period, (wh, _) in sums(costs).items()} == {
        f"{color}_{hours}": 8000 if hours == "hc" else 16000
        for color in ("blue", "white", "red")
        for hours in ("hc", "hp")
    }


def test_october_has_an_hour_more_and_march_one_less() -> None:
    october = priced(span(date(2026, 10, 1), date(2026, 10, 31)), base("0.1985"))
    assert sums(october) == {"base": (745_000, Decimal("147.8825"))}
    march = priced(span(date(2026, 3, 1), date(2026, 3, 31)), base("0.1927"))
    assert sums(march) == {"base": (743_000, Decimal("143.1761"))}


def test_a_night_off_peak_has_its_real_length_when_the_clock_changes() -> None:
    night = version(build_option(OptionCode.HC_HP, offpeak=schedule("22:00-06:00")), {"hc": "0.1", "hp": "0.2"})
    for day, offpeak in ((date(2026, 3, 29), 7000), (date(2026, 10, 25), 9000), (date(2026, 6, 1), 8000)):
        assert sums(priced({day: flat(day)}, night))["hc"][0] == offpeak


def test_an_ejp_peak_lasts_from_seven_to_one_in_the_next_morning() -> None:
    option = build_option(OptionCode.EJP, peak_signal=Signal.LISTED, peak_dates=[date(2025, 12, 31)])
    costs = priced(
        span(date(2025, 12, 31), date(2026, 1, 1)), version(option, {"ejp_normal": "0.1781", "ejp_peak": "1.5"})
    )
    assert sums(costs) == {"ejp_normal": (30_000, Decimal("5.343")), "ejp_peak": (18_000, Decimal(27))}
    assert [hour for hour, wh in enumerate(costs[1].parts[0].hours) if wh] == [0]


def test_zen_flex_has_two_spans_off_peak_and_a_bonus_day_is_billed_as_eco() -> None:
    first = date(2026, 1, 12)
    kinds = {first: "ECO", first + ONE_DAY: "SOBRIETE", first + 2 * ONE_DAY: "BONUS"}
    costs = priced(
        span(first, first + 2 * ONE_DAY),
        version(build_option(OptionCode.ZEN_FLEX), {"eco_hc": "0.1", "eco_hp": "0.2", "sobriety_hc": "0.3"}),
        calendars=Calendars(zen_flex=kinds),
    )
    assert {period: wh for period, (wh, _) in sums(costs).items()} == {
        "eco_hc": 2 * 17_000,
        "eco_hp": 2 * 7000,
        "sobriety_hc": 17_000,
        "sobriety_hp": 7000,
    }
    assert costs[1].waiting_wh == 7000


def test_a_holiday_is_a_week_end_only_where_the_offer_says_so() -> None:
    # Thursday 1 May to Monday 5 May 2025.
    days = span(date(2025, 5, 1), date(2025, 5, 5))
    weekend = priced(days, version(build_option(OptionCode.BASE_WEEKEND), {"base": "0.2", "we": "0.15"}))
    assert sums(weekend) == {"base": (72_000, Decimal("14.4")), "we": (48_000, Decimal("7.2"))}
    night = priced(days, version(build_option(OptionCode.HC_NUIT_WEEKEND), {"hp": "0.25", "hc": "0.17"}))
    assert sums(night) == {"hc": (3 * 24_000 + 2 * 7000, Decimal("14.62")), "hp": (2 * 17_000, Decimal("8.5"))}


def test_seasons_turn_on_the_first_of_april_and_of_november() -> None:
    option = build_option(OptionCode.SEASONAL, peak_days=False)
    # Tuesday 31 March, Wednesday 1 April; Saturday 31 October, Sunday 1 November.
    spring = sums(priced(span(date(2026, 3, 31), date(2026, 4, 1)), version(option)))
    assert {period: wh for period, (wh, _) in spring.items()} == {
        "winter_hc": 10_000,
        "winter_hp": 14_000,
        "summer_hc": 6000,
        "summer_hp": 18_000,
    }
    autumn = sums(priced(span(date(2026, 10, 31), date(2026, 11, 1)), version(option)))
    assert {period: wh for period, (wh, _) in autumn.items()} == {
        "summer_hc": 24_000,
        "winter_hc": 10_000,
        "winter_hp": 14_000,
    }


def test_the_colour_of_31_august_holds_until_six_on_1_september() -> None:
    days = span(date(2026, 8, 31), date(2026, 9, 1))
    colors = {date(2026, 8, 30): "BLUE", date(2026, 8, 31): "WHITE", date(2026, 9, 1): "BLUE"}
    (_, september) = priced(days, TEMPO, calendars=Calendars(tempo=colors))
    assert [(part.period, part.wh) for part in september.parts] == [
        ("white_hc", 6000),
        ("blue_hp", 16_000),
        ("blue_hc", 2000),
    ]


def test_a_subscription_is_twelve_months_shared_by_the_days_of_the_year() -> None:
    days = span(date(2024, 2, 28), date(2024, 3, 1))
    year = subscription_series(priced(days, base()), Tariff((base(),)))
    assert [entry.amount for entry in year] == [12 * Decimal("15.86") / 366] * 3
    (common,) = subscription_series(priced({date(2025, 12, 31): flat(date(2025, 12, 31))}, base()), Tariff((base(),)))
    assert common.amount == 12 * Decimal("15.86") / 365


# ---- what waits ------------------------------------------------------------------------------------------------------


def test_a_missing_colour_waits_and_completes_its_own_hours_later() -> None:
    series = series_of(span(date(2026, 1, 5), date(2026, 1, 8)))
    known = JANUARY | {date(2026, 1, 8): "BLUE"}
    book, tariff = CostBook(), Tariff((TEMPO,))
    without = Calendars(tempo={day: color for day, color in known.items() if day != date(2026, 1, 6)})
    before = book.build(series, tariff, without)
    waiting = [(cost.day, part.reason, part.wh) for cost in before for part in cost.parts if part.reason is not None]
    assert waiting == [
        (date(2026, 1, 6), WaitReason.DAY_TYPE, 18_000),
        (date(2026, 1, 7), WaitReason.DAY_TYPE, 6000),
    ]
    unknown = [row.start for row in rows(cost_series(before)) if row.amount is None]
    assert unknown == [datetime.fromisoformat("2026-01-06T05:00Z") + timedelta(hours=hour) for hour in range(24)]
    after = book.build(series, tariff, Calendars(tempo=known))
    assert after == CostBook().build(series, tariff, Calendars(tempo=known))
    assert [one is other for one, other in zip(before, after, strict=True)] == [True, False, False, True]
    assert [row.start for row in rows(cost_series(after)) if row.amount is None] == []
    for old, new in zip(rows(cost_series(before)), rows(cost_series(after)), strict=True):
        assert old.amount in (None, new.amount)


def test_without_a_tariff_energy_is_kept_and_belongs_to_no_period() -> None:
    day = date(2026, 5, 5)
    costs = priced(span(day, day + 2 * ONE_DAY), base(start=day + ONE_DAY, end=day + ONE_DAY))
    assert [[part.reason for part in cost.parts] for cost in costs] == [
        [WaitReason.NO_TARIFF],
        [None],
        [WaitReason.NO_TARIFF],
    ]
    assert [cost.wh for cost in costs] == [24_000] * 3
    assert [cost.version is None for cost in costs] == [True, False, True]
    amounts = [row.amount for row in rows(period_energy_series(costs, "base"))]
    assert amounts == [0, *[None] * 23, *[1000] * 24, *[None] * 24]


def test_minutes_that_no_rule_has_belong_to_no_tariff() -> None:
    day = date(2026, 5, 5)
    (cost,) = priced(
        {day: flat(day)}, version(Option(code="CUSTOM", rules=(Rule(period="sat", weekdays=frozenset({5})),)))
    )
    assert [(part.period, part.reason) for part in cost.parts] == [(None, WaitReason.NO_TARIFF)]


def test_a_period_without_a_price_has_its_energy_and_its_cost_waits() -> None:
    day = date(2026, 5, 5)
    hours = version(build_option(OptionCode.HC_HP, offpeak=schedule("22:00-06:00")), {"hp": "0.2"})
    costs = priced({day: flat(day)}, hours)
    assert [(part.period, part.wh, part.cost, part.reason) for part in costs[0].parts] == [
        ("hc", 8000, None, WaitReason.PRICE),
        ("hp", 16_000, Decimal("3.2"), None),
    ]
    energy = [row.amount for row in rows(period_energy_series(costs, "hc"))]
    assert energy == [1000] * 6 + [None] * 16 + [1000] * 2
    assert [row.amount for row in rows(period_cost_series(costs, "hc"))] == [0, *[None] * 23]
    assert [row.amount for row in rows(cost_series(costs))] == [None] * 6 + [Decimal("0.2")] * 16 + [None] * 2
    assert cost_series(costs)[0].sum_after == costs[0].cost == Decimal("3.2")


def test_an_hour_that_waits_for_nothing_costs_what_it_costs() -> None:
    day = date(2026, 5, 5)
    # Off-peak from 06:30, of unknown price; the second half of the hour took nothing.
    slots = [100] * 48
    slots[13] = 0
    option = build_option(OptionCode.HC_HP, offpeak=schedule("06:30-07:30"))
    costs = priced({day: DayEnergy(30, tuple(slots), Quality.MEASURED)}, version(option, {"hp": "0.2"}))
    assert hourly_cost(costs[0].parts)[5:9] == (Decimal("0.04"), Decimal("0.02"), None, Decimal("0.04"))
    zero = priced({day: flat(day, watts=0)}, version(option, {"hp": "0.2"}))
    assert [row.amount for row in rows(cost_series(zero))] == [0] * 24


def test_what_is_not_known_of_a_day_is_not_known_of_its_cost() -> None:
    day = date(2026, 5, 5)
    partial = DayEnergy(60, (None, 500, *[1000] * 22), Quality.PARTIAL)
    costs = priced({day: partial, day + ONE_DAY: None, day + 2 * ONE_DAY: flat(day)}, base())
    amounts = [row.amount for row in rows(cost_series(costs))]
    assert amounts[:3] == [None, Decimal("0.1"), Decimal("0.2")]
    assert amounts[24:48] == [None] * 24
    assert costs[1].parts == ()
    assert not costs[1].known
    assert costs[1].version is not None


@pytest.mark.parametrize("quality", Quality)
def test_a_day_that_was_spread_is_estimated(quality: Quality) -> None:
    day = date(2026, 5, 5)
    (cost,) = priced({day: DayEnergy(60, (10,) * 24, quality)}, base())
    assert cost.estimated is (quality in {Quality.ESTIMATED, Quality.FILLED})


def test_days_that_are_held_stay_so_and_count_in_the_sums() -> None:
    day = date(2026, 5, 5)
    series = series_of(span(day, day + ONE_DAY), held={day})
    costs = CostBook().build(series, Tariff((base(),)), Calendars())
    for made in (cost_series(costs), period_cost_series(costs, "base"), period_energy_series(costs, "base")):
        assert [entry.held for entry in made] == [True, False]
        assert rows(made)[-1].total == rows(made)[23].total * 2
