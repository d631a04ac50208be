"""A tariff in plain words: what a person reads before saving, and of what was saved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Final

from ..energy.calendar import ONE_DAY
from ..energy.entries import OfferHistory, OwnHours, Source, TariffEntry
from ..energy.offpeak import OffpeakSchedule, Season, SeasonWindows, format_windows
from ..energy.options import (
    CONTRACT_HOURS,
    EJP_PEAK,
    NIGHT,
    NIGHT_AND_WEEKEND,
    PEAK_DAYS,
    SEASONAL_SUMMER,
    SEASONAL_WINTER,
    ZEN_FLEX_OFFPEAK,
    OptionCode,
)
from ..energy.tariff import EVERY_DAY, Holidays, Rule, Signal, TariffVersion
from ..period_names import period_name
from ..texts import Texts
from .offpeak_text import in_plain_words, windows_in_words

_USUAL_HOURS: Final = MappingProxyType(
    {
        OptionCode.TEMPO: OffpeakSchedule((SeasonWindows(Season.ALL, NIGHT),)),
        OptionCode.HC_NUIT_WEEKEND: OffpeakSchedule((SeasonWindows(Season.ALL, NIGHT_AND_WEEKEND),)),
        OptionCode.ZEN_FLEX: OffpeakSchedule((SeasonWindows(Season.ALL, ZEN_FLEX_OFFPEAK),)),
        OptionCode.SEASONAL: OffpeakSchedule(
            (SeasonWindows(Season.SUMMER, SEASONAL_SUMMER), SeasonWindows(Season.WINTER, SEASONAL_WINTER))
        ),
    }
)
"""Off-peak hours of the options whose hours do not depend on the contract, unless an offer names its own."""
_PRICE_PLACES: Final = Decimal("0.00001")


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language."""

    texts: Texts
    language: str

    def line(self, head: str, rest: str) -> str:
        """`head: rest`, with the space that French wants."""
        return self.texts("line", head=head, rest=rest)

    def date(self, day: date) -> str:
        """`2026-08-01`, `01/08/2026`."""
        return self.texts("date", day=f"{day.day:02}", month=f"{day.month:02}", year=str(day.year))

    def number(self, value: Decimal, *, places: int = 0) -> str:
        """With as many decimals as it has, at least `places`."""
        plain = f"{value.normalize():f}"
        whole, _, decimals = plain.partition(".")
        decimals = decimals.ljust(places, "0")
        return f"{whole}{self.texts('decimal_mark')}{decimals}" if decimals else whole

    def price(self, price: Decimal) -> str:
        """`0.2142 €/kWh`, with a fifth decimal where it has one."""
        rounded = price.quantize(_PRICE_PLACES, ROUND_HALF_UP)
        return self.texts("price_kwh", price=self.number(rounded, places=4))

    def subscription(self, amount: Decimal) -> str:
        """`subscription 15.86 €/month`, to the cent."""
        return self.texts("price_month", price=self.number(amount.quantize(Decimal("0.01")), places=2))

    def power(self, kva: Decimal) -> str:
        """`6 kVA`."""
        return self.texts("label_power", power=self.number(kva))

    def period(self, period: str) -> str:
        """`red peak`."""
        return period_name(period, self.language)

    def option(self, code: OptionCode) -> str:
        """`Tempo`."""
        return self.texts(f"option_{code.lower()}")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPrice:
    """What is known of an entity that holds the price of a period."""

    now: Decimal | None = None
    """EUR/kWh; None when it holds no price."""
    since: date | None = None
    """The first day whose price was written down, if any was."""


def title_of_entry(entry: TariffEntry, wording: Wording) -> str:
    """`Tempo · regulated tariff · 6 kVA`."""
    match entry.source:
        case Source.REGULATED:
            source = wording.texts("source_regulated")
        case Source.CATALOGUE if entry.offer is not None:
            source = f"{entry.offer.provider}, {entry.offer.name}"
        case _:
            source = wording.texts("source_manual")
    power = [] if entry.power_kva is None else [wording.power(entry.power_kva)]
    return " · ".join([wording.option(entry.option), source, *power])


def labels_of_entries(
    entries: Iterable[TariffEntry], wording: Wording, today: date, *, bold: bool = False
) -> list[tuple[TariffEntry, str]]:
    """The entries, oldest first, each as one line: its days, perhaps in bold, and what it is."""
    ordered = sorted(entries, key=lambda entry: entry.valid_from)
    labels: list[tuple[TariffEntry, str]] = []
    for entry, following in zip(ordered, [*ordered[1:], None], strict=False):
        ends = [] if entry.valid_to is None else [entry.valid_to]
        if following is not None:
            ends.append(following.valid_from - ONE_DAY)
        span = _span(entry.valid_from, min(ends, default=None), wording, today)
        labels.append((entry, wording.line(f"**{span}**" if bold else span, title_of_entry(entry, wording))))
    return labels


