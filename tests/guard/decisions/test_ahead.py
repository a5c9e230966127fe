"""What a guard remembers between batches never outlives the fact, and waiting for a turn locks nobody out."""

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from beffroi.core.decision import Refusal
from beffroi.core.ids import EntryNumber, PersonId
from beffroi.core.policy import Action
from beffroi.core.refusals import Code
from beffroi.guard import stamped, turnstile
from beffroi.guard.decisions.asks import Ask, FreeText, Granted, Manner, Outcome
from beffroi.guard.decisions.worker import Worker
from beffroi.guard.journal import Entry, append
from beffroi.guard.keys import Keys
from beffroi.guard.metrics import Metrics
from beffroi.guard.sessions.handles import digest
from beffroi.guard.settings import Batching
from beffroi.guard.vault import people, rotation
from beffroi.guard.vault.records import Identity
from beffroi.guard.web.problems import Fault
from tests.databases import FreshDatabase
from tests.guard import world as worlds
from tests.guard.decisions.conftest import Desk, Written
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


async def test_requests_of_every_manner_beside_allowed_ones_get_each_its_own_answer(
    desk: Desk, written: list[Written]
) -> None:
    world = desk.world
    north, south = world.offices["North"], world.offices["South"]
    ana, bea = await world.agent(north), await world.agent(south)
    own, stranger = await world.person(north, referent=ana), await world.person(south)
    theirs = await world.person(south, referent=bea)
    assert isinstance(await desk.ask(ana, stranger, action=Action.FIND, groups=0), Granted)
    await remembered(desk, ana, own)
    await remembered(desk, bea, theirs)
    count = len(written)
    unknown = replace(bea, handle=secrets.token_urlsafe(32))
    reason, text = next(iter(world.policy.reasons)), FreeText("00000000-0000-0000-0000-00000000000c", "une urgence")
    broken = world.request(stranger, action=Action.OPEN, groups=1, reason=reason)
    first, glass, question, nobody, refused, thief, last = await asyncio.gather(
        desk.ask(ana, own, groups=1),
        desk.worker.decide(broken, ana.handle_hash, digest(CLIENT), text=text, detail="{}"),
        desk.ask(bea, theirs, manner=Manner.QUESTION),
        desk.ask(unknown, theirs),
        desk.ask(bea, own),
        desk.ask(ana, own, client="a thief's"),
        desk.ask(bea, theirs, groups=3),
    )
    assert len(written[count].plan.asks) == 2, "the two allowed were judged ahead"
    assert isinstance(first, Granted)
    assert (first.explanation, first.groups, first.agent.account.id) == ("referent", 1, ana.account)
    assert isinstance(last, Granted)
    assert (last.explanation, last.groups, last.agent.account.id) == ("referent", 3, bea.account)
    assert isinstance(glass, Granted)
    assert (glass.explanation, glass.groups) == ("break-glass", 1)
    assert isinstance(question, Granted)
    assert question.entry is None
    assert nobody == Refusal(Code.SESSION_UNKNOWN)
    assert refused == Refusal(Code.PERSON_UNKNOWN)
    assert thief == Refusal(Code.SESSION_OTHER_CLIENT)
    kept = await world.conn.fetchrow("SELECT account, person FROM guard.free_text")
    assert (str(kept["account"]), str(kept["person"])) == (ana.account, stranger)
    for granted, person, groups in ((first, own, 1), (last, theirs, 3), (glass, stranger, 1)):
        row = await world.conn.fetchrow("SELECT * FROM guard.journal WHERE entry = $1", granted.entry)
        assert (str(row["person"]), row["groups"], str(row["account"]), str(row["session"])) == (
            person, groups, granted.agent.account.id, granted.agent.session.id,
        )  # fmt: skip
    assert await desk.ask(ana, own) == Refusal(Code.SESSION_ENDED)


async def shifted(desk: Desk, minutes: float) -> None:
    """The clock of the throw-away database stands so far from the true one."""
    async with desk.world.conn.transaction():
        await desk.world.conn.execute("DELETE FROM guard.drill_clock")
        await desk.world.conn.execute(
            "INSERT INTO guard.drill_clock (shift) VALUES (make_interval(secs => $1))", 60 * minutes
        )


async def test_session_remembered_is_noted_at_most_once_in_its_interval_and_lives_while_it_is_used(
    desk: Desk, written: list[Written]
) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    person = await world.person(ana.organisation, referent=ana)
    await remembered(desk, ana, person)
    count, noted = len(written), []
    for minutes in (4, 6, 9, 12, 35, 60, 64):
        await shifted(desk, minutes)
        for _ in range(2):
            assert isinstance(await desk.ask(ana, person), Granted)
            noted.append(await world.conn.fetchval("SELECT seen_at FROM guard.session WHERE id = $1", ana.session))
    assert len(written) == count + len(noted), "each was judged ahead"
    assert noted[::2] == noted[1::2]
    [four, six, nine, twelve, *rest] = noted[::2]
    assert four < six == nine < twelve < rest[0] < rest[1] == rest[2]


@pytest.mark.parametrize("idle", [29, 31])
async def test_i12_session_remembered_and_left_idle_is_ended_at_the_limit(
    desk: Desk, written: list[Written], idle: int
) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    person = await world.person(ana.organisation, referent=ana)
    await remembered(desk, ana, person)
    await shifted(desk, 20)
    assert isinstance(await desk.ask(ana, person), Granted)
    assert ana.handle_hash in written[-1].bench.memory.agents
    await shifted(desk, 20 + idle)
    outcome = await desk.ask(ana, person)
    assert isinstance(outcome, Granted) if idle < 30 else outcome == Refusal(Code.SESSION_ENDED)


