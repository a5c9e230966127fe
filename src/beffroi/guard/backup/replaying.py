"""After a restore: the rows of the increments are written again, then what was erased is erased again."""

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple

import asyncpg

from beffroi.guard import migrations
from beffroi.guard.backup.archive import BackupRefused
from beffroi.guard.backup.tables import Table, followed
from beffroi.guard.vault.people import OF_PEOPLE

_ROWS: Final = 1_000
_GROWING: Final = frozenset({"journal", "erased"})
"""Rows never change: one that is there already is the same."""
_UNIQUE: Final = """
SELECT t.relname AS owner, c.conname AS name, pg_get_constraintdef(c.oid) AS rule, x.relname AS index,
    pg_get_indexdef(i.indexrelid) AS definition
FROM pg_index i
JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_class x ON x.oid = i.indexrelid
LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype = 'u'
WHERE i.indisunique AND NOT i.indisprimary AND t.relnamespace = 'guard'::regnamespace AND t.relname = ANY ($1::text[])
"""


class Replayed(NamedTuple):
    """Rows written by table, people erased again, and whether the last increment closed the database."""

    rows: dict[str, int]
    erased: int
    final: bool


async def replay(conn: asyncpg.Connection, manifest: dict[str, Any], values: Iterable[dict[str, Any]]) -> Replayed:
    """Write the proofs of keys and the increments into the restored database, all of it or nothing, as its owner.

    A row replaces the one that has its key. Raises BackupRefused for a table that this schema does not have.
    """
    await conn.execute("SET timezone = 'UTC'")
    await migrations.ensure_journal_partitions(conn)
    tables = {table.name: table for table in await followed(conn)}
    done: dict[str, int] = {}
    final = False
    async with conn.transaction():
        await conn.executemany(
            "INSERT INTO guard.key_check (name, sealed) VALUES ($1, $2)",
            [(name, bytes.fromhex(sealed)) for name, sealed in manifest["key_check"].items()],
        )
        waiting: list[dict[str, Any]] = []
        current: Table | None = None
        async with _uniqueness_at_the_end(conn, list(tables)):
            for value in values:
                if "end" in value:
                    final = value["final"]
                    continue
                table = tables.get(value["table"])
                if table is None:
                    raise BackupRefused(
                        "An increment speaks of a table that the dump lacks: use the folder it came from."
                    )
                if waiting and current is not None and (table is not current or len(waiting) == _ROWS):
                    await _write(conn, current, waiting)
                    waiting = []
                current = table
                waiting.append(json.loads(value["row"]))
                done[table.name] = done.get(table.name, 0) + 1
            if waiting and current is not None:
                await _write(conn, current, waiting)
        erased = await _erase_again(conn)
        await conn.execute(
            "SELECT setval(pg_get_serial_sequence('guard.journal', 'entry'), m) FROM (SELECT max(entry) AS m"
            " FROM guard.journal) j WHERE m IS NOT NULL"
        )
    return Replayed(done, erased, final)


@asynccontextmanager
async def _uniqueness_at_the_end(conn: asyncpg.Connection, tables: list[str]) -> AsyncIterator[None]:
    """Judge what must be unique, keys apart, once every row is there.

    Rows come as they stand at the end, in no order of time: a campaign that opened may come before the one that was
    closed first.
    """
    found = await conn.fetch(_UNIQUE, tables)
    for one in found:
        drop = f"ALTER TABLE guard.{one['owner']} DROP CONSTRAINT {one['name']}"
        await conn.execute(drop if one["name"] else f"DROP INDEX guard.{one['index']}")
    yield
    await conn.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks that wait cannot be altered
    for one in found:
        add = f"ALTER TABLE guard.{one['owner']} ADD CONSTRAINT {one['name']} {one['rule']}"
        await conn.execute(add if one["name"] else one["definition"])


async def _write(conn: asyncpg.Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    columns = ", ".join(table.columns)
    others = [column for column in table.columns if column not in table.key]
    conflict = "NOTHING"
    if others and table.name not in _GROWING:
        conflict = "UPDATE SET " + ", ".join(f"{column} = excluded.{column}" for column in others)
    await conn.execute(
        f"INSERT INTO guard.{table.name} ({columns}) OVERRIDING SYSTEM VALUE"
        f" SELECT {columns} FROM jsonb_populate_recordset(NULL::guard.{table.name}, $1::jsonb)"
        f" ON CONFLICT ({', '.join(table.key)}) DO {conflict}",
        json.dumps(rows),
    )


async def _erase_again(conn: asyncpg.Connection) -> int:
    for table in OF_PEOPLE:
        await conn.execute(f"DELETE FROM guard.{table} t USING guard.erased e WHERE t.person = e.person")
    # Lists that were carried out to their end keep counts, and no line.
    await conn.execute(
        "DELETE FROM guard.erasure_line l USING guard.erasure_list s WHERE s.id = l.list AND s.status = 'done'"
    )
    done = await conn.execute("DELETE FROM guard.person p USING guard.erased e WHERE p.id = e.person")
    return int(done.split()[-1])
