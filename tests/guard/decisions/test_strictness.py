"""Strictness under concurrency: budgets (I-02), suspensions (I-07), forged rows (I-16), clock, refusals in series."""

import asyncio
import json
import re

import asyncpg
import pytest

from beffroi.config import database
from beffroi.config.embedded_postgres import EmbeddedPostgres
from beffroi.core.decision import Refusal
from beffroi.core.policy import Action
from beffroi.core.refusals import Code
from beffroi.guard import authentic, stamped, turnstile
from beffroi.guard.decisions import statements
from beffroi.guard.decisions.asks import Granted, Outcome
from beffroi.guard.decisions.connections import NotDurable, connect_hot, refuse_forgetful
from beffroi.guard.decisions.worker import Worker
from beffroi.guard.journal import Entry, append
from beffroi.guard.metrics import Metrics
from beffroi.guard.sessions.handles import digest
from beffroi.guard.settings import Batching
from beffroi.guard.web.problems import Fault
from tests.databases import FreshDatabase
from tests.guard.decisions.conftest import Desk
from tests.guard.world import CLIENT


def granted(outcomes: list[Outcome]) -> list[Granted]:
    return [outcome for outcome in outcomes if isinstance(outcome, Granted)]


async def test_i02_adviser_races_for_the_last_units_through_two_guards_gets_exactly_the_cap(
    desk: Desk, second: Desk
) -> None:
    world = desk.world
    north = world.offices["North"]
    ana = await world.agent(north)
    people = [await world.person(north) for _ in range(64)]
    again = await world.sign_in(ana.account, ana.habilitation, north, "adviser")
    asked = [
        (desk if place % 2 else second).ask(ana if place % 3 else again, person)
        for place, person in enumerate(people)
    ]
    outcomes = list(await asyncio.gather(*asked))
    cap = world.policy.buckets[granted(outcomes)[0].paid.bucket].hour  # type: ignore[union-attr]
    assert len(granted(outcomes)) == cap == 40
    assert {o.code for o in outcomes if isinstance(o, Refusal)} == {Code.BUDGET_ACCOUNT}
    assert await world.conn.fetchval("SELECT count(*) FROM guard.journal WHERE kind = 'released'") == cap
    already = people[outcomes.index(granted(outcomes)[0])]
    assert isinstance(await desk.ask(ana, already), Granted)
    row = await world.conn.fetchrow("SELECT * FROM guard.budget WHERE key LIKE 'account/%/office'")
    assert row["hour_spent"] == cap
    assert world.keys.authenticator.genuine_row("budget", row)


async def test_i02_offspring_of_one_manager_share_one_pool(desk: Desk) -> None:
    world = desk.world
    north, manager = world.offices["North"], "6f0c3cbb-4a8b-4b70-9c9d-3f6a2a4a8e11"
    ana, bea = [await world.agent(north, status="probation", pools=[manager]) for _ in range(2)]
    other = await world.agent(north, status="probation", pools=[])
    people = [await world.person(north) for _ in range(36)]
    outcomes = await asyncio.gather(*[desk.ask((ana, bea)[n % 2], person) for n, person in enumerate(people)])
    assert len(granted(list(outcomes))) == world.policy.pool.hour == 30
    assert {o.code for o in outcomes if isinstance(o, Refusal)} == {Code.BUDGET_POOL}
    assert isinstance(await desk.ask(other, people[-1]), Granted)


