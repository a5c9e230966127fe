"""An import killed at any instant and run again leaves exactly the rows of its file."""

import asyncio
import csv
import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

import asyncpg
import pytest

from beffroi.config.embedded_postgres import EmbeddedPostgres
from beffroi.guard import key_check, keys
from beffroi.guard.importing import sources
from beffroi.guard.importing.columns import COLUMNS
from beffroi.guard.importing.network import import_network
from beffroi.guard.importing.people import INDEXES, import_people
from beffroi.guard.importing.sources import open_source
from tests.databases import fresh_database
from tests.guard.importing.network_samples import NETWORK, identifier
from tests.guard.importing.people_samples import LEA

PEOPLE, CHUNK_ROWS, KILLS = 6_000, 100, 3
pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(300)]


def _import(path: Path, dsn: str, key_file: Path) -> None:
    os.setsid()  # so that the kill takes the workers too
    sources.CHUNK_ROWS = CHUNK_ROWS  # type: ignore[misc]
    import_people(open_source(path), dsn=dsn, key_file=key_file, operator="ops", workers=2)


def _write(path: Path) -> set[str]:
    ids = {identifier(10_000 + number) for number in range(PEOPLE)}
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(LEA | {"person_id": one} for one in sorted(ids))
    return ids


async def _prepare(dsn: str, held: keys.Keys) -> None:
    conn = await asyncpg.connect(dsn)
    await key_check.establish(conn, held)
    await import_network(conn, held, [row for row in NETWORK if type(row).__name__ != "RelationRow"], operator="ops")
    await conn.close()


async def _chunks(dsn: str) -> int:
    conn = await asyncpg.connect(dsn)
    try:
        value: int = await conn.fetchval("SELECT count(*) FROM guard.import_chunk")
        return value
    finally:
        await conn.close()


@pytest.mark.parametrize("victim", ["whole-group", "parent-alone"])
def test_import_killed_at_random_instants_then_resumed_has_exactly_the_rows_of_the_file(
    durable_postgres: EmbeddedPostgres, tmp_path: Path, victim: str
) -> None:
    rng = random.Random(victim)
    with fresh_database(durable_postgres) as database:
        path = tmp_path / "people.csv"
        ids = _write(path)
        held = keys.generate(tmp_path / "keys" / "guard.key")
        assert held.path is not None
        asyncio.run(_prepare(database.guard, held))
        context = multiprocessing.get_context("spawn")
        interrupted = 0
        for _ in range(KILLS):
            process = context.Process(target=_import, args=(path, database.guard, held.path))
            before = asyncio.run(_chunks(database.guard))
            process.start()
            assert process.pid is not None
            wanted = before + rng.randrange(1, PEOPLE // CHUNK_ROWS // KILLS)
            while asyncio.run(_chunks(database.guard)) < wanted and process.is_alive():
                time.sleep(rng.random() * 0.02)
            if process.is_alive():
                (os.killpg if victim == "whole-group" else os.kill)(process.pid, signal.SIGKILL)
                interrupted += 1
            process.join()
        last = context.Process(target=_import, args=(path, database.guard, held.path))
        last.start()
        last.join()
        assert last.exitcode == 0
        assert interrupted == KILLS
        asyncio.run(_holds_exactly(database.guard, ids, held))


async def _holds_exactly(dsn: str, ids: set[str], held: keys.Keys) -> None:
    conn = await asyncpg.connect(dsn)
    assert {str(row["id"]) for row in await conn.fetch("SELECT id FROM guard.person")} == ids
    relations = await conn.fetch("SELECT * FROM guard.relation")
    assert sorted((str(row["person"]), row["kind"]) for row in relations) == sorted(
        (one, kind) for one in ids for kind in ("enrolment", "followed")
    )
    assert all(held.authenticator.genuine_row("relation", row) for row in relations)
    counted = await conn.fetchrow("SELECT sum(people) AS people, count(*) AS chunks FROM guard.import_chunk")
    journaled = await conn.fetchval("SELECT count(*) FROM guard.journal WHERE kind = 'imported'")
    assert counted is not None
    assert (counted["people"], counted["chunks"]) == (PEOPLE, journaled)
    rows = await conn.fetch("SELECT indexname FROM pg_indexes WHERE schemaname = 'guard'")
    assert {row["indexname"] for row in rows} >= set(INDEXES)
    await conn.close()
