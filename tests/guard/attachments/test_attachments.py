"""/v1/attachments: each denial differs by one thing from the allow beside it; whole or nothing, whatever races."""

import asyncio
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from beffroi.core.fields import Group
from beffroi.core.ids import PersonId
from beffroi.guard.attachments import doors, keeping
from beffroi.guard.keys import Keys
from beffroi.guard.settings import Mode, Scanner
from beffroi.guard.web.routing import BODY_LIMIT
from tests.guard.attachments.conftest import Desk, content_of
from tests.guard.attachments.scanner import EICAR, Daemon, listening_on_a_port
from tests.standards.documents.samples import exif, jpeg, pdf, png

GROUP = int(Group.ATTACHMENTS)


def code(answer: Any) -> str:
    return str(answer.json()["code"])


# Who may


async def test_adviser_adds_lists_opens_and_removes_an_attachment_each_journaled(desk: Desk) -> None:
    id = await desk.added()
    [added] = await desk.guard.entries("attachment-added")
    assert (str(added["person"]), added["groups"]) == (desk.person, GROUP)
    listed = await desk.post(desk.ana, "list")
    [row] = listed.json()["rows"]
    assert (row["id"], row["kind"], row["media"], row["size"]) == (id, "cv", "application/pdf", len(pdf()))
    assert row["scanned"] is False
    assert content_of(await desk.open(id)) == pdf()
    seen, opened = await desk.guard.entries("released")
    assert (seen["groups"], opened["groups"]) == (GROUP, GROUP)
    assert seen["detail"] == '{"attachments":"listed"}'
    assert opened["detail"] == f'{{"attachment":"{id}","kind":"cv"}}'
    assert (await desk.post(desk.ana, "remove", id=id)).status_code == 200
    [removed] = await desk.guard.entries("attachment-removed")
    assert str(removed["account"]) == desk.ana.account
    assert code(await desk.open(id)) == "attachment-unknown"
    assert code(await desk.post(desk.ana, "remove", id=id)) == "attachment-unknown"


async def test_adviser_of_another_office_is_answered_as_for_nobody(desk: Desk) -> None:
    id = await desk.added()
    bea = await desk.guard.world.agent(desk.guard.world.offices["South"])
    nobody = PersonId(str(uuid4()))
    for door, more in (("list", {}), ("open", {"id": id}), ("remove", {"id": id})):
        refused = await desk.post(bea, door, **more)
        assert refused.content == (await desk.post(bea, door, **{**more, "person": nobody})).content
        assert refused.status_code == 404
    refused = await desk.add(agent=bea)
    assert refused.content == (await desk.add(agent=bea, person=nobody)).content
    assert len(await desk.rows()) == 1
    assert await desk.guard.entries("released") == []


async def test_receptionist_and_another_purpose_get_none(desk: Desk) -> None:
    id = await desk.added()
    rui = await desk.guard.world.agent(desk.ana.organisation, "receptionist")
    assert code(await desk.open(id, rui, purpose="reception")) == "fields-not-allowed"
    assert code(await desk.add(agent=rui, purpose="reception")) == "action-not-allowed"
    assert code(await desk.open(id, purpose="prescription")) == "fields-not-allowed"
    assert (await desk.open(id)).status_code == 200


async def test_adviser_names_an_attachment_of_somebody_else_is_told_there_is_none(desk: Desk) -> None:
    id = await desk.added()
    other = await desk.guard.world.person(desk.ana.organisation, referent=desk.ana, last_name="Garnier")
    refused = await desk.open(id, person=other)
    assert refused.content == (await desk.open(str(uuid4()), person=other)).content
    assert code(refused) == "attachment-unknown"
    assert code(await desk.post(desk.ana, "remove", id=id, person=other)) == "attachment-unknown"
    assert len(await desk.rows()) == 1
    assert await desk.guard.entries("released") == []
    assert await desk.spent() == 1  # the person whose file was added to, and not the other


