"""Migration 0019 on a database where people work already: each organisation accepts what they came through, once."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from beffroi.config import database
from beffroi.config.embedded_postgres import EmbeddedPostgres
from beffroi.guard import migrations
from beffroi.guard.keys import KeysRefused
from beffroi.guard.migrations import MigrationRefused
from tests.guard import world as worlds
from tests.guard.world import World, new_keys

NAME = "0019_providers.sql"
BEFORE = tuple(file for file in migrations.shipped() if file.name < NAME)
Before = tuple[database.Databases, World]


@pytest.fixture
async def before(postgres: EmbeddedPostgres) -> AsyncIterator[Before]:
    """A network at work, whose schema stopped short of the migration."""
    admin = database.create_database(postgres.dsn(), "taking_over")
    roles = database.bootstrap(admin, postgres.credentials_dir)
    database.mark_as_scratch(admin)
    await migrations.migrate(roles.owner, known=BEFORE)
    world = await worlds.build(roles.guard, providers=())
    yield roles, world
    await world.conn.close()
    connection = await asyncpg.connect(postgres.dsn())
    await connection.execute("DROP DATABASE taking_over WITH (FORCE)")
    await connection.close()


async def forward(before: Before) -> list[str]:
    roles, world = before
    return await migrations.migrate(roles.owner, load_keys=lambda: world.keys)


async def rows(world: World) -> set[tuple[str, str, str]]:
    found = await world.conn.fetch("SELECT * FROM guard.organisation_provider")
    assert all(world.keys.authenticator.genuine_row("organisation_provider", row) for row in found)
    return {(str(row["organisation"]), row["provider"], row["source"]) for row in found}


async def test_operator_brings_a_database_forward_and_each_organisation_accepts_what_it_came_through(
    before: Before,
) -> None:
    _, world = before
    north, south = world.offices["North"], world.offices["South"]
    ana = await world.agent(north)
    await world.habilitation(ana.account, south, "adviser")
    await world.agent(north, idp_id="second-idp")
    await world.agent(south, subject_index=None, idp_id=None)
    await world.agent(south, idp_id="gone-idp", status="closed")
    closed = await world.agent(south, idp_id="closed-idp")
    await world.amend("account", closed.account, status="closed")
    await world.agent(south, idp_id="spaced out idp")
    assert NAME in await forward(before)
    assert await rows(world) == {
        (north, "idp", "taken-over"), (south, "idp", "taken-over"), (north, "second-idp", "taken-over")
    }  # fmt: skip
    assert await world.conn.fetchval("SELECT count(*) FROM guard.journal WHERE kind = 'provider-accepted'") == 3


async def test_i16_database_administrator_forges_a_bound_account_before_the_upgrade_and_it_brings_nothing(
    before: Before,
) -> None:
    _, world = before
    north, south = world.offices["North"], world.offices["South"]
    ana, bea = await world.agent(north), await world.agent(south)
    await world.agent(north, idp_id="honest-idp")
    await world.conn.execute("UPDATE guard.account SET idp_id = 'evil-idp' WHERE id = $1", ana.account)
    await world.conn.execute("UPDATE guard.habilitation SET organisation = $2 WHERE account = $1", bea.account, north)
    await forward(before)
    assert await rows(world) == {(north, "honest-idp", "taken-over")}


async def test_database_administrator_who_empties_the_table_afterwards_gets_nothing_back(before: Before) -> None:
    roles, world = before
    await world.agent(world.offices["North"])
    await forward(before)
    owner = await asyncpg.connect(roles.owner)
    await owner.execute("DELETE FROM guard.organisation_provider")
    await owner.close()
    assert await forward(before) == []
    assert await rows(world) == set()


async def test_database_with_people_bound_is_not_brought_forward_without_its_own_keys(before: Before) -> None:
    roles, world = before
    await world.agent(world.offices["North"])
    with pytest.raises(MigrationRefused, match="keys"):
        await migrations.migrate(roles.owner)
    with pytest.raises(KeysRefused):
        await migrations.migrate(roles.owner, load_keys=new_keys)
    assert NAME in await migrations.waiting(world.conn)


async def test_database_where_nobody_is_bound_needs_no_keys_and_its_journal_stays_empty(before: Before) -> None:
    roles, world = before
    assert NAME in await migrations.migrate(roles.owner)
    assert await world.conn.fetchval("SELECT count(*) FROM guard.journal WHERE kind <> 'fact'") == 0
    assert await rows(world) == set()
