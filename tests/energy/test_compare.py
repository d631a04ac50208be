"""The same energy under every offer: exact, and independent of who else is compared."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.myelectricaldata.energy.calendar import PARIS, day_start, hours_in_day, minutes_in_day
from custom_components.myelectricaldata.energy.compare import PriceMode, compare
from custom_components.myelectricaldata.energy.cost import CostBook, split
from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule, Season, SeasonWindows, Window
from custom_components.myelectricaldata.energy.options import OptionCode, build_option
from custom_components.myelectricaldata.energy.tally import day_wh
from custom_components.myelectricaldata.energy.tariff import Calendars, Option, Rule
from custom_components.myelectricaldata.energy.trueup import DayEnergy, Quality

from .bodies import any_days
from .catalogue_rows import D, simulated_catalogue
from .compare_rig import FIRST, LAST, NOW, candidate, household, labels, offered, signals, steady, version

YEAR = household()
SIGNALS = signals()
NIGHT = OffpeakSchedule((SeasonWindows(Season.ALL, (Window(22 * 60, 6 * 60),)),))


def test_a_ranking_worked_by_hand() -> None:
    # Ten days of January of 100 Wh each half hour: 48 kWh, 16 of them off-peak.
    first, last = date(2026, 1, 10), date(2026, 1, 19)
    found = compare(
        steady(first, last, 100),
        [
            candidate("two prices", version(build_option(OptionCode.HC_HP, offpeak=NIGHT), {"hc": "0.10", "hp": "0.22"}, "14.60")),
            candidate("dear", version(build_option(OptionCode.BASE), {"base": "0.30"}, "7.30")),
            candidate("flat", version(build_option(OptionCode.BASE), {"base": "0.20"}, "7.30")),
        ],
        Calendars(),
        first=first,
        last=last,
    )  # fmt: skip
    # 48 × 0.20 = 9.60 and 10 × 12 × 7.30 / 365 = 2.40; 16 × 0.10 + 32 × 0.22 = 8.64 and 4.80; 48 × 0.30 = 14.40.
    assert [(each.candidate.label, each.energy, each.subscription, each.total) for each in found.results] == [
        ("flat", D("9.60"), D("2.40"), D("12.00")),
        ("two prices", D("8.64"), D("4.80"), D("13.44")),
        ("dear", D("14.40"), D("2.40"), D("16.80")),
    ]
    assert {period: (share.wh, share.cost) for period, share in found.results[1].by_period.items()} == {
        "hc": (16_000, D("1.6")), "hp": (32_000, D("7.04")),
    }  # fmt: skip
    assert found.results[0].per_year == D("438")
    assert (found.days_expected, found.days_compared, found.days_left_out, found.not_compared) == (10, 10, 0, ())


def test_the_night_of_a_clock_change_has_its_real_length() -> None:
    two = version(build_option(OptionCode.HC_HP, offpeak=NIGHT), {"hc": "1", "hp": "0"})
    for day, hours in ((date(2026, 3, 29), 7), (date(2026, 10, 25), 9), (date(2026, 10, 26), 8)):
        (found,) = compare(steady(day, day, 500), [candidate("night", two)], Calendars(), first=day, last=day).results
        assert found.energy == hours


class Moment(NamedTuple):
    """What the price of a minute may depend on."""

    hour: int
    contract: bool
    tempo: str
    red: bool
    peak: bool
    sobriety: bool
    weekend: bool
    holiday: bool
    summer: bool

    @property
    def seasonal(self) -> bool:
        if self.summer:
            return self.weekend or 11 <= self.hour < 17
        return self.hour < 7 or 13 <= self.hour < 16


HOLIDAYS = {
    date(2025, 12, 25), date(2026, 1, 1), date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 8), date(2026, 5, 14),
    date(2026, 5, 25), date(2026, 7, 14), date(2026, 8, 15), date(2026, 11, 1), date(2026, 11, 11),
}  # fmt: skip
TEMPO = {"BLUE": ("0.1359", "0.1651"), "WHITE": ("0.1540", "0.1918"), "RED": ("0.1611", "0.7289")}
BY_HAND: Mapping[str, Callable[[Moment], str]] = {
    "Rive Base": lambda _: "0.2004",
    "Rive Creuse": lambda at: "0.1592" if at.contract else "0.2139",
    "Rive Tempo": lambda at: TEMPO[at.tempo][6 <= at.hour < 22],
    "Rive Pointe (EJP)": lambda at: "1.0210" if at.peak else "0.1702",
    "Rive Week-end Option Flex": lambda at: (("0.2060", "0.6910") if at.sobriety else ("0.1490", "0.2015"))[
        8 <= at.hour < 13 or 18 <= at.hour < 20
    ],
    "Rive Week-end": lambda at: "0.1602" if at.weekend else "0.2188",
    "Rive Week-end Creuse": lambda at: "0.1640" if at.weekend or at.contract else "0.2290",
    "Deux saisons": lambda at: (("0.1692", "0.1312") if at.summer else ("0.2528", "0.1955"))[at.seasonal],
    "Deux saisons et pointe": lambda at: (
        "0.6480" if at.red else (("0.1591", "0.1205") if at.summer else ("0.2226", "0.1758"))[at.seasonal]
    ),
    "Nuit et week-end": lambda at: "0.1699" if at.weekend or at.holiday or at.hour == 23 or at.hour < 6 else "0.2408",
    "Quatre prix": lambda at: (("0.1788", "0.1499") if at.weekend else ("0.2207", "0.1652"))[at.contract],
}


@pytest.fixture(scope="module")
def minutes() -> Counter[Moment]:
    """Thirtieths of a Wh by moment: every minute of the year by the clock on the wall, without the package's tariffs."""
    found: Counter[Moment] = Counter()
    eve = timedelta(days=1)
    for entry in YEAR:
        assert entry.energy is not None
        day, midnight = entry.day, day_start(entry.day)
        for minute in range(minutes_in_day(day)):
            wall = (midnight + timedelta(minutes=minute)).astimezone(PARIS)
            clock = wall.hour * 60 + wall.minute
            moment = Moment(
                hour=wall.hour,
                contract=50 <= clock < 410 or 860 <= clock < 980,
                tempo=SIGNALS.tempo[day if wall.hour >= 6 else day - eve],
                red=SIGNALS.tempo[day] == "RED",
                peak=SIGNALS.tempo[day if wall.hour >= 7 else day - eve] == "RED" and not 1 <= wall.hour < 7,
                sobriety=SIGNALS.zen_flex[day] == "SOBRIETE",
                weekend=day.weekday() >= 5,
                holiday=day in HOLIDAYS,
                summer=4 <= day.month <= 10,
            )
            found[moment] += entry.energy.slots[minute // 30] or 0
    return found


@pytest.mark.parametrize("name", sorted(BY_HAND))
def test_every_offer_of_the_simulator_costs_what_a_count_of_the_minutes_says(
    name: str, minutes: Counter[Moment]
) -> None:
    (chosen,) = (each for each in offered(simulated_catalogue(NOW))[0] if each.label == name)
    (result,) = compare(YEAR, [chosen], SIGNALS, first=FIRST, last=LAST).results
    expected = sum(D(wh) / 30 * D(BY_HAND[name](moment)) / 1000 for moment, wh in minutes.items())
    # A cut inside a slot is rounded to the Wh, so that the cent may differ by what that is worth; all else is exact.
    assert abs(result.energy - expected) < D("0.005")
    monthly = chosen.tariff.versions[0].subscription
    assert monthly is not None
    assert abs(result.subscription - 12 * monthly) < D("1e-18")
    assert result.total == result.energy + result.subscription


def test_every_offer_of_the_simulator_is_compared() -> None:
    found = compare(YEAR, offered(simulated_catalogue(NOW))[0], SIGNALS, first=FIRST, last=LAST)
    assert sorted(labels(found)) == sorted(BY_HAND)
    assert [each.total for each in found.results] == sorted(each.total for each in found.results)
    assert (found.days_expected, found.days_compared, found.not_compared) == (365, 365, ())


@pytest.mark.parametrize("mode", PriceMode)
def test_an_offer_costs_what_the_statistics_would_say_whoever_else_is_compared(mode: PriceMode) -> None:
    candidates, _ = offered(simulated_catalogue(NOW), mode)
    ranking = compare(YEAR, candidates, SIGNALS, first=FIRST, last=LAST).results
    together = {each.candidate.label: each for each in ranking}
    for one in candidates:
        (alone,) = compare(YEAR, [one], SIGNALS, first=FIRST, last=LAST).results
        assert alone == together[one.label]
        costs = CostBook().build(YEAR, one.tariff, SIGNALS)
        assert alone.energy == sum(cost.cost for cost in costs)
        assert sum(share.wh for share in alone.by_period.values()) == sum(cost.wh for cost in costs)
        fixed: list[Decimal] = []
        for cost in costs:
            assert cost.version is not None
            amount = cost.version.subscription_of(cost.day)
            assert amount is not None
            fixed.append(amount)
        assert abs(alone.subscription - sum(fixed)) < D("1e-18")


cuts = st.lists(st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda two: two[0] != two[1]), max_size=3)


