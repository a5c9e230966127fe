"""What a guard does beside answering: the journal's months, what is outlived, the breakers, day after day."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import asyncpg
import pytest

from beffroi.guard import breaking, stamped, upkeep
from beffroi.guard.exposure import trend
from beffroi.guard.metrics import Metrics
from beffroi.guard.personal import presence_codes
from beffroi.guard.services import Services
from tests.databases import FreshDatabase
from tests.guard import world as worlds

LAST_MONTH = """
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'guard.journal'::regclass ORDER BY 1 DESC LIMIT 1
"""


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(30):
        while not await holds():  # noqa: ASYNC110 the database and another task decide, no event tells
            await asyncio.sleep(0.02)


async def test_guard_at_start_and_on_every_new_day_prepares_the_journals_months(fresh: FreshDatabase) -> None:
    world = await worlds.build(fresh.guard)
    owner = await asyncpg.connect(fresh.owner)
    month: str = await owner.fetchval(LAST_MONTH)

    async def there() -> bool:
        return bool(await owner.fetchval("SELECT to_regclass('guard.' || $1) IS NOT NULL", month))

    async with asyncpg.create_pool(fresh.guard, min_size=1, max_size=2) as pool:
        services = cast(
            Services, SimpleNamespace(pool=pool, keys=world.keys, policy=world.policy, areas={}, metrics=Metrics())
        )
        await owner.execute(f"DROP TABLE guard.{month}")
        keeping = asyncio.create_task(upkeep.run(services, pause=0.02))
        try:
            await until(there)
            assert await owner.fetchval("SELECT count(*) FROM guard.breaker") == 1
            await owner.execute(f"DROP TABLE guard.{month}")
            await world.conn.execute("INSERT INTO guard.drill_clock (shift) VALUES ('1 day')")
            await until(there)
        finally:
            keeping.cancel()
    await owner.close()
    await world.conn.close()


async def test_guard_that_cannot_forget_codes_of_presence_says_so_once_a_day_and_does_the_rest_of_the_round(
    fresh: FreshDatabase, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world = await worlds.build(fresh.guard)
    rounds = tries = recorded = 0

    async def failing(*_: Any) -> int:
        nonlocal tries
        tries += 1
        raise stamped.Forged("presence_code")

    async def exposures(*_: Any) -> int:
        nonlocal recorded
        recorded += 1
        return 0

    async def kept(*_: Any) -> int:
        nonlocal rounds
        rounds += 1
        return 0

    async def again() -> bool:
        return rounds > 3

    monkeypatch.setattr(presence_codes, "forget", failing)
    monkeypatch.setattr(trend, "record", exposures)
    monkeypatch.setattr(breaking, "keep", kept)
    async with asyncpg.create_pool(fresh.guard, min_size=1, max_size=2) as pool:
        services = cast(
            Services, SimpleNamespace(pool=pool, keys=world.keys, policy=world.policy, areas={}, metrics=Metrics())
        )
        keeping = asyncio.create_task(upkeep.run(services, pause=0.001))
        await until(again)
        keeping.cancel()
    assert (tries, recorded) == (1, 1)
    assert "codes of presence" in caplog.text
    await world.conn.close()


async def test_guard_whose_database_fails_a_round_does_the_next_one(fresh: FreshDatabase) -> None:
    world = await worlds.build(fresh.guard)
    rounds = 0

    class Refusing:
        def acquire(self) -> Any:
            nonlocal rounds
            rounds += 1
            raise OSError("gone")

    async def again() -> bool:
        return rounds > 2

    services = cast(Services, SimpleNamespace(pool=Refusing(), keys=world.keys, policy=world.policy))
    keeping = asyncio.create_task(upkeep.run(services, pause=0.001))
    await until(again)
    assert not keeping.done()
    keeping.cancel()
    await world.conn.close()


async def test_guard_each_day_forgets_what_is_outlived_and_keeps_what_is_not(fresh: FreshDatabase) -> None:
    world = await worlds.build(fresh.guard)
    conn, now = world.conn, await world.now()
    hour, slot = int(now.timestamp()) // 3600, int(now.timestamp()) // 900
    for age, old in ((timedelta(days=3), True), (timedelta(0), False)):
        at, back = now - age, 72 if old else 0
        await conn.execute(
            "INSERT INTO guard.sign_in (id, application, step, sealed, expires_at)"
            " VALUES ($1, 'cases', 'done', '', $2)",
            secrets.token_bytes(32), at,
        )  # fmt: skip
        columns = await conn.fetch(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'guard.handover'::regclass AND attnum > 0"
            " AND NOT attisdropped ORDER BY attnum"
        )
        given = {
            "code_hash": secrets.token_bytes(32), "application": "cases", "state_hash": b"", "session": uuid4(),
            "expires_at": at, "redeemed_at": None, "mac": b"",
        }  # fmt: skip
        names = [row["attname"] for row in columns]
        places = ", ".join(f"${place}" for place in range(1, len(names) + 1))
        await conn.execute(f"INSERT INTO guard.handover VALUES ({places})", *[given[name] for name in names])
        await conn.execute("INSERT INTO guard.spent_assertion VALUES ('cases', $1, $2)", str(age), at)
        await conn.execute("INSERT INTO guard.attempt VALUES ($1, $2, 1)", uuid4(), slot - 4 * back)
        await conn.execute("INSERT INTO guard.question VALUES ($1, $2, 1)", uuid4(), hour - back)
        await conn.execute("INSERT INTO guard.refusal VALUES ($1, 'not-followed', $2, 1)", uuid4(), hour - back)
    await upkeep.daily(conn)
    for table in ("sign_in", "handover", "spent_assertion", "attempt", "question", "refusal"):
        assert await conn.fetchval(f"SELECT count(*) FROM guard.{table}") == 1, table
    assert await conn.fetchval("SELECT expires_at FROM guard.sign_in") == now
    await conn.close()
