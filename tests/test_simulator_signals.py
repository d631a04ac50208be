"""The simulated national signals and catalogue: the rules that they respect and the traps that they set."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import groupby

import pytest

from tests.simulators import climate, france, offers, signals, tempo
from tests.simulators.clock import PARIS, holidays
from tests.simulators.gateway import GatewaySimulator
from tests.simulators.probe import Answer, Clock, Probe

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def probe(socket_enabled: None, clock: Clock) -> AsyncIterator[Probe]:
    async with GatewaySimulator([], now=clock) as simulator, Probe(simulator) as client:
        yield client


def rows(answer: Answer) -> list[dict[str, object]]:
    data = answer.body["data"]
    assert isinstance(data, list)
    return data


def dates(answer: Answer) -> list[str]:
    return [str(row["date"]) for row in rows(answer)]


# ---- Tempo ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", range(2016, 2029))
def test_a_tempo_season_respects_the_rules_of_rte(year: int) -> None:
    colours = tempo.season(year)
    leap = date(year, 9, 1) + timedelta(days=365) < date(year + 1, 9, 1)
    counts = {name: list(colours.values()).count(name) for name in ("BLUE", "WHITE", "RED")}
    assert counts == {"BLUE": 301 if leap else 300, "WHITE": 43, "RED": 22}
    for day, colour in colours.items():
        assert colour == "BLUE" or day.weekday() < 6
        if colour == "RED":
            assert date(year, 11, 1) <= day <= date(year + 1, 3, 31)
            assert day.weekday() < 5
            assert day not in holidays(day.year)
    assert max(len(list(run)) for colour, run in groupby(colours.values()) if colour == "RED") <= 5


async def test_the_start_of_a_tempo_range_is_excluded_and_its_end_is_not(probe: Probe) -> None:
    days = dates(await probe.get("/tempo/days", start_date="2026-11-01", end_date="2026-11-18"))
    assert (days[0], days[-1], len(days)) == ("2026-11-02", "2026-11-18", 17)
    assert dates(await probe.get("/tempo", start="2026-11-15", end="2026-11-18")) == dates(
        await probe.get("/tempo/days", start_date="2026-11-15", end_date="2026-11-18")
    )
    assert "rte_updated_date" not in rows(await probe.get("/tempo/", start="2026-11-15"))[0]
    assert len(dates(await probe.get("/tempo/days", start="2026-11-15"))) > 3650, "the wrong name is no filter"
    assert (await probe.get("/tempo/days", start_date="nope")).code() == "INVALID_DATE"
    assert rows(await probe.get("/tempo/days", start_date="2030-01-01")) == []


async def test_tomorrows_colour_comes_in_the_morning_unless_it_is_late_or_withheld(probe: Probe, clock: Clock) -> None:
    clock.now = datetime(2026, 11, 21, 9, 19, tzinfo=UTC)
    assert dates(await probe.get("/tempo/week"))[-1] == "2026-11-21"
    clock.now = datetime(2026, 11, 21, 9, 20, tzinfo=UTC)
    assert dates(await probe.get("/tempo/week")) == [f"2026-11-{day}" for day in range(16, 23)]
    probe.simulator.tempo.late[date(2026, 11, 22)] = timedelta(hours=2)
    probe.simulator.tempo.withheld.add(date(2026, 11, 19))
    assert dates(await probe.get("/tempo/week")) == [f"2026-11-{day}" for day in (16, 17, 18, 20, 21)]


async def test_today_is_the_utc_date(probe: Probe, clock: Clock) -> None:
    clock.now = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    assert clock.now.astimezone(PARIS).date() == date(2026, 11, 22)
    data = (await probe.get("/tempo/today")).body["data"]
    assert isinstance(data, dict)
    assert (data["date"], data["color"]) == ("2026-11-21", tempo.colour(date(2026, 11, 21)))
    probe.simulator.tempo.withheld.add(date(2026, 11, 21))
    assert (await probe.get("/tempo/today")).code() == "NOT_FOUND"


async def test_the_forecast_adds_up_and_loses_the_first_of_september(probe: Probe) -> None:
    data = (await probe.get("/tempo/forecast", days="6")).body["data"]
    assert isinstance(data, dict)
    stats = data["season_stats"]
    assert stats["blue_used"] + stats["white_used"] + stats["red_used"] == 81
    assert [guess["date"] for guess in data["forecasts"]] == [f"2026-11-{day}" for day in range(22, 28)]
    for guess in data["forecasts"]:
        chances = [guess[f"probability_{name}"] for name in ("blue", "white", "red")]
        assert sum(chances) == pytest.approx(100)
        if date.fromisoformat(guess["date"]).weekday() == 6:
            assert chances[1:] == [0, 0]
    assert (await probe.get("/tempo/forecast", days="9")).body == {
        "detail": [
            {
                "type": "less_than_equal",
                "loc": ["query", "days"],
                "msg": "Input should be less than or equal to 6",
                "input": "9",
                "ctx": {"le": 6},
            }
        ]
    }
    assert (await probe.get("/tempo/forecast", days="0")).status == 422
    assert (await probe.get("/tempo/forecast", days="x")).status == 422


# ---- EcoWatt, Zen Flex --------------------------------------------------------------------------------------------------


def signal_day(row: dict[str, object]) -> date:
    return datetime.fromisoformat(str(row["periode"])).replace(tzinfo=UTC).astimezone(PARIS).date()


@pytest.mark.parametrize("today", [date(2026, 11, 21), date(2026, 7, 9)])
async def test_ecowatt_current_is_tomorrow_and_only_history_has_today(probe: Probe, clock: Clock, today: date) -> None:
    clock.now = datetime.combine(today, datetime.min.time(), UTC) + timedelta(hours=18)
    current = (await probe.get("/ecowatt/current")).body
    assert signal_day(current) == today + timedelta(days=1)
    assert current["values"] == list(signals.ecowatt_hours(today + timedelta(days=1)))
    forecast = rows(await probe.get("/ecowatt/forecast"))
    assert [signal_day(row) for row in forecast] == [today + timedelta(days=ahead) for ahead in (1, 2, 3)]
    bounds = {
        "start_date": (today - timedelta(days=1)).isoformat(),
        "end_date": (today + timedelta(days=4)).isoformat(),
    }
    history = (await probe.get("/ecowatt/history", **bounds)).body
    assert isinstance(history, list)
    assert [signal_day(row) for row in history] == [today + timedelta(days=ahead) for ahead in range(4)]
    assert sum(call.counted for call in probe.simulator.calls) == 3


async def test_ecowatt_levels_follow_their_hours_and_the_past_may_be_lost(probe: Probe, clock: Clock) -> None:
    winter = (await probe.get("/ecowatt/history", start_date="2025-11-21", end_date="2026-03-31")).body
    assert isinstance(winter, list)
    assert {row["dvalue"] for row in winter} == {1, 2, 3}
    assert all(row["dvalue"] == max(1, *row["values"]) and len(row["values"]) == 24 for row in winter)
    probe.simulator.ecowatt.drops_past_hours = True
    today = (await probe.get("/ecowatt/history", start_date="2026-11-20", end_date="2026-11-20")).body
    assert isinstance(today, list)
    assert (today[0]["hdebut"], today[0]["values"][:10]) == (10, [0] * 10)
    statistics = (await probe.get("/ecowatt/statistics", year="2026")).body
    assert statistics["total_days"] == statistics["green_days"] + statistics["orange_days"] + statistics["red_days"]
    assert (await probe.get("/ecowatt/statistics", year="2021")).body["percentage_green"] == 0


async def test_ecowatt_refusals(probe: Probe) -> None:
    long = await probe.get("/ecowatt/history", start_date="2024-01-01", end_date="2026-01-05")
    assert (long.status, long.body) == (400, {"detail": "Date range cannot exceed 365 days"})
    assert (await probe.get("/ecowatt/history", start_date="x", end_date="y")).status == 422
    assert (await probe.get("/ecowatt/history", start_date="2020-01-01", end_date="2020-01-05")).body == []
    assert (await probe.get("/ecowatt")).status == 404


async def test_zen_flex_days_are_inclusive_and_an_unknown_one_is_absent(probe: Probe, clock: Clock) -> None:
    probe.simulator.zen_flex.missing.add(date(2026, 11, 19))
    days = dates(await probe.get("/zen-flex/days", start="2026-11-17", end="2026-11-20"))
    assert days == ["2026-11-17", "2026-11-18", "2026-11-20"]
    assert dates(await probe.get("/zen-flex/days"))[0] == "2023-11-01"
    assert (await probe.get("/zen-flex/today")).body["data"] == {
        "today": {"date": "2026-11-21", "day_type": signals.zen_flex_type(date(2026, 11, 21))},
        "tomorrow": {"date": "2026-11-22", "day_type": None},
    }
    clock.now = datetime(2026, 11, 21, 12, 10, tzinfo=UTC)
    assert dates(await probe.get("/zen-flex/days"))[-1] == "2026-11-22"
    assert (await probe.get("/zen-flex/days", start="nope")).code() == "INVALID_DATE"
    winter = [signals.zen_flex_type(date(2025, 9, 1) + timedelta(days=index)) for index in range(365)]
    assert (winter.count("SOBRIETE"), winter.count("BONUS")) == (20, 6)


# ---- France -------------------------------------------------------------------------------------------------------------


async def test_national_series_are_naive_utc_and_the_wind_inflates(probe: Probe, clock: Clock) -> None:
    data = (await probe.get("/consumption-france")).body["data"]
    assert isinstance(data, dict)
    assert [series["type"] for series in data["short_term"]] == ["REALISED", "D-1", "D-2", "ID"]
    realised = data["short_term"][0]["values"]
    assert realised[-1]["end_date"] == "2026-11-21T09:30:00"
    assert 25_000 < realised[0]["value"] < 95_000
    only = (await probe.get("/consumption-france/", type="ID", start_date="2026-11-20", end_date="2026-11-21")).body[
        "data"
    ]
    assert isinstance(only, dict)
    assert [len(series["values"]) for series in only["short_term"]] == [48]
    assert (await probe.get("/consumption-france", start_date="nope")).code() == "INVALID_DATE"
    current = (await probe.get("/consumption-france/current")).body["data"]
    assert isinstance(current, dict)
    assert (current["unit"], current["start_date"]) == ("MW", "2026-11-21T09:15:00")
    ahead = (await probe.get("/consumption-france/forecast", days="1")).body["data"]
    assert isinstance(ahead, dict)
    assert len(ahead["forecasts"]) == 3

    async def mix() -> dict[str, object]:
        answer = (await probe.get("/generation-forecast/mix")).body["data"]
        assert isinstance(answer, dict)
        return dict(answer["mix"][12])

    before = await mix()
    clock.now += timedelta(minutes=30)
    after = await mix()
    real = france.wind(datetime.fromisoformat(str(after["start_date"])).replace(tzinfo=UTC))
    assert float(str(after["wind"])) - float(str(before["wind"])) == real
    assert after["solar"] == before["solar"]


async def test_generation_forecasts(probe: Probe) -> None:
    whole = (await probe.get("/generation-forecast")).body["data"]
    none = (await probe.get("/generation-forecast", production_type="WIND_ONSHORE")).body["data"]
    assert isinstance(whole, dict)
    assert isinstance(none, dict)
    assert {(row["production_type"], row["forecast_type"]) for row in whole["forecasts"]} == {
        (kind, forecast) for kind in ("SOLAR", "WIND") for forecast in ("ID", "D-1")
    }
    assert none["forecasts"] == []
    assert (await probe.get("/generation-forecast/", end_date="nope")).code() == "INVALID_DATE"
    for kind in ("solar", "wind"):
        data = (await probe.get(f"/generation-forecast/{kind}", days="1")).body["data"]
        assert isinstance(data, dict)
        assert [len(row["values"]) for row in data["forecasts"]] == [24, 24]


def test_the_weather_has_winters_and_nights() -> None:
    assert climate.temperature(date(2026, 1, 20)) < 10 < climate.temperature(date(2026, 7, 20))
    assert climate.clear_sky(172, 60, True)[3] == 0
    assert climate.clear_sky(172, 60, True)[14] > climate.clear_sky(355, 60, False)[13] > 0


# ---- catalogue ------------------------------------------------------------------------------------------------------------


async def test_the_catalogue_has_one_row_for_each_power_and_five_decimals(probe: Probe) -> None:
    providers, all_offers = rows(await probe.get("/energy/providers")), rows(await probe.get("/energy/offers"))
    assert {row["provider_id"] for row in all_offers} <= {row["id"] for row in providers}
    assert {row["offer_type"] for row in all_offers} == {
        "BASE", "HC_HP", "TEMPO", "EJP", "SEASONAL", "HC_NUIT_WEEKEND", "BASE_WEEKEND", "HC_WEEKEND", "WEEKEND", "ZEN_FLEX",
    }  # fmt: skip
    keys = [(row["provider_id"], row["name"], row["power_kva"], row["valid_from"]) for row in all_offers]
    assert len(set(keys)) == len(keys)
    for row in all_offers:
        prices = [row[name] for name in ("subscription_price", *offers.PRICE_FIELDS) if row[name] is not None]
        assert len(prices) >= 2
        assert all(isinstance(price, str) and Decimal(price).as_tuple().exponent == -5 for price in prices)
    validity = [str(row["valid_from"] or "9999") for row in all_offers]
    assert validity == sorted(validity, reverse=True)
    history = rows(await probe.get("/energy/offers", include_history="true"))
    assert len(history) > len(all_offers)
    assert rows(await probe.get("/energy/offers", provider_id="nope")) == []
    mine = rows(await probe.get("/energy/offers", provider_id=offers.provider_id(2)))
    assert {row["provider_id"] for row in mine} == {offers.provider_id(2)}
    types = rows(await probe.get("/energy/offer-types"))
    assert [row["code"] for row in types] == [row["code"] for row in rows(await probe.get("/energy/pricing-types"))]
    assert len(types) == 7


async def test_prices_change_in_place_or_by_a_new_row_when_a_test_says_so(probe: Probe) -> None:
    catalogue = probe.simulator.offers

    async def base(kva: int, history: str = "false") -> list[tuple[object, ...]]:
        every = rows(await probe.get("/energy/offers", include_history=history))
        mine = [row for row in every if (row["name"], row["power_kva"]) == ("Rive Base", kva)]
        return [(row["base_price"], row["subscription_price"], row["valid_from"], row["valid_to"]) for row in mine]

    assert await base(6) == await base(6, "true") == [("0.20040", "15.90000", None, None)]
    catalogue.change_price("Rive Base", {"base_price": "0.21"}, kva=6)
    assert await base(6, "true") == [("0.21000", "15.90000", None, None)]
    assert await base(9, "true") == [("0.20040", "19.85000", None, None)]
    catalogue.change_price("Rive Base", {"base_price": "0.19"}, kva=6, subscription="16", valid_from=date(2026, 11, 1))
    midnight = "2026-11-01T00:00:00+00:00"
    assert await base(6) == [("0.19000", "16.00000", midnight, None)]
    assert ("0.21000", "15.90000", None, "2026-10-31T00:00:00+00:00") in await base(6, "true")
    catalogue.withdraw("Rive Base")
    assert await base(6) == []
    assert len(await base(6, "true")) == 2


async def test_a_colour_can_be_published_wrong_and_put_right(probe: Probe, clock: Clock) -> None:
    clock.now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    day = date(2026, 11, 21)
    wrong = "RED" if tempo.colour(day) != "RED" else "BLUE"
    probe.simulator.tempo.corrected[day] = (wrong, datetime(2026, 11, 21, 13, tzinfo=UTC))

    async def told() -> object:
        return rows(await probe.get("/tempo/days", start_date="2026-11-20", end_date="2026-11-21"))[0]["color"]

    assert await told() == wrong
    clock.now = datetime(2026, 11, 21, 13, tzinfo=UTC)
    assert await told() == tempo.colour(day)


async def test_contributions_answer_201_whatever_the_validation_says(probe: Probe) -> None:
    good = {
        "contribution_type": "NEW_OFFER",
        "existing_provider_id": offers.provider_id(0),
        "offer_name": "Nouvelle",
        "offer_type": "BASE",
        "price_sheet_url": "https://example.org/grille.pdf",
        "power_variants": [{"power_kva": 6, "subscription_price": 15.2, "base_price": 0.19}],
        "pricing_data": {"base_price": 9},
    }

    async def post(body: object, path: str = "") -> Answer:
        return await probe.request("POST", f"/energy/contribute{path}", json=body)

    made = await post(good)
    assert (made.status, made.body["success"]) == (201, True)
    for missing in ("price_sheet_url", "power_variants"):
        refused = await post({key: value for key, value in good.items() if key != missing})
        assert (refused.status, refused.code()) == (201, "MISSING_FIELD")
    assert (await post({**good, "offer_name": None})).status == 500
    assert (await post({**good, "existing_provider_id": "nope"})).status == 500
    assert (await post("not an object")).status == 500
    batch = await post(
        {"price_sheet_url": "https://x.example", "contributions": [good, {"offer_name": "x"}, 3, {"power_kva": 6}]},
        "/batch",
    )
    data = batch.body["data"]
    assert isinstance(data, dict)
    assert (batch.status, data["created"], data["errors"]) == (201, 1, 3)
    [first, _] = rows(await probe.get("/energy/contributions"))
    assert (first["status"], first["pricing_data"]) == ("pending", None)
    path = f"/energy/contributions/{first['id']}"
    assert (await probe.request("PUT", path, json={"offer_name": "Autre"})).body["success"]
    assert (await probe.request("POST", f"{path}/reply", json={"message": "Voici"})).body["success"]
    row = rows(await probe.get("/energy/contributions"))[0]
    messages = row["messages"]
    assert isinstance(messages, list)
    assert (row["offer_name"], len(messages)) == ("Autre", 1)
    assert (await probe.get("/energy/contributions/unread-count")).body["data"] == {"unread_count": 0}
    assert (await probe.request("DELETE", path)).body["success"]
    unknown = await probe.request("DELETE", path)
    assert (unknown.status, unknown.body) == (404, {"detail": "Contribution non trouvée"})
    probe.simulator.contributions.rows[0]["status"] = "approved"
    other = f"/energy/contributions/{probe.simulator.contributions.rows[0]['id']}"
    assert (await probe.request("DELETE", other)).status == 400
    assert (await post(good, "/22516914714270")).status == 404
