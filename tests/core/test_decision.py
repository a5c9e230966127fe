import copy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.core.budgets import EMPTY, Caps, at, charge
from beffroi.core.decision import Entitlement, Refusal, decide, entitle, keys, remembered, settle
from beffroi.core.facts import Containment, CoverFacts, Facts, Reach, RelationFacts, Request
from beffroi.core.fields import EVERY, GROUPS, Group
from beffroi.core.ids import AccountId, ApplicationId, HabilitationId, OrganisationId, PurposeCode, RoleCode
from beffroi.core.policy import Action, Level, Relation, RoleKind
from beffroi.core.refusals import Code
from tests.core.worlds import (
    ADVISER,
    CONSOLE,
    NO_WINDOWS,
    NOW,
    OFFICE,
    PERSON,
    POLICY,
    TIGHT,
    adviser,
    followed,
    found_today,
    opening,
)

SECOND = timedelta(seconds=1)
COVER = CoverFacts(
    AccountId("absent"), NOW - timedelta(days=1), NOW + timedelta(days=1), NOW - timedelta(days=9), False
)


def changed(part: str, **values: object) -> Facts:
    """The adviser's facts with some fields of one fact replaced."""
    facts = adviser()
    return facts._replace(**{part: getattr(facts, part)._replace(**values)})


def code(facts: Facts, request: Request | None = None) -> Code | None:
    answer = entitle(request or opening(), facts, POLICY)
    return answer.code if isinstance(answer, Refusal) else None


def as_role(role: str, kind: str, relations: tuple[RelationFacts, ...] | None = None) -> Facts:
    facts = adviser(relations=relations)
    assert facts.habilitation is not None
    assert facts.organisation is not None
    return facts._replace(
        habilitation=facts.habilitation._replace(role=RoleCode(role)),
        organisation=facts.organisation._replace(kind=kind),
    )


def allowed(facts: Facts, request: Request) -> Entitlement:
    answer = entitle(request, facts, POLICY)
    assert not isinstance(answer, Refusal)
    return answer


# I-06: deny by default


@pytest.mark.parametrize(
    ("part", "refusal"),
    [
        ("application", Code.APPLICATION_UNKNOWN),
        ("session", Code.SESSION_UNKNOWN),
        ("account", Code.ACCOUNT_SUSPENDED),
        ("habilitation", Code.HABILITATION_INACTIVE),
        ("organisation", Code.ORGANISATION_CLOSED),
    ],
)
def test_i06_adviser_with_one_fact_missing_is_refused(part: str, refusal: Code) -> None:
    assert code(adviser()) is None
    missing: dict[str, Any] = {part: None}
    assert code(adviser()._replace(**missing)) is refusal


