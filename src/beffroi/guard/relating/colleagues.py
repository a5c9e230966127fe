"""Colleagues of one's office who can follow people: whom a person may be handed to, and what it takes to choose."""

from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from beffroi.core.habilitation import is_in_force
from beffroi.core.ids import AccountId, OrganisationId
from beffroi.core.policy import Policy, Role
from beffroi.core.relating import follows_people, most_followed
from beffroi.guard import stamped
from beffroi.guard.exposure.rows import habilitation
from beffroi.guard.relating import relations

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys
    from beffroi.guard.stamped import Row

_HELD: Final = """
SELECT h.* FROM guard.habilitation h JOIN guard.account a ON a.id = h.account
WHERE h.organisation = $1 AND h.role = ANY ($2::text[]) AND h.status IN ('probation', 'confirmed')
    AND a.status = 'active' AND ($3::uuid IS NULL OR h.account = $3)
ORDER BY h.id LIMIT 1000
"""
_ACCOUNTS: Final = "SELECT * FROM guard.account WHERE id = ANY ($1::uuid[])"


class Colleague(NamedTuple):
    """Somebody at work who can be a referent: the account's row, and how many people at most."""

    account: "Row"
    most: int

    @property
    def id(self) -> AccountId:
        """The account."""
        return AccountId(str(self.account["id"]))


def following(policy: Policy) -> dict[str, Role]:
    """Roles in which somebody can be a referent, by code."""
    return {code: role for code, role in policy.roles.items() if follows_people(role)}


async def at_work(
    conn: "asyncpg.Connection",
    keys: "Keys",
    policy: Policy,
    organisation: OrganisationId,
    now: datetime,
    *,
    only: AccountId | None = None,
) -> list[Colleague]:
    """Active accounts that hold, today, a role of the organisation that follows people. Raises Forged."""
    roles = following(policy)
    most: dict[AccountId, int] = {}
    for row in await conn.fetch(_HELD, organisation, list(roles), only):
        held = habilitation(stamped.genuine(keys, "habilitation", row))
        if is_in_force(held, now):
            most[held.account] = max(most.get(held.account, 0), most_followed(roles[held.role], policy))
    rows = [stamped.genuine(keys, "account", row) for row in await conn.fetch(_ACCOUNTS, list(most))]
    return [Colleague(row, most[AccountId(str(row["id"]))]) for row in rows if row["status"] == "active"]


async def room_of(
    conn: "asyncpg.Connection", organisation: OrganisationId, colleague: Colleague, now: datetime
) -> int:
    """How many more people a colleague can be the referent of."""
    sizes = await relations.sizes(conn, organisation, [colleague.id], now)
    return colleague.most - sizes.get(colleague.id, 0)
