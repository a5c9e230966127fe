"""How often one address may begin, or fail: counted in PostgreSQL, a quarter of an hour at a time.

An address is an office more often than a person, so the limits are wide and only slow a machine down; what protects
an account is the lock of its own factor (:mod:`beffroi.guard.signin.factors`), which takes a provider's sign-in to
reach: nobody can lock somebody else out from outside. Addresses are personal data: their keyed hash is kept.
"""

import hmac
from datetime import datetime
from enum import Enum, auto
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
    """What is counted apart: of one address, identity, person, account or organisation, or of all."""

    BEGINNINGS = auto()
    FAILURES = auto()
    OWN_QUESTIONS = auto()
    POINTED_OUT = auto()
    OWN_ATTACHMENTS = auto()
    MATCHINGS = auto()
    WRONG_CODES = auto()
    PLACES = auto()
    PRESENCE_OF_ACCOUNT = auto()
    PRESENCE_OF_OFFICE = auto()


MOST: Final = {
    Limit.BEGINNINGS: 600,
    Limit.FAILURES: 60,
    Limit.OWN_QUESTIONS: personal.MOST_QUESTIONS,
    Limit.POINTED_OUT: personal.MOST_POINTED_OUT,
    Limit.OWN_ATTACHMENTS: personal.MOST_ATTACHMENTS,
    Limit.MATCHINGS: personal.MOST_MATCHINGS,
    Limit.WRONG_CODES: inviting.MOST_WRONG,
    Limit.PLACES: presence.MOST_SEARCHES,
    Limit.PRESENCE_OF_ACCOUNT: presence.WRONG_OF_ACCOUNT,
    Limit.PRESENCE_OF_OFFICE: presence.WRONG_OF_OFFICE,
}
"""How many in a quarter of an hour."""


async def within(conn: "asyncpg.Connection", keys: "Keys", limit: Limit, address: str, now: datetime) -> bool:
    """Count one, and say whether the limit still holds."""
    slot = int(now.timestamp()) // SLOT_SECONDS
    await conn.execute(_FORGET, slot - 1)
    times: int = await conn.fetchval(_COUNT, _key(keys, limit, address), slot)
    return times <= MOST[limit]


async def exhausted(conn: "asyncpg.Connection", keys: "Keys", limit: Limit, address: str, now: datetime) -> bool:
    """Whether the limit is already reached, without counting."""
    slot = int(now.timestamp()) // SLOT_SECONDS
    times = await conn.fetchval(
        "SELECT times FROM guard.attempt WHERE key = $1 AND slot = $2", _key(keys, limit, address), slot
    )
    return times is not None and times >= MOST[limit]


def _key(keys: "Keys", limit: Limit, address: str) -> UUID:
    counted = f"attempt\0{limit.name}\0{address}".encode()
    return UUID(bytes=hmac.digest(keys.blind, counted, "sha256")[:16])
