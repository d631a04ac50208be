"""Settings > System > Repairs > System information."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback

from .const import CONF_BASE_URL, DEFAULT_BASE_URL, DOMAIN


@callback
def async_register(_hass: HomeAssistant, register: system_health.SystemHealthRegistration) -> None:
    """Say where the information comes from."""
    register.async_register_info(async_system_health_info)


async def async_system_health_info(hass: HomeAssistant) -> dict[str, Any]:
    """Whether the gateway is reachable, and the state of the accounts; no call of the accounts' quota is spent."""
    entries = hass.config_entries.async_entries(DOMAIN)
    runtimes = [entry.runtime_data for entry in entries if entry.state is ConfigEntryState.LOADED]
    base_url = entries[0].data.get(CONF_BASE_URL, DEFAULT_BASE_URL) if entries else DEFAULT_BASE_URL
    shares = [each.data.history_share for runtime in runtimes for each in runtime.usage_points.values() if each.data]
    return {
        "can_reach_gateway": system_health.async_check_can_reach_url(hass, f"{base_url}/ping"),
        "accounts": f"{len(runtimes)}/{len(entries)}",
        "usage_points": sum(len(runtime.usage_points) for runtime in runtimes),
        "calls_left": ", ".join(str(runtime.account.data.calls_left) for runtime in runtimes) or None,
        "history": f"{min(shares):.0%}" if shares else None,
    }
