"""The flows of one usage point: adding it, and its off-peak hours in plain words."""

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from hypothesis import given
from hypothesis import strategies as st

from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule, Season, Window, overlapping
from custom_components.myelectricaldata.flows.offpeak_text import (
    OffpeakTextError,
    contract_in_short,
    contract_schedule,
    parse_windows,
)
from tests.flows.rig import FLAT, SOLAR
from tests.flows.usage_point_rig import (
    INJECTION,
    account_entry,
    answer,
    choose,
    contract_of,
    start_adding,
    start_offpeak,
    start_reconfiguring,
    suggested,
    with_ledger,
)
from tests.simulators.faults import Fault
from tests.simulators.gateway import GatewaySimulator
from tests.simulators.households import Household

NIGHT = [{"season": "all", "windows": ["22:30-06:30"]}]


async def test_a_usage_point_that_is_not_followed_yet_is_added_with_the_hours_of_its_contract(
    hass: HomeAssistant, simulator: GatewaySimulator
) -> None:
    entry = account_entry(hass, simulator, Appartement={"pdl": FLAT})
    shown = await start_adding(hass, entry)
    assert shown["step_id"] == "user"
    options = shown["data_schema"].schema["pdl"].config["options"]
    assert [option["value"] for option in options] == [SOLAR]

    proposal = await answer(hass, shown, {"pdl": SOLAR})
    assert proposal["type"] is FlowResultType.MENU
    assert proposal["description_placeholders"] == {
        "name": "Maison",
        "schedule": "Off-peak all year: from 01:30 to 07:00 and from 12:30 to 15:00 (8 h a day).",
        "contract": "HC (1H30-7H00;12H30-15H00)",
    }
    offer = await choose(hass, proposal, "keep")
    assert (offer["step_id"], offer["menu_options"]) == ("tariff_offer", ["later", "tariff_add"])
    created = await choose(hass, offer, "later")
    assert created["type"] is FlowResultType.CREATE_ENTRY
    added = next(each for each in entry.subentries.values() if each.unique_id == f"usage_point_{SOLAR}")
    assert added.title == "Maison"
    assert dict(added.data) == {
        "pdl": SOLAR,
        "has_consumption": True,
        "has_production": True,
        "offpeak": [{"season": "all", "windows": ["01:30-07:00", "12:30-15:00"]}],
    }


async def test_other_hours_than_the_contract_s_can_be_written_while_adding(
    hass: HomeAssistant, simulator: GatewaySimulator
) -> None:
    entry = account_entry(hass, simulator, Maison={"pdl": SOLAR})
    proposal = await answer(hass, await start_adding(hass, entry), {"pdl": FLAT})
    form = await choose(hass, proposal, "all_year")
    assert suggested(form) == {"hours_all": "22:30-06:30"}
    confirm = await answer(hass, form, {"hours_all": "23h15-7h15"})
    assert confirm["description_placeholders"]["schedule"] == (
        "Off-peak all year: from 23:15 to 07:15 the next day (8 h a day)."
    )
    assert confirm["description_placeholders"]["remark"] == "Any other hour is peak."
    await choose(hass, await answer(hass, confirm, {}), "later")
    added = next(each for each in entry.subentries.values() if each.data["pdl"] == FLAT)
    assert added.data["offpeak"] == [{"season": "all", "windows": ["23:15-07:15"]}]


async def test_a_production_only_usage_point_is_added_without_a_word_of_offpeak_hours(
    hass: HomeAssistant, socket_enabled: None
) -> None:
    home = Household(pdl=INJECTION, name="Toit", consumption=False, production=True)
    async with GatewaySimulator([home]) as simulator:
        entry = account_entry(hass, simulator)
        created = await answer(hass, await start_adding(hass, entry), {"pdl": INJECTION})
    assert created["type"] is FlowResultType.CREATE_ENTRY
    (added,) = entry.subentries.values()
    assert added.data["offpeak"] == []
    assert added.data["has_consumption"] is False


