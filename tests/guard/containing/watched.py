"""What tests of containment share: who watches, and giving back as the request does."""

from beffroi.core.ids import AccountId
from beffroi.guard import turnstile
from beffroi.guard.containing import giving_back
from tests.guard.world import POLICY, AgentOfTest, World


async def revoked(world: World, agent: AgentOfTest) -> bool:
    return bool(
        await world.conn.fetchval("SELECT revoked_at IS NOT NULL FROM guard.session WHERE id = $1", agent.session)
    )


async def approvers(world: World) -> tuple[AgentOfTest, AgentOfTest]:
    network = world.offices["Network"]
    return await world.agent(network, "approver"), await world.agent(network, "security-officer")


async def lift(world: World, containment: str, *people: AgentOfTest) -> None:
    """Lift as the request does once these people have agreed."""
    async with world.conn.transaction():
        await turnstile.take(world.conn)
        agreed = [AccountId(one.account) for one in people]
        await giving_back.lift(world.conn, world.keys, POLICY, containment, agreed, await world.now())


async def restore(world: World, account: AccountId, *people: AgentOfTest) -> None:
    """Restore as the request does once these people have agreed."""
    async with world.conn.transaction():
        await turnstile.take(world.conn)
        agreed = [AccountId(one.account) for one in people]
        await giving_back.restore_account(world.conn, world.keys, POLICY, account, agreed, await world.now())
