"""How near a budget is to its caps: what somebody who watches consultations must see first."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from beffroi.core import budgets
from beffroi.core.budgets import Caps, Window
from beffroi.core.ids import Bucket

_SPANS: Final = Caps._fields


class Book(NamedTuple):
    """One budget: for what, its counts as last written, its caps as last charged."""

    bucket: Bucket
    window: Window
    caps: Caps


class Fill(NamedTuple):
    """The span of a budget that has the least left: distinct people counted, of how many."""

    bucket: Bucket
    span: str
    spent: int
    cap: int


def fullest(books: Iterable[Book], day: int, hour: int) -> Fill | None:
    """Of all budgets and spans, the one whose share is greatest on this day and hour; ``None`` when nothing counted.

    Of equal shares the one of more people, then the first. A cap of zero that counted somebody is full.
    """
    worst, found = (0.0, 0), None
    for book in books:
        spent = budgets.spent(budgets.at(book.window, day, hour))
        for span, counted, cap in zip(_SPANS, spent, book.caps, strict=True):
            share = (counted / cap if cap else 1.0, counted)
            if counted and share > worst:
                worst, found = share, Fill(book.bucket, span, counted, cap)
    return found
