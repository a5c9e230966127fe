"""Answers of the doors of containments."""

from datetime import datetime

from beffroi.guard.answers.shape import Answered, Label, Place


class Choice(Answered, frozen=True):
    """Something one may choose, by its code."""

    code: str
    label: Label


class Options(Answered, frozen=True):
    """What this person may cut, and the reasons to choose from."""

    kinds: tuple[Choice, ...]
    reasons: tuple[Choice, ...]
    groups: tuple[str, ...]
    applications: tuple[Place, ...]
    organisations: tuple[Place, ...]
    organisation_kinds: tuple[Choice, ...]


class Cost(Answered, frozen=True):
    """What a containment stops and what stays up, in counts; see ``beffroi.core.containing.Cost``."""

    stopped: int
    working: int
    elsewhere: int
    sessions: int
    organisations: int
    emptied: int
    reduced: int
    watchers: int
    going_on: int
    untouched: int


class Preview(Answered, frozen=True):
    """What cutting this would cost; ``people`` are accounts cut by name, ``objection`` why it would be refused."""

    kind: str
    label: Label
    scope: str
    name: str
    groups: tuple[str, ...]
    people: int
    cost: Cost
    objection: str | None


class Why(Answered, frozen=True):
    """The reason of a cut; without label when it is none of today's list."""

    code: str
    label: Label | None = None


class Cut(Answered, frozen=True):
    """One containment or suspension by hand: what, since when, why, by whom, what ended with it."""

    id: str
    kind: str
    scope: str
    name: str
    groups: tuple[str, ...]
    since_at: datetime
    ended_at: datetime | None
    reason: Why | None
    made_by: str | None
    operator: str | None
    accounts: int | None
    sessions: int | None


class Cuts(Answered, frozen=True):
    """A page of cuts, newest first."""

    total: int
    page: int
    pages: int
    cuts: tuple[Cut, ...]


class Done(Answered, frozen=True):
    """A containment that was made."""

    containment: str
    accounts: int
    sessions: int


class Suspended(Answered, frozen=True):
    """An account was suspended; sessions ended with it."""

    sessions: int
