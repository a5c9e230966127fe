"""Separation of duties at every decision: two roles of one person that are apart open nothing (I-05)."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.decision import Refusal, Standing, entitle, stand
from beffroi.core.facts import Facts
from beffroi.core.policy import FLOOR, Policy, RoleKind
from beffroi.core.policy_file import default_text, load
from beffroi.core.refusals import Code
from tests.core.worlds import NOW, POLICY, adviser, also, clock_at, holding, opening

READERS = sorted(code for code, role in POLICY.roles.items() if role.kind is RoleKind.READER)
APART = frozenset(RoleKind) - {RoleKind.READER, RoleKind.BILLING}
"""Billing commands nobody and reads nothing: whoever trains may bill, under another membership."""
OTHERS = sorted(code for code, role in POLICY.roles.items() if role.kind in APART)


def code(facts: Facts, policy: Policy = POLICY) -> Code | None:
    answer = entitle(opening(), facts, policy)
    return answer.code if isinstance(answer, Refusal) else None


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("status", ["probation", "confirmed"])
def test_i05_adviser_who_also_holds_a_duty_apart_opens_nothing(role: str, status: str) -> None:
    assert code(holding(adviser(), also(role, status))) is Code.DUTIES_CLASH


@pytest.mark.parametrize("role", READERS)
def test_i05_adviser_who_also_reads_elsewhere_opens_as_before(role: str) -> None:
    assert code(holding(adviser(), also(role))) is None


@pytest.mark.parametrize("status", ["requested", "approved", "enrolled", "trained", "suspended", "closed"])
def test_i05_adviser_whose_other_duty_is_not_in_force_opens_as_before(status: str) -> None:
    assert code(holding(adviser(), also("account-manager", status))) is None


def test_i05_adviser_whose_other_duty_ended_or_begins_later_opens_as_before() -> None:
    assert code(holding(adviser(), also("account-manager", until_days=0))) is None
    assert code(holding(adviser(), also("account-manager", from_days=1))) is None
    assert code(holding(adviser(), also("account-manager", from_days=0))) is Code.DUTIES_CLASH


def test_i05_role_that_the_policy_no_longer_has_clashes_with_nothing() -> None:
    assert code(holding(adviser(), also("abolished"))) is None


def test_i05_two_other_duties_that_clash_with_each_other_are_refused_to_a_third() -> None:
    apart = replace(POLICY, separation=frozenset({frozenset({RoleKind.MANAGER, RoleKind.APPROVER})}))
    assert code(holding(adviser(), also("account-manager")), apart) is None
    assert code(holding(adviser(), also("account-manager"), also("approver")), apart) is Code.DUTIES_CLASH


def test_i05_manager_who_also_reads_is_told_so_before_anything_about_the_purpose() -> None:
    facts = adviser()
    assert facts.habilitation is not None
    facts = facts._replace(habilitation=facts.habilitation._replace(role=also("account-manager").role))
    assert code(facts) is Code.PURPOSE_NOT_ALLOWED
    assert code(holding(facts, also("adviser"))) is Code.DUTIES_CLASH


@given(st.lists(st.sampled_from([*READERS, *OTHERS]), max_size=4), st.permutations(range(4)))
def test_i05_whatever_is_held_the_order_does_not_matter_and_no_pair_apart_is_allowed(
    roles: list[str], order: list[int]
) -> None:
    held = [also(role) for role in roles]
    mixed = [held[place] for place in order if place < len(held)]
    answer = code(holding(adviser(), *held))
    assert answer == code(holding(adviser(), *mixed))
    kinds = {RoleKind.READER, *(POLICY.roles[one.role].kind for one in held)}
    assert (answer is Code.DUTIES_CLASH) == any(frozenset(pair) in FLOOR for pair in permutations(kinds, 2))


@pytest.mark.parametrize(("from_days", "until_days"), [(1, 90), (-400, 1)])
def test_i05_standing_ends_when_another_habilitation_begins_or_ends(from_days: int, until_days: int) -> None:
    account = adviser().account
    assert account is not None
    facts = holding(adviser(), also("receptionist", from_days=from_days, until_days=until_days))
    session = facts.session
    assert session is not None
    facts = facts._replace(
        session=session._replace(expires_at=NOW + timedelta(days=30), seen_at=NOW + timedelta(days=29))
    )
    standing = stand(opening(), facts, POLICY)
    assert isinstance(standing, Standing)
    assert standing.until == NOW + timedelta(days=1)


def test_i05_duty_that_begins_while_a_session_lives_ends_its_openings_at_that_instant() -> None:
    begins = NOW + timedelta(minutes=1)
    facts = holding(adviser(), also("account-manager")._replace(from_at=begins))
    standing = stand(opening(), facts, POLICY)
    assert isinstance(standing, Standing)
    assert standing.until == begins
    assert code(facts._replace(clock=clock_at(begins - timedelta(microseconds=1)))) is None
    assert code(facts._replace(clock=clock_at(begins))) is Code.DUTIES_CLASH


@pytest.mark.parametrize("pair", sorted(sorted(pair) for pair in FLOOR))
def test_i05_policy_that_leaves_out_a_pair_of_the_floor_is_refused_by_its_name(pair: list[RoleKind]) -> None:
    text = default_text()
    lines = [line for line in text.splitlines() if not all(f'"{kind}"' in line for kind in pair)]
    found = load("\n".join(lines), "policy.toml")
    assert isinstance(found, tuple), pair
    [error] = found
    assert (error.key, error.found) == ("separation", "nothing")
    assert error.expected == f"{pair[0]} apart from {pair[1]} (I-05)"
    assert error.line == text[: text.index("separation = [")].count("\n") + 1


def test_i05_policy_that_adds_a_pair_is_read_whatever_the_order_and_refuses_more() -> None:
    added = default_text().replace('["manager", "approver"],', '["approver", "manager"], ["security", "approver"],')
    policy = load(added, "policy.toml")
    assert isinstance(policy, Policy)
    assert policy.separation == FLOOR | {frozenset({RoleKind.SECURITY, RoleKind.APPROVER})}
    swapped = load(default_text().replace('["manager", "approver"]', '["approver", "manager"]'), "policy.toml")
    assert isinstance(swapped, Policy)
    assert swapped.version == POLICY.version != policy.version


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('separation = "none"', "a list of pairs"),
        ('separation = ["reader"]', "pairs of two"),
        ('separation = [["reader", "reader"]]', "pairs of two"),
        ('separation = [["reader", "manager", "founder"]]', "pairs of two"),
        ('separation = [["reader", "owner"]]', "pairs of two"),
        ('separation = [["reader", 3]]', "pairs of two"),
        ('separation = [["reader", "manager"], ["manager", "reader"]]', "each pair once"),
    ],
)
def test_i06_separation_of_another_shape_is_refused(written: str, expected: str) -> None:
    before, _, rest = default_text().partition("separation = [")
    found = load(before + written + rest.partition("\n]\n")[2].join(["\n", ""]), "policy.toml")
    assert isinstance(found, tuple)
    assert any(error.key == "separation" and expected in error.expected for error in found)
