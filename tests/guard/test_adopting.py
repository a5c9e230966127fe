"""Migration 0018 on a database where people work already: they go on working where they did, and nowhere else."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from beffroi.config import database
from beffroi.config.embedded_postgres import EmbeddedPostgres
from beffroi.core.ids import ApplicationId
from beffroi.guard import migrations, turnstile
from beffroi.guard.decisions.asks import Granted
from beffroi.guard.decisions.worker import Worker
from beffroi.guard.keys import Keys, KeysRefused
from beffroi.guard.metrics import Metrics
from beffroi.guard.migrations import MigrationRefused
from beffroi.guard.settings import Batching
from tests.guard import world as worlds
from tests.guard.decisions.conftest import Desk
from tests.guard.world import CASES, World, new_keys

NAME = "0018_applications.sql"
BEFORE = tuple(file for file in migrations.shipped() if file.name < NAME)
OTHER = ApplicationId("other")


@pytest.fixture
async def before(postgres: EmbeddedPostgres) -> AsyncIterator[tuple[database.Databases, World]]:
    """A network at work, whose schema stopped short of the migration: two applications, two offices."""
    admin = database.create_database(postgres.dsn(), "adopting")
    roles = database.bootstrap(admin, postgres.credentials_dir)
    database.mark_as_scratch(admin)
    await migrations.migrate(roles.owner, known=BEFORE)
    world = await worlds.build(roles.guard, providers=())
    await world.open_application(world.offices["North"], id=OTHER, name="Other")
    yield roles, world
    await world.conn.close()
    connection = await asyncpg.connect(postgres.dsn())
    await connection.execute("DROP DATABASE adopting WITH (FORCE)")
    await connection.close()


async def forward(roles: database.Databases, keys: Keys) -> list[str]:
    return await migrations.migrate(roles.owner, load_keys=lambda: keys)


async def served(world: World, habilitation: str) -> list[str]:
    rows = await world.conn.fetch(
        "SELECT * FROM guard.habilitation_application WHERE habilitation = $1 ORDER BY application", habilitation
    )
    assert all(world.keys.authenticator.genuine_row("habilitation_application", row) for row in rows)
    return [row["application"] for row in rows]


async def test_everybody_goes_on_in_the_applications_registered_then_and_in_none_registered_later(
    before: tuple[database.Databases, World],
) -> None:
    roles, world = before
    ana = await world.agent(world.offices["North"], applications=())
    suspended = await world.agent(world.offices["South"], status="suspended", applications=())
    closed = await world.agent(world.offices["South"], status="closed", applications=())
    forged = await world.agent(world.offices["South"], applications=())
    await world.conn.execute("UPDATE guard.habilitation SET role = 'founder' WHERE id = $1", forged.habilitation)
    assert NAME in await forward(roles, world.keys)
    assert await served(world, ana.habilitation) == await served(world, suspended.habilitation) == [CASES, OTHER]
    assert await served(world, closed.habilitation) == await served(world, forged.habilitation) == []
    entry = await world.conn.fetchrow("SELECT * FROM guard.journal WHERE kind = 'applications-adopted'")
    assert entry is not None
    assert entry["detail"] == '{"applications":["cases","other"],"habilitations":2,"left":1}'
    later = await world.open_application(world.offices["North"], id="later", name="Later")
    assert later not in await served(world, ana.habilitation)
    worker = Worker(roles.guard, world.keys, lambda: world.policy, Batching(), Metrics())
    await worker.start()
    person = await world.person(world.offices["North"], referent=ana)
    assert isinstance(await Desk(world, worker, roles.guard).ask(ana, person), Granted)
    await worker.stop()


async def test_database_that_was_brought_forward_gives_nothing_again(
    before: tuple[database.Databases, World],
) -> None:
    roles, world = before
    ana = await world.agent(world.offices["North"], applications=())
    await forward(roles, world.keys)
    await world.serves_no_more(ana, OTHER)
    assert await forward(roles, world.keys) == []
    ended = "SELECT count(*) FROM guard.habilitation_application WHERE habilitation = $1 AND ended_at IS NULL"
    assert await world.conn.fetchval(ended, ana.habilitation) == 1


async def test_database_with_habilitations_is_not_brought_forward_without_its_keys(
    before: tuple[database.Databases, World],
) -> None:
    roles, world = before
    await world.agent(world.offices["North"], applications=())
    with pytest.raises(MigrationRefused, match="keys"):
        await migrations.migrate(roles.owner)
    with pytest.raises(KeysRefused):
        await forward(roles, new_keys())
    assert NAME in await migrations.waiting(world.conn)
    assert await world.conn.fetchval("SELECT to_regclass('guard.habilitation_application')") is None
    assert NAME in await forward(roles, world.keys)


async def test_database_without_habilitations_needs_no_keys(before: tuple[database.Databases, World]) -> None:
    roles, world = before
    assert NAME in await migrations.migrate(roles.owner)
    assert await world.conn.fetchval("SELECT count(*) FROM guard.journal WHERE kind <> 'fact'") == 0


REPORTS = "0053_authenticated_reports.sql"
REPORT = """
INSERT INTO guard.report (id, person, entry, consulted_at, standing, reported_at)
VALUES (gen_random_uuid(), gen_random_uuid(), 1, guard.instant(), 'received', guard.instant())
"""
"""As a guard of before wrote it."""
EXAMINED = "UPDATE guard.report SET standing = 'examined', examined_at = guard.instant()"
WAITS = """
SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))
"""


@pytest.fixture
async def reported(postgres: EmbeddedPostgres) -> AsyncIterator[tuple[database.Databases, World]]:
    """A network where somebody reported a consultation before reports carried a MAC."""
    admin = database.create_database(postgres.dsn(), "adopting_reports")
    roles = database.bootstrap(admin, postgres.credentials_dir)
    database.mark_as_scratch(admin)
    await migrations.migrate(roles.owner, known=tuple(file for file in migrations.shipped() if file.name < REPORTS))
    world = await worlds.build(roles.guard, providers=())
    await world.conn.execute(REPORT)
    yield roles, world
    await world.conn.close()
    connection = await asyncpg.connect(postgres.dsn())
    await connection.execute("DROP DATABASE adopting_reports WITH (FORCE)")
    await connection.close()


async def test_reports_made_before_they_carried_a_mac_are_authenticated_once(
    reported: tuple[database.Databases, World],
) -> None:
    roles, world = reported
    with pytest.raises(MigrationRefused):
        await migrations.migrate(roles.owner)
    with pytest.raises(KeysRefused):
        await forward(roles, new_keys())
    assert REPORTS in await forward(roles, world.keys)
    [row] = await world.conn.fetch("SELECT * FROM guard.report")
    assert world.keys.authenticator.genuine_row("report", row)
    told = "SELECT count(*) FROM guard.journal WHERE kind = 'fact' AND explanation = 'report'"
    assert await world.conn.fetchval(told) == 1
    assert await forward(roles, world.keys) == []


async def test_i16_guard_of_before_changes_no_report_and_makes_none_once_they_carry_a_mac(
    reported: tuple[database.Databases, World],
) -> None:
    roles, world = reported
    await forward(roles, world.keys)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await world.conn.execute(EXAMINED)
    with pytest.raises(asyncpg.NotNullViolationError):
        await world.conn.execute(REPORT)
    [row] = await world.conn.fetch("SELECT * FROM guard.report")
    assert (row["standing"], world.keys.authenticator.genuine_row("report", row)) == ("received", True)
    await world.amend("report", str(row["id"]), standing="examined", examined_at=await world.now())


async def test_guard_that_has_the_turn_reads_reports_while_the_migration_waits_for_it(
    reported: tuple[database.Databases, World],
) -> None:
    roles, world = reported
    async with world.conn.transaction():
        await turnstile.take(world.conn)
        going = asyncio.create_task(forward(roles, world.keys))
        while not await world.conn.fetchval(WAITS):  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0)
        assert len(await world.conn.fetch("SELECT * FROM guard.report")) == 1
        assert not going.done()
    assert REPORTS in await going