@pytest.mark.parametrize(
    ("part", "values", "refusal"),
    [
        ("application", {"id": ApplicationId("novel")}, Code.APPLICATION_UNKNOWN),
        ("application", {"open": False}, Code.APPLICATION_CLOSED),
        ("session", {"application": ApplicationId("novel")}, Code.SESSION_OTHER_APPLICATION),
        ("session", {"revoked": True}, Code.SESSION_ENDED),
        ("session", {"expires_at": NOW}, Code.SESSION_ENDED),
        ("session", {"seen_at": NOW - timedelta(seconds=1800)}, Code.SESSION_ENDED),
        ("session", {"same_client": False}, Code.SESSION_OTHER_CLIENT),
        ("session", {"account": AccountId("novel")}, Code.ACCOUNT_SUSPENDED),
        ("session", {"habilitation": None}, Code.MEMBERSHIP_NOT_CHOSEN),
        ("session", {"habilitation": HabilitationId("novel")}, Code.HABILITATION_INACTIVE),
        ("session", {"level": 0}, Code.STEP_UP_REQUIRED),
        ("session", {"level": Level.SINGLE}, Code.STEP_UP_REQUIRED),
        ("session", {"level": 4}, Code.STEP_UP_REQUIRED),
        ("account", {"active": False}, Code.ACCOUNT_SUSPENDED),
        ("habilitation", {"account": AccountId("novel")}, Code.HABILITATION_INACTIVE),
        ("habilitation", {"status": "novel"}, Code.HABILITATION_INACTIVE),
        ("habilitation", {"status": "suspended"}, Code.HABILITATION_INACTIVE),
        ("habilitation", {"from_at": NOW + SECOND}, Code.HABILITATION_INACTIVE),
        ("habilitation", {"until_at": NOW}, Code.HABILITATION_INACTIVE),
        ("habilitation", {"applications": ()}, Code.HABILITATION_ELSEWHERE),
        ("habilitation", {"applications": (ApplicationId("novel"),)}, Code.HABILITATION_ELSEWHERE),
        ("habilitation", {"organisation": OrganisationId("novel")}, Code.ORGANISATION_CLOSED),
        ("habilitation", {"role": RoleCode("novel")}, Code.ROLE_UNKNOWN),
        ("organisation", {"active": False}, Code.ORGANISATION_CLOSED),
        ("organisation", {"contract_until": NOW}, Code.ORGANISATION_CLOSED),
        ("organisation", {"kind": "novel"}, Code.ROLE_UNKNOWN),
    ],
)
def test_i06_adviser_with_one_unknown_or_lapsed_value_is_refused(
    part: str, values: dict[str, Any], refusal: Code
) -> None:
    assert code(changed(part, **values)) is refusal


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"application": ApplicationId("novel")}, Code.APPLICATION_UNKNOWN),
        ({"purpose": PurposeCode("novel")}, Code.PURPOSE_NOT_ALLOWED),
        ({"purpose": PurposeCode("quality")}, Code.PURPOSE_NOT_ALLOWED),
        ({"action": Action.ERASE}, Code.ACTION_NOT_ALLOWED),
        ({"person": None}, Code.PERSON_UNKNOWN),
        ({"groups": 1 << 20}, Code.FIELDS_NOT_ALLOWED),
    ],
)
def test_i06_adviser_asking_for_one_thing_unknown_is_refused(values: dict[str, Any], refusal: Code) -> None:
    assert code(adviser(), opening()._replace(**values)) is refusal


def test_i06_policy_without_the_budget_or_the_rating_of_an_action_refuses() -> None:
    without_budget = replace(POLICY, buckets={})
    without_action = replace(POLICY, actions={})
    without_group = replace(POLICY, groups={})
    answers = [entitle(opening(), adviser(), policy) for policy in (without_budget, without_action, without_group)]
    assert [answer.code for answer in answers if isinstance(answer, Refusal)] == [
        Code.BUDGET_UNKNOWN,
        Code.ACTION_NOT_ALLOWED,
        Code.FIELDS_NOT_ALLOWED,
    ]


# I-07: suspension and containment


@pytest.mark.parametrize(
    ("scope", "refusal"),
    [
        (("account", ADVISER), Code.ACCOUNT_SUSPENDED),
        (("line", ADVISER), Code.ACCOUNT_SUSPENDED),
        (("organisation", OFFICE), Code.ORGANISATION_CLOSED),
        (("files", OFFICE), Code.FILES_CONTAINED),
        (("files", "youth-office"), Code.FILES_CONTAINED),
        (("application", CONSOLE), Code.APPLICATION_CLOSED),
    ],
)
@pytest.mark.parametrize("action", sorted(Action))
def test_i07_contained_scope_never_allows_any_action(scope: tuple[str, str], refusal: Code, action: Action) -> None:
    facts = adviser()._replace(containment=Containment(False, frozenset({scope}), 0))
    assert code(facts, opening(action)) is refusal
    other = adviser()._replace(containment=Containment(False, frozenset({(scope[0], "another")}), 0))
    assert code(other, opening()) is None


