"""What to ask the gateway next: pure decisions from the ledger, the schedule and the clock.

Two needs share the calls. *Fresh* calls bring yesterday: few, at a minute of the morning that differs from one
installation to another, then with growing gaps until it is there, then none until tomorrow. *History* calls walk into
the past, newest first, and go back over its holes a week and a month later.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from .energy.calendar import ONE_DAY, PARIS, days_between
from .energy.readings import DayRecord, DayState
from .feeds import Feed, History, Kind, curve_feed, daily_feed, feeds_of
from .gateway.models import Dialect, Direction
from .ledger_format import LedgerState

FIRST_TRY = time(6, 30)
GAPS = (timedelta(0), timedelta(hours=2), timedelta(hours=5))
EVENING_TRY = time(19, 0)
LAST_SLOT = len(GAPS)
FRESH_CALLS_A_DAY = 8
LOOK_BACK_DAYS = 14
LATE_DAYS = 30
LATE_AGES = (28, 21)
DAYS_TO_GIVE_UP = 7
CONTRACT_EVERY = timedelta(days=7)
REFUSED_FOR = timedelta(days=30)
REVIEWS_AFTER = (timedelta(days=7), timedelta(days=30))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One question to the gateway: the days `first` to `last` of a feed, or the contract when `feed` is None."""

    feed: Feed | None
    first: date
    last: date
    background: bool
    """Part of the history: it may wait, and leaves the budget's reserve alone."""


@dataclass(slots=True, kw_only=True)
class Schedule:
    """What must survive a restart so that a day is not asked for twice. Kept in the account's file."""

    minute: int
    """0 to 119: how long after 06:30 this installation asks for the first time."""
    day: date | None = None
    slots: dict[Feed, int] | None = None
    """By feed: the last of today's tries that was used."""
    calls: int = 0
    failures: int = 0
    retry_at: datetime | None = None
    """After failures of the gateway: not before."""
    history_retry_at: datetime | None = None
    """The budget for history is spent: not before; what is fresh has a reserve of its own."""
    blocked_until: date | None = None
    """Consent refused: not before this day."""
    resting: dict[Feed, datetime] = field(default_factory=dict)
    """Feeds on which the gateway keeps failing: not before; the others go on meanwhile. Not stored."""

    def start_day(self, today: date) -> None:
        """Forget the tries of another day."""
        if self.day != today:
            self.day, self.slots, self.calls = today, {}, 0

    def used(self, feed: Feed) -> int:
        """The last of today's tries of this feed, -1 when there was none."""
        return (self.slots or {}).get(feed, -1)

    def use(self, feed: Feed, slot: int) -> None:
        """Note a try."""
        self.slots = {**(self.slots or {}), feed: slot}


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything that a decision depends on."""

    now: datetime
    directions: tuple[Direction, ...]
    state: LedgerState
    schedule: Schedule
    dialect: Dialect | None
    activation: date | None
    """The usage point's activation as far as the account or the contract says."""

    @property
    def today(self) -> date:
        """The Paris day."""
        return self.now.astimezone(PARIS).date()

    @property
    def yesterday(self) -> date:
        """The last day that can be asked for."""
        return self.today - ONE_DAY

    @property
    def feeds(self) -> tuple[Feed, ...]:
        """The feeds of this usage point that the gateway does not refuse."""
        return tuple(feed for feed in feeds_of(self.directions) if not self._refused(feed))

    @property
    def ready(self) -> tuple[Feed, ...]:
        """The feeds that may be asked now."""
        resting = self.schedule.resting
        return tuple(feed for feed in self.feeds if feed not in resting or self.now >= resting[feed])

    def history(self, feed: Feed) -> History:
        """What was asked of a feed."""
        return self.state.history.get(feed, History())

    def _refused(self, feed: Feed) -> bool:
        refused_on = self.history(feed).refused_on
        return refused_on is not None and self.today < refused_on + REFUSED_FOR

    def floor(self, feed: Feed) -> date:
        """The oldest day worth asking for."""
        bounds = [self.today - timedelta(days=feed.history_days), self.history(feed).floor]
        if self.activation is not None and feed.direction is Direction.CONSUMPTION:
            bounds.append(self.activation)
        if feed.kind is not Kind.DAILY:
            bounds.append(self._first_index(feed.direction))
        return max(bound for bound in bounds if bound is not None)

    def _first_index(self, direction: Direction) -> date | None:
        """Days before the first daily index have no curve either, once every index has been asked for."""
        daily = daily_feed(direction)
        if self.history(daily).finished_on is None:
            return None
        return min(
            (day for day, record in self.state.days[direction].items() if record.index_wh is not None), default=None
        )

    def known(self, feed: Feed, day: date) -> bool:
        """Whether a day of a feed is in, as well as it can be."""
        if feed is Feed.POWER:
            return day in self.state.peaks
        record = self.state.days[feed.direction].get(day, DayRecord())
        if feed.kind is Kind.DAILY:
            return record.index_wh is not None
        return record.state is DayState.COMPLETE

    def yesterday_is_in(self, feed: Feed) -> bool:
        """Whether a feed has all that it can have today: gateway 1.22 never serves yesterday's index (gateway.md 5.3)."""
        late = self.dialect is Dialect.V5 and feed is Feed.CONSUMPTION_DAILY
        return self.known(feed, self.yesterday - ONE_DAY if late else self.yesterday)

    def curve_is_delivered(self, feed: Feed) -> bool:
        """Whether this meter's load curve has come at all in the last month that was asked for."""
        return any(record.delivered_curve is not None for record in self._last_month(feed))

    def curve_is_given_up(self, feed: Feed) -> bool:
        """Whether a week of indexes and more has come without any curve: its recording is not activated at Enedis."""
        indexes = sum(record.index_wh is not None for record in self._last_month(feed))
        return indexes >= DAYS_TO_GIVE_UP and not self.curve_is_delivered(feed)

    def _last_month(self, feed: Feed) -> list[DayRecord]:
        last = self.history(feed).asked_to or self.yesterday
        records = self.state.days[feed.direction]
        return [records[day] for day in days_between(last - timedelta(days=LATE_DAYS), last) if day in records]


