"""Tokens of partners' directories: issued and revoked on the host, presented as a bearer token (RFC 6750).

256 random bits, kept as their hash alone and found by it: nothing of a token is compared byte by byte. A token speaks
for one organisation, lives a year at most, and asks :data:`PER_HOUR` times an hour, counted in PostgreSQL so that the
number of guards and their restarts change nothing.
"""

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import uuid4

from beffroi.core.ids import OrganisationId
from beffroi.guard import stamped, turnstile
from beffroi.guard.journal import Entry, append
from beffroi.guard.scim.words import detail
from beffroi.guard.sessions.handles import SECRET, digest, new_secret

if TYPE_CHECKING:
    from datetime import datetime

    import asyncpg

    from beffroi.guard.keys import Keys
    from beffroi.guard.stamped import Row

_LOG: Final = logging.getLogger("beffroi.guard.scim")
LONGEST_LIFE: Final = timedelta(days=365)
PER_HOUR: Final = 600
MOST: Final = 5
"""Live tokens of one organisation: an old and a new one while they change, and a few to spare."""
_BEARER: Final = "bearer "

# One call more of this token: counted before anything else is known of it, by the sole clock's hour.
_COUNT: Final = """
UPDATE guard.scim_token t
SET last_used_at = c.now, hour = c.hour, asked = CASE WHEN t.hour = c.hour THEN least(t.asked + 1, 1000000) ELSE 1 END
FROM (SELECT i.now, floor(extract(epoch FROM i.now) / 3600)::bigint AS hour FROM (SELECT guard.instant() AS now) i) c
WHERE t.token_hash = $1
RETURNING t.*, c.now AS present
"""


class TokenRefused(RuntimeError):
    """The command cannot be done; the message says why."""


class Token(NamedTuple):
    """A token that a call presented: its id, its organisation, how many calls of it this hour, and the instant."""

    id: str
    organisation: OrganisationId
    asked: int
    now: "datetime"


async def issue(
    conn: "asyncpg.Connection", keys: "Keys", organisation: str, *, life: timedelta, operator: str
) -> tuple[str, str]:
    """A new token for the directory of an organisation (its code): its id, and the secret, shown once.

    Raises TokenRefused.
    """
    if not timedelta() < life <= LONGEST_LIFE:
        raise TokenRefused("A token lives from 1 to 365 days.")
    async with conn.transaction():
        await turnstile.take(conn)
        place = await _organisation(conn, keys, organisation)
        if place["kind"] == "network":
            # Those who approve, contain and found work there: no machine may send them away.
            raise TokenRefused("The network level has no directory: its people are admitted and leave by people.")
        now, id_, secret = await stamped.instant(conn), str(uuid4()), new_secret()
        live = await conn.fetchval(
            "SELECT count(*) FROM guard.scim_token"
            " WHERE organisation = $1 AND revoked_at IS NULL AND expires_at > $2",
            place["id"],
            now,
        )
        if live >= MOST:
            raise TokenRefused(f"This organisation has {MOST} live tokens: revoke one first.")
        row = {
            "id": id_, "organisation": place["id"], "token_hash": digest(secret), "created_by": operator,
            "created_at": now, "expires_at": now + life, "revoked_at": None, "version": 1,
        }  # fmt: skip
        await stamped.insert(conn, keys, "scim_token", row)
        said = detail(operator=operator, token=id_)
        await append(conn, [Entry(now, "scim-token-issued", organisation=str(place["id"]), detail=said)])
        return id_, secret


async def revoke(conn: "asyncpg.Connection", keys: "Keys", token: str, *, operator: str) -> None:
    """End a token now. Raises TokenRefused. A forged row is ended all the same, and its MAC stays bad."""
    async with conn.transaction():
        await turnstile.take(conn)
        row = await conn.fetchrow("SELECT * FROM guard.scim_token WHERE id = $1 FOR UPDATE", token)
        if row is None or row["revoked_at"] is not None:
            raise TokenRefused("There is no such live token.")
        now = await stamped.instant(conn)
        if keys.authenticator.genuine_row("scim_token", row):
            await stamped.amend(conn, keys, "scim_token", row, revoked_at=now)
        else:
            await conn.execute("UPDATE guard.scim_token SET revoked_at = $2 WHERE id = $1", token, now)
        said = detail(operator=operator, token=token)
        await append(conn, [Entry(now, "scim-token-revoked", organisation=str(row["organisation"]), detail=said)])


async def issued(conn: "asyncpg.Connection", keys: "Keys", organisation: str) -> list["Row"]:
    """Tokens of an organisation (its code), the newest first. Raises TokenRefused, Forged."""
    place = await _organisation(conn, keys, organisation)
    rows = await conn.fetch(
        "SELECT * FROM guard.scim_token WHERE organisation = $1 ORDER BY created_at DESC, id", place["id"]
    )
    return [stamped.genuine(keys, "scim_token", row) for row in rows]


async def presented(conn: "asyncpg.Connection", keys: "Keys", authorization: str | None) -> Token | None:
    """The live token of a call, counted; None when there is none. Its own statement, outside any transaction."""
    header = authorization or ""
    if header[: len(_BEARER)].lower() != _BEARER or SECRET.fullmatch(header[len(_BEARER) :].strip()) is None:
        return None
    row = await conn.fetchrow(_COUNT, digest(header[len(_BEARER) :].strip()))
    if row is None:
        return None
    if not keys.authenticator.genuine_row("scim_token", row):
        _LOG.critical("integrity: guard.scim_token %s", row["id"])
        return None
    now = row["present"]
    if row["revoked_at"] is not None or now >= row["expires_at"]:
        return None
    return Token(str(row["id"]), OrganisationId(str(row["organisation"])), row["asked"], now)


async def _organisation(conn: "asyncpg.Connection", keys: "Keys", code: str) -> "Row":
    row = await conn.fetchrow("SELECT * FROM guard.organisation WHERE code = $1", code)
    if row is None:
        raise TokenRefused("No organisation has this code.")
    return stamped.genuine(keys, "organisation", row)
