"""A database administrator puts rows back, or takes them away: named at the next look, and refused from then on."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from beffroi.core.decision import Refusal
from beffroi.core.folding import MOST_AT_ONCE, Extent, Kind
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
    [held] = await world.conn.fetch("SELECT * FROM guard.containment")
    assert held["kind"] == "everything"
    await world.amend("containment", held["id"], lifted_at=await world.now())
    person = await world.person(world.offices["North"], referent=agents[0])
    await belfry.look()
    refused = await belfry.ask(agents[0], person)
    assert isinstance(refused, Refusal), "lifted before the rows were set right: they would serve again"
    assert refused.code is Code.EVERYTHING_CONTAINED


async def test_i16_provider_withdrawn_and_put_back_is_withdrawn_again_and_its_organisation_contained(
    belfry: Belfry,
) -> None:
    world = belfry.world
    [id] = await world.conn.fetchrow(
        "SELECT id FROM guard.organisation_provider WHERE organisation = $1 LIMIT 1", world.offices["North"]
    )
    before = await belfry.row("organisation_provider", id)
    await world.amend("organisation_provider", id, withdrawn_at=await world.now())
    await belfry.put_back("organisation_provider", before)
    [found] = await belfry.look()
    assert (found.table, found.kind) == ("organisation_provider", Kind.OLDER)
    assert (await belfry.row("organisation_provider", id))["withdrawn_at"] is not None
    assert Extent("organisation", str(world.offices["North"])) in belfry.watch.refused.extents


async def test_i16_contract_deleted_leaves_its_organisation_refused(
    belfry: Belfry,
) -> None:
    world = belfry.world
    north, now = world.offices["North"], await world.now()
    await world.insert(
        "contract", id=north, from_at=now, until_at=now + timedelta(days=300), clauses=[], controllers=[], level=3,
        contact=b"x", wrapped_key=b"x", epoch=1, opened_at=now, ended_at=None,
    )  # fmt: skip
    await belfry.look()
    await belfry.owner.execute("DELETE FROM guard.contract")
    for _ in range(2):
        [found] = await belfry.look()
        assert (found.table, found.kind) == ("contract", Kind.MISSING)
    assert belfry.watch.refused.extents


async def test_draft_of_a_review_that_a_restored_dump_brought_back_is_deleted_again(belfry: Belfry) -> None:
    world = belfry.world
    row = {"id": str(uuid4()), "organisation": world.offices["North"], "digest": b"x" * 32, "closed_at": None,
           "opened_at": await world.now(), "due_at": await world.now(), "reminded": None}  # fmt: skip
    await world.insert("campaign", **row)
    ana, drafts = await world.agent(world.offices["North"]), []
    for _ in range(MOST_AT_ONCE + 1):
        drafts.append(str(uuid4()))
        await world.insert(
            "sitting", id=drafts[-1], campaign=row["id"], reviewer=ana.account, content="", digest=b"x",
            created_at=await world.now(), signed_at=None, factor=None, nonce=b"x", challenge=None, assertion=None,
        )  # fmt: skip
    kept = await world.conn.fetch("SELECT * FROM guard.sitting")
    async with world.conn.transaction():
        gone = await world.conn.fetch("DELETE FROM guard.sitting RETURNING *")
        await stamped.record(world.conn, world.keys, "sitting", gone, gone=True)
    assert await belfry.look() == []
    for each in kept:
        places = ", ".join(f"${place}" for place in range(1, len(each) + 1))
        await belfry.owner.execute(f"INSERT INTO guard.sitting ({', '.join(each.keys())}) VALUES ({places})", *each)
    assert len(await belfry.look()) == len(drafts)
    assert await world.conn.fetchval("SELECT count(*) FROM guard.sitting") == 0
    assert await belfry.look() == []
    assert not belfry.watch.refused.extents
