"""A database administrator puts rows back, or takes them away: named at the next look, and refused from then on."""

from datetime import timedelta
from typing import Any

import pytest

from beffroi.core.decision import Refusal
from beffroi.core.folding import Kind
from beffroi.core.refusals import Code
from beffroi.guard import stamped
from beffroi.guard.containing.cutting import contain
from beffroi.guard.decisions.asks import Granted
from tests.guard.folding.conftest import Belfry


async def test_i16_honest_writing_is_never_named(belfry: Belfry) -> None:
    world = belfry.world
    ana = await world.agent(world.offices["North"])
    person = await world.person(world.offices["North"], referent=ana)
    for _ in range(3):
        assert isinstance(await belfry.ask(ana, person), Granted)
        assert await belfry.look() == []
    await world.amend("account", ana.account, status="suspended")
    await world.contain("organisation", world.offices["North"])
    assert await belfry.look() == []
    assert belfry.watch.refused.extents == {}
    assert await belfry.told("diverged") == []


async def test_i16_containment_deleted_is_made_again_as_it_was(belfry: Belfry) -> None:
    world = belfry.world
    ana = await world.agent(world.offices["North"])
    person = await world.person(world.offices["North"], referent=ana)
    made = await contain(
        world.conn, world.keys, world.policy, "organisation", world.offices["North"], reason="exercise",
        operator="test",
    )  # fmt: skip
    before = await belfry.row("containment", made.id)
    await belfry.look()
    await belfry.owner.execute("DELETE FROM guard.containment")
    assert [tuple(each) for each in await belfry.look()] == [("containment", made.id, Kind.MISSING)]
    assert await belfry.row("containment", made.id) == before
    assert isinstance(await belfry.ask(ana, person), Refusal)
    assert await belfry.look() == []


async def test_i16_containment_deleted_that_the_journal_does_not_describe_contains_everything(
    belfry: Belfry,
) -> None:
    world = belfry.world
    ana = await world.agent(world.offices["South"])
    person = await world.person(world.offices["South"], referent=ana)
    await world.contain("organisation", world.offices["North"])
    assert isinstance(await belfry.ask(ana, person), Granted)
    await belfry.owner.execute("DELETE FROM guard.containment")
    await belfry.look()
    refused = await belfry.ask(ana, person)
    assert isinstance(refused, Refusal)
    assert refused.code is Code.EVERYTHING_CONTAINED


async def _suspended(belfry: Belfry, table: str, **changes: Any) -> Any:
    """Somebody of whom one row was tightened, then put back by the administrator; with the row's id."""
    world = belfry.world
    ana = await world.agent(world.offices["North"])
    id = {"account": ana.account, "session": ana.session, "habilitation": ana.habilitation}[table]
    before = await belfry.row(table, id)
    await world.amend(table, id, **changes)
    await belfry.put_back(table, before)
    return ana


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [("account", "status", "suspended"), ("habilitation", "status", "suspended"), ("session", "revoked_at", None)],
)
async def test_i16_row_put_back_to_an_older_version_is_tightened_again_and_its_account_contained(
    belfry: Belfry, table: str, column: str, value: str | None
) -> None:
    world = belfry.world
    ana = await _suspended(belfry, table, **{column: value or await world.now()})
    bob = await world.agent(world.offices["North"])
    person = await world.person(world.offices["North"], referent=ana)
    theirs = await world.person(world.offices["North"], referent=bob)
    assert isinstance(await belfry.ask(ana, person), Granted), "the row is genuine: nothing else tells"
    [found] = await belfry.look()
    assert (found.table, found.kind) == (table, Kind.OLDER)
    row = await belfry.row(table, found.id)
    assert (row[column] == value) if value else row[column] is not None
    assert isinstance(await belfry.ask(ana, person), Refusal)
    assert isinstance(await belfry.ask(bob, theirs), Granted)
    [entry] = await belfry.told("diverged")
    assert entry["detail"] == f'{{"id":"{found.id}","kind":"older","outcome":"tightened","table":"{table}"}}'
    assert await belfry.look() == []


async def test_i16_containment_of_a_diverged_account_deleted_changes_nothing(belfry: Belfry) -> None:
    world = belfry.world
    ana = await _suspended(belfry, "account", status="suspended")
    person = await world.person(world.offices["North"], referent=ana)
    await belfry.look()
    row = await belfry.row("account", ana.account)
    async with world.conn.transaction():
        await stamped.amend(world.conn, world.keys, "account", row, status="active")
    session = await belfry.row("session", ana.session)
    again = await world.sign_in(ana.account, ana.habilitation, ana.organisation, "adviser")
    assert session["revoked_at"] is not None
    await belfry.owner.execute("DELETE FROM guard.containment")
    refused = await belfry.ask(again, person)
    assert isinstance(refused, Refusal)
    assert refused.code is Code.ACCOUNT_SUSPENDED


