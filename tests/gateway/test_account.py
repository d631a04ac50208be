"""Accounts, usage points, contracts and addresses in every shape that the gateway has for them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from custom_components.myelectricaldata.energy.offpeak import Window, parse_offpeak_texts
from custom_components.myelectricaldata.gateway.account import (
    kilovolt_amperes,
    offpeak_texts,
    read_account,
    read_address,
    read_contract,
    read_usage_points,
    read_usage_statistics,
)
from custom_components.myelectricaldata.gateway.errors import ConsentExpiredError, GatewayUnavailable
from custom_components.myelectricaldata.gateway.models import Account, Address, Contract, UsagePoint, UsageStatistics

from .bodies import OTHER_PDL, PDL

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

POINT = {
    "id": "4745ac7a",
    "usage_point_id": PDL,
    "name": "Maison",
    "subscribed_power": 9,
    "offpeak_hours": {"ranges": ["01:30-07:00", "12:30-15:00"]},
    "pricing_option": "ZEN_FLEX",
    "has_consumption": True,
    "has_production": True,
    "is_active": False,
    "oldest_available_data_date": "2024-01-02",
    "activation_date": "2021-03-15",
    "linked_production_pdl_id": "uuid",
    "selected_offer_id": None,
}
WITHDRAWAL = {
    "usage_point_id": PDL,
    "contract_start": "2021-03-15T00:00:00+0100",
    "contract_type": "Contrat GRD-F",
    "distribution_tariff": "Tarif BT<=36kVA",
    "subscribed_power": {"unit": "kVA", "value": "9"},
    "segment": "C5",
}
INJECTION = {
    "usage_point_id": PDL,
    "contract_start": "2024-07-31T00:00:00+0200",
    "contract_type": "Contrat GRD-A",
    "segment": "P4",
}


def test_an_account_needs_an_id_and_nothing_else() -> None:
    full = {"id": "a1", "email": "user@example.org", "client_id": "cli_x", "is_active": False}
    assert read_account(full) == Account(account_id="a1", email="user@example.org", client_id="cli_x", is_active=False)
    assert read_account({"id": 5}) == Account(account_id="5", email=None, client_id=None, is_active=True)
    with pytest.raises(GatewayUnavailable):
        read_account({"email": "user@example.org"})


def test_the_counters_come_all_or_not_at_all() -> None:
    counters = {"cached_requests": 12, "no_cache_requests": 4, "cached_limit": 1000, "no_cache_limit": 50}
    assert read_usage_statistics(counters | {"date": "2026-11-21"}) == UsageStatistics(
        day=date(2026, 11, 21), cached_calls=12, cached_limit=1000, uncached_calls=4, uncached_limit=50
    )
    for name in counters:
        with pytest.raises(GatewayUnavailable):
            read_usage_statistics(counters | {name: "many"})


def test_a_usage_point_is_read_whole() -> None:
    assert read_usage_points([POINT]) == (
        UsagePoint(
            pdl=PDL,
            gateway_id="4745ac7a",
            name="Maison",
            subscribed_power_kva=Decimal(9),
            offpeak_texts=("01:30-07:00", "12:30-15:00"),
            has_consumption=True,
            has_production=True,
            is_active=False,
            activation_date=date(2021, 3, 15),
            oldest_available_date=date(2024, 1, 2),
            linked_production_id="uuid",
            pricing_option="ZEN_FLEX",
            selected_offer_id=None,
        ),
    )


def test_usage_points_come_once_each_and_lost_zeros_come_back() -> None:
    points = read_usage_points([{"usage_point_id": 4004253849200}, POINT, POINT, {"usage_point_id": "abc"}, None])
    assert [point.pdl for point in points] == ["04004253849200", PDL]
    assert points[0].gateway_id == "04004253849200"


@pytest.mark.parametrize("data", [None, {}, "text", [5], [{"usage_point_id": "1" * 15}], [{"id": "x"}]])
def test_a_list_without_usage_points_is_not_an_empty_account(data: object) -> None:
    assert read_usage_points([]) == ()
    with pytest.raises(GatewayUnavailable):
        read_usage_points(data)


@pytest.mark.parametrize(
    ("shape", "texts"),
    [
        (None, ()),
        ("", ()),
        (5, ()),
        ({"ranges": ["22:30-06:30"]}, ("22:30-06:30",)),
        ({"default": "HC (22H00-6H00)"}, ("HC (22H00-6H00)",)),
        (["22:00-06:00", "22:00-06:00"], ("22:00-06:00",)),
        ([{"start": "22:00", "end": "06:00"}], ("22:00-06:00",)),
        ({"HC": "22:00-06:00", "HP": "06:00-22:00"}, ("22:00-06:00",)),
        ("HC (1H30-7H00;12H30-15H00)", ("HC (1H30-7H00;12H30-15H00)",)),
        ('{"ranges":["02:26-07:56"]}', ("02:26-07:56",)),
        ("{not json}", ("{not json}",)),
        ({"Lundi": "HC (22h00-06h00)"}, ("monday: HC (22h00-06h00)",)),
        ({"1": "HC (22h00-06h00)"}, ("HC (22h00-06h00)",)),
        ({"winter": ["22:00-06:00"]}, ("winter: 22:00-06:00",)),
        ([[[[[["22:00-06:00"]]]]]], ()),
    ],
)
def test_offpeak_hours_of_every_shape_become_lines(shape: object, texts: tuple[str, ...]) -> None:
    assert offpeak_texts(shape) == texts


@pytest.mark.parametrize(
    "shape",
    [
        {"ranges": ["22:00-06:00"]},
        {"default": "HC (22H00-6H00)"},
        dict.fromkeys(WEEKDAYS, "HC (22h00-06h00)"),
        ["22:00-06:00"],
        [{"start": "22:00", "end": "06:00"}],
        {"HC": "22:00-06:00", "HP": "06:00-22:00"},
        "HC (22H00-6H00)",
    ],
)
def test_the_lines_are_those_that_the_offpeak_reader_understands(shape: object) -> None:
    assert parse_offpeak_texts(offpeak_texts(shape)) == (Window(22 * 60, 6 * 60),)


@pytest.mark.parametrize(
    ("written", "power"),
    [(9, Decimal(9)), ("9", Decimal(9)), ("9 kVA", Decimal(9)), ("9.5kva", Decimal("9.5")), ("9000 VA", Decimal(9)),
     ({"value": "12", "unit": "kVA"}, Decimal(12)), ({"value": 12000, "unit": "VA"}, Decimal(12)), (0, None),
     ("nine", None), (None, None), ({"unit": "kVA"}, None), ([], None)],
)  # fmt: skip
def test_subscribed_power_in_every_shape(written: object, power: Decimal | None) -> None:
    assert kilovolt_amperes(written) == power


def v5_contract(**terms: object) -> dict[str, Any]:
    other = {"usage_point": {"usage_point_id": OTHER_PDL}, "contracts": {"segment": "C4"}}
    return {"customer": {"usage_points": [other, {"usage_point": {"usage_point_id": PDL}, "contracts": terms}]}}


def test_a_v5_contract_is_that_of_its_own_usage_point() -> None:
    body = v5_contract(
        segment="C5",
        subscribed_power="9 kVA",
        last_activation_date="2021-03-15+01:00",
        distribution_tariff="BTINFMU4",
        offpeak_hours="HC (1H30-7H00;12H30-15H00)",
        contract_type="Contrat GRD-F",
        contract_status="SERVC",
        last_distribution_tariff_change_date="2021-03-16+01:00",
    )
    assert read_contract(body, PDL, NOW) == Contract(
        segment="C5",
        contract_type="Contrat GRD-F",
        status="SERVC",
        distribution_tariff="BTINFMU4",
        subscribed_power_kva=Decimal(9),
        activation_date=date(2021, 3, 15),
        production_activation_date=None,
        tariff_change_date=date(2021, 3, 16),
        offpeak_texts=("HC (1H30-7H00;12H30-15H00)",),
    )


def test_a_v5_contract_of_injection_dates_the_production() -> None:
    contract = read_contract(v5_contract(segment="P4", last_activation_date="2024-07-31"), PDL, NOW)
    assert contract.production_activation_date == contract.activation_date == date(2024, 7, 31)


def test_the_flat_contract_of_the_demo_account() -> None:
    flat = {
        "subscribed_power": "9",
        "offpeak_hours": {"monday": "HC (22h00-06h00)"},
        "last_activation_date": "2023-11-22",
    }
    contract = read_contract({"customer": flat}, PDL, NOW)
    assert contract.subscribed_power_kva == Decimal(9)
    assert contract.activation_date == date(2023, 11, 22)
    assert contract.offpeak_texts == ("monday: HC (22h00-06h00)",)


@pytest.mark.parametrize("situation", [[INJECTION, WITHDRAWAL], [WITHDRAWAL, INJECTION]])
def test_a_self_consumer_has_the_withdrawal_contract_and_both_dates(situation: list[object]) -> None:
    body = {
        "situation_contrat": situation,
        "synthese_contrat": {
            "consumption_last_activation_date": "2021-03-16T00:00:00+0100",
            "generation_last_activation_date": "2024-08-01T00:00:00+0200",
        },
        "comptage": {"relais": {"plageHeuresCreuses": "HC (22H30-6H30)"}},
    }
    assert read_contract(body, PDL, NOW) == Contract(
        segment="C5",
        contract_type="Contrat GRD-F",
        status=None,
        distribution_tariff="Tarif BT<=36kVA",
        subscribed_power_kva=Decimal(9),
        activation_date=date(2021, 3, 16),
        production_activation_date=date(2024, 8, 1),
        tariff_change_date=None,
        offpeak_texts=("HC (22H30-6H30)",),
    )


def test_a_2026_contract_without_summary_nor_meter_still_has_its_dates() -> None:
    both = read_contract({"situation_contrat": [WITHDRAWAL, INJECTION], "comptage": None}, PDL, NOW)
    assert (both.activation_date, both.production_activation_date) == (date(2021, 3, 15), date(2024, 7, 31))
    assert both.offpeak_texts == ()
    alone = read_contract({"situation_contrat": INJECTION}, PDL, NOW)
    assert (alone.segment, alone.activation_date) == ("P4", date(2024, 7, 31))
    powered = read_contract({"situation_contrat": [INJECTION, INJECTION | {"subscribed_power": 3}]}, PDL, NOW)
    assert powered.subscribed_power_kva == Decimal(3)


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"customer": {}},
        {"customer": {"customer_id": 5}},
        {"customer": {"usage_points": []}},
        {
            "customer": {
                "usage_points": [{"usage_point": {"usage_point_id": OTHER_PDL}, "contracts": {"segment": "C5"}}]
            }
        },
        {"situation_contrat": [{}]},
        {"situation_contrat": []},
        {"situation_contrat": [{"usage_point_id": OTHER_PDL}]},
    ],
)
def test_no_contract_is_not_an_empty_contract(data: object) -> None:
    with pytest.raises(GatewayUnavailable):
        read_contract(data, PDL, NOW)


def test_an_expired_consent_shows_inside_the_data() -> None:
    with pytest.raises(ConsentExpiredError):
        read_contract({"error": {"code": "ADAM-DC-0008", "message": "No consent"}}, PDL, NOW)


@pytest.mark.parametrize(
    "place",
    [
        lambda fields: {"customer": {"usage_points": [{"usage_point": {"usage_point_addresses": fields}}]}},
        lambda fields: {"customer": {"usage_point_addresses": fields}},
    ],
)
def test_v5_addresses(place: Any) -> None:
    fields = {
        "street": "2 bis rue du capitaine Flam",
        "locality": "lieudit",
        "postal_code": "32400",
        "city": "Maulichères",
        "insee_code": "32244",
        "country": "France",
    }
    assert read_address(place(fields), PDL, NOW) == Address(**fields)


def test_2026_addresses() -> None:
    body = {"address": {"number_street_name": "1 RUE", "postal_code_city": "32400 SUR ADOUR", "insee_code": "32244"}}
    assert read_address(body, PDL, NOW) == Address(
        street="1 RUE", locality=None, postal_code="32400", city="SUR ADOUR", insee_code="32244", country=None
    )
    assert read_address({"address": {"postal_code_city": "ADOUR"}}, PDL, NOW).city == "ADOUR"
    with pytest.raises(GatewayUnavailable):
        read_address({"address": {}}, PDL, NOW)
