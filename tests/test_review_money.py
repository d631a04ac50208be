"""What must not happen to a household's money, found by reading the whole with fresh eyes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import get_ident
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import persistent_notification
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from custom_components.myelectricaldata.const import CONF_TARIFF
from custom_components.myelectricaldata.coordinators.national import async_get_national
from custom_components.myelectricaldata.energy.entries import Before, OfferReference, Source, TariffEntry, resolve
from custom_components.myelectricaldata.energy.entry_format import encode_entry
from custom_components.myelectricaldata.energy.offers import Catalogue
from custom_components.myelectricaldata.energy.options import OptionCode
from custom_components.myelectricaldata.energy.regulated import regulated_history
from custom_components.myelectricaldata.energy.series import HourRow
from custom_components.myelectricaldata.energy.tariff import Calendars
from custom_components.myelectricaldata.money_descriptions import tariff_text
from custom_components.myelectricaldata.notifications import async_notify_price_change
from custom_components.myelectricaldata.statistics import ENERGY, SeriesWriter
from custom_components.myelectricaldata.texts import Texts
from tests.account import Account
from tests.conftest import OpenAccount
from tests.energy.catalogue_rows import SUPPLIER, WEEK, row
from tests.simulators import offers
from tests.test_actions_offers import ACTIVATION, HOUSE, open_with, tariff

pytestmark = pytest.mark.long


async def costs(account: Account) -> dict[datetime, float]:
    rows = await account._stored(f"myelectricaldata:cost_{HOUSE}", {"state"})
    return {datetime.fromtimestamp(row["start"], UTC): row["state"] for row in rows}


async def reload_with(account: Account, entries: list[Any]) -> None:
    subentry = next(each for each in account.entry.subentries.values() if each.data["pdl"] == HOUSE)
    data = {**subentry.data, CONF_TARIFF: entries}
    account.hass.config_entries.async_update_subentry(account.entry, subentry, data=data)
    await account.settle()


@pytest.mark.parametrize(
    "unreadable",
    [
        [{**tariff()[0], "option": "OF_A_LATER_VERSION"}],
        [*tariff(), *tariff(prices={"hc": Decimal("0.1"), "hp": Decimal("0.2")})],
        "not a list",
    ],
    ids=["unknown option", "two of one day", "no list"],
)
async def test_a_tariff_that_cannot_be_read_takes_no_cost_away(
    open_account: OpenAccount, hass: HomeAssistant, unreadable: Any, caplog: pytest.LogCaptureFixture
) -> None:
    account = await open_with(open_account, hass, tariff())
    before = await costs(account)
    assert sum(before.values()) > 0
    await reload_with(account, unreadable)
    assert "cannot be read, enter it again" in caplog.text
    assert await costs(account) == before
    # Entered again, it takes over from there.
    await reload_with(account, tariff(prices={"hc": Decimal("0.3178"), "hp": Decimal("0.4284")}))
    assert await costs(account) == pytest.approx({hour: 2 * cost for hour, cost in before.items()})


@pytest.mark.parametrize("lost", ["catalogue", "calendars"])
async def test_a_file_of_a_source_that_was_lost_takes_no_cost_away(
    open_account: OpenAccount, hass: HomeAssistant, lost: str
) -> None:
    account = await open_with(open_account, hass, None)
    national = await async_get_national(hass)
    tempo = next(
        offer
        for offer in national.catalogue.select(power_kva=Decimal(6))
        if offer.code is OptionCode.TEMPO and offer.history.versions[0].valid_from <= ACTIVATION
    )
    reference = OfferReference(
        provider_id=tempo.key.provider_id,
        provider=tempo.provider,
        name=tempo.key.name,
        offer_type=tempo.key.offer_type,
    )
    entries = tariff(source=Source.CATALOGUE, option=OptionCode.TEMPO, offpeak=None, prices={}, offer=reference)
    await reload_with(account, entries)
    before = await costs(account)
    assert sum(before.values()) > 0
    if lost == "catalogue":
        national._catalogue.value = Catalogue()
    else:
        national._calendars = Calendars(zen_flex=national.calendars.zen_flex)
    await hass.config_entries.async_reload(account.entry.entry_id)
    await account.settle()
    assert await costs(account) == before


def test_a_version_without_prices_is_not_said_to_be_of_the_users_own() -> None:
    texts = Texts({"option_base": "Base", "source_manual": "own prices", "price_unknown": "unknown"})
    entry = TariffEntry(valid_from=date(2026, 1, 1), source=Source.REGULATED, option=OptionCode.BASE)
    versions = resolve([entry], catalogue=regulated_history, regulated=regulated_history, entities={}).versions
    assert tariff_text(versions[-1], texts) == "Base · unknown"
    assert "Tarif Bleu" in tariff_text(versions[0], texts)
    own = resolve(
        [replace(entry, source=Source.MANUAL, prices={"base": Decimal("0.2")})],
        catalogue=regulated_history,
        regulated=regulated_history,
        entities={},
    )
    assert tariff_text(own.versions[0], texts) == "Base · own prices"


async def test_a_period_of_a_former_tariff_is_searched_for_its_last_row_outside_the_event_loop(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []

    class Day:
        """A day without a row."""

        held = False

        def __init__(self, day: date) -> None:
            self.day = day

        def rows(self) -> Iterator[HourRow]:
            threads.append(get_ident())
            return iter(())

    writer = SeriesWriter(hass, "myelectricaldata:consumption_1_hc", "Old", ENERGY)

    async def nothing(*_args: object) -> None:
        pass

    monkeypatch.setattr(writer, "_async_rebase", nothing)
    assert await writer.async_verify_tail([Day(date(2025, 1, day)) for day in range(1, 32)])
    assert len(threads) == 31
    assert get_ident() not in threads


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_new_hours_of_a_followed_offer_are_told(hass: HomeAssistant) -> None:
    hass.config.language = "fr"
    prices = {"hc_price": "0.15", "hp_price": "0.21"}
    rows = [
        row(prices, kind="HC_HP", start=date(2026, 2, 1), hours=dict.fromkeys(WEEK, hours))
        for hours in ("22:00-06:00", "01:00-07:00,14:00-16:00")
    ]
    known, _ = Catalogue().merged([SUPPLIER], rows[:1], date(2026, 11, 21))
    _, (change,) = known.merged([SUPPLIER], rows[1:], date(2026, 11, 22))
    await async_notify_price_change(hass, HOUSE, "Maison", change)
    (told,) = persistent_notification._async_get_or_create_notifications(hass).values()
    assert "22/11/2026" in told["message"]
    assert told["message"].endswith("- Heures creuses : 22:00–06:00 → 01:00–07:00, 14:00–16:00")


def issue(hass: HomeAssistant, kind: str) -> ir.IssueEntry | None:
    return ir.async_get(hass).async_get_issue("myelectricaldata", f"{kind}_{HOUSE}")


async def test_an_entity_that_holds_the_price_of_the_moment_is_told_and_one_that_was_corrected_is_not(
    open_account: OpenAccount, hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    entry = TariffEntry(
        valid_from=ACTIVATION,
        source=Source.MANUAL,
        option=OptionCode.BASE,
        entities={"base": "sensor.price"},
        subscription=Decimal(15),
    )
    unit = {"unit_of_measurement": "EUR/kWh"}
    hass.states.async_set("sensor.price", "0.2", unit)
    account = await open_with(open_account, hass, [encode_entry(entry)])
    start = datetime.now(UTC)
    # Corrected once within a day: the price of that day is the last one.
    hass.states.async_set("sensor.price", "2.0", unit)
    hass.states.async_set("sensor.price", "0.2", unit)
    await account.travel(start + timedelta(hours=1))
    assert issue(hass, "price_entity_restless") is None
    freezer.move_to(start + timedelta(days=1))
    hass.states.async_set("sensor.price", "0.15", unit)
    hass.states.async_set("sensor.price", "0.2", unit)
    await account.travel(start + timedelta(days=1, hours=1))
    told = issue(hass, "price_entity_restless")
    assert told is not None
    assert told.translation_placeholders is not None
    assert told.translation_placeholders["entity"] == "sensor.price"
    await account.travel(start + timedelta(days=8))
    assert issue(hass, "price_entity_restless") is None


async def test_a_followed_offer_that_leaves_the_catalogue_is_told_and_keeps_its_price(
    open_account: OpenAccount, hass: HomeAssistant
) -> None:
    entry = TariffEntry(
        valid_from=ACTIVATION,
        source=Source.CATALOGUE,
        option=OptionCode.BASE,
        power_kva=Decimal(6),
        offer=OfferReference(
            provider_id=offers.provider_id(0), provider="Énergie des Deux Rives", name="Rive Base", offer_type="BASE"
        ),
        before=Before.SAME,
    )
    account = await open_with(open_account, hass, [encode_entry(entry)])
    assert issue(hass, "offer_withdrawn") is None
    account.simulator.offers.withdraw("Rive Base")
    await account.travel(datetime.now(UTC) + timedelta(days=1))
    told = issue(hass, "offer_withdrawn")
    assert told is not None
    assert told.translation_placeholders is not None
    assert told.translation_placeholders["offer"] == "Rive Base"
    assert account.coordinator(HOUSE).tariff.versions[-1].prices == {"base": Decimal("0.20040")}
