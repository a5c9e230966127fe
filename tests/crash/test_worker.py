"""The worker's process: it sweeps at its start, ends in order, survives the database's end, and may be killed."""

import asyncio
import json
import signal
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from beffroi.config.embedded_postgres import EmbeddedPostgres
from beffroi.guard import keys
from beffroi.guard.background import Background, State, Task, keep
from beffroi.guard.decisions.connections import create_pool
from beffroi.guard.sweeping.sweep import sweep
from tests.databases import FreshDatabase, fresh_database
from tests.guard.sweeping.place import Place
from tests.guard.sweeping.staff import idler, status, swept
from tests.guard.world import World, build

pytestmark = [pytest.mark.crash, pytest.mark.timeout(180)]
PEOPLE = 400


def until(holds: Callable[[], object], process: subprocess.Popen[str] | None = None) -> None:
    """Wait for a condition; a process that ends first fails the test with its last words."""
    deadline = time.monotonic() + 60
    while not holds():
        if process is not None and process.poll() is not None:
            raise AssertionError(f"ended with {process.returncode}: {process.communicate()}")
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
async def place(fresh: FreshDatabase, tmp_path: Path) -> Place:
    return Place(tmp_path, fresh)


@pytest.fixture
async def world(place: Place) -> AsyncIterator[World]:
    built = await build(place.database.guard, place.keys)
    yield built
    await built.conn.close()


async def test_worker_sweeps_at_its_start_says_that_it_lives_and_ends_in_order(world: World, place: Place) -> None:
    agent = await idler(world, days=65)
    process = place.spawn("worker")
    until(place.entries, process)
    until(place.heartbeat.exists, process)
    assert json.loads(place.heartbeat.read_text())["tasks"]["sweep"]["failures"] == 0
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 0, told
    assert not place.heartbeat.exists()
    assert place.entries() == [agent.account]
    assert '{"swept-warned": 1}' in told
    assert agent.account not in told


async def test_worker_killed_in_the_midst_of_a_sweep_and_started_again_warns_each_once(
    world: World, place: Place
) -> None:
    people = {(await idler(world, days=65)).account for _ in range(PEOPLE)}
    process = place.spawn("worker")
    until(place.entries, process)
    process.kill()
    process.communicate()
    before = place.entries()
    assert 0 < len(before) < PEOPLE
    again = place.spawn("worker", "--once")
    said, told = again.communicate(timeout=60)
    assert again.returncode == 0, told
    assert said.splitlines()[0] == f"sweep: swept-warned {PEOPLE - len(before)}"
    assert Counter(place.entries()) == Counter(people)
    rows = await world.conn.fetch("SELECT * FROM guard.swept")
    assert {str(row["id"]) for row in rows} == people
    assert all(world.keys.authenticator.genuine_row("swept", row) for row in rows)


async def test_operator_sees_what_a_sweep_would_do_and_nothing_is_done(world: World, place: Place) -> None:
    agent = await idler(world, days=95)
    process = place.spawn("sweep", "--dry-run")
    said, told = process.communicate(timeout=60)
    assert process.returncode == 0, told
    assert said.startswith(f"suspend idle account {agent.account} since ")
    assert said.endswith("Nothing was changed. suspend idle 1\n")
    assert await status(world, agent) == "active"
    done = place.spawn("sweep")
    assert done.communicate(timeout=60)[0] == "swept-suspended 1\n"
    assert await status(world, agent) == "suspended"


async def test_worker_with_another_databases_keys_refuses(world: World, place: Place) -> None:
    place.keys.path.unlink()  # type: ignore[union-attr]
    keys.generate(place.folder / "keys" / "guard.key")
    process = place.spawn("worker")
    _, told = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "is not the one this database was made with" in told


async def test_worker_whose_database_is_killed_goes_on_when_it_is_back(
    durable_postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beffroi.guard.background.LONGEST_WAIT", 0.1)
    with fresh_database(durable_postgres) as database:
        world = await build(database.guard)
        first = await idler(world, days=65)
        pool = await create_pool(database.guard, 2)
        background = Background(pool, pool, world.keys, world.policy)

        async def run(given: Background) -> Counter[str]:
            return await sweep(given.pool, given.keys, world.policy)

        state = State()
        keeping = asyncio.create_task(keep(background, Task("sweep", 0.05, run), state))

        async def holds(condition: Callable[[], Any]) -> None:
            async with asyncio.timeout(60):
                while not condition():  # noqa: ASYNC110 another task decides
                    await asyncio.sleep(0.02)

        await holds(lambda: state.done_at is not None)
        durable_postgres.kill(whole=True)
        await holds(lambda: state.failures > 1)
        await asyncio.to_thread(durable_postgres.start)
        await holds(lambda: state.failures == 0)
        world.conn = await asyncpg.connect(database.guard)
        second = await idler(world, days=95)
        async with asyncio.timeout(60):
            while await status(world, second) != "suspended":  # noqa: ASYNC110 another task decides
                await asyncio.sleep(0.02)
        assert await status(world, first) == "active"
        background.stopping.set()
        await keeping
        assert await swept(world, database.guard) == Counter()
        await world.conn.close()
        pool.terminate()
