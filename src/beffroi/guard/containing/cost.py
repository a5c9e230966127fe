"""What a containment would cost, before it is made: counts of one instant, read in one snapshot, nobody's name."""

from typing import TYPE_CHECKING, Final

from beffroi.core.containing import Cost, Cut, Extent, Held, Live, cost
from beffroi.core.ids import AccountId, ApplicationId, OrganisationId, RoleCode
from beffroi.guard.containing import lineage, statements
from beffroi.guard.containing.scopes import Scope, check_existence
from beffroi.guard.containing.words import EVERY_ONE
from beffroi.guard.duties import Work

if TYPE_CHECKING:
    import asyncpg

_OF_KIND: Final = "SELECT id FROM guard.organisation WHERE kind = $1"


async def preview(work: Work, scope: Scope) -> tuple[Cost, int]:
    """The cost of cutting this scope now, and how many accounts it cuts by name, invited and suspended ones included.

    MACs are not checked: what is counted here decides nothing. Raises ContainingRefused.
    """
    conn, keys, policy, now = work
    await check_existence(conn, scope)
    members: frozenset[AccountId] = frozenset()
    if scope.extent is Extent.ACCOUNT:
        members = frozenset({AccountId(scope.scope)})
    elif scope.extent is Extent.LINE:
        members = await lineage.members(conn, keys, policy, AccountId(scope.scope), now)
    held = [
        Held(AccountId(str(row["account"])), OrganisationId(str(row["organisation"])), role.kind)
        for row in await conn.fetch(statements.HELD, now)
        if (role := policy.roles.get(RoleCode(row["role"]))) is not None
    ]
    live = [
        Live(
            AccountId(str(row["account"])),
            ApplicationId(row["application"]),
            None if row["organisation"] is None else OrganisationId(str(row["organisation"])),
        )
        for row in await conn.fetch(statements.LIVE, now, now - policy.session.idle_life)
    ]
    places = await _places(conn, scope) if scope.extent is Extent.FILES else frozenset()
    return cost(Cut(scope.extent, scope.scope, members, places), held, live), len(members)


async def _places(conn: "asyncpg.Connection", scope: Scope) -> frozenset[OrganisationId]:
    """The organisations whose files a cut closes."""
    if scope.scope not in EVERY_ONE:
        return frozenset({OrganisationId(scope.scope)})
    return frozenset(OrganisationId(str(row["id"])) for row in await conn.fetch(_OF_KIND, scope.scope))
