"""Openings by break-glass, and the officers who say what they were (I-14)."""

from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from beffroi.core.broken_glass import MOVES, Verdict
from beffroi.core.ids import PersonId
from tests.databases import FreshDatabase
from tests.guard.doors.conftest import Guard, guard, pretty
from tests.guard.world import AgentOfTest

__all__ = ["guard"]
TYPED = "Elle est ici, sans logement ce soir."


async def broken(guard: Guard, agent: AgentOfTest, text: str = TYPED) -> tuple[int, PersonId]:
    """Somebody of another office, found by the agent and opened by break-glass: the entry, and whom."""
    name = f"Rare{uuid4().hex[:6].translate(str.maketrans('0123456789', 'ghijklmnop'))}"
    person = await guard.world.person(await guard.world.organisation("Ailleurs"), last_name=name)
    body = {
        "purpose": "follow-up", "by": "name", "last_name": name, "first_name": "Camille", "birth_date": "2005-04-12"
    }  # fmt: skip
    assert (await guard.post(agent, "/v1/find", body)).json()["matches"]
    opened = await guard.open(agent, person, break_glass={"reason": "emergency", "text": text})
    assert opened.status_code == 200, pretty(opened)
    return opened.json()["entry"], person


async def adviser_and_officer(guard: Guard) -> tuple[AgentOfTest, AgentOfTest]:
    """An adviser, and a security officer of the same office."""
    organisation = await guard.world.organisation("Sud")
    return await guard.world.agent(organisation), await guard.world.agent(organisation, "security-officer")


def code(answered: httpx.Response) -> Any:
    return answered.json().get("code")


async def judge(guard: Guard, officer: AgentOfTest, entry: int, verdict: str) -> httpx.Response:
    return await guard.post(officer, "/v1/break-glass/judge", {"entry": entry, "verdict": verdict})


async def test_i14_every_opening_by_break_glass_waits_for_an_officer_who_reads_why_and_says_what_it_was(
    guard: Guard,
) -> None:
    adviser, officer = await adviser_and_officer(guard)
    entries = [(await broken(guard, adviser))[0] for _ in range(2)]
    found = (await guard.post(officer, "/v1/break-glass/list", {})).json()
    assert [row["entry"] for row in found["rows"]] == entries, "the oldest first"
    assert (found["waiting"], found["late"]) == (2, 0)
    shown = (await guard.post(officer, "/v1/break-glass/show", {"entry": entries[1]})).json()
    assert (shown["text"], shown["again"], shown["objection"]) == (TYPED, 1, None)
    assert "person" not in shown["opening"]
    assert len(await guard.entries("glass-read")) == 1
    assert (await judge(guard, officer, entries[1], "unjustified")).status_code == 200
    left = (await guard.post(officer, "/v1/break-glass/list", {})).json()
    assert [row["entry"] for row in left["rows"]] == entries[:1]
    every = (await guard.post(officer, "/v1/break-glass/list", {"every": True})).json()
    assert [(row["entry"], row["verdict"]) for row in every["rows"]] == [
        (entries[0], None), (entries[1], "unjustified"),
    ]  # fmt: skip
    [said] = await guard.entries("glass-judged")
    assert said["detail"] == f'{{"entry":{entries[1]},"verdict":"unjustified"}}'


@pytest.mark.parametrize("first", [None, *Verdict])
@pytest.mark.parametrize("then", list(Verdict))
async def test_verdict_follows_only_what_it_may(guard: Guard, first: Verdict | None, then: Verdict) -> None:
    adviser, officer = await adviser_and_officer(guard)
    entry, _ = await broken(guard, adviser)
    if first is not None:
        assert (await judge(guard, officer, entry, first)).status_code == 200
    answered = await judge(guard, officer, entry, then)
    assert answered.status_code == (200 if then in MOVES[first] else 409), pretty(answered)


