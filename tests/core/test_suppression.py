"""Small counts withheld: what is told gives none of them back."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.suppression import LEAST, alone, withheld

TABLES = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(min_value=0, max_value=60))


@given(TABLES)
def test_no_small_count_is_told(counts: Mapping[str, int]) -> None:
    told = withheld(counts)
    for value in (*told.counts.values(), told.total, *alone(counts).values()):
        assert value is None or value == 0 or value >= LEAST


@given(TABLES)
def test_what_is_told_is_true_and_nought_is_always_told(counts: Mapping[str, int]) -> None:
    told = withheld(counts)
    assert list(told.counts) == list(counts)
    assert told.total in (None, sum(counts.values()))
    for key, value in told.counts.items():
        assert value in (None, counts[key])
        assert counts[key] != 0 or value == 0


@given(TABLES)
def test_total_less_the_others_gives_no_withheld_count_back(counts: Mapping[str, int]) -> None:
    told = withheld(counts)
    hidden = [key for key, value in told.counts.items() if value is None]
    if told.total is not None and hidden:
        assert len(hidden) > 1
        assert sum(counts[key] for key in hidden) >= LEAST


@given(TABLES)
def test_table_without_a_small_count_is_told_whole(counts: Mapping[str, int]) -> None:
    whole = {key: count for key, count in counts.items() if count == 0 or count >= LEAST}
    assert withheld(whole) == (whole, sum(whole.values()))


@pytest.mark.parametrize(
    ("counts", "told", "total"),
    [
        ({"a": 3, "b": 100, "c": 9}, {"a": None, "b": 100, "c": None}, 112),
        ({"a": 1, "b": 1, "c": 9, "d": 40}, {"a": None, "b": None, "c": None, "d": 40}, 51),
        ({"a": 3, "b": 2, "c": 9}, {"a": None, "b": None, "c": 9}, 14),
        ({"a": 4, "b": 0}, {"a": None, "b": 0}, None),
        ({"a": 0, "b": 0}, {"a": 0, "b": 0}, 0),
        ({}, {}, 0),
    ],
)
def test_table_is_told_as_far_as_it_may_be(
    counts: Mapping[str, int], told: Mapping[str, int | None], total: int | None
) -> None:
    assert withheld(counts) == (told, total)
