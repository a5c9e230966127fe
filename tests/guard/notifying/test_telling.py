"""Each fact of each room is told to those whom it concerns, in its own transaction, and names nobody."""

import asyncio
import json
import logging
from contextlib import suppress
from datetime import datetime, time, timedelta
from uuid import uuid4

import asyncpg
import pytest

from beffroi.core.approvals import State
from beffroi.core.ids import AccountId
from beffroi.guard import turnstile
from beffroi.guard.approvals.making import close as close_request
from beffroi.guard.containing.cutting import contain, suspend_account
from beffroi.guard.decisions.facts import PARIS
from beffroi.guard.journal import Entry, append
from beffroi.guard.notifying import telling
from beffroi.guard.notifying.reminding import KEPT, remind
from beffroi.guard.reviewing.closing import sweep as end_reviews
from beffroi.guard.reviewing.opening import open_now
from beffroi.guard.signin import enrolments
from beffroi.guard.sweeping import leaving
from beffroi.guard.sweeping.facts import load
from beffroi.guard.sweeping.leavers import Source
from tests.databases import FreshDatabase
from tests.guard.notifying.mailbox import Mailbox, own_log
from tests.guard.notifying.staff import later, named, sent, told, work
from tests.guard.notifying.test_gathering import request
from tests.guard.sweeping.staff import crowd, idle, swept
from tests.guard.world import POLICY, AgentOfTest, World


async def network(world: World, role: str) -> AgentOfTest:
    return await world.agent(world.offices["Network"], role)


async def cut(world: World, kind: str, scope: str = "") -> None:
    groups = 4 if kind == "groups" else 0
    await contain(world.conn, world.keys, POLICY, kind, scope, groups=groups, reason="incident", operator="night")


async def test_requester_is_told_of_a_decision_and_not_of_a_withdrawal(world: World) -> None:
    manager = await world.agent(world.offices["North"], "account-manager")
    for state in (State.APPROVED, State.REFUSED, State.WITHDRAWN):
        id_ = await request(world, manager)
        row = await world.conn.fetchrow("SELECT * FROM guard.request WHERE id = $1", id_)
        async with world.conn.transaction():
            await turnstile.take(world.conn)
            await close_request(await work(world), row, state, None)
    assert await told(world, manager) == ["request-approved", "request-refused"]


async def test_watchers_are_told_of_a_containment_of_many_and_not_of_one_account(world: World) -> None:
    claire, founder = await network(world, "security-officer"), await network(world, "founder")
    adviser = await world.agent(world.offices["North"])
    await cut(world, "account", adviser.account)
    assert await told(world, claire, founder) == []
    for number, (kind, scope) in enumerate(
        [("everything", ""), ("organisation", world.offices["North"]), ("line", adviser.account), ("groups", "")], 1
    ):
        await cut(world, kind, scope)
        assert await told(world, claire) == ["contained"] * number
    assert await told(world, founder) == ["contained"] * 4
    assert await told(world, adviser) == []


