"""Names that the whole integration shares."""

from datetime import timedelta
from logging import Logger, getLogger
from typing import Final

DOMAIN: Final = "myelectricaldata"
LOGGER: Logger = getLogger(__package__)

# Another integration once used this domain with lower versions; see design.md.
CONFIG_ENTRY_VERSION: Final = 10
STORAGE_VERSION: Final = 1

CONF_BASE_URL: Final = "base_url"
CONF_CLIENT_ID: Final = "client_id"
CONF_CLIENT_SECRET: Final = "client_secret"  # noqa: S105  the name of a field
CONF_USAGE_POINTS: Final = "usage_points"
CONF_PDL: Final = "pdl"
CONF_HAS_CONSUMPTION: Final = "has_consumption"
CONF_HAS_PRODUCTION: Final = "has_production"
CONF_OFFPEAK: Final = "offpeak"
CONF_TARIFF: Final = "tariff"
"""What the user says of the tariff: a list of `energy.entries.TariffEntry`, see `energy.entry_format`."""
CONF_SURPLUS: Final = "surplus"
"""What is paid for injected energy, in the same form."""
SECTION_ADVANCED: Final = "advanced"

SUBENTRY_USAGE_POINT: Final = "usage_point"

DEFAULT_BASE_URL: Final = "https://www.v2.myelectricaldata.fr/api"
GATEWAY_WEBSITE: Final = "https://www.v2.myelectricaldata.fr"

TICK: Final = timedelta(minutes=30)
