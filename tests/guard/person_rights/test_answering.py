"""What a correspondent writes to the person with an answer or a refusal: once, sealed, few a day, kept for a time."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from beffroi.core import answering
from beffroi.core.answering import KEPT, LONGEST
from beffroi.guard import upkeep
from beffroi.guard.person_rights.writing import Text, texts_of
from tests.guard.doors.conftest import pretty
from tests.guard.person_rights.conftest import Register, code

TEXT = "Votre adresse est corrigée partout : à Hellemmes, rue des Écoles."
UNSEEN = "\u061c\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069\ufeff"
"""What is not seen, and turns the order of letters round or parts them."""
REFUSED = {"to": "refused", "reason": "unfounded"}


async def worked_on(register: Register, **changes: Any) -> str:
    """A request that may be answered."""
    request = await register.one(**changes)
    for to in ("identified", "in-progress"):
        assert (await register.ask(register.nora, "move", request=request, to=to)).status_code == 200
    return request


async def answer(register: Register, request: str, **changes: Any) -> httpx.Response:
    body = {"request": request, "to": "answered", "text": TEXT, **changes}
    return await register.ask(register.nora, "move", **body)


async def kept(register: Register, request: str) -> dict[str, str]:
    world = register.desk.guard.world
    return await texts_of(world.conn, world.keys, Text.ANSWER, [request])


async def given_earlier(register: Register, request: str, back: timedelta) -> None:
    """The words were kept so long before; the guard's role adds and deletes them, and changes none."""
    conn = register.desk.guard.world.conn
    row = await conn.fetchrow("DELETE FROM guard.person_request_answer WHERE id = $1 RETURNING *", request)
    await conn.execute(
        "INSERT INTO guard.person_request_answer VALUES ($1, $2, $3, $4)",
        row["id"], row["person"], row["sealed"], row["made_at"] - back,
    )  # fmt: skip


async def state(register: Register, request: str) -> str:
    rows = (await register.ask(register.nora, "list")).json()["rows"]
    return next(row["state"] for row in rows if row["request"] == request)


async def test_words_are_sealed_and_in_no_journal_list_or_message(register: Register) -> None:
    conn = register.desk.guard.world.conn
    for article, changes in (("access", {}), ("portability", REFUSED)):
        request = await worked_on(register, article=article)
        told = await answer(register, request, **changes)
        assert told.json().keys() == {"state", "due_on"}, pretty(told)
        assert await kept(register, request) == {request: TEXT}
        row = await conn.fetchrow("SELECT * FROM guard.person_request_answer WHERE id = $1", request)
        assert str(row["person"]) == register.person
        assert b"Hellemmes" not in row["sealed"]
    [*_, last] = await register.desk.guard.entries("person-request-moved")
    assert json.loads(last["detail"]) == {"request": request, "words": True}
    assert "Hellemmes" not in (await register.ask(register.nora, "list")).text
    for table in ("journal", "message", "person_request"):
        rows = await conn.fetch(f"SELECT t::text AS whole FROM guard.{table} t")
        assert not [one for one in rows if "Hellemmes" in one["whole"]], table


async def test_answer_without_words_keeps_none(register: Register) -> None:
    for article, body in (("access", {"text": None}), ("portability", {**REFUSED, "text": None})):
        request = await worked_on(register, article=article)
        assert (await answer(register, request, **body)).status_code == 200
        assert await kept(register, request) == {}
        [*_, last] = await register.desk.guard.entries("person-request-moved")
        assert json.loads(last["detail"]) == {"request": request}


async def test_correspondent_of_another_office_writes_to_nobody_and_that_of_this_one_does(register: Register) -> None:
    request, nobody = await worked_on(register), str(uuid4())
    body = {"to": "answered", "text": TEXT}
    theirs, unknown = [await register.ask(register.sami, "move", request=one, **body) for one in (request, nobody)]
    assert theirs.status_code == 404
    assert theirs.content == unknown.content
    adviser = await register.ask(register.desk.ana, "move", request=request, **body)
    assert code(adviser) == "purpose-not-allowed"
    assert await kept(register, request) == {}
    assert (await register.ask(register.nora, "move", request=request, **body)).status_code == 200


