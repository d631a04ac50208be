"""What the same energy would have cost under every offer: all of them over the same days, to the minute and exactly.

The energy of a day is cut into periods once for each distinct set of rules, by the same rounding as in cost.py, and
summed up day by day; an offer then costs a few subtractions for each of its prices, however many days there are.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import compress
from typing import Final

from .bill import PeriodShare
from .calendar import ONE_DAY
from .cost import euros
from .entries import DatedPrices, OfferHistory, OwnHours, TariffEntry
from .offers import Catalogue, CatalogueOffer, OfferKey
from .offpeak import OffpeakSchedule, Season, SeasonWindows, Window
from .options import CONTRACT_HOURS, PEAK_DAYS, OptionCode, build_option
from .series import DaySeries
from .tally import PeriodTable
from .tariff import Calendars, Option, Signal, Tariff, TariffVersion
from .trueup import ESTIMATES

DEFAULT_OFFPEAK: Final = OffpeakSchedule((SeasonWindows(Season.ALL, (Window(22 * 60 + 30, 6 * 60 + 30),)),))
"""What the gateway assumes of a contract whose hours are not known (reference/gateway.md 11)."""
LEFT_OUT_LIMIT: Final = Fraction(2, 100)
_ALWAYS: Final = date.min


class PriceMode(StrEnum):
    """Which prices the days of the past are given."""

    TODAY = "today"
    """Those of today: what the next year would cost."""
    DATED = "dated"
    """Those of each day: what the past would have cost."""


class AssumptionKind(StrEnum):
    """What a price of a candidate relies on that nobody said."""

    OFFPEAK_HOURS_DEFAULT = "offpeak_hours_default"
    """The contract has no off-peak hours: 22:30-06:30."""
    PEAK_DAYS_TEMPO_RED = "peak_days_tempo_red"
    """The peak days are the red days of Tempo."""
    FIRST_PRICE_BEFORE = "first_price_before"
    """Before the day of the detail its first known price is taken."""
    PUBLIC_HOLIDAYS = "public_holidays"
    """Public holidays are billed as weekends."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """One of them."""

    kind: AssumptionKind
    detail: date | None = None
    """First day of the first known price."""


class Exclusion(StrEnum):
    """Why an offer is not in the ranking."""

    UNSUPPORTED = "unsupported"
    """Nobody told how offers of its type are billed."""
    HOURS_UNREADABLE = "hours_unreadable"
    """It has hours of its own that are not understood."""
    UNKNOWN_DAYS = "unknown_days"
    """The types of too many days (Tempo colour, Zen Flex, peak days) are not known."""
    PRICE_MISSING = "price_missing"
    """A price that it needs is not known, or some hour has none."""
    SUBSCRIPTION_MISSING = "subscription_missing"
    """Its subscription is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Something that the energy can be priced with."""

    label: str
    provider: str
    code: OptionCode
    tariff: Tariff
    key: OfferKey | None = None
    """Of an offer of the catalogue."""
    assumptions: tuple[Assumption, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCompared:
    """An offer that is left out, and why."""

    label: str
    provider: str
    code: OptionCode | None
    key: OfferKey | None
    reason: Exclusion


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferResult:
    """What the days compared would have cost. EUR, tax included."""

    candidate: Candidate
    total: Decimal
    energy: Decimal
    subscription: Decimal
    per_year: Decimal
    """`total` for 365 days of the same kind."""
    by_period: Mapping[str, PeriodShare]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A ranking, and over which days."""

    first: date
    last: date
    days_expected: int
    days_compared: int
    days_left_out: int
    """Days with energy that were left out for all because some offer's type of day is not known."""
    estimated_days: int
    """Days compared whose hours are not all measured."""
    results: tuple[OfferResult, ...]
    """Cheapest first."""
    not_compared: tuple[NotCompared, ...]


def candidates_of(
    catalogue: Catalogue,
    *,
    power_kva: Decimal | None,
    offpeak: OffpeakSchedule | None,
    provider_id: str | None,
    mode: PriceMode,
    first: date,
    last: date,
    today: date,
) -> tuple[tuple[Candidate, ...], tuple[NotCompared, ...]]:
    """The offers on sale for a subscribed power (None: for any), and those that cannot be priced from first to last."""
    candidates: list[Candidate] = []
    excluded: list[NotCompared] = []
    for offer in catalogue.select(provider_id=provider_id, power_kva=power_kva):
        found = _candidate(offer, offpeak, mode, first, last, today)
        if isinstance(found, Candidate):
            candidates.append(found)
        else:
            excluded.append(
                NotCompared(label=offer.key.name, provider=offer.provider, code=offer.code, key=offer.key, reason=found)
            )
    return tuple(candidates), tuple(excluded)


