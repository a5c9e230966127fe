"""Doors that hand people out or write to them: whoever is archived, erased or merged away is nobody there.

Whoever has the use of their file restricted is refused in words that say so.
"""

from typing import Any

import pytest

from beffroi.core.ids import PersonId
from beffroi.core.refusals import Code
from beffroi.guard.erasing.one import erase_person
from beffroi.guard.journal import Entry
from beffroi.guard.vault.records import Contact
from tests.guard.doors.conftest import Guard, guard, pretty
from tests.guard.world import AgentOfTest

__all__ = ["guard"]
DOORS = {
    "/v1/exports/alone": lambda person: {"people": [person], "groups": ["identity"], "reason": "workshop"},
    "/v1/notices/send": lambda person: {"people": [person], "subject": "call-back"},
    "/v1/invitations/make": lambda person: {"person": person},
}
OTHERS = {
    "/v1/open": lambda person: {"person": person, "groups": ["identity"]},
    "/v1/release": lambda person: {"person": person, "groups": ["identity"]},
    "/v1/attachments/list": lambda person: {"person": person},
}
"""Doors that a relation of another kind may open; no restricted file is served by them either."""
SERVED = "served"


async def asked(guard: Guard, agent: AgentOfTest, door: str, person: str) -> str:
    """The code of a refusal; whoever is served was opened, whoever is refused was not."""
    before = len(await guard.entries("released"))
    body: dict[str, Any] = {**DOORS, **OTHERS}[door](person)
    answer = await guard.post(agent, door, {"purpose": "follow-up", **body})
    served = answer.status_code in (200, 201)
    assert len(await guard.entries("released")) == before + served, pretty(answer)
    return SERVED if served else str(answer.json()["code"])


async def file(guard: Guard, agent: AgentOfTest, kind: str = "followed") -> PersonId:
    """Somebody of the agent's office, who has an address; in nobody's portfolio, as whoever is archived."""
    contact = Contact(email="ines@people.example")
    return await guard.world.person(agent.organisation, kind=kind, contact=contact)


@pytest.fixture
async def adviser(guard: Guard) -> AgentOfTest:
    """At work in an office with room in its budgets."""
    return await guard.world.agent(await guard.world.organisation("Sud", confirmed_agents=20))


@pytest.mark.parametrize("door", DOORS)
async def test_adviser_is_served_nobody_archived_where_the_same_person_followed_is(
    guard: Guard, adviser: AgentOfTest, door: str
) -> None:
    followed, archived = [await file(guard, adviser, kind) for kind in ("followed", "archived")]
    assert await asked(guard, adviser, door, followed) == SERVED
    assert await asked(guard, adviser, door, archived) == Code.PERSON_UNKNOWN


@pytest.mark.parametrize("door", {**DOORS, **OTHERS})
@pytest.mark.parametrize("here", [True, False])
async def test_adviser_is_served_nobody_restricted_whoever_decided_it_where_another_person_is(
    guard: Guard, adviser: AgentOfTest, door: str, here: bool
) -> None:
    free, restricted = await file(guard, adviser), await file(guard, adviser)
    office = adviser.organisation if here else await guard.world.organisation("Nord")
    await guard.world.relation(restricted, office, kind="restricted")
    assert await asked(guard, adviser, door, free) == SERVED
    assert await asked(guard, adviser, door, restricted) == Code.RESTRICTED


@pytest.mark.parametrize("door", DOORS)
async def test_i13_adviser_is_served_nobody_erased_where_another_person_is(
    guard: Guard, adviser: AgentOfTest, door: str
) -> None:
    here, gone = await file(guard, adviser), await file(guard, adviser)
    world = guard.world
    async with world.conn.transaction():
        await erase_person(world.conn, world.keys, entry=Entry(await world.now(), "erased", gone))
    assert await asked(guard, adviser, door, here) == SERVED
    assert await asked(guard, adviser, door, gone) == Code.PERSON_UNKNOWN


@pytest.mark.parametrize("door", DOORS)
async def test_adviser_is_served_no_file_merged_away_where_the_one_that_stays_is(
    guard: Guard, adviser: AgentOfTest, door: str
) -> None:
    stays, goes = await file(guard, adviser), await file(guard, adviser)
    both = {"stays": stays, "goes": goes, "stays_version": 1, "goes_version": 1}
    for person in (stays, goes):
        await guard.open(adviser, person)
    made = await guard.post(adviser, "/v1/merges/make", {"purpose": "follow-up", **both})
    assert made.status_code == 201, pretty(made)
    assert await asked(guard, adviser, door, stays) == SERVED
    assert await asked(guard, adviser, door, goes) == Code.PERSON_UNKNOWN


@pytest.mark.parametrize("door", DOORS)
async def test_i07_office_whose_files_are_contained_is_served_nobody_where_another_office_is(
    guard: Guard, adviser: AgentOfTest, door: str
) -> None:
    colleague = await guard.world.agent(await guard.world.organisation("Nord", confirmed_agents=20))
    own, theirs = await file(guard, adviser), await file(guard, colleague)
    await guard.world.contain("files", adviser.organisation)
    assert await asked(guard, colleague, door, theirs) == SERVED
    assert await asked(guard, adviser, door, own) == Code.FILES_CONTAINED
