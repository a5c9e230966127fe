"""A training organisation gives up knowing a person: its own relation alone, for nothing, and for good."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.guard.doors.conftest import pretty
from tests.guard.relating.conftest import Desk, code
from tests.guard.relating.test_prescribing import prescribe, reads, trainer
from tests.guard.world import AgentOfTest


async def give_back(desk: Desk, agent: AgentOfTest, whom: str, **more: Any) -> httpx.Response:
    body = {"purpose": "training-follow-up", "person": whom, **more}
    return await desk.guard.post(agent, "/v1/relations/give-back", body)


async def prescribed(desk: Desk, kind: str = "prescription") -> str:
    person = await desk.guard.world.person(desk.ana.organisation, referent=desk.ana)
    assert (await prescribe(desk, desk.ana, person, kind=kind)).status_code == 200
    return str(person)


@pytest.mark.parametrize("kind", ["prescription", "enrolment"])
async def test_trainer_gives_back_and_reads_the_person_no_more_while_the_office_does(desk: Desk, kind: str) -> None:
    person, staff = await prescribed(desk, kind), await trainer(desk)
    assert await reads(desk, staff, person) == "200"
    given = await give_back(desk, staff, person)
    assert given.status_code == 200, pretty(given)
    assert await reads(desk, staff, person) == "person-unknown"
    assert await desk.explained(desk.ana, person) == ("referent", "portfolio")
    [entry] = await desk.guard.entries("relation-ended")
    assert (str(entry["person"]), str(entry["account"]), entry["groups"]) == (person, staff.account, 0)
    assert f'"kind":"{kind}"' in entry["detail"]


async def test_trainer_of_another_school_gives_back_nothing_and_learns_nothing(desk: Desk) -> None:
    person, world = await prescribed(desk), desk.guard.world
    other = await world.agent(await world.organisation("Other", kind="training-organisation"), "training-staff")
    forbidden, unknown = await give_back(desk, other, person), await give_back(desk, other, str(uuid4()))
    assert forbidden.status_code == unknown.status_code == 404
    assert forbidden.content == unknown.content
    row = await desk.relation(person, desk.school, "prescription")
    assert row["version"] == 1


async def test_adviser_gives_back_nobody_she_follows(desk: Desk) -> None:
    person = await prescribed(desk)
    answer = await give_back(desk, desk.ana, person, purpose="follow-up")
    assert code(answer) == "person-unknown"
    assert await desk.explained(desk.ana, person) == ("referent", "portfolio")


async def test_manager_of_the_school_and_reception_give_back_nothing(desk: Desk) -> None:
    person, world = await prescribed(desk), desk.guard.world
    manager = await world.agent(desk.school, "training-account-manager")
    reception = await world.agent(desk.ana.organisation, "receptionist")
    assert (await give_back(desk, manager, person)).status_code == 403
    assert (await give_back(desk, reception, person)).status_code == 403
    assert await reads(desk, await trainer(desk), person) == "200"


async def test_trainer_who_gives_back_twice_or_after_the_end_meets_somebody_unknown(desk: Desk) -> None:
    person, staff = await prescribed(desk), await trainer(desk)
    assert (await give_back(desk, staff, person)).status_code == 200
    assert code(await give_back(desk, staff, person)) == "person-unknown"
    assert len(await desk.guard.entries("relation-ended")) == 1


async def test_trainers_who_give_back_at_once_end_the_relation_once(desk: Desk) -> None:
    person, staff = await prescribed(desk), [await trainer(desk) for _ in range(4)]
    told = [code(answer) for answer in await asyncio.gather(*(give_back(desk, each, person) for each in staff))]
    assert sorted(told) == ["200", *["person-unknown"] * 3]
    row = await desk.relation(person, desk.school, "prescription")
    assert row["version"] == 2


async def test_suspended_trainer_and_contained_school_give_back_nothing(desk: Desk) -> None:
    person, staff, world = await prescribed(desk), await trainer(desk), desk.guard.world
    await world.amend("account", staff.account, status="suspended")
    assert code(await give_back(desk, staff, person)) == "account-suspended"
    await world.contain("organisation", desk.school)
    assert code(await give_back(desk, await trainer(desk), person)) == "organisation-closed"
    row = await desk.relation(person, desk.school, "prescription")
    assert row["until_at"] > await world.now() + timedelta(days=10)


@pytest.mark.parametrize("change", [{"person": "x"}, {"person": None}, {"purpose": 3}, {"kind": "followed"}])
async def test_malformed_giving_back_is_refused(desk: Desk, change: dict[str, Any]) -> None:
    answer = await give_back(desk, await trainer(desk), str(uuid4()), **change)
    assert answer.status_code == 400


async def test_oversized_giving_back_is_refused(desk: Desk) -> None:
    answer = await give_back(desk, await trainer(desk), "x" * 300_000)
    assert answer.status_code == 413
