"""What a manager sees of who works here: names, roles, last use, warnings; and what waits for somebody's word."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from beffroi.core.ids import AccountId, OrganisationId
from beffroi.core.sweeping import Step, delays, due, idle_since
from beffroi.guard.decisions.facts import PARIS
from beffroi.guard.duties import Work
from beffroi.guard.notifying.counting import undelivered
from beffroi.guard.stamped import Row
from beffroi.guard.sweeping import leavers, leaving
from beffroi.guard.sweeping.escalating import open_escalations
from beffroi.guard.sweeping.facts import Loaded, load
from beffroi.guard.vault import agents

SIZE: Final = 50
_HERE: Final = """
SELECT h.account FROM guard.habilitation h WHERE h.organisation = $1 AND h.status <> 'closed' GROUP BY h.account
"""


async def people(work: Work, organisation: OrganisationId, page: int) -> dict[str, Any]:
    """A page of those who hold something not closed here, the longest unused first. Raises Forged."""
    ids = [AccountId(str(row["account"])) for row in await work.conn.fetch(_HERE, organisation)]
    everybody = sorted(
        await load(work.conn, work.keys, work.policy, ids), key=lambda one: (idle_since(one.facts), one.facts.id)
    )
    shown = everybody[SIZE * (page - 1) : SIZE * page]
    named = await agents.names(work.conn, work.keys, [one.facts.id for one in shown])
    waits = await leavers.waiting(work, [one.facts.id for one in shown])
    rows = [_person(work, organisation, one, named, waits.get(one.facts.id, [])) for one in shown]
    return {"total": len(everybody), "page": page, "pages": max(1, -(-len(everybody) // SIZE)), "rows": rows}


def _person(
    work: Work, organisation: OrganisationId, one: Loaded, named: dict[str, str], waits: list[Row]
) -> dict[str, Any]:
    held = leaving.open_at(one, organisation)
    roles = [work.policy.roles.get(row["role"]) for row in held]
    warned = any(what.step is Step.WARN for what in due(one.facts, work.now, work.policy.sweeps)) or (
        one.facts.warned_at is not None and one.facts.warned_at >= idle_since(one.facts)
    )
    suspends_at: datetime = idle_since(one.facts) + delays(one.facts, work.policy.sweeps).idle_suspend
    return {
        "account": one.facts.id, "name": named.get(one.facts.id, ""), "status": one.facts.status,
        "roles": [role.label._asdict() for role in roles if role is not None],
        "used_at": one.facts.used_at, "created_at": one.facts.created_at,
        "until_at": min((row["until_at"] for row in held), default=None),
        "warned": warned and one.facts.status in ("active", "invited"),
        "suspends_at": suspends_at if warned else None,
        "waiting": bool(waits),
    }  # fmt: skip


async def waiting(work: Work, organisation: OrganisationId | None) -> dict[str, Any]:
    """Leavings that wait at an organisation (everywhere for ``None``), with names; escalations likewise."""
    rows = await leaving.waiting_at(work, organisation)
    alarms = [
        row
        for row in await open_escalations(work)
        if organisation is None or (row["organisation"] is not None and str(row["organisation"]) == organisation)
    ]
    named = await agents.names(work.conn, work.keys, {str(row["account"]) for row in rows})
    ends = await leavers.ends(work, rows)
    places = await _places(work, {row["organisation"] for row in (*rows, *alarms) if row["organisation"] is not None})
    return {
        "rows": [
            {
                "leaver": str(row["id"]), "account": str(row["account"]), "name": named.get(str(row["account"]), ""),
                "organisation": places.get(row["organisation"], ""), "source": row["source"],
                "created_at": row["created_at"], "last_day": _day(ends.get(row["id"])),
            }
            for row in rows
        ],
        "escalations": [
            {
                "kind": row["kind"], "organisation": places.get(row["organisation"], ""),
                "created_at": row["created_at"],
            }
            for row in alarms
        ],
        "undelivered": await undelivered(work.conn) if organisation is None else 0,
    }  # fmt: skip


def _day(end: datetime | None) -> str | None:
    """The last whole day before an end, in Paris."""
    return None if end is None else str((end.astimezone(PARIS) - timedelta(microseconds=1)).date())


async def _places(work: Work, ids: set[UUID]) -> dict[UUID, str]:
    rows = await work.conn.fetch("SELECT id, name FROM guard.organisation WHERE id = ANY ($1::uuid[])", list(ids))
    return {row["id"]: row["name"] for row in rows}
