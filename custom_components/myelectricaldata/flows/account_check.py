"""What the flows ask the gateway: is this account right, which usage points has it, and does anything stand in the way.

`/accounts` and `/pdl` cost no quota. The state of a consent is told by nothing but a refused call (gateway.md 4.2), so
one contract call is spent on each active usage point, which also brings the off-peak hours to propose.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.loader import async_get_integration
from yarl import URL

from ..const import CONF_PDL, CONFIG_ENTRY_VERSION, DOMAIN, LOGGER, SUBENTRY_USAGE_POINT
from ..gateway.client import GatewayClient
from ..gateway.errors import (
    AccessDeniedError,
    AuthenticationError,
    ConsentError,
    CustomerMovedError,
    GatewayError,
    GatewayUnreachable,
    QuotaError,
)
from ..gateway.models import Contract, UsagePoint

# A person is waiting, so the client's own patience is cut short.
CHECK_SECONDS: Final = 45
PROBE_SECONDS: Final = 30
"""What is not known by then is shown as not verified."""

_LOCAL_SUFFIXES: Final = (".local", ".lan", ".home", ".internal", ".localhost", ".home.arpa", ".local.hass.io")


class FormError(Exception):
    """A form cannot be accepted; `key` is that of the error to show."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class Obstacle(StrEnum):
    """What stands in the way of reading a usage point; the value ends the key of its label."""

    INACTIVE = "inactive"
    CONSENT_EXPIRED = "consent_expired"
    CUSTOMER_MOVED = "customer_moved"
    ACCESS_DENIED = "access_denied"
    UNVERIFIED = "unverified"
    """Not a refusal: the question could not be settled now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A usage point of the account that could be followed."""

    point: UsagePoint
    contract: Contract | None = None
    obstacle: Obstacle | None = None

    @property
    def proposed(self) -> bool:
        """Whether to tick it unasked."""
        return self.obstacle in (None, Obstacle.UNVERIFIED)

    @property
    def offpeak_texts(self) -> tuple[str, ...]:
        """Off-peak hours as the contract tells them, else as the gateway noted them when the point was added."""
        return (self.contract.offpeak_texts if self.contract else ()) or self.point.offpeak_texts


def checked_base_url(text: str) -> str:
    """The address of an API without trailing slash. Raises FormError `base_url_invalid` or `base_url_insecure`."""
    try:
        url = URL(text.strip())
    except ValueError as err:
        raise FormError("base_url_invalid") from err
    if url.scheme not in ("http", "https") or not url.host or url.user or url.password or url.query or url.fragment:
        raise FormError("base_url_invalid")
    if url.scheme == "http" and not is_local(url.host):
        raise FormError("base_url_insecure")
    return str(url).rstrip("/")


def is_local(host: str) -> bool:
    """Whether a host is this machine or on the user's own network, where the secret does not cross the internet."""
    try:
        address = ip_address(host)
    except ValueError:
        return "." not in host or host.lower().endswith(_LOCAL_SUFFIXES)
    return address.is_private or address.is_loopback or address.is_link_local


def checked_credential(text: str) -> str:
    """A client id or secret without the spaces that copying brings. Raises FormError `malformed_credentials`."""
    stripped = text.strip()
    if not stripped or not stripped.isascii() or not stripped.isprintable() or " " in stripped:
        raise FormError("malformed_credentials")
    return stripped


async def async_client(hass: HomeAssistant, *, base_url: str, client_id: str, client_secret: str) -> GatewayClient:
    """A client of the gateway on Home Assistant's session."""
    integration = await async_get_integration(hass, DOMAIN)
    return GatewayClient(
        async_get_clientsession(hass),
        base_url=base_url,
        client_id=client_id,
        client_secret=client_secret,
        version=str(integration.version),
    )


async def async_checked_points(client: GatewayClient, client_id: str) -> tuple[UsagePoint, ...]:
    """The usage points of the account that the secret opens. Raises FormError when the account cannot be used."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            account = await client.async_account()
            if account.client_id is not None and account.client_id != client_id:
                raise FormError("client_id_mismatch")
            if not account.is_active:
                raise FormError("account_inactive")
            return await client.async_usage_points()
    except TimeoutError as err:
        raise FormError("cannot_connect") from err
    except GatewayError as err:
        # The messages of GatewayError are safe to log.
        LOGGER.debug("The account could not be checked: %s", err)
        raise FormError(_error_key(err)) from err


def _error_key(err: GatewayError) -> str:
    if isinstance(err, AuthenticationError):
        return "invalid_auth"
    if isinstance(err, QuotaError):
        return "quota"
    return "cannot_connect" if isinstance(err, GatewayUnreachable) else "unexpected_answer"


async def async_candidates(client: GatewayClient, points: Iterable[UsagePoint]) -> list[Candidate]:
    """What is known of each usage point, after at most one contract call for each active one."""
    candidates = {
        point.pdl: Candidate(point=point, obstacle=Obstacle.UNVERIFIED if point.is_active else Obstacle.INACTIVE)
        for point in points
    }
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            for candidate in [each for each in candidates.values() if each.point.is_active]:
                candidates[candidate.point.pdl] = await _async_probe(client, candidate.point)
    except TimeoutError:
        LOGGER.debug("Not every consent could be verified within %s seconds", PROBE_SECONDS)
    except AuthenticationError, QuotaError, GatewayUnreachable:
        LOGGER.debug("The other consents are not verified: the gateway would answer them alike")
    return list(candidates.values())


async def _async_probe(client: GatewayClient, point: UsagePoint) -> Candidate:
    try:
        return Candidate(point=point, contract=await client.async_contract(point.pdl))
    except CustomerMovedError:
        return Candidate(point=point, obstacle=Obstacle.CUSTOMER_MOVED)
    except AccessDeniedError:
        return Candidate(point=point, obstacle=Obstacle.ACCESS_DENIED)
    except ConsentError:
        return Candidate(point=point, obstacle=Obstacle.CONSENT_EXPIRED)
    except AuthenticationError, QuotaError, GatewayUnreachable:
        raise
    except GatewayError:
        return Candidate(point=point, obstacle=Obstacle.UNVERIFIED)


def our_entries(hass: HomeAssistant) -> list[ConfigEntry]:
    """The accounts that this integration made, not those of another one that once used the domain."""
    return [entry for entry in hass.config_entries.async_entries(DOMAIN) if entry.version >= CONFIG_ENTRY_VERSION]


def configured_pdls(hass: HomeAssistant) -> set[str]:
    """The usage points that are followed already, under whichever account: each can be only once in Home Assistant."""
    return {
        subentry.data[CONF_PDL]
        for entry in our_entries(hass)
        for subentry in entry.get_subentries_of_type(SUBENTRY_USAGE_POINT)
    }
