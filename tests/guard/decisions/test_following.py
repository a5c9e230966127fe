"""A fact changed by somebody else holds from the very next decision, and for a batch judged without it (I-07).

Each refusal differs from the allow just before it by the one change.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from beffroi.core.decision import Refusal
from beffroi.core.ids import PersonId
from beffroi.core.refusals import Code
from beffroi.guard import key_check
from beffroi.guard.decisions import ahead
from beffroi.guard.decisions.ahead import Plan
from beffroi.guard.decisions.asks import Granted, Manner, Outcome
from beffroi.guard.decisions.batch import Bench, Prepared
from beffroi.guard.decisions.worker import Worker
from beffroi.guard.keys import Keys
from beffroi.guard.metrics import Metrics
from beffroi.guard.settings import Batching
from beffroi.guard.web.problems import Fault
from tests.databases import FreshDatabase
from tests.guard import world as worlds
from tests.guard.decisions.conftest import Desk, Written
from tests.guard.world import CASES, AgentOfTest, World


@dataclass(frozen=True, slots=True)
class Opening:
    """What an agent opens, of whom one fact is about to change."""

    world: World
    agent: AgentOfTest
    person: PersonId


async def session_revoked(one: Opening) -> None:
    await one.world.amend("session", one.agent.session, revoked_at=await one.world.now())


async def session_given_to_another_client(one: Opening) -> None:
    await one.world.amend("session", one.agent.session, client_hash=bytes(32))


async def session_of_a_lesser_level(one: Opening) -> None:
    await one.world.amend("session", one.agent.session, level=1)


async def membership_unchosen(one: Opening) -> None:
    await one.world.amend("session", one.agent.session, habilitation=None)


async def account_suspended(one: Opening) -> None:
    await one.world.amend("account", one.agent.account, status="suspended")


async def attestation_withdrawn(one: Opening) -> None:
    await one.world.amend("account", one.agent.account, attested_until=await one.world.now())


async def habilitation_closed(one: Opening) -> None:
    await one.world.amend("habilitation", one.agent.habilitation, status="closed")


async def organisation_closed(one: Opening) -> None:
    await one.world.amend("organisation", one.agent.organisation, active=False)


async def account_contained(one: Opening) -> None:
    await one.world.contain("account", one.agent.account)


async def organisation_contained(one: Opening) -> None:
    await one.world.contain("organisation", one.agent.organisation)


async def files_contained(one: Opening) -> None:
    await one.world.contain("files", one.agent.organisation)


async def files_of_the_kind_contained(one: Opening) -> None:
    await one.world.contain("files", "youth-office")


async def relation_ended(one: Opening) -> None:
    conn = one.world.conn
    row: Any = await conn.fetchrow("SELECT * FROM guard.relation WHERE person = $1", one.person)
    after = {**dict(row), "until_at": await one.world.now(), "version": row["version"] + 1}
    mac = one.world.keys.authenticator.stamp_row("relation", after)
    await conn.execute(
        "UPDATE guard.relation SET until_at = $2, version = $3, mac = $4 WHERE person = $1",
        one.person, after["until_at"], after["version"], mac,
    )  # fmt: skip


async def pool_joined_that_is_spent(one: Opening) -> None:
    pool = "6f0c3cbb-4a8b-4b70-9c9d-3f6a2a4a8e11"
    await one.world.amend("account", one.agent.account, pools=[pool])
    now = await one.world.now()
    hour = int(now.timestamp()) // 3600
    cap = one.world.policy.pool
    await one.world.insert(
        "budget", key=f"pool/{pool}/all", hour=hour, day=0, recent=bytes(120), hour_spent=cap.hour, day_spent=0,
        week_spent=0, month_spent=0, hour_cap=cap.hour, day_cap=cap.day, week_cap=cap.week, month_cap=cap.month,
    )  # fmt: skip


async def habilitation_that_serves_here_no_more(one: Opening) -> None:
    await one.world.serves_no_more(one.agent)


async def application_closed(one: Opening) -> None:
    await one.world.amend("application", CASES, open=False)


async def application_tightened(one: Opening) -> None:
    await one.world.amend("application", CASES, hour_cap=1, day_cap=1, week_cap=1, month_cap=1)


async def everything_contained(one: Opening) -> None:
    await one.world.contain("everything")


async def groups_contained(one: Opening) -> None:
    await one.world.contain("groups", groups=255)


async def policy_activated(one: Opening) -> None:
    await one.world.insert("policy", version="another", source="", activated_at=await one.world.now())


Command = Callable[[Opening], Awaitable[None]]
OF_THE_AGENT: list[tuple[Command, Outcome]] = [
    (session_revoked, Refusal(Code.SESSION_ENDED)),
    (session_given_to_another_client, Refusal(Code.SESSION_OTHER_CLIENT)),
    (session_of_a_lesser_level, Refusal(Code.STEP_UP_REQUIRED)),
    (membership_unchosen, Refusal(Code.MEMBERSHIP_NOT_CHOSEN)),
    (account_suspended, Refusal(Code.ACCOUNT_SUSPENDED)),
    (attestation_withdrawn, Refusal(Code.ATTESTATION_EXPIRED)),
    (habilitation_closed, Refusal(Code.HABILITATION_INACTIVE)),
    (habilitation_that_serves_here_no_more, Refusal(Code.HABILITATION_ELSEWHERE)),
    (organisation_closed, Refusal(Code.ORGANISATION_CLOSED)),
    (account_contained, Refusal(Code.ACCOUNT_SUSPENDED)),
    (organisation_contained, Refusal(Code.ORGANISATION_CLOSED)),
    (files_contained, Refusal(Code.FILES_CONTAINED)),
    (relation_ended, Refusal(Code.PERSON_UNKNOWN)),
    (pool_joined_that_is_spent, Refusal(Code.BUDGET_POOL)),
]
OF_ALL: list[tuple[Command, Outcome]] = [
    (application_closed, Refusal(Code.APPLICATION_CLOSED)),
    (application_tightened, Refusal(Code.BUDGET_APPLICATION)),
    (everything_contained, Refusal(Code.EVERYTHING_CONTAINED)),
    (files_of_the_kind_contained, Refusal(Code.FILES_CONTAINED)),
    (groups_contained, Refusal(Code.FIELDS_NOT_ALLOWED)),
    (policy_activated, Fault.UNAVAILABLE),
]
each_of_the_agent = pytest.mark.parametrize(
    ("command", "refusal"), [pytest.param(*change, id=change[0].__name__) for change in OF_THE_AGENT]
)
each_of_all = pytest.mark.parametrize(
    ("command", "refusal"), [pytest.param(*change, id=change[0].__name__) for change in OF_ALL]
)


@pytest.fixture(scope="module")
def keys() -> Keys:
    """Of the database that changes to one agent's facts share."""
    return worlds.new_keys()