async def test_adviser_with_an_old_second_factor_steps_up_for_an_identity_document_and_for_nothing_else(
    desk: Desk,
) -> None:
    identity, cv = await desk.added(kind="identity-document"), await desk.added()
    old = await desk.guard.world.sign_in(
        desk.ana.account, desk.ana.habilitation, desk.ana.organisation, "adviser",
        factor_at=await desk.guard.world.now() - timedelta(minutes=16),
    )  # fmt: skip
    refused = await desk.open(identity, old)
    assert code(refused) == "step-up-required"
    assert refused.json()["step_up"]["max_age"] == 900
    assert code(await desk.add(agent=old, kind="identity-document")) == "step-up-required"
    assert code(await desk.post(old, "remove", id=identity)) == "step-up-required"
    assert (await desk.open(cv, old)).status_code == 200
    assert (await desk.open(identity)).status_code == 200
    bea = await desk.guard.world.agent(desk.guard.world.offices["South"])
    assert code(await desk.open(identity, bea)) == "person-unknown"


async def test_adviser_found_by_a_search_breaks_no_glass_to_an_attachment(desk: Desk) -> None:
    id = await desk.added()
    bea = await desk.guard.world.agent(desk.guard.world.offices["South"])
    search = {"purpose": "follow-up", "by": "name", "last_name": "Rousseau", "first_name": "Camille",
              "birth_date": "2005-04-12"}  # fmt: skip
    found = await desk.guard.post(bea, "/v1/find", search)
    assert [one["person"] for one in found.json()["matches"]] == [desk.person]
    assert code(await desk.open(id, bea)) == "not-followed"
    glass = {"reason": "emergency", "text": "Une urgence, dit-elle"}
    assert code(await desk.open(id, bea, break_glass=glass)) == "malformed"
    body = {"person": desk.person, "purpose": "follow-up", "groups": ["attachments"], "break_glass": glass}
    assert code(await desk.guard.post(bea, "/v1/open", body)) == "malformed"


async def test_containment_of_attachments_closes_them_and_leaves_the_rest_of_the_file(desk: Desk) -> None:
    id = await desk.added()
    await desk.guard.world.contain("groups", groups=GROUP)
    assert code(await desk.open(id)) == "fields-not-allowed"
    assert code(await desk.add()) == "fields-not-allowed"
    assert (await desk.guard.open(desk.ana, desk.person, "identity")).status_code == 200


# Budgets


async def test_i15_attachments_of_one_person_count_as_one_opening_of_the_day(desk: Desk) -> None:
    ids = [await desk.added() for _ in range(2)]
    before = await desk.spent()
    for id in ids:
        assert (await desk.open(id)).status_code == 200
    assert await desk.spent() == before == 1


async def test_adviser_past_the_budget_opens_no_attachment_of_another_person(desk: Desk) -> None:
    caps = desk.guard.services.policy.buckets
    other = await desk.guard.world.person(desk.ana.organisation, referent=desk.ana, last_name="Garnier")
    id = str((await desk.add(person=other)).json()["id"])
    spent = {bucket: one._replace(hour=1, day=1, week=1, month=1) for bucket, one in caps.items()}
    desk.guard.services.policy = replace(desk.guard.services.policy, buckets=spent)
    assert (await desk.open(id, person=other)).status_code == 200
    assert code(await desk.post(desk.ana, "list")) == "budget-account"


# What is kept


async def test_picture_is_kept_without_its_position(desk: Desk) -> None:
    id = await desk.added(jpeg(exif(6)), "identity-document")
    kept = content_of(await desk.open(id))
    assert b"48.8566N" not in kept
    assert kept.startswith(b"\xff\xd8\xff")
    assert (await desk.rows())[0]["size"] == len(kept)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "attachment-empty"),
        (b"MZ\x90\x00 a program", "attachment-type"),
        (b"PK\x03\x04" + bytes(30), "attachment-type"),
        (pdf(b"/OpenAction<</S/JavaScript>>"), "attachment-damaged"),
        (png(width=60_000, height=60_000), "attachment-damaged"),
        (png()[:-3], "attachment-damaged"),
    ],
)
async def test_content_that_is_no_document_is_not_kept(desk: Desk, content: bytes, expected: str) -> None:
    assert code(await desk.add(content)) == expected
    assert await desk.rows() == []
    assert await desk.guard.entries("attachment-added") == []
    assert await desk.spent() == 0


