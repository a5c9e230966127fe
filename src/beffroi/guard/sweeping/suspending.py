"""Steps of an account: suspended, its sessions and code ended; what a sweep notes of it. Habilitations: moving.py."""

import json
from typing import TYPE_CHECKING

from beffroi.core.ids import AccountId
from beffroi.guard import stamped
from beffroi.guard.duties import Work
from beffroi.guard.journal import Entry, append
from beffroi.guard.sessions.ending import revoke_of_account
from beffroi.guard.signin import enrolments
from beffroi.guard.stamped import Row

if TYPE_CHECKING:
    from datetime import datetime


async def suspend(work: Work, account: Row, kind: str, reason: str, **detail: object) -> None:
    """Suspend an account, end its sessions and its code; the caller has seen that it lives. Raises Forged."""
    id_ = AccountId(str(account["id"]))
    await stamped.amend(work.conn, work.keys, "account", account, status="suspended")
    said = _detail({**detail, "was": account["status"]})
    await append(
        work.conn, [Entry(work.now, kind, account=id_, explanation=reason, policy=work.policy.version, detail=said)]
    )
    await revoke_of_account(work.conn, work.keys, id_, work.now, "suspended")
    await enrolments.void(work.conn, work.keys, [id_], work.now, "suspended")


async def note(work: Work, account: AccountId, swept: Row | None, **changes: "datetime | None") -> None:
    """Write down what a sweep did or saw of an account; a row that was not genuine is replaced."""
    row = {
        "id": account,
        "warned_at": None,
        "suspended_at": None,
        "restarted_at": None,
        "version": 0,
        **(swept or {}),
    }
    row = {**row, **changes, "version": row["version"] + 1}
    row["mac"] = work.keys.authenticator.stamp_row("swept", row)
    await work.conn.execute(
        "INSERT INTO guard.swept (id, warned_at, suspended_at, restarted_at, version, mac)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET warned_at = excluded.warned_at,"
        " suspended_at = excluded.suspended_at, restarted_at = excluded.restarted_at, version = excluded.version,"
        " mac = excluded.mac",
        *[row[name] for name in ("id", "warned_at", "suspended_at", "restarted_at", "version", "mac")],
    )
    await stamped.record(work.conn, work.keys, "swept", [row])


def _detail(members: dict[str, object]) -> str:
    return json.dumps(members, separators=(",", ":"), sort_keys=True)
