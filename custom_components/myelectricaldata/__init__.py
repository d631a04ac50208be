"""MyElectricalData: everything a Linky meter tells, in Home Assistant."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.typing import ConfigType
from homeassistant.loader import async_get_integration
from homeassistant.util import dt as dt_util

from .actions import async_setup_actions
from .const import (
    CONF_BASE_URL,
    CONF_CLIENT_ID,
    CONF_CLIENT_SECRET,
    CONF_PDL,
    CONFIG_ENTRY_VERSION,
    DOMAIN,
    SUBENTRY_USAGE_POINT,
)
from .coordinators import AccountCoordinator, AccountRuntime, MyElectricalDataConfigEntry, UsagePointCoordinator
from .coordinators.entity_prices import async_get_entity_prices
from .coordinators.france import FranceCoordinator
from .coordinators.national import async_get_national
from .coordinators.signals import EcowattCoordinator, TempoCoordinator, ZenFlexCoordinator
from .gateway.client import GatewayClient
from .issues import IssueKind, async_clear_issues, async_raise_issue
from .ledger import Ledger

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
PLATFORMS = [Platform.BINARY_SENSOR, Platform.BUTTON, Platform.CALENDAR, Platform.EVENT, Platform.SENSOR]


async def async_setup(hass: HomeAssistant, _config: ConfigType) -> bool:
    """Register the actions: they are there whether or not an account is loaded."""
    async_setup_actions(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: MyElectricalDataConfigEntry) -> bool:
    """Set up one account. No call to the gateway: what is known comes from the store, the rest in the background."""
    account = AccountCoordinator(hass, entry)
    await account.async_load()
    integration = await async_get_integration(hass, DOMAIN)
    client = GatewayClient(
        async_get_clientsession(hass),
        base_url=entry.data[CONF_BASE_URL],
        client_id=entry.data[CONF_CLIENT_ID],
        client_secret=entry.data[CONF_CLIENT_SECRET],
        version=str(integration.version),
        budget=account.budget,
        now=dt_util.utcnow,
    )
    client.dialect = account.dialect
    usage_points = {
        subentry.subentry_id: UsagePointCoordinator(hass, entry, subentry, client, account)
        for subentry in entry.get_subentries_of_type(SUBENTRY_USAGE_POINT)
    }
    national = await async_get_national(hass)
    entry.runtime_data = AccountRuntime(
        client=client,
        budget=account.budget,
        account=account,
        usage_points=usage_points,
        national=national,
        tempo=TempoCoordinator(hass, entry, national, "Tempo"),
        ecowatt=EcowattCoordinator(hass, entry, national, "EcoWatt"),
        zen_flex=ZenFlexCoordinator(hass, entry, national, "Zen Flex"),
        france=FranceCoordinator(hass, entry, national, "France"),
    )
    await account.async_refresh()
    entry.async_on_unload(national.async_join(client))
    for coordinator in usage_points.values():
        # A usage point whose store cannot be read does not keep the others from starting.
        await coordinator.async_refresh()
        # A coordinator without listeners never ticks, and the sync does not depend on entities being enabled.
        entry.async_on_unload(coordinator.async_add_listener(_no_entity_needed))
    entry.async_on_unload(account.async_add_listener(_no_entity_needed))
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    _reload_on_change(entry)
    return True


def _no_entity_needed() -> None:
    """Keep a coordinator ticking."""


def _reload_on_change(entry: MyElectricalDataConfigEntry) -> None:
    """Reload when the account or its usage points really changed, not when Home Assistant merely says so."""
    loaded = _identity(entry)

    async def reload_if_changed(hass: HomeAssistant, changed: MyElectricalDataConfigEntry) -> None:
        if _identity(changed) == loaded:
            return
        await _async_forget_removed(hass, changed)
        hass.config_entries.async_schedule_reload(changed.entry_id)

    entry.async_on_unload(entry.add_update_listener(reload_if_changed))


def _identity(entry: MyElectricalDataConfigEntry) -> tuple[object, ...]:
    subentries = (
        (item.subentry_id, item.subentry_type, item.title, dict(item.data)) for item in entry.subentries.values()
    )
    return dict(entry.data), list(subentries)


async def _async_forget_removed(hass: HomeAssistant, entry: MyElectricalDataConfigEntry) -> None:
    """Delete the readings and the issues of usage points that the user removed; their statistics stay."""
    kept = {subentry.data[CONF_PDL] for subentry in entry.get_subentries_of_type(SUBENTRY_USAGE_POINT)}
    for coordinator in entry.runtime_data.usage_points.values():
        if coordinator.pdl not in kept:
            await coordinator.async_shutdown()
            await coordinator.ledger.async_remove()
            _ask_about_statistics(hass, entry.entry_id, coordinator.pdl, coordinator.subentry.title)
    entry.runtime_data.account.forget(kept)


def _ask_about_statistics(hass: HomeAssistant, entry_id: str, pdl: str, name: str) -> None:
    """A usage point is gone: nothing about it has to be settled but what becomes of its years of statistics."""
    async_clear_issues(hass, entry_id, pdl=pdl)
    async_raise_issue(hass, entry_id, IssueKind.STATISTICS_KEPT, pdl=pdl, name=name)


async def async_unload_entry(hass: HomeAssistant, entry: MyElectricalDataConfigEntry) -> bool:
    """Unload an account and write down what was learnt."""
    if not await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        return False
    for coordinator in entry.runtime_data.usage_points.values():
        await coordinator.async_shutdown()
    await entry.runtime_data.account.async_shutdown()
    return True


async def async_remove_entry(hass: HomeAssistant, entry: MyElectricalDataConfigEntry) -> None:
    """Delete the files of an account; its statistics stay in the recorder."""
    for subentry in entry.get_subentries_of_type(SUBENTRY_USAGE_POINT):
        pdl = subentry.data[CONF_PDL]
        await Ledger(hass, pdl).async_remove()
        _ask_about_statistics(hass, entry.entry_id, pdl, subentry.title)
    await AccountCoordinator(hass, entry).async_remove()
    async_clear_issues(hass, entry.entry_id)
    if not hass.config_entries.async_entries(DOMAIN):
        # Nobody is left to whom offers, colours and prices matter.
        await (await async_get_national(hass)).async_remove()
        await (await async_get_entity_prices(hass)).async_remove()


async def async_migrate_entry(hass: HomeAssistant, entry: MyElectricalDataConfigEntry) -> bool:
    """Refuse, politely, the entries of another integration that once used this domain (its versions are lower)."""
    if entry.version == CONFIG_ENTRY_VERSION:
        return True
    async_raise_issue(
        hass,
        entry.entry_id,
        IssueKind.FOREIGN_ENTRY,
        name=entry.title,
        placeholders={"version": str(entry.version)},
    )
    return False
