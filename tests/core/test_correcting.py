"""What a correction changes, field by field; and for which requests one may be made."""

from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.correcting import GROWING, MOST_A_DAY, Difference, differences, may_correct, may_correct_again
from beffroi.core.person_rights import Article, Objection, Standing, State

VALUES = st.dictionaries(st.sampled_from(["city", "phone", "email"]), st.text(max_size=4), max_size=3)


@given(VALUES, VALUES)
def test_differences_are_the_fields_that_are_not_the_same_and_make_one_of_the_other(
    before: dict[str, str], after: dict[str, str]
) -> None:
    found = differences(before, after)
    assert [one.field for one in found] == sorted(
        name for name in {*before, *after} if before.get(name) != after.get(name)
    )
    made: dict[str, Any] = before | {one.field: one.after for one in found}
    assert {name: value for name, value in made.items() if value is not None} == after


@pytest.mark.parametrize("name", sorted(GROWING))
def test_of_what_only_grows_a_correction_is_what_it_adds_without_the_agent(name: str) -> None:
    was = {"text": "A quitté le lycée", "author": "a"}
    new = {"text": "La personne dit le contraire", "author": "b"}
    assert differences({name: [was]}, {name: [was, new]}) == (Difference(name, None, [{"text": new["text"]}]),)
    assert differences({name: [was]}, {name: [was]}) == ()


def test_note_or_step_changed_in_place_is_recorded_as_it_was_and_as_it_is() -> None:
    kept, was = {"text": "A quitté le lycée", "author": "a"}, {"text": "N'est pas venue", "author": "b"}
    becomes = {**was, "text": "Est venue", "earlier": [{"until": "2026-11-02T10:00:00Z", "text": was["text"]}]}
    without = [{name: value for name, value in one.items() if name != "author"} for one in (was, becomes)]
    assert differences({"notes": [kept, was]}, {"notes": [kept, becomes]}) == (
        Difference("notes", [without[0]], [without[1]]),
    )
    steps: list[list[dict[str, Any]]] = [[{"label": "CV", "state": one}] for one in ("to-do", "done")]
    assert differences({"actions": steps[0]}, {"actions": steps[1]}) == (Difference("actions", *steps),)


ENTRIES = st.lists(st.integers(0, 2).map(lambda one: {"text": str(one)}), max_size=5)


@given(ENTRIES, ENTRIES)
def test_of_what_grows_a_correction_makes_one_of_the_other_and_says_nothing_twice(
    before: list[dict[str, str]], after: list[dict[str, str]]
) -> None:
    texts = [Counter(one["text"] for one in entries) for entries in (before, after)]
    found = differences({"notes": before}, {"notes": after})
    assert bool(found) == (texts[0] != texts[1])
    for one in found:
        assert isinstance(one.after, list)
        gone, come = [Counter(each["text"] for each in rest) for rest in (one.before or [], one.after)]  # type: ignore[attr-defined]
        assert not gone & come
        assert texts[0] - gone + come == texts[1]


@pytest.mark.parametrize("state", State)
def test_request_of_rectification_is_corrected_while_it_is_worked_on(state: State) -> None:
    standing = Standing(date(2026, 11, 1), state, None)
    expected = None if state is State.IN_PROGRESS else Objection.MOVE
    assert may_correct(Article.RECTIFICATION, standing) is expected


@pytest.mark.parametrize("article", [one for one in Article if one is not Article.RECTIFICATION])
def test_request_of_another_article_corrects_nothing(article: Article) -> None:
    assert may_correct(article, Standing(date(2026, 11, 1), State.IN_PROGRESS, None)) is Objection.UNKNOWN


def test_file_is_corrected_twenty_times_a_day_and_no_more() -> None:
    assert MOST_A_DAY == 20
    assert may_correct_again(MOST_A_DAY - 1) is None
    assert may_correct_again(MOST_A_DAY) is Objection.TOO_MANY_CORRECTIONS
