"""What a correction changes, field by field; and for which requests one may be made."""

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