async def test_i07_security_suspends_while_two_guards_are_flooded_nothing_is_released_after_its_commit(
    desk: Desk, second: Desk
) -> None:
    world = desk.world
    north = world.offices["North"]
    ana = await world.agent(north)
    person = await world.person(north, referent=ana)
    stop = asyncio.Event()
    late: list[Outcome] = []

    async def flood(through: Desk) -> None:
        while not stop.is_set():
            await through.ask(ana, person)

    async def suspend() -> int:
        conn = await asyncpg.connect(desk.dsn)
        async with conn.transaction():
            await turnstile.take(conn)
            row = await conn.fetchrow("SELECT * FROM guard.account WHERE id = $1", ana.account)
            await stamped.amend(conn, world.keys, "account", row, status="suspended")
            entry = Entry(await stamped.instant(conn), "suspended", account=ana.account)
            [number] = await append(conn, [entry])
        late.extend(await asyncio.gather(*[one.ask(ana, person) for one in (desk, second) for _ in range(8)]))
        await conn.close()
        return number

    floods = [asyncio.create_task(flood(one)) for one in (desk, second) for _ in range(8)]
    released = "SELECT count(*) FROM guard.journal WHERE kind = 'released'"
    while await world.conn.fetchval(released) < 200:  # noqa: ASYNC110 - the database tells nobody
        await asyncio.sleep(0)
    number = await suspend()
    stop.set()
    await asyncio.gather(*floods)
    assert set(late) == {Refusal(Code.ACCOUNT_SUSPENDED)}
    assert await world.conn.fetchval(released + " AND entry > $1", number) == 0
    assert await world.conn.fetchval(released + " AND entry < $1", number) >= 200


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("session", "level = 3, expires_at = expires_at + interval '1 day'"),
        ("account", "attested_until = attested_until + interval '1 day'"),
        ("habilitation", "role = 'data-protection-correspondent'"),
        ("organisation", "confirmed_agents = 900"),
        ("application", "day_cap = day_cap + 1"),
        ("relation", "referent = NULL"),
        ("budget", "day_spent = 0, recent = decode(repeat('00', 120), 'hex')"),
        ("containment", "lifted_at = clock_timestamp()"),
        ("reach", "marks = marks || 7::bigint"),
        ("reach", "found_day = day"),
        ("reach", "day = day - 1"),
        ("reach", "version = version + 1"),
    ],
)
async def test_i16_database_administrator_forges_a_row_and_nothing_opens(desk: Desk, table: str, change: str) -> None:
    world = desk.world
    north = world.offices["North"]
    ana = await world.agent(north)
    person = await world.person(north, referent=ana)
    await world.contain("organisation", world.offices["South"])
    assert isinstance(await desk.ask(ana, person), Granted)
    await world.conn.execute(f"UPDATE guard.{table} SET {change}")
    outcome = await desk.ask(ana, person)
    expected = Code.EVERYTHING_CONTAINED if table == "containment" else Code.INTEGRITY
    assert outcome == Refusal(expected)
    if expected is Code.INTEGRITY:
        [entry] = await world.conn.fetch("SELECT * FROM guard.journal WHERE kind = 'integrity'")
        assert str(entry["account"]) == ana.account or table == "session"


@pytest.mark.parametrize("change", ["restored", "deleted"])
async def test_i02_budget_row_set_back_to_what_it_was_opens_nothing_in_any_guard(
    desk: Desk, second: Desk, change: str
) -> None:
    world = desk.world
    north = world.offices["North"]
    ana, bea = await world.agent(north), await world.agent(world.offices["South"])
    people = [await world.person(north) for _ in range(4)]
    theirs = [await world.person(bea.organisation) for _ in range(2)]
    assert isinstance(await desk.ask(ana, people[0]), Granted)
    before = await world.conn.fetch("SELECT * FROM guard.budget WHERE key LIKE 'account/%'")
    assert isinstance(await second.ask(ana, people[1]), Granted)
    assert isinstance(await desk.ask(ana, people[2]), Granted)
    assert isinstance(await second.ask(bea, theirs[0]), Granted)
    [mine] = before
    await world.conn.execute("DELETE FROM guard.budget WHERE key = $1", mine["key"])
    if change == "restored":
        await world.conn.execute("INSERT INTO guard.budget SELECT ($1::guard.budget).*", mine)
    for guard in (desk, second):
        assert await guard.ask(ana, people[3]) == Refusal(Code.INTEGRITY)
        assert isinstance(await guard.ask(bea, theirs[1]), Granted)


async def test_i02_command_rolled_back_leaves_its_budget_genuine(desk: Desk) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    person = await world.person(ana.organisation, referent=ana)
    request = world.request(person, action=Action.UPDATE, groups=1)

    async def refused(conn: object, granted: Granted, at: object) -> Fault:
        return Fault.VERSION_CONFLICT

    for _ in range(2):
        outcome = await desk.worker.decide(request, ana.handle_hash, digest(CLIENT), kind="updated", effect=refused)
        assert outcome is Fault.VERSION_CONFLICT
    assert isinstance(await desk.ask(ana, person), Granted)


