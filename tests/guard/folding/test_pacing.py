"""A look gives way: between two rests it does the work of a few rows, however many there are."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from beffroi.core import budgets, folding
from beffroi.core.folding import Kind
from beffroi.guard.decisions.asks import Granted
from beffroi.guard.folding import looking, recording
from beffroi.guard.folding.looking import Found, Known, Look
from beffroi.guard.folding.pacing import AT_ONCE, Pace
from tests.guard.folding.conftest import Belfry

ROWS = 4
AGENTS = 3 * ROWS + 1


@dataclass(frozen=True, slots=True)
class Counting(Pace):
    """A pace that knows what was done since the last rest, and the most that ever was."""

    now: Counter[str] = field(default_factory=Counter)
    most: Counter[str] = field(default_factory=Counter)
    all: Counter[str] = field(default_factory=Counter)

    def done(self, what: str, times: int) -> None:
        self.now[what] += times
        self.all[what] += times
        self.most[what] = max(self.most[what], self.now[what])

    async def rest(self) -> None:
        self.now.clear()
        await Pace.rest(self)


@dataclass(slots=True)
class Wire:
    """A connection, or a cursor, that counts the rows it gives."""

    real: Any
    pace: Counting

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    async def fetch(self, *arguments: Any) -> list[asyncpg.Record]:
        rows: list[asyncpg.Record] = await self.real.fetch(*arguments)
        self.pace.done("records", len(rows))
        return rows

    async def cursor(self, *arguments: Any) -> "Wire":
        return Wire(await self.real.cursor(*arguments), self.pace)


@pytest.fixture
def pace(monkeypatch: pytest.MonkeyPatch) -> Counting:
    """Everything that a row, a fact or a name costs is counted."""
    counting = Counting(ROWS)

    def counted(owner: Any, name: str, cost: Callable[..., int]) -> None:
        real = getattr(owner, name)

        def count(*arguments: Any) -> Any:
            counting.done(name, cost(*arguments))
            return real(*arguments)

        monkeypatch.setattr(owner, name, count)

    counted(folding.Comparison, "rows", lambda _, rows: len(rows))
    counted(folding.Comparison, "unseen", lambda _, facts: len(facts))
    counted(recording, "read", lambda *_: 1)
    counted(recording, "version_of", lambda *_: 1)
    counted(budgets, "mark", lambda *_: 1)
    return counting


LIMITS = {
    "records": ROWS,
    "rows": ROWS,
    "read": ROWS,
    "version_of": 2 * ROWS,  # of a row as it was read, and read whole
    "unseen": 5 * ROWS,
    "mark": 4 * ROWS,
}
"""The most of each that may be done between two rests."""


async def look(belfry: Belfry, pace: Counting) -> Found:
    """A look at everything, counted, by somebody to whom all that the journal says is new."""
    what = Look(rows=True, budgets=True, openings=1_000, pace=pace)
    conn, world, known = Wire(belfry.world.conn, pace), belfry.world, Known(belfry.watch.known.baselines)
    for counts in (pace.now, pace.most, pace.all):
        counts.clear()
    return await looking.look(conn, world.keys, world.policy, known, what)


async def populated(belfry: Belfry) -> list[Any]:
    """Agents who have each opened somebody."""
    world = belfry.world
    agents = [await world.agent(world.offices["North"]) for _ in range(AGENTS)]
    for each in agents:
        person = await world.person(world.offices["North"], referent=each)
        assert isinstance(await belfry.ask(each, person), Granted)
    return agents


async def test_look_at_everything_does_the_work_of_a_few_rows_between_two_rests(
    belfry: Belfry, pace: Counting
) -> None:
    await populated(belfry)
    found = await look(belfry, pace)
    assert found.divergences == ()
    assert {name: most for name, most in pace.most.items() if most > LIMITS[name]} == {}
    assert pace.all["rows"] > 4 * AGENTS, "accounts, habilitations, where they serve, sessions"
    assert min(pace.all[name] for name in ("read", "unseen", "mark")) > AGENTS


async def test_look_that_finds_many_rows_at_odds_gives_way_as_often(belfry: Belfry, pace: Counting) -> None:
    agents = await populated(belfry)
    await belfry.look()
    belfry.watch.known.baselines = [
        one._replace(began=one.began - 2 * 3_600_000_000) for one in belfry.watch.known.baselines
    ]
    for each in agents:
        row = await belfry.row("account", each.account)
        later = {**row, "attested_until": row["attested_until"] + timedelta(days=400), "version": 2}
        mac = belfry.world.keys.authenticator.stamp_row("account", later)
        await belfry.put_back("account", {**later, "mac": mac})
    await belfry.owner.execute("DELETE FROM guard.budget; DELETE FROM guard.habilitation_application")
    found = await look(belfry, pace)
    kinds = Counter((each.table, each.kind) for each in found.divergences)
    assert kinds["account", Kind.UNKNOWN] == kinds["habilitation_application", Kind.MISSING] == AGENTS
    assert kinds["budget", Kind.MISSING] > AGENTS, "its own of each, and its office's"
    assert {name: most for name, most in pace.most.items() if most > LIMITS[name]} == {}
    assert set(found.short) == {each.key for each in found.divergences if each.table == "budget"}


async def test_look_finds_the_same_at_any_pace(belfry: Belfry, pace: Counting) -> None:
    agents = await populated(belfry)
    for each in agents[:5]:
        before = await belfry.row("session", each.session)
        await belfry.world.amend("session", each.session, revoked_at=await belfry.world.now())
        await belfry.put_back("session", before)
    await belfry.owner.execute("DELETE FROM guard.reach; DELETE FROM guard.budget WHERE key LIKE 'share/%'")
    world, what = belfry.world, Look(rows=True, budgets=True, openings=1_000, pace=AT_ONCE)
    known = Known(belfry.watch.known.baselines)
    at_once = await looking.look(world.conn, world.keys, world.policy, known, what)
    slowly = await look(belfry, pace)
    assert len(slowly.divergences) >= 5 + AGENTS
    assert slowly == at_once._replace(head=slowly.head)
