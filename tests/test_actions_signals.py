"""`get_tempo_calendar` and `get_ecowatt` on an account that really asked, against what the sources truly say."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from voluptuous import Invalid

from custom_components.myelectricaldata.const import DOMAIN
from custom_components.myelectricaldata.energy.calendar import PARIS, days_between
from tests.account import Account, paris
from tests.conftest import OpenAccount
from tests.simulators.signals import ecowatt_hours
from tests.simulators.tempo import colour

NOW = paris(2026, 12, 16, 18)
TODAY, TOMORROW = date(2026, 12, 16), date(2026, 12, 17)
WORDS = ("low_carbon", "green", "orange", "red")


async def call(hass: HomeAssistant, action: str, **data: str) -> dict[str, Any]:
    response = await hass.services.async_call(DOMAIN, action, data, blocking=True, return_response=True)
    assert response is not None
    return dict(response)


async def refusal(hass: HomeAssistant, action: str, **data: str) -> tuple[str | None, dict[str, str] | None]:
    with pytest.raises(ServiceValidationError) as refused:
        await call(hass, action, **data)
    return refused.value.translation_key, refused.value.translation_placeholders


def at(day: date, hour: int) -> str:
    return datetime(day.year, day.month, day.day, hour, tzinfo=PARIS).isoformat()


async def test_the_running_season_is_told_day_by_day(open_account: OpenAccount, hass: HomeAssistant) -> None:
    await open_account(NOW)
    answer = await call(hass, "get_tempo_calendar")
    season = list(days_between(date(2026, 9, 1), date(2027, 8, 31)))
    assert answer["days"] == [
        {
            "day": day.isoformat(),
            "colour": colour(day).lower() if day <= TOMORROW else None,
            "status": "confirmed" if day <= TOMORROW else None,
            "start": at(day, 6),
            "end": at(day + timedelta(days=1), 6),
        }
        for day in season
    ]
    used = Counter(colour(day).lower() for day in season if day <= TODAY)
    assert answer["used"] == {name: used[name] for name in ("blue", "white", "red")}
    assert answer["left"] == {"blue": 300 - used["blue"], "white": 43 - used["white"], "red": 22 - used["red"]}
    assert answer["unknown_days"] == []
    assert answer["season"] == {"start": "2026-09-01", "end": "2027-08-31"}
    assert answer["counted_until"] == "2026-12-16"


async def test_another_season_is_counted_to_its_own_end(open_account: OpenAccount, hass: HomeAssistant) -> None:
    """2023/24 has a 29 February, and so 301 blue days."""
    await open_account(NOW)
    for given in ({"start": "2023-09-01"}, {"end": "2024-08-31"}, {"start": "2023-09-01", "end": "2024-08-31"}):
        answer = await call(hass, "get_tempo_calendar", **given)
        assert len(answer["days"]) == 366
        assert answer["used"] == {"blue": 301, "white": 43, "red": 22}
        assert answer["left"] == {"blue": 0, "white": 0, "red": 0}
        assert answer["counted_until"] == "2024-08-31"


async def test_a_day_that_nobody_knows_is_null_and_so_are_the_counts_that_it_may_change(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await open_account(NOW, start=False)
    account.simulator.tempo.withheld.add(date(2026, 10, 3))
    await account.start()
    answer = await call(hass, "get_tempo_calendar", start="2026-10-02", end="2026-10-04")
    assert [day["colour"] for day in answer["days"]] == ["blue", None, "blue"]
    assert answer["unknown_days"] == ["2026-10-03"]
    # A Saturday of October: blue or white, never red.
    assert answer["used"] == {"blue": None, "white": None, "red": 0}
    assert answer["counted_until"] == "2026-10-04"


async def test_a_provisional_colour_is_said_to_be(open_account: OpenAccount, hass: HomeAssistant) -> None:
    await open_account(paris(2026, 12, 16, 10, 30))
    answer = await call(hass, "get_tempo_calendar", start="2026-12-16", end="2026-12-18")
    assert [day["status"] for day in answer["days"]] == ["confirmed", "provisional", None]


async def test_the_days_of_the_clock_changes_have_23_and_25_hours(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    await open_account(NOW)
    for first, length in (("2026-03-28", 23), ("2026-10-24", 25)):
        (day,) = (await call(hass, "get_tempo_calendar", start=first, end=first))["days"]
        assert datetime.fromisoformat(day["end"]) - datetime.fromisoformat(day["start"]) == timedelta(hours=length)


async def test_ecowatt_is_told_hour_by_hour(open_account: OpenAccount, hass: HomeAssistant) -> None:
    account = await open_account(NOW, start=False)
    account.simulator.ecowatt.sent[TODAY] = range(7, 24)
    account.simulator.ecowatt.withheld.add(date(2026, 12, 18))
    await account.start()
    answer = await call(hass, "get_ecowatt")
    assert [day["day"] for day in answer["days"]] == [f"2026-12-{day}" for day in (16, 17, 18, 19)]
    today, tomorrow, unknown, _last = answer["days"]
    assert today["hours"] == [None] * 7 + [WORDS[level] for level in ecowatt_hours(TODAY)[7:]]
    assert tomorrow["hours"] == [WORDS[level] for level in ecowatt_hours(TOMORROW)]
    assert (tomorrow["level"], tomorrow["message"]) == ("orange", "Risque de coupures d'électricité.")
    assert tomorrow["generated_at"] == "2026-12-14T17:00:00+01:00"
    assert unknown == {
        "day": "2026-12-18", "level": None, "message": None, "hours": [None] * 24, "generated_at": None,
    }  # fmt: skip
    assert answer["tensions"] == [
        {"start": at(TOMORROW, 8), "end": at(TOMORROW, 12), "level": "orange"},
        {"start": at(TOMORROW, 18), "end": at(TOMORROW, 20), "level": "orange"},
    ]


@pytest.mark.parametrize(
    ("given", "first", "last"),
    [
        ({"start": "2026-12-01"}, "2026-12-01", "2026-12-04"),
        ({"end": "2026-12-10"}, "2026-12-10", "2026-12-10"),
        ({"end": "2026-12-18"}, "2026-12-16", "2026-12-18"),
        ({"start": "2025-12-17", "end": "2026-12-17"}, "2025-12-17", "2026-12-17"),
    ],
)
async def test_ecowatt_answers_for_the_days_that_are_asked(
    open_account: OpenAccount, hass: HomeAssistant, given: dict[str, str], first: str, last: str
) -> None:
    await open_account(NOW)
    days = (await call(hass, "get_ecowatt", **given))["days"]
    assert (days[0]["day"], days[-1]["day"]) == (first, last)


@pytest.mark.parametrize(("action", "limit"), [("get_tempo_calendar", 3660), ("get_ecowatt", 366)])
async def test_what_cannot_be_answered_is_refused_in_words(
    open_account: OpenAccount, hass: HomeAssistant, action: str, limit: int
) -> None:
    account = await open_account(NOW)
    assert await refusal(hass, action, start="2026-12-02", end="2026-12-01") == (
        "end_before_start",
        {"start": "2026-12-02", "end": "2026-12-01"},
    )
    widest = date(2026, 12, 31) - timedelta(days=limit - 1)
    assert len((await call(hass, action, start=widest.isoformat(), end="2026-12-31"))["days"]) == limit
    too_early = (widest - timedelta(days=1)).isoformat()
    assert await refusal(hass, action, start=too_early, end="2026-12-31") == (
        "too_many_days",
        {"days": str(limit + 1), "limit": str(limit)},
    )
    with pytest.raises(Invalid):
        await call(hass, action, start="9999-12-31")
    await stop(account)
    assert await refusal(hass, action) == ("no_account", {})


async def stop(account: Account) -> None:
    assert await account.hass.config_entries.async_unload(account.entry.entry_id)
    await account.settle()


async def test_no_call_is_made_for_an_answer(open_account: OpenAccount, hass: HomeAssistant) -> None:
    account = await open_account(NOW)
    made = len(account.simulator.calls)
    await call(hass, "get_tempo_calendar", start="2017-01-01", end="2026-12-31")
    await call(hass, "get_ecowatt", start="2026-01-01", end="2026-12-31")
    assert len(account.simulator.calls) == made
