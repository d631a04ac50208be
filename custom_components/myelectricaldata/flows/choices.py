"""How a usage point is shown in a list, and the subentry that it becomes."""

from typing import Any

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.helpers.selector import SelectOptionDict

from ..const import (
    CONF_HAS_CONSUMPTION,
    CONF_HAS_PRODUCTION,
    CONF_OFFPEAK,
    CONF_PDL,
    SUBENTRY_USAGE_POINT,
)
from ..energy.offpeak import OffpeakSchedule
from ..gateway.models import UsagePoint
from ..texts import Texts
from .account_check import Candidate
from .offpeak_text import contract_schedule


def option_of(candidate: Candidate, texts: Texts) -> SelectOptionDict:
    """`Maison (22516914714270) · 6 kVA · consumption · consent expired`: the number in full, as on a bill."""
    point = candidate.point
    power = point.subscribed_power_kva or (candidate.contract and candidate.contract.subscribed_power_kva)
    parts = [f"{point.name or texts('label_unnamed')} ({point.pdl})"]
    if power:
        parts.append(texts("label_power", power=f"{power.normalize():f}"))
    if direction := _direction_key(point):
        parts.append(texts(direction))
    if candidate.obstacle is not None:
        parts.append(texts(f"label_{candidate.obstacle}"))
    return SelectOptionDict(value=point.pdl, label=" · ".join(parts))


def _direction_key(point: UsagePoint) -> str | None:
    if point.has_consumption:
        return "label_both" if point.has_production else "label_consumption"
    return "label_production" if point.has_production else None


def title_of(point: UsagePoint) -> str:
    """Its name at the gateway, else its number."""
    return point.name or point.pdl


def unique_id_of(pdl: str) -> str:
    """Unique among the subentries of every type."""
    return f"{SUBENTRY_USAGE_POINT}_{pdl}"


def data_of(point: UsagePoint, offpeak: OffpeakSchedule) -> dict[str, Any]:
    """The data of the subentry."""
    return {
        CONF_PDL: point.pdl,
        CONF_HAS_CONSUMPTION: point.has_consumption,
        CONF_HAS_PRODUCTION: point.has_production,
        CONF_OFFPEAK: offpeak.as_config() if point.has_consumption else [],
    }


def subentry_of(candidate: Candidate) -> ConfigSubentryData:
    """The subentry that a ticked usage point becomes."""
    point = candidate.point
    return ConfigSubentryData(
        subentry_type=SUBENTRY_USAGE_POINT,
        title=title_of(point),
        unique_id=unique_id_of(point.pdl),
        data=data_of(point, contract_schedule(candidate.offpeak_texts)),
    )
