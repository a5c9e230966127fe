"""A file that nobody else agreed to: each line decided, charged and journaled; past a small budget, masked."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from beffroi.core.ids import PersonId
from tests.databases import FreshDatabase
from tests.guard.doors.conftest import Guard, guard, pretty
from tests.guard.world import POLICY, AgentOfTest

__all__ = ["guard"]
ALONE = POLICY.buckets["exports"].day  # type: ignore[index]


async def export(guard: Guard, agent: AgentOfTest, *people: str, **more: Any) -> httpx.Response:
    body = {
        "purpose": "follow-up", "groups": ["identity", "contact"], "reason": "workshop", "people": people, **more
    }  # fmt: skip
    return await guard.post(agent, "/v1/exports/alone", body)


async def office(guard: Guard, people: int, role: str = "adviser") -> tuple[AgentOfTest, list[PersonId]]:
    """An agent and people of theirs; another agent of the office has the budget's floor to share."""
    organisation = await guard.world.organisation("Sud", confirmed_agents=20)
    agent = await guard.world.agent(organisation, role)
    return agent, [await guard.world.person(organisation, referent=agent) for _ in range(people)]


async def test_i01_adviser_exports_three_of_her_people_each_is_journaled_with_the_copy(guard: Guard) -> None:
    adviser, people = await office(guard, 3)
    answered = await export(guard, adviser, *people)
    assert answered.status_code == 200, pretty(answered)
    copy = answered.json()
    assert [row["id"] for row in copy["rows"]] == people
    assert all(set(row["fields"]) == {"identity", "contact"} for row in copy["rows"])
    released = {str(row["person"]): row for row in await guard.entries("released")}
    assert set(released) == set(people)
    assert {row["entry"] for row in copy["rows"]} == {row["entry"] for row in released.values()}
    assert {row["detail"] for row in released.values()} == {f'{{"copy":"{copy["copy"]}"}}'}
    [made] = await guard.entries("copy-made")
    assert copy["copy"] in made["detail"]
    assert copy["mark"].replace("-", "") not in made["detail"]


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({}, 200),
        ({"purpose": "prescription"}, 403),
        ({"groups": ["identity", "nir"]}, 403),
        ({"groups": []}, 400),
        ({"groups": ["identity", "everything"]}, 400),
        ({"reason": "because"}, 422),
        ({"people": []}, 400),
        ({"people": ["everybody"]}, 400),
        ({"surplus": 1}, 400),
    ],
)
async def test_export_that_differs_by_one_thing_is_refused_and_nobody_is_opened(
    guard: Guard, more: dict[str, Any], status: int
) -> None:
    adviser, people = await office(guard, 2)
    answered = await export(guard, adviser, *people, **more)
    assert answered.status_code == status, pretty(answered)
    assert bool(await guard.entries("released")) == (status == 200)
    assert bool(await guard.entries("copy-made")) == (status == 200)


async def test_role_that_does_not_export_and_adviser_of_another_office_get_nobody(guard: Guard) -> None:
    adviser, people = await office(guard, 2)
    desk = await guard.world.agent(adviser.organisation, "receptionist")
    assert (await export(guard, desk, *people, purpose="reception")).json()["code"] == "action-not-allowed"
    stranger, own = await office(guard, 1)
    answered = await export(guard, stranger, *people, str(uuid4()), own[0])
    assert [row["masked"] for row in answered.json()["rows"][:3]] == [True] * 3
    assert {row["code"] for row in answered.json()["rows"][:3]} == {"person-unknown"}, "unknown and forbidden alike"
    assert [str(row["person"]) for row in await guard.entries("released")] == own
    nobody = await export(guard, stranger, *people)
    assert nobody.json()["code"] == "person-unknown"
    assert len(await guard.entries("copy-made")) == 1


async def test_i02_more_people_than_one_may_export_alone_come_masked_whatever_the_number_of_files(
    guard: Guard,
) -> None:
    adviser, people = await office(guard, ALONE + 3)
    first = (await export(guard, adviser, *people[: ALONE - 1])).json()
    assert not any(row.get("masked") for row in first["rows"])
    both = await asyncio.gather(*[export(guard, adviser, *people[ALONE - 1 :]) for _ in range(2)])
    for answered in both:
        rows = answered.json()["rows"]
        assert [row.get("code") for row in rows] == [None, *["budget-account"] * 3]
    again = (await export(guard, adviser, *people[:ALONE])).json()
    assert not any(row.get("masked") for row in again["rows"]), "the same people cost nothing more that day"
    marks = await guard.world.conn.fetch("SELECT DISTINCT mark FROM guard.export_copy")
    assert len(marks) == 4, "each copy has a mark of its own"


