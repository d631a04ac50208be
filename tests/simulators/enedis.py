"""Enedis, as the gateway sees it: what it serves, what it refuses, and with which words (gateway.md 4.2 and 5).

The clock is `now`; ranges are [start, end) of Paris civil days, and what is served carries the labels that the gateway
has already shifted to the start of the interval.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple, override

from .clock import ONE_DAY, days, paris_day, shifted_labels, years_before
from .households import Feed, Household, Outage

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Reading(NamedTuple):
    """A value (Wh, W or VA by feed; None is Enedis' null), its label, and the minutes it covers (None: not a slot)."""

    value: int | None
    label: str
    minutes: int | None = None


class Refusal(Exception):  # noqa: N818 - Enedis' answer, not a failure of ours
    """Enedis refused: its code and words."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(code, words)
        self.code, self.words = code, words

    @override
    def __str__(self) -> str:
        """As the gateway writes it into its own messages."""
        return self.words if self.code == "HTTP_502" else f"{self.code}: {self.words}"


NO_DATA = ("no_data_found", "No measure was found for this usage point on the requested period.")
BEFORE_ACTIVATION = ("ADAM-ERR0123", "The requested period cannot be anterior to the meter's last activation date")
_CONSENTS = {
    "expired": ("ADAM-DC-0008", "No consent can be found for this customer and this usage point."),
    "moved": ("ADAM-DC-0007", "The customer is not owner of this usage point."),
}
_DIRECTION = ("ADAM-ERR0069", "The measure direction does not match the requested usage point.")
_TOO_OLD = ("ADAM-ERR0125", "The start date must be greater than the history deadline.")
_TOO_LONG = ("ADAM-DC-0015", "The requested period must be less than 7 days for an access to the load curve.")
_BAD_DATE = "{} date parameter must be in the format yyyy-mm-dd."


def parse_day(text: str) -> date | None:
    """A strict yyyy-mm-dd, or None."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@dataclass(slots=True)
class Enedis:
    """The upstream of the gateway; counts the calls that reach it."""

    calls: int = 0

    def contract(self, home: Household, now: datetime, outage: Outage | None = None) -> None:
        """Raise what the contract, address, identity and contact APIs would refuse with."""
        self.calls += 1
        self._available(home, now, outage, "https://gateway.example/customers_upc/v5/usage_points/contracts")
        if home.consent in _CONSENTS:
            raise Refusal(*_CONSENTS[home.consent])

    def measures(
        self,
        home: Household,
        direction: str,
        feed: Feed,
        *,
        start: str,
        end: str,
        now: datetime,
        outage: Outage | None = None,
    ) -> list[Reading]:
        """Readings of [start, end), in the order in which they were measured. Raises `Refusal`."""
        self.calls += 1
        name = (
            "daily_consumption_max_power"
            if feed == "power"
            else f"{direction}_{'load_curve' if feed == 'curve' else feed}"
        )
        if feed == "daily":
            name = f"daily_{direction}"
        url = f"https://gateway.example/metering_data_dc/v5/{name}?usage_point_id={home.pdl}&start={start}&end={end}"
        self._available(home, now, outage, url)
        first, last = _period(start, end, paris_day(now))
        if home.consent in _CONSENTS:
            raise Refusal(*_CONSENTS[home.consent])
        if not home.measures(direction):
            raise Refusal(*_DIRECTION)
        _within_history(feed, first, last, paris_day(now))
        if first < home.activated(direction):
            raise Refusal(*BEFORE_ACTIVATION)
        readings = [
            reading
            for day in days(first, last)
            if home.published(feed, day, now)
            for reading in day_readings(home, direction, feed, day)
        ]
        if not readings:
            raise Refusal(*NO_DATA)
        return readings

    @staticmethod
    def _available(home: Household, now: datetime, outage: Outage | None, url: str) -> None:
        match outage or home.outage:
            case "enedis_quota":
                until = f"{now + timedelta(hours=1):%H}:00:00"
                raise Refusal("Quota Q3 reached", f"Call threshold allowed on {until}")
            case "enedis_500":
                raise Refusal("ADAM-DC-0500", "Technical Exception")
            case "html_502":
                help_page = "https://developer.mozilla.org/en-US/docs/Web/HTTP/Status/502"
                words = f"Server error '502 Bad Gateway' for url '{url}'\nFor more information check: {help_page}"
                raise Refusal("HTTP_502", words)
            case None:
                return


def _period(start: str, end: str, today: date) -> tuple[date, date]:
    """First and last day of [start, end), or the refusal of a period that makes no sense."""
    first, after = parse_day(start), parse_day(end)
    if first is None:
        raise Refusal("invalid_request", _BAD_DATE.format("start"))
    if after is None:
        raise Refusal("invalid_request", _BAD_DATE.format("end"))
    if first >= after:
        raise Refusal("invalid_request", "Start date should be before end date.")
    if after > today:
        raise Refusal("invalid_request", "The end date parameter must be earlier than the current date.")
    return first, after - ONE_DAY


def _within_history(feed: Feed, first: date, last: date, today: date) -> None:
    if first < years_before(today, 2 if feed == "curve" else 3) - timedelta(days=15):
        raise Refusal(*_TOO_OLD)
    if feed == "curve" and (last - first).days >= 7:
        raise Refusal(*_TOO_LONG)


def day_readings(home: Household, direction: str, feed: Feed, day: date) -> list[Reading]:
    """What Enedis holds of one day, once published."""
    if feed == "curve":
        return _curve(home, direction, day) if home.has_day_curve(day) else []
    if not home.has_daily(day):
        return []
    if feed == "power":
        volt_amperes, at = home.peak(day)
        return [Reading(volt_amperes, f"{at:%Y-%m-%d %H:%M:%S}")]
    return [Reading(None if day in home.daily_nulls else home.daily_wh(direction, day), day.isoformat())]


def _curve(home: Household, direction: str, day: date) -> list[Reading]:
    minutes = home.minutes_on(day)
    watts: tuple[int | None, ...] = home.slot_watts(direction, day)
    if day in home.curve_zeros:
        watts = (0,) * len(watts)
    labels = shifted_labels(day, minutes)
    absent, null = home.curve_holes.get(day), home.curve_nulls.get(day)
    if absent is None and null is None:
        return [Reading(watt, label, minutes) for watt, label in zip(watts, labels, strict=True)]
    absent, null = absent or set(), null or set()
    return [
        Reading(None if index in null else watt, label, minutes)
        for index, (watt, label) in enumerate(zip(watts, labels, strict=True))
        if index not in absent
    ]
