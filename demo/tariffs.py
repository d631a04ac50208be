"""What the households of the demo pay: entered through the real flow, then compared with a second calculation."""

import asyncio
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from tests.simulators import offers, tempo
from tests.simulators.clock import ONE_DAY, PARIS, midnight
from tests.simulators.households import CONSUMPTION, PRODUCTION, Household

from .home import DemoError
from .stage import DOMAIN, Stage

FLOW: Final = "/api/config/config_entries/subentries/flow"
HOUSE: Final = "22516914714271"
FLAT: Final = "22516914714270"

MOVED_IN: Final = date(2023, 6, 1)
REGULATED: Final = date(2025, 2, 1)
REFORM: Final = date(2025, 11, 3)
TEMPO: Final = date(2026, 9, 1)
EARLIER: Final = {"hc": "0.1828", "hp": "0.2460"}
SURPLUS: Final = "0.1276"

_NO_MORE: Final[dict[str, Any]] = {"prices": {}, "entities": {}}
_OWN_SUBSCRIPTION: Final[dict[str, Any]] = {"prices": {"subscription": 19.88}, "entities": {}}
_ALL_YEAR: Final[dict[str, Any]] = {"two_seasons": {}}
_OLD_HOURS: Final = "22:30-06:30"
_NEW_HOURS: Final = "01:30-07:00, 12:30-15:00"

type Steps = list[dict[str, Any]]


def _choose(step: str) -> dict[str, Any]:
    return {"next_step_id": step}


HOUSE_STEPS: Final[Steps] = [
    _choose("tariff"),
    # Years on prices of an offer that is sold no more.
    _choose("tariff_add"),
    _choose("own_prices"),
    {"option": "HC_HP"},
    {
        "valid_from": MOVED_IN.isoformat(), "power_kva": "9", "hours_all": _OLD_HOURS, **_ALL_YEAR,
        "prices": {"subscription": 19.5, **{period: float(price) for period, price in EARLIER.items()}}, "entities": {},
    },
    _choose("more"),
    # Then the regulated tariff, whose prices change by themselves.
    _choose("tariff_add"),
    _choose("regulated"),
    {"option": "HC_HP", "power_kva": "9"},
    {
        "valid_from": REGULATED.isoformat(), "power_kva": "9", "hours_all": _OLD_HOURS, **_ALL_YEAR, **_OWN_SUBSCRIPTION
    },
    _choose("more"),
    # The reform moves the off-peak hours.
    _choose("tariff_add"),
    _choose("regulated"),
    {"option": "HC_HP", "power_kva": "9"},
    {"valid_from": REFORM.isoformat(), "power_kva": "9", "hours_all": _NEW_HOURS, **_ALL_YEAR, **_OWN_SUBSCRIPTION},
    _choose("more"),
    # Tempo, since the start of its season.
    _choose("tariff_add"),
    _choose("regulated"),
    {"option": "TEMPO", "power_kva": "9"},
    {"valid_from": TEMPO.isoformat(), "power_kva": "9", **_OWN_SUBSCRIPTION},
    _choose("save"),
]  # fmt: skip
FLAT_STEPS: Final[Steps] = [
    _choose("tariff"),
    _choose("tariff_add"),
    _choose("catalogue"),
    {"provider": offers.provider_id(0), "power_kva": "6"},
    {"offer": "BASE:Rive Base"},
    {"valid_from": MOVED_IN.isoformat(), "power_kva": "6", **_NO_MORE},
    {"before": "same"},
    _choose("save"),
]
SURPLUS_STEPS: Final[Steps] = [
    _choose("surplus"),
    _choose("surplus_add"),
    {"valid_from": "2022-06-01", "price": float(SURPLUS)},
    _choose("surplus_done"),
]


