"""A world, a worker in front of it, and what watches whether its rows are what the journal says."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from beffroi.core.folding import Divergence
from beffroi.guard.decisions.asks import Outcome
from beffroi.guard.decisions.worker import Worker
from beffroi.guard.folding import watching
from beffroi.guard.folding.looking import Look
from beffroi.guard.folding.watching import Watch
from beffroi.guard.metrics import Metrics
from beffroi.guard.sessions.handles import digest
from beffroi.guard.settings import Batching
from tests.databases import FreshDatabase
from tests.guard import world as worlds
from tests.guard.world import CLIENT, AgentOfTest, World

EVERYTHING = Look(rows=True, budgets=True, openings=1_000)


@dataclass(slots=True)
class Belfry:
    """A guard without its doors, and the database administrator behind its back (``owner``)."""

    world: World
    worker: Worker
    watch: Watch
    owner: asyncpg.Connection

    async def look(self) -> list[Divergence]:
        """One look at everything, answered."""
        found = await watching.once(self.world.conn, self.watch, EVERYTHING)
        return list(found.divergences)

    async def ask(self, agent: AgentOfTest, person: Any) -> Outcome:
        """One opening."""
        return await self.worker.decide(self.world.request(person), agent.handle_hash, digest(CLIENT))

    async def row(self, table: str, id: object) -> dict[str, Any]:
        """One row as it is."""
        found = await self.world.conn.fetchrow(f"SELECT * FROM guard.{table} WHERE id = $1", id)
        assert found is not None
        return dict(found)

    async def put_back(self, table: str, row: dict[str, Any]) -> None:
        """An older version of a row written again, as it was."""
        columns = ", ".join(f"{name} = ${place}" for place, name in enumerate(row, start=2))
        await self.owner.execute(f"UPDATE guard.{table} SET {columns} WHERE id = $1", row["id"], *row.values())

    async def told(self, kind: str) -> list[asyncpg.Record]:
        """Entries of the journal, oldest first."""
        found: list[asyncpg.Record] = await self.world.conn.fetch(
            "SELECT * FROM guard.journal WHERE kind = $1 ORDER BY entry", kind
        )
        return found


@pytest.fixture
async def belfry(fresh: FreshDatabase) -> AsyncIterator[Belfry]:
    """A small world whose rows were held to the journal a moment ago."""
    world = await worlds.build(fresh.guard)
    worker = Worker(fresh.guard, world.keys, lambda: world.policy, Batching(), Metrics())
    watch = Watch(world.keys, lambda: world.policy, None, worker.forget)
    await watch.begin(world.conn)
    await worker.start()
    owner = await asyncpg.connect(fresh.owner)
    yield Belfry(world, worker, watch, owner)
    await worker.stop()
    await owner.close()
    await world.conn.close()
