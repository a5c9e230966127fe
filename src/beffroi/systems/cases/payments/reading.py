"""The payments of an opened follow-up, those put right by another set apart, and what they come to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from beffroi.systems.cases.people import day_of, text_of


@dataclass(frozen=True, repr=False)
class Payment:
    """What a month of a programme was worth, in cents; ``paid_on`` None while it is not paid.

    ``number`` is its place in the file; ``wrong`` whether a later one puts it right. ``author`` is an account.
    """

    number: int
    programme: str
    month: str
    cents: int
    paid_on: date | None
    author: str
    wrong: bool


@dataclass(frozen=True)
class Total:
    """What one programme came to in one year, in cents."""

    programme: str
    year: str
    paid: int
    waiting: int


def payments_of(values: Mapping[str, Any]) -> tuple[Payment, ...]:
    """All of them, the last month first."""
    given = list(values.get("payments", ()))
    wrong = {
        each["corrects"] for number, each in enumerate(given) if each.get("corrects") is not None
        and each["corrects"] < number
    }  # fmt: skip
    found = [
        Payment(
            number,
            text_of(each.get("programme")),
            text_of(each.get("month")),
            int(each.get("cents", 0)),
            day_of(each.get("paid_on")),
            text_of(each.get("author")),
            number in wrong,
        )
        for number, each in enumerate(given)
    ]
    return tuple(sorted(found, key=lambda each: (each.month, each.number), reverse=True))


def totals(payments: Iterable[Payment]) -> tuple[Total, ...]:
    """By programme and year, the last year first; what was put right counts once."""
    sums: dict[tuple[str, str], list[int]] = {}
    for each in payments:
        if not each.wrong:
            both = sums.setdefault((each.month[:4], each.programme), [0, 0])
            both[0 if each.paid_on else 1] += each.cents
    return tuple(
        Total(programme, year, paid, waiting)
        for (year, programme), (paid, waiting) in sorted(sums.items(), key=lambda one: one[0], reverse=True)
    )
