"""Somebody leaves an organisation by its directory's word: access ends at once, within what a machine may do alone.

Tightening needs no second person, but a stolen token must not shut an office: past the limit of
:mod:`beffroi.core.machine_limit` the leaver is written down, keeps working, and waits for a person.
"""

from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid4

from beffroi.core.habilitation import Event, Status, after
from beffroi.core.machine_limit import MachineLimit, machine_may_suspend
from beffroi.guard import stamped
from beffroi.guard.journal import Entry, append
from beffroi.guard.scim.users import User
from beffroi.guard.scim.visit import Visit
from beffroi.guard.scim.words import detail
from beffroi.guard.sessions.ending import revoke
from beffroi.guard.stamped import Row

LIMIT: Final = MachineLimit(percent=5, least=2, hourly=20)
SOURCE: Final = "scim"
_ENDED: Final = frozenset({Status.SUSPENDED.value, Status.CLOSED.value})
_KINDS: Final = {Event.SUSPEND: "habilitation-suspended", Event.CLOSE: "habilitation-closed"}

# What machines suspended of late: over the network in the last hour, at this organisation in the last 24 hours,
# beside how many work there (accounts with a habilitation not closed, and those who left today). $1 now, $2
# organisation. A person's own gesture is no machine's.
_COUNT: Final = """
WITH done AS (
    SELECT l.account, l.organisation, l.decided_at FROM guard.leaver l
    WHERE l.status = 'done' AND l.source <> 'manager' AND l.decided_at > $1::timestamptz - interval '24 hours'
)
SELECT
    (SELECT count(*) FROM done WHERE decided_at > $1::timestamptz - interval '1 hour') AS this_hour,
    (SELECT count(DISTINCT d.account) FROM done d WHERE d.organisation = $2 OR EXISTS (
        SELECT FROM guard.habilitation h WHERE h.account = d.account AND h.organisation = $2)) AS today,
    (SELECT count(DISTINCT h.account) FROM guard.habilitation h WHERE h.organisation = $2 AND (h.status <> 'closed'
        OR EXISTS (SELECT FROM done d WHERE d.account = h.account))) AS accounts
"""


class Left(StrEnum):
    """How a leaving ended: nothing was held any more, done, or waiting for a person."""

    NOTHING = "nothing"
    DONE = "done"
    WAITING = "waiting"


async def leave(visit: Visit, user: User, event: Event) -> Left:
    """Suspend or close all that somebody holds at the organisation, and end the sessions under it.

    The turnstile is held by the caller. Raises Forged.
    """
    moved = [row for row in user.held if after(Status(row["status"]), event) != row["status"]]
    if not moved or user.account is None:
        return Left.NOTHING
    account: UUID = user.account["id"]
    if any(row["status"] not in _ENDED for row in moved):
        if await _waits(visit, account):
            return Left.WAITING
        count = await visit.conn.fetchrow(_COUNT, visit.now, visit.organisation)
        if not machine_may_suspend(
            LIMIT, accounts=count["accounts"], today=count["today"], this_hour=count["this_hour"]
        ):
            await _record(visit, account, Left.WAITING)
            return Left.WAITING
        await _record(visit, account, Left.DONE)
    for row in moved:
        await _move(visit, row, event)
    await _end_sessions(visit, moved)
    return Left.DONE


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


async def _move(visit: Visit, held: Row, event: Event) -> None:
    became = after(Status(held["status"]), event)
    assert became is not None, "suspending and closing are never refused"
    await stamped.amend(visit.conn, visit.keys, "habilitation", held, status=became.value)
    said = detail(habilitation=str(held["id"]), was=held["status"], **{"is": became.value})
    entry = Entry(
        visit.now, _KINDS[event], account=str(held["account"]), organisation=visit.organisation, role=held["role"],
        explanation=SOURCE, policy=visit.policy.version, detail=said,
    )  # fmt: skip
    await append(visit.conn, [entry])


async def _end_sessions(visit: Visit, held: list[Row]) -> None:
    sessions = await visit.conn.fetch(
        "SELECT * FROM guard.session WHERE habilitation = ANY ($1::uuid[]) AND revoked_at IS NULL"
        " ORDER BY id FOR UPDATE",
        [row["id"] for row in held],
    )
    await revoke(visit.conn, visit.keys, sessions, visit.now, "habilitation-ended")
