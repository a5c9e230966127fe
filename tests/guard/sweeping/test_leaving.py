"""Leaving an organisation: by a manager's word, by the personnel file, by somebody's answer on those who waited."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta

import pytest

from beffroi.core.ids import AccountId
from beffroi.guard import stamped, turnstile
from beffroi.guard.duties import Work
from beffroi.guard.sweeping import departures, leaving
from beffroi.guard.sweeping.leavers import Source, Standing
from beffroi.guard.sweeping.leaving import Outcome
from beffroi.guard.sweeping.personnel_file import Leaving
from beffroi.guard.vault import blind
from tests.databases import FreshDatabase
from tests.guard.sweeping.staff import crowd, idler, journaled, leaver, staffed, status, swept
from tests.guard.world import AgentOfTest, World


@pytest.fixture
async def world(fresh: FreshDatabase) -> AsyncIterator[World]:
    async with staffed(fresh) as built:
        yield built


@asynccontextmanager
async def turn(world: World) -> AsyncIterator[Work]:
    async with world.conn.transaction():
        await turnstile.take(world.conn)
        yield Work(world.conn, world.keys, world.policy, await stamped.instant(world.conn))


async def leaves(world: World, manager: AgentOfTest, agent: AgentOfTest, *, alone: bool = True) -> Outcome:
    async with turn(world) as work:
        return await leaving.leave(
            work, agent.account, manager.organisation, Source.MANAGER, by=manager.account, alone=alone
        )


async def held(world: World, agent: AgentOfTest) -> list[str]:
    rows = await world.conn.fetch(
        "SELECT * FROM guard.habilitation WHERE account = $1 ORDER BY from_at, id", agent.account
    )
    assert all(world.keys.authenticator.genuine_row("habilitation", row) for row in rows)
    return sorted(row["status"] for row in rows)


async def manager_of(world: World, office: str = "North") -> AgentOfTest:
    return await world.agent(world.offices[office], "account-manager")


async def test_manager_says_that_an_adviser_left_and_nothing_is_left_to_her(world: World) -> None:
    manager, agent = await manager_of(world), await world.agent(world.offices["North"])
    assert await leaves(world, manager, agent) is Outcome.LEFT
    assert await status(world, agent) == "suspended"
    assert await held(world, agent) == ["closed"]
    row = await leaver(world, agent)
    assert (row["source"], row["status"], str(row["decided_by"])) == ("manager", "done", manager.account)
    assert await world.conn.fetchval("SELECT revoked_at IS NOT NULL FROM guard.session WHERE id = $1", agent.session)
    assert await journaled(world, agent, "habilitation") == [("habilitation", "leaver-manager")]
    assert await journaled(world, agent) == [("leaver", "manager")] * 2
    assert await leaves(world, manager, agent) is Outcome.UNKNOWN


async def test_adviser_who_works_elsewhere_too_keeps_that(world: World) -> None:
    manager, agent = await manager_of(world), await world.agent(world.offices["North"])
    await world.habilitation(agent.account, world.offices["South"], "adviser")
    assert await leaves(world, manager, agent) is Outcome.LEFT
    assert await status(world, agent) == "active"
    assert await held(world, agent) == ["closed", "confirmed"]


async def test_manager_of_another_office_finds_nobody(world: World) -> None:
    manager, agent = await manager_of(world, "South"), await world.agent(world.offices["North"])
    assert await leaves(world, manager, agent) is Outcome.UNKNOWN
    assert await status(world, agent) == "active"


@pytest.mark.parametrize("role", ["approver", "security-officer"])
async def test_manager_alone_sends_no_watcher_away_where_the_network_does(world: World, role: str) -> None:
    manager, watcher = await manager_of(world), await world.agent(world.offices["North"], role)
    assert await leaves(world, manager, watcher) is Outcome.WAITING
    assert await leaves(world, manager, watcher) is Outcome.WAITING
    assert await status(world, watcher) == "active"
    assert (await leaver(world, watcher))["status"] == "waiting"
    assert await leaves(world, manager, watcher, alone=False) is Outcome.LEFT
    assert (await leaver(world, watcher))["status"] == "confirmed"


async def test_last_manager_who_leaves_is_escalated_in_the_same_transaction(world: World) -> None:
    manager, other = await manager_of(world), await manager_of(world)
    assert await leaves(world, manager, other) is Outcome.LEFT
    assert await world.conn.fetchval("SELECT count(*) FROM guard.escalation") == 0
    assert await leaves(world, manager, manager) is Outcome.LEFT
    row = await world.conn.fetchrow("SELECT * FROM guard.escalation")
    assert row is not None
    assert (row["kind"], str(row["account"])) == ("no-manager", manager.account)


@pytest.mark.parametrize(("standing", "left"), [(Standing.CONFIRMED, "suspended"), (Standing.DISMISSED, "active")])
async def test_person_answers_for_an_idler_who_waits_and_the_question_does_not_come_back(
    world: World, fresh: FreshDatabase, standing: Standing, left: str
) -> None:
    people = [await idler(world, days=100 + number) for number in range(3)]
    await swept(world, fresh.guard)
    manager, last = await manager_of(world), people[0]
    async with turn(world) as work:
        (row,) = await leaving.waiting_at(work, world.offices["North"])
        assert await leaving.waiting_at(work, world.offices["South"]) == []
        await leaving.decide(work, row, standing, by=manager.account)
    assert await status(world, last) == left
    assert (await leaver(world, last))["status"] == standing.value
    assert not await swept(world, fresh.guard)
    assert await status(world, last) == left


async def addressed(world: World, office: str, address: str, role: str = "adviser") -> AgentOfTest:
    return await world.agent(world.offices[office], role, email_index=blind.agent_email(world.keys, address))


async def days(world: World, *lines: tuple[str, int]) -> list[Leaving]:
    today = (await world.now()).date()
    return [Leaving(place, address, today + timedelta(days=day)) for place, (address, day) in enumerate(lines, 2)]


async def test_file_past_days_leave_coming_ones_end_and_strangers_are_counted(world: World) -> None:
    await crowd(world, "North", 5)
    gone, coming = await addressed(world, "North", "a@m.example"), await addressed(world, "North", "b@m.example")
    stranger = await addressed(world, "South", "c@m.example")
    lines = await days(world, ("a@m.example", -3), ("b@m.example", 10), ("c@m.example", -3), ("d@m.example", -3))
    async with turn(world) as work:
        planned = await departures.plan(work, gone.organisation, lines)
    assert planned.now == (gone.account,)
    assert [account for account, _ in planned.later] == [coming.account]
    assert planned.unknown == 2
    async with turn(world) as work:
        assert await departures.apply(work, gone.organisation, lines, by=None) == (1, 0, 1, 0)
    async with turn(world) as work:
        assert await departures.apply(work, gone.organisation, lines, by=None) == (0, 0, 0, 0)
    assert [await status(world, one) for one in (gone, coming, stranger)] == ["suspended", "active", "active"]
    until = await world.conn.fetchval("SELECT until_at FROM guard.habilitation WHERE id = $1", coming.habilitation)
    assert until.astimezone(departures.PARIS).date() == lines[1].last_day + timedelta(days=1)
    assert await held(world, coming) == ["confirmed"]


async def test_file_past_the_limit_waits_for_a_person(world: World) -> None:
    people = [await addressed(world, "North", f"p{number}@m.example") for number in range(5)]
    lines = await days(world, *((f"p{number}@m.example", -1) for number in range(5)))
    async with turn(world) as work:
        assert await departures.apply(work, people[0].organisation, lines, by=None) == (2, 3, 0, 0)
    assert sorted([await status(world, one) for one in people]) == ["active"] * 3 + ["suspended"] * 2
    async with turn(world) as work:
        assert await departures.apply(work, people[0].organisation, lines, by=None) == (0, 0, 0, 0)


async def test_file_that_names_an_approver_waits_for_a_person(world: World) -> None:
    await crowd(world, "North", 40)
    approver = await addressed(world, "North", "a@m.example", "approver")
    lines = [Leaving(2, "a@m.example", date(2026, 1, 1))]
    async with turn(world) as work:
        assert await departures.apply(work, approver.organisation, lines, by=None) == (0, 1, 0, 0)
    assert await status(world, approver) == "active"


async def test_file_longer_than_a_turn_tells_what_remains(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(departures, "TURN", 2)
    await crowd(world, "North", 50)
    people = [await addressed(world, "North", f"p{number}@m.example") for number in range(3)]
    lines = await days(world, *((f"p{number}@m.example", 5) for number in range(3)))
    async with turn(world) as work:
        assert await departures.apply(work, people[0].organisation, lines, by=AccountId(people[0].account)) == (
            0, 0, 2, 1,
        )  # fmt: skip


async def ends_of(world: World, *people: AgentOfTest) -> list[bool]:
    """Of each, whether what is held ends within a month."""
    soon = await world.now() + timedelta(days=30)
    ends = [
        await world.conn.fetchval("SELECT until_at FROM guard.habilitation WHERE id = $1", one.habilitation)
        for one in people
    ]
    return [end < soon for end in ends]


async def test_file_that_says_tomorrow_of_everybody_shuts_no_office_and_the_rest_waits_for_a_person(
    world: World,
) -> None:
    people = [await addressed(world, "North", f"p{number}@m.example") for number in range(5)]
    lines = await days(world, *((f"p{number}@m.example", 1) for number in range(5)))
    for _ in range(2):  # given twice, it does nothing twice
        async with turn(world) as work:
            await departures.apply(work, people[0].organisation, lines, by=None)
        assert sorted(await ends_of(world, *people)) == [False] * 3 + [True] * 2
    # The same limit as for those who leave at once: together they are one office.
    gone = await addressed(world, "North", "gone@m.example")
    async with turn(world) as work:
        done = await departures.apply(work, gone.organisation, await days(world, ("gone@m.example", -1)), by=None)
    assert done == (0, 1, 0, 0)
    async with turn(world) as work:
        rows = await leaving.waiting_at(work, people[0].organisation)
    assert {row["source"] for row in rows} == {"hr"}
    assert len(rows) == 4


@pytest.mark.parametrize("late", [False, True])
async def test_person_who_confirms_a_day_to_come_ends_it_then_and_a_day_past_at_once(
    world: World, *, late: bool
) -> None:
    people = [await addressed(world, "North", f"p{number}@m.example") for number in range(3)]
    manager = await manager_of(world)
    async with turn(world) as work:
        await departures.apply(
            work, manager.organisation, await days(world, *((f"p{number}@m.example", 9) for number in range(3))),
            by=None,
        )  # fmt: skip
    [row] = await leaving.waiting_at(
        Work(world.conn, world.keys, world.policy, await world.now()), manager.organisation
    )
    last = next(one for one in people if one.account == str(row["account"]))
    async with turn(world) as work:
        then = work._replace(now=work.now + timedelta(days=20 * late))
        await leaving.decide(then, row, Standing.CONFIRMED, by=manager.account)
    assert await held(world, last) == ["closed" if late else "confirmed"]
    assert await ends_of(world, last) == [not late]


async def test_approver_whom_a_file_ends_tomorrow_waits_for_a_person(world: World) -> None:
    await crowd(world, "North", 40)
    approver = await addressed(world, "North", "a@m.example", "approver")
    async with turn(world) as work:
        lines = await days(world, ("a@m.example", 1))
        assert await departures.apply(work, approver.organisation, lines, by=None) == (0, 1, 0, 0)
    assert await ends_of(world, approver) == [False]
    assert (await leaver(world, approver))["status"] == "waiting"
