"""The local-first synchroniser of one usage point: asks what the plan says, merges what comes, remembers what does not."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from .const import LOGGER
from .energy.calendar import ONE_DAY
from .feeds import Feed, History, Kind
from .gateway.client import GatewayClient
from .gateway.errors import (
    BeforeActivation,
    ConsentError,
    DataNotReady,
    GatewayError,
    GatewayUnavailable,
    GatewayUnreachable,
    QuotaError,
    RequestRejected,
    WrongDirection,
)
from .gateway.models import Contract, Dialect, Direction
from .ledger import Changes, Ledger
from .plan import Call, Schedule, Situation, current_slot, fresh_call_is_due, history_chunk, next_call, review_is_due

BACKOFF = (timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2), timedelta(hours=4))
RESTS = (timedelta(hours=2), timedelta(hours=6))
PACE = 2.0
LONGEST_PAUSE = 120.0
SMALLEST_CHUNK = 7
SLOW = 20.0
NOTHING_NEW = Changes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one call ended in."""

    call: Call
    changes: Changes = NOTHING_NEW
    contract_changed: bool = False
    contract_before: Contract | None = None
    """What was known of the contract when it changed."""
    error: GatewayError | None = None
    pause: float = 0.0
    """Seconds to wait before the next call: in proportion to what this one took, so that a slow gateway is spared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stuck:
    """A question of the history on which the gateway failed."""

    first: date
    others_answer: bool = False
    """Whether it answered another question since."""


class Synchroniser:
    """Brings the ledger of one usage point up to date, one call at a time."""

    def __init__(
        self,
        client: GatewayClient,
        ledger: Ledger,
        schedule: Schedule,
        *,
        directions: tuple[Direction, ...],
        now: Callable[[], datetime],
        activation: date | None = None,
    ) -> None:
        """`now` returns an aware instant; `activation` is what the account says of the usage point."""
        self._client = client
        self._ledger = ledger
        self.schedule = schedule
        self._directions = directions
        self._now = now
        self._activation = activation
        self._chunk_days: dict[Feed, int] = {}
        self._stumbles: dict[Feed, int] = {}
        self._stuck: dict[Feed, _Stuck] = {}

    @property
    def situation(self) -> Situation:
        """The state of things, as the plan wants it."""
        contract = self._ledger.contract
        activation = contract.activation_date if contract is not None else None
        return Situation(
            now=self._now(),
            directions=self._directions,
            state=self._ledger.state,
            schedule=self.schedule,
            dialect=self._client.dialect,
            activation=activation or self._activation,
        )

    @property
    def dialect(self) -> Dialect | None:
        """Which gateway answers, None until it has served readings."""
        return self._client.dialect

    @property
    def fresh_call_is_due(self) -> bool:
        """Whether more of what the user waits for comes with the next call."""
        return fresh_call_is_due(self.situation)

    def due(self) -> Call | None:
        """The next call, once the walks that reached their end are closed and the reviews that are due are opened."""
        self._turn_histories()
        return next_call(self.situation)

    async def async_step(self) -> Step | None:
        """Make the call that is due, if any. Every outcome is a step; only cancellation comes through."""
        call = self.due()
        if call is None:
            return None
        if call.background and call.feed is not None:
            call = self._shortened(call, call.feed)
        return await self.async_perform(call)

    async def async_perform(self, call: Call, *, forced: bool = False) -> Step:
        """Make one call and merge its answer. `forced`: a person asks, so that it is none of the day's own tries."""
        counted = not (forced or call.background or self._opens(call))
        self._note_try(call, counted=counted)
        try:
            step = await self._async_ask(call)
        except GatewayError as err:
            step = self._failed(call, err, counted=counted)
        else:
            self.schedule.failures, self.schedule.retry_at, self.schedule.blocked_until = 0, None, None
            self._note_answer(call)
            if call.background and call.feed in self._chunk_days:
                self._chunk_days[call.feed] *= 2
        if call.background:
            # The spread keeps many installations that started together from walking in step.
            pause = min(LONGEST_PAUSE, PACE * self._client.last_duration) * random.uniform(1.0, 1.5)  # noqa: S311
            return replace(step, pause=pause)
        return step

    def _opens(self, call: Call) -> bool:
        """Whether nothing of its kind was ever answered: the first questions do not use up a day's tries."""
        if call.feed is None:
            return self._ledger.state.contract_read_on is None
        return self._ledger.history(call.feed).asked_from is None

    def _note_try(self, call: Call, *, counted: bool) -> None:
        schedule, now = self.schedule, self._now()
        schedule.start_day(self.situation.today)
        if call.background:
            return
        if call.feed is not None:
            schedule.use(call.feed, current_slot(now, schedule.minute))
        if counted:
            schedule.calls += 1

    async def _async_ask(self, call: Call) -> Step:
        client, ledger, pdl = self._client, self._ledger, self._ledger.pdl
        if call.feed is None:
            contract, before = await client.async_contract(pdl), ledger.contract
            changed = ledger.set_contract(contract, self.situation.today)
            return Step(call=call, contract_changed=changed, contract_before=before)
        changes = await self._async_readings(call, call.feed)
        self._covered(call, call.feed)
        return Step(call=call, changes=changes)

    async def _async_readings(self, call: Call, feed: Feed) -> Changes:
        client, ledger, pdl, direction = self._client, self._ledger, self._ledger.pdl, feed.direction
        if feed.kind is Kind.DAILY:
            daily = await client.async_daily(pdl, direction, call.first, call.last, background=call.background)
            return ledger.merge_daily(direction, daily.days)
        if feed.kind is Kind.CURVE:
            curve = await client.async_load_curve(pdl, direction, call.first, call.last, background=call.background)
            return ledger.merge_curve(direction, curve.days)
        power = await client.async_maximum_power(pdl, call.first, call.last, background=call.background)
        return ledger.merge_peaks(power.days)

    def _covered(self, call: Call, feed: Feed) -> None:
        """The days of a call have been asked for. A fresh call that leaves days behind re-opens the walk."""
        history = self._ledger.history(feed)
        asked_from = history.asked_from
        reaches_back = history.asked_to is None or call.first <= history.asked_to + ONE_DAY
        if asked_from is None or not reaches_back:
            history = replace(history, asked_from=call.first, finished_on=None)
        elif call.first < asked_from:
            history = replace(history, asked_from=call.first)
        last = call.last if history.asked_to is None else max(call.last, history.asked_to)
        self._ledger.set_history(feed, replace(history, asked_to=last, refused_on=None))

    def _failed(self, call: Call, err: GatewayError, *, counted: bool) -> Step:
        schedule, today = self.schedule, self.situation.today
        if call.feed is None and isinstance(err, (DataNotReady, RequestRejected)):
            self._ledger.set_contract(None, today)
            return Step(call=call)
        match err:
            case ConsentError():
                schedule.blocked_until = today + ONE_DAY
            case WrongDirection() if call.feed is not None:
                history = self._ledger.history(call.feed)
                self._ledger.set_history(call.feed, replace(history, refused_on=today, asked_from=call.first))
            case BeforeActivation() if call.feed is not None:
                self._raise_floor(call, call.feed, err)
            case DataNotReady() if call.feed is not None:
                # "Nothing for these days" is an answer; what is late is asked again by the plan.
                self._covered(call, call.feed)
            case QuotaError(retry_after=datetime() as moment) if call.background:
                schedule.history_retry_at = moment
            case QuotaError(retry_after=datetime() as moment):
                schedule.retry_at = moment
                self._give_back(call, counted=counted)
            case GatewayUnavailable() if self._answers_shorter(call):
                pass
            case GatewayUnavailable() | RequestRejected() if not isinstance(err, GatewayUnreachable) and self._isolates(
                call
            ):
                pass
            case _:
                schedule.retry_at = self._now() + BACKOFF[min(schedule.failures, len(BACKOFF) - 1)]
                schedule.failures += 1
                self._give_back(call, counted=counted)
                self._rest(call)
        return Step(call=call, error=err)

    def _note_answer(self, call: Call) -> None:
        """The gateway works: what it fails on all the same it fails on by itself."""
        self._stuck = {feed: replace(stuck, others_answer=True) for feed, stuck in self._stuck.items()}
        if call.feed is not None:
            if call.background and call.feed in self._stuck and call.first <= self._stuck[call.feed].first:
                del self._stuck[call.feed]
            self._stumbles.pop(call.feed, None)
            self.schedule.resting.pop(call.feed, None)

    def _rest(self, call: Call) -> None:
        """From the second failure in a row on, a feed waits longer than the rest, so that it does not stop them."""
        if call.feed is None:
            return
        if call.background:
            self._stuck[call.feed] = _Stuck(first=call.first)
        self._stumbles[call.feed] = stumbles = self._stumbles.get(call.feed, 0) + 1
        if stumbles > 1:
            self.schedule.resting[call.feed] = self._now() + RESTS[min(stumbles - 2, len(RESTS) - 1)]

    def _isolates(self, call: Call) -> bool:
        """Whether the history goes on at once around a question on which a gateway that works otherwise fails twice.

        It is asked by ever less, down to one day, which is stepped over: the reviews of the history come back to it.
        """
        if not call.background or call.feed is None:
            return False
        if (stuck := self._stuck.get(call.feed)) is None or not stuck.others_answer:
            return False
        if _days(call) > 1:
            self._chunk_days[call.feed] = _days(call) // 2
        else:
            self._covered(call, call.feed)
            del self._stuck[call.feed]
        return True

    def _give_back(self, call: Call, *, counted: bool) -> None:
        """The question did not reach Enedis: it is not one of the day's tries."""
        if counted:
            self.schedule.calls -= 1
        if not call.background and call.feed is not None:
            self.schedule.use(call.feed, self.schedule.used(call.feed) - 1)

    def _raise_floor(self, call: Call, feed: Feed, err: BeforeActivation) -> None:
        """Learn the first day that can be had: from the gateway's own word, else by asking for ever less."""
        history = self._ledger.history(feed)
        if err.oldest is not None and err.oldest > call.first:
            floor = err.oldest
        else:
            floor = call.first + ONE_DAY
            self._chunk_days[feed] = max(1, _days(call) // 2)
        if history.asked_from is None:
            history = replace(history, asked_from=call.last + ONE_DAY, asked_to=call.last)
        self._ledger.set_history(feed, replace(history, floor=floor))

    def _shortened(self, call: Call, feed: Feed) -> Call:
        chunk = history_chunk(self.situation, feed, self._chunk_days.get(feed))
        return call if chunk is None else replace(call, first=chunk[0], last=chunk[1])

    def _answers_shorter(self, call: Call) -> bool:
        """Whether a long question of the history that took too long is worth asking by halves."""
        if not call.background or call.feed is None or self._client.last_duration < SLOW:
            return False
        if _days(call) <= SMALLEST_CHUNK:
            return False
        self._chunk_days[call.feed] = max(SMALLEST_CHUNK, _days(call) // 2)
        return True

    def _turn_histories(self) -> None:
        situation = self.situation
        for feed in situation.feeds:
            history = situation.history(feed)
            if history.asked_from is None:
                continue
            if history.finished_on is None and history_chunk(situation, feed) is None:
                self._ledger.set_history(feed, replace(history, finished_on=situation.today))
            elif review_is_due(situation, feed):
                self._ledger.set_history(feed, _reviewed(history, situation.today))
                LOGGER.debug("Looking again for the missing days of %s", feed)


def _days(call: Call) -> int:
    return (call.last - call.first).days + 1


def _reviewed(history: History, today: date) -> History:
    return replace(history, asked_from=today, finished_on=None, reviews=history.reviews + 1)
