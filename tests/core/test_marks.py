"""Marks that people read aloud and type."""

from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.marks import ALPHABET, in_groups, new_mark, read_mark


@given(text=st.text(max_size=40))
def test_whatever_is_typed_is_a_mark_or_none(text: str) -> None:
    found = read_mark(text)
    assert found is None or (len(found) == 12 and set(found) <= set(ALPHABET))


def test_mark_is_read_as_it_is_written_with_letters_taken_for_digits() -> None:
    for _ in range(50):
        mark = new_mark()
        shown = in_groups(mark)
        assert read_mark(shown) == read_mark(shown.lower()) == read_mark(mark) == mark
        assert read_mark(shown.replace("0", "O").replace("1", "l")) == mark