async def test_three_hundred_requests_of_every_kind_from_twenty_colleagues_are_all_answered(
    desk: Desk, written: list[Written]
) -> None:
    world = desk.world
    north, south = world.offices["North"], world.offices["South"]
    colleagues = [await world.agent(north) for _ in range(20)]
    people = [await world.person(north, referent=agent) for agent in colleagues]
    stranger = await world.person(south)
    for agent in colleagues:
        assert isinstance(await desk.ask(agent, stranger, action=Action.FIND, groups=0), Granted)
    reason = next(iter(world.policy.reasons))

    async def change(conn: Any, granted: Granted, at: datetime) -> EntryNumber:
        [entry] = await append(conn, [Entry(at, "updated", account=granted.agent.account.id)])
        return EntryNumber(entry)

    async def glass(agent: AgentOfTest) -> Outcome:
        request = world.request(stranger, action=Action.OPEN, groups=1, reason=reason)
        text = FreeText(str(uuid4()), "une urgence")
        return await desk.worker.decide(request, agent.handle_hash, digest(CLIENT), text=text, detail="{}")

    async def command(agent: AgentOfTest, person: PersonId) -> Outcome:
        request = world.request(person, action=Action.UPDATE, groups=1)
        return await desk.worker.decide(request, agent.handle_hash, digest(CLIENT), kind="updated", effect=change)

    async def day(place: int) -> list[Outcome]:
        agent, person = colleagues[place], people[place]
        told: list[Outcome] = []
        for step in range(place, place + 15):
            kind = step % 15
            if kind == 4:
                told.append(await glass(agent))
            elif kind == 9:
                told.append(await command(agent, person))
            elif kind == 12:
                told.append(await desk.ask(agent, person, manner=Manner.QUESTION))
            elif kind in (2, 7):
                told.append(await desk.ask(agent, stranger))
            else:
                told.append(await desk.ask(agent, person, sealed=kind == 0))
        return told

    async with asyncio.timeout(60):
        told = [outcome for one in await asyncio.gather(*map(day, range(20))) for outcome in one]
    assert Counter(outcome.code if isinstance(outcome, Refusal) else type(outcome) for outcome in told) == {
        Granted: 260,
        Code.NOT_FOLLOWED: 40,
    }
    assert written, "some were judged ahead"
    entries = [outcome.entry for outcome in told if isinstance(outcome, Granted) and outcome.entry is not None]
    assert len(set(entries)) == len(entries) == 240
    rows = await world.conn.fetch(
        "SELECT kind, count(*) FROM guard.journal WHERE entry = ANY ($1) GROUP BY 1", entries
    )
    assert dict(rows) == {"released": 220, "updated": 20}


async def test_worker_that_stops_while_requests_wait_answers_them_all_once(
    desk: Desk, written: list[Written]
) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    people = [await world.person(ana.organisation, referent=ana) for _ in range(8)]
    await remembered(desk, ana, people[0])
    before = await world.conn.fetchval("SELECT count(*) FROM guard.journal")
    answers: Counter[int] = Counter()
    outcomes: list[Outcome] = []

    def ask(place: int, manner: Manner = Manner.CHARGE) -> None:
        def done(outcome: Outcome) -> None:
            answers[place] += 1
            outcomes.append(outcome)

        request = world.request(people[place])
        desk.worker.put(Ask(request, ana.handle_hash, digest(CLIENT), done, manner=manner))

    async with turn_held(desk.dsn):
        ask(0)
        ask(1)
        await waiting(world.conn, 1)
        for place in range(2, 5):
            ask(place, Manner.QUESTION if place == 3 else Manner.CHARGE)
        while desk.worker.waiting:  # noqa: ASYNC110 - the worker tells nobody
            await asyncio.sleep(0)
        for place in range(5, 8):
            ask(place)
        await desk.worker.stop()
    assert answers == Counter(range(8))
    assert set(outcomes) == {Fault.UNAVAILABLE}
    ask(0)
    assert answers[0] == 2
    assert not desk.worker.ready
    async with world.conn.transaction():
        await turnstile.take(world.conn)  # whatever a lane had sent before it stopped was written or refused by now
        count = await world.conn.fetchval("SELECT count(*) FROM guard.journal")
    assert before <= count <= before + 2


async def test_i02_person_opened_again_while_the_first_opening_is_being_written_is_paid_for_once(
    desk: Desk, written: list[Written]
) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    known, person = [await world.person(ana.organisation, referent=ana) for _ in range(2)]
    await remembered(desk, ana, known)
    count = len(written)
    async with turn_held(desk.dsn):
        first = asyncio.create_task(desk.ask(ana, person))
        await waiting(world.conn, 1)
        again = asyncio.create_task(desk.ask(ana, person))
        await asyncio.sleep(0)
        while desk.worker.waiting:  # noqa: ASYNC110 - the worker tells nobody
            await asyncio.sleep(0)
    for outcome in await asyncio.gather(first, again):
        assert isinstance(outcome, Granted)
        assert outcome.paid is not None
        assert outcome.paid.spent.day == 2
    assert len(written) == count + 2, "the second was judged on what the first would leave"
    assert await world.conn.fetchval("SELECT version FROM guard.reach WHERE person = $1", person) == 1


async def test_openings_judged_ahead_are_journaled_in_order_even_when_the_clock_went_back(
    desk: Desk, written: list[Written]
) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    person = await world.person(ana.organisation, referent=ana)
    await remembered(desk, ana, person)
    count = len(written)
    for minutes in (2, 0, 1):
        await shifted(desk, minutes)
        assert isinstance(await desk.ask(ana, person), Granted)
    assert len(written) == count + 3
    instants = [row["at"] for row in await world.conn.fetch("SELECT at FROM guard.journal ORDER BY entry")]
    assert instants == sorted(instants)
