"""Answers about restrictions of what may be done with a file."""

from datetime import date, datetime

from beffroi.guard.answers.shape import Answered


class RestrictionBegun(Answered, frozen=True):
    """What began, and when."""

    restriction: str
    since_at: datetime
    entry: int


class RestrictionLifted(Answered, frozen=True):
    """When it ended."""

    lifted_at: datetime


class Restriction(Answered, frozen=True):
    """One restriction; ``request`` is what the person asked, ``told_on`` when they were told that it would end.

    ``closed`` is the public name of the organisation that decided it, where that is not one's own: it closed.
    """

    restriction: str
    person: str
    ground: str
    request: str | None
    since_at: datetime
    told_on: date | None
    lifted_at: datetime | None
    closed: str | None


class Restrictions(Answered, frozen=True):
    """What one's organisation decided, those under way first; then what closed ones left of people it follows."""

    rows: tuple[Restriction, ...]
