"""Off-peak hours: what texts say, and when it is off-peak."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.myelectricaldata.energy.calendar import PARIS, day_start, minutes_in_day
from custom_components.myelectricaldata.energy.offpeak import (
    OffpeakSchedule,
    ScheduleError,
    Season,
    SeasonWindows,
    Window,
    WindowEmptyError,
    WindowError,
    WindowFormatError,
    WindowTimeError,
    format_windows,
    overlapping,
    parse_offpeak,
    parse_offpeak_texts,
    parse_window,
    total_minutes,
)
from custom_components.myelectricaldata.energy.offpeak_hours import OffpeakHours
from custom_components.myelectricaldata.energy.tariff import Calendars, Tariff

from .bodies import AUTUMN, SPRING, TURNS, any_days

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

windows = st.builds(
    lambda start, length: Window(start, (start + length) % 1440), st.integers(0, 1439), st.integers(1, 1439)
)


@pytest.mark.parametrize(
    ("text", "spans", "minutes"),
    [
        ("HC (22H00-6H00)", [(1320, 360)], 480),
        ("HC (23h00-7h30)", [(1380, 450)], 510),
        ("hc (22h00-6h00)", [(1320, 360)], 480),
        ("HC (1H30-8H00;12H30-14H00)", [(90, 480), (750, 840)], 480),
        ("HC (0H50-6H50;14H20-16H20)", [(50, 410), (860, 980)], 480),
        ("HC (20H56-4H56)", [(1256, 296)], 480),
        ("HC (2H30-6H30;13H00-15H00;21H30-23H30)", [(150, 390), (780, 900), (1290, 1410)], 480),
        ("HC (22H00-6H00), (13H00-15H00)", [(1320, 360), (780, 900)], 600),
        ("HC (02H00-07H00 + 13H00-16H00)", [(120, 420), (780, 960)], 480),
        ("22:00-06:00", [(1320, 360)], 480),
        ("22:00:00 - 06:00:00", [(1320, 360)], 480),
        ("Heures creuses : 22h30 à 6h30 et 12h – 14h", [(1350, 390), (720, 840)], 600),
        ('{"ranges":["02:26-07:56","12:56-15:26"]}', [(146, 476), (776, 926)], 480),
        ("{'default': 'HC (22H00-6H00)'}", [(1320, 360)], 480),
        ('["22:00-06:00"]', [(1320, 360)], 480),
        ('[{"start": "22:00", "end": "04:00"}, {"start":"12:00","end":"14:00"}]', [(1320, 240), (720, 840)], 480),
        ('{"HP": "6H00-22H00", "HC": "22H00-6H00"}', [(1320, 360)], 480),
        ("HC (0H00-0H00)", [(0, 1440)], 1440),
        ("HC (0H00-24H00)", [(0, 1440)], 1440),
        ("HC (22H00-24H00;0H00-6H00)", [(1320, 1440), (0, 360)], 480),
        ("HC (24H00-6H00)", [(0, 360)], 360),
        ("HC (22H-6H)", [(1320, 360)], 480),
        ("HC (22H00-6H00), HC (22H00-6H00)", [(1320, 360)], 480),
        ("", [], 0),
        (None, [], 0),
        ("HC ()", [], 0),
    ],
)
def test_every_shape_of_the_contracts_text_is_read(
    text: str | None, spans: list[tuple[int, int]], minutes: int
) -> None:
    found = parse_offpeak(text)
    assert [(window.start, window.end) for window in found] == spans
    assert total_minutes(found) == minutes


@pytest.mark.parametrize(
    "text",
    [
        "HC ETE (2H00-6H00;11H00-15H00) HIVER (22H00-6H00)",
        "HC (22H00-6H00;25H00-26H00)",
        "HC (22H00-6H75)",
        "HC (24H30-6H00)",
        "HC (6H00-6H00)",
        "HC (22H00-6H00;13H)",
        "22-6",
        "monday: HC (22H00-6H00)",
        "2026-11-21: HC (22H00-6H00)",
        "à définir",
    ],
)
def test_what_is_not_fully_understood_is_left_to_the_user(text: str) -> None:
    assert parse_offpeak_texts([text]) is None
    assert parse_offpeak(text) == ()


def test_a_week_of_equal_days_is_one_schedule_and_any_other_week_a_question() -> None:
    same = [f"{day}: HC (22h00-06h00)" for day in WEEK]
    assert parse_offpeak_texts(same) == (Window(1320, 360),)
    assert parse_offpeak_texts(["{" + ", ".join(f'"{day}": "HC (22h00-06h00)"' for day in WEEK) + "}"]) == (
        Window(1320, 360),
    )
    assert parse_offpeak_texts(["lundi: 22h-6h", "mardi: 22h-6h", *same[2:]]) == (Window(1320, 360),)
    assert parse_offpeak_texts([*same[:5], "saturday: HC (0H00-0H00)", "sunday: HC (0H00-0H00)"]) is None
    assert parse_offpeak_texts([*same[:6], "sunday: HC ()"]) is None
    assert parse_offpeak_texts(same[:6]) is None
    assert parse_offpeak_texts([*same, "HC (12H00-14H00)"]) is None


def test_several_texts_are_one_schedule() -> None:
    assert parse_offpeak_texts(["22:00-04:00", "12:00-14:00", "22:00-04:00"]) == (Window(1320, 240), Window(720, 840))
    assert parse_offpeak_texts([]) == ()
    assert parse_offpeak_texts(["HC ()"]) == ()


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    for window in parse_offpeak(text):
        assert 0 <= window.start < 1440 >= window.end > 0


@given(st.lists(windows, min_size=1, max_size=4, unique=True))
def test_what_is_written_is_read_back(found: list[Window]) -> None:
    assert [parse_window(str(window)) for window in found] == found
    assert parse_offpeak(format_windows(found)) == tuple(found)
    for window in found:
        assert window.minutes == total_minutes([window])


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("22:30-06:30", Window(1350, 390)),
        ("  22h30 – 6h30 ", Window(1350, 390)),
        ("22:00-24:00", Window(1320, 1440)),
        ("22:00-00:00", Window(1320, 1440)),
        ("00:00-00:00", Window(0, 1440)),
        ("00:00-24:00", Window(0, 1440)),
    ],
)
def test_a_window_is_read_as_people_type_it(text: str, window: Window) -> None:
    assert parse_window(text) == window


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", WindowFormatError),
        ("night", WindowFormatError),
        ("22:30", WindowFormatError),
        ("22:30-06:30, 12:00-14:00", WindowFormatError),
        ("22-6", WindowFormatError),
        ("25:00-06:00", WindowTimeError),
        ("22:60-06:00", WindowTimeError),
        ("22:00-24:01", WindowTimeError),
        ("06:00-06:00", WindowEmptyError),
    ],
)
def test_a_window_that_cannot_be_says_why(text: str, error: type[WindowError]) -> None:
    with pytest.raises(error):
        parse_window(text)
    with pytest.raises(WindowTimeError):
        Window(-5, 60)


def test_windows_in_plain_words() -> None:
    assert format_windows([Window(1350, 390), Window(720, 840)]) == "22:30–06:30, 12:00–14:00"
    assert format_windows([Window(0, 0)]) == "00:00–24:00"


def test_windows_that_share_a_minute_are_found() -> None:
    night, early, noon = Window(1320, 360), Window(359, 420), Window(720, 840)
    assert overlapping([night, noon, early]) == (night, early)
    assert overlapping([night, noon, Window(360, 420)]) is None
    assert total_minutes([night, early]) == 540


def schedule(*texts: str, season: str = "all") -> OffpeakSchedule:
    return OffpeakSchedule.from_config([{"season": season, "windows": list(texts)}])


SEASONAL = OffpeakSchedule.from_config(
    [
        {"season": "summer", "windows": ["02:00-06:00", "11:00-15:00"]},
        {"season": "winter", "windows": ["22:00-06:00"]},
    ]
)

schedules = st.one_of(
    st.lists(windows, max_size=3).map(lambda some: OffpeakSchedule((SeasonWindows(Season.ALL, tuple(some)),))),
    st.tuples(st.lists(windows, max_size=2), st.lists(windows, max_size=2)).map(
        lambda pair: OffpeakSchedule(
            (SeasonWindows(Season.SUMMER, tuple(pair[0])), SeasonWindows(Season.WINTER, tuple(pair[1])))
        )
    ),
)


def on_the_wall(plan: OffpeakSchedule, instant: datetime) -> bool:
    """Off-peak by its definition: the wall clock lies in a window of the season."""
    local = instant.astimezone(PARIS)
    minute = local.hour * 60 + local.minute
    season = Season.SUMMER if 4 <= local.month <= 10 else Season.WINTER
    return any(
        window.start <= minute < window.end
        if window.start < window.end
        else minute >= window.start or minute < window.end
        for version in plan.versions
        if version.season in {Season.ALL, season}
        for window in version.windows
    )


def next_change(plan: OffpeakSchedule, instant: datetime) -> datetime | None:
    return OffpeakHours(plan).at(Tariff(), Calendars(), instant).next_change


def minutes_offpeak(plan: OffpeakSchedule, day: date) -> int:
    return sum((end - start) // timedelta(minutes=1) for start, end in plan.intervals(day))


@settings(max_examples=60)
@given(schedules, any_days)
def test_every_minute_of_a_day_is_off_peak_by_the_clock_on_the_wall(plan: OffpeakSchedule, day: date) -> None:
    minutes = [day_start(day) + timedelta(minutes=minute) for minute in range(minutes_in_day(day))]
    off = [on_the_wall(plan, minute) for minute in minutes]
    intervals = plan.intervals(day)
    assert [any(start <= minute < end for start, end in intervals) for minute in minutes] == off
    assert [plan.is_offpeak(minute + timedelta(seconds=59)) for minute in minutes[::7]] == off[::7]
    assert minutes_offpeak(plan, day) == sum(off)
    assert all(one[1] < other[0] for one, other in itertools.pairwise(intervals))


@settings(max_examples=60)
@given(schedules, any_days, st.integers(0, 24 * 3600))
def test_the_next_change_is_the_first_minute_that_differs(plan: OffpeakSchedule, day: date, seconds: int) -> None:
    instant = day_start(day) + timedelta(seconds=seconds)
    found = next_change(plan, instant)
    minute = instant.replace(second=0) + timedelta(minutes=1)
    ahead = (minute + timedelta(minutes=count) for count in range(60 * 50))
    first = next((moment for moment in ahead if on_the_wall(plan, moment) is not on_the_wall(plan, instant)), None)
    if first is not None:
        assert found == first
        assert found.tzinfo is UTC
    else:
        assert found is None or found > instant + timedelta(minutes=60 * 50)


@pytest.mark.parametrize(("day", "minutes"), [(SPRING[2], 420), (AUTUMN[2], 540), (date(2026, 9, 1), 480)])
def test_a_night_is_as_long_as_it_really_is(day: date, minutes: int) -> None:
    plan = schedule("22:00-06:00")
    evening = datetime(day.year, day.month, day.day, tzinfo=PARIS) - timedelta(hours=2)
    end = next_change(plan, evening)
    assert end is not None
    assert (end - evening.astimezone(UTC)).total_seconds() == minutes * 60
    assert minutes_offpeak(plan, day) == minutes


def test_a_window_inside_the_hour_that_runs_twice_runs_twice_and_one_that_is_skipped_does_not() -> None:
    plan = schedule("02:15-02:45")
    assert minutes_offpeak(plan, AUTUMN[2]) == 60
    assert [start.strftime("%H:%M") for start, _ in plan.intervals(AUTUMN[2])] == ["00:15", "01:15"]
    assert plan.intervals(SPRING[2]) == ()


def test_seasons_turn_at_midnight_of_paris() -> None:
    assert SEASONAL.windows_on(date(2026, 3, 31)) == (Window(1320, 360),)
    assert SEASONAL.windows_on(date(2026, 4, 1)) == (Window(120, 360), Window(660, 900))
    last_winter_evening = datetime(2026, 3, 31, 23, 0, tzinfo=PARIS)
    assert SEASONAL.is_offpeak(last_winter_evening)
    assert next_change(SEASONAL, last_winter_evening) == datetime(2026, 3, 31, 22, 0, tzinfo=UTC)
    assert not SEASONAL.is_offpeak(datetime(2026, 4, 1, 0, 30, tzinfo=PARIS))
    last_summer_evening = datetime(2026, 10, 31, 20, 0, tzinfo=PARIS)
    assert next_change(SEASONAL, last_summer_evening) == datetime(2026, 10, 31, 23, 0, tzinfo=UTC)


def test_a_change_may_be_half_a_year_away_or_never_come() -> None:
    winter, midnight_of_april = datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 3, 31, 22, 0, tzinfo=UTC)
    assert next_change(schedule("00:00-24:00", season="summer"), winter) == midnight_of_april
    assert next_change(schedule("00:00-24:00"), winter) is None
    assert next_change(OffpeakSchedule(), winter) is None
    assert OffpeakSchedule().is_flat
    assert schedule().is_flat
    assert not SEASONAL.is_flat


@given(schedules)
def test_a_schedule_survives_its_configuration(plan: OffpeakSchedule) -> None:
    assert OffpeakSchedule.from_config(plan.as_config()) == plan
    assert OffpeakSchedule.from_config([]) == OffpeakSchedule()


@pytest.mark.parametrize(
    ("config", "error"),
    [
        ([{"season": "summer", "windows": []}] * 2, ScheduleError),
        ([{"season": "all", "windows": []}, {"season": "winter", "windows": []}], ScheduleError),
        ([{"season": "all", "windows": "22:00-06:00"}], ScheduleError),
        ([{"season": "spring", "windows": []}], ValueError),
        ([{"windows": []}], ValueError),
        ([{"season": "all", "windows": ["never"]}], WindowFormatError),
    ],
)
def test_a_configuration_that_cannot_be_is_refused(config: list[dict[str, object]], error: type[ValueError]) -> None:
    with pytest.raises(error):
        OffpeakSchedule.from_config(config)


def test_turns_of_the_year_are_ordinary_nights() -> None:
    plan = schedule("22:30-06:30")
    assert {minutes_offpeak(plan, day) for day in TURNS} == {480}
    new_year = datetime(2025, 12, 31, 23, 30, tzinfo=PARIS)
    assert next_change(plan, new_year) == datetime(2026, 1, 1, 5, 30, tzinfo=UTC)
