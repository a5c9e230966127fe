"""Backup and restore with PostgreSQL's own programs: what happened after the dump is not forgotten (I-13, I-16)."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from beffroi.config import backup, database, postgres_dumps
from beffroi.config.database import Databases
from beffroi.config.embedded_postgres import EmbeddedPostgres
from beffroi.core.budgets import Caps
from beffroi.core.decision import Refusal
from beffroi.core.ids import AccountId, PersonId
from beffroi.core.refusals import Code
from beffroi.guard import breaking, key_check, stamped
from beffroi.guard.backup.archive import BackupRefused
from beffroi.guard.containing.cutting import suspend_account
from beffroi.guard.decisions.asks import Granted, Manner, Outcome
from beffroi.guard.decisions.facts import PARIS, clock_at
from beffroi.guard.decisions.worker import Worker
from beffroi.guard.folding import looking
from beffroi.guard.folding.looking import Known, Look
from beffroi.guard.journal import Entry
from beffroi.guard.keys import KeysRefused
from beffroi.guard.metrics import Metrics
from beffroi.guard.place import CopyRefused
from beffroi.guard.sessions.handles import digest
from beffroi.guard.settings import Batching
from beffroi.guard.vault import people
from tests.databases import FreshDatabase, fresh_database
from tests.guard.world import CLIENT, POLICY, AgentOfTest, World, build


@dataclass
class Town:
    """A database with a world in it, the server it lives on, and a folder for backups."""

    server: EmbeddedPostgres
    databases: Databases
    world: World
    folder: Path

    def empty(self) -> Databases:
        """A database as an operator makes it: roles and schemas, not marked as a throw-away."""
        name = f"restored_{uuid4().hex[:8]}"
        return database.bootstrap(database.create_database(self.server.dsn(), name), self.server.credentials_dir)

    async def back_up(self) -> None:
        await backup.write(self.databases, self.world.keys, self.folder)

    async def follow(self, *, final: bool = False) -> int:
        return await backup.follow(self.databases, self.world.keys, self.folder, final=final)

    async def restored(self, *, accept: bool = False) -> "Restored":
        target = self.empty()
        served = await backup.bring_back(target, self.world.keys, POLICY, self.folder)
        if accept:
            await backup.accept_loss(target, self.world.keys, POLICY)
        conn = await asyncpg.connect(target.guard)
        return Restored(target, World(conn, self.world.keys), served)


@dataclass
class Restored:
    """The database restored, seen as the guard."""

    databases: Databases
    world: World
    served: bool

    async def open(self, agent: AgentOfTest, person: PersonId) -> Outcome:
        """Sign the agent in again, then ask a worker of this database."""
        again = await self.world.sign_in(agent.account, agent.habilitation, agent.organisation, agent.role)
        return await opened(self.databases.guard, self.world, again, person)


async def opened(dsn: str, world: World, agent: AgentOfTest, person: PersonId) -> Outcome:
    worker = Worker(dsn, world.keys, lambda: world.policy, Batching(), Metrics())
    await worker.start()
    try:
        request = world.request(person)
        return await worker.decide(request, agent.handle_hash, digest(CLIENT), manner=Manner.CHARGE, sealed=False)
    finally:
        await worker.stop()


@pytest.fixture
def source(durable: EmbeddedPostgres) -> Iterator[FreshDatabase]:
    with fresh_database(durable) as found:
        yield found


@pytest.fixture
async def town(durable: EmbeddedPostgres, source: FreshDatabase, tmp_path: Path) -> AsyncIterator[Town]:
    world = await build(source.guard)
    databases = Databases(source.owner, source.guard, source.console)
    yield Town(durable, databases, world, tmp_path / "backup")
    await world.conn.close()


async def erase(world: World, person: PersonId) -> None:
    async with world.conn.transaction():
        await people.erase(world.conn, world.keys, person, entry=Entry(await world.now(), "erased", person=person))


async def test_i13_person_erased_after_the_dump_is_gone_after_the_restore_and_the_others_are_not(town: Town) -> None:
    world = town.world
    gone, kept = [await world.person(world.offices["North"]) for _ in range(2)]
    await town.back_up()
    await erase(world, gone)
    await town.follow(final=True)
    restored = await town.restored()
    assert await people.read(restored.world.conn, world.keys, gone, 1) == people.Absent()
    assert not isinstance(await people.read(restored.world.conn, world.keys, kept, 1), people.Absent)
    assert await restored.world.conn.fetchval("SELECT count(*) FROM guard.relation WHERE person = $1", gone) == 0


async def test_i16_account_suspended_after_the_dump_stays_suspended_and_its_neighbour_works(town: Town) -> None:
    world = town.world
    office = world.offices["North"]
    suspended, neighbour = [await world.agent(office) for _ in range(2)]
    person = await world.person(office)
    await town.back_up()
    account = suspended.account
    await suspend_account(world.conn, world.keys, POLICY, account, reason="stolen-session", operator="night")
    await town.follow(final=True)
    restored = await town.restored()
    refused = await restored.open(suspended, person)
    assert isinstance(refused, Refusal)
    assert refused.code is Code.ACCOUNT_SUSPENDED
    assert isinstance(await restored.open(neighbour, person), Granted)


async def test_i02_budget_spent_after_the_dump_stays_spent(town: Town) -> None:
    world = town.world
    office = world.offices["North"]
    agent, other = [await world.agent(office) for _ in range(2)]
    persons = [await world.person(office) for _ in range(3)]
    await town.back_up()
    for person in persons:
        assert isinstance(await opened(town.databases.guard, world, agent, person), Granted)
    await town.follow(final=True)
    restored = await town.restored()
    spent = await restored.world.conn.fetchval(
        "SELECT day_spent FROM guard.budget WHERE key LIKE $1", f"account/{agent.account}/%"
    )
    assert spent == 3
    assert isinstance(await restored.open(other, persons[0]), Granted)


async def test_containment_and_journal_after_the_dump_are_replayed_in_order(town: Town) -> None:
    world = town.world
    await town.back_up()
    identifier = await world.contain("organisation", world.offices["North"])
    await town.follow()
    person = await world.person(world.offices["South"])
    await erase(world, person)
    assert await town.follow() < 20  # what the first increment held is not in the second
    restored = await town.restored(accept=True)
    conn = restored.world.conn
    assert await conn.fetchval("SELECT lifted_at IS NULL FROM guard.containment WHERE id = $1", identifier)
    before = await world.conn.fetch("SELECT entry, kind, person FROM guard.journal ORDER BY entry")
    after = await conn.fetch("SELECT entry, kind, person FROM guard.journal ORDER BY entry")
    assert after[: len(before)] == before
    assert [row["kind"] for row in after[len(before) :] if row["kind"] != "fact"] == ["recovered", "contained"]
    assert after[-1]["entry"] > before[-1]["entry"]


async def test_i16_dump_without_what_came_after_is_not_served_before_the_loss_is_accepted(town: Town) -> None:
    world = town.world
    agent = await world.agent(world.offices["North"])
    person = await world.person(world.offices["North"])
    await town.back_up()
    restored = await town.restored()
    assert not restored.served
    with pytest.raises(CopyRefused, match="--accept"):
        await key_check.verify(restored.world.conn, world.keys)
    done = await backup.accept_loss(restored.databases, world.keys, POLICY)
    assert done.sessions == 1
    await key_check.verify(restored.world.conn, world.keys)
    refused = await restored.open(agent, person)
    assert isinstance(refused, Refusal)
    assert refused.code is Code.EVERYTHING_CONTAINED, "whoever holds the host accepts no loss alone"
    await lift(restored.world)
    refused = await restored.open(agent, person)
    assert isinstance(refused, Refusal)
    assert refused.code is Code.BUDGET_APPLICATION
    with pytest.raises(BackupRefused, match="nothing to accept"):
        await backup.accept_loss(restored.databases, world.keys, POLICY)


async def lift(world: World) -> None:
    """As two people do: tests/guard/containing."""
    contained = await world.conn.fetchrow("SELECT * FROM guard.containment WHERE lifted_at IS NULL")
    assert contained is not None
    assert contained["kind"] == "everything"
    await world.amend("containment", contained["id"], lifted_at=await world.now())


async def test_i16_caps_are_not_judged_again_on_the_day_a_loss_was_accepted(town: Town) -> None:
    world = town.world
    conn, caps = world.conn, Caps(100, 100, 500, 2_000)
    async with conn.transaction():
        await breaking.register(conn, world.keys, world.application, caps, await world.now())
    await town.back_up()
    restored = await town.restored(accept=True)
    row = await restored.world.conn.fetchrow("SELECT * FROM guard.breaker")
    assert world.keys.authenticator.genuine_row("breaker", row)
    end = datetime.fromtimestamp(3600 * (row["judged_hour"] + 1), PARIS)
    assert (end.hour, end.toordinal()) == (0, clock_at(await restored.world.now()).day + 1)


@pytest.mark.slow
async def test_session_of_before_does_not_survive_a_restore(town: Town) -> None:
    agent = await town.world.agent(town.world.offices["North"])
    person = await town.world.person(town.world.offices["North"])
    await town.back_up()
    await town.follow(final=True)
    restored = await town.restored()
    assert restored.served
    refused = await opened(restored.databases.guard, restored.world, agent, person)
    assert isinstance(refused, Refusal)
    assert refused.code is Code.SESSION_ENDED
    assert isinstance(await restored.open(agent, person), Granted)


async def test_database_closed_opens_nothing_more_and_is_no_longer_its_place(town: Town) -> None:
    agent = await town.world.agent(town.world.offices["North"])
    person = await town.world.person(town.world.offices["North"])
    await town.back_up()
    assert isinstance(await opened(town.databases.guard, town.world, agent, person), Granted)
    await town.follow(final=True)
    refused = await opened(town.databases.guard, town.world, agent, person)
    assert isinstance(refused, Refusal)
    assert refused.code is Code.EVERYTHING_CONTAINED
    assert await town.world.conn.fetchval("SELECT count(*) FROM guard.key_check WHERE name = 'place'") == 0
    with pytest.raises(BackupRefused, match="nothing comes after"):
        await town.follow()


async def test_dump_restored_by_hand_proves_no_key(town: Town) -> None:
    await town.back_up()
    target = town.empty()
    await postgres_dumps.restore(town.server.version, target.owner, "guard", town.folder / backup.GUARD_DUMP)
    conn = await asyncpg.connect(target.guard)
    assert await conn.fetchval("SELECT count(*) FROM guard.organisation") == 2
    with pytest.raises(KeysRefused):
        await key_check.verify(conn, town.world.keys)
    await conn.close()


async def test_backup_is_its_owners_alone_and_holds_no_key_and_no_name(town: Town) -> None:
    await town.world.person(town.world.offices["North"], last_name="Quimperlé-Rarissime")
    await town.back_up()
    await town.world.person(town.world.offices["North"], last_name="Quimperlé-Rarissime")
    await town.follow()
    assert town.folder.stat().st_mode & 0o777 == 0o700
    files = sorted(town.folder.iterdir())
    assert [file.name for file in files] == ["after.jsonl", "console.dump", "guard.dump", "manifest.json"]
    for file in files:
        assert file.stat().st_mode & 0o777 == 0o600
        content = file.read_bytes()
        assert "Quimperlé".encode() not in content
        assert town.world.keys.blind not in content


@pytest.mark.parametrize("file", ["guard.dump", "after.jsonl", "manifest.json"])
async def test_backup_changed_by_one_byte_is_refused_and_nothing_is_restored(town: Town, file: str) -> None:
    await town.back_up()
    await town.world.contain("groups", groups=4)
    await town.follow()
    content = bytearray((town.folder / file).read_bytes())
    at = content.index(b"groups") if file == "after.jsonl" else len(content) // 2
    content[at] ^= 1
    (town.folder / file).write_bytes(content)
    target = town.empty()
    with pytest.raises(BackupRefused):
        await backup.bring_back(target, town.world.keys, POLICY, town.folder)
    conn = await asyncpg.connect(target.owner)
    assert await conn.fetchval("SELECT to_regclass('guard.person')") is None or file == "after.jsonl"
    await conn.close()


async def test_increment_cut_short_is_written_again_by_the_next(town: Town) -> None:
    await town.back_up()
    await town.world.contain("groups", groups=4)
    await town.follow()
    after = town.folder / "after.jsonl"
    whole = after.read_bytes()
    after.write_bytes(whole[: len(whole) - 30])  # the machine stopped within the last line
    await town.follow()
    restored = await town.restored()
    assert await restored.world.conn.fetchval("SELECT count(*) FROM guard.containment") == 1


async def test_backup_of_another_database_cannot_be_followed(town: Town, durable: EmbeddedPostgres) -> None:
    await town.back_up()
    with fresh_database(durable) as other, pytest.raises(BackupRefused, match="another database"):
        await backup.follow(
            Databases(other.owner, other.guard, other.console), town.world.keys, town.folder, final=False
        )


async def test_restore_over_a_database_in_use_is_refused(town: Town) -> None:
    await town.back_up()
    with pytest.raises(BackupRefused, match="not empty"):
        await backup.bring_back(town.databases, town.world.keys, POLICY, town.folder)


async def test_code_of_enrolment_unused_at_the_dump_is_void_after_accepting(town: Town) -> None:
    world = town.world
    agent = await world.agent(world.offices["North"])
    now = await world.now()
    row = {
        "id": "00000000-0000-4000-8000-000000000001", "account": AccountId(agent.account), "code_hash": b"x" * 32,
        "failures": 0, "expires_at": now + timedelta(days=2), "used_at": None, "created_at": now,
    }  # fmt: skip
    await stamped.insert(world.conn, world.keys, "enrolment", row)
    await town.back_up()
    restored = await town.restored(accept=True)
    found = await restored.world.conn.fetchrow("SELECT * FROM guard.enrolment")
    assert found is not None
    assert found["expires_at"] <= await restored.world.now()
    assert world.keys.authenticator.genuine_row("enrolment", found)


async def test_i16_restored_database_is_what_its_journal_says(town: Town) -> None:
    world = town.world
    agent, other = [await world.agent(world.offices["North"]) for _ in range(2)]
    await town.back_up()
    await world.amend("session", agent.session, level=2)
    await world.amend("account", other.account, status="suspended")
    await world.agent(world.offices["North"])
    await town.follow()
    restored = await town.restored(accept=True)
    found = await looking.look(restored.world.conn, world.keys, world.policy, Known(), Look(rows=True))
    assert found.divergences == ()
