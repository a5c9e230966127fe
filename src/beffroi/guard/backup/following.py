"""Increments: every row written since the dump or since the increment before, whatever wrote it.

PostgreSQL names in each row (``xmin``) the transaction that wrote it; the oldest transaction under way when a
snapshot was taken (``pg_snapshot_xmin``) bounds from below whatever that snapshot did not see. So rows at least that
young are all that can be missing, and some that are not: writing a row twice changes nothing. Rows that were deleted
do not show: ``guard.erased`` names those of an erasure; unsigned sittings of a review, which a guard forgets, it
forgets again when it looks at the rows.
"""

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid5

import asyncpg

from beffroi.guard import place, stamped, turnstile
from beffroi.guard.backup.archive import BackupRefused
from beffroi.guard.backup.tables import followed
from beffroi.guard.journal import Entry, append
from beffroi.guard.keys import Keys

_OLDEST: Final = 1 << 31
"""Transactions after which PostgreSQL's 32-bit numbers are ambiguous."""
_LONGEST_TRANSACTION: Final = timedelta(days=1)
_ROWS: Final = 500


class Point(NamedTuple):
    """An instant of a database: what the next increment starts from."""

    at: datetime
    since: int
    last_entry: int


async def point(conn: asyncpg.Connection) -> Point:
    """The present point, in the transaction under way (its snapshot is the dump's)."""
    row = await conn.fetchrow(
        "SELECT clock_timestamp() AS at, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS since,"
        " coalesce((SELECT entry FROM guard.journal ORDER BY entry DESC LIMIT 1), 0) AS last_entry"
    )
    assert row is not None
    return Point(row["at"], row["since"], row["last_entry"])


async def description(conn: asyncpg.Connection) -> dict[str, Any]:
    """What the manifest says of the database: its place, the schema's history, the proofs of its keys.

    Those proofs are here and not in the dump: a dump restored without its manifest proves no key, and no guard starts
    on it.
    """
    rows = await conn.fetch("SELECT name, sha256 FROM guard.migration ORDER BY name")
    proofs = await conn.fetch("SELECT name, sealed FROM guard.key_check WHERE name <> $1", place.NAME)
    return {
        "place": await place.place(conn),
        "migrations": {row["name"]: row["sha256"] for row in rows},
        "key_check": {row["name"]: row["sealed"].hex() for row in proofs},
    }


async def increment(
    conn: asyncpg.Connection, manifest: dict[str, Any], since: Point, *, final: bool
) -> AsyncIterator[dict[str, Any]]:
    """The values of one increment, in one snapshot: rows by table, then an ``end`` with the next point.

    ``conn`` is the owner's. Raises BackupRefused when the dump is of another database or another schema, or too old.
    """
    await conn.execute("SET timezone = 'UTC'")
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        now = await point(conn)
        found = await description(conn)
        if found["place"] != manifest["place"]:
            raise BackupRefused("This backup is of another database: make a new one in a new folder.")
        if found["migrations"] != manifest["migrations"]:
            raise BackupRefused("The schema changed since this backup: make a new one in a new folder.")
        if now.since - since.since > _OLDEST:
            raise BackupRefused("This backup is too old to be followed: make a new one in a new folder.")
        for table in await followed(conn):
            query = f"SELECT row_to_json(t)::text FROM guard.{table.name} t WHERE age(t.xmin) <= age($1::xid)"
            arguments: list[object] = [since.since % (1 << 32)]
            if table.name == "key_check":
                query += f" AND t.name <> '{place.NAME}'"
            if table.name == "journal":  # by month: older ones are not looked at
                query += " AND t.at >= $2"
                arguments.append(since.at - _LONGEST_TRANSACTION)
            async for row in conn.cursor(query, *arguments, prefetch=_ROWS):
                yield {"table": table.name, "row": row[0]}
        yield {"end": now.at.isoformat(), "since": now.since, "last_entry": now.last_entry, "final": final}


def closing_id(manifest: dict[str, Any]) -> str:
    """The id of the containment that closes the database a backup was made from."""
    return str(uuid5(UUID(bytes=bytes.fromhex(manifest["mac"])), "closing"))


async def close(conn: asyncpg.Connection, keys: Keys, manifest: dict[str, Any], *, operator: str) -> None:
    """Contain everything and renounce the place: what the last increment holds is then the end of this database.

    No batch that begins afterwards allows an opening (I-07), and no guard starts here again without a recovery.
    Doing it twice changes nothing.
    """
    async with conn.transaction():
        await turnstile.take(conn)
        identifier, now = closing_id(manifest), await stamped.instant(conn)
        if await conn.fetchval("SELECT 1 FROM guard.containment WHERE id = $1", identifier) is None:
            await stamped.insert(
                conn, keys, "containment",
                {"id": identifier, "kind": "everything", "scope": "", "groups": 0, "since_at": now,
                 "lifted_at": None, "version": 1},
            )  # fmt: skip
            detail = json.dumps({"containment": identifier, "kind": "everything", "operator": operator})
            await append(conn, [Entry(now, "contained", explanation="database-closed", detail=detail)])
        await conn.execute("DELETE FROM guard.key_check WHERE name = $1", place.NAME)


def start(manifest: dict[str, Any]) -> Point:
    """The point of the dump itself."""
    return Point(datetime.fromisoformat(manifest["at"]), manifest["since"], manifest["last_entry"])


def end(value: dict[str, Any]) -> Point:
    """The point at which an increment ended, from its last value."""
    return Point(datetime.fromisoformat(value["end"]), value["since"], value["last_entry"])
