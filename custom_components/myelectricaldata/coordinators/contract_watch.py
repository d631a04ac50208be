"""The contract at the distributor changed: what did, since when, and telling the user, who alone decides what it means.

The off-peak reform of 2025 to 2027 moves the hours of some ten million meters (reference/domain.md 2.3). History must
keep the hours under which it was billed, so nothing is changed here: a repair issue proposes a new version from the
day of the change on. What the gateway merely writes in another way, or does not tell any more, is no change.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import CONF_OFFPEAK, CONF_PDL, CONF_TARIFF, DOMAIN
from ..energy.entries import TariffEntry, entry_in_force
from ..energy.entry_format import EntryError, decode_entries
from ..energy.offpeak import OffpeakSchedule, Season, SeasonWindows, day_spans, parse_offpeak_texts
from ..energy.options import CONTRACT_HOURS
from ..gateway.models import Contract
from ..issues import IssueKind, async_clear_issue, async_raise_issue, issue_id

ISSUE_CHANGE: Final = "change"
"""In the data of the issue: what `encode_change` wrote."""

_CODE: Final = re.compile(r"[A-Z0-9]+")
_USES: Final[Mapping[str, str]] = {"courte": "CU", "moyenne": "MU", "longue": "LU"}
_A_DAY_OF: Final = {Season.SUMMER: date(2026, 7, 1), Season.WINTER: date(2026, 1, 1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractChange:
    """What became of a contract: each pair is (before, after), None where nothing changed."""

    since: date
    """The day of the change as far as the contract tells it, else the day on which it was noticed."""
    hours: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    """Off-peak hours in the contract's own words."""
    power: tuple[Decimal, Decimal] | None = None
    """kVA."""
    tariff: tuple[str, str] | None = None
    """Distribution tariff."""

    @property
    def schedule(self) -> OffpeakSchedule | None:
        """The new off-peak hours; None when they did not change or are not fully understood."""
        return None if self.hours is None else understood(self.hours[1])

    def in_words(self, *, after: bool) -> str:
        """What changed, as the contract says it: `HC (22H00-6H00) · 6 kVA`."""
        side = 1 if after else 0
        parts = [] if self.hours is None else ["; ".join(self.hours[side])]
        if self.power is not None:
            parts.append(f"{self.power[side].normalize():f} kVA")
        if self.tariff is not None:
            parts.append(self.tariff[side])
        return " · ".join(filter(None, parts)) or "–"


def understood(texts: Sequence[str]) -> OffpeakSchedule | None:
    """The hours that some texts of a contract name for all the year; None when they name none or are not understood."""
    windows = parse_offpeak_texts(texts)
    return OffpeakSchedule((SeasonWindows(Season.ALL, windows),)) if windows else None


def follows_contract_hours(entry: TariffEntry) -> bool:
    """Whether the off-peak hours of an entry are those of the contract."""
    return entry.option in CONTRACT_HOURS and entry.offpeak is not None


def contract_change(
    before: Contract | None,
    after: Contract,
    schedule: OffpeakSchedule,
    entries: Sequence[TariffEntry],
    *,
    noticed: date,
) -> ContractChange | None:
    """What the user should decide about; None when nothing changed that concerns the hours or the tariff.

    `schedule`: the off-peak hours in force; `entries`: the tariff, without which only the hours matter. What the user
    has entered already is no news.
    """
    if before is None:
        return None
    present = entry_in_force(entries, noticed)
    change = ContractChange(
        since=_since(before, after, entries, noticed),
        hours=_hours(before.offpeak_texts, after.offpeak_texts, schedule),
        power=_power(before.subscribed_power_kva, after.subscribed_power_kva, present),
        tariff=_tariff(before, after),
    )
    if (change.hours or change.power) and change.tariff is not None and _same_tariff(*change.tariff):
        # Its date moved because of the hours or the power: no third thing to tell.
        change = replace(change, tariff=None)
    if change.hours is None and (not entries or (change.power is None and change.tariff is None)):
        return None
    return change


def _since(before: Contract, after: Contract, entries: Sequence[TariffEntry], noticed: date) -> date:
    told = after.tariff_change_date
    if told is None or not _moved(before, after):
        return noticed
    return told if all(told > entry.valid_from for entry in entries) else noticed


def _moved(before: Contract, after: Contract) -> bool:
    """Whether the date of the last change became another one; one that appears may only have become known."""
    dates = before.tariff_change_date, after.tariff_change_date
    return None not in dates and dates[0] != dates[1]


def _hours(
    before: tuple[str, ...], after: tuple[str, ...], schedule: OffpeakSchedule
) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    if not after or _bare(before) == _bare(after):
        return None
    new = understood(after)
    if new is not None and (_same(new, understood(before)) or _same(new, schedule)):
        return None
    return before, after


def _bare(texts: tuple[str, ...]) -> list[str]:
    """Texts without what says nothing: case and spaces."""
    return ["".join(text.split()).casefold() for text in texts]