async def test_containment_stands_when_somebody_forged_who_is_to_be_told(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    claire, forged = await network(world, "security-officer"), await network(world, "security-officer")
    await world.conn.execute(
        "UPDATE guard.habilitation SET until_at = until_at + interval '1 day' WHERE id = $1", forged.habilitation
    )
    await cut(world, "everything")
    assert await world.conn.fetchval("SELECT count(*) FROM guard.containment") == 1
    assert (await told(world, claire), await told(world, forged)) == (["contained"], [])
    assert "integrity" in caplog.text


async def test_idle_account_is_warned_then_told_that_it_is_suspended(world: World, fresh: FreshDatabase) -> None:
    for role in ("approver", "founder"):
        for _ in range(3):
            await network(world, role)
    adviser = await idle(world, await world.agent(world.offices["North"]), 61)
    await crowd(world, "North", 5)
    await swept(world, fresh.guard)
    await swept(world, fresh.guard)
    assert await told(world, adviser) == ["idle-warned"]
    await idle(world, adviser, 100)
    await swept(world, fresh.guard)
    assert sorted(await told(world, adviser)) == ["account-suspended", "idle-warned"]


async def test_agent_is_told_by_whom_a_person_suspended_once_and_a_colleague_is_not(world: World) -> None:
    adviser, colleague = [await world.agent(world.offices["North"]) for _ in range(2)]
    for _ in range(2):
        await suspend_account(
            world.conn, world.keys, POLICY, AccountId(adviser.account), reason="incident", operator="night"
        )
    assert (await told(world, adviser), await told(world, colleague)) == (["suspended-by-hand"], [])
    refs = await world.conn.fetchval("SELECT refs FROM guard.message WHERE recipient = $1", adviser.account)
    assert refs == "{}", "neither why nor by whom: a mail is read by others too"


async def test_leaver_is_told_at_once_or_of_the_day_to_come_and_nothing_where_the_turn_is_undone(
    world: World,
) -> None:
    north = world.offices["North"]
    gone, later, stays = [await world.agent(north) for _ in range(3)]
    for undone in (True, False):
        with suppress(ZeroDivisionError):
            async with world.conn.transaction():
                await turnstile.take(world.conn)
                job = await work(world)
                loaded = {one.facts.id: one for one in await load(world.conn, world.keys, POLICY)}
                await leaving.end(job, loaded[AccountId(gone.account)], north, Source.HR, by=None)
                soon = datetime.combine(job.now.astimezone(PARIS).date() + timedelta(days=9), time(), PARIS)
                await leaving.shorten(job, loaded[AccountId(later.account)], north, soon, by=None)
                if undone:
                    1 / 0  # noqa: B018
        assert await told(world, gone) == ([] if undone else ["left"])
        assert await told(world, later) == ([] if undone else ["leaving"])
    assert await told(world, stays) == []
    refs = await world.conn.fetchval("SELECT refs FROM guard.message WHERE recipient = $1", later.account)
    assert json.loads(refs) == {"on": str((soon - timedelta(days=1)).date())}, "the last day, not the next"


async def test_network_is_told_once_that_an_organisation_has_no_manager_left(
    world: World, fresh: FreshDatabase
) -> None:
    claire, approver = await network(world, "security-officer"), await network(world, "approver")
    await world.agent(world.offices["North"], "account-manager", status="suspended")
    await swept(world, fresh.guard)
    first = await told(world, claire)
    assert "escalated" in first
    await swept(world, fresh.guard)
    assert await told(world, claire) == first
    assert await told(world, approver) == []


async def test_reviewers_are_told_from_the_opening_to_the_end_and_who_lost_access_too(world: World) -> None:
    reviewer, adviser = await network(world, "approver"), await world.agent(world.offices["North"])
    north, keys = world.offices["North"], world.keys
    now = await world.now()
    assert await open_now(world.conn, keys, POLICY, now, north) == 1
    due = await world.conn.fetchval("SELECT due_at FROM guard.campaign")
    for days in (14, 7, 2, 1, 0.5):
        await end_reviews(world.conn, keys, POLICY, due - timedelta(days=days), north)
    await end_reviews(world.conn, keys, POLICY, due, north)
    assert sorted(await told(world, reviewer)) == [
        "review-closed", "review-last-day", "review-opened", "review-reminder", "review-reminder", "review-reminder",
    ]  # fmt: skip
    assert await told(world, adviser) == ["review-suspended"]


async def test_code_typed_wrong_five_times_is_told_to_who_asked_and_who_agreed_once(world: World) -> None:
    manager = await world.agent(world.offices["North"], "account-manager")
    helene, other = await network(world, "approver"), await network(world, "approver")
    newcomer = await world.agent(world.offices["North"], status="approved")
    await world.insert(
        "origin", id=newcomer.habilitation, request=await request(world, manager), requested_by=manager.account,
        approved_by=helene.account, enrolled_by=None, proof=None, trained_at=None, begun_at=None, confirmed_by=None,
        confirmed_at=None,
    )  # fmt: skip
    now = await world.now()
    await enrolments.issue(world.conn, world.keys, AccountId(newcomer.account), now)
    for tried in range(1, 8):
        await enrolments.check(world.conn, world.keys, AccountId(newcomer.account), "wrong", now)
        await telling.code_closed(await work(world), newcomer.account)
        assert await told(world, manager) == (["code-closed"] if tried >= enrolments.TRIES else [])
    assert await told(world, helene) == ["code-closed"]
    assert await told(world, other, newcomer) == []


async def test_quarantine_is_told_to_those_who_may_treat_it_once_a_day(world: World) -> None:
    manager = await world.agent(world.offices["North"], "account-manager")
    elsewhere = await world.agent(world.offices["South"], "account-manager")
    adviser = await world.agent(world.offices["North"])
    for _ in range(3):
        await telling.quarantined(await work(world), adviser.account)
    assert await told(world, manager) == ["sign-in-quarantined"]
    assert await told(world, elsewhere, adviser) == []
    await later(world, days=1)
    await telling.quarantined(await work(world), adviser.account)
    assert len(await told(world, manager)) == 2


async def test_attestation_about_to_end_is_called_to_mind_once_at_each_of_its_days(
    world: World, fresh: FreshDatabase
) -> None:
    now = await world.now()
    soon = await world.agent(world.offices["North"], attested_until=now + timedelta(days=29))
    late = await world.agent(world.offices["North"], attested_until=now + timedelta(days=31))
    async with asyncpg.create_pool(fresh.guard, min_size=1, max_size=1) as pool:
        for _ in range(2):
            await remind(pool, world.keys, POLICY)
        assert (await told(world, soon), await told(world, late)) == (["attestation-ending"], [])
        await later(world, days=27)
        await remind(pool, world.keys, POLICY)
        assert len(await told(world, soon)) == 2
        await later(world, days=30)
        await remind(pool, world.keys, POLICY)
        assert len(await told(world, soon)) == 2


async def test_what_is_due_for_a_partner_is_told_to_the_network_and_to_its_manager(
    world: World, fresh: FreshDatabase
) -> None:
    claire = await network(world, "security-officer")
    ends = await world.now() + timedelta(days=80)
    partner = await world.organisation("Academy", kind="training-organisation", contract_until=ends)
    manager = await world.agent(partner, "training-account-manager")
    elsewhere = await world.agent(world.offices["South"], "account-manager")
    async with asyncpg.create_pool(fresh.guard, min_size=1, max_size=1) as pool:
        for _ in range(2):
            await remind(pool, world.keys, POLICY)
        assert await told(world, manager) == ["partner-due"]
        assert await told(world, claire) == ["partner-due"]
        assert await told(world, elsewhere) == []
        await later(world, days=21)
        await remind(pool, world.keys, POLICY)
        assert len(await told(world, manager)) == 2


async def test_i14_opening_by_break_glass_that_waits_three_days_is_told_to_its_examiners_once_a_week(
    world: World, fresh: FreshDatabase
) -> None:
    claire, north = await network(world, "security-officer"), world.offices["North"]
    officer = await world.agent(north, "security-officer")
    elsewhere = await world.agent(world.offices["South"], "security-officer")
    adviser = await world.agent(north)
    opening = Entry(
        await world.now(), "released", str(uuid4()), 1, adviser.account, organisation=north,
        explanation="break-glass", detail='{"reason":"emergency"}',
    )  # fmt: skip
    await append(world.conn, [opening])
    async with asyncpg.create_pool(fresh.guard, min_size=1, max_size=1) as pool:
        await remind(pool, world.keys, POLICY)
        assert await told(world, officer) == []
        await later(world, days=4)
        for _ in range(2):
            await remind(pool, world.keys, POLICY)
        assert await told(world, officer) == ["glass-waiting"]
        assert await told(world, claire) == ["glass-waiting"]
        assert await told(world, elsewhere) == []
        await later(world, days=11)
        await remind(pool, world.keys, POLICY)
        assert len(await told(world, officer)) == 2


async def test_what_was_told_is_forgotten_after_its_days_and_what_was_not_is_kept(
    world: World, fresh: FreshDatabase, box: Mailbox
) -> None:
    nora = await named(world, world.offices["North"], "adviser", "Nora", "Petit")
    await telling.identity_reset(await work(world), nora.account, str(uuid4()))
    await sent(world, fresh.guard, box.mailing())
    await telling.identity_reset(await work(world), nora.account, str(uuid4()))
    await later(world, days=KEPT.days + 1)
    async with asyncpg.create_pool(fresh.guard, min_size=1, max_size=1) as pool:
        await remind(pool, world.keys, POLICY)
    assert await world.conn.fetchval("SELECT count(*) FROM guard.mail") == 0
    assert await world.conn.fetchval("SELECT count(*) FROM guard.message WHERE template = 'identity-reset'") == 1


async def test_no_name_and_no_address_is_in_the_outbox_in_a_log_or_in_any_text(
    world: World, fresh: FreshDatabase, box: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    people = [("Zoraide", "Quimperle", "founder"), ("Ysaline", "Douarnenez", "security-officer")]
    watchers = [await named(world, world.offices["Network"], role, first, last) for first, last, role in people]
    adviser = await named(world, world.offices["North"], "account-manager", "Xaverine", "Concarneau")
    names = {"zoraide", "quimperle", "ysaline", "douarnenez", "xaverine", "concarneau", "rousseau"}
    await world.person(world.offices["North"])
    box.refusing["zoraide.quimperle@north.example"] = "450 zoraide.quimperle@north.example is busy"
    with caplog.at_level(logging.DEBUG, "beffroi"):
        await cut(world, "organisation", world.offices["North"])
        await request(world, adviser, *watchers)
        for agent in (*watchers, adviser):
            await telling.quarantined(await work(world), agent.account)
            await telling.factor_added(await work(world), agent.account, str(uuid4()))
        await sent(world, fresh.guard, box.mailing())
    rows = await world.conn.fetch("SELECT row_to_json(m)::text FROM guard.message m")
    rows += await world.conn.fetch("SELECT row_to_json(m)::text FROM guard.mail m")
    assert len(rows) > 8
    written = "\n".join([*(row[0] for row in rows), own_log(caplog)]).casefold()
    assert not {name for name in names if name in written}
    assert len(box.taken) == 4
    for address, content in box.taken:
        clear = content.decode("ascii").casefold().replace("=\r\n", "").replace(address, "")
        assert not {name for name in names if name in clear}


async def test_two_commands_that_tell_at_the_same_time_both_commit(world: World, fresh: FreshDatabase) -> None:
    nora = await world.agent(world.offices["North"])
    other = await asyncpg.connect(fresh.guard)
    now = await work(world)
    await asyncio.gather(
        telling.identity_reset(now, nora.account, "same"),
        telling.identity_reset(now._replace(conn=other), nora.account, "same"),
    )
    await other.close()
    assert await told(world, nora) == ["identity-reset"]