def present_candidate(
    tariff: Tariff, mode: PriceMode, today: date, label: str, *, provider: str = "", first: date | None = None
) -> Candidate | None:
    """The household's own tariff; None without a version in force today.

    `first`: the first day of the comparison; with dated prices the first known ones are taken before they start.
    """
    version = tariff.on(today)
    if version is None:
        return None
    code = OptionCode(version.option.code)
    if mode is PriceMode.TODAY:
        return Candidate(label=label, provider=provider, code=code, tariff=_always(version))
    versions = tariff.versions
    assumptions: tuple[Assumption, ...] = ()
    if first is not None and versions[0].valid_from > first:
        assumptions = (Assumption(AssumptionKind.FIRST_PRICE_BEFORE, versions[0].valid_from),)
        versions = (replace(versions[0], valid_from=_ALWAYS), *versions[1:])
    return Candidate(label=label, provider=provider, code=code, tariff=Tariff(versions), assumptions=assumptions)


def custom_candidate(entry: TariffEntry, label: str, *, provider: str = "") -> Candidate:
    """An offer of the user's own, at the prices that its entry names, on every day."""
    hours, assumptions = _hours(entry.option, entry.offpeak, None)
    history = OfferHistory(peak_days="peak_day" in entry.prices)
    signal = entry.peak_signal
    if signal is None and _has_peak_days(entry.option, history):
        signal = Signal.TEMPO_RED
        assumptions = (*assumptions, Assumption(AssumptionKind.PEAK_DAYS_TEMPO_RED))
    if entry.option is OptionCode.CUSTOM:
        option = Option(code=OptionCode.CUSTOM, rules=entry.rules)
    else:
        option = build_option(
            entry.option,
            offpeak=hours,
            peak_signal=signal,
            peak_dates=entry.peak_dates,
            peak_days=history.peak_days,
        )
    version = TariffVersion(
        valid_from=_ALWAYS,
        option=option,
        prices=entry.prices,
        subscription=entry.subscription,
        power_kva=entry.power_kva,
    )
    return Candidate(
        label=label, provider=provider, code=entry.option, tariff=Tariff((version,)), assumptions=assumptions
    )


def compare(
    days: Sequence[DaySeries], candidates: Iterable[Candidate], calendars: Calendars, *, first: date, last: date
) -> Comparison:
    """Price the days with energy from first to last with every candidate; blocking for a fraction of a second.

    A day whose type some candidate does not know is left out for all, unless that would be more than 2 % of the days:
    then that candidate is. A candidate without every price that it needs is no cheaper for it: it is left out.
    """
    everyone = tuple(candidates)
    known = [(day.day, day.energy) for day in days if day.energy is not None and first <= day.day <= last]
    options = {version.option for candidate in everyone for version in candidate.tariff.versions}
    tables = {option: PeriodTable(option, known, calendars) for option in options}
    dates = [day for day, _ in known]
    excluded: list[NotCompared] = []
    able: list[Candidate] = []
    left_out: set[int] = set()
    for candidate in everyone:
        unknown = _unknown(candidate, dates, tables)
        if len(unknown) > LEFT_OUT_LIMIT * len(dates):
            excluded.append(_excluded(candidate, Exclusion.UNKNOWN_DAYS))
        else:
            left_out |= unknown
            able.append(candidate)
    kept = [place not in left_out for place in range(len(dates))]
    compared = list(compress(dates, kept))
    for table in tables.values():
        table.add_up(kept)
    results: list[OfferResult] = []
    for candidate in able if compared else ():
        result = _priced(candidate, compared, tables)
        if isinstance(result, OfferResult):
            results.append(result)
        else:
            excluded.append(_excluded(candidate, result))
    return Comparison(
        first=first,
        last=last,
        days_expected=(last - first).days + 1,
        days_compared=len(compared),
        days_left_out=len(left_out),
        estimated_days=sum(energy.quality in ESTIMATES for _, energy in compress(known, kept)),
        results=tuple(sorted(results, key=lambda each: (each.total, each.candidate.provider, each.candidate.label))),
        not_compared=tuple(excluded),
    )


def _spans(tariff: Tariff, days: Sequence[date]) -> Iterable[tuple[int, int, TariffVersion | None]]:
    """Places [start, end) of consecutive days with the version in force."""
    for first, last, version in tariff.spans(days[0], days[-1]):
        start, end = bisect_left(days, first), bisect_left(days, last + ONE_DAY)
        if start < end:
            yield start, end, version


def _unknown(candidate: Candidate, days: Sequence[date], tables: Mapping[Option, PeriodTable]) -> set[int]:
    if not days or not any(tables[version.option].unknown for version in candidate.tariff.versions):
        return set()
    found: set[int] = set()
    for start, end, version in _spans(candidate.tariff, days):
        if version is not None:
            places = tables[version.option].unknown
            found.update(places[bisect_left(places, start) : bisect_left(places, end)])
    return found


