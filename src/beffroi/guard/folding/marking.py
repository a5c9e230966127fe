"""Marks in the journal: from here on, the facts say everything.

At the first start after an upgrade no fact was ever journaled: the rows that are there, if genuine, are believed and
their facts written, for an hour, so that guards of the version before may still serve meanwhile. From then on a row
without its fact is a divergence. Once a month every fact is said again and a new mark set, so that a start reads one
month of facts and the older part of the journal may be detached. What is said again is what the journal said, never
what a row says.
"""

import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from beffroi.core.folding import Fact
from beffroi.guard import stamped, turnstile
from beffroi.guard.authentic import microseconds
from beffroi.guard.folding import recording, statements
from beffroi.guard.journal import Entry, append

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

BELIEVED: Final = timedelta(hours=1)
"""How long after the first mark a genuine row without its fact is believed."""
SAID_AGAIN: Final = timedelta(days=30)
_KIND: Final = "folded"
_PURPOSE: Final = "beffroi/folded"
_SLICE: Final = 2_000


class Mark(NamedTuple):
    """Facts since the entry ``since`` say everything; ``began`` is when the first mark was set (microseconds)."""

    since: int
    began: int
    at: datetime


async def all_marks(conn: "asyncpg.Connection", keys: "Keys") -> list[Mark]:
    """The genuine marks, that which leaves the least to read last. One said again is the same mark."""
    marks = [_read(keys, row) for row in await conn.fetch(statements.LOAD_MARKS)]
    return sorted({mark.since: mark for mark in reversed(marks) if mark is not None}.values())


def believing(mark: Mark | None, now: datetime) -> bool:
    """Whether rows without facts are still of the time before."""
    return mark is None or microseconds(now) - mark.began < BELIEVED // timedelta(microseconds=1)


async def begin(conn: "asyncpg.Connection", keys: "Keys") -> None:
    """Set the first mark; the facts of all rows are journaled already."""
    async with conn.transaction():
        await turnstile.take(conn)
        now = await stamped.instant(conn)
        await _set(conn, keys, Mark(0, microseconds(now), now))


async def believe(conn: "asyncpg.Connection", keys: "Keys", rows: Mapping[str, list[Mapping[str, Any]]]) -> None:
    """Journal the facts of genuine rows by table, in short transactions."""
    for table, of_table in rows.items():
        for start in range(0, len(of_table), _SLICE):
            async with conn.transaction():
                await turnstile.take(conn)
                await stamped.record(conn, keys, table, of_table[start : start + _SLICE])


async def say_again(conn: "asyncpg.Connection", keys: "Keys", facts: Iterable[Fact], mark: Mark) -> None:
    """Journal again what is expected, then a mark. Meanwhile others write: a later version wins over one said again."""
    said = list(facts)
    since: int = await conn.fetchval("SELECT coalesce(max(entry), 0) + 1 FROM guard.journal")
    for start in range(0, len(said), _SLICE):
        async with conn.transaction():
            await turnstile.take(conn)
            await stamped.record_facts(conn, keys, said[start : start + _SLICE])
    async with conn.transaction():
        await turnstile.take(conn)
        now = await stamped.instant(conn)
        await _set(conn, keys, Mark(since, mark.began, now))


async def _set(conn: "asyncpg.Connection", keys: "Keys", mark: Mark) -> None:
    members = {"began": mark.began, "proof": _proof(keys, mark.since, mark.began), "since": mark.since}
    detail = json.dumps(members, separators=(",", ":"), sort_keys=True)
    await append(conn, [Entry(mark.at, _KIND, detail=detail)])


def _read(keys: "Keys", row: Mapping[str, Any]) -> Mark | None:
    try:
        members = json.loads(row["detail"])
        since, began = int(members["since"]), int(members["began"])
        genuine = hmac.compare_digest(_proof(keys, since, began), members["proof"])
    except (ValueError, TypeError, KeyError):
        return None
    return Mark(since, began, row["at"]) if genuine else None


def _proof(keys: "Keys", since: int, began: int) -> str:
    return keys.authenticator.stamp_text(_PURPOSE, f"{since}/{began}".encode()).hex()
