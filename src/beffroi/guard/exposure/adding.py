"""What an approval would add: people within reach of the new account in 24 hours, in probation and once confirmed."""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from beffroi.core import exposure as law
from beffroi.core.exposure import SPANS, Tally
from beffroi.core.exposure_network import Related
from beffroi.core.ids import OrganisationId, RoleCode
from beffroi.guard import stamped
from beffroi.guard.duties import Work
from beffroi.guard.exposure import rows, statements

_DAY = SPANS.index(24)


class Added(NamedTuple):
    """People in any 24 hours: while the account shares its maker's pool, and once somebody outside confirmed it."""

    pooled: int
    confirmed: int


async def added(work: Work, organisation: OrganisationId, roles: Iterable[str]) -> Added:
    """The exposure of somebody new in these roles there, with no portfolio yet; what they read elsewhere apart.

    Relations are counted unverified, as for the inventory. Raises Forged for the organisation's row.
    """
    conn, keys, policy, now = work
    office = rows.organisation(
        keys,
        stamped.genuine(
            keys, "organisation", await conn.fetchrow("SELECT * FROM guard.organisation WHERE id = $1", organisation)
        ),
    )
    counts = await conn.fetch(
        statements.COUNT_RELATIONS_OF, now, now - policy.newcomer_life, now + timedelta(hours=max(SPANS)),
        [UUID(organisation)],
    )  # fmt: skip
    related = rows.related(counts).get(organisation, Related({}, {}))
    share = law.share(policy.organisation, office.confirmed_agents)
    known = [policy.roles[RoleCode(code)] for code in roles if code in policy.roles]
    nothing: Tally = {}
    memberships = [(organisation, share, role, related.every, nothing) for role in known if law.reads(role, 0)]
    pooled = law.direct(law.held(memberships, pooled=True, confirmed=False), policy)
    confirmed = law.direct(law.held(memberships, pooled=False, confirmed=True), policy)
    return Added(pooled[_DAY], confirmed[_DAY])
