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
    """One request; ``moves`` are the states it may go on to, ``extendable`` whether it may take longer.

    ``online``: the person made it in their own space, their identity proven.
    """

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
    online: bool


class Words(Answered, frozen=True):
    """What a person wrote with their request; null where they wrote nothing."""

    entry: int
    text: str | None


class Corrected(Answered, frozen=True):
    """Somebody known to one's organisation whose file another one corrected at their request: which groups, when."""

    person: str
    organisation_name: str
    groups: tuple[str, ...]
    at: datetime


class PersonRequests(Answered, frozen=True):
    """The register of one's organisation, what is due first; ``late``, how many should have been answered.

    ``corrected``: files that others corrected in the last 90 days, the last first.
    """

    waiting: int
    late: int
    rows: tuple[PersonRequest, ...]
    corrected: tuple[Corrected, ...]
