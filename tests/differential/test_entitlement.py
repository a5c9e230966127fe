"""The first seven steps against the oracle, over facts that are ordinary but for a few drawn changes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.core.decision import Refusal, entitle
from beffroi.core.facts import Containment, CoverFacts, Facts, HabilitationFacts, Reach, RelationFacts, Request
from beffroi.core.ids import AccountId, ApplicationId, HabilitationId, OrganisationId, PurposeCode, RoleCode
from beffroi.core.policy import Action, Policy, Relation, RoleKind
from beffroi.core.refusals import Code
from spec.oracle import granted, objections
from tests.core.worlds import ADVISER, CONSOLE, NOW, OFFICE, PERSON, POLICY, adviser

Change = Callable[[Facts], Facts]

INSTANTS = st.integers(-5, 5).map(lambda steps: NOW + timedelta(hours=steps)) | st.sampled_from(
    [NOW, NOW - timedelta(seconds=1), NOW + timedelta(seconds=1), NOW - timedelta(days=7), NOW + timedelta(days=7)]
)
AGES = st.sampled_from([0, 60, 299, 300, 301, 1799, 1800, 14_399, 14_400, 36_000])
COVERS = st.just(()) | st.lists(
    st.builds(
        CoverFacts,
        st.just(AccountId("absent")),
        st.sampled_from([-1, 0, 1]).map(lambda days: NOW - timedelta(days=days)),
        st.sampled_from([-1, 0, 1, 30]).map(lambda days: NOW + timedelta(days=days)),
        st.sampled_from([0, 6, 7, 8]).map(lambda days: NOW - timedelta(days=days)),
        st.booleans(),
    ),
    max_size=3,
).map(tuple)
RELATIONS = st.lists(
    st.builds(
        RelationFacts,
        st.sampled_from([*Relation, Relation.RESTRICTED, Relation.RESTRICTED]),
        st.booleans(),
        st.sampled_from([-1, 0, 6, 7, 8, 400]).map(lambda days: NOW - timedelta(days=days)),
        st.sampled_from([None, None, None, NOW, NOW + timedelta(days=1)]),
        COVERS,
        st.sampled_from([True, True, False]),
    ),
    max_size=4,
).map(tuple)


OTHERS = st.builds(
    HabilitationFacts,
    st.just(HabilitationId("another")),
    st.just(ADVISER),
    st.sampled_from([OFFICE, OrganisationId("elsewhere")]),
    st.sampled_from([*POLICY.roles, RoleCode("novel")]),
    st.sampled_from(["confirmed", "confirmed", "probation", "suspended", "closed", "novel"]),
    st.sampled_from([NOW - timedelta(days=9), NOW, NOW + timedelta(minutes=1), NOW + timedelta(days=9)]),
    st.sampled_from([NOW + timedelta(days=90), NOW + timedelta(hours=2), NOW, NOW - timedelta(days=1)]),
    st.just(()),
)


def _in(part: str, field: str, values: st.SearchStrategy[object]) -> st.SearchStrategy[Change]:
    def change(value: object) -> Change:
        def apply(facts: Facts) -> Facts:
            fact = getattr(facts, part)
            return facts if fact is None else facts._replace(**{part: fact._replace(**{field: value})})

        return apply

    return values.map(change)


def _lost(part: str) -> st.SearchStrategy[Change]:
    return st.just(lambda facts: facts._replace(**{part: None}))


CHANGES: st.SearchStrategy[Change] = st.one_of(
    *(_lost(part) for part in ("application", "session", "account", "habilitation", "organisation")),
    _in("application", "open", st.just(False)),
    _in("application", "id", st.just(ApplicationId("other"))),
    _in("session", "application", st.just(ApplicationId("other"))),
    _in("session", "revoked", st.just(True)),
    _in("session", "expires_at", INSTANTS),
    _in("session", "seen_at", AGES.map(lambda age: NOW - timedelta(seconds=age))),
    _in("session", "factor_at", AGES.map(lambda age: NOW - timedelta(seconds=age))),
    _in("session", "level", st.integers(-1, 5)),
    _in("session", "same_client", st.just(False)),
    _in("session", "habilitation", st.sampled_from([None, HabilitationId("other")])),
    _in("session", "account", st.just(AccountId("other"))),
    _in("account", "active", st.just(False)),
    _in("account", "attested_until", INSTANTS),
    _in("account", "reviewed_until", INSTANTS),
    _in("account", "lines", st.sampled_from([(AccountId("elder"),), (AccountId("aunt"), AccountId("elder"))])),
    _in("habilitation", "status", st.sampled_from(["probation", "suspended", "closed", "requested", "novel"])),
    _in("habilitation", "role", st.sampled_from([*POLICY.roles, RoleCode("novel")])),
    _in("habilitation", "account", st.just(AccountId("other"))),
    _in("habilitation", "organisation", st.just(OrganisationId("other"))),
    _in("habilitation", "from_at", INSTANTS),
    _in("habilitation", "until_at", INSTANTS),
    _in(
        "habilitation",
        "applications",
        st.sampled_from([(), (ApplicationId("other"),), (ApplicationId("other"), CONSOLE)]),
    ),
    _in("account", "held", st.lists(OTHERS, max_size=3).map(tuple)),
    _in("organisation", "active", st.just(False)),
    _in("organisation", "contract_until", INSTANTS),
    _in("organisation", "kind", st.sampled_from(["training-organisation", "employment-agency", "network", "novel"])),
    st.builds(
        lambda everything, scopes, groups: (
            lambda facts: facts._replace(containment=Containment(everything, frozenset(scopes), groups))
        ),
        st.sampled_from([False, False, False, True]),
        st.lists(
            st.sampled_from(
                [
                    ("account", ADVISER),
                    ("organisation", OFFICE),
                    ("files", OFFICE),
                    ("files", "youth-office"),
                    ("files", "training-organisation"),
                    ("application", CONSOLE),
                    ("account", "other"),
                    ("line", ADVISER),
                    ("line", "elder"),
                    ("line", "other"),
                    ("account", "elder"),
                ]
            ),
            max_size=2,
        ),
        st.integers(0, 255),
    ),
)


def _as(role: str, kind: str) -> Change:
    def apply(facts: Facts) -> Facts:
        assert facts.habilitation is not None
        assert facts.organisation is not None
        return facts._replace(
            habilitation=facts.habilitation._replace(role=RoleCode(role)),
            organisation=facts.organisation._replace(kind=kind),
        )

    return apply


JOBS = st.sampled_from(
    [
        _as("adviser", "youth-office"),
        _as("receptionist", "youth-office"),
        _as("training-staff", "training-organisation"),
        _as("quality-officer", "employment-agency"),
        _as("data-protection-correspondent", "youth-office"),
        _as("account-manager", "youth-office"),
        _as("approver", "network"),
    ]
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Request, Facts]:
    """A request and facts: a job in order, any relations, at most three changes for the worse."""
    facts = draw(JOBS)(adviser(relations=draw(RELATIONS)))
    for change in draw(st.lists(CHANGES, max_size=draw(st.sampled_from([0, 1, 1, 3])))):
        facts = change(facts)
    found = st.sampled_from([facts.clock.day, facts.clock.day - 1])
    facts = facts._replace(reach=draw(st.none() | st.builds(Reach, st.just(0), st.just(()), found)))
    purposes = st.sampled_from([*POLICY.purposes, PurposeCode("novel")])
    if facts.habilitation is not None and facts.habilitation.role in POLICY.roles and draw(st.integers(0, 9)):
        purposes = st.sampled_from([*POLICY.roles[facts.habilitation.role].rules] or [PurposeCode("quality")])
    request = Request(
        draw(st.sampled_from([Action.OPEN] * 6 + [*Action])),
        CONSOLE,
        draw(purposes),
        draw(st.sampled_from([PERSON, PERSON, PERSON, None])),
        draw(st.integers(0, 511) | st.sampled_from([0, 1, 3, 4])),
        draw(st.sampled_from([None, "emergency", "presents-in-person", "novel"])),
    )
    return request, facts


@pytest.mark.slow
@settings(max_examples=800, deadline=None)
@given(cases())
def test_entitlement_any_facts_answers_as_the_oracle(case: tuple[Request, Facts]) -> None:
    request, facts = case
    answer = entitle(request, facts, POLICY)
    objected = objections(request, facts, POLICY)
    if objected:
        assert isinstance(answer, Refusal)
        assert answer.code == objected[0]
    else:
        assert not isinstance(answer, Refusal)
        assert (answer.explanation, answer.bucket, answer.groups) == granted(request, facts, POLICY)


@settings(max_examples=300, deadline=None)
@given(cases(), st.sampled_from(["actions", "groups", "kind", "newcomer"]))
def test_entitlement_policy_with_a_hole_answers_as_the_oracle(case: tuple[Request, Facts], hole: str) -> None:
    request, facts = case
    policy = _holed(hole, request.action)
    answer = entitle(request, facts, policy)
    objected = objections(request, facts, policy)
    assert isinstance(answer, Refusal) == bool(objected)
    if isinstance(answer, Refusal):
        assert answer.code == objected[0]


@pytest.mark.parametrize("handed", [False, True])
@pytest.mark.parametrize("hole", ["", "newcomer"])
@pytest.mark.parametrize("days", [0, 400])
def test_entitlement_of_a_stand_in_is_the_oracles_with_a_newcomers_budget_and_without(
    handed: bool, hole: str, days: int
) -> None:
    cover = CoverFacts(AccountId("absent"), NOW, NOW + timedelta(days=1), NOW - timedelta(days=days), handed)
    relation = RelationFacts(Relation.FOLLOWED, False, NOW - timedelta(days=400), None, (cover,))
    facts = adviser(relations=(relation,))
    request = Request(Action.OPEN, CONSOLE, PurposeCode("follow-up"), PERSON, 3, None)
    policy = _holed(hole, request.action) if hole else POLICY
    assert objections(request, facts, policy) == []
    answer = entitle(request, facts, policy)
    assert not isinstance(answer, Refusal)
    assert (answer.explanation, answer.bucket, answer.groups) == granted(request, facts, policy)


def _holed(hole: str, action: Action) -> Policy:
    """The default policy less one thing that its file could never leave out."""
    if hole == "actions":
        return replace(POLICY, actions={one: need for one, need in POLICY.actions.items() if one != action})
    if hole == "groups":
        return replace(POLICY, groups={bit: need for bit, need in POLICY.groups.items() if bit != 1})
    changed = {"kind": RoleKind.MANAGER} if hole == "kind" else {"newcomer": None}
    return replace(POLICY, roles={code: replace(role, **changed) for code, role in POLICY.roles.items()})


def test_entitlement_ordinary_opening_is_reached_by_the_oracle_too() -> None:
    request = Request(Action.OPEN, CONSOLE, PurposeCode("follow-up"), PERSON, 3, None)
    assert objections(request, adviser(), POLICY) == []
    assert objections(request, adviser(relations=()), POLICY) == [Code.PERSON_UNKNOWN]


@pytest.mark.parametrize("kind", [Relation.FOLLOWED, Relation.ARCHIVED])
@pytest.mark.parametrize("by", ["referent", "stand-in"])
def test_entitlement_adviser_named_on_an_archived_relation_reads_nothing_by_it_and_on_a_followed_one_does(
    kind: Relation, by: str
) -> None:
    began = NOW - timedelta(days=400)
    covers = (CoverFacts(AccountId("absent"), NOW, NOW + timedelta(days=1), began, True),) if by == "stand-in" else ()
    facts = adviser(relations=(RelationFacts(kind, by == "referent", began, None, covers),))
    request = Request(Action.OPEN, CONSOLE, PurposeCode("follow-up"), PERSON, 3, None)
    answer = entitle(request, facts, POLICY)
    if kind is Relation.FOLLOWED:
        assert objections(request, facts, POLICY) == []
        assert not isinstance(answer, Refusal)
        assert answer.bucket == "portfolio"
    else:
        assert isinstance(answer, Refusal)
        assert answer.code == objections(request, facts, POLICY)[0] == Code.PERSON_UNKNOWN
