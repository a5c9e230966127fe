"""Cutting off is immediate and takes one; what it costs is counted, and who did it is remembered."""

import pytest

from beffroi.core.ids import AccountId
from beffroi.guard.containing.cutting import contain
from beffroi.guard.containing.scopes import ContainingRefused
from tests.guard.containing.watched import approvers, revoked, suspend
from tests.guard.world import POLICY, World


async def test_operator_suspends_an_account_whose_sessions_end_and_the_neighbour_s_do_not(world: World) -> None:
    agent, other = [await world.agent(world.offices["North"]) for _ in range(2)]
    assert await suspend(world, agent.account, "stolen-session") == 1
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


async def test_operator_who_names_an_account_by_anything_but_its_id_gets_a_sentence(world: World) -> None:
    agent = await world.agent(world.offices["North"])
    with pytest.raises(ContainingRefused, match="by its id"):
        await suspend(world, AccountId("somebody"))
    assert not await revoked(world, agent)
