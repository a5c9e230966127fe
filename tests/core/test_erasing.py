"""When a file is archived and when it is due, over any history of relations."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core import policy_file
from beffroi.core.erasing import (
    DAY,
    File,
    Line,
    Tie,
    archivable,
    digest,
    due,
    ended_at,
    last_organisation,
    room,
)
from beffroi.core.ids import OrganisationId, PersonId
from tests.core.worlds import NOW

RULES = policy_file.load_default().retention
PERSON = PersonId("11111111-1111-4111-8111-111111111111")
NORTH, SOUTH = OrganisationId("north"), OrganisationId("south")
TIES = st.lists(
    st.builds(
        Tie,
        st.sampled_from([NORTH, SOUTH]),
        st.sampled_from(["followed", "appointment", "prescription", "enrolment", "archived"]),
        st.one_of(st.none(), st.integers(-2000, 40).map(lambda days: NOW + days * DAY)),
    ),
    max_size=5,
).map(tuple)
FILES = st.builds(
    File, st.just(PERSON), st.integers(0, 9000).map(lambda days: NOW - days * DAY), TIES, st.booleans(), st.booleans()
)


def file(*ties: Tie, came: int = 4000, held: bool = False, wanted: bool = False) -> File:
    return File(PERSON, NOW - came * DAY, ties, held, wanted)


def ended(days: int, where: OrganisationId = NORTH, kind: str = "followed") -> Tie:
    return Tie(where, kind, NOW - days * DAY)


@pytest.mark.parametrize(("days", "goes"), [(RULES.archive_days, True), (RULES.archive_days - 1, False)])
def test_file_followed_by_nobody_for_the_delay_is_archived_and_a_day_before_is_not(days: int, goes: bool) -> None:
    assert archivable(file(ended(days)), NOW, RULES) == (NORTH if goes else None)


@pytest.mark.parametrize(("days", "goes"), [(RULES.erase_days, True), (RULES.erase_days - 1, False)])
def test_file_followed_by_nobody_for_the_longer_delay_is_due_and_a_day_before_is_not(days: int, goes: bool) -> None:
    assert (due(file(ended(days)), NOW, RULES) is not None) == goes


@pytest.mark.parametrize(
    "other",
    [Tie(SOUTH, "followed", None), Tie(SOUTH, "enrolment", NOW + DAY), ended(20, SOUTH, "prescription")],
)
def test_file_that_another_organisation_knows_or_knew_of_late_is_not_due(other: Tie) -> None:
    assert due(file(ended(4000)), NOW, RULES) is not None
    assert due(file(ended(4000), other), NOW, RULES) is None


def test_file_held_back_or_reported_is_not_due() -> None:
    assert due(file(ended(4000)), NOW, RULES) == NOW - 4000 * DAY
    assert due(file(ended(4000), held=True), NOW, RULES) is None
    assert due(file(ended(4000), wanted=True), NOW, RULES) is None


def test_file_that_nobody_ever_followed_is_counted_from_the_day_it_came_and_archived_nowhere() -> None:
    assert due(file(came=RULES.erase_days), NOW, RULES) is not None
    assert due(file(came=RULES.erase_days - 1), NOW, RULES) is None
    assert archivable(file(came=9000), NOW, RULES) is None


def test_old_file_is_of_who_followed_last_before_who_only_knew_them() -> None:
    assert last_organisation(file(ended(900, NORTH), ended(800, SOUTH), ended(1, NORTH, "enrolment"))) == SOUTH
    assert last_organisation(file(ended(9, NORTH, "enrolment"))) == NORTH


@given(FILES)
def test_i13_any_file_with_a_relation_that_holds_is_neither_archived_nor_due(one: File) -> None:
    lives = any(tie.kind != "archived" and (tie.until_at is None or tie.until_at > NOW) for tie in one.ties)
    if lives:
        assert ended_at(one, NOW) is None
        assert (archivable(one, NOW, RULES), due(one, NOW, RULES)) == (None, None)


@given(FILES, st.integers(0, 3000))
def test_any_file_that_is_due_stays_due_while_nothing_happens(one: File, days: int) -> None:
    end = due(one, NOW, RULES)
    if end is not None:
        assert due(one, NOW + timedelta(days=days), RULES) == end
        assert end <= NOW - RULES.erase_days * DAY


LINES = st.lists(
    st.builds(
        Line,
        st.integers(0, 9).map(lambda n: PersonId(str(UUID(int=n)))),
        st.integers(0, 2).map(lambda days: NOW - days * DAY),
    ),
    max_size=4,
)


@given(LINES, LINES)
def test_two_lists_have_one_digest_exactly_when_they_have_the_same_lines(one: list[Line], other: list[Line]) -> None:
    assert (digest("a", NORTH, one) == digest("a", NORTH, other)) == (sorted(one) == sorted(other))
    assert digest("a", NORTH, one) != digest("b", NORTH, one)
    assert digest("a", NORTH, one) != digest("a", SOUTH, one)


@given(st.integers(0, 10_000))
def test_room_of_a_day_never_exceeds_what_is_left_of_the_policy(erased: int) -> None:
    assert 0 <= room(RULES, erased) <= max(0, RULES.erased_a_day - erased)
