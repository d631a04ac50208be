"""What hassfest and HACS check of an integration, and the rules of our own design, since neither can be run here."""

import ast
import json
import re
import struct
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from awesomeversion import AwesomeVersion, AwesomeVersionStrategy
from homeassistant.const import Platform

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "custom_components" / "myelectricaldata"
MODULES = sorted(PACKAGE.rglob("*.py"))

MANIFEST_KEYS = {
    "after_dependencies", "bluetooth", "categories", "codeowners", "config_flow", "connectivity", "dependencies",
    "dhcp", "disabled", "documentation", "domain", "homekit", "import_executor", "integration_type", "iot_class",
    "issue_tracker", "loggers", "mqtt", "name", "preview_features", "quality_scale", "requirements",
    "single_config_entry", "ssdp", "usb", "version", "zeroconf",
}  # fmt: skip
REQUIRED_KEYS = {
    "codeowners", "config_flow", "dependencies", "documentation", "domain", "integration_type", "iot_class",
    "issue_tracker", "name", "version",
}  # fmt: skip
HACS_KEYS = {
    "content_in_root", "country", "filename", "hacs", "hide_default_branch", "homeassistant", "name",
    "persistent_directory", "render_readme", "zip_release",
}  # fmt: skip
QUALITY_RULES = {
    # Bronze
    "action-setup", "appropriate-polling", "brands", "common-modules", "config-flow-test-coverage", "config-flow",
    "dependency-transparency", "docs-actions", "docs-conditions", "docs-high-level-description",
    "docs-installation-instructions", "docs-removal-instructions", "docs-triggers", "entity-event-setup",
    "entity-unique-id", "has-entity-name", "runtime-data", "test-before-configure", "test-before-setup",
    "unique-config-entry",
    # Silver
    "action-exceptions", "config-entry-unloading", "docs-configuration-parameters", "docs-installation-parameters",
    "entity-unavailable", "integration-owner", "log-when-unavailable", "parallel-updates", "reauthentication-flow",
    "test-coverage",
    # Gold
    "devices", "diagnostics", "discovery", "discovery-update-info", "docs-data-update", "docs-examples",
    "docs-known-limitations", "docs-supported-devices", "docs-supported-functions", "docs-troubleshooting",
    "docs-use-cases", "dynamic-devices", "entity-category", "entity-device-class", "entity-disabled-by-default",
    "entity-translations", "exception-translations", "icon-translations", "reconfiguration-flow", "repair-issues",
    "stale-devices",
    # Platinum
    "async-dependency", "inject-websession", "strict-typing",
}  # fmt: skip

# Parts of Home Assistant that need not be named among the dependencies: they set themselves up, or only on demand.
NOT_DEPENDENCIES = {
    *(platform.value for platform in Platform),
    "diagnostics", "persistent_notification", "repairs", "system_health",
}  # fmt: skip
BRAND_SIZES = {"icon.png": (256, 256), "icon@2x.png": (512, 512)}
BRAND_NAMES = {
    f"{dark}{kind}{scale}.png" for dark in ("", "dark_") for kind in ("icon", "logo") for scale in ("", "@2x")
}
LONGEST_FILE = 400


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PACKAGE / "manifest.json").read_text())
    return found


def imports(module: Path) -> Iterator[str]:
    """Absolute dotted names of everything that a module imports."""
    package = module.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            source = ".".join(filter(None, (base, node.module)))
            yield from (f"{source}.{alias.name}" for alias in node.names)


def test_the_manifest_has_the_keys_that_are_known_in_their_order(manifest: dict[str, Any]) -> None:
    assert set(manifest) <= MANIFEST_KEYS
    assert set(manifest) >= REQUIRED_KEYS
    assert list(manifest) == ["domain", "name", *sorted(set(manifest) - {"domain", "name"})]


def test_the_manifest_says_what_the_integration_is(manifest: dict[str, Any]) -> None:
    assert manifest["domain"] == PACKAGE.name
    assert manifest["config_flow"] is True
    assert manifest["integration_type"] == "hub"
    assert manifest["iot_class"] == "cloud_polling"
    assert manifest["connectivity"] == ["cloud"]
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", each) for each in manifest["categories"])
    assert all(re.fullmatch(r"@[A-Za-z0-9-]+", each) for each in manifest["codeowners"])
    assert manifest["documentation"].startswith("https://")
    assert manifest["issue_tracker"] == f"{manifest['documentation']}/issues"
    assert manifest["requirements"] == []


