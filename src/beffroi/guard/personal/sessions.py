"""A person's session: begun after a match, redeemed once by the application, live for an hour at most.

It is a row of another table than an agent's, under a handle of another form, and names a person where an agent's
names an account: no door of one kind can take the other for its own.
"""

import hmac
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from beffroi.core.ids import ApplicationId, PersonId
from beffroi.core.personal import ABSOLUTE, IDLE
from beffroi.core.refusals import Code
from beffroi.guard import stamped, turnstile
from beffroi.guard.journal import Entry, append
from beffroi.guard.sessions import handles
from beffroi.guard.sessions.handing_over import CODE_LIFE, NotRedeemed, Redeemed, bound, failure
from beffroi.guard.stamped import Row
from beffroi.guard.vault.sealing import Sealer

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

TABLE: Final = "person_session"
_USE: Final = b"person-handover"
_SEEN: Final = "SELECT * FROM guard.person_session WHERE handle_hash = $1"
USED: Final = "UPDATE guard.person_session SET seen_at = $2 WHERE id = $1 AND seen_at < $2 AND revoked_at IS NULL"
TOUCH: Final = timedelta(minutes=1)
"""How old the last use may be before it is written anew."""
_CUT: Final = "SELECT * FROM guard.containment WHERE lifted_at IS NULL AND kind IN ('everything', 'application')"


async def begin(
    conn: "asyncpg.Connection",
    keys: "Keys",
    person: PersonId,
    application: ApplicationId,
    state: str,
    id_token: str | None,
    policy: str,
    session: str | None = None,
) -> str:
    """Begin a session and return the code that the browser takes to the application; the caller holds the turnstile.

    ``id_token`` is the provider's; None where a code was handed over, and no identity proven (:func:`is_identified`).

    The person's other sessions go on: a telephone and a computer are not two people.
    """
    now, session = await stamped.instant(conn), session or str(uuid4())
    await stamped.insert(
        conn,
        keys,
        TABLE,
        {
            "id": session, "handle_hash": None, "application": application, "person": person, "client_hash": None,
            "logout_hint": None if id_token is None else logout_sealer(keys).seal(id_token.encode(), _owner(session)),
            "created_at": now,
            "expires_at": now + ABSOLUTE, "seen_at": now, "revoked_at": None, "version": 1,
        },
    )  # fmt: skip
    code, ends = handles.new_secret(), now + CODE_LIFE
    await conn.execute(
        "INSERT INTO guard.person_handover (code_hash, application, bound, session, expires_at)"
        " VALUES ($1, $2, $3, $4, $5)",
        handles.digest(code), application, bound(keys, _USE, code, application, session, ends, state), session, ends,
    )  # fmt: skip
    entry = Entry(
        now, "person-signed-in", person, session=session, application=application, policy=policy,
        explanation="invitation" if id_token is None else None,
    )  # fmt: skip
    await append(conn, [entry])
    return code


async def redeem(
    conn: "asyncpg.Connection", keys: "Keys", application: ApplicationId, code: str, state: str, client: str
) -> Redeemed | NotRedeemed:
    """Exchange a code for a handle bound to ``client``; a transaction of its own. Raises Forged.

    Presented twice, elsewhere or for another browser, the code is in somebody else's hands: the session is revoked.
    """
    async with conn.transaction():
        await turnstile.take(conn)
        now = await stamped.instant(conn)
        handed = await conn.fetchrow(
            "SELECT * FROM guard.person_handover WHERE code_hash = $1 FOR UPDATE", handles.digest(code)
        )
        session = handed and await conn.fetchrow(
            "SELECT * FROM guard.person_session WHERE id = $1 FOR UPDATE", handed["session"]
        )
        if handed is None or session is None:
            return NotRedeemed.UNKNOWN
        refused = failure(keys, _USE, handed, handed["bound"], code, application, state, now)
        if refused is not None:
            if refused is not NotRedeemed.EXPIRED:
                await revoke(conn, keys, session, now, refused.value)
            return refused
        if session["revoked_at"] is not None or session["handle_hash"] is not None:
            return NotRedeemed.UNKNOWN
        await conn.execute(
            "UPDATE guard.person_handover SET redeemed_at = $2 WHERE code_hash = $1", handed["code_hash"], now
        )
        handle = handles.new_person_handle()
        row = await amend(
            conn, keys, session, handle_hash=handles.digest(handle), client_hash=handles.digest(client), seen_at=now
        )
        return Redeemed(handle, row)


