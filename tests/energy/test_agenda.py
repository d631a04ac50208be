"""Off-peak hours, peak hours and marked days as stretches, against clocks on the wall that are read minute by minute."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from custom_components.myelectricaldata.energy.agenda import (
    Stretch,
    has_peak_days,
    known_days,
    offpeak_stretches,
    peak_stretches,
    tempo_day_stretch,
    uses_signal,
    within,
)
from custom_components.myelectricaldata.energy.calendar import PARIS, day_end, day_start, days_between
from custom_components.myelectricaldata.energy.holidays import is_public_holiday
from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule
from custom_components.myelectricaldata.energy.options import OptionCode, build_option
from custom_components.myelectricaldata.energy.tariff import Calendars, Option, Signal, Tariff, TariffVersion
from tests.simulators.tempo import colour, season

NEVER = OffpeakSchedule()
NOTHING = Calendars()
MINUTE = timedelta(minutes=1)
TODAY = date(2026, 11, 21)
LEAP_DAY = date(2028, 2, 29)
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)
DAYS = (
    date(2026, 11, 20), TODAY, date(2026, 11, 22), date(2026, 12, 24), date(2026, 12, 25), date(2026, 12, 31),
    date(2027, 1, 1), date(2027, 2, 28), SPRING - timedelta(days=1), SPRING, SPRING + timedelta(days=1),
    date(2027, 3, 31), date(2027, 4, 1), date(2027, 5, 1), date(2027, 7, 13), date(2027, 7, 14), date(2027, 7, 17),
    AUTUMN - timedelta(days=1), AUTUMN, AUTUMN + timedelta(days=1),
)  # fmt: skip


def hours(*windows: str, **seasons: tuple[str, ...]) -> OffpeakSchedule:
    named = {"all": windows} if windows else seasons
    return OffpeakSchedule.from_config([{"season": name, "windows": list(texts)} for name, texts in named.items()])


def version(option: Option, since: date = date(2020, 1, 1), valid_to: date | None = None) -> TariffVersion:
    return TariffVersion(valid_from=since, valid_to=valid_to, option=option)


def tariff(code: OptionCode, offpeak: OffpeakSchedule | None = None) -> Tariff:
    return Tariff((version(build_option(code, offpeak=offpeak)),))


def wall(day: date, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=PARIS).astimezone(UTC)


def covered(stretches: tuple[Stretch, ...], instant: datetime) -> bool:
    return any(stretch.start <= instant < stretch.end for stretch in stretches)


def check(stretches: tuple[Stretch, ...], is_offpeak: Callable[[datetime], bool], days: Iterable[date] = DAYS) -> None:
    """Every minute of the days by the clock on the wall; and no stretch touches the next."""
    for day in days:
        near = tuple(within(stretches, day_start(day), day_end(day)))
        instant = day_start(day)
        while instant < day_end(day):
            assert covered(near, instant) is is_offpeak(instant.astimezone(PARIS)), instant.astimezone(PARIS)
            instant += MINUTE
    assert all(one.end < other.start for one, other in pairwise(stretches))
    assert all(stretch.start < stretch.end for stretch in stretches)


def at_night(instant: datetime) -> bool:
    return instant.hour >= 22 or instant.hour < 6


def at_odd_minutes(instant: datetime) -> bool:
    minute = 60 * instant.hour + instant.minute
    return minute >= 22 * 60 + 48 or minute < 6 * 60 + 18 or 13 * 60 + 7 <= minute < 13 * 60 + 8


def in_summer(instant: datetime) -> bool:
    return 4 <= instant.month <= 10


def by_season(instant: datetime) -> bool:
    return 11 <= instant.hour < 17 if in_summer(instant) else 2 <= instant.hour < 7 or instant.hour >= 22


def night_and_weekend(instant: datetime) -> bool:
    free = instant.weekday() >= 5 or is_public_holiday(instant.date())
    return free or instant.hour >= 23 or instant.hour < 6


def seasonal(instant: datetime) -> bool:
    """Flexi WATT's own hours on the days that are no peak days; winter weekdays may all be peak days."""
    if in_summer(instant):
        return instant.weekday() >= 5 or 11 <= instant.hour < 17
    certain = instant.weekday() >= 5 or instant.date() <= date(2026, 11, 22)
    return certain and (instant.hour < 7 or 13 <= instant.hour < 16)


