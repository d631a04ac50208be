"""Load curves as the gateway serves them, made from a true series in UTC."""

from datetime import date, datetime, timedelta
from random import Random

from hypothesis import strategies as st

from custom_components.myelectricaldata.energy.assembly import CurveSample
from custom_components.myelectricaldata.energy.calendar import PARIS, day_start, days_between, minutes_in_day
from custom_components.myelectricaldata.energy.readings import DayCurve

INTERVALS = (5, 10, 15, 30, 60)
SPRING = (date(2020, 3, 29), date(2024, 3, 31), date(2026, 3, 29), date(2027, 3, 28))
AUTUMN = (date(2020, 10, 25), date(2024, 10, 27), date(2026, 10, 25), date(2027, 10, 31))
TURNS = (
    date(2024, 2, 29),
    date(2025, 12, 31),
    date(2026, 1, 1),
    date(2026, 9, 1),
    date(2026, 3, 31),
    date(2026, 11, 1),
)

ordinary_days = st.dates(date(2020, 1, 1), date(2032, 12, 31)).filter(lambda day: minutes_in_day(day) == 1440)
any_days = st.one_of(st.sampled_from(SPRING), st.sampled_from(AUTUMN), st.sampled_from(TURNS), ordinary_days)


def true_curve(day: date, minutes: int, random: Random, most: int = 9000) -> DayCurve:
    """A meter stores whole Wh: the power of a PT30M reading is even, of a PT10M one a multiple of six."""
    step = 60 // minutes
    return DayCurve(
        minutes, tuple(random.randrange(most // step) * step for _ in range(minutes_in_day(day) // minutes))
    )


def enedis_body(day: date, curve: DayCurve) -> list[CurveSample]:
    """Stamped as Enedis does it: local end of the interval."""
    step = timedelta(minutes=curve.minutes)
    return [
        CurveSample((day_start(day) + (place + 1) * step).astimezone(PARIS).replace(tzinfo=None), curve.minutes, watts)
        for place, watts in enumerate(curve.watts)
    ]


def gateway_body(day: date, curve: DayCurve) -> list[CurveSample]:
    """What the gateway makes of it: the same, moved back by one interval without looking at the zone."""
    return [
        CurveSample(sample.label - timedelta(minutes=sample.minutes), sample.minutes, sample.watts)
        for sample in enedis_body(day, curve)
    ]


@st.composite
def households(draw: st.DrawFn, most_days: int = 4) -> dict[date, DayCurve]:
    """A few days in a row of one meter."""
    first = draw(any_days) - timedelta(days=draw(st.integers(0, most_days - 1)))
    last = first + timedelta(days=draw(st.integers(0, most_days - 1)))
    minutes = draw(st.sampled_from(INTERVALS))
    random = Random(draw(st.integers(0, 2**32)))
    most = draw(st.sampled_from((130, 9000)))
    return {day: true_curve(day, minutes, random, most) for day in days_between(first, last)}


def sample(text: str, watts: int | None, minutes: int = 30) -> CurveSample:
    return CurveSample(datetime.fromisoformat(text), minutes, watts)
