"""The journal as it is written: calls and their answers. People are random ids; names of agents are hidden."""

from datetime import datetime

from msgspec import Struct

from beffroi.client.calls import Call, post
from beffroi.client.reading import reads
from beffroi.core.identifying import Identifying


class Fullest(Struct, frozen=True):
    """The span (hour, day, week, month) of a budget that has the least left: distinct people counted, of how many."""

    bucket: str
    span: str
    spent: int
    cap: int


class Active(Struct, frozen=True):
    """Who consulted in the last hour: entries of the last minute and hour, distinct people of the hour."""

    id: str
    name: Identifying | None
    in_minute: int
    in_hour: int
    people: int
    fullest: Fullest | None


class Live(Struct, frozen=True):
    """The last hour: consultations of each of its minutes, the oldest first; who made them, ``total`` in all."""

    at: datetime
    minutes: tuple[int, ...]
    rows: tuple[Active, ...]
    total: int


class Entry(Struct, frozen=True):
    """An entry of the journal, with the names that its ids have for the reader."""

    entry: int
    at: datetime
    kind: str
    person: str | None
    groups: tuple[str, ...]
    account: str | None
    account_name: Identifying | None
    session: str | None
    organisation: str | None
    organisation_name: str | None
    application: str | None
    application_name: str | None
    role: str | None
    purpose: str | None
    explanation: str | None
    policy: str | None
    detail: str | None


class Entries(Struct, frozen=True):
    """A page of entries, the newest first; ``before`` asks for the next page, absent on the last."""

    rows: tuple[Entry, ...]
    before: int | None


class Proof(Struct, frozen=True):
    """How an entry stands in the published log; ``proof`` is the file that proves it, as text.

    ``standing`` is ``proven``, ``waiting``, ``forgotten``, ``departed`` or ``unreadable``; ``size`` the entries of
    the newest checkpoint, ``index`` the entry's place among them, from 0.
    """

    entry: int
    standing: str
    origin: str
    size: int
    index: int | None
    proof: str | None


def live(by: str) -> Call[Live]:
    """The last hour by ``application``, ``organisation`` or ``account``."""
    return post("/v1/consultations", {"by": by}, reads(Live))


def entries(**wanted: str | int | None) -> Call[Entries]:
    """A page of the journal. ``from_at``, ``until_at`` (RFC 3339), ``organisation``, ``account``, ``session``,
    ``application``, ``kind``, ``before``: what is absent or ``None`` filters nothing; a day when no instant is given.
    """
    body = {name: value for name, value in wanted.items() if value is not None}
    return post("/v1/journal/entries", body, reads(Entries))


def entry(number: int) -> Call[Entry]:
    """One entry; refused (``not-found``) outside the reader's reach."""
    return post("/v1/journal/entry", {"entry": number}, reads(Entry))


def proof(number: int) -> Call[Proof]:
    """The proof of one entry; refused as :func:`entry` is."""
    return post("/v1/journal/proof", {"entry": number}, reads(Proof))