def zen_flex(instant: datetime) -> bool:
    return 13 <= instant.hour < 18 or instant.hour >= 20 or instant.hour < 8


KNOWN_BLUE = Calendars(tempo=dict.fromkeys(days_between(date(2026, 9, 1), date(2026, 11, 22)), "BLUE"))
SEASONAL = Tariff((version(build_option(OptionCode.SEASONAL, peak_signal=Signal.TEMPO_RED)),))


@pytest.mark.parametrize(
    ("told", "contract", "calendars", "is_offpeak"),
    [
        pytest.param(Tariff(), hours("22:00-06:00"), NOTHING, at_night, id="hours of the contract"),
        pytest.param(
            Tariff(), hours("22:48-06:18", "13:07-13:08"), NOTHING, at_odd_minutes, id="odd minutes of the contract"
        ),
        pytest.param(
            tariff(OptionCode.HC_HP, hours("22:48-06:18", "13:07-13:08")),
            hours("12:00-17:00"),
            NOTHING,
            at_odd_minutes,
            id="the tariff's rather than the contract's",
        ),
        pytest.param(tariff(OptionCode.BASE), hours("22:00-06:00"), NOTHING, at_night, id="a tariff that has none"),
        pytest.param(
            tariff(OptionCode.HC_HP, hours(summer=("11:00-17:00",), winter=("22:00-24:00", "02:00-07:00"))),
            NEVER,
            NOTHING,
            by_season,
            id="by season",
        ),
        pytest.param(tariff(OptionCode.TEMPO), NEVER, NOTHING, at_night, id="Tempo without any colour"),
        pytest.param(tariff(OptionCode.TEMPO), hours("12:00-14:00"), KNOWN_BLUE, at_night, id="Tempo"),
        pytest.param(
            tariff(OptionCode.HC_NUIT_WEEKEND), NEVER, NOTHING, night_and_weekend, id="nights, weekends, holidays"
        ),
        pytest.param(tariff(OptionCode.ZEN_FLEX), NEVER, NOTHING, zen_flex, id="Zen Flex without any type of day"),
        pytest.param(SEASONAL, NEVER, KNOWN_BLUE, seasonal, id="a winter of possible peak days"),
    ],
)
def test_it_is_off_peak_at_each_minute_that_the_wall_clock_says(
    told: Tariff, contract: OffpeakSchedule, calendars: Calendars, is_offpeak: Callable[[datetime], bool]
) -> None:
    check(offpeak_stretches(told, calendars, contract, TODAY), is_offpeak)
    check(offpeak_stretches(told, calendars, contract, LEAP_DAY - timedelta(days=9)), is_offpeak, [LEAP_DAY])


def test_a_night_is_one_stretch_of_seven_eight_or_nine_hours() -> None:
    stretches = offpeak_stretches(tariff(OptionCode.TEMPO), NOTHING, NEVER, TODAY)
    lengths = {
        stretch.start.astimezone(PARIS).date(): (stretch.end - stretch.start) / timedelta(hours=1)
        for stretch in stretches
    }
    assert lengths[date(2026, 12, 31)] == 8
    assert (lengths[date(2027, 3, 27)], lengths[date(2027, 10, 30)]) == (7, 9)
    assert len(stretches) == 31 + 400
    assert stretches[0] == Stretch(wall(date(2026, 10, 21), 22), wall(date(2026, 10, 22), 6))
    assert stretches[-1] == Stretch(wall(date(2027, 12, 25), 22), wall(date(2027, 12, 26), 6))


