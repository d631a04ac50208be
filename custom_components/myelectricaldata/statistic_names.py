"""What our statistics are called: their fixed ids, and their names in the user's language."""

import re
from collections.abc import Mapping
from typing import Final

from .const import DOMAIN
from .period_names import period_name

_STEMS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "consumption": "{name} consumption",
        "production": "{name} injection",
        "max_power": "{name} maximum power",
        "cost": "{name} consumption cost",
        "subscription": "{name} subscription",
        "compensation": "{name} injection compensation",
    },
    "fr": {
        "consumption": "Consommation {name}",
        "production": "Injection {name}",
        "max_power": "Puissance maximale {name}",
        "cost": "Consommation {name} coût",
        "subscription": "Abonnement {name}",
        "compensation": "Injection {name} recette",
    },
}
_COST_OF_PERIOD: Final[Mapping[str, str]] = {"en": "{energy} cost", "fr": "{energy} coût"}


def statistic_id(kind: str, pdl: str, period: str | None = None) -> str:
    """The id of a series of a usage point, never to change: other programs and people's dashboards know it.

    `kind` is `consumption`, `production`, `max_power`, `cost`, `subscription` or `compensation`; the first and the cost
    exist for each `period` of a tariff too.
    """
    return f"{DOMAIN}:{kind}_{pdl}" if period is None else f"{DOMAIN}:{kind}_{pdl}_{period}"


def is_statistic_of(series_id: str, pdl: str) -> bool:
    """Whether an id is one that `statistic_id` gives for a usage point, whatever its tariff was."""
    kinds = "|".join(_STEMS["en"])
    return re.fullmatch(rf"{DOMAIN}:(?:(?:{kinds})_{pdl}|(?:consumption|cost)_{pdl}_[a-z0-9_]+)", series_id) is not None


def statistic_name(language: str, kind: str, name: str, period: str | None = None) -> str:
    """The name of a series in the user's language, English where it is not translated.

    What follows the energy (a period, a cost) sorts right behind it, so that an energy and its cost stay together.
    """
    spoken = language.partition("-")[0].lower()
    spoken = spoken if spoken in _STEMS else "en"
    stems = _STEMS[spoken]
    if period is None:
        return stems[kind].format(name=name)
    energy = f"{stems['consumption'].format(name=name)} {period_name(period, spoken)}"
    return _COST_OF_PERIOD[spoken].format(energy=energy) if kind == "cost" else energy
