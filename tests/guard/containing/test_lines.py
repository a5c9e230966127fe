"""A contained line is cut to its last member, and so is whatever it still brings into being (I-07)."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from beffroi.core.decision import Refusal
from beffroi.core.ids import AccountId
from beffroi.core.line import Lines, Origin
from beffroi.core.refusals import Code
from beffroi.guard import stamped, turnstile
from beffroi.guard.containing import cost, lineage, scopes
from beffroi.guard.containing.cutting import contain
from beffroi.guard.containing.scopes import ContainingRefused
from beffroi.guard.decisions.asks import Granted
from beffroi.guard.decisions.worker import Worker
from beffroi.guard.duties import Work
from beffroi.guard.metrics import Metrics
from beffroi.guard.settings import Batching
from beffroi.guard.signin import enrolments
from beffroi.guard.signin.recognising import may_enter
from tests.databases import FreshDatabase
from tests.guard.containing.watched import approvers, lift, revoked
from tests.guard.decisions.conftest import Desk
from tests.guard.world import CASES, POLICY, AgentOfTest, World


@pytest.fixture
async def desk(world: World, fresh: FreshDatabase) -> AsyncIterator[Desk]:
    worker = Worker(fresh.guard, world.keys, lambda: world.policy, Batching(), Metrics())
    await worker.start()
    yield Desk(world, worker, fresh.guard)
    await worker.stop()


async def born(
    conn: asyncpg.Connection, world: World, requested_by: str | None, approved_by: str | None
) -> AgentOfTest:
    """Bring an adviser into being as the guard's command does, in one transaction under the turnstile."""
    there = World(conn, world.keys, offices=world.offices)
    async with conn.transaction():
        await turnstile.take(conn)
        agent = await there.agent(world.offices["North"], requested_by=requested_by, approved_by=approved_by)
        await lineage.follow(conn, world.keys, [agent.account], await there.now())
    return agent


async def cut_line(world: World, agent: AgentOfTest, conn: asyncpg.Connection | None = None) -> str:
    done = await contain(
        conn or world.conn, world.keys, POLICY, "line", agent.account, reason="incident", operator="night"
    )
    return done.id


async def test_i07_line_contained_is_cut_at_any_distance_and_nobody_else_is(desk: Desk) -> None:
    world = desk.world
    north = world.offices["North"]
    manager = await world.agent(north, "account-manager")
    child = await born(world.conn, world, manager.account, None)
    grandchild = await born(world.conn, world, None, child.account)
    stranger = await world.agent(north)
    elder = await world.agent(north)
    await world.amend("account", manager.account, requested_by=elder.account)
    person = await world.person(north)
    everybody = [child, grandchild, stranger, elder]
    assert all([isinstance(await desk.ask(one, person), Granted) for one in everybody])
    await cut_line(world, manager)
    for one in (child, grandchild):
        assert await revoked(world, one)
        again = await world.sign_in(one.account, one.habilitation, north, "adviser")
        assert await desk.ask(again, person) == Refusal(Code.ACCOUNT_SUSPENDED)
        assert not await may_enter(world.conn, world.keys, CASES, one.account, watcher=False)
    assert await revoked(world, manager)
    for one in (stranger, elder):
        assert isinstance(await desk.ask(one, person), Granted)
        assert await may_enter(world.conn, world.keys, CASES, one.account, watcher=False)


async def test_i07_account_that_a_contained_line_brings_into_being_afterwards_is_cut_until_it_is_lifted(
    desk: Desk,
) -> None:
    world = desk.world
    manager = await world.agent(world.offices["North"], "account-manager")
    one, two = await approvers(world)
    person = await world.person(world.offices["North"])
    containment = await cut_line(world, manager)
    late = await born(world.conn, world, manager.account, one.account)
    later = await born(world.conn, world, two.account, late.account)
    for agent in (late, later):
        assert await desk.ask(agent, person) == Refusal(Code.ACCOUNT_SUSPENDED)
        assert not await may_enter(world.conn, world.keys, CASES, agent.account, watcher=True)
    watcher_of_the_line = await world.agent(world.offices["Network"], "approver")
    with pytest.raises(ContainingRefused):
        await lift(world, containment, watcher_of_the_line, watcher_of_the_line)
    third = await world.agent(world.offices["Network"], "approver")
    await lift(world, containment, two, third)
    for agent in (late, later):
        assert isinstance(await desk.ask(agent, person), Granted)
    await cut_line(world, manager)
    assert await desk.ask(later, person) in (Refusal(Code.SESSION_ENDED), Refusal(Code.ACCOUNT_SUSPENDED))


