"""Enrolment codes: handed over outside e-mail, five tries, a few days, good for one factor.

A code is 80 random bits in sixteen symbols of Crockford's base 32, in groups of four. What the database keeps is a
keyed hash bound to the account: whoever holds the database cannot try codes against it.
"""

import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from beffroi.core.ids import AccountId
from beffroi.guard import stamped
from beffroi.guard.journal import Entry, append
from beffroi.guard.stamped import Row

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

TRIES: Final = 5
LIFE: Final = timedelta(days=7)
SYMBOLS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH: Final = 16
_OPEN: Final = """
SELECT * FROM guard.enrolment WHERE account = ANY ($1::uuid[]) AND used_at IS NULL AND expires_at > $2
ORDER BY id FOR UPDATE
"""
_READ_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None, "\u00a0": None, "\u202f": None})


async def issue(
    conn: "asyncpg.Connection", keys: "Keys", account: AccountId, now: datetime, *, life: timedelta = LIFE
) -> str:
    """A new code for the account, returned once, never stored; codes issued before are closed."""
    for old in await conn.fetch(
        "SELECT * FROM guard.enrolment WHERE account = $1 AND used_at IS NULL FOR UPDATE", account
    ):
        await stamped.amend(conn, keys, "enrolment", old, used_at=now)
    code = "".join(secrets.choice(SYMBOLS) for _ in range(_LENGTH))
    await stamped.insert(
        conn,
        keys,
        "enrolment",
        {
            "id": uuid4(),
            "account": account,
            "code_hash": _hash(keys, account, code),
            "failures": 0,
            "expires_at": now + life,
            "used_at": None,
            "created_at": now,
        },
    )
    await append(conn, [Entry(now, "enrolment-issued", account=account)])
    return "-".join(code[start : start + 4] for start in range(0, _LENGTH, 4))


async def check(
    conn: "asyncpg.Connection", keys: "Keys", account: AccountId, typed: str, now: datetime
) -> str | None:
    """The id of the enrolment whose code was typed, still to be used; a wrong code counts. Raises Forged.

    Past five wrong codes the enrolment is closed and journaled: another must be asked for, from people.
    """
    shown = _hash(keys, account, typed.upper().translate(_READ_AS)[: 2 * _LENGTH])
    live = [
        stamped.genuine(keys, "enrolment", row)
        for row in await conn.fetch("SELECT * FROM guard.enrolment WHERE account = $1 FOR UPDATE", account)
        if row["used_at"] is None and now < row["expires_at"] and row["failures"] < TRIES
    ]
    for row in live:
        if hmac.compare_digest(row["code_hash"], shown):
            return str(row["id"])
    for row in live:
        await stamped.amend(conn, keys, "enrolment", row, failures=row["failures"] + 1)
        if row["failures"] + 1 >= TRIES:
            await append(conn, [Entry(now, "enrolment-closed", account=account, explanation="too-many-tries")])
    return None


async def still_open(conn: "asyncpg.Connection", enrolment: str, now: datetime) -> Row | None:
    """A checked enrolment, locked; None when it was used, closed or ran out in the meantime."""
    row: Row | None = await conn.fetchrow("SELECT * FROM guard.enrolment WHERE id = $1 FOR UPDATE", enrolment)
    if row is None or row["used_at"] is not None or now >= row["expires_at"] or row["failures"] >= TRIES:
        return None
    return row


async def void(
    conn: "asyncpg.Connection", keys: "Keys", accounts: Collection[AccountId], now: datetime, why: str
) -> None:
    """Codes of these accounts serve no more; ``why`` is a short code for the journal.

    Whatever suspends or closes an account, or something it holds, calls this in the same transaction: a code is
    handed over for what people agreed to then, and must not open what they give back later (I-07).
    """
    if not accounts:
        return
    rows = await conn.fetch(_OPEN, list(accounts), now)
    for row in rows:
        if keys.authenticator.genuine_row("enrolment", row):
            await stamped.amend(conn, keys, "enrolment", row, expires_at=now)
        else:  # whatever it says, it must not serve; its MAC stays bad
            await conn.execute("UPDATE guard.enrolment SET expires_at = $2 WHERE id = $1", row["id"], now)
    entries = [Entry(now, "enrolment-closed", account=str(row["account"]), explanation=why) for row in rows]
    await append(conn, entries)


def _hash(keys: "Keys", account: AccountId, code: str) -> bytes:
    keyed = blake2b(
        f"{account}|{code}".encode("utf-8", "replace"), key=keys.session, person=b"enrolment", digest_size=32
    )
    return keyed.digest()