async def test_content_past_the_policy_is_refused_with_the_limit_and_one_at_it_is_kept(desk: Desk) -> None:
    policy = desk.guard.services.policy
    rules = replace(policy.attachments, largest=len(pdf()))
    desk.guard.services.policy = replace(policy, attachments=rules)
    refused = await desk.add(png() + bytes(len(pdf())))
    assert (refused.status_code, code(refused), refused.json()["most"]) == (413, "attachment-too-large", len(pdf()))
    assert (await desk.add()).status_code == 201


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "secret"}, {"id": "cv.pdf"}, {"content": "not base64!"}, {"name": "cv-camille-rousseau.pdf"},
        {"person": "../../etc"}, {"content": None},
    ],
)  # fmt: skip
async def test_malformed_addition_is_refused_and_quotes_nothing(desk: Desk, changes: dict[str, Any]) -> None:
    body = {"id": str(uuid4()), "kind": "cv", "content": b64encode(pdf()).decode(), **changes}
    refused = await desk.post(desk.ana, "add", **body)
    assert (refused.status_code, code(refused)) == (400, "malformed")
    assert "rousseau" not in refused.text


# Whole or nothing


async def test_addition_sent_twice_is_kept_once(desk: Desk) -> None:
    id = str(uuid4())
    first, again = await desk.add(id=id), await desk.add(id=id)
    assert (first.status_code, code(again)) == (201, "attachment-kept")
    assert len(await desk.rows()) == len(await desk.guard.entries("attachment-added")) == 1


async def test_additions_that_race_never_pass_the_limit(desk: Desk) -> None:
    policy = desk.guard.services.policy
    desk.guard.services.policy = replace(policy, attachments=replace(policy.attachments, most=2))
    answers = await asyncio.gather(*[desk.add() for _ in range(6)])
    assert sorted(one.status_code for one in answers) == [201, 201, 409, 409, 409, 409]
    assert {one.json()["most"] for one in answers if one.status_code == 409} == {2}
    assert len(await desk.rows()) == len(await desk.guard.entries("attachment-added")) == 2