@pytest.mark.parametrize("action", sorted(Action))
def test_i07_account_of_a_contained_line_is_allowed_nothing_and_of_one_lifted_is(action: Action) -> None:
    elder, aunt = AccountId("elder"), AccountId("aunt")
    facts = changed("account", lines=(aunt, elder))
    cut = Containment(False, frozenset({("line", elder)}), 0)
    assert code(facts._replace(containment=cut), opening(action)) is Code.ACCOUNT_SUSPENDED
    assert code(facts._replace(containment=Containment(False, frozenset({("account", elder)}), 0)), opening()) is None
    assert code(facts, opening()) is None


@pytest.mark.parametrize("action", sorted(Action))
def test_i07_everything_contained_allows_nothing(action: Action) -> None:
    facts = adviser()._replace(containment=Containment(True, frozenset(), 0))
    assert code(facts, opening(action)) is Code.EVERYTHING_CONTAINED


def test_i07_suspended_account_is_refused_where_the_same_account_active_is_not() -> None:
    assert code(changed("account", active=False)) is Code.ACCOUNT_SUSPENDED
    assert code(changed("account", active=True)) is None


def test_adviser_contained_group_is_withheld_and_the_others_are_not() -> None:
    facts = adviser()._replace(containment=Containment(False, frozenset(), int(Group.CONTACT)))
    assert allowed(facts, opening()).groups == Group.IDENTITY
    assert code(facts, opening(groups=int(Group.CONTACT))) is Code.FIELDS_NOT_ALLOWED


# I-05 and I-10: roles and fields


@pytest.mark.parametrize("kind", [kind for kind in RoleKind if kind is not RoleKind.READER])
@pytest.mark.parametrize("action", sorted(Action))
def test_i05_role_of_another_kind_reads_nothing_even_with_an_advisers_rules(kind: RoleKind, action: Action) -> None:
    roles = {**POLICY.roles, RoleCode("adviser"): replace(POLICY.roles[RoleCode("adviser")], kind=kind)}
    answer = entitle(opening(action), adviser(), replace(POLICY, roles=roles))
    assert isinstance(answer, Refusal)
    assert answer.code is Code.PURPOSE_NOT_ALLOWED


READERS = [
    (role.code, purpose, action, sorted(role.organisations)[0])
    for role in POLICY.roles.values()
    for purpose, rule in role.rules.items()
    for action in sorted(rule.actions)
]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(READERS), st.integers(0, 1023), st.integers(0, EVERY), st.sampled_from(list(Relation)))
def test_i10_groups_granted_never_exceed_role_purpose_request_and_containment(
    reader: tuple[RoleCode, PurposeCode, Action, str], wanted: int, cut: int, relation: Relation
) -> None:
    role, purpose, action, kind = reader
    facts = as_role(role, kind, (followed(own=True)._replace(kind=relation),))
    facts = facts._replace(containment=Containment(False, frozenset(), cut))
    answer = entitle(opening(action, wanted)._replace(purpose=purpose), facts, POLICY)
    if isinstance(answer, Refusal):
        return
    rule = POLICY.roles[role].rules[purpose]
    writes = action in (Action.CREATE, Action.UPDATE)
    assert answer.groups & ~(rule.write if writes else rule.read) == 0
    assert answer.groups & ~wanted == 0
    assert answer.groups & cut == 0


@pytest.mark.parametrize("group", GROUPS)
def test_i10_receptionist_is_granted_identity_alone(group: Group) -> None:
    facts = as_role("receptionist", "youth-office", (followed(),))
    asked = opening(groups=int(group))._replace(purpose=PurposeCode("reception"))
    assert (code(facts, asked) is None) == (group is Group.IDENTITY)


def test_i10_adviser_whose_second_factor_is_four_hours_old_must_step_up_for_the_nir_alone() -> None:
    stale = changed("session", factor_at=NOW - timedelta(hours=4))
    fresh = changed("session", factor_at=NOW - timedelta(hours=4) + SECOND)
    answer = entitle(opening(groups=int(Group.NIR | Group.IDENTITY)), stale, POLICY)
    assert isinstance(answer, Refusal)
    assert answer.code is Code.STEP_UP_REQUIRED
    assert answer.demand == POLICY.groups[Group.NIR]
    assert code(fresh, opening(groups=int(Group.NIR | Group.IDENTITY))) is None
    assert code(stale, opening(groups=int(Group.IDENTITY))) is None


