"""One row of each table that carries a MAC: put back, taken away, swapped. Each is named, and nothing else."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from beffroi.core import folding
from beffroi.core.folding import Divergence, Kind
from beffroi.guard import stamped
from beffroi.guard.folding import baselines, looking, recording, replaying
from beffroi.guard.folding.looking import Known, Look
from beffroi.guard.keys import Keys
from tests.databases import FreshDatabase
from tests.guard.world import POLICY, new_keys

TABLES = [table for table in recording.FOLDED if table != "relation"]
_ENDS = frozenset({"expires_at", "until_at", "contract_until", "due_at"})


class Shelf:
    """Rows of any shape: the administrator's connection looks at no foreign key."""

    def __init__(self, conn: asyncpg.Connection, keys: Keys) -> None:
        self.conn, self.keys, self.known = conn, keys, Known()

    async def row(self, table: str) -> dict[str, Any]:
        """A row with something in every column."""
        now = await stamped.instant(self.conn)
        columns = await self.conn.fetch(
            "SELECT column_name, udt_name FROM information_schema.columns WHERE table_schema = 'guard'"
            " AND table_name = $1 AND column_name <> 'mac'", table,
        )  # fmt: skip
        values: dict[str, Any] = {
            "uuid": uuid4(), "text": f"x{uuid4().hex[:6]}", "bool": True, "int4": 1, "int8": uuid4().int >> 88,
            "int2": 1, "bytea": uuid4().bytes, "_text": ["a"], "_uuid": [uuid4()], "timestamptz": now,
        }  # fmt: skip
        row = {
            name: uuid4() if kind == "uuid" else now + timedelta(days=9) if name in _ENDS else values[kind]
            for name, kind in columns
        }
        if "version" in row and table != "policy":
            row["version"] = 1
        if table == "containment":
            row["kind"] = "organisation"
        if table == "report":
            row |= {"standing": "received", "answer": None}
        return row

    async def insert(self, table: str) -> dict[str, Any]:
        """One row as a command writes it."""
        return dict(await stamped.insert(self.conn, self.keys, table, await self.row(table)))

    async def again(self, table: str, row: dict[str, Any]) -> None:
        """Its next version."""
        if table == "policy":
            later = {**row, "activated_at": row["activated_at"] + timedelta(hours=1)}
            later["mac"] = self.keys.authenticator.stamp_row(table, later)
            await self.conn.execute("DELETE FROM guard.policy WHERE version = $1", row["version"])
            await self.write(table, later)
            await stamped.record(self.conn, self.keys, table, [later])
        else:
            await stamped.assert_again(self.conn, self.keys, table, row, recording.version_of(table, row))

    async def write(self, table: str, row: dict[str, Any]) -> None:
        """A row written behind the guard."""
        places = ", ".join(f"${place}" for place in range(1, len(row) + 1))
        await self.conn.execute(f"INSERT INTO guard.{table} ({', '.join(row)}) VALUES ({places})", *row.values())

    async def delete(self, table: str, row: dict[str, Any]) -> None:
        """A row deleted behind the guard."""
        key = recording.key_columns(table)
        where = " AND ".join(f"{name} = ${place}" for place, name in enumerate(key, start=1))
        await self.conn.execute(f"DELETE FROM guard.{table} WHERE {where}", *[row[name] for name in key])

    async def look(self) -> list[Divergence]:
        """Every row compared; nothing answered."""
        found = await looking.look(self.conn, self.keys, POLICY, self.known, Look(rows=True))
        return list(found.divergences)


@pytest.fixture
async def shelf(fresh: FreshDatabase) -> AsyncIterator[Shelf]:
    """An empty database under the administrator's hands, whose journal has told of all rows for two hours."""
    conn = await asyncpg.connect(fresh.admin)
    await conn.execute("SET session_replication_role = replica")
    shelf = Shelf(conn, new_keys())
    await baselines.begin(conn, shelf.keys)
    [baseline] = await baselines.all_baselines(conn, shelf.keys)
    shelf.known.baselines = [baseline._replace(began=baseline.began - 7_200_000_000)]
    yield shelf
    await conn.close()


