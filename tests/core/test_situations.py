"""A situation through time: what held on a day, what changed between two, and what a correction puts right."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.situations import CODES, Change, Subject, between, corrected, standing

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
DAYS = st.dates(FIRST, LAST)


@st.composite
def histories(draw: st.DrawFn) -> list[Change]:
    changes: list[Change] = []
    for number in range(draw(st.integers(0, 6))):
        subject = draw(st.sampled_from([Subject.HOUSING, Subject.WORK]))
        corrects = draw(st.none() | st.integers(0, number + 1))
        changes.append(Change(number, draw(DAYS), subject, draw(st.sampled_from(CODES[subject])), corrects))
    return changes


@given(histories(), DAYS)
def test_what_holds_on_a_day_had_begun_and_nothing_later_of_it_had(history: list[Change], day: date) -> None:
    wrong = corrected(history)
    for subject, change in standing(history, day).items():
        assert change.subject is subject
        assert change.on <= day
        assert change.number not in wrong
        rivals = [each for each in history if each.subject is subject and each.number not in wrong and each.on <= day]
        assert (change.on, change.number) == max((each.on, each.number) for each in rivals)


@given(histories(), DAYS, DAYS)
def test_what_changed_is_the_same_whichever_day_is_named_first(history: list[Change], one: date, other: date) -> None:
    assert between(history, one, other) == between(history, other, one)
    assert not between(history, one, one)
    for difference in between(history, one, other):
        before, after = (standing(history, day).get(difference.subject) for day in sorted((one, other)))
        assert (difference.before, difference.after) == (before, after)


@given(histories())
def test_a_correction_puts_right_an_earlier_change_of_its_subject_and_no_other(history: list[Change]) -> None:
    for number in corrected(history):
        assert any(
            each.corrects == number and number < each.number and history[number].subject is each.subject
            for each in history
        )


def test_corrected_change_holds_no_more_and_its_correction_does() -> None:
    wrong = Change(0, FIRST, Subject.HOUSING, "alone")
    right = Change(1, FIRST + timedelta(days=5), Subject.HOUSING, "hostel", corrects=0)
    assert standing([wrong], FIRST)[Subject.HOUSING] is wrong
    assert not standing([wrong, right], FIRST)
    assert standing([wrong, right], LAST)[Subject.HOUSING] is right
