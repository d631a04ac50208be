"""The ledger on a real disk: what is learnt stays, and what cannot be read is never silently emptied."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from hypothesis import given
from hypothesis import strategies as st
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.myelectricaldata.energy.readings import DayCurve, DayRecord, slots_in_day
from custom_components.myelectricaldata.feeds import Feed, History
from custom_components.myelectricaldata.gateway.models import Contract, Direction, PowerPeak
from custom_components.myelectricaldata.ledger import SAVE_DELAY, Ledger
from custom_components.myelectricaldata.ledger_format import (
    DerivedState,
    LedgerFormatError,
    LedgerState,
    decode_state,
    encode_state,
)

PDL = "22516914714270"
DAY = date(2026, 11, 20)
CONSUMPTION, PRODUCTION = Direction.CONSUMPTION, Direction.PRODUCTION
days = st.dates(date(2023, 1, 1), date(2027, 12, 31))
naturals = st.integers(0, 200_000)


@st.composite
def dated_records(draw: st.DrawFn) -> tuple[date, DayRecord]:
    day = draw(days)
    minutes = draw(st.sampled_from([10, 15, 30, 60]))
    slots = slots_in_day(day, minutes)
    watts = draw(st.lists(st.none() | naturals, min_size=slots, max_size=slots))
    curve = draw(st.none() | st.just(DayCurve(minutes, tuple(watts))))
    return day, DayRecord(draw(st.none() | naturals), curve)


states = st.builds(
    LedgerState,
    days=st.fixed_dictionaries({direction: st.lists(dated_records(), max_size=4).map(dict) for direction in Direction}),
    peaks=st.dictionaries(
        days, st.builds(PowerPeak, volt_amperes=naturals, at=st.none() | st.datetimes(timezones=st.just(UTC)))
    ),
    history=st.dictionaries(
        st.sampled_from(Feed),
        st.builds(
            History,
            asked_from=st.none() | days,
            asked_to=st.none() | days,
            floor=st.none() | days,
            finished_on=st.none() | days,
            reviews=st.integers(0, 2),
            refused_on=st.none() | days,
        ),
    ),
    contract=st.none()
    | st.builds(
        Contract,
        segment=st.none() | st.text(max_size=5),
        contract_type=st.none(),
        status=st.none(),
        distribution_tariff=st.none() | st.text(max_size=9),
        subscribed_power_kva=st.none() | st.decimals(0, 36, places=1),
        activation_date=st.none() | days,
        production_activation_date=st.none() | days,
        tariff_change_date=st.none() | days,
        offpeak_texts=st.lists(st.text(max_size=9), max_size=2).map(tuple),
    ),
    contract_read_on=st.none() | days,
    unwritten=st.dictionaries(st.sampled_from(["consumption", "power"]), days),
    derived=st.dictionaries(
        st.sampled_from(["consumption", "production"]),
        st.builds(
            DerivedState,
            fingerprint=st.none() | st.text("0123456789abcdef", min_size=1),
            until=days,
            series=st.lists(st.sampled_from(["cost", "cost_blue_hc"]), unique=True).map(tuple),
        ),
    ),
)


@given(states)
def test_whatever_is_known_comes_back_from_the_file_as_it_was(state: LedgerState) -> None:
    assert decode_state(json.loads(json.dumps(encode_state(state)))) == state


GOOD = encode_state(
    LedgerState(
        days={CONSUMPTION: {DAY: DayRecord(10, DayCurve(60, (None, *[7] * 23)))}, PRODUCTION: {}},
        peaks={DAY: PowerPeak(volt_amperes=3000, at=None)},
        history={Feed.POWER: History(asked_from=DAY)},
    )
)


@pytest.mark.parametrize(
    "damage",
    [
        {"days": None},
        {"days": {"consumption": {"2026-11-20": [10, 60, [7] * 23]}}},
        {"days": {"consumption": {"2026-11-20": [10, 7, [7] * 24]}}},
        {"days": {"consumption": {"2026-11-20": ["10"]}}},
        {"days": {"consumption": {"2026-11-20": [-1]}}},
        {"days": {"consumption": {"2026-11-20": [True]}}},
        {"days": {"consumption": {"20 November": [1]}}},
        {"days": {"consumption": {"2026-11-20": []}}},
        {"peaks": {"2026-11-20": [3000]}},
        {"peaks": {"2026-11-20": [3000, "noon"]}},
        {"history": {"gas": {}}},
        {"history": {"power": {"asked_from": 3}}},
        {"contract": {"segment": "C5"}},
        {"unwritten": {"power": None}},
        {"derived": {"gas": {"fingerprint": None, "until": "2026-11-20", "series": []}}},
        {"derived": {"consumption": {"fingerprint": None, "until": None, "series": []}}},
        {"derived": {"consumption": {"fingerprint": None, "until": "2026-11-20"}}},
    ],
)
def test_a_file_that_is_not_a_ledger_is_refused_as_a_whole(damage: dict[str, object]) -> None:
    with pytest.raises(LedgerFormatError):
        decode_state({**GOOD, **damage})


async def reloaded(hass: HomeAssistant) -> Ledger:
    ledger = Ledger(hass, PDL)
    assert await ledger.async_load() is None
    return ledger


async def test_records_are_only_improved_and_an_equal_answer_changes_nothing(
    hass: HomeAssistant, config_dir: Path
) -> None:
    ledger = Ledger(hass, PDL)
    curve = DayCurve(60, (None, *[500] * 23))
    assert ledger.merge_daily(CONSUMPTION, {DAY: 12_000}).days == (DAY,)
    filled = ledger.merge_curve(CONSUMPTION, {DAY: curve})
    assert (filled.days, filled.revised) == ((DAY,), False)
    before = ledger.state
    assert ledger.merge_daily(CONSUMPTION, {DAY: 12_000}).days == ()
    assert ledger.merge_curve(CONSUMPTION, {DAY: DayCurve(60, (None,) * 24)}).days == ()
    assert ledger.state is before
    completed = ledger.merge_curve(CONSUMPTION, {DAY: DayCurve(60, (400, *[None] * 23))})
    assert not completed.revised
    assert ledger.days(CONSUMPTION)[DAY].curve == DayCurve(60, (400, *[500] * 23))
    assert ledger.merge_daily(CONSUMPTION, {DAY: 12_001}).revised
    assert ledger.merge_curve(CONSUMPTION, {DAY: DayCurve(60, (401, *[None] * 23))}).revised
    assert ledger.merge_curve(CONSUMPTION, {DAY: DayCurve(30, (7,) * 48)}).revised
    await ledger.async_save()
    assert (await reloaded(hass)).state == ledger.state


async def test_a_peak_without_its_time_does_not_erase_the_same_peak_with_one(
    hass: HomeAssistant, config_dir: Path
) -> None:
    ledger = Ledger(hass, PDL)
    timed = PowerPeak(volt_amperes=3000, at=datetime(2026, 11, 20, 18, tzinfo=UTC))
    assert not ledger.merge_peaks({DAY: timed}).revised
    assert ledger.merge_peaks({DAY: PowerPeak(volt_amperes=3000, at=None)}).days == ()
    assert ledger.merge_peaks({DAY: PowerPeak(volt_amperes=3100, at=None)}).revised
    await ledger.async_save()


async def test_the_first_day_that_the_recorder_may_lack_is_remembered_until_it_is_confirmed(
    hass: HomeAssistant, config_dir: Path
) -> None:
    ledger = Ledger(hass, PDL)
    ledger.merge_daily(CONSUMPTION, {DAY: 1})
    ledger.merge_daily(CONSUMPTION, {DAY - timedelta(days=9): 1})
    ledger.merge_daily(CONSUMPTION, {DAY - timedelta(days=3): 1})
    await ledger.async_save()
    ledger = await reloaded(hass)
    assert ledger.state.unwritten == {"consumption": DAY - timedelta(days=9)}
    ledger.mark_written("consumption", DAY)
    assert ledger.state.unwritten
    ledger.mark_written("consumption", DAY - timedelta(days=9))
    assert not ledger.state.unwritten
    await ledger.async_save()


async def test_changes_that_follow_each_other_are_one_write_and_no_change_is_none(
    hass: HomeAssistant, config_dir: Path, freezer: FrozenDateTimeFactory
) -> None:
    ledger = Ledger(hass, PDL)
    written = config_dir / ".storage" / f"myelectricaldata.readings.{PDL}"
    ledger.merge_daily(CONSUMPTION, {DAY: 1})
    ledger.merge_daily(CONSUMPTION, {DAY: 2})
    ledger.set_history(Feed.CONSUMPTION_DAILY, History(asked_from=DAY, asked_to=DAY))
    assert not written.exists()
    freezer.tick(SAVE_DELAY + 1)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    stamp = written.stat().st_mtime_ns
    assert written.stat().st_mode & 0o077 == 0
    ledger.merge_daily(CONSUMPTION, {DAY: 2})
    ledger.set_history(Feed.CONSUMPTION_DAILY, History(asked_from=DAY, asked_to=DAY + timedelta(days=1)))
    await ledger.async_save()
    freezer.tick(3600)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert written.stat().st_mtime_ns == stamp


async def test_the_contract_survives_an_answer_without_one(hass: HomeAssistant, config_dir: Path) -> None:
    ledger = Ledger(hass, PDL)
    contract = decode_state({**GOOD, "contract": CONTRACT}).contract
    assert ledger.set_contract(contract, DAY)
    assert not ledger.set_contract(contract, DAY + timedelta(days=7))
    assert not ledger.set_contract(None, DAY + timedelta(days=14))
    assert ledger.contract == contract
    assert ledger.contract is not None
    assert ledger.contract.subscribed_power_kva == Decimal(9)
    await ledger.async_save()
    assert (await reloaded(hass)).state == replace(ledger.state)


CONTRACT = {
    "segment": "C5",
    "contract_type": None,
    "status": None,
    "distribution_tariff": "BTINFMU4",
    "subscribed_power_kva": "9",
    "activation_date": "2021-03-15",
    "production_activation_date": None,
    "tariff_change_date": None,
    "offpeak_texts": ["HC (22H30-6H30)"],
}


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        (b'{"version": 1, "minor_version": 1, "key": "x", "data": {"days": 3}}', "unreadable"),
        (b'{"version": 99, "minor_version": 1, "key": "x", "data": {}}', "unreadable"),
        (b'{"version": 0, "minor_version": 1, "key": "x", "data": {}}', "unreadable"),
        (b'{"minor_version": 1}', "unreadable"),
        (b'{"version": 1, "data": {"days"', "corrupt"),
        (b"", "corrupt"),
    ],
)
async def test_an_unreadable_file_is_set_aside_with_all_that_is_in_it(
    hass: HomeAssistant, config_dir: Path, content: bytes, kept: str
) -> None:
    path = config_dir / ".storage" / f"myelectricaldata.readings.{PDL}"
    path.parent.mkdir()
    path.write_bytes(content)
    ledger = Ledger(hass, PDL)
    name = await ledger.async_load()
    assert name is not None
    assert kept in name
    assert ledger.state == LedgerState()
    [aside] = [file for file in path.parent.iterdir() if kept in file.name]
    assert aside.read_bytes() == content
    ledger.merge_daily(CONSUMPTION, {DAY: 1})
    await ledger.async_save()
    assert (await reloaded(hass)).days(CONSUMPTION) == {DAY: DayRecord(1)}


async def test_a_disk_that_cannot_be_read_now_is_not_taken_for_an_empty_ledger(
    hass: HomeAssistant, config_dir: Path
) -> None:
    path = config_dir / ".storage" / f"myelectricaldata.readings.{PDL}"
    path.mkdir(parents=True)
    with pytest.raises(HomeAssistantError):
        await Ledger(hass, PDL).async_load()
    assert path.is_dir()


async def test_a_full_disk_keeps_the_old_file_and_the_next_save_writes_everything(
    hass: HomeAssistant, config_dir: Path
) -> None:
    ledger = Ledger(hass, PDL)
    ledger.merge_daily(CONSUMPTION, {DAY: 1})
    await ledger.async_save()
    ledger.merge_daily(CONSUMPTION, {DAY: 2})
    full = patch("homeassistant.util.file.AtomicWriter", side_effect=OSError(28, "No space left on device"))
    with full:
        await ledger.async_save()
    assert (await reloaded(hass)).days(CONSUMPTION) == {DAY: DayRecord(1)}
    ledger.merge_daily(CONSUMPTION, {DAY - timedelta(days=1): 3})
    await ledger.async_save()
    assert (await reloaded(hass)).days(CONSUMPTION) == {DAY: DayRecord(2), DAY - timedelta(days=1): DayRecord(3)}
