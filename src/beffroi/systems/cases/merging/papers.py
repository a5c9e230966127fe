"""Attachments of two files that are compared: what each holds, looked at as one looks at it on its own page."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from beffroi.client import Refused, attachments
from beffroi.client.attachments import Attachments
from beffroi.client.in_django import AgentRequest
from beffroi.systems.cases import rights
from beffroi.ui import attachments as words


class Line(NamedTuple):
    """One document: what it is, and since when it is there."""

    kind: str
    added_at: datetime


class Papers(NamedTuple):
    """What both files hold, the last added first; one file takes ``most``."""

    stays: Sequence[Line]
    goes: Sequence[Line]
    most: int

    @property
    def total(self) -> int:
        """How many the one file would have."""
        return len(self.stays) + len(self.goes)

    @property
    def full(self) -> bool:
        """Whether nothing more could then be added."""
        return self.total >= self.most


def papers(request: AgentRequest, stays: str, goes: str) -> Papers | None:
    """What the guard lets this agent see there; ``None`` where it lets see nothing, or there is nothing."""
    if rights.ATTACHMENTS not in rights.readable(request.described):
        return None
    purpose = rights.purpose_of(request.described, "open")
    found: list[Attachments] = []
    for person in (stays, goes):
        answer = request.conversation.ask(attachments.listed(person, purpose))
        if isinstance(answer, Refused):
            return None
        found.append(answer)
    one, other = [[Line(words.kind(row.kind), row.added_at) for row in each.rows] for each in found]
    return Papers(one, other, found[0].most) if one or other else None