def test_correspondent_erasing_needs_a_passkey_younger_than_five_minutes() -> None:
    def with_factor(level: Level, age: int) -> Facts:
        facts = as_role("data-protection-correspondent", "youth-office", (followed(),))
        assert facts.session is not None
        session = facts.session._replace(level=level, factor_at=NOW - timedelta(seconds=age))
        return facts._replace(session=session)

    erase = opening(Action.ERASE)._replace(purpose=PurposeCode("person-rights"))
    assert code(with_factor(Level.PASSKEY, 299), erase) is None
    assert code(with_factor(Level.PASSKEY, 300), erase) is Code.STEP_UP_REQUIRED
    assert code(with_factor(Level.SECOND_FACTOR, 299), erase) is Code.STEP_UP_REQUIRED


def test_adviser_writing_a_group_he_may_only_read_is_refused_whole() -> None:
    both = int(Group.SITUATION | Group.TRAINING)
    assert code(adviser(), opening(Action.UPDATE, both)) is Code.FIELDS_NOT_ALLOWED
    assert allowed(adviser(), opening(Action.UPDATE, int(Group.SITUATION))).groups == Group.SITUATION


@pytest.mark.parametrize("action", [Action.FIND, Action.RELATE])
def test_adviser_finding_or_relating_is_granted_no_field(action: Action) -> None:
    assert allowed(adviser(), opening(action, EVERY)).groups == 0


# I-12: attestations and reviews


@pytest.mark.parametrize(
    ("field", "refusal"),
    [("attested_until", Code.ATTESTATION_EXPIRED), ("reviewed_until", Code.REVIEW_OVERDUE)],
)
def test_i12_adviser_at_the_very_instant_an_attestation_ends_is_refused(field: str, refusal: Code) -> None:
    assert code(changed("account", **{field: NOW})) is refusal
    assert code(changed("account", **{field: NOW + SECOND})) is None


# I-14: explanations


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.builds(
            RelationFacts,
            st.sampled_from(Relation),
            st.booleans(),
            st.sampled_from([NOW - timedelta(days=30), NOW - timedelta(days=1), NOW + SECOND]),
            st.sampled_from([None, NOW, NOW + SECOND]),
            st.sampled_from([(), (COVER,), (COVER._replace(until_at=NOW),)]),
        ),
        max_size=3,
    ),
    st.sampled_from([None, "emergency", "novel"]),
    st.booleans(),
)
def test_i14_every_opening_allowed_has_a_live_relation_or_a_listed_reason(
    relations: list[RelationFacts], reason: str | None, found: bool
) -> None:
    facts = adviser(relations=tuple(relations))
    facts = found_today(facts) if found else facts
    answer = entitle(opening()._replace(reason=reason), facts, POLICY)
    if isinstance(answer, Refusal):
        return
    live = [one for one in relations if one.since_at <= NOW and (one.until_at is None or one.until_at > NOW)]
    if answer.explanation == "break-glass":
        assert reason in POLICY.reasons
        restricted = Relation.RESTRICTED in {one.kind for one in live}
        assert found or (restricted and any(one.here for one in live if one.kind is not Relation.RESTRICTED))
    else:
        covered = {
            "cover" for one in live for cover in one.covers if cover.from_at <= NOW < cover.until_at and not one.own
        }
        assert answer.explanation in {one.kind for one in live} | {"referent" for one in live if one.own} | covered


