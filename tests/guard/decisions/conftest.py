"""A world and a worker on a database of the test's own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import NamedTuple

import pytest

from beffroi.core.ids import PersonId, PurposeCode
from beffroi.core.policy import Action
from beffroi.guard.decisions import ahead
from beffroi.guard.decisions.ahead import Plan
from beffroi.guard.decisions.asks import Granted, Manner, Outcome
from beffroi.guard.decisions.batch import Bench, Prepared
from beffroi.guard.decisions.worker import Worker
from beffroi.guard.metrics import Metrics
from beffroi.guard.sessions.handles import digest
from beffroi.guard.settings import Batching
from tests.databases import FreshDatabase
from tests.guard import world as worlds
from tests.guard.world import CLIENT, FOLLOW_UP, AgentOfTest, World


@dataclass(slots=True)
class Desk:
    """Puts requests to a live worker."""

    world: World
    worker: Worker
    dsn: str

    async def ask(
        self,
        agent: AgentOfTest,
        person: PersonId | None,
        *,
        action: Action = Action.RELEASE,
        groups: int = 3,
        purpose: PurposeCode = FOLLOW_UP,
        reason: str | None = None,
        client: str = CLIENT,
        manner: Manner = Manner.CHARGE,
        sealed: bool = False,
    ) -> Outcome:
        """One request, decided."""
        request = self.world.request(person, action=action, groups=groups, purpose=purpose, reason=reason)
        return await self.worker.decide(request, agent.handle_hash, digest(client), manner=manner, sealed=sealed)


@pytest.fixture
async def desk(fresh: FreshDatabase) -> AsyncIterator[Desk]:
    """A small world and one worker in front of it."""
    world = await worlds.build(fresh.guard)
    worker = Worker(fresh.guard, world.keys, lambda: world.policy, Batching(), Metrics())
    await worker.start()
    yield Desk(world, worker, fresh.guard)
    await worker.stop()
    await world.conn.close()


@pytest.fixture
async def second(desk: Desk) -> AsyncIterator[Desk]:
    """Another guard over the same database."""
    worker = Worker(desk.dsn, desk.world.keys, lambda: desk.world.policy, Batching(), Metrics())
    await worker.start()
    yield Desk(desk.world, worker, desk.dsn)
    await worker.stop()


class Written(NamedTuple):
    """A plan that was judged ahead and committed, and the bench of the guard that did."""

    bench: Bench
    plan: Plan


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[Written]:
    """What the guards of the test judged ahead and committed, in order."""
    done: list[Written] = []
    write = ahead.write

    async def noted(bench: Bench, db: Prepared, plan: Plan) -> list[Granted]:
        outcomes = await write(bench, db, plan)
        done.append(Written(bench, plan))
        return outcomes

    monkeypatch.setattr(ahead, "write", noted)
    return done
