"""A network whose people work, idle and leave; helpers that several tests of sweeps share."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg

from beffroi.guard.sweeping.sweep import sweep
from tests.databases import FreshDatabase
from tests.guard.world import AgentOfTest, World, build


@asynccontextmanager
async def staffed(fresh: FreshDatabase) -> AsyncIterator[World]:
    """Two offices and a network level with three approvers and three founders, all at work today."""
    world = await build(fresh.guard)
    network = await world.organisation("Network", kind="network")
    for role in ("approver", "founder"):
        for _ in range(3):
            await world.agent(network, role)
    yield world
    await world.conn.close()


async def idle(world: World, agent: AgentOfTest, days: float) -> AgentOfTest:
    """The agent used the product last so many days ago."""
    await world.conn.execute(
        "UPDATE guard.session SET seen_at = guard.instant() - $2::interval WHERE account = $1",
        agent.account,
        timedelta(days=days),
    )
    return agent


async def idler(world: World, office: str = "North", role: str = "adviser", days: float = 100) -> AgentOfTest:
    """An agent idle for so many days."""
    return await idle(world, await world.agent(world.offices[office], role), days)


async def crowd(world: World, office: str, count: int) -> None:
    """Colleagues at work, so that the machine's limit leaves room."""
    for _ in range(count):
        await world.agent(world.offices[office])


async def swept(world: World, dsn: str, **rest: Any) -> Counter[str]:
    """One sweep, as the worker does it."""
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool:
        return await sweep(pool, world.keys, rest.pop("policy", world.policy), **rest)


async def status(world: World, agent: AgentOfTest) -> str:
    """Status of the account; its row must be genuine."""
    row = await world.conn.fetchrow("SELECT * FROM guard.account WHERE id = $1", agent.account)
    assert row is not None
    assert world.keys.authenticator.genuine_row("account", row)
    return str(row["status"])


async def leaver(world: World, agent: AgentOfTest) -> Any:
    """The one row of ``guard.leaver`` about an agent, ``None`` where there is none; it must be genuine."""
    rows = await world.conn.fetch("SELECT * FROM guard.leaver WHERE account = $1", agent.account)
    assert len(rows) <= 1
    assert all(world.keys.authenticator.genuine_row("leaver", row) for row in rows)
    return rows[0] if rows else None


async def journaled(world: World, agent: AgentOfTest, *kinds: str) -> list[tuple[str, str]]:
    """Kinds and explanations of an agent's entries, in order."""
    rows = await world.conn.fetch(
        "SELECT kind, explanation FROM guard.journal WHERE account = $1 AND kind = ANY ($2::text[]) ORDER BY entry",
        agent.account,
        list(kinds)
        or ["swept-warned", "swept-suspended", "swept-closed", "swept-noted", "swept-restarted", "leaver"],
    )
    return [(row["kind"], row["explanation"]) for row in rows]
