"""From a finished sign-in to a session handle: begin a session, hand a code over, redeem it once.

A code used twice, elsewhere or for another browser revokes the session (:mod:`beffroi.guard.sessions.handing_over`).

What the code stands for is under a key of the guard, together with the code and the state: whoever writes the
database can neither plant a code of his own nor turn one he was given towards somebody else's session (I-16).
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import uuid4

from beffroi.core.ids import AccountId, ApplicationId, SessionId
from beffroi.core.policy import Level, SessionRules
from beffroi.guard import stamped, turnstile
from beffroi.guard.journal import Entry, append
from beffroi.guard.sessions import handles
from beffroi.guard.sessions.ending import revoke
from beffroi.guard.sessions.handing_over import CODE_LIFE, NotRedeemed, Redeemed, bound, failure
from beffroi.guard.sessions.memberships import demanded, memberships_in
from beffroi.guard.stamped import Row
from beffroi.guard.vault.sealing import owner_bytes, seal_for

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

_USE: Final = b"handover"


class SignedIn(NamedTuple):
    """What a sign-in established. ``id_token`` is kept, sealed, as the hint of the provider's logout."""

    account: Row
    application: ApplicationId
    level: Level
    factor_at: datetime
    state: str
    browser: str
    id_token: str | None
    detail: str


async def begin(
    conn: "asyncpg.Connection", keys: "Keys", rules: SessionRules, signed_in: SignedIn, policy: str
) -> str:
    """Begin a session and return the code the browser takes to the application; inside the caller's transaction."""
    now = await stamped.instant(conn)
    account, session = signed_in.account, SessionId(str(uuid4()))
    hint = None
    if signed_in.id_token is not None:
        owner = owner_bytes(str(account["id"]))
        hint = seal_for(
            keys, owner, account["wrapped_key"], account["epoch"], f"session/{session}", signed_in.id_token.encode()
        )
    await stamped.insert(
        conn,
        keys,
        "session",
        {
            "id": session,
            "handle_hash": None,
            "application": signed_in.application,
            "account": account["id"],
            "habilitation": None,
            "level": int(signed_in.level),
            "factor_at": signed_in.factor_at,
            "client_hash": None,
            "browser_hash": handles.digest(signed_in.browser),
            "logout_hint": hint,
            "created_at": now,
            "expires_at": now + timedelta(seconds=rules.absolute),
            "seen_at": now,
            "revoked_at": None,
            "version": 1,
        },
    )
    code, expires_at = handles.new_secret(), now + CODE_LIFE
    await conn.execute(
        "INSERT INTO guard.handover (code_hash, application, state_hash, session, expires_at)"
        " VALUES ($1, $2, $3, $4, $5)",
        handles.digest(code),
        signed_in.application,
        bound(keys, _USE, code, signed_in.application, session, expires_at, signed_in.state),
        session,
        expires_at,
    )
    entry = Entry(
        now, "signed-in", account=str(account["id"]), session=session, application=signed_in.application,
        policy=policy, detail=signed_in.detail,
    )  # fmt: skip
    await append(conn, [entry])
    return code


async def redeem(
    conn: "asyncpg.Connection", keys: "Keys", application: ApplicationId, code: str, state: str, client: str
) -> Redeemed | NotRedeemed:
    """Exchange a code for a handle bound to ``client``; a transaction of its own.

    Raises Forged when the session's row is not genuine.
    """
    async with conn.transaction():
        await turnstile.take(conn)
        now = await stamped.instant(conn)
        handed = await conn.fetchrow(
            "SELECT * FROM guard.handover WHERE code_hash = $1 FOR UPDATE", handles.digest(code)
        )
        if handed is None:
            return NotRedeemed.UNKNOWN
        session = await conn.fetchrow("SELECT * FROM guard.session WHERE id = $1 FOR UPDATE", handed["session"])
        if session is None:
            return NotRedeemed.UNKNOWN
        refused = failure(keys, _USE, handed, handed["state_hash"], code, application, state, now)
        if refused is not None:
            # Presented twice, elsewhere or for another browser: the code is in somebody else's hands.
            if refused is not NotRedeemed.EXPIRED:
                await revoke(conn, keys, [session], now, refused.value)
            return refused
        if session["revoked_at"] is not None or session["handle_hash"] is not None:
            return NotRedeemed.UNKNOWN
        await conn.execute(
            "UPDATE guard.handover SET redeemed_at = $2 WHERE code_hash = $1", handed["code_hash"], now
        )
        held = await memberships_in(conn, keys, AccountId(str(session["account"])), application, now)
        only = held[0] if len(held) == 1 else None
        if only is not None and session["level"] < await demanded(conn, keys, only.organisation):
            only = None  # chosen by hand, which asks for the step-up
        handle = handles.new_secret()
        row = await stamped.amend(
            conn,
            keys,
            "session",
            session,
            handle_hash=handles.digest(handle),
            client_hash=handles.digest(client),
            habilitation=None if only is None else only.habilitation,
            seen_at=now,
        )
        return Redeemed(handle, row)