async def amend(conn: "asyncpg.Connection", keys: "Keys", session: Row, **changes: object) -> Row:
    """Change a session's row, locked by the caller; its version and MAC follow. Raises Forged.

    Its facts are not folded (:data:`beffroi.guard.folding.recording.UNFOLDED`), so none is journaled.
    """
    stamped.genuine(keys, TABLE, session)
    after = {**dict(session), **changes, "version": session["version"] + 1}
    after["mac"] = keys.authenticator.stamp_row(TABLE, after)
    await conn.execute(
        "UPDATE guard.person_session SET handle_hash = $2, client_hash = $3, seen_at = $4, revoked_at = $5,"
        " version = $6, mac = $7 WHERE id = $1",
        after["id"], after["handle_hash"], after["client_hash"], after["seen_at"], after["revoked_at"],
        after["version"], after["mac"],
    )  # fmt: skip
    return after


async def revoke(conn: "asyncpg.Connection", keys: "Keys", session: Row, now: datetime, reason: str) -> None:
    """End a session, locked by the caller, and journal why. Raises Forged."""
    if session["revoked_at"] is not None:
        return
    await amend(conn, keys, session, revoked_at=now)
    kind = "person-signed-out" if reason == "signed-out" else "person-session-revoked"
    entry = Entry(
        now, kind, str(session["person"]), session=str(session["id"]), application=session["application"],
        explanation=reason,
    )  # fmt: skip
    await append(conn, [entry])


async def presented(conn: "asyncpg.Connection", handle: str, *, locked: bool = False) -> Row | None:
    """The row of a handle, live or not; None for what is no person's handle."""
    if handles.PERSON.fullmatch(handle) is None:
        return None
    found: Row | None = await conn.fetchrow(_SEEN + (" FOR UPDATE" if locked else ""), handles.digest(handle))
    return found


async def refusal_of(
    conn: "asyncpg.Connection", keys: "Keys", application: ApplicationId, client: str, session: Row, now: datetime
) -> Code | None:
    """Why a session does not serve this application and this client now; None when it does. Raises Forged."""
    stamped.genuine(keys, TABLE, session)
    if session["application"] != application:
        return Code.SESSION_OTHER_APPLICATION
    over = session["revoked_at"] is not None or now >= session["expires_at"] or now - session["seen_at"] >= IDLE
    if over:
        return Code.SESSION_ENDED
    if not hmac.compare_digest(session["client_hash"] or b"", handles.digest(client)):
        return Code.SESSION_OTHER_CLIENT
    return await shut(conn, keys, application)


async def shut(conn: "asyncpg.Connection", keys: "Keys", application: ApplicationId) -> Code | None:
    """Why an application serves nobody now: it is closed or contained, or everything is. Raises Forged."""
    row = await conn.fetchrow("SELECT * FROM guard.application WHERE id = $1", application)
    if row is None:
        return Code.APPLICATION_UNKNOWN
    cut = {
        (one["kind"], one["scope"]) for one in await conn.fetch(_CUT) if stamped.genuine(keys, "containment", one)
    } | keys.authenticator.distrusted  # fmt: skip
    if any(kind == "everything" for kind, _ in cut):
        return Code.EVERYTHING_CONTAINED
    if not stamped.genuine(keys, "application", row)["open"] or ("application", application) in cut:
        return Code.APPLICATION_CLOSED
    return None


def logout_sealer(keys: "Keys") -> Sealer:
    """What seals the ID token that ends the provider's own session."""
    return Sealer(keys.session, "person-logout")


def is_identified(keys: "Keys", session: Row) -> bool:
    """Whether the provider proved an identity for this session: its ID token is there, sealed for it by the guard.

    What shows more must be shown by something that nobody can write without the guard's keys. Raises SealRefused.
    """
    return session["logout_hint"] is not None and bool(hint(keys, session))


def hint(keys: "Keys", session: Row) -> str:
    """The ID token kept with a session. Raises SealRefused."""
    return logout_sealer(keys).unseal(session["logout_hint"], _owner(str(session["id"]))).decode("ascii")


def _owner(session: str) -> bytes:
    return bytes.fromhex(session.replace("-", ""))
