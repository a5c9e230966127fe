"""Openings by break-glass: calls of those who examine them. Names and texts are ``Identifying``."""

from datetime import datetime

from msgspec import Struct

from beffroi.client.answers import Label
from beffroi.client.calls import Call, post
from beffroi.client.reading import reads
from beffroi.core.identifying import Identifying


class Broken(Struct, frozen=True):
    """One opening; ``verdict`` is justified, questioned or unjustified, None while nobody said."""

    entry: int
    at: datetime
    account: str
    name: Identifying
    organisation: str
    organisation_name: str
    role: str | None
    reason: Label
    due_at: datetime
    verdict: str | None
    judged_by: Identifying | None
    judged_at: datetime | None


class AllBroken(Struct, frozen=True):
    """A page of them, those that wait first; of all, how many ``waiting`` and how many of these ``late``."""

    total: int
    page: int
    pages: int
    waiting: int
    late: int
    rows: tuple[Broken, ...]


class Shown(Struct, frozen=True):
    """One of them with what its author typed; ``objection`` says why this officer may not judge it."""

    opening: Broken
    text: Identifying | None
    again: int
    objection: str | None


class Judged(Struct, frozen=True):
    """The verdict that was given."""

    verdict: str


def listed(page: int = 1, *, every: bool = False) -> Call[AllBroken]:
    """Those that wait for a verdict, or every one."""
    return post("/v1/break-glass/list", {"page": page, "every": every}, reads(AllBroken))


def show(entry: int) -> Call[Shown]:
    """One of them, with the text; journaled."""
    return post("/v1/break-glass/show", {"entry": entry}, reads(Shown))


def judge(entry: int, verdict: str) -> Call[Judged]:
    """Say what it was."""
    return post("/v1/break-glass/judge", {"entry": entry, "verdict": verdict}, reads(Judged))
