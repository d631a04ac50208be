"""The files themselves: valid, the same in both languages, found under the addresses that they name."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from homeassistant.components.automation.helpers import async_get_blueprints
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.core import HomeAssistant
from homeassistant.helpers import selector
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import Input, load_yaml_dict

from tests.blueprints.rig import FOLDER, PAIRS, ROOT

FILES = sorted(FOLDER.glob("*/*.yaml"))
TEXTS = {"name", "description", "alias", "label", "source_url"}
REPOSITORY = "https://github.com/MyElectricalData/home-assistant/blob/main/"
READMES = {"README.md": "en", "README.fr.md": "fr"}


def logic(node: Any, *, inside_text: bool = False) -> Any:
    """What a blueprint does and asks: all of it but its texts."""
    match node:
        case Input():
            return ("input", node.name)
        case dict():
            is_text = "text" in (node.get("selector") or {})
            kept = {key: logic(value) for key, value in node.items() if key not in TEXTS}
            if is_text and isinstance(kept.get("default"), str):
                kept["default"] = "a text" if kept["default"] else ""
            if "unit_of_measurement" in kept:
                kept["unit_of_measurement"] = "a unit"
            return kept
        case list():
            return [logic(each) for each in node]
    return node


def texts(node: Any) -> list[str]:
    """Everything that a person reads."""
    match node:
        case dict():
            own = [value for key, value in node.items() if key in TEXTS - {"source_url"} and isinstance(value, str)]
            return own + [text for value in node.values() for text in texts(value)]
        case list():
            return [text for each in node for text in texts(each)]
    return []


def test_every_blueprint_exists_in_both_languages() -> None:
    assert {path.relative_to(FOLDER).as_posix() for path in FILES} == {
        f"{language}/{stem}.yaml" for pair in PAIRS.items() for language, stem in zip(("en", "fr"), pair, strict=True)
    }


@pytest.mark.parametrize(("english", "french"), PAIRS.items())
def test_both_languages_have_the_very_same_logic_and_other_texts(english: str, french: str) -> None:
    one, other = load_yaml_dict(FOLDER / f"en/{english}.yaml"), load_yaml_dict(FOLDER / f"fr/{french}.yaml")
    assert logic(one) == logic(other)
    assert len(texts(one)) == len(texts(other))
    assert one["blueprint"]["name"] != other["blueprint"]["name"]
    assert one["blueprint"]["description"] != other["blueprint"]["description"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_home_assistant_accepts_it_and_its_form_has_a_name_and_a_selector_for_each_input(
    hass: HomeAssistant, path: Path
) -> None:
    assert await async_setup_component(hass, "automation", {})
    schema = async_get_blueprints(hass)._blueprint_schema
    blueprint = Blueprint(load_yaml_dict(path), path=path.name, expected_domain="automation", schema=schema)
    assert blueprint.validate() is None
    assert blueprint.metadata["homeassistant"] == {"min_version": "2026.10.0"}
    for key, one in blueprint.inputs.items():
        assert one["name"], key
        selector.selector(one["selector"])
    old = {"trigger", "action", "condition"} & set(blueprint.data)
    assert not old, "the syntax of before 2024.10"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_entities_of_the_integration_are_the_only_ones_to_choose_for_its_inputs(path: Path) -> None:
    text = path.read_text()
    for found in re.finditer(r"filter:\n((?: +- [^\n]*\n(?: {14,}[^\n]*\n)*)+)", text):
        block = found.group(1)
        if "domain: sensor" in block or "domain: binary_sensor" in block:
            assert "integration: myelectricaldata" in block


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_its_source_is_its_own_address(path: Path) -> None:
    source = load_yaml_dict(path)["blueprint"]["source_url"]
    assert source == REPOSITORY + path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize(("name", "language"), READMES.items())
def test_the_readme_has_an_import_button_for_each_file_of_its_language_and_no_dead_link(
    name: str, language: str
) -> None:
    folder = ROOT / "blueprints"
    links = re.findall(r"\]\(([^)]+)\)", (folder / name).read_text())
    imported = [
        parse_qs(urlparse(link).query)["blueprint_url"][0]
        for link in links
        if link.startswith("https://my.home-assistant.io/redirect/blueprint_import/")
    ]
    assert sorted(imported) == sorted(
        REPOSITORY + path.relative_to(ROOT).as_posix() for path in FILES if path.parent.name == language
    )
    for link in links:
        if "://" not in link and not link.startswith("#"):
            assert (folder / link.split("#")[0]).exists(), link
