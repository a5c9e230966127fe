"""A new proof of identity: what an account is proven by is taken away, on the word of two people (DESIGN section 6).

A lost or replaced second factor, another subject or identity provider behind a known address: nobody can tell from
afar a colleague from a thief. Once agreed to, nothing that proved the account before proves it any more; a witness
then sees an identity document and hands over a code (:mod:`.proofing`), with which the account is enrolled anew.
"""

import json
from datetime import timedelta
from typing import Final, Literal

from beffroi.core.approvals import Objection
from beffroi.core.containing import WATCHERS
from beffroi.core.duty import Duty
from beffroi.core.habilitation import ACCESS, AWAITED, Event
from beffroi.core.ids import AccountId, OrganisationId, RoleCode
from beffroi.core.line import Origin
from beffroi.core.policy import Label, RoleKind
from beffroi.guard import stamped
from beffroi.guard.approvals.kinds import Asked, Kind, Line, Prepared, same
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.habilitations.moving import move_all
from beffroi.guard.journal import Entry, append
from beffroi.guard.lines import lines_of
from beffroi.guard.notifying import telling
from beffroi.guard.sessions.ending import revoke_of_account
from beffroi.guard.signin import enrolments
from beffroi.guard.stamped import Row
from beffroi.guard.vault import agents
from beffroi.guard.web import bodies

CODE: Final = "identity"
REASONS: Final = {
    "lost-factor": Label("Second facteur perdu, volé ou remplacé", "Second factor lost, stolen or replaced"),
    "other-subject": Label(
        "Même adresse, autre identité chez le fournisseur", "Same address, another identity at the provider"
    ),
    "other-provider": Label(
        "Même identité, autre fournisseur d’identité", "Same identity, another identity provider"
    ),
    "recreated": Label("Compte recréé chez le fournisseur d’identité", "Account recreated at the identity provider"),
}
UNBINDING: Final = frozenset({"other-subject", "other-provider", "recreated"})
"""Reasons for which the account is bound anew, to whatever identity comes with the code."""
FOUNDERS_NEED: Final = 2
_OPEN: Final = ACCESS | AWAITED
_HELD: Final = "SELECT * FROM guard.habilitation WHERE account = $1 ORDER BY id"
_LOCKED: Final = "SELECT * FROM guard.account WHERE id = $1 FOR UPDATE"
_FACTORS: Final = "SELECT * FROM guard.factor WHERE account = $1 AND revoked_at IS NULL ORDER BY id FOR UPDATE"
_ORIGINS: Final = """
SELECT o.* FROM guard.origin o JOIN guard.habilitation h ON h.id = o.id WHERE h.account = $1 ORDER BY o.id
FOR UPDATE OF o
"""
_PENDING: Final = """
SELECT 1 FROM guard.request
WHERE kind = 'identity' AND beneficiary = $1 AND status = 'pending' AND expires_at > $2 LIMIT 1
"""
_DONE_SINCE: Final = """
SELECT 1 FROM guard.request
WHERE kind = 'identity' AND beneficiary = $1 AND status = 'approved' AND decided_at >= $2 LIMIT 1
"""
_QUARANTINED: Final = """
SELECT count(*) FROM guard.journal WHERE kind = 'quarantined' AND account = $1 AND at > $2
"""
SEEN: Final = timedelta(days=30)
"""How long before the request a refused sign-in is told to an approver."""


class IdentityBody(bodies.Strict, frozen=True):
    """Body of a request for a new proof of identity."""

    account: bodies.PersonText
    reason: Literal["lost-factor", "other-subject", "other-provider", "recreated"]


async def prepare(work: Work, by: OnDuty, body: IdentityBody) -> Prepared | Objection:
    """Judge the request: a colleague in use, who holds something open where the requester manages.

    Somebody who also watches over others, elsewhere than the requester reaches, is not his to take from.
    """
    row = await work.conn.fetchrow(_LOCKED, body.account)
    held = [] if row is None else await open_habilitations(work, body.account)
    reached = [one for one in held if by.reaches(OrganisationId(str(one["organisation"])))]
    if row is None or not reached:
        return Objection.OUT_OF_REACH
    if body.account == by.account.id:
        return Objection.SAME_PERSON
    if any(_kind(work, one) in WATCHERS for one in held if one not in reached):
        return Objection.OUT_OF_REACH
    if not _in_use(stamped.genuine(work.keys, "account", row)):
        return Objection.NOT_IN_THAT_STATE
    if await work.conn.fetchval(_PENDING, body.account, work.now) is not None:
        return Objection.ALREADY_REQUESTED  # for whatever reason: one agreement takes everything away
    refused = await work.conn.fetchval(_QUARANTINED, body.account, work.now - SEEN)
    own = [one for one in reached if str(one["organisation"]) == by.organisation.id] or reached
    founder = any(_kind(work, one) is RoleKind.FOUNDER for one in held)
    content = {"account": body.account, "reason": body.reason, "quarantined": refused}
    place = OrganisationId(str(own[0]["organisation"]))
    return Prepared(place, AccountId(body.account), FOUNDERS_NEED if founder else 1, content)


async def open_habilitations(work: Work, account: str) -> list[Row]:
    """What an account holds that is neither suspended, closed nor run out. Raises Forged."""
    rows = [stamped.genuine(work.keys, "habilitation", row) for row in await work.conn.fetch(_HELD, account)]
    return [row for row in rows if row["status"] in _OPEN and work.now < row["until_at"]]


