"""Zen Flex days, for the accounts that have them and for no other."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from homeassistant.const import STATE_UNKNOWN
from homeassistant.helpers import device_registry as dr

from custom_components.myelectricaldata.const import DOMAIN
from custom_components.myelectricaldata.coordinators.national_plan import Route
from custom_components.myelectricaldata.energy.calendar import PARIS
from custom_components.myelectricaldata.energy.options import OptionCode, build_option
from custom_components.myelectricaldata.energy.tariff import Tariff, TariffVersion
from tests.entities.rig import NO_MONEY, Money
from tests.entities.signal_rig import ACCOUNT, SECOND, NationalStandIn, OpenSignals, SignalRig
from tests.entities.tariffs import base, version

KEYS = ("zen_flex_today", "zen_flex_tomorrow")
NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)


def zen_flex(**facts: Any) -> TariffVersion:
    return version(build_option(OptionCode.ZEN_FLEX), {}, **facts)


def money(*versions: TariffVersion) -> Money:
    return Money(tariff=Tariff(versions))


def has_device(rig: SignalRig) -> bool:
    devices = dr.async_entries_for_config_entry(dr.async_get(rig.hass), ACCOUNT)
    return any((DOMAIN, f"{ACCOUNT}_zen_flex") in device.identifiers for device in devices)


async def test_days_follow_the_civil_day_and_nothing_is_eco_by_default(open_signals: OpenSignals) -> None:
    national = NationalStandIn()
    national.zen_flex = {date(2026, 11, 23): "ECO", date(2026, 11, 24): "SOBRIETE"}
    rig = await open_signals(NOON, national)
    rig.add_point(money=money(zen_flex()))
    await rig.load()
    assert rig.values(*KEYS) == ("eco", "sobriety")
    midnight = datetime(2026, 11, 24, tzinfo=PARIS).astimezone(UTC)
    await rig.go_to(midnight - SECOND)
    assert rig.values(*KEYS) == ("eco", "sobriety")
    assert [rig.attribute(key, "day") for key in KEYS] == ["2026-11-23", "2026-11-24"]
    await rig.go_to(midnight)
    assert rig.values(*KEYS) == ("sobriety", STATE_UNKNOWN)
    national.tell_zen_flex({**national.zen_flex, date(2026, 11, 25): "BONUS"})
    assert rig.values(*KEYS) == ("sobriety", "bonus")
    assert rig.attribute("zen_flex_today", "options") == ["eco", "sobriety", "bonus"]
    assert [rig.attribute(key, "day") for key in KEYS] == ["2026-11-24", "2026-11-25"]


@pytest.mark.parametrize(
    ("versions", "used"),
    [
        pytest.param((zen_flex(),), True, id="in force"),
        pytest.param((base(), zen_flex(since=date(2026, 12, 1))), True, id="to come"),
        pytest.param((zen_flex(), base(since=date(2026, 12, 1))), True, id="until the end of the month"),
        pytest.param((zen_flex(), base(since=date(2026, 11, 23))), False, id="until yesterday"),
        pytest.param((zen_flex(valid_to=date(2026, 11, 22)),), False, id="ended"),
        pytest.param((base(),), False, id="another option"),
        pytest.param((), False, id="no tariff"),
    ],
)
async def test_only_an_account_that_has_zen_flex_has_its_sensors(
    open_signals: OpenSignals, versions: tuple[TariffVersion, ...], used: bool
) -> None:
    rig = await open_signals(NOON, NationalStandIn())
    rig.add_point()
    rig.add_point(money=money(*versions))
    await rig.load()
    assert [rig.entity_id(key) is not None for key in KEYS] == [used, used]
    assert has_device(rig) is used


async def test_the_days_are_asked_for_while_somebody_looks(open_signals: OpenSignals) -> None:
    rig = await open_signals(NOON, NationalStandIn())
    rig.add_point(money=money(zen_flex()))
    await rig.load()
    assert set(rig.national.wanted) == {Route.ZEN_FLEX}
    await rig.unload()
    assert rig.national.wanted == []


async def test_with_the_tariff_go_the_sensors_and_the_device(open_signals: OpenSignals) -> None:
    rig = await open_signals(NOON, NationalStandIn())
    point = rig.add_point(money=money(zen_flex()))
    await rig.load()
    await rig.unload()
    point.tariff = Tariff((zen_flex(), base(since=date(2026, 11, 1))))
    await rig.load()
    await rig.hass.async_block_till_done()
    assert (has_device(rig), [rig.entity_id(key) for key in KEYS]) == (False, [None, None])
    assert rig.entity_id("tempo_colour") is not None


async def test_a_tariff_that_cannot_be_read_costs_nobody_a_sensor(open_signals: OpenSignals) -> None:
    rig = await open_signals(NOON, NationalStandIn(), config={"tariff": [{"what": "is this?"}]})
    point = rig.add_point(money=money(zen_flex()))
    await rig.load()
    await rig.unload()
    point.tariff = NO_MONEY.tariff
    await rig.load()
    await rig.hass.async_block_till_done()
    assert None not in [rig.entity_id(key) for key in KEYS]