async def test_nothing_left_to_add_is_said_with_the_way_to_add_more(
    hass: HomeAssistant, simulator: GatewaySimulator
) -> None:
    entry = account_entry(hass, simulator, Maison={"pdl": SOLAR}, Appartement={"pdl": FLAT})
    result = await start_adding(hass, entry)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "no_usage_points_left")
    assert result["description_placeholders"] == {"website": simulator.base_url.removesuffix("/api")}
    assert not any(call.counted for call in simulator.calls)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(kind="reset", times=None), "cannot_connect"),
        (Fault(kind="null_body", times=None), "unexpected_answer"),
        (Fault(kind="status", status=429, times=None), "quota"),
    ],
)
async def test_adding_ends_politely_when_the_gateway_cannot_be_asked(
    hass: HomeAssistant, simulator: GatewaySimulator, fault: Fault, reason: str
) -> None:
    simulator.inject(fault)
    result = await start_adding(hass, account_entry(hass, simulator))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, reason)
    assert not hass.config_entries.flow.async_progress()


async def test_a_secret_that_is_refused_while_adding_starts_reauth(
    hass: HomeAssistant, simulator: GatewaySimulator
) -> None:
    entry = account_entry(hass, simulator)
    simulator.account.client_secret = "renewed-at-the-gateway"
    result = await start_adding(hass, entry)
    await hass.async_block_till_done()
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "invalid_auth")
    assert [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()] == ["reauth"]


