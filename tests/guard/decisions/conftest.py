"""A world and a worker on a database of the test's own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from beffroi.core.ids import PersonId, PurposeCode
from beffroi.core.policy import Action
from beffroi.guard.decisions.asks import Manner, Outcome
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
