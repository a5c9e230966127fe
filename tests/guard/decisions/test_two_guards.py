"""Two guards that both judge ahead, while facts change around them: the journal alone must justify every release."""

import asyncio
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import pytest

from beffroi.core.budgets import Caps
from beffroi.core.ids import Bucket, PersonId
from beffroi.guard import stamped, turnstile
from beffroi.guard.decisions.asks import Granted, Outcome
from beffroi.guard.journal import Entry, append
from tests.guard.decisions.conftest import Desk, Written
from tests.guard.world import POLICY, AgentOfTest, World

CAP = 6
TIGHT = replace(POLICY, buckets={**POLICY.buckets, Bucket("portfolio"): Caps(CAP, CAP, CAP, CAP)})
PEOPLE = 9
ROUNDS = 45


@dataclass(slots=True)
class Town:
    """Advisers of two offices with their people, and what was cut off from which entry of the journal to which."""

    world: World
    advisers: list[AgentOfTest] = field(default_factory=list)
    people: dict[str, list[PersonId]] = field(default_factory=dict)
    changes: list[tuple[int, str, bool]] = field(default_factory=list)
    cut: dict[str, Any] = field(default_factory=dict)

    async def build(self) -> None:
        """Two advisers an office, nine people each."""
        world = self.world
        world.policy = TIGHT
        for office in list(world.offices.values()):
            for _ in range(2):
                agent = await world.agent(office)
                self.advisers.append(agent)
                self.people[agent.account] = [
                    await world.person(office, referent=agent) for _ in range(PEOPLE)
                ]  # fmt: skip

    async def toggle(self, agent: AgentOfTest, what: str) -> None:
        """Cut the agent off, or let them work again, as a command does: one turn, one entry."""
        world, conn = self.world, self.world.conn
        id_ = agent.organisation if what == "organisation" else agent.account
        subject = f"{what}/{id_}"
        async with conn.transaction():
            await turnstile.take(conn)
            closed = subject not in self.cut
            if what == "containment":
                if closed:
                    self.cut[subject] = await world.contain("account", agent.account)
                else:
                    await world.amend("containment", self.cut[subject], lifted_at=await world.now())
            elif what == "organisation":
                await world.amend(what, id_, active=not closed)
            elif what == "account":
                await world.amend(what, id_, status="suspended" if closed else "active")
            if closed:
                self.cut.setdefault(subject, True)
            else:
                del self.cut[subject]
            at = await stamped.instant(conn)
            [entry] = await append(conn, [Entry(at, "contained" if closed else "lifted", account=agent.account)])
            self.changes.append((entry, subject, closed))

    def cut_off(self, subject: str, entry: int) -> bool:
        """Whether the subject was cut off when this entry was written."""
        before = [closed for number, one, closed in self.changes if one == subject and number < entry]
        return bool(before) and before[-1]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_i07_guards_that_both_judge_ahead_release_only_what_the_facts_of_that_moment_allow(
    desk: Desk, second: Desk, written: list[Written], seed: int
) -> None:
    random, town = Random(seed), Town(desk.world)
    await town.build()
    told: list[Outcome] = []
    asking: set[asyncio.Task[Outcome]] = set()
    for _ in range(ROUNDS):
        guard = random.choice([desk, second])
        for _ in range(random.randint(1, 6)):
            asked = [random.choice(town.advisers) for _ in range(random.randint(1, 4))]
            asking |= {
                asyncio.create_task(guard.ask(agent, random.choice(town.people[agent.account]))) for agent in asked
            }
            if random.random() < 0.8:
                told += await asyncio.gather(*asking)
                asking.clear()
        if random.random() < 0.5:
            await town.toggle(random.choice(town.advisers), random.choice(["account", "organisation", "containment"]))
    told += await asyncio.gather(*asking)
    journal = await desk.world.conn.fetch("SELECT * FROM guard.journal ORDER BY entry")
    released = [row for row in journal if row["kind"] == "released"]
    assert len(town.changes) > ROUNDS // 4
    assert len({id(one.bench) for one in written}) == 2, "both guards judged ahead"
    granted = [outcome.entry for outcome in told if isinstance(outcome, Granted)]
    assert sorted(granted) == [row["entry"] for row in released]
    assert len(granted) > ROUNDS
    for row in released:
        for subject in ("account/{account}", "organisation/{organisation}", "containment/{account}"):
            assert not town.cut_off(subject.format_map(row), row["entry"])
    instants = [row["at"] for row in journal]
    assert instants == sorted(instants)
    for agent in town.advisers:
        mine = {row["person"] for row in released if str(row["account"]) == agent.account}
        budget: Any = await desk.world.conn.fetchrow(
            "SELECT * FROM guard.budget WHERE key = $1", f"account/{agent.account}/portfolio"
        )
        assert desk.world.keys.authenticator.genuine_row("budget", budget)
        assert len(mine) == budget["month_spent"] <= CAP
