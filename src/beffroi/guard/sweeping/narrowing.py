"""One application of a habilitation ends; its holder goes on in the others, and with the last one it is closed.

Whatever is needed again is asked for again and approved (decision 0022).
"""

import json
from typing import Final, NamedTuple

from beffroi.core.approvals import Objection
from beffroi.core.habilitation import Event, Status
from beffroi.core.ids import AccountId, ApplicationId, HabilitationId, OrganisationId
from beffroi.guard import stamped
from beffroi.guard.containing import permission
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.habilitations.moving import move
from beffroi.guard.journal import Entry, append
from beffroi.guard.notifying import telling
from beffroi.guard.sessions.ending import revoke_at
from beffroi.guard.sweeping.escalating import escalate

REASON: Final = "application-ended"
_HELD: Final = "SELECT * FROM guard.habilitation WHERE id = $1 FOR UPDATE"
_SERVED: Final = """
SELECT * FROM guard.habilitation_application WHERE habilitation = $1 AND ended_at IS NULL ORDER BY id FOR UPDATE
"""


class Ended(NamedTuple):
    """An application that a habilitation serves in no more, and in how many it still does."""

    habilitation: HabilitationId
    application: ApplicationId
    left: int


async def end_application(
    work: Work, by: OnDuty, habilitation: HabilitationId, application: ApplicationId
) -> Ended | Objection:
    """End one application of a habilitation, with the sessions it has there; journaled. Raises Forged.

    Whoever may suspend its holder may do this, and nobody else: to take every application away one by one is to
    suspend. Inside the caller's transaction, under the turnstile: the next decision refuses (I-07).
    """
    held = await work.conn.fetchrow(_HELD, habilitation)
    if (
        held is None
        or not by.reaches(OrganisationId(str(held["organisation"])))
        or stamped.genuine(work.keys, "habilitation", held)["status"] == Status.CLOSED
    ):
        return Objection.UNKNOWN_COLLEAGUE
    account = AccountId(str(held["account"]))
    against = await permission.to_suspend(work, by, account)
    if against is not None:
        return against
    serves = await work.conn.fetch(_SERVED, habilitation)
    ended = next((row for row in serves if row["application"] == application), None)
    if ended is None:
        return Objection.NOT_IN_THAT_STATE
    await stamped.amend(work.conn, work.keys, "habilitation_application", ended, ended_at=work.now)
    left = len(serves) - 1
    detail = {"by": by.account.id, "habilitation": habilitation, "left": left}
    entry = Entry(
        work.now, REASON, account=account, session=by.session.id, organisation=str(held["organisation"]),
        application=application, role=held["role"], policy=work.policy.version,
        detail=json.dumps(detail, separators=(",", ":"), sort_keys=True),
    )  # fmt: skip
    await append(work.conn, [entry])
    await telling.application_ended(work, account, str(ended["id"]))
    await revoke_at(work.conn, work.keys, account, habilitation, application, work.now, REASON)
    if left == 0:
        await move(work, held, Event.CLOSE, by=by.account.id, reason=REASON)
        await escalate(work, account)
    return Ended(habilitation, application, left)
