"""Accounts with names and addresses, and the outbox as the tests read it."""

import secrets
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg

from beffroi.core.ids import OrganisationId
from beffroi.guard.duties import Work
from beffroi.guard.notifying.posting import post_of
from beffroi.guard.notifying.sending import send_due
from beffroi.guard.notifying.settings import Mailing
from beffroi.guard.vault.records import Agent, encode
from beffroi.guard.vault.sealing import owner_bytes, seal
from tests.guard.world import AgentOfTest, World

SHIFT = 'INSERT INTO guard.drill_clock (shift) VALUES ($1) ON CONFLICT ("only") DO UPDATE SET shift = $1'


async def named(
    world: World, organisation: OrganisationId, role: str, first: str, last: str, **changes: Any
) -> AgentOfTest:
    """An agent with a name, an address made of it, and a key of their own."""
    agent = await world.agent(organisation, role, **changes)
    await rename(world, agent, first, last, f"{first}.{last}@north.example".lower())
    return agent


async def rename(world: World, agent: AgentOfTest, first: str, last: str, address: str) -> None:
    """Seal a name and an address, whatever the address is worth."""
    key, owner = secrets.token_bytes(32), owner_bytes(agent.account)
    personal = seal(key, owner, "agent", encode(Agent(first_name=first, last_name=last, email=address)))
    await world.conn.execute(
        "UPDATE guard.account SET wrapped_key = $2, epoch = $3, personal = $4 WHERE id = $1",
        agent.account, world.keys.wrap(key, owner), world.keys.epoch, personal,
    )  # fmt: skip


async def work(world: World) -> Work:
    """What a command works with, now."""
    return Work(world.conn, world.keys, world.policy, await world.now())


async def told(world: World, *agents: AgentOfTest) -> list[str]:
    """Templates of what these accounts are to be told, oldest first."""
    rows = await world.conn.fetch(
        "SELECT template FROM guard.message WHERE recipient = ANY ($1::uuid[]) ORDER BY created_at, template",
        [UUID(agent.account) for agent in agents],
    )
    return [row["template"] for row in rows]


async def sent(world: World, dsn: str, mailing: Mailing, **rest: Any) -> Counter[str]:
    """One round of the worker."""
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool:
        return await send_due(pool, world.keys, mailing, rest.pop("post", None) or post_of(mailing), **rest)


async def later(world: World, **span: float) -> None:
    """Let time pass, for this database."""
    await world.conn.execute(SHIFT, timedelta(**span))
