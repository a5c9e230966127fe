"""Making one file of two and two of one: the law alone."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.attachment_kinds import AttachmentKind
from beffroi.core.budgets import purse
from beffroi.core.decision import Entitlement, Refusal
from beffroi.core.facts import Clock, Reach
from beffroi.core.fields import EVERY, Group
from beffroi.core.ids import AccountId, Bucket, OrganisationId, RoleCode
from beffroi.core.merging import (
    Key,
    Tie,
    bringing,
    in_the_way,
    joined,
    merged_groups,
    merged_ties,
    merging,
    paid_for,
    parted,
    parted_groups,
    parted_ties,
    sooner,
)
from beffroi.core.policy import ASSIGNMENTS, Action
from beffroi.core.refusals import Code
from beffroi.core.relating import Obstacle
from tests.core.worlds import NOW, POLICY, adviser, followed, opening

OFFICE, OTHER = OrganisationId("office"), OrganisationId("other")
OWN: Key = (OFFICE, "followed")
LATER = NOW + timedelta(days=3)
organisations = st.sampled_from([OFFICE, OTHER, OrganisationId("school")])
kinds = st.sampled_from(["followed", "appointment", "prescription", "enrolment"])
ties = st.builds(
    Tie,
    st.none() | st.sampled_from([AccountId("ana"), AccountId("ben")]),
    st.integers(1, 900).map(lambda days: NOW - timedelta(days=days)),
    st.none() | st.integers(5, 900).map(lambda days: NOW + timedelta(days=days)),
)
held = st.dictionaries(st.tuples(organisations, kinds), ties, max_size=6)
files = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 3))


def live(all_ties: Mapping[Key, Tie], now: datetime) -> dict[Key, Tie]:
    return {key: tie for key, tie in all_ties.items() if tie.until_at is None or now < tie.until_at}


@given(held, held)
def test_office_that_merges_and_parts_again_leaves_every_relation_as_it_was(
    stays: dict[Key, Tie], goes: dict[Key, Tie]
) -> None:
    present = {**stays, **merged_ties(stays, goes, NOW)}
    stayed, back = parted_ties(stays, goes, live(present, LATER), LATER)
    assert live({**present, **stayed}, LATER) == stays
    assert back == goes


@given(held, held)
def test_merge_gives_nobody_a_relation_who_had_none_and_takes_none_from_whom_knew_the_person(
    stays: dict[Key, Tie], goes: dict[Key, Tie]
) -> None:
    after = {**stays, **merged_ties(stays, goes, NOW)}
    assert after.keys() == stays.keys() | goes.keys()
    for key, tie in after.items():
        both = [one[key] for one in (stays, goes) if key in one]
        assert tie.referent in {one.referent for one in both}
        assert any(tie.until_at == one.until_at for one in both), "no end that neither had"
        assert tie.since_at in {NOW, *(one.since_at for one in (stays.get(key),) if one is not None)}


@given(held, held, st.sets(st.tuples(organisations, kinds)))
def test_parting_gives_back_no_relation_that_was_taken_away_meanwhile(
    stays: dict[Key, Tie], goes: dict[Key, Tie], ended: set[Key]
) -> None:
    merged = {**stays, **merged_ties(stays, goes, NOW)}
    present = {key: tie for key, tie in merged.items() if key not in ended}
    stayed, back = parted_ties(stays, goes, present, LATER)
    assert back.keys() == goes.keys() - ended
    assert not stayed.keys() & ended


def test_person_handed_to_a_colleague_since_stays_the_colleague_s_in_the_file_that_stayed() -> None:
    own = Tie(AccountId("ana"), NOW - timedelta(days=9), None)
    other = Tie(AccountId("ben"), NOW - timedelta(days=9), None)
    handed = Tie(AccountId("cleo"), LATER, None)
    stayed, back = parted_ties({OWN: own}, {OWN: other}, {OWN: handed}, LATER)
    assert (stayed, back) == ({}, {OWN: other})


@given(files, files, st.sets(st.sampled_from("abcdefgh")))
def test_office_that_merges_and_parts_again_leaves_every_group_as_it_was(
    stays: dict[str, int], goes: dict[str, int], chosen: set[str]
) -> None:
    taken = merged_groups(stays, goes, chosen)
    present: dict[str, int] = {**stays, **taken}
    assert present.keys() == stays.keys() | goes.keys(), "nothing is lost because nobody chose it"
    assert all(present[name] == (goes if name in chosen and name in goes else stays).get(name, goes.get(name))
               for name in present)  # fmt: skip
    for name, value in parted_groups(stays, taken, present).items():
        if value is None:
            del present[name]
        else:
            present[name] = value
    assert present == stays


@given(files, files)
def test_group_written_since_the_merge_stays_with_the_file_that_stayed(
    stays: dict[str, int], goes: dict[str, int]
) -> None:
    taken = merged_groups(stays, goes, goes)
    written = dict.fromkeys(taken, 9)
    assert parted_groups(stays, taken, {**stays, **written}) == {}


@given(st.lists(st.text("ab", max_size=2)), st.lists(st.text("ab", max_size=2)), st.lists(st.text("ab", max_size=2)))
def test_notes_of_both_are_kept_in_order_and_only_those_brought_are_taken_out(
    stays: list[str], goes: list[str], since: list[str]
) -> None:
    whole = joined(stays, goes, lambda note: note)
    assert sorted(whole) == sorted([*stays, *goes])
    assert list(whole) == sorted(whole)
    assert sorted(parted([*whole, *since], goes)) == sorted([*stays, *since])


@pytest.mark.parametrize(
    ("stays", "goes", "way"),
    [
        ([OWN], [OWN], None),
        ([OWN], [], Obstacle.OTHER_FILE_UNKNOWN),
        ([], [OWN], Obstacle.OTHER_FILE_UNKNOWN),
        ([OWN], [(OTHER, "followed")], Obstacle.OTHER_FILE_UNKNOWN),
        ([OWN], [(OFFICE, "appointment")], Obstacle.OTHER_FILE_UNKNOWN),
        ([OWN], [OWN, (OTHER, "followed")], Obstacle.FOLLOWED_ELSEWHERE),
        ([OWN, (OTHER, "appointment")], [OWN], Obstacle.FOLLOWED_ELSEWHERE),
        ([OWN, (OTHER, "prescription")], [OWN, (OTHER, "enrolment")], None),
    ],
)
def test_office_merges_two_files_that_it_alone_follows(
    stays: list[Key], goes: list[Key], way: Obstacle | None
) -> None:
    tie = Tie(None, NOW, None)
    assert in_the_way(OFFICE, dict.fromkeys(stays, tie), dict.fromkeys(goes, tie)) is way


def test_adviser_merges_as_they_hand_people_over_and_chooses_only_what_they_may_read() -> None:
    request = opening(Action.RELATE, 0)
    facts = adviser(relations=(followed(days=60),))
    merged = merging(request, facts, POLICY, chosen=int(Group.IDENTITY | Group.CONTACT))
    assert isinstance(merged, Entitlement)
    assert merged.bucket == ASSIGNMENTS
    assert isinstance(merging(request, facts, POLICY, chosen=0), Entitlement)
    cut = facts._replace(containment=facts.containment._replace(groups=int(Group.CONTACT)))
    refused = merging(request, cut, POLICY, chosen=int(Group.IDENTITY | Group.CONTACT))
    assert refused == Refusal(Code.FIELDS_NOT_ALLOWED)
    assert isinstance(merging(request, cut, POLICY, chosen=int(Group.IDENTITY)), Entitlement)
    assert isinstance(merging(request, adviser(relations=()), POLICY, chosen=EVERY), Refusal)


@pytest.mark.parametrize(
    ("groups", "kinds", "minutes", "cut", "expected"),
    [
        (Group.NIR, (), 239, 0, None),
        (Group.NIR, (), 240, 0, Code.STEP_UP_REQUIRED),
        (Group.NIR | Group.CONTACT, (), 1, 0, None),
        (Group.NIR | Group.CONTACT, (), 1, Group.CONTACT, Code.FIELDS_NOT_ALLOWED),
        (0, (AttachmentKind.CV,), 1, 0, None),
        (0, (AttachmentKind.CV,), 1, Group.ATTACHMENTS, Code.FIELDS_NOT_ALLOWED),
        (Group.NIR, (AttachmentKind.CV,), 1, Group.ATTACHMENTS, Code.FIELDS_NOT_ALLOWED),
        (Group.NIR, (), 1, Group.ATTACHMENTS, None),
        (0, (AttachmentKind.CV,), 15, 0, None),
        (0, (AttachmentKind.CV, AttachmentKind.IDENTITY_DOCUMENT), 15, 0, Code.STEP_UP_REQUIRED),
        (0, (AttachmentKind.CV, AttachmentKind.IDENTITY_DOCUMENT), 14, 0, None),
        (0, (None,), 1, 0, Code.ACTION_NOT_ALLOWED),
        (0, (), 10_000, EVERY, None),
    ],
)
def test_session_brings_into_a_file_what_it_could_open_and_nothing_else(
    groups: int, kinds: tuple[AttachmentKind | None, ...], minutes: int, cut: int, expected: Code | None
) -> None:
    facts = adviser(relations=(followed(days=60),))
    assert facts.session is not None
    facts = facts._replace(
        session=facts.session._replace(factor_at=NOW - timedelta(minutes=minutes)),
        containment=facts.containment._replace(groups=int(cut)),
    )
    short = bringing(opening(Action.RELATE, 0), facts, POLICY, groups=int(groups), kinds=kinds)
    assert (None if short is None else short.code) == expected


@pytest.mark.parametrize(
    ("day", "kind", "id", "bucket", "paid"),
    [
        (9, "account", "ana", "portfolio", True),
        (9, "account", "ana", "office", True),
        (8, "account", "ana", "office", False),
        (9, "account", "ben", "office", False),
        (9, "organisation", "ana", "office", False),
        (9, "account", "ana", "assignments", False),
        (9, "account", "ana", "exports", False),
        (9, "account", "ana", "search", False),
    ],
)
def test_i02_person_is_paid_for_that_day_from_a_budget_that_one_reads_from(
    day: int, kind: str, id: str, bucket: str, paid: bool
) -> None:
    reach = Reach(day, (7, purse(kind, id, Bucket(bucket)).mark), found_day=9)
    clock = Clock(NOW, 9, 0)
    assert paid_for(reach, AccountId("ana"), POLICY.roles[RoleCode("adviser")], clock) is paid
    assert not paid_for(None, AccountId("ana"), POLICY.roles[RoleCode("adviser")], clock)


def test_end_that_is_none_is_later_than_any_other() -> None:
    assert (sooner(None, None), sooner(NOW, None), sooner(None, NOW), sooner(LATER, NOW)) == (None, NOW, NOW, NOW)