@given(any_days, st.sampled_from((10, 15, 30, 60)), cuts, st.integers(0, 2**32), st.booleans())
def test_a_day_is_cut_as_for_the_statistics(
    day: date, length: int, windows: list[tuple[int, int]], seed: int, holes: bool
) -> None:
    dice = Random(seed)
    slots = tuple(
        None if holes and dice.random() < 0.2 else dice.randrange(2000) for _ in range(hours_in_day(day) * 60 // length)
    )
    energy = DayEnergy(length, slots, Quality.MEASURED)
    off = Rule(period="off", windows=tuple(Window(*two) for two in windows) or (Window(0, 60),))
    option = Option(code=OptionCode.CUSTOM, rules=(off, Rule(period="on")))
    found = day_wh(energy, option, day, Calendars())
    expected = split(energy, option.segments(day, Calendars()))
    assert found == {period: sum(filter(None, hours)) for period, hours in expected.items()}
    assert sum(found.values()) == energy.total_wh


@given(st.dates(FIRST, LAST - timedelta(days=1)))
def test_a_cost_is_the_sum_of_its_parts_in_time(until: date) -> None:
    candidates, _ = offered(simulated_catalogue(NOW), PriceMode.DATED)
    chosen = [each for each in candidates if each.label in ("Rive Creuse", "Rive Tempo", "Nuit et week-end")]
    whole = compare(YEAR, chosen, SIGNALS, first=FIRST, last=LAST)
    one = compare(YEAR, chosen, SIGNALS, first=FIRST, last=until)
    two = compare(YEAR, chosen, SIGNALS, first=until + timedelta(days=1), last=LAST)
    for part in (one, two, whole):
        assert part.days_compared == part.days_expected
    for result in whole.results:
        halves = [each for part in (one, two) for each in part.results if each.candidate == result.candidate]
        assert result.energy == sum(half.energy for half in halves)
        assert abs(result.subscription - sum(half.subscription for half in halves)) < D("1e-18")
