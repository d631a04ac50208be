"""What hassfest checks of texts, actions and icons, and that nothing is said in one language only or by nobody."""

import ast
import json
import re
import string
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.helpers import selector

from custom_components.myelectricaldata import config_flow
from custom_components.myelectricaldata.actions import GET_READINGS_SCHEMA, TARGETS_SCHEMA, async_setup_actions
from custom_components.myelectricaldata.actions_contribute import CONTRIBUTE_SCHEMA, OFFER_TYPES, ContributionChoice
from custom_components.myelectricaldata.actions_energy import SET_UP_ENERGY_DASHBOARD_SCHEMA
from custom_components.myelectricaldata.actions_offers import COMPARE_OFFERS_SCHEMA
from custom_components.myelectricaldata.actions_signals import DAYS_SCHEMA
from custom_components.myelectricaldata.const import CONF_USAGE_POINTS, DOMAIN
from custom_components.myelectricaldata.dashboard_plan import Mode
from custom_components.myelectricaldata.energy.compare import PriceMode
from custom_components.myelectricaldata.energy.query import Resolution
from custom_components.myelectricaldata.energy.ranking import Period
from custom_components.myelectricaldata.gateway.models import Direction
from custom_components.myelectricaldata.issues import IssueKind
from tests.flows.forms import COMPUTED_ERRORS, COMPUTED_WORDS, USAGE_POINT_FORMS
from tests.flows.forms import SILENT_STEPS as SILENT_USAGE_POINT_STEPS

PACKAGE = Path(config_flow.__file__).parent
LANGUAGES = ("en", "fr")
TOP_KEYS = {
    "application_credentials", "common", "conditions", "config", "config_panel", "config_subentries", "conversation",
    "device", "device_automation", "entity", "entity_component", "exceptions", "issues", "options",
    "preview_features", "selector", "services", "system_health", "title", "triggers",
}  # fmt: skip
STEP_KEYS = {
    "data", "data_description", "description", "menu_option_descriptions", "menu_options", "menu_sort", "sections",
    "submit", "title",
}  # fmt: skip
SLUG = re.compile(r"[a-z0-9]+([_-][a-z0-9]+)*")

type Path_ = tuple[str, ...]

# What each form shows, from the code: the schema, or the options of a menu.
FORMS: Mapping[str, Mapping[str, Any]] = {
    "config": {
        "user": config_flow.USER_SCHEMA,
        "usage_points": {CONF_USAGE_POINTS: None},
        "reauth_confirm": config_flow.REAUTH_SCHEMA,
        "reconfigure": config_flow.RECONFIGURE_SCHEMA,
    },
    "config_subentries": USAGE_POINT_FORMS,
}
# Steps that show nothing of their own.
SILENT_STEPS = {"reauth", *SILENT_USAGE_POINT_STEPS}

# What `async_raise_issue` fills in, and what its callers pass.
ISSUE_PLACEHOLDERS = {
    IssueKind.QUOTA_REACHED: {"reset"},
    IssueKind.GATEWAY_DOWN: {"days"},
    IssueKind.LEDGER_UNREADABLE: {"file"},
    IssueKind.FOREIGN_ENTRY: {"version"},
    IssueKind.COST_WAITS_FOR_DAY_TYPE: {"energy", "first", "last"},
    IssueKind.COST_WAITS_FOR_PRICE: {"energy", "first", "last"},
    IssueKind.PRICE_ENTITY_RESTLESS: {"entity"},
    IssueKind.OFFER_WITHDRAWN: {"offer"},
    IssueKind.CONTRACT_CHANGED: {"date", "old", "new"},
    IssueKind.ENERGY_DASHBOARD: {"plan"},
}


def load(language: str) -> dict[str, Any]:
    texts: dict[str, Any] = json.loads((PACKAGE / "translations" / f"{language}.json").read_text())
    return texts


