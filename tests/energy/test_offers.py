"""The catalogue keeps every price that it ever had, whatever the gateway leaves out or changes in place."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.myelectricaldata.energy.offers import Catalogue, CatalogueOffer, PriceChange, Problem
from custom_components.myelectricaldata.gateway.models import Offer

from .catalogue_rows import SUPPLIER, D, base, row

TODAY = date(2026, 11, 21)
TOMORROW = TODAY + timedelta(days=1)
FEBRUARY, AUGUST = date(2026, 2, 1), date(2026, 8, 1)


def read(catalogue: Catalogue, day: date, *rows: Offer) -> tuple[Catalogue, tuple[PriceChange, ...]]:
    return catalogue.merged([SUPPLIER], rows, day)


def catalogue_of(*rows: Offer, day: date = TODAY) -> Catalogue:
    return read(Catalogue(), day, *rows)[0]


def only(catalogue: Catalogue) -> CatalogueOffer:
    (offer,) = catalogue.offers.values()
    return offer


def timeline(catalogue: Catalogue, period: str = "base") -> list[tuple[date, date | None, Decimal | None]]:
    return [(known.valid_from, known.valid_to, known.prices.get(period)) for known in only(catalogue).history.versions]


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


# How a row without dates is dated.


def test_rows_of_several_validities_are_the_versions_of_one_offer() -> None:
    found = catalogue_of(base("0.20", start=AUGUST), base("0.19", start=FEBRUARY, end=date(2026, 7, 31)))
    assert timeline(found) == [(FEBRUARY, date(2026, 7, 31), D("0.19")), (AUGUST, None, D("0.20"))]
    assert only(found).history.versions[0].source == "Énergie, Offer"


def test_a_row_without_dates_is_dated_by_its_update_in_paris() -> None:
    found = catalogue_of(base("0.20", updated=datetime(2026, 7, 31, 22, tzinfo=UTC)))
    assert timeline(found) == [(AUGUST, None, D("0.20"))]


def test_a_row_without_any_date_is_dated_by_when_it_was_first_seen() -> None:
    found = catalogue_of(base("0.20"))
    assert timeline(found) == [(TODAY, None, D("0.20"))]
    assert read(found, TOMORROW, base("0.20")) == (found, ())


def test_the_start_of_known_prices_may_turn_out_to_be_earlier() -> None:
    found, changes = read(catalogue_of(base("0.20")), TOMORROW, base("0.20", start=AUGUST))
    assert timeline(found) == [(AUGUST, None, D("0.20"))]
    assert changes == ()


def test_prices_of_the_past_that_appear_later_come_before() -> None:
    now = base("0.20", start=AUGUST)
    found, changes = read(catalogue_of(now), TOMORROW, now, base("0.19", start=FEBRUARY, end=date(2026, 6, 30)))
    assert timeline(found) == [(FEBRUARY, date(2026, 6, 30), D("0.19")), (AUGUST, None, D("0.20"))]
    assert changes == ()


# Prices that change.


def test_a_price_announced_for_the_first_of_february_is_a_version_of_that_day_and_told_once() -> None:
    day, start = date(2027, 1, 15), date(2027, 2, 1)
    before = catalogue_of(base("0.20", start=AUGUST))
    rows = base("0.20", start=AUGUST, end=date(2027, 1, 31)), base("0.21", start=start)
    found, (change,) = read(before, day, *rows)
    assert timeline(found) == [(AUGUST, date(2027, 1, 31), D("0.20")), (start, None, D("0.21"))]
    assert change.before is not None
    assert (change.before.prices, change.after.prices) == ({"base": D("0.20")}, {"base": D("0.21")})
    assert (change.after.valid_from, change.offer) == (start, only(found))
    for later in range(1, 30):
        found, changes = read(found, day + timedelta(days=later), *(rows if later < 17 else rows[1:]))
        assert changes == ()
    assert timeline(found) == [(AUGUST, date(2027, 1, 31), D("0.20")), (start, None, D("0.21"))]


def test_an_announcement_that_is_taken_back_leaves_nothing() -> None:
    start = date(2027, 2, 1)
    announced = catalogue_of(base("0.20", start=AUGUST), base("0.25", start=start))
    found, changes = read(announced, TOMORROW, base("0.20", start=AUGUST))
    assert timeline(found) == [(AUGUST, None, D("0.20"))]
    assert changes == ()
    corrected, (change,) = read(announced, TOMORROW, base("0.20", start=AUGUST), base("0.22", start=start))
    assert timeline(corrected) == [(AUGUST, date(2027, 1, 31), D("0.20")), (start, None, D("0.22"))]
    assert change.before is not None
    assert change.before.prices == {"base": D("0.20")}


@pytest.mark.parametrize("start", [None, AUGUST])
def test_prices_changed_in_place_start_on_the_day_of_their_update_and_the_old_ones_stay(start: date | None) -> None:
    known = catalogue_of(base("0.20", start=start, updated=midnight(AUGUST)))
    changed = base("0.21", start=start, updated=midnight(date(2026, 11, 1)))
    found, (change,) = read(known, TODAY, changed)
    expected = [(AUGUST, date(2026, 10, 31), D("0.20")), (date(2026, 11, 1), None, D("0.21"))]
    assert timeline(found) == expected
    assert change.before is not None
    assert change.before.prices == {"base": D("0.20")}
    assert read(found, TOMORROW, changed)[0] is found
    ended = base("0.21", start=start, updated=changed.price_updated_at, end=date(2026, 11, 30))
    finished, changes = read(found, date(2026, 12, 5), ended)
    assert timeline(finished) == [expected[0], (date(2026, 11, 1), date(2026, 11, 30), D("0.21"))]
    assert changes == ()
    assert not only(finished).active


@pytest.mark.parametrize("start", [None, AUGUST])
def test_prices_changed_in_place_without_a_date_start_today(start: date | None) -> None:
    known = catalogue_of(base("0.20", start=start, updated=midnight(AUGUST)))
    once, _ = read(known, TODAY, base("0.21", start=start, updated=midnight(AUGUST)))
    assert timeline(once) == [(AUGUST, TODAY - timedelta(days=1), D("0.20")), (TODAY, None, D("0.21"))]
    twice, (change,) = read(once, TODAY, base("0.22", start=start))
    assert timeline(twice) == [(AUGUST, TODAY - timedelta(days=1), D("0.20")), (TODAY, None, D("0.22"))]
    assert change.before is not None
    assert change.before.prices == {"base": D("0.20")}


def test_a_new_subscription_alone_is_a_new_version() -> None:
    found, (change,) = read(catalogue_of(base("0.20", start=AUGUST)), TODAY, base("0.20", start=TODAY, monthly="16"))
    assert [known.subscription for known in only(found).history.versions] == [D(15), D(16)]
    assert change.after.subscription == D(16)


def test_the_same_prices_prolonged_are_no_change() -> None:
    known = catalogue_of(base("0.20", start=AUGUST, end=date(2026, 11, 30)))
    found, changes = read(known, date(2026, 12, 1), base("0.20", start=date(2026, 12, 1)))
    assert timeline(found)[-1] == (date(2026, 12, 1), None, D("0.20"))
    assert changes == ()
    assert timeline(read(known, TOMORROW, base("0.20", start=AUGUST))[0]) == [(AUGUST, None, D("0.20"))]


def test_a_correction_of_what_is_over_is_taken_over() -> None:
    now = base("0.20", start=AUGUST)
    known = catalogue_of(now, base("0.91", start=FEBRUARY, end=date(2026, 7, 31)))
    found, changes = read(known, TOMORROW, now, base("0.19", start=FEBRUARY, end=date(2026, 7, 31)))
    assert timeline(found) == [(FEBRUARY, date(2026, 7, 31), D("0.19")), (AUGUST, None, D("0.20"))]
    assert changes == ()


def test_prices_that_were_never_in_force_for_a_whole_day_leave_nothing() -> None:
    seen = catalogue_of(base("0.91"))
    found, changes = read(seen, TODAY, base("0.20", start=AUGUST))
    assert timeline(found) == [(AUGUST, None, D("0.20"))]
    assert changes == ()
    known = catalogue_of(base("0.20", start=AUGUST))
    slipped, _ = read(known, TODAY, base("0.91", start=AUGUST))
    assert read(slipped, TODAY, base("0.20", start=AUGUST))[0].offers == known.offers


def test_prices_said_once_more_for_a_part_of_their_time_stay_as_they_are() -> None:
    known = catalogue_of(base("0.20", start=FEBRUARY))
    again = base("0.20", start=date(2026, 4, 1), end=date(2026, 7, 31)), base("0.25", start=AUGUST)
    found, (change,) = read(known, TOMORROW, *again)
    assert timeline(found) == [(FEBRUARY, date(2026, 7, 31), D("0.20")), (AUGUST, None, D("0.25"))]
    assert change.before is not None
    assert change.before.valid_from == FEBRUARY
    assert read(found, TOMORROW, *again)[0] is found


# What else an answer may be.


def test_an_offer_that_is_gone_stays_with_its_prices_but_is_not_for_sale() -> None:
    known = catalogue_of(base("0.20", start=AUGUST), base("0.30", name="Other"))
    found, changes = read(known, TOMORROW, base("0.30", name="Other"))
    (gone,) = (offer for offer in found.offers.values() if offer.key.name == "Offer")
    assert (gone.active, gone.history, changes) == (False, next(iter(known.offers.values())).history, ())
    assert [offer.key.name for offer in found.select()] == ["Other"]
    assert [offer.key.name for offer in found.select(active=False)] == ["Offer", "Other"]
    assert read(found, TOMORROW, base("0.30", name="Other"))[0] is found
    back, changes = read(found, TOMORROW, base("0.20", start=AUGUST), base("0.30", name="Other"))
    assert (back.offers, changes) == (known.offers, ())


def test_an_answer_without_offers_is_none() -> None:
    known = catalogue_of(base("0.20"))
    assert read(known, TOMORROW) == (known, ())


def test_an_answer_that_says_the_same_is_the_very_same_catalogue() -> None:
    rows = base("0.20", start=AUGUST), row({"hc_price": "0.1", "hp_price": "0.2"}, kind="HC_HP"), base("0.3", kva=9)
    known = catalogue_of(*rows)
    assert known.read_on == TODAY
    assert read(known, TOMORROW, *reversed(rows))[0] is known


def test_of_duplicate_rows_one_counts_whatever_their_order() -> None:
    rows = (
        base("0.21", start=AUGUST, offer_id="b"),
        base("0.20", start=AUGUST, offer_id="a", updated=midnight(AUGUST)),
        base("0.99", start=AUGUST, offer_id="c", active=False, updated=midnight(TODAY)),
    )
    found = catalogue_of(*rows)
    assert timeline(found) == [(AUGUST, None, D("0.20"))]
    assert read(found, TOMORROW, *reversed(rows))[0] is found


def test_a_row_withdrawn_by_mistake_or_on_purpose_does_not_hide_the_one_on_sale() -> None:
    found = catalogue_of(base("0.20", start=FEBRUARY), base("0.99", start=AUGUST, active=False))
    assert timeline(found) == [(FEBRUARY, None, D("0.20"))]
    assert only(found).active


def test_an_unknown_type_is_kept_and_shown_without_prices() -> None:
    found, changes = read(catalogue_of(base("0.20", kind="HOURLY_SPOT")), TOMORROW, base("0.30", kind="HOURLY_SPOT"))
    offer = only(found)
    assert (offer.code, offer.problem, changes) == (None, Problem.UNSUPPORTED, ())
    assert [known.prices for known in offer.history.versions] == [{}, {}]
    assert only(catalogue_of(base("0.2", kind="CUSTOM"))).code is None


def test_a_supplier_that_the_answer_does_not_name_keeps_its_name() -> None:
    known = catalogue_of(base("0.20"))
    assert known.merged([], [base("0.20")], TOMORROW)[0] is known
    assert only(Catalogue().merged([], [base("0.20")], TODAY)[0]).provider == "p1"


answers = st.lists(
    st.tuples(
        st.sampled_from((None, *(date(2026, month, 1) for month in (1, 4, 7, 10, 12)))),
        st.sampled_from((None, date(2026, 3, 31), date(2026, 9, 30), date(2026, 12, 31))),
        st.sampled_from((None, date(2026, 2, 10), date(2026, 8, 20))),
        st.sampled_from(("0.1", "0.2", "0.3")),
        st.booleans(),
    ),
    min_size=1,
    max_size=3,
)


@given(st.lists(st.tuples(st.integers(0, 60), answers), min_size=1, max_size=6))
def test_whatever_the_answers_versions_never_overlap_and_reading_twice_changes_nothing(
    story: list[tuple[int, list[tuple[date | None, date | None, date | None, str, bool]]]],
) -> None:
    catalogue, today = Catalogue(), date(2026, 1, 15)
    for wait, answer in story:
        today += timedelta(days=wait)
        rows = [
            base(
                price,
                start=start,
                end=end,
                active=active,
                updated=None if at is None else midnight(at),
                offer_id=str(n),
            )
            for n, (start, end, at, price, active) in enumerate(answer)
        ]
        known_before = {day: price_on(catalogue, day) for day in past(today)}
        catalogue, _ = read(catalogue, today, *rows)
        again, changes = read(catalogue, today, *reversed(rows))
        assert again is catalogue
        assert changes == ()
        for one, two in pairwise(only(catalogue).history.versions):
            assert one.valid_to is not None
            assert one.valid_from <= one.valid_to < two.valid_from
        # What was once known of a day of the past may be corrected, it is never forgotten, unless its row says it ended.
        if all(row.valid_to is None for row in rows):
            assert not [
                day for day, price in known_before.items() if price is not None and price_on(catalogue, day) is None
            ]


def past(today: date) -> Iterable[date]:
    return (today - timedelta(days=days) for days in range(1, 400, 13))


def price_on(catalogue: Catalogue, day: date) -> Decimal | None:
    known = next((offer.on(day) for offer in catalogue.offers.values()), None)
    return None if known is None else known.prices.get("base")
