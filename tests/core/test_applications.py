"""A habilitation serves in the applications it was asked for: everywhere else its sessions are refused (I-06)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.decision import Refusal, entitle
from beffroi.core.duty import Duty, holds, on_duty
from beffroi.core.facts import Containment, Facts
from beffroi.core.ids import ApplicationId, RoleCode
from beffroi.core.policy import Role, RoleKind
from beffroi.core.refusals import Code
from tests.core.worlds import CONSOLE, POLICY, adviser, also, holding, opening

NAMES = st.sampled_from([CONSOLE, ApplicationId("cases"), ApplicationId("trainings"), ApplicationId("consol")])
APPLICATIONS = st.lists(NAMES, max_size=4).map(tuple)


def serving(facts: Facts, applications: tuple[ApplicationId, ...]) -> Facts:
    assert facts.habilitation is not None
    return facts._replace(habilitation=facts.habilitation._replace(applications=applications))


@given(APPLICATIONS)
def test_i06_opening_is_allowed_exactly_where_the_habilitation_serves(
    applications: tuple[ApplicationId, ...],
) -> None:
    answer = entitle(opening(), serving(adviser(), applications), POLICY)
    assert isinstance(answer, Refusal) is (CONSOLE not in applications)
    if isinstance(answer, Refusal):
        assert answer.code is Code.HABILITATION_ELSEWHERE


@given(APPLICATIONS, st.sampled_from(Duty), st.sampled_from(sorted(POLICY.roles)))
def test_i06_duty_is_given_only_where_the_habilitation_serves(
    applications: tuple[ApplicationId, ...], duty: Duty, code: str
) -> None:
    role = POLICY.roles[RoleCode(code)]
    facts = adviser()
    assert facts.habilitation is not None
    assert facts.organisation is not None
    facts = facts._replace(
        habilitation=facts.habilitation._replace(role=RoleCode(code)),
        organisation=facts.organisation._replace(kind=min(role.organisations)),
    )
    answer = on_duty(duty, CONSOLE, serving(facts, applications), POLICY)
    if CONSOLE not in applications:
        assert answer == Refusal(Code.HABILITATION_ELSEWHERE)
    elif holds(role, duty):
        assert isinstance(answer, Role)
    else:
        assert answer == Refusal(Code.ACTION_NOT_ALLOWED)


@pytest.mark.parametrize("scope", ["its own", "its kind", "another kind"])
def test_correspondent_erases_nothing_where_files_are_closed(scope: str) -> None:
    facts = adviser()
    assert facts.habilitation is not None
    assert facts.organisation is not None
    own = facts.organisation
    facts = facts._replace(habilitation=facts.habilitation._replace(role=RoleCode("data-protection-correspondent")))
    named = {"its own": own.id, "its kind": own.kind, "another kind": "network"}[scope]
    closed = facts._replace(containment=Containment(False, frozenset({("files", named)}), 0))
    if scope == "another kind":
        assert isinstance(on_duty(Duty.ERASE, CONSOLE, closed, POLICY), Role)
    else:
        assert on_duty(Duty.ERASE, CONSOLE, closed, POLICY) == Refusal(Code.FILES_CONTAINED)
    assert isinstance(on_duty(Duty.PROOF, CONSOLE, closed, POLICY), Role), "other duties go on"


@given(APPLICATIONS)
def test_i05_duties_clash_wherever_the_other_habilitation_serves(applications: tuple[ApplicationId, ...]) -> None:
    other = also("account-manager")._replace(applications=applications)
    assert POLICY.roles[other.role].kind is RoleKind.MANAGER
    assert entitle(opening(), holding(adviser(), other), POLICY) == Refusal(Code.DUTIES_CLASH)
