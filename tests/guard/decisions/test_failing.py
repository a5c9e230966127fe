"""A plan that cannot be written as judged releases nothing: commits that fail, rows tampered with, a turn that is
gone, connections that are killed. Whoever asks is answered once, and the guard goes on afterwards.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from beffroi.core.decision import Refusal
from beffroi.core.ids import PersonId
from beffroi.core.refusals import Code
from beffroi.guard.decisions import ahead, writing
from beffroi.guard.decisions.ahead import Plan
from beffroi.guard.decisions.asks import Ask, Granted, Outcome
from beffroi.guard.decisions.batch import Bench, Prepared
from beffroi.guard.decisions.facts import clock_at
from beffroi.guard.sessions.handles import digest
from beffroi.guard.web.problems import Fault
from tests.databases import FreshDatabase
from tests.guard.decisions.conftest import Desk, Written
from tests.guard.decisions.test_ahead import remembered, turn_held, waiting
from tests.guard.world import CLIENT, AgentOfTest

RELEASED = "SELECT count(*) FROM guard.journal WHERE kind = 'released'"
HOT = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'beffroi-guard-hot'"


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    conn = await asyncpg.connect(dsn)
    yield conn
    await conn.close()


async def count(desk: Desk) -> int:
    found: int = await desk.world.conn.fetchval(RELEASED)
    return found


async def served_again(desk: Desk, agent: AgentOfTest, person: PersonId) -> Granted:
    """The next allow, once a lane is connected again."""
    async with asyncio.timeout(20):
        while not desk.worker.ready:  # noqa: ASYNC110 - the worker tells nobody
            await asyncio.sleep(0)
        outcome = await desk.ask(agent, person)
        while outcome is Fault.UNAVAILABLE:
            await asyncio.sleep(0)
            outcome = await desk.ask(agent, person)
    assert isinstance(outcome, Granted)
    return outcome


def before_the_write(monkeypatch: pytest.MonkeyPatch, command: Callable[[], Awaitable[object]]) -> list[Plan]:
    """Let something happen between the judgement of the next plan and its write; the plan, once it has."""
    crossed: list[Plan] = []
    write = ahead.write

    async def crossing(bench: Bench, db: Prepared, plan: Plan) -> list[Granted]:
        if not crossed:
            crossed.append(plan)
            await command()
        return await write(bench, db, plan)

    monkeypatch.setattr(ahead, "write", crossing)
    return crossed


@pytest.mark.parametrize("table", ["reach", "journal"])
@pytest.mark.parametrize("error", ["raise_exception", "integrity_constraint_violation"])
async def test_i01_commit_that_fails_at_its_very_end_is_no_allow(
    desk: Desk, fresh: FreshDatabase, written: list[Written], table: str, error: str
) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    people = [await world.person(ana.organisation, referent=ana) for _ in range(2)]
    await remembered(desk, ana, people[0])
    before, plans = await count(desk), len(written)
    async with connected(fresh.owner) as owner:
        await owner.execute(f"""
            CREATE FUNCTION guard.fail() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'at the very end' USING ERRCODE = '{error}'; END $$;
            CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON guard.{table} DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION guard.fail()""")
        outcomes = await asyncio.gather(*[desk.ask(ana, people[1]) for _ in range(3)])
        assert not any(isinstance(outcome, Granted) for outcome in outcomes)
        assert (await count(desk), len(written)) == (before, plans)
        await owner.execute(f"DROP TRIGGER fail ON guard.{table}")
    granted = await served_again(desk, ana, people[1])
    assert granted.paid is not None
    assert granted.paid.spent.day == 2, "what was not committed was not counted"
    assert await count(desk) == before + 1


@pytest.mark.parametrize("noticed", [True, False], ids=["noticed", "unnoticed"])
@pytest.mark.parametrize("how", ["forged", "set back", "deleted"])
async def test_i16_budget_tampered_with_between_judgement_and_write_pays_for_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, how: str, noticed: bool
) -> None:
    world = desk.world
    ana, bea = [await world.agent(office) for office in world.offices.values()]
    people = [await world.person(ana.organisation, referent=ana) for _ in range(3)]
    other = await world.person(bea.organisation, referent=bea)
    await remembered(desk, bea, other)
    assert isinstance(await desk.ask(ana, people[0]), Granted)
    old = await world.conn.fetchrow(f"SELECT * FROM guard.budget WHERE key LIKE 'account/{ana.account}/%'")
    assert isinstance(await desk.ask(ana, people[1]), Granted)
    kept = await world.conn.fetchrow("SELECT * FROM guard.budget WHERE key = $1", old["key"])
    assert kept["version"] == old["version"] + 1
    before = await count(desk)

    async def put(conn: Any, row: Any) -> None:
        columns, places = ", ".join(row.keys()), ", ".join(f"${place}" for place in range(1, len(row) + 1))
        await conn.execute("DELETE FROM guard.budget WHERE key = $1", row["key"])
        await conn.execute(f"INSERT INTO guard.budget ({columns}) VALUES ({places})", *row.values())

    async def tamper() -> None:
        async with connected(desk.dsn) as conn:
            if not noticed:
                await conn.execute("SET beffroi.batch = 'on'")
            if how == "forged":
                await put(conn, {**old, "version": kept["version"] + 1})
            elif how == "set back":
                await put(conn, old)
            else:
                await conn.execute("DELETE FROM guard.budget WHERE key = $1", old["key"])

    crossed = before_the_write(monkeypatch, tamper)
    outcomes = await asyncio.gather(desk.ask(ana, people[2]), desk.ask(bea, other))
    assert [len(plan.asks) for plan in crossed] == [2]
    assert outcomes[0] == Refusal(Code.INTEGRITY)
    assert isinstance(outcomes[1], Granted)
    for _ in range(2):
        assert await desk.ask(ana, people[2]) == Refusal(Code.INTEGRITY)
        assert isinstance(await desk.ask(bea, other), Granted)
    assert await count(desk) == before + 3
    await put(world.conn, kept)
    granted = await desk.ask(ana, people[2])
    assert isinstance(granted, Granted)
    assert granted.paid is not None
    assert granted.paid.spent.day == 3


@pytest.mark.parametrize("how", ["version = version + 1", "day = day - 1, version = version - 1"])
async def test_i16_reach_tampered_with_between_judgement_and_write_releases_nothing_on_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    person, other = [await world.person(ana.organisation, referent=ana) for _ in range(2)]
    await remembered(desk, ana, other)
    yesterday = clock_at(await world.now()).day - 1
    await world.insert(
        "reach", account=ana.account, person=person, day=yesterday, marks=[5], found_day=yesterday, version=3
    )
    before = await count(desk)
    of_the_person = "account = $1 AND person = $2"
    forged = f"UPDATE guard.reach SET {how} WHERE {of_the_person}"
    crossed = before_the_write(monkeypatch, lambda: world.conn.execute(forged, ana.account, person))
    first, second = await asyncio.gather(desk.ask(ana, person), desk.ask(ana, other))
    assert [len(plan.asks) for plan in crossed] == [2]
    assert first == Refusal(Code.INTEGRITY)
    assert isinstance(second, Granted)
    assert await desk.ask(ana, person) == Refusal(Code.INTEGRITY)
    assert await count(desk) == before + 1
    await world.conn.execute(f"DELETE FROM guard.reach WHERE {of_the_person}", ana.account, person)
    granted = await desk.ask(ana, person)
    assert isinstance(granted, Granted)
    assert granted.paid is not None
    assert granted.paid.spent.day == 2


async def test_i02_reach_deleted_between_judgement_and_write_is_paid_for_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    person, other = [await world.person(ana.organisation, referent=ana) for _ in range(2)]
    await remembered(desk, ana, other)
    yesterday = clock_at(await world.now()).day - 1
    await world.insert("reach", account=ana.account, person=person, day=yesterday, marks=[5], found_day=0)
    crossed = before_the_write(
        monkeypatch, lambda: world.conn.execute("DELETE FROM guard.reach WHERE person = $1", person)
    )
    granted = await desk.ask(ana, person)
    assert len(crossed) == 1
    assert isinstance(granted, Granted)
    assert granted.paid is not None
    assert granted.paid.spent.day == 2
    row: Any = await world.conn.fetchrow("SELECT * FROM guard.reach WHERE person = $1", person)
    assert (row["version"], world.keys.authenticator.genuine_row("reach", row)) == (1, True)


@pytest.mark.parametrize("number", ["the same", "an earlier one"])
async def test_turnstile_emptied_releases_nothing_and_serves_again_once_its_row_is_back(
    desk: Desk, fresh: FreshDatabase, number: str
) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    person = await world.person(ana.organisation, referent=ana)
    await remembered(desk, ana, person)
    before = await count(desk)
    async with connected(fresh.owner) as owner:
        kept = await owner.fetchval("DELETE FROM guard.turnstile RETURNING number")
        for _ in range(3):
            outcomes = await asyncio.gather(*[desk.ask(ana, person) for _ in range(3)])
            assert set(outcomes) == {Fault.UNAVAILABLE}
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await world.amend("account", ana.account, status="suspended")
        assert await count(desk) == before
        await owner.execute("INSERT INTO guard.turnstile (number) VALUES ($1)", kept if number == "the same" else 0)
    await served_again(desk, ana, person)
    await remembered(desk, ana, person)
    await world.amend("account", ana.account, status="suspended")
    assert await desk.ask(ana, person) == Refusal(Code.ACCOUNT_SUSPENDED)


async def test_i01_connections_killed_while_a_plan_is_written_and_the_next_judged_answer_everybody_once(
    desk: Desk, written: list[Written], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    people = [await world.person(ana.organisation, referent=ana) for _ in range(6)]
    await remembered(desk, ana, people[0])
    judged: list[Plan] = []
    judge = ahead.judge

    async def noted(*args: Any) -> Plan | list[Ask]:
        plan = await judge(*args)
        if isinstance(plan, Plan):
            judged.append(plan)
        return plan

    monkeypatch.setattr(ahead, "judge", noted)
    plans, before = len(written), await count(desk)
    answers: Counter[int] = Counter()
    outcomes: list[Outcome] = []
    everybody = asyncio.Event()

    def ask(place: int) -> None:
        def done(outcome: Outcome) -> None:
            answers[place] += 1
            outcomes.append(outcome)
            if len(answers) == len(people):
                everybody.set()

        desk.worker.put(Ask(world.request(people[place]), ana.handle_hash, digest(CLIENT), done))

    async with turn_held(desk.dsn):
        for place in range(3):
            ask(place)
        await waiting(world.conn, 1)
        for place in range(3, 6):
            ask(place)
        while len(judged) < 2:  # noqa: ASYNC110 - the worker tells nobody
            await asyncio.sleep(0)
        for row in await world.conn.fetch(HOT):
            await world.conn.execute("SELECT pg_terminate_backend($1)", row["pid"])
        async with asyncio.timeout(20):
            await everybody.wait()
    assert answers == Counter(range(6))
    released = [outcome for outcome in outcomes if isinstance(outcome, Granted)]
    assert await count(desk) >= before + len(released)
    entries = {row["entry"] for row in await world.conn.fetch("SELECT entry FROM guard.journal")}
    assert {outcome.entry for outcome in released} <= entries
    assert len(written) == plans
    granted = await served_again(desk, ana, people[5])
    assert granted.entry is not None
    for person in people:
        assert isinstance(await desk.ask(ana, person), Granted)
    await paid_for_exactly(desk, ana, 6)
    assert answers == Counter(range(6))


async def paid_for_exactly(desk: Desk, agent: AgentOfTest, people: int) -> None:
    """The account's budget holds these people, and the journal no others."""
    row: Any = await desk.world.conn.fetchrow(
        "SELECT * FROM guard.budget WHERE key LIKE $1", f"account/{agent.account}/%"
    )
    assert desk.world.keys.authenticator.genuine_row("budget", row)
    distinct = "SELECT count(DISTINCT person) FROM guard.journal WHERE kind = 'released' AND account = $1"
    assert row["month_spent"] == people == await desk.world.conn.fetchval(distinct, agent.account)


async def test_i02_plan_committed_whose_acknowledgement_was_lost_is_counted_and_answered_by_no_allow(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    people = [await world.person(ana.organisation, referent=ana) for _ in range(4)]
    await remembered(desk, ana, people[0])
    write = writing.write
    lost: list[int | None] = []

    async def unheard(statement: Any, rows: writing.Rows, expected: int | None) -> Any:
        entries = await write(statement, rows, expected)
        if not lost:
            lost.append(expected)
            raise ConnectionResetError
        return entries

    monkeypatch.setattr(writing, "write", unheard)
    before = await count(desk)
    assert await desk.ask(ana, people[1]) is Fault.UNAVAILABLE
    assert lost[0] is not None, "judged ahead"
    assert await count(desk) == before + 1
    for person in people:
        await served_again(desk, ana, person)
    await paid_for_exactly(desk, ana, 4)
