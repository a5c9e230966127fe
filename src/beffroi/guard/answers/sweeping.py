"""Answers of the doors of leavers."""

from datetime import date, datetime

from beffroi.guard.answers.shape import Answered, Label


class Colleague(Answered, frozen=True):
    """Somebody who works here. ``suspends_at`` is when a machine will suspend an account warned of being idle."""

    account: str
    name: str
    status: str
    roles: tuple[Label, ...]
    created_at: datetime
    used_at: datetime | None
    until_at: datetime | None
    warned: bool
    suspends_at: datetime | None
    waiting: bool


class Roll(Answered, frozen=True):
    """A page of the people of an organisation, the longest unused first."""

    total: int
    page: int
    pages: int
    rows: tuple[Colleague, ...]


class Waiting(Answered, frozen=True):
    """Somebody whose leaving waits for a person; ``source`` is idle, hr, scim or manager, ``last_day`` the file's."""

    leaver: str
    account: str
    name: str
    organisation: str
    source: str
    created_at: datetime
    last_day: date | None


class Escalation(Answered, frozen=True):
    """What the network level must put right: ``no-manager``, ``few-approvers`` or ``few-founders``."""

    kind: str
    organisation: str
    created_at: datetime


class Pending(Answered, frozen=True):
    """All that waits within one's reach; ``undelivered``: mails that could not be sent, told to the network."""

    rows: tuple[Waiting, ...]
    escalations: tuple[Escalation, ...]
    undelivered: int
