"""Ending sessions: one, all of an account, all of a scope; every ending is journaled with its reason."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from beffroi.core.ids import AccountId, ApplicationId, HabilitationId, SessionId
from beffroi.guard import stamped
from beffroi.guard.journal import Entry, append
from beffroi.guard.stamped import Row

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

_REVOKE: Final = """
UPDATE guard.session s SET revoked_at = $1, version = s.version + 1, mac = q.mac
FROM unnest($2::uuid[], $3::bytea[], $4::bytea[]) AS q (id, was, mac) WHERE s.id = q.id AND s.mac = q.was
"""


async def revoke(
    conn: "asyncpg.Connection", keys: "Keys", sessions: Iterable[Row], now: datetime, reason: str
) -> int:
    """Revoke these sessions (rows read FOR UPDATE) at ``now``; how many were still live.

    A forged row is revoked all the same: whatever it says, it must not serve, and its MAC stays bad. All of them in
    one statement: a containment ends thousands while everybody waits for the turn. Raises Forged when a row was
    changed since it was read.
    """
    live = [session for session in sessions if session["revoked_at"] is None]
    if not live:
        return 0
    macs, revoked = [], []
    for session in live:
        after = {**session, "revoked_at": now, "version": session["version"] + 1}
        genuine = keys.authenticator.genuine_row("session", session)
        macs.append(keys.authenticator.stamp_row("session", after) if genuine else session["mac"])
        if genuine:
            revoked.append({**after, "mac": macs[-1]})
    done = await conn.execute(
        _REVOKE, now, [session["id"] for session in live], [session["mac"] for session in live], macs
    )
    if done != f"UPDATE {len(live)}":
        raise stamped.Forged("session")
    await stamped.record(conn, keys, "session", revoked)
    kind = "signed-out" if reason == "signed-out" else "session-revoked"
    entries = [
        Entry(
            now, kind, account=str(session["account"]), session=str(session["id"]),
            application=session["application"], explanation=reason,
        )
        for session in live
    ]  # fmt: skip
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


async def revoke_at(
    conn: "asyncpg.Connection",
    keys: "Keys",
    account: AccountId,
    habilitation: HabilitationId,
    application: ApplicationId,
    now: datetime,
    reason: str,
) -> int:
    """Revoke every session that an account's habilitation has at one application; how many. Under the turnstile."""
    rows = await conn.fetch(
        "SELECT * FROM guard.session WHERE account = $1 AND habilitation = $2 AND application = $3"
        " AND revoked_at IS NULL ORDER BY id FOR UPDATE",
        account,
        habilitation,
        application,
    )
    return await revoke(conn, keys, rows, now, reason)
