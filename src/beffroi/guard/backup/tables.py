"""Which tables a backup follows, and in which order rows can be written again."""

from typing import Final, NamedTuple

import asyncpg

PASSING: Final = frozenset(
    {
        "turnstile", "migration", "drill_clock", "sign_in", "handover", "session", "spent_assertion", "attempt",
        "question", "refusal", "exposure",
    }
)  # fmt: skip
"""Never followed: locks, the schema's own history, what ends with a restore anyway (sessions, sign-ins, rates),
and the trend of exposures, which grants nothing and grows by every account each day."""
_FIRST: Final = ("organisation", "application", "account", "import_job")
"""Tables that others refer to."""


class Table(NamedTuple):
    """A table of schema ``guard``: its name, its key's columns, all its columns in order."""

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]


async def followed(conn: asyncpg.Connection) -> list[Table]:
    """Every table but the passing ones, from the catalogue: a table that a later migration adds is followed too."""
    rows = await conn.fetch(
        "SELECT c.relname, k.key, a.columns FROM pg_class c"
        " JOIN LATERAL (SELECT array_agg(attname::text ORDER BY attnum) AS columns FROM pg_attribute"
        "  WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) a ON true"
        " JOIN LATERAL (SELECT array_agg(t.attname::text ORDER BY o.place) AS key FROM pg_index i,"
        "  unnest(i.indkey) WITH ORDINALITY AS o (number, place)"
        "  JOIN pg_attribute t ON t.attnum = o.number WHERE t.attrelid = c.oid AND i.indrelid = c.oid"
        "  AND i.indisprimary) k ON true"
        " WHERE c.relnamespace = 'guard'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
        "  AND NOT c.relname = ANY ($1::text[]) ORDER BY c.relname",
        list(PASSING),
    )
    found = [Table(row["relname"], tuple(row["key"]), tuple(row["columns"])) for row in rows]
    return sorted(found, key=lambda table: (table.name not in _FIRST, _rank(table.name), table.name))


def _rank(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)
