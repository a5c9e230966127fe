"""Entries of the journal, and how they are appended: only ever inside the transaction of what they record.

An entry holds no identifying value: people are there by random id, free texts by reference. Nothing here updates
or deletes; the database refuses it to everybody.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

import asyncpg

from beffroi.core.disclosure import classified


class Entry(NamedTuple):
    """One row of ``guard.journal``, without the number that the database gives it.

    ``at`` comes from the database's clock. ``groups`` are the bits of the field groups concerned. ``explanation``
    is a relation, ``search``, ``break-glass`` or a refusal's code. ``detail`` is small canonical JSON without any
    personal value.
    """

    at: datetime
    kind: str
    person: str | None = None
    groups: int = 0
    account: str | None = None
    session: str | None = None
    organisation: str | None = None
    application: str | None = None
    role: str | None = None
    purpose: str | None = None
    explanation: str | None = None
    policy: str | None = None
    detail: str | None = None


COLUMNS: Final = Entry._fields

APPEND: Final = (
    f"INSERT INTO guard.journal ({', '.join(COLUMNS)}) "
    "SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::uuid[], $4::int[], $5::uuid[], $6::uuid[], $7::uuid[],"
    " $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[]) RETURNING entry"
)


async def append(conn: asyncpg.Connection, entries: Iterable[Entry]) -> list[int]:
    """Append entries in the transaction under way; their numbers, in the order given.

    Raises asyncpg.PostgresError when the month of an entry has no partition: then nothing may be released. Raises
    ValueError for a kind that names a person without a line in :mod:`beffroi.core.disclosure`: who was read could
    not be told (I-11).
    """
    rows = list(entries)
    if not rows:
        return []
    for row in rows:
        if not classified(row.kind, row.person):
            raise ValueError(f"say in core/disclosure.py what an entry {row.kind!r} about a person discloses")
    columns = [list(column) for column in zip(*rows, strict=True)]
    return [record["entry"] for record in await conn.fetch(APPEND, *columns)]
