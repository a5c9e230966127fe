"""Who is told: whoever may act on a thing, at the organisation concerned first, never more than a dozen."""

import logging
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Final

from beffroi.core.duty import HOLDERS, NETWORK, Duty
from beffroi.core.ids import AccountId, OrganisationId, PurposeCode
from beffroi.core.mailing import MOST_TOLD, chosen
from beffroi.core.person_rights import PURPOSE
from beffroi.core.policy import Action
from beffroi.guard.duties import Work

_LOG: Final = logging.getLogger("beffroi.guard.notifying")
SINCE: Final = timedelta(days=30)
"""How long after its agreement a new proof of identity is awaited, and whoever made it told."""
_HOLDERS: Final = """
SELECT h.* FROM guard.habilitation h
JOIN guard.account a ON a.id = h.account JOIN guard.organisation o ON o.id = h.organisation
WHERE h.role = ANY ($1::text[]) AND (h.organisation = $2 OR o.kind = $3)
    AND h.status IN ('probation', 'confirmed') AND h.from_at <= $4 AND $4 < h.until_at AND a.status = 'active'
ORDER BY h.id
"""
"""Habilitations of some roles, held at an organisation or at the network by accounts in use."""
_WHERE: Final = """
SELECT DISTINCT organisation FROM guard.habilitation WHERE account = $1 AND status <> 'closed' ORDER BY organisation
"""
_MAKERS: Final = """
SELECT o.requested_by AS account FROM guard.origin o JOIN guard.habilitation h ON h.id = o.id
    WHERE h.account = $1 AND h.status IN ('approved', 'enrolled', 'probation')
UNION SELECT o.approved_by FROM guard.origin o JOIN guard.habilitation h ON h.id = o.id
    WHERE h.account = $1 AND h.status IN ('approved', 'enrolled', 'probation')
UNION SELECT p.approver FROM guard.origin o JOIN guard.habilitation h ON h.id = o.id
    JOIN guard.approval p ON p.request = o.request
    WHERE h.account = $1 AND h.status IN ('approved', 'enrolled', 'probation') AND p.verdict = 'approve'
UNION SELECT r.requester FROM guard.request r
    WHERE r.kind = 'identity' AND r.beneficiary = $1 AND r.status = 'approved' AND r.decided_at > $2
UNION SELECT p.approver FROM guard.request r JOIN guard.approval p ON p.request = r.id
    WHERE r.kind = 'identity' AND r.beneficiary = $1 AND r.status = 'approved' AND r.decided_at > $2
        AND p.verdict = 'approve'
"""
"""Who asked for what an account waits for, and who agreed: by request for access, or for a new proof of identity."""


async def holders(
    work: Work, duty: Duty, organisation: OrganisationId | None, about: str, *, most: int = MOST_TOLD
) -> tuple[AccountId, ...]:
    """Those on this duty at the organisation, then at the network; ``None``: at the network alone.

    A habilitation that is not genuine is reported and left out: telling never prevents what is told.
    """
    roles = [code for code, role in work.policy.roles.items() if role.kind in HOLDERS[duty]]
    return await _holding(work, roles, organisation, about, most)


async def correspondents(work: Work, organisation: OrganisationId, about: str) -> tuple[AccountId, ...]:
    """Those who answer people at the organisation, of whatever role the policy lets; nobody where it lets none."""
    purpose = PurposeCode(PURPOSE)
    roles = [
        code for code, role in work.policy.roles.items()
        if purpose in role.rules and Action.UPDATE in role.rules[purpose].actions
    ]  # fmt: skip
    return await _holding(work, roles, organisation, about, MOST_TOLD)


async def _holding(
    work: Work, roles: Collection[str], organisation: OrganisationId | None, about: str, most: int
) -> tuple[AccountId, ...]:
    people, near = set[AccountId](), set[AccountId]()
    for row in await work.conn.fetch(_HOLDERS, list(roles), organisation, NETWORK, work.now):
        if not work.keys.authenticator.genuine_row("habilitation", row):
            _LOG.critical("integrity: notifying: guard.habilitation %s", row["id"])
            continue
        people.add(AccountId(str(row["account"])))
        if str(row["organisation"]) == organisation:
            near.add(AccountId(str(row["account"])))
    return chosen(people, about, near=near, most=most)


async def managers_of(work: Work, account: str, about: str) -> tuple[AccountId, ...]:
    """Those who may ask for a new proof of somebody's identity, wherever they hold something."""
    places = [OrganisationId(str(row["organisation"])) for row in await work.conn.fetch(_WHERE, account)]
    found: dict[AccountId, None] = {}
    for place in places:
        found |= dict.fromkeys(await holders(work, Duty.REQUEST, place, about))
    return tuple(one for one in found if one != account)[:MOST_TOLD]


async def makers_of(work: Work, account: str, about: str) -> Iterable[AccountId]:
    """Who asked for the access that waits for a code, and who agreed; security officers where nobody did."""
    rows = await work.conn.fetch(_MAKERS, account, work.now - SINCE)
    made = chosen({AccountId(str(row["account"])) for row in rows if row["account"] is not None}, about)
    return made or await holders(work, Duty.CONTAIN, None, about)
