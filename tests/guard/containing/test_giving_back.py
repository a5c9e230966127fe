"""Giving back takes two who are nobody's accomplice."""

from datetime import timedelta

import pytest

from beffroi.core.approvals import Objection
from beffroi.core.ids import AccountId
from beffroi.guard.containing.cutting import contain
from beffroi.guard.containing.scopes import ContainingRefused
from tests.guard.containing.watched import approvers, lift, restore, revoked, suspend
from tests.guard.world import POLICY, AgentOfTest, World


async def test_two_watchers_lift_a_containment(world: World) -> None:
    done = await contain(world.conn, world.keys, POLICY, "everything", "", reason="incident", operator="night")
    one, two = await approvers(world)
    await lift(world, done.id, one, two)
    assert await world.conn.fetchval("SELECT lifted_at IS NOT NULL FROM guard.containment")


async def test_people_who_are_not_two_watchers_independent_of_one_another_lift_nothing(world: World) -> None:
    done = await contain(world.conn, world.keys, POLICY, "everything", "", reason="incident", operator="night")
    one, two = await approvers(world)
    network = world.offices["Network"]
    reader = await world.agent(world.offices["North"])
    kin = await world.agent(network, "approver", requested_by=one.account)
    gone = await world.agent(network, "approver", status="closed")
    suspended = await world.agent(network, "approver")
    await suspend(world, suspended.account)
    again = await world.sign_in(one.account, one.habilitation, one.organisation, one.role)
    pairs = [(one,), (one, one), (one, again), (one, reader), (one, kin), (one, gone), (one, suspended)]
    for people in [*pairs, (one, two, one)]:
        with pytest.raises(ContainingRefused):
            await lift(world, done.id, *people)
    await lift(world, done.id, one, two)


async def test_account_is_restored_by_two_outside_its_line_only(world: World) -> None:
    one, two = await approvers(world)
    third = await world.agent(world.offices["Network"], "approver")
    agent = await world.agent(world.offices["North"], approved_by=third.account)
    account = AccountId(agent.account)
    await suspend(world, account)
    with pytest.raises(ContainingRefused, match="line"):
        await restore(world, account, one, third)
    await restore(world, account, one, two)
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
    await suspend(world, account)
    kin = pairs[kinship]
    with pytest.raises(ContainingRefused, match="line"):
        await restore(world, account, *kin)
    await restore(world, account, one, two)


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
    await suspend(world, account)
    with pytest.raises(ContainingRefused, match="approved a request"):
        await restore(world, account, one, debtor)
    await restore(world, account, two, old_debtor)


async def test_i04_approvers_of_whom_one_agreed_to_the_other_s_request_of_late_lift_nothing_together(
    world: World,
) -> None:
    """Two who return each other's favours are not two independent people: half a year after, they are."""
    done = await contain(world.conn, world.keys, POLICY, "everything", "", reason="incident", operator="night")
    network = world.offices["Network"]
    debtor, old_debtor, giver = [await world.agent(network, "approver") for _ in range(3)]
    for requester, days in ((debtor, 179), (old_debtor, 181)):
        at = await world.now() - timedelta(days=days)
        await world.agent(
            world.offices["North"], requested_by=requester.account, approved_by=giver.account, created_at=at
        )
    for people in ((giver, debtor), (debtor, giver)):
        with pytest.raises(ContainingRefused) as refused:
            await lift(world, done.id, *people)
        assert refused.value.objection == Objection.RECIPROCAL
    await lift(world, done.id, giver, old_debtor)


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
        await lift(world, done.id, one, child)
    await lift(world, done.id, one, two)


async def test_i12_account_restored_after_its_review_lapsed_is_reviewed_by_those_who_restored_it(
    world: World,
) -> None:
    one, two = await approvers(world)
    now = await world.now()
    late = await world.agent(world.offices["North"], reviewed_until=now - timedelta(days=1))
    timely = await world.agent(world.offices["North"], reviewed_until=now + timedelta(days=9))
    for agent in (late, timely):
        await suspend(world, agent.account)
        await restore(world, AccountId(agent.account), one, two)
    until = "SELECT reviewed_until FROM guard.account WHERE id = $1"
    assert await world.conn.fetchval(until, late.account) > now + timedelta(days=90)
    assert await world.conn.fetchval(until, timely.account) == now + timedelta(days=9)