async def test_i16_find_copied_from_a_colleague_or_another_person_opens_no_glass(desk: Desk) -> None:
    world = desk.world
    ana, rui = [await world.agent(world.offices["North"]) for _ in range(2)]
    found, sought = [await world.person(world.offices["South"]) for _ in range(2)]
    reason, copied = sorted(world.policy.reasons)[0], "INSERT INTO guard.reach SELECT $1, $2, day, marks, found_day,"
    assert isinstance(await desk.ask(ana, found, action=Action.FIND, groups=0), Granted)
    assert isinstance(await desk.ask(ana, found, action=Action.OPEN, reason=reason), Granted)
    assert await desk.ask(rui, found, action=Action.OPEN, reason=reason) == Refusal(Code.PERSON_UNKNOWN)
    for agent, person in ((rui, found), (ana, sought)):
        await world.conn.execute(
            f"{copied} version, mac FROM guard.reach WHERE account = $3 AND person = $4",
            agent.account, person, ana.account, found,
        )  # fmt: skip
        assert await desk.ask(agent, person, action=Action.OPEN, reason=reason) == Refusal(Code.INTEGRITY)


async def test_i06_containment_of_each_scope_cuts_that_scope_alone(desk: Desk) -> None:
    world = desk.world
    north, south = world.offices["North"], world.offices["South"]
    ana, bea = await world.agent(north), await world.agent(south)
    one, two = await world.person(north, referent=ana), await world.person(south, referent=bea)
    await world.contain("organisation", north)
    assert await desk.ask(ana, one) == Refusal(Code.ORGANISATION_CLOSED)
    assert isinstance(await desk.ask(bea, two), Granted)
    await world.contain("groups", groups=2)
    outcome = await desk.ask(bea, two, groups=3)
    assert isinstance(outcome, Granted)
    assert outcome.groups == 1


async def test_i10_adviser_granted_one_group_gets_no_ciphertext_of_another(desk: Desk) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    person = await world.person(world.offices["North"], referent=ana)
    outcome = await desk.ask(ana, person, action=Action.OPEN, groups=1, sealed=True)
    assert isinstance(outcome, Granted)
    assert outcome.sealed is not None
    assert [name for name, _ in outcome.sealed.groups] == ["identity"]


async def test_refused_peer_in_series_is_journaled_at_1_10_and_100(desk: Desk) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    bea = await world.agent(world.offices["South"])
    person = await world.person(world.offices["North"], referent=ana)
    await desk.ask(bea, person)
    for _ in range(11):
        await asyncio.gather(*[desk.ask(bea, person) for _ in range(10)])
    rows = await world.conn.fetch("SELECT detail FROM guard.journal WHERE kind = 'refused' ORDER BY entry")
    assert [json.loads(row["detail"])["times"] for row in rows] == [1, 11, 101]
    assert await world.conn.fetchval("SELECT times FROM guard.refusal") == 111


async def test_session_in_use_is_noted_at_most_once_in_its_interval(desk: Desk) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    person = await world.person(world.offices["North"], referent=ana)
    before = await world.conn.fetchval("SELECT seen_at FROM guard.session")
    await desk.ask(ana, person)
    assert await world.conn.fetchval("SELECT seen_at FROM guard.session") == before
    await world.conn.execute("INSERT INTO guard.drill_clock (shift) VALUES ('20 minutes')")
    await desk.ask(ana, person)
    assert await world.conn.fetchval("SELECT seen_at FROM guard.session") > before


async def test_session_left_idle_is_ended(desk: Desk) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    person = await world.person(world.offices["North"], referent=ana)
    await world.conn.execute("UPDATE guard.session SET seen_at = seen_at - interval '31 minutes'")
    assert await desk.ask(ana, person) == Refusal(Code.SESSION_ENDED)


