"""Answers of the doors of identity providers."""

from datetime import datetime

from beffroi.guard.answers.shape import Answered, Place


class Office(Place, frozen=True):
    """The organisation that was asked about, and its kind."""

    kind: str


class Accepted(Answered, frozen=True):
    """A provider that an organisation accepts, or accepted; ``accounts`` came through it and still work there."""

    provider: str
    name: str
    source: str
    accepted_at: datetime
    withdrawn_at: datetime | None
    accounts: int


class Providers(Answered, frozen=True):
    """The providers of an organisation, those withdrawn last."""

    organisation: Office
    rows: tuple[Accepted, ...]


class Withdrawn(Answered, frozen=True):
    """It is accepted no longer; so many sessions ended with it."""

    sessions: int
