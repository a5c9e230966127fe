"""Days become files, files months, months leave the database: nothing is lost, nothing is counted on trust."""

import hashlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from pyarrow import parquet

from beffroi.guard import stamped
from beffroi.guard.keys import Keys
from beffroi.guard.retention import catalogue, ending, exporting
from beffroi.guard.retention.catalogue import ColdFile, ColdRefused, Verified
from beffroi.guard.retention.columns import journal_row
from beffroi.guard.retention.exporting import Place, export
from beffroi.guard.retention.layouts import Layout
from tests.databases import FreshDatabase
from tests.guard.retention import past
from tests.guard.world import new_keys

EVERYTHING = 1 << 62
KEPT = timedelta(days=1096)


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


def rows_of(folder: Path, files: list[ColdFile]) -> list[dict[str, Any]]:
    """Rows of some files as they stood in the journal."""
    return [journal_row(row) for one in files for row in parquet.read_table(folder / one.name).to_pylist()]


def names_in(folder: Path) -> set[str]:
    """Files that are there."""
    return {path.name for path in folder.glob("*.parquet")}


async def test_export_of_days_gives_every_row_back_exactly_and_once(
    fresh: FreshDatabase, conn: asyncpg.Connection, keys: Keys, tmp_path: Path
) -> None:
    journal = await past.lived(fresh.owner, conn, past.history(past.midnight(5), 4, 600, seed=1))

    done = await export(conn, keys, Place(tmp_path, KEPT), EVERYTHING)

    files = catalogue.whole(await catalogue.live(conn, keys))
    assert done["days"] == len([one for one in files if one.layout is Layout.DAY]) == 5
    until = files[-1].until_at
    assert rows_of(tmp_path, files) == [row for row in journal if row["at"] < until]
    assert await export(conn, keys, Place(tmp_path, KEPT), EVERYTHING) == {}


async def test_export_stops_before_the_first_day_that_is_not_wholly_sealed(
    fresh: FreshDatabase, conn: asyncpg.Connection, keys: Keys, tmp_path: Path
) -> None:
    journal = await past.lived(fresh.owner, conn, past.history(past.midnight(4), 4, 200, seed=2))
    third = [row for row in journal if row["at"] >= past.midnight(2)]

    await export(conn, keys, Place(tmp_path, KEPT), third[-1]["entry"] - 1_000_000)
    assert await catalogue.live(conn, keys) == []
    await export(conn, keys, Place(tmp_path, KEPT), third[0]["entry"])
    assert [one.name for one in await catalogue.live(conn, keys)] == [
        f"{past.midnight(days):%Y-%m-%d}.parquet" for days in (4, 3)
    ]


async def test_each_file_is_an_entry_of_the_journal_with_its_digest_and_its_rows(
    fresh: FreshDatabase, conn: asyncpg.Connection, keys: Keys, tmp_path: Path
) -> None:
    await past.lived(fresh.owner, conn, past.history(past.midnight(2), 2, 60, seed=3))
    await export(conn, keys, Place(tmp_path, KEPT), EVERYTHING)

    said = [
        json.loads(row["detail"])
        for row in await conn.fetch("SELECT detail FROM guard.journal WHERE kind = 'cold-written' ORDER BY entry")
    ]
    files = await catalogue.live(conn, keys)
    assert [one["sha256"] for one in said] == [
        hashlib.sha256((tmp_path / one.name).read_bytes()).hexdigest() for one in files
    ]
    assert [(one["rows"], one["first"], one["last"]) for one in said] == [
        (one.rows, one.first_entry, one.last_entry) for one in files
    ]
    listed = json.loads((tmp_path / catalogue.MANIFEST).read_text())["files"]
    assert [one["sha256"] for one in listed] == [one["sha256"] for one in said]


async def test_export_killed_between_a_file_and_its_row_writes_it_again(
    fresh: FreshDatabase, conn: asyncpg.Connection, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await past.lived(fresh.owner, conn, past.history(past.midnight(3), 3, 90, seed=4))

    async def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("beffroi.guard.retention.recording.written", killed)
        with pytest.raises(KeyboardInterrupt):
            await export(conn, keys, Place(tmp_path, KEPT), EVERYTHING)
    assert await catalogue.live(conn, keys) == []

    await export(conn, keys, Place(tmp_path, KEPT), EVERYTHING)
    for one in await catalogue.live(conn, keys):
        Verified().path(tmp_path, one)


@pytest.mark.parametrize("harm", ["flipped", "truncated", "removed"])
async def test_file_that_is_not_as_it_was_written_is_refused_by_its_name(
    fresh: FreshDatabase, conn: asyncpg.Connection, keys: Keys, tmp_path: Path, harm: str
) -> None:
    await past.lived(fresh.owner, conn, past.history(past.midnight(2), 2, 60, seed=5))
    await export(conn, keys, Place(tmp_path, KEPT), EVERYTHING)
    first, second = (await catalogue.live(conn, keys))[:2]
    verified = Verified()
    verified.path(tmp_path, first)

    path = tmp_path / first.name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    if harm == "removed":
        path.unlink()
    else:
        path.write_bytes(content if harm == "flipped" else content[:-1])

    with pytest.raises(ColdRefused, match=first.name):
        verified.path(tmp_path, first)
    verified.path(tmp_path, second)


async def test_i16_row_of_a_file_forged_or_a_day_taken_away_is_refused(
    fresh: FreshDatabase, conn: asyncpg.Connection, keys: Keys, tmp_path: Path
) -> None:
    await past.lived(fresh.owner, conn, past.history(past.midnight(4), 4, 60, seed=6))
    await export(conn, keys, Place(tmp_path, KEPT), EVERYTHING)
    owner = await asyncpg.connect(fresh.owner)

    await owner.execute(
        "UPDATE guard.cold_file SET rows = rows + 1 WHERE name = $1", f"{past.midnight(3):%Y-%m-%d}.parquet"
    )
    with pytest.raises(stamped.Forged):
        await catalogue.live(conn, keys)
    await owner.execute("DELETE FROM guard.cold_file WHERE name = $1", f"{past.midnight(3):%Y-%m-%d}.parquet")
    with pytest.raises(ColdRefused, match="No file holds the journal"):
        catalogue.whole(await catalogue.live(conn, keys))
    await owner.close()


def months_ago(months: int) -> datetime:
    """The beginning of a month."""
    now = datetime.now(UTC)
    number = now.year * 12 + now.month - 1 - months
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)


