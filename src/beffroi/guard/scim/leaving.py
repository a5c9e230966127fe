"""Somebody leaves an organisation by its directory's word: access ends at once, within what a machine may do alone.

Tightening needs no second person, but a stolen token must not shut an office: past the limit of
:mod:`beffroi.core.machine_limit` the leaver is written down, keeps working, and waits for a person. So does, at once,
whoever approves, contains or founds: without them nobody could give anything back.
"""

from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid4

from beffroi.core.habilitation import Event, Status
from beffroi.core.ids import OrganisationId
from beffroi.core.policy import RoleKind
from beffroi.guard import stamped
from beffroi.guard.duties import Work
from beffroi.guard.habilitations.moving import move
from beffroi.guard.journal import Entry, append
from beffroi.guard.scim.users import User
from beffroi.guard.scim.visit import Visit
from beffroi.guard.scim.words import detail
from beffroi.guard.stamped import Row
from beffroi.guard.sweeping.room import room

SOURCE: Final = "scim"
REASON: Final = "leaver-scim"
_ENDED: Final = frozenset({Status.SUSPENDED.value, Status.CLOSED.value})
WATCHERS: Final = frozenset({RoleKind.APPROVER, RoleKind.SECURITY, RoleKind.FOUNDER})


class Left(StrEnum):
    """How a leaving ended: nothing was held any more, done, or waiting for a person."""

    NOTHING = "nothing"
    DONE = "done"
    WAITING = "waiting"


async def leave(visit: Visit, user: User, event: Event) -> Left:
    """Suspend or close all that somebody holds at the organisation, and end their sessions.

    The turnstile is held by the caller. Raises Forged.
    """
    # What is suspended stays so: closing it would take a way back from people, without counting.
    moved = [row for row in user.held if row["status"] not in _ENDED]
    if not moved or user.account is None:
        return Left.NOTHING
    account: UUID = user.account["id"]
    if await _waits(visit, account):
        return Left.WAITING
    work, place = Work(visit.conn, visit.keys, visit.policy, visit.now), [OrganisationId(visit.organisation)]
    if any(_watches(visit, row) for row in moved) or not (await room(work, place)).take(place):
        await _record(visit, account, Left.WAITING)
        return Left.WAITING
    await _record(visit, account, Left.DONE)
    for row in moved:
        await move(work, row, event, by=None, reason=REASON)
    return Left.DONE


def _watches(visit: Visit, held: Row) -> bool:
    """Whether a role watches over others; one that the policy does not know may."""
    role = visit.policy.roles.get(held["role"])
    return role is None or role.kind in WATCHERS


async def _waits(visit: Visit, account: UUID) -> bool:
    """Whether this leaver waits for a person already; only a genuine row may say so."""
    rows = await visit.conn.fetch(
        "SELECT * FROM guard.leaver WHERE account = $1 AND organisation = $2 AND status = 'waiting'",
        account,
        visit.organisation,
    )
    return any(visit.keys.authenticator.genuine_row("leaver", row) for row in rows)


async def _record(visit: Visit, account: UUID, left: Left) -> None:
    decided = visit.now if left is Left.DONE else None
    row: dict[str, Any] = {
        "id": uuid4(), "account": account, "organisation": UUID(visit.organisation), "source": SOURCE,
        "status": left.value, "created_at": visit.now, "decided_at": decided, "decided_by": None, "version": 1,
    }  # fmt: skip
    await stamped.insert(visit.conn, visit.keys, "leaver", row)
    said = detail(by=None, leaver=str(row["id"]), status=left.value)
    entry = Entry(
        visit.now, "leaver", account=str(account), organisation=visit.organisation, explanation=SOURCE,
        policy=visit.policy.version, detail=said,
    )  # fmt: skip
    await append(visit.conn, [entry])
