"""Files held back from a list, with a reason of the closed list, for as long as the policy lets them be."""

from typing import Final
from uuid import uuid4

from beffroi.core.approvals import Objection
from beffroi.core.erasing import DAY, HoldReason
from beffroi.core.ids import OrganisationId, PersonId
from beffroi.guard import stamped
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.erasing import lists
from beffroi.guard.journal import Entry, append
from beffroi.guard.stamped import Row

_ON: Final = """
SELECT 1 FROM guard.erasure_line WHERE list = $1 AND person = $2 AND ($3::uuid IS NULL OR person > $3)
"""
"""Whether somebody is on a list, and their turn has not come."""
_HOLD: Final = "SELECT * FROM guard.erasure_hold WHERE id = $1 FOR UPDATE"


async def hold(work: Work, by: OnDuty, list_: str, person: PersonId, reason: HoldReason) -> Row | Objection:
    """Hold a person back. Off an open list at once, and what was signed of it meanwhile counts no more; on one that
    is being carried out, they are kept when their turn comes. Raises Forged."""
    row = await lists.one(work, list_)
    if row is None or not by.reaches(OrganisationId(str(row["organisation"]))) or row["status"] == lists.DONE:
        return Objection.NOT_IN_THAT_STATE
    if await work.conn.fetchval(_ON, list_, person, row["reached"]) is None:
        return Objection.NOT_IN_THAT_STATE
    held = {
        "id": str(uuid4()), "person": person, "organisation": row["organisation"], "reason": reason.value,
        "held_by": by.account.id, "held_at": work.now,
        "until_at": work.now + work.policy.retention.hold_days * DAY, "ended_at": None, "version": 1,
    }  # fmt: skip
    written = await stamped.insert(work.conn, work.keys, "erasure_hold", held)
    await append(work.conn, [_entry(work, by, written, "erasure-held")])
    if row["status"] == lists.OPEN:
        await lists.take_off(work, row, person)
    return written


async def release(work: Work, by: OnDuty, id: str) -> Row | Objection:
    """End a hold: the person is on a list again when the worker next prepares one. Raises Forged."""
    row = await work.conn.fetchrow(_HOLD, id)
    if row is None or not by.reaches(OrganisationId(str(row["organisation"]))):
        return Objection.NOT_IN_THAT_STATE
    if stamped.genuine(work.keys, "erasure_hold", row)["ended_at"] is not None:
        return Objection.NOT_IN_THAT_STATE
    after = await stamped.amend(work.conn, work.keys, "erasure_hold", row, ended_at=work.now)
    await append(work.conn, [_entry(work, by, after, "erasure-hold-ended")])
    return after


def _entry(work: Work, by: OnDuty, row: Row, kind: str) -> Entry:
    return Entry(
        work.now, kind, str(row["person"]), 0, by.account.id, by.session.id, str(row["organisation"]),
        by.session.application, by.habilitation.role, None, row["reason"], work.policy.version,
    )  # fmt: skip