async def test_month_that_is_over_becomes_three_files_and_its_days_go_an_hour_later(
    fresh: FreshDatabase, conn: asyncpg.Connection, keys: Keys, tmp_path: Path
) -> None:
    month = months_ago(2)
    journal = await past.lived(fresh.owner, conn, past.history(month + timedelta(days=25), 12, 500, seed=7))
    place = Place(tmp_path, KEPT)

    done = await export(conn, keys, place, EVERYTHING)

    files = await catalogue.live(conn, keys)
    assert done["months"] == 1 or (done["months"] == 2 and datetime.now(UTC).day > 1)
    of_month = [one for one in files if one.from_at < months_ago(1)]
    assert {one.layout for one in of_month} == set(Layout)
    assert rows_of(tmp_path, [one for one in of_month if one.layout is Layout.TIME]) == [
        row for row in journal if row["at"] < months_ago(1)
    ]
    await conn.execute("INSERT INTO guard.drill_clock (shift) VALUES ('2 hours')")
    assert (await export(conn, keys, place, EVERYTHING))["ended"] >= 5
    left = [one for one in await catalogue.live(conn, keys) if one.from_at < months_ago(1)]
    assert {one.layout for one in left} == {Layout.TIME, Layout.ACCOUNT, Layout.PERSON}
    assert names_in(tmp_path) == {one.name for one in await catalogue.live(conn, keys)}


async def test_file_past_its_keeping_is_deleted_and_the_journal_says_so(
    fresh: FreshDatabase, conn: asyncpg.Connection, keys: Keys, tmp_path: Path
) -> None:
    await past.lived(fresh.owner, conn, past.history(past.midnight(6), 6, 60, seed=8))
    await export(conn, keys, Place(tmp_path, timedelta(days=3)), EVERYTHING)

    left = await catalogue.live(conn, keys)
    assert min(one.from_at for one in left) >= past.midnight(4)
    ends = await conn.fetch("SELECT explanation, detail FROM guard.journal WHERE kind = 'cold-ended'")
    assert {row["explanation"] for row in ends} == {"expired"}
    assert f"{past.midnight(6):%Y-%m-%d}.parquet" in {json.loads(row["detail"])["file"] for row in ends}
    assert not (tmp_path / f"{past.midnight(6):%Y-%m-%d}.parquet").exists()


async def test_two_exports_at_once_the_second_is_refused(
    fresh: FreshDatabase, conn: asyncpg.Connection, keys: Keys, tmp_path: Path
) -> None:
    with exporting._alone(tmp_path), pytest.raises(ColdRefused, match="Another export"):
        await export(conn, keys, Place(tmp_path, KEPT), EVERYTHING)


async def test_owner_takes_away_a_month_that_its_file_holds_and_no_other(
    fresh: FreshDatabase, conn: asyncpg.Connection, keys: Keys, tmp_path: Path
) -> None:
    old = months_ago(6)
    await past.lived(fresh.owner, conn, past.history(old, 50, 300, seed=9))
    owner = await asyncpg.connect(fresh.owner)
    with pytest.raises(ColdRefused, match="export first"):
        await ending.retire(owner, keys, tmp_path, 4)
    await export(conn, keys, Place(tmp_path, KEPT), EVERYTHING)
    before = await conn.fetchval("SELECT count(*) FROM guard.journal WHERE at < $1", months_ago(4))

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await conn.execute("SELECT guard.end_journal_month($1, 0, 0, 0)", old)
    assert await ending.retire(owner, keys, tmp_path, 4) == [f"{months_ago(months):%Y-%m}" for months in (6, 5)]

    assert await conn.fetchval("SELECT count(*) FROM guard.journal WHERE at < $1", months_ago(4)) == 0
    files = catalogue.whole(await catalogue.live(conn, keys))
    assert sum(one.rows for one in files if one.from_at < months_ago(4)) == before
    assert await ending.retire(owner, keys, tmp_path, 4) == []
    await owner.close()


async def test_month_whose_file_differs_from_the_database_stays(
    fresh: FreshDatabase, conn: asyncpg.Connection, keys: Keys, tmp_path: Path
) -> None:
    old = months_ago(6)
    await past.lived(fresh.owner, conn, past.history(old, 20, 100, seed=10))
    await export(conn, keys, Place(tmp_path, KEPT), EVERYTHING)
    owner = await asyncpg.connect(fresh.owner)
    await owner.execute("ALTER TABLE guard.journal DISABLE TRIGGER keep")
    await owner.execute(
        "UPDATE guard.journal SET groups = groups # 1 WHERE entry = (SELECT min(entry) FROM guard.journal)"
    )

    with pytest.raises(ColdRefused, match="differ"):
        await ending.retire(owner, keys, tmp_path, 4)
    assert await conn.fetchval("SELECT count(*) FROM guard.journal WHERE at < $1", months_ago(5)) == 100
    await owner.close()