def _kind(work: Work, habilitation: Row) -> RoleKind | None:
    role = work.policy.roles.get(RoleCode(habilitation["role"]))
    return None if role is None else role.kind


def _in_use(account: Row) -> bool:
    """A suspended account stays so: it is given back by its own request, and only then proven anew."""
    return account["status"] in ("active", "invited")


async def recheck(work: Work, asked: Asked) -> Objection | None:
    """The account is in use, holds something there, and was not proven anew since: once asked, once done."""
    account = asked.content["body"]["account"]
    row = await work.conn.fetchrow(_LOCKED, account)
    if row is None or not _in_use(stamped.genuine(work.keys, "account", row)):
        return Objection.NOT_IN_THAT_STATE
    if await work.conn.fetchval(_DONE_SINCE, account, asked.row["created_at"]) is not None:
        return Objection.ALREADY_DECIDED
    held = await open_habilitations(work, account)
    there = any(str(one["organisation"]) == asked.organisation for one in held)
    return None if there else Objection.NOT_IN_THAT_STATE


async def carry_out(work: Work, asked: Asked, approvers: tuple[AccountId, ...]) -> Objection | None:
    """Take away everything that proved the account, and begin its trust anew.

    Whoever confirmed it vouched for the person who held the old proofs, so no witness counts any more: the account
    charges its makers' pools again. It charges the requester's too, as if he had brought it into being, until
    somebody outside his line confirms it: otherwise a manager's stolen account could turn confirmed colleagues, who
    charge nobody's pool, into readers of its own (I-03).
    """
    conn, keys, policy, now = work
    body, approver = asked.content["body"], approvers[-1]
    account = AccountId(body["account"])
    row = stamped.genuine(keys, "account", await conn.fetchrow(_LOCKED, account))
    sessions = await revoke_of_account(conn, keys, account, now, "identity-reset")
    factors = await _revoke_factors(work, account)
    await enrolments.void(conn, keys, [account], now, "identity-reset")
    await move_all(work, account, Event.REPLACE_FACTOR, by=approver)
    for origin in await conn.fetch(_ORIGINS, account):
        genuine = stamped.genuine(keys, "origin", origin)
        begun = None if genuine["begun_at"] is None else now  # and again on the day of the enrolment
        await stamped.amend(conn, keys, "origin", origin, begun_at=begun, confirmed_by=None, confirmed_at=None)
    lines = await lines_of(conn, keys, policy, [account, asked.requester], now)
    anew = lines.adding(account, Origin(asked.requester, approver)).pools(account, {})
    pools = sorted({*lines.pools(account, {}), *anew})
    changes: dict[str, object] = {"pools": pools}
    if body["reason"] in UNBINDING:
        changes |= {"subject_index": None, "idp_id": None, "status": "invited"}
    await stamped.amend(conn, keys, "account", row, **changes)
    detail = {"by": approver, "factors": factors, "pools": pools, "request": asked.id, "sessions": sessions}
    entry = Entry(
        now, "identity-reset", account=account, organisation=asked.organisation, explanation=body["reason"],
        policy=policy.version, detail=json.dumps(detail, separators=(",", ":"), sort_keys=True),
    )  # fmt: skip
    await append(conn, [entry])
    await telling.identity_reset(work, account, asked.id)
    return None


async def _revoke_factors(work: Work, account: AccountId) -> int:
    rows = await work.conn.fetch(_FACTORS, account)
    for factor in rows:
        await stamped.amend(work.conn, work.keys, "factor", factor, revoked_at=work.now)
    entries = [
        Entry(
            work.now, "factor-revoked", account=account, explanation="identity-reset",
            detail=json.dumps({"factor": str(factor["id"])}, separators=(",", ":")),
        )
        for factor in rows
    ]  # fmt: skip
    await append(work.conn, entries)
    return len(rows)


async def words(work: Work, asked: Asked) -> tuple[Line, ...]:
    """What an approver reads: who asks, about whom, why, whether sign-ins were refused, and what follows."""
    body, account = asked.content["body"], asked.content["body"]["account"]
    named = await agents.names(work.conn, work.keys, [account, asked.requester])
    office = await work.conn.fetchval("SELECT name FROM guard.organisation WHERE id = $1", asked.organisation)
    roles = [
        work.policy.roles[one["role"]].label
        for one in await open_habilitations(work, account)
        if one["role"] in work.policy.roles
    ]
    return (
        Line(Label("Demandée par", "Requested by"), same(named.get(asked.requester, "–"))),
        Line(Label("Identité à prouver de nouveau", "Identity to be proven again"), same(named.get(account, "–"))),
        Line(Label("Organisme", "Organisation"), same(office)),
        Line(
            Label("Rôles", "Roles"),
            Label(", ".join(each.fr for each in roles) or "–", ", ".join(each.en for each in roles) or "–"),
        ),
        Line(Label("Motif", "Reason"), REASONS[body["reason"]]),
        Line(Label("Connexions refusées en 30 jours", "Sign-ins refused in 30 days"), same(str(body["quarantined"]))),
        Line(
            Label("Si la demande est approuvée", "If the request is approved"),
            Label(
                "Ses sessions et ses moyens de confirmation tombent aussitôt ; un code lui sera remis en personne ;"
                " sa période probatoire recommence",
                "Their sessions and means of confirmation end at once; a code will be handed to them in person; their"
                " probation begins again",
            ),
        ),
    )


IDENTITY: Final = Kind(
    CODE, Label("Nouvelle preuve d’identité", "New proof of identity"), Duty.REQUEST, IdentityBody, prepare, recheck,
    carry_out, words,
)  # fmt: skip
