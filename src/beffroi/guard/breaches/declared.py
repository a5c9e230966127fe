"""Breaches as rows of the guard."""

from typing import TYPE_CHECKING, Final

from beffroi.core.breaches import Breach, Scope
from beffroi.guard import stamped
from beffroi.guard.stamped import Row

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

TABLE: Final = "breach"
MOST: Final = 1_000
"""Breaches that are shown, the last declared."""
_ALL: Final = "SELECT * FROM guard.breach ORDER BY declared_at DESC, id LIMIT $1"
_ONE: Final = "SELECT * FROM guard.breach WHERE id = $1"


async def every(conn: "asyncpg.Connection", keys: "Keys") -> list[Row]:
    """All of them, the last first. Raises Forged."""
    return [stamped.genuine(keys, TABLE, row) for row in await conn.fetch(_ALL, MOST)]


async def one(conn: "asyncpg.Connection", keys: "Keys", breach: str) -> Row | None:
    """One by its id. Raises Forged."""
    row = await conn.fetchrow(_ONE, breach)
    return None if row is None else stamped.genuine(keys, TABLE, row)


def breach_of(row: Row) -> Breach:
    """A row as the law reads it."""
    return Breach(Scope(row["scope"]), frozenset(ids_of(row)), row["from_at"], row["until_at"])


def ids_of(row: Row) -> tuple[str, ...]:
    """Through what the openings were made, in order."""
    return tuple(row["ids"].split(" "))
