"""Import of people: what is written opens to what the file said; what is wrong is named and never repeated."""

import asyncio
import csv
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import msgspec
import pyarrow
import pyarrow.parquet
import pytest

from beffroi.core.ids import PersonId
from beffroi.guard import key_check, keys
from beffroi.guard.importing import sources
from beffroi.guard.importing.columns import COLUMNS, HeaderRefused
from beffroi.guard.importing.network import import_network
from beffroi.guard.importing.people import INDEXES, Outcome, import_people
from beffroi.guard.importing.problems import write_report
from beffroi.guard.importing.sources import SourceRefused, open_source
from beffroi.guard.keys import Keys
from beffroi.guard.vault import people
from beffroi.guard.vault.records import decode
from tests.databases import FreshDatabase
from tests.guard.importing.network_samples import ADVISER, NETWORK, OFFICE, SCHOOL, identifier
from tests.guard.importing.people_samples import LEA, PLAIN


@dataclass
class Place:
    dsn: str
    conn: asyncpg.Connection
    keys: Keys
    folder: Path

    def run(self, path: Path, *, workers: int = 1, dry_run: bool = False) -> Outcome:
        assert self.keys.path is not None
        return import_people(
            open_source(path), dsn=self.dsn, key_file=self.keys.path, operator="ops", workers=workers, dry_run=dry_run
        )

    def csv(self, *rows: dict[str, str], name: str = "people.csv", delimiter: str = ",") -> Path:
        path = self.folder / name
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="", delimiter=delimiter)
            writer.writeheader()
            writer.writerows(rows)
        return path

    async def count(self, table: str = "person") -> int:
        value: int = await self.conn.fetchval(f"SELECT count(*) FROM guard.{table}")
        return value


@pytest.fixture
async def place(fresh: FreshDatabase, tmp_path: Path) -> AsyncIterator[Place]:
    conn = await asyncpg.connect(fresh.guard)
    held = keys.generate(tmp_path / "keys" / "guard.key")
    await key_check.establish(conn, held)
    without_relation = [row for row in NETWORK if type(row).__name__ != "RelationRow"]
    await import_network(conn, held, without_relation, operator="ops")
    yield Place(fresh.guard, conn, held, tmp_path)
    await conn.close()


async def in_thread(place: Place, path: Path, *, workers: int = 1, dry_run: bool = False) -> Outcome:
    return await asyncio.to_thread(place.run, path, workers=workers, dry_run=dry_run)


async def opened(place: Place, person: str) -> dict[str, dict[str, object]]:
    read = await people.read(place.conn, place.keys, PersonId(person), 255)
    assert not isinstance(read, people.Absent)
    return {name: msgspec.json.decode(raw) for name, raw in read.items()}


async def test_person_imported_opens_to_what_the_file_said(place: Place) -> None:
    outcome = await in_thread(place, place.csv(LEA, PLAIN))
    assert (outcome.people, outcome.refused, outcome.problems) == (2, 0, ())
    read = await opened(place, LEA["person_id"])
    assert read["identity"] == {
        "last_name": "Le Gall", "birth_name": "Kerbrat", "first_names": "Léa, Anne", "birth_date": "2004-03-05",
        "sex": "F", "birth_place": "Brest", "nationality": "Française",
    }  # fmt: skip
    assert read["contact"] == {
        "email": "lea.legall@exemple.fr", "phone": "+33639980001", "address_line": LEA["address_line"],
        "postcode": "29200", "city": "Brest", "commune_code": "29019",
    }  # fmt: skip
    assert read["nir"] == {"nir": LEA["nir"]}
    assert read["agency_id"] == {"agency_id": LEA["agency_id"]}
    assert read["followup"]["notes"][0]["text"] == LEA["notes"]  # type: ignore[index]
    assert read["training"] == {"title": "CAP cuisine", "status": "en_cours", "starts_on": "2026-12-01"}
    assert read["legal_representative"]["phone"] == "+33639980002"
    assert read["situation"]["programme"] == "CEJ"


async def test_person_imported_has_the_indexes_and_relations_a_registration_would_give(place: Place) -> None:
    await in_thread(place, place.csv(LEA))
    imported = await place.conn.fetchrow("SELECT * FROM guard.person")
    assert imported is not None
    read = await people.read(place.conn, place.keys, PersonId(LEA["person_id"]), 255)
    assert not isinstance(read, people.Absent)
    records = {name: decode(name, bytes(raw)) for name, raw in read.items()}
    registered = dict(
        zip(
            people.COLUMNS,
            people.sealed_row(place.keys, PersonId(identifier(1)), records, imported["created_at"]),
            strict=True,
        )
    )
    for column in people.COLUMNS:
        if column.startswith("blind_"):
            assert imported[column] == registered[column] is not None, column
    relations = await place.conn.fetch("SELECT * FROM guard.relation ORDER BY kind")
    assert all(place.keys.authenticator.genuine_row("relation", row) for row in relations)
    enrolment, followed = relations
    assert (str(enrolment["organisation"]), enrolment["referent"]) == (SCHOOL, None)
    assert (str(followed["organisation"]), str(followed["referent"])) == (OFFICE, ADVISER)
    assert followed["since_at"].date().isoformat() == "2026-01-15"