async def enter_tariffs(stage: Stage) -> None:
    """As a person does, step by step, and wait until everything is priced."""
    [entry] = await stage.api.call("config_entries/get", domain=DOMAIN)
    subentries = await stage.api.call("config_entries/subentries/list", entry_id=entry["entry_id"])
    ids = {each["unique_id"].removeprefix("usage_point_"): each["subentry_id"] for each in subentries}
    for pdl, steps in ((HOUSE, HOUSE_STEPS), (HOUSE, SURPLUS_STEPS), (FLAT, FLAT_STEPS)):
        await _click(stage, entry["entry_id"], ids[pdl], steps)
        await _settled(stage, entry["entry_id"])
    async with asyncio.timeout(300):
        while not await _is_priced(stage):  # noqa: ASYNC110  it is in another process
            await asyncio.sleep(0.25)
    await stage.drain_recorder()


async def _click(stage: Stage, entry_id: str, subentry_id: str, steps: Steps) -> None:
    flow = await stage.api.post(FLOW, {"handler": [entry_id, "usage_point"], "subentry_id": subentry_id})
    for step in steps:
        flow = await stage.api.post(f"{FLOW}/{flow['flow_id']}", step)
        if flow.get("errors"):
            raise DemoError(f"{step} was refused: {flow['errors']}")
    if flow.get("reason") != "reconfigure_successful":
        raise DemoError(f"the tariff was not saved: {flow}")


async def _settled(stage: Stage, entry_id: str) -> None:
    """Wait until the account runs again with what was saved."""
    await asyncio.sleep(0.3)
    async with asyncio.timeout(60):
        while True:
            [entry] = await stage.api.call("config_entries/get", domain=DOMAIN)
            if entry["entry_id"] == entry_id and entry["state"] == "loaded":
                return
            await asyncio.sleep(0.1)


async def _is_priced(stage: Stage) -> bool:
    states = await stage.states()
    wanted = [f"{pdl}_cost_yesterday" for pdl in (HOUSE, FLAT)] + [f"{HOUSE}_compensation_yesterday"]
    return all(states.get(key, {}).get("state") not in (None, "unknown", "unavailable") for key in wanted)


def truth(home: Household, first: date, last: date) -> dict[str, dict[int, tuple[int, Decimal]]]:
    """Wh and EUR of each hour by period, half hour by half hour with this file's own clock and prices."""
    found: dict[str, dict[int, tuple[int, Decimal]]] = defaultdict(dict)
    day = first
    while day <= last:
        start = midnight(day)
        for slot, energy in enumerate(home.slot_wh(CONSUMPTION, day)):
            instant = start + timedelta(minutes=30 * slot)
            period, price = house_price(instant) if home.pdl == HOUSE else ("base", Decimal("0.2004"))
            hour = int(instant.timestamp()) // 3600 * 3600
            wh, cost = found[period].get(hour, (0, Decimal(0)))
            found[period][hour] = wh + energy, cost + energy * price / 1000
        day += ONE_DAY
    return found


def house_price(instant: datetime) -> tuple[str, Decimal]:
    """Period and EUR/kWh of a half hour of the house; prices as published, see reference/domain.md 3.5."""
    wall = instant.astimezone(PARIS)
    day, clock = wall.date(), wall.hour + wall.minute / 60
    if day >= TEMPO:
        color = tempo.colour(day if clock >= 6 else day - ONE_DAY).lower()
        period = f"{color}_{'hc' if clock >= 22 or clock < 6 else 'hp'}"
        prices = {
            "blue_hc": "0.1356", "blue_hp": "0.1654", "white_hc": "0.1536",
            "white_hp": "0.1921", "red_hc": "0.1615", "red_hp": "0.7295",
        }  # fmt: skip
        return period, Decimal(prices[period])
    offpeak = 1.5 <= clock < 7 or 12.5 <= clock < 15 if day >= REFORM else clock >= 22.5 or clock < 6.5
    for since, hc, hp in (
        (date(2026, 8, 1), "0.1589", "0.2142"),
        (date(2026, 2, 1), "0.1579", "0.2065"),
        (date(2025, 8, 1), "0.1635", "0.2081"),
        (date(2025, 2, 1), "0.1696", "0.2146"),
        (MOVED_IN, EARLIER["hc"], EARLIER["hp"]),
    ):
        if day >= since:
            return ("hc", Decimal(hc)) if offpeak else ("hp", Decimal(hp))
    raise DemoError(f"no price on {day}")


