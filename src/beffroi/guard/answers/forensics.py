"""Answers of the doors of an investigation. People and agents are there by random id."""

from datetime import datetime

from beffroi.guard.answers.shape import Answered, Place


class Options(Answered, frozen=True):
    """What this person may ask about."""

    kinds: tuple[str, ...]
    organisations: tuple[Place, ...]
    applications: tuple[Place, ...]


class Person(Answered, frozen=True):
    """Somebody who was read: the groups of all openings together, and how many openings."""

    person: str
    groups: tuple[str, ...]
    openings: int


class Opening(Answered, frozen=True):
    """One opening of somebody."""

    entry: int
    at: datetime
    kind: str
    groups: tuple[str, ...]
    account: str | None
    organisation: str | None
    organisation_name: str | None
    application: str | None
    role: str | None
    purpose: str | None
    explanation: str | None


class _Paged(Answered, frozen=True):
    total: int
    page: int
    pages: int
    entry: int
    asked_at: datetime
    lost_until: datetime | None


class Readers(_Paged, frozen=True):
    """A page of the people that some agents read; ``groups`` counts people by field group.

    ``entry`` is the journal's of the question; what was before ``lost_until`` in the window is no longer kept.
    """

    openings: int
    groups: dict[str, int]
    rows: tuple[Person, ...]


class ReadBy(_Paged, frozen=True):
    """A page of the openings of one person, the last first."""

    rows: tuple[Opening, ...]