async def test_officer_of_another_office_and_adviser_see_none_of_it_and_the_network_all(guard: Guard) -> None:
    adviser, _ = await adviser_and_officer(guard)
    entry, _ = await broken(guard, adviser)
    _, stranger = await adviser_and_officer(guard)
    assert (await guard.post(stranger, "/v1/break-glass/list", {"every": True})).json()["rows"] == []
    assert code(await guard.post(stranger, "/v1/break-glass/show", {"entry": entry})) == "glass-unknown"
    assert code(await judge(guard, stranger, entry, "justified")) == "glass-unknown"
    assert code(await judge(guard, stranger, entry + 1000, "justified")) == "glass-unknown"
    assert (await guard.post(adviser, "/v1/break-glass/list", {})).status_code == 403
    assert (await judge(guard, adviser, entry, "justified")).status_code == 403
    network = await guard.world.organisation("Réseau", kind="network")
    everywhere = await guard.world.agent(network, "security-officer")
    rows = (await guard.post(everywhere, "/v1/break-glass/list", {})).json()["rows"]
    assert entry in [row["entry"] for row in rows]


async def test_i04_officer_of_the_authors_line_reads_and_judges_nothing(guard: Guard) -> None:
    organisation = await guard.world.organisation("Sud")
    officer = await guard.world.agent(organisation, "security-officer")
    theirs = await guard.world.agent(organisation, requested_by=officer.account)
    entry, _ = await broken(guard, theirs)
    shown = (await guard.post(officer, "/v1/break-glass/show", {"entry": entry})).json()
    assert (shown["text"], shown["objection"]) == (None, "glass-of-ones-own")
    assert code(await judge(guard, officer, entry, "justified")) == "glass-of-ones-own"
    other = await guard.world.agent(organisation, "security-officer")
    assert (await judge(guard, other, entry, "justified")).status_code == 200


async def test_i13_text_goes_with_the_file_and_the_opening_stays_to_be_judged(guard: Guard) -> None:
    adviser, officer = await adviser_and_officer(guard)
    entry, person = await broken(guard, adviser)
    await guard.world.conn.execute("DELETE FROM guard.free_text WHERE person = $1", person)
    assert (await guard.post(officer, "/v1/break-glass/show", {"entry": entry})).json()["text"] is None
    assert (await judge(guard, officer, entry, "justified")).status_code == 200


async def test_i16_text_put_under_another_entry_is_refused(guard: Guard) -> None:
    adviser, officer = await adviser_and_officer(guard)
    entry, _ = await broken(guard, adviser, "La première raison, bien longue.")
    await broken(guard, adviser, "Une tout autre raison, mensongère.")
    one, other = await guard.world.conn.fetch("SELECT id, sealed FROM guard.free_text ORDER BY created_at")
    await guard.world.conn.execute("UPDATE guard.free_text SET sealed = $2 WHERE id = $1", one["id"], other["sealed"])
    assert code(await guard.post(officer, "/v1/break-glass/show", {"entry": entry})) == "integrity"


async def test_i16_forged_verdict_is_refused(guard: Guard, fresh: FreshDatabase) -> None:
    adviser, officer = await adviser_and_officer(guard)
    entry, _ = await broken(guard, adviser)
    await judge(guard, officer, entry, "unjustified")
    conn = await asyncpg.connect(fresh.admin)
    await conn.execute("UPDATE guard.glass_verdict SET verdict = 'justified'")
    await conn.close()
    assert code(await guard.post(officer, "/v1/break-glass/list", {"every": True})) == "integrity"


@pytest.mark.parametrize(
    "body",
    [
        {}, {"entry": 0, "verdict": "justified"}, {"entry": 1, "verdict": "perhaps"},
        {"entry": "1", "verdict": "justified"}, {"entry": 1 << 63, "verdict": "justified"},
        {"entry": 1, "verdict": "justified", "more": 1},
    ],
)  # fmt: skip
async def test_malformed_verdict_is_refused(guard: Guard, body: dict[str, Any]) -> None:
    _, officer = await adviser_and_officer(guard)
    assert (await guard.post(officer, "/v1/break-glass/judge", body)).status_code == 400
