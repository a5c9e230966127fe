"""The session a handle stands for, checked as the decision checks it: who presents it, from where, and is it over."""

import hmac
from datetime import datetime
from typing import TYPE_CHECKING

from beffroi.core.ids import ApplicationId
from beffroi.core.policy import SessionRules
from beffroi.core.refusals import Code
from beffroi.guard import stamped
from beffroi.guard.journal import Entry, append
from beffroi.guard.sessions import handles
from beffroi.guard.sessions.ending import revoke
from beffroi.guard.stamped import Row

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys


def is_over(session: Row, rules: SessionRules, now: datetime) -> bool:
    """Whether a session is revoked, past its absolute end, or idle for too long."""
    return (
        session["revoked_at"] is not None
        or now >= session["expires_at"]
        or now - session["seen_at"] >= rules.idle_life
    )


async def live_session(
    conn: "asyncpg.Connection",
    keys: "Keys",
    rules: SessionRules,
    application: ApplicationId,
    handle: str,
    client: str,
) -> Row | Code:
    """The row of a live session, locked, or the code of the refusal; inside the caller's transaction.

    A handle that comes from another client than the one it was given to is a stolen one: the session is revoked, so
    the caller must let its transaction commit on a refusal too.
    """
    if handles.SECRET.fullmatch(handle) is None:
        return Code.SESSION_UNKNOWN
    session = await conn.fetchrow(
        "SELECT * FROM guard.session WHERE handle_hash = $1 FOR UPDATE", handles.digest(handle)
    )
    if session is None:
        return Code.SESSION_UNKNOWN
    now = await stamped.instant(conn)
    if not keys.authenticator.genuine_row("session", session):
        await append(conn, [Entry(now, "integrity", session=str(session["id"]), detail='{"table":"session"}')])
        return Code.INTEGRITY
    if session["application"] != application:
        return Code.SESSION_OTHER_APPLICATION
    if is_over(session, rules, now):
        return Code.SESSION_ENDED
    if not hmac.compare_digest(session["client_hash"] or b"", handles.digest(client)):
        await revoke(conn, keys, [session], now, Code.SESSION_OTHER_CLIENT.value)
        return Code.SESSION_OTHER_CLIENT
    return dict(session)