def test_a_weekend_is_one_stretch_with_the_nights_around_it() -> None:
    stretches = offpeak_stretches(tariff(OptionCode.HC_NUIT_WEEKEND), NOTHING, NEVER, TODAY)
    assert Stretch(wall(date(2026, 11, 27), 23), wall(date(2026, 11, 30), 6)) in stretches
    # Christmas of 2026 is a Friday.
    assert Stretch(wall(date(2026, 12, 24), 23), wall(date(2026, 12, 28), 6)) in stretches


def test_hours_change_at_the_midnight_of_another_tariff() -> None:
    old = version(build_option(OptionCode.HC_HP, offpeak=hours("22:00-06:00")), valid_to=date(2026, 12, 31))
    new = version(build_option(OptionCode.HC_HP, offpeak=hours("00:00-05:00", "14:00-17:00")), date(2027, 2, 1))
    stretches = offpeak_stretches(Tariff((old, new)), NOTHING, hours("12:00-14:00"), TODAY)
    around_new_year = within(stretches, wall(date(2026, 12, 31), 12), wall(date(2027, 1, 1), 18))
    assert list(around_new_year) == [
        Stretch(wall(date(2026, 12, 31), 22), wall(date(2027, 1, 1))),
        Stretch(wall(date(2027, 1, 1), 12), wall(date(2027, 1, 1), 14)),
    ]
    assert list(within(stretches, wall(date(2027, 1, 31), 15), wall(date(2027, 2, 1), 15))) == [
        Stretch(wall(date(2027, 2, 1)), wall(date(2027, 2, 1), 5)),
        Stretch(wall(date(2027, 2, 1), 14), wall(date(2027, 2, 1), 17)),
    ]


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        (("02:00-02:15", "02:50-03:30"), [(120, 135), (170, 180), (180, 195), (230, 270)]),
        (("02:45-03:15",), [(165, 180), (225, 255)]),
    ],
)
def test_a_stretch_that_the_wall_clock_shows_backwards_is_told_in_two(
    windows: tuple[str, ...], expected: list[tuple[int, int]]
) -> None:
    """From 02:50 of summer to 02:15 of winter: no calendar takes an end before the beginning."""
    stretches = offpeak_stretches(Tariff(), NOTHING, hours(*windows), TODAY)
    midnight = day_start(AUTUMN)
    found = [
        ((each.start - midnight) // MINUTE, (each.end - midnight) // MINUTE)
        for each in within(stretches, midnight, day_end(AUTUMN))
    ]
    assert found == expected


def test_hours_without_an_end_are_one_stretch_that_goes_on() -> None:
    (only,) = offpeak_stretches(Tariff(), NOTHING, hours("00:00-24:00"), TODAY)
    assert only.start < wall(TODAY)
    assert only.end > wall(date(2027, 12, 1))
    assert offpeak_stretches(Tariff(), NOTHING, NEVER, TODAY) == ()


# ---- peak days -------------------------------------------------------------------------------------------------------

LISTED = frozenset({date(2026, 12, 31), date(2027, 3, 26), date(2027, 3, 27), date(2027, 10, 30)})


def peaks(code: OptionCode, signal: Signal | None, colours: Mapping[date, str], today: date = TODAY) -> list[Stretch]:
    option = build_option(code, peak_signal=signal, peak_dates=LISTED if signal is Signal.LISTED else ())
    found = peak_stretches(Tariff((version(option),)), Calendars(tempo=colours), today)
    assert {each.code for each in found} <= {code}
    return [Stretch(each.start, each.end) for each in found]


def test_an_ejp_day_peaks_from_seven_to_one_in_the_night() -> None:
    found = peaks(OptionCode.EJP, Signal.LISTED, {})
    assert found == [Stretch(wall(day, 7), wall(day + timedelta(days=1), 1)) for day in sorted(LISTED)]
    assert {(each.end - each.start) // timedelta(hours=1) for each in found} == {18}


def test_a_seasonal_peak_day_is_a_whole_civil_day_and_neighbours_stay_two() -> None:
    found = peaks(OptionCode.SEASONAL, Signal.LISTED, {})
    assert found == [Stretch(day_start(day), day_end(day)) for day in sorted(LISTED)]


def test_peak_days_that_are_the_red_ones_of_tempo_are_known_with_their_colour() -> None:
    """A year back, and not before the colour is out."""
    last = date(2027, 1, 15)
    colours = {day: colour(day) for day in days_between(date(2020, 9, 1), last)}
    red = [day for year in (2025, 2026) for day, name in season(year).items() if name == "RED" and day <= last]
    expected = [day for day in red if day >= last - timedelta(days=366)]
    assert expected
    assert expected != red
    found = peaks(OptionCode.EJP, Signal.TEMPO_RED, colours, today=last)
    assert found == [Stretch(wall(day, 7), wall(day + timedelta(days=1), 1)) for day in expected]


def test_peak_days_that_nobody_tells_are_no_events() -> None:
    assert peaks(OptionCode.EJP, None, {TODAY: "RED"}) == []
    assert peaks(OptionCode.EJP, Signal.TEMPO_RED, {}) == []


def test_a_peak_ends_with_its_tariff() -> None:
    day = date(2026, 12, 31)
    ejp = build_option(OptionCode.EJP, peak_signal=Signal.LISTED, peak_dates=LISTED)
    ended = version(ejp, valid_to=day)
    following = version(build_option(OptionCode.BASE), since=date(2027, 1, 1))
    for versions in ((ended,), (ended, following)):
        (found,) = peak_stretches(Tariff(versions), NOTHING, TODAY)
        assert (found.start, found.end) == (wall(day, 7), day_end(day))


def test_only_tariffs_that_are_in_force_or_to_come_count() -> None:
    ejp = build_option(OptionCode.EJP, peak_signal=Signal.LISTED)
    zen = build_option(OptionCode.ZEN_FLEX)
    told = Tariff((version(ejp, valid_to=date(2026, 11, 20)), version(zen, since=date(2027, 1, 1))))
    assert has_peak_days(told, date(2026, 11, 20))
    assert not has_peak_days(told, TODAY)
    assert uses_signal(told, Signal.ZEN_FLEX, TODAY)
    assert not uses_signal(told, Signal.TEMPO, TODAY)
    assert not has_peak_days(Tariff((version(build_option(OptionCode.EJP)),)), TODAY)


# ---- days and ranges -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [date(1990, 1, 1), date(2026, 8, 31)])
def test_known_days_are_the_same_whatever_the_range(first: date) -> None:
    types = {date(2026, 9, 3): "RED", date(2026, 8, 31): "RED", date(2026, 9, 2): "BLUE", date(2026, 9, 5): "RED"}
    assert list(known_days(types, first, date(2026, 9, 4), {"RED"})) == [date(2026, 8, 31), date(2026, 9, 3)]
    assert list(known_days(types, date(2026, 9, 4), first, {"RED"})) == []


def test_a_range_has_what_reaches_into_it_from_either_side() -> None:
    nights = tuple(Stretch(wall(day, 22), wall(day + timedelta(days=1), 6)) for day in days_between(TODAY, DAYS[3]))
    first, second, third = nights[:3]
    assert list(within(nights, first.end, second.start)) == []
    assert list(within(nights, first.end - MINUTE, second.start)) == [first]
    assert list(within(nights, first.end, second.start + MINUTE)) == [second]
    assert list(within(nights, first.start + MINUTE, third.end - MINUTE)) == [first, second, third]


def test_a_tempo_day_has_23_24_or_25_hours() -> None:
    lengths = [
        (tempo_day_stretch(day).end - tempo_day_stretch(day).start) // timedelta(hours=1)
        for day in (SPRING - timedelta(days=1), SPRING, AUTUMN - timedelta(days=1), AUTUMN)
    ]
    assert lengths == [23, 24, 25, 24]
