"""What the user says of a tariff becomes dated versions, and survives the disk."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.myelectricaldata.energy.entries import (
    Before,
    DatedPrices,
    OfferHistory,
    OfferReference,
    Source,
    TariffEntry,
    resolve,
)
from custom_components.myelectricaldata.energy.entry_format import EntryError, decode_entries, encode_entry
from custom_components.myelectricaldata.energy.fingerprint import fingerprint
from custom_components.myelectricaldata.energy.offpeak import OffpeakSchedule, Season, SeasonWindows, Window
from custom_components.myelectricaldata.energy.options import OptionCode, build_option
from custom_components.myelectricaldata.energy.tariff import Calendars, Holidays, Rule, Signal, Tariff, TariffVersion

D = Decimal
NIGHT = OffpeakSchedule((SeasonWindows(Season.ALL, (Window(23 * 60, 7 * 60),)),))


def dated(start: date, end: date | None, hc: str, hp: str, source: str = "offer") -> DatedPrices:
    return DatedPrices(
        valid_from=start, valid_to=end, prices={"hc": D(hc), "hp": D(hp)}, subscription=D(15), source=source
    )


CATALOGUE = OfferHistory(
    versions=(
        # In any order.
        dated(date(2026, 8, 1), None, "0.17", "0.23"),
        dated(date(2026, 2, 1), date(2026, 7, 31), "0.16", "0.22"),
    )
)
REGULATED = OfferHistory(
    versions=(
        dated(date(2025, 2, 1), date(2025, 7, 31), "0.11", "0.21", "regulated"),
        dated(date(2025, 8, 1), date(2026, 7, 31), "0.12", "0.22", "regulated"),
        dated(date(2026, 8, 1), None, "0.13", "0.23", "regulated"),
    )
)


def resolved(
    *entries: TariffEntry,
    catalogue: OfferHistory = CATALOGUE,
    entities: Mapping[str, Sequence[tuple[date, Decimal]]] | None = None,
) -> Tariff:
    return resolve(entries, catalogue=lambda _: catalogue, regulated=lambda _: REGULATED, entities=entities or {})


def entry(start: date, **more: Any) -> TariffEntry:
    usual: dict[str, Any] = {"source": Source.CATALOGUE, "option": OptionCode.HC_HP, "offpeak": NIGHT}
    return TariffEntry(valid_from=start, **(usual | more))


def manual(start: date, **more: Any) -> TariffEntry:
    return entry(start, **{"source": Source.MANUAL, "option": OptionCode.BASE, "offpeak": None} | more)


def timeline(tariff: Tariff, period: str = "hc") -> list[tuple[date, date | None, Decimal | None]]:
    return [(version.valid_from, version.valid_to, version.price(period)) for version in tariff.versions]


def test_a_new_price_of_a_followed_offer_is_a_new_version_by_itself() -> None:
    assert timeline(resolved(entry(date(2026, 3, 15)))) == [
        (date(2026, 3, 15), date(2026, 7, 31), D("0.16")),
        (date(2026, 8, 1), None, D("0.17")),
    ]


def test_before_the_first_price_of_an_offer_the_cost_waits() -> None:
    tariff = resolved(entry(date(2025, 5, 1)))
    assert timeline(tariff)[0] == (date(2025, 5, 1), date(2026, 1, 31), None)
    assert tariff.versions[0].subscription is None
    assert timeline(tariff)[1] == (date(2026, 2, 1), date(2026, 7, 31), D("0.16"))


def test_before_the_first_price_the_regulated_ones_when_the_user_says_so() -> None:
    tariff = resolved(entry(date(2025, 5, 1), before=Before.REGULATED))
    assert timeline(tariff) == [
        (date(2025, 5, 1), date(2025, 7, 31), D("0.11")),
        (date(2025, 8, 1), date(2026, 1, 31), D("0.12")),
        (date(2026, 2, 1), date(2026, 7, 31), D("0.16")),
        (date(2026, 8, 1), None, D("0.17")),
    ]
    assert [version.source for version in tariff.versions] == ["regulated", "regulated", "offer", "offer"]


def test_before_the_first_price_the_same_when_the_user_says_so() -> None:
    assert timeline(resolved(entry(date(2024, 5, 1), before=Before.SAME))) == [
        (date(2024, 5, 1), date(2026, 1, 31), D("0.16")),
        (date(2026, 2, 1), date(2026, 7, 31), D("0.16")),
        (date(2026, 8, 1), None, D("0.17")),
    ]


@pytest.mark.parametrize("before", Before)
def test_what_was_before_does_not_matter_to_a_contract_that_started_later(before: Before) -> None:
    start = date(2026, 2, 1)
    assert resolved(entry(start, before=before)) == resolved(entry(start))
    assert timeline(resolved(entry(start, before=before), catalogue=OfferHistory())) == [(start, None, None)]


def test_after_an_offer_ended_the_cost_waits() -> None:
    history = OfferHistory(versions=(dated(date(2026, 1, 1), date(2026, 3, 31), "0.1", "0.2"),))
    assert timeline(resolved(entry(date(2026, 2, 1)), catalogue=history)) == [
        (date(2026, 2, 1), date(2026, 3, 31), D("0.1")),
        (date(2026, 4, 1), None, None),
    ]


def test_an_entry_ends_where_the_next_one_starts_or_where_the_user_ended_it() -> None:
    tariff = resolved(
        manual(date(2026, 9, 1), prices={"base": D("0.3")}, valid_to=date(2026, 9, 30)),
        manual(date(2025, 1, 1), prices={"base": D("0.1")}),
        manual(date(2025, 6, 1), prices={"base": D("0.2")}, valid_to=date(2025, 12, 31)),
    )
    assert timeline(tariff, "base") == [
        (date(2025, 1, 1), date(2025, 5, 31), D("0.1")),
        (date(2025, 6, 1), date(2025, 12, 31), D("0.2")),
        (date(2026, 9, 1), date(2026, 9, 30), D("0.3")),
    ]
    assert tariff.on(date(2026, 4, 1)) is None
    assert tariff.on(date(2026, 10, 1)) is None


def test_the_prices_of_an_offer_stop_with_its_entry() -> None:
    tariff = resolved(entry(date(2026, 3, 1)), manual(date(2026, 7, 1), prices={"base": D("0.2")}))
    assert [(version.valid_from, version.valid_to, version.option.code) for version in tariff.versions] == [
        (date(2026, 3, 1), date(2026, 6, 30), "HC_HP"),
        (date(2026, 7, 1), None, "BASE"),
    ]


def test_two_entries_of_the_same_day_are_refused() -> None:
    with pytest.raises(ValueError, match="same day"):
        resolved(manual(date(2026, 1, 1), prices={"base": D(1)}), entry(date(2026, 1, 1)))


def test_the_users_own_figures_win_over_those_of_the_source() -> None:
    version = resolved(entry(date(2026, 8, 1), prices={"hc": D("0.15")}, subscription=D(12))).versions[-1]
    assert (version.price("hc"), version.price("hp"), version.subscription) == (D("0.15"), D("0.23"), D(12))


def test_prices_of_an_entity_are_dated_by_when_they_were_seen() -> None:
    seen = {"sensor.price": ((date(2026, 3, 1), D("0.20")), (date(2026, 4, 1), D("0.25")))}
    spot = manual(date(2026, 1, 1), entities={"base": "sensor.price"}, prices={"base": D(9)})
    assert timeline(resolved(spot, entities=seen), "base") == [
        (date(2026, 1, 1), date(2026, 2, 28), D("0.20")),
        (date(2026, 3, 1), date(2026, 3, 31), D("0.20")),
        (date(2026, 4, 1), None, D("0.25")),
    ]
    late = manual(date(2026, 3, 15), entities={"base": "sensor.price"})
    assert timeline(resolved(late, entities=seen), "base")[0] == (date(2026, 3, 15), date(2026, 3, 31), D("0.20"))
    unseen = manual(date(2026, 1, 1), entities={"base": "sensor.price"})
    assert timeline(resolved(unseen), "base") == [(date(2026, 1, 1), None, None)]


def test_an_entry_has_the_hours_that_its_source_names_or_its_own() -> None:
    day = date(2026, 8, 3)
    hours = dict.fromkeys(range(7), (Window(0, 60),))
    own = OfferHistory(versions=tuple(replace(known, own_hours=hours) for known in CATALOGUE.versions), own_hours=hours)
    followed = resolved(entry(date(2026, 8, 1)), catalogue=own).versions[-1].option.segments(day, Calendars())
    assert [(segment.end, segment.period) for segment in followed] == [(60, "hc"), (1440, "hp")]
    contract = resolved(entry(date(2026, 8, 1))).versions[-1].option
    assert contract == build_option(OptionCode.HC_HP, offpeak=NIGHT)
    rules = (Rule(period="cheap", windows=(Window(60, 120),)), Rule(period="dear"))
    custom = resolved(manual(date(2026, 8, 1), option=OptionCode.CUSTOM, rules=rules)).versions[-1].option
    assert [(segment.end, segment.period) for segment in custom.segments(day, Calendars())] == [
        (60, "dear"), (120, "cheap"), (1440, "dear"),
    ]  # fmt: skip


days = st.dates(date(2024, 1, 1), date(2027, 12, 31))
prices = st.decimals(0, 2, places=5)
names = st.sampled_from(("base", "hc", "hp", "winter_hc", "my_own"))
windows = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda pair: pair[0] != pair[1])
window_lists = st.lists(windows.map(lambda pair: Window(*pair)), max_size=3).map(tuple)
rules = st.builds(
    Rule,
    period=names,
    windows=window_lists,
    season=st.sampled_from(Season),
    weekdays=st.frozensets(st.integers(0, 6)),
    holidays=st.sampled_from(Holidays),
)
schedules = st.one_of(
    st.just(OffpeakSchedule()),
    window_lists.map(lambda found: OffpeakSchedule((SeasonWindows(Season.ALL, found),))),
    st.tuples(window_lists, window_lists).map(
        lambda two: OffpeakSchedule((SeasonWindows(Season.SUMMER, two[0]), SeasonWindows(Season.WINTER, two[1])))
    ),
)


@st.composite
def entries(draw: st.DrawFn) -> TariffEntry:
    source = draw(st.sampled_from(Source))
    return TariffEntry(
        valid_from=draw(days),
        valid_to=draw(st.none() | days),
        source=source,
        option=draw(st.sampled_from(OptionCode)),
        power_kva=draw(st.none() | st.sampled_from((D(0), D(6), D("7.5"), D(36)))),
        offpeak=draw(st.none() | schedules),
        peak_signal=draw(st.none() | st.sampled_from(Signal)),
        peak_dates=draw(st.frozensets(days, max_size=3)),
        rules=draw(st.lists(rules, max_size=3).map(tuple)),
        prices=draw(st.dictionaries(names, prices, max_size=3)),
        entities=draw(st.dictionaries(names, st.sampled_from(("sensor.a", "input_number.b")), max_size=2)),
        subscription=draw(st.none() | prices),
        offer=draw(
            st.none()
            | st.builds(OfferReference, **dict.fromkeys(("provider_id", "provider", "name", "offer_type"), st.text()))
        ),
        before=draw(st.sampled_from(Before)) if source is Source.CATALOGUE else Before.WAIT,
    )


@given(st.lists(entries(), max_size=3))
def test_entries_come_back_from_the_disk_as_they_were(kept: list[TariffEntry]) -> None:
    config = json.loads(json.dumps([encode_entry(each) for each in kept]))
    assert decode_entries(config) == tuple(kept)


def plain(**more: object) -> dict[str, object]:
    return {"valid_from": "2026-01-01", "source": "manual", "option": "BASE"} | more


@pytest.mark.parametrize(
    "config",
    [
        None,
        {"valid_from": "2026-01-01"},
        ["text"],
        [{}],
        [plain(valid_from="yesterday")],
        [plain(source="rumour")],
        [plain(option="UNKNOWN")],
        [plain(prices={"base": "cheap"})],
        [plain(prices={"base": "NaN"})],
        [plain(prices=["0.2"])],
        [plain(offer={"provider_id": "1"})],
        [plain(peak_dates="2026-01-01")],
        [plain(offpeak=[{"season": "all", "windows": ["25:00-26:00"]}])],
        [plain(rules=[{"period": "Not A Name"}])],
        [plain(rules=[{"period": "a", "weekdays": [7]}])],
    ],
)
def test_what_is_not_a_tariff_is_refused(config: object) -> None:
    with pytest.raises(EntryError):
        decode_entries(config)


def test_a_rule_without_days_of_the_week_is_one_of_every_day() -> None:
    (found,) = decode_entries([plain(option="CUSTOM", rules=[{"period": "a"}])])
    assert found.rules == (Rule(period="a"),)


@given(st.lists(entries(), max_size=4, unique_by=lambda each: each.valid_from), st.randoms())
def test_versions_never_overlap_and_the_order_of_entries_does_not_matter(kept: list[TariffEntry], dice: Any) -> None:
    kept = [each for each in kept if each.option is not OptionCode.CUSTOM or each.rules]
    tariff = resolved(*kept)
    shuffled = list(kept)
    dice.shuffle(shuffled)
    assert resolved(*shuffled) == tariff
    for one, two in pairwise(tariff.versions):
        assert one.valid_to is not None
        assert one.valid_from <= one.valid_to < two.valid_from
    for each in kept:
        if each.valid_to is None or each.valid_to >= each.valid_from:
            assert tariff.on(each.valid_from) is not None


@given(st.lists(entries(), min_size=2, max_size=4, unique_by=lambda each: each.valid_from))
def test_a_later_entry_changes_nothing_before_it(kept: list[TariffEntry]) -> None:
    *earlier, newest = sorted(kept, key=lambda each: each.valid_from)
    without, with_it = resolved(*earlier), resolved(*earlier, newest)
    day = earlier[0].valid_from - timedelta(days=1)
    while day < newest.valid_from:
        assert bill(without.on(day)) == bill(with_it.on(day))
        day += timedelta(days=7)
    assert bill(without.on(newest.valid_from - timedelta(days=1))) == bill(
        with_it.on(newest.valid_from - timedelta(days=1))
    )


def bill(version: TariffVersion | None) -> tuple[object, ...] | None:
    return None if version is None else (version.option, version.prices, version.subscription, version.source)


def test_a_version_bears_the_day_of_the_prices_of_its_source_and_none_for_the_user_s_own() -> None:
    followed = resolved(entry(date(2026, 3, 15)), manual(date(2026, 9, 1), prices={"base": D("0.2")}))
    assert [(version.valid_from, version.priced_from) for version in followed.versions] == [
        (date(2026, 3, 15), date(2026, 2, 1)),
        (date(2026, 8, 1), date(2026, 8, 1)),
        (date(2026, 9, 1), None),
    ]


def test_a_history_is_not_priced_anew_because_the_source_dates_its_prices_otherwise() -> None:
    known = resolved(entry(date(2026, 8, 1)))
    redated = Tariff(tuple(replace(version, priced_from=date(2026, 7, 1)) for version in known.versions))
    days = date(2026, 8, 1), date(2026, 8, 31)
    assert fingerprint(known, Calendars(), *days) == fingerprint(redated, Calendars(), *days)
