"""The budget never lets more out than allowed, forgets at UTC midnight, and survives any file."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.myelectricaldata.gateway.budget import CallBudget, CallLimits

NOW = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 22, tzinfo=UTC)
LIMITS = CallLimits(cached=5, uncached=2, reserve=2)


@given(asked=st.lists(st.tuples(st.booleans(), st.booleans()), max_size=40))
def test_no_more_is_spent_than_allowed_and_the_background_leaves_the_reserve(asked: list[tuple[bool, bool]]) -> None:
    budget = CallBudget(LIMITS)
    spent = {True: 0, False: 0}
    for background, cached in asked:
        if budget.can_spend(NOW, background=background, cached=cached):
            if background and cached:
                assert spent[True] < LIMITS.cached - LIMITS.reserve
            budget.spend(NOW, cached=cached)
            spent[cached] += 1
    assert spent[True] <= LIMITS.cached
    assert spent[False] <= LIMITS.uncached
    assert budget.spent(NOW) == budget.changes == spent[True] + spent[False]
    assert budget.left(NOW) == LIMITS.cached - spent[True]


def test_the_counters_restart_at_utc_midnight_not_at_that_of_paris() -> None:
    budget = CallBudget(LIMITS)
    for _ in range(5):
        budget.spend(NOW)
    paris_midnight = NOW + timedelta(minutes=30)
    assert not budget.can_spend(paris_midnight, background=False)
    assert budget.resets_at(NOW) == budget.next_chance(NOW) == MIDNIGHT
    assert budget.can_spend(MIDNIGHT, background=True)
    assert (budget.spent(MIDNIGHT), budget.left(MIDNIGHT)) == (0, 5)
    budget.spend(MIDNIGHT)
    assert budget.spent(MIDNIGHT) == 1


def test_a_block_holds_until_its_end_and_is_only_ever_prolonged() -> None:
    budget = CallBudget(LIMITS)
    until = NOW + timedelta(minutes=20)
    budget.block(until)
    budget.block(NOW)
    assert budget.changes == 2
    assert budget.blocked_until == budget.next_chance(NOW) == until
    assert budget.left(NOW) == 0
    assert not budget.can_spend(NOW, background=False)
    assert not budget.can_spend(NOW, background=False, cached=False)
    assert budget.can_spend(until, background=False)


def test_one_kind_of_calls_is_blocked_without_the_other() -> None:
    budget = CallBudget(LIMITS)
    budget.block(MIDNIGHT, cached=False)
    assert not budget.can_spend(NOW, background=False, cached=False)
    assert budget.can_spend(NOW, background=False)
    assert budget.blocked_until is None


def test_a_spent_day_outlasts_a_shorter_block() -> None:
    budget = CallBudget(LIMITS)
    for _ in range(5):
        budget.spend(NOW)
    budget.block(NOW + timedelta(minutes=20))
    assert budget.next_chance(NOW) == MIDNIGHT


def test_a_block_that_no_quota_explains_does_not_hold() -> None:
    budget = CallBudget(LIMITS)
    budget.block(NOW + timedelta(days=400))
    assert budget.can_spend(NOW, background=True)


def test_a_budget_comes_back_from_its_file_as_it_was() -> None:
    budget = CallBudget(LIMITS)
    budget.spend(NOW)
    budget.spend(NOW, cached=False)
    budget.block(NOW + timedelta(minutes=5), cached=False)
    again = CallBudget.from_dict(budget.as_dict(), LIMITS)
    assert again.as_dict() == budget.as_dict()
    assert again.spent(NOW) == 2
    assert not again.can_spend(NOW, background=False, cached=False)
    assert CallBudget.from_dict(CallBudget().as_dict()).as_dict() == CallBudget().as_dict()


@given(
    data=st.one_of(
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.floats()),
            lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
            max_leaves=5,
        ),
        st.fixed_dictionaries(
            {
                key: st.one_of(st.integers(), st.text(), st.none(), st.datetimes().map(str), st.booleans())
                for key in ("day", "cached", "uncached", "cached_blocked_until", "uncached_blocked_until")
            }
        ),
    )
)
def test_any_file_gives_a_budget_that_works(data: object) -> None:
    budget = CallBudget.from_dict(data)
    assert 0 <= budget.left(NOW) <= budget.limits.cached
    budget.can_spend(NOW, background=True)
    assert budget.spent(NOW) >= 0
    budget.spend(NOW)
    assert CallBudget.from_dict(budget.as_dict()).as_dict() == budget.as_dict()


@pytest.mark.parametrize("until", ["9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00+23:00", "2026-11-21T23:00:00"])
def test_an_instant_that_cannot_be_is_no_block(until: str) -> None:
    budget = CallBudget.from_dict({"cached_blocked_until": until})
    assert budget.blocked_until is None
