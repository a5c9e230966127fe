"""The fullest of several budgets, against a count made the long way."""

from hypothesis import given
from hypothesis import strategies as st

from beffroi.core import budgets
from beffroi.core.budgets import DAYS, Caps
from beffroi.core.consulting import Book, fullest
from beffroi.core.ids import Bucket

COUNTS = st.integers(0, 400)
BOOKS = st.builds(
    lambda name, hour, recent, caps: Book(Bucket(name), budgets.window(100, hour, 10, tuple(recent)), Caps(*caps)),
    st.sampled_from(["portfolio", "office", "search"]),
    COUNTS,
    st.lists(COUNTS, min_size=DAYS, max_size=DAYS),
    st.tuples(COUNTS, COUNTS, COUNTS, COUNTS),
)


@given(st.lists(BOOKS, max_size=4))
def test_watcher_sees_the_span_of_which_no_other_has_a_greater_share(books: list[Book]) -> None:
    found = fullest(books, 10, 100)
    shares = [
        counted / cap if cap else 1.0
        for book in books
        for counted, cap in zip(budgets.spent(book.window), book.caps, strict=True)
        if counted
    ]
    if found is None:
        assert not shares
    else:
        assert (found.spent / found.cap if found.cap else 1.0) == max(shares)


def test_watcher_sees_nothing_of_an_hour_that_is_over_and_of_the_day_that_is_not() -> None:
    book = Book(Bucket("office"), budgets.window(100, 39, 10, (39, *[0] * 29)), Caps(40, 120, 300, 600))
    assert fullest([book], 10, 100) == ("office", "hour", 39, 40)
    assert fullest([book], 10, 101) == ("office", "day", 39, 120)
    assert fullest([book], 11, 124) == ("office", "week", 39, 300)
    assert fullest([book], 41, 900) is None
    assert fullest([], 10, 100) is None
