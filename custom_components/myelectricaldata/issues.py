"""What only the user can settle, told in Settings > Repairs: raised and cleared in one place.

An issue is about one usage point (pass its `pdl` and the `name` that the user knows it by) or about the account (pass
neither). Raising one that is there already changes nothing, so callers need not remember what they raised.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import CONF_BASE_URL, CONF_PDL, DOMAIN, GATEWAY_WEBSITE


class IssueKind(StrEnum):
    """The kinds of issue; the value is both the start of the issue's id and its translation key."""

    CONSENT_EXPIRED = "consent_expired"
    CUSTOMER_MOVED = "customer_moved"
    ACCESS_DENIED = "access_denied"
    CURVE_NOT_ACTIVATED = "curve_not_activated"
    QUOTA_REACHED = "quota_reached"
    """Placeholder `reset`: when asking makes sense again, in the user's words."""
    GATEWAY_DOWN = "gateway_down"
    """Placeholder `days`: since how many days nothing has come."""
    LEDGER_UNREADABLE = "ledger_unreadable"
    """Placeholder `file`: the name under which the unreadable file was kept."""
    STATISTICS_KEPT = "statistics_kept"
    """A usage point was removed: only the user can say whether its statistics go too."""
    COST_WAITS_FOR_DAY_TYPE = "cost_waits_for_day_type"
    """Placeholders `energy` (kWh), `first`, `last`: what waits for a colour or the type of its days."""
    COST_WAITS_FOR_PRICE = "cost_waits_for_price"
    """The same placeholders: what waits for a price."""
    ENERGY_DASHBOARD = "energy_dashboard"
    """A question, not a fault: whether the Energy Dashboard is to be set up as planned. Placeholder `plan`, of its
    flow."""
    CONTRACT_CHANGED = "contract_changed"
    """Placeholders `date`, `old`, `new`: since when, and what the contract said and says."""
    PRICE_ENTITY_RESTLESS = "price_entity_restless"
    """Placeholder `entity`: it changes its price within the day, and only one price of a day counts."""
    OFFER_WITHDRAWN = "offer_withdrawn"
    """Placeholder `offer`: the one that is followed, which the catalogue no longer has."""
    FOREIGN_ENTRY = "foreign_entry"
    """Placeholder `version`: of the entry that another integration of this domain left; `name` is its title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    severity: ir.IssueSeverity
    fixable: bool = False
    persistent: bool = False
    """Kept over a restart: what revealed it is asked so rarely that it would else be forgotten for days."""
    website: bool = False
    """The remedy is on the gateway's website."""


_RULES: Final[Mapping[IssueKind, _Rule]] = MappingProxyType(
    {
        IssueKind.CONSENT_EXPIRED: _Rule(severity=ir.IssueSeverity.ERROR, fixable=True, persistent=True, website=True),
        IssueKind.CUSTOMER_MOVED: _Rule(severity=ir.IssueSeverity.ERROR, fixable=True, persistent=True, website=True),
        IssueKind.ACCESS_DENIED: _Rule(severity=ir.IssueSeverity.ERROR, fixable=True, persistent=True, website=True),
        IssueKind.CURVE_NOT_ACTIVATED: _Rule(severity=ir.IssueSeverity.WARNING, fixable=True, persistent=True),
        IssueKind.QUOTA_REACHED: _Rule(severity=ir.IssueSeverity.WARNING),
        IssueKind.GATEWAY_DOWN: _Rule(severity=ir.IssueSeverity.ERROR, website=True),
        IssueKind.LEDGER_UNREADABLE: _Rule(severity=ir.IssueSeverity.WARNING, fixable=True, persistent=True),
        IssueKind.STATISTICS_KEPT: _Rule(severity=ir.IssueSeverity.WARNING, fixable=True, persistent=True),
        IssueKind.COST_WAITS_FOR_DAY_TYPE: _Rule(severity=ir.IssueSeverity.WARNING),
        IssueKind.COST_WAITS_FOR_PRICE: _Rule(severity=ir.IssueSeverity.WARNING),
        IssueKind.ENERGY_DASHBOARD: _Rule(severity=ir.IssueSeverity.WARNING, fixable=True, persistent=True),
        IssueKind.CONTRACT_CHANGED: _Rule(severity=ir.IssueSeverity.WARNING, fixable=True, persistent=True),
        IssueKind.PRICE_ENTITY_RESTLESS: _Rule(severity=ir.IssueSeverity.WARNING),
        IssueKind.OFFER_WITHDRAWN: _Rule(severity=ir.IssueSeverity.WARNING),
        IssueKind.FOREIGN_ENTRY: _Rule(severity=ir.IssueSeverity.ERROR, persistent=True),
    }
)


def issue_id(entry_id: str, kind: IssueKind, pdl: str | None = None) -> str:
    """One id for each kind and usage point, or each kind and account."""
    return f"{kind}_{entry_id if pdl is None else pdl}"


def website_of(hass: HomeAssistant, entry_id: str) -> str:
    """Where the user manages consents: the site that serves the API that this account uses."""
    entry = hass.config_entries.async_get_entry(entry_id)
    base_url = None if entry is None else entry.data.get(CONF_BASE_URL)
    return GATEWAY_WEBSITE if not isinstance(base_url, str) else base_url.rstrip("/").removesuffix("/api")


@callback
def async_raise_issue(
    hass: HomeAssistant,
    entry_id: str,
    kind: IssueKind,
    *,
    pdl: str | None = None,
    name: str | None = None,
    placeholders: Mapping[str, str] | None = None,
    data: Mapping[str, str] | None = None,
) -> None:
    """Tell the user. `name` is the usage point's (or the account's) as shown to the user; `data` is for the fix flow."""
    rule = _RULES[kind]
    website = website_of(hass, entry_id)
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id(entry_id, kind, pdl),
        data={"entry_id": entry_id, "kind": str(kind), CONF_PDL: pdl, **(data or {})},
        is_fixable=rule.fixable,
        is_persistent=rule.persistent,
        learn_more_url=website if rule.website else None,
        severity=rule.severity,
        translation_key=kind,
        translation_placeholders={
            "name": name or pdl or "MyElectricalData",
            "website": website,
            **(placeholders or {}),
        },
    )


@callback
def async_clear_issue(hass: HomeAssistant, entry_id: str, kind: IssueKind, *, pdl: str | None = None) -> None:
    """Take the issue back, if it is there."""
    ir.async_delete_issue(hass, DOMAIN, issue_id(entry_id, kind, pdl))


@callback
def async_clear_issues(hass: HomeAssistant, entry_id: str, *, pdl: str | None = None) -> None:
    """Take back every issue of a usage point, or of the account: when it works again, or is removed."""
    for kind in IssueKind:
        async_clear_issue(hass, entry_id, kind, pdl=pdl)
