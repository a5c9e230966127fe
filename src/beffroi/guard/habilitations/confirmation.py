"""The end of a probation: asked for after so many days, agreed to by somebody outside the requester's line (I-03)."""

import json
from datetime import timedelta
from typing import Final

from beffroi.core.approvals import Objection
from beffroi.core.duty import Duty
from beffroi.core.habilitation import Event, Status
from beffroi.core.ids import AccountId, OrganisationId
from beffroi.core.policy import Label
from beffroi.guard import stamped
from beffroi.guard.approvals.kinds import Asked, Kind, Line, Prepared, same
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.habilitations.moving import move
from beffroi.guard.journal import Entry, append
from beffroi.guard.lines import lines_of
from beffroi.guard.stamped import Row
from beffroi.guard.vault import agents
from beffroi.guard.web import bodies

PROBATION: Final = timedelta(days=14)
_ROW: Final = "SELECT * FROM guard.habilitation WHERE id = $1 FOR UPDATE"
_ORIGIN: Final = "SELECT * FROM guard.origin WHERE id = $1 FOR UPDATE"
_PROVEN_AGAIN: Final = """
SELECT * FROM guard.request WHERE kind = 'identity' AND status = 'approved' AND beneficiary = $1
ORDER BY decided_at DESC LIMIT 1
"""
"""The last time an account's identity had to be proven anew: no probation counts from before."""
_ORIGINS: Final = """
SELECT o.* FROM guard.origin o JOIN guard.habilitation h ON h.id = o.id WHERE h.account = $1
"""


class ConfirmationBody(bodies.Strict, frozen=True):
    """Body of a request for confirmation."""

    habilitation: bodies.PersonText


async def prepare(work: Work, by: OnDuty, body: ConfirmationBody) -> Prepared | Objection:
    """Judge the request: a probation of one's own organisation that has lasted long enough."""
    row = await work.conn.fetchrow(_ROW, body.habilitation)
    if row is None or not by.reaches(OrganisationId(str(row["organisation"]))):
        return Objection.OUT_OF_REACH
    against = await _against(work, stamped.genuine(work.keys, "habilitation", row))
    if against is not None:
        return against
    content = {"habilitation": body.habilitation, "role": row["role"], "from": row["from_at"]}
    return Prepared(OrganisationId(str(row["organisation"])), AccountId(str(row["account"])), 1, content)


async def recheck(work: Work, asked: Asked) -> Objection | None:
    """The habilitation is still in probation, for long enough."""
    row = await work.conn.fetchrow(_ROW, asked.content["body"]["habilitation"])
    if row is None:
        return Objection.NOT_IN_THAT_STATE
    return await _against(work, stamped.genuine(work.keys, "habilitation", row))


async def _against(work: Work, row: Row) -> Objection | None:
    if row["status"] != Status.PROBATION:
        return Objection.NOT_IN_THAT_STATE
    origin = await work.conn.fetchrow(_ORIGIN, row["id"])
    begun = row["from_at"]
    if origin is not None:
        begun = stamped.genuine(work.keys, "origin", origin)["begun_at"] or begun
    again = await work.conn.fetchrow(_PROVEN_AGAIN, row["account"])
    if again is not None:
        begun = max(begun, stamped.genuine(work.keys, "request", again)["decided_at"])
    return Objection.TOO_EARLY if work.now - begun < PROBATION else None


async def carry_out(work: Work, asked: Asked, approvers: tuple[AccountId, ...]) -> Objection | None:
    """Confirm, and take the account out of the pools whose makers the approver stands outside of."""
    conn, keys, policy, now = work
    row = await conn.fetchrow(_ROW, asked.content["body"]["habilitation"])
    approver = approvers[-1]
    if (
        row is None
        or await move(work, stamped.genuine(keys, "habilitation", row), Event.CONFIRM, by=approver) is None
    ):
        return Objection.NOT_IN_THAT_STATE
    origin = await conn.fetchrow(_ORIGIN, row["id"])
    if origin is not None:
        await stamped.amend(conn, keys, "origin", origin, confirmed_by=approver, confirmed_at=now)
    account = AccountId(str(row["account"]))
    origins = [stamped.genuine(keys, "origin", one) for one in await conn.fetch(_ORIGINS, account)]
    witnesses = {approver} | {AccountId(str(one["confirmed_by"])) for one in origins if one["confirmed_by"]}
    held = await conn.fetchrow("SELECT * FROM guard.account WHERE id = $1 FOR UPDATE", account)
    before = [AccountId(str(pool)) for pool in stamped.genuine(keys, "account", held)["pools"]]
    # A confirmation only ever takes pools away: which ones were there was settled when the account was created, or
    # when its identity was last to be proven anew, which adds pools of people it does not descend from.
    lines = await lines_of(conn, keys, policy, [account, *before, *witnesses], now)
    left = [pool for pool in before if not any(lines.outside(pool, one) for one in witnesses - {account})]
    if left != before:
        await stamped.amend(conn, keys, "account", held, pools=left)
        detail = json.dumps({"pools": left, "request": asked.id}, separators=(",", ":"), sort_keys=True)
        await append(conn, [Entry(now, "pools-left", account=account, policy=policy.version, detail=detail)])
    return None


async def words(work: Work, asked: Asked) -> tuple[Line, ...]:
    """What an approver reads: whose probation, in which role, since when."""
    conn, body, account = work.conn, asked.content["body"], asked.beneficiary
    assert account is not None, "a confirmation concerns an account"
    named = await agents.names(conn, work.keys, [account, asked.requester])
    office = await conn.fetchval("SELECT name FROM guard.organisation WHERE id = $1", asked.organisation)
    role = work.policy.roles.get(body["role"])
    since = body["from"][:10]
    return (
        Line(Label("Demandée par", "Requested by"), same(named.get(asked.requester, "–"))),
        Line(Label("Fin de la période probatoire de", "End of the probation of"), same(named.get(account, "–"))),
        Line(Label("Organisme", "Organisation"), same(office)),
        Line(Label("Rôle", "Role"), same(body["role"]) if role is None else role.label),
        Line(Label("Depuis le", "Since"), same(f"{since[8:10]}/{since[5:7]}/{since[:4]}")),
    )


CONFIRMATION: Final = Kind(
    "confirmation", Label("Confirmation d’une habilitation", "Confirmation of a habilitation"), Duty.REQUEST,
    ConfirmationBody, prepare, recheck, carry_out, words,
)  # fmt: skip