@pytest.fixture
async def shared(fresh_for_module: FreshDatabase, keys: Keys) -> AsyncIterator[Desk]:
    """A guard of the test's own, over two new offices of a database that others have used."""
    world = World(await asyncpg.connect(fresh_for_module.guard), keys)
    await key_check.establish(world.conn, keys)
    north, _ = await world.organisation("North"), await world.organisation("South")
    if await world.conn.fetchval("SELECT count(*) FROM guard.application") == 0:
        await world.open_application(north)
    worker = Worker(fresh_for_module.guard, keys, lambda: world.policy, Batching(), Metrics())
    await worker.start()
    yield Desk(world, worker, fresh_for_module.guard)
    await worker.stop()
    await world.conn.close()


async def remembered(desk: Desk, written: list[Written]) -> tuple[AgentOfTest, AgentOfTest]:
    """Advisers of two offices, the last opening of each judged ahead."""
    world = desk.world
    ana, bea = [await world.agent(office) for office in world.offices.values()]
    for agent in (ana, bea):
        for person in [await world.person(agent.organisation, referent=agent) for _ in range(3)]:
            assert isinstance(await desk.ask(agent, person), Granted)
        [ask] = written[-1].plan.asks
        assert ask.handle_hash == agent.handle_hash
    assert written[-1].bench.memory.agents.keys() == {ana.handle_hash, bea.handle_hash}
    return ana, bea


async def traces(world: World, agent: AgentOfTest) -> list[Any]:
    """All that a release to this agent writes."""
    return [
        await world.conn.fetch(
            "SELECT entry FROM guard.journal WHERE account = $1 AND kind = 'released' ORDER BY entry", agent.account
        ),
        await world.conn.fetch("SELECT * FROM guard.reach WHERE account = $1 ORDER BY person", agent.account),
        await world.conn.fetch("SELECT * FROM guard.budget WHERE key LIKE $1 ORDER BY key", f"%/{agent.account}/%"),
    ]


def same(outcome: Outcome, expected: Outcome) -> bool:
    """Whether the refusal is the one expected; a step-up and a budget say more than their code."""
    if isinstance(outcome, Refusal) and isinstance(expected, Refusal):
        return outcome.code is expected.code
    return outcome is expected


async def changed_before_the_next(desk: Desk, written: list[Written], command: Command, refusal: Outcome) -> Outcome:
    """The agent is refused and leaves no trace; what a colleague of another office is answered."""
    ana, bea = await remembered(desk, written)
    person = await desk.world.person(ana.organisation, referent=ana)
    other = await desk.world.person(bea.organisation, referent=bea)
    before = await traces(desk.world, ana)
    await command(Opening(desk.world, ana, person))
    assert same(await desk.ask(ana, person), refusal)
    assert not isinstance(await desk.ask(ana, person), Granted)
    assert await traces(desk.world, ana) == before
    return await desk.ask(bea, other)


