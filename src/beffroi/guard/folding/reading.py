"""The facts of the journal and the rows of the tables, read in one snapshot for :mod:`beffroi.core.folding`."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from beffroi.core.folding import Expected, Fact, Key, Row, differs
from beffroi.guard.folding import recording, statements
from beffroi.guard.folding.pacing import Pace

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

_KEYS: Final = 10
"""Keys that are passed over in the time that a row takes."""
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
    conn: "asyncpg.Connection", keys: "Keys", since: int, after: int, sessions_since: datetime, pace: Pace
) -> AsyncIterator[list[Fact]]:
    """Genuine facts of the entries from ``since`` on and past ``after``, in order; what is no fact is passed over."""
    async for step in pace.fetched(conn, statements.LOAD_FACTS, since, after, sessions_since):
        read = [recording.read(keys.authenticator, row) for row in step]
        yield [fact for fact in read if fact is not None]


async def rows(
    conn: "asyncpg.Connection", keys: "Keys", expected: Expected, sessions_since: datetime, pace: Pace
) -> AsyncIterator[tuple[list[Row], dict[Key, Mapping[str, Any]]]]:
    """Every row that is to be compared, in steps; and, whole, those of a step that are not what is expected.

    The MAC of a row is checked only where it is not the one of its fact.
    """
    for table in recording.FOLDED:
        async for step in _of_table(conn, table, expected, sessions_since, pace):
            read = [_row(table, row) for row in step]
            wanted = [row.id for row in read if differs(expected.get((table, row.id)), row)]
            if not wanted:
                yield read, {}
                continue
            await pace.rest()
            odd = {recording.key_of(table, row): row for row in await _whole(conn, table, wanted)}
            judged = [_judged(keys, table, row) for row in odd.values()]
            told = [row for row in read if row.id not in odd]
            yield told + judged, {(table, id): row for id, row in odd.items()}


async def over(
    conn: "asyncpg.Connection", sessions: Iterable[str], sessions_since: datetime, pace: Pace
) -> AsyncIterator[list[Key]]:
    """Which of these sessions ended whatever their rows say, in steps."""
    async for step in pace.steps(sessions):
        found = await _whole(conn, "session", step)
        yield [("session", str(row["id"])) for row in found if row["created_at"] <= sessions_since]


async def one(conn: "asyncpg.Connection", table: str, id: str) -> Mapping[str, Any] | None:
    """One row by its key, as it is now."""
    found = await _whole(conn, table, [id])
    return found[0] if found else None


def _row(table: str, row: Mapping[str, Any]) -> Row:
    return Row(table, recording.key_of(table, row), recording.version_of(table, row), recording.mac_of(row))


def _judged(keys: "Keys", table: str, row: Mapping[str, Any]) -> Row:
    return _row(table, row)._replace(genuine=keys.authenticator.genuine_row(table, row))


async def _of_table(
    conn: "asyncpg.Connection", table: str, expected: Expected, sessions_since: datetime, pace: Pace
) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
    """The rows of a table, in steps."""
    if table in NAMED:
        named: list[str] = []
        async for keys in pace.steps(expected, _KEYS):
            named += [id for of, id in keys if of == table]
        async for ids in pace.steps(named):
            yield await _whole(conn, table, ids)
        return
    columns = dict.fromkeys((*recording.key_columns(table), *_VERSIONS.get(table, ("version",)), "mac"))
    where, values = ("WHERE created_at > $1", [sessions_since]) if table == "session" else ("", [])
    async for step in pace.fetched(conn, f"SELECT {', '.join(columns)} FROM guard.{table} {where}", *values):
        yield step


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