async def test_i02_office_exports_no_more_than_its_own_cap_whoever_asks(guard: Guard) -> None:
    adviser, people = await office(guard, 4)
    rules = replace(POLICY.exports, organisation=POLICY.exports.organisation._replace(hour=2, day=2))
    guard.services.policy = replace(guard.services.policy, exports=rules)
    colleague = await guard.world.agent(adviser.organisation)
    assert (await export(guard, adviser, *people[:2])).status_code == 200
    assert (await export(guard, colleague, *people[2:])).json()["code"] == "budget-organisation"


async def test_contained_group_leaves_in_no_file(guard: Guard) -> None:
    adviser, people = await office(guard, 1)
    await guard.world.contain("groups", groups=2)
    answered = (await export(guard, adviser, *people)).json()
    assert set(answered["rows"][0]["fields"]) == {"identity"}


async def test_security_officer_finds_whose_copy_carries_a_mark_however_it_is_typed(guard: Guard) -> None:
    adviser, people = await office(guard, 1)
    mark = (await export(guard, adviser, *people)).json()["mark"]
    network = await guard.world.organisation("Réseau", kind="network")
    officer = await guard.world.agent(network, "security-officer")
    for typed in (mark, mark.lower().replace("-", " "), mark.replace("-", "")):
        found = await guard.post(officer, "/v1/exports/trace", {"mark": typed})
        assert found.status_code == 200, pretty(found)
        assert (found.json()["account"], found.json()["people"]) == (adviser.account, 1)
    assert len(await guard.entries("copy-traced")) == 3
    for typed in ("0" * 12, "?", "x" * 40):
        assert (await guard.post(officer, "/v1/exports/trace", {"mark": typed})).json()["code"] == "export-unknown"
    assert (await guard.post(officer, "/v1/exports/trace", {"mark": "x" * 41})).status_code == 400
    assert (await guard.post(adviser, "/v1/exports/trace", {"mark": mark})).status_code == 403
    elsewhere = await guard.world.agent(await guard.world.organisation("Est"), "security-officer")
    assert (await guard.post(elsewhere, "/v1/exports/trace", {"mark": mark})).json()["code"] == "export-unknown"


async def test_i16_copy_row_that_was_forged_is_not_believed(guard: Guard, fresh: FreshDatabase) -> None:
    adviser, people = await office(guard, 1)
    mark = (await export(guard, adviser, *people)).json()["mark"]
    officer = await guard.world.agent(await guard.world.organisation("Réseau", kind="network"), "security-officer")
    other = await guard.world.agent(adviser.organisation)
    conn = await asyncpg.connect(fresh.admin)
    await conn.execute("UPDATE guard.export_copy SET account = $1", other.account)
    await conn.close()
    assert (await guard.post(officer, "/v1/exports/trace", {"mark": mark})).json()["code"] == "integrity"


async def test_adviser_is_told_how_many_people_are_left_to_export_alone(guard: Guard) -> None:
    adviser, people = await office(guard, 2)
    await export(guard, adviser, *people)
    told = (await guard.post(adviser, "/v1/exports/mine", {"purpose": "follow-up"})).json()
    assert told["left"] == ALONE - 2
    assert "nir" not in told["groups"]


async def warmed(guard: Guard, people: int) -> tuple[AgentOfTest, list[PersonId]]:
    """An agent whom the guard has just heard, as it has almost everybody: it could judge ahead of the turn."""
    adviser, followed = await office(guard, people)
    for _ in range(3):
        assert (await guard.open(adviser, followed[0])).status_code == 200
    return adviser, followed


async def test_i02_adviser_whom_the_guard_has_just_heard_exports_no_more_than_another(guard: Guard) -> None:
    adviser, people = await warmed(guard, ALONE + 15)
    rows = (await export(guard, adviser, *people)).json()["rows"]
    assert sum(not row.get("masked") for row in rows) == ALONE
    keys = {row["key"] for row in await guard.world.conn.fetch("SELECT key FROM guard.budget WHERE day_spent > 0")}
    assert {one.split("/")[0] for one in keys if one.endswith("/exports")} == {"account", "organisation"}, keys


async def test_i10_adviser_whom_the_guard_has_just_heard_exports_no_other_group_than_another(guard: Guard) -> None:
    adviser, people = await warmed(guard, 3)
    answered = await export(guard, adviser, *people, groups=["identity", "nir", "situation", "followup"])
    assert answered.status_code == 403, pretty(answered)
    assert await guard.entries("copy-made") == []
