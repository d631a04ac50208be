"""The price of now and of what follows, to the second, through clock changes, new prices and late colours."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNKNOWN
from homeassistant.exceptions import HomeAssistantError
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.myelectricaldata import price_sensor
from custom_components.myelectricaldata.energy.calendar import PARIS, day_end, day_start
from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule
from custom_components.myelectricaldata.energy.prices import next_change
from custom_components.myelectricaldata.energy.tariff import Calendars, Option, Rule, Tariff
from custom_components.myelectricaldata.price_sensor import CurrentPriceSensor
from tests.entities.rig import EntityRig, Money, Start, snapshot_of
from tests.entities.tariffs import base, colours, hc_hp, tempo, version

SECOND = timedelta(seconds=1)
TEMPO = Tariff((tempo(),))


def paris(year: int, month: int, day: int, hour: int = 0, minute: int = 0, *, fold: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=PARIS, fold=fold).astimezone(UTC)


async def go_to(rig: EntityRig, freezer: FrozenDateTimeFactory, instant: datetime) -> None:
    # Home Assistant's own clock strikes a moment after the instant that it was asked for.
    struck = instant + timedelta(microseconds=1)
    freezer.move_to(struck)
    async_fire_time_changed(rig.hass, struck)
    await rig.hass.async_block_till_done()


def now(rig: EntityRig) -> tuple[str, str, str]:
    return rig.value("current_period"), rig.value("current_price"), rig.value("next_period_change")


async def check_change(
    start: Start,
    freezer: FrozenDateTimeFactory,
    money: Money,
    instant: datetime,
    before: tuple[str, str],
    after: tuple[str, str],
) -> None:
    """One second before and at the second: of entities that run, and of such as start then."""
    freezer.move_to(instant - timedelta(minutes=20))
    rig = await start(money=money)
    await go_to(rig, freezer, instant - SECOND)
    assert now(rig) == (*before, instant.isoformat())
    await go_to(rig, freezer, instant)
    assert now(rig)[:2] == after
    await rig.unload()

    freezer.move_to(instant - SECOND)
    await rig.load()
    assert now(rig) == (*before, instant.isoformat())
    await go_to(rig, freezer, instant)
    assert now(rig)[:2] == after
    await rig.unload()

    freezer.move_to(instant + SECOND)
    await rig.load()
    assert now(rig)[:2] == after
    await rig.unload()


@pytest.mark.parametrize(
    ("tariff", "instant", "before", "after"),
    [
        pytest.param(
            Tariff((hc_hp("22:30-06:00"),)), paris(2026, 11, 21, 22, 30), ("hp", "0.2"), ("hc", "0.16"), id="22:30"
        ),
        pytest.param(Tariff((hc_hp(),)), paris(2026, 11, 21, 22), ("hp", "0.2"), ("hc", "0.16"), id="22:00"),
        pytest.param(Tariff((hc_hp(),)), paris(2026, 11, 22, 6), ("hc", "0.16"), ("hp", "0.2"), id="06:00"),
        pytest.param(
            Tariff((base("0.20"), base("0.25", since=date(2027, 2, 1)))),
            paris(2027, 2, 1),
            ("base", "0.2"),
            ("base", "0.25"),
            id="another price from midnight on",
        ),
        pytest.param(
            Tariff((hc_hp("02:30-06:00"),)),
            paris(2026, 3, 29, 3),
            ("hp", "0.2"),
            ("hc", "0.16"),
            id="spring skips half past two",
        ),
        pytest.param(
            Tariff((hc_hp("00:00-02:30"),)),
            paris(2026, 10, 25, 2, 30, fold=1),
            ("hc", "0.16"),
            ("hp", "0.2"),
            id="autumn strikes half past two twice",
        ),
    ],
)
async def test_the_price_changes_at_the_very_second(
    start: Start,
    freezer: FrozenDateTimeFactory,
    tariff: Tariff,
    instant: datetime,
    before: tuple[str, str],
    after: tuple[str, str],
) -> None:
    await check_change(start, freezer, Money(tariff=tariff), instant, before, after)


async def test_a_tempo_day_begins_at_six(start: Start, freezer: FrozenDateTimeFactory) -> None:
    money = Money(tariff=TEMPO, calendars=colours(date(2026, 11, 20), "BLUE", "RED", "WHITE"))
    await check_change(start, freezer, money, paris(2026, 11, 21, 6), ("blue_hc", "0.1"), ("red_hp", "0.7"))


async def test_the_first_half_past_two_of_autumn_is_not_the_end_of_every_window(
    start: Start, freezer: FrozenDateTimeFactory
) -> None:
    """The wall shows 02:30 to 03:00 twice, and 02:00 to 02:30 too: off-peak until 02:30, peak, off-peak, peak."""
    freezer.move_to(paris(2026, 10, 25, 1))
    rig = await start(money=Money(tariff=Tariff((hc_hp("00:00-02:30"),))))
    seen = []
    for _ in range(4):
        seen.append(now(rig))
        await go_to(rig, freezer, datetime.fromisoformat(seen[-1][2]))
    assert seen == [
        ("hc", "0.16", "2026-10-25T00:30:00+00:00"),
        ("hp", "0.2", "2026-10-25T01:00:00+00:00"),
        ("hc", "0.16", "2026-10-25T01:30:00+00:00"),
        ("hp", "0.2", "2026-10-25T23:00:00+00:00"),
    ]


async def test_what_follows_is_told_with_its_price(start: Start, freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(paris(2026, 11, 21, 12))
    rig = await start(money=Money(tariff=Tariff((hc_hp("22:30-06:00"),))))
    price, following = rig.state("current_price"), rig.state("next_period_change")
    assert price.attributes["unit_of_measurement"] == "EUR/kWh"
    assert (price.attributes["period"], price.attributes["next_price"]) == ("hp", 0.16)
    assert price.attributes["next_change"] == "2026-11-21T22:30:00+01:00"
    assert (following.attributes["period"], following.attributes["price"]) == ("hc", 0.16)
    assert rig.state("current_period").attributes["options"] == ["hc", "hp"]


async def test_a_price_that_never_changes_has_no_next_one(start: Start, freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(paris(2026, 11, 21, 12))
    rig = await start(money=Money(tariff=Tariff((base(),))))
    assert now(rig) == ("base", "0.2", STATE_UNKNOWN)
    assert rig.state("current_price").attributes["next_change"] is None
    assert rig.state("current_price").attributes["next_price"] is None
    assert rig.state("next_period_change").attributes["price"] is None
    assert rig.state("next_period_change").attributes["period"] is None
    await go_to(rig, freezer, paris(2026, 11, 22))
    assert rig.state("current_price").attributes["raw_today"][0]["start"] == "2026-11-22T00:00:00+01:00"


def whole(rows: list[dict[str, Any]], day: date) -> None:
    """The rows follow each other without a gap from midnight to midnight."""
    starts = [datetime.fromisoformat(row["start"]) for row in rows]
    ends = [datetime.fromisoformat(row["end"]) for row in rows]
    assert starts == [day_start(day), *ends[:-1]]
    assert ends[-1] == day_end(day)
    assert all(start.utcoffset() == start.astimezone(PARIS).utcoffset() for start in (*starts, *ends))


@pytest.mark.parametrize(("day", "rows"), [(date(2026, 11, 21), 25), (date(2026, 3, 29), 24), (date(2026, 10, 25), 26)])
async def test_the_prices_of_the_day_are_a_list_that_planners_read(
    start: Start, freezer: FrozenDateTimeFactory, day: date, rows: int
) -> None:
    """One row for each real hour, and one more where 22:30 cuts an hour in two."""
    freezer.move_to(day_start(day) + timedelta(hours=12))
    rig = await start(money=Money(tariff=Tariff((hc_hp("22:30-06:00"),))))
    attributes = rig.state("current_price").attributes
    whole(attributes["raw_today"], day)
    whole(attributes["raw_tomorrow"], day + timedelta(days=1))
    assert attributes["tomorrow_valid"] is True
    assert len(attributes["raw_today"]) == rows
    assert all(set(row) == {"start", "end", "value"} for row in attributes["raw_today"])
    last_two = attributes["raw_today"][-3:-1]
    assert [row["value"] for row in last_two] == [0.2, 0.16]
    assert last_two[1]["start"][10:] in ("T22:30:00+01:00", "T22:30:00+02:00")
    off_peak = sum(
        (
            datetime.fromisoformat(row["end"]) - datetime.fromisoformat(row["start"])
            for row in attributes["raw_today"]
            if row["value"] == 0.16
        ),
        timedelta(),
    )
    assert off_peak == timedelta(hours=7.5) + (day_end(day) - day_start(day) - timedelta(days=1))


async def test_tomorrow_is_known_once_its_colour_is(start: Start, freezer: FrozenDateTimeFactory) -> None:
    """Until then the six hours before 06:00 are, since they belong to today's Tempo day."""
    freezer.move_to(paris(2026, 11, 21, 9))
    rig = await start(money=Money(tariff=TEMPO, calendars=colours(date(2026, 11, 20), "BLUE", "RED")))
    attributes = rig.state("current_price").attributes
    assert attributes["tomorrow_valid"] is False
    assert [row["value"] for row in attributes["raw_tomorrow"]] == [0.15] * 6
    whole(attributes["raw_today"], date(2026, 11, 21))

    rig.usage_point.calendars = colours(date(2026, 11, 20), "BLUE", "RED", "WHITE")
    rig.usage_point.async_update_listeners()
    attributes = rig.state("current_price").attributes
    assert attributes["tomorrow_valid"] is True
    whole(attributes["raw_tomorrow"], date(2026, 11, 22))


