"""An account whose platforms run for real, fed with hand-made snapshots instead of a gateway."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigSubentry, ConfigSubentryDataWithId
from homeassistant.const import STATE_UNAVAILABLE, Platform
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.myelectricaldata.const import DOMAIN, LOGGER, SUBENTRY_USAGE_POINT
from custom_components.myelectricaldata.coordinators.france import FranceCoordinator
from custom_components.myelectricaldata.coordinators.national import National
from custom_components.myelectricaldata.coordinators.signals import (
    EcowattCoordinator,
    SignalCoordinator,
    TempoCoordinator,
    ZenFlexCoordinator,
)
from custom_components.myelectricaldata.coordinators.snapshot import AccountSnapshot, NewData, UsagePointSnapshot
from custom_components.myelectricaldata.energy.entries import TariffEntry
from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule
from custom_components.myelectricaldata.energy.offpeak_hours import OffpeakHours
from custom_components.myelectricaldata.energy.readings import DayRecord
from custom_components.myelectricaldata.energy.summary import summarise_energy, summarise_peaks
from custom_components.myelectricaldata.energy.tariff import Calendars, Tariff
from custom_components.myelectricaldata.gateway.models import Contract, Direction, PowerPeak

PLATFORMS = [Platform.BINARY_SENSOR, Platform.BUTTON, Platform.CALENDAR, Platform.EVENT, Platform.SENSOR]
PDL = "01234567890123"
SUBENTRY_ID = "house"
ENTRY_ID = "account"
NIGHT = [{"season": "all", "windows": ["22:30-06:30"]}]

TODAY = date(2026, 11, 21)
YESTERDAY = TODAY - timedelta(days=1)
BOTH = (Direction.CONSUMPTION, Direction.PRODUCTION)
PEAK_AT = datetime(2026, 11, 20, 18, 30, 5, tzinfo=UTC)

CONTRACT = Contract(
    segment="C5",
    contract_type="Contrat GRD-F",
    status="SERVC",
    distribution_tariff="BTINFCUST",
    subscribed_power_kva=Decimal(9),
    activation_date=date(2019, 5, 2),
    production_activation_date=date(2024, 6, 1),
    tariff_change_date=date(2025, 8, 1),
    offpeak_texts=("HC (22H30-6H30)",),
)


def days_of(wh: int, first: date = date(2025, 1, 1), last: date = date(2026, 11, 20)) -> dict[date, DayRecord]:
    return {first + timedelta(days=i): DayRecord(index_wh=wh) for i in range((last - first).days + 1)}


def snapshot_of(
    directions: tuple[Direction, ...] = (Direction.CONSUMPTION,),
    *,
    days: dict[date, DayRecord] | None = None,
    contract: Contract | None = CONTRACT,
    today: date = TODAY,
    peaks: dict[date, PowerPeak] | None = None,
) -> UsagePointSnapshot:
    """What the real coordinator makes of a ledger."""
    ledger = days_of(12_345) if days is None else days
    known_peaks = {date(2026, 11, 20): PowerPeak(volt_amperes=6340, at=PEAK_AT)} if peaks is None else peaks
    kva = None if contract is None else contract.subscribed_power_kva
    return UsagePointSnapshot(
        today=today,
        energy={direction: summarise_energy(ledger, today) for direction in directions},
        peak=summarise_peaks(known_peaks, kva, today) if Direction.CONSUMPTION in directions else None,
        contract=contract,
        history_share=0.4567,
        importing=True,
    )


ACCOUNT = AccountSnapshot(
    calls_today=6, calls_left=34, last_success=datetime(2026, 11, 21, 7, 12, tzinfo=UTC), reachable=None
)


@dataclass(frozen=True, kw_only=True)
class Money:
    """What the coordinator knows of prices."""

    tariff: Tariff = field(default_factory=Tariff)
    surplus: Tariff = field(default_factory=Tariff)
    calendars: Calendars = field(default_factory=Calendars)
    entries: tuple[TariffEntry, ...] = ()


NO_MONEY = Money()


class UsagePointStandIn(DataUpdateCoordinator[UsagePointSnapshot]):
    """What the platforms see of `UsagePointCoordinator`."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: MockConfigEntry,
        directions: tuple[Direction, ...],
        offpeak: OffpeakSchedule,
        money: Money,
    ) -> None:
        super().__init__(hass, LOGGER, config_entry=entry, name=PDL, update_interval=None)
        self.pdl = PDL
        self.subentry: ConfigSubentry = entry.subentries[SUBENTRY_ID]
        self.directions = directions
        self.offpeak = offpeak
        self.offpeak_hours = OffpeakHours(offpeak)
        self.tariff = money.tariff
        self.surplus = money.surplus
        self.calendars = money.calendars
        self.entries = money.entries
        self.asked = 0
        self.refusal: Exception | None = None
        self.new_data_listeners: list[Callable[[NewData], None]] = []

    async def async_ask_now(self) -> int:
        if self.refusal is not None:
            raise self.refusal
        self.asked += 1
        return 1

    def async_add_new_data_listener(self, listener: Callable[[NewData], None]) -> CALLBACK_TYPE:
        self.new_data_listeners.append(listener)
        return lambda: self.new_data_listeners.remove(listener)


