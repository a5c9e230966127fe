"""Baselines in the journal: from here on, the facts say everything.

At the first start after an upgrade no fact was ever journaled: the rows that are there, if genuine, are believed and
their facts written, for an hour, so that guards of the version before may still serve meanwhile. From then on a row
without its fact is a divergence. Once a month every fact is said again and a new baseline set, so that a start reads
one month of facts and the older part of the journal may be detached. What is said again is what the journal said,
never what a row says.
"""

import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from beffroi.core.folding import Fact
from beffroi.guard import stamped, turnstile
from beffroi.guard.authentic import microseconds
from beffroi.guard.folding import statements
from beffroi.guard.journal import Entry, append

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

BELIEVED: Final = timedelta(hours=1)
"""How long after the first baseline a genuine row without its fact is believed."""
SAID_AGAIN: Final = timedelta(days=30)
_KIND: Final = "baseline"
_PURPOSE: Final = "beffroi/baseline"
_SLICE: Final = 100
"""Facts of one transaction: a millisecond of the process that decides."""


class Baseline(NamedTuple):
    """Facts since the entry ``since`` say everything; ``began`` is when the first baseline was set (microseconds)."""

    since: int
    began: int
    at: datetime


async def all_baselines(conn: "asyncpg.Connection", keys: "Keys") -> list[Baseline]:
    """The genuine baselines, that which leaves the least to read last. One said again is the same baseline."""
    baselines = [_read(keys, row) for row in await conn.fetch(statements.LOAD_BASELINES)]
    return sorted({baseline.since: baseline for baseline in reversed(baselines) if baseline is not None}.values())


def believing(baseline: Baseline | None, now: datetime) -> bool:
    """Whether rows without facts are still of the time before."""
    return baseline is None or microseconds(now) - baseline.began < BELIEVED // timedelta(microseconds=1)


async def begin(conn: "asyncpg.Connection", keys: "Keys") -> None:
    """Set the first baseline; the facts of all rows are journaled already."""
    async with conn.transaction():
        await turnstile.take(conn)
        now = await stamped.instant(conn)
        await _set(conn, keys, Baseline(0, microseconds(now), now))


async def believe(conn: "asyncpg.Connection", keys: "Keys", rows: Mapping[str, list[Mapping[str, Any]]]) -> None:
    """Journal the facts of genuine rows by table, in short transactions."""
    for table, of_table in rows.items():
        for start in range(0, len(of_table), _SLICE):
            async with conn.transaction():
                await turnstile.take(conn)
                await stamped.record(conn, keys, table, of_table[start : start + _SLICE])


async def say_again(conn: "asyncpg.Connection", keys: "Keys", facts: Iterable[Fact], baseline: Baseline) -> None:
    """Journal again what is expected, then a baseline. What others write meanwhile is a later version, and wins."""
    said = list(facts)
    since: int = await conn.fetchval("SELECT coalesce(max(entry), 0) + 1 FROM guard.journal")
    for start in range(0, len(said), _SLICE):
        async with conn.transaction():
            await turnstile.take(conn)
            await stamped.record_facts(conn, keys, said[start : start + _SLICE])
    async with conn.transaction():
        await turnstile.take(conn)
        now = await stamped.instant(conn)
        await _set(conn, keys, Baseline(since, baseline.began, now))


async def _set(conn: "asyncpg.Connection", keys: "Keys", baseline: Baseline) -> None:
    members = {
        "began": baseline.began,
        "proof": _proof(keys, baseline.since, baseline.began),
        "since": baseline.since,
    }
    detail = json.dumps(members, separators=(",", ":"), sort_keys=True)
    await append(conn, [Entry(baseline.at, _KIND, detail=detail)])


def _read(keys: "Keys", row: Mapping[str, Any]) -> Baseline | None:
    try:
        members = json.loads(row["detail"])
        since, began = int(members["since"]), int(members["began"])
        genuine = hmac.compare_digest(_proof(keys, since, began), members["proof"])
    except (ValueError, TypeError, KeyError):
        return None
    return Baseline(since, began, row["at"]) if genuine else None


def _proof(keys: "Keys", since: int, began: int) -> str:
    return keys.authenticator.stamp_text(_PURPOSE, f"{since}/{began}".encode()).hex()
