"""What is asked, when, and how often: the plan against a clock that travels."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.myelectricaldata.energy.calendar import ONE_DAY, PARIS, days_between, paris_date
from custom_components.myelectricaldata.energy.readings import DayCurve, DayRecord, merge_records, slots_in_day
from custom_components.myelectricaldata.feeds import Feed, History, Kind
from custom_components.myelectricaldata.gateway.models import Contract, Dialect, Direction, PowerPeak
from custom_components.myelectricaldata.ledger_format import LedgerState
from custom_components.myelectricaldata.plan import (
    FRESH_CALLS_A_DAY,
    Call,
    Schedule,
    Situation,
    current_slot,
    curve_is_held,
    daily_history_is_settled,
    first_try,
    forced_calls,
    history_share,
    next_call,
    review_is_due,
)

BOTH = (Direction.CONSUMPTION, Direction.PRODUCTION)
TODAY = date(2026, 11, 21)
CONTRACT = Contract(
    segment="C5",
    contract_type=None,
    status=None,
    distribution_tariff=None,
    subscribed_power_kva=None,
    activation_date=None,
    production_activation_date=None,
    tariff_change_date=None,
    offpeak_texts=(),
)


class Enedis:
    """The smallest upstream that can answer a plan: it publishes a day at an instant, by feed."""

    def __init__(self, directions: tuple[Direction, ...] = BOTH) -> None:
        self.state = LedgerState(contract=CONTRACT, contract_read_on=TODAY)
        self.schedule = Schedule(minute=37)
        self.directions = directions
        self.dialect = Dialect.DATA_CONNECT_2026
        self.published: dict[Feed, datetime] = {}
        self.calls: list[tuple[datetime, Call]] = []

    def situation(self, now: datetime) -> Situation:
        return Situation(
            now=now,
            directions=self.directions,
            state=self.state,
            schedule=self.schedule,
            dialect=self.dialect,
            activation=None,
        )

    def know_everything_until(self, last: date) -> None:
        """A ledger whose history is complete."""
        for feed in Feed:
            self._learn(feed, last - timedelta(days=1100), last)
            history = History(asked_from=last - timedelta(days=1100), asked_to=last, finished_on=last, reviews=2)
            self.state = replace(self.state, history={**self.state.history, feed: history})

    def _learn(self, feed: Feed, first: date, last: date) -> None:
        if feed is Feed.POWER:
            peaks = {day: PowerPeak(volt_amperes=1, at=None) for day in days_between(first, last)}
            self.state = replace(self.state, peaks={**self.state.peaks, **peaks})
            return
        days = dict(self.state.days[feed.direction])
        for day in days_between(first, last):
            news = DayRecord(index_wh=1000)
            if feed.kind is Kind.CURVE:
                news = DayRecord(curve=DayCurve(30, (2,) * slots_in_day(day, 30)))
            days[day] = merge_records(day, days.get(day, DayRecord()), news)
        self.state = replace(self.state, days={**self.state.days, feed.direction: days})

    def answer(self, call: Call, now: datetime) -> None:
        self.calls.append((now, call))
        if call.feed is None:
            self.state = replace(self.state, contract_read_on=paris_date(now))
            return
        if not call.background:
            self.schedule.use(call.feed, current_slot(now, self.schedule.minute))
            self.schedule.calls += 1
        last = call.last
        if now < self.published.get(call.feed, now):
            last = min(last, paris_date(now) - 2 * ONE_DAY)
        self._learn(call.feed, call.first, last)
        history = self.state.history.get(call.feed, History())
        asked_from = min(call.first, history.asked_from or call.first)
        history = replace(history, asked_from=asked_from, asked_to=call.last)
        self.state = replace(self.state, history={**self.state.history, call.feed: history})

    def run(self, day: date) -> list[Call]:
        """One Paris day of half-hourly ticks; returns its calls."""
        before = len(self.calls)
        for now in ticks(day):
            while (call := next_call(self.situation(now))) is not None:
                self.answer(call, now)
        return [call for _, call in self.calls[before:]]


def ticks(day: date) -> Iterator[datetime]:
    start = datetime(day.year, day.month, day.day, 0, 11, tzinfo=PARIS).astimezone(UTC)
    return (start + index * timedelta(minutes=30) for index in range(48))


def at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=PARIS).astimezone(UTC)


def test_an_ordinary_day_asks_each_feed_once_after_the_first_try_and_then_nothing() -> None:
    enedis = Enedis()
    enedis.know_everything_until(TODAY - 2 * ONE_DAY)
    calls = enedis.run(TODAY)
    assert sorted(call.feed for call in calls if call.feed) == sorted(Feed)
    assert all(now >= first_try(TODAY, 37) for now, _ in enedis.calls)
    assert not any(call.background for call in calls)


@settings(max_examples=60, deadline=None)
@given(
    hours=st.lists(st.integers(0, 40), min_size=5, max_size=5),
    minute=st.integers(0, 119),
    dialect=st.sampled_from(Dialect),
    directions=st.sampled_from([BOTH, BOTH[:1], BOTH[1:]]),
)
def test_a_day_never_costs_more_than_its_limit_whatever_is_late(
    hours: list[int], minute: int, dialect: Dialect, directions: tuple[Direction, ...]
) -> None:
    enedis = Enedis(directions)
    enedis.schedule.minute, enedis.dialect = minute, dialect
    enedis.know_everything_until(TODAY - 2 * ONE_DAY)
    enedis.published = {feed: at(TODAY, 0) + timedelta(hours=hour) for feed, hour in zip(Feed, hours, strict=True)}
    assert len(enedis.run(TODAY)) <= FRESH_CALLS_A_DAY


def test_while_nothing_is_published_only_the_leader_is_asked_and_with_growing_gaps() -> None:
    enedis = Enedis()
    enedis.know_everything_until(TODAY - 2 * ONE_DAY)
    enedis.published = dict.fromkeys(Feed, at(TODAY, 23) + timedelta(days=1))
    enedis.run(TODAY)
    leaders = [now for now, call in enedis.calls if call.feed is Feed.CONSUMPTION_DAILY]
    gaps = [later - sooner for sooner, later in pairwise(leaders)]
    assert len(leaders) == 4
    assert gaps == sorted(gaps)
    assert [call.feed for now, call in enedis.calls if now < leaders[-1]] == [Feed.CONSUMPTION_DAILY] * 3


def test_gateway_1_22_is_asked_for_the_curve_first_because_it_never_serves_yesterdays_index() -> None:
    enedis = Enedis(BOTH[:1])
    enedis.dialect = Dialect.V5
    enedis.know_everything_until(TODAY - 2 * ONE_DAY)
    assert [call.feed for call in enedis.run(TODAY)] == [Feed.CONSUMPTION_CURVE, Feed.POWER]


def test_a_fresh_call_looks_back_two_weeks_and_over_every_day_that_was_never_asked() -> None:
    enedis = Enedis(BOTH[:1])
    enedis.know_everything_until(TODAY - 2 * ONE_DAY)
    first = {call.feed: call.first for call in enedis.run(TODAY)}
    assert first[Feed.CONSUMPTION_DAILY] == TODAY - timedelta(days=14)
    later = TODAY + timedelta(days=40)
    first = {call.feed: call.first for call in enedis.run(later)}
    assert first[Feed.CONSUMPTION_DAILY] == TODAY
    assert first[Feed.CONSUMPTION_CURVE] == TODAY


@pytest.mark.parametrize("age", [15, 20, 21, 22, 27, 28])
def test_a_hole_older_than_two_weeks_is_asked_again_once_a_week(age: int) -> None:
    enedis = Enedis(BOTH[:1])
    enedis.know_everything_until(TODAY - 2 * ONE_DAY)
    hole = TODAY - timedelta(days=age)
    days = {day: record for day, record in enedis.state.days[Direction.CONSUMPTION].items() if day != hole}
    enedis.state = replace(enedis.state, days={**enedis.state.days, Direction.CONSUMPTION: days})
    firsts = {call.first for call in enedis.run(TODAY) if call.feed is Feed.CONSUMPTION_DAILY}
    assert firsts == {hole if age in (21, 28) else TODAY - timedelta(days=14)}


def test_the_first_import_shows_every_feed_before_it_walks_into_the_past_indexes_first() -> None:
    enedis = Enedis()
    enedis.state = replace(enedis.state, contract_read_on=None)
    calls = enedis.run(TODAY)
    opening = [call.feed for call in calls[:6]]
    assert opening == [
        None,
        Feed.CONSUMPTION_DAILY,
        Feed.PRODUCTION_DAILY,
        Feed.CONSUMPTION_CURVE,
        Feed.PRODUCTION_CURVE,
        Feed.POWER,
    ]
    walk = [call.feed.kind for call in calls[6:] if call.feed]
    assert walk == sorted(walk, key=[Kind.DAILY, Kind.CURVE, Kind.POWER].index)
    assert len(calls) <= 40
    assert history_share(enedis.situation(at(TODAY, 12))) == 1.0


def test_the_walk_asks_for_every_day_of_the_history_exactly_once() -> None:
    enedis = Enedis()
    enedis.state = replace(enedis.state, contract_read_on=None)
    asked: dict[Feed, list[date]] = {feed: [] for feed in Feed}
    for call in enedis.run(TODAY):
        if call.feed:
            asked[call.feed] += days_between(call.first, call.last)
    for feed, days in asked.items():
        assert sorted(days) == list(days_between(TODAY - timedelta(days=feed.history_days), TODAY - ONE_DAY))


def test_the_walk_stops_at_the_activation_and_at_what_the_gateway_refuses() -> None:
    enedis = Enedis(BOTH[:1])
    activation = TODAY - timedelta(days=100)
    situation = replace(enedis.situation(at(TODAY, 12)), activation=activation)
    assert {situation.floor(feed) for feed in situation.feeds} == {activation}
    floor = TODAY - timedelta(days=50)
    enedis.state = replace(enedis.state, history={Feed.POWER: History(floor=floor)})
    assert enedis.situation(at(TODAY, 12)).floor(Feed.POWER) == floor


def test_rows_wait_for_the_curve_of_their_day_only_during_the_first_import() -> None:
    enedis = Enedis(BOTH[:1])
    yesterday, older = TODAY - ONE_DAY, TODAY - timedelta(days=40)
    history = History(asked_from=TODAY - timedelta(days=7), asked_to=yesterday)
    enedis.state = replace(enedis.state, history={Feed.CONSUMPTION_CURVE: history})
    complete = DayRecord(1000, DayCurve(60, (1,) * 24))
    held = curve_is_held(enedis.situation(at(TODAY, 12)), Direction.CONSUMPTION)
    assert (held(yesterday, complete), held(older, complete)) == (False, True)
    assert held(yesterday, DayRecord(1000))
    finished = replace(history, finished_on=TODAY)
    enedis.state = replace(enedis.state, history={Feed.CONSUMPTION_CURVE: finished})
    held = curve_is_held(enedis.situation(at(TODAY, 12)), Direction.CONSUMPTION)
    assert not held(older, DayRecord(1000))


def test_sums_are_settled_only_when_every_index_that_can_be_had_was_asked_for() -> None:
    enedis = Enedis(BOTH[:1])
    feed = Feed.CONSUMPTION_DAILY
    for history, settled in (
        (History(), False),
        (History(asked_from=TODAY), False),
        (History(finished_on=TODAY), True),
        (History(refused_on=TODAY), True),
        (History(asked_from=TODAY, reviews=1), True),
    ):
        enedis.state = replace(enedis.state, history={feed: history})
        assert daily_history_is_settled(enedis.situation(at(TODAY, 12)), Direction.CONSUMPTION) is settled


def test_asking_now_asks_for_what_is_missing_else_for_revisions_of_the_indexes() -> None:
    enedis = Enedis()
    enedis.know_everything_until(TODAY - 2 * ONE_DAY)
    assert {call.feed for call in forced_calls(enedis.situation(at(TODAY, 5)))} == set(Feed)
    enedis.know_everything_until(TODAY - ONE_DAY)
    feeds = {call.feed for call in forced_calls(enedis.situation(at(TODAY, 5)))}
    assert feeds == {Feed.CONSUMPTION_DAILY, Feed.PRODUCTION_DAILY}


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), date(2028, 2, 29), date(2026, 12, 31)])
def test_clock_changes_and_year_ends_ask_as_on_any_other_day(day: date) -> None:
    enedis = Enedis()
    enedis.know_everything_until(day - 2 * ONE_DAY)
    enedis.state = replace(enedis.state, contract_read_on=day)
    assert len(enedis.run(day)) == len(Feed)


def test_a_meter_without_load_curve_is_asked_for_it_once_a_week() -> None:
    enedis = Enedis(BOTH[:1])
    enedis.know_everything_until(TODAY - 2 * ONE_DAY)
    plain = {day: DayRecord(record.index_wh) for day, record in enedis.state.days[Direction.CONSUMPTION].items()}
    asked = 0
    for day in days_between(TODAY, TODAY + timedelta(days=13)):
        enedis.state = replace(enedis.state, days={**enedis.state.days, Direction.CONSUMPTION: plain})
        asked += sum(call.feed is Feed.CONSUMPTION_CURVE for call in enedis.run(day))
    assert asked == 2


def test_a_finished_history_is_looked_over_again_after_a_week_and_a_month_unless_there_never_was_a_curve() -> None:
    enedis = Enedis(BOTH[:1])
    enedis.know_everything_until(TODAY)
    for feed in (Feed.CONSUMPTION_CURVE, Feed.CONSUMPTION_DAILY):
        for reviews, days, due in ((0, 6, False), (0, 7, True), (1, 29, False), (1, 30, True), (2, 99, False)):
            history = History(asked_from=TODAY, asked_to=TODAY, finished_on=TODAY, reviews=reviews)
            enedis.state = replace(enedis.state, history={feed: history})
            assert review_is_due(enedis.situation(at(TODAY + timedelta(days=days), 12)), feed) is due
    plain = {day: DayRecord(1) for day in enedis.state.days[Direction.CONSUMPTION]}
    history = History(asked_from=TODAY, asked_to=TODAY, finished_on=TODAY)
    enedis.state = replace(
        enedis.state,
        days={**enedis.state.days, Direction.CONSUMPTION: plain},
        history={Feed.CONSUMPTION_CURVE: history},
    )
    assert not review_is_due(enedis.situation(at(TODAY + timedelta(days=9), 12)), Feed.CONSUMPTION_CURVE)


def test_the_history_waits_for_its_own_budget_while_what_is_fresh_goes_on() -> None:
    enedis = Enedis(BOTH[:1])
    enedis.know_everything_until(TODAY - 2 * ONE_DAY)
    enedis.state = replace(
        enedis.state, history={**enedis.state.history, Feed.POWER: History(asked_from=TODAY - 5 * ONE_DAY)}, peaks={}
    )
    enedis.schedule.history_retry_at = at(TODAY + ONE_DAY, 1)
    assert all(not call.background for call in enedis.run(TODAY))
    assert any(call.background for call in enedis.run(TODAY + ONE_DAY))


def test_nothing_is_asked_before_the_time_that_a_refusal_named() -> None:
    enedis = Enedis()
    enedis.know_everything_until(TODAY - 2 * ONE_DAY)
    enedis.schedule.retry_at = at(TODAY, 14)
    assert next_call(enedis.situation(at(TODAY, 13))) is None
    assert next_call(enedis.situation(at(TODAY, 15))) is not None
    enedis.schedule.blocked_until = TODAY + ONE_DAY
    assert next_call(enedis.situation(at(TODAY, 15))) is None


def test_gateway_1_22_without_a_load_curve_still_brings_the_days_the_peaks_and_the_contract() -> None:
    enedis = Enedis(BOTH[:1])
    enedis.dialect = Dialect.V5
    enedis.know_everything_until(TODAY - 2 * ONE_DAY)
    plain = {day: DayRecord(record.index_wh) for day, record in enedis.state.days[Direction.CONSUMPTION].items()}
    plain.pop(TODAY - 2 * ONE_DAY)
    enedis.state = replace(
        enedis.state,
        days={**enedis.state.days, Direction.CONSUMPTION: plain},
        contract_read_on=TODAY - timedelta(days=8),
    )
    enedis.schedule.minute = (TODAY.toordinal() + 1) % 7
    assert [call.feed for call in enedis.run(TODAY)] == [Feed.CONSUMPTION_DAILY, Feed.POWER, None]
