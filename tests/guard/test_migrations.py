"""The guard's schema moves forward only, and never over an edited history."""

import asyncio
from dataclasses import replace

import asyncpg
import pytest

from beffroi.guard import migrations
from beffroi.guard.migrations import Migration, MigrationRefused
from tests.databases import FreshDatabase

EXTRA = Migration("9000_extra.sql", "CREATE TABLE guard.extra (id integer)")


async def test_migrating_again_changes_nothing(fresh: FreshDatabase) -> None:
    assert await migrations.migrate(fresh.owner) == []


async def test_new_migration_is_applied_once_by_concurrent_runs(fresh: FreshDatabase) -> None:
    known = (*migrations.shipped(), EXTRA)
    done = await asyncio.gather(*(migrations.migrate(fresh.owner, known=known) for _ in range(4)))
    assert sorted(done) == [[], [], [], [EXTRA.name]]


async def test_failing_migration_leaves_nothing_of_itself(fresh: FreshDatabase) -> None:
    broken = Migration("9000_broken.sql", "CREATE TABLE guard.extra (id integer); SELECT 1/0")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrations.migrate(fresh.owner, known=(*migrations.shipped(), broken))
    assert await migrations.migrate(fresh.owner, known=(*migrations.shipped(), EXTRA)) == [EXTRA.name]


async def test_edited_history_is_refused(fresh: FreshDatabase) -> None:
    first, *rest = migrations.shipped()
    with pytest.raises(MigrationRefused, match=first.name):
        await migrations.migrate(fresh.owner, known=(replace(first, text=first.text + " "), *rest))


async def test_database_ahead_of_the_program_is_refused(fresh: FreshDatabase) -> None:
    await migrations.migrate(fresh.owner, known=(*migrations.shipped(), EXTRA))
    with pytest.raises(MigrationRefused, match="newer version"):
        await migrations.migrate(fresh.owner)


def test_migration_slipped_behind_the_last_one_is_refused() -> None:
    known = (Migration("0001_a.sql", "a"), Migration("0002_b.sql", "b"), Migration("0003_c.sql", "c"))
    applied = {known[0].name: known[0].sha256, known[2].name: known[2].sha256}
    with pytest.raises(MigrationRefused, match="renumber"):
        migrations.pending(applied, known)


async def test_console_role_reaches_none_of_the_guards_tables(fresh: FreshDatabase) -> None:
    owner = await asyncpg.connect(fresh.owner)
    console = await asyncpg.connect(fresh.console)
    try:
        tables = await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'guard'")
        assert len(tables) > 20
        for table in tables:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await console.fetch(f'SELECT FROM guard."{table["tablename"]}"')
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await console.execute("SELECT guard.ensure_journal_partitions(1)")
    finally:
        await owner.close()
        await console.close()


async def test_journal_row_can_be_changed_by_nobody_not_even_in_a_partition(fresh: FreshDatabase) -> None:
    guard, owner = await asyncpg.connect(fresh.guard), await asyncpg.connect(fresh.owner)
    try:
        await guard.execute("INSERT INTO guard.journal (at, kind) VALUES (now(), 'test')")
        partition = await guard.fetchval("SELECT tableoid::regclass::text FROM guard.journal")
        for table in ("guard.journal", partition):
            for change in (f"UPDATE {table} SET kind = 'x'", f"DELETE FROM {table}", f"TRUNCATE {table}"):
                for conn in (guard, owner):
                    with pytest.raises(asyncpg.InsufficientPrivilegeError):
                        await conn.execute(change)
        await migrations.ensure_journal_partitions(guard, 14)
    finally:
        await guard.close()
        await owner.close()


async def test_journal_has_partitions_for_the_coming_months(fresh: FreshDatabase) -> None:
    guard = await asyncpg.connect(fresh.guard)
    try:
        for months in range(migrations.JOURNAL_MONTHS_AHEAD + 1):
            await guard.execute(
                "INSERT INTO guard.journal (at, kind) VALUES (now() + make_interval(months => $1), 'test')", months
            )
    finally:
        await guard.close()
