"""AuthZEN 1.0: questions change nothing, answer strangers as for the unknown, and are counted."""

from typing import Any
from uuid import uuid4

import pytest

from tests.guard.doors.conftest import Guard, pretty
from tests.guard.world import AgentOfTest


def question(agent: AgentOfTest, person: str, **context: Any) -> dict[str, Any]:
    return {
        "subject": {"type": "account", "id": agent.account},
        "action": {"name": "open"},
        "resource": {"type": "person", "id": person},
        "context": {"purpose": "follow-up", "groups": ["identity"], **context},
    }


async def test_adviser_asks_about_own_person_is_permitted_and_nothing_changes(guard: Guard) -> None:
    world = guard.world
    ana = await world.agent(world.offices["North"])
    person = await world.person(world.offices["North"], referent=ana)
    tables = ("journal", "budget", "reach")
    before = [await world.conn.fetchval(f"SELECT count(*) FROM guard.{table}") for table in tables]
    answer = await guard.post(ana, "/access/v1/evaluation", question(ana, person), **{"x-request-id": "r-1"})
    assert answer.json()["decision"] is True, pretty(answer)
    assert answer.headers["x-request-id"] == "r-1"
    assert [await world.conn.fetchval(f"SELECT count(*) FROM guard.{table}") for table in tables] == before


async def test_adviser_asks_about_a_stranger_and_about_nobody_gets_the_same_bytes(guard: Guard) -> None:
    world = guard.world
    ana, bea = await world.agent(world.offices["North"]), await world.agent(world.offices["South"])
    person = await world.person(world.offices["North"], referent=ana)
    stranger = await guard.post(bea, "/access/v1/evaluation", question(bea, person))
    nobody = await guard.post(bea, "/access/v1/evaluation", question(bea, str(uuid4())))
    assert stranger.json()["decision"] is False
    assert stranger.json()["context"]["code"] == "person-unknown"
    assert stranger.content == nobody.content


async def test_adviser_asks_for_somebody_else_is_answered_as_for_an_unknown_person(guard: Guard) -> None:
    world = guard.world
    ana, bea = await world.agent(world.offices["North"]), await world.agent(world.offices["North"])
    person = await world.person(world.offices["North"], referent=ana)
    answer = await guard.post(ana, "/access/v1/evaluation", question(bea, person))
    assert answer.json() == {
        "decision": False,
        "context": {"code": "person-unknown", "reason": answer.json()["context"]["reason"]},
    }


@pytest.mark.parametrize(
    ("semantic", "decisions"),
    [
        (None, [True, False, True]),
        ("execute_all", [True, False, True]),
        ("deny_on_first_deny", [True, False]),
        ("permit_on_first_permit", [True]),
    ],
)
async def test_application_asks_a_batch_defaults_fill_in_and_the_semantic_cuts(
    guard: Guard, semantic: str | None, decisions: list[bool]
) -> None:
    world = guard.world
    ana = await world.agent(world.offices["North"])
    one, two = [await world.person(world.offices["North"], referent=ana) for _ in range(2)]
    whole = question(ana, one)
    items = [{"resource": {"type": "person", "id": person}} for person in (one, str(uuid4()), two)]
    body: dict[str, Any] = {**whole, "evaluations": items}
    if semantic is not None:
        body["options"] = {"evaluations_semantic": semantic}
    answer = await guard.post(ana, "/access/v1/evaluations", body)
    assert [one["decision"] for one in answer.json()["evaluations"]] == decisions
    alone = await guard.post(ana, "/access/v1/evaluations", whole)
    assert alone.json()["decision"] is True


async def test_account_that_asks_too_much_is_refused_until_the_next_hour(guard: Guard) -> None:
    world = guard.world
    ana = await world.agent(world.offices["North"])
    person = await world.person(world.offices["North"], referent=ana)
    items = [{"resource": {"type": "person", "id": person}}] * 50
    body = {**question(ana, person), "evaluations": items}
    statuses = [(await guard.post(ana, "/access/v1/evaluations", body)).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert (await guard.open(ana, person)).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"subject": {"type": "user", "id": str(uuid4())}},
        {"resource": {"type": "person", "id": "Rousseau"}},
        {"action": {"name": "delete"}},
        {"context": {}},
        {"context": {"purpose": "follow-up", "groups": ["secret"]}},
        {"subject": None},
    ],
)
async def test_application_malformed_question_is_refused(guard: Guard, change: dict[str, Any]) -> None:
    ana = await guard.world.agent(guard.world.offices["North"])
    answer = await guard.post(ana, "/access/v1/evaluation", {**question(ana, str(uuid4())), **change})
    assert answer.status_code == 400
    assert "Rousseau" not in answer.text


async def test_anybody_reads_the_metadata(guard: Guard) -> None:
    answer = await guard.http.get("/.well-known/authzen-configuration")
    assert answer.json() == {
        "policy_decision_point": "https://guard.example",
        "access_evaluation_endpoint": "https://guard.example/access/v1/evaluation",
        "access_evaluations_endpoint": "https://guard.example/access/v1/evaluations",
    }
