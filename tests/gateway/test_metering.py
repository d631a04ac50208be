"""The numbers of a metering body are those of the truth it was written from, or they are missing."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.myelectricaldata.energy.calendar import PARIS, day_start
from custom_components.myelectricaldata.energy.readings import DayCurve, slots_in_day
from custom_components.myelectricaldata.gateway.answers import Answer
from custom_components.myelectricaldata.gateway.errors import BeforeActivation, GatewayUnavailable
from custom_components.myelectricaldata.gateway.metering import (
    Quantity,
    Question,
    daily_energy,
    load_curve,
    maximum_power,
    read_metering,
)
from custom_components.myelectricaldata.gateway.models import Dialect, Direction, PowerPeak

from .bodies import (
    OTHER_PDL,
    PDL,
    Sample,
    modern,
    modern_curve,
    modern_daily,
    modern_power,
    samples_of,
    v5_curve,
    v5_daily,
    v5_power,
)

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
AUTUMN = date(2026, 10, 25)
SPRING = date(2026, 3, 29)
DAY = date(2026, 11, 17)


def question(quantity: Quantity, direction: Direction = Direction.CONSUMPTION, **days: date) -> Question:
    first, last = days.get("first", date(2020, 1, 1)), days.get("last", date(2026, 12, 31))
    return Question(pdl=PDL, direction=direction, quantity=quantity, first=first, last=last, now=NOW)


def daily(data: object, direction: Direction = Direction.CONSUMPTION, **days: date) -> dict[date, int]:
    asked = question(Quantity.DAILY, direction, **days)
    return daily_energy(read_metering(Answer(data=data), asked), asked)


def curve(data: object, direction: Direction = Direction.CONSUMPTION, **days: date) -> dict[date, DayCurve]:
    asked = question(Quantity.CURVE, direction, **days)
    return load_curve(read_metering(Answer(data=data), asked), asked)


def power(data: object, **days: date) -> dict[date, PowerPeak]:
    asked = question(Quantity.POWER, Direction.CONSUMPTION, **days)
    return maximum_power(read_metering(Answer(data=data), asked), asked)


def flat_day(day: date = DAY, minutes: int = 30) -> DayCurve:
    return DayCurve(minutes, tuple(range(100, 100 + slots_in_day(day, minutes))))


def readings(samples: list[Sample], **fields: object) -> dict[str, Any]:
    """A v5 curve with fields of every reading replaced, or left out when None."""
    body = v5_curve(samples)
    for reading in body["meter_reading"]["interval_reading"]:
        reading.update(fields)
        for name, value in fields.items():
            if value is None:
                del reading[name]
    return body


@st.composite
def truths(draw: st.DrawFn) -> dict[date, DayCurve]:
    first = draw(st.sampled_from([SPRING, AUTUMN, DAY, date(2024, 2, 28), date(2025, 12, 30)]))
    truth = {}
    for offset in range(draw(st.integers(1, 3))):
        day = first + timedelta(days=offset)
        minutes = draw(st.sampled_from([10, 15, 30, 60]))
        count = slots_in_day(day, minutes)
        values = st.one_of(st.integers(0, 36_000), st.just(0), st.none())
        watts = tuple(draw(st.lists(values, min_size=count, max_size=count)))
        truth[day] = DayCurve(minutes, watts)
    return truth


@settings(max_examples=60, deadline=None)
@given(
    truth=truths(),
    seed=st.integers(0, 2**32),
    shape=st.sampled_from(["v5", "2026"]),
    direction=st.sampled_from(Direction),
)
def test_a_curve_survives_both_shapes_any_order_of_days_and_repetition(
    truth: dict[date, DayCurve], seed: int, shape: str, direction: Direction
) -> None:
    chance = random.Random(seed)
    parts: list[list[Sample]] = []
    for day, known in truth.items():
        samples = samples_of(day, known)
        if day == AUTUMN:  # two runs of a label are told apart by their order, so the day stays in one piece
            parts.append(samples * chance.choice([1, 2]))
        else:
            parts += [[sample] for sample in samples + chance.sample(samples, chance.randrange(len(samples)))]
    chance.shuffle(parts)
    body = (v5_curve if shape == "v5" else lambda samples: modern_curve(samples, direction))(
        [sample for part in parts for sample in part]
    )
    assert curve(body, direction) == truth


@settings(max_examples=60, deadline=None)
@given(
    truth=st.dictionaries(
        st.dates(date(2023, 11, 1), date(2026, 11, 20)), st.one_of(st.integers(0, 500_000), st.none()), max_size=40
    ),
    seed=st.integers(0, 2**32),
    shape=st.sampled_from([v5_daily, modern_daily]),
)
def test_daily_indexes_survive_both_shapes_any_order_and_repetition(
    truth: dict[date, int | None], seed: int, shape: Any
) -> None:
    chance = random.Random(seed)
    days = list(truth.items()) * chance.choice([1, 2, 3])
    chance.shuffle(days)
    assert daily(shape(days)) == {day: wh for day, wh in truth.items() if wh is not None}


@pytest.mark.parametrize(
    "missing",
    [None, "", " ", "abc", "-5", -5, "NaN", "Infinity", float("nan"), float("inf"), True, False, [], {}, "1 453",
     "1,453", "0x10", "١٢", "1_000", "1e400", 10**12, "9" * 25],
)  # fmt: skip
def test_what_is_not_a_plausible_number_is_missing_and_never_zero(missing: object) -> None:
    body = v5_daily([(DAY, 1), (DAY + timedelta(days=1), 2)])
    body["meter_reading"]["interval_reading"][0]["value"] = missing
    assert daily(body) == {DAY + timedelta(days=1): 2}


@pytest.mark.parametrize(
    ("written", "wh"), [("16733", 16733), (16733, 16733), ("16733.0", 16733), (16733.4, 16733), ("0.5", 1), (" 7 ", 7),
     ("0", 0), (0, 0), ("1.5e3", 1500)]
)  # fmt: skip
def test_numbers_may_be_texts_or_numbers_with_or_without_decimals(written: object, wh: int) -> None:
    body = v5_daily([(DAY, 1)])
    body["meter_reading"]["interval_reading"][0]["value"] = written
    assert daily(body) == {DAY: wh}


def test_two_values_for_one_day_are_no_value_whatever_their_order() -> None:
    assert daily(v5_daily([(DAY, 5), (DAY, 6), (DAY, None)])) == {}


@pytest.mark.parametrize(
    ("unit", "factor"), [("Wh", 1), ("W", 1), ("kWh", 1000), ("KWH", 1000), ("MWh", 1_000_000), ("", 1), ("EUR", 1)]
)
def test_daily_values_are_wh_unless_the_body_says_kilo(unit: str, factor: int) -> None:
    assert daily(v5_daily([(DAY, 17)], unit)) == {DAY: 17 * factor}


def test_the_demo_account_gives_decimal_kwh() -> None:
    body = v5_daily([(DAY, 0)], "kWh")
    body["meter_reading"]["interval_reading"][0] |= {"value": "28.493", "interval_length": "PT1D"}
    assert daily(body) == {DAY: 28493}


@pytest.mark.parametrize(
    "stamp", ["2026-11-17 00:00:00", "2026-11-17T00:00:00+01:00", "2026-11-17", "2026-11-17T00:00+0100"]
)
def test_a_day_may_be_written_as_its_midnight(stamp: str) -> None:
    body = v5_daily([(DAY, 5)])
    body["meter_reading"]["interval_reading"][0]["date"] = stamp
    assert daily(body) == {DAY: 5}


@pytest.mark.parametrize(
    "stamp",
    ["2026-11-16T23:00:00Z", "2026-11-17 12:00:00", "17/11/2026", "2026-02-30", None, 20261117, "2026-11-17 25:00:00", "2026-11-17 10:75:00",
     "0000-01-01", "9999-12-31", "2026-02-30 10:00:00", "2026-11-17T00:00:00+14:00"],
)  # fmt: skip
def test_a_moment_that_is_no_day_is_not_taken_for_one(stamp: object) -> None:
    body = v5_daily([(DAY, 5), (DAY + timedelta(days=1), 6)])
    body["meter_reading"]["interval_reading"][0]["date"] = stamp
    assert daily(body) == {DAY + timedelta(days=1): 6}
    body["meter_reading"]["interval_reading"].pop()
    with pytest.raises(GatewayUnavailable, match="known date"):
        daily(body)


@pytest.mark.parametrize("step", ["P1M", "PT30M", "P7D", "nonsense"])
def test_a_reading_of_another_length_is_not_a_day(step: str) -> None:
    body = modern_daily([(DAY, 5), (DAY + timedelta(days=1), 6)])
    points = body["grandeur"][1]["points"]
    points[0]["p"], points[1]["p"] = step, "P1D"
    assert daily(body) == {DAY + timedelta(days=1): 6}


def test_monthly_totals_do_not_pass_for_days() -> None:
    with pytest.raises(GatewayUnavailable, match="month"):
        daily(modern_daily([(DAY, 5)]) | {"pas": "P1M"})
    with pytest.raises(GatewayUnavailable, match="month"):
        power(modern_power([("2026-11-17 10:00:00", "5")]) | {"pas": "P1M"})


def test_readings_of_another_usage_point_are_refused() -> None:
    body = modern_daily([(DAY, 5)])
    with pytest.raises(GatewayUnavailable, match="another usage point"):
        daily(body | {"idPrm": OTHER_PDL})
    for unnamed in (int(PDL), "", None):
        assert daily(body | {"idPrm": unnamed}) == {DAY: 5}


def test_only_the_days_asked_for_come_back() -> None:
    days = [(DAY + timedelta(days=offset), offset) for offset in range(-2, 3)]
    assert daily(v5_daily(days), first=DAY, last=DAY) == {DAY: 0}
    samples = samples_of(DAY, flat_day()) + samples_of(DAY - timedelta(days=1), flat_day())
    assert curve(v5_curve(samples), first=DAY, last=DAY) == {DAY: flat_day()}
    peaks = [(f"2026-11-{day} 10:00:00", "5") for day in (16, 17, 18)]
    assert list(power(v5_power(peaks), first=DAY, last=DAY)) == [DAY]


def test_the_other_direction_and_other_quantities_are_left_out() -> None:
    body = modern_daily([(DAY, 5)])
    body["grandeur"][1]["grandeurPhysique"] = "ER"
    body["grandeur"].append(
        {"grandeurMetier": "CONS", "grandeurPhysique": "EA", "unite": "Wh", "points": [{"v": "7", "d": "2026-11-18"}]}
    )
    body["grandeur"].append(
        {"grandeurMetier": "CONS", "grandeurPhysique": "EA", "unite": "kWh", "points": [{"v": "8", "d": "2026-11-19"}]}
    )
    assert daily(body) == {date(2026, 11, 18): 7, date(2026, 11, 19): 8000}
    assert daily({"grandeur": body["grandeur"][:1]}) == {}
    assert daily({"grandeur": body["grandeur"][2]}) == {date(2026, 11, 18): 7}
    assert daily({"grandeur": []}) == {}


@pytest.mark.parametrize(
    "data",
    [None, [], {}, "text", 5, {"meter_reading": None}, {"meter_reading": {}}, {"meter_reading": {"interval_reading": 5}},
     {"grandeur": None}, {"grandeur": [5]}, {"grandeur": [{}]}, {"grandeur": [{"grandeurMetier": "XYZ", "points": []}]},
     {"grandeur": [{"grandeurMetier": "CONS", "grandeurPhysique": "EA"}]},
     {"grandeur": [{"grandeurMetier": "CONS", "grandeurPhysique": "ER", "points": []}]}],
)  # fmt: skip
def test_a_shape_that_nobody_knows_is_not_an_empty_day(data: object) -> None:
    with pytest.raises(GatewayUnavailable):
        daily(data)


@pytest.mark.parametrize("read", [daily, curve, power])
def test_an_empty_list_and_a_null_one_are_an_empty_answer(read: Any) -> None:
    assert read({"meter_reading": {"interval_reading": []}}) == {}
    assert read({"meter_reading": {"interval_reading": None}}) == {}


def test_an_error_inside_the_data_is_an_error() -> None:
    with pytest.raises(BeforeActivation) as raised:
        power({"error": "ADAM-ERR0123", "error_description": "Before the meter's last activation date"})
    assert raised.value.code == "ADAM-ERR0123"


def test_the_dialect_is_the_shape_and_the_partial_flag_is_kept() -> None:
    asked = question(Quantity.CURVE)
    samples = samples_of(DAY, flat_day())
    assert read_metering(Answer(data=v5_curve(samples)), asked).dialect is Dialect.V5
    modern_readings = read_metering(Answer(data=modern_curve(samples), partial=True), asked)
    assert (modern_readings.dialect, modern_readings.partial) == (Dialect.DATA_CONNECT_2026, True)


def test_an_interval_may_be_written_in_hours() -> None:
    hourly = flat_day(minutes=60)
    assert curve(readings(samples_of(DAY, hourly), interval_length="PT1H")) == {DAY: hourly}


@pytest.mark.parametrize("interval", ["PT7M", "PT0M", "P1D", "PT30S", "30", 30, "PT999H"])
def test_an_unknown_interval_is_not_guessed(interval: object) -> None:
    assert curve(readings(samples_of(DAY, flat_day()), interval_length=interval)) == {}


@pytest.mark.parametrize("day", [DAY, SPRING, AUTUMN])
def test_a_whole_day_without_intervals_can_only_be_half_hourly(day: date) -> None:
    assert curve(readings(samples_of(day, flat_day(day)), interval_length=None)) == {day: flat_day(day)}


@pytest.mark.parametrize("samples", [samples_of(DAY, flat_day())[1:], samples_of(DAY, flat_day(minutes=60))])
def test_without_intervals_a_day_of_another_count_stays_unknown(samples: list[Sample]) -> None:
    assert curve(readings(samples, interval_length=None)) == {}


@pytest.mark.parametrize(
    ("unit", "value", "watts"), [("W", "500", 500), ("Wh", "500", 500), ("kW", "0.5", 500), ("kWh", "0.25", 500),
     (None, "500", 500)]
)  # fmt: skip
def test_curves_are_watts_unless_the_body_says_kilo(unit: str | None, value: str, watts: int) -> None:
    body = modern([{"v": value, "d": "2026-11-17 00:00:00", "p": "PT30M"}], Direction.CONSUMPTION, "PA", unit or "")
    assert curve(body)[DAY].watts[0] == watts


def test_the_demo_accounts_curve_is_told_by_its_stamps_and_read_as_kwh_a_slot() -> None:
    truth = DayCurve(30, tuple(566 if slot < 24 else 0 for slot in range(48)))
    body = readings(samples_of(DAY, truth))
    for reading in body["meter_reading"]["interval_reading"]:
        reading["date"] = reading["date"].replace(" ", "T") + "+01:00"
        reading["value"] = "0.283" if reading["value"] == "566" else "0.0"
    assert curve(body) == {DAY: truth}


def test_offsets_alone_do_not_make_kwh_of_watts() -> None:
    body = readings(samples_of(DAY, flat_day()))
    for reading in body["meter_reading"]["interval_reading"]:
        reading["date"] = reading["date"].replace(" ", "T") + "+01:00"
    assert curve(body) == {DAY: flat_day()}


def test_raw_enedis_stamps_are_refused_rather_than_shifted_by_a_guess() -> None:
    ends = [
        (label + timedelta(minutes=minutes), minutes, watts) for label, minutes, watts in samples_of(DAY, flat_day())
    ]
    with pytest.raises(GatewayUnavailable, match="end of its intervals"):
        curve(v5_curve(ends))


@pytest.mark.parametrize("body", [v5_power, modern_power])
def test_a_peak_has_its_utc_instant(body: Any) -> None:
    assert power(body([("2026-11-16 23:42:22", "3409")])) == {
        date(2026, 11, 16): PowerPeak(volt_amperes=3409, at=datetime(2026, 11, 16, 22, 42, 22, tzinfo=UTC))
    }


def test_a_peak_in_the_hour_that_happens_twice_or_never_has_no_instant() -> None:
    peaks = power(v5_power([("2026-10-25 02:30:00", "9"), ("2026-03-29 02:30:00", "8"), ("2026-10-25", None)]))
    assert peaks == {SPRING: PowerPeak(volt_amperes=8, at=None), AUTUMN: PowerPeak(volt_amperes=9, at=None)}


def test_of_several_peaks_of_a_day_the_highest_counts_then_the_one_with_a_moment() -> None:
    peaks = [
        ("2026-11-17", "50"),
        ("2026-11-17 10:00:00", "50"),
        ("2026-11-17 11:00:00", "50"),
        ("2026-11-17 12:00:00", "9"),
    ]
    at = day_start(DAY) + timedelta(hours=10)
    for order in (peaks, peaks[::-1]):
        assert power(v5_power(order)) == {DAY: PowerPeak(volt_amperes=50, at=at)}


def test_a_peak_may_come_in_kva_with_only_its_day_or_with_an_offset() -> None:
    assert power(v5_power([("2026-11-17", "4.532")], "kVA")) == {DAY: PowerPeak(volt_amperes=4532, at=None)}
    at = datetime(2026, 11, 17, 10, tzinfo=PARIS).astimezone(UTC)
    assert power(v5_power([("2026-11-17T10:00:00+01:00", "4")])) == {DAY: PowerPeak(volt_amperes=4, at=at)}
    with pytest.raises(GatewayUnavailable):
        power(v5_power([("2026-11-17T10:00:00+99:00", "4")]))
