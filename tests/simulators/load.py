"""How a French household uses electricity: one day at a time, as a pure function of seed and date."""

import math
import random
from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

from .climate import chance, clear_sky, clearness, temperature
from .clock import day_minutes, holidays, midnight, walls_of

type Ranges = Sequence[tuple[int, int]]


@lru_cache(maxsize=64)
def _habits(minutes: int, free_day: bool) -> tuple[float, ...]:
    """Watts of living (light, kitchen, screens) by wall clock, in one slot of the day each."""

    def bump(at: float, width: float, height: float, hours: float) -> float:
        distance = (hours - at + 12) % 24 - 12
        return height * math.exp(-((distance / width) ** 2))

    peaks = (
        ((8.8, 1.4, 420), (12.7, 1.1, 760), (16.5, 2.2, 300), (19.8, 1.5, 900), (22.2, 1.4, 330))
        if free_day
        else ((7.1, 0.7, 620), (12.4, 0.7, 280), (18.4, 1.0, 520), (19.7, 1.2, 980), (22.0, 1.3, 340))
    )
    return tuple(
        85 + sum(bump(at, width, height, (wall + minutes / 2) / 60) for at, width, height in peaks)
        for wall in range(0, 1440, minutes)
    )


@lru_cache(maxsize=512)
def _absences(seed: int, year: int) -> tuple[tuple[date, date, bool], ...]:
    """(first, last, breaker off): two or three weeks of summer, a week of winter, a few week-ends."""
    summer = date(year, 7, 8) + timedelta(days=int(chance(seed, year, 1) * 30))
    winter = date(year, 2, 8) + timedelta(days=int(chance(seed, year, 2) * 20))
    trips = [
        (summer, summer + timedelta(days=13 + int(chance(seed, year, 3) * 8)), seed % 3 == 0),
        (winter, winter + timedelta(days=6), False),
        (date(year, 12, 23), date(year, 12, 23 + int(chance(seed, year, 4) * 5)), False),
    ]
    for week in range(1, 50):
        if chance(seed, year, 100 + week) < 0.09:
            saturday = date.fromisocalendar(year, week, 6)
            trips.append((saturday, saturday + timedelta(days=1), False))
    return tuple(trips)


def absence(seed: int, day: date) -> str:
    """`home`, `away` (the fridge runs on) or `off` (the main switch is down: real zeros)."""
    for first, last, breaker in _absences(seed, day.year):
        if first <= day <= last:
            return "off" if breaker and first < day < last else "away"
    return "home"


def _water_heater(offpeak: Ranges, rng: random.Random, minutes: int, walls: Sequence[int]) -> dict[int, float]:
    """Mean watts by slot index: it starts with the longest off-peak window and runs until the tank is hot."""
    if not offpeak:
        return {}
    start, end = max(offpeak, key=lambda window: (window[1] - window[0]) % 1440)
    left = min(rng.uniform(95, 215), float((end - start) % 1440 or 1440))
    heat: dict[int, float] = {}
    for index, wall in enumerate(walls):
        since = (wall - start) % 1440
        inside = min(minutes, left - since) if since < left else max(0, min(minutes, since + minutes - 1440, left))
        if inside > 0:
            heat[index] = 2000 * inside / minutes
    return heat


def consumed(seed: int, day: date, minutes: int, kva: int, offpeak: Ranges) -> list[float]:
    """Mean watts drawn in each slot of the day, before what panels give."""
    walls = walls_of(day, minutes)
    rng = random.Random(seed * 1_000_003 + day.toordinal() * 64 + minutes)
    mood = absence(seed, day)
    if mood == "off":
        return [0.0] * len(walls)
    noise = rng.random
    if mood == "away":
        return [38.0 + 44.0 * (noise() < 0.45) for _ in walls]
    free_day = day.weekday() >= 5 or day in holidays(day.year)
    habits = _habits(minutes, free_day)
    size = (0.55 + kva / 13) * (0.85 + 0.3 * chance(seed, 7)) * (0.88 + 0.24 * noise())
    cold = max(0.0, 16.2 - temperature(day))
    heating = cold * (26 + 9 * kva) * (0.8 + 0.4 * chance(seed, 8))
    slots = []
    for wall in walls:
        setback = 0.55 if wall < 330 or wall >= 1380 else 0.6 if 660 <= wall < 960 else 1.0
        living = habits[wall // minutes] * size * (0.72 + 0.56 * noise())
        slots.append(living + heating * setback * (0.8 + 0.4 * noise()))
    for index, watts in _water_heater(offpeak, rng, minutes, walls).items():
        slots[index] += watts
    for _ in range(rng.randrange(4)):
        start, power = rng.randrange(len(slots) * 7 // 24, len(slots)), rng.uniform(700, 2300)
        for index in range(start, min(len(slots), start + max(1, 60 // minutes))):
            slots[index] += power
    return slots


def panels(seed: int, day: date, minutes: int, peak_watts: int) -> list[float]:
    """Mean watts that the panels give in each slot of the day; true zeros from dusk to dawn."""
    walls = walls_of(day, minutes)
    rng = random.Random(seed * 999_983 + day.toordinal() * 64 + minutes + 17)
    noon_offset = midnight(day).hour
    light = clear_sky(day.timetuple().tm_yday, minutes, noon_offset == 22 or day_minutes(day) != 1440)
    sky = clearness(day)
    patchy = 0.9 * sky * (1 - sky) * 2
    noise = rng.random
    return [
        peak_watts * light[wall // minutes] * max(0.03, sky + patchy * (noise() - 0.5))
        if light[wall // minutes]
        else 0.0
        for wall in walls
    ]