@dataclass
class EntityRig:
    """One account with one usage point, and short ways to its entities."""

    hass: HomeAssistant
    entry: MockConfigEntry
    usage_point: UsagePointStandIn
    account: DataUpdateCoordinator[AccountSnapshot]
    signals: dict[str, SignalCoordinator[Any]]
    """Of a gateway that has told nothing yet."""
    loaded: bool = field(default=False)

    async def load(self) -> None:
        # The integration counts as set up, and so does the recorder: the entities need neither.
        self.hass.config.components |= {DOMAIN, "recorder"}
        await self.hass.config_entries.async_forward_entry_setups(self.entry, PLATFORMS)
        await self.hass.async_block_till_done()
        self.loaded = True

    async def unload(self) -> None:
        if self.loaded:
            self.loaded = False
            for signal in self.signals.values():
                await signal.async_shutdown()
            assert await self.hass.config_entries.async_unload_platforms(self.entry, PLATFORMS)

    def entity_id(self, key: str) -> str | None:
        """The entity of a key, on whichever platform and device it is; None when there is none."""
        entries = er.async_entries_for_config_entry(er.async_get(self.hass), self.entry.entry_id)
        wanted = {f"{PDL}_{key}", f"{ENTRY_ID}_{key}"}
        return next((entry.entity_id for entry in entries if entry.unique_id in wanted), None)

    def state(self, key: str) -> State:
        entity_id = self.entity_id(key)
        assert entity_id is not None, f"no entity {key}"
        state = self.hass.states.get(entity_id)
        assert state is not None, f"{entity_id} is disabled"
        return state

    def value(self, key: str) -> str:
        return self.state(key).state

    async def show(self, snapshot: UsagePointSnapshot) -> None:
        self.usage_point.async_set_updated_data(snapshot)
        await self.hass.async_block_till_done()

    async def show_account(self, **changes: Any) -> None:
        self.account.async_set_updated_data(replace(self.account.data, **changes))
        await self.hass.async_block_till_done()

    def unavailable(self) -> set[str]:
        return {state.entity_id for state in self.hass.states.async_all() if state.state == STATE_UNAVAILABLE}


def make_rig(
    hass: HomeAssistant,
    directions: tuple[Direction, ...] = (Direction.CONSUMPTION,),
    *,
    offpeak: list[dict[str, Any]] | None = None,
    snapshot: UsagePointSnapshot | None = None,
    money: Money = NO_MONEY,
    config: Mapping[str, Any] | None = None,
) -> EntityRig:
    """Build the account; nothing is loaded yet."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        entry_id=ENTRY_ID,
        title="My account",
        subentries_data=[
            ConfigSubentryDataWithId(
                subentry_id=SUBENTRY_ID,
                subentry_type=SUBENTRY_USAGE_POINT,
                title="Maison",
                unique_id=f"usage_point_{PDL}",
                data={"pdl": PDL, **(config or {})},
            )
        ],
    )
    entry.add_to_hass(hass)
    entry.mock_state(hass, ConfigEntryState.LOADED)
    usage_point = UsagePointStandIn(hass, entry, directions, OffpeakSchedule.from_config(offpeak or []), money)
    usage_point.data = snapshot_of(directions) if snapshot is None else snapshot
    account: DataUpdateCoordinator[AccountSnapshot] = DataUpdateCoordinator(
        hass, LOGGER, config_entry=entry, name="account", update_interval=None
    )
    account.data = ACCOUNT
    national = National(hass)
    signals: dict[str, SignalCoordinator[Any]] = {
        "tempo": TempoCoordinator(hass, entry, national, "Tempo"),
        "ecowatt": EcowattCoordinator(hass, entry, national, "EcoWatt"),
        "zen_flex": ZenFlexCoordinator(hass, entry, national, "Zen Flex"),
        "france": FranceCoordinator(hass, entry, national, "France"),
    }
    entry.runtime_data = SimpleNamespace(
        account=account, usage_points={SUBENTRY_ID: usage_point}, national=national, **signals
    )
    return EntityRig(hass, entry, usage_point, account, signals)


type Start = Callable[..., Awaitable[EntityRig]]
