"""Who may approve whose request (I-04): outside the line, three people, no reciprocity; at least two of them."""

from collections.abc import Callable, Collection
from datetime import datetime
from itertools import combinations
from typing import TYPE_CHECKING, Final

from beffroi.core.approvals import OF_LINE, Objection
from beffroi.core.duty import HOLDERS, NETWORK, Duty
from beffroi.core.habilitation import clash
from beffroi.core.ids import AccountId, OrganisationId
from beffroi.core.line import Approval, agreeing
from beffroi.core.line import Objection as LineObjection
from beffroi.core.policy import RoleKind
from beffroi.guard import stamped
from beffroi.guard.containing.lineage import cut_among
from beffroi.guard.duties import Work
from beffroi.guard.habilitations.applications import served
from beffroi.guard.lines import approvals_between, lines_of

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

_HOLDERS: Final = """
SELECT h.*, o.kind FROM guard.habilitation h
JOIN guard.account a ON a.id = h.account JOIN guard.organisation o ON o.id = h.organisation
WHERE h.role = ANY ($1::text[]) AND (h.organisation = $2 OR o.kind = $3)
    AND h.status IN ('probation', 'confirmed') AND h.from_at <= $4 AND $4 < h.until_at
    AND a.status = 'active' AND a.attested_until > $4 AND a.reviewed_until > $4
    AND o.active AND o.contract_until > $4
ORDER BY h.account
"""
"""Habilitations of some roles at an organisation that is open: held there or at the network, by accounts in use."""
_ALL: Final = """
SELECT * FROM guard.habilitation
WHERE account = ANY ($1::uuid[]) AND status IN ('probation', 'confirmed') AND from_at <= $2 AND $2 < until_at
"""
"""All that some accounts hold now, anywhere."""
_RETURNED: Final = """
SELECT a.*, r.requester FROM guard.approval a JOIN guard.request r ON r.id = a.request
WHERE a.approver = ANY ($1::uuid[]) AND r.requester = ANY ($2::uuid[]) AND a.verdict = 'approve'
"""
"""What some people approved of others' requests."""


async def holders_of(work: Work, duty: Duty, organisation: OrganisationId) -> frozenset[AccountId]:
    """Accounts that hold a duty at this organisation or at the network now. Raises Forged."""
    conn, keys, policy, now = work
    roles = [code for code, role in policy.roles.items() if role.kind in HOLDERS[duty]]
    rows = await conn.fetch(_HOLDERS, roles, organisation, NETWORK, now)
    serving = await served(conn, keys, [row["id"] for row in rows])
    found = {
        AccountId(str(stamped.genuine(keys, "habilitation", row)["account"]))
        for row in rows
        if str(row["id"]) in serving  # whoever can sign in nowhere decides nothing
    }
    kinds: dict[AccountId, set[RoleKind]] = {one: set() for one in found}
    for row in await conn.fetch(_ALL, list(found), now):
        role = policy.roles.get(stamped.genuine(keys, "habilitation", row)["role"])
        if role is not None:
            kinds[AccountId(str(row["account"]))].add(role.kind)
    # Whoever holds duties that are apart is refused at every door (I-05): he is nobody's second approver.
    return frozenset(one for one in found if clash(kinds[one], policy.separation) is None)


async def approvers(work: Work, organisation: OrganisationId) -> frozenset[AccountId]:
    """Accounts that hold the duty of approving at this organisation now, whoever asks. Raises Forged."""
    return await holders_of(work, Duty.APPROVE, organisation)


async def objection(
    work: Work, approver: AccountId, requester: AccountId, beneficiary: AccountId | None, *, apart: bool = False
) -> Objection | None:
    """Why this person may not approve that person's request; ``None`` when nothing stands against it.

    ``apart``: he must stand outside the beneficiary's line too, and owe the beneficiary no favour.
    """
    found = await _able(work, [approver], requester, beneficiary, apart=apart)
    against = found[approver]
    return None if against is None else OF_LINE[against]


async def eligible(
    work: Work,
    organisation: OrganisationId,
    requester: AccountId,
    beneficiary: AccountId | None,
    *,
    needed: int,
    apart: bool = False,
) -> frozenset[AccountId]:
    """Everybody who may approve such a request today, with others where it takes more than one: of people who are all
    tied to one another none counts. ``apart`` as in :func:`objection`."""
    holders = await approvers(work, organisation)
    holders -= await cut_among(work.conn, holders)
    found = await _able(work, holders, requester, beneficiary, apart=apart)
    able = [one for one, against in found.items() if against is None]
    if needed < 2:
        return frozenset(able)
    bond = await _bonds(work, able)
    return agreeing(able, needed, lambda one, other: bond(one, other) is not None)


async def brought_in_by(
    work: Work, people: Collection[AccountId], accounts: Collection[AccountId]
) -> frozenset[AccountId]:
    """Those of these people who are, or stand in the line of, one of the accounts. Raises Forged."""
    if not accounts:
        return frozenset()
    lines = await lines_of(work.conn, work.keys, work.policy, people, work.now)
    return frozenset(one for one in people if not lines.makers(one).isdisjoint(accounts))


async def tie(work: Work, people: Collection[AccountId]) -> Objection | None:
    """Why these people may not agree to one thing together; ``None`` when no two of them are tied.

    Two are tied when one stands in the other's line, or agreed to a request of the other's in the last 180 days.
    Raises Forged.
    """
    bond = await _bonds(work, people)
    for one, other in combinations(people, 2):
        against = bond(one, other)
        if against is not None:
            return OF_LINE[against]
    return None


async def _bonds(work: Work, people: Collection[AccountId]) -> Callable[[AccountId, AccountId], LineObjection | None]:
    """What ties two of these people, all of it loaded once."""
    lines = await lines_of(work.conn, work.keys, work.policy, people, work.now)
    between: dict[frozenset[AccountId], list[Approval]] = {}
    for past in await _returned(work.conn, work.keys, people, people):
        between.setdefault(frozenset({past.requester, past.approver}), []).append(past)
    return lambda one, other: lines.bond(one, other, between.get(frozenset({one, other}), ()), work.now)


async def _able(
    work: Work, people: Collection[AccountId], requester: AccountId, beneficiary: AccountId | None, *, apart: bool
) -> dict[AccountId, LineObjection | None]:
    """What stands against each of these people's approval."""
    sides = [(requester, beneficiary)]
    if apart and beneficiary is not None:
        sides.append((beneficiary, requester))
    named = [*people, *[one for one, _ in sides]]
    lines = await lines_of(work.conn, work.keys, work.policy, named, work.now)
    found: dict[AccountId, LineObjection | None] = dict.fromkeys(people)
    for one, other in sides:
        past = await _returned(work.conn, work.keys, [one], people)
        for approver in people:
            found[approver] = found[approver] or lines.objection(approver, one, other, past, work.now)
    return found


async def _returned(
    conn: "asyncpg.Connection", keys: "Keys", givers: Collection[AccountId], holders: Collection[AccountId]
) -> list[Approval]:
    """What the givers approved of these people's own requests, by request or as the accounts so made tell."""
    rows = await conn.fetch(_RETURNED, list(givers), list(holders))
    found = [
        Approval(AccountId(str(row["requester"])), AccountId(str(row["approver"])), _at(keys, row)) for row in rows
    ]
    return found + await approvals_between(conn, keys, holders, givers)


def _at(keys: "Keys", row: stamped.Row) -> datetime:
    at: datetime = stamped.genuine(keys, "approval", row)["at"]
    return at
