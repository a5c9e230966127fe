"""Sealing as the worker does it, beside tasks that are stuck."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from beffroi.core import policy_file
from beffroi.guard import background
from beffroi.guard.background import Background, Task
from beffroi.guard.sealing.work import JournalSettings
from beffroi.guard.settings import GuardSettings, Mode
from tests.guard.sealing.place import ORIGIN, Place


@pytest.fixture
async def worker(place: Place, tmp_path: Path) -> AsyncIterator[Background]:
    """What the worker's process opens."""
    policy = tmp_path / "policy.toml"
    policy.write_text(policy_file.default_text())
    opened = await background.opened(
        GuardSettings(
            database=place.database.guard,
            key_file=tmp_path / "guard.key",
            journal_key_file=None,
            policy_file=policy,
            public_url="http://guard.example",
            mode=Mode.DEMONSTRATION,
            provider=None,
        )
    )
    yield opened
    await background.closed(opened)


def sealing_of(folder: Path) -> Task:
    """The task, as the worker has it."""
    journal = JournalSettings(ORIGIN, folder / "journal.key", folder / "log")
    [task] = [task for task in background.tasks(60, journal=journal) if task.name == "seal"]
    return task


async def test_sealing_goes_on_while_stuck_tasks_hold_every_connection_of_the_pool(
    place: Place, worker: Background, tmp_path: Path
) -> None:
    task = sealing_of(tmp_path)
    assert task.close is not None
    async with AsyncExitStack() as stuck:
        for _ in range(background.POOL):
            conn = await stuck.enter_async_context(worker.pool.acquire())
            await stuck.enter_async_context(conn.transaction())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(worker.pool.acquire(), 0)
        for _ in range(3):
            [*_, last] = await place.write(5)
            async with asyncio.timeout(60):
                await task.run(worker)
            assert await place.conn.fetchval("SELECT published_entry FROM guard.sealed") == last
    await task.close()


async def test_sealing_takes_its_connection_again_after_the_database_ended_it(
    place: Place, worker: Background, tmp_path: Path
) -> None:
    task = sealing_of(tmp_path)
    assert task.close is not None
    await place.write(5)
    await task.run(worker)
    await place.conn.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user"
    )
    [*_, last] = await place.write(5)
    state = background.State()
    keeping = asyncio.create_task(background.keep(worker, task, state))
    async with asyncio.timeout(60):
        while state.done_at is None:  # noqa: ASYNC110 another task decides
            await asyncio.sleep(0.02)
    worker.stopping.set()
    await keeping
    assert await place.conn.fetchval("SELECT published_entry FROM guard.sealed") == last
    await task.close()
