"""What a guard remembers between batches never outlives the fact, and waiting for a turn locks nobody out."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from beffroi.core.decision import Refusal
from beffroi.core.ids import EntryNumber, PersonId
from beffroi.core.policy import Action
from beffroi.core.refusals import Code
from beffroi.guard import stamped, turnstile
from beffroi.guard.decisions.asks import Granted
from beffroi.guard.decisions.worker import Worker
from beffroi.guard.journal import Entry, append
from beffroi.guard.keys import Keys
from beffroi.guard.metrics import Metrics
from beffroi.guard.sessions.handles import digest
from beffroi.guard.settings import Batching
from beffroi.guard.vault import people, rotation
from beffroi.guard.vault.records import Identity
from tests.databases import FreshDatabase
from tests.guard import world as worlds
from tests.guard.decisions.conftest import Desk
from tests.guard.world import CLIENT, AgentOfTest

THEFTS = [Action.RELEASE, Action.OPEN, Action.LIST]


async def remembered(desk: Desk, agent: AgentOfTest, person: PersonId, action: Action = Action.RELEASE) -> None:
    """Ask until the agent's own opening is judged ahead: the first from the rows, the next on what is remembered."""
    for _ in range(3):
        assert isinstance(await desk.ask(agent, person, action=action), Granted)


@asynccontextmanager
async def turn_held(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """Somebody else's transaction has the turn for as long as the block runs."""
    conn = await asyncpg.connect(dsn)
    transaction = conn.transaction()
    await transaction.start()
    await turnstile.take(conn)
    yield conn
    await transaction.rollback()
    await conn.close()


async def waiting(conn: Any, count: int) -> None:
    """Return once so many connections to this database wait for a lock."""
    question = (
        "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
        " WHERE NOT l.granted AND a.datname = current_database()"
    )
    while await conn.fetchval(question) < count:  # noqa: ASYNC110 - the database tells nobody
        await asyncio.sleep(0)


@pytest.mark.parametrize("action", THEFTS)
async def test_adviser_whose_handle_a_thief_presented_is_signed_out_of_what_she_had_already_opened(
    desk: Desk, action: Action
) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    bea = await world.sign_in(ana.account, ana.habilitation, ana.organisation, "adviser")
    person = await world.person(ana.organisation, referent=ana)
    await remembered(desk, ana, person, action)
    await remembered(desk, bea, person, action)
    assert await desk.ask(ana, person, action=action, client="a thief's") == Refusal(Code.SESSION_OTHER_CLIENT)
    assert await desk.ask(ana, person, action=action) == Refusal(Code.SESSION_ENDED)
    assert await desk.ask(ana, person, action=action) == Refusal(Code.SESSION_ENDED)
    assert isinstance(await desk.ask(bea, person, action=action), Granted)


async def test_adviser_whose_handle_a_thief_presented_in_the_same_instant_is_signed_out(desk: Desk) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    person = await world.person(ana.organisation, referent=ana)
    await remembered(desk, ana, person)
    outcomes = await asyncio.gather(
        desk.ask(ana, person), desk.ask(ana, person, client="a thief's"), desk.ask(ana, person)
    )
    assert outcomes[1] == Refusal(Code.SESSION_OTHER_CLIENT)
    for _ in range(3):
        assert await desk.ask(ana, person) == Refusal(Code.SESSION_ENDED)


async def test_adviser_changing_a_file_while_the_master_key_is_rotated_is_served_and_so_is_the_rotation(
    fresh: FreshDatabase,
) -> None:
    masters = {1: secrets.token_bytes(32), 2: secrets.token_bytes(32)}
    blind, mac, session = [secrets.token_bytes(32) for _ in range(3)]
    old, new = [Keys(masters, epoch, blind=blind, mac=mac, session=session) for epoch in (1, 2)]
    world = await worlds.build(fresh.guard, old)
    worker = Worker(fresh.guard, old, lambda: world.policy, Batching(), Metrics())
    await worker.start()
    ana = await world.agent(world.offices["North"])
    person = await world.person(ana.organisation, referent=ana)

    async def change(conn: Any, granted: Granted, at: Any) -> EntryNumber:
        identity = Identity(last_name="Rousseau", first_names="Camille", birth_date="2005-04-13")
        await people.update(conn, old, person, {"identity": identity}, entry=Entry(at, "updated", person=person))
        return EntryNumber(1)

    request = world.request(person, action=Action.UPDATE, groups=1)
    rotating = await asyncpg.connect(fresh.guard)
    async with turn_held(fresh.guard):
        changed = asyncio.create_task(
            worker.decide(request, ana.handle_hash, digest(CLIENT), kind="updated", effect=change)
        )
        await waiting(world.conn, 1)
        rotated = asyncio.create_task(rotation.rewrap(rotating, new))
        await waiting(world.conn, 2)
    assert await asyncio.gather(rotated, return_exceptions=True) == [2]
    assert isinstance(await changed, Granted)
    await worker.stop()
    await rotating.close()
    await world.conn.close()


async def test_operator_revoking_by_sql_a_session_in_use_waits_for_its_batch_and_then_holds(desk: Desk) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    person = await world.person(ana.organisation, referent=ana)
    await world.conn.execute("UPDATE guard.session SET seen_at = seen_at - interval '10 minutes'")
    operator = await asyncpg.connect(desk.dsn)
    async with turn_held(desk.dsn):
        asked = asyncio.create_task(desk.ask(ana, person))
        await waiting(world.conn, 1)
        revocation = "UPDATE guard.session SET revoked_at = clock_timestamp() WHERE id = $1"
        revoked = asyncio.create_task(operator.execute(revocation, ana.session))
        await waiting(world.conn, 2)
    assert await asyncio.gather(revoked, return_exceptions=True) == ["UPDATE 1"]
    assert isinstance(await asked, Granted)
    assert not isinstance(await desk.ask(ana, person), Granted)
    await operator.close()


async def test_opening_after_a_sign_in_is_journaled_at_no_earlier_instant_even_when_the_clock_went_back(
    desk: Desk,
) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    person = await world.person(ana.organisation, referent=ana)
    await remembered(desk, ana, person)
    await world.conn.execute("INSERT INTO guard.drill_clock (shift) VALUES ('1 minute')")
    async with world.conn.transaction():
        await turnstile.take(world.conn)
        await append(world.conn, [Entry(await stamped.instant(world.conn), "signed-in", account=ana.account)])
    await world.conn.execute("DELETE FROM guard.drill_clock")
    assert isinstance(await desk.ask(ana, person), Granted)
    instants = [row["at"] for row in await world.conn.fetch("SELECT at FROM guard.journal ORDER BY entry")]
    assert instants == sorted(instants), "the clock never goes behind the journal"
