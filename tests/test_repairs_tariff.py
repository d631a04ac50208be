"""The off-peak reform, end to end: the contract changes, the weekly reading tells, the user takes it over."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from homeassistant.components.repairs import RepairsFlowResult
from homeassistant.components.repairs.const import DOMAIN as REPAIRS_DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component

from custom_components.myelectricaldata.const import CONF_OFFPEAK, CONF_TARIFF, DOMAIN
from custom_components.myelectricaldata.coordinators.contract_watch import async_watch_contract, pending_change
from custom_components.myelectricaldata.energy.entries import OfferReference, Source, TariffEntry
from custom_components.myelectricaldata.energy.entry_format import decode_entries, encode_entry
from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule
from custom_components.myelectricaldata.energy.options import OptionCode
from custom_components.myelectricaldata.issues import IssueKind, async_raise_issue, issue_id
from tests.account import Account, paris
from tests.conftest import OpenAccount
from tests.flows.tariff_rig import values
from tests.flows.usage_point_rig import contract_of
from tests.simulators.households import Household

pytestmark = pytest.mark.long

PDL = "22516914714271"
NOW = paris(2026, 11, 21, 12)
NIGHT = [{"season": "all", "windows": ["22:30-06:30"]}]
SEASONAL_TEXT = "HC ETE (2H00-7H00;12H00-15H00) HC HIVER (23H00-7H00)"
PEAK = TariffEntry(
    valid_from=date(2025, 12, 1),
    source=Source.REGULATED,
    option=OptionCode.HC_HP,
    power_kva=Decimal(6),
    offpeak=OffpeakSchedule.from_config(NIGHT),
)
BASE = TariffEntry(valid_from=date(2025, 12, 1), source=Source.REGULATED, option=OptionCode.BASE, power_kva=Decimal(6))


async def household_with(
    open_account: OpenAccount, hass: HomeAssistant, *entries: TariffEntry, **options: Any
) -> Account:
    """A household that has been followed for a while, with a tariff."""
    account = await open_account(
        NOW, Household(pdl=PDL, name="Maison", activation=paris(2026, 11, 10).date()), **options
    )
    keep(hass, account, *entries)
    await account.settle()
    return account


def keep(hass: HomeAssistant, account: Account, *entries: TariffEntry) -> None:
    (subentry,) = account.entry.subentries.values()
    changes = {CONF_OFFPEAK: NIGHT, CONF_TARIFF: [encode_entry(entry) for entry in entries]}
    hass.config_entries.async_update_subentry(account.entry, subentry, data={**subentry.data, **changes})


def kept(account: Account) -> tuple[TariffEntry, ...]:
    (subentry,) = account.entry.subentries.values()
    return decode_entries(subentry.data[CONF_TARIFF])


def hours(account: Account) -> list[dict[str, Any]]:
    (subentry,) = account.entry.subentries.values()
    found: list[dict[str, Any]] = subentry.data[CONF_OFFPEAK]
    return found


def raised(hass: HomeAssistant, account: Account) -> ir.IssueEntry | None:
    return ir.async_get(hass).async_get_issue(DOMAIN, issue_id(account.entry.entry_id, IssueKind.CONTRACT_CHANGED, PDL))


async def later(account: Account, to: datetime) -> None:
    """Some days on; only the last hour is lived through tick by tick."""
    account.freezer.move_to(to - timedelta(hours=1))
    await account.travel(to)


def manager(hass: HomeAssistant) -> Any:
    return hass.data[REPAIRS_DOMAIN]["flow_manager"]


async def start_fix(hass: HomeAssistant, account: Account) -> RepairsFlowResult:
    """Press "Fix" in Settings > Repairs."""
    assert await async_setup_component(hass, REPAIRS_DOMAIN, {})
    issue = raised(hass, account)
    assert issue is not None
    shown: RepairsFlowResult = await manager(hass).async_init(DOMAIN, data={"issue_id": issue.issue_id})
    return shown


async def answer(hass: HomeAssistant, shown: RepairsFlowResult, user_input: dict[str, Any]) -> RepairsFlowResult:
    result: RepairsFlowResult = await manager(hass).async_configure(shown["flow_id"], user_input)
    return result


async def choose(hass: HomeAssistant, shown: RepairsFlowResult, step: str) -> RepairsFlowResult:
    return await answer(hass, shown, {"next_step_id": step})


@pytest.mark.parametrize(("version", "since"), [("1.22", "2026-11-24"), ("2.x", "2026-11-28")])
async def test_the_reform_moves_the_hours_and_a_dated_version_follows_on_confirmation(
    open_account: OpenAccount, hass: HomeAssistant, version: str, since: str
) -> None:
    account = await household_with(open_account, hass, PEAK, version=version)
    assert raised(hass, account) is None
    home = account.simulator.household(PDL)
    home.offpeak, home.tariff_changed = "HC (23H30-5H30;14H00-16H00)", date(2026, 11, 24)
    await later(account, paris(2026, 11, 28, 12))
    issue = raised(hass, account)
    assert issue is not None
    assert (issue.is_fixable, issue.is_persistent) == (True, True)
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["date"] == since
    assert issue.translation_placeholders["old"] == "HC (22H30-6H30)"
    assert issue.translation_placeholders["new"] == "HC (23H30-5H30;14H00-16H00)"
    assert kept(account) == (PEAK,)
    assert hours(account) == NIGHT

    menu = await start_fix(hass, account)
    assert menu["menu_options"] == ["new_version", "nothing_changes"]
    form = await choose(hass, menu, "new_version")
    assert values(form) == {"valid_from": since, "power_kva": "6", "hours_all": "23:30-05:30, 14:00-16:00"}
    done = await answer(
        hass,
        form,
        {"valid_from": "2026-11-25", "power_kva": "6", "hours_all": "23:30-05:30, 14:00-16:00", "two_seasons": {}},
    )
    assert done["type"] == "create_entry"
    await account.settle()
    old, new = kept(account)
    assert old == PEAK
    assert (new.valid_from, new.source, new.option, new.power_kva) == (
        date(2026, 11, 25),
        Source.REGULATED,
        OptionCode.HC_HP,
        Decimal(6),
    )
    assert new.offpeak is not None
    assert new.offpeak.as_config() == hours(account) == [{"season": "all", "windows": ["14:00-16:00", "23:30-05:30"]}]
    assert raised(hass, account) is None
    await later(account, paris(2026, 12, 5, 12))
    assert raised(hass, account) is None


async def test_seasonal_hours_that_nobody_can_read_are_shown_raw_and_typed_by_the_user(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await household_with(open_account, hass, PEAK)
    account.simulator.household(PDL).offpeak = SEASONAL_TEXT
    await later(account, paris(2026, 11, 28, 12))
    form = await choose(hass, await start_fix(hass, account), "new_version")
    assert form["description_placeholders"] is not None
    assert form["description_placeholders"]["new"] == SEASONAL_TEXT
    assert values(form) == {"valid_from": "2026-11-28", "power_kva": "6"}
    untyped = await answer(hass, form, {"valid_from": "2026-11-28", "power_kva": "6", "two_seasons": {}})
    assert untyped["errors"] == {"hours_all": "hours_missing"}
    seasons = {"hours_summer": "2:00-7:00, 12:00-15:00", "hours_winter": "23:00-7:00"}
    for given, error in (
        ({"valid_from": "2025-12-01"}, {"valid_from": "date_taken"}),
        ({"valid_from": "2025-11-30"}, {"valid_from": "nothing_in_force"}),
        ({"power_kva": "many"}, {"power_kva": "power_range"}),
    ):
        refused = await answer(hass, untyped, {"valid_from": "2026-11-28", "two_seasons": seasons, **given})
        assert refused["errors"] == error
        assert kept(account) == (PEAK,)
    await answer(hass, untyped, {"valid_from": "2026-11-28", "power_kva": "6", "two_seasons": seasons})
    await account.settle()
    old, new = kept(account)
    assert old == PEAK
    assert new.offpeak is not None
    assert new.offpeak.as_config() == [
        {"season": "summer", "windows": ["02:00-07:00", "12:00-15:00"]},
        {"season": "winter", "windows": ["23:00-07:00"]},
    ]
    # The same text, read again a week later, is no news.
    await later(account, paris(2026, 12, 5, 12))
    assert raised(hass, account) is None


async def test_nothing_changes_when_the_user_says_so(open_account: OpenAccount, hass: HomeAssistant) -> None:
    account = await household_with(open_account, hass, PEAK)
    account.simulator.household(PDL).subscribed_kva = 9
    await later(account, paris(2026, 11, 28, 12))
    await choose(hass, await start_fix(hass, account), "nothing_changes")
    await account.settle()
    assert kept(account) == (PEAK,)
    assert raised(hass, account) is None


async def test_a_new_power_keeps_the_hours_and_comes_beside_a_second_change(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await household_with(open_account, hass, PEAK)
    home = account.simulator.household(PDL)
    home.subscribed_kva = 9
    await later(account, paris(2026, 11, 28, 12))
    form = await choose(hass, await start_fix(hass, account), "new_version")
    assert values(form) == {"valid_from": "2026-11-28", "power_kva": "9", "hours_all": "22:30-06:30"}
    home.offpeak = "HC (23H00-7H00)"
    await later(account, paris(2026, 12, 5, 12))
    change = pending_change(hass, account.entry.entry_id, PDL)
    assert change is not None
    assert (change.since, change.power) == (date(2026, 11, 28), (Decimal(6), Decimal(9)))
    assert change.hours == (("HC (22H30-6H30)",), ("HC (23H00-7H00)",))
    # And when everything is as before, there is nothing left to decide.
    home.subscribed_kva, home.offpeak = 6, "HC (22H30-6H30)"
    await later(account, paris(2026, 12, 12, 12))
    assert raised(hass, account) is None


async def test_without_a_tariff_only_the_hours_are_taken_over(open_account: OpenAccount, hass: HomeAssistant) -> None:
    account = await household_with(open_account, hass)
    account.simulator.household(PDL).offpeak = "HC (23H00-7H00)"
    await later(account, paris(2026, 11, 28, 12))
    menu = await start_fix(hass, account)
    assert menu["menu_options"] == ["new_hours", "nothing_changes"]
    form = await choose(hass, menu, "new_hours")
    assert values(form) == {"hours_all": "23:00-07:00"}
    refused = await answer(hass, form, {"hours_all": "23-7", "two_seasons": {}})
    assert refused["errors"] == {"hours_all": "syntax"}
    await answer(hass, refused, {"hours_all": "23:00-07:00", "two_seasons": {}})
    await account.settle()
    assert hours(account) == [{"season": "all", "windows": ["23:00-07:00"]}]
    assert kept(account) == ()


async def test_a_tariff_without_offpeak_hours_is_left_alone_by_new_hours(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await household_with(open_account, hass, BASE)
    account.simulator.household(PDL).offpeak = "HC (23H00-7H00)"
    await later(account, paris(2026, 11, 28, 12))
    assert (await start_fix(hass, account))["menu_options"] == ["new_hours", "nothing_changes"]


async def test_a_power_that_the_followed_offer_is_not_sold_for_is_refused(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    account = await open_account(NOW, Household(pdl=PDL, name="Maison", activation=paris(2026, 11, 10).date()))
    offer = account.simulator.offers.current("Rive Tempo")
    followed = TariffEntry(
        valid_from=date(2026, 9, 1),
        source=Source.CATALOGUE,
        option=OptionCode.TEMPO,
        power_kva=Decimal(6),
        offer=OfferReference(
            provider_id=account.simulator.offers.provider_ids[offer.provider],
            provider="Énergie des Deux Rives",
            name="Rive Tempo",
            offer_type="TEMPO",
        ),
    )
    keep(hass, account, followed)
    await account.settle()
    account.simulator.household(PDL).subscribed_kva = 36
    await later(account, paris(2026, 11, 28, 12))
    form = await choose(hass, await start_fix(hass, account), "new_version")
    refused = await answer(hass, form, {"valid_from": "2026-11-28", "power_kva": "36"})
    assert refused["errors"] == {"power_kva": "no_offer_for_power"}
    await answer(hass, refused, {"valid_from": "2026-11-28", "power_kva": "9"})
    assert [entry.power_kva for entry in kept(account)] == [Decimal(6), Decimal(9)]


@pytest.mark.parametrize("step", [None, "new_version", "new_hours"])
async def test_a_usage_point_that_was_removed_meanwhile_ends_the_flow(
    open_account: OpenAccount, hass: HomeAssistant, step: str | None
) -> None:
    entries = (PEAK,) if step != "new_hours" else ()
    account = await household_with(open_account, hass, *entries)
    (subentry,) = account.entry.subentries.values()
    before = contract_of(offpeak_texts=("HC (22H30-6H30)",))
    after = contract_of(offpeak_texts=("HC (23H00-7H00)",))
    entry_id, day = account.entry.entry_id, date(2026, 11, 21)
    async_watch_contract(hass, entry_id, subentry, before, after, today=day)
    issue = raised(hass, account)
    assert issue is not None
    menu = await start_fix(hass, account) if step else None
    hass.config_entries.async_remove_subentry(account.entry, subentry.subentry_id)
    await account.settle()
    assert raised(hass, account) is None
    if menu is None:
        data = {str(key): str(value) for key, value in (issue.data or {}).items()}
        async_raise_issue(hass, entry_id, IssueKind.CONTRACT_CHANGED, pdl=PDL, data=data)
        ended = await start_fix(hass, account)
    else:
        assert step is not None
        ended = await choose(hass, menu, step)
    assert (ended["type"], ended["reason"]) == ("abort", "gone")
