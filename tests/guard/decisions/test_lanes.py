"""Lanes outlive what fails in a batch: the request at fault is refused, its neighbours are served."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import asyncpg
import pytest

from beffroi.core.decision import Refusal
from beffroi.core.ids import EntryNumber
from beffroi.core.policy import Action, Policy
from beffroi.core.refusals import Code
from beffroi.guard.decisions.asks import Ask, FreeText, Granted, Outcome
from beffroi.guard.decisions.batch import Bench, Prepared
from beffroi.guard.decisions.worker import Worker
from beffroi.guard.metrics import Metrics
from beffroi.guard.sessions.handles import digest
from beffroi.guard.settings import Batching
from beffroi.guard.web.problems import Fault
from tests.databases import FreshDatabase
from tests.guard.decisions.conftest import Desk
from tests.guard.world import CLIENT, AgentOfTest

DAMAGED = "set_byte(wrapped_key, 20, 1 + get_byte(wrapped_key, 20) % 254)"


async def commanded(
    desk: Desk, agent: AgentOfTest, effect: Callable[[Any, Granted, datetime], Awaitable[EntryNumber]]
) -> Outcome:
    """A command on one of the agent's own people that writes what ``effect`` does."""
    person = await desk.world.person(agent.organisation, referent=agent)
    request = desk.world.request(person, action=Action.UPDATE, groups=1)
    return await desk.worker.decide(request, agent.handle_hash, digest(CLIENT), kind="updated", effect=effect)


async def test_command_that_raises_is_refused_alone_and_the_lane_serves_the_next(desk: Desk) -> None:
    ana = await desk.world.agent(desk.world.offices["North"])
    person = await desk.world.person(ana.organisation, referent=ana)

    async def broken(conn: Any, granted: Granted, at: datetime) -> EntryNumber:
        raise TypeError("a bug")

    assert await commanded(desk, ana, broken) is Fault.UNAVAILABLE
    assert desk.worker.ready
    assert isinstance(await desk.ask(ana, person), Granted)


class Careless(Bench):
    """A bench that does not see its last statement fail, when told to."""

    careless = True

    async def run(self, db: Prepared, asks: Sequence[Ask], policy: Policy) -> Any:
        judged = await super().run(db, asks, policy)
        if self.careless:
            with contextlib.suppress(asyncpg.DivisionByZeroError):
                await db.conn.execute("SELECT 1 / 0")
        return judged


async def test_batch_that_postgresql_rolled_back_at_its_commit_is_no_allow(desk: Desk) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    person = await world.person(ana.organisation, referent=ana)
    bench = Careless(world.keys)
    worker = Worker(desk.dsn, world.keys, lambda: world.policy, Batching(), Metrics(), bench=bench)
    await worker.start()
    careless = Desk(world, worker, desk.dsn)
    assert await careless.ask(ana, person) is Fault.UNAVAILABLE
    bench.careless = False
    assert isinstance(await careless.ask(ana, person), Granted)
    assert await world.conn.fetchval("SELECT count(*) FROM guard.journal WHERE kind = 'released'") == 1
    await worker.stop()


@pytest.mark.parametrize(("days", "opens"), [(0, True), (30, False)])
async def test_i02_journal_row_of_the_future_opens_nothing_outside_a_throw_away(
    desk: Desk,
    fresh: FreshDatabase,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    days: int,
    opens: bool,
) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    person = await world.person(ana.organisation, referent=ana)
    admin = await asyncpg.connect(fresh.admin)
    await admin.execute("DROP SCHEMA beffroi_scratch")
    await admin.close()

    async def tolerated(conn: Any) -> None:
        """The tests' PostgreSQL forgets on purpose."""

    monkeypatch.setattr("beffroi.guard.decisions.worker.refuse_forgetful", tolerated)
    worker = Worker(desk.dsn, world.keys, lambda: world.policy, Batching(), Metrics())
    await worker.start()
    planted = "INSERT INTO guard.journal (at, kind) VALUES (clock_timestamp() + make_interval(days => $1), 'planted')"
    await world.conn.execute(planted, days)
    outcomes = [await Desk(world, worker, desk.dsn).ask(ana, person) for _ in range(2)]
    assert [isinstance(outcome, Granted) for outcome in outcomes] == [opens, opens]
    assert opens or outcomes == [Fault.UNAVAILABLE] * 2
    assert caplog.text.count("host clocks") == (0 if opens else 1)
    await worker.stop()


async def test_agent_whose_own_key_is_damaged_breaks_no_glass_and_neighbours_are_served(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    world = desk.world
    north, south = world.offices["North"], world.offices["South"]
    ana, bea = await world.agent(north), await world.agent(north)
    person, own = await world.person(south), await world.person(north, referent=bea)
    for agent in (ana, bea):
        assert isinstance(await desk.ask(agent, person, action=Action.FIND, groups=0), Granted)
    await world.conn.execute(f"UPDATE guard.account SET wrapped_key = {DAMAGED} WHERE id = $1", ana.account)

    async def broken(agent: AgentOfTest, reference: str) -> Outcome:
        reason = next(iter(world.policy.reasons))
        request = world.request(person, action=Action.OPEN, groups=1, reason=reason)
        text = FreeText(reference, "une urgence")
        return await desk.worker.decide(request, agent.handle_hash, digest(CLIENT), text=text, detail="{}")

    first, second = "00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b"
    with caplog.at_level(logging.CRITICAL):
        outcomes = await asyncio.gather(broken(ana, first), desk.ask(bea, own), broken(bea, second))
    assert outcomes[0] == Refusal(Code.INTEGRITY)
    assert isinstance(outcomes[1], Granted)
    assert isinstance(outcomes[2], Granted)
    assert "integrity: a batch of 1" in caplog.text
    texts = await world.conn.fetch("SELECT id FROM guard.free_text")
    assert [str(row["id"]) for row in texts] == [second]
