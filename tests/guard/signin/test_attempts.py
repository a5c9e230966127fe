"""What is counted in a quarter of an hour."""

import asyncpg
import pytest

from beffroi.guard.signin import attempts
from beffroi.guard.signin.attempts import MOST, Limit
from tests.databases import FreshDatabase
from tests.guard.world import new_keys


@pytest.mark.parametrize("name", Limit.__members__)
async def test_one_limit_used_up_leaves_every_other_of_the_same_place_whole(
    name: str, fresh: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    conn, keys, limit = await asyncpg.connect(fresh.guard), new_keys(), Limit[name]
    now = await conn.fetchval("SELECT guard.instant()")
    assert MOST[limit] > 1
    monkeypatch.setattr(attempts, "MOST", dict.fromkeys(Limit, 1))
    assert await attempts.within(conn, keys, limit, "here", now)
    assert not await attempts.within(conn, keys, limit, "here", now)
    full = [one for one in Limit.__members__ if await attempts.exhausted(conn, keys, Limit[one], "here", now)]
    assert full == [name]
    await conn.close()
