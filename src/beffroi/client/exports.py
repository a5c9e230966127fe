"""Files of several people: calls that ask for them and hand them out, and their answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from beffroi.client.answers import Budget, Row
from beffroi.client.calls import Call, post
from beffroi.client.reading import page_rows, reads, typed
from beffroi.client.relations import Done
from beffroi.core.identifying import Identifying


class Asked(Struct, frozen=True):
    """A request made, and how many approvals it takes."""

    request: str
    needed: int


class Export(Struct, frozen=True):
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


class Reason(Struct, frozen=True):
    """A reason of the policy, in French and in English."""

    code: str
    fr: str
    en: str


class Exports(Struct, frozen=True):
    """What may be exported: groups, people of one file at most, people ``left`` today without anybody's agreement,
    copies of what was agreed to; one's own requests."""

    groups: tuple[str, ...]
    people: int
    left: int
    copies: int
    reasons: tuple[Reason, ...]
    rows: tuple[Export, ...]


class Copy(Struct, frozen=True):
    """A copy that was handed out; ``mark`` is to be written on each of its lines."""

    copy: str
    mark: str
    made_at: datetime
    rows: tuple[Row, ...]
    budget: Budget | None


class Traced(Struct, frozen=True):
    """Whose copy carries a mark, and what it held."""

    copy: str
    made_at: datetime
    account: str
    name: Identifying
    organisation: str
    organisation_name: str
    purpose: str
    groups: tuple[str, ...]
    reason: str
    people: int
    request: str | None


def _file(purpose: str, people: Sequence[str], groups: Sequence[str], reason: str) -> dict[str, Any]:
    return {"purpose": purpose, "groups": list(groups), "reason": reason, "people": list(people)}


def _copy(body: Any) -> Copy:
    return typed(Copy, {**body, "rows": page_rows(body["rows"])})


def ask(purpose: str, people: Sequence[str], groups: Sequence[str], reason: str) -> Call[Asked]:
    """Ask a second person to agree to a file of these people."""
    return post("/v1/exports/ask", _file(purpose, people, groups, reason), reads(Asked))


def mine(purpose: str) -> Call[Exports]:
    """What may be exported, and one's own requests."""
    return post("/v1/exports/mine", {"purpose": purpose}, reads(Exports))


def withdraw(purpose: str, request: str) -> Call[Done]:
    """Take back one's own request while it waits."""
    return post("/v1/exports/withdraw", {"purpose": purpose, "request": request}, reads(Done))


def alone(purpose: str, people: Sequence[str], groups: Sequence[str], reason: str) -> Call[Copy]:
    """A copy that nobody else agreed to: each person is opened; those past a budget come masked."""
    return post("/v1/exports/alone", _file(purpose, people, groups, reason), _copy)


def agreed(purpose: str, request: str) -> Call[Copy]:
    """A copy of what a second person agreed to: each person is opened."""
    return post("/v1/exports/agreed", {"purpose": purpose, "request": request}, _copy)


def trace(mark: str) -> Call[Traced]:
    """Whose copy carries a mark; for who investigates."""
    return post("/v1/exports/trace", {"mark": mark}, reads(Traced))
