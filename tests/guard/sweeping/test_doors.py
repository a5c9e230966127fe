"""Doors of leaving under abuse: another office, another duty, replay, race, oversized and malformed bodies."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from beffroi.core.ids import AccountId
from beffroi.guard import stamped, turnstile
from beffroi.guard.duties import Work
from beffroi.guard.sweeping import leavers
from beffroi.guard.sweeping.leavers import Source, Standing
from beffroi.guard.vault import blind
from tests.guard.doors.conftest import Guard, pretty
from tests.guard.sweeping.staff import crowd, status
from tests.guard.world import AgentOfTest

DOORS = {
    "/v1/leave": {"account": "00000000-0000-0000-0000-000000000001"},
    "/v1/leavers/accounts": {},
    "/v1/leavers/list": {},
    "/v1/leavers/confirm": {"leaver": "00000000-0000-0000-0000-000000000001"},
    "/v1/leavers/dismiss": {"leaver": "00000000-0000-0000-0000-000000000001"},
    "/v1/leavers/import": {"text": "email,last_day\n"},
}


async def manager_of(guard: Guard, office: str = "North", role: str = "account-manager") -> AgentOfTest:
    return await guard.world.agent(guard.world.offices[office], role)


async def waiting(guard: Guard, agent: AgentOfTest, source: Source = Source.IDLE) -> str:
    """A leaving that waits for a person."""
    conn = guard.world.conn
    async with conn.transaction():
        await turnstile.take(conn)
        work = Work(conn, guard.world.keys, guard.world.policy, await stamped.instant(conn))
        id_, _ = await leavers.record(work, agent.account, agent.organisation, source, Standing.WAITING)
    return id_


async def code(guard: Guard, agent: AgentOfTest, path: str, body: Any) -> str:
    answer = await guard.post(agent, path, body)
    return "done" if answer.status_code == 200 else str(answer.json()["code"])


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize("role", ["adviser", "approver"])
async def test_role_without_the_duty_is_refused_at_every_door(guard: Guard, path: str, role: str) -> None:
    assert await code(guard, await manager_of(guard, role=role), path, DOORS[path]) == "action-not-allowed"


@pytest.mark.parametrize("path", DOORS)
async def test_manager_who_sends_what_no_door_knows_is_told_where(guard: Guard, path: str) -> None:
    manager = await manager_of(guard)
    answer = await guard.post(manager, path, {**DOORS[path], "everybody": True})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed"), pretty(answer)


async def test_manager_says_that_a_colleague_left_and_the_next_opening_is_refused(guard: Guard) -> None:
    world = guard.world
    manager, agent = await manager_of(guard), await world.agent(world.offices["North"])
    person = await world.person(agent.organisation, referent=agent)
    assert (await guard.open(agent, person)).status_code == 200
    answer = await guard.post(manager, "/v1/leave", {"account": agent.account})
    assert answer.json() == {"outcome": "left"}, pretty(answer)
    assert (await guard.open(agent, person)).json()["code"] in ("session-ended", "account-suspended")
    assert await code(guard, manager, "/v1/leave", {"account": agent.account}) == "unknown-colleague"


async def test_manager_of_another_office_reaches_nobody_here_where_the_network_does(guard: Guard) -> None:
    world = guard.world
    agent, stranger = await world.agent(world.offices["North"]), await manager_of(guard, "South")
    assert await code(guard, stranger, "/v1/leave", {"account": agent.account}) == "unknown-colleague"
    there = {"account": agent.account, "organisation": agent.organisation}
    assert await code(guard, stranger, "/v1/leave", there) == "out-of-reach"
    assert await code(guard, stranger, "/v1/leavers/accounts", {"organisation": agent.organisation}) == "out-of-reach"
    body = {"organisation": agent.organisation, "text": "email,last_day\n", "apply": True}
    assert await code(guard, stranger, "/v1/leavers/import", body) == "out-of-reach"
    assert await status(world, agent) == "active"
    await world.organisation("Network", kind="network")
    network = await world.agent(await world.organisation("Network above", "network"), "network-administrator")
    assert await code(guard, network, "/v1/leave", there) == "done"


async def test_manager_sees_colleagues_of_his_office_alone_the_longest_unused_first(guard: Guard) -> None:
    world = guard.world
    manager, agent = await manager_of(guard), await world.agent(world.offices["North"])
    await world.agent(world.offices["South"])
    await world.conn.execute(
        "UPDATE guard.session SET seen_at = seen_at - interval '61 days' WHERE account = $1", agent.account
    )
    told = (await guard.post(manager, "/v1/leavers/accounts", {})).json()
    assert [row["account"] for row in told["rows"]] == [agent.account, manager.account]
    first = told["rows"][0]
    assert (told["total"], first["warned"], first["roles"][0]["fr"]) == (2, True, "Conseiller")
    assert first["suspends_at"] is not None
    assert told["rows"][1]["warned"] is False
    assert (await guard.post(manager, "/v1/leavers/accounts", {"page": 2})).json()["rows"] == []


async def test_manager_answers_for_who_waits_at_his_office_once_and_for_nobody_elsewhere(guard: Guard) -> None:
    world = guard.world
    manager, stranger = await manager_of(guard), await manager_of(guard, "South")
    agent = await world.agent(world.offices["North"])
    leaver = await waiting(guard, agent)
    assert (await guard.post(stranger, "/v1/leavers/list", {})).json() == {
        "rows": [],
        "escalations": [],
        "undelivered": 0,
    }
    assert await code(guard, stranger, "/v1/leavers/confirm", {"leaver": leaver}) == "unknown-colleague"
    (row,) = (await guard.post(manager, "/v1/leavers/list", {})).json()["rows"]
    assert (row["leaver"], row["account"], row["organisation"]) == (leaver, agent.account, "North")
    assert await code(guard, manager, "/v1/leavers/confirm", {"leaver": leaver}) == "done"
    assert await status(world, agent) == "suspended"
    for door in ("confirm", "dismiss"):
        assert await code(guard, manager, f"/v1/leavers/{door}", {"leaver": leaver}) == "already-decided"


async def test_manager_decides_nothing_about_himself_nor_sends_an_approver_away(guard: Guard) -> None:
    world = guard.world
    manager, approver = await manager_of(guard), await manager_of(guard, role="approver")
    mine, theirs = await waiting(guard, manager), await waiting(guard, approver)
    assert await code(guard, manager, "/v1/leavers/dismiss", {"leaver": mine}) == "same-person"
    assert await code(guard, manager, "/v1/leavers/confirm", {"leaver": theirs}) == "out-of-reach"
    assert await status(world, approver) == "active"
    security = await manager_of(guard, role="security-officer")
    assert await code(guard, security, "/v1/leavers/confirm", {"leaver": theirs}) == "done"


async def test_two_managers_who_answer_at_once_decide_once(guard: Guard) -> None:
    world = guard.world
    first, second = await manager_of(guard), await manager_of(guard)
    leaver = await waiting(guard, await world.agent(world.offices["North"]))
    answers = await asyncio.gather(
        code(guard, first, "/v1/leavers/confirm", {"leaver": leaver}),
        code(guard, second, "/v1/leavers/dismiss", {"leaver": leaver}),
    )
    assert sorted(answers) == ["already-decided", "done"]
    assert len(await guard.entries("leaver")) in (1, 2)  # the row's end, and the account's where it was confirmed


async def test_manager_who_reads_a_file_first_sees_and_then_does(guard: Guard) -> None:
    world = guard.world
    manager = await manager_of(guard)
    await crowd(world, "North", 3)
    gone = await world.agent(world.offices["North"], email_index=blind.agent_email(world.keys, "a@m.example"))
    stays = await world.agent(world.offices["South"], email_index=blind.agent_email(world.keys, "b@m.example"))
    text = "email;last_day\na@m.example;2026-01-31\nb@m.example;2026-01-31\nc;x\n"
    seen = (await guard.post(manager, "/v1/leavers/import", {"text": text})).json()
    assert seen == {
        "now": 1, "later": 0, "unknown": 1, "applied": None,
        "problems": [{"line": 4, "field": "email", "expected": "address"}],
    }  # fmt: skip
    assert await status(world, gone) == "active"
    done = (await guard.post(manager, "/v1/leavers/import", {"text": text, "apply": True})).json()
    assert done["applied"] == {"left": 1, "waiting": 0, "shortened": 0, "remaining": 0}
    assert [await status(world, one) for one in (gone, stays)] == ["suspended", "active"]


async def test_manager_may_send_a_list_in_place_of_a_file(guard: Guard) -> None:
    world = guard.world
    manager = await manager_of(guard)
    agent = await world.agent(world.offices["North"], email_index=blind.agent_email(world.keys, "a@m.example"))
    day = str((await world.now()).date() + timedelta(days=20))
    people = [{"address": "A@m.example", "last_day": day}, {"address": "a@m.example", "last_day": day}]
    done = (await guard.post(manager, "/v1/leavers/import", {"people": people, "apply": True})).json()
    assert done["applied"] == {"left": 0, "waiting": 0, "shortened": 1, "remaining": 0}
    assert done["problems"] == [{"line": 2, "field": "email", "expected": "named-once"}]
    assert await status(world, agent) == "active"


async def test_file_longer_than_the_guard_reads_is_refused(guard: Guard) -> None:
    manager = await manager_of(guard)
    assert await code(guard, manager, "/v1/leavers/import", {"text": "x" * 200_001}) == "malformed"
    answer = await guard.post(manager, "/v1/leavers/import", {"text": "x" * 300_000})
    assert answer.status_code == 413


async def test_manager_with_a_forged_account_in_sight_reads_no_name_of_it(guard: Guard) -> None:
    world = guard.world
    manager, agent = await manager_of(guard), await world.agent(world.offices["North"])
    await world.conn.execute("UPDATE guard.account SET reviewed_until = now() WHERE id = $1", agent.account)
    told = (await guard.post(manager, "/v1/leavers/accounts", {})).json()
    assert [row["account"] for row in told["rows"]] == [AccountId(manager.account)]


async def test_manager_sends_few_away_alone_and_neither_suspending_nor_confirming_adds_to_them(guard: Guard) -> None:
    world = guard.world
    manager, colleague = await manager_of(guard), await manager_of(guard)
    network = await world.agent(await world.organisation("Network above", "network"), "network-administrator")
    staff = [await world.agent(world.offices["North"]) for _ in range(5)]
    outcomes = [(await guard.post(manager, "/v1/leave", {"account": one.account})).json() for one in staff]
    assert outcomes == [{"outcome": "left"}] * 3 + [{"outcome": "waiting"}] * 2
    suspended = {"account": staff[3].account, "reason": "departure"}
    assert await code(guard, manager, "/v1/containments/suspend", suspended) == "too-many-suspensions"
    ids = await world.conn.fetch("SELECT id FROM guard.leaver WHERE status = 'waiting' ORDER BY created_at")
    for somebody in (manager, colleague):
        assert await code(guard, somebody, "/v1/leavers/confirm", {"leaver": str(ids[0]["id"])}) == "out-of-reach"
    waits = await waiting(guard, staff[4], Source.HR)
    assert await code(guard, colleague, "/v1/leavers/confirm", {"leaver": waits}) == "too-many-suspensions"
    assert await status(world, staff[3]) == "active"
    assert await code(guard, network, "/v1/leavers/confirm", {"leaver": str(ids[0]["id"])}) == "done"
    assert await status(world, staff[3]) == "suspended"


async def test_personnel_file_that_ends_an_approver_tomorrow_shortens_nothing_of_his(guard: Guard) -> None:
    world = guard.world
    manager = await manager_of(guard)
    emails, until = {}, {}
    for role in ("approver", "adviser"):
        agent = await world.agent(world.offices["North"], role)
        emails[role] = f"{role}.of.the.file@north.example"
        row = await world.conn.fetchrow("SELECT * FROM guard.account WHERE id = $1", agent.account)
        index = blind.agent_email(world.keys, emails[role])
        await stamped.amend(world.conn, world.keys, "account", row, email_index=index)
        until[role] = agent.habilitation
    day = (await world.now() + timedelta(days=1)).date()
    people = [{"address": address, "last_day": str(day)} for address in emails.values()]
    answer = await guard.post(manager, "/v1/leavers/import", {"people": people, "apply": True})
    assert answer.status_code == 200, pretty(answer)
    ends = {
        role: await world.conn.fetchval("SELECT until_at FROM guard.habilitation WHERE id = $1", held)
        for role, held in until.items()
    }
    assert ends["adviser"] < await world.now() + timedelta(days=3)
    assert ends["approver"] > await world.now() + timedelta(days=300)
