"""The number of a page out of an address: anybody can write anything there."""

from typing import Final

MOST_PAGES: Final = 10_000
"""What most lists of the guard number at most; past it an address would be answered that it is malformed."""


def page_number(said: str | None, most: int = MOST_PAGES) -> int:
    """The page asked for, from 1 to ``most``; the last of these for a larger number, the first for what is none."""
    digits = (said or "").lstrip("0")
    if not digits.isascii() or not digits.isdigit():
        return 1
    return min(int(digits[: len(str(most)) + 1]), most)
