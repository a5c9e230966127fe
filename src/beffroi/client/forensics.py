"""Who was read, and by whom: calls and their answers. People and agents are there by random id, without a name."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from beffroi.client.calls import Call, post
from beffroi.client.reading import reads

MOST_ROWS = 20_000


class Place(Struct, frozen=True):
    """An application or an organisation, by its id and public name."""

    id: str
    name: str


class Options(Struct, frozen=True):
    """What this person may ask about."""

    kinds: tuple[str, ...]
    organisations: tuple[Place, ...]
    applications: tuple[Place, ...]


class Person(Struct, frozen=True):
    """Somebody who was read: the groups of all openings together, and how many openings."""

    person: str
    groups: tuple[str, ...]
    openings: int


class Readers(Struct, frozen=True):
    """A page of the people that some agents read; ``groups`` counts people by field group.

    ``entry`` is the journal's of the question; what was before ``lost_until`` in the window is no longer kept.
    """

    total: int
    openings: int
    groups: dict[str, int]
    page: int
    pages: int
    rows: tuple[Person, ...]
    entry: int
    lost_until: datetime | None


class Opening(Struct, frozen=True):
    """One opening of somebody."""

    entry: int
    at: datetime
    kind: str
    groups: tuple[str, ...]
    account: str | None
    organisation: str | None
    organisation_name: str | None
    application: str | None
    role: str | None
    purpose: str | None
    explanation: str | None


class ReadBy(Struct, frozen=True):
    """A page of the openings of one person, the last first."""

    total: int
    page: int
    pages: int
    rows: tuple[Opening, ...]
    entry: int
    lost_until: datetime | None


def options() -> Call[Options]:
    """What one may ask about."""
    return post("/v1/forensics/options", {}, reads(Options))


def readers(
    by: str,
    *,
    ids: Sequence[str] = (),
    email: str | None = None,
    from_at: datetime,
    until_at: datetime,
    page: int = 1,
    size: int = 25,
) -> Call[Readers]:
    """Whom these read; an account or a line may be named by its professional address instead of ids."""
    body = {
        "by": by, "ids": list(ids), "email": email, "from_at": from_at.isoformat(), "until_at": until_at.isoformat(),
        "page": page, "size": size,
    }  # fmt: skip
    return post("/v1/forensics/readers", body, reads(Readers))


def read_by(person: str, *, from_at: datetime, until_at: datetime, page: int = 1, size: int = 25) -> Call[ReadBy]:
    """Who read this person."""
    body = {
        "person": person, "from_at": from_at.isoformat(), "until_at": until_at.isoformat(), "page": page,
        "size": size,
    }  # fmt: skip
    return post("/v1/forensics/read-by", body, reads(ReadBy))
