"""The regulated prices (Tarif Bleu, residential) since February 2025, from the dated file that the integration ships.

regulated.json names the source of each block (reference/domain.md 3.5). What is not known is absent from it: EJP, of
which the sources contradict each other, and most subscriptions. It speaks until the day before prices may next change
by law (1 February and 1 August); after that a cost waits for a newer file, the catalogue or the user.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, NotRequired, TypedDict

from .calendar import ONE_DAY
from .entries import DatedPrices, OfferHistory, TariffEntry
from .options import OptionCode

_FILE: Final = Path(__file__).with_name("regulated.json")
OFFER_NAME: Final = "Tarif Bleu"


class _Group(TypedDict):
    powers: NotRequired[list[str]]
    periods: dict[str, str]


class _Item(TypedDict):
    option: str
    valid_from: str
    sources: list[str]
    unverified: NotRequired[bool]
    prices: list[_Group]
    monthly_subscriptions: NotRequired[dict[str, str]]
    yearly_subscriptions: NotRequired[dict[str, str]]


class _File(TypedDict):
    until: str
    blocks: list[_Item]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """The prices of one option from one day on."""

    valid_from: date
    valid_to: date
    unverified: bool
    everyone: Mapping[str, Decimal]
    """EUR/kWh by period, whatever the subscribed power."""
    by_power: Mapping[Decimal, Mapping[str, Decimal]]
    """EUR/kWh by period for the subscribed powers (kVA) on which the price depends."""
    subscriptions: Mapping[Decimal, Decimal]
    """EUR a month by subscribed power."""


def preload() -> None:
    """Read the file now: it is on disk, so not from the event loop."""
    _blocks()


def regulated_history(entry: TariffEntry) -> OfferHistory:
    """The regulated prices for the option and subscribed power of an entry, all versions; empty for other options.

    Without a subscribed power, or with one that the regulated tariff does not offer, only prices that are the same for
    everybody are given. Blocking on its first call unless `preload` was called.
    """
    return OfferHistory(versions=_versions(entry.option, entry.power_kva))


def regulated_until() -> date:
    """The last day that the file speaks for."""
    return max(block.valid_to for blocks in _blocks().values() for block in blocks)


@lru_cache(maxsize=64)
def _versions(option: OptionCode, power_kva: Decimal | None) -> tuple[DatedPrices, ...]:
    return tuple(
        DatedPrices(
            valid_from=block.valid_from,
            valid_to=block.valid_to,
            prices=prices,
            subscription=None if power_kva is None else block.subscriptions.get(power_kva),
            source=OFFER_NAME,
            unverified=block.unverified,
        )
        for block in _blocks().get(option, ())
        if (prices := block.everyone if power_kva is None else block.by_power.get(power_kva, block.everyone))
    )


@lru_cache(maxsize=1)
def _blocks() -> Mapping[OptionCode, tuple[_Block, ...]]:
    content: _File = json.loads(_FILE.read_text(encoding="utf-8"))
    until = date.fromisoformat(content["until"])
    by_option: dict[OptionCode, list[_Item]] = {}
    for item in content["blocks"]:
        by_option.setdefault(OptionCode(item["option"]), []).append(item)
    return {option: _dated(items, until) for option, items in by_option.items()}


def _dated(items: list[_Item], until: date) -> tuple[_Block, ...]:
    """Blocks of one option, oldest first, each until the next one starts."""
    starts = [date.fromisoformat(item["valid_from"]) for item in items]
    ends = [*(start - ONE_DAY for start in starts[1:]), until]
    return tuple(_block(item, start, end) for item, start, end in zip(items, starts, ends, strict=True))


def _block(item: _Item, start: date, end: date) -> _Block:
    monthly = item.get("monthly_subscriptions", {})
    yearly = item.get("yearly_subscriptions", {})
    groups = [({Decimal(kva) for kva in group.get("powers", ())}, group["periods"]) for group in item["prices"]]
    return _Block(
        valid_from=start,
        valid_to=end,
        unverified=item.get("unverified", False),
        everyone=next((_exact(periods) for powers, periods in groups if not powers), {}),
        by_power={kva: _exact(periods) for powers, periods in groups for kva in powers},
        subscriptions={
            **{Decimal(kva): Decimal(amount) for kva, amount in monthly.items()},
            **{Decimal(kva): Decimal(amount) / 12 for kva, amount in yearly.items()},
        },
    )


def _exact(periods: Mapping[str, str]) -> Mapping[str, Decimal]:
    return MappingProxyType({period: Decimal(price) for period, price in periods.items()})
