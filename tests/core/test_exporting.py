"""Files of several people: a line is never more than an opening, and costs more."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core import exporting
from beffroi.core.decision import Entitlement, Refusal, entitle
from beffroi.core.exporting import Hindrance, in_the_way
from beffroi.core.fields import EVERY, Group
from beffroi.core.policy import Action
from beffroi.core.refusals import Code
from tests.core.worlds import NOW, POLICY, adviser, followed, opening

GROUPS = int(Group.IDENTITY | Group.CONTACT)


@given(groups=st.integers(0, EVERY), own=st.booleans(), agreed=st.booleans(), days=st.integers(0, 90))
def test_i10_line_of_a_file_holds_no_more_than_an_opening_and_owes_what_it_owes(
    groups: int, own: bool, agreed: bool, days: int
) -> None:
    facts = adviser(relations=(followed(own=own, days=days),))
    request = opening(Action.EXPORT, groups)
    law = exporting.agreed if agreed else exporting.alone
    line, whole = law(request, facts, POLICY), entitle(request, facts, POLICY)
    if isinstance(whole, Refusal) or groups & ~POLICY.exports.groups:
        assert isinstance(line, Refusal)
        return
    assert isinstance(line, Entitlement)
    assert line.groups == whole.groups
    assert line.groups & ~POLICY.exports.groups == 0
    assert line.dues[: len(whole.dues)] == whole.dues
    more = [(due.scope.kind, due.scope.bucket) for due in line.dues[len(whole.dues) :]]
    assert more == [("organisation", "exports")] + ([] if agreed else [("account", "exports")])


def test_export_of_a_stranger_is_refused_as_an_opening_is() -> None:
    for law in (exporting.alone, exporting.agreed):
        refused = law(opening(Action.EXPORT, GROUPS), adviser(relations=()), POLICY)
        assert isinstance(refused, Refusal)
        assert refused.code is Code.PERSON_UNKNOWN
        assert isinstance(law(opening(Action.EXPORT, GROUPS), adviser(), POLICY), Entitlement)


def test_agent_in_probation_exports_half_as_many_alone() -> None:
    facts = adviser()
    assert facts.habilitation is not None
    young = facts._replace(habilitation=facts.habilitation._replace(status="probation"))
    found = exporting.alone(opening(Action.EXPORT, GROUPS), young, POLICY)
    assert isinstance(found, Entitlement)
    assert found.dues[-1].caps.day == POLICY.buckets["exports"].day // 2  # type: ignore[index]


@pytest.mark.parametrize(
    ("agreed_days", "copies", "expected"),
    [
        (None, 0, Hindrance.NOT_AGREED),
        (0, 0, None),
        (POLICY.exports.days, 0, Hindrance.OVER),
        (0, POLICY.exports.copies - 1, None),
        (0, POLICY.exports.copies, Hindrance.ALL_HANDED_OUT),
    ],
)
def test_copy_is_handed_out_when_it_was_agreed_to_in_time_and_so_often(
    agreed_days: int | None, copies: int, expected: Hindrance | None
) -> None:
    at = None if agreed_days is None else NOW - timedelta(days=agreed_days)
    assert in_the_way(at, copies, NOW, POLICY) is expected
    if agreed_days:
        assert in_the_way(NOW - timedelta(days=agreed_days, microseconds=-1), copies, NOW, POLICY) is None


def test_policy_whose_files_hold_nothing_lets_nothing_out() -> None:
    nothing = replace(POLICY, exports=replace(POLICY.exports, groups=0))
    refused = exporting.agreed(opening(Action.EXPORT, GROUPS), adviser(), nothing)
    assert isinstance(refused, Refusal)
    assert refused.code is Code.FIELDS_NOT_ALLOWED
