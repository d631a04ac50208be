"""What the synchroniser makes of each answer, with a gateway that says exactly what a test wants."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from homeassistant.core import HomeAssistant

from custom_components.myelectricaldata.energy.calendar import ONE_DAY, days_between
from custom_components.myelectricaldata.feeds import Feed, History
from custom_components.myelectricaldata.gateway.errors import (
    BeforeActivation,
    GatewayError,
    GatewayUnavailable,
    QuotaError,
    RequestRejected,
    WrongDirection,
)
from custom_components.myelectricaldata.gateway.models import Dialect, Direction, MaximumPower, PowerPeak
from custom_components.myelectricaldata.ledger import Ledger
from custom_components.myelectricaldata.plan import Call, Schedule
from custom_components.myelectricaldata.sync import Step, Synchroniser

NOW = datetime(2026, 11, 21, 11, tzinfo=UTC)
TODAY = date(2026, 11, 21)
YESTERDAY = TODAY - ONE_DAY

type Answer = Callable[[date, date], MaximumPower]


class Gateway:
    """Only maximum power, answered by a function of the days asked."""

    dialect = Dialect.DATA_CONNECT_2026
    last_duration = 0.1

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[tuple[date, date]] = []

    async def async_maximum_power(self, _pdl: str, first: date, last: date, *, background: bool) -> MaximumPower:  # noqa: ARG002
        self.asked.append((first, last))
        return self.answer(first, last)


def raising(error: GatewayError) -> Answer:
    def answer(_first: date, _last: date) -> MaximumPower:
        raise error

    return answer


def peaks(first: date, last: date) -> MaximumPower:
    return MaximumPower(days={day: PowerPeak(volt_amperes=100, at=None) for day in days_between(first, last)})


class Rig:
    def __init__(self, hass: HomeAssistant, answer: Answer) -> None:
        self.gateway = Gateway(answer)
        self.ledger = Ledger(hass, "22516914714271")
        self.schedule = Schedule(minute=10)
        self.sync = Synchroniser(
            self.gateway,  # type: ignore[arg-type]
            self.ledger,
            self.schedule,
            directions=(Direction.CONSUMPTION,),
            now=lambda: NOW,
        )
        for feed in (Feed.CONSUMPTION_DAILY, Feed.CONSUMPTION_CURVE):
            self.ledger.set_history(feed, History(asked_from=TODAY, asked_to=YESTERDAY, refused_on=TODAY))
        self.ledger.set_contract(None, TODAY)

    def history(self) -> History:
        return self.ledger.history(Feed.POWER)

    async def ask(self, first: date, last: date, *, background: bool = True) -> Step:
        return await self.sync.async_perform(Call(feed=Feed.POWER, first=first, last=last, background=background))


@pytest.fixture
async def rig(hass: HomeAssistant) -> Callable[[Answer], Rig]:
    return lambda answer: Rig(hass, answer)


async def test_a_refused_direction_is_not_asked_for_a_month(rig: Callable[[Answer], Rig]) -> None:
    wrong = rig(raising(WrongDirection("no", code="ADAM-ERR0069")))
    assert await wrong.sync.async_step() is not None
    assert await wrong.sync.async_step() is None
    assert wrong.history().refused_on == TODAY


async def test_a_spent_budget_stops_the_history_and_not_what_is_fresh(rig: Callable[[Answer], Rig]) -> None:
    later = NOW + timedelta(hours=12)
    spent = rig(raising(QuotaError("spent", retry_after=later)))
    step = await spent.ask(TODAY - timedelta(days=30), YESTERDAY)
    assert isinstance(step.error, QuotaError)
    assert (spent.schedule.history_retry_at, spent.schedule.retry_at) == (later, None)
    await spent.ask(TODAY - timedelta(days=30), YESTERDAY, background=False)
    assert spent.schedule.retry_at == later
    assert spent.schedule.calls == 0


async def test_a_long_question_that_takes_too_long_is_asked_by_halves_then_grows_again(
    rig: Callable[[Answer], Rig],
) -> None:
    slow = rig(peaks)
    await slow.sync.async_step()
    slow.gateway.answer = raising(GatewayUnavailable("time-out"))
    slow.gateway.last_duration = 60.0
    for _ in range(8):
        await slow.sync.async_step()
    lengths = [(last - first).days + 1 for first, last in slow.gateway.asked[1:]]
    assert lengths == [365, 182, 91, 45, 22, 11, 7]
    assert slow.schedule.failures == 1
    assert await slow.sync.async_step() is None
    slow.schedule.retry_at = None
    slow.gateway.answer, slow.gateway.last_duration = peaks, 1.0
    while await slow.sync.async_step() is not None:
        pass
    lengths = [(last - first).days + 1 for first, last in slow.gateway.asked[8:]]
    assert lengths[:4] == [7, 14, 28, 56]
    assert len(slow.ledger.peaks) == 1095


async def test_a_gateway_that_is_dead_at_once_is_not_asked_by_halves(rig: Callable[[Answer], Rig]) -> None:
    dead = rig(peaks)
    await dead.sync.async_step()
    dead.gateway.answer = raising(GatewayUnavailable("refused"))
    await dead.sync.async_step()
    assert dead.schedule.retry_at == NOW + timedelta(minutes=30)
    assert await dead.sync.async_step() is None


async def test_a_gateway_that_refuses_everything_is_not_taken_for_one_that_has_nothing(
    rig: Callable[[Answer], Rig],
) -> None:
    refused = rig(raising(RequestRejected("Not Found")))
    assert await refused.sync.async_step() is not None
    assert await refused.sync.async_step() is None
    assert refused.history().asked_from is None
    refused.schedule.retry_at, refused.schedule.resting = None, {}
    refused.gateway.answer = peaks
    while await refused.sync.async_step() is not None:
        pass
    assert len(refused.ledger.peaks) == 1095


async def test_the_floor_that_the_gateway_names_ends_the_walk(rig: Callable[[Answer], Rig]) -> None:
    oldest = TODAY - timedelta(days=500)

    def answer(first: date, last: date) -> MaximumPower:
        if first < oldest:
            raise BeforeActivation("too old", code="DATE_TOO_OLD", oldest=oldest)
        return peaks(first, last)

    walk = rig(answer)
    while await walk.sync.async_step() is not None:
        pass
    assert min(walk.ledger.peaks) == oldest
    assert len(walk.gateway.asked) == 3


@pytest.mark.parametrize("age", [1, 2, 3, 100, 364, 365, 366, 700, 1094])
async def test_an_activation_that_nobody_names_is_found_to_the_day(rig: Callable[[Answer], Rig], age: int) -> None:
    activation = TODAY - timedelta(days=age)

    def answer(first: date, last: date) -> MaximumPower:
        if first < activation:
            raise BeforeActivation("before", code="ADAM-ERR0123")
        return peaks(first, last)

    walk = rig(answer)
    while await walk.sync.async_step() is not None:
        pass
    assert sorted(walk.ledger.peaks) == list(days_between(activation, YESTERDAY))
    assert len(walk.gateway.asked) <= 24


async def test_the_pause_after_a_call_of_the_history_follows_its_duration(rig: Callable[[Answer], Rig]) -> None:
    walk = rig(peaks)
    for duration, least, most in ((0.0, 0.0, 0.0), (1.0, 2.0, 3.0), (500.0, 120.0, 180.0)):
        walk.gateway.last_duration = duration
        assert least <= (await walk.ask(YESTERDAY, YESTERDAY)).pause <= most
    assert (await walk.ask(YESTERDAY, YESTERDAY, background=False)).pause == 0


async def test_an_outage_steps_over_nothing(rig: Callable[[Answer], Rig]) -> None:
    walk = rig(peaks)
    await walk.sync.async_step()
    for _ in range(3):
        for answer in (raising(GatewayUnavailable("503")), peaks):
            walk.gateway.answer = answer
            walk.schedule.retry_at = None
            walk.schedule.resting.clear()
            await walk.sync.async_step()
    while await walk.sync.async_step() is not None:
        pass
    assert sorted(walk.ledger.peaks) == list(days_between(TODAY - timedelta(days=1095), YESTERDAY))
    assert max((last - first).days for first, last in walk.gateway.asked) == 364
    assert min((last - first).days for first, last in walk.gateway.asked) >= 364 - 2
