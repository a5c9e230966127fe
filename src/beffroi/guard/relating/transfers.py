"""Rows of guard.transfer as the law reads them."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from beffroi.core.ids import AccountId, OrganisationId, PersonId
from beffroi.core.relating import Transfer
from beffroi.guard import stamped

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys
    from beffroi.guard.stamped import Row

ASKED, AGREED, REFUSED, WITHDRAWN = "asked", "agreed", "refused", "withdrawn"
SHOWN: Final = timedelta(days=30)
"""How long a transfer that is closed stays on the list."""
_PENDING: Final = """
SELECT * FROM guard.transfer WHERE person = $1 AND giving = $2 AND receiving = $3 AND status = 'asked'
    AND expires_at > $4
"""
_LIST: Final = """
SELECT t.*, g.name AS giving_name, r.name AS receiving_name FROM guard.transfer t
JOIN guard.organisation g ON g.id = t.giving JOIN guard.organisation r ON r.id = t.receiving
WHERE (t.giving = $1 OR t.receiving = $1) AND t.asked_at > $2
ORDER BY (t.status = 'asked' AND t.expires_at > $3) DESC, t.asked_at DESC, t.id LIMIT $4
"""
_WAITING: Final = """
SELECT count(*) FROM guard.transfer WHERE (giving = $1 OR receiving = $1) AND organisation <> $1 AND status = 'asked'
    AND expires_at > $2
"""


def law_of(row: "Row") -> Transfer:
    """A row that is genuine, as the law reads it."""
    return Transfer(
        OrganisationId(str(row["giving"])), OrganisationId(str(row["receiving"])),
        OrganisationId(str(row["organisation"])), AccountId(str(row["asked_by"])), row["expires_at"], row["status"],
    )  # fmt: skip


async def one(conn: "asyncpg.Connection", keys: "Keys", id_: str, *, lock: bool) -> "Row | None":
    """A transfer, locked where it will change. Raises Forged."""
    row = await conn.fetchrow(f"SELECT * FROM guard.transfer WHERE id = $1{' FOR UPDATE' if lock else ''}", id_)
    return None if row is None else stamped.genuine(keys, "transfer", row)


async def is_pending(
    conn: "asyncpg.Connection", person: PersonId, giving: OrganisationId, receiving: OrganisationId, now: datetime
) -> bool:
    """Whether one is asked already between the two."""
    return await conn.fetchrow(_PENDING, person, giving, receiving, now) is not None


async def ask(
    conn: "asyncpg.Connection", keys: "Keys", person: PersonId, transfer: Transfer, *, reason: str, now: datetime
) -> str:
    """Write what is asked; its id."""
    id_ = str(uuid4())
    row = {
        "id": id_, "person": person, "giving": transfer.giving, "receiving": transfer.receiving,
        "organisation": transfer.organisation, "reason": reason, "asked_by": transfer.asked_by, "asked_at": now,
        "expires_at": transfer.expires_at, "status": transfer.status, "answer": None, "decided_by": None,
        "decided_at": None, "version": 1,
    }  # fmt: skip
    await stamped.insert(conn, keys, "transfer", row)
    return id_


async def close(
    conn: "asyncpg.Connection",
    keys: "Keys",
    row: "Row",
    status: str,
    by: AccountId,
    now: datetime,
    answer: str | None,
) -> None:
    """Write how it ended. Raises Forged."""
    await stamped.amend(conn, keys, "transfer", row, status=status, decided_by=by, decided_at=now, answer=answer)


async def listed(
    conn: "asyncpg.Connection", keys: "Keys", organisation: OrganisationId, most: int, now: datetime
) -> "list[Any]":
    """An organisation's transfers of late, those that wait first. A forged one is left out."""
    rows = await conn.fetch(_LIST, organisation, now - SHOWN - timedelta(days=90), now, most)
    kept = [row for row in rows if keys.authenticator.genuine_row("transfer", row)]
    return [row for row in kept if _closed_at(row, now) is None or now - _closed_at(row, now) < SHOWN]


def _closed_at(row: Any, now: datetime) -> Any:
    if row["decided_at"] is not None:
        return row["decided_at"]
    return row["expires_at"] if row["expires_at"] <= now else None


async def waiting(conn: "asyncpg.Connection", organisation: OrganisationId, now: datetime) -> int:
    """How many wait for this organisation's answer."""
    count: int = await conn.fetchval(_WAITING, organisation, now)
    return count
