"""The inventory kept in memory follows every change of the database, and believes no forged row."""

from datetime import timedelta

import pytest

from beffroi.core.exposure import Exposure
from beffroi.core.ids import AccountId
from beffroi.guard.exposure import trend
from beffroi.guard.exposure.keeping import COUNTED, Inventory
from tests.databases import FreshDatabase
from tests.guard import world as worlds
from tests.guard.world import AgentOfTest, World


async def shown(world: World, inventory: Inventory, agent: AgentOfTest) -> Exposure:
    network = await inventory.refresh(world.conn, world.policy)
    return network.exposure(agent.account)


async def adviser_with_people(world: World) -> AgentOfTest:
    """An adviser of North who follows three people; a fourth is followed by nobody in particular."""
    ana = await world.agent(world.offices["North"])
    for _ in range(3):
        await world.person(world.offices["North"], referent=ana)
    await world.person(world.offices["North"])
    await world.person()
    return ana


async def test_inventory_adviser_reads_her_people_and_whom_she_may_search_up_to_the_population(
    fresh: FreshDatabase,
) -> None:
    world = await worlds.build(fresh.guard)
    ana = await adviser_with_people(world)
    found = await shown(world, Inventory(world.keys), ana)
    assert found == ((5, 5, 5), (0, 0, 0), (0, 0, 0), (5, 5, 5))


@pytest.mark.parametrize(
    "change", ["account", "habilitation", "organisation", "application", "contained", "attested"]
)
async def test_i07_inventory_account_that_may_no_longer_read_shows_nobody_and_everybody_again_afterwards(
    fresh: FreshDatabase, change: str
) -> None:
    world = await worlds.build(fresh.guard)
    ana = await adviser_with_people(world)
    rui = await world.agent(world.offices["North"], "receptionist")
    inventory = Inventory(world.keys)
    before = await shown(world, inventory, ana), await shown(world, inventory, rui)
    past = await world.now() - timedelta(hours=1)
    ended: dict[str, tuple[str, str, dict[str, object], dict[str, object]]] = {
        "account": ("account", ana.account, {"status": "suspended"}, {"status": "active"}),
        "habilitation": ("habilitation", ana.habilitation, {"status": "closed"}, {"status": "confirmed"}),
        "organisation": ("organisation", ana.organisation, {"active": False}, {"active": True}),
        "application": ("application", world.application, {"open": False}, {"open": True}),
        "attested": ("account", ana.account, {"attested_until": past}, {"attested_until": past + timedelta(days=9)}),
    }
    if change == "contained":
        id_ = await world.contain("account", ana.account)
        assert (await shown(world, inventory, ana)).direct == (0, 0, 0)
        await world.amend("containment", id_, lifted_at=await world.now())
    else:
        table, id_, lost, back = ended[change]
        await world.amend(table, id_, **lost)
        assert (await shown(world, inventory, ana)).direct == (0, 0, 0)
        assert ((await shown(world, inventory, rui)) == before[1]) == (change not in ("organisation", "application"))
        await world.amend(table, id_, **back)
    assert (await shown(world, inventory, ana), await shown(world, inventory, rui)) == before


async def test_inventory_relations_are_counted_at_once_for_who_asks_and_within_ten_minutes_for_all(
    fresh: FreshDatabase,
) -> None:
    world = await worlds.build(fresh.guard)
    quality = await world.agent(world.offices["North"], "quality-officer")
    inventory = Inventory(world.keys)
    assert (await shown(world, inventory, quality)).direct == (0, 0, 0)
    for _ in range(2):
        await world.person(world.offices["North"])
    assert (await shown(world, inventory, quality)).direct == (0, 0, 0)
    network = await inventory.refresh(world.conn, world.policy, [world.offices["North"]])
    assert network.exposure(quality.account).direct == (0, 0, 0), "nobody was known when people were last counted"
    owner = await world.conn.fetchval("SELECT count(*) FROM guard.person")
    assert owner == 2
    assert timedelta(minutes=10) == COUNTED
    assert (await shown(world, Inventory(world.keys), quality)).direct == (2, 2, 2)


@pytest.mark.parametrize("table", ["account", "habilitation", "organisation", "application", "containment"])
async def test_i16_inventory_row_forged_gives_nobody_anything(fresh: FreshDatabase, table: str) -> None:
    world = await worlds.build(fresh.guard)
    ana = await adviser_with_people(world)
    await world.contain("account", "00000000-0000-4000-8000-00000000000a")
    inventory = Inventory(world.keys)
    assert (await shown(world, inventory, ana)).direct == (5, 5, 5)
    await world.conn.execute(f"UPDATE guard.{table} SET mac = sha256(mac)")
    assert (await shown(world, inventory, ana)).direct == (0, 0, 0)


async def test_inventory_account_created_or_deleted_is_followed(fresh: FreshDatabase) -> None:
    world = await worlds.build(fresh.guard)
    await adviser_with_people(world)
    manager = await world.agent(world.offices["North"], "account-manager")
    inventory = Inventory(world.keys)
    assert (await shown(world, inventory, manager)).through == (0, 0, 0)
    pools = [manager.account]
    child = await world.agent(world.offices["North"], applications=(), requested_by=manager.account, pools=pools)
    assert (await shown(world, inventory, manager)).through == (5, 5, 5)
    assert inventory.network.line(manager.account) == {child.account}
    for statement in ("session WHERE account", "habilitation WHERE account", "account WHERE id"):
        await world.conn.execute(f"DELETE FROM guard.{statement} = $1", child.account)
    assert (await shown(world, inventory, manager)).through == (0, 0, 0)
    assert AccountId(child.account) not in inventory.network.accounts


async def test_inventory_is_written_down_each_day_and_forgotten_after_400(fresh: FreshDatabase) -> None:
    world = await worlds.build(fresh.guard)
    ana = await adviser_with_people(world)
    inventory, now = Inventory(world.keys), await world.now()
    for days in (402, 30, 29, 1, 1):  # one more than 401: an hour of summer time may bring it a day nearer
        at = now - timedelta(days=days)
        assert await trend.record(world.conn, world.keys, world.policy, at, inventory) == 1
    assert await trend.record(world.conn, world.keys, world.policy, now) == 1
    assert await world.conn.fetchval("SELECT count(*) FROM guard.exposure") == 4
    read = (await trend.read(world.conn, [ana.account], now))[ana.account]
    assert [(one.direct, one.through) for one in read] == [(5, 0)] * 3
    assert [read[-1].day - one.day for one in read] == [29, 1, 0]