def list_of_entries(
    entries: Sequence[tuple[TariffEntry, Sequence[TariffVersion]]], wording: Wording, today: date
) -> str:
    """All entries, oldest first, each with the latest prices that applied in it."""
    shown = {entry.valid_from: versions for entry, versions in entries}
    lines: list[str] = []
    for entry, label in labels_of_entries((entry for entry, _ in entries), wording, today, bold=True):
        lines.append(f"- {label}")
        priced = [version for version in shown[entry.valid_from] if version.prices]
        begun = [version for version in priced if version.valid_from <= today] or priced[:1]
        if begun:
            since = begun[-1].priced_from or begun[-1].valid_from
            head = "" if since == entry.valid_from else wording.texts("prices_of", date=wording.date(since))
            lines.append(f"  {_price_line(entry, begun[-1], wording, head)}")
        else:
            lines.append(f"  {wording.texts('prices_none')}")
    return "\n".join(lines) or wording.texts("tariff_none")


def list_of_surplus(entries: Iterable[TariffEntry], wording: Wording) -> str:
    """The prices of injected energy, oldest first."""
    return "\n".join(
        f"- **{_span(entry.valid_from, None, wording)}**: {wording.price(price)}"
        for entry in sorted(entries, key=lambda entry: entry.valid_from)
        for price in entry.prices.values()
    ) or wording.texts("surplus_none")


def summary_of(
    entry: TariffEntry,
    history: OfferHistory,
    versions: Sequence[TariffVersion],
    entities: Mapping[str, HeldPrice],
    wording: Wording,
    *,
    today: date,
) -> str:
    """All that will be saved, and what is not known of it until today. `entities`: what is known of those it names."""
    last = versions[-1].valid_to if versions else entry.valid_to
    begun = [version for version in versions if version.valid_from <= today] or versions[:1]
    parts = [
        f"**{title_of_entry(entry, wording)}**\n\n{_span(entry.valid_from, last, wording, today)}.",
        hours_in_words(entry, history, wording),
        _price_lines(entry, versions, wording),
        "\n".join(
            _entity_line(entry.valid_from, period, entity_id, entities.get(entity_id, HeldPrice()), wording, today)
            for period, entity_id in entry.entities.items()
        ),
        "\n".join(f"⚠ {line}" for line in _unknown(entry, history, begun, wording)),
    ]
    return "\n\n".join(part for part in parts if part)


def _entity_line(start: date, period: str, entity_id: str, held: HeldPrice, wording: Wording, today: date) -> str:
    texts, name = wording.texts, wording.period(period)
    if held.now is None:
        return f"- {texts('entity_silent', period=name, entity=entity_id)}"
    line = texts("entity_price", period=name, entity=entity_id, price=wording.price(held.now))
    known = held.since or today
    if start >= known:
        return f"- {line}"
    # What an entity held before it was followed is nowhere: the first price that was seen stands for it.
    key = "entity_price_before" if known < today else "entity_price_until_today"
    return f"- {line}. {texts(key, start=wording.date(start), first=wording.date(known))}"


def rules_in_words(rules: Iterable[Rule], wording: Wording) -> str:
    """The rules of the user's own tariff, in their order."""
    return "\n".join(f"{place}. {_rule_in_words(rule, wording)}" for place, rule in enumerate(rules, 1))


def weekday_names(days: Iterable[int], wording: Wording) -> str:
    """`Saturday, Sunday`."""
    return ", ".join(wording.texts(f"weekday_{day}") for day in sorted(days))


def _rule_in_words(rule: Rule, wording: Wording) -> str:
    texts = wording.texts
    parts = [] if rule.season is Season.ALL else [texts(f"season_{rule.season}")]
    if rule.weekdays != EVERY_DAY:
        parts.append(weekday_names(rule.weekdays, wording))
    if rule.holidays is not Holidays.ORDINARY:
        parts.append(texts(f"holidays_{rule.holidays}"))
    parts.append(format_windows(rule.windows) or texts("schedule_whole_day"))
    return wording.line(wording.period(rule.period), ", ".join(parts))


def _span(first: date, last: date | None, wording: Wording, today: date | None = None) -> str:
    """`today`: that of a reader who is told what holds now, and not what holds from a day on."""
    if last is None:
        key = "span_since" if today is not None and first < today else "span_from"
        return wording.texts(key, start=wording.date(first))
    return wording.texts("span_from_to", start=wording.date(first), end=wording.date(last))