def first_try(today: date, minute: int) -> datetime:
    """When this installation asks for the first time on a day."""
    return datetime.combine(today, FIRST_TRY, PARIS) + timedelta(minutes=minute)


def current_slot(now: datetime, minute: int) -> int:
    """Which of the day's tries is due: 0 to 3; -1 before the first one."""
    local = now.astimezone(PARIS)
    start = first_try(local.date(), minute)
    tries = [start + gap for gap in GAPS]
    tries.append(datetime.combine(local.date(), EVENING_TRY, PARIS) + timedelta(minutes=minute / 4))
    return sum(local >= moment for moment in tries) - 1


def next_call(situation: Situation) -> Call | None:
    """The next question, or None when nothing is due."""
    schedule = situation.schedule
    schedule.start_day(situation.today)
    if schedule.blocked_until is not None and situation.today < schedule.blocked_until:
        return None
    if schedule.retry_at is not None and situation.now < schedule.retry_at:
        return None
    return _opening_call(situation) or _fresh_call(situation) or _history_call(situation)


def forced_calls(situation: Situation) -> tuple[Call, ...]:
    """What a user's "ask now" asks: what is not in yet, else the indexes once more, for revisions.

    Of a usage point that was refused from the start nothing is known, not even since when it exists: the contract
    says so, and whether the consent is there again.
    """
    if situation.state.contract_read_on is None:
        return (_contract_call(situation),)
    feeds = [feed for feed in situation.feeds if not situation.yesterday_is_in(feed)]
    feeds = feeds or [feed for feed in situation.feeds if feed.kind is Kind.DAILY]
    return tuple(
        Call(feed=feed, first=_fresh_first(situation, feed), last=situation.yesterday, background=False)
        for feed in feeds
    )


def fresh_call_is_due(situation: Situation) -> bool:
    """Whether the next call is one that the user waits for."""
    call = next_call(situation)
    return call is not None and not call.background


def _opening_call(situation: Situation) -> Call | None:
    """The contract, which tells how far back there is anything, then the first question of each feed."""
    if situation.state.contract_read_on is None:
        return _contract_call(situation)
    last = situation.yesterday
    for feed in situation.ready:
        if situation.history(feed).asked_from is None:
            first = max(last - timedelta(days=feed.opening_days - 1), situation.floor(feed))
            return Call(feed=feed, first=min(first, last), last=last, background=False)
    return None


def _contract_call(situation: Situation) -> Call:
    return Call(feed=None, first=situation.yesterday, last=situation.yesterday, background=False)


def _fresh_call(situation: Situation) -> Call | None:
    schedule = situation.schedule
    slot = current_slot(situation.now, schedule.minute)
    if slot < 0 or schedule.calls >= FRESH_CALLS_A_DAY:
        return None
    for feed in _fresh_feeds(situation, slot):
        if schedule.used(feed) < slot and not situation.yesterday_is_in(feed):
            return Call(feed=feed, first=_fresh_first(situation, feed), last=situation.yesterday, background=False)
    read_on = situation.state.contract_read_on
    if read_on is not None and situation.today >= read_on + CONTRACT_EVERY and _leader_is_in(situation):
        return _contract_call(situation)
    return None


def _fresh_feeds(situation: Situation, slot: int) -> Iterator[Feed]:
    """The leader first; the others once it is in, or with the last try of the day."""
    leader = _leader(situation)
    if leader is None:
        return
    yield leader
    if _leader_is_in(situation) or slot == LAST_SLOT:
        yield from (feed for feed in situation.ready if feed is not leader and _curve_may_come(situation, feed))