def test_one_version_everywhere(manifest: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert manifest["version"] == project["version"]
    assert AwesomeVersion(manifest["version"]).strategy is AwesomeVersionStrategy.SEMVER


def test_no_integration_of_home_assistant_is_used_that_the_manifest_does_not_name(manifest: dict[str, Any]) -> None:
    used = {
        name.split(".")[2]
        for module in MODULES
        for name in imports(module)
        if name.startswith("homeassistant.components.")
    }
    required = set(manifest["dependencies"])
    assert required <= used - NOT_DEPENDENCIES <= required | set(manifest["after_dependencies"])


def test_every_rule_of_the_quality_scale_is_answered(manifest: dict[str, Any]) -> None:
    rules = yaml.safe_load((PACKAGE / "quality_scale.yaml").read_text())["rules"]
    assert len(QUALITY_RULES) == 54
    assert set(rules) == QUALITY_RULES
    answers = {rule: answer if isinstance(answer, dict) else {"status": answer} for rule, answer in rules.items()}
    assert {answer["status"] for answer in answers.values()} <= {"done", "exempt", "todo"}
    assert not [rule for rule, answer in answers.items() if answer["status"] == "exempt" and not answer.get("comment")]
    if manifest.get("quality_scale") == "platinum":
        assert not [rule for rule, answer in answers.items() if answer["status"] == "todo"]


def test_every_platform_says_how_many_updates_run_at_a_time() -> None:
    platforms = [PACKAGE / f"{platform.value}.py" for platform in Platform]
    found = [module for module in platforms if module.exists()]
    assert found
    assert not [
        module.name for module in found if not re.search(r"^PARALLEL_UPDATES = \d+$", module.read_text(), re.MULTILINE)
    ]


def test_what_hacs_reads() -> None:
    hacs = json.loads((ROOT / "hacs.json").read_text())
    assert set(hacs) <= HACS_KEYS
    assert hacs["name"] == "MyElectricalData"
    assert hacs["homeassistant"] == "2026.10.0"
    assert not hacs.get("zip_release") or hacs["filename"].endswith(".zip")
    assert (ROOT / "README.md").exists()
    assert (ROOT / "LICENSE").exists()


def test_brand_images_have_the_names_and_sizes_that_are_served() -> None:
    images = {path.name: path.read_bytes() for path in (PACKAGE / "brand").iterdir()}
    assert set(images) <= BRAND_NAMES
    assert set(images) >= set(BRAND_SIZES)
    sizes = {name: struct.unpack(">II", data[16:24]) for name, data in images.items()}
    assert all(data.startswith(b"\x89PNG\r\n\x1a\n") for data in images.values())
    for name, size in BRAND_SIZES.items():
        assert sizes[name] == size
        assert sizes.get(f"dark_{name}", size) == size
    for name, (width, height) in sizes.items():
        if "logo" in name:
            scale = 2 if "@2x" in name else 1
            assert 128 * scale <= min(width, height) <= 256 * scale, name


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(PACKAGE)))
def test_imports_follow_the_layers(module: Path) -> None:
    where = module.relative_to(PACKAGE).parts[0]
    ours = "custom_components.myelectricaldata"
    names = list(imports(module))
    if where in ("gateway", "energy"):
        assert not [name for name in names if name.startswith("homeassistant")]
        allowed = (f"{ours}.energy",) if where == "energy" else (f"{ours}.energy", f"{ours}.gateway")
        assert not [name for name in names if name.startswith(ours) and not name.startswith(allowed)]
    if module.name != "statistics.py":
        recorder = ("homeassistant.components.recorder", "homeassistant.helpers.recorder")
        assert not [name for name in names if name.startswith(recorder)]


def test_no_file_is_too_long_to_read() -> None:
    files = [
        path
        for folder in ("custom_components", "tests", "scripts", "benchmarks")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and (path.suffix == ".py" or not path.suffix) and "__pycache__" not in path.parts
    ]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in files}
    assert len(lengths) > 50
    assert not {name: length for name, length in lengths.items() if length > LONGEST_FILE}


def test_nothing_in_the_package_is_left_for_later() -> None:
    words = re.compile(r"#\s*type:\s*ignore|pragma:\s*no cover|\bTODO\b|\bFIXME\b|from __future__ import annotations")
    assert not [str(module) for module in MODULES if words.search(module.read_text())]