def _priced(
    candidate: Candidate, days: Sequence[date], tables: Mapping[Option, PeriodTable]
) -> OfferResult | Exclusion:
    by_period: dict[str, PeriodShare] = {}
    fixed = Decimal(0)
    for start, end, version in _spans(candidate.tariff, days):
        if version is None:
            return Exclusion.PRICE_MISSING
        for period, wh in tables[version.option].between(start, end).items():
            price = version.price(period)
            if period is None or price is None:
                return Exclusion.PRICE_MISSING
            before = by_period.get(period)
            cost = euros(wh, price) if before is None or before.cost is None else before.cost + euros(wh, price)
            by_period[period] = PeriodShare(wh if before is None else before.wh + wh, cost)
        amount = _subscription(version, days, start, end)
        if amount is None:
            return Exclusion.SUBSCRIPTION_MISSING
        fixed += amount
    energy = sum((share.cost for share in by_period.values() if share.cost is not None), Decimal(0))
    total = energy + fixed
    return OfferResult(
        candidate=candidate,
        total=total,
        energy=energy,
        subscription=fixed,
        per_year=total * 365 / len(days),
        by_period=by_period,
    )


def _subscription(version: TariffVersion, days: Sequence[date], start: int, end: int) -> Decimal | None:
    """EUR of the days from place start to before end: a day of a leap year costs a little less."""
    total = Decimal(0)
    while start < end:
        year_end = min(end, bisect_left(days, date(days[start].year + 1, 1, 1)))
        amount = version.subscription_of(days[start])
        if amount is None:
            return None
        total += amount * (year_end - start)
        start = year_end
    return total


def _candidate(
    offer: CatalogueOffer, offpeak: OffpeakSchedule | None, mode: PriceMode, first: date, last: date, today: date
) -> Candidate | Exclusion:
    if offer.problem is not None or offer.code is None:
        return Exclusion.UNSUPPORTED if offer.problem is None else Exclusion(offer.problem.value)
    now = offer.on(today)
    if now is None:
        return Exclusion.PRICE_MISSING
    prices: tuple[DatedPrices, ...] = (replace(now, valid_from=_ALWAYS, valid_to=None),)
    late = None
    if mode is PriceMode.DATED:
        prices = tuple(known for known in offer.history.versions if known.valid_from <= max(last, today))
        if prices[0].valid_from > first:
            late = Assumption(AssumptionKind.FIRST_PRICE_BEFORE, prices[0].valid_from)
            prices = (replace(prices[0], valid_from=_ALWAYS), *prices[1:])
    assumed = [each for known in prices for each in _hours(offer.code, offpeak, known.own_hours)[1]]
    if _has_peak_days(offer.code, offer.history):
        assumed.append(Assumption(AssumptionKind.PEAK_DAYS_TEMPO_RED))
    if late is not None:
        assumed.append(late)
    return Candidate(
        label=offer.key.name,
        provider=offer.provider,
        code=offer.code,
        tariff=Tariff(tuple(_version(known, offer, offer.code, offpeak) for known in prices)),
        key=offer.key,
        assumptions=tuple(dict.fromkeys(assumed)),
    )


def _version(
    known: DatedPrices, offer: CatalogueOffer, code: OptionCode, offpeak: OffpeakSchedule | None
) -> TariffVersion:
    option = build_option(
        code,
        offpeak=_hours(code, offpeak, known.own_hours)[0],
        own_hours=known.own_hours,
        peak_signal=Signal.TEMPO_RED if _has_peak_days(code, offer.history) else None,
        peak_days=offer.history.peak_days,
    )
    return TariffVersion(
        valid_from=known.valid_from,
        valid_to=known.valid_to,
        option=option,
        prices=known.prices,
        subscription=known.subscription,
        power_kva=offer.key.power_kva,
        source=known.source,
        priced_from=known.valid_from,
        unverified=known.unverified,
    )


def _hours(
    code: OptionCode, offpeak: OffpeakSchedule | None, own_hours: OwnHours | None
) -> tuple[OffpeakSchedule | None, tuple[Assumption, ...]]:
    """The off-peak hours to price an offer with; a contract without any gets those that are usual."""
    if code is OptionCode.HC_NUIT_WEEKEND:
        return None, (Assumption(AssumptionKind.PUBLIC_HOLIDAYS),)
    if code not in CONTRACT_HOURS or own_hours is not None:
        return None, ()
    if offpeak is None or offpeak.is_flat:
        return DEFAULT_OFFPEAK, (Assumption(AssumptionKind.OFFPEAK_HOURS_DEFAULT),)
    return offpeak, ()


def _has_peak_days(code: OptionCode, history: OfferHistory) -> bool:
    return code in PEAK_DAYS and (code is not OptionCode.SEASONAL or history.peak_days)


def _always(version: TariffVersion) -> Tariff:
    return Tariff((replace(version, valid_from=_ALWAYS, valid_to=None),))


def _excluded(candidate: Candidate, reason: Exclusion) -> NotCompared:
    return NotCompared(
        label=candidate.label, provider=candidate.provider, code=candidate.code, key=candidate.key, reason=reason
    )
