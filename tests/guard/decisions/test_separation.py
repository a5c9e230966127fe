"""Duties that clash (I-05), from real rows: beside what a guard remembers, at the instant they begin, forged."""

from datetime import timedelta

import pytest

from beffroi.core.decision import Refusal
from beffroi.core.refusals import Code
from beffroi.guard.decisions.asks import Granted, Manner
from tests.guard.decisions.conftest import Desk, Written
from tests.guard.decisions.test_ahead import remembered, shifted

CLASH = Refusal(Code.DUTIES_CLASH)


async def test_i05_adviser_remembered_who_is_made_a_manager_opens_nothing_from_then_on(
    desk: Desk, written: list[Written]
) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    bea = await world.agent(world.offices["North"])
    person = await world.person(ana.organisation, referent=ana)
    await remembered(desk, ana, person)
    assert ana.handle_hash in written[-1].bench.memory.agents
    other = await world.habilitation(ana.account, world.offices["South"], "account-manager")
    assert await desk.ask(ana, person) == CLASH
    assert await desk.ask(ana, person, manner=Manner.QUESTION) == CLASH
    assert isinstance(await desk.ask(bea, person), Granted)
    await world.amend("habilitation", other, status="closed")
    await remembered(desk, ana, person)


async def test_i05_adviser_remembered_by_another_guard_is_refused_by_both(desk: Desk, second: Desk) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    person = await world.person(ana.organisation, referent=ana)
    await remembered(desk, ana, person)
    await remembered(second, ana, person)
    await world.habilitation(ana.account, world.offices["South"], "approver", status="probation")
    assert [await one.ask(ana, person) for one in (desk, second)] == [CLASH, CLASH]


async def test_i05_adviser_who_also_receives_at_another_office_is_judged_on_what_is_remembered(
    desk: Desk, written: list[Written]
) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    await world.habilitation(ana.account, world.offices["South"], "receptionist")
    person = await world.person(ana.organisation, referent=ana)
    await remembered(desk, ana, person)
    assert written[-1].plan.asks[0].handle_hash == ana.handle_hash


async def test_i05_duty_that_begins_while_an_adviser_is_remembered_holds_from_its_first_instant(
    desk: Desk, written: list[Written]
) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    other = await world.habilitation(ana.account, world.offices["South"], "account-manager", status="closed")
    now = await world.now()
    await world.amend("habilitation", other, status="probation", from_at=now + timedelta(minutes=10))
    person = await world.person(ana.organisation, referent=ana)
    await remembered(desk, ana, person)
    await shifted(desk, 9)
    assert isinstance(await desk.ask(ana, person), Granted)
    assert ana.handle_hash in written[-1].bench.memory.agents
    await shifted(desk, 11)
    assert await desk.ask(ana, person) == CLASH


@pytest.mark.parametrize("change", ["status = 'closed'", "role = 'receptionist'", "until_at = from_at"])
async def test_i16_other_duty_hidden_behind_the_guard_opens_nothing(desk: Desk, change: str) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    other = await world.habilitation(ana.account, world.offices["South"], "account-manager")
    person = await world.person(ana.organisation, referent=ana)
    await world.conn.execute(f"UPDATE guard.habilitation SET {change} WHERE id = $1", other)
    assert await desk.ask(ana, person) == Refusal(Code.INTEGRITY)


async def test_adviser_in_probation_is_shown_and_held_to_half_of_her_budget(desk: Desk) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"], status="probation")
    bea = await world.agent(world.offices["North"])
    person = await world.person(ana.organisation, referent=bea)
    caps = []
    for one in (ana, bea):
        outcome = await desk.ask(one, person)
        assert isinstance(outcome, Granted)
        assert outcome.paid is not None
        caps.append(outcome.paid.caps)
    office, portfolio = (world.policy.buckets[name] for name in ("office", "portfolio"))  # type: ignore[index]
    assert caps == [tuple(cap // 2 for cap in office), portfolio]
    people = [await world.person(ana.organisation) for _ in range(office.hour // 2)]
    outcomes = [await desk.ask(ana, one) for one in people]
    assert [isinstance(one, Granted) for one in outcomes] == [True] * (len(people) - 1) + [False]
    assert outcomes[-1] == Refusal(Code.BUDGET_ACCOUNT, "hour")
    await world.amend("habilitation", ana.habilitation, status="confirmed")
    assert isinstance(await desk.ask(ana, people[-1]), Granted)
