"""Whether the demo tells the truth: what Home Assistant stored against what the simulated meters measured."""

import asyncio
import json
import platform
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from typing import Any, Final

from tests.simulators.clock import ONE_DAY, PARIS, midnight
from tests.simulators.households import CONSUMPTION, Household

from .home import INTEGRATION
from .signals import judge_signals
from .stage import DOMAIN, Stage
from .tariffs import enter_tariffs, judge_money, money_statistics

DAYS: Final = 1095
"""Three years of daily indexes."""
CURVE_DAYS: Final = 729
"""Two years of load curve; the hours before are estimates within exact days."""
CALLS_OF_FIRST_IMPORT: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One statistic against the truth."""

    statistic_id: str
    rows: int
    expected_rows: int
    last_sum: float | None
    expected_last_sum: float
    wrong_days: int
    wrong_hours: int

    @property
    def is_right(self) -> bool:
        """To the Wh."""
        exact = self.last_sum is not None and round(self.last_sum * 1000) == round(self.expected_last_sum * 1000)
        return exact and self.rows == self.expected_rows and not self.wrong_days and not self.wrong_hours

    def as_json(self) -> dict[str, Any]:
        """For the report."""
        return {
            "rows": self.rows,
            "expected_rows": self.expected_rows,
            "last_sum": self.last_sum,
            "expected_last_sum": self.expected_last_sum,
            "wrong_days": self.wrong_days,
            "wrong_hours": self.wrong_hours,
        }


def compare(statistic_id: str, home: Household, direction: str, rows: list[dict[str, Any]], today: date) -> Compared:
    """Hour by hour where there is a load curve, day by day where there are only indexes."""
    stored = {row["start"] // 1000: round(row["state"] * 1000) for row in rows}
    total = expected_rows = wrong_days = wrong_hours = 0
    for age in range(DAYS, 0, -1):
        day = today - age * ONE_DAY
        truth = home.hourly_wh(direction, day)
        start = int(midnight(day).timestamp())
        hours = [stored.get(start + 3600 * hour) for hour in range(len(truth))]
        total += sum(truth)
        expected_rows += len(truth)
        wrong_days += None in hours or sum(hour or 0 for hour in hours) != sum(truth)
        if age <= CURVE_DAYS:
            wrong_hours += sum(mine != theirs for mine, theirs in zip(hours, truth, strict=True))
    return Compared(
        statistic_id=statistic_id,
        rows=len(rows),
        expected_rows=expected_rows,
        last_sum=rows[-1]["sum"] if rows else None,
        expected_last_sum=total / 1000,
        wrong_days=wrong_days,
        wrong_hours=wrong_hours,
    )


async def compare_peaks(stage: Stage, home: Household, today: date) -> tuple[str, dict[str, Any], bool]:
    """The highest power of each day: one row, at its hour.

    None where the wall clock of the peak is one of the hour that autumn has twice: which of the two is not told.
    """
    which = f"{DOMAIN}:max_power_{home.pdl}"
    start = midnight(today - DAYS * ONE_DAY)
    found = await stage.api.call(
        "recorder/statistics_during_period",
        start_time=start.isoformat(),
        statistic_ids=[which],
        period="hour",
        types=["max"],
    )
    stored = {row["start"] // 1000: round(row["max"]) for row in found.get(which, [])}
    expected: dict[int, int] = {}
    for age in range(DAYS, 0, -1):
        volt_amperes, at = home.peak(today - age * ONE_DAY)
        first, second = (int(at.replace(tzinfo=PARIS, fold=fold).timestamp()) for fold in (0, 1))
        if first == second:
            expected[first - first % 3600] = volt_amperes
    wrong = sum(stored.get(hour) != value for hour, value in expected.items())
    report = {"rows": len(stored), "expected_rows": len(expected), "wrong_days": wrong}
    return which, report, wrong == 0 and len(stored) == len(expected)


def versions(stage: Stage, home_assistant: str) -> dict[str, str]:
    """Of everything that takes part."""
    manifest = json.loads((INTEGRATION / "manifest.json").read_text())
    return {
        "home_assistant": home_assistant,
        "frontend": version("home-assistant-frontend"),
        "integration": manifest["version"],
        "python": platform.python_version(),
        "gateway_simulator": stage.gateway.version,
    }


def calls_by_usage_point(stage: Stage) -> dict[str, int]:
    """Calls about each usage point, the config flow's own included."""
    counter = Counter(
        home.pdl for call in stage.gateway.calls for home in stage.households if call.path.endswith(home.pdl)
    )
    return {home.pdl: counter[home.pdl] for home in stage.households}


