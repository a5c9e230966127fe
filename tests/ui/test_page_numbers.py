"""The number of a page in an address is a page, whatever is written there."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.ui.page_numbers import MOST_PAGES, page_number

SOURCES = Path(__file__).resolve().parents[2] / "src/beffroi"


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("1", 1), ("7", 7), ("007", 7), ("9999", 9_999), ("10000", MOST_PAGES), ("10001", MOST_PAGES),
        ("99999999999999999999", MOST_PAGES), ("9" * 5_000, MOST_PAGES), ("0" * 5_000 + "3", 3),
        ("0", 1), ("", 1), (None, 1), ("-3", 1), ("+3", 1), ("1.5", 1), ("1e3", 1), (" 3", 1), ("³", 1), ("٣", 1),
        ("3\n", 1), ("three", 1),
    ],
)  # fmt: skip
def test_page_asked_for_is_the_number_within_the_pages_there_can_be_and_the_first_for_no_number(
    said: str | None, number: int
) -> None:
    assert page_number(said) == number


@given(st.one_of(st.none(), st.text(), st.integers().map(str)), st.integers(1, 1_000_000))
def test_page_asked_for_is_between_the_first_and_the_most(said: str | None, most: int) -> None:
    assert 1 <= page_number(said, most) <= most


@given(st.integers(1, 999))
def test_page_that_exists_is_the_one_given(number: int) -> None:
    assert page_number(str(number), 999) == number


def test_no_room_reads_the_number_of_a_page_in_another_way() -> None:
    reads = re.compile(r'\b(?:GET|POST)\b.{0,8}["(\[]"?page\b')
    allowed = re.compile(r"page_number\(|get_page\(")
    found = [
        f"{file.relative_to(SOURCES)}: {line.strip()}"
        for room in ("systems", "governance")
        for file in sorted((SOURCES / room).rglob("*.py"))
        for line in file.read_text("utf-8").splitlines()
        if reads.search(line) and not allowed.search(line)
    ]
    assert found == []
