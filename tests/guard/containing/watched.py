"""What tests of containment share: who watches, and giving back as the request does."""

from beffroi.core.ids import AccountId
from beffroi.guard import turnstile
from beffroi.guard.containing import giving_back
from beffroi.guard.containing.cutting import suspend_account
from beffroi.guard.duties import Work
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
        await giving_back.lift(Work(world.conn, world.keys, POLICY, await world.now()), containment, agreed)


async def restore(world: World, account: AccountId, *people: AgentOfTest) -> None:
    """Restore as the request does once these people have agreed."""
    async with world.conn.transaction():
        await turnstile.take(world.conn)
        agreed = [AccountId(one.account) for one in people]
        await giving_back.restore_account(Work(world.conn, world.keys, POLICY, await world.now()), account, agreed)


async def suspend(world: World, account: str, reason: str = "incident") -> int:
    """Suspend an account from the guard's host."""
    named = AccountId(account)
    return await suspend_account(world.conn, world.keys, POLICY, named, reason=reason, operator="night")
