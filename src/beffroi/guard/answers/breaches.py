"""Answers of the doors of breaches."""

from datetime import datetime

from beffroi.guard.answers.shape import Answered, Label


class Declared(Answered, frozen=True):
    """A breach as security officers see it; ``ids`` are accounts, organisations or applications, by ``scope``."""

    breach: str
    request: str
    scope: str
    ids: tuple[str, ...]
    from_at: datetime
    until_at: datetime
    cause: str
    sentence: Label
    declared_at: datetime
    withdrawn_at: datetime | None


class Breaches(Answered, frozen=True):
    """Breaches within reach, the last declared first."""

    rows: tuple[Declared, ...]


class OwnBreach(Answered, frozen=True):
    """A breach that concerns the person: what happened, what of the file was read, how often, between which instants.

    ``answering``: also what they wrote with a request, or the list of who consulted their file.
    ``organisations`` are those in whose name it was done. A breach that was withdrawn was declared by mistake.
    """

    breach: str
    cause: str
    sentence: Label
    declared_at: datetime
    withdrawn_at: datetime | None
    groups: tuple[str, ...]
    answering: bool
    consultations: int
    first_at: datetime
    last_at: datetime
    organisations: tuple[str, ...]


class OwnBreaches(Answered, frozen=True):
    """Breaches that concern the person, the last declared first; what was before ``lost_until`` is no longer kept."""

    lost_until: datetime | None
    rows: tuple[OwnBreach, ...]
