"""Cutting off is immediate and takes one; giving back takes two who are nobody's accomplice."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from beffroi.core.ids import AccountId, SessionId
from beffroi.guard.containing import ContainingRefused, contain, lift, restore_account, suspend_account
from tests.databases import FreshDatabase
from tests.guard.world import POLICY, AgentOfTest, World, build


@pytest.fixture
async def world(fresh: FreshDatabase) -> AsyncIterator[World]:
    built = await build(fresh.guard)
    network = await built.organisation("Network", kind="network")
    built.offices["Network"] = network
    yield built
    await built.conn.close()


async def revoked(world: World, agent: AgentOfTest) -> bool:
    return bool(
        await world.conn.fetchval("SELECT revoked_at IS NOT NULL FROM guard.session WHERE id = $1", agent.session)
    )


async def approvers(world: World) -> tuple[AgentOfTest, AgentOfTest]:
    network = world.offices["Network"]
    return await world.agent(network, "approver"), await world.agent(network, "security-officer")


async def test_operator_suspends_an_account_whose_sessions_end_and_the_neighbour_s_do_not(world: World) -> None:
    agent, other = [await world.agent(world.offices["North"]) for _ in range(2)]
    assert (
        await suspend_account(world.conn, world.keys, agent.account, reason="stolen-session", operator="night") == 1
    )
    assert await revoked(world, agent)
    assert not await revoked(world, other)
    row = await world.conn.fetchrow("SELECT * FROM guard.account WHERE id = $1", agent.account)
    assert row is not None
    assert row["status"] == "suspended"
    assert world.keys.authenticator.genuine_row("account", row)
    entry = await world.conn.fetchrow("SELECT * FROM guard.journal WHERE kind = 'suspended'")
    assert entry is not None
    assert entry["explanation"] == "stolen-session"


@pytest.mark.parametrize(
    ("kind", "ended"),
    [("everything", {"north", "south"}), ("application", {"north", "south"}), ("organisation", {"north"}),
     ("account", {"north"}), ("groups", set())],
)  # fmt: skip
async def test_containment_ends_the_sessions_of_its_scope_but_never_the_watchers(
    world: World, kind: str, ended: set[str]
) -> None:
    agents = {name.lower(): await world.agent(world.offices[name]) for name in ("North", "South")}
    watchers = await approvers(world)
    scopes = {
        "application": world.application, "organisation": world.offices["North"], "account": agents["north"].account,
    }  # fmt: skip
    done = await contain(
        world.conn, world.keys, POLICY, kind, scopes.get(kind, ""), groups=4 if kind == "groups" else 0,
        reason="incident", operator="night",
    )  # fmt: skip
    assert {name for name, agent in agents.items() if await revoked(world, agent)} == ended
    assert done.sessions == len(ended)
    assert not any([await revoked(world, watcher) for watcher in watchers])
    row = await world.conn.fetchrow("SELECT * FROM guard.containment")
    assert row is not None
    assert world.keys.authenticator.genuine_row("containment", row)


@pytest.mark.parametrize(
    ("kind", "scope", "reason"),
    [("planet", "", "incident"), ("application", "nobody", "incident"), ("account", "x", "incident"),
     ("groups", "", "incident"), ("everything", "", "Mr Martin was hacked")],
)  # fmt: skip
async def test_containment_of_nothing_real_is_refused(world: World, kind: str, scope: str, reason: str) -> None:
    with pytest.raises(ContainingRefused):
        await contain(world.conn, world.keys, POLICY, kind, scope, reason=reason, operator="night")


async def test_two_watchers_lift_a_containment(world: World) -> None:
    done = await contain(world.conn, world.keys, POLICY, "everything", "", reason="incident", operator="night")
    one, two = await approvers(world)
    await lift(world.conn, world.keys, POLICY, done.id, [one.session, two.session])
    assert await world.conn.fetchval("SELECT lifted_at IS NOT NULL FROM guard.containment")


async def test_watchers_who_are_not_two_fresh_and_independent_lift_nothing(world: World) -> None:
    done = await contain(world.conn, world.keys, POLICY, "everything", "", reason="incident", operator="night")
    one, two = await approvers(world)
    reader = await world.agent(world.offices["North"])
    old = await world.agent(world.offices["Network"], "approver")
    await world.amend("session", old.session, factor_at=await world.now() - timedelta(minutes=6))
    weak = await world.agent(world.offices["Network"], "approver")
    await world.amend("session", weak.session, level=2)
    kin = await world.agent(world.offices["Network"], "approver", requested_by=one.account)
    again = await world.sign_in(one.account, one.habilitation, one.organisation, one.role)

    def pair(first: AgentOfTest, second: AgentOfTest) -> list[SessionId]:
        return [first.session, second.session]

    for sessions in (
        [one.session], pair(one, one), pair(one, again), pair(one, reader), pair(one, old), pair(one, weak),
        pair(one, kin), [*pair(one, two), one.session],
    ):  # fmt: skip
        with pytest.raises(ContainingRefused):
            await lift(world.conn, world.keys, POLICY, done.id, sessions)
    await lift(world.conn, world.keys, POLICY, done.id, pair(one, two))


async def test_account_is_restored_by_two_outside_its_line_only(world: World) -> None:
    one, two = await approvers(world)
    third = await world.agent(world.offices["Network"], "approver")
    agent = await world.agent(world.offices["North"], approved_by=third.account)
    account = AccountId(agent.account)
    await suspend_account(world.conn, world.keys, account, reason="incident", operator="night")
    with pytest.raises(ContainingRefused, match="line"):
        await restore_account(world.conn, world.keys, POLICY, account, [one.session, third.session])
    await restore_account(world.conn, world.keys, POLICY, account, [one.session, two.session])
    assert await world.conn.fetchval("SELECT status FROM guard.account WHERE id = $1", account) == "active"
    assert await revoked(world, agent), "a session that was ended stays ended"


@pytest.mark.parametrize("kinship", ["child", "grandchild", "grandparent", "each other's grandchild"])
async def test_kin_of_an_account_at_any_distance_may_not_restore_it(world: World, kinship: str) -> None:
    network, north = world.offices["Network"], world.offices["North"]
    one, two = await approvers(world)
    elder = await world.agent(network, "approver")
    between = await world.agent(north, requested_by=elder.account)
    agent = await world.agent(north, requested_by=between.account)
    child = await world.agent(network, "approver", requested_by=agent.account)
    middle = await world.agent(north, approved_by=child.account)
    pairs = {
        "child": (one, child),
        "grandchild": (one, await world.agent(network, "approver", requested_by=middle.account)),
        "grandparent": (one, elder),
        "each other's grandchild": (one, await _grandchild(world, one)),
    }
    account = AccountId(agent.account)
    await suspend_account(world.conn, world.keys, account, reason="incident", operator="night")
    kin = pairs[kinship]
    with pytest.raises(ContainingRefused, match="line"):
        await restore_account(world.conn, world.keys, POLICY, account, [each.session for each in kin])
    await restore_account(world.conn, world.keys, POLICY, account, [one.session, two.session])


async def test_account_that_approved_for_an_approver_of_late_is_not_restored_by_him(world: World) -> None:
    """Favours are not returned (I-04): half a year after, they are forgotten."""
    one, two = await approvers(world)
    debtor, old_debtor = [await world.agent(world.offices["Network"], "approver") for _ in range(2)]
    agent = await world.agent(world.offices["Network"], "approver")
    for requester, days in ((debtor, 179), (old_debtor, 181)):
        at = await world.now() - timedelta(days=days)
        await world.agent(
            world.offices["North"], requested_by=requester.account, approved_by=agent.account, created_at=at
        )
    account = AccountId(agent.account)
    await suspend_account(world.conn, world.keys, account, reason="incident", operator="night")
    with pytest.raises(ContainingRefused, match="approved a request"):
        await restore_account(world.conn, world.keys, POLICY, account, [one.session, debtor.session])
    await restore_account(world.conn, world.keys, POLICY, account, [two.session, old_debtor.session])


async def _grandchild(world: World, elder: AgentOfTest) -> AgentOfTest:
    between = await world.agent(world.offices["North"], requested_by=elder.account)
    return await world.agent(world.offices["Network"], "approver", approved_by=between.account)


async def test_offspring_of_a_contained_account_may_not_free_it(world: World) -> None:
    one, two = await approvers(world)
    agent = await world.agent(world.offices["North"])
    child = await world.agent(world.offices["Network"], "approver", requested_by=agent.account)
    done = await contain(
        world.conn, world.keys, POLICY, "account", agent.account, reason="incident", operator="night"
    )
    with pytest.raises(ContainingRefused, match="line"):
        await lift(world.conn, world.keys, POLICY, done.id, [one.session, child.session])
    await lift(world.conn, world.keys, POLICY, done.id, [one.session, two.session])


async def test_operator_who_names_an_account_by_anything_but_its_id_gets_a_sentence(world: World) -> None:
    agent = await world.agent(world.offices["North"])
    with pytest.raises(ContainingRefused, match="by its id"):
        await suspend_account(world.conn, world.keys, AccountId("somebody"), reason="incident", operator="night")
    assert not await revoked(world, agent)
