"""What a message may say: exactly the day and the hour that its subject names."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.decision import Entitlement, Refusal, entitle
from beffroi.core.fields import Group
from beffroi.core.messaging import WORDINGS, Subject, complete, said, writing_to
from beffroi.core.policy import Action
from tests.core.worlds import POLICY, adviser, followed, opening

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize("subject", list(Subject))
def test_every_subject_says_all_that_it_names_in_both_languages(subject: Subject) -> None:
    wording = WORDINGS[subject]
    day, hour = date(2027, 3, 1) if wording.dated else None, time(9, 5) if wording.timed else None
    assert complete(subject, day, hour, TODAY)
    told = said(subject, "Mission Locale de Valbrume", day, hour)
    assert "Mission Locale de Valbrume" in told.fr or subject is Subject.DOCUMENTS
    assert ("1er mars 2027" in told.fr) == wording.dated
    assert ("1 March 2027" in told.en) == wording.dated
    assert ("9 h 05" in told.fr) == wording.timed
    assert "{" not in told.fr + told.en


@given(
    subject=st.sampled_from(Subject),
    day=st.none() | st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    hour=st.none() | st.times(),
)
def test_message_is_complete_only_with_what_it_names_and_a_day_to_come(
    subject: Subject, day: date | None, hour: time | None
) -> None:
    wording = WORDINGS[subject]
    expected = (day is not None) == wording.dated and (hour is not None) == wording.timed
    if day is not None:
        expected = expected and TODAY <= day <= date(2027, 12, 31)
    assert complete(subject, day, hour, TODAY) == expected


@given(own=st.booleans(), days=st.integers(0, 90))
def test_person_written_to_owes_what_an_opening_owes_and_a_message(own: bool, days: int) -> None:
    facts = adviser(relations=(followed(own=own, days=days),))
    request = opening(Action.RELEASE, int(Group.CONTACT))
    told, whole = writing_to(request, facts, POLICY), entitle(request, facts, POLICY)
    assert isinstance(told, Entitlement)
    assert isinstance(whole, Entitlement)
    assert told.dues[:-1] == whole.dues
    assert (told.dues[-1].scope.kind, told.dues[-1].scope.bucket) == ("account", "messages")
    assert isinstance(writing_to(request, adviser(relations=()), POLICY), Refusal)
