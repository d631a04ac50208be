"""What a review of the clocks found: a machine that sleeps, or that starts without a clock and is told the time later."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.myelectricaldata.coordinators.signals import CHECKED_EVERY, SignalClock
from custom_components.myelectricaldata.energy.options import OptionCode
from custom_components.myelectricaldata.energy.prices import next_change
from custom_components.myelectricaldata.energy.tariff import Calendars
from custom_components.myelectricaldata.energy.tempo import BLUE, RED, WHITE, TempoView, tempo_view
from custom_components.myelectricaldata.price_sensor import PriceWatch
from custom_components.myelectricaldata.tempo_prices import regulated_tariff
from tests.account import paris
from tests.entities.signal_rig import NationalStandIn

FIRST = paris(2026, 11, 23).date()


class Clocked:
    """A clock of Tempo in a Home Assistant whose timers only know how many seconds have gone by."""

    def __init__(self, hass: HomeAssistant, freezer: FrozenDateTimeFactory, at: datetime) -> None:
        freezer.move_to(at)
        self.hass, self.freezer = hass, freezer
        self.national = NationalStandIn()
        self.national.know(FIRST, BLUE, WHITE, RED)
        self.views: list[TempoView] = []
        self.seconds = hass.loop.time()

    def start(self) -> None:
        self.clock = SignalClock[TempoView](
            self.hass,
            self.national,
            lambda now: tempo_view(self.national.tempo, now),
            lambda view, _news: self.views.append(view),
        )

    async def set_clock(self, to: datetime, passed: timedelta = CHECKED_EVERY) -> None:
        """The wall clock jumps to an instant; then some seconds go by."""
        self.freezer.move_to(to)
        await self.go_on(passed)

    async def go_on(self, passed: timedelta) -> None:
        now = dt_util.utcnow() + passed
        async_fire_time_changed(self.hass, now)
        self.seconds += passed.total_seconds()
        self.freezer.move_to(now)
        await self.hass.async_block_till_done()


@pytest.fixture
def clocked(hass: HomeAssistant, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clocked]:
    clocked = Clocked(hass, freezer, paris(2026, 11, 24, 3))
    # In tests the loop's count of seconds follows the clock on the wall; on a machine it does not.
    with monkeypatch.context() as patch:
        patch.setattr(hass.loop, "time", lambda: clocked.seconds)
        clocked.start()
        yield clocked
        clocked.clock.async_stop()


async def test_a_machine_that_is_told_the_time_after_its_start_shows_the_day_within_five_minutes(
    clocked: Clocked,
) -> None:
    assert clocked.clock.view.colour == BLUE
    await clocked.set_clock(paris(2026, 11, 24, 11))
    assert [view.colour for view in clocked.views] == [WHITE]
    # The next change is again on the second.
    await clocked.go_on(timedelta(hours=10, minutes=55, seconds=-1))
    assert len(clocked.views) == 1
    await clocked.go_on(timedelta(seconds=1, milliseconds=600))
    assert clocked.views[-1].period == "hc"


async def test_a_clock_that_was_ahead_and_is_set_back_does_not_show_tomorrow_as_today(clocked: Clocked) -> None:
    await clocked.set_clock(paris(2026, 11, 25, 12))
    assert clocked.views[-1].colour == RED
    await clocked.set_clock(paris(2026, 11, 24, 7))
    assert clocked.views[-1].colour == WHITE


async def test_while_the_clock_goes_right_nothing_is_looked_at_between_two_changes(clocked: Clocked) -> None:
    for _ in range(30):
        await clocked.go_on(CHECKED_EVERY)
    assert clocked.views == []
    clocked.clock.async_stop()
    clocked.clock.async_stop()
    await clocked.set_clock(paris(2026, 11, 26))
    assert clocked.views == []


def test_a_price_is_searched_again_where_the_clock_was_set_back() -> None:
    tariff, calendars, watch = regulated_tariff(OptionCode.TEMPO), Calendars(tempo={FIRST: BLUE}), PriceWatch()
    evening, noon = paris(2026, 11, 23, 22, 30), paris(2026, 11, 23, 12)
    watch.look(tariff, calendars, evening)
    assert watch.look(tariff, calendars, noon)[1] == next_change(tariff, calendars, noon)
