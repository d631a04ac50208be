"""A tariff in plain words: what a person reads before saving, and of what was saved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ..energy.entries import OfferHistory, OwnHours, Source, TariffEntry
from ..energy.offpeak import Season, format_windows
from ..energy.options import CONTRACT_HOURS, PEAK_DAYS, OptionCode
from ..energy.tariff import EVERY_DAY, Holidays, Rule, Signal, TariffVersion
from ..period_names import period_name
from ..texts import Texts
from .offpeak_text import in_plain_words


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
        """`0.2142 €/kWh`."""
        return self.texts("price_kwh", price=self.number(price, places=2))

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


def label_of_entry(entry: TariffEntry, wording: Wording) -> str:
    """One line of a list to choose from."""
    return wording.line(_span(entry.valid_from, entry.valid_to, wording), title_of_entry(entry, wording))


def list_of_entries(entries: Sequence[tuple[TariffEntry, Sequence[TariffVersion]]], wording: Wording) -> str:
    """All entries, oldest first, each with the last prices that are known of it."""
    lines: list[str] = []
    for entry, versions in sorted(entries, key=lambda item: item[0].valid_from):
        span = f"- **{_span(entry.valid_from, entry.valid_to, wording)}**"
        lines.append(wording.line(span, title_of_entry(entry, wording)))
        priced = [version for version in versions if version.prices]
        if priced:
            lines.append(f"  {_price_line(priced[-1], wording)}")
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
    entities: Mapping[str, Decimal | None],
    wording: Wording,
    *,
    today: date,
) -> str:
    """All that will be saved, and what is not known of it until today. `entities`: what the entities say now."""
    begun = [version for version in versions if version.valid_from <= today] or versions[:1]
    parts = [
        f"**{title_of_entry(entry, wording)}**\n\n{_span(entry.valid_from, entry.valid_to, wording)}.",
        _hours(entry, history, wording),
        "\n".join(f"- {_price_line(version, wording)}" for version in versions if version.prices),
        "\n".join(_entity_line(*item, entities, wording) for item in entry.entities.items()),
        "\n".join(f"⚠ {line}" for line in _unknown(entry, history, begun, wording)),
    ]
    return "\n\n".join(part for part in parts if part)


def _entity_line(period: str, entity_id: str, now: Mapping[str, Decimal | None], wording: Wording) -> str:
    price = now.get(entity_id)
    if price is None:
        return f"- {wording.texts('entity_silent', period=wording.period(period), entity=entity_id)}"
    words = wording.texts("entity_price", period=wording.period(period), entity=entity_id, price=wording.price(price))
    return f"- {words}"


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


def _span(first: date, last: date | None, wording: Wording) -> str:
    if last is None:
        return wording.texts("span_from", start=wording.date(first))
    return wording.texts("span_from_to", start=wording.date(first), end=wording.date(last))


def _price_line(version: TariffVersion, wording: Wording) -> str:
    """`prices of 2026-08-01: peak 0.2142 €/kWh, …; subscription 15.86 €/month (Tarif Bleu, not verified)`."""
    prices = ", ".join(
        f"{wording.period(period)} {wording.price(version.prices[period])}"
        for period in version.option.periods
        if period in version.prices
    )
    subscription = "" if version.subscription is None else f" · {wording.subscription(version.subscription)}"
    remarks = [version.source] if version.source else []
    if version.unverified:
        remarks.append(wording.texts("prices_unverified"))
    remark = f" ({'; '.join(remarks)})" if remarks else ""
    head = wording.texts("prices_of", date=wording.date(version.valid_from))
    return wording.line(head, f"{prices}{subscription}{remark}")


def _hours(entry: TariffEntry, history: OfferHistory, wording: Wording) -> str:
    if entry.option is OptionCode.CUSTOM:
        return rules_in_words(entry.rules, wording)
    if history.own_hours is not None:
        return wording.texts("hours_of_offer", hours=own_hours_in_words(history.own_hours, wording))
    if entry.option in CONTRACT_HOURS and entry.offpeak is not None:
        return in_plain_words(entry.offpeak, wording.texts)
    return ""


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
