"""An upgrade across one migration: with data, under a guard that serves, in the order the guide gives."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from beffroi.config import database
from beffroi.config.embedded_postgres import EmbeddedPostgres
from beffroi.core.ids import PersonId
from beffroi.guard import key_check, migrations
from beffroi.guard.decisions.asks import Granted
from beffroi.guard.migrations import Migration, MigrationRefused
from beffroi.guard.vault import people
from beffroi.guard.vault.records import Identity
from tests.databases import FreshDatabase
from tests.guard.decisions.conftest import Desk
from tests.guard.decisions.conftest import desk as desk
from tests.guard.world import new_keys

NEXT = Migration(
    "9000_next.sql",
    "ALTER TABLE guard.person ADD COLUMN reviewed_at timestamptz;"
    "ALTER TABLE guard.journal ADD COLUMN shift text;"
    "CREATE TABLE guard.next (id uuid PRIMARY KEY, mac bytea NOT NULL);"
    "GRANT SELECT, INSERT ON guard.next TO beffroi_guard;",
)
"""What a next version could bring: columns on the two busiest tables, and a table."""


@pytest.fixture
async def first_only(postgres: EmbeddedPostgres) -> AsyncIterator[database.Databases]:
    """A database whose schema stopped at its first migration."""
    admin = database.create_database(postgres.dsn(), "upgrade_from_first")
    roles = database.bootstrap(admin, postgres.credentials_dir)
    database.mark_as_scratch(admin)
    first, *_ = migrations.shipped()
    owner = await asyncpg.connect(roles.owner)
    await owner.execute(
        "CREATE TABLE guard.migration (name text PRIMARY KEY, sha256 text NOT NULL,"
        " applied_at timestamptz NOT NULL DEFAULT now())"
    )
    async with owner.transaction():
        await owner.execute("SET LOCAL search_path = guard, pg_temp")
        await owner.execute(first.text)
        await owner.execute("INSERT INTO guard.migration (name, sha256) VALUES ($1, $2)", first.name, first.sha256)
    await owner.close()
    yield roles
    connection = await asyncpg.connect(postgres.dsn())
    await connection.execute("DROP DATABASE upgrade_from_first WITH (FORCE)")
    await connection.close()


async def test_database_of_the_first_migration_with_people_in_it_is_brought_forward(
    first_only: database.Databases,
) -> None:
    keys, at = new_keys(), datetime(2026, 11, 22, tzinfo=UTC)
    person = PersonId("00000000-0000-4000-8000-000000000007")
    conn = await asyncpg.connect(first_only.guard)
    await key_check.establish(conn, keys)
    office: dict[str, Any] = {
        "id": "00000000-0000-4000-8000-000000000001", "code": "ML", "name": "Before", "kind": "youth-office",
        "siret": None, "active": True, "contract_until": at + timedelta(days=400), "confirmed_agents": 5,
        "version": 1,
    }  # fmt: skip
    office["mac"] = keys.authenticator.stamp_row("organisation", office)
    await conn.copy_records_to_table(
        "organisation", schema_name="guard", columns=[*office], records=[[*office.values()]]
    )
    record = Identity(last_name="Roux", first_names="Ana", birth_date="2005-01-02")
    row = dict(zip(people.COLUMNS, people.sealed_row(keys, person, {"identity": record}, at), strict=True))
    del row["sensitive_followup"]  # a group of later
    await conn.copy_records_to_table("person", schema_name="guard", columns=[*row], records=[[*row.values()]])
    assert await migrations.waiting(conn) == [file.name for file in migrations.shipped()[1:]]  # refuses to start
    await conn.close()
    applied = await migrations.migrate(first_only.owner)
    assert applied == [file.name for file in migrations.shipped()[1:]]
    conn = await asyncpg.connect(first_only.guard)
    assert await migrations.waiting(conn) == []
    await key_check.verify(conn, keys)
    found = await conn.fetchrow("SELECT * FROM guard.organisation")
    assert found is not None
    assert keys.authenticator.genuine_row("organisation", found)
    read = await people.read(conn, keys, person, 1)
    assert not isinstance(read, people.Absent)
    assert b"Roux" in bytes(read["identity"])
    await conn.close()


async def test_guard_that_serves_goes_on_deciding_before_during_and_after_the_next_migration(
    desk: Desk, fresh: FreshDatabase
) -> None:
    office = desk.world.offices["North"]
    agent = await desk.world.agent(office)
    persons = [await desk.world.person(office) for _ in range(3)]
    assert isinstance(await desk.ask(agent, persons[0], sealed=True), Granted)
    known = (*migrations.shipped(), NEXT)
    assert await migrations.migrate(fresh.owner, known=known) == [NEXT.name]
    for person in persons[1:]:
        assert isinstance(await desk.ask(agent, person, sealed=True), Granted)
    assert await desk.world.conn.fetchval("SELECT count(*) FROM guard.journal WHERE kind = 'released'") == 3
    assert await migrations.migrate(fresh.owner, known=known) == []


async def test_guard_of_the_older_program_started_after_the_migration_is_refused(fresh: FreshDatabase) -> None:
    conn = await asyncpg.connect(fresh.guard)
    assert await migrations.waiting(conn) == []
    await migrations.migrate(fresh.owner, known=(*migrations.shipped(), NEXT))
    with pytest.raises(MigrationRefused, match="newer version"):
        await migrations.waiting(conn)
    await conn.close()


async def test_guard_of_the_newer_program_started_before_the_migration_is_refused(
    fresh: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = (*migrations.shipped(), NEXT)
    monkeypatch.setattr(migrations, "shipped", lambda: known)
    conn = await asyncpg.connect(fresh.guard)
    assert await migrations.waiting(conn) == [NEXT.name]
    await migrations.migrate(fresh.owner)
    assert await migrations.waiting(conn) == []
    await conn.close()
