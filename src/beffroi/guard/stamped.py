"""Writing rows that carry a MAC (I-16): insert them stamped, amend them only when what is there is genuine.

Table and column names come from :data:`beffroi.guard.authentic.TABLES` and from the code that calls, never from a
request. Every function runs inside the caller's transaction.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

Row = Mapping[str, Any]


class Forged(RuntimeError):
    """A row's MAC is not genuine: somebody wrote the database behind the guard. Denies, and alerts."""

    def __init__(self, table: str) -> None:
        super().__init__(f"a row of guard.{table} is forged or damaged")
        self.table = table


async def instant(conn: "asyncpg.Connection") -> datetime:
    """The sole clock: PostgreSQL's."""
    at: datetime = await conn.fetchval("SELECT guard.instant()")
    return at


def genuine(keys: "Keys", table: str, row: Row) -> Row:
    """The row, when its MAC is genuine. Raises Forged."""
    if not keys.authenticator.genuine_row(table, row):
        raise Forged(table)
    return row


async def insert(conn: "asyncpg.Connection", keys: "Keys", table: str, row: Row) -> Row:
    """Insert a row with its MAC; ``row`` holds every authenticated column, and any other. The row as it is there."""
    whole = {**row, "mac": keys.authenticator.stamp_row(table, row)}
    places = ", ".join(f"${place}" for place in range(1, len(whole) + 1))
    await conn.execute(f"INSERT INTO guard.{table} ({', '.join(whole)}) VALUES ({places})", *whole.values())
    return whole


async def amend(conn: "asyncpg.Connection", keys: "Keys", table: str, row: Row, **changes: object) -> Row:
    """Change columns of a row read by its ``id``; its version grows by one where it has one, and its MAC follows.

    Raises Forged when the row as read is not genuine, or was changed since (then the caller read without a lock).
    """
    genuine(keys, table, row)
    after = {**dict(row), **changes}
    if "version" in after:
        after["version"] = row["version"] + 1
        changes["version"] = after["version"]
    changes["mac"] = after["mac"] = keys.authenticator.stamp_row(table, after)
    columns = ", ".join(f"{name} = ${place}" for place, name in enumerate(changes, start=3))
    done = await conn.execute(
        f"UPDATE guard.{table} SET {columns} WHERE id = $1 AND mac = $2", row["id"], row["mac"], *changes.values()
    )
    if done != "UPDATE 1":
        raise Forged(table)
    return after
