"""Tempo and EcoWatt in the demo: what Home Assistant shows against what the simulated grid decided."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from tests.simulators.clock import ONE_DAY, PARIS
from tests.simulators.signals import ecowatt_hours
from tests.simulators.tempo import colour, season

from .stage import DOMAIN, Stage

UNKNOWN: Final = "unknown"
LEVELS: Final = ("low_carbon", "green", "orange", "red")


def expected_tempo(stage: Stage, now: datetime) -> dict[str, str]:
    """States by key, from the truth of the simulated season and the wall clock."""
    wall = now.astimezone(PARIS)
    today, hour = wall.date(), wall.hour
    known = set(stage.gateway.tempo.known(now))
    in_force = today if hour >= 6 else today - ONE_DAY
    year = today.year if today.month >= 9 else today.year - 1
    used = [name for day, name in season(year).items() if day <= today]
    left = {"blue": len(season(year)) - 65, "white": 43, "red": 22}
    counts = {name: sum(each.lower() == name for each in used) for name in left}
    return {
        "tempo_colour": _word(in_force, known),
        "tempo_today": _word(today, known),
        "tempo_tomorrow": _word(today + ONE_DAY, known),
        "tempo_period": "hp" if 6 <= hour < 22 else "hc",
        **{f"tempo_days_left_{name}": str(left[name] - counts[name]) for name in left},
    }


def _word(day: date, known: set[date]) -> str:
    return colour(day).lower() if day in known else UNKNOWN


def expected_ecowatt(now: datetime) -> dict[str, str]:
    """States by key; the signals of today are out since three days."""
    wall = now.astimezone(PARIS)
    today, hour = wall.date(), wall.hour
    level = ecowatt_hours(today)[hour]
    return {
        "ecowatt_now": LEVELS[level],
        "ecowatt_today": LEVELS[max(1, *ecowatt_hours(today))],
        "ecowatt_j1": LEVELS[max(1, *ecowatt_hours(today + ONE_DAY))],
        "ecowatt_j2": LEVELS[max(1, *ecowatt_hours(today + 2 * ONE_DAY))],
        "ecowatt_tension": "on" if level >= 2 else "off",
    }


async def judge_signals(stage: Stage, problems: list[str]) -> dict[str, Any]:
    """Every state that can be told, and every day of the season in the calendar and in the action's answer."""
    [account] = [each["entry_id"] for each in await stage.api.call("config_entries/get", domain=DOMAIN)]
    now = datetime.now(PARIS)
    states = await stage.states()
    wanted = expected_tempo(stage, now) | expected_ecowatt(now)
    shown = {key: states.get(f"{account}_{key}", {}).get("state", "no entity") for key in wanted}
    if datetime.now(PARIS).hour != now.hour:
        problems.append("the hour changed while the signals were checked: run it again")
    wrong = {key: f"{shown[key]} instead of {word}" for key, word in wanted.items() if shown[key] != word}
    problems += [f"{key}: {found}" for key, found in wrong.items()]
    entities = await stage.entity_ids()
    calendar = await _calendar(stage, entities[f"{account}_tempo_calendar"], now.date(), problems)
    answered = await _answered(stage, now.date(), problems)
    return {"states": shown, "wrong": wrong, "days_in_the_calendar": calendar, "days_answered": answered}


def _season_until(today: date) -> tuple[date, list[date]]:
    first = date(today.year if today.month >= 9 else today.year - 1, 9, 1)
    return first, [first + age * ONE_DAY for age in range((today - first).days + 1)]


async def _calendar(stage: Stage, entity_id: str, today: date, problems: list[str]) -> int:
    first, days = _season_until(today)
    start = datetime.combine(first, time(), tzinfo=PARIS)
    found = await stage.api.call(
        "call_service",
        domain="calendar",
        service="get_events",
        target={"entity_id": entity_id},
        service_data={
            "start_date_time": start.isoformat(),
            "end_date_time": (datetime.combine(today, time(), tzinfo=PARIS) + timedelta(days=1)).isoformat(),
        },
        return_response=True,
    )
    events = found["response"][entity_id]["events"]
    words = {"BLUE": "Bleu", "WHITE": "Blanc", "RED": "Rouge"}
    told = {each["start"]: each["summary"] for each in events}
    bad = [day for day in days if words[colour(day)] not in told.get(day.isoformat(), "")]
    if bad or len(events) != len(days):
        problems.append(
            f"the calendar of Tempo has {len(events)} events for {len(days)} days, {len(bad)} of them wrong"
        )
    return len(events)


async def _answered(stage: Stage, today: date, problems: list[str]) -> int:
    found = await stage.api.call(
        "call_service", domain=DOMAIN, service="get_tempo_calendar", service_data={}, return_response=True
    )
    told = {each["day"]: each["colour"] for each in found["response"]["days"]}
    _, days = _season_until(today)
    bad = [day for day in days if told.get(day.isoformat()) != colour(day).lower()]
    if bad:
        problems.append(f"get_tempo_calendar is wrong about {len(bad)} days")
    return len(told)
