"""Somebody is erased, or restricted, between the decision to write to them and the letter: none is written."""

from typing import Any

import pytest

from beffroi.core.ids import PersonId
from beffroi.guard import stamped, turnstile
from beffroi.guard.erasing.one import erase_person
from beffroi.guard.journal import Entry
from beffroi.guard.messaging import doors
from tests.guard.doors.conftest import Guard, guard
from tests.guard.messaging.test_messages import office, write

__all__ = ["guard"]


async def erase(guard: Guard, person: PersonId) -> None:
    keys = guard.world.keys
    async with guard.services.pool.acquire() as conn, conn.transaction():
        await turnstile.take(conn)
        await erase_person(conn, keys, entry=Entry(await stamped.instant(conn), "erased", person))


async def restrict(guard: Guard, person: PersonId) -> None:
    organisation = await guard.world.conn.fetchval(
        "SELECT organisation FROM guard.relation WHERE person = $1 AND kind = 'followed'", person
    )
    await guard.world.relation(person, organisation, kind="restricted")


@pytest.mark.parametrize(("meanwhile", "code"), [(erase, "person-unknown"), (restrict, "restricted")])
async def test_i13_adviser_writes_to_two_people_of_whom_one_is_lost_meanwhile_and_the_other_has_the_only_letter(
    guard: Guard, monkeypatch: pytest.MonkeyPatch, meanwhile: Any, code: str
) -> None:
    adviser, [lost, other] = await office(guard, 2)
    decided = doors._decided

    async def then(*asked: Any) -> Any:
        outcomes = await decided(*asked)
        await meanwhile(guard, lost)
        return outcomes

    monkeypatch.setattr(doors, "_decided", then)
    sent = await write(guard, adviser, lost, other)
    assert (sent.status_code, sent.json()["people"]) == (201, 1), sent.text
    assert sent.json()["left"] == [{"code": code, "people": 1}]
    assert [str(row["person"]) for row in await guard.world.conn.fetch("SELECT person FROM guard.letter")] == [other]


@pytest.mark.parametrize("meanwhile", [erase, restrict])
async def test_i13_adviser_writes_to_nobody_but_who_is_lost_meanwhile_and_is_answered_as_just_after(
    guard: Guard, monkeypatch: pytest.MonkeyPatch, meanwhile: Any
) -> None:
    adviser, [lost] = await office(guard, 1)
    decided = doors._decided

    async def then(*asked: Any) -> Any:
        outcomes = await decided(*asked)
        await meanwhile(guard, lost)
        return outcomes

    monkeypatch.setattr(doors, "_decided", then)
    raced = await write(guard, adviser, lost)
    monkeypatch.undo()
    after = await write(guard, adviser, lost)
    assert (raced.status_code, raced.content) == (after.status_code, after.content)
    assert await guard.world.conn.fetchval("SELECT count(*) FROM guard.notice") == 0