def _same(one: OffpeakSchedule, other: OffpeakSchedule | None) -> bool:
    return other is not None and all(
        day_spans(one.windows_on(day)) == day_spans(other.windows_on(day)) for day in _A_DAY_OF.values()
    )


def _power(
    before: Decimal | None, after: Decimal | None, present: TariffEntry | None
) -> tuple[Decimal, Decimal] | None:
    if before is None or after is None or before == after:
        return None
    return None if present is not None and present.power_kva == after else (before, after)


def _tariff(before: Contract, after: Contract) -> tuple[str, str] | None:
    old, new = before.distribution_tariff, after.distribution_tariff
    if old is None or new is None:
        return None
    return (old, new) if _moved(before, after) or not _same_tariff(old, new) else None


def _same_tariff(one: str, other: str) -> bool:
    """Gateways 1.22 and 2.x name the same tariff by a code and by a sentence (reference/gateway.md 7)."""
    codes = [_CODE.fullmatch(text) is not None for text in (one, other)]
    if codes[0] is codes[1]:
        return _bare((one,)) == _bare((other,))
    uses = _use(one), _use(other)
    return None in uses or uses[0] == uses[1]


def _use(tariff: str) -> str | None:
    """`CU`, `MU` or `LU`: short, medium, long use."""
    if _CODE.fullmatch(tariff):
        return next((use for use in _USES.values() if tariff.startswith(f"BTINF{use}")), None)
    return next((use for word, use in _USES.items() if word in tariff.casefold()), None)


@callback
def async_watch_contract(
    hass: HomeAssistant,
    entry_id: str,
    subentry: ConfigSubentry,
    before: Contract | None,
    after: Contract,
    *,
    today: date,
) -> None:
    """Tell the user of a contract that changed. A second change before the user decided adds to the first."""
    pdl: str = subentry.data[CONF_PDL]
    entries = entries_of(subentry)
    pending = pending_change(hass, entry_id, pdl)
    if before is not None and pending is not None:
        before = _as_it_was(before, pending)
    change = contract_change(before, after, schedule_in_force(subentry, today), entries, noticed=today)
    if change is None:
        if pending is not None:
            async_clear_issue(hass, entry_id, IssueKind.CONTRACT_CHANGED, pdl=pdl)
        return
    if pending is not None:
        change = replace(change, since=min(pending.since, change.since))
    async_raise_issue(
        hass,
        entry_id,
        IssueKind.CONTRACT_CHANGED,
        pdl=pdl,
        name=subentry.title,
        placeholders={
            "date": change.since.isoformat(),
            "old": change.in_words(after=False),
            "new": change.in_words(after=True),
        },
        data={ISSUE_CHANGE: encode_change(change)},
    )


def entries_of(subentry: ConfigSubentry) -> tuple[TariffEntry, ...]:
    """The tariff of a usage point; what cannot be read has been told already."""
    try:
        return decode_entries(subentry.data.get(CONF_TARIFF, []))
    except EntryError, ValueError, KeyError:
        return ()


def schedule_in_force(subentry: ConfigSubentry, today: date) -> OffpeakSchedule:
    """The off-peak hours of today: those of the tariff where it follows the contract's, else the usage point's."""
    present = entry_in_force(entries_of(subentry), today)
    if present is not None and present.offpeak is not None and follows_contract_hours(present):
        return present.offpeak
    return OffpeakSchedule.from_config(subentry.data.get(CONF_OFFPEAK, []))


def pending_change(hass: HomeAssistant, entry_id: str, pdl: str) -> ContractChange | None:
    """The change that the user has not decided about yet."""
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id(entry_id, IssueKind.CONTRACT_CHANGED, pdl))
    return None if issue is None or issue.data is None else decode_change(str(issue.data[ISSUE_CHANGE]))


def _as_it_was(contract: Contract, pending: ContractChange) -> Contract:
    """The contract before a change that is pending."""
    if pending.hours is not None:
        contract = replace(contract, offpeak_texts=pending.hours[0])
    if pending.power is not None:
        contract = replace(contract, subscribed_power_kva=pending.power[0])
    if pending.tariff is not None:
        contract = replace(contract, distribution_tariff=pending.tariff[0])
    return contract


def encode_change(change: ContractChange) -> str:
    """One line of JSON: the data of an issue holds nothing deeper."""
    return json.dumps(
        {
            "since": change.since.isoformat(),
            "hours": change.hours,
            "power": change.power and [str(power) for power in change.power],
            "tariff": change.tariff,
        }
    )


def decode_change(text: str) -> ContractChange:
    """What `encode_change` wrote."""
    content: dict[str, Any] = json.loads(text)
    hours, power, tariff = content["hours"], content["power"], content["tariff"]
    return ContractChange(
        since=date.fromisoformat(content["since"]),
        hours=None if hours is None else (tuple(hours[0]), tuple(hours[1])),
        power=None if power is None else (Decimal(power[0]), Decimal(power[1])),
        tariff=None if tariff is None else (tariff[0], tariff[1]),
    )
