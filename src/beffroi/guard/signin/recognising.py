"""From a verified identity to an account of the guard; never by organisation number, role or mail domain.

The account is the one bound to exactly this issuer and subject. Anything that merely looks like it (the same address
under another subject, the same subject through another identity provider) is put in quarantine: refused, journaled,
and only a new proof of identity lifts it. Nothing is ever merged.
"""

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from beffroi.core.normalisation import NormalisationRefusal
from beffroi.guard import stamped
from beffroi.guard.stamped import Row
from beffroi.guard.vault import blind
from beffroi.standards.oidc import VerifiedIdentity

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys


class Stranger(StrEnum):
    """Why a proven identity is nobody here, or not now; the page says it politely, the journal exactly."""

    UNKNOWN = "account-unknown"
    SUSPENDED = "account-suspended"
    QUARANTINED_SUBJECT = "quarantined-other-subject"
    QUARANTINED_PROVIDER = "quarantined-other-provider"


class Recognised(NamedTuple):
    """The account, read under lock; ``bound`` tells whether this subject is already its own."""

    account: Row
    bound: bool


class NotRecognised(NamedTuple):
    """``account`` is the one concerned, where there is one: for the journal, not for the page."""

    why: Stranger
    account: str | None


async def recognise(
    conn: "asyncpg.Connection", keys: "Keys", issuer: str, identity: VerifiedIdentity
) -> Recognised | NotRecognised:
    """The account of an identity; inside the caller's transaction. Raises Forged."""
    subject = blind.subject(keys, issuer, identity.sub)
    row = await conn.fetchrow("SELECT * FROM guard.account WHERE subject_index = $1 FOR UPDATE", subject)
    if row is not None:
        account = stamped.genuine(keys, "account", row)
        if account["idp_id"] is not None and account["idp_id"] != identity.idp_id:
            return NotRecognised(Stranger.QUARANTINED_PROVIDER, str(account["id"]))
        return _if_open(account, bound=True)
    index = blind.agent_email(keys, identity.email.reveal())
    if isinstance(index, NormalisationRefusal):
        return NotRecognised(Stranger.UNKNOWN, None)
    row = await conn.fetchrow("SELECT * FROM guard.account WHERE email_index = $1 FOR UPDATE", index)
    if row is None:
        return NotRecognised(Stranger.UNKNOWN, None)
    account = stamped.genuine(keys, "account", row)
    if account["subject_index"] is not None:
        return NotRecognised(Stranger.QUARANTINED_SUBJECT, str(account["id"]))
    return _if_open(account, bound=False)


def _if_open(account: Row, *, bound: bool) -> Recognised | NotRecognised:
    if account["status"] not in ("active", "invited"):
        return NotRecognised(Stranger.SUSPENDED, str(account["id"]))
    return Recognised(account, bound)


async def may_enter(
    conn: "asyncpg.Connection", keys: "Keys", application: str, account: str, *, watcher: bool
) -> bool:
    """Whether this account may sign in to this application now. Raises Forged.

    A contained account may not, nor one of a contained line. A contained application lets in only those who approve,
    contain or investigate (``watcher``). Wider containments stop no sign-in: every opening of a file is refused by
    the decision itself.
    """
    rows = await conn.fetch("SELECT * FROM guard.containment WHERE lifted_at IS NULL")
    cut = {(row["kind"], row["scope"]) for row in rows if stamped.genuine(keys, "containment", row)}
    cut |= keys.authenticator.distrusted
    lines = await conn.fetch("SELECT * FROM guard.line_member WHERE account = $1", account)
    own = {("account", account), ("line", account)}
    own |= {("line", str(row["line"])) for row in lines if stamped.genuine(keys, "line_member", row)}
    return own.isdisjoint(cut) and (watcher or ("application", application) not in cut)
