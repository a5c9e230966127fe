"""What people ask about their own data: calls, and their answers."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from beffroi.client import answers, reading
from beffroi.client.calls import Call, post
from beffroi.client.reading import reads
from beffroi.core.identifying import Identifying


class Registered(Struct, frozen=True):
    """What was registered, and the last day to answer."""

    request: str
    due_on: date
    entry: int


class Moved(Struct, frozen=True):
    """Where the request stands now."""

    state: str
    due_on: date


class PersonRequest(Struct, frozen=True):
    """One request of the register; ``moves`` are the states it may go on to."""

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


class Words(Struct, frozen=True):
    """What a person wrote with their request."""

    entry: int
    text: Identifying | None


class Corrected(Struct, frozen=True):
    """Somebody known to one's organisation whose file another one corrected: which groups, when."""

    person: str
    organisation_name: str
    groups: tuple[str, ...]
    at: datetime


class PersonRequests(Struct, frozen=True):
    """The register of one's organisation, what is due first; files that others corrected of late."""

    waiting: int
    late: int
    rows: tuple[PersonRequest, ...]
    corrected: tuple[Corrected, ...]


def register(person: str, article: str, received_on: date) -> Call[Registered]:
    """Write down what a person asks."""
    body = {"person": person, "article": article, "received_on": received_on.isoformat()}
    return post("/v1/person-requests/register", body, reads(Registered))


def listed() -> Call[PersonRequests]:
    """What people asked of one's organisation."""
    return post("/v1/person-requests/list", {}, reads(PersonRequests))


def words(request: str, person: str) -> Call[Words]:
    """What a person wrote with a request made on line; an opening of that person."""
    return post("/v1/person-requests/words", {"request": request, "person": person}, reads(Words))


def move(request: str, to: str, reason: str | None = None, text: str | None = None) -> Call[Moved]:
    """Take a request to its next step; ``text`` is what the person is answered in words.

    Without one nothing is said of it: a guard that is older than this client knows no such member.
    """
    body = {"request": request, "to": to, "reason": reason}
    return post("/v1/person-requests/move", body if text is None else {**body, "text": text}, reads(Moved))


def extend(request: str, reason: str) -> Call[Moved]:
    """Take two months more to answer."""
    return post("/v1/person-requests/extend", {"request": request, "reason": reason}, reads(Moved))


def correct(
    request: str,
    person: str,
    fields: Mapping[str, Mapping[str, Any] | None],
    *,
    version: int | None,
    distinct_from: Sequence[str] = (),
) -> Call[answers.Registered]:
    """Put groups of a file right for a request of rectification; refused as an update is."""
    body: dict[str, Any] = {
        "request": request, "person": person, "fields": fields, "expected_version": version,
        "distinct_from": list(distinct_from),
    }  # fmt: skip
    return post("/v1/person-requests/correct", body, reading.registered)
