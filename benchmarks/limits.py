"""What has to hold: section 8 of the issue. Where it asks for a number alone, the limit is our own and says so."""

from collections.abc import Mapping, Sequence
from typing import Any

type Report = dict[str, Any]

MOST_CALLS = 40
MOST_CALLS_A_DAY = 8
LONGEST_STALL_MS = 50
WRITING_RATIO = 1.3
OWN_SECONDS_OF_A_DAY = 2.0
OWN_SECONDS_OF_ARITHMETIC = 1.5
OWN_PEAK_MEGABYTES = 32
OWN_SECONDS_OF_A_RECOST = 20.0
SECONDS_OF_130_OFFERS = 1.0
LINEAR = 2.6
"""Twice the work in at most this many times as long: what is small is dominated by what does not grow."""


def judge(runs: Mapping[str, Sequence[Report]], bares: Mapping[str, Sequence[Report]]) -> Report:
    """(a) to (d), of the runs of each household. The best run of each counts: other programs only make one slower."""
    firsts = {kind: [run["import"] for run in found] for kind, found in runs.items()}
    last = runs["consumption"][-1]
    return {
        "a_first_import": _import(firsts["consumption"], bares["consumption"], judge_time=True),
        "a_first_import_with_production": _import(firsts["production"], bares["production"], judge_time=False),
        "b_event_loop": _stall(firsts["consumption"], bares["consumption"]),
        "b_event_loop_with_production": _stall(firsts["production"], bares["production"]),
        "c_an_hour_of_nothing_new": _hour(last["hour"]),
        "d_one_new_day": _day(last["day"]),
    }


def _import(runs: Sequence[Report], bares: Sequence[Report], *, judge_time: bool) -> Report:
    best = min(runs, key=lambda run: float(run["seconds"]))
    bare = min(run["seconds"] for run in bares)
    ratio = round(min(run["seconds_writing"] for run in runs) / bare, 2)
    rows = best["rows_written"] / best["rows_needed"]
    kept = {key: value for key, value in best.items() if key != "stall"}
    good = rows == 1 and best["exact"] and best["gateway_calls"] <= MOST_CALLS
    return {
        "ok": good and (ratio <= WRITING_RATIO or not judge_time),
        **kept,
        "most_gateway_calls": MOST_CALLS,
        "rows_written_by_needed": round(rows, 4),
        "limit_of_rows_written_by_needed": 1.0,
        "seconds_of_the_bare_recorder": bare,
        "writing_by_bare_recorder": ratio,
        "limit_of_writing_by_bare_recorder": WRITING_RATIO if judge_time else None,
        "building_and_writing_by_bare_recorder": round(
            min(run["seconds_building_and_writing"] for run in runs) / bare, 2
        ),
        "of_runs": len(runs),
    }


def _stall(runs: Sequence[Report], bares: Sequence[Report]) -> Report:
    stalls = [run["stall"] for run in runs]
    best = min(stalls, key=lambda stall: float(stall["longest_ms"]))
    return {
        "ok": best["longest_ms"] <= LONGEST_STALL_MS,
        "limit_ms": LONGEST_STALL_MS,
        **best,
        "all_runs": [_outline(stall) for stall in stalls],
        "bare_recorder": [_outline(run["stall"]) for run in bares],
        "one_full_garbage_collection_ms": runs[0]["full_collection_ms"],
        "about_full_garbage_collections": "Python stops everything to go through all objects of Home Assistant once "
        "new long-lived ones exceed a quarter of the old, whoever made them. Every run starts just after one.",
    }


def _outline(stall: Report) -> Report:
    return {
        "longest_ms": stall["longest_ms"],
        "of_which_this_process_ran_ms": stall["worst"][0]["processor_ms"] if stall["worst"] else 0,
        "full_collections": stall["full_collections"],
    }


def _hour(hour: Report) -> Report:
    nothing = ("rows_written", "statistics_changed", "state_changes", "saves_asked_for", "gateway_calls")
    return {"ok": not any(hour[key] for key in nothing) and not hour["files_changed"], "limit": 0, **hour}


def _day(day: Report) -> Report:
    return {
        "ok": day["rows_written"] == day["rows_needed"]
        and day["exact"]
        and day["gateway_calls"] <= MOST_CALLS_A_DAY
        and day["milliseconds"] <= 1000 * OWN_SECONDS_OF_A_DAY,
        **day,
        "most_gateway_calls": MOST_CALLS_A_DAY,
        "own_limit_ms": 1000 * OWN_SECONDS_OF_A_DAY,
    }


def judge_arithmetic(found: Report) -> Report:
    """(e)."""
    return {
        "ok": found["exact"]
        and found["seconds"] <= OWN_SECONDS_OF_ARITHMETIC
        and found["peak_megabytes"] <= OWN_PEAK_MEGABYTES,
        **found,
        "own_limit_seconds": OWN_SECONDS_OF_ARITHMETIC,
        "own_limit_megabytes": OWN_PEAK_MEGABYTES,
    }


def judge_recost(found: Report) -> Report:
    """(f)."""
    corrected, again = found["price_corrected"], found["same_price_written_otherwise"]
    return {
        "ok": corrected["rows_written"] == corrected["rows_that_differ"]
        and found["tariff_entered"]["rows_written"] == found["tariff_entered"]["rows_that_differ"]
        and again["rows_written"] == 0
        and found["gateway_calls"] == 0
        and _hour(found["hour"])["ok"]
        and all(
            found[change]["stall"]["longest_without_garbage_collection_ms"] <= LONGEST_STALL_MS
            for change in ("tariff_entered", "price_corrected")
        )
        and corrected["seconds"] <= OWN_SECONDS_OF_A_RECOST,
        **found,
        "own_limit_seconds": OWN_SECONDS_OF_A_RECOST,
    }


def judge_offers(found: Report) -> Report:
    """(g)."""
    return {
        "ok": found["seconds"] <= SECONDS_OF_130_OFFERS
        and found["compared"] >= 0.9 * found["offers"]
        and found["seconds_of_twice_the_offers"] <= LINEAR * found["seconds"]
        and found["seconds_of_twice_the_days"] <= LINEAR * found["seconds"]
        and found["longest_stall_ms"] <= LONGEST_STALL_MS,
        **found,
        "limit_seconds": SECONDS_OF_130_OFFERS,
    }
