"""How often one address may begin, or fail: counted in PostgreSQL, a quarter of an hour at a time.

An address is an office more often than a person, so the limits are wide and only slow a machine down; what protects
an account is the lock of its own factor (:mod:`beffroi.guard.signin.factors`), which takes a provider's sign-in to
reach: nobody can lock somebody else out from outside. Addresses are personal data: their keyed hash is kept.
"""

import hmac
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from beffroi.core import inviting, personal, presence

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

SLOT_SECONDS: Final = 900
_COUNT: Final = """
INSERT INTO guard.attempt AS a (key, slot, times) VALUES ($1, $2, 1)
ON CONFLICT (key, slot) DO UPDATE SET times = least(a.times + 1, 1000000) RETURNING times
"""
_FORGET: Final = """
DELETE FROM guard.attempt WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM guard.attempt WHERE slot < $1 LIMIT 20 FOR UPDATE SKIP LOCKED))
"""


class Limit(Enum):
    """What is counted, and the most in a quarter of an hour: of one address, identity or person, or of all."""

    BEGINNINGS = 600
    FAILURES = 60
    OWN_QUESTIONS = personal.MOST_QUESTIONS
    POINTED_OUT = personal.MOST_POINTED_OUT
    OWN_ATTACHMENTS = personal.MOST_ATTACHMENTS
    MATCHINGS = personal.MOST_MATCHINGS
    WRONG_CODES = inviting.MOST_WRONG
    PLACES = presence.MOST_SEARCHES
    PRESENCE_OF_ACCOUNT = presence.WRONG_OF_ACCOUNT
    PRESENCE_OF_OFFICE = presence.WRONG_OF_OFFICE


async def within(conn: "asyncpg.Connection", keys: "Keys", limit: Limit, address: str, now: datetime) -> bool:
    """Count one, and say whether the limit still holds."""
    slot = int(now.timestamp()) // SLOT_SECONDS
    await conn.execute(_FORGET, slot - 1)
    times: int = await conn.fetchval(_COUNT, _key(keys, limit, address), slot)
    return times <= limit.value


async def exhausted(conn: "asyncpg.Connection", keys: "Keys", limit: Limit, address: str, now: datetime) -> bool:
    """Whether the limit is already reached, without counting."""
    slot = int(now.timestamp()) // SLOT_SECONDS
    times = await conn.fetchval(
        "SELECT times FROM guard.attempt WHERE key = $1 AND slot = $2", _key(keys, limit, address), slot
    )
    return times is not None and times >= limit.value


def _key(keys: "Keys", limit: Limit, address: str) -> UUID:
    counted = f"attempt\0{limit.name}\0{address}".encode()
    return UUID(bytes=hmac.digest(keys.blind, counted, "sha256")[:16])
