"""The same questions over the database and the files that the product wrote out of it."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from beffroi.guard.forensics.duck import Duck
from beffroi.guard.forensics.questions import By, Question, ReadBy, Readers
from beffroi.guard.forensics.sources import gather
from beffroi.guard.journal import append
from beffroi.guard.keys import Keys
from beffroi.guard.retention.catalogue import ColdRefused, live
from beffroi.guard.retention.exporting import Place, export
from tests.databases import FreshDatabase
from tests.guard.forensics.asked import answered, expected
from tests.guard.retention import past
from tests.guard.retention.test_exporting import EVERYTHING, KEPT
from tests.guard.world import new_keys


@pytest.fixture
def keys() -> Keys:
    """Keys of a test."""
    return new_keys()


@pytest.fixture
async def conn(fresh: FreshDatabase) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the guard's role."""
    conn = await asyncpg.connect(fresh.guard)
    yield conn
    await conn.close()


def several(from_at: datetime, until_at: datetime) -> list[Question]:
    """Questions of every form over one window."""
    window = (from_at, until_at)
    return [
        Readers(By.ACCOUNT, tuple(past.ACCOUNTS[:3]), *window),
        Readers(By.ORGANISATION, (past.OFFICES[1],), *window),
        Readers(By.SESSION, tuple(past.SESSIONS[2:9]), *window),
        Readers(By.APPLICATION, ("cases",), *window),
        ReadBy(past.PEOPLE[4], *window),
    ]


async def test_i11_answers_are_the_same_whatever_of_the_journal_is_exported(
    fresh: FreshDatabase, conn: asyncpg.Connection, keys: Keys, tmp_path: Path
) -> None:
    journal = await past.lived(fresh.owner, conn, past.history(past.midnight(5), 6, 900, seed=21))
    engine, today = Duck(tmp_path), past.midnight(0)
    windows = [
        (past.midnight(9), today + timedelta(days=1)),
        (past.midnight(3), past.midnight(1)),
        (past.midnight(4) + timedelta(hours=7), past.midnight(2) + timedelta(microseconds=1)),
        (today, today + timedelta(days=1)),
    ]
    for sealed in (0, journal[300]["entry"], journal[600]["entry"], EVERYTHING):
        await export(conn, keys, Place(tmp_path, KEPT), sealed)
        for question in [one for window in windows for one in several(*window)]:
            got = answered(engine, tmp_path, question, await gather(conn, keys, question))
            assert got == expected(journal, question), (sealed, question)
    assert len(await live(conn, keys)) == 5
    engine.close()


async def test_question_over_a_day_whose_file_was_tampered_with_is_refused_and_over_the_next_answered(
    fresh: FreshDatabase, conn: asyncpg.Connection, keys: Keys, tmp_path: Path
) -> None:
    journal = await past.lived(fresh.owner, conn, past.history(past.midnight(4), 4, 200, seed=22))
    await export(conn, keys, Place(tmp_path, KEPT), EVERYTHING)
    path = tmp_path / f"{past.midnight(3):%Y-%m-%d}.parquet"
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    engine = Duck(tmp_path)

    for question in several(past.midnight(3), past.midnight(2)):
        with pytest.raises(ColdRefused, match=path.name):
            answered(engine, tmp_path, question, await gather(conn, keys, question))
    for question in several(past.midnight(2), past.midnight(1)):
        assert answered(engine, tmp_path, question, await gather(conn, keys, question)) == expected(journal, question)
    engine.close()


async def test_question_about_days_no_longer_kept_says_from_when_they_are(
    fresh: FreshDatabase, conn: asyncpg.Connection, keys: Keys, tmp_path: Path
) -> None:
    await past.lived(fresh.owner, conn, past.history(past.midnight(6), 6, 60, seed=23))
    await export(conn, keys, Place(tmp_path, timedelta(days=3)), EVERYTHING)
    first = (await live(conn, keys))[0].from_at

    asked = several(past.midnight(9), past.midnight(0))[0]
    assert (await gather(conn, keys, asked)).lost_until == first
    assert (await gather(conn, keys, asked._replace(from_at=first))).lost_until is None


async def test_journal_whose_last_files_are_not_recorded_any_more_is_refused(
    fresh: FreshDatabase, conn: asyncpg.Connection, keys: Keys, tmp_path: Path
) -> None:
    await past.lived(fresh.owner, conn, past.history(past.midnight(70), 60, 200, seed=24))
    await export(conn, keys, Place(tmp_path, KEPT), EVERYTHING)
    asked = several(past.midnight(80), past.midnight(0))[0]
    owner = await asyncpg.connect(fresh.owner)
    months = [
        row[0]
        for row in await owner.fetch("SELECT relname FROM pg_class WHERE relname ~ '^journal_20.._..$' ORDER BY 1")
    ]
    await owner.execute(f"DROP TABLE guard.{months[0]}, guard.{months[1]}")
    await gather(conn, keys, asked)

    await owner.execute("DELETE FROM guard.cold_file WHERE until_at > $1", past.midnight(65))
    with pytest.raises(ColdRefused, match="Nothing holds the journal"):
        await gather(conn, keys, asked)
    await owner.close()


async def test_i11_entries_written_while_days_are_exported_are_counted_once(
    fresh: FreshDatabase, conn: asyncpg.Connection, keys: Keys, tmp_path: Path
) -> None:
    journal = await past.lived(fresh.owner, conn, past.history(past.midnight(3), 3, 200, seed=25))
    question = several(past.midnight(9), past.midnight(-1))[0]
    sources = await gather(conn, keys, question)  # before the export
    await export(conn, keys, Place(tmp_path, KEPT), EVERYTHING)
    await append(conn, past.history(past.midnight(0), 1, 50, seed=26))
    engine = Duck(tmp_path)

    assert answered(engine, tmp_path, question, sources) == expected(journal, question)
    rows: list[dict[str, Any]] = [dict(row) for row in await conn.fetch("SELECT * FROM guard.journal ORDER BY entry")]
    now = answered(engine, tmp_path, question, await gather(conn, keys, question))
    assert now == expected(rows, question)
    engine.close()
