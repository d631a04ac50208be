"""Usage points, contract, address, identity and contact, in the shapes of 1.22 and of 2.x (gateway.md 6 and 7)."""

from datetime import date

from .clock import midnight
from .households import PRODUCTION, Household, OffpeakShape

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SENTENCES = {
    True: "Tarif BT<=36kVA Moyenne Utilisation heures pleines heures creuses associées à deux saisons",
    False: "Tarif BT<=36kVA Courte Utilisation associée à deux saisons",
}


def paris_stamp(day: date, *, colon: bool, clock: bool) -> str:
    """A date as Enedis writes it: `2021-03-15+01:00` in v5, `2021-03-15T00:00:00+0100` in 2026."""
    hours = 24 - midnight(day).hour
    offset = f"+{hours:02}:00" if colon else f"+{hours:02}00"
    return f"{day}T00:00:00{offset}" if clock else f"{day}{offset}"


def offpeak_hours(home: Household) -> object:
    """`offpeak_hours` of a usage point, in one of its shapes."""
    windows = [(f"{a // 60:02}:{a % 60:02}", f"{b // 60:02}:{b % 60:02}") for a, b in home.offpeak_ranges()]
    if home.offpeak is None or not home.known_to_enedis:
        return None
    shapes: dict[OffpeakShape, object] = {
        "ranges": {"ranges": [f"{start}-{end}" for start, end in windows]},
        "default": {"default": home.offpeak},
        "weekdays": dict.fromkeys(_WEEKDAYS, home.offpeak),
        "list": [f"{start}-{end}" for start, end in windows],
        "objects": [{"start": start, "end": end} for start, end in windows],
        "hc": {"HC": home.offpeak.removeprefix("HC ").strip("()")},
        "null": None,
    }
    return shapes[home.offpeak_shape]


def usage_point(
    home: Household, households: dict[str, Household], index: int, oldest_failed: date | None
) -> dict[str, object]:
    """One item of `GET /pdl`."""
    known = home.known_to_enedis
    linked = households.get(home.linked_production or "")
    oldest = home.activation if home.demo else oldest_failed
    return {
        "id": str(home.uuid),
        "usage_point_id": home.pdl,
        "name": home.name,
        "created_at": f"2025-01-06T18:{20 + index // 60:02}:{index % 60:02}.402113Z",
        "display_order": home.display_order,
        "subscribed_power": home.subscribed_kva if known else None,
        "offpeak_hours": offpeak_hours(home),
        "pricing_option": home.pricing_option,
        "has_consumption": home.consumption,
        "has_production": home.production,
        "is_active": home.active,
        "oldest_available_data_date": oldest.isoformat() if oldest is not None else None,
        "activation_date": home.activation.isoformat() if known else None,
        "linked_production_pdl_id": str(linked.uuid) if linked is not None else None,
        "selected_offer_id": None,
    }


def customer_number(home: Household) -> str:
    """An invented customer id."""
    return str(1_300_000_000 + int(home.pdl[-7:]))


def contract_v5(home: Household) -> dict[str, object]:
    """Enedis' v5 contract, as 1.22 hands it on; the demo account's is flat."""
    if home.demo:
        return {
            "customer": {
                "usage_point_id": home.pdl,
                "usage_point_status": "com",
                "meter_type": "AMM",
                "subscribed_power": str(home.subscribed_kva),
                "offpeak_hours": dict.fromkeys(_WEEKDAYS, home.offpeak),
                "last_activation_date": home.activation.isoformat(),
            }
        }
    since = paris_stamp(home.activation, colon=True, clock=False)
    contracts: dict[str, object] = {
        "segment": "C5" if home.consumption else "P4",
        "subscribed_power": f"{home.subscribed_kva} kVA",
        "last_activation_date": since,
        "distribution_tariff": "BTINFMU4" if home.offpeak else "BTINFCU4",
        "offpeak_hours": home.offpeak,
        "contract_type": "Contrat GRD-F" if home.consumption else "Contrat GRD-A",
        "contract_status": "SERVC",
        "last_distribution_tariff_change_date": paris_stamp(
            home.tariff_changed or home.activation, colon=True, clock=False
        ),
    }
    if home.offpeak is None:
        del contracts["offpeak_hours"]
    point = {"usage_point_id": home.pdl, "usage_point_status": "com", "meter_type": "AMM"}
    usage_points = [{"usage_point": point, "contracts": contracts}]
    return {"customer": {"customer_id": customer_number(home), "usage_points": usage_points}}


def contract_2x_as_v5(home: Household) -> dict[str, object]:
    """What 2.x sends without the header: fewer keys, plain dates."""
    contracts: dict[str, object] = {
        "segment": "C5" if home.consumption else "P4",
        "distribution_tariff": _SENTENCES[home.offpeak is not None],
        "contract_type": "Contrat GRD-F" if home.consumption else "Contrat GRD-A",
    }
    if home.consumption:
        contracts |= {"subscribed_power": f"{home.subscribed_kva} kVA"}
    contracts |= {"last_activation_date": home.activation.isoformat()}
    if home.comptage and home.offpeak is not None:
        contracts |= {"offpeak_hours": home.offpeak}
    return {"customer": {"usage_points": [{"usage_point": {"usage_point_id": home.pdl}, "contracts": contracts}]}}