@each_of_the_agent
async def test_i07_adviser_remembered_of_whom_one_fact_changed_is_refused_at_the_next_request(
    shared: Desk, written: list[Written], command: Command, refusal: Outcome
) -> None:
    assert isinstance(await changed_before_the_next(shared, written, command, refusal), Granted)


@each_of_all
async def test_i07_advisers_remembered_when_one_fact_of_all_changed_are_refused_at_the_next_request(
    desk: Desk, written: list[Written], command: Command, refusal: Outcome
) -> None:
    assert same(await changed_before_the_next(desk, written, command, refusal), refusal)


async def changed_before_the_write(
    desk: Desk, written: list[Written], monkeypatch: pytest.MonkeyPatch, command: Command, refusal: Outcome
) -> tuple[Outcome, list[Any], list[Any]]:
    """The same, the colleague's request having been judged with the agent's: her answer, and her traces around it."""
    ana, bea = await remembered(desk, written)
    person = await desk.world.person(ana.organisation, referent=ana)
    other = await desk.world.person(bea.organisation, referent=bea)
    before, before_bea = await traces(desk.world, ana), await traces(desk.world, bea)
    crossed: list[Plan] = []
    write = ahead.write

    async def crossing(bench: Bench, db: Prepared, plan: Plan) -> list[Granted]:
        if not crossed:
            crossed.append(plan)
            await command(Opening(desk.world, ana, person))
        return await write(bench, db, plan)

    monkeypatch.setattr(ahead, "write", crossing)
    count = len(written)
    refused, told = await asyncio.gather(desk.ask(ana, person), desk.ask(bea, other))
    assert [len(plan.asks) for plan in crossed] == [2], "both were judged allowed"
    assert len(written) == count
    assert same(refused, refusal)
    assert await traces(desk.world, ana) == before
    return told, before_bea, await traces(desk.world, bea)


@each_of_the_agent
async def test_i07_fact_changed_between_judgement_and_write_of_a_batch_refuses_its_agent_alone(
    shared: Desk, written: list[Written], monkeypatch: pytest.MonkeyPatch, command: Command, refusal: Outcome
) -> None:
    told, before, after = await changed_before_the_write(shared, written, monkeypatch, command, refusal)
    assert isinstance(told, Granted)
    assert [len(rows) for rows in after[:2]] == [len(rows) + 1 for rows in before[:2]]


@each_of_all
async def test_i07_fact_of_all_changed_between_judgement_and_write_of_a_batch_refuses_it_whole(
    desk: Desk, written: list[Written], monkeypatch: pytest.MonkeyPatch, command: Command, refusal: Outcome
) -> None:
    told, before, after = await changed_before_the_write(desk, written, monkeypatch, command, refusal)
    assert same(told, refusal)
    assert after == before


@pytest.mark.parametrize("command", [session_revoked, account_suspended, organisation_closed, account_contained])
async def test_i07_fact_changed_before_a_colleague_was_answered_from_the_rows_holds_for_the_agent_remembered(
    shared: Desk, written: list[Written], command: Command
) -> None:
    ana, bea = await remembered(shared, written)
    person = await shared.world.person(ana.organisation, referent=ana)
    other = await shared.world.person(bea.organisation, referent=bea)
    await command(Opening(shared.world, ana, person))
    count = len(written)
    assert isinstance(await shared.ask(bea, other, manner=Manner.QUESTION), Granted)
    assert isinstance(await shared.ask(bea, other), Granted)
    assert len(written) == count + 1, "judged ahead again, on what the question left"
    assert isinstance(await shared.ask(ana, person), Refusal)


async def test_i02_adviser_remembered_pays_for_what_another_guard_charged_meanwhile(
    desk: Desk, second: Desk, written: list[Written]
) -> None:
    world = desk.world
    ana, _ = await remembered(desk, written)
    people = [await world.person(ana.organisation, referent=ana) for _ in range(3)]
    await world.amend("application", CASES, hour_cap=8, day_cap=8, week_cap=8, month_cap=8)
    for _ in range(3):
        assert isinstance(await desk.ask(ana, people[0]), Granted)
    count = len(written)
    assert isinstance(await desk.ask(ana, people[0]), Granted)
    assert len(written) == count + 1, "judged ahead, with seven of eight people counted"
    assert isinstance(await second.ask(ana, people[1]), Granted)
    assert await desk.ask(ana, people[2]) == Refusal(Code.BUDGET_APPLICATION, "hour")
    assert isinstance(await desk.ask(ana, people[0]), Granted)


async def test_policy_activated_and_then_the_guards_own_again_serves_as_before(
    desk: Desk, written: list[Written]
) -> None:
    world = desk.world
    ana, _ = await remembered(desk, written)
    person = await world.person(ana.organisation, referent=ana)
    await policy_activated(Opening(world, ana, person))
    assert await desk.ask(ana, person) is Fault.UNAVAILABLE
    await world.insert("policy", version=world.policy.version, source="", activated_at=await world.now())
    assert isinstance(await desk.ask(ana, person), Granted)