async def test_drill_shifts_the_clock_of_a_scratch_database_and_budgets_follow(desk: Desk) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    one, two = [await world.person(world.offices["North"], referent=ana) for _ in range(2)]
    await desk.ask(ana, one)
    await world.conn.execute("INSERT INTO guard.drill_clock (shift) VALUES ('1 day')")
    await world.conn.execute("UPDATE guard.session SET seen_at = guard.instant(), level = level")
    later = await world.sign_in(ana.account, ana.habilitation, ana.organisation, "adviser")
    outcome = await desk.ask(later, two)
    assert isinstance(outcome, Granted)
    assert outcome.paid is not None
    assert (outcome.paid.spent.day, outcome.paid.spent.week) == (1, 2)
    await world.conn.execute("DELETE FROM guard.drill_clock")
    assert isinstance(await desk.ask(later, one), Granted)
    entries = await world.conn.fetch("SELECT at FROM guard.journal ORDER BY entry")
    assert entries == sorted(entries), "the clock never goes behind the journal"


async def test_clock_without_the_scratch_mark_cannot_be_shifted(desk: Desk, fresh: FreshDatabase) -> None:
    world = desk.world
    await world.conn.execute("INSERT INTO guard.drill_clock (shift) VALUES ('1 day')")
    admin = await asyncpg.connect(fresh.admin)
    await admin.execute("DROP SCHEMA beffroi_scratch")
    present, wall = await admin.fetchrow("SELECT guard.instant(), clock_timestamp()")
    assert abs((present - wall).total_seconds()) < 60
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await world.conn.execute("UPDATE guard.drill_clock SET shift = '2 days'")
    await admin.close()


async def test_guard_refuses_a_database_that_forgets_unless_it_is_marked_scratch(
    postgres: EmbeddedPostgres, desk: Desk
) -> None:
    marked = await connect_hot(desk.dsn)
    await refuse_forgetful(marked)
    await marked.close()
    admin = database.create_database(postgres.dsn(), "unmarked")
    roles = database.bootstrap(admin, postgres.credentials_dir)
    plain = await connect_hot(roles.guard)
    with pytest.raises(NotDurable, match="fsync"):
        await refuse_forgetful(plain)
    await plain.close()


@pytest.mark.parametrize(
    "table",
    [
        "session", "account", "habilitation", "habilitation_application", "organisation", "containment",
        "application", "line_member",
    ],
)  # fmt: skip
def test_load_reads_every_authenticated_column_in_order(table: str) -> None:
    alias = {"session": "s", "account": "a", "habilitation": "h", "organisation": "o", "containment": "c",
             "application": "b", "line_member": "m", "habilitation_application": "e"}[table]  # fmt: skip
    [columns] = re.findall(rf"record_send\(ROW\((({alias}\.\w+,?\s*)+)\)\)", statements.LOAD_FACTS)
    names = re.findall(r"\.(\w+)", columns[0])
    assert tuple(names) == (*authentic.columns(table), "mac")


async def test_worker_with_a_full_queue_refuses_at_once(desk: Desk) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    person = await world.person(world.offices["North"], referent=ana)
    worker = Worker(desk.dsn, world.keys, lambda: world.policy, Batching(waiting=3), Metrics())
    await worker.start()
    crowded = Desk(world, worker, desk.dsn)
    outcomes = await asyncio.gather(*[crowded.ask(ana, person) for _ in range(10)])
    assert [type(outcome).__name__ for outcome in outcomes].count("Fault") == 7
    assert len(granted(list(outcomes))) == 3
    await worker.stop()
    assert not isinstance(await crowded.ask(ana, person), Granted)


async def test_session_that_floods_the_queue_leaves_room_for_a_colleague(desk: Desk) -> None:
    world = desk.world
    ana, bea = [await world.agent(world.offices["North"]) for _ in range(2)]
    person = await world.person(world.offices["North"], referent=ana)
    worker = Worker(desk.dsn, world.keys, lambda: world.policy, Batching(waiting=400), Metrics())
    await worker.start()
    crowded = Desk(world, worker, desk.dsn)
    flood = [asyncio.create_task(crowded.ask(ana, person)) for _ in range(300)]
    await asyncio.sleep(0)
    assert worker.waiting == 100
    assert isinstance(await crowded.ask(bea, person), Granted)
    outcomes = await asyncio.gather(*flood)
    assert (len(granted(list(outcomes))), list(outcomes).count(Fault.OVERLOADED)) == (100, 200)
    assert isinstance(await crowded.ask(ana, person), Granted)
    await worker.stop()
