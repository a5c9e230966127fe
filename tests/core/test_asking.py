"""Which requests a person makes in their own space, how many, and with which words."""

from datetime import date, timedelta

import pytest

from beffroi.core.asking import ARTICLES, LONGEST, MOST_A_DAY, MOST_OPEN, SHORTEST, WORDED, counts, may_ask
from beffroi.core.person_rights import Article, Objection, Standing, State

TEXT = "x" * SHORTEST


@pytest.mark.parametrize("article", sorted(ARTICLES))
def test_person_asks_with_words_where_they_are_needed_and_nowhere_else(article: Article) -> None:
    right, wrong = (TEXT, None) if article in WORDED else (None, TEXT)
    assert may_ask(article, right, ["followed"], 0, 0) is None
    assert may_ask(article, wrong, ["followed"], 0, 0) is Objection.TEXT


@pytest.mark.parametrize("text", ["", " " * SHORTEST, "x" * (SHORTEST - 1), "x" * (LONGEST + 1)])
def test_text_that_says_nothing_or_too_much_is_refused(text: str) -> None:
    assert may_ask(Article.RECTIFICATION, text, ["followed"], 0, 0) is Objection.TEXT
    assert may_ask(Article.RECTIFICATION, "x" * LONGEST, ["followed"], 0, 0) is None


@pytest.mark.parametrize(
    ("relations", "expected"),
    [
        (["followed"], None), (["archived"], None), (["prescription", "followed"], None), ([], Objection.PLACE),
        (["prescription"], Objection.PLACE), (["enrolment"], Objection.PLACE), (["appointment"], Objection.PLACE),
    ],
)  # fmt: skip
def test_organisation_that_does_not_follow_the_person_is_asked_nothing(
    relations: list[str], expected: Objection | None
) -> None:
    assert may_ask(Article.ACCESS, None, relations, 0, 0) is expected


def test_erasure_is_not_asked_for_on_line() -> None:
    assert may_ask(Article.ERASURE, None, ["followed"], 0, 0) is Objection.MOVE


@pytest.mark.parametrize(
    ("waiting", "today", "expected"),
    [
        (MOST_OPEN - 1, 0, None), (MOST_OPEN, 0, Objection.TOO_MANY), (0, MOST_A_DAY - 1, None),
        (0, MOST_A_DAY, Objection.TOO_MANY),
    ],
)  # fmt: skip
def test_requests_that_wait_and_those_of_a_day_are_few(waiting: int, today: int, expected: Objection | None) -> None:
    assert may_ask(Article.ACCESS, None, ["followed"], waiting, today) is expected


@pytest.mark.parametrize(
    ("state", "late", "expected"),
    [
        (State.IDENTIFIED, 0, True), (State.IN_PROGRESS, 0, True), (State.IDENTIFIED, 1, False),
        (State.ANSWERED, 0, False), (State.REFUSED, 0, False),
    ],
)  # fmt: skip
def test_request_counts_among_those_that_wait_until_its_answer_is_late(
    state: State, late: int, expected: bool
) -> None:
    standing = Standing(date(2026, 11, 1), state, None)
    assert counts(standing, standing.due_on + timedelta(days=late)) is expected
