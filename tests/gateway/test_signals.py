"""National signals and the catalogue: dates that lie a little, unknown words that must survive."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from custom_components.myelectricaldata.gateway.catalogue import read_contributions, read_offers, read_providers
from custom_components.myelectricaldata.gateway.errors import GatewayUnavailable
from custom_components.myelectricaldata.gateway.models import GridPoint, Provider, ZenFlexDay
from custom_components.myelectricaldata.gateway.signals import (
    read_ecowatt,
    read_france_consumption,
    read_generation_forecast,
    read_tempo_days,
    read_tempo_forecast,
    read_zen_flex_days,
)

FIRST, LAST = date(2026, 11, 20), date(2026, 11, 24)


def tempo(day: str, color: object = "BLUE", updated: str | None = None) -> dict[str, object]:
    return {"date": day, "color": color, "updated_at": updated, "rte_updated_date": "2026-11-19T09:20:00+00:00"}


def signal(periode: str, **fields: object) -> dict[str, object]:
    return {
        "periode": periode,
        "dvalue": 2,
        "message": "Risque.",
        "values": list(range(4)) * 6,
        "hdebut": 0,
        "hfin": 23,
        "generation_datetime": "2026-11-21T09:00:00",
    } | fields


def test_tempo_days_come_sorted_once_and_only_those_asked_for() -> None:
    rows = [
        tempo("2026-11-22", "VIOLET"),
        tempo("2026-11-19"),
        tempo("2026-11-25"),
        tempo("2026-11-21", "WHITE", "2026-11-21T09:00:00+00:00"),
        tempo("2026-11-21", "BLUE", "2026-11-21T08:00:00+00:00"),
        tempo("2026-11-21", "RED", "2026-11-21T10:00:00+00:00"),
        tempo("2026-11-23", None),
        None,
    ]
    days = read_tempo_days(rows, FIRST, LAST)
    assert [(day.day.day, day.color) for day in days] == [(21, "RED"), (22, "VIOLET")]
    assert days[1].published_at == datetime(2026, 11, 19, 9, 20, tzinfo=UTC)
    assert read_tempo_days([], FIRST, LAST) == ()


@pytest.mark.parametrize("data", [None, {}, [5], [{"day": "2026-11-21"}]])
@pytest.mark.parametrize("read", [read_tempo_days, read_ecowatt, read_zen_flex_days])
def test_a_list_of_unknown_rows_is_not_an_empty_list(read: Any, data: object) -> None:
    with pytest.raises(GatewayUnavailable):
        read(data, FIRST, LAST)


def test_a_tempo_forecast_keeps_only_probabilities_that_can_be() -> None:
    row = {"date": "2026-11-22", "probability_blue": "95.0", "probability_white": 3.2, "probability_red": 101}
    forecast = read_tempo_forecast({"season": "2026/2027", "forecasts": [row | {"most_likely": "BLUE"}, {"date": "?"}]})
    assert forecast.season == "2026/2027"
    (day,) = forecast.days
    assert (day.probability_blue, day.probability_white, day.probability_red) == (95.0, 3.2, None)
    with pytest.raises(GatewayUnavailable):
        read_tempo_forecast([])


@pytest.mark.parametrize(
    ("periode", "day"),
    [
        ("2026-11-21T23:00:00", date(2026, 11, 22)),
        ("2026-11-22T00:00:00", date(2026, 11, 22)),
        ("2026-11-22T00:00:00+01:00", date(2026, 11, 22)),
        ("2026-11-21T23:00:00Z", date(2026, 11, 22)),
    ],
)
def test_an_ecowatt_day_is_the_paris_day_of_its_utc_midnight(periode: str, day: date) -> None:
    assert [found.day for found in read_ecowatt([signal(periode)], FIRST, LAST)] == [day]


def test_in_summer_time_an_ecowatt_day_starts_at_22_utc() -> None:
    summer = date(2026, 7, 14)
    assert [found.day for found in read_ecowatt([signal("2026-07-13T22:00:00")], summer, summer)] == [summer]


def test_ecowatt_hours_that_rte_did_not_send_are_unknown_not_green() -> None:
    (day,) = read_ecowatt([signal("2026-11-21T23:00:00", hdebut=9, hfin=20)], FIRST, LAST)
    assert day.hours[:9] == (None,) * 9
    assert day.hours[9:21] == (1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0)
    assert day.hours[21:] == (None,) * 3
    (short,) = read_ecowatt(
        [signal("2026-11-21T23:00:00", values=[1, 7, None, "x"], hdebut=None, hfin=None, dvalue=9)], FIRST, LAST
    )
    assert short.hours == (1, *[None] * 23)
    assert short.level is None


def test_of_two_ecowatt_signals_of_a_day_the_one_generated_last_counts() -> None:
    newer = signal("2026-11-21T23:00:00", dvalue=3, generation_datetime="2026-11-21T10:00:00")
    older = signal("2026-11-22T00:00:00", dvalue=1)
    undated = signal("2026-11-21T23:00:00", dvalue=2, generation_datetime=None)
    for rows in ([newer, older, undated], [undated, older, newer]):
        assert [day.level for day in read_ecowatt([*rows, {"periode": 5}], FIRST, LAST)] == [3]


def test_an_absent_zen_flex_day_stays_absent() -> None:
    rows = [
        {"date": "2026-11-21", "day_type": "SOBRIETE"},
        {"date": "2026-11-20", "day_type": "NEUF"},
        {"date": "2026-11-22", "day_type": None},
        {"date": "2026-11-25", "day_type": "ECO"},
    ]
    assert read_zen_flex_days(rows, FIRST, LAST) == (
        ZenFlexDay(day=FIRST, day_type="NEUF"),
        ZenFlexDay(day=date(2026, 11, 21), day_type="SOBRIETE"),
    )


def test_grid_stamps_are_naive_utc_and_the_paris_days_asked_for_are_kept() -> None:
    values = [
        {"start_date": "2026-11-20T23:15:00", "end_date": "2026-11-20T23:30:00", "value": 64096.5},
        {"start_date": "2026-11-20T22:45:00", "end_date": "2026-11-20T23:00:00", "value": 1},
        {"start_date": "2026-11-20T23:00:00", "end_date": None, "value": "63000.0"},
        {"start_date": "2026-11-20T23:30:00", "end_date": None, "value": None},
    ]
    body = {"short_term": [{"type": "REALISED", "values": values}, {"values": []}]}
    day = date(2026, 11, 21)
    (series,) = read_france_consumption(body, day, day)
    assert (series.kind, series.production_type) == ("REALISED", None)
    start = datetime(2026, 11, 20, 23, tzinfo=UTC)
    assert series.points == (
        GridPoint(start=start, end=None, megawatts=63000.0),
        GridPoint(start=start.replace(minute=15), end=start.replace(minute=30), megawatts=64096.5),
    )
    (everything,) = read_france_consumption(body)
    assert len(everything.points) == 3


def test_generation_is_told_apart_by_kind_of_production() -> None:
    rows: list[dict[str, object]] = [
        {"production_type": name, "forecast_type": "ID", "values": []} for name in ("SOLAR", "WIND")
    ]
    series = read_generation_forecast({"forecasts": rows})
    assert [(one.kind, one.production_type) for one in series] == [("ID", "SOLAR"), ("ID", "WIND")]
    with pytest.raises(GatewayUnavailable):
        read_generation_forecast({"forecasts": {}})


OFFER = {
    "id": "0feb",
    "provider_id": "8608",
    "name": "Tarif Bleu",
    "offer_type": "NOUVEAU",
    "subscription_price": "15.50000",
    "base_price": None,
    "tempo_red_hp": "0.64680",
    "hc_price_weekday": "0.1",
    "ejp_peak": -1,
    "hc_schedules": {"monday": "22:30-06:30", "tuesday": None},
    "power_kva": 6,
    "price_updated_at": "2025-08-01T00:00:00+00:00",
    "valid_from": "2026-08-01T00:00:00+00:00",
    "valid_to": None,
    "is_active": True,
}


def test_an_offer_keeps_unknown_types_exact_prices_and_no_null_one() -> None:
    offer, *others = read_offers([OFFER, OFFER | {"name": None}, "text"])
    assert others == []
    assert offer.offer_type == "NOUVEAU"
    assert offer.prices == {"tempo_red_hp": Decimal("0.64680"), "hc_price_weekday": Decimal("0.1")}
    assert str(offer.prices["tempo_red_hp"]) == "0.64680"
    assert offer.subscription_price == Decimal("15.5")
    assert offer.power_kva == Decimal(6)
    assert offer.offpeak_schedules == {"monday": "22:30-06:30"}
    assert (offer.valid_from, offer.valid_to) == (date(2026, 8, 1), None)


def test_providers_and_contributions() -> None:
    assert read_providers([{"id": "1", "name": "EDF", "website": None}, {"id": "2"}]) == (
        Provider(provider_id="1", name="EDF", website=None),
    )
    row = {"id": "c", "status": "approved", "offer_name": "Zen", "messages": [{"content": "Merci"}, {}, 5]}
    (contribution,) = read_contributions([row, {"id": "d"}])
    assert (contribution.status, contribution.messages) == ("approved", ("Merci",))


@pytest.mark.parametrize("read", [read_providers, read_offers, read_contributions])
@pytest.mark.parametrize("data", [None, {}, [5], [{"name": "x"}]])
def test_a_catalogue_of_unknown_rows_is_not_an_empty_one(read: Any, data: object) -> None:
    assert read([]) == ()
    with pytest.raises(GatewayUnavailable):
        read(data)
