"""Where a database stands: a copy of it is another database, and no guard serves a copy by accident.

The guard leaves, beside the proofs of its keys, a MAC over the server's identifier and the database's number. A
restored dump, a copy, a database moved to another server no longer match: what was suspended, erased or spent since
the copy was made would be forgotten (I-13, I-16). Such a database is served after a recovery only. Throw-away
databases are copied all day long and are not looked at. A promoted replica keeps both identifiers: not told here.
"""

import hmac
from typing import Final

import asyncpg

from beffroi.guard.keys import Keys, KeysRefused

NAME: Final = "place"
"""Name of the row of ``guard.key_check``; never part of what a backup replays."""
_PURPOSE: Final = "beffroi/place"
_SCRATCH: Final = "beffroi_scratch"


class CopyRefused(KeysRefused):
    """The database is a copy whose latest events are not known; the message says which command recovers it."""


async def place(conn: asyncpg.Connection) -> str:
    """The server's identifier and the number of the database in it."""
    text: str = await conn.fetchval(
        "SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || oid"
        " FROM pg_database WHERE datname = current_database()"
    )
    return text


async def claim(conn: asyncpg.Connection, keys: Keys) -> None:
    """Say that this is the database itself: at its beginning, or at the end of a recovery."""
    tag = keys.authenticator.stamp_text(_PURPOSE, (await place(conn)).encode())
    await conn.execute(
        "INSERT INTO guard.key_check (name, sealed) VALUES ($1, $2)"
        " ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, created_at = now()",
        NAME,
        tag,
    )


async def is_here(conn: asyncpg.Connection, keys: Keys) -> bool:
    """Whether this database is the one that :func:`claim` named."""
    tag = keys.authenticator.stamp_text(_PURPOSE, (await place(conn)).encode())
    kept = await conn.fetchval("SELECT sealed FROM guard.key_check WHERE name = $1", NAME)
    return hmac.compare_digest(kept or b"", tag)


async def verify(conn: asyncpg.Connection, keys: Keys) -> None:
    """Refuse a copy. Raises CopyRefused."""
    if not await is_here(conn, keys) and not await conn.fetchval("SELECT to_regnamespace($1) IS NOT NULL", _SCRATCH):
        raise CopyRefused(
            "This database is a restored copy, or was closed: what happened since (suspensions, erasures, budgets"
            " spent) may be missing. Restore with its increments, or accept the loss: `beffroi restore --accept`."
        )
