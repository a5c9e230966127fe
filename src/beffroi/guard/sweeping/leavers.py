"""Rows of ``guard.leaver``: who leaves an organisation, by whose word, done or waiting for a person."""

import json
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid4

from beffroi.core.ids import AccountId, OrganisationId
from beffroi.guard import stamped
from beffroi.guard.duties import Work
from beffroi.guard.journal import Entry


class Source(StrEnum):
    """By whose word somebody leaves."""

    SCIM = "scim"
    HR = "hr"
    MANAGER = "manager"
    IDLE = "idle"


class Standing(StrEnum):
    """Where a row stands; ``waiting`` ones are past what a machine may do alone."""

    DONE = "done"
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


_DAYS: Final = "SELECT * FROM guard.leaver_day WHERE id = ANY ($1::uuid[])"
_WAITING: Final = "SELECT * FROM guard.leaver WHERE status = 'waiting' AND account = ANY ($1::uuid[])"


async def record(
    work: Work,
    account: AccountId,
    organisation: OrganisationId | None,
    source: Source,
    standing: Standing,
    *,
    by: AccountId | None = None,
    until: datetime | None = None,
) -> tuple[str, Entry]:
    """Insert a row; its id, and the entry its transaction must append. ``until``: what is held ends only then."""
    id_, decided = str(uuid4()), standing is not Standing.WAITING
    row: dict[str, Any] = {
        "id": id_, "account": account, "organisation": organisation, "source": source.value,
        "status": standing.value, "created_at": work.now, "decided_at": work.now if decided else None,
        "decided_by": by, "version": 1,
    }  # fmt: skip
    await stamped.insert(work.conn, work.keys, "leaver", row)
    if until is not None:
        await stamped.insert(work.conn, work.keys, "leaver_day", {"id": id_, "until_at": until, "version": 1})
    return id_, entry(work, row, until)


async def decide(work: Work, row: stamped.Row, standing: Standing, *, by: AccountId | None) -> Entry:
    """Take a waiting row to its end; the entry its transaction must append. Raises Forged."""
    after = await stamped.amend(
        work.conn, work.keys, "leaver", row, status=standing.value, decided_at=work.now, decided_by=by
    )
    return entry(work, after)


def entry(work: Work, row: stamped.Row, until: datetime | None = None) -> Entry:
    """What the journal says of a row: who, where, by whose word, how it stands, the day to come."""
    detail = {"by": row["decided_by"] and str(row["decided_by"]), "leaver": str(row["id"]), "status": row["status"]}
    if until is not None:
        detail["until"] = until.isoformat()
    return Entry(
        work.now, "leaver", account=str(row["account"]),
        organisation=None if row["organisation"] is None else str(row["organisation"]),
        explanation=row["source"], policy=work.policy.version,
        detail=json.dumps(detail, separators=(",", ":"), sort_keys=True),
    )  # fmt: skip


async def ends(work: Work, rows: Iterable[stamped.Row]) -> dict[UUID, datetime]:
    """When what is held would end, of those of these rows whose day was still to come. Raises Forged."""
    found = await work.conn.fetch(_DAYS, [row["id"] for row in rows])
    return {row["id"]: stamped.genuine(work.keys, "leaver_day", row)["until_at"] for row in found}


async def waiting(work: Work, accounts: Iterable[AccountId]) -> dict[AccountId, list[stamped.Row]]:
    """Genuine waiting rows of these accounts."""
    found: dict[AccountId, list[stamped.Row]] = {}
    for row in await work.conn.fetch(_WAITING, [UUID(one) for one in accounts]):
        if work.keys.authenticator.genuine_row("leaver", row):
            found.setdefault(AccountId(str(row["account"])), []).append(row)
    return found