@pytest.mark.parametrize("table", TABLES)
async def test_i16_row_of_each_table_put_back_taken_away_or_swapped_is_named(shelf: Shelf, table: str) -> None:
    one, other = await shelf.insert(table), await shelf.insert(table)
    id = recording.key_of(table, one)
    await shelf.again(table, one)
    assert await shelf.look() == []
    [later] = [row for row in await shelf.conn.fetch(f"SELECT * FROM guard.{table}") if row["mac"] != other["mac"]]
    await shelf.delete(table, one)
    gone = [] if table == "session" else [Divergence(table, id, Kind.MISSING)]  # one that is gone is over
    assert await shelf.look() == gone
    await shelf.write(table, one)
    assert await shelf.look() == [Divergence(table, id, Kind.OLDER)]
    await shelf.delete(table, one)
    swapped = {**other, **{name: one[name] for name in recording.key_columns(table)}}
    await shelf.delete(table, other)
    await shelf.write(table, swapped)
    named = {each.key: each.kind for each in await shelf.look()}
    away = {(table, recording.key_of(table, other)): Kind.MISSING} if gone else {}
    assert named == {(table, id): Kind.FORGED, **away}
    await shelf.delete(table, one)
    await shelf.write(table, dict(later))
    await shelf.write(table, other)
    assert await shelf.look() == []


async def test_i16_relation_put_back_is_named_and_one_that_an_import_wrote_is_not(shelf: Shelf) -> None:
    one = await shelf.insert("relation")  # its first version has no fact either
    imported = await shelf.row("relation")
    imported["mac"] = shelf.keys.authenticator.stamp_row("relation", imported)
    await shelf.write("relation", imported)
    await stamped.assert_again(shelf.conn, shelf.keys, "relation", one, 1)
    assert await shelf.look() == []
    await shelf.delete("relation", one)
    await shelf.write("relation", one)
    assert await shelf.look() == [Divergence("relation", recording.key_of("relation", one), Kind.OLDER)]


async def test_i16_fact_of_an_aborted_writing_is_never_expected(shelf: Shelf) -> None:
    row = await shelf.insert("account")
    attempt = shelf.conn.transaction()
    await attempt.start()
    await shelf.again("account", row)
    await attempt.rollback()
    assert await shelf.look() == []


async def test_i16_fact_that_the_guard_did_not_write_is_passed_over(shelf: Shelf) -> None:
    row = await shelf.insert("account")
    await shelf.again("account", row)
    await shelf.conn.execute(
        "INSERT INTO guard.journal (at, kind, explanation, account, detail) SELECT at, kind, explanation, account,"
        " replace(detail, '\"version\":2', '\"version\":3') FROM guard.journal WHERE kind = 'fact'"
    )
    assert await shelf.look() == []
    assert {fact.version for fact in shelf.known.expected.values()} == {2}


async def test_i16_month_of_facts_said_again_leaves_the_same_state(shelf: Shelf) -> None:
    for table in ("account", "organisation", "containment"):
        row = await shelf.insert(table)
        await shelf.again(table, row)
    await shelf.look()
    [baseline] = shelf.known.baselines
    await baselines.say_again(shelf.conn, shelf.keys, shelf.known.expected.values(), baseline)
    anew = Known(await baselines.all_baselines(shelf.conn, shelf.keys))
    assert anew.baseline is not None
    assert anew.baseline.since > baseline.since
    found = await looking.look(shelf.conn, shelf.keys, POLICY, anew, Look(rows=True))
    assert found.divergences == ()
    assert anew.expected == shelf.known.expected == folding.fold(anew.expected.values())


def test_every_table_says_what_an_older_row_of_it_would_give() -> None:
    of_somebody = folding._WHOLE | folding._OF_ACCOUNT | folding._OF_APPLICATION | folding._OF_ORGANISATION
    giving_nobody_access = {
        "admission", "approval", "audit", "audit_answer", "breach", "campaign", "checklist_item", "cold_file",
        "correction", "cut", "delay", "directory_entry", "erasure_hold", "erasure_list", "escalation", "export_copy",
        "glass_verdict", "leaver", "leaver_day", "notice", "origin", "person_binding",
        "person_request", "report", "restriction", "review", "sitting", "swept", "transfer",
    }  # fmt: skip
    assert set(recording.FOLDED) - of_somebody - set(replaying.STRICT) == giving_nobody_access
