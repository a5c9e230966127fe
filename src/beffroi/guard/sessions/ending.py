"""Ending sessions: one, all of an account, all of a scope; every ending is journaled with its reason."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from beffroi.core.ids import AccountId, SessionId
from beffroi.guard import stamped
from beffroi.guard.journal import Entry, append
from beffroi.guard.stamped import Row

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys


async def revoke(
    conn: "asyncpg.Connection", keys: "Keys", sessions: Iterable[Row], now: datetime, reason: str
) -> int:
    """Revoke these sessions (rows read FOR UPDATE) at ``now``; how many were still live.

    A forged row is revoked all the same: whatever it says, it must not serve, and its MAC stays bad.
    """
    entries: list[Entry] = []
    for session in sessions:
        if session["revoked_at"] is not None:
            continue
        if keys.authenticator.genuine_row("session", session):
            await stamped.amend(conn, keys, "session", session, revoked_at=now)
        else:
            await conn.execute("UPDATE guard.session SET revoked_at = $2 WHERE id = $1", session["id"], now)
        kind = "signed-out" if reason == "signed-out" else "session-revoked"
        entries.append(
            Entry(
                now,
                kind,
                account=str(session["account"]),
                session=str(session["id"]),
                application=session["application"],
                explanation=reason,
            )
        )
    await append(conn, entries)
    return len(entries)


async def revoke_of_account(
    conn: "asyncpg.Connection",
    keys: "Keys",
    account: AccountId,
    now: datetime,
    reason: str,
    *,
    but: SessionId | None = None,
) -> int:
    """Revoke every session of an account, ``but`` one if told; how many. The turnstile is held by the caller."""
    rows = await conn.fetch(
        "SELECT * FROM guard.session WHERE account = $1 AND revoked_at IS NULL AND id IS DISTINCT FROM $2"
        " ORDER BY id FOR UPDATE",
        account,
        but,
    )
    return await revoke(conn, keys, rows, now, reason)
