"""Answers of the doors of openings by break-glass."""

from datetime import datetime

from beffroi.guard.answers.shape import Answered, Label


class Broken(Answered, frozen=True):
    """One opening by break-glass. ``verdict`` is justified, questioned or unjustified; null while nobody said."""

    entry: int
    at: datetime
    account: str
    name: str
    organisation: str
    organisation_name: str
    role: str | None
    reason: Label
    due_at: datetime
    verdict: str | None
    judged_by: str | None
    judged_at: datetime | None


class AllBroken(Answered, frozen=True):
    """A page of them, those that wait first, the oldest first."""

    total: int
    page: int
    pages: int
    waiting: int
    late: int
    rows: tuple[Broken, ...]


class Shown(Answered, frozen=True):
    """One of them with the text that its author typed; null once the person's file was erased.

    ``again`` is how many times this account opened by break-glass in the 30 days before; ``objection`` says why this
    officer may not judge it.
    """

    opening: Broken
    text: str | None
    again: int
    objection: str | None


class Judged(Answered, frozen=True):
    """The verdict that was given."""

    verdict: str
