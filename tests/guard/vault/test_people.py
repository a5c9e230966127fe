"""The vault against a real PostgreSQL: what is written, found, read, changed, erased."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from beffroi.core.ids import PersonId
from beffroi.guard import key_check, keys, stamped
from beffroi.guard.journal import Entry
from beffroi.guard.keys import Keys, KeysRefused
from beffroi.guard.vault import blind, people, records, rotation, sealing
from tests.databases import FreshDatabase

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
async def conn(fresh: FreshDatabase) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(fresh.guard)
    yield connection
    await connection.close()


@pytest.fixture
def held(tmp_path: Path) -> Keys:
    return keys.generate(tmp_path / "keys" / "guard.key")


LEA = {
    "identity": records.Identity(
        last_name="Le Gall", birth_name="Kerbrat", first_names="Léa, Anne", birth_date="2004-03-05", sex="F"
    ),
    "contact": records.Contact(email="Lea.LeGall@exemple.fr", phone="06 39 98 00 01", city="Brest"),
    "nir": records.Nir(nir="204032901900147"),
    "followup": records.Followup(notes=(records.Note(at="2026-01-02T10:00:00Z", text="Projet de CAP cuisine."),)),
}


async def created(conn: asyncpg.Connection, held: Keys) -> PersonId:
    person = PersonId(str(uuid4()))
    async with conn.transaction():
        await people.create(conn, held, person, LEA, entry=Entry(AT, "created", person=person, groups=7))
    return person


async def test_person_created_and_read_gives_only_the_groups_asked(conn: asyncpg.Connection, held: Keys) -> None:
    person = await created(conn, held)
    read = await people.read(conn, held, person, 1 | 32 | 128)
    assert not isinstance(read, people.Absent)
    assert set(read) == {"identity", "followup"}
    assert records.decode("identity", bytes(read["identity"])) == LEA["identity"]
    assert records.decode("followup", bytes(read["followup"])) == LEA["followup"]
    assert await conn.fetchval("SELECT kind FROM guard.journal WHERE person = $1", person) == "created"


async def test_person_created_without_partition_for_the_entry_writes_nothing(
    conn: asyncpg.Connection, held: Keys
) -> None:
    person = PersonId(str(uuid4()))
    past = Entry(datetime(1999, 1, 1, tzinfo=UTC), "created", person=person)
    transaction = conn.transaction()
    await transaction.start()
    with pytest.raises(asyncpg.CheckViolationError):
        await people.create(conn, held, person, LEA, entry=past)
    await transaction.rollback()
    assert await conn.fetchval("SELECT count(*) FROM guard.person") == 0


@pytest.mark.parametrize(
    ("by", "value", "first", "born"),
    [
        ("nir", "2 04 03 29 019 001 47", "", ""),
        ("email", " lea.legall@EXEMPLE.fr ", "", ""),
        ("phone", "+33 6 39 98 00 01", "", ""),
        ("name", "LE-GALL", "lea", "05/03/2004"),
        ("name", "KERBRAT", "lea", "05/03/2004"),
    ],
)
async def test_search_with_the_value_typed_otherwise_finds_the_person(
    conn: asyncpg.Connection, held: Keys, by: str, value: str, first: str, born: str
) -> None:
    person = await created(conn, held)
    index = blind.searched(held, by, value, today=date(2026, 11, 22), first_names=first, born=born)
    assert isinstance(index, UUID)
    assert await people.holding(conn, by, index) == [person]


async def test_database_copy_without_key_holds_no_value(conn: asyncpg.Connection, held: Keys) -> None:
    await created(conn, held)
    dump = str([dict(row) for row in await conn.fetch("SELECT * FROM guard.person")]).lower()
    for token in ("gall", "brest", "kerbrat", "exemple", "998000", "2040329", "cuisine", "2004-03"):
        assert token not in dump
        assert token.encode().hex() not in dump


async def test_birth_name_that_is_the_usual_name_is_indexed_once_and_an_update_indexes_another(
    conn: asyncpg.Connection, held: Keys
) -> None:
    person = await created(conn, held)
    same = records.Identity(last_name="Le Gall", birth_name="LE GALL", first_names="Léa", birth_date="2004-03-05")
    for identity, indexed in ((same, False), (LEA["identity"], True), (None, False)):
        async with conn.transaction():
            await people.update(conn, held, person, {"identity": identity}, entry=Entry(AT, "updated", person=person))
        row = await conn.fetchrow("SELECT blind_name, blind_birth_name FROM guard.person")
        assert [value is not None for value in row] == [identity is not None, indexed]


async def test_update_of_a_group_changes_its_index_and_leaves_the_others(
    conn: asyncpg.Connection, held: Keys
) -> None:
    person = await created(conn, held)
    before = await conn.fetchrow("SELECT * FROM guard.person WHERE id = $1", person)
    async with conn.transaction():
        change = {"contact": records.Contact(email="autre@exemple.fr"), "nir": None}
        version = await people.update(
            conn, held, person, change, entry=Entry(AT, "updated", person=person), expected_version=1
        )
    after = await conn.fetchrow("SELECT * FROM guard.person WHERE id = $1", person)
    assert before is not None
    assert after is not None
    assert version == after["version"] == 2
    assert after["blind_email"] not in (None, before["blind_email"])
    assert after["nir"] is after["blind_nir"] is after["blind_phone"] is None
    for same in ("identity", "blind_name", "followup", "wrapped_key"):
        assert after[same] == before[same]


async def test_update_from_an_older_version_is_a_conflict(conn: asyncpg.Connection, held: Keys) -> None:
    person = await created(conn, held)
    async with conn.transaction():
        entry = Entry(AT, "updated", person=person)
        answer = await people.update(conn, held, person, {"nir": None}, entry=entry, expected_version=7)
    assert answer == people.Conflict(1)


async def test_i13_erased_person_leaves_no_key_no_index_no_text(conn: asyncpg.Connection, held: Keys) -> None:
    person, other = await created(conn, held), await created(conn, held)
    for one in (person, other):
        await conn.execute(
            "INSERT INTO guard.relation (person, organisation, kind, since_at, version, mac)"
            " VALUES ($1, $2, 'followed', $3, 1, '')",
            one, uuid4(), AT,
        )  # fmt: skip
        await conn.execute("INSERT INTO guard.reach VALUES ($1, $2, 1, '{}', 0, 1, '')", uuid4(), one)
        await conn.execute("INSERT INTO guard.free_text VALUES ($1, $2, $3, '', $4)", uuid4(), uuid4(), one, AT)
        await conn.execute("INSERT INTO guard.merge_kept VALUES ($1, $2, '')", uuid4(), one)
        await conn.execute(
            "INSERT INTO guard.person_session"
            " (id, application, person, created_at, expires_at, seen_at, version, mac)"
            " VALUES ($1, 'cases', $2, $3, $3, $3, 1, '')",
            uuid4(), one, AT,
        )  # fmt: skip
        bound = {"id": uuid4(), "person": one, "subject_index": uuid4(), "bound_at": AT, "version": 1}
        await stamped.insert(conn, held, "person_binding", bound)
        invited = {
            "id": uuid4(), "person": one, "organisation": uuid4(), "account": uuid4(), "locator": str(one)[:4],
            "code_hash": b"", "failures": 0, "issued_at": AT, "expires_at": AT, "ended_at": None, "session": None,
            "version": 1,
        }  # fmt: skip
        await stamped.insert(conn, held, "invitation", invited)
        shown = {
            "id": uuid4(), "person": one, "organisation": uuid4(), "code_hash": one.encode(), "made_at": AT,
            "expires_at": AT, "ended_at": None, "ending": None, "version": 1,
        }  # fmt: skip
        await stamped.insert(conn, held, "presence_code", shown)
        await conn.execute(
            "INSERT INTO guard.report (id, person, entry, consulted_at, standing, reported_at, version, mac)"
            " VALUES ($1, $2, 1, $3, 'received', $3, 1, '')",
            uuid4(), one, AT,
        )  # fmt: skip
        letter = {"id": uuid4(), "notice": uuid4(), "person": one, "made_at": AT, "due_at": AT}
        await stamped.insert(conn, held, "letter", letter)
        await conn.execute(
            "INSERT INTO guard.attachment VALUES ($1, $2, 'cv', 'application/pdf', 1, false, $3, $1, 1, '')",
            uuid4(), one, AT,
        )  # fmt: skip
        hold = {
            "id": uuid4(), "person": one, "organisation": uuid4(), "reason": "minor", "held_by": uuid4(),
            "held_at": AT, "until_at": AT, "ended_at": None, "version": 1,
        }  # fmt: skip
        await stamped.insert(conn, held, "erasure_hold", hold)
        places = [uuid4(), uuid4()]
        await conn.executemany(
            "INSERT INTO guard.organisation VALUES ($1, $2, 'X', 'youth-office', NULL, true, $3, 0, 1, '')",
            [(place, str(place), AT) for place in places],
        )
        transfer = {
            "id": uuid4(), "person": one, "giving": places[0], "receiving": places[1], "organisation": places[0],
            "reason": "moved", "asked_by": uuid4(), "asked_at": AT, "expires_at": AT, "status": "asked",
            "answer": None, "decided_by": None, "decided_at": None, "version": 1,
        }  # fmt: skip
        await stamped.insert(conn, held, "transfer", transfer)
        asked = {
            "id": uuid4(), "person": one, "organisation": places[0], "article": "rectification", "received_at": AT,
            "state": "in-progress", "extended": None, "reason": None, "registered_by": uuid4(), "registered_at": AT,
            "moved_by": None, "moved_at": None, "version": 1,
        }  # fmt: skip
        await stamped.insert(conn, held, "person_request", asked)
        correction = {
            "id": uuid4(), "person": one, "request": asked["id"], "organisation": places[0], "groups": 1,
            "corrected_by": uuid4(), "corrected_at": AT, "sealed": b"x", "version": 1,
        }  # fmt: skip
        await stamped.insert(conn, held, "correction", correction)
        for words in ("person_request_text", "person_request_answer"):
            await conn.execute(f"INSERT INTO guard.{words} VALUES ($1, $2, 'x', $3)", asked["id"], one, AT)
        restriction = {
            "id": uuid4(), "person": one, "organisation": places[0], "ground": "accuracy", "request": None,
            "since_at": AT, "decided_by": uuid4(), "told_at": AT, "lifted_at": AT, "lifted_by": uuid4(), "version": 1,
        }  # fmt: skip
        await stamped.insert(conn, held, "restriction", restriction)
    async with conn.transaction():
        await people.erase(conn, held, person, entry=Entry(AT, "erased", person=person))
    for table, column in (("person", "id"), *((table, "person") for table in people.OF_PEOPLE)):
        left = [row[0] for row in await conn.fetch(f"SELECT {column} FROM guard.{table}")]
        assert [str(one) for one in left] == [other]
    assert await people.read(conn, held, person, 1) == people.Absent()
    assert str(await conn.fetchval("SELECT person FROM guard.erased")) == person
    facts = await conn.fetch(
        "SELECT detail FROM guard.journal WHERE kind = 'fact' AND explanation = 'person_binding'"
    )
    assert sum('"mac":"gone"' in row["detail"] for row in facts) == 1


async def test_rotation_rewraps_without_touching_ciphertexts_and_can_stop_anywhere(
    conn: asyncpg.Connection, held: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    await key_check.establish(conn, held)
    ids = [await created(conn, held) for _ in range(5)]
    before = await conn.fetch("SELECT id, identity, nir FROM guard.person ORDER BY id")
    assert held.path is not None
    rotated = keys.add_epoch(held.path)
    assert await rotation._rewrap_batch(conn, rotated, "person") == 2  # then stopped
    assert await rotation.remaining(conn, rotated.epoch) == 3
    for person in ids:  # a guard that has not restarted serves old and new
        assert not isinstance(await people.read(conn, held, person, 1), people.Absent)
    assert await rotation.rewrap(conn, rotated) == 3
    assert await rotation.remaining(conn, rotated.epoch) == 0
    assert await conn.fetch("SELECT id, identity, nir FROM guard.person ORDER BY id") == before
    assert await rotation.unused_epochs(conn, rotated) == {1}
    last = keys.drop_epochs(held.path, frozenset({1}))
    for person in ids:
        assert not isinstance(await people.read(conn, last, person, 1), people.Absent)


async def test_guard_with_another_key_file_refuses_the_database(
    conn: asyncpg.Connection, held: Keys, tmp_path: Path
) -> None:
    with pytest.raises(KeysRefused, match="beffroi init"):
        await key_check.verify(conn, held)
    await key_check.establish(conn, held)
    await key_check.verify(conn, held)
    with pytest.raises(KeysRefused, match="not the one"):
        await key_check.verify(conn, keys.generate(tmp_path / "other" / "guard.key"))


async def test_database_with_people_but_no_proof_is_refused(conn: asyncpg.Connection, held: Keys) -> None:
    await created(conn, held)
    with pytest.raises(KeysRefused, match="no proof"):
        await key_check.establish(conn, held)


def test_record_shown_in_a_traceback_is_redacted() -> None:
    assert "Gall" not in repr(LEA) + str(LEA["identity"]) + f"{LEA['contact']}"


def test_opened_groups_are_json_ready_to_send(held: Keys) -> None:
    owner, key = uuid4().bytes, sealing.new_key()
    blob = sealing.seal(key, owner, "identity", records.encode(LEA["identity"]))
    opened = sealing.open_groups(held, owner, held.wrap(key, owner), held.epoch, [("identity", blob)])
    assert msgspec.json.decode(msgspec.json.encode(opened))["identity"]["last_name"] == "Le Gall"


NAMING = """
SELECT table_name FROM information_schema.columns c JOIN pg_class t ON t.oid = ('guard.' || c.table_name)::regclass
WHERE table_schema = 'guard' AND column_name = 'person' AND NOT t.relispartition
"""
"""Every table of the guard that speaks of a person in a column of that name."""
STAYING = frozenset({"journal", "erased", "erasure_line", "person_alias", "person_request"})
"""Where the random id of somebody erased stays, on purpose: what happened, that it was erased, the list that asked
for it until it ends, which ids were theirs, and that they asked."""


async def test_i13_every_table_that_names_a_person_forgets_them_or_says_why_not(conn: asyncpg.Connection) -> None:
    named = {row[0] for row in await conn.fetch(NAMING)}
    assert named - set(people.OF_PEOPLE) == STAYING
    assert set(people.OF_PEOPLE) <= named
