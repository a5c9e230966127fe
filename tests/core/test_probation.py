"""Smaller budgets until a habilitation is confirmed: the account's own, and nobody else's."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.budgets import Caps, Window
from beffroi.core.decision import Entitlement, Refusal, decide, entitle
from beffroi.core.facts import Facts
from beffroi.core.habilitation import Status, caps_of
from beffroi.core.ids import AccountId, Bucket, PersonId
from beffroi.core.policy import BREAK_GLASS, RELATIONS, SEARCH, Action
from beffroi.core.refusals import Code
from tests.core.worlds import POLICY, adviser, followed, found_today, opening

CAPS = st.lists(st.integers(1, 100_000), min_size=4, max_size=4).map(lambda caps: Caps(*sorted(caps)))


def under(status: str, facts: Facts | None = None) -> Facts:
    """The adviser acting under a habilitation of this status."""
    facts = facts or adviser()
    assert facts.habilitation is not None
    return facts._replace(habilitation=facts.habilitation._replace(status=status))


def entitlement(facts: Facts, action: Action = Action.OPEN, reason: str | None = None) -> Entitlement:
    answer = entitle(opening(action)._replace(reason=reason), facts, POLICY)
    assert isinstance(answer, Entitlement)
    return answer


@given(CAPS, st.integers(1, 100), st.sampled_from([*Status, "novel"]))
def test_i02_caps_outside_confirmation_are_the_percentage_rounded_down_and_never_none(
    caps: Caps, percent: int, status: str
) -> None:
    policy = replace(POLICY, buckets={SEARCH: caps}, probation_percent=percent)
    applied = caps_of(policy, SEARCH, status)
    assert applied is not None
    if status == "confirmed":
        assert applied == caps
        return
    for smaller, cap in zip(applied, caps, strict=True):
        assert smaller == max(1, cap * percent // 100)
        assert 1 <= smaller <= cap
    assert list(applied) == sorted(applied)
    assert caps_of(policy, Bucket("novel"), status) is None


@pytest.mark.parametrize(
    ("facts", "action", "reason", "bucket"),
    [
        (adviser(), Action.OPEN, None, Bucket("portfolio")),
        (adviser(relations=(followed(),)), Action.OPEN, None, Bucket("office")),
        (adviser(relations=()), Action.FIND, None, SEARCH),
        (found_today(adviser(relations=())), Action.OPEN, "emergency", BREAK_GLASS),
        (adviser(), Action.RELATE, None, RELATIONS),
    ],
)
def test_i02_adviser_in_probation_owes_the_same_budgets_with_half_of_the_accounts_own(
    facts: Facts, action: Action, reason: str | None, bucket: Bucket
) -> None:
    assert facts.account is not None
    facts = facts._replace(account=facts.account._replace(pools=(AccountId("m1"),)))
    confirmed = entitlement(under("confirmed", facts), action, reason)
    probation = entitlement(under("probation", facts), action, reason)
    assert confirmed.bucket == probation.bucket == bucket
    assert confirmed.dues[1:] == probation.dues[1:]
    own, smaller = confirmed.dues[0], probation.dues[0]
    assert own.caps == POLICY.buckets[bucket]
    assert smaller == own._replace(caps=Caps(*(cap // 2 for cap in own.caps)))


def opened(status: str) -> int:
    """People of the office opened in an hour until the account's own budget refuses."""
    windows: dict[str, Window] = {}
    facts = under(status, adviser(relations=(followed(),)))
    for number in range(100):
        answer = decide(opening()._replace(person=PersonId(f"p{number}")), facts, windows, POLICY)
        if isinstance(answer, Refusal):
            assert (answer.code, answer.span) == (Code.BUDGET_ACCOUNT, "hour")
            return number
        windows |= {due.key: window for due, window in answer[1].charged}
    raise AssertionError("never refused")


def test_i02_adviser_in_probation_opens_half_as_many_people_of_the_office_in_an_hour() -> None:
    assert (opened("confirmed"), opened("probation")) == (40, 20)
