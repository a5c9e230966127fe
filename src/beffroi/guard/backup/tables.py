"""Which tables a backup follows, and in which order rows can be written again."""

from graphlib import TopologicalSorter
from typing import Final, NamedTuple

import asyncpg

PASSING: Final = frozenset(
    {
        "turnstile", "migration", "drill_clock", "sign_in", "handover", "session", "spent_assertion", "attempt",
        "question", "refusal", "exposure", "person_session", "person_handover",
    }
)  # fmt: skip
"""Never followed: locks, the schema's own history, what ends with a restore anyway (sessions, sign-ins, rates),
and the trend of exposures, which grants nothing and grows by every account each day."""


class Table(NamedTuple):
    """A table of schema ``guard``: its name, its key's columns, all its columns in order."""

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]


async def followed(conn: asyncpg.Connection) -> list[Table]:
    """Every table but the passing ones, from the catalogue: a table that a later migration adds is followed too.

    A table comes after those it refers to. Raises graphlib.CycleError when two refer to each other: there is no order
    in which such rows could be written again.
    """
    rows = await conn.fetch(
        "SELECT c.relname, k.key, a.columns, r.referred FROM pg_class c"
        " JOIN LATERAL (SELECT array_agg(attname::text ORDER BY attnum) AS columns FROM pg_attribute"
        "  WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) a ON true"
        " JOIN LATERAL (SELECT array_agg(t.attname::text ORDER BY o.place) AS key FROM pg_index i,"
        "  unnest(i.indkey) WITH ORDINALITY AS o (number, place)"
        "  JOIN pg_attribute t ON t.attnum = o.number WHERE t.attrelid = c.oid AND i.indrelid = c.oid"
        "  AND i.indisprimary) k ON true"
        " JOIN LATERAL (SELECT coalesce(array_agg(DISTINCT f.relname::text), '{}') AS referred FROM pg_constraint o"
        "  JOIN pg_class f ON f.oid = o.confrelid WHERE o.conrelid = c.oid AND o.contype = 'f') r ON true"
        " WHERE c.relnamespace = 'guard'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
        "  AND NOT c.relname = ANY ($1::text[]) ORDER BY c.relname",
        list(PASSING),
    )
    found = {row["relname"]: Table(row["relname"], tuple(row["key"]), tuple(row["columns"])) for row in rows}
    order = TopologicalSorter({row["relname"]: set(row["referred"]) - {row["relname"]} for row in rows})
    return [found[name] for name in order.static_order() if name in found]
