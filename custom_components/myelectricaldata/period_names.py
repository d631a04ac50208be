"""What people call the periods of a tariff, in French and in English.

Home Assistant's translation files cannot serve here: statistics take a plain name, and a custom tariff has periods of
the user's own.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_NAMES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "base": ("base", "base"),
        "hc": ("heures creuses", "off-peak"),
        "hp": ("heures pleines", "peak"),
        "we": ("week-end", "weekend"),
        "we_hc": ("week-end heures creuses", "weekend off-peak"),
        "we_hp": ("week-end heures pleines", "weekend peak"),
        "blue_hc": ("bleu heures creuses", "blue off-peak"),
        "blue_hp": ("bleu heures pleines", "blue peak"),
        "white_hc": ("blanc heures creuses", "white off-peak"),
        "white_hp": ("blanc heures pleines", "white peak"),
        "red_hc": ("rouge heures creuses", "red off-peak"),
        "red_hp": ("rouge heures pleines", "red peak"),
        "ejp_normal": ("heures normales", "normal hours"),
        "ejp_peak": ("pointe mobile", "peak days"),
        "eco_hc": ("Éco heures creuses", "Éco off-peak"),
        "eco_hp": ("Éco heures pleines", "Éco peak"),
        "sobriety_hc": ("Sobriété heures creuses", "Sobriété off-peak"),
        "sobriety_hp": ("Sobriété heures pleines", "Sobriété peak"),
        "winter_hc": ("hiver heures creuses", "winter off-peak"),
        "winter_hp": ("hiver heures pleines", "winter peak"),
        "summer_hc": ("été heures creuses", "summer off-peak"),
        "summer_hp": ("été heures pleines", "summer peak"),
        "peak_day": ("jours de pointe", "peak days"),
    }
)


def period_name(period: str, language: str) -> str:
    """The name of a period, lower case as in the middle of a sentence; a period of the user's own keeps its words."""
    french, english = _NAMES.get(period, (period.replace("_", " "),) * 2)
    return french if language.partition("-")[0].lower() == "fr" else english