async def test_an_unknown_colour_is_not_blue_and_comes_late(start: Start, freezer: FrozenDateTimeFactory) -> None:
    known = colours(date(2026, 11, 20), "BLUE")
    freezer.move_to(paris(2026, 11, 21, 5, 59))
    rig = await start(money=Money(tariff=TEMPO, calendars=known))
    assert now(rig) == ("blue_hc", "0.1", "2026-11-21T05:00:00+00:00")
    following = rig.state("next_period_change").attributes
    assert (following["period"], following["price"]) == (None, None)

    await go_to(rig, freezer, paris(2026, 11, 21, 6))
    assert now(rig)[:2] == (STATE_UNKNOWN, STATE_UNKNOWN)
    attributes = rig.state("current_price").attributes
    assert attributes["period"] is None
    assert [row["value"] for row in attributes["raw_today"]] == [0.1] * 6
    assert attributes["raw_tomorrow"] == []

    freezer.move_to(paris(2026, 11, 21, 7, 3))
    rig.usage_point.calendars = colours(date(2026, 11, 20), "BLUE", "RED")
    rig.usage_point.async_update_listeners()
    assert now(rig) == ("red_hp", "0.7", "2026-11-21T21:00:00+00:00")


async def test_a_known_period_without_a_price_is_told_without_one(start: Start, freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(paris(2026, 11, 21, 12))
    own = version(Option(code="CUSTOM", rules=(Rule(period="my_day"),)), {})
    rig = await start(money=Money(tariff=Tariff((own,))))
    assert now(rig) == ("my_day", STATE_UNKNOWN, STATE_UNKNOWN)
    assert rig.state("current_price").attributes["raw_today"] == []


async def test_a_tariff_that_begins_at_midnight_begins_at_midnight(
    start: Start, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(paris(2026, 11, 30, 23, 59))
    rig = await start(money=Money(tariff=Tariff((base(since=date(2026, 12, 1)),))))
    assert now(rig) == (STATE_UNKNOWN, STATE_UNKNOWN, "2026-11-30T23:00:00+00:00")
    await go_to(rig, freezer, paris(2026, 12, 1))
    assert now(rig)[:2] == ("base", "0.2")


async def test_the_price_needs_no_gateway(start: Start, freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(paris(2026, 11, 21, 21))
    rig = await start(money=Money(tariff=Tariff((hc_hp(),))))
    rig.usage_point.async_set_update_error(HomeAssistantError("down"))
    await rig.hass.async_block_till_done()
    assert rig.value("cost_yesterday") == "unavailable"
    await go_to(rig, freezer, paris(2026, 11, 21, 22))
    assert now(rig) == ("hc", "0.16", "2026-11-22T05:00:00+00:00")


async def test_news_of_readings_does_not_search_the_next_change_again(
    start: Start, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import speaks often; that a flat price never changes is a year of rules to look through."""
    flat, dearer = Tariff((base(),)), Tariff((base("0.30"),))
    searches: list[datetime] = []

    def counted(tariff: Tariff, calendars: Calendars, instant: datetime) -> Any:
        # Those of the regulated options are searched too.
        if tariff is flat or tariff is dearer:
            searches.append(instant)
        return next_change(tariff, calendars, instant)

    monkeypatch.setattr(price_sensor, "next_change", counted)
    freezer.move_to(paris(2026, 11, 21, 12))
    rig = await start(money=Money(tariff=flat))
    asked = len(searches)
    assert asked == 3
    for _ in range(5):
        await rig.show(snapshot_of())
    assert len(searches) == asked
    rig.usage_point.tariff = dearer
    await rig.show(snapshot_of())
    assert (len(searches), rig.value("current_price")) == (2 * asked, "0.3")
    await go_to(rig, freezer, paris(2026, 11, 22))
    assert len(searches) == 3 * asked


async def test_the_forecast_is_not_kept_in_the_recorder() -> None:
    """Fifty rows with every change of state would fill the database."""
    assert CurrentPriceSensor._unrecorded_attributes == {"raw_today", "raw_tomorrow"}


async def test_an_unloaded_clock_strikes_no_more(start: Start, freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(paris(2026, 11, 21, 21))
    rig = await start(money=Money(tariff=Tariff((hc_hp(),))))
    await rig.unload()
    await go_to(rig, freezer, paris(2026, 11, 21, 22))
    assert rig.value("current_price") == "unavailable"


def hours(*windows: str) -> OffpeakSchedule:
    return OffpeakSchedule.from_config([{"season": "all", "windows": list(windows)}])


async def test_off_peak_follows_the_hours_in_force(start: Start, freezer: FrozenDateTimeFactory) -> None:
    """A reform moves the hours: from midnight on the old ones say nothing any more."""
    freezer.move_to(paris(2026, 11, 30, 23, 59))
    reform = hc_hp("12:00-17:00", "02:00-05:00", since=date(2026, 12, 1))
    rig = await start(money=Money(tariff=Tariff((hc_hp("22:00-06:00"), reform))))
    assert (rig.value("offpeak"), rig.value("next_offpeak_change")) == ("on", "2026-11-30T23:00:00+00:00")
    await go_to(rig, freezer, paris(2026, 12, 1))
    assert (rig.value("offpeak"), rig.value("next_offpeak_change")) == ("off", "2026-12-01T01:00:00+00:00")
    assert rig.state("offpeak").attributes["offpeak_hours"] == "02:00–05:00, 12:00–17:00"
    await rig.show(snapshot_of())
    assert rig.value("offpeak") == "off"


async def test_hours_that_a_coming_tariff_brings_have_their_entities_already(
    start: Start, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(paris(2026, 11, 30, 12))
    rig = await start(money=Money(tariff=Tariff((hc_hp("00:00-08:00", since=date(2026, 12, 1)),))))
    assert (rig.value("offpeak"), rig.value("next_offpeak_change")) == ("off", "2026-11-30T23:00:00+00:00")
    await go_to(rig, freezer, paris(2026, 12, 1))
    assert (rig.value("offpeak"), rig.value("next_offpeak_change")) == ("on", "2026-12-01T07:00:00+00:00")
