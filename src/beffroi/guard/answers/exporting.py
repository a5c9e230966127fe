"""Answers of the doors of exports."""

from datetime import datetime

import msgspec

from beffroi.guard.answers.shape import Answered
from beffroi.guard.doors.answers import Budget


class ExportRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One person of a copy; ``masked`` with the refusal's ``code`` when nothing of them was released."""

    id: str
    fields: dict[str, dict[str, object]]
    entry: int | None = None
    masked: bool = False
    code: str | None = None


class Copy(msgspec.Struct, frozen=True):
    """A copy that was handed out. ``mark`` is to be written on each of its lines, in groups of four."""

    copy: str
    mark: str
    made_at: datetime
    rows: list[ExportRow]
    budget: Budget | None


class Export(Answered, frozen=True):
    """One's own request for a file; ``until_at``: copies are handed out until then, where it was agreed to."""

    request: str
    status: str
    people: int
    groups: tuple[str, ...]
    reason: str
    created_at: datetime
    decided_at: datetime | None
    copies: int
    until_at: datetime | None


class Reason(Answered, frozen=True):
    """A reason of the policy, in French and in English."""

    code: str
    fr: str
    en: str


class Exports(Answered, frozen=True):
    """What may be exported, by how many copies, and one's own requests, the last fifty.

    ``left`` is how many people the agent may still export today without anybody's agreement.
    """

    groups: tuple[str, ...]
    people: int
    left: int
    copies: int
    reasons: tuple[Reason, ...]
    rows: tuple[Export, ...]


class Traced(Answered, frozen=True):
    """Whose copy carries a mark, and what it held."""

    copy: str
    made_at: datetime
    account: str
    name: str
    organisation: str
    organisation_name: str
    purpose: str
    groups: tuple[str, ...]
    reason: str
    people: int
    request: str | None
