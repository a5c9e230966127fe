"""A file restricted while its readers flood the guard's doors: nothing of it leaves after the commit."""

import asyncio
from collections import Counter

import pytest

from tests.guard.doors.conftest import pretty
from tests.guard.restricting.conftest import Bench, code
from tests.guard.world import AgentOfTest

READERS = 12
WARM = 60


@pytest.mark.parametrize("through", ["/v1/open", "/v1/release"])
async def test_correspondent_restricts_a_file_racing_its_readers_nothing_is_released_after_its_commit(
    bench: Bench, through: str
) -> None:
    guard, person = bench.register.desk.guard, bench.person
    world = guard.world
    readers = [await world.agent(bench.nora.organisation) for _ in range(READERS)]
    told: Counter[str] = Counter()
    stop = asyncio.Event()

    async def read(reader: AgentOfTest) -> str:
        body = {"person": person, "purpose": "follow-up", "groups": ["identity"]}
        answer = await guard.post(reader, through, body)
        return "released" if answer.status_code == 200 else code(answer)

    async def flood(reader: AgentOfTest) -> None:
        while not stop.is_set():
            told[await read(reader)] += 1

    floods = [asyncio.create_task(flood(reader)) for reader in readers]
    released = "SELECT count(*) FROM guard.journal WHERE kind = 'released'"
    while await world.conn.fetchval(released) < WARM:  # noqa: ASYNC110 - the database tells nobody
        await asyncio.sleep(0)
    begun = await bench.begin()
    assert begun.status_code == 201, pretty(begun)
    late = await asyncio.gather(*[read(reader) for reader in readers])
    stop.set()
    await asyncio.gather(*floods)
    cut = begun.json()["entry"]
    assert set(late) == {"restricted"}
    assert set(told) == {"released", "restricted"}
    assert await world.conn.fetchval(released + " AND entry > $1", cut) == 0
    assert await world.conn.fetchval(released + " AND entry < $1", cut) >= WARM
