"""A journal with a past: rows of some days ago, in partitions made for them."""

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from beffroi.guard.journal import Entry, append
from beffroi.guard.retention.exporting import SETTLED

KINDS = ("released", "released", "released", "found", "refused", "created", "updated", "signed-in", "suspended")
ABOUT = frozenset({"released", "found", "refused", "created", "updated"})


def ids(letter: str, number: int) -> list[str]:
    """So many UUIDs of version 4, the same ones in every run."""
    drawn = random.Random(letter)
    return [str(UUID(int=drawn.getrandbits(128), version=4)) for _ in range(number)]


PEOPLE, ACCOUNTS, OFFICES, SESSIONS = ids("person", 40), ids("account", 8), ids("office", 3), ids("session", 16)


def history(since: datetime, days: int, rows: int, seed: int) -> list[Entry]:
    """Entries in order, all over some days from ``since``; instants at the edges of days are frequent."""
    drawn = random.Random(seed)
    instants = []
    for _ in range(rows):
        day = since + timedelta(days=drawn.randrange(days))
        edge = drawn.choice((0, 0, 86_400_000_000 - 1, None, None, None, None))
        instants.append(day + timedelta(microseconds=drawn.randrange(86_400_000_000) if edge is None else edge))
    return [entry(at, drawn) for at in sorted(instants)]


def entry(at: datetime, drawn: random.Random) -> Entry:
    """One entry of any kind."""
    kind = drawn.choice(KINDS)
    account = drawn.randrange(len(ACCOUNTS))
    return Entry(
        at, kind,
        person=drawn.choice(PEOPLE) if kind in ABOUT else None,
        groups=0 if kind == "found" else drawn.randrange(256),
        account=drawn.choice((ACCOUNTS[account], ACCOUNTS[account], None)),
        session=drawn.choice((SESSIONS[account], SESSIONS[8 + account], None)),
        organisation=OFFICES[account % 3],
        application=drawn.choice(("cases", "trainings", None)),
        role="adviser", purpose=drawn.choice(("follow-up", None)),
        explanation=drawn.choice(("followed", "break-glass", None)),
        policy="p" * 64, detail=drawn.choice((None, '{"times":1}', '{"é":"’"}')),
    )  # fmt: skip


async def partitions(owner_dsn: str, since: datetime) -> None:
    """Make the journal's months from that of ``since`` to now."""
    conn = await asyncpg.connect(owner_dsn)
    month = since.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while month <= datetime.now(UTC):
        after = (month + timedelta(days=32)).replace(day=1)
        name = f"guard.journal_{month:%Y_%m}"
        if await conn.fetchval("SELECT to_regclass($1)", name) is None:
            await conn.execute(
                f"CREATE TABLE {name} PARTITION OF guard.journal FOR VALUES FROM ('{month}') TO ('{after}')"
            )
        month = after
    await conn.close()


async def lived(owner_dsn: str, conn: asyncpg.Connection, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Write a history; its rows as they stand in the journal, in its order."""
    await partitions(owner_dsn, entries[0].at)
    await append(conn, entries)
    return [dict(row) for row in await conn.fetch("SELECT * FROM guard.journal ORDER BY at, entry")]


def midnight(days_ago: int) -> datetime:
    """The beginning of a day, UTC, counted back from the last that has settled: in the first hour of a day, from the
    one before."""
    settled = datetime.now(UTC) - SETTLED
    return settled.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days_ago)


def texts(values: Iterable[bytes]) -> set[str]:
    """Ids of 16 bytes as their text."""
    return {str(UUID(bytes=value)) for value in values}
