"""Documents of one's own file: one's own alone, after a proven identity, journaled before a byte leaves."""

import asyncio
from base64 import b64decode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from beffroi.core.attachment_kinds import AttachmentKind
from beffroi.core.fields import Group
from beffroi.core.ids import AccountId, PersonId
from beffroi.core.personal import MOST_ATTACHMENTS
from beffroi.guard.attachments import keeping
from beffroi.guard.attachments.keeping import Kept
from beffroi.guard.journal import Entry
from beffroi.guard.personal import own_attachments
from beffroi.guard.vault import people
from tests.databases import FreshDatabase
from tests.guard.personal.space import END, Space, joined, other
from tests.standards.documents.samples import pdf

LIST, OPEN = "/v1/person/attachments/list", "/v1/person/attachments/open"
GROUP = int(Group.ATTACHMENTS)


@pytest.fixture(autouse=True)
def _no_document(served: Space) -> Iterator[None]:
    yield
    served.guard.execute("DELETE FROM guard.attachment")


def code(answer: httpx.Response) -> str:
    return str(answer.json()["code"])


def readings(served: Space) -> list[dict[str, Any]]:
    return served.guard.journal("own-file-read")


def rewritten(served: Space, database: FreshDatabase, sql: str, *values: object) -> None:
    """What somebody who administers the database could do: the guard's own role may not update."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        served.guard.execute(sql, *values)

    async def write() -> None:
        owner = await asyncpg.connect(database.owner)
        try:
            await owner.execute(sql, *values)
        finally:
            await owner.close()

    asyncio.run(write())


# Whose


def test_document_of_somebody_else_is_answered_as_one_that_does_not_exist(served: Space) -> None:
    stranger = served.file(last_name="Voisine", first_names="Lea", birth_date="2003-03-03")
    own, theirs = joined(served, served.ines), joined(served, stranger)
    handle, before = served.signed_in(), len(readings(served))
    refused = served.ask(handle, OPEN, id=theirs)
    assert refused.content == served.ask(handle, OPEN, id=str(uuid4())).content
    assert (refused.status_code, code(refused)) == (404, "attachment-unknown")
    assert len(readings(served)) == before
    assert [row["id"] for row in served.ask(handle, LIST).json()["rows"]] == [own]
    assert served.ask(handle, OPEN, id=own).status_code == 200


def test_session_that_ended_or_of_an_agent_gets_nothing_and_a_live_one_does(served: Space) -> None:
    own, handle = joined(served, served.ines), served.signed_in()
    assert served.ask(handle, OPEN, id=own).status_code == 200
    assert served.ask(handle, END).status_code == 200
    before = len(readings(served))
    for ended in (handle, "x" * 43):
        assert served.ask(ended, LIST).status_code == 401
        assert served.ask(ended, OPEN, id=own).status_code == 401
    assert len(readings(served)) == before


def test_person_who_was_erased_in_the_meantime_has_nothing_left(served: Space) -> None:
    served.know(other("effacee", family_name="EFFACEE", birthdate="2001-01-01"))
    gone = served.file(last_name="Effacee", first_names="Inès", birth_date="2001-01-01")
    id_, handle = joined(served, gone), served.signed_in("effacee")
    assert served.ask(handle, OPEN, id=id_).status_code == 200

    async def erase() -> None:
        conn, now = served.guard.world.conn, await served.guard.world.now()
        async with conn.transaction():
            await people.erase(conn, served.guard.world.keys, PersonId(gone), entry=Entry(now, "erased", gone))

    served.guard.run(erase())
    assert served.ask(handle, LIST).status_code == 401
    assert served.ask(handle, OPEN, id=id_).status_code == 401


@pytest.mark.parametrize("body", [{}, {"id": "cv.pdf"}, {"id": "../../etc"}, {"id": None}, {"id": "0" * 5_000}])
def test_malformed_id_is_refused_and_quotes_nothing(served: Space, body: dict[str, Any]) -> None:
    refused = served.ask(served.signed_in(), OPEN, **body)
    assert (refused.status_code, code(refused)) == (400, "malformed")
    assert "cv.pdf" not in refused.text


def test_body_that_names_a_person_is_refused(served: Space) -> None:
    handle, own = served.signed_in(), joined(served, served.ines)
    assert served.ask(handle, LIST, person=served.ines).status_code == 400
    assert served.ask(handle, OPEN, id=own, person=served.ines).status_code == 400


# What is read


def test_person_lists_and_opens_the_own_documents_each_journaled_and_charged_to_nobody(served: Space) -> None:
    guard = served.guard
    own = joined(served, served.ines, "identity-document")
    author = str(guard.one("SELECT added_by FROM guard.attachment WHERE id = $1", own))
    handle, spent = served.signed_in(), guard.one("SELECT count(*) FROM guard.budget")
    listed = served.ask(handle, LIST)
    assert listed.status_code == 200, listed.text
    [row] = listed.json()["rows"]
    assert row | {"added_at": ""} == {
        "id": own, "kind": "identity-document", "media": "application/pdf", "size": len(pdf()), "scanned": False,
        "added_at": "", "organisation_name": "North",
    }  # fmt: skip
    opened = served.ask(handle, OPEN, id=own)
    assert b64decode(opened.json()["content"]) == pdf()
    assert author not in listed.text + opened.text
    seen, taken = readings(served)[-2:]
    assert (seen["entry"], taken["entry"]) == (listed.json()["entry"], opened.json()["entry"])
    assert {(str(one["person"]), one["groups"], one["account"]) for one in (seen, taken)} == {
        (served.ines, GROUP, None)
    }
    assert seen["detail"] == '{"attachments":"listed"}'
    assert taken["detail"] == f'{{"attachment":"{own}","kind":"identity-document"}}'
    assert guard.one("SELECT count(*) FROM guard.budget") == spent
    told = {one["entry"] for one in served.ask(handle).json()["rows"]}
    assert not told & {seen["entry"], taken["entry"]}, "one's own reading is nobody's consultation"


def test_person_whose_file_is_restricted_reads_the_own_documents(served: Space) -> None:
    own, guard = joined(served, served.ines), served.guard
    guard.run(guard.world.relation(PersonId(served.ines), guard.organisation, kind="restricted"))
    try:
        assert served.ask(served.signed_in(), OPEN, id=own).status_code == 200
    finally:
        guard.execute("DELETE FROM guard.relation WHERE kind = 'restricted'")


def test_documents_of_a_file_that_became_one_with_another_are_there_until_they_part(served: Space) -> None:
    guard, gone = served.guard, served.file()
    own, followed = joined(served, served.ines), joined(served, gone)
    now, alias = guard.run(guard.world.now()), served.merged(gone)
    handle = served.signed_in()
    rows = served.ask(handle, LIST).json()["rows"]
    assert {(row["id"], row["organisation_name"]) for row in rows} == {(own, "North"), (followed, "North")}
    assert served.ask(handle, OPEN, id=followed).status_code == 200
    assert readings(served)[-1]["detail"] == f'{{"attachment":"{followed}","file":"{gone}","kind":"cv"}}'
    assert served.ask(handle, OPEN, id=own).status_code == 200
    assert readings(served)[-1]["detail"] == f'{{"attachment":"{own}","kind":"cv"}}'
    guard.amend("person_alias", alias, ended_at=now, ended_by=str(uuid4()))
    assert [row["id"] for row in served.ask(handle, LIST).json()["rows"]] == [own]
    assert code(served.ask(handle, OPEN, id=followed)) == "attachment-unknown"


def test_document_of_which_the_journal_says_nothing_any_more_has_no_organisation(served: Space) -> None:
    own = joined(served, served.ines)
    served.guard.execute("DELETE FROM guard.attachment WHERE id = $1", own)

    async def without_entry() -> None:
        conn, now = served.guard.world.conn, await served.guard.world.now()
        kept = Kept(own, PersonId(served.ines), AttachmentKind.CV, "application/pdf", True, pdf())
        await keeping.add(conn, served.guard.world.keys, kept, 200, AccountId(str(uuid4())), now)

    served.guard.run(without_entry())
    [row] = served.ask(served.signed_in(), LIST).json()["rows"]
    assert (row["organisation_name"], row["scanned"]) == (None, True)


# Meanwhile


def test_document_removed_between_list_and_download_is_there_no_longer(served: Space) -> None:
    own, handle = joined(served, served.ines), served.signed_in()
    assert [row["id"] for row in served.ask(handle, LIST).json()["rows"]] == [own]
    served.guard.execute("DELETE FROM guard.attachment WHERE id = $1", own)
    before = len(readings(served))
    assert code(served.ask(handle, OPEN, id=own)) == "attachment-unknown"
    assert len(readings(served)) == before


def test_document_removed_once_its_reading_is_journaled_is_there_no_longer_and_the_entry_stays(
    served: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, handle = joined(served, served.ines), served.signed_in()
    before, whole = len(readings(served)), own_attachments.append

    async def removed(conn: asyncpg.Connection, entries: Any) -> list[int]:
        """Whoever holds the turn has read no content yet: it is read once the turn is given back."""
        await served.guard.world.conn.execute("DELETE FROM guard.attachment WHERE id = $1", own)
        return await whole(conn, entries)

    monkeypatch.setattr(own_attachments, "append", removed)
    refused = served.ask(handle, OPEN, id=own)
    assert (refused.status_code, code(refused)) == (404, "attachment-unknown")
    assert [one["detail"] for one in readings(served)[before:]] == [f'{{"attachment":"{own}","kind":"cv"}}']


def test_two_downloads_at_once_are_two_readings(served: Space) -> None:
    own, handle = joined(served, served.ines), served.signed_in()
    before = len(readings(served))
    with ThreadPoolExecutor(2) as crowd:
        answers = list(crowd.map(lambda _: served.ask(handle, OPEN, id=own), range(2)))
    assert [one.status_code for one in answers] == [200, 200]
    entries = {one.json()["entry"] for one in answers}
    assert {one["entry"] for one in readings(served)[before:]} == entries
    assert len(entries) == 2


def test_downloads_of_one_person_are_limited_and_another_s_are_not(served: Space) -> None:
    served.know(other("voisin", family_name="VOISIN", birthdate="2002-02-02"))
    theirs = joined(served, served.file(last_name="Voisin", first_names="Inès", birth_date="2002-02-02"))
    own, handle = joined(served, served.ines), served.signed_in()
    answers = [served.ask(handle, OPEN, id=own) for _ in range(MOST_ATTACHMENTS + 1)]
    assert {one.status_code for one in answers[:-1]} == {200}
    assert code(answers[-1]) == "too-many-questions"
    assert code(served.ask(handle, LIST)) == "too-many-questions"
    assert served.ask(served.signed_in("voisin"), OPEN, id=theirs).status_code == 200


def test_i01_entry_of_a_download_is_durable_before_the_document_is_deciphered(
    served: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, handle = joined(served, served.ines), served.signed_in()
    whole, seen = keeping.opened, []

    async def looked(*asked: Any) -> Any:
        told = await asyncio.to_thread(readings, served)  # another connection than the answer's own
        seen.append(told[-1]["detail"])
        return await whole(*asked)

    monkeypatch.setattr(keeping, "opened", looked)
    assert served.ask(handle, OPEN, id=own).status_code == 200
    assert seen == [f'{{"attachment":"{own}","kind":"cv"}}']


def test_i01_database_lost_while_a_document_is_read_leaves_neither_byte_nor_entry(
    served: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, handle = joined(served, served.ines), served.signed_in()
    before, whole = len(readings(served)), own_attachments.append

    async def cut(conn: asyncpg.Connection, entries: Any) -> list[int]:
        numbers = await whole(conn, entries)
        pid = await conn.fetchval("SELECT pg_backend_pid()")
        await served.guard.world.conn.execute("SELECT pg_terminate_backend($1)", pid)
        return numbers

    monkeypatch.setattr(own_attachments, "append", cut)
    refused = served.ask(handle, OPEN, id=own)
    assert refused.status_code >= 500
    assert "content" not in refused.json()
    assert len(readings(served)) == before


@pytest.mark.parametrize(("column", "value"), [("kind", "other"), ("scanned", True), ("content", b"rewritten")])
def test_i16_document_whose_row_was_rewritten_is_not_given_and_security_is_told(
    served: Space, fresh_for_module: FreshDatabase, column: str, value: object
) -> None:
    own, whole, handle = joined(served, served.ines), joined(served, served.ines), served.signed_in()
    rewritten(served, fresh_for_module, f"UPDATE guard.attachment SET {column} = $1 WHERE id = $2", value, own)
    alerts = len(served.guard.journal("integrity"))
    refused = served.ask(handle, OPEN, id=own)
    assert (refused.status_code, code(refused)) == (409, "attachment-altered")
    assert "content" not in refused.json()
    assert len(served.guard.journal("integrity")) == alerts + 1
    assert served.ask(handle, OPEN, id=whole).status_code == 200, "the session goes on, and the other documents"


def test_i10_document_moved_to_another_person_is_not_given_to_that_person(
    served: Space, fresh_for_module: FreshDatabase
) -> None:
    stranger = served.file(last_name="Voisine", first_names="Lea", birth_date="2003-03-03")
    theirs = joined(served, stranger)
    rewritten(served, fresh_for_module, "UPDATE guard.attachment SET person = $1 WHERE id = $2", served.ines, theirs)
    assert code(served.ask(served.signed_in(), OPEN, id=theirs)) == "attachment-altered"
