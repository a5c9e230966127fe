"""A code that was handed over dies with what it was for, whoever ended it, and giving back does not revive it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date

import pytest

from beffroi.core.habilitation import Event
from beffroi.core.ids import AccountId
from beffroi.guard.containing import giving_back
from beffroi.guard.containing.cutting import contain, suspend_account
from beffroi.guard.duties import Work
from beffroi.guard.habilitations.moving import move
from beffroi.guard.signin import enrolments
from beffroi.guard.sweeping import departures, leaving
from beffroi.guard.sweeping.leavers import Source
from beffroi.guard.sweeping.personnel_file import Leaving
from beffroi.guard.vault import blind
from tests.databases import FreshDatabase
from tests.guard.sweeping.staff import crowd, idle, staffed, swept
from tests.guard.world import POLICY, AgentOfTest, World

End = Callable[[World, AgentOfTest, str], Awaitable[None]]
ADDRESS = "gone@north.example"


@pytest.fixture
async def world(fresh: FreshDatabase) -> AsyncIterator[World]:
    async with staffed(fresh) as built:
        yield built


async def work_of(world: World) -> Work:
    return Work(world.conn, world.keys, POLICY, await world.now())


async def by_the_sweep(world: World, agent: AgentOfTest, dsn: str) -> None:
    await idle(world, agent, 100)
    await swept(world, dsn)


async def by_a_manager(world: World, agent: AgentOfTest, dsn: str) -> None:
    manager = await world.agent(agent.organisation, "account-manager")
    await leaving.leave(
        await work_of(world), agent.account, agent.organisation, Source.MANAGER, by=manager.account, alone=True
    )


async def by_the_personnel_file(world: World, agent: AgentOfTest, dsn: str) -> None:
    lines = [Leaving(2, ADDRESS, date(2026, 1, 1))]
    await departures.apply(await work_of(world), agent.organisation, lines, by=None)


async def by_hand(world: World, agent: AgentOfTest, dsn: str) -> None:
    await suspend_account(world.conn, world.keys, POLICY, agent.account, reason="incident", operator="night")


async def by_containment(world: World, agent: AgentOfTest, dsn: str) -> None:
    await contain(world.conn, world.keys, POLICY, "account", agent.account, reason="incident", operator="night")


async def by_its_habilitation(world: World, agent: AgentOfTest, event: Event) -> None:
    row = await world.conn.fetchrow("SELECT * FROM guard.habilitation WHERE id = $1", agent.habilitation)
    assert row is not None
    await move(await work_of(world), row, event, by=None)


async def by_a_suspended_habilitation(world: World, agent: AgentOfTest, dsn: str) -> None:
    await by_its_habilitation(world, agent, Event.SUSPEND)


async def by_a_closed_habilitation(world: World, agent: AgentOfTest, dsn: str) -> None:
    await by_its_habilitation(world, agent, Event.CLOSE)


ENDS: list[End] = [
    by_the_sweep, by_a_manager, by_the_personnel_file, by_hand, by_containment, by_a_suspended_habilitation,
    by_a_closed_habilitation,
]  # fmt: skip


async def serves(world: World, agent: AgentOfTest, code: str) -> bool:
    return await enrolments.check(world.conn, world.keys, agent.account, code, await world.now()) is not None


@pytest.mark.parametrize("end", ENDS)
async def test_i07_code_of_an_account_that_was_cut_serves_no_more_even_given_back_and_a_colleague_s_does(
    world: World, fresh: FreshDatabase, end: End
) -> None:
    north = world.offices["North"]
    await crowd(world, "North", 5)
    gone = await world.agent(north, email_index=blind.agent_email(world.keys, ADDRESS))
    stays = await world.agent(north)
    codes = {
        one.account: await enrolments.issue(world.conn, world.keys, one.account, await world.now())
        for one in (gone, stays)
    }
    checked = await enrolments.check(world.conn, world.keys, gone.account, codes[gone.account], await world.now())
    assert checked is not None
    await end(world, gone, fresh.guard)
    assert not await serves(world, gone, codes[gone.account])
    # Typed before the cut, the code is not kept either.
    assert await enrolments.still_open(world.conn, checked, await world.now()) is None
    row = await world.conn.fetchrow("SELECT * FROM guard.account WHERE id = $1", gone.account)
    if row is not None and row["status"] == "suspended":
        people = await world.conn.fetch(
            "SELECT account FROM guard.habilitation WHERE role = 'approver' ORDER BY account LIMIT 2"
        )
        approvers = [AccountId(str(one["account"])) for one in people]
        await giving_back.restore_account(await work_of(world), gone.account, approvers)
    held = await world.conn.fetchrow("SELECT * FROM guard.habilitation WHERE id = $1", gone.habilitation)
    assert held is not None
    await move(await work_of(world), held, Event.REINSTATE, by=None)
    assert not await serves(world, gone, codes[gone.account])
    assert await serves(world, stays, codes[stays.account])