def leaves(tree: Mapping[str, Any], path: Path_ = ()) -> Iterator[tuple[Path_, str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key), value


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def flow_texts(texts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {"config": texts["config"], "config_subentries": texts["config_subentries"]["usage_point"]}


def literals(*names: str) -> set[str]:
    """Every string that the code of these modules (all of them when none is named) holds."""
    modules = [PACKAGE / name for name in names] if names else list(PACKAGE.rglob("*.py"))
    return {
        node.value
        for module in modules
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_both_languages_say_the_same_things_with_the_same_placeholders() -> None:
    english, french = dict(leaves(load("en"))), dict(leaves(load("fr")))
    assert set(english) == set(french)
    assert not [path for path in english if placeholders(english[path]) != placeholders(french[path])]


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_as_hassfest_wants_them(language: str) -> None:
    texts = load(language)
    assert set(texts) <= TOP_KEYS
    for path, text in leaves(texts):
        where = ".".join(path)
        assert text == text.strip(), where
        assert text, where
        assert not re.search(r"<[a-z/][^>]*>", text), where
        assert not re.search(r"\w+://|www\.", text), where
        assert "[%key:" not in text, where
        assert not re.search(r"'\{\w+\}'", text), where
        assert all(SLUG.fullmatch(key) for key in path), where
        if path[0] == "entity" and "state" in path:
            assert not placeholders(text), where


def test_texts_are_stored_as_our_tools_write_them() -> None:
    for path in (*(PACKAGE / "translations").glob("*.json"), PACKAGE / "icons.json"):
        tree = json.loads(path.read_text())
        assert path.read_text() == json.dumps(tree, indent=2, ensure_ascii=False) + "\n", path.name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("flow", FORMS)
def test_each_form_has_a_text_for_each_of_its_fields_and_no_other(language: str, flow: str) -> None:
    steps = flow_texts(load(language))[flow]["step"]
    assert set(steps) == set(FORMS[flow])
    for step_id, shown in FORMS[flow].items():
        step = steps[step_id]
        assert set(step) <= STEP_KEYS
        assert step["title"]
        if isinstance(shown, list):
            assert list(step["menu_options"]) == shown
        else:
            check_fields(step, getattr(shown, "schema", shown))


def check_fields(texts: Mapping[str, Any], schema: Mapping[Any, Any]) -> None:
    """A field has a name and an explanation; a section has its own fields."""
    fields = {str(key) for key, value in schema.items() if not isinstance(value, section)}
    assert set(texts.get("data", {})) == fields
    assert set(texts.get("data_description", {})) == fields
    sections = {str(key): value for key, value in schema.items() if isinstance(value, section)}
    assert set(texts.get("sections", {})) == set(sections)
    for name, part in sections.items():
        assert texts["sections"][name]["name"]
        check_fields(texts["sections"][name], part.schema.schema)


@pytest.mark.parametrize(
    ("flow", "modules"),
    [("config", ("config_flow.py",)), ("config_subentries", ("flows/usage_point.py", "flows/tariff*.py"))],
)
def test_each_step_of_the_code_is_shown_or_known_to_show_nothing(flow: str, modules: tuple[str, ...]) -> None:
    steps = {
        node.name.removeprefix("async_step_")
        for pattern in modules
        for module in PACKAGE.glob(pattern)
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("async_step_")
    }
    assert steps - SILENT_STEPS == set(FORMS[flow])


def test_no_error_and_no_end_of_a_flow_is_worded_for_nothing() -> None:
    said = literals("config_flow.py", *(f"flows/{path.name}" for path in (PACKAGE / "flows").glob("*.py")))
    # Home Assistant itself ends a flow with this one.
    said.add("already_configured")
    for texts in flow_texts(load("en")).values():
        assert {*texts["error"], *texts["abort"]} <= said | COMPUTED_ERRORS


def test_whatever_the_account_check_says_has_words_in_both_flows() -> None:
    raised = {
        node.args[0].value
        for name in ("config_flow.py", "flows/account_check.py")
        for node in ast.walk(ast.parse((PACKAGE / name).read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "FormError"
        and isinstance(node.args[0], ast.Constant)
    } | {"invalid_auth", "quota", "cannot_connect", "unexpected_answer"}
    texts = flow_texts(load("en"))
    assert raised <= set(texts["config"]["error"])
    # A usage point is added with what the account has saved, so nothing of it can be malformed.
    only_typed = {"malformed_credentials", "base_url_invalid", "base_url_insecure", "no_usage_points"}
    assert raised - only_typed - {"client_id_mismatch"} <= set(texts["config_subentries"]["abort"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_kind_of_issue_has_words_that_its_placeholders_fill(language: str) -> None:
    issues = load(language)["issues"]
    assert set(issues) == set(IssueKind)
    for kind in IssueKind:
        issue = issues[kind]
        assert issue["title"]
        assert ("description" in issue) != ("fix_flow" in issue)
        given = {"name", "website", *ISSUE_PLACEHOLDERS.get(kind, set())}
        for path, text in leaves(issue):
            allowed = given | {"reason", "piece", "other", "example"} if "error" in path else given
            assert placeholders(text) <= allowed, path


def test_each_exception_has_words_and_no_words_are_left_over() -> None:
    known = load("en")["exceptions"]
    computed = {f"no_{direction}" for direction in Direction}
    assert set(known) <= literals() | computed
    raised = {
        keyword.value.value
        for module in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Raise)
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
        for keyword in call.keywords
        if keyword.arg == "translation_key" and isinstance(keyword.value, ast.Constant)
    }
    assert raised <= set(known)
    assert computed <= set(known)


def test_actions_pass_exactly_what_their_refusals_mention() -> None:
    known = load("en")["exceptions"]
    refusals = [
        node
        for module in (*PACKAGE.glob("action*.py"), PACKAGE / "custom_offers.py")
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id in ("refused", "CustomOfferError")
    ]
    assert len(refusals) > 5
    for refusal in refusals:
        if any(keyword.arg is None for keyword in refusal.keywords):
            # An error that was raised with its placeholders is passed on.
            continue
        passed = {keyword.arg for keyword in refusal.keywords}
        key = refusal.args[0]
        keys = [key.value] if isinstance(key, ast.Constant) else [f"no_{direction}" for direction in Direction]
        for each in keys:
            assert placeholders(known[str(each)]["message"]) == passed


def test_common_words_are_all_used() -> None:
    common = load("en")["common"]
    assert set(common) >= COMPUTED_WORDS
    assert set(common) - COMPUTED_WORDS <= literals(
        "notifications.py",
        "calendars_national.py",
        "calendars_usage_point.py",
        *(f"flows/{path.name}" for path in (PACKAGE / "flows").glob("*.py")),
    )


def test_actions_are_described_with_an_icon_and_valid_selectors(hass: HomeAssistant) -> None:
    async_setup_actions(hass)
    registered = set(hass.services.async_services()[DOMAIN])
    described = yaml.safe_load((PACKAGE / "services.yaml").read_text())
    icons = json.loads((PACKAGE / "icons.json").read_text())["services"]
    assert registered == set(described) == set(icons)
    assert all(re.fullmatch(r"mdi:[a-z0-9-]+", icon["service"]) for icon in icons.values())
    for language in LANGUAGES:
        texts = load(language)["services"]
        assert set(texts) == registered
        for name, action in described.items():
            assert {"name", "description"} <= set(texts[name])
            assert set(texts[name]["fields"]) == set(action["fields"])
            assert all(set(field) == {"name", "description"} for field in texts[name]["fields"].values())
    for action in described.values():
        for field in action["fields"].values():
            selector.validate_selector(field["selector"])


@pytest.mark.parametrize(
    ("action", "schema"),
    [
        ("get_readings", GET_READINGS_SCHEMA),
        ("refresh", TARGETS_SCHEMA),
        ("rebuild_statistics", TARGETS_SCHEMA),
        ("set_up_energy_dashboard", SET_UP_ENERGY_DASHBOARD_SCHEMA),
        ("compare_offers", COMPARE_OFFERS_SCHEMA),
        ("contribute", CONTRIBUTE_SCHEMA),
        ("get_tempo_calendar", DAYS_SCHEMA),
        ("get_ecowatt", DAYS_SCHEMA),
    ],
)
def test_what_an_action_shows_is_what_it_takes(action: str, schema: Any) -> None:
    fields = yaml.safe_load((PACKAGE / "services.yaml").read_text())[action]["fields"]
    keys = {str(key): key for key in schema.schema}
    assert set(fields) == set(keys)
    for name, field in fields.items():
        assert field.get("required", False) is (type(keys[name]).__name__ == "Required")
        if "default" in field:
            assert field["default"] == keys[name].default()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_choice_of_a_selector_has_a_name(language: str) -> None:
    options = {key: set(part["options"]) for key, part in load(language)["selector"].items()}
    known: dict[str, Iterable[str]] = {
        "direction": Direction,
        "resolution": Resolution,
        "dashboard_mode": Mode,
        "comparison_period": Period,
        "price_mode": PriceMode,
        "contribution_type": ContributionChoice,
        "offer_type": [code.lower() for code in OFFER_TYPES],
    }
    assert {key: set(values) for key, values in known.items()}.items() <= options.items()
    offered: dict[str, set[str]] = {}
    for action in yaml.safe_load((PACKAGE / "services.yaml").read_text()).values():
        for field in action["fields"].values():
            if (select := field["selector"].get("select") or {}).get("translation_key"):
                offered[select["translation_key"]] = set(select["options"])
    assert offered.items() <= options.items()
    assert known.keys() <= offered.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_system_health_has_a_name_for_each_of_its_lines(language: str) -> None:
    lines = literals("system_health.py")
    assert set(load(language)["system_health"]["info"]) <= lines