@pytest.mark.slow
async def test_same_file_imported_again_writes_nothing_twice(place: Place) -> None:
    path = place.csv(LEA, PLAIN)
    await in_thread(place, path)
    again = await in_thread(place, path.rename(path.with_name("renamed.csv")))
    assert (again.people, again.written) == (2, 0)
    assert await place.count() == 2
    assert await place.count("relation") == 2
    assert await place.conn.fetchval("SELECT count(*) FROM guard.journal WHERE kind = 'imported'") == 1


async def test_indexes_set_aside_are_back_after_the_import(place: Place) -> None:
    await in_thread(place, place.csv(LEA))
    rows = await place.conn.fetch("SELECT indexname FROM pg_indexes WHERE schemaname = 'guard'")
    assert {row["indexname"] for row in rows} >= set(INDEXES)


async def test_row_wrong_is_reported_by_line_and_column_and_the_others_are_written(place: Place) -> None:
    outcome = await in_thread(place, place.csv(LEA, PLAIN | {"email": "nulle.part@b"}, PLAIN))
    assert (outcome.people, outcome.refused, await place.count()) == (2, 1, 2)
    (problem,) = outcome.problems
    assert problem == (4, "email", "email_malformed")  # header, then two lines for the note of the first person
    report = place.folder / "report.csv"
    assert write_report(outcome.problems, report) == 1
    assert report.stat().st_mode & 0o777 == 0o600
    assert "nulle" not in report.read_text()


async def test_person_already_in_the_vault_is_refused_and_the_rest_of_the_chunk_is_written(place: Place) -> None:
    await in_thread(place, place.csv(LEA))
    outcome = await in_thread(place, place.csv(LEA | {"city": "Lyon"}, PLAIN, name="second.csv"))
    assert (outcome.people, [problem.code for problem in outcome.problems]) == (1, ["person_id_twice"])
    assert (await opened(place, LEA["person_id"]))["contact"]["city"] == "Brest"


async def test_i13_person_erased_does_not_come_back_by_import(place: Place) -> None:
    await place.conn.execute("INSERT INTO guard.erased VALUES ($1, now())", LEA["person_id"])
    outcome = await in_thread(place, place.csv(LEA, PLAIN))
    assert (outcome.people, [problem.code for problem in outcome.problems]) == (1, ["person_erased"])


async def test_dry_run_reports_and_writes_nothing(place: Place) -> None:
    outcome = await in_thread(place, place.csv(LEA, PLAIN | {"sex": "X"}), dry_run=True)
    assert (outcome.people, outcome.refused, len(outcome.problems)) == (1, 1, 1)
    for table in ("person", "relation", "import_job", "import_chunk"):
        assert await place.count(table) == 0


@pytest.mark.slow
async def test_parquet_and_csv_of_the_same_people_give_the_same_files(place: Place) -> None:
    rows = [LEA, PLAIN | {"person_id": identifier(102)}]
    path = place.folder / "people.parquet"
    columns = {name: [row.get(name) for row in rows] for name in COLUMNS}
    pyarrow.parquet.write_table(
        pyarrow.table(columns, pyarrow.schema([(name, pyarrow.string()) for name in COLUMNS])), path
    )
    await in_thread(place, path)
    from_parquet = [await opened(place, row["person_id"]) for row in rows]
    from_parquet[0].pop("followup")  # a note bears the instant of its import
    await place.conn.execute("DELETE FROM guard.person; DELETE FROM guard.relation")
    await in_thread(place, place.csv(*rows, delimiter=";"))
    from_csv = [await opened(place, row["person_id"]) for row in rows]
    assert from_csv[0].pop("followup")["notes"][0]["text"] == LEA["notes"]  # type: ignore[index]
    assert from_csv == from_parquet


async def test_many_chunks_and_two_workers_write_each_row_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "CHUNK_ROWS", 7)
    rows = [PLAIN | {"person_id": identifier(1000 + number), "notes": "a\nb" * (number % 3)} for number in range(100)]
    rows[50]["sex"] = "X"
    outcome = await in_thread(place, place.csv(*rows), workers=2)
    assert (outcome.people, outcome.refused, await place.count()) == (99, 1, 99)
    before = "".join(row["notes"] for row in rows[:50]).count("\n")
    assert outcome.problems[0].line == 1 + before + 51


def test_line_of_another_width_or_encoding_is_a_row_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(
        b"last_name,first_names,birth_date\nMartin,No\xc3\xa9,2004-01-01\nMartin,2004-01-01\n\nMartin,No\xe9,2004-01-01\n"
    )
    source = open_source(path)
    rows = [row for chunk in source.chunks() for row in source.rows(chunk)]
    assert [(row.line, row.values is None) for row in rows] == [(2, False), (3, True), (5, False)]
    assert rows[2].values is not None
    assert "\udce9" in rows[2].values[1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("last_name,first_names\n", HeaderRefused),
        ("last_name,first_names,birth_date,secret\n", HeaderRefused),
        ("last_name,first_names,birth_date,last_name\n", HeaderRefused),
        ("", HeaderRefused),
        ('last_name,first_names,birth_date\n"Martin,a,2004-01-01\n', SourceRefused),
    ],
)
def test_file_that_is_no_import_file_is_refused(tmp_path: Path, text: str, expected: type[Exception]) -> None:
    path = tmp_path / "people.csv"
    path.write_text(text)
    with pytest.raises(expected):
        list(open_source(path).chunks())


async def test_file_changed_during_the_import_is_refused(place: Place) -> None:
    path = place.csv(LEA)
    source = open_source(path)
    path.write_text(path.read_text() + "\n")
    with pytest.raises(SourceRefused):
        list(source.rows(next(iter(source.chunks()))))
