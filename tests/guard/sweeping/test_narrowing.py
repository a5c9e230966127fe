"""One application of a habilitation ended through its door: at once, once, by whom it is for, and nothing else."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest

from beffroi.core.ids import ApplicationId, PersonId
from beffroi.core.refusals import Code
from beffroi.guard.applications.access_tokens import AccessTokens
from tests.guard.doors.conftest import Guard, pretty
from tests.guard.sweeping.test_doors import code, manager_of
from tests.guard.world import CASES, AgentOfTest

DOOR = "/v1/leave/application"
OTHER = ApplicationId("trainings")
NOBODY = "00000000-0000-4000-8000-000000000001"
READERS = 16


async def two_applications(guard: Guard) -> None:
    await guard.world.open_application(guard.world.offices["North"], id=OTHER, name="Trainings")


def body(agent: AgentOfTest, application: str = CASES) -> dict[str, str]:
    return {"habilitation": agent.habilitation, "application": application}


async def elsewhere(guard: Guard, agent: AgentOfTest, person: PersonId) -> int:
    """What the same habilitation opens in a session of the other application."""
    there = await guard.world.sign_in(
        agent.account, agent.habilitation, agent.organisation, agent.role, application=OTHER
    )
    token = AccessTokens(guard.services.keys.session).issue(OTHER, "k2", (await guard.world.now()).timestamp())
    question = {"person": person, "purpose": "follow-up", "groups": ["identity"]}
    answer = await guard.post(there, "/v1/open", question, authorization=f"Bearer {token}")
    return answer.status_code


async def test_i07_manager_ends_one_application_and_the_next_opening_there_is_refused_while_the_other_goes_on(
    guard: Guard,
) -> None:
    world = guard.world
    await two_applications(guard)
    manager, agent = await manager_of(guard), await world.agent(world.offices["North"])
    colleague = await world.agent(world.offices["North"])
    person = await world.person(agent.organisation, referent=agent)
    other = await world.sign_in(agent.account, agent.habilitation, agent.organisation, "adviser", application=OTHER)
    assert (await guard.open(agent, person)).status_code == 200
    answer = await guard.post(manager, DOOR, body(agent))
    assert answer.json() == {"habilitation": agent.habilitation, "application": CASES, "left": 1}, pretty(answer)
    assert (await guard.open(agent, person)).json()["code"] == Code.SESSION_ENDED
    again = await world.sign_in(agent.account, agent.habilitation, agent.organisation, "adviser")
    assert (await guard.open(again, person)).json()["code"] == Code.HABILITATION_ELSEWHERE
    assert await elsewhere(guard, agent, person) == 200
    assert (await guard.open(colleague, person)).status_code == 200, "of the same role in the same office"
    live = "SELECT revoked_at IS NULL FROM guard.session WHERE id = $1"
    assert [await world.conn.fetchval(live, one) for one in (agent.session, other.session)] == [False, True]
    [entry] = await guard.entries("application-ended")
    assert (str(entry["account"]), entry["application"], entry["role"]) == (agent.account, CASES, "adviser")
    assert json.loads(entry["detail"]) == {
        "by": manager.account, "habilitation": agent.habilitation, "left": 1,
    }  # fmt: skip


async def test_manager_who_ends_the_last_application_closes_the_habilitation(guard: Guard) -> None:
    world = guard.world
    manager, agent = await manager_of(guard), await world.agent(world.offices["North"])
    answer = await guard.post(manager, DOOR, body(agent))
    assert answer.json()["left"] == 0, pretty(answer)
    status = "SELECT status FROM guard.habilitation WHERE id = $1"
    assert await world.conn.fetchval(status, agent.habilitation) == "closed"
    [step] = [one for one in await guard.entries("habilitation") if str(one["account"]) == agent.account]
    assert step["explanation"] == "application-ended"
    assert await code(guard, manager, DOOR, body(agent)) == "unknown-colleague", "a replay"


async def test_manager_who_ends_the_same_application_again_is_told_and_nothing_is_written(guard: Guard) -> None:
    world = guard.world
    await two_applications(guard)
    manager, agent = await manager_of(guard), await world.agent(world.offices["North"])
    done = await asyncio.gather(*[code(guard, manager, DOOR, body(agent)) for _ in range(8)])
    assert Counter(done) == {"done": 1, "not-in-that-state": 7}
    assert len(await guard.entries("application-ended")) == 1
    for application in (CASES, "never-heard-of"):
        assert await code(guard, manager, DOOR, body(agent, application)) == "not-in-that-state"


async def test_manager_of_another_office_ends_nothing_here_where_the_network_does(guard: Guard) -> None:
    world = guard.world
    await two_applications(guard)
    agent, stranger = await world.agent(world.offices["North"]), await manager_of(guard, "South")
    both = await world.habilitation(agent.account, world.offices["South"], "adviser")
    assert await code(guard, stranger, DOOR, body(agent)) == "unknown-colleague", "though a colleague by another role"
    unknown = {"habilitation": NOBODY, "application": CASES}
    assert await code(guard, stranger, DOOR, unknown) == "unknown-colleague"
    assert await code(guard, stranger, DOOR, {"habilitation": both, "application": CASES}) == "done"
    network = await world.agent(await world.organisation("Network above", "network"), "network-administrator")
    assert await code(guard, network, DOOR, body(agent)) == "done"


@pytest.mark.parametrize("role", ["adviser", "approver"])
async def test_role_without_the_duty_ends_no_application(guard: Guard, role: str) -> None:
    agent = await guard.world.agent(guard.world.offices["North"])
    assert await code(guard, await manager_of(guard, role=role), DOOR, body(agent)) == "action-not-allowed"


async def test_i04_manager_takes_no_application_from_who_watches_him_nor_from_himself(guard: Guard) -> None:
    world = guard.world
    await two_applications(guard)
    manager = await manager_of(guard)
    watching = [await world.agent(world.offices["North"], role) for role in ("approver", "security-officer")]
    for one in watching:
        assert await code(guard, manager, DOOR, body(one)) == "out-of-reach"
    assert await code(guard, manager, DOOR, body(manager)) == "same-person"
    assert await guard.entries("application-ended") == []


async def test_security_takes_no_application_from_the_last_who_could_give_back(guard: Guard) -> None:
    world = guard.world
    network = await world.organisation("Network above", "network")
    await two_applications(guard)
    officer = await world.agent(network, "security-officer")
    approvers = [await world.agent(network, "approver") for _ in range(2)]
    assert await code(guard, officer, DOOR, body(approvers[0])) == "last-to-lift"
    await world.agent(network, "approver")
    assert await code(guard, officer, DOOR, body(approvers[0])) == "done"


async def test_manager_takes_applications_from_few_alone_and_suspending_counts_them(guard: Guard) -> None:
    world = guard.world
    await two_applications(guard)
    manager, colleague = await manager_of(guard), await manager_of(guard)
    staff = [await world.agent(world.offices["North"]) for _ in range(5)]
    for one in staff[:3]:
        assert await code(guard, manager, DOOR, body(one)) == "done"
    for somebody in (manager, colleague):
        assert await code(guard, somebody, DOOR, body(staff[3])) == "too-many-suspensions"
        suspended = {"account": staff[3].account, "reason": "departure"}
        assert await code(guard, somebody, "/v1/containments/suspend", suspended) == "too-many-suspensions"
    security = await world.agent(await world.organisation("Network above", "network"), "security-officer")
    for _ in range(2):
        await world.agent(world.offices["Network above"], "approver")
    assert await code(guard, security, DOOR, body(staff[3])) == "done"


@pytest.mark.parametrize(
    "sent",
    [
        {"application": CASES}, {"habilitation": NOBODY}, {"habilitation": "x", "application": CASES},
        {"habilitation": NOBODY, "application": "NOT A CODE"}, {"habilitation": NOBODY, "application": "a" * 4_000},
        {"habilitation": NOBODY, "application": CASES, "everything": True}, [],
    ],
)  # fmt: skip
async def test_manager_who_sends_another_shape_is_told_where(guard: Guard, sent: Any) -> None:
    answer = await guard.post(await manager_of(guard), DOOR, sent)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed"), pretty(answer)


async def test_manager_who_sends_more_than_the_guard_reads_is_refused(guard: Guard) -> None:
    manager = await manager_of(guard)
    answer = await guard.post(manager, DOOR, {"habilitation": NOBODY, "application": "a" * 300_000})
    assert answer.status_code == 413


async def test_i16_application_of_a_forged_habilitation_is_not_ended_in_silence(guard: Guard) -> None:
    world = guard.world
    manager, agent = await manager_of(guard), await world.agent(world.offices["North"])
    await world.conn.execute("UPDATE guard.habilitation SET role = 'approver' WHERE id = $1", agent.habilitation)
    assert await code(guard, manager, DOOR, body(agent)) == "integrity"


async def test_i07_application_ended_racing_its_readers_releases_nothing_after_its_commit(guard: Guard) -> None:
    world = guard.world
    await two_applications(guard)
    north = world.offices["North"]
    manager, agent = await manager_of(guard), await world.agent(north)
    sessions = [agent, *[await world.sign_in(agent.account, agent.habilitation, north, "adviser") for _ in range(15)]]
    outside = await world.agent(north)
    people = [await world.person(north) for _ in range(4)]
    stop, told = asyncio.Event(), Counter[str]()

    async def read(reader: AgentOfTest, person: PersonId) -> str:
        answer = await guard.open(reader, person)
        return "released" if answer.status_code == 200 else str(answer.json()["code"])

    async def flood(place: int, reader: AgentOfTest) -> None:
        while not stop.is_set():
            told[await read(reader, people[place % len(people)])] += 1

    floods = [asyncio.create_task(flood(place, one)) for place, one in enumerate([*sessions, outside])]
    released = "SELECT count(*) FROM guard.journal WHERE kind = 'released'"
    while await world.conn.fetchval(released) < 4 * READERS:  # noqa: ASYNC110 - the database tells nobody
        await asyncio.sleep(0)
    assert await code(guard, manager, DOOR, body(agent)) == "done"
    late = await asyncio.gather(*[read(one, people[0]) for one in sessions])
    stop.set()
    await asyncio.gather(*floods)
    assert set(late) == {Code.SESSION_ENDED.value}
    cut = await world.conn.fetchval("SELECT entry FROM guard.journal WHERE kind = 'application-ended'")
    after = released + " AND entry > $1 AND account = $2"
    assert await world.conn.fetchval(after, cut, agent.account) == 0
    assert await read(outside, people[0]) == "released", "a colleague reads on"
    assert set(told) <= {"released", Code.SESSION_ENDED.value}, told
    assert len(sessions) == READERS


def shown(rows: Iterable[dict[str, Any]], account: str) -> list[str]:
    return [one["code"] for row in rows if row["account"] == account for one in row["memberships"][0]["applications"]]


async def test_inventory_shows_what_is_left_and_names_the_habilitation(guard: Guard) -> None:
    world = guard.world
    await two_applications(guard)
    manager, agent = await manager_of(guard), await world.agent(world.offices["North"])
    before = (await guard.post(manager, "/v1/inventory", {})).json()["rows"]
    assert shown(before, agent.account) == [CASES, OTHER]
    [row] = [one for one in before if one["account"] == agent.account]
    assert row["memberships"][0]["habilitation"] == agent.habilitation
    assert await code(guard, manager, DOOR, body(agent)) == "done"
    after = (await guard.post(manager, "/v1/inventory", {})).json()["rows"]
    assert shown(after, agent.account) == [OTHER]