async def test_i07_creation_that_forgets_a_contained_line_is_refused_at_its_commit(world: World) -> None:
    manager = await world.agent(world.offices["North"], "account-manager")
    child = await born(world.conn, world, manager.account, None)
    await cut_line(world, manager)
    for maker in (manager, child):
        for column in ("requested_by", "approved_by"):
            with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="line"):
                async with world.conn.transaction():
                    await world.agent(world.offices["North"], **{column: maker.account})


@pytest.mark.parametrize("seed", range(4))
async def test_i07_any_history_of_creations_containments_and_liftings_cuts_exactly_the_contained_lines(
    desk: Desk, seed: int
) -> None:
    world, chance = desk.world, random.Random(seed)
    north = world.offices["North"]
    person = await world.person(north)
    origins: dict[AccountId, Origin] = {}
    agents: dict[AccountId, AgentOfTest] = {}
    cut: dict[str, AccountId] = {}
    one, two = await approvers(world)
    for _ in range(24):
        move = chance.choice(["create", "create", "create", "contain", "lift"])
        if move == "create" or not agents:
            makers = [None, None, *agents]
            requested, approved = chance.choice(makers), chance.choice(makers)
            agent = await born(world.conn, world, requested, approved)
            agents[agent.account], origins[agent.account] = agent, Origin(requested, approved)
        elif move == "contain":
            head = chance.choice(list(agents))
            cut[await cut_line(world, agents[head])] = head
        elif cut:
            containment = chance.choice(list(cut))
            await lift(world, containment, one, two)
            del cut[containment]
        lines = Lines(origins, ())
        expected = {member for head in cut.values() for member in lines.line(head)}
        assert await lineage.cut_among(world.conn, agents) == expected
        for account, agent in agents.items():
            session = agent
            if await revoked(world, agent):
                session = await world.sign_in(account, agent.habilitation, north, "adviser")
                agents[account] = session
            answer = await desk.ask(session, person)
            if account in expected:
                assert answer == Refusal(Code.ACCOUNT_SUSPENDED)
            else:
                assert answer != Refusal(Code.ACCOUNT_SUSPENDED)


async def test_i07_accounts_created_while_their_line_is_contained_are_cut_whichever_came_first(
    desk: Desk, fresh: FreshDatabase
) -> None:
    world = desk.world
    north = world.offices["North"]
    manager = await world.agent(north, "account-manager")
    person = await world.person(north)
    family = [await born(world.conn, world, manager.account, None) for _ in range(4)]
    pool = [await asyncpg.connect(fresh.guard) for _ in range(9)]

    async def create(conn: asyncpg.Connection, parent: AgentOfTest) -> list[AgentOfTest]:
        found = []
        for _ in range(4):
            parent = await born(conn, world, parent.account, None)
            found.append(parent)
        return found

    tasks = [asyncio.create_task(create(conn, family[place % 4])) for place, conn in enumerate(pool[1:])]
    while await world.conn.fetchval("SELECT count(*) FROM guard.account") < 12:  # noqa: ASYNC110 - told by nobody
        await asyncio.sleep(0)
    await cut_line(world, manager, pool[0])
    made = [one for found in await asyncio.gather(*tasks) for one in found]
    during = [one for one in made if not await revoked(world, one)]
    assert during, "some were created after the containment"
    for one in made:
        again = await world.sign_in(one.account, one.habilitation, north, "adviser")
        assert await desk.ask(again, person) == Refusal(Code.ACCOUNT_SUSPENDED)
    for conn in pool:
        await conn.close()