def contract_2026(home: Household) -> dict[str, object]:
    """The aggregate of 2.x; a self-consumer has two contracts, one of them for injection."""
    situations: list[dict[str, object]] = []
    summary: dict[str, object] = {}
    if home.consumption:
        start = paris_stamp(home.activation, colon=False, clock=True)
        summary["consumption_last_activation_date"] = start
        situations.append(
            {
                "usage_point_id": home.pdl,
                "contract_start": start,
                "contract_type": "Contrat GRD-F",
                "contractor": "FOURNISSEUR",
                "distribution_tariff": _SENTENCES[home.offpeak is not None],
                "subscribed_power": {"unit": "kVA", "value": str(home.subscribed_kva)},
                "segment": "C5",
                "person": {"title": "Mme", "firstname": "CAMILLE", "lastname": "EXEMPLE"},
                "contact_data": {"email": "contact@example.org", "phone": "+33600000000"},
            }
        )
    if home.production:
        start = paris_stamp(home.activated(PRODUCTION), colon=False, clock=True)
        summary["generation_last_activation_date"] = start
        situations.append(
            {"usage_point_id": home.pdl, "contract_start": start, "contract_type": "Contrat GRD-A", "segment": "P4"}
        )
    relay = {"relais": {"plageHeuresCreuses": home.offpeak}} if home.comptage and home.offpeak else None
    segments = [{"segment": situation["segment"]} for situation in situations]
    return {
        "situation_contrat": situations[0] if "one_contract" in home.oddities else situations,
        "synthese_contrat": {"segments": segments, **summary, "services_level": "Communicant (ouvert aux services)"},
        "comptage": relay,
    }


def address_v5(home: Household) -> dict[str, object]:
    """Enedis' v5 address; the demo account's is flat."""
    address: dict[str, object] = {
        "street": f"{int(home.pdl[-2:]) + 1} rue de l'Exemple",
        "locality": "Lieu-dit Exemple",
        "postal_code": "32400",
        "insee_code": "32244",
        "city": "Exemple-sur-Adour",
        "country": "France",
    }
    if home.demo:
        return {"customer": {"usage_point_id": home.pdl, "usage_point_addresses": address}}
    address["geo_points"] = {"latitude": "43.650000", "longitude": "-0.100000", "altitude": "120"}
    point = {
        "usage_point_id": home.pdl,
        "usage_point_status": "com",
        "meter_type": "AMM",
        "usage_point_addresses": address,
    }
    return {"customer": {"customer_id": customer_number(home), "usage_points": [{"usage_point": point}]}}


def address_2x_as_v5(home: Household) -> dict[str, object]:
    """2.x without the header: no locality, no coordinates."""
    address = {
        "street": f"{int(home.pdl[-2:]) + 1} RUE DE L EXEMPLE",
        "postal_code": "32400",
        "insee_code": "32244",
        "city": "EXEMPLE SUR ADOUR",
    }
    point = {"usage_point_id": home.pdl, "usage_point_addresses": address}
    return {"customer": {"usage_points": [{"usage_point": point}]}}


def address_2026(home: Household) -> dict[str, object]:
    """The address of 2.x."""
    return {
        "address": {
            "number_street_name": f"{int(home.pdl[-2:]) + 1} RUE DE L EXEMPLE",
            "postal_code_city": "32400 EXEMPLE SUR ADOUR",
            "insee_code": "32244",
        }
    }


def identity_v5(home: Household) -> dict[str, object]:
    """`GET /enedis/customer/{pdl}`."""
    person = {"title": "Mme", "firstname": "CAMILLE", "lastname": "EXEMPLE"}
    return {"customer": {"customer_id": customer_number(home), "identity": {"natural_person": person}}}


def contact_v5(home: Household) -> dict[str, object]:
    """`GET /enedis/contact/{pdl}`."""
    contact = {"phone": "+33600000000", "email": "contact@example.org"}
    return {"customer": {"customer_id": customer_number(home), "contact_data": contact}}


def people_2026(home: Household) -> list[dict[str, object]]:
    """Identity and contact of 2.x: the same list as `situation_contrat` (inferred, gateway.md 7.2)."""
    person = {"title": "Mme", "firstname": "CAMILLE", "lastname": "EXEMPLE"}
    contact = {"email": "contact@example.org", "phone": "+33600000000"}
    return [{"usage_point_id": home.pdl, "person": person, "contact_data": contact}]


def describes(home: Household, what: str, *, modern: bool, shape_2026: bool) -> object:
    """Body of `GET /enedis/{what}/{pdl}`."""
    if what == "contract":
        if home.demo or not modern:
            return contract_v5(home)
        return contract_2026(home) if shape_2026 else contract_2x_as_v5(home)
    if what == "address":
        if home.demo or not modern:
            return address_v5(home)
        return address_2026(home) if shape_2026 else address_2x_as_v5(home)
    if modern and not home.demo:
        return people_2026(home)
    return identity_v5(home) if what == "customer" else contact_v5(home)