async def test_words_with_a_step_that_closes_nothing_are_refused(register: Register) -> None:
    request, before = await register.one(), "received"
    for to in ("identified", "in-progress"):
        assert code(await answer(register, request, to=to)) == "person-request-answer"
        assert (await state(register, request), await kept(register, request)) == (before, {})
        assert (await answer(register, request, to=to, text=None)).status_code == 200
        before = to


async def test_words_that_are_short_oversized_or_malformed_change_nothing(register: Register) -> None:
    request = await worked_on(register)
    wrong = ["court", " " * 40, f"{TEXT}\x00", f"{TEXT}\x1b[2J", *(f"{TEXT}{one}txet" for one in UNSEEN)]
    tries: list[tuple[Any, str]] = [
        *((text, "person-request-answer") for text in wrong),
        *((text, "malformed") for text in ("x" * (LONGEST + 1), 3, [TEXT])),
    ]
    for text, expected in tries:
        assert code(await answer(register, request, text=text)) == expected, text
        assert (await state(register, request), await kept(register, request)) == ("in-progress", {})
    assert (await answer(register, request)).status_code == 200


async def test_half_a_character_is_refused_and_a_text_of_every_line_and_the_full_length_is_kept(
    register: Register,
) -> None:
    guard, request = register.desk.guard, await worked_on(register)
    body = f'{{"request":"{request}","to":"answered","text":"Une demi-lettre : \\ud800"}}'
    sent = await guard.http.post("/v1/person-requests/move", content=body, headers=guard.headers(register.nora))
    assert code(sent) == "malformed", pretty(sent)
    long = "Madame,\r\n\tvoici 🙂\N{NO-BREAK SPACE}:\n" + "é" * (LONGEST - 26) + "fin."
    assert (await answer(register, request, text=long)).status_code == 200
    assert await kept(register, request) == {request: long}


async def test_answers_at_once_or_again_leave_the_first_alone(register: Register) -> None:
    request = await worked_on(register)
    texts = [f"{TEXT} ({number})" for number in range(3)]
    bodies: list[dict[str, Any]] = [{"text": texts[0]}, {"text": texts[1]}, {"text": texts[2], **REFUSED}]
    told = await asyncio.gather(*(answer(register, request, **body) for body in bodies))
    assert sorted(one.status_code for one in told) == [200, 409, 409]
    won = next(text for text, one in zip(texts, told, strict=True) if one.status_code == 200)
    again = await answer(register, request)
    assert code(again) == "person-request-state"
    assert await kept(register, request) == {request: won}
    assert len(await register.desk.guard.entries("person-request-moved")) == 3


async def test_organisation_answers_so_many_in_words_a_day_and_then_without(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "MOST_A_DAY", 1)
    first, second = [await worked_on(register, article=one) for one in ("access", "portability")]
    assert (await answer(register, first)).status_code == 200
    assert code(await answer(register, second)) == "person-request-too-many-answers"
    assert await state(register, second) == "in-progress"
    await given_earlier(register, first, timedelta(days=1))
    assert (await answer(register, second)).status_code == 200
    third = await worked_on(register, article="restriction")
    assert code(await answer(register, third)) == "person-request-too-many-answers"
    assert (await answer(register, third, text=None)).status_code == 200


async def test_person_who_was_erased_is_answered_without_words_alone(register: Register) -> None:
    guard, request = register.desk.guard, await worked_on(register, article="erasure")
    erased = await guard.post(register.nora, "/v1/erase", {"person": register.person, "purpose": "person-rights"})
    assert erased.status_code == 200, pretty(erased)
    assert code(await answer(register, request)) == "person-request-gone"
    assert (await answer(register, request, text=None)).status_code == 200
    assert await guard.world.conn.fetchval("SELECT count(*) FROM guard.person_request_answer") == 0


async def test_guard_deletes_what_was_read_long_enough_and_nothing_younger(register: Register) -> None:
    old, young = [await worked_on(register, article=one) for one in ("access", "portability")]
    for request, back in ((old, KEPT), (young, KEPT - timedelta(minutes=5))):
        assert (await answer(register, request)).status_code == 200
        await given_earlier(register, request, back)
    await upkeep.daily(register.desk.guard.world.conn)
    assert await kept(register, old) == {}
    assert await kept(register, young) == {young: TEXT}
    assert await state(register, old) == "answered", "that it was answered stays"
