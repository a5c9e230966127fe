"""What a containment would cost, before it is made: counts of one instant, read in one snapshot, nobody's name."""

from beffroi.core.containing import Cost, Cut, Extent, Held, Live, cost
from beffroi.core.ids import AccountId, ApplicationId, OrganisationId, RoleCode
from beffroi.guard.containing import lineage, statements
from beffroi.guard.containing.scopes import Scope, check_existence
from beffroi.guard.duties import Work


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
    return cost(Cut(scope.extent, scope.scope, members), held, live), len(members)
