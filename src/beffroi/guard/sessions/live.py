"""The session a handle stands for, checked as the decision checks it: who presents it, from where, and is it over."""

import hmac
from datetime import datetime
from typing import TYPE_CHECKING, Final

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

_SEEN: Final = "SELECT * FROM guard.session WHERE handle_hash = $1"
WRITTEN: Final = frozenset({Code.SESSION_OTHER_CLIENT, Code.INTEGRITY})
"""Refusals that leave a trace: a stolen session is ended, a forged row reported."""


def is_over(session: Row, rules: SessionRules, now: datetime) -> bool:
    """Whether a session is revoked, past its absolute end, or idle for too long."""
    return (
        session["revoked_at"] is not None
        or now >= session["expires_at"]
        or now - session["seen_at"] >= rules.idle_life
    )


def refusal_of(
    keys: "Keys", rules: SessionRules, application: ApplicationId, client: str, session: Row, now: datetime
) -> Code | None:
    """Why a row read by its handle does not serve this application and this client at ``now``; None when it does."""
    if not keys.authenticator.genuine_row("session", session):
        return Code.INTEGRITY
    if session["application"] != application:
        return Code.SESSION_OTHER_APPLICATION
    if is_over(session, rules, now):
        return Code.SESSION_ENDED
    if not hmac.compare_digest(session["client_hash"] or b"", handles.digest(client)):
        return Code.SESSION_OTHER_CLIENT
    return None


async def seen_session(
    conn: "asyncpg.Connection",
    keys: "Keys",
    rules: SessionRules,
    application: ApplicationId,
    handle: str,
    client: str,
) -> Row | Code:
    """The row of a live session, not locked, or the code of the refusal; writes nothing.

    A code of ``WRITTEN`` asks for more than a refusal: the caller goes on to :func:`live_session`.
    """
    session = await _presented(conn, handle, _SEEN)
    if session is None:
        return Code.SESSION_UNKNOWN
    return refusal_of(keys, rules, application, client, session, await stamped.instant(conn)) or dict(session)


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
    session = await _presented(conn, handle, f"{_SEEN} FOR UPDATE")
    if session is None:
        return Code.SESSION_UNKNOWN
    now = await stamped.instant(conn)
    refusal = refusal_of(keys, rules, application, client, session, now)
    if refusal is Code.INTEGRITY:
        await append(conn, [Entry(now, "integrity", session=str(session["id"]), detail='{"table":"session"}')])
    elif refusal is Code.SESSION_OTHER_CLIENT:
        await revoke(conn, keys, [session], now, refusal.value)
    return refusal or dict(session)


async def _presented(conn: "asyncpg.Connection", handle: str, statement: str) -> Row | None:
    if handles.SECRET.fullmatch(handle) is None:
        return None
    found: Row | None = await conn.fetchrow(statement, handles.digest(handle))
    return found
