"""Restrictions of what may be done with a file: calls, and their answers."""

from datetime import date, datetime

from msgspec import Struct

from beffroi.client.calls import Call, post
from beffroi.client.reading import reads


class Begun(Struct, frozen=True):
    """What began."""

    restriction: str
    since_at: datetime
    entry: int


class Lifted(Struct, frozen=True):
    """When it ended."""

    lifted_at: datetime


class Restriction(Struct, frozen=True):
    """One restriction; ``told_on`` is when the person was told that it would end.

    ``closed`` names the organisation that decided it where that is another one, which closed.
    """

    restriction: str
    person: str
    ground: str
    request: str | None
    since_at: datetime
    told_on: date | None
    lifted_at: datetime | None
    closed: str | None = None


class Restrictions(Struct, frozen=True):
    """What one's organisation restricted, those under way first; then what closed ones left of people it follows."""

    rows: tuple[Restriction, ...]


def begin(person: str, ground: str, request: str | None) -> Call[Begun]:
    """Restrict the use of a file."""
    return post("/v1/restrictions/begin", {"person": person, "ground": ground, "request": request}, reads(Begun))


def lift(restriction: str, told_on: date) -> Call[Lifted]:
    """End a restriction, once the person was told."""
    return post("/v1/restrictions/lift", {"restriction": restriction, "told_on": told_on.isoformat()}, reads(Lifted))


def listed() -> Call[Restrictions]:
    """What one's organisation restricted."""
    return post("/v1/restrictions/list", {}, reads(Restrictions))