def _leader(situation: Situation) -> Feed | None:
    """The feed whose arrival tells that Enedis has published; a curve that never comes tells nothing."""
    feeds = [each for each in situation.ready if each.kind is not Kind.CURVE or not situation.curve_is_given_up(each)]
    wanted = Kind.CURVE if situation.dialect is Dialect.V5 else Kind.DAILY
    return next((feed for feed in feeds if feed.kind is wanted), feeds[0] if feeds else None)


def _leader_is_in(situation: Situation) -> bool:
    leader = _leader(situation)
    return leader is not None and situation.yesterday_is_in(leader)


def _curve_may_come(situation: Situation, feed: Feed) -> bool:
    """A load curve that never came is asked for once a week: its owner may have activated it."""
    if feed.kind is not Kind.CURVE or not situation.curve_is_given_up(feed):
        return True
    return situation.today.toordinal() % 7 == situation.schedule.minute % 7 and situation.schedule.used(feed) < 0


def _fresh_first(situation: Situation, feed: Feed) -> date:
    """Two weeks, for revisions and late days; further back for days that were never asked, and weekly for later ones."""
    today, floor = situation.today, situation.floor(feed)
    first = today - timedelta(days=LOOK_BACK_DAYS)
    asked_to = situation.history(feed).asked_to
    if asked_to is not None:
        first = min(first, asked_to + ONE_DAY)
    for age in LATE_AGES:
        if not situation.known(feed, late := today - timedelta(days=age)):
            first = min(first, late)
    first = max(first, floor, situation.yesterday - timedelta(days=feed.chunk_days - 1))
    return min(first, situation.yesterday)


def history_chunk(situation: Situation, feed: Feed, chunk_days: int | None = None) -> tuple[date, date] | None:
    """The next days of the walk of a feed, or None at its end. Days that are already in are stepped over."""
    history = situation.history(feed)
    if history.asked_from is None or history.finished_on is not None:
        return None
    floor = situation.floor(feed)
    last = history.asked_from - ONE_DAY
    while last >= floor and situation.known(feed, last):
        last -= ONE_DAY
    if last < floor:
        return None
    return max(floor, last - timedelta(days=min(chunk_days or feed.chunk_days, feed.chunk_days) - 1)), last


def _history_call(situation: Situation) -> Call | None:
    retry_at = situation.schedule.history_retry_at
    if retry_at is not None and situation.now < retry_at:
        return None
    chunks: list[tuple[int, date, Feed, date]] = []
    for feed in situation.ready:
        if (chunk := history_chunk(situation, feed)) is not None:
            # Indexes first: they give the sums. Then the curves of both directions side by side, then the peaks.
            order = (Kind.DAILY, Kind.CURVE, Kind.POWER).index(feed.kind)
            chunks.append((order, chunk[1], feed, chunk[0]))
    if not chunks:
        return None
    order = min(chunk[0] for chunk in chunks)
    _, last, feed, first = max((chunk for chunk in chunks if chunk[0] == order), key=lambda chunk: chunk[1])
    return Call(feed=feed, first=first, last=last, background=True)


def review_is_due(situation: Situation, feed: Feed) -> bool:
    """Whether the holes of a finished history deserve another look: an outage upstream looks like "no data" in 1.22."""
    history = situation.history(feed)
    if history.finished_on is None or history.reviews >= len(REVIEWS_AFTER):
        return False
    if feed.kind is Kind.CURVE and situation.curve_is_given_up(feed):
        return False
    return situation.today >= history.finished_on + REVIEWS_AFTER[history.reviews]


def daily_history_is_settled(situation: Situation, direction: Direction) -> bool:
    """Whether every daily index that can be had was asked for, so that the sums of the statistics are known.

    A later review of the holes keeps nothing waiting: what it finds moves the sums, as a late day does.
    """
    return first_import_is_over(situation, daily_feed(direction))


def first_import_is_over(situation: Situation, feed: Feed) -> bool:
    """Whether the first walk of a feed has reached its end."""
    return (
        feed not in situation.feeds
        or situation.history(feed).finished_on is not None
        or situation.history(feed).reviews > 0
    )


def curve_is_held(situation: Situation, direction: Direction) -> Callable[[date, DayRecord], bool]:
    """Which days' rows must wait during the first import, so that each is written once.

    A day whose curve was not asked for yet waits for it; a day without one waits for the household's whole profile.
    """
    feed = curve_feed(direction)
    if first_import_is_over(situation, feed):
        return lambda _day, _record: False
    asked_from = situation.history(feed).asked_from
    return lambda day, record: asked_from is None or day < asked_from or record.state is not DayState.COMPLETE


def history_share(situation: Situation) -> float:
    """How much of the history has been asked for, 0 to 1."""
    asked = wanted = 0
    for feed in situation.feeds:
        floor, history = situation.floor(feed), situation.history(feed)
        total = (situation.yesterday - floor).days + 1
        wanted += total
        if first_import_is_over(situation, feed):
            asked += total
        elif history.asked_from is not None:
            asked += min(total, (situation.yesterday - max(history.asked_from, floor)).days + 1)
    return asked / wanted if wanted else 1.0
