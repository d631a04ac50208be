"""What counts as a change of the contract, and since when."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from custom_components.myelectricaldata.coordinators.contract_watch import (
    ContractChange,
    contract_change,
    decode_change,
    encode_change,
)
from custom_components.myelectricaldata.energy.entries import Source, TariffEntry, entry_in_force
from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule
from custom_components.myelectricaldata.energy.options import OptionCode
from custom_components.myelectricaldata.gateway.models import Contract
from tests.flows.usage_point_rig import contract_of

TODAY = date(2026, 11, 21)
OLD, NEW = "HC (22H30-6H30)", "HC (23H30-5H30;14H00-16H00)"
UNREADABLE = "HC ETE (2H00-7H00;12H00-15H00) HC HIVER (23H00-7H00)"
SHORT, MEDIUM = "Tarif BT<=36kVA Courte Utilisation", "Tarif BT<=36kVA Moyenne Utilisation"
BEFORE = contract_of(
    offpeak_texts=(OLD,),
    subscribed_power_kva=Decimal(6),
    distribution_tariff="BTINFMU4",
    tariff_change_date=date(2021, 3, 15),
)


def schedule(*windows: str) -> OffpeakSchedule:
    return OffpeakSchedule.from_config([{"season": "all", "windows": list(windows)}])


NIGHT = schedule("22:30-06:30")
PEAK = TariffEntry(
    valid_from=date(2025, 1, 1),
    source=Source.REGULATED,
    option=OptionCode.HC_HP,
    power_kva=Decimal(6),
    offpeak=NIGHT,
)


def change_of(
    after: Contract,
    *,
    before: Contract | None = BEFORE,
    offpeak: OffpeakSchedule = NIGHT,
    entries: tuple[TariffEntry, ...] = (PEAK,),
) -> ContractChange | None:
    return contract_change(before, after, offpeak, entries, noticed=TODAY)


def test_new_hours_are_a_change_from_the_day_that_the_contract_tells() -> None:
    after = replace(BEFORE, offpeak_texts=(NEW,), tariff_change_date=date(2026, 11, 12))
    change = change_of(after)
    assert change is not None
    assert change.since == date(2026, 11, 12)
    assert change.hours == ((OLD,), (NEW,))
    assert change.schedule is not None
    assert {str(window) for window in change.schedule.windows_on(TODAY)} == {"23:30-05:30", "14:00-16:00"}
    # That the date moved is told by the hours.
    assert change.in_words(after=False) == OLD
    assert change.in_words(after=True) == NEW


def test_hours_that_are_not_understood_are_a_change_without_a_schedule() -> None:
    change = change_of(replace(BEFORE, offpeak_texts=(UNREADABLE,)))
    assert change is not None
    assert (change.since, change.schedule) == (TODAY, None)
    assert change.in_words(after=True) == UNREADABLE


@pytest.mark.parametrize(
    ("told", "entries", "since"),
    [
        (date(2021, 3, 15), (PEAK,), TODAY),
        (None, (PEAK,), TODAY),
        (date(2026, 11, 12), (PEAK,), date(2026, 11, 12)),
        (date(2024, 6, 1), (PEAK,), TODAY),
        (date(2025, 1, 1), (PEAK,), TODAY),
        (date(2024, 6, 1), (), date(2024, 6, 1)),
    ],
)
def test_the_date_of_the_contract_counts_when_it_moved_past_the_last_entry(
    told: date | None, entries: tuple[TariffEntry, ...], since: date
) -> None:
    change = change_of(replace(BEFORE, offpeak_texts=(NEW,), tariff_change_date=told), entries=entries)
    assert change is not None
    assert change.since == since


def test_a_date_that_was_not_known_before_tells_nothing() -> None:
    before = replace(BEFORE, tariff_change_date=None)
    assert change_of(BEFORE, before=before) is None
    change = change_of(replace(BEFORE, offpeak_texts=(NEW,)), before=before)
    assert change is not None
    assert change.since == TODAY


@pytest.mark.parametrize(
    ("changes", "hours", "power", "tariff"),
    [
        ({"subscribed_power_kva": Decimal(9)}, False, (Decimal(6), Decimal(9)), None),
        ({"distribution_tariff": "BTINFCU4"}, False, None, ("BTINFMU4", "BTINFCU4")),
        ({"distribution_tariff": SHORT}, False, None, ("BTINFMU4", SHORT)),
        ({"tariff_change_date": date(2026, 11, 1)}, False, None, ("BTINFMU4", "BTINFMU4")),
        ({"offpeak_texts": (NEW,), "subscribed_power_kva": Decimal(9)}, True, (Decimal(6), Decimal(9)), None),
    ],
)
def test_power_and_distribution_tariff_are_changes_too(
    changes: dict[str, Any], hours: bool, power: tuple[Decimal, Decimal] | None, tariff: tuple[str, str] | None
) -> None:
    change = change_of(replace(BEFORE, **changes))
    assert change is not None
    assert (change.hours is not None, change.power, change.tariff) == (hours, power, tariff)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"offpeak_texts": ()},
        {"offpeak_texts": ("hc (22h30 - 6h30)",)},
        {"offpeak_texts": ('{"default": "HC (22H30-6H30)"}',)},
        {"subscribed_power_kva": None},
        {"distribution_tariff": None},
        {"distribution_tariff": MEDIUM},
        {"distribution_tariff": "Tarif de demain"},
        {"tariff_change_date": None},
        {"activation_date": date(2026, 1, 1), "segment": "C5", "status": "SERVC"},
    ],
)
def test_what_is_only_told_otherwise_or_not_at_all_is_no_change(changes: dict[str, Any]) -> None:
    assert change_of(replace(BEFORE, **changes)) is None


def test_what_the_user_has_entered_already_is_no_news() -> None:
    assert change_of(replace(BEFORE, offpeak_texts=(NEW,)), offpeak=schedule("14:00-16:00", "23:30-05:30")) is None
    bigger = replace(PEAK, power_kva=Decimal(9))
    assert change_of(replace(BEFORE, subscribed_power_kva=Decimal(9)), entries=(bigger,)) is None


def test_the_first_reading_of_a_contract_is_no_change() -> None:
    assert change_of(BEFORE, before=None) is None


def test_hours_that_appear_are_a_change_because_a_flat_contract_had_none() -> None:
    change = change_of(BEFORE, before=replace(BEFORE, offpeak_texts=()), offpeak=OffpeakSchedule())
    assert change is not None
    assert change.in_words(after=False) == "–"


def test_without_a_tariff_only_the_hours_matter() -> None:
    assert change_of(replace(BEFORE, subscribed_power_kva=Decimal(9)), entries=()) is None
    assert change_of(replace(BEFORE, distribution_tariff="BTINFCU4"), entries=()) is None
    assert change_of(replace(BEFORE, offpeak_texts=(NEW,)), entries=()) is not None


def test_an_entry_that_ended_is_in_force_no_more() -> None:
    ended = replace(PEAK, valid_to=date(2026, 10, 31))
    assert entry_in_force((ended,), TODAY) is None
    assert entry_in_force((ended,), date(2026, 10, 31)) is ended
    assert entry_in_force((ended,), date(2024, 12, 31)) is None


@pytest.mark.parametrize(
    "change",
    [
        ContractChange(since=TODAY, hours=((), (UNREADABLE, "é"))),
        ContractChange(since=TODAY, power=(Decimal(6), Decimal("9.5")), tariff=("A", "B")),
    ],
)
def test_a_change_outlives_a_restart(change: ContractChange) -> None:
    assert decode_change(encode_change(change)) == change