PERIODS: Final = {
    HOUSE: ("hc", "hp", "blue_hc", "blue_hp", "white_hc", "white_hp", "red_hc", "red_hp"),
    FLAT: ("base",),
}


def money_statistics(home: Household) -> list[str]:
    """The ids that a tariff adds."""
    pdl = home.pdl
    ids = [f"{DOMAIN}:{kind}_{pdl}_{period}" for kind in ("consumption", "cost") for period in PERIODS[pdl]]
    ids += [f"{DOMAIN}:cost_{pdl}", f"{DOMAIN}:subscription_{pdl}"]
    return [*ids, f"{DOMAIN}:compensation_{pdl}"] if home.measures(PRODUCTION) else ids


async def judge_money(stage: Stage, today: date, curve_days: int, problems: list[str]) -> dict[str, Any]:
    """Every hour that has a load curve, by period and in total; every hour of all as a sum of periods."""
    report: dict[str, Any] = {}
    for home in stage.households:
        rows = await stage.api.call(
            "recorder/statistics_during_period",
            start_time=datetime(2015, 1, 1, tzinfo=UTC).isoformat(),
            statistic_ids=[
                *money_statistics(home),
                *(f"{DOMAIN}:{way}_{home.pdl}" for way in (CONSUMPTION, PRODUCTION)),
            ],
            period="hour",
            types=["state", "sum"],
        )
        found = _judge_home(home, rows, today - curve_days * ONE_DAY, today - ONE_DAY)
        report[home.pdl] = found
        if any(found["wrong_hours"].values()):
            problems.append(f"the money of {home.pdl} is not what its tariff says")
    return report


def _judge_home(home: Household, rows: dict[str, list[dict[str, Any]]], first: date, last: date) -> dict[str, Any]:
    def stored(kind: str, period: str = "") -> dict[int, float]:
        which = f"{DOMAIN}:{kind}_{home.pdl}_{period}".rstrip("_")
        return {row["start"] // 1000: row["state"] for row in rows.get(which, [])}

    expected = truth(home, first, last)
    since = int(midnight(first).timestamp())
    energy = {period: stored("consumption", period) for period in PERIODS[home.pdl]}
    cost = {period: stored("cost", period) for period in PERIODS[home.pdl]}
    total, total_cost = stored("consumption"), stored("cost")
    wrong: dict[str, int] = defaultdict(int)
    for period in PERIODS[home.pdl]:
        true = {hour: pair for hour, pair in expected[period].items() if pair[0]}
        mine = {hour for hour, kwh in energy[period].items() if hour >= since and kwh}
        wrong[f"energy_{period}"] += len(mine ^ true.keys())
        for hour, (wh, euros) in true.items():
            wrong[f"energy_{period}"] += round(1000 * energy[period].get(hour, -1)) != wh
            wrong[f"cost_{period}"] += abs(cost[period].get(hour, -1) - float(euros)) > 1e-6
    for hour, kwh in total.items():
        parts = sum(round(1000 * each.get(hour, 0)) for each in energy.values())
        wrong["sum_of_periods"] += parts != round(1000 * kwh)
        wrong["sum_of_costs"] += abs(sum(each.get(hour, 0) for each in cost.values()) - total_cost.get(hour, -1)) > 1e-6
    if home.measures(PRODUCTION):
        paid = stored("compensation")
        wrong["compensation"] = sum(
            abs(paid.get(hour, -1) - kwh * float(SURPLUS)) > 1e-6 for hour, kwh in stored("production").items()
        )
    return {
        "rows": {which.removeprefix(f"{DOMAIN}:"): len(each) for which, each in rows.items()},
        "total_eur": round(sum(total_cost.values()), 2),
        "subscription_eur": round(sum(stored("subscription").values()), 2),
        "compensation_eur": round(sum(stored("compensation").values()), 2),
        "wrong_hours": dict(wrong),
    }
