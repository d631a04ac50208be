"""A winter week for the pictures: what RTE says of these days, so that there is something to see at any time of a year.

Never told where the demo is judged (`scripts/demo --check`): `signals.py` compares with the season of the simulator.
"""

from datetime import UTC, date, datetime
from typing import Final

from tests.simulators.clock import ONE_DAY, PARIS
from tests.simulators.gateway import GatewaySimulator

_FOREVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
_BLUE, _WHITE, _RED = "BLUE", "WHITE", "RED"
# From Monday on. RTE's rules: Sundays are blue, a Saturday is not red.
_COLOURS: Final = (_BLUE, _WHITE, _RED, _RED, _WHITE, _WHITE, _BLUE)
_SUMMER: Final = {_RED: _WHITE}
_WEEKS: Final = (-1, 0, 1)

_CALM, _TENSE, _VERY_TENSE = 1, 2, 3


def tell_winter(gateway: GatewaySimulator) -> None:
    """Colours of last week to next week, and a grid that is tense in the mornings and evenings of today to J+2."""
    today = datetime.now(PARIS).date()
    monday = today - today.weekday() * ONE_DAY
    for week in _WEEKS:
        for weekday, colour in enumerate(_COLOURS):
            day = monday + (7 * week + weekday) * ONE_DAY
            gateway.tempo.corrected[day] = (_allowed(colour, day), _FOREVER)
    gateway.ecowatt.told |= {
        today - 2 * ONE_DAY: _levels({range(8, 12): _TENSE}),
        today: _levels({range(8, 11): _TENSE, range(17, 21): _TENSE}),
        today + ONE_DAY: _levels({range(8, 13): _TENSE, range(18, 20): _VERY_TENSE}),
        today + 2 * ONE_DAY: _levels({range(18, 20): _TENSE}),
    }


def _allowed(colour: str, day: date) -> str:
    is_winter = day.month >= 11 or day.month <= 3
    return colour if is_winter else _SUMMER.get(colour, colour)


def _levels(marked: dict[range, int]) -> tuple[int, ...]:
    hours = [0 if hour in range(2, 5) else _CALM for hour in range(24)]
    for span, level in marked.items():
        for hour in span:
            hours[hour] = level
    return tuple(hours)
