"""What each step of a usage point's flow shows, from the code: the fields of its form, or the options of its menu."""

from collections.abc import Mapping
from datetime import date
from typing import Any, override

from homeassistant.data_entry_flow import section

from custom_components.myelectricaldata.const import CONF_PDL
from custom_components.myelectricaldata.energy.entries import Before, OfferHistory, Source, TariffEntry
from custom_components.myelectricaldata.energy.offpeak import Season
from custom_components.myelectricaldata.energy.options import KNOWN_PERIODS, OptionCode
from custom_components.myelectricaldata.energy.tariff import Holidays, Signal
from custom_components.myelectricaldata.flows import tariff_forms, usage_point
from custom_components.myelectricaldata.flows.account_check import Obstacle
from custom_components.myelectricaldata.flows.tariff_text import Wording
from custom_components.myelectricaldata.texts import Texts


class Keys(Texts):
    """Words of no language."""

    @override
    def __call__(self, key: str, **placeholders: str) -> str:
        return key


WORDING = Wording(Keys({}), "en")


def _details() -> dict[str, Any]:
    """All that the form of details can show, over all kinds of tariff."""
    fields: dict[str, Any] = {}
    for code in (OptionCode.HC_HP, OptionCode.SEASONAL):
        draft = TariffEntry(valid_from=date(2026, 1, 1), source=Source.MANUAL, option=code)
        schema = tariff_forms.details_schema(draft, OfferHistory(), KNOWN_PERIODS, WORDING).schema
        fields.update({str(key): value for key, value in schema.items()})
    assert sum(isinstance(value, section) for value in fields.values()) == 3
    return fields


USAGE_POINT_FORMS: Mapping[str, Any] = {
    "user": {CONF_PDL: None},
    "proposal": ["keep", "all_year", "two_seasons", "no_offpeak"],
    "reconfigure": ["offpeak", "tariff", "surplus"],
    "offpeak": ["all_year", "two_seasons", "no_offpeak"],
    "all_year": usage_point.ALL_YEAR_SCHEMA,
    "two_seasons": usage_point.TWO_SEASONS_SCHEMA,
    "confirm": {},
    "tariff_offer": ["later", "tariff_add"],
    "tariff": ["tariff_add", "tariff_edit", "tariff_end", "tariff_remove", "tariff_done"],
    "tariff_add": ["catalogue", "regulated", "own_prices", "own_rules", "tariff"],
    "catalogue": tariff_forms.catalogue_schema({}),
    "offer": {tariff_forms.CONF_OFFER: None},
    "regulated": tariff_forms.regulated_schema([], WORDING),
    "own_prices": {tariff_forms.CONF_OPTION: None},
    "details": _details(),
    "before": tariff_forms.before_schema(regulated=True, wording=WORDING),
    "own_rules": tariff_forms.rules_schema(WORDING),
    "summary": ["save", "more", "correct"],
    "tariff_edit": {tariff_forms.CONF_ENTRY: None},
    "tariff_end": tariff_forms.end_schema([], WORDING, date(2026, 11, 21)),
    "tariff_remove": tariff_forms.remove_schema([], WORDING, date(2026, 11, 21)),
    "surplus": ["surplus_add", "surplus_remove", "surplus_done"],
    "surplus_add": tariff_forms.SURPLUS_SCHEMA,
    "surplus_remove": tariff_forms.remove_surplus_schema([], WORDING),
}
SILENT_STEPS = {"keep", "no_offpeak", "later", "save", "more", "correct", "tariff_done", "surplus_done"}
"""Steps that show nothing of their own."""

COMPUTED_WORDS = {
    *(f"label_{obstacle}" for obstacle in Obstacle),
    *(f"schedule_{season}" for season in Season),
    *(f"season_{season}" for season in Season),
    *(f"holidays_{kind}" for kind in Holidays),
    *(f"weekday_{day}" for day in range(7)),
    *(f"option_{code.lower()}" for code in OptionCode),
    *(f"before_{choice}" for choice in Before),
    *(f"peaks_{choice}" for choice in ("unknown", "none", Signal.TEMPO_RED, Signal.LISTED)),
    *(f"rule_{field}" for field in ("period", "price", "windows", "season", "weekdays", "holidays")),
    *(f"offer_{problem}" for problem in ("unsupported", "hours_unreadable")),
}
"""Keys of `common` that the flows put together."""
COMPUTED_ERRORS = {f"offer_{problem}" for problem in ("unsupported", "hours_unreadable")}
