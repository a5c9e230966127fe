"""Rows for every table of the schema, from its catalogue: a table that a migration adds is filled like the others.

Values mean nothing; what refers to another table refers to the newest row made there, and MACs are genuine.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import asyncpg

from beffroi.guard import stamped
from beffroi.guard.authentic import TABLES
from beffroi.guard.keys import Keys

LEFT: Final = frozenset(
    {
        "migration", "turnstile", "drill_clock", "key_check", "policy", "sign_in", "handover", "session",
        "spent_assertion", "attempt", "question", "refusal", "sealed", "person_session", "person_handover",
    }
)  # fmt: skip
"""Tables without a fact of their own, or with what passes within a day; the policy, which must be a real one; and how
far the journal is sealed, which is held to the published log."""
SENSIBLE: Final[Mapping[str, Mapping[str, object]]] = {
    "organisation": {"kind": "youth-office", "active": False},
    "application": {"open": False},
    "account": {"status": "closed"},
    "habilitation": {"status": "closed", "role": "adviser"},
    "containment": {"kind": "groups", "scope": "", "groups": 0},
    "relation": {"kind": "followed"},
    "request": {"kind": "access", "status": "withdrawn"},
    "review": {"verdict": "keep"},
    "mail": {"failed_at": None},
    "report": {"standing": "answered", "answer": "error"},
    "erased": {},
}
"""Where a serving guard reads every row, words that it knows and that give nothing."""
_COLUMNS: Final = """
SELECT a.attname::text AS name, a.atttypid::regtype::text AS type, a.attnotnull AS needed, f.relname::text AS refers
FROM pg_attribute a
LEFT JOIN pg_constraint o ON o.conrelid = a.attrelid AND o.contype = 'f' AND o.conkey = ARRAY[a.attnum]
LEFT JOIN pg_class f ON f.oid = o.confrelid
WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity = '' AND a.attname <> 'mac'
ORDER BY a.attnum
"""


async def tables(conn: asyncpg.Connection) -> list[str]:
    """Every table of schema ``guard``, partitions apart; those that are referred to come first."""
    rows = await conn.fetch(
        "SELECT c.relname::text AS name, coalesce(array_agg(DISTINCT f.relname::text) FILTER (WHERE f.oid <> c.oid),"
        " '{}') AS refers FROM pg_class c LEFT JOIN pg_constraint o ON o.conrelid = c.oid AND o.contype = 'f'"
        " LEFT JOIN pg_class f ON f.oid = o.confrelid"
        " WHERE c.relnamespace = 'guard'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
        " GROUP BY c.relname ORDER BY c.relname"
    )
    waiting = {row["name"]: set(row["refers"]) for row in rows}
    found: list[str] = []
    while waiting:
        ready = sorted(name for name, refers in waiting.items() if refers.isdisjoint(waiting))
        assert ready, f"tables that refer to each other: {sorted(waiting)}"
        found += ready
        for name in ready:
            del waiting[name]
    return found


@dataclass
class Filling:
    """Writes rows as the guard's role."""

    conn: asyncpg.Connection
    keys: Keys
    newest: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    async def fill(self, *, instants: bool) -> list[str]:
        """One more row in every table but those of ``LEFT``; whether instants that may lack are there. The tables."""
        now = await stamped.instant(self.conn)
        filled = [table for table in await tables(self.conn) if table not in LEFT]
        for table in filled:
            row = await self._row(table, now if instants else None, now)
            if table in TABLES:
                self.newest[table] = await stamped.insert(self.conn, self.keys, table, row)
                continue
            places = ", ".join(f"${place}" for place in range(1, len(row) + 1))
            await self.conn.execute(f"INSERT INTO guard.{table} ({', '.join(row)}) VALUES ({places})", *row.values())
            self.newest[table] = row
        return filled

    async def amend(self) -> None:
        """Write a next version of the newest row of every table whose rows are amended."""
        for table, row in self.newest.items():
            granted = await self.conn.fetchval("SELECT has_table_privilege($1, 'UPDATE')", f"guard.{table}")
            if granted and table in TABLES and {"id", "version"} <= set(TABLES[table]):
                self.newest[table] = await stamped.amend(self.conn, self.keys, table, row)

    async def _row(self, table: str, perhaps: datetime | None, now: datetime) -> dict[str, Any]:
        columns = await self.conn.fetch(_COLUMNS, f"guard.{table}")
        row: dict[str, Any] = {}
        for column in columns:
            kind = column["type"]
            if column["refers"] is not None:
                row[column["name"]] = self.newest[column["refers"]]["id"]
            elif kind == "timestamp with time zone":
                row[column["name"]] = now if column["needed"] else perhaps
            else:
                row[column["name"]] = _VALUES[kind]()
        return {**row, **SENSIBLE.get(table, {})}


_VALUES: Final[Mapping[str, Any]] = {
    "uuid": uuid4,
    "date": lambda: date(2000, 1, 1) + timedelta(days=secrets.randbelow(9_000)),
    "text": lambda: secrets.token_hex(6),
    "bytea": lambda: secrets.token_bytes(16),
    "boolean": lambda: False,
    "smallint": lambda: 1,
    "integer": lambda: 1,
    "bigint": lambda: secrets.randbelow(1 << 40) + 1,
    "uuid[]": list,
    "text[]": lambda: ["word"],
    "smallint[]": lambda: [1],
    "integer[]": lambda: [1],
    "bigint[]": lambda: [1],
    "bytea[]": lambda: [secrets.token_bytes(16)],
}
