"""A relation that refuses: gone, or put back to what it was once lifted, it refuses again at the next look (I-16)."""

from typing import Any

import pytest

from beffroi.core.decision import Refusal
from beffroi.core.folding import Kind
from beffroi.core.refusals import Code
from beffroi.guard.decisions.asks import Granted
from beffroi.guard.erasing.one import erase_person
from beffroi.guard.journal import Entry
from beffroi.guard.relating import relations
from tests.guard.folding.conftest import Belfry
from tests.guard.world import AgentOfTest


async def restrict(belfry: Belfry, person: Any, office: Any) -> None:
    world = belfry.world
    async with world.conn.transaction():
        await relations.begin(
            world.conn, world.keys, person, office, relations.RESTRICTED, referent=None, at=await world.now()
        )


async def lift(belfry: Belfry, person: Any, office: Any) -> Any:
    """Lift it; the row as it is then."""
    world = belfry.world
    async with world.conn.transaction():
        now = await world.now()
        live = await relations.live(world.conn, world.keys, person, office, relations.RESTRICTED, now)
        assert live is not None
        await relations.end(world.conn, world.keys, live, now)
    return await world.conn.fetchrow("SELECT * FROM guard.relation WHERE person = $1 AND kind = 'restricted'", person)


@pytest.fixture
async def ana(belfry: Belfry) -> AgentOfTest:
    """An adviser of the North."""
    return await belfry.world.agent(belfry.world.offices["North"])


async def code(belfry: Belfry, agent: AgentOfTest, person: Any) -> Code | None:
    answer = await belfry.ask(agent, person)
    assert isinstance(answer, Refusal | Granted)
    return answer.code if isinstance(answer, Refusal) else None


async def test_i16_restriction_deleted_behind_the_guard_is_made_again(belfry: Belfry, ana: AgentOfTest) -> None:
    person = await belfry.world.person(ana.organisation, referent=ana)
    await restrict(belfry, person, ana.organisation)
    assert await belfry.look() == []
    assert await code(belfry, ana, person) is Code.RESTRICTED
    await belfry.owner.execute("DELETE FROM guard.relation WHERE kind = 'restricted'")
    assert await code(belfry, ana, person) is None
    [named] = await belfry.look()
    assert (named.table, named.kind) == ("relation", Kind.MISSING)
    assert await code(belfry, ana, person) is Code.RESTRICTED
    assert await belfry.look() == []


async def test_i16_restriction_put_back_to_when_it_was_lifted_holds_again(belfry: Belfry, ana: AgentOfTest) -> None:
    person = await belfry.world.person(ana.organisation, referent=ana)
    await restrict(belfry, person, ana.organisation)
    lifted = await lift(belfry, person, ana.organisation)
    assert await code(belfry, ana, person) is None
    await restrict(belfry, person, ana.organisation)
    assert await belfry.look() == []
    await belfry.owner.execute(
        "UPDATE guard.relation SET since_at = $2, until_at = $3, version = $4, mac = $5"
        " WHERE person = $1 AND kind = 'restricted'",
        person, lifted["since_at"], lifted["until_at"], lifted["version"], lifted["mac"],
    )  # fmt: skip
    [named] = await belfry.look()
    assert (named.table, named.kind) == ("relation", Kind.OLDER)
    row = await belfry.world.conn.fetchrow("SELECT * FROM guard.relation WHERE kind = 'restricted'")
    assert row is not None
    assert row["until_at"] is None


async def test_i16_restriction_forged_as_lifted_refuses(belfry: Belfry, ana: AgentOfTest) -> None:
    person = await belfry.world.person(ana.organisation, referent=ana)
    await restrict(belfry, person, ana.organisation)
    await belfry.owner.execute("UPDATE guard.relation SET until_at = now() WHERE kind = 'restricted'")
    assert await code(belfry, ana, person) is Code.INTEGRITY


async def test_i16_person_once_restricted_is_erased_and_nothing_is_missed(belfry: Belfry, ana: AgentOfTest) -> None:
    world = belfry.world
    person = await world.person(ana.organisation, referent=ana)
    await restrict(belfry, person, ana.organisation)
    await lift(belfry, person, ana.organisation)
    async with world.conn.transaction():
        await erase_person(world.conn, world.keys, entry=Entry(await world.now(), "erased", person))
    assert await belfry.look() == []


async def test_i13_restriction_deleted_behind_the_guard_of_who_is_erased_before_the_look_is_not_made_again(
    belfry: Belfry, ana: AgentOfTest
) -> None:
    world = belfry.world
    person, other = [await world.person(ana.organisation, referent=ana) for _ in range(2)]
    for one in (person, other):
        await restrict(belfry, one, ana.organisation)
    assert await belfry.look() == []
    await belfry.owner.execute("DELETE FROM guard.relation WHERE kind = 'restricted'")
    async with world.conn.transaction():
        await erase_person(world.conn, world.keys, entry=Entry(await world.now(), "erased", person))
    assert {named.kind for named in await belfry.look()} == {Kind.MISSING}
    left = await world.conn.fetch("SELECT person FROM guard.relation WHERE kind = 'restricted'")
    assert [str(row["person"]) for row in left] == [other]
    assert await belfry.look() == []