def test_i14_adviser_whom_no_relation_ties_opens_only_by_break_glass_after_a_find() -> None:
    stranger = adviser(relations=())
    reason = opening()._replace(reason="emergency")
    assert code(stranger, reason) is Code.PERSON_UNKNOWN
    assert code(found_today(stranger)) is Code.NOT_FOLLOWED
    assert code(found_today(stranger), opening()._replace(reason="novel")) is Code.REASON_UNKNOWN
    assert allowed(found_today(stranger), reason).bucket == "break-glass"
    assert code(found_today(stranger), reason._replace(action=Action.UPDATE)) is Code.NOT_FOLLOWED


def test_receptionist_without_relation_has_no_break_glass() -> None:
    facts = found_today(as_role("receptionist", "youth-office", ()))
    asked = opening(groups=1)._replace(purpose=PurposeCode("reception"), reason="emergency")
    assert code(facts, asked) is Code.NOT_FOLLOWED


def test_adviser_relation_that_ends_now_or_begins_later_is_no_relation() -> None:
    live = followed()
    assert code(adviser(relations=(live,))) is None
    assert code(adviser(relations=(live._replace(until_at=NOW),))) is Code.PERSON_UNKNOWN
    assert code(adviser(relations=(live._replace(since_at=NOW + SECOND),))) is Code.PERSON_UNKNOWN


def test_adviser_person_assigned_less_than_seven_days_ago_draws_on_the_office_budget() -> None:
    week = timedelta(days=7)
    young, grown = followed(own=True)._replace(since_at=NOW - week + SECOND), followed(own=True, days=7)
    assert allowed(adviser(relations=(young,)), opening()).bucket == "office"
    assert allowed(adviser(relations=(grown,)), opening()).bucket == "portfolio"


@pytest.mark.parametrize("first", [True, False])
def test_adviser_with_several_relations_is_explained_by_the_strongest_in_any_order(first: bool) -> None:
    appointment, office = followed()._replace(kind=Relation.APPOINTMENT), followed()
    relations = (appointment, office) if first else (office, appointment)
    assert allowed(adviser(relations=relations), opening()).explanation == "followed"
    own = followed(own=True)
    relations = (own, office) if first else (office, own)
    assert allowed(adviser(relations=relations), opening()).bucket == "portfolio"


def test_relation_a_role_has_no_budget_for_neither_opens_nor_relates_nor_explains() -> None:
    enrolled = (followed()._replace(kind=Relation.ENROLMENT),)
    assert code(adviser(relations=enrolled)) is Code.PERSON_UNKNOWN
    assert code(adviser(relations=enrolled), opening(Action.RELATE)) is Code.PERSON_UNKNOWN
    assert allowed(adviser(relations=enrolled), opening(Action.FIND)).explanation == "search"


def test_adviser_finding_draws_on_the_search_budget_for_strangers_only() -> None:
    assert allowed(adviser(relations=()), opening(Action.FIND)).bucket == "search"
    assert allowed(adviser(relations=(followed(),)), opening(Action.FIND)).bucket == "office"


# I-15: asking changes nothing


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(Action)), st.booleans(), st.booleans())
def test_i15_asking_twice_answers_the_same_and_changes_nothing_it_was_given(
    action: Action, own: bool, before: bool
) -> None:
    facts = adviser(relations=(followed(own=own),))
    if before:
        facts = facts._replace(reach=Reach(facts.clock.day - 1, (1, 2), 0))
    windows = {"account/x/office": charge(at(EMPTY, 1, 1), None)}
    kept = copy.deepcopy((facts, windows))
    request = opening(action, 1)
    first, second = decide(request, facts, windows, TIGHT), decide(request, facts, windows, TIGHT)
    assert first == second
    assert (facts, windows) == kept


def test_i15_adviser_reopening_the_same_day_pays_nothing_and_the_next_day_pays_again() -> None:
    facts = adviser()
    entitlement = allowed(facts, opening())
    settled = settle(entitlement, facts, NO_WINDOWS, POLICY)
    assert not isinstance(settled, Refusal)
    assert {due.key for due, _ in settled.charged} == set(keys(entitlement))
    reach = remembered(None, settled, facts.clock)
    windows = {due.key: window for due, window in settled.charged}
    again = settle(entitlement, facts._replace(reach=reach), windows, POLICY)
    assert not isinstance(again, Refusal)
    assert again.charged == ()
    tomorrow = adviser(NOW + timedelta(days=1))._replace(reach=reach)
    paid = settle(entitlement, tomorrow, windows, POLICY)
    assert not isinstance(paid, Refusal)
    assert [sum(window.recent) for _, window in paid.charged] == [1, 1]


