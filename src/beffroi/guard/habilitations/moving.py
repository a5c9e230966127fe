"""One step of a habilitation's life: the table of the law says where it leads, the journal that it was taken."""

import json
from typing import Final

from beffroi.core.habilitation import Event, Status, after
from beffroi.core.ids import AccountId
from beffroi.guard import stamped
from beffroi.guard.duties import Work
from beffroi.guard.journal import Entry, append
from beffroi.guard.sessions.ending import revoke_of_account
from beffroi.guard.signin import enrolments
from beffroi.guard.stamped import Row

OF_ACCOUNT: Final = "SELECT * FROM guard.habilitation WHERE account = $1 ORDER BY id FOR UPDATE"
_ENDING: Final = frozenset({Status.SUSPENDED, Status.CLOSED})


async def move(work: Work, row: Row, event: Event, *, by: str | None, reason: str | None = None) -> Row | None:
    """Take one step with a habilitation read ``FOR UPDATE``; ``None``, and nothing written, where it is refused.

    ``by`` is the account that commands (``None``: the guard by itself), ``reason`` a short code. What ends
    access ends the account's sessions and its enrolment code. Inside the caller's transaction, which holds the
    turnstile. Raises Forged.
    """
    conn, keys, policy, now = work
    status = after(Status(row["status"]), event)
    if status is None:
        return None
    if status == row["status"]:
        return row
    moved = await stamped.amend(conn, keys, "habilitation", row, status=status.value)
    detail = {"habilitation": str(row["id"]), "from": row["status"], "to": status.value, "by": by}
    entry = Entry(
        now, "habilitation", account=str(row["account"]), organisation=str(row["organisation"]), role=row["role"],
        explanation=event.value if reason is None else reason, policy=policy.version,
        detail=json.dumps(detail, separators=(",", ":"), sort_keys=True),
    )  # fmt: skip
    await append(conn, [entry])
    if status in _ENDING:
        account, why = AccountId(str(row["account"])), f"habilitation-{status.value}"
        await revoke_of_account(conn, keys, account, now, why)
        await enrolments.void(conn, keys, [account], now, why)
    return moved


async def move_all(work: Work, account: str, event: Event, *, by: str | None) -> int:
    """The same step for every habilitation of an account that takes it; how many did. Raises Forged."""
    moved = 0
    for row in await work.conn.fetch(OF_ACCOUNT, account):
        genuine = stamped.genuine(work.keys, "habilitation", row)
        taken = after(Status(genuine["status"]), event)
        if taken is not None and taken != genuine["status"]:
            await move(work, genuine, event, by=by)
            moved += 1
    return moved
