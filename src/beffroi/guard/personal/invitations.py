"""Codes handed over at the office: issued once, kept as a keyed hash, tried five times, used once, for 48 hours.

The first four symbols find the invitation, so that a wrong code counts against it; the other twelve are 60 random
bits. A code lives no longer than what its issuer may do: it opens nothing once that account, or its office, is
suspended or cut off, and neither does the session it began (I-07).
"""

import hmac
import re
import secrets
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from beffroi.core.ids import PersonId
from beffroi.core.inviting import LENGTH, LIFE, LOCATOR, MOST_ISSUED, SYMBOLS, TRIES, symbols_of
from beffroi.core.personal import Objection
from beffroi.guard import stamped
from beffroi.guard.journal import Entry, append
from beffroi.guard.personal import sessions
from beffroi.guard.stamped import Row

if TYPE_CHECKING:
    import asyncpg

    from beffroi.core.ids import AccountId, OrganisationId
    from beffroi.guard.keys import Keys

TABLE: Final = "invitation"
_WRITTEN: Final = re.compile(f"[{SYMBOLS}]{{{LOCATOR}}}")
_ISSUED: Final = "SELECT count(*) FROM guard.invitation WHERE account = $1 AND issued_at > $2"
_OPEN: Final = "SELECT * FROM guard.invitation WHERE person = $1 AND ended_at IS NULL ORDER BY id FOR UPDATE"
_BEGUN: Final = """
SELECT s.* FROM guard.person_session s JOIN guard.invitation i ON i.session = s.id
WHERE i.person = $1 AND s.revoked_at IS NULL AND s.expires_at > $2 ORDER BY s.id FOR UPDATE OF s
"""
_LIVE: Final = "SELECT * FROM guard.invitation WHERE locator = $1 AND ended_at IS NULL FOR UPDATE"
_OF_SESSION: Final = "SELECT * FROM guard.invitation WHERE session = $1"
_SAME_LOCATOR: Final = "SELECT 1 FROM guard.invitation WHERE locator = $1 AND ended_at IS NULL"
_CUT: Final = """
SELECT * FROM guard.containment WHERE lifted_at IS NULL AND kind IN ('everything', 'account', 'line', 'organisation')
"""
_LINES: Final = "SELECT line FROM guard.line_member WHERE account = $1"


async def issue(
    conn: "asyncpg.Connection",
    keys: "Keys",
    person: PersonId,
    account: "AccountId",
    organisation: "OrganisationId",
    now: datetime,
) -> tuple[str, datetime] | Objection:
    """A new code and when it ends; what was handed over before is worth nothing from now on. Raises Forged.

    The caller holds the turnstile, and has journaled nothing yet.
    """
    if await conn.fetchval(_ISSUED, account, now - timedelta(days=1)) >= MOST_ISSUED:
        return Objection.TOO_MANY_INVITATIONS
    await end_all(conn, keys, person, now, "replaced")
    code = _drawn()
    while await conn.fetchval(_SAME_LOCATOR, code[:LOCATOR]) is not None:
        code = _drawn()
    id_ = str(uuid4())
    row = {
        "id": id_, "person": person, "organisation": organisation, "account": account, "locator": code[:LOCATOR],
        "code_hash": _hash(keys, id_, code), "failures": 0, "issued_at": now, "expires_at": now + LIFE,
        "ended_at": None, "session": None, "version": 1,
    }  # fmt: skip
    await stamped.insert(conn, keys, TABLE, row)
    return "-".join(code[start : start + 4] for start in range(0, LENGTH, 4)), now + LIFE


async def end_all(conn: "asyncpg.Connection", keys: "Keys", person: PersonId, now: datetime, why: str) -> None:
    """Codes of this person serve no more, and sessions begun by one are over. Raises Forged."""
    for row in await conn.fetch(_OPEN, person):
        await stamped.amend(conn, keys, TABLE, row, ended_at=now)
    for session in await conn.fetch(_BEGUN, person, now):
        await sessions.revoke(conn, keys, session, now, f"invitation-{why}")


async def typed(conn: "asyncpg.Connection", keys: "Keys", text: str, now: datetime) -> Row | None:
    """The invitation of a code that was typed, used up; None for a wrong, used or ended one, which counts.

    The caller holds the turnstile. Raises Forged.
    """
    code = symbols_of(text)[: 2 * LENGTH]
    # What PostgreSQL would not even read is a wrong code like another, and counts as one.
    row = await conn.fetchrow(_LIVE, code[:LOCATOR]) if _WRITTEN.fullmatch(code[:LOCATOR]) else None
    if row is None or now >= stamped.genuine(keys, TABLE, row)["expires_at"]:
        return None
    if not hmac.compare_digest(row["code_hash"], _hash(keys, str(row["id"]), code)):
        failures = row["failures"] + 1
        closed = failures >= TRIES
        await stamped.amend(conn, keys, TABLE, row, failures=failures, ended_at=now if closed else None)
        if closed:
            entry = Entry(
                now, "invitation-closed", str(row["person"]), account=str(row["account"]),
                organisation=str(row["organisation"]), explanation="too-many-tries",
            )  # fmt: skip
            await append(conn, [entry])
        return None
    if not await stands(conn, keys, row):
        return None
    return await stamped.amend(conn, keys, TABLE, row, ended_at=now)


async def began(conn: "asyncpg.Connection", keys: "Keys", invitation: Row, session: str) -> None:
    """The code has begun this session. Raises Forged."""
    await stamped.amend(conn, keys, TABLE, invitation, session=session)


async def holds(conn: "asyncpg.Connection", keys: "Keys", session: str) -> bool:
    """Whether a session that no identity was proven for still has a code behind it. Raises Forged."""
    row = await conn.fetchrow(_OF_SESSION, session)
    return row is not None and await stands(conn, keys, stamped.genuine(keys, TABLE, row))


async def stands(conn: "asyncpg.Connection", keys: "Keys", invitation: Row) -> bool:
    """Whether its issuer is neither suspended nor cut off, by account, line or office. Raises Forged."""
    account, organisation = str(invitation["account"]), str(invitation["organisation"])
    held = await conn.fetchrow("SELECT * FROM guard.account WHERE id = $1", account)
    place = await conn.fetchrow("SELECT * FROM guard.organisation WHERE id = $1", organisation)
    if held is None or stamped.genuine(keys, "account", held)["status"] != "active":
        return False
    if place is None or not stamped.genuine(keys, "organisation", place)["active"]:
        return False
    lines = {str(row["line"]) for row in await conn.fetch(_LINES, account)} | {account}
    cut = {
        (one["kind"], one["scope"]) for one in await conn.fetch(_CUT) if stamped.genuine(keys, "containment", one)
    } | keys.authenticator.distrusted  # fmt: skip
    own = {("account", account), ("organisation", organisation), *(("line", line) for line in lines)}
    return not own & cut and not any(kind == "everything" for kind, _ in cut)


def _drawn() -> str:
    return "".join(secrets.choice(SYMBOLS) for _ in range(LENGTH))


def _hash(keys: "Keys", invitation: str, code: str) -> bytes:
    keyed = f"{invitation}|{code}".encode("utf-8", "replace")
    return blake2b(keyed, key=keys.session, person=b"invitation", digest_size=32).digest()
