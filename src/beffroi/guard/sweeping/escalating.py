"""What the network level must see: an organisation without a manager, too few approvers or founders.

Judged from what is, not from what happened: whoever left by whatever way is seen, a run killed half-way leaves
nothing behind, and an escalation closes when somebody has been given the role the ordinary way. Nobody is promoted.
"""

import json
from collections.abc import Iterable
from typing import Final
from uuid import UUID, uuid4

from beffroi.core.ids import AccountId, OrganisationId
from beffroi.core.policy import RoleKind
from beffroi.core.sweeping import KEPT
from beffroi.guard import stamped
from beffroi.guard.duties import Work
from beffroi.guard.journal import Entry, append
from beffroi.guard.notifying import telling
from beffroi.guard.sweeping.acting import acting, roles_of

NO_MANAGER: Final = "no-manager"
FEW: Final = {RoleKind.APPROVER: "few-approvers", RoleKind.FOUNDER: "few-founders"}
_HAD_MANAGERS: Final = """
SELECT DISTINCT h.organisation FROM guard.habilitation h JOIN guard.organisation o ON o.id = h.organisation
WHERE h.role = ANY ($1::text[]) AND h.status IN ('probation', 'confirmed', 'suspended', 'closed')
    AND o.active AND $2 < o.contract_until
"""
_EVER: Final = "SELECT EXISTS (SELECT 1 FROM guard.habilitation WHERE role = ANY ($1::text[]))"
_OPEN: Final = "SELECT * FROM guard.escalation WHERE closed_at IS NULL ORDER BY created_at, id"
Condition = tuple[str, OrganisationId | None]


async def escalate(work: Work, because: AccountId | None = None) -> list[Condition]:
    """Open what has begun (``because`` this account left), close what is over; those opened. Journaled."""
    wanted, standing = await _conditions(work), await open_escalations(work)
    known: set[Condition] = set()
    entries: list[Entry] = []
    for row in standing:
        condition = (row["kind"], None if row["organisation"] is None else OrganisationId(str(row["organisation"])))
        if condition in wanted and condition not in known:
            known.add(condition)
            continue
        await stamped.amend(work.conn, work.keys, "escalation", row, closed_at=work.now)
        entries.append(_entry(work, "escalation-closed", str(row["id"]), condition, None))
    opened = sorted(wanted - known, key=str)
    for condition in opened:
        id_ = str(uuid4())
        row = {
            "id": id_, "kind": condition[0], "organisation": condition[1], "account": because,
            "created_at": work.now, "closed_at": None, "version": 1,
        }  # fmt: skip
        await stamped.insert(work.conn, work.keys, "escalation", row)
        entries.append(_entry(work, "escalated", id_, condition, because))
        await telling.escalated(work, id_, *condition)
    await append(work.conn, entries)
    return opened


async def open_escalations(work: Work) -> list[stamped.Row]:
    """Genuine escalations that are not over, oldest first."""
    rows = await work.conn.fetch(_OPEN)
    return [row for row in rows if work.keys.authenticator.genuine_row("escalation", row)]


async def _conditions(work: Work) -> set[Condition]:
    present = await acting(work)
    managed: Iterable[UUID] = [
        row["organisation"]
        for row in await work.conn.fetch(_HAD_MANAGERS, roles_of(work.policy, [RoleKind.MANAGER]), work.now)
    ]
    found: set[Condition] = {
        (NO_MANAGER, OrganisationId(str(one)))
        for one in managed
        if not present.managers.get(OrganisationId(str(one)))
    }
    for kind, least in KEPT.items():
        few = len(present.by_kind.get(kind, frozenset())) < least
        if few and await work.conn.fetchval(_EVER, roles_of(work.policy, [kind])):
            found.add((FEW[kind], None))
    return found


def _entry(work: Work, kind: str, id_: str, condition: Condition, because: AccountId | None) -> Entry:
    return Entry(
        work.now, kind, account=because, organisation=condition[1], explanation=condition[0],
        policy=work.policy.version, detail=json.dumps({"escalation": id_}),
    )  # fmt: skip
