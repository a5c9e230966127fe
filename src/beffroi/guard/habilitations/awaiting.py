"""Accounts whose identity is to be proven again: agreed to, and no factor enrolled since."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from beffroi.core.approvals import Verdict
from beffroi.core.ids import AccountId, OrganisationId
from beffroi.guard import stamped
from beffroi.guard.duties import Work

_AWAITED: Final = """
SELECT r.* FROM guard.request r
WHERE r.kind = 'identity' AND r.status = 'approved' AND ($1::uuid[] IS NULL OR r.beneficiary = ANY ($1))
    AND ($2::uuid IS NULL OR r.organisation = $2)
    AND NOT EXISTS (SELECT FROM guard.factor f WHERE f.account = r.beneficiary AND f.created_at >= r.decided_at)
ORDER BY r.decided_at, r.id
"""
_GIVEN: Final = "SELECT * FROM guard.approval WHERE request = ANY ($1::uuid[]) AND verdict = $2"


class Awaited(NamedTuple):
    """An agreed request whose account has no factor yet. ``makers`` asked or agreed: they hand no code over."""

    request: str
    account: AccountId
    organisation: OrganisationId
    requester: AccountId
    makers: frozenset[AccountId]
    decided_at: datetime


async def awaited(
    work: Work, accounts: Iterable[str] | None, organisation: OrganisationId | None = None
) -> list[Awaited]:
    """Those of some accounts, or everybody's (``None``), at one organisation or at all. Raises Forged."""
    wanted = None if accounts is None else list(accounts)
    rows = [
        stamped.genuine(work.keys, "request", row) for row in await work.conn.fetch(_AWAITED, wanted, organisation)
    ]
    if not rows:
        return []
    agreed: dict[str, set[AccountId]] = {}
    for row in await work.conn.fetch(_GIVEN, [row["id"] for row in rows], Verdict.APPROVE.value):
        approver = AccountId(str(stamped.genuine(work.keys, "approval", row)["approver"]))
        agreed.setdefault(str(row["request"]), set()).add(approver)
    return [
        Awaited(
            str(row["id"]), AccountId(str(row["beneficiary"])), OrganisationId(str(row["organisation"])),
            AccountId(str(row["requester"])),
            frozenset(agreed.get(str(row["id"]), set()) | {AccountId(str(row["requester"]))}), row["decided_at"],
        )
        for row in rows
    ]  # fmt: skip
