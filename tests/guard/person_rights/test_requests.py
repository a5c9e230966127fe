"""What people ask of an organisation about their data: registered, worked on in order, and closed in time."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from beffroi.core.ids import PersonId
from beffroi.core.person_rights import months_after
from tests.guard.doors.conftest import pretty
from tests.guard.person_rights.conftest import Register, code


async def test_adviser_and_receptionist_have_no_register_and_the_correspondent_has(register: Register) -> None:
    request = await register.one()
    world, office = register.desk.guard.world, register.desk.ana.organisation
    for agent in (register.desk.ana, await world.agent(office, role="receptionist")):
        tries: list[tuple[str, Any]] = [
            ("register", {"person": register.person, "article": "access", "received_on": await register.desk.day(0)}),
            ("list", {}), ("move", {"request": request, "to": "identified"}),
            ("extend", {"request": request, "reason": "complex"}),
        ]  # fmt: skip
        for verb, body in tries:
            assert code(await register.ask(agent, verb, **body)) == "purpose-not-allowed", verb
    assert (await register.ask(register.nora, "list")).json()["waiting"] == 1


async def test_correspondent_of_another_office_meets_requests_and_people_as_ones_that_do_not_exist(
    register: Register,
) -> None:
    request, nobody = await register.one(), str(uuid4())
    theirs, unknown = [await register.registered(register.sami, person=one) for one in (register.person, nobody)]
    assert theirs.status_code == 404
    assert theirs.content == unknown.content
    for verb, more in (("move", {"to": "identified"}), ("extend", {"reason": "complex"})):
        theirs, unknown = [await register.ask(register.sami, verb, request=one, **more) for one in (request, nobody)]
        assert theirs.status_code == 404
        assert theirs.content == unknown.content
    assert (await register.ask(register.sami, "list")).json() == {
        "waiting": 0,
        "late": 0,
        "rows": [],
        "corrected": [],
    }


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("register", {"article": "marriage"}), ("register", {"person": "one"}), ("register", {"received_on": "x"}),
        ("register", {"purpose": "person-rights"}), ("move", {"to": "received"}), ("move", {"to": "lost"}),
        ("move", {"reason": "x" * 60}), ("extend", {"reason": ""}), ("list", {"page": 1}),
    ],
)  # fmt: skip
async def test_malformed_or_oversized_body_is_refused(register: Register, verb: str, body: dict[str, Any]) -> None:
    whole: dict[str, dict[str, Any]] = {
        "register": {"person": register.person, "article": "access", "received_on": "2026-11-01"},
        "move": {"request": str(uuid4()), "to": "identified"},
        "extend": {"request": str(uuid4()), "reason": "complex"}, "list": {},
    }  # fmt: skip
    assert code(await register.ask(register.nora, verb, **{**whole[verb], **body})) == "malformed"


async def test_request_is_taken_through_its_states_in_order_and_closed_once(register: Register) -> None:
    made = await register.registered()
    assert made.status_code == 201, pretty(made)
    today = date.fromisoformat(await register.desk.day(0))
    assert made.json()["due_on"] == str(months_after(today, 1))
    request = made.json()["request"]
    for to in ("in-progress", "answered"):
        assert code(await register.ask(register.nora, "move", request=request, to=to)) == "person-request-state"
    for to in ("identified", "in-progress", "answered"):
        moved = await register.ask(register.nora, "move", request=request, to=to)
        assert moved.json()["state"] == to, pretty(moved)
    again = await register.ask(register.nora, "move", request=request, to="refused", reason="unfounded")
    assert code(again) == "person-request-state"
    [row] = (await register.ask(register.nora, "list")).json()["rows"]
    assert (row["state"], row["moves"], row["late"], row["person"]) == ("answered", [], False, register.person)
    guard = register.desk.guard
    [entry] = await guard.entries("person-request-registered")
    moves = await guard.entries("person-request-moved")
    assert [one["explanation"] for one in moves] == ["identified", "in-progress", "answered"]
    assert {str(one["person"]) for one in (entry, *moves)} == {register.person}
    assert {str(one["account"]) for one in (entry, *moves)} == {register.nora.account}


async def test_refusal_takes_a_reason_of_the_list_and_nothing_else_does(register: Register) -> None:
    request = await register.one(article="erasure")
    for to, reason in (("refused", None), ("refused", "no-time"), ("identified", "unfounded")):
        answer = await register.ask(register.nora, "move", request=request, to=to, reason=reason)
        assert code(answer) == "person-request-reason"
    done = await register.ask(register.nora, "move", request=request, to="refused", reason="identity-not-proven")
    assert done.status_code == 200
    assert (await register.ask(register.nora, "list")).json()["rows"][0]["reason"] == "identity-not-proven"


async def test_delay_is_extended_once_and_a_late_request_is_shown_as_late(register: Register) -> None:
    old = str(date.fromisoformat(await register.desk.day(0)) - timedelta(days=40))
    late, fresh = await register.one(received_on=old), await register.one(article="rectification")
    told = (await register.ask(register.nora, "list")).json()
    assert (told["waiting"], told["late"]) == (2, 1)
    assert [(row["request"], row["late"], row["extendable"]) for row in told["rows"]] == [
        (late, True, False), (fresh, False, True),
    ]  # fmt: skip
    assert (
        code(await register.ask(register.nora, "extend", request=late, reason="complex")) == "person-request-extended"
    )
    assert code(await register.ask(register.nora, "extend", request=fresh, reason="tired")) == "person-request-reason"
    longer = await register.ask(register.nora, "extend", request=fresh, reason="complex")
    assert longer.json()["due_on"] == str(months_after(date.fromisoformat(await register.desk.day(0)), 3))
    again = await register.ask(register.nora, "extend", request=fresh, reason="complex")
    assert code(again) == "person-request-extended"


async def test_same_request_twice_at_once_is_registered_once(register: Register) -> None:
    today = await register.desk.day(0)
    answers = await asyncio.gather(*(register.registered(received_on=today) for _ in range(3)))
    assert sorted(one.status_code for one in answers) == [201, 409, 409]
    assert {code(one) for one in answers if one.status_code == 409} == {"person-request-exists"}
    assert (await register.registered(article="portability")).status_code == 201
    tomorrow = await register.registered(article="erasure", received_on=await register.desk.day(1))
    assert code(tomorrow) == "person-request-date"
    request = (await register.ask(register.nora, "list")).json()["rows"][0]["request"]
    moves = [register.ask(register.nora, "move", request=request, to="identified") for _ in range(3)]
    assert sorted(one.status_code for one in await asyncio.gather(*moves)) == [200, 409, 409]


async def test_person_found_but_not_followed_here_asks_the_office_that_follows_them(register: Register) -> None:
    desk = register.desk
    found = await desk.guard.post(
        register.sami, "/v1/find",
        {"purpose": "person-rights", "by": "email", "value": f"{register.person[:8]}@example.org"},
    )  # fmt: skip
    assert [one["person"] for one in found.json()["matches"]] == [register.person], pretty(found)
    assert code(await register.registered(register.sami)) == "not-followed"
    assert (await register.registered(register.nora)).status_code == 201


async def test_i16_request_whose_row_was_changed_behind_the_guard_is_not_worked_on(register: Register) -> None:
    request = await register.one()
    conn = register.desk.guard.world.conn
    await conn.execute("UPDATE guard.person_request SET state = 'in-progress' WHERE id = $1", request)
    assert code(await register.ask(register.nora, "move", request=request, to="answered")) == "integrity"
    assert (await register.ask(register.nora, "list")).json()["rows"] == []


async def test_person_of_nobody_is_asked_for_in_the_same_words_whatever_the_article(register: Register) -> None:
    nobody = PersonId(str(uuid4()))
    told = {(await register.registered(person=nobody, article=one)).content for one in ("access", "erasure")}
    assert len(told) == 1