async def test_i01_database_lost_while_an_attachment_is_opened_leaves_neither_byte_nor_charge(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    id, spent, whole, cuts = await desk.added(), await desk.spent(), keeping.place, []

    async def cut(conn: asyncpg.Connection, keys: Keys, one: str, person: PersonId) -> Any:
        row = await whole(conn, keys, one, person)
        if conn.is_in_transaction():  # not where its kind is asked for before anything is decided
            cuts.append(await conn.fetchval("SELECT pg_backend_pid()"))
            await desk.guard.world.conn.execute("SELECT pg_terminate_backend($1)", cuts[-1])
        return row

    monkeypatch.setattr(keeping, "place", cut)
    refused = await desk.open(id)
    assert cuts
    assert refused.status_code == 503
    assert code(refused) != "integrity"
    assert "content" not in refused.json()
    assert await desk.guard.entries("released") == []
    assert await desk.spent() == spent


async def test_i01_entry_of_an_opening_is_durable_before_the_content_is_read_and_one_removed_by_then_is_gone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    id, whole = await desk.added(), keeping.opened

    async def removed(*asked: Any) -> Any:
        assert len(await desk.guard.entries("released")) == 1  # on another connection than the door's
        assert await desk.spent() == 1
        await desk.guard.world.conn.execute("DELETE FROM guard.attachment WHERE id = $1", id)
        return await whole(*asked)

    monkeypatch.setattr(keeping, "opened", removed)
    answer = await desk.open(id)
    assert (answer.status_code, code(answer)) == (404, "attachment-unknown")


async def test_database_lost_while_an_attachment_is_added_leaves_neither_row_nor_entry(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = keeping.add

    async def cut(conn: asyncpg.Connection, *more: Any) -> Any:
        done = await whole(conn, *more)
        pid = await conn.fetchval("SELECT pg_backend_pid()")
        await desk.guard.world.conn.execute("SELECT pg_terminate_backend($1)", pid)
        return done

    monkeypatch.setattr(keeping, "add", cut)
    assert (await desk.add()).status_code == 503
    assert await desk.rows() == []
    assert await desk.guard.entries("attachment-added") == []
    assert await desk.spent() == 0


# Sealed


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "other"),
        ("media", "image/png"),
        ("scanned", True),
        ("version", 2),
        ("id", "00000000-0000-4000-8000-0000000000ff"),
    ],
)
async def test_i16_attachment_whose_row_was_rewritten_does_not_open(desk: Desk, column: str, value: object) -> None:
    id = await desk.added()
    await rewritten(desk, f"UPDATE guard.attachment SET {column} = $1", value)
    refused = await desk.open(str(value) if column == "id" else id)
    assert code(refused) == "integrity"


async def test_i10_attachment_moved_to_another_person_does_not_open(desk: Desk) -> None:
    id = await desk.added()
    other = await desk.guard.world.person(desk.ana.organisation, referent=desk.ana, last_name="Garnier")
    await rewritten(desk, "UPDATE guard.attachment SET person = $1", other)
    assert code(await desk.open(id, person=other)) == "integrity"


