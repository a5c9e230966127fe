"""Campaigns that open: each organisation's own day of the quarter, with what its reviewers will see written down."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from beffroi.core.ids import OrganisationId
from beffroi.core.policy import Policy
from beffroi.core.reviewing import RUN, planned
from beffroi.guard import stamped, turnstile
from beffroi.guard.duties import Work
from beffroi.guard.journal import Entry, append
from beffroi.guard.notifying import telling
from beffroi.guard.reviewing.gathering import Seen, alone, gather, written
from beffroi.guard.reviewing.statements import LIST_ORGANISATIONS

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

_COLUMNS: Final = (
    "id", "campaign", "habilitation", "account", "reasons", "facts", "verdict", "reviewer", "sitting", "at",
    "version", "mac",
)  # fmt: skip
_INSERT: Final = (
    f"INSERT INTO guard.review ({', '.join(_COLUMNS)}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
)
_RUNNING: Final = "SELECT EXISTS (SELECT FROM guard.campaign WHERE organisation = $1 AND closed_at IS NULL)"


async def open_due(conn: "asyncpg.Connection", keys: "Keys", policy: Policy, now: datetime) -> int:
    """Open the campaigns whose day has come; how many. Safe to run as often as one likes, and by two at a time.

    ``conn`` has no transaction open. Raises Forged for an organisation's row.
    """
    due: dict[OrganisationId, datetime] = {}
    for row in await conn.fetch(LIST_ORGANISATIONS, None):
        stamped.genuine(keys, "organisation", row)
        organisation = OrganisationId(str(row["id"]))
        end = None if row["running"] else planned(organisation, row["last_due_at"], row["lapses_at"], now)
        if end is not None:
            due[organisation] = end
    return await _open(conn, keys, policy, now, due)


async def open_now(
    conn: "asyncpg.Connection", keys: "Keys", policy: Policy, now: datetime, organisation: OrganisationId
) -> int:
    """Open an organisation's campaign before its day; 0 when one is open already or nobody has access there."""
    rows = await conn.fetch(LIST_ORGANISATIONS, organisation)
    waiting = {OrganisationId(str(row["id"])): now + RUN for row in rows if not row["running"]}
    return await _open(conn, keys, policy, now, waiting)


async def _open(
    conn: "asyncpg.Connection", keys: "Keys", policy: Policy, now: datetime, due: dict[OrganisationId, datetime]
) -> int:
    if not due:
        return 0
    seen = await gather(conn, keys, policy, now)
    opened = 0
    for organisation, end in due.items():
        async with conn.transaction():
            await turnstile.take(conn)
            if not await conn.fetchval(_RUNNING, organisation):
                await _write(conn, keys, policy, now, organisation, end, seen[organisation])
                opened += 1
    return opened


async def _write(
    conn: "asyncpg.Connection", keys: "Keys", policy: Policy, now: datetime, organisation: OrganisationId,
    end: datetime, seen: Sequence[Seen],
) -> None:  # fmt: skip
    campaign = {
        "id": str(uuid4()), "organisation": organisation, "opened_at": now, "due_at": end, "closed_at": None,
        "reminded": None, "digest": digest_of(str(each.row["id"]) for each in seen), "version": 1,
    }  # fmt: skip
    await stamped.insert(conn, keys, "campaign", campaign)
    rows = []
    for each in seen:
        row: dict[str, object] = {
            "id": str(uuid4()), "campaign": campaign["id"], "habilitation": str(each.row["id"]),
            "account": str(each.row["account"]), "reasons": alone(each.held, now), "facts": written(each.held),
            "verdict": None, "reviewer": None, "sitting": None, "at": None, "version": 1,
        }  # fmt: skip
        row["mac"] = keys.authenticator.stamp_row("review", row)  # type: ignore[arg-type]
        rows.append(row)
    await conn.executemany(_INSERT, [[row[name] for name in _COLUMNS] for row in rows])
    await stamped.record(conn, keys, "review", rows)
    detail = {"campaign": campaign["id"], "due_at": end.isoformat(), "habilitations": len(rows)}
    await append(conn, [entry(policy, now, "campaign-opened", organisation, detail)])
    await telling.campaign_opened(Work(conn, keys, policy, now), campaign)


def digest_of(habilitations: Iterable[str]) -> bytes:
    """What a campaign asks about, in 32 bytes."""
    return hashlib.sha256("\n".join(sorted(habilitations)).encode()).digest()


def entry(
    policy: Policy, now: datetime, kind: str, organisation: str, detail: dict[str, object], **more: str | None
) -> Entry:
    """A line of the journal about a campaign: ids, counts and codes."""
    said = json.dumps(detail, separators=(",", ":"), sort_keys=True)
    return Entry(now, kind, organisation=organisation, policy=policy.version, detail=said, **more)  # type: ignore[arg-type]
