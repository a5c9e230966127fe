"""/v1/agents: names of colleagues of one's own organisation, and of nobody else."""

from typing import Any
from uuid import uuid4

import pytest

from beffroi.guard.vault.records import Agent, encode
from beffroi.guard.vault.sealing import owner_bytes, seal
from tests.guard.doors.conftest import Guard, pretty
from tests.guard.world import AgentOfTest, World


async def named(world: World, office: str, first_name: str, last_name: str, **changes: Any) -> AgentOfTest:
    """An agent whose personal data is sealed under the account's own key."""
    agent = await world.agent(world.offices[office], **changes)
    row: Any = await world.conn.fetchrow("SELECT * FROM guard.account WHERE id = $1", agent.account)
    owner = owner_bytes(agent.account)
    key = world.keys.unwrap(row["wrapped_key"], row["epoch"], owner)
    clear = encode(Agent(first_name=first_name, last_name=last_name, email="agent@example.org"))
    await world.conn.execute(
        "UPDATE guard.account SET personal = $1 WHERE id = $2", seal(key, owner, "agent", clear), agent.account
    )
    return agent


async def test_agent_reads_names_of_colleagues_and_somebody_elsewhere_is_as_unknown(guard: Guard) -> None:
    ana = await named(guard.world, "North", "Ana", "Petit")
    rui = await named(guard.world, "North", "Rui", "Morel", role="receptionist")
    bea = await named(guard.world, "South", "Bea", "Garnier")
    asked = {"accounts": [ana.account, rui.account, bea.account, str(uuid4())]}
    answer = await guard.post(ana, "/v1/agents", asked)
    assert answer.status_code == 200, pretty(answer)
    assert answer.json() == {"names": {ana.account: "Ana Petit", rui.account: "Rui Morel"}}
    assert (await guard.post(bea, "/v1/agents", asked)).json() == {"names": {bea.account: "Bea Garnier"}}


async def test_agent_who_reads_no_file_reads_colleagues_names_all_the_same(guard: Guard) -> None:
    ana = await named(guard.world, "North", "Ana", "Petit")
    manager = await named(guard.world, "North", "Max", "Royer", role="account-manager")
    answer = await guard.post(manager, "/v1/agents", {"accounts": [ana.account]})
    assert answer.json() == {"names": {ana.account: "Ana Petit"}}


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("everything", "everything-contained"),
        ("application", "application-closed"),
        ("account", "account-suspended"),
        ("organisation", "organisation-closed"),
    ],
)
async def test_i07_agent_once_contained_reads_no_name(guard: Guard, kind: str, code: str) -> None:
    ana = await named(guard.world, "North", "Ana", "Petit")
    asked = {"accounts": [ana.account]}
    assert (await guard.post(ana, "/v1/agents", asked)).status_code == 200
    scope = {"everything": "", "application": "cases", "account": ana.account, "organisation": ana.organisation}
    await guard.world.contain(kind, scope[kind])
    answer = await guard.post(ana, "/v1/agents", asked)
    assert answer.json()["code"] == code, pretty(answer)
    assert "Petit" not in answer.text


@pytest.mark.parametrize(
    ("table", "changes", "code"),
    [
        ("account", {"status": "suspended"}, "account-suspended"),
        ("habilitation", {"status": "closed"}, "habilitation-inactive"),
        ("organisation", {"active": False}, "organisation-closed"),
        ("application", {"open": False}, "application-closed"),
    ],
)
async def test_agent_with_one_fact_lapsed_reads_no_name(
    guard: Guard, table: str, changes: dict[str, object], code: str
) -> None:
    ana = await named(guard.world, "North", "Ana", "Petit")
    asked = {"accounts": [ana.account]}
    assert (await guard.post(ana, "/v1/agents", asked)).status_code == 200
    ids = {
        "account": ana.account, "habilitation": ana.habilitation, "organisation": ana.organisation,
        "application": "cases",
    }  # fmt: skip
    await guard.world.amend(table, ids[table], **changes)
    assert (await guard.post(ana, "/v1/agents", asked)).json()["code"] == code


