"""The keys that salt the commitments of one day, each wrapped under the guard's master key.

A key is durable before anything salted with it leaves this process: whatever a crash leaves behind, the same row
always gives the same leaf. Destroying a day's key makes that day's commitments say nothing to anybody, while the tree
stays verifiable.
"""

import secrets
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from beffroi.guard.keys import KEY_BYTES, Keys

_FIRST: Final = date(2000, 1, 1)


class DayForgotten(RuntimeError):
    """A day has no key: it was destroyed, or nothing of that day was ever sealed."""


def id_of(day: int) -> UUID:
    """The id of a day's key, which binds its wrapping to the day; ``day`` counts from 2000-01-01."""
    return UUID(bytes=b"day-key/" + _date(day).strftime("%Y%m%d").encode())


def _date(day: int) -> date:
    return _FIRST + timedelta(days=day)


async def ensure(conn: asyncpg.Connection, keys: Keys, days: Iterable[int]) -> dict[int, bytes]:
    """The keys of these days, made and durable where they are missing.

    Raises WrappedKeyRefused for one that is not of this database; asyncpg.PostgresError.
    """
    wanted = set(days)
    found = await held(conn, keys, wanted)
    missing = sorted(wanted - found.keys())
    if missing:
        for day in missing:
            wrapped = keys.wrap(secrets.token_bytes(KEY_BYTES), id_of(day).bytes)
            # Whoever comes first makes it; the transaction of this one statement ends here.
            await conn.execute(
                "INSERT INTO guard.day_key (id, day, wrapped_key, epoch, created_at)"
                " VALUES ($1, $2, $3, $4, guard.instant()) ON CONFLICT DO NOTHING",
                id_of(day), _date(day), wrapped, keys.epoch,
            )  # fmt: skip
        found |= await held(conn, keys, missing)
    return found


async def held(conn: asyncpg.Connection, keys: Keys, days: Iterable[int]) -> dict[int, bytes]:
    """The keys of these days that exist. Raises WrappedKeyRefused."""
    by_id = {id_of(day): day for day in days}
    rows = await conn.fetch(
        "SELECT id, epoch, wrapped_key FROM guard.day_key WHERE id = ANY ($1::uuid[])", list(by_id)
    )
    return {by_id[row["id"]]: keys.unwrap(row["wrapped_key"], row["epoch"], row["id"].bytes) for row in rows}
