"""Answers about requests of the people concerned."""

from datetime import date, datetime

from beffroi.guard.answers.shape import Answered


class RequestRegistered(Answered, frozen=True):
    """What was registered, and the last day to answer."""

    request: str
    due_on: date
    entry: int


class RequestMoved(Answered, frozen=True):
    """Where the request stands now, and the last day to answer."""

    state: str
    due_on: date


class PersonRequest(Answered, frozen=True):
    """One request; ``moves`` are the states it may go on to, ``extendable`` whether it may take longer."""

    request: str
    person: str
    article: str
    received_on: date
    due_on: date
    late: bool
    state: str
    extended: str | None
    reason: str | None
    registered_at: datetime
    moved_at: datetime | None
    moves: tuple[str, ...]
    extendable: bool


class PersonRequests(Answered, frozen=True):
    """The register of one's organisation, those to answer first; ``late``, how many should have been answered."""

    waiting: int
    late: int
    rows: tuple[PersonRequest, ...]
