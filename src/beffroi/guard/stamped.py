"""Writing rows that carry a MAC (I-16): insert them stamped, amend them only when what is there is genuine.

Each writing leaves its fact in the journal, in the same statement (:mod:`beffroi.guard.folding.recording`): that a
row was put back to an older version, or is gone, is then known.

Table and column names come from :data:`beffroi.guard.authentic.TABLES` and from the code that calls, never from a
request. Every function runs inside the caller's transaction.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from beffroi.core.folding import Fact
from beffroi.guard.folding import recording

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

Row = Mapping[str, Any]

_LOG: Final = logging.getLogger("beffroi.guard.stamped")
_FACT: Final = (
    "INSERT INTO guard.journal (at, kind, explanation, account, organisation, application, detail)"
    f" SELECT guard.recorded(), '{recording.KIND}', "
)
_EACH: Final = (
    _FACT + "f.* FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::text[])"
    " AS f (of, account, organisation, application, detail)"
)
_PARTS: Final = ("text", "uuid", "uuid", "text", "text")


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


def is_genuine(keys: "Keys", table: str, row: Row) -> bool:
    """Whether a row carries its MAC, for who goes on without one that does not; such a row is reported."""
    if keys.authenticator.genuine_row(table, row):
        return True
    _LOG.critical("integrity: guard.%s %s", table, row.get("id") or row.get("key"))
    return False


async def insert(conn: "asyncpg.Connection", keys: "Keys", table: str, row: Row) -> Row:
    """Insert a row with its MAC; ``row`` holds every authenticated column, and any other. The row as it is there."""
    whole = {**row, "mac": keys.authenticator.stamp_row(table, row)}
    places = ", ".join(f"${place}" for place in range(1, len(whole) + 1))
    statement = f"INSERT INTO guard.{table} ({', '.join(whole)}) VALUES ({places})"
    if table in recording.UNFOLDED or table in recording.BORN_UNSAID:
        await conn.execute(statement, *whole.values())
    else:
        await _with_fact(conn, keys, table, whole, statement, list(whole.values()))
    return whole


async def amend(conn: "asyncpg.Connection", keys: "Keys", table: str, row: Row, **changes: object) -> Row:
    """Change columns of a row read by its primary key; its version grows by one where it has one, its MAC follows.

    Raises Forged when the row as read is not genuine, or was changed since (then the caller read without a lock).
    """
    genuine(keys, table, row)
    after = {**dict(row), **changes}
    if "version" in after:
        after["version"] = row["version"] + 1
        changes["version"] = after["version"]
    changes["mac"] = after["mac"] = keys.authenticator.stamp_row(table, after)
    key = recording.key_columns(table)
    where = " AND ".join(f"{name} = ${place}" for place, name in enumerate((*key, "mac"), start=1))
    columns = ", ".join(f"{name} = ${place}" for place, name in enumerate(changes, start=len(key) + 2))
    statement = f"UPDATE guard.{table} SET {columns} WHERE {where}"
    values = [*(row[name] for name in key), row["mac"], *changes.values()]
    done = await _with_fact(conn, keys, table, after, statement, values)
    if done != 1:
        raise Forged(table)
    return after


async def record(
    conn: "asyncpg.Connection", keys: "Keys", table: str, rows: Iterable[Row], *, gone: bool = False
) -> None:
    """Journal the facts of rows that the transaction under way has written, or deleted, in another way."""
    await record_facts(conn, keys, [recording.fact_of(table, row, gone=gone) for row in rows])


async def record_facts(conn: "asyncpg.Connection", keys: "Keys", facts: Sequence[Fact]) -> None:
    """Journal these facts in one statement."""
    if facts:
        await conn.execute(_EACH, *recording.columns_of(keys.authenticator, facts))


async def assert_again(
    conn: "asyncpg.Connection", keys: "Keys", table: str, row: Row, after: int, **changes: object
) -> Row:
    """Write a genuine row that was put back to an older version again, past the version ``after``, with its fact.

    For who sets right what was done behind the guard: nothing else may give a row a version of its choice. Raises
    Forged when the row was changed since it was read.
    """
    genuine(keys, table, row)
    changed = {**changes, **recording.beyond(table, row, after, changes)}
    whole = {**dict(row), **changed}
    changed["mac"] = whole["mac"] = keys.authenticator.stamp_row(table, whole)
    key = recording.key_columns(table)
    where = " AND ".join(f"{name} = ${place}" for place, name in enumerate((*key, "mac"), start=1))
    columns = ", ".join(f"{name} = ${place}" for place, name in enumerate(changed, start=len(key) + 2))
    statement = f"UPDATE guard.{table} SET {columns} WHERE {where}"
    values = [*(row[name] for name in key), row["mac"], *changed.values()]
    if await _with_fact(conn, keys, table, whole, statement, values) != 1:
        raise Forged(table)
    return whole


async def _with_fact(
    conn: "asyncpg.Connection", keys: "Keys", table: str, row: Row, statement: str, values: list[object]
) -> int:
    """Run a statement that writes one row, and journal its fact; how many rows it wrote."""
    fact = [column[0] for column in recording.columns_of(keys.authenticator, [recording.fact_of(table, row)])]
    places = ", ".join(f"${len(values) + place}::{kind}" for place, kind in enumerate(_PARTS, start=1))
    whole = f"WITH written AS ({statement} RETURNING 1) {_FACT}{places} FROM written"
    done: str = await conn.execute(whole, *values, *fact)
    return int(done.split()[-1])
