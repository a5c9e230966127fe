"""How far the journal is sealed, as the database knows it: one row, which carries a MAC."""

from datetime import datetime
from typing import Any, Final, NamedTuple

import asyncpg

from beffroi.guard import stamped
from beffroi.guard.keys import Keys
from beffroi.standards.tlog import merkle

TABLE: Final = "sealed"
_ID: Final = "journal"


class Overtaken(RuntimeError):
    """Another sealer moved the state: what was read before is worth nothing."""


class State(NamedTuple):
    """Leaves whose tiles are durable, their root, the journal's number of the last; the same as published."""

    origin: str
    size: int
    root: bytes
    last_entry: int
    published_size: int
    published_entry: int
    sealed_at: datetime | None
    row: stamped.Row | None

    @property
    def published(self) -> bool:
        """Whether the whole is published."""
        return self.published_size == self.size


async def load(conn: asyncpg.Connection, keys: Keys, origin: str | None = None) -> State:
    """The state; nothing sealed where there is no row yet. Raises Forged."""
    row = await conn.fetchrow("SELECT * FROM guard.sealed WHERE id = $1", _ID)
    if row is None:
        return State(origin or "", 0, merkle.EMPTY_ROOT, 0, 0, 0, None, None)
    return of_row(keys, row)


def of_row(keys: Keys, row: stamped.Row) -> State:
    """The state of a row. Raises Forged."""
    stamped.genuine(keys, TABLE, row)
    return State(
        row["origin"], row["size"], row["root"], row["last_entry"], row["published_size"], row["published_entry"],
        row["sealed_at"], dict(row),
    )  # fmt: skip


async def sealed(
    conn: asyncpg.Connection, keys: Keys, before: State, *, size: int, root: bytes, last_entry: int
) -> State:
    """Write, in a transaction, that the tree goes so far. Raises Overtaken."""
    assert size >= before.size, "the tree only grows"
    return await _write(conn, keys, before, {"size": size, "root": root, "last_entry": last_entry})


async def published(conn: asyncpg.Connection, keys: Keys, before: State) -> State:
    """Write that the tree as it is was published. Raises Overtaken."""
    changes: dict[str, object] = {"published_size": before.size, "published_entry": before.last_entry}
    return await _write(conn, keys, before, changes)


async def _write(conn: asyncpg.Connection, keys: Keys, before: State, changes: dict[str, object]) -> State:
    """Change the state from the very row that was read. Leaves no fact in the journal: it would be sealed in turn."""
    async with conn.transaction():
        now = await stamped.instant(conn)
        if before.row is None:
            first = dict[str, Any](zip(State._fields[:-1], before, strict=False))
            row: dict[str, Any] = {**first, **changes, "id": _ID, "sealed_at": now, "version": 1}
        else:
            row = {**before.row, **changes, "sealed_at": now, "version": before.row["version"] + 1}
        row["mac"] = keys.authenticator.stamp_row(TABLE, row)
        places = ", ".join(f"${place}" for place in range(1, len(row) + 1))
        if before.row is None:
            statement = f"INSERT INTO guard.sealed ({', '.join(row)}) VALUES ({places}) ON CONFLICT DO NOTHING"
            done = await conn.execute(statement, *row.values())
        else:
            statement = f"UPDATE guard.sealed SET ({', '.join(row)}) = ({places}) WHERE mac = ${len(row) + 1}"
            done = await conn.execute(statement, *row.values(), before.row["mac"])
        if not done.endswith(" 1"):
            raise Overtaken("another sealer works on this journal")
    return of_row(keys, row)
