"""The price of now with each regulated option: those of August 2026, to the second, for the households of an account."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from homeassistant.const import STATE_UNKNOWN

from custom_components.myelectricaldata.energy.calendar import PARIS
from custom_components.myelectricaldata.energy.entries import Source, TariffEntry
from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule
from custom_components.myelectricaldata.energy.options import OptionCode
from custom_components.myelectricaldata.gateway.models import Direction
from tests.entities.rig import Money, snapshot_of
from tests.entities.signal_rig import SECOND, NationalStandIn, OpenSignals, contract_of

NOON = datetime(2026, 11, 22, 11, tzinfo=UTC)
TEMPO, BASE, HC_HP = "tempo_price", "tempo_price_base", "tempo_price_hc_hp"


def paris(month: int, day: int, hour: int = 0, minute: int = 0, *, year: int = 2026, fold: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=PARIS, fold=fold).astimezone(UTC)


def three_days() -> NationalStandIn:
    """Sunday to Tuesday; Wednesday is not published."""
    national = NationalStandIn()
    national.know(date(2026, 11, 22), "BLUE", "RED", "WHITE")
    return national


async def test_the_price_of_tempo_changes_at_six_and_at_ten_sharp(open_signals: OpenSignals) -> None:
    rig = await open_signals(NOON, three_days())
    await rig.load()
    table = (
        (paris(11, 22, 22), "blue_hp", "0.1654", "0.1356"),
        (paris(11, 23, 6), "blue_hc", "0.1356", "0.7295"),
        (paris(11, 23, 22), "red_hp", "0.7295", "0.1615"),
        (paris(11, 24, 6), "red_hc", "0.1615", "0.1921"),
        (paris(11, 24, 22), "white_hp", "0.1921", "0.1536"),
        (paris(11, 25, 6), "white_hc", "0.1536", None),
    )
    for change, period, price, following in table:
        await rig.go_to(change - SECOND)
        assert rig.value(TEMPO) == price
        said = rig.state(TEMPO).attributes
        assert said["period"] == period
        assert said["next_change"] == change.astimezone(PARIS).isoformat()
        assert said["next_price"] == (None if following is None else float(following))
        assert rig.attribute("tempo_next_change", "price") == said["next_price"]
        await rig.restart()
        assert rig.value(TEMPO) == price
        await rig.go_to(change)
        assert rig.value(TEMPO) == (following or STATE_UNKNOWN)
    assert rig.attribute(TEMPO, "period") is None
    rig.national.tell([(date(2026, 11, 25), "WHITE")], date(2026, 11, 25), date(2026, 11, 26))
    assert rig.value(TEMPO) == "0.1921"


async def test_the_six_prices_are_told_with_their_source(open_signals: OpenSignals) -> None:
    rig = await open_signals(NOON, three_days())
    await rig.load()
    said = rig.state(TEMPO).attributes
    assert (said["source"], said["valid_from"], said["unit_of_measurement"]) == ("Tarif Bleu", "2026-08-01", "EUR/kWh")
    prices = {"blue_hc": 0.1356, "blue_hp": 0.1654, "white_hc": 0.1536, "white_hp": 0.1921, "red_hc": 0.1615}
    assert {**prices, "red_hp": 0.7295}.items() <= said.items()


async def test_a_price_ends_with_the_last_day_that_the_law_gave_it(open_signals: OpenSignals) -> None:
    """The file that is shipped speaks until 31 January 2027: a price of its own is never made up."""
    national = NationalStandIn()
    national.know(date(2027, 1, 31), "BLUE", "BLUE")
    rig = await open_signals(paris(1, 31, 12, year=2027), national)
    rig.add_point(kva=6)
    await rig.load()
    assert rig.attribute(BASE, "next_change") == "2027-02-01T00:00:00+01:00"
    await rig.go_to(paris(2, 1, year=2027) - SECOND)
    assert rig.values(TEMPO, BASE) == ("0.1356", "0.2001")
    await rig.go_to(paris(2, 1, year=2027))
    assert rig.values(TEMPO, BASE) == (STATE_UNKNOWN, STATE_UNKNOWN)
    said = rig.state(TEMPO).attributes
    assert (said["period"], said["source"], said["valid_from"], said["red_hp"]) == ("blue_hc", None, None, None)


@pytest.mark.parametrize(
    ("powers", "base"),
    [
        pytest.param((6,), "0.2001", id="six"),
        pytest.param((9,), "0.1985", id="nine"),
        pytest.param((3, 6), "0.2001", id="two powers of one price"),
        pytest.param((6, 9), STATE_UNKNOWN, id="two prices"),
        pytest.param((6, None), STATE_UNKNOWN, id="one without a known power"),
        pytest.param((None,), STATE_UNKNOWN, id="no power"),
        pytest.param((7,), STATE_UNKNOWN, id="a power that the tariff does not offer"),
        pytest.param((), STATE_UNKNOWN, id="nobody"),
    ],
)
async def test_the_price_of_base_is_that_of_all_subscribed_powers(
    open_signals: OpenSignals, powers: tuple[int | None, ...], base: str
) -> None:
    rig = await open_signals(NOON, three_days())
    for kva in powers:
        rig.add_point(kva=kva)
    await rig.load()
    assert rig.value(BASE) == base


async def test_what_only_injects_has_no_say(open_signals: OpenSignals) -> None:
    rig = await open_signals(NOON, three_days())
    rig.add_point("22:00-06:00", kva=6)
    rig.add_point(kva=9, direction=Direction.PRODUCTION)
    await rig.load()
    assert rig.values(BASE, HC_HP) == ("0.2001", "0.2142")


async def test_the_power_of_the_tariff_in_force_goes_before_that_of_the_contract(open_signals: OpenSignals) -> None:
    """What the user says the tariff is, is what the prices of that usage point stand for too."""
    rig = await open_signals(paris(11, 30, 23, 59), three_days())
    said = TariffEntry(
        valid_from=date(2026, 12, 1), source=Source.REGULATED, option=OptionCode.BASE, power_kva=Decimal(9)
    )
    rig.add_point(kva=6, money=Money(entries=(said,)))
    await rig.load()
    assert rig.value(BASE) == "0.2001"
    await rig.go_to(paris(12, 1))
    assert rig.value(BASE) == "0.1985"


async def test_a_contract_that_comes_later_brings_the_price(open_signals: OpenSignals) -> None:
    rig = await open_signals(NOON, three_days())
    point = rig.add_point(kva=None)
    await rig.load()
    assert rig.value(BASE) == STATE_UNKNOWN
    point.async_set_updated_data(snapshot_of(contract=contract_of(9)))
    assert rig.value(BASE) == "0.1985"


async def test_a_usage_point_whose_file_cannot_be_read_has_no_known_power(open_signals: OpenSignals) -> None:
    rig = await open_signals(NOON, three_days())
    rig.add_point(kva=6)
    # What Home Assistant leaves there until a first refresh succeeds.
    unreadable: Any = rig.add_point(kva=6)
    unreadable.data = None
    await rig.load()
    assert rig.values(TEMPO, BASE) == ("0.1654", STATE_UNKNOWN)


async def test_off_peak_begins_at_its_own_minute(open_signals: OpenSignals) -> None:
    rig = await open_signals(NOON, three_days())
    rig.add_point("22:38-06:38")
    await rig.load()
    said = rig.state(HC_HP).attributes
    assert (rig.value(HC_HP), said["period"], said["next_price"]) == ("0.2142", "hp", 0.1589)
    assert said["next_change"] == "2026-11-22T22:38:00+01:00"
    assert (said["hc"], said["hp"]) == (0.1589, 0.2142)
    for change, before, after in (
        (paris(11, 22, 22, 38), "0.2142", "0.1589"),
        (paris(11, 23, 6, 38), "0.1589", "0.2142"),
    ):
        await rig.go_to(change - SECOND)
        assert rig.value(HC_HP) == before
        await rig.restart()
        assert rig.value(HC_HP) == before
        await rig.go_to(change)
        assert rig.value(HC_HP) == after


async def test_off_peak_is_right_in_the_night_that_strikes_half_past_two_twice(open_signals: OpenSignals) -> None:
    rig = await open_signals(paris(10, 25, 1), NationalStandIn())
    rig.add_point("00:00-02:30")
    await rig.load()
    seen: list[tuple[str, str]] = []
    for _ in range(4):
        change: str = rig.attribute(HC_HP, "next_change")
        seen.append((rig.value(HC_HP), change))
        await rig.go_to(datetime.fromisoformat(change))
    assert seen == [
        ("0.1589", "2026-10-25T02:30:00+02:00"),
        ("0.2142", "2026-10-25T02:00:00+01:00"),
        ("0.1589", "2026-10-25T02:30:00+01:00"),
        ("0.2142", "2026-10-26T00:00:00+01:00"),
    ]


async def test_households_with_other_off_peak_hours_have_no_common_price(open_signals: OpenSignals) -> None:
    """Not even while it happens to be off-peak for both."""
    rig = await open_signals(paris(11, 22, 3), three_days())
    rig.add_point("22:00-06:00")
    other = rig.add_point("23:00-07:00")
    await rig.load()
    assert rig.value(HC_HP) == STATE_UNKNOWN
    assert rig.attribute(HC_HP, "hc") is None
    other.offpeak = OffpeakSchedule.from_config([{"season": "all", "windows": ["22:00-06:00"]}])
    other.async_update_listeners()
    assert rig.value(HC_HP) == "0.1589"


async def test_without_off_peak_hours_nobody_knows_when_they_would_be(open_signals: OpenSignals) -> None:
    rig = await open_signals(NOON, three_days())
    rig.add_point()
    await rig.load()
    assert rig.values(BASE, HC_HP) == ("0.2001", STATE_UNKNOWN)


async def test_an_unloaded_price_strikes_no_more(open_signals: OpenSignals) -> None:
    rig = await open_signals(NOON, three_days())
    point = rig.add_point("22:00-06:00")
    await rig.load()
    await rig.unload()
    await rig.go_to(paris(11, 22, 22))
    point.async_update_listeners()
    assert rig.value(HC_HP) == "unavailable"