async def test_i07_codes_requests_and_sign_ins_of_a_contained_line_serve_no_more(world: World) -> None:
    manager = await world.agent(world.offices["North"], "account-manager")
    child = await born(world.conn, world, manager.account, None)
    stranger = await world.agent(world.offices["North"])
    now = await world.now()
    codes = {
        one.account: await enrolments.issue(world.conn, world.keys, one.account, now) for one in (child, stranger)
    }
    requests = {}
    for one in (child, stranger):
        requests[one.account] = str(uuid4())
        await world.insert(
            "request", id=requests[one.account], kind="access", requester=one.account, beneficiary=None,
            organisation=one.organisation, digest=b"d" * 32, sealed=b"", needed=1, status="pending", created_at=now,
            expires_at=now + timedelta(days=9), decided_at=None,
        )  # fmt: skip
    await world.conn.execute(
        "INSERT INTO guard.sign_in (id, application, step, sealed, account, expires_at)"
        " VALUES ('\\x01', 'cases', 'factor', '\\x', $1, $3), ('\\x02', 'cases', 'factor', '\\x', $2, $3)",
        child.account,
        stranger.account,
        now + timedelta(minutes=5),
    )
    await cut_line(world, manager)
    later = await world.now()
    for one, serves in ((child, False), (stranger, True)):
        checked = await enrolments.check(world.conn, world.keys, one.account, codes[one.account], later)
        assert (checked is not None) is serves
        status = await world.conn.fetchval("SELECT status FROM guard.request WHERE id = $1", requests[one.account])
        assert status == ("pending" if serves else "withdrawn")
    accounts = await world.conn.fetch("SELECT account FROM guard.sign_in")
    assert [str(row["account"]) for row in accounts] == [stranger.account]


async def test_founder_s_line_is_himself_alone(desk: Desk) -> None:
    world = desk.world
    founder = await world.agent(world.offices["Network"], "founder")
    child = await born(world.conn, world, founder.account, None)
    person = await world.person(world.offices["North"])
    await cut_line(world, founder)
    assert await revoked(world, founder)
    assert isinstance(await desk.ask(child, person), Granted)
    grandchild = await born(world.conn, world, founder.account, None)
    assert isinstance(await desk.ask(grandchild, person), Granted)


async def test_i16_member_of_a_line_forged_into_another_opens_nothing(desk: Desk) -> None:
    world = desk.world
    manager = await world.agent(world.offices["North"], "account-manager")
    child = await born(world.conn, world, manager.account, None)
    person = await world.person(world.offices["North"])
    await cut_line(world, manager)
    again = await world.sign_in(child.account, child.habilitation, child.organisation, "adviser")
    await world.conn.execute("UPDATE guard.line_member SET line = $1", child.account)
    assert await desk.ask(again, person) == Refusal(Code.INTEGRITY)
    await cut_line(world, manager)
    await world.conn.execute("UPDATE guard.line_member SET mac = '\\x00'")
    assert isinstance(await desk.ask(again, person), Refusal)
    with pytest.raises(stamped.Forged):
        await may_enter(world.conn, world.keys, CASES, child.account, watcher=False)


@pytest.mark.parametrize("kind", ["everything", "application", "organisation", "account", "line", "groups"])
async def test_security_who_looks_first_is_told_exactly_the_sessions_that_then_end(world: World, kind: str) -> None:
    north, south = world.offices["North"], world.offices["South"]
    manager = await world.agent(north, "account-manager")
    child = await born(world.conn, world, manager.account, None)
    await world.agent(south)
    await world.sign_in(child.account, child.habilitation, north, "adviser", application="other")
    idle = await world.sign_in(child.account, child.habilitation, north, "adviser")
    await world.conn.execute(
        "UPDATE guard.session SET seen_at = seen_at - interval '31 minutes' WHERE id = $1", idle.session
    )
    await approvers(world)
    named = {"application": CASES, "organisation": north, "account": child.account, "line": manager.account}
    wanted = scopes.read(kind, named.get(kind, ""), 3 if kind == "groups" else 0)
    async with world.conn.transaction(isolation="repeatable_read", readonly=True):
        told, people = await cost.preview(Work(world.conn, world.keys, POLICY, await world.now()), wanted)
    done = await contain(
        world.conn, world.keys, POLICY, kind, named.get(kind, ""), groups=wanted.groups, reason="incident",
        operator="night",
    )  # fmt: skip
    assert (done.sessions, done.accounts) == (told.sessions, people)
    assert told.watchers == 2
    expected = {"everything": 3, "application": 3, "organisation": 2, "account": 1, "line": 2, "groups": 0}
    assert told.stopped == expected[kind]
    row = await world.conn.fetchrow("SELECT * FROM guard.cut")
    assert row is not None
    assert world.keys.authenticator.genuine_row("cut", row)
    assert (row["sessions"], row["accounts"], row["reason"], row["operator"]) == (
        done.sessions, done.accounts, "incident", "night",
    )  # fmt: skip
    entry = await world.conn.fetchrow("SELECT * FROM guard.journal WHERE kind = 'contained'")
    assert json.loads(entry["detail"])["containment"] == done.id
