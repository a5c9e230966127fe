"""A backup keeps every table: filled, changed after the dump, restored, compared, and served (I-13, I-16)."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from beffroi.config import backup, database
from beffroi.config.database import Databases
from beffroi.config.embedded_postgres import EmbeddedPostgres
from beffroi.guard.authentic import TABLES
from beffroi.guard.backup.tables import PASSING, followed
from tests.databases import FreshDatabase, fresh_database
from tests.guard import filling
from tests.guard.approvals.office import approve, know_domain, make, seat, show
from tests.guard.filling import Filling
from tests.guard.signin.serving import Guard, serve
from tests.guard.world import POLICY, World, build

WRITTEN_BY_A_RESTORE = ("key_check", "journal", "containment")
"""Tables to which a restore itself writes: a new place, its own entry, the end of the closing."""


@pytest.fixture
def source(durable: EmbeddedPostgres) -> Iterator[FreshDatabase]:
    with fresh_database(durable) as found:
        yield found


@pytest.fixture
def guard(source: FreshDatabase, tmp_path: Path) -> Iterator[Guard]:
    with serve(source.guard, tmp_path) as served:
        know_domain(served)
        yield served


def empty(server: EmbeddedPostgres) -> Databases:
    """A database as an operator makes it."""
    admin = database.create_database(server.dsn(), f"restored_{uuid4().hex[:8]}")
    return database.bootstrap(admin, server.credentials_dir)


async def content(dsn: str) -> dict[str, set[str]]:
    """Every row of every table that a backup keeps, as JSON texts."""
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute("SET timezone = 'UTC'")
        names = set(await filling.tables(conn)) - PASSING | {"exposure"}
        return {
            name: {row[0] for row in await conn.fetch(f"SELECT row_to_json(t)::text FROM guard.{name} t")}
            for name in sorted(names)
        }
    finally:
        await conn.close()


async def forged(dsn: str, guard: Guard) -> list[str]:
    """Tables with a row whose MAC is not genuine."""
    conn = await asyncpg.connect(dsn)
    genuine = guard.world.keys.authenticator.genuine_row
    try:
        return [
            table
            for table in TABLES
            if not all(genuine(table, row) for row in await conn.fetch(f"SELECT * FROM guard.{table}"))
        ]
    finally:
        await conn.close()


async def move(guard: Guard, restored: Databases) -> None:
    """The guard starts again, at the same address, on the restored database."""
    await guard.world.conn.close()
    await guard.services.pool.close()
    guard.services.areas.clear()
    guard.services.pool = await asyncpg.create_pool(restored.guard, min_size=1, max_size=4)
    guard.world.conn = await asyncpg.connect(restored.guard)


def test_i13_i16_every_table_filled_before_and_after_the_dump_comes_back_and_people_go_on_approving(
    guard: Guard, source: FreshDatabase, durable: EmbeddedPostgres, tmp_path: Path
) -> None:
    manager = seat(guard, "Philippe Garnier", "account-manager")
    helene, thomas = [seat(guard, name, "approver") for name in ("Helene Marchand", "Thomas Leroux")]
    agreed, waiting = [make(guard, manager, email=f"{name}@north.example").json() for name in ("nora", "ines")]
    assert approve(guard, helene, agreed["request"]).status_code == 303
    rows = Filling(guard.world.conn, guard.world.keys)
    now = guard.run(guard.world.now())
    guard.run(guard.world.insert("policy", version=POLICY.version, source="", activated_at=now))
    guard.run(guard.world.insert(
        "sealed", id="journal", origin="guard.example/journal", size=1, root=b"x" * 32, last_entry=1,
        published_size=1, published_entry=1, sealed_at=now,
    ))  # fmt: skip
    filled = guard.run(rows.fill(instants=False))
    folder, databases = tmp_path / "backup", Databases(source.owner, source.guard, source.console)
    asyncio.run(backup.write(databases, guard.world.keys, folder))
    guard.run(rows.amend())
    assert guard.run(rows.fill(instants=True)) == filled
    later = make(guard, manager, email="omar@north.example")
    assert later.status_code == 201, later.text
    asyncio.run(backup.follow(databases, guard.world.keys, folder, final=True))

    target = empty(durable)
    assert asyncio.run(backup.bring_back(target, guard.world.keys, POLICY, folder))
    before, after = asyncio.run(content(source.owner)), asyncio.run(content(target.owner))
    assert set(filled) <= set(before), "a table with facts is left out of backups"
    for table, rows_before in before.items():
        assert rows_before, f"nothing was written to {table}"
        if table == "exposure":  # the trend comes back as of the dump
            assert 0 < len(after[table]) < len(rows_before)
        elif table not in WRITTEN_BY_A_RESTORE:
            assert after[table] == rows_before, table
    assert before["journal"] <= after["journal"]
    told = {json.loads(row)["kind"] for row in after["journal"] - before["journal"]}
    assert told == {"recovered", "session-revoked", "fact"}
    assert len(before["containment"] - after["containment"]) == 1
    assert asyncio.run(forged(target.owner, guard)) == []

    guard.run(move(guard, target))
    for member in (manager, helene, thomas):
        member.browser, member.handle = guard.signed_in(member.member)
    for request in (waiting["request"], later.json()["request"]):
        assert approve(guard, thomas, request).status_code == 303
        assert show(guard, manager, request).json()["status"] == "approved"
    assert show(guard, manager, agreed["request"]).json()["status"] == "approved"


async def test_i16_table_that_grants_is_always_in_the_increments(source: FreshDatabase) -> None:
    conn = await asyncpg.connect(source.owner)
    names = {table.name for table in await followed(conn)}
    assert names | PASSING == set(await filling.tables(conn)), "every table, and none that is gone"
    assert set(TABLES) - names == {"session", "person_session"}, "a restore ends every session"
    kept = await conn.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'guard'::regnamespace AND relkind = 'S'"
    )
    assert [row["relname"] for row in kept] == ["journal_entry_seq"], "a sequence that nothing brings forward"
    await conn.close()


async def test_campaign_that_took_the_place_of_a_closed_one_is_replayed(
    source: FreshDatabase, durable: EmbeddedPostgres, tmp_path: Path
) -> None:
    world = await build(source.guard)
    now, first, second = await world.now(), str(uuid4()), str(uuid4())
    row = {
        "organisation": world.offices["North"], "opened_at": now, "due_at": now, "closed_at": None, "reminded": None,
        "digest": b"x" * 32,
    }  # fmt: skip
    await world.insert("campaign", id=first, **row)
    databases = Databases(source.owner, source.guard, source.console)
    await backup.write(databases, world.keys, tmp_path / "backup")
    await world.amend("campaign", first, closed_at=now)
    await world.insert("campaign", id=second, **row)
    await world.amend("campaign", first, reminded=3)  # so that the closed one comes after the open one
    await backup.follow(databases, world.keys, tmp_path / "backup", final=True)
    target = empty(durable)
    assert await backup.bring_back(target, world.keys, POLICY, tmp_path / "backup")
    conn = await asyncpg.connect(target.guard)
    assert str(await conn.fetchval("SELECT id FROM guard.campaign WHERE closed_at IS NULL")) == second
    with pytest.raises(asyncpg.UniqueViolationError):
        await World(conn, world.keys).insert("campaign", id=str(uuid4()), **row)
    await conn.close()
    await world.conn.close()