async def test_hours_by_season_are_read_back_in_plain_words_before_they_are_saved(hass: HomeAssistant) -> None:
    entry = account_entry(hass, maison={"pdl": FLAT, "offpeak": NIGHT})
    menu = await start_offpeak(hass, entry, "maison")
    assert menu["type"] is FlowResultType.MENU
    assert menu["description_placeholders"] == {
        "name": "maison",
        "schedule": "Off-peak all year: from 22:30 to 06:30 the next day (8 h a day).",
        "contract": "the gateway does not tell them",
    }
    form = await choose(hass, menu, "two_seasons")
    assert suggested(form) == {"hours_summer": "22:30-06:30", "hours_winter": "22:30-06:30"}
    confirm = await answer(
        hass, form, {"hours_summer": "02:26-07:56; 11:00-14:30", "hours_winter": "23:30 - 6:30, 14h00-15h00"}
    )
    assert confirm["step_id"] == "confirm"
    assert confirm["description_placeholders"] == {
        "schedule": (
            "Off-peak from 1 April to 31 October: from 02:26 to 07:56 and from 11:00 to 14:30 (9 h a day).\n\n"
            "Off-peak from 1 November to 31 March: from 14:00 to 15:00 and from 23:30 to 06:30 the next day (8 h a day)."
        ),
        "remark": "Enedis usually grants 8 hours a day: compare with your bill before saving.",
    }
    assert entry.subentries["maison"].data["offpeak"] == NIGHT

    done = await answer(hass, confirm, {})
    assert (done["type"], done["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    saved = entry.subentries["maison"].data
    assert saved["offpeak"] == [
        {"season": "summer", "windows": ["02:26-07:56", "11:00-14:30"]},
        {"season": "winter", "windows": ["14:00-15:00", "23:30-06:30"]},
    ]
    assert OffpeakSchedule.from_config(saved["offpeak"]).as_config() == saved["offpeak"]
    assert saved["pdl"] == FLAT

    form = await choose(hass, await start_offpeak(hass, entry, "maison"), "two_seasons")
    assert suggested(form) == {"hours_summer": "02:26-07:56, 11:00-14:30", "hours_winter": "14:00-15:00, 23:30-06:30"}
    form = await choose(hass, await start_offpeak(hass, entry, "maison"), "all_year")
    assert suggested(form) == {"hours_all": "14:00-15:00, 23:30-06:30"}


async def test_hours_can_be_taken_away(hass: HomeAssistant) -> None:
    entry = account_entry(hass, maison={"pdl": FLAT, "offpeak": NIGHT})
    confirm = await choose(hass, await start_offpeak(hass, entry, "maison"), "no_offpeak")
    assert confirm["description_placeholders"] == {
        "schedule": "No off-peak hours: every hour of the day is the same.",
        "remark": "",
    }
    await answer(hass, confirm, {})
    assert entry.subentries["maison"].data["offpeak"] == []


async def test_the_contract_in_the_ledger_prefills_without_a_call(hass: HomeAssistant) -> None:
    entry = account_entry(hass, maison={"pdl": FLAT})
    with_ledger(hass, entry, FLAT, contract_of(offpeak_texts=("HC (1H30-8H00;12H30-14H00)",)))
    menu = await start_offpeak(hass, entry, "maison")
    assert menu["description_placeholders"]["contract"] == "HC (1H30-8H00;12H30-14H00)"
    form = await choose(hass, menu, "all_year")
    assert suggested(form) == {"hours_all": "01:30-08:00, 12:30-14:00"}


async def test_a_production_only_usage_point_has_no_hours_to_change(hass: HomeAssistant) -> None:
    entry = account_entry(hass, toit={"pdl": INJECTION, "has_consumption": False, "has_production": True})
    shown = await start_reconfiguring(hass, entry, "toit")
    assert (shown["step_id"], shown["menu_options"]) == ("surplus", ["surplus_add", "surplus_done"])


@pytest.mark.parametrize(
    ("written", "error", "piece", "other"),
    [
        (" , ", "nothing", "", ""),
        ("tonight", "syntax", "tonight", ""),
        ("22:30-06:30, 14:00", "syntax", "14:00", ""),
        ("25:00-06:00", "time", "25:00-06:00", ""),
        ("22:75-06:00", "time", "22:75-06:00", ""),
        ("12:00-12:00", "empty_window", "12:00-12:00", ""),
        ("22:30-06:30, 05:00-07:00", "overlap", "05:00-07:00", "22:30-06:30"),
        ("01:00-03:00, 02:59-04:00", "overlap", "01:00-03:00", "02:59-04:00"),
    ],
)
async def test_what_is_wrong_with_the_hours_is_said(
    hass: HomeAssistant, written: str, error: str, piece: str, other: str
) -> None:
    entry = account_entry(hass, maison={"pdl": FLAT})
    form = await choose(hass, await start_offpeak(hass, entry, "maison"), "all_year")
    refused = await answer(hass, form, {"hours_all": written})
    assert refused["errors"] == {"hours_all": error}
    assert refused["description_placeholders"]["piece"] == piece
    assert refused["description_placeholders"]["other"] == other
    assert suggested(refused) == {"hours_all": written}


async def test_the_first_wrong_season_is_explained(hass: HomeAssistant) -> None:
    entry = account_entry(hass, maison={"pdl": FLAT})
    form = await choose(hass, await start_offpeak(hass, entry, "maison"), "two_seasons")
    refused = await answer(hass, form, {"hours_summer": "22-6h", "hours_winter": "nonsense"})
    assert refused["errors"] == {"hours_summer": "syntax"}
    assert refused["description_placeholders"]["piece"] == "22-6h"


async def test_plain_words_are_french_in_a_french_home(hass: HomeAssistant) -> None:
    hass.config.language = "fr"
    whole_day = [{"season": "winter", "windows": ["00:00-24:00"]}]
    entry = account_entry(hass, maison={"pdl": FLAT, "offpeak": whole_day})
    menu = await start_offpeak(hass, entry, "maison")
    assert menu["description_placeholders"]["schedule"] == (
        "Heures creuses du 1er novembre au 31 mars : toute la journée (24 h par jour)."
    )
    form = await choose(hass, menu, "all_year")
    confirm = await answer(hass, form, {"hours_all": "23h00-7h30"})
    assert confirm["description_placeholders"]["schedule"] == (
        "Heures creuses toute l'année : de 23:00 à 07:30 le lendemain (8 h 30 par jour)."
    )
    assert confirm["description_placeholders"]["remark"].startswith("Enedis accorde d'ordinaire 8 heures")


def test_a_contract_that_is_not_understood_is_shown_but_not_guessed() -> None:
    assert contract_schedule(("selon saison",)).is_flat
    assert contract_in_short(("selon  saison", "HC (22H00-6H00)")) == "selon saison; HC (22H00-6H00)"
    assert len(contract_in_short(("x" * 1000,))) == 200


windows = st.builds(
    lambda start, length: Window(start, (start + length) % 1440),
    st.integers(0, 1439),
    st.integers(1, 1439),
)


@given(st.lists(windows, min_size=1, max_size=4))
def test_whatever_is_accepted_reads_back_as_it_was_meant(written: list[Window]) -> None:
    text = ", ".join(map(str, written))
    if overlapping(written) is not None:
        with pytest.raises(OffpeakTextError, match="overlap"):
            parse_windows(text)
    else:
        schedule = contract_schedule((text,))
        assert parse_windows(text) == tuple(sorted(written))
        assert sorted(schedule.versions[0].windows) == sorted(written)
        assert schedule.versions[0].season is Season.ALL
