"""Rows of guard.presence_code: made by a person in their space, used by the organisation where they stand.

A code is found by its keyed hash, which holds the organisation: typed anywhere else it is a wrong one, and nothing
of how far a guess was right can be measured. What writes does so inside the caller's transaction, under the turn,
and raises Forged.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from beffroi.core.ids import OrganisationId, PersonId
from beffroi.core.inviting import SYMBOLS, symbols_of
from beffroi.core.presence import KEPT, LENGTH, LIFE, PresenceCode, State
from beffroi.guard import stamped, turnstile
from beffroi.guard.merging import aliases
from beffroi.guard.stamped import Row

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

TABLE: Final = "presence_code"
_DAY: Final = timedelta(days=1)
_SAME: Final = "SELECT 1 FROM guard.presence_code WHERE code_hash = $1 AND ended_at IS NULL"
_LIVE: Final = "SELECT * FROM guard.presence_code WHERE code_hash = $1 AND ended_at IS NULL FOR UPDATE"
_OWN: Final = """
SELECT c.*, o.name FROM guard.presence_code c JOIN guard.organisation o ON o.id = c.organisation
WHERE c.person = ANY ($1::uuid[]) AND c.made_at > $2 ORDER BY c.made_at DESC, c.id
"""
_ONE: Final = "SELECT * FROM guard.presence_code WHERE id = $1 AND person = ANY ($2::uuid[]) FOR UPDATE"
_OPEN: Final = "SELECT * FROM guard.presence_code WHERE person = $1 AND ended_at IS NULL ORDER BY id FOR UPDATE"
_OUTLIVED: Final = """
SELECT * FROM guard.presence_code WHERE expires_at < $1 AND id > $2 ORDER BY id LIMIT $3 FOR UPDATE
"""
_FORGET: Final = "DELETE FROM guard.presence_code WHERE id = ANY ($1::uuid[])"
_AT_ONCE: Final = 1000


def law_of(row: Row) -> PresenceCode:
    """A row that is genuine, as the law reads it."""
    return PresenceCode(row["expires_at"], row["ended_at"], None if row["ending"] is None else State(row["ending"]))


async def make(
    conn: "asyncpg.Connection", keys: "Keys", person: PersonId, organisation: OrganisationId, now: datetime
) -> tuple[str, str, datetime]:
    """Draw a code and write its row: its id, the code, when it ends."""
    code = _drawn()
    while await conn.fetchval(_SAME, _hash(keys, organisation, code)) is not None:
        code = _drawn()
    row = {
        "id": str(uuid4()), "person": person, "organisation": organisation,
        "code_hash": _hash(keys, organisation, code), "made_at": now, "expires_at": now + LIFE, "ended_at": None,
        "ending": None, "version": 1,
    }  # fmt: skip
    await stamped.insert(conn, keys, TABLE, row)
    return str(row["id"]), f"{code[:4]}-{code[4:]}", now + LIFE


async def own(conn: "asyncpg.Connection", keys: "Keys", person: PersonId, now: datetime) -> list[Row]:
    """A person's codes of late, each with the ``name`` of its organisation, the last first. Raises Forged."""
    kin = await aliases.family(conn, keys, person)
    return [stamped.genuine(keys, TABLE, row) for row in await conn.fetch(_OWN, kin, now - KEPT)]


def counted(rows: Sequence[Row], now: datetime) -> tuple[Sequence[str], int]:
    """At which organisations a person's codes wait, and how many were made in 24 hours."""
    waiting = [str(row["organisation"]) for row in rows if law_of(row).state_at(now) is State.WAITING]
    return waiting, sum(row["made_at"] > now - _DAY for row in rows)


async def typed(
    conn: "asyncpg.Connection", keys: "Keys", organisation: OrganisationId, text: str, now: datetime
) -> Row | None:
    """The code that waits at this organisation, locked; None for any other text, whatever is wrong with it."""
    code = symbols_of(text)
    row: Row | None = await conn.fetchrow(_LIVE, _hash(keys, organisation, code))
    if row is None or law_of(stamped.genuine(keys, TABLE, row)).state_at(now) is not State.WAITING:
        return None
    return row


async def end(conn: "asyncpg.Connection", keys: "Keys", row: Row, ending: State, now: datetime) -> bool:
    """Use it, or take it back; False where it does not wait any more."""
    after = law_of(stamped.genuine(keys, TABLE, row)).ended(ending, now)
    if after is None:
        return False
    await stamped.amend(conn, keys, TABLE, row, ended_at=after.ended_at, ending=after.ending)
    return True


async def take_back(
    conn: "asyncpg.Connection", keys: "Keys", person: PersonId, id_: str, now: datetime
) -> Row | None:
    """End one of the person's own codes; None where there is none that waits."""
    row: Row | None = await conn.fetchrow(_ONE, id_, await aliases.family(conn, keys, person))
    return row if row is not None and await end(conn, keys, row, State.TAKEN_BACK, now) else None


async def end_all(conn: "asyncpg.Connection", keys: "Keys", person: PersonId, now: datetime) -> None:
    """Codes of this file serve no more."""
    for row in await conn.fetch(_OPEN, person):
        await end(conn, keys, row, State.ENDED, now)


async def forget(conn: "asyncpg.Connection", keys: "Keys", now: datetime) -> int:
    """Delete what its person need not see any more, and let the journal say that it is gone; how many.

    In transactions of its own, a thousand rows each. A row that is not genuine stays, and is reported: what it
    says of its own end is worth nothing, and the journal must not say that the guard deleted it.
    """
    forgotten, after = 0, UUID(int=0)
    while True:
        async with conn.transaction():
            await turnstile.take(conn)
            rows = await conn.fetch(_OUTLIVED, now - KEPT, after, _AT_ONCE)
            outlived = [row for row in rows if stamped.is_genuine(keys, TABLE, row)]
            await conn.execute(_FORGET, [row["id"] for row in outlived])
            await stamped.record(conn, keys, TABLE, outlived, gone=True)
        forgotten += len(outlived)
        if len(rows) < _AT_ONCE:
            return forgotten
        after = rows[-1]["id"]


def _drawn() -> str:
    return "".join(secrets.choice(SYMBOLS) for _ in range(LENGTH))


def _hash(keys: "Keys", organisation: OrganisationId, code: str) -> bytes:
    keyed = f"{organisation}|{code}".encode("utf-8", "replace")
    return blake2b(keyed, key=keys.session, person=b"presence", digest_size=32).digest()