def _price_lines(entry: TariffEntry, versions: Sequence[TariffVersion], wording: Wording) -> str:
    """The prices of an entry, each from its own first day on; the only ones from its first day need not say so."""
    priced = [version for version in versions if version.prices]
    alone = [version.valid_from for version in priced] == [entry.valid_from]
    lines = []
    for version in priced:
        head = "" if alone else wording.texts("prices_from", date=wording.date(version.valid_from))
        lines.append(f"- {_price_line(entry, version, wording, head, dated=True)}")
    return "\n".join(lines)


def _price_line(entry: TariffEntry, version: TariffVersion, wording: Wording, head: str, *, dated: bool = False) -> str:
    """`from 2026-08-01: peak 0.2142 €/kWh, …; subscription 15.86 €/month (not verified)`.

    `dated`: since when the source has these prices is a remark, where that is not the first day of the version.
    """
    prices = ", ".join(
        f"{wording.period(period)} {wording.price(version.prices[period])}"
        for period in version.option.periods
        if period in version.prices
    )
    subscription = "" if version.subscription is None else f" · {wording.subscription(version.subscription)}"
    remarks = []
    # The prices before those of an offer may be of another source than the one that the title names.
    if entry.source is Source.CATALOGUE and version.source and version.source not in title_of_entry(entry, wording):
        remarks.append(version.source)
    if dated and version.priced_from not in (None, version.valid_from):
        remarks.append(wording.texts("prices_of", date=wording.date(version.priced_from)))
    if version.unverified:
        remarks.append(wording.texts("prices_unverified"))
    remark = f" ({'; '.join(remarks)})" if remarks else ""
    line = f"{prices}{subscription}{remark}"
    return wording.line(head, line) if head else line


def hours_in_words(entry: TariffEntry, history: OfferHistory, wording: Wording) -> str:
    """When it is off-peak, whoever says so: the offer, the contract or the kind of tariff; empty when nobody does."""
    if entry.option is OptionCode.CUSTOM:
        return rules_in_words(entry.rules, wording)
    sentences = []
    if history.own_hours is not None:
        sentences.append(wording.texts("hours_of_offer", hours=own_hours_in_words(history.own_hours, wording)))
    elif (schedule := entry.offpeak if entry.option in CONTRACT_HOURS else _USUAL_HOURS.get(entry.option)) is not None:
        sentences.append(in_plain_words(schedule, wording.texts))
    match entry.option:
        case OptionCode.TEMPO:
            sentences.append(wording.texts("hours_of_colors"))
        case OptionCode.EJP:
            sentences.append(wording.texts("hours_of_ejp", windows=windows_in_words(EJP_PEAK, wording.texts)))
        case OptionCode.HC_NUIT_WEEKEND:
            sentences.append(wording.texts("hours_of_weekends"))
        case OptionCode.SEASONAL if history.own_hours is None:
            sentences.append(wording.texts("hours_of_summer_weekends"))
    return "\n\n".join(sentences)


def own_hours_in_words(own: OwnHours, wording: Wording) -> str:
    """The days of the week that have the same hours, together."""
    by_hours: dict[str, list[int]] = {}
    for day in range(7):
        by_hours.setdefault(format_windows(own.get(day, ())) or wording.texts("hours_none"), []).append(day)
    if len(by_hours) == 1:
        return next(iter(by_hours))
    return "; ".join(f"{weekday_names(days, wording)} {hours}" for hours, days in by_hours.items())


def _unknown(
    entry: TariffEntry, history: OfferHistory, versions: Sequence[TariffVersion], wording: Wording
) -> Iterable[str]:
    """What the user should know is not known."""
    texts = wording.texts
    peakless = entry.peak_signal is Signal.LISTED and not entry.peak_dates
    waived = {*entry.entities, *(["peak_day"] if peakless else [])}
    for version in versions:
        missing = [period for period in version.option.periods if period not in {*version.prices, *waived}]
        if missing:
            yield texts(
                "unknown_prices",
                span=_span(version.valid_from, version.valid_to, wording),
                periods=", ".join(wording.period(period) for period in missing),
            )
        if version.subscription is None:
            yield texts("unknown_subscription", span=_span(version.valid_from, version.valid_to, wording))
    if asks_peak_days(entry, history):
        if entry.peak_signal is None:
            yield texts("unknown_peak_days")
        elif entry.peak_signal is Signal.TEMPO_RED:
            yield texts("peak_days_are_red")
        elif not peakless:
            yield texts("peak_days_listed", count=str(len(entry.peak_dates)))


def asks_peak_days(entry: TariffEntry, history: OfferHistory) -> bool:
    """Whether only the user can say which days are peak days."""
    return entry.option in PEAK_DAYS and (entry.option is not OptionCode.SEASONAL or history.peak_days)


def asks_hours(entry: TariffEntry, history: OfferHistory) -> bool:
    """Whether the tariff follows the off-peak hours of the contract."""
    return entry.option in CONTRACT_HOURS and history.own_hours is None
