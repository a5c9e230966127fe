"""What is wrong with a document, and how large a picture may be."""

from typing import Final

MOST_PIXELS: Final = 50_000_000
LONGEST_SIDE: Final = 20_000
"""Pixels: past these a file of a few kilobytes fills the memory of whoever looks at it (a decompression bomb)."""


class Damaged(ValueError):
    """A document that is not whole, not well formed, or holds what is not accepted; says what, never a value."""


def refuse_oversized(width: int, height: int) -> None:
    """Raises Damaged for a picture without pixels, or with too many."""
    if not (0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE) or width * height > MOST_PIXELS:
        raise Damaged("a picture of that size")
