"""Rotation of the master key: every key that it wraps is wrapped again, no ciphertext is touched.

The new epoch is added to the key file first (:func:`beffroi.guard.keys.add_epoch`); guards that are serving read
it by themselves when they meet it. Rows are then re-wrapped in batches, each its own transaction, so that stopping
anywhere loses nothing: what is left to do is what still has an old epoch. An old epoch leaves the key file when no
row, no backup within its retention and no running rotation needs it any more.
"""

from collections.abc import Callable
from typing import Final

import asyncpg

from beffroi.guard import key_check, turnstile
from beffroi.guard.keys import Keys

TABLES: Final = ("person", "account", "directory_entry", "contract", "day_key")
BATCH: Final = 200
"""Rows of one transaction: decisions wait while their keys are wrapped."""


async def remaining(conn: asyncpg.Connection, epoch: int) -> int:
    """How many rows still wait under another epoch than ``epoch``."""
    counts = [await conn.fetchval(f"SELECT count(*) FROM guard.{table} WHERE epoch <> $1", epoch) for table in TABLES]
    return sum(counts)


async def rewrap(conn: asyncpg.Connection, keys: Keys, *, progress: Callable[[int], None] = lambda done: None) -> int:
    """Wrap under the current epoch all that is not; how many rows were changed.

    Safe beside a serving guard and beside another rotation: a row somebody else changes meanwhile is skipped, then
    taken up again. Raises WrappedKeyRefused when a key does not open: rotation stops, nothing of that batch is kept.
    """
    await key_check.establish(conn, keys)
    done = 0
    for table in TABLES:
        while True:
            changed = await _rewrap_batch(conn, keys, table)
            if changed is None:
                break
            done += changed
            progress(done)
    return done


async def _rewrap_batch(conn: asyncpg.Connection, keys: Keys, table: str) -> int | None:
    async with conn.transaction():
        await turnstile.take(conn)  # before any row is locked, as every batch does
        rows = await conn.fetch(
            f"SELECT id, epoch, wrapped_key FROM guard.{table} WHERE epoch <> $1 LIMIT {BATCH} FOR UPDATE",
            keys.epoch,
        )
        if not rows:
            return None
        fresh = [
            keys.wrap(keys.unwrap(row["wrapped_key"], row["epoch"], row["id"].bytes), row["id"].bytes) for row in rows
        ]
        await conn.execute(
            f"UPDATE guard.{table} t SET wrapped_key = n.wrapped_key, epoch = $3"
            " FROM unnest($1::uuid[], $2::bytea[]) AS n(id, wrapped_key) WHERE t.id = n.id",
            [row["id"] for row in rows], fresh, keys.epoch,
        )  # fmt: skip
        return len(rows)


async def unused_epochs(conn: asyncpg.Connection, keys: Keys) -> frozenset[int]:
    """Epochs of the key file that wrap nothing in this database; backups may still need them for 35 days."""
    used: set[int] = {keys.epoch}
    for table in TABLES:
        used |= {row["epoch"] for row in await conn.fetch(f"SELECT DISTINCT epoch FROM guard.{table}")}
    return keys.epochs - used