async def test_i16_containment_of_a_diverged_account_once_lifted_refuses_no_more(belfry: Belfry) -> None:
    world = belfry.world
    ana = await _suspended(belfry, "account", status="suspended")
    person = await world.person(world.offices["North"], referent=ana)
    await belfry.look()
    id = await world.conn.fetchval("SELECT id FROM guard.containment")
    await world.amend("containment", id, lifted_at=await world.now())
    await world.amend("account", ana.account, status="active")
    again = await world.sign_in(ana.account, ana.habilitation, ana.organisation, "adviser")
    assert isinstance(await belfry.ask(again, person), Refusal)
    await belfry.look()
    assert isinstance(await belfry.ask(again, person), Granted)


async def test_i16_budget_deleted_is_counted_again_and_its_account_contained(belfry: Belfry) -> None:
    world = belfry.world
    ana = await world.agent(world.offices["North"])
    people = [await world.person(world.offices["North"], referent=ana) for _ in range(3)]
    for person in people:
        assert isinstance(await belfry.ask(ana, person), Granted)
    before = await world.conn.fetch("SELECT key, day_spent, month_spent FROM guard.budget ORDER BY key")
    await belfry.owner.execute("DELETE FROM guard.budget WHERE key LIKE 'account/%'")
    [found] = await belfry.look()
    assert (found.table, found.kind) == ("budget", Kind.MISSING)
    assert await world.conn.fetch("SELECT key, day_spent, month_spent FROM guard.budget ORDER BY key") == before
    assert isinstance(await belfry.ask(ana, people[0]), Refusal)
    assert await belfry.look() == []


async def test_i16_reach_deleted_is_remembered_again(belfry: Belfry) -> None:
    world = belfry.world
    ana = await world.agent(world.offices["North"])
    person = await world.person(world.offices["North"], referent=ana)
    assert isinstance(await belfry.ask(ana, person), Granted)
    await belfry.owner.execute("DELETE FROM guard.reach")
    [found] = await belfry.look()
    assert found == ("reach", f"{ana.account}/{person}", Kind.MISSING)
    assert await world.conn.fetchval("SELECT count(*) FROM guard.reach") == 1
    assert await belfry.look() == []


async def test_i16_turnstile_set_back_after_a_suspension_is_noticed_and_opens_nothing(belfry: Belfry) -> None:
    world = belfry.world
    ana = await world.agent(world.offices["North"])
    people = [await world.person(world.offices["North"], referent=ana) for _ in range(3)]
    for person in people[:2]:
        assert isinstance(await belfry.ask(ana, person), Granted)
    await belfry.look()
    number = await world.conn.fetchval("SELECT number FROM guard.turnstile")
    await world.amend("account", ana.account, status="suspended")
    await belfry.owner.execute("UPDATE guard.turnstile SET number = $1", number)
    [found] = await belfry.look()
    assert (found.table, found.kind) == ("turnstile", Kind.OLDER)
    refused = await belfry.ask(ana, people[2])
    assert isinstance(refused, Refusal)
    assert refused.code is Code.EVERYTHING_CONTAINED


async def test_i16_genuine_row_that_the_journal_never_told_of_is_tightened(belfry: Belfry) -> None:
    world = belfry.world
    ana = await world.agent(world.offices["North"])
    await belfry.look()
    row = await belfry.row("account", ana.account)
    belfry.watch.known.baselines = [
        belfry.watch.known.baselines[0]._replace(began=belfry.watch.known.baselines[0].began - 2 * 3_600_000_000)
    ]
    later = {**row, "attested_until": row["attested_until"] + timedelta(days=400), "version": 2}
    await belfry.put_back("account", {**later, "mac": world.keys.authenticator.stamp_row("account", later)})
    [found] = await belfry.look()
    assert found == ("account", ana.account, Kind.UNKNOWN)
    assert (await belfry.row("account", ana.account))["status"] == "suspended"


async def test_i16_twenty_one_rows_put_back_at_once_contain_everything_and_write_no_row(belfry: Belfry) -> None:
    world = belfry.world
    agents = [await world.agent(world.offices["North"]) for _ in range(21)]
    before = [await belfry.row("account", each.account) for each in agents]
    for each in agents:
        await world.amend("account", each.account, status="suspended")
    for row in before:
        await belfry.put_back("account", row)
    assert len(await belfry.look()) == 21
    assert await world.conn.fetchval("SELECT count(*) FROM guard.account WHERE status = 'suspended'") == 0
    [kind] = [row["kind"] for row in await world.conn.fetch("SELECT kind FROM guard.containment")]
    assert kind == "everything"
