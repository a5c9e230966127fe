"""A database that was in use before organisations accepted providers: what bound accounts came through, once."""

from uuid import uuid4

import asyncpg
import pytest

from beffroi.guard import stamped
from beffroi.guard.journal import Entry, append
from beffroi.guard.providers.taking_over import take_over
from tests.databases import FreshDatabase
from tests.guard.world import World, build


async def before(fresh: FreshDatabase) -> World:
    """A world of the version before: agents bound, and no provider accepted anywhere."""
    world = await build(fresh.guard)
    async with world.conn.transaction():
        await append(world.conn, [Entry(await world.now(), "network-imported")])
    await emptied(fresh)
    return world


async def emptied(fresh: FreshDatabase) -> None:
    """As the schema's owner could: the guard's own role may delete none of these rows."""
    owner = await asyncpg.connect(fresh.owner)
    await owner.execute("DELETE FROM guard.organisation_provider")
    await owner.close()


async def rows(world: World) -> set[tuple[str, str, str]]:
    found = await world.conn.fetch("SELECT * FROM guard.organisation_provider")
    assert all(world.keys.authenticator.genuine_row("organisation_provider", row) for row in found)
    return {(str(row["organisation"]), row["provider"], row["source"]) for row in found}


async def test_operator_starts_the_new_version_and_finds_each_organisation_with_what_it_came_through(
    fresh: FreshDatabase,
) -> None:
    world = await before(fresh)
    north, south = world.offices["North"], world.offices["South"]
    ana = await world.agent(north)
    await world.habilitation(ana.account, south, "adviser")
    await world.agent(north, idp_id="second-idp")
    await world.agent(south, subject_index=None, idp_id=None, status="invited")
    closed = await world.agent(south, idp_id="gone-idp")
    await world.amend("account", closed.account, status="closed")
    await world.agent(south, idp_id="spaced out idp")
    assert await take_over(world.conn, world.keys) == 3
    assert await rows(world) == {
        (north, "idp", "taken-over"), (south, "idp", "taken-over"), (north, "second-idp", "taken-over")
    }  # fmt: skip
    kinds = await world.conn.fetch("SELECT kind, count(*) FROM guard.journal GROUP BY kind")
    counted = {row["kind"]: row["count"] for row in kinds}
    assert counted == {"network-imported": 1, "provider-accepted": 3, "providers-taken-over": 1}
    await world.conn.close()


async def test_database_administrator_who_empties_the_table_gets_nothing_back_at_the_next_start(
    fresh: FreshDatabase,
) -> None:
    world = await before(fresh)
    await world.agent(world.offices["North"])
    assert await take_over(world.conn, world.keys) == 1
    await emptied(fresh)
    assert await take_over(world.conn, world.keys) is None
    assert await rows(world) == set()
    await world.conn.close()


async def test_guard_that_starts_before_the_beginning_leaves_the_journal_empty_for_it(fresh: FreshDatabase) -> None:
    world = await build(fresh.guard)
    await world.agent(world.offices["North"])
    assert await take_over(world.conn, world.keys) is None
    assert await world.conn.fetchval("SELECT count(*) FROM guard.journal") == 0
    await world.conn.close()


async def test_i16_database_administrator_forges_a_bound_account_before_the_upgrade_and_nothing_is_taken_over(
    fresh: FreshDatabase,
) -> None:
    world = await before(fresh)
    ana = await world.agent(world.offices["North"])
    await world.agent(world.offices["South"])
    await world.conn.execute("UPDATE guard.account SET idp_id = 'evil-idp' WHERE id = $1", ana.account)
    with pytest.raises(stamped.Forged):
        await take_over(world.conn, world.keys)
    assert await rows(world) == set()
    await world.conn.close()


async def test_provider_accepted_and_withdrawn_before_the_upgrade_ran_stays_withdrawn(fresh: FreshDatabase) -> None:
    world = await before(fresh)
    north = world.offices["North"]
    await world.agent(north)
    await world.provider(north, "idp", withdrawn_at=await world.now(), id=str(uuid4()))
    assert await take_over(world.conn, world.keys) == 0
    row = await world.conn.fetchrow("SELECT * FROM guard.organisation_provider")
    assert row is not None
    assert row["withdrawn_at"] is not None
    await world.conn.close()
