"""The state of one account at run time, and who may read it."""

from dataclasses import dataclass

from homeassistant.config_entries import ConfigEntry

from ..gateway.budget import CallBudget
from ..gateway.client import GatewayClient
from .account import AccountCoordinator
from .france import FranceCoordinator
from .national import National
from .signals import EcowattCoordinator, TempoCoordinator, ZenFlexCoordinator
from .usage_point import UsagePointCoordinator

__all__ = ["AccountCoordinator", "AccountRuntime", "MyElectricalDataConfigEntry", "UsagePointCoordinator"]


@dataclass(kw_only=True, slots=True)
class AccountRuntime:
    """`entry.runtime_data` of one gateway account."""

    client: GatewayClient
    budget: CallBudget
    account: AccountCoordinator
    usage_points: dict[str, UsagePointCoordinator]
    """By subentry id."""
    national: National
    """The one of this Home Assistant."""
    tempo: TempoCoordinator
    ecowatt: EcowattCoordinator
    zen_flex: ZenFlexCoordinator
    france: FranceCoordinator


type MyElectricalDataConfigEntry = ConfigEntry[AccountRuntime]
