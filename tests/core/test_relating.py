"""Who may change who follows whom: the law alone, and what covers give."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.decision import Entitlement, Refusal, entitle
from beffroi.core.exposure import Count
from beffroi.core.exposure_network import Related, covered
from beffroi.core.facts import CoverFacts, Facts, Request
from beffroi.core.ids import AccountId, OrganisationId
from beffroi.core.policy import ASSIGNMENTS, RECEIVED, RELATIONS, Action, Relation
from beffroi.core.refusals import Code, Sentence
from beffroi.core.relating import (
    Obstacle,
    Transfer,
    agreeing,
    ending,
    follows_people,
    giving,
    handing,
    in_the_way,
    is_cover,
    is_lasting,
    most_followed,
    proven_present,
    receiving,
    taking,
)
from beffroi.core.relating_sentences import SENTENCES
from tests.core.worlds import ADVISER, NOW, POLICY, adviser, followed, found_today, opening

ABSENT = AccountId("absent")
FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
NORTH, SOUTH, EAST = OrganisationId("north"), OrganisationId("south"), OrganisationId("east")


def relate() -> Request:
    return opening(Action.RELATE, 0)


give = partial(giving, to=SOUTH)


def covering(*, handed: bool = True, days: int = 60, begins: int = -1, ends: int = 1, young: bool = False) -> Facts:
    """The adviser stands in for the referent, ``handed`` by whom, said ``days`` ago."""
    cover = CoverFacts(
        ABSENT, NOW + timedelta(days=begins), NOW + timedelta(days=ends), NOW - timedelta(days=days), handed
    )
    return adviser(relations=(followed(days=1 if young else 60)._replace(covers=(cover,)),))


@pytest.mark.parametrize(
    ("facts", "explanation", "bucket"),
    [
        (covering(), "cover", "portfolio"),
        (covering(handed=True, days=0), "cover", "portfolio"),
        (covering(handed=False, days=7), "cover", "office"),
        (covering(handed=False, days=6), "cover", "office"),
        (covering(handed=False, days=90), "cover", "office"),
        (covering(young=True), "cover", "office"),
        (covering(begins=1, ends=3), "followed", "office"),
        (covering(ends=0), "followed", "office"),
    ],
)
def test_stand_in_opens_as_the_referent_while_it_lasts(facts: Facts, explanation: str, bucket: str) -> None:
    answer = entitle(opening(), facts, POLICY)
    assert isinstance(answer, Entitlement)
    assert (answer.explanation, answer.bucket) == (explanation, bucket)


@pytest.mark.parametrize("facts", [covering(handed=False), covering(handed=True)])
def test_stand_in_in_a_role_without_newcomers_opens_as_much_as_without_the_cover(facts: Facts) -> None:
    """A cover that gives nothing takes nothing away: the relation itself explains then."""
    assert facts.habilitation is not None
    role = facts.habilitation.role
    policy = replace(POLICY, roles={**POLICY.roles, role: replace(POLICY.roles[role], newcomer=None)})
    answer = entitle(opening(), facts, policy)
    assert isinstance(answer, Entitlement)
    handed = facts.relations[0].covers[0].handed
    assert (answer.explanation, answer.bucket) == (("cover", "portfolio") if handed else ("followed", "office"))


@pytest.mark.parametrize(
    ("law", "bucket"), [(handing, ASSIGNMENTS), (taking, RELATIONS), (give, RELATIONS), (ending, ASSIGNMENTS)]
)
def test_adviser_changes_the_relations_of_people_of_her_office_alone(law, bucket: str) -> None:  # type: ignore[no-untyped-def]
    answer = law(relate(), adviser(), POLICY)
    assert isinstance(answer, Entitlement)
    assert (answer.bucket, answer.groups) == (bucket, 0)
    assert answer.dues, "whoever changes, charges: what is ended is put back by fifteen a day"
    stranger = adviser(relations=())
    assert law(relate(), stranger, POLICY) == Refusal(Code.PERSON_UNKNOWN)
    assert law(relate(), found_today(stranger), POLICY) == Refusal(Code.NOT_FOLLOWED)
    appointment = adviser(relations=(followed()._replace(kind=Relation.APPOINTMENT),))
    assert law(relate(), appointment, POLICY) == Refusal(Code.NOT_FOLLOWED)


def test_what_an_organisation_is_given_is_counted_for_it_by_all_together() -> None:
    answer = give(relate(), adviser(), POLICY)
    assert isinstance(answer, Entitlement)
    assert answer.dues[-1].key == f"organisation/{SOUTH}/{RECEIVED}"
    assert (answer.dues[-1].caps, answer.dues[-1].refusal) == (POLICY.received, Code.BUDGET_RECEIVED)
    assert answer.dues[:-1] == taking(relate(), adviser(), POLICY).dues  # type: ignore[union-attr]


def test_office_asks_for_who_was_found_today_and_for_nobody_unknown() -> None:
    stranger = adviser(relations=())
    assert receiving(relate(), stranger, POLICY) == Refusal(Code.PERSON_UNKNOWN)
    asked = receiving(relate(), found_today(stranger), POLICY)
    assert isinstance(asked, Entitlement)
    assert asked.bucket == RELATIONS
    agreed = agreeing(relate(), stranger, POLICY)
    assert isinstance(agreed, Entitlement)
    assert (agreed.explanation, agreed.bucket) == ("transfer", RELATIONS)


def test_office_follows_who_proved_to_be_there_and_was_neither_known_nor_found() -> None:
    answer = proven_present(relate(), adviser(relations=()), POLICY)
    assert isinstance(answer, Entitlement)
    assert (answer.groups, answer.explanation, answer.bucket) == (0, "presence", RELATIONS)
    office = answer.organisation
    assert answer.dues[-1].key == f"organisation/{office}/{RECEIVED}"
    assert answer.dues[:-1] == taking(relate(), adviser(), POLICY).dues  # type: ignore[union-attr]
    restricted = adviser(relations=(followed()._replace(kind=Relation.RESTRICTED),))
    assert proven_present(relate(), restricted, POLICY) == Refusal(Code.RESTRICTED)
    assert proven_present(relate()._replace(person=None), adviser(), POLICY) == Refusal(Code.PERSON_UNKNOWN)


@pytest.mark.parametrize("law", [handing, taking, give, ending, receiving, agreeing, proven_present])
def test_i05_role_that_relates_nobody_changes_no_relation(law) -> None:  # type: ignore[no-untyped-def]
    facts = found_today(adviser())
    assert facts.habilitation is not None
    for role in sorted(POLICY.roles):
        held = facts._replace(habilitation=facts.habilitation._replace(role=role))
        answer = law(relate(), held, POLICY)
        assert isinstance(answer, Entitlement) == (role == "adviser"), role


def transfer(**changes: object) -> Transfer:
    return Transfer(NORTH, SOUTH, NORTH, ADVISER, NOW + timedelta(days=1), "asked")._replace(**changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "account", "place", "answering", "withdrawing"),
    [
        (transfer(), "other", SOUTH, None, Obstacle.TRANSFER_CLOSED),
        (transfer(), ADVISER, SOUTH, Obstacle.SAME_PERSON_ASKED, Obstacle.TRANSFER_CLOSED),
        (transfer(), "other", NORTH, Obstacle.TRANSFER_CLOSED, None),
        (transfer(), ADVISER, NORTH, Obstacle.TRANSFER_CLOSED, None),
        (transfer(organisation=SOUTH), "other", NORTH, None, Obstacle.TRANSFER_CLOSED),
        (transfer(), "other", EAST, Obstacle.TRANSFER_UNKNOWN, Obstacle.TRANSFER_UNKNOWN),
        (None, "other", SOUTH, Obstacle.TRANSFER_UNKNOWN, Obstacle.TRANSFER_UNKNOWN),
        (transfer(expires_at=NOW), "other", SOUTH, Obstacle.TRANSFER_CLOSED, Obstacle.TRANSFER_CLOSED),
        (transfer(status="agreed"), "other", SOUTH, Obstacle.TRANSFER_CLOSED, Obstacle.TRANSFER_CLOSED),
    ],
)
def test_side_that_did_not_ask_answers_by_another_person(
    found: Transfer | None, account: AccountId, place: OrganisationId, answering: object, withdrawing: object
) -> None:
    assert in_the_way(found, account, place, NOW, withdrawing=False) == answering
    assert in_the_way(found, account, place, NOW, withdrawing=True) == withdrawing


@given(st.integers(-10, 120), st.integers(-10, 220))
def test_cover_is_to_come_or_under_way_and_never_longer_than_the_policys_days(begins: int, lasts: int) -> None:
    from_at = NOW + timedelta(days=begins)
    until_at = from_at + timedelta(days=lasts)
    if is_cover(from_at, until_at, NOW, POLICY):
        assert lasts > 0
        assert until_at > NOW
        assert until_at - max(from_at, NOW) <= timedelta(days=POLICY.following.cover_days)


@pytest.mark.parametrize("from_at", [LAST, FIRST])
@pytest.mark.parametrize("until_at", [LAST, FIRST])
def test_cover_at_the_ends_of_the_calendar_is_none(from_at: datetime, until_at: datetime) -> None:
    assert not is_cover(from_at, until_at, NOW, POLICY)


def test_relation_given_elsewhere_ends_some_day() -> None:
    days = POLICY.following.prescription_days
    assert [is_lasting(NOW + timedelta(days=each), NOW, POLICY) for each in (0, 1, days, days + 1)] == [
        False, True, True, False,
    ]  # fmt: skip


def test_roles_that_follow_people_are_those_with_a_portfolio() -> None:
    assert {code for code, role in POLICY.roles.items() if follows_people(role)} == {"adviser"}
    assert most_followed(POLICY.roles["adviser"], POLICY) == 300  # type: ignore[index]
    assert most_followed(POLICY.roles["quality-officer"], POLICY) == 0  # type: ignore[index]


def test_every_obstacle_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Obstacle)
    assert all(isinstance(sentence, Sentence) for sentence in SENTENCES.values())


def test_people_of_an_absent_colleague_are_within_reach_of_the_stand_in() -> None:
    kind = Relation.FOLLOWED
    every = {kind: Count(10, 2)}
    related = Related(every, {ADVISER: {kind: Count(3, 1)}, ABSENT: {kind: Count(4, 1)}})
    found = covered(related, [(ADVISER, ABSENT), (ADVISER, ABSENT)])
    assert found.every == every
    assert found.own == {ADVISER: {kind: Count(7, 2)}, ABSENT: {kind: Count(4, 1)}}
    assert covered(related, []) == related
