"""Sweeps against a real database: who is warned, suspended, waits for a person, and what survives a killed run."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from beffroi.core.ids import AccountId
from beffroi.guard.containing.cutting import suspend_account
from tests.databases import FreshDatabase
from tests.guard.sweeping.staff import crowd, idle, idler, journaled, leaver, staffed, status, swept
from tests.guard.world import POLICY, World


@pytest.fixture
async def world(fresh: FreshDatabase) -> AsyncIterator[World]:
    async with staffed(fresh) as built:
        yield built


async def test_sweep_of_people_at_work_changes_nothing(world: World, fresh: FreshDatabase) -> None:
    await crowd(world, "North", 3)
    before = await world.conn.fetchval("SELECT count(*) FROM guard.journal")
    assert await swept(world, fresh.guard) == Counter()
    assert await world.conn.fetchval("SELECT count(*) FROM guard.journal") == before


async def test_adviser_idle_two_months_is_warned_once_and_one_idle_three_is_suspended(
    world: World, fresh: FreshDatabase
) -> None:
    warned, gone = await idler(world, days=60), await idler(world, days=90)
    assert await swept(world, fresh.guard) == {"swept-warned": 1, "swept-suspended": 1}
    assert await swept(world, fresh.guard) == Counter()
    assert [await status(world, one) for one in (warned, gone)] == ["active", "suspended"]
    assert await journaled(world, warned) == [("swept-warned", "idle")]
    assert await journaled(world, gone) == [("leaver", "idle"), ("swept-suspended", "idle")] or await journaled(
        world, gone
    ) == [("swept-suspended", "idle"), ("leaver", "idle")]
    assert (await leaver(world, gone))["status"] == "done"
    live = "SELECT count(*) FROM guard.session WHERE account = $1 AND revoked_at IS NULL"
    assert await world.conn.fetchval(live, gone.account) == 0
    assert await world.conn.fetchval(live, warned.account) == 1


async def test_i12_machine_with_room_for_two_suspends_the_administrators_and_the_adviser_waits(
    world: World, fresh: FreshDatabase
) -> None:
    adviser = await idler(world, days=400)
    first, second = await idler(world, role="account-manager", days=46), await idler(world, role="approver", days=47)
    assert await swept(world, fresh.guard) == {"swept-suspended": 2, "waiting": 1, "escalated": 1}
    assert [await status(world, one) for one in (first, second)] == ["suspended", "suspended"]
    assert await status(world, adviser) == "active"
    assert (await leaver(world, adviser))["status"] == "waiting"
    assert await swept(world, fresh.guard) == {"still-waiting": 1}


async def test_colleague_of_another_office_is_suspended_where_the_first_office_is_past_its_share(
    world: World, fresh: FreshDatabase
) -> None:
    for _ in range(3):
        await idler(world, "North")
    elsewhere = await idler(world, "South")
    assert await swept(world, fresh.guard) == {"swept-suspended": 3, "waiting": 1}
    assert await status(world, elsewhere) == "suspended"


async def test_network_past_twenty_in_an_hour_waits_whatever_the_office(world: World, fresh: FreshDatabase) -> None:
    for number in range(11):
        await world.organisation(f"Office {number}")
        for _ in range(2):
            await idler(world, f"Office {number}")
    assert await swept(world, fresh.guard) == {"swept-suspended": 20, "waiting": 2}


async def test_idler_who_waits_and_works_again_no_longer_waits(world: World, fresh: FreshDatabase) -> None:
    people = [await idler(world, days=100 + number) for number in range(3)]
    await swept(world, fresh.guard)
    last = people[0]
    assert (await leaver(world, last))["status"] == "waiting"
    await idle(world, last, 0)
    assert await swept(world, fresh.guard) == {"dismissed": 1}
    row = await leaver(world, last)
    assert (row["status"], row["decided_by"]) == ("dismissed", None)
    assert await status(world, last) == "active"


async def test_account_given_back_by_people_begins_anew(world: World, fresh: FreshDatabase) -> None:
    agent = await idler(world, days=120)
    await swept(world, fresh.guard)
    await world.amend("account", agent.account, status="active")
    assert await swept(world, fresh.guard) == {"swept-restarted": 1}
    assert await swept(world, fresh.guard) == Counter()
    assert await status(world, agent) == "active"


async def test_account_contained_for_months_and_given_back_is_not_swept_at_once(
    world: World, fresh: FreshDatabase
) -> None:
    agent = await idler(world, days=120)
    await suspend_account(world.conn, world.keys, POLICY, agent.account, reason="stolen-session", operator="night")
    assert await swept(world, fresh.guard) == {"swept-noted": 1}
    await world.amend("account", agent.account, status="active")
    await swept(world, fresh.guard)
    assert await status(world, agent) == "active"


async def test_lapses_are_written_down_and_count_in_no_limit(world: World, fresh: FreshDatabase) -> None:
    now = await world.now()
    people = [
        await world.agent(world.offices["North"], attested_until=now - timedelta(days=30 + number))
        for number in range(4)
    ]
    fresh_lapse = await world.agent(world.offices["North"], attested_until=now - timedelta(days=29))
    assert await swept(world, fresh.guard) == {"swept-suspended": 4}
    assert {await status(world, one) for one in people} == {"suspended"}
    assert await status(world, fresh_lapse) == "active"
    assert await world.conn.fetchval("SELECT count(*) FROM guard.leaver") == 0


async def test_habilitation_past_its_period_is_closed_and_its_sessions_end_while_the_other_stays(
    world: World, fresh: FreshDatabase
) -> None:
    agent = await world.agent(world.offices["North"])
    kept = await world.habilitation(agent.account, world.offices["South"], "adviser")
    await world.amend("habilitation", agent.habilitation, until_at=await world.now() - timedelta(days=1))
    assert await swept(world, fresh.guard) == {"swept-closed": 1}
    rows = {
        str(row["id"]): row
        for row in await world.conn.fetch("SELECT * FROM guard.habilitation WHERE account = $1", agent.account)
    }
    assert [rows[id_]["status"] for id_ in (agent.habilitation, kept)] == ["closed", "confirmed"]
    assert all(world.keys.authenticator.genuine_row("habilitation", row) for row in rows.values())
    ended = "SELECT revoked_at IS NOT NULL FROM guard.session WHERE id = $1"
    assert await world.conn.fetchval(ended, agent.session)
    assert await status(world, agent) == "active"
    assert await journaled(world, agent, "habilitation") == [("habilitation", "period-ended")]


async def test_last_two_approvers_however_idle_are_kept_and_the_network_is_told(
    world: World, fresh: FreshDatabase
) -> None:
    approvers = await world.conn.fetch("SELECT DISTINCT account FROM guard.habilitation WHERE role = 'approver'")
    for row in approvers:
        await world.conn.execute(
            "UPDATE guard.session SET seen_at = seen_at - interval '50 days' WHERE account = $1", row["account"]
        )
    assert await swept(world, fresh.guard) == {"swept-suspended": 1, "waiting": 2}
    assert await swept(world, fresh.guard) == {"still-waiting": 2}
    waiting = await world.conn.fetchval("SELECT account FROM guard.leaver WHERE status = 'waiting' LIMIT 1")
    await suspend_account(world.conn, world.keys, POLICY, AccountId(str(waiting)), reason="left", operator="night")
    assert (await swept(world, fresh.guard))["escalated"] == 1
    assert await world.conn.fetchval("SELECT kind FROM guard.escalation WHERE closed_at IS NULL") == "few-approvers"


async def test_office_whose_last_manager_idles_away_is_escalated_once_and_closed_when_there_is_one(
    world: World, fresh: FreshDatabase
) -> None:
    await idler(world, role="account-manager", days=60)
    assert await swept(world, fresh.guard) == {"swept-suspended": 1, "escalated": 1}
    assert await swept(world, fresh.guard) == Counter()
    row = await world.conn.fetchrow("SELECT * FROM guard.escalation")
    assert row is not None
    assert (row["kind"], str(row["organisation"])) == ("no-manager", world.offices["North"])
    assert world.keys.authenticator.genuine_row("escalation", row)
    assert await world.conn.fetchval("SELECT count(*) FROM guard.journal WHERE kind = 'escalated'") == 1
    await world.agent(world.offices["North"], "account-manager")
    await swept(world, fresh.guard)
    assert await world.conn.fetchval("SELECT closed_at IS NOT NULL FROM guard.escalation")


async def test_forged_account_is_left_out_and_everybody_else_is_swept(
    world: World, fresh: FreshDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    forged, other = await idler(world), await idler(world)
    await world.conn.execute(
        "UPDATE guard.account SET reviewed_until = now() + interval '9 years' WHERE id = $1", forged.account
    )
    assert await swept(world, fresh.guard) == {"swept-suspended": 1}
    assert await status(world, other) == "suspended"
    assert any("integrity" in record.message for record in caplog.records)


async def test_forged_beginning_anew_saves_no_idler(world: World, fresh: FreshDatabase) -> None:
    agent = await idler(world, days=70)
    await swept(world, fresh.guard)
    await idle(world, agent, 100)
    await world.conn.execute("UPDATE guard.swept SET restarted_at = now() WHERE id = $1", agent.account)
    assert await swept(world, fresh.guard) == {"swept-suspended": 1}
    row = await world.conn.fetchrow("SELECT * FROM guard.swept WHERE id = $1", agent.account)
    assert row is not None
    assert world.keys.authenticator.genuine_row("swept", row)


async def test_sweep_stopped_between_two_turns_is_taken_up_where_it_stopped(
    world: World, fresh: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beffroi.guard.sweeping.sweep.TURN", 2)
    people = [await idler(world, days=65) for _ in range(5)]
    answers = iter([False, True])
    assert await swept(world, fresh.guard, stop=lambda: next(answers)) == {"swept-warned": 2}
    assert await swept(world, fresh.guard) == {"swept-warned": 3}
    assert [await journaled(world, one) for one in people] == [[("swept-warned", "idle")]] * 5