async def check(stage: Stage) -> dict[str, Any]:
    """Go through the whole story and judge it; `problems` is empty only if all is right."""
    today = datetime.now(PARIS).date()
    problems: list[str] = []
    await stage.add_integration()
    await stage.wait_for_history()
    began = asyncio.get_running_loop().time()
    await enter_tariffs(stage)
    seconds_of_tariffs = asyncio.get_running_loop().time() - began
    validation = await stage.configure_energy()
    config = await stage.api.call("get_config")
    statistics = await _judge_statistics(stage, today, problems)
    money = await judge_money(stage, today, CURVE_DAYS, problems)
    signals = await judge_signals(stage, problems)
    calls = calls_by_usage_point(stage)
    states = await stage.states()
    registered = await stage.entity_ids()
    issues = [each for each in (await stage.api.call("repairs/list_issues"))["issues"] if each["domain"] == DOMAIN]
    log_problems = stage.home.log_problems()

    problems += [f"{pdl}: {count} calls for the first import" for pdl, count in calls.items()
                 if count > CALLS_OF_FIRST_IMPORT]  # fmt: skip
    problems += [f"{each['path']}: {each['status']}" for each in _refused_calls(stage)]
    problems += [f"{state['entity_id']} is unavailable" for state in states.values() if state["state"] == "unavailable"]
    problems += [f"repair issue: {each['issue_id']}" for each in issues]
    problems += [f"log: {text}" for text in log_problems]
    if any(_flat(validation)):
        problems.append("energy/validate finds fault with the statistics")
    if stage.home.log_contains(stage.gateway.client_secret):
        problems.append("the client secret is in the log")
    if datetime.now(PARIS).date() != today:
        problems.append("midnight passed in Paris while checking: run it again")
    return {
        "versions": versions(stage, config["version"]),
        "seconds_to_home_assistant": round(stage.seconds["home_assistant"], 1),
        "seconds_of_config_flow": round(stage.seconds["config_flow"], 1),
        "seconds_to_first_data": round(stage.seconds["first_data"], 1),
        "seconds_to_first_statistics": round(stage.seconds["first_statistics"], 1),
        "seconds_to_full_history": round(stage.seconds["full_history"], 1),
        "seconds_of_tariffs": round(seconds_of_tariffs, 1),
        "seconds_of_checking": round(asyncio.get_running_loop().time() - began, 1),
        "statistics": statistics,
        "money": money,
        "signals": signals,
        "gateway_calls": len(stage.gateway.calls),
        "gateway_calls_by_usage_point": calls,
        "entity_count": len(states),
        "entity_count_with_disabled": len(registered),
        "energy_validate": validation,
        "log_problems": log_problems,
        "problems": problems,
    }


async def _judge_statistics(stage: Stage, today: date, problems: list[str]) -> dict[str, Any]:
    report: dict[str, Any] = {}
    # From long before the history, so that a row that should not be there is counted.
    rows = await stage.statistics(datetime(2015, 1, 1, tzinfo=UTC), period="hour", types=["state", "sum"])
    for which, (home, direction) in stage.statistic_ids().items():
        compared = compare(which, home, direction, rows.get(which, []), today)
        report[which] = compared.as_json()
        if not compared.is_right:
            problems.append(f"{which} is not what the meter measured")
    for home in stage.households:
        if home.measures(CONSUMPTION):
            which, report[which], is_right = await compare_peaks(stage, home, today)
            if not is_right:
                problems.append(f"{which} is not what the meter measured")
    listed = {each["statistic_id"] for each in await stage.api.call("recorder/list_statistic_ids")}
    listed -= {which for home in stage.households for which in money_statistics(home)}
    problems += [f"{which} is in the recorder, and unknown here" for which in listed - report.keys() if DOMAIN in which]
    return report


def _refused_calls(stage: Stage) -> list[dict[str, Any]]:
    return [{"path": call.path, "status": call.status} for call in stage.gateway.calls if call.status != 200]


def _flat(validation: dict[str, Any]) -> list[Any]:
    """The faults that energy/validate found, of all sources and devices."""
    return [fault for group in validation.values() for source in group for fault in source]
