"""A French climate that never happened: every day of it is a pure function of its date."""

import math
from datetime import date
from functools import cache, lru_cache

_MASK = (1 << 64) - 1


def chance(*keys: int) -> float:
    """A number in [0, 1) that looks random and is always the same for the same keys."""
    state = 0x9E3779B97F4A7C15
    for key in keys:
        state = (state ^ (key & _MASK)) * 0xBF58476D1CE4E5B9 & _MASK
        state ^= state >> 29
        state = state * 0x94D049BB133111EB & _MASK
        state ^= state >> 32
    return state / (_MASK + 1)


def _weather(kind: int, ordinal: int, span: int) -> float:
    """Smooth noise in [-1, 1): one knot every `span` days."""
    knot, inside = divmod(ordinal, span)
    weight = (1 - math.cos(math.pi * inside / span)) / 2
    before, after = chance(kind, span, knot), chance(kind, span, knot + 1)
    return 2 * (before * (1 - weight) + after * weight) - 1


@cache
def temperature(day: date) -> float:
    """Mean of the day in °C: seasons, slow spells of cold and heat, and the weather of the day."""
    ordinal = day.toordinal()
    season = 12.3 - 7.8 * math.cos(2 * math.pi * (day.timetuple().tm_yday - 19) / 365.25)
    return season + 4.2 * _weather(1, ordinal, 9) + 2.1 * _weather(2, ordinal, 3) + 1.6 * (chance(3, ordinal) - 0.5)


@cache
def clearness(day: date) -> float:
    """How much of the clear sky's light reaches the panels, from 0.06 (fog) to 1."""
    ordinal = day.toordinal()
    winter = math.cos(2 * math.pi * (day.timetuple().tm_yday - 5) / 365.25)
    raw = 0.58 - 0.16 * winter + 0.3 * _weather(4, ordinal, 4) + 0.34 * (chance(5, ordinal) - 0.5)
    return min(1.0, max(0.06, raw))


@lru_cache(maxsize=4096)
def clear_sky(day_of_year: int, minutes: int, summer_time: bool) -> tuple[float, ...]:
    """What 1 W of panels gives under a clear sky, by slot of an ordinary day that starts at Paris midnight (48° N)."""
    declination = math.radians(-23.44) * math.cos(2 * math.pi * (day_of_year + 10) / 365.25)
    latitude = math.radians(47.5)
    noon = 60 * (13.83 if summer_time else 12.83)
    values = []
    for wall in range(0, 1500, minutes):
        angle = math.radians((wall + minutes / 2 - noon) / 4)
        height = math.sin(latitude) * math.sin(declination) + math.cos(latitude) * math.cos(declination) * math.cos(
            angle
        )
        values.append(0.92 * height**1.15 if height > 0.02 else 0.0)
    return tuple(values)


def national_megawatts(day: date, wall_minute: int) -> float:
    """The load of France at a wall-clock minute of a day, in MW."""
    cold = max(0.0, 15.5 - temperature(day))
    weekend = 0.9 if day.weekday() >= 5 else 1.0
    hours = wall_minute / 60
    shape = 1 + 0.11 * math.sin((hours - 8.5) * math.pi / 12) + 0.07 * math.exp(-(((hours - 19) / 1.7) ** 2))
    return round((42000 + 2350 * cold) * weekend * shape)
