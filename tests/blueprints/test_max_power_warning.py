"""The warning of a maximum power, as days of data come."""

from typing import Any

import pytest

from tests.blueprints.rig import House, paris

pytestmark = pytest.mark.long

PEAK, SUBSCRIBED, AT = "sensor.max_power_yesterday", "sensor.subscribed_power", "sensor.max_power_time"


async def begin(house: House, blueprint: str = "en/max_power_warning", subscribed: str = "6", **inputs: Any) -> None:
    """Late on the 10th, the day before yesterday's figure is there."""
    house.freezer.move_to(paris("2026-12-10 23:50"))
    house.has_phones = True
    house.signals |= {
        PEAK: ("3000", {"unit_of_measurement": "VA", "day": "2026-12-09"}),
        SUBSCRIBED: (subscribed, {"unit_of_measurement": "kVA"}),
        AT: ("unknown", {}),
    }
    await house.start(blueprint, {"peak": PEAK, "subscribed": SUBSCRIBED, "peak_time": AT, **inputs})


async def comes(house: House, at: str, value: str, day: str, unit: str = "VA") -> None:
    await house.until(at)
    await house.say(PEAK, value, unit_of_measurement=unit, day=day)


def told(house: House) -> list[tuple[str, str, str]]:
    """When the first phone was told what."""
    return [(at, data["title"], data["message"]) for at, action, data in house.calls[::2] if "notify" in action]


@pytest.mark.parametrize(
    ("blueprint", "title", "message"),
    [
        (
            "en/max_power_warning",
            "Maximum power: 97 % of the subscription",
            "2026-12-10 at 19:42: 5.8 kVA of 6.0 kVA.",
        ),
        (
            "fr/puissance_maximale",
            "Puissance maximale : 97 % de l'abonnement",
            "10/12/2026 à 19:42 : 5.8 kVA sur 6.0 kVA.",
        ),
    ],
)
async def test_a_high_peak_is_told_when_it_comes(house: House, blueprint: str, title: str, message: str) -> None:
    await begin(house, blueprint)
    await house.say(AT, "2026-12-10T18:42:00+00:00")
    await comes(house, "2026-12-11 07:12", "5800", "2026-12-10")
    await house.until("2026-12-11 20:00")
    assert told(house) == [("12-11 07:12", title, message)]


async def test_a_low_peak_is_not_told_and_the_same_high_one_on_the_next_day_is(house: House) -> None:
    await begin(house)
    await comes(house, "2026-12-11 07:00", "5399", "2026-12-10")
    assert told(house) == []
    await comes(house, "2026-12-12 07:00", "5400", "2026-12-11")
    await comes(house, "2026-12-13 07:00", "5400", "2026-12-12")
    assert [at for at, *_ in told(house)] == ["12-12 07:00", "12-13 07:00"]


async def test_other_attributes_a_reload_and_a_restart_do_not_repeat_it_but_a_revised_figure_does(
    house: House,
) -> None:
    await begin(house)
    await comes(house, "2026-12-11 07:00", "5900", "2026-12-10")
    await house.say(PEAK, "5900", unit_of_measurement="VA", day="2026-12-10", note="another")
    await house.say(PEAK, "5.9", unit_of_measurement="kVA", day="2026-12-10")
    await house.say(PEAK, "unavailable")
    await house.say(PEAK, "5900", unit_of_measurement="VA", day="2026-12-10")
    await house.restart("2026-12-11 08:00")
    await house.say(PEAK, "unavailable")
    await house.say(PEAK, "5900", unit_of_measurement="VA", day="2026-12-10")
    assert [at for at, *_ in told(house)] == ["12-11 07:00"]
    await comes(house, "2026-12-11 12:00", "6300", "2026-12-10")
    assert [(at, title) for at, title, _ in told(house)[1:]] == [
        ("12-11 12:00", "Maximum power: 105 % of the subscription")
    ]


async def test_a_day_that_came_while_the_integration_was_away_is_told_when_it_is_back(house: House) -> None:
    await begin(house)
    await house.say(PEAK, "unavailable")
    await comes(house, "2026-12-11 07:30", "6200", "2026-12-10", unit="VA")
    assert [at for at, *_ in told(house)] == ["12-11 07:30"]


async def test_figures_in_other_units_are_understood(house: House) -> None:
    await begin(house)
    await comes(house, "2026-12-11 07:00", "5.7", "2026-12-10", unit="kVA")
    assert told(house)[0][1] == "Maximum power: 95 % of the subscription"


@pytest.mark.parametrize(("value", "subscribed"), [("unknown", "6"), ("9000", "unknown"), ("9000", "unavailable")])
async def test_nothing_is_said_when_one_of_both_is_unknown(house: House, value: str, subscribed: str) -> None:
    await begin(house, subscribed=subscribed)
    await comes(house, "2026-12-11 07:00", value, "2026-12-10")
    assert told(house) == []