async def rewritten(desk: Desk, sql: str, value: object) -> None:
    """What somebody who administers the database could do: the guard's own role may not update."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await desk.guard.world.conn.execute(sql, value)
    owner = await asyncpg.connect(desk.owner)
    try:
        await owner.execute(sql, value)
    finally:
        await owner.close()


async def test_i13_erased_person_leaves_no_attachment(desk: Desk) -> None:
    await desk.added()
    officer = await desk.guard.world.agent(desk.ana.organisation, "data-protection-correspondent")
    body = {"person": desk.person, "purpose": "person-rights"}
    assert (await desk.guard.post(officer, "/v1/erase", body)).status_code == 200
    assert await desk.rows() == []


async def test_i09_attachment_is_nowhere_in_clear_nor_named_in_the_journal(desk: Desk) -> None:
    await desk.added(pdf(b"/Title(Camille Rousseau)"))
    [row] = await desk.rows()
    assert b"Camille" not in row["content"]
    assert b"%PDF" not in row["content"]
    for entry in await desk.guard.entries("attachment-added"):
        assert "Camille" not in str(entry)


# The scanner


async def test_what_is_added_is_shown_to_the_scanner_as_it_came_and_said_to_be(desk: Desk, daemon: Daemon) -> None:
    sent = jpeg(exif(6))
    answer = await desk.add(sent)
    assert answer.json()["scanned"] is True
    assert daemon.seen == [sent]
    [row] = (await desk.post(desk.ana, "list")).json()["rows"]
    assert row["scanned"] is True


async def test_scanner_on_a_port_is_shown_what_is_added(desk: Desk) -> None:
    async with listening_on_a_port() as (daemon, port):
        scanner = Scanner(host="127.0.0.1", port=port)
        desk.guard.services.settings = replace(desk.guard.services.settings, scanner=scanner)
        assert (await desk.add()).json()["scanned"] is True
        assert code(await desk.add(png() + EICAR)) == "attachment-infected"
        assert daemon.seen == [pdf(), png() + EICAR]


async def test_infected_content_is_not_kept(desk: Desk, daemon: Daemon) -> None:
    assert code(await desk.add(png() + EICAR)) == "attachment-infected"
    assert await desk.rows() == []
    assert await desk.guard.entries("attachment-added") == []
    assert (await desk.add()).status_code == 201


@pytest.mark.parametrize("answer", [b"", b"stream: OK", b"x ERROR\0", b"stream: maybe\0"])
async def test_scanner_that_does_not_say_ok_lets_nothing_in(desk: Desk, daemon: Daemon, answer: bytes) -> None:
    daemon.answer = answer
    refused = await desk.add()
    assert (refused.status_code, code(refused)) == (503, "attachment-scanner-away")
    assert await desk.rows() == []


async def test_scanner_past_its_own_limit_lets_nothing_in(desk: Desk, daemon: Daemon) -> None:
    daemon.longest = 10
    assert code(await desk.add()) == "attachment-scanner-away"


async def test_scanner_that_says_nothing_is_given_up(desk: Desk, daemon: Daemon) -> None:
    daemon.silent = True
    scanner = desk.guard.services.settings.scanner
    assert scanner is not None
    desk.guard.services.settings = replace(desk.guard.services.settings, scanner=replace(scanner, seconds=0.2))
    assert code(await desk.add()) == "attachment-scanner-away"


async def test_scanner_that_is_down_lets_nothing_in(desk: Desk, daemon: Daemon) -> None:
    scanner = desk.guard.services.settings.scanner
    assert scanner is not None
    assert scanner.socket is not None
    gone = replace(scanner, socket=scanner.socket.with_name("nowhere.ctl"))
    desk.guard.services.settings = replace(desk.guard.services.settings, scanner=gone)
    assert code(await desk.add()) == "attachment-scanner-away"
    assert await desk.rows() == []


async def test_production_without_scanner_takes_no_attachment_and_says_so(desk: Desk) -> None:
    id = await desk.added()
    desk.guard.services.settings = replace(desk.guard.services.settings, mode=Mode.PRODUCTION)
    refused = await desk.add()
    assert (refused.status_code, code(refused)) == (503, "attachment-no-scanner")
    assert (await desk.post(desk.ana, "list")).json()["scanning"] is False
    assert (await desk.open(id)).status_code == 200


# Sizes


async def test_stranger_gets_no_larger_body_than_anywhere(desk: Desk) -> None:
    large = b"x" * (BODY_LIMIT + 1)
    refused = await desk.guard.http.post("/v1/attachments/add", content=large)
    assert (refused.status_code, code(refused)) == (413, "too-large")
    forged = {"authorization": "Bearer forged"}
    refused = await desk.guard.http.post("/v1/attachments/add", content=large, headers=forged)
    assert code(refused) == "too-large"
    known = await desk.guard.http.post("/v1/attachments/add", content=large, headers=desk.guard.headers(desk.ana))
    assert code(known) == "malformed"
    elsewhere = await desk.guard.http.post("/v1/open", content=large, headers=desk.guard.headers(desk.ana))
    assert code(elsewhere) == "too-large"


async def test_body_past_the_limit_is_refused_declared_or_not(desk: Desk) -> None:
    async def unsaid() -> Any:
        for _ in range(doors.BODY_LIMIT // 65_536 + 2):
            yield b"x" * 65_536

    headers = desk.guard.headers(desk.ana)
    said = b"x" * (doors.BODY_LIMIT + 1)
    assert code(await desk.guard.http.post("/v1/attachments/add", content=said, headers=headers)) == "too-large"
    assert code(await desk.guard.http.post("/v1/attachments/add", content=unsaid(), headers=headers)) == "too-large"


async def test_largest_document_is_kept_and_opened_whole(desk: Desk) -> None:
    largest = desk.guard.services.policy.attachments.largest
    content = pdf(b"/X(" + b"a" * (largest - len(pdf(b"/X()")) - 20) + b")")
    assert largest - 64 < len(content) <= largest
    assert content_of(await desk.open(await desk.added(content))) == content
