"""The list of entries of a tariff: what is wrong with one, and changing, ending, removing them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from custom_components.myelectricaldata.energy.entries import Source, TariffEntry
from custom_components.myelectricaldata.energy.entry_format import decode_entries
from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule, parse_window
from custom_components.myelectricaldata.energy.options import OptionCode
from tests.flows.rig import FLAT, SOLAR
from tests.flows.tariff_rig import BLUE, NIGHT, NO_EXTRAS, add, house, open_tariff, options, saved, values
from tests.flows.usage_point_rig import (
    account_entry,
    answer,
    choose,
    start_adding,
    suggested,
)
from tests.simulators.gateway import GatewaySimulator


@pytest.fixture(autouse=True)
def today(freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(datetime(2026, 11, 21, 11, tzinfo=UTC))


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"valid_from": "2025-02-01"}, {"valid_from": "date_taken"}),
        ({"valid_from": "1999-12-31"}, {"valid_from": "date_range"}),
        ({"valid_from": "2027-11-23"}, {"valid_from": "date_range"}),
        ({"power_kva": "-6"}, {"power_kva": "power_range"}),
        ({"power_kva": "0"}, {"power_kva": "power_range"}),
        ({"power_kva": "six"}, {"power_kva": "power_range"}),
        ({"power_kva": " "}, {"power_kva": "power_missing"}),
        ({"hours_all": ""}, {"hours_all": "hours_missing"}),
        ({"hours_all": "22-6"}, {"hours_all": "syntax"}),
        ({"two_seasons": {"hours_summer": "1:00-7:00", "hours_winter": "1:00-7:00"}}, {"two_seasons": "hours_twice"}),
        ({"hours_all": "", "two_seasons": {"hours_summer": "1:00-7:00"}}, {"two_seasons": "hours_of_one_season"}),
    ],
)
async def test_what_is_wrong_with_the_details_is_said_at_the_field(
    hass: HomeAssistant, given: dict[str, Any], error: dict[str, str]
) -> None:
    entry = house(hass, BLUE)
    details = await answer(hass, await add(hass, entry, "regulated"), {"option": "HC_HP", "power_kva": "6"})
    assert values(details)["valid_from"] == "2026-11-21"
    right = {
        "valid_from": "2026-02-01",
        "power_kva": "6",
        "hours_all": "22:30-06:30",
        "two_seasons": {},
        **NO_EXTRAS,
    }
    refused = await answer(hass, details, {**right, **given})
    assert refused["errors"] == error
    summary = await answer(hass, refused, right)
    await choose(hass, summary, "save")
    assert [each.valid_from for each in saved(entry)] == [date(2025, 2, 1), date(2026, 2, 1)]


async def test_entries_are_listed_oldest_first_and_can_be_changed_ended_and_removed(hass: HomeAssistant) -> None:
    hours = OffpeakSchedule.from_config(NIGHT)
    later = TariffEntry(
        valid_from=date(2026, 3, 1),
        source=Source.MANUAL,
        option=OptionCode.HC_HP,
        offpeak=hours,
        prices={"hc": Decimal("0.15"), "hp": Decimal("0.2")},
        subscription=Decimal(15),
    )
    entry = house(hass, later, BLUE)
    menu = await open_tariff(hass, entry)
    assert menu["menu_options"] == ["tariff_add", "tariff_edit", "tariff_end", "tariff_remove", "tariff_done"]
    lines = menu["description_placeholders"]["entries"].splitlines()
    assert lines[0] == "- **From 2025-02-01 to 2026-02-28**: Base · regulated tariff · 6\u00a0kVA"
    # The last prices of an entry that the next one ended, not those of today.
    assert lines[1].strip().startswith("prices of 2026-02-01: base 0.1940\u00a0€/kWh")
    assert lines[2] == "- **Since 2026-03-01**: Peak / off-peak · own prices"
    assert lines[3].strip() == "off-peak 0.1500\u00a0€/kWh, peak 0.2000\u00a0€/kWh · subscription 15.00\u00a0€/month"

    edit = await answer(hass, await choose(hass, menu, "tariff_edit"), {"entry": "2026-03-01"})
    assert values(edit) == {
        "valid_from": "2026-03-01",
        "hours_all": "22:30-06:30",
        "subscription": 15.0,
        "hc": 0.15,
        "hp": 0.2,
    }
    changed = {"valid_from": "2026-03-01", "hours_all": "22:30-06:30", "two_seasons": {}, "entities": {}}
    summary = await answer(hass, edit, {**changed, "prices": {"hc": 0.14, "hp": 0.2, "subscription": 15.0}})
    menu = await choose(hass, summary, "more")
    assert "off-peak 0.1400\u00a0€/kWh" in menu["description_placeholders"]["entries"]

    end = await choose(hass, menu, "tariff_end")
    refused = await answer(hass, end, {"entry": "2026-03-01", "last_day": "2026-02-28"})
    assert refused["errors"] == {"last_day": "end_before_start"}
    assert refused["description_placeholders"]["piece"] == "2026-03-01"
    menu = await answer(hass, refused, {"entry": "2026-03-01", "last_day": "2026-10-31"})
    assert "From 2026-03-01 to 2026-10-31" in menu["description_placeholders"]["entries"]

    edit = await answer(hass, await choose(hass, menu, "tariff_edit"), {"entry": "2026-03-01"})
    late = {**changed, "valid_from": "2026-11-01", "prices": {"hc": 0.14, "hp": 0.2}}
    assert (await answer(hass, edit, late))["errors"] == {"valid_from": "start_after_end"}
    hass.config_entries.subentries.async_abort(edit["flow_id"])
    assert saved(entry) == (later, BLUE)

    menu = await open_tariff(hass, entry)
    menu = await answer(hass, await choose(hass, menu, "tariff_end"), {"entry": "2026-03-01", "last_day": "2026-10-31"})
    menu = await answer(hass, await choose(hass, menu, "tariff_end"), {"entry": "2026-03-01"})
    remove = await choose(hass, menu, "tariff_remove")
    refused = await answer(hass, remove, {"entry": "2025-02-01", "confirm": False})
    assert refused["errors"] == {"confirm": "not_confirmed"}
    menu = await answer(hass, refused, {"entry": "2025-02-01", "confirm": True})
    await choose(hass, menu, "tariff_done")
    assert saved(entry) == (later,)


async def test_a_usage_point_can_be_added_with_its_tariff(hass: HomeAssistant, simulator: GatewaySimulator) -> None:
    entry = account_entry(hass, simulator, Appartement={"pdl": FLAT})
    proposal = await answer(hass, await start_adding(hass, entry), {"pdl": SOLAR})
    offer = await choose(hass, proposal, "keep")
    form = await choose(hass, await choose(hass, offer, "tariff_add"), "regulated")
    details = await answer(hass, form, {"option": "HC_HP", "power_kva": "9"})
    assert values(details)["hours_all"] == "01:30-07:00, 12:30-15:00"
    given = {"valid_from": "2026-01-01", "power_kva": "9", "hours_all": "1:30-7:00, 12:30-15:00", "two_seasons": {}}
    created = await choose(hass, await answer(hass, details, {**given, **NO_EXTRAS}), "save")
    assert created["type"] is FlowResultType.CREATE_ENTRY
    added = next(each for each in entry.subentries.values() if each.unique_id == f"usage_point_{SOLAR}")
    (kept,) = decode_entries(added.data["tariff"])
    assert kept.offpeak is not None
    assert kept.offpeak.windows_on(date(2026, 1, 1)) == (parse_window("01:30-07:00"), parse_window("12:30-15:00"))


async def test_a_french_home_reads_french_dates_and_prices(hass: HomeAssistant) -> None:
    hass.config.language = "fr"
    menu = await open_tariff(hass, house(hass, BLUE))
    lines = menu["description_placeholders"]["entries"].splitlines()
    assert lines[0] == "- **Depuis le 01/02/2025** : Base · tarif réglementé · 6\u00a0kVA"
    assert lines[1].strip().startswith("prix du 01/08/2026 : base 0,2001\u00a0€/kWh · abonnement 15,86\u00a0€/mois")


async def test_each_entry_of_a_list_says_how_long_it_lasts(hass: HomeAssistant) -> None:
    hass.config.language = "fr"
    tempo = replace(BLUE, valid_from=date(2026, 9, 1), option=OptionCode.TEMPO)
    own = replace(BLUE, valid_from=date(2026, 12, 1), source=Source.MANUAL, prices={"base": Decimal("0.19235")})
    menu = await open_tariff(hass, house(hass, BLUE, tempo))
    lines = menu["description_placeholders"]["entries"].splitlines()
    assert lines[0].startswith("- **Du 01/02/2025 au 31/08/2026** : Base")
    assert lines[2].startswith("- **Depuis le 01/09/2026** : Tempo")
    assert lines[3].strip().startswith("prix du 01/08/2026 : ")
    menu = await open_tariff(hass, house(hass, BLUE, tempo, own))
    lines = menu["description_placeholders"]["entries"].splitlines()
    assert lines[2].startswith("- **Du 01/09/2026 au 30/11/2026** : Tempo")
    assert lines[4:] == [
        "- **À partir du 01/12/2026** : Base · prix personnels · 6\u00a0kVA",
        "  base 0,19235\u00a0€/kWh",
    ]
    ends = await choose(hass, menu, "tariff_end")
    assert options(ends, "entry")["2026-09-01"].startswith("Du 01/09/2026 au 30/11/2026 : Tempo")


async def test_a_tariff_that_cannot_be_read_is_told_and_can_be_entered_again(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    entry = account_entry(hass, maison={"pdl": SOLAR, "tariff": [{"valid_from": "yesterday"}]})
    menu = await open_tariff(hass, entry)
    assert menu["menu_options"] == ["tariff_add", "tariff_done"]
    assert "enter it again" in caplog.text
    assert suggested(await choose(hass, await choose(hass, menu, "tariff_add"), "own_prices")) == {}
