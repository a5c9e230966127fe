"""What people asked and nobody answered: told before the last day to answer and once it is over, once each."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from beffroi.core.ids import OrganisationId
from beffroi.core.person_rights import REMINDERS, Standing, State, months_after, reminder
from beffroi.guard.decisions.facts import PARIS
from beffroi.guard.notifying import telling
from beffroi.guard.notifying.reminding import remind
from beffroi.guard.notifying.template_codes import Template
from beffroi.guard.notifying.templates import TEXTS
from beffroi.guard.relating.prescribing import begins
from tests.databases import FreshDatabase
from tests.guard.notifying.staff import later, told, work
from tests.guard.world import POLICY, World

TODAY = date(2026, 11, 28)
ROLE = "data-protection-correspondent"
DUE, LATE, UNSERVED = "person-request-due", "person-request-late", "person-request-unserved"


@pytest.mark.parametrize(
    ("left", "stage"),
    [(20, None), (8, None), (7, "7"), (3, "7"), (2, "2"), (0, "2"), (-1, "late"), (-60, "late"), (-61, None)],
)
def test_request_is_called_to_mind_at_each_stage(left: int, stage: str | None) -> None:
    due = TODAY + timedelta(days=left)
    standing = Standing(months_after(due, -1), State.IN_PROGRESS, None)
    assert standing.due_on == due
    assert reminder(standing, TODAY) == stage


@pytest.mark.parametrize("state", [State.ANSWERED, State.REFUSED])
def test_closed_request_is_called_to_mind_by_nobody(state: State) -> None:
    assert reminder(Standing(TODAY - timedelta(days=50), state, None), TODAY) is None


def test_extension_puts_the_reminders_off_by_two_months() -> None:
    late = Standing(TODAY - timedelta(days=40), State.IN_PROGRESS, None)
    assert (reminder(late, TODAY), reminder(late._replace(extended="complex"), TODAY)) == ("late", None)
    assert sorted(REMINDERS) == [2, 7]


async def asked(world: World, place: OrganisationId, left: int, **changes: Any) -> str:
    """A request whose answer is due in so many days; its id."""
    now, id_ = await world.now(), str(uuid4())
    today = now.astimezone(PARIS).date()
    received = months_after(today + timedelta(days=left), -1)
    assert months_after(received, 1) >= today + timedelta(days=left - 3), "a month may be shorter"
    row = {
        "id": id_, "person": uuid4(), "organisation": place, "article": "access", "received_at": begins(received),
        "state": "received", "extended": None, "reason": None, "registered_by": uuid4(), "registered_at": now,
        "moved_by": None, "moved_at": None,
    }  # fmt: skip
    await world.insert("person_request", **(row | changes))
    return id_


async def test_correspondents_of_the_office_are_told_once_at_each_stage_and_nobody_else_is(
    world: World, fresh: FreshDatabase
) -> None:
    north, south = world.offices["North"], world.offices["South"]
    nora, sami = await world.agent(north, ROLE), await world.agent(south, ROLE)
    adviser, manager = await world.agent(north), await world.agent(north, "account-manager")
    request = await asked(world, north, 20)
    async with asyncpg.create_pool(fresh.guard, min_size=1, max_size=1) as pool:
        await remind(pool, world.keys, POLICY)
        assert await told(world, nora) == []
        for days, expected in ((14, [DUE]), (19, [DUE, DUE]), (25, [DUE, DUE, LATE]), (40, [DUE, DUE, LATE])):
            await later(world, days=days)
            for _ in range(2):
                await remind(pool, world.keys, POLICY)
            assert await told(world, nora) == expected
    assert await told(world, sami, adviser, manager) == []
    rows = await world.conn.fetch("SELECT * FROM guard.message WHERE template LIKE 'person-request-%'")
    person = await world.conn.fetchval("SELECT person::text FROM guard.person_request WHERE id = $1", request)
    assert not any(person in f"{row['about']}{row['refs']}" for row in rows)


async def test_office_without_a_correspondent_has_its_manager_told_to_have_one(
    world: World, fresh: FreshDatabase
) -> None:
    south = world.offices["South"]
    manager = await world.agent(south, "account-manager")
    elsewhere = await world.agent(world.offices["North"], "account-manager")
    await asked(world, south, -5)
    async with asyncpg.create_pool(fresh.guard, min_size=1, max_size=1) as pool:
        for _ in range(2):
            await remind(pool, world.keys, POLICY)
    assert await told(world, manager) == [UNSERVED]
    assert await told(world, elsewhere) == []
    assert TEXTS[Template.PERSON_REQUEST_UNSERVED].page == "/demandes/nouvelle/", "a page that managers have"


async def test_request_made_on_line_is_told_who_answers_there_else_who_may_have_somebody_do_it(world: World) -> None:
    north, south = world.offices["North"], world.offices["South"]
    nora = await world.agent(north, ROLE)
    managers = [await world.agent(place, "account-manager") for place in (north, south)]
    for place in (north, south):
        await telling.asked_on_line(await work(world), str(uuid4()), place)
    assert await told(world, nora) == ["person-request-made"]
    assert [await told(world, one) for one in managers] == [[], [UNSERVED]]


async def test_request_answered_or_written_behind_the_guard_is_told_to_nobody(
    world: World, fresh: FreshDatabase
) -> None:
    north = world.offices["North"]
    nora = await world.agent(north, ROLE)
    await asked(world, north, -5, state="answered")
    forged = await asked(world, north, 20)
    await world.conn.execute(
        "UPDATE guard.person_request SET received_at = received_at - interval '40 days' WHERE id = $1", forged
    )
    async with asyncpg.create_pool(fresh.guard, min_size=1, max_size=1) as pool:
        await remind(pool, world.keys, POLICY)
        assert await told(world, nora) == []
        await asked(world, north, -5)
        await remind(pool, world.keys, POLICY)
    assert await told(world, nora) == [LATE]
