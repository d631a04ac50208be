"""How the prices of an offer of the catalogue are dated, one answer after the other.

The gateway gives one row an offer, subscribed power and validity, but it often leaves the validity out, and it may
change the prices of a row in place. What was known stays: a price that changes starts a new version, and versions never
overlap, the newest start wins.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Protocol

from .calendar import ONE_DAY, paris_date


class ProviderRow(Protocol):
    """A supplier as the gateway gives it; `gateway.models.Provider` is one."""

    @property
    def provider_id(self) -> str:
        """The gateway's id."""

    @property
    def name(self) -> str:
        """For people."""


class OfferRow(Protocol):
    """An offer as the gateway gives it; `gateway.models.Offer` is one."""

    @property
    def offer_id(self) -> str:
        """Of the row."""

    @property
    def provider_id(self) -> str:
        """Of its supplier."""

    @property
    def name(self) -> str:
        """For people."""

    @property
    def offer_type(self) -> str:
        """The gateway's word, known or not."""

    @property
    def description(self) -> str | None:
        """For people."""

    @property
    def power_kva(self) -> Decimal | None:
        """Subscribed power; None: any."""

    @property
    def subscription_price(self) -> Decimal | None:
        """EUR a month."""

    @property
    def prices(self) -> Mapping[str, Decimal]:
        """EUR/kWh by the gateway's field."""

    @property
    def offpeak_schedules(self) -> Mapping[str, str]:
        """Hours by English weekday."""

    @property
    def price_updated_at(self) -> datetime | None:
        """When the gateway says that the prices changed."""

    @property
    def valid_from(self) -> date | None:
        """First day."""

    @property
    def valid_to(self) -> date | None:
        """Last day."""

    @property
    def is_active(self) -> bool:
        """Whether one can still subscribe to it."""

    @property
    def url(self) -> str | None:
        """Of the offer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferVersion:
    """The prices of an offer from one day on, as the gateway writes them."""

    valid_from: date
    valid_to: date | None = None
    """Last day, where the gateway says one; the next version ends it in any case."""
    prices: Mapping[str, Decimal]
    """EUR/kWh by the gateway's field."""
    subscription: Decimal | None
    """EUR a month."""
    schedules: Mapping[str, str] = field(default_factory=dict)
    """Off-peak hours by English weekday, as the gateway writes them; empty when the offer names none."""

    def costs_as(self, other: OfferVersion) -> bool:
        """Whether the two say the same prices."""
        return self.prices == other.prices and self.subscription == other.subscription


def current_row(rows: Iterable[OfferRow], today: date) -> OfferRow:
    """The row that describes an offer today, of at least one: in force, else the next."""
    dated = _dated(rows, today)
    return next((row for start, row in reversed(dated) if start <= today), dated[0][1])


def merge_versions(known: Sequence[OfferVersion], rows: Iterable[OfferRow], today: date) -> tuple[OfferVersion, ...]:
    """What is known of an offer after an answer that has it: `rows` are all its rows, `today` the day of the answer.

    Prices that were announced and that the answer no longer has are dropped; nothing that was once in force is.
    """
    history = _History(version for version in known if version.valid_from <= today)
    dated = _dated(rows, today)
    followers = [start for start, _ in dated[1:]]
    for (start, row), following in zip(dated, [*followers, None], strict=True):
        version = OfferVersion(
            valid_from=start,
            valid_to=row.valid_to,
            prices=dict(row.prices),
            subscription=row.subscription_price,
            schedules=dict(row.offpeak_schedules),
        )
        ends = [] if row.valid_to is None else [row.valid_to]
        if following is not None:
            ends.append(following - ONE_DAY)
        end = min(ends, default=None)
        if start > today:
            history.put(version)
        elif end is None or end >= today:
            history.current(version, _updated_on(row), today)
        else:
            history.past(version, end)
    return history.versions


class _History:
    """The versions of one offer while an answer is read."""

    def __init__(self, versions: Iterable[OfferVersion]) -> None:
        self._versions = {version.valid_from: version for version in versions}

    @property
    def versions(self) -> tuple[OfferVersion, ...]:
        """Oldest first."""
        return tuple(version for _, version in sorted(self._versions.items()))

    def put(self, version: OfferVersion) -> None:
        """A version that starts on a day of its own, or takes the place of the one of that day."""
        self._versions[version.valid_from] = version

    def current(self, row: OfferVersion, updated_on: date | None, today: date) -> None:
        """A row that is in force today, so that from now on nothing else may be."""
        last = self._before(today)
        if last is None or (last.valid_to is not None and last.valid_to < row.valid_from):
            self.put(row)
        elif last.costs_as(row) and last.schedules == row.schedules:
            self._confirm(last, row)
        elif last.valid_from == today:
            # It was never in force for a whole day.
            del self._versions[today]
            self.current(row, updated_on, today)
        elif last.costs_as(row):
            # The dates are those of the prices: nobody says since when other hours apply.
            self.put(replace(row, valid_from=today))
        else:
            candidates = (row.valid_from, updated_on, today)
            start = next((day for day in candidates if day is not None and last.valid_from < day <= today), today)
            self.put(replace(row, valid_from=start))

    def past(self, row: OfferVersion, end: date) -> None:
        """A row that was in force until a day before today."""
        within = [version for version in self.versions if row.valid_from <= version.valid_from <= end]
        same = [version for version in within if version.costs_as(row)]
        before = self._before(row.valid_from)
        if same:
            self._confirm(same[-1], row)
        elif before is not None and before.valid_from < row.valid_from and before.costs_as(row) and not within:
            self._confirm(before, row)
        else:
            # Of a day that nothing was known of, or a correction of what was.
            self.put(row)

    def _confirm(self, version: OfferVersion, row: OfferVersion) -> None:
        """Known prices: their end may be new, and their start may turn out to be earlier than the first sight of them.

        A row whose prices or hours once changed in place still names the start of the first ones: those keep it.
        """
        start = version.valid_from
        earlier = self._before(start - ONE_DAY)
        if row.valid_from < start and (
            earlier is None or (earlier.valid_from < row.valid_from and not earlier.costs_as(version))
        ):
            del self._versions[start]
            start = row.valid_from
        self.put(replace(version, valid_from=start, valid_to=row.valid_to))

    def _before(self, day: date) -> OfferVersion | None:
        """The last version that starts on a day or before."""
        starts = [start for start in self._versions if start <= day]
        return self._versions[max(starts)] if starts else None


def _dated(rows: Iterable[OfferRow], today: date) -> list[tuple[date, OfferRow]]:
    """One row for each start, oldest first.

    A row without a start is dated by the day its prices were updated, else by today. Of rows that start on the same day
    the one on sale counts, then the latest update, then the id, so that the choice does not depend on their order.
    """
    by_start: dict[date, OfferRow] = {}
    for row in sorted(rows, key=_preference):
        by_start[row.valid_from or _updated_on(row) or today] = row
    newest = max((start for start, row in by_start.items() if row.is_active), default=None)
    return [
        (start, row) for start, row in sorted(by_start.items()) if row.is_active or newest is None or start < newest
    ]


def _preference(row: OfferRow) -> tuple[bool, bool, datetime, str]:
    updated = row.price_updated_at or datetime.min.replace(tzinfo=UTC)
    return row.is_active, row.valid_from is not None, updated, row.offer_id


def _updated_on(row: OfferRow) -> date | None:
    return None if row.price_updated_at is None else paris_date(row.price_updated_at)