# I-02 and I-03: whose budgets


@pytest.mark.parametrize(
    ("relations", "action", "counted"),
    [
        ((followed(),), Action.OPEN, True),
        ((), Action.OPEN, True),
        ((), Action.FIND, True),
        ((followed(own=True),), Action.OPEN, False),
    ],
)
def test_i02_office_searches_and_break_glass_draw_on_the_organisation_and_own_people_do_not(
    relations: tuple[RelationFacts, ...], action: Action, counted: bool
) -> None:
    facts = found_today(adviser(relations=relations))
    dues = allowed(facts, opening(action)._replace(reason="emergency")).dues
    assert ({"share", "organisation"} <= {due.scope.kind for due in dues}) is counted


def test_i02_adviser_at_the_cap_of_each_budget_is_refused_by_its_name() -> None:
    facts = adviser(relations=(followed(),))
    assert facts.account is not None
    facts = facts._replace(account=facts.account._replace(pools=(AccountId("m"),)))
    entitlement = allowed(facts, opening())
    assert [due.refusal for due in entitlement.dues] == [
        Code.BUDGET_ACCOUNT,
        Code.BUDGET_POOL,
        Code.BUDGET_SHARE,
        Code.BUDGET_ORGANISATION,
        Code.BUDGET_APPLICATION,
    ]
    for due in entitlement.dues:
        full = at(EMPTY, facts.clock.day, facts.clock.hour)._replace(in_hour=due.caps.hour)
        assert settle(entitlement, facts, {due.key: full}, POLICY) == Refusal(due.refusal, "hour")
        below = full._replace(in_hour=due.caps.hour - 1)
        assert not isinstance(settle(entitlement, facts, {due.key: below}, POLICY), Refusal)


def test_i02_organisation_budget_grows_with_confirmed_agents_and_leaves_own_people_out() -> None:
    def organisation(agents: int, own: bool) -> list[tuple[str, Caps]]:
        facts = adviser(relations=(followed(own=own),))
        assert facts.organisation is not None
        facts = facts._replace(organisation=facts.organisation._replace(confirmed_agents=agents))
        dues = allowed(facts, opening()).dues
        return [(due.scope.kind, due.caps) for due in dues if due.scope.kind in ("organisation", "share")]

    assert organisation(5, own=False) == [
        ("share", Caps(50, 50, 350, 1500)),
        ("organisation", Caps(125, 125, 875, 3750)),
    ]
    assert organisation(1, own=False)[1] == ("organisation", Caps(60, 60, 420, 1800))
    assert organisation(5, own=True) == []


def test_i03_unconfirmed_account_pays_into_every_pool_it_descends_from_but_for_relations() -> None:
    facts = adviser()
    assert facts.account is not None
    facts = facts._replace(account=facts.account._replace(pools=(AccountId("m"), AccountId("n"))))
    pools = [due.scope.id for due in allowed(facts, opening()).dues if due.scope.kind == "pool"]
    assert pools == ["m", "n"]
    related = allowed(facts, opening(Action.RELATE)).dues
    assert [due.key for due in related] == [f"account/{ADVISER}/relations", f"organisation/{OFFICE}/relations"]


def test_creating_a_person_draws_on_the_relations_budget_and_needs_no_person() -> None:
    answer = allowed(adviser(relations=()), opening(Action.CREATE)._replace(person=None))
    assert (answer.explanation, answer.bucket) == ("registration", "relations")
    assert code(adviser(relations=()), opening()._replace(person=PERSON)) is Code.PERSON_UNKNOWN
