"""From a verified identity to an account of the guard; never by organisation number, role or mail domain.

The account is the one bound to exactly this issuer and subject. Anything that merely looks like it (the same address
under another subject, the same subject through another identity provider) is put in quarantine: refused, journaled,
and only a new proof of identity lifts it. Nothing is ever merged. So is whoever comes through a provider that their
organisation does not accept (:mod:`beffroi.guard.providers`): before any code is asked for, so that none is tried.
"""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from beffroi.core.ids import AccountId, OrganisationId
from beffroi.core.normalisation import NormalisationRefusal
from beffroi.guard import stamped
from beffroi.guard.providers import holding
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
    UNSEEN_PROVIDER = "quarantined-unseen-provider"


QUARANTINED: Final = frozenset(
    {Stranger.QUARANTINED_SUBJECT, Stranger.QUARANTINED_PROVIDER, Stranger.UNSEEN_PROVIDER}
)


class Recognised(NamedTuple):
    """The account, read under lock; ``bound`` tells whether this subject is already its own."""

    account: Row
    bound: bool


class NotRecognised(NamedTuple):
    """``account`` is the one concerned, where there is one: for the journal, not for the page.

    ``organisations`` do not accept the provider.
    """

    why: Stranger
    account: str | None
    organisations: tuple[OrganisationId, ...] = ()


async def recognise(
    conn: "asyncpg.Connection", keys: "Keys", issuer: str, identity: VerifiedIdentity, now: datetime
) -> Recognised | NotRecognised:
    """The account of an identity; inside the caller's transaction. Raises Forged."""
    subject = blind.subject(keys, issuer, identity.sub)
    row = await conn.fetchrow("SELECT * FROM guard.account WHERE subject_index = $1 FOR UPDATE", subject)
    if row is not None:
        account = stamped.genuine(keys, "account", row)
        if account["idp_id"] != identity.idp_id:
            return NotRecognised(Stranger.QUARANTINED_PROVIDER, str(account["id"]))
        return await _if_open(conn, keys, account, identity, now, bound=True)
    index = blind.agent_email(keys, identity.email.reveal())
    if isinstance(index, NormalisationRefusal):
        return NotRecognised(Stranger.UNKNOWN, None)
    row = await conn.fetchrow("SELECT * FROM guard.account WHERE email_index = $1 FOR UPDATE", index)
    if row is None:
        return NotRecognised(Stranger.UNKNOWN, None)
    account = stamped.genuine(keys, "account", row)
    if account["subject_index"] is not None:
        return NotRecognised(Stranger.QUARANTINED_SUBJECT, str(account["id"]))
    return await _if_open(conn, keys, account, identity, now, bound=False)


async def _if_open(
    conn: "asyncpg.Connection", keys: "Keys", account: Row, identity: VerifiedIdentity, now: datetime, *, bound: bool
) -> Recognised | NotRecognised:
    own = AccountId(str(account["id"]))
    if account["status"] not in ("active", "invited"):
        return NotRecognised(Stranger.SUSPENDED, own)
    shut = await holding.against(conn, keys, own, identity.idp_id, now, bound=bound)
    if shut is None:
        return Recognised(account, bound)
    return NotRecognised(Stranger.UNSEEN_PROVIDER, own, shut) if shut else NotRecognised(Stranger.SUSPENDED, own)


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
