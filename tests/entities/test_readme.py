"""The entities of the READMEs are those of the code, under the names that they have in each language."""

import re
from collections.abc import Iterator, Mapping

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.template import Template

from custom_components.myelectricaldata.energy.tempo import FORECAST_AHEAD
from tests.account import paris
from tests.entities.rig import ENTRY_ID, PDL, Start
from tests.entities.test_texts import start_everything
from tests.readme import FILES, keys, readme, rows_with

NOON = paris(2026, 11, 21)
OURS = re.compile(r"\b(?:sensor|binary_sensor|calendar|event|button)\.(?:maison|tempo|ecowatt)_\w+")
WORDS = {
    "en": {
        "disabled": "disabled", "diagnostic": "diagnostic", "days": "days", "calls": "calls",
        "binary_sensor": "binary sensor", "event": "event", "button": "button",
    },
    "fr": {
        "disabled": "désactivé", "diagnostic": "diagnostic", "days": "jours", "calls": "appels",
        "binary_sensor": "capteur binaire", "event": "événement", "button": "bouton",
    },
}  # fmt: skip

each_language = pytest.mark.parametrize("language", FILES)


async def entities(
    start: Start, hass: HomeAssistant, freezer: FrozenDateTimeFactory, language: str
) -> dict[str, er.RegistryEntry]:
    """The entities, by key, of a house that has everything; calendars begin with their domain."""
    freezer.move_to(NOON)
    hass.config.language = language
    await start_everything(start)
    found = er.async_entries_for_config_entry(er.async_get(hass), ENTRY_ID)
    prefixes = {each.entity_id: "calendar." if each.domain == "calendar" else "" for each in found}
    keyed = {
        prefixes[each.entity_id] + each.unique_id.removeprefix(f"{PDL}_").removeprefix(f"{ENTRY_ID}_"): each
        for each in found
    }
    assert len(keyed) == len(found)
    return keyed


def stood_for(row: Mapping[str, str], found: Mapping[str, er.RegistryEntry]) -> Iterator[tuple[str, str]]:
    """`(key, name)` of each entity that a row stands for: one, one a day of the forecast, or one a period."""
    name, (key,) = row["name"], keys(row["Key"])
    if "<days>" in key:
        yield from ((key.replace("<days>", str(days)), name.format(days=days)) for days in FORECAST_AHEAD)
    elif "<period>" in key:
        pattern, rest = re.compile(re.escape(key).replace("<period>", ".+")), name.partition("}")[2]
        ours = {each: str(found[each].original_name) for each in found if pattern.fullmatch(each)}
        assert len(ours) > 1
        yield from ((each, said if said.endswith(rest) else name) for each, said in ours.items())
    else:
        yield key, name


@each_language
async def test_the_entities_are_those_of_the_code_with_their_names_units_and_remarks(
    start: Start, hass: HomeAssistant, freezer: FrozenDateTimeFactory, language: str
) -> None:
    found = await entities(start, hass, freezer, language)
    sensors, words = {key: each for key, each in found.items() if each.domain != "calendar"}, WORDS[language]
    told: list[str] = []
    for row in rows_with(language, "Unit", "Key"):
        parts = [part.strip() for part in re.split(r"[,;]", row["Remarks"])]
        for key, name in stood_for(row, sensors):
            told.append(key)
            entity = sensors[key]
            unit = entity.unit_of_measurement or ""
            assert (row["Unit"], name) == (words.get(unit, unit), entity.original_name), key
            facts = {
                "disabled": entity.disabled_by is not None,
                "diagnostic": entity.entity_category is not None,
                **{domain: entity.domain == domain for domain in ("binary_sensor", "event", "button")},
            }
            assert {fact: any(part.startswith(words[fact]) for part in parts) for fact in facts} == facts, key
    assert sorted(told) == sorted(sensors)


@each_language
async def test_the_calendars_are_those_of_the_code(
    start: Start, hass: HomeAssistant, freezer: FrozenDateTimeFactory, language: str
) -> None:
    found = await entities(start, hass, freezer, language)
    told = {
        f"calendar.{keys(row['Key'])[0]}": (row["name"], WORDS[language]["disabled"] in row["Events"])
        for row in rows_with(language, "Calendar")
    }
    assert told == {
        key: (each.original_name, each.disabled_by is not None)
        for key, each in found.items()
        if each.domain == "calendar"
    }


@each_language
async def test_the_entities_of_the_examples_are_there_under_these_names(
    start: Start, hass: HomeAssistant, freezer: FrozenDateTimeFactory, language: str
) -> None:
    known = {each.entity_id for each in (await entities(start, hass, freezer, language)).values()}
    used = {found for _, code in readme(language).blocks for found in OURS.findall(code)}
    assert len(used) == 6
    assert used <= known
    # Templates find them too.
    for _, code in readme(language).blocks:
        if code.startswith("#") and "{% set" in code:
            assert Template(code, hass).async_render(parse_result=False)
