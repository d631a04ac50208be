"""The warning that data has not come, over weeks."""

from typing import Any

import pytest

from tests.blueprints.rig import House, paris

pytestmark = pytest.mark.long

LAST = "sensor.last_known_day"


async def begin(house: House, last: str, blueprint: str = "en/missing_data", **inputs: Any) -> None:
    house.freezer.move_to(paris("2026-12-10 12:00"))
    house.has_phones = True
    house.signals[LAST] = (last, {})
    await house.start(blueprint, {"last_day": LAST, **inputs})


def told(house: House) -> list[tuple[str, str]]:
    """When the first phone was told what."""
    return [(at, data["message"]) for at, action, data in house.calls[::2] if "notify" in action]


async def test_ordinary_days_are_silent_though_yesterday_comes_at_noon(house: House) -> None:
    await begin(house, "2026-12-08", days=1)
    days = {f"12-{day} 12:30": (LAST, f"2026-12-{day - 1:02}") for day in range(10, 14)}
    await house.until("2026-12-13 20:00", days)
    assert told(house) == []


@pytest.mark.parametrize(
    ("blueprint", "messages"),
    [
        (
            "en/missing_data",
            [
                "3 days without data: the last day known is 2026-12-09.",
                "10 days without data: the last day known is 2026-12-09.",
                "The data is back, until 2026-12-20.",
            ],
        ),
        (
            "fr/donnees_absentes",
            [
                "3 jours sans données : le dernier jour connu est le 09/12/2026.",
                "10 jours sans données : le dernier jour connu est le 09/12/2026.",
                "Les données sont de retour, jusqu'au 20/12/2026.",
            ],
        ),
    ],
)
async def test_it_is_told_after_three_days_again_after_a_week_and_when_it_is_over(
    house: House, blueprint: str, messages: list[str]
) -> None:
    await begin(house, "2026-12-09", blueprint)
    await house.until("2026-12-14 12:00")
    await house.restart("2026-12-14 17:59")
    await house.until("2026-12-21 20:00", {"12-21 09:00": (LAST, "2026-12-20")})
    times = ["12-13 18:00", "12-20 18:00", "12-21 09:00"]
    assert told(house) == list(zip(times, messages, strict=True))


async def test_data_that_comes_before_the_warning_is_no_news(house: House) -> None:
    await begin(house, "2026-12-09")
    await house.until("2026-12-13 19:00", {"12-13 10:00": (LAST, "2026-12-12")})
    assert told(house) == []


async def test_a_second_outage_soon_after_the_first_is_told_too(house: House) -> None:
    await begin(house, "2026-12-06")
    await house.until("2026-12-11 10:00", {"12-11 09:00": (LAST, "2026-12-10")})
    await house.until("2026-12-14 19:00")
    assert [at for at, _ in told(house)] == ["12-10 18:00", "12-11 09:00", "12-14 18:00"]


async def test_a_check_missed_while_home_assistant_was_off_is_made_up_on_the_next_day(house: House) -> None:
    await begin(house, "2026-12-09")
    await house.until("2026-12-13 17:00")
    await house.restart("2026-12-13 23:00")
    await house.until("2026-12-15 19:00")
    assert [at for at, _ in told(house)] == ["12-14 18:00"]


@pytest.mark.parametrize("nothing", ["unknown", "unavailable"])
async def test_an_unknown_day_is_no_number_of_days_but_is_told_when_it_has_lasted(house: House, nothing: str) -> None:
    await begin(house, "2026-12-09", days=2)
    await house.until("2026-12-13 19:00", {"12-10 15:00": (LAST, nothing)})
    assert told(house) == [("12-12 15:00", "The last day of data has been unknown for 2 days.")]
