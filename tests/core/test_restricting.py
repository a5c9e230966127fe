"""Restriction of processing (GDPR, article 18): who goes on using a file, and who does not."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core import merging, relating
from beffroi.core.decision import Entitlement, Refusal, entitle
from beffroi.core.erasing import DAY, File, Tie, archivable, due
from beffroi.core.explanations import Explanation
from beffroi.core.facts import Facts, RelationFacts, Request
from beffroi.core.ids import OrganisationId, PurposeCode, RoleCode
from beffroi.core.person_rights import PURPOSE
from beffroi.core.policy import RELATIONS, Action, Relation
from beffroi.core.refusals import Code
from beffroi.core.restricting import SENTENCES, Ground, Objection, destroying, may_begin, may_lift, restricting
from tests.core.worlds import NOW, OFFICE, PERSON, POLICY, adviser, followed, found_today, opening

RULES = POLICY.retention
SCHOOL = OrganisationId("school")
RIGHTS = PurposeCode(PURPOSE)


def restriction(*, here: bool = True, days: int = 1, until: int | None = None) -> RelationFacts:
    """A restriction decided so many days ago, lifted so many days after now if it is."""
    until_at = None if until is None else NOW + timedelta(days=until)
    return RelationFacts(Relation.RESTRICTED, False, NOW - timedelta(days=days), until_at, (), here)


def held(*relations: RelationFacts, **more: bool) -> Facts:
    return adviser(relations=(followed(own=True), *relations, restriction(**more)))


def correspondent(facts: Facts) -> Facts:
    """The same facts of who answers people; the referent of nobody."""
    assert facts.habilitation is not None
    role = RoleCode("data-protection-correspondent")
    relations = tuple(one._replace(own=False) for one in facts.relations)
    return facts._replace(habilitation=facts.habilitation._replace(role=role), relations=relations)


def rights(action: Action = Action.OPEN, groups: int = 1) -> Request:
    return opening(action, groups)._replace(purpose=RIGHTS)


def code_of(answer: object) -> str:
    return answer.code.value if isinstance(answer, Refusal) else "allowed"


@pytest.mark.parametrize("here", [True, False])
def test_adviser_of_a_restricted_person_is_refused_whoever_decided_it_and_of_another_is_not(here: bool) -> None:
    assert code_of(entitle(opening(), adviser(), POLICY)) == "allowed"
    assert code_of(entitle(opening(), held(here=here), POLICY)) == Code.RESTRICTED


@pytest.mark.parametrize(
    ("relation", "refused"),
    [
        (restriction(days=0), True), (restriction(days=-1), False), (restriction(until=0), False),
        (restriction(until=1), True),
    ],
)  # fmt: skip
def test_restriction_holds_from_its_first_instant_to_the_one_at_which_it_is_lifted(
    relation: RelationFacts, refused: bool
) -> None:
    facts = adviser(relations=(followed(own=True), relation))
    assert (code_of(entitle(opening(), facts, POLICY)) == Code.RESTRICTED) is refused


@given(st.sampled_from(Action), st.sampled_from(sorted(POLICY.purposes)), st.booleans(), st.integers(0, 511))
def test_restricted_file_any_request_is_allowed_nothing_that_was_not_and_no_field_but_to_answer_its_person(
    action: Action, purpose: PurposeCode, here: bool, groups: int
) -> None:
    request = opening(action, groups)._replace(purpose=purpose)
    for whose in (held(here=here), correspondent(held(here=here))):
        free = whose._replace(relations=whose.relations[:1])
        answer, before = entitle(request, whose, POLICY), entitle(request, free, POLICY)
        goes_on = purpose == PURPOSE and action is not Action.ERASE
        if action in (Action.FIND, Action.CREATE) or goes_on:
            assert answer == before
        elif isinstance(before, Refusal) and before.code is not Code.FIELDS_NOT_ALLOWED:
            assert answer == before, "what refuses earlier refuses as before"
        else:
            assert answer == Refusal(Code.RESTRICTED)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [("emergency", "allowed"), ("presents-in-person", Code.RESTRICTED), ("novel", Code.REASON_UNKNOWN),
     (None, Code.RESTRICTED)],
)  # fmt: skip
def test_adviser_opens_a_restricted_file_for_the_protection_of_somebody_alone(
    reason: str | None, expected: str
) -> None:
    answer = entitle(opening()._replace(reason=reason), held(), POLICY)
    assert code_of(answer) == expected
    if isinstance(answer, Entitlement):
        assert (answer.explanation, answer.bucket) == (Explanation.BREAK_GLASS, "break-glass")


def test_archived_restricted_file_opens_for_no_emergency_where_a_followed_one_does() -> None:
    archived = RelationFacts(Relation.ARCHIVED, False, NOW - DAY, None, (), here=False)
    asked = opening()._replace(reason="emergency")
    assert code_of(entitle(asked, held(), POLICY)) == "allowed"
    assert code_of(entitle(asked, held(archived), POLICY)) == Code.RESTRICTED


@pytest.mark.parametrize("reason", [None, "emergency", "presents-in-person", "novel"])
@pytest.mark.parametrize("action", [one for one in Action if one not in (Action.FIND, Action.CREATE)])
def test_i15_restricted_person_whom_nobody_here_knows_is_answered_of_as_an_unknown_one(
    action: Action, reason: str | None
) -> None:
    request = opening(action)._replace(reason=reason)
    unknown, theirs = adviser(relations=()), adviser(relations=(restriction(here=False),))
    own = adviser(relations=(restriction(),))  # decided here; the person has left since
    assert entitle(request, unknown, POLICY) == entitle(request, theirs, POLICY) == entitle(request, own, POLICY)


def test_restricted_person_found_today_is_said_to_be_followed_elsewhere_and_opened_for_a_listed_reason_alone() -> (
    None
):
    facts = found_today(adviser(relations=(restriction(here=False),)))
    assert code_of(entitle(opening(), facts, POLICY)) == Code.NOT_FOLLOWED
    for reason, expected in (("emergency", "allowed"), ("presents-in-person", Code.RESTRICTED)):
        assert code_of(entitle(opening()._replace(reason=reason), facts, POLICY)) == expected
    free = facts._replace(relations=())
    assert code_of(entitle(opening()._replace(reason="presents-in-person"), free, POLICY)) == "allowed"


def test_restriction_alone_lets_its_organisation_know_nobody() -> None:
    own = correspondent(adviser(relations=(restriction(),)))
    assert code_of(entitle(rights(), own, POLICY)) == Code.PERSON_UNKNOWN
    mine = RelationFacts(Relation.RESTRICTED, True, NOW - DAY, None)  # whatever its row says of a referent
    assert code_of(entitle(opening(), adviser(relations=(mine,)), POLICY)) == Code.PERSON_UNKNOWN


def test_restricted_person_is_handed_to_a_colleague_and_given_to_nobody_else() -> None:
    request, facts = opening(Action.RELATE, 0), held()
    for law in (relating.handing, relating.taking, relating.ending):
        assert code_of(law(request, facts, POLICY)) == "allowed"
    assert code_of(relating.giving(request, facts, POLICY, to=SCHOOL)) == Code.RESTRICTED
    assert code_of(relating.giving(request, adviser(), POLICY, to=SCHOOL)) == "allowed"
    assert code_of(relating.agreeing(request, facts, POLICY)) == Code.RESTRICTED
    found = found_today(adviser(relations=(restriction(here=False),)))
    assert code_of(relating.receiving(request, found, POLICY)) == Code.RESTRICTED
    assert code_of(relating.receiving(request, found._replace(relations=()), POLICY)) == "allowed"
    unknown = adviser(relations=(restriction(),))
    assert code_of(relating.receiving(request, unknown, POLICY)) == Code.PERSON_UNKNOWN


def test_restricted_files_are_neither_merged_nor_parted() -> None:
    request = opening(Action.RELATE, 0)
    assert code_of(merging.merging(request, adviser(), POLICY, chosen=1)) == "allowed"
    for chosen in (0, 1):
        assert code_of(merging.merging(request, held(), POLICY, chosen=chosen)) == Code.RESTRICTED
    tie = merging.Tie(None, NOW - DAY, None)
    free = {(OFFICE, "followed"): tie}
    stopped = {**free, (OFFICE, "restricted"): tie}
    assert merging.in_the_way(OFFICE, free, free) is None
    assert merging.in_the_way(OFFICE, stopped, free) is relating.Obstacle.FILE_RESTRICTED
    assert merging.in_the_way(OFFICE, free, stopped) is relating.Obstacle.FILE_RESTRICTED


@given(st.integers(0, 9_000), st.booleans())
def test_restricted_file_is_neither_archived_nor_due_and_once_lifted_is_as_if_it_never_was(
    days: int, archived: bool
) -> None:
    ties = [Tie(OFFICE, "followed", NOW - days * DAY)]
    ties += [Tie(OFFICE, "archived", None)] if archived else []
    free = File(PERSON, NOW - 9_999 * DAY, tuple(ties), False, False)
    stopped = free._replace(ties=(*ties, Tie(OFFICE, "restricted", None)))
    lifted = free._replace(ties=(*ties, Tie(OFFICE, "restricted", NOW)))
    assert archivable(stopped, NOW, RULES) is due(stopped, NOW, RULES) is None
    assert archivable(lifted, NOW, RULES) == archivable(free, NOW, RULES)
    assert due(lifted, NOW, RULES) == due(free, NOW, RULES)


def test_correspondent_restricts_out_of_the_few_relations_of_a_day_with_a_factor_of_the_last_hours() -> None:
    facts = correspondent(adviser())
    begun = restricting(rights(Action.UPDATE, 0), facts, POLICY)
    assert isinstance(begun, Entitlement)
    assert begun.bucket == RELATIONS
    assert {one.scope.bucket for one in begun.dues} == {RELATIONS}
    assert facts.session is not None
    life = POLICY.actions[Action.RELATE].factor_life
    assert life is not None
    stale = facts._replace(session=facts.session._replace(factor_at=NOW - life))
    assert code_of(restricting(rights(Action.UPDATE, 0), stale, POLICY)) == Code.STEP_UP_REQUIRED
    assert code_of(restricting(opening(Action.UPDATE, 0), facts, POLICY)) == Code.PURPOSE_NOT_ALLOWED
    assert code_of(restricting(rights(Action.UPDATE, 0), adviser(), POLICY)) == Code.PURPOSE_NOT_ALLOWED


def test_ground_is_one_of_the_four_and_a_second_restriction_of_the_same_organisation_is_none() -> None:
    assert {may_begin(ground, standing=False) for ground in Ground} == {None}
    assert may_begin("convenience", standing=False) is Objection.GROUND
    assert may_begin(Ground.CLAIMS, standing=True) is Objection.EXISTS
    assert SENTENCES.keys() == set(Objection)


@pytest.mark.parametrize(("told", "lifts"), [(-3, False), (-2, True), (0, True), (1, False)])
def test_restriction_is_lifted_once_the_person_was_told_between_its_first_day_and_today(
    told: int, lifts: bool
) -> None:
    today = date(2026, 11, 20)
    assert (may_lift(today - 2 * DAY, today + told * DAY, today) is None) is lifts


def test_correspondent_destroys_a_part_of_a_file_that_is_not_restricted_and_changes_one_that_is() -> None:
    change = rights(Action.UPDATE)
    free, kept = correspondent(adviser(relations=(followed(),))), correspondent(held())
    assert [code_of(entitle(change, one, POLICY)) for one in (free, kept)] == ["allowed"] * 2
    assert [code_of(destroying(entitle)(change, one, POLICY)) for one in (free, kept)] == ["allowed", Code.RESTRICTED]
    nobody = correspondent(adviser(relations=(restriction(),)))
    assert code_of(destroying(entitle)(change, nobody, POLICY)) == Code.PERSON_UNKNOWN
