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
        "hc": ("HC", "off-peak"),
        "hp": ("HP", "peak"),
        "we": ("week-end", "weekend"),
        "we_hc": ("week-end HC", "weekend off-peak"),
        "we_hp": ("week-end HP", "weekend peak"),
        "blue_hc": ("bleu HC", "blue off-peak"),
        "blue_hp": ("bleu HP", "blue peak"),
        "white_hc": ("blanc HC", "white off-peak"),
        "white_hp": ("blanc HP", "white peak"),
        "red_hc": ("rouge HC", "red off-peak"),
        "red_hp": ("rouge HP", "red peak"),
        "ejp_normal": ("heures normales", "normal hours"),
        "ejp_peak": ("pointe mobile", "peak days"),
        "eco_hc": ("Éco HC", "Éco off-peak"),
        "eco_hp": ("Éco HP", "Éco peak"),
        "sobriety_hc": ("Sobriété HC", "Sobriété off-peak"),
        "sobriety_hp": ("Sobriété HP", "Sobriété peak"),
        "winter_hc": ("hiver HC", "winter off-peak"),
        "winter_hp": ("hiver HP", "winter peak"),
        "summer_hc": ("été HC", "summer off-peak"),
        "summer_hp": ("été HP", "summer peak"),
        "peak_day": ("jours de pointe", "peak days"),
    }
)


def capital(text: str) -> str:
    """As at the start of a line."""
    return text[:1].upper() + text[1:]


def period_name(period: str, language: str) -> str:
    """The name of a period as in the middle of a sentence; a period of the user's own keeps its words.

    In French HC and HP, which every customer knows from the bill: the whole words are cut wherever names are listed.
    """
    french, english = _NAMES.get(period, (period.replace("_", " "),) * 2)
    return french if language.partition("-")[0].lower() == "fr" else english
