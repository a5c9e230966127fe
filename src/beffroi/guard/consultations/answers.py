"""Bodies and answers of the doors that show the journal. Instants are UTC; people are random ids, never names."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from beffroi.guard.web import bodies

MOST_ROWS = 50
By = Literal["application", "organisation", "account"]
Number = Annotated[int, Meta(ge=1, le=(1 << 63) - 1)]


class Watched(bodies.Strict, frozen=True):
    """Body of /v1/consultations: by what the last hour is counted."""

    by: By = "organisation"


class Searched(bodies.Strict, frozen=True):
    """Body of /v1/journal/entries; everything is optional. ``before`` is the number of the last entry shown."""

    from_at: datetime | None = None
    until_at: datetime | None = None
    organisation: bodies.PersonText | None = None
    account: bodies.PersonText | None = None
    session: bodies.PersonText | None = None
    application: bodies.Code | None = None
    kind: bodies.Code | None = None
    before: Number | None = None


class Numbered(bodies.Strict, frozen=True):
    """Body of /v1/journal/entry and /v1/journal/proof."""

    entry: Number


class Fullest(msgspec.Struct, frozen=True):
    """The span (hour, day, week, month) of a budget that has the least left: distinct people counted, of how many."""

    bucket: str
    span: str
    spent: int
    cap: int


class Active(msgspec.Struct, frozen=True):
    """Who consulted in the last hour: entries of the last minute and hour, distinct people of the hour."""

    id: str
    name: str | None
    in_minute: int
    in_hour: int
    people: int
    fullest: Fullest | None


class Live(msgspec.Struct, frozen=True):
    """The last hour: consultations of each of its minutes, the oldest first; who made them, ``total`` in all."""

    at: datetime
    minutes: list[int]
    rows: list[Active]
    total: int


class Shown(msgspec.Struct, frozen=True):
    """An entry of the journal with the names that its ids have for the reader."""

    entry: int
    at: datetime
    kind: str
    person: str | None
    groups: list[str]
    account: str | None
    account_name: str | None
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


class Proof(msgspec.Struct, frozen=True):
    """How an entry stands in the published log, and the file (C2SP tlog-proof) that proves it where one can be made.

    ``size``: entries of the newest checkpoint; ``index``: the entry's place among them, from 0.
    """

    entry: int
    standing: Literal["proven", "waiting", "forgotten", "departed", "unreadable"]
    origin: str
    size: int
    index: int | None
    proof: str | None


class Entries(msgspec.Struct, frozen=True):
    """A page of entries, the newest first; ``before`` asks for the next page, absent on the last."""

    rows: list[Shown]
    before: int | None