async def test_agent_whose_habilitation_serves_elsewhere_reads_no_name(guard: Guard) -> None:
    ana = await named(guard.world, "North", "Ana", "Petit")
    asked = {"accounts": [ana.account]}
    assert (await guard.post(ana, "/v1/agents", asked)).status_code == 200
    await guard.world.serves_no_more(ana)
    answer = await guard.post(ana, "/v1/agents", asked)
    assert (answer.status_code, answer.json()["code"]) == (403, "habilitation-elsewhere"), pretty(answer)
    assert "Petit" not in answer.text


async def test_i05_agent_whose_duties_clash_reads_no_name_and_with_one_of_them_ended_does(guard: Guard) -> None:
    ana = await named(guard.world, "North", "Ana", "Petit")
    asked = {"accounts": [ana.account]}
    other = await guard.world.habilitation(ana.account, guard.world.offices["South"], "account-manager")
    answer = await guard.post(ana, "/v1/agents", asked)
    assert (answer.status_code, answer.json()["code"]) == (403, "duties-clash"), pretty(answer)
    assert "Petit" not in answer.text
    await guard.world.amend("habilitation", other, status="closed")
    assert (await guard.post(ana, "/v1/agents", asked)).json() == {"names": {ana.account: "Ana Petit"}}


async def test_i16_agent_whose_habilitation_was_moved_behind_the_guard_reads_no_name(guard: Guard) -> None:
    ana = await named(guard.world, "North", "Ana", "Petit")
    bea = await named(guard.world, "South", "Bea", "Garnier")
    asked = {"accounts": [bea.account]}
    assert (await guard.post(ana, "/v1/agents", asked)).json() == {"names": {}}
    await guard.world.conn.execute(
        "UPDATE guard.habilitation SET organisation = $1 WHERE id = $2", bea.organisation, ana.habilitation
    )
    answer = await guard.post(ana, "/v1/agents", asked)
    assert answer.json()["code"] == "integrity"
    assert "Bea" not in answer.text


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "$"),
        ({"accounts": "ana"}, "$.accounts"),
        ({"accounts": ["ana"]}, "$.accounts[0]"),
        ({"accounts": [7]}, "$.accounts[0]"),
        ({"accounts": [str(uuid4())] * 101}, "$.accounts"),
        ({"accounts": [], "everybody": True}, "$"),
    ],
)
async def test_agent_malformed_question_learns_where(guard: Guard, body: Any, where: str) -> None:
    ana = await named(guard.world, "North", "Ana", "Petit")
    answer = await guard.post(ana, "/v1/agents", body)
    assert answer.status_code == 400
    assert [error["field"].removesuffix(".accounts") for error in answer.json()["errors"]] == [
        where.removesuffix(".accounts")
    ]


async def test_thief_without_the_session_or_from_another_client_reads_no_name(guard: Guard) -> None:
    ana = await named(guard.world, "North", "Ana", "Petit")
    asked = {"accounts": [ana.account]}
    assert (await guard.post(ana, "/v1/agents", asked)).status_code == 200
    assert (await guard.post(ana, "/v1/agents", asked, beffroi_session="A" * 43)).status_code == 401
    assert (await guard.post(ana, "/v1/agents", asked, beffroi_client="thief")).json()[
        "code"
    ] == "session-other-client"
    assert (await guard.post(ana, "/v1/agents", asked)).json()["code"] == "session-ended"


@pytest.mark.parametrize(("table", "key"), [("habilitation", "account"), ("account", "id")])
async def test_i16_forged_row_brings_nobody_among_the_colleagues(guard: Guard, table: str, key: str) -> None:
    reader = await named(guard.world, "North", "Ana", "Garnier")
    colleague = await named(guard.world, "North", "Rui", "Costa")
    body = {"accounts": [colleague.account, reader.account]}
    before = (await guard.post(reader, "/v1/agents", body)).json()["names"]
    assert set(before) == {colleague.account, reader.account}
    await guard.world.conn.execute(
        f"UPDATE guard.{table} SET version = version + 1 WHERE {key} = $1", colleague.account
    )
    answer = await guard.post(reader, "/v1/agents", body)
    assert answer.json()["names"] == {reader.account: "Ana Garnier"}
