"""The facts of the journal and the rows of the tables, read in one snapshot for :mod:`beffroi.core.folding`."""

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from beffroi.core.folding import Expected, Fact, Key, Row, differs
from beffroi.guard.folding import recording, statements

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

_SLICE: Final = 1_000
_VERSIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "policy": ("activated_at",),
    "line_member": ("since_at",),
    "enrolment": ("expires_at", "used_at", "failures"),
}
"""Columns that stand for a version (:func:`beffroi.guard.folding.recording.version_of`) where it is none."""
_TEXTS: Final[Mapping[str, frozenset[str]]] = {
    "policy": frozenset({"version"}),
    "application": frozenset({"id"}),
    "breaker": frozenset({"id"}),
    "application_key": frozenset({"application", "kid"}),
    "relation": frozenset({"kind"}),
}
"""Columns of primary keys that are no UUID."""
NAMED: Final = recording.BORN_UNSAID
"""Tables too large to be read whole: only the rows that a fact is of."""


class Head(NamedTuple):
    """Where a snapshot stands. ``number`` is the turnstile's, None when its row is gone; ``writers`` as head.sql."""

    number: int | None
    entry: int
    at: datetime
    writers: int


async def head(conn: "asyncpg.Connection", after: int) -> Head:
    """Where the database stands; ``writers`` counts from the entry ``after``."""
    return Head(*await conn.fetchrow(statements.HEAD, after))


async def facts(
    conn: "asyncpg.Connection", keys: "Keys", since: int, after: int, sessions_since: datetime
) -> list[Fact]:
    """Genuine facts of the entries from ``since`` on and past ``after``, in order; what is no fact is passed over."""
    rows = await conn.fetch(statements.LOAD_FACTS, since, after, sessions_since)
    read = [recording.read(keys.authenticator, row) for row in rows]
    return [fact for fact in read if fact is not None]


async def rows(
    conn: "asyncpg.Connection", keys: "Keys", expected: Expected, sessions_since: datetime
) -> tuple[list[Row], dict[Key, Mapping[str, Any]], set[Key]]:
    """Every row that is to be compared; whole, those that are not what is expected; and sessions that are over.

    The MAC of a row is checked only where it is not the one of its fact.
    """
    found: list[Row] = []
    odd: dict[Key, Mapping[str, Any]] = {}
    for table in recording.FOLDED:
        wanted: list[str] = []
        async for row in _of_table(conn, table, expected, sessions_since):
            if differs(expected.get((table, row.id)), row):
                wanted.append(row.id)
            else:
                found.append(row)
        for start in range(0, len(wanted), _SLICE):
            for whole in await _whole(conn, table, wanted[start : start + _SLICE]):
                genuine = keys.authenticator.genuine_row(table, whole)
                one = _row(table, whole)._replace(genuine=genuine)
                found.append(one)
                odd[table, one.id] = whole
    seen = {row.id for row in found if row.table == "session"}
    unseen = [id for table, id in expected if table == "session" and id not in seen]
    over: set[Key] = set()
    for start in range(0, len(unseen), _SLICE):
        of_slice = await _whole(conn, "session", unseen[start : start + _SLICE])
        over |= {("session", str(row["id"])) for row in of_slice if row["created_at"] <= sessions_since}
    return found, odd, over


async def one(conn: "asyncpg.Connection", table: str, id: str) -> Mapping[str, Any] | None:
    """One row by its key, as it is now."""
    found = await _whole(conn, table, [id])
    return found[0] if found else None


def _row(table: str, row: Mapping[str, Any]) -> Row:
    return Row(table, recording.key_of(table, row), recording.version_of(table, row), recording.mac_of(row))


async def _of_table(
    conn: "asyncpg.Connection", table: str, expected: Expected, sessions_since: datetime
) -> AsyncIterator[Row]:
    """The rows of a table in slices, so that whoever else waits for the loop has his turn between two."""
    if table in NAMED:
        named = [id for of, id in expected if of == table]
        for start in range(0, len(named), _SLICE):
            for row in await _whole(conn, table, named[start : start + _SLICE]):
                yield _row(table, row)
        return
    columns = dict.fromkeys((*recording.key_columns(table), *_VERSIONS.get(table, ("version",)), "mac"))
    where, values = ("WHERE created_at > $1", [sessions_since]) if table == "session" else ("", [])
    cursor = await conn.cursor(f"SELECT {', '.join(columns)} FROM guard.{table} {where}", *values)
    while slice := await cursor.fetch(_SLICE):
        for row in slice:
            yield _row(table, row)


async def _whole(conn: "asyncpg.Connection", table: str, ids: Iterable[str]) -> list[Mapping[str, Any]]:
    """Whole rows by their keys as text; the parts of a key hold no slash but the last, where a code may."""
    key = recording.key_columns(table)
    parts = [id.split("/", len(key) - 1) for id in ids]
    columns = [[part[place] for part in parts] for place in range(len(key))]
    texts = _TEXTS.get(table, frozenset())
    match = " AND ".join(f"t.{name} = q.{name}{'' if name in texts else '::uuid'}" for name in key)
    arrays = ", ".join(f"${place}::text[]" for place in range(1, len(key) + 1))
    statement = f"SELECT t.* FROM unnest({arrays}) AS q ({', '.join(key)}) JOIN guard.{table} t ON {match}"
    found: list[Mapping[str, Any]] = await conn.fetch(statement, *columns)
    return found
