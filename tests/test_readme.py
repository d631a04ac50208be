"""The READMEs say what the code has, no less and no more, and the same in both languages."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
import yaml
from homeassistant.util.yaml import load_yaml_dict

from custom_components.myelectricaldata.condition import CONDITIONS
from custom_components.myelectricaldata.const import DOMAIN
from custom_components.myelectricaldata.ecowatt_descriptions import ALERT
from custom_components.myelectricaldata.event import NEW_DATA
from custom_components.myelectricaldata.tempo_descriptions import TEMPO_PUBLICATION
from custom_components.myelectricaldata.trigger import TRIGGERS
from tests.readme import FILES, ROOT, keys, readme, rows_with

PACKAGE = ROOT / "custom_components" / DOMAIN
REPOSITORY = "https://github.com/MyElectricalData/home-assistant/blob/main/"
each_language = pytest.mark.parametrize("language", FILES)


def test_both_languages_have_the_same_parts_tables_pictures_and_examples() -> None:
    english, french = readme("en"), readme("fr")
    assert english.levels == french.levels
    assert [(table.section, len(table.head), len(table.rows)) for table in english.tables] == [
        (table.section, len(table.head), len(table.rows)) for table in french.tables
    ]
    assert [name for name, _ in english.blocks] == [name for name, _ in french.blocks]
    pictures = [[link for link in each.links if link.endswith(".png")] for each in (english, french)]
    assert pictures[0] == pictures[1]


@each_language
def test_no_link_is_dead(language: str) -> None:
    local = [link.split("#")[0] for link in readme(language).links if "://" not in link and not link.startswith("#")]
    assert len(local) > 20
    assert not [link for link in local if not (ROOT / link).exists()]


@each_language
def test_the_events_have_the_types_of_the_code(language: str) -> None:
    told = [set(keys(row["Types"])) for row in rows_with(language, "Types")]
    assert told == [set(each.event_types or ()) for each in (TEMPO_PUBLICATION, ALERT, NEW_DATA)]


@each_language
@pytest.mark.parametrize(
    ("column", "kind", "known"), [("Trigger", "triggers", TRIGGERS), ("Condition", "conditions", CONDITIONS)]
)
def test_the_triggers_and_conditions_are_those_of_the_code_with_their_options(
    language: str, column: str, kind: str, known: Mapping[str, Any]
) -> None:
    described = yaml.safe_load((PACKAGE / f"{kind}.yaml").read_text())
    texts = json.loads((PACKAGE / "translations" / f"{language}.json").read_text())[kind]
    told: list[str] = []
    for row in rows_with(language, column):
        (key,) = keys(row["Key"])
        told.append(key)
        assert row["name"] == texts[key]["name"]
        fields = described[key].get("fields", {})
        choices = {
            choice for field in fields.values() for choice in (field["selector"].get("select") or {}).get("options", ())
        }
        # Beside the options a cell may only have their choices.
        assert set(fields) <= set(keys(row["Options"])) <= set(fields) | choices
    assert sorted(told) == sorted(known)


@each_language
def test_every_action_has_an_example_and_no_other(language: str) -> None:
    known = {f"{DOMAIN}.{name}" for name in yaml.safe_load((PACKAGE / "services.yaml").read_text())}
    assert set(re.findall(r"^action: (\S+)", readme(language).text, re.MULTILINE)) == known


@each_language
def test_the_blueprints_are_those_of_the_repository_and_can_be_imported(language: str) -> None:
    files = (ROOT / "blueprints" / "automation" / DOMAIN / language).glob("*.yaml")
    known = {path.relative_to(ROOT).as_posix(): load_yaml_dict(path)["blueprint"]["name"] for path in files}
    told = {}
    for row in rows_with(language, "Blueprint"):
        found = re.fullmatch(r"\[(.+)\]\((.+)\)", row["name"])
        assert found is not None
        told[found[2]] = found[1]
        button = re.findall(r"\]\(([^)]+)\)", row[""])[-1]
        assert parse_qs(urlparse(button).query) == {"blueprint_url": [REPOSITORY + found[2]]}
    assert told == known
