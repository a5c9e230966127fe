"""A line contained while sixty-four of its members read through the doors: nothing leaves after its commit (I-07)."""

import asyncio
from collections import Counter

import asyncpg
import pytest

from beffroi.core.refusals import Code
from beffroi.guard.containing.cutting import contain
from tests.guard.doors.conftest import Guard, guard
from tests.guard.world import POLICY, AgentOfTest

__all__ = ["guard"]
READERS = 64
WARM = 200


@pytest.mark.parametrize("through", ["/v1/open", "/v1/release"])
async def test_i07_security_contains_a_line_racing_its_readers_through_http_nothing_is_released_after_its_commit(
    guard: Guard, through: str
) -> None:
    world = guard.world
    north = world.offices["North"]
    manager = await world.agent(north, "account-manager")
    parents = [manager]
    for _ in range(READERS):  # a line seven deep: each account asks for two more
        parent = parents[(len(parents) - 1) // 2]
        parents.append(await world.agent(north, requested_by=parent.account))
    line, outside = parents[1:], await world.agent(north)
    people = [await world.person(north) for _ in range(4)]
    stop = asyncio.Event()
    told: Counter[str] = Counter()

    async def read(reader: AgentOfTest) -> str:
        person = people[hash(reader.account) % len(people)]
        if through == "/v1/open":
            answer = await guard.open(reader, person)
        else:
            question = {"person": person, "purpose": "follow-up", "groups": ["identity"]}
            answer = await guard.post(reader, through, question)
        if answer.status_code == 200:
            return "released"
        return str(answer.json()["code"])

    async def flood(reader: AgentOfTest) -> None:
        while not stop.is_set():
            told[await read(reader)] += 1

    floods = [asyncio.create_task(flood(reader)) for reader in [*line, outside]]
    released = "SELECT count(*) FROM guard.journal WHERE kind = 'released'"
    while await world.conn.fetchval(released) < WARM:  # noqa: ASYNC110 - the database tells nobody
        await asyncio.sleep(0)
    conn = await asyncpg.connect(guard.services.settings.database)
    done = await contain(conn, world.keys, POLICY, "line", manager.account, reason="race", operator="night")
    late = await asyncio.gather(*[read(reader) for reader in line])
    stop.set()
    await asyncio.gather(*floods)
    await conn.close()
    assert (done.accounts, done.sessions) == (READERS + 1, READERS + 1)
    assert set(late) == {Code.SESSION_ENDED.value}
    cut = await world.conn.fetchval("SELECT entry FROM guard.journal WHERE kind = 'contained'")
    members = [one.account for one in parents]
    of_line = released + " AND entry > $1 AND account = ANY ($2::uuid[])"
    assert await world.conn.fetchval(of_line, cut, members) == 0
    assert await world.conn.fetchval(released + " AND entry < $1", cut) >= WARM
    assert await read(outside) == "released", "who stands outside the line reads on"
    assert set(told) <= {"released", Code.SESSION_ENDED.value}, told
