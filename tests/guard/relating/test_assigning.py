"""People of an office are given another referent: who may, what it costs, and what nobody gains by it."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from beffroi.core.dues import owed
from beffroi.core.policy import ASSIGNMENTS, RELATIONS
from beffroi.guard import stamped
from tests.core.worlds import adviser
from tests.guard.doors.conftest import pretty
from tests.guard.doors.test_agents import named
from tests.guard.relating.conftest import Desk, code
from tests.guard.world import POLICY, AgentOfTest

DAYS = POLICY.newcomer_days


async def aged(desk: Desk, person: str, organisation: str, days: int) -> None:
    """Let a relation be so many days older than it is."""
    world = desk.guard.world
    row = await desk.relation(person, organisation)
    await stamped.amend(world.conn, world.keys, "relation", row, since_at=row["since_at"] - timedelta(days=days))


async def test_adviser_hands_a_person_to_a_colleague_whose_portfolio_pays_after_a_week(desk: Desk) -> None:
    person = await desk.guard.world.person(desk.ana.organisation, referent=desk.ana)
    assert await desk.explained(desk.ana, person) == ("referent", "portfolio")
    answer = await desk.assign(desk.ana, desk.ben, person)
    assert answer.status_code == 200, pretty(answer)
    assert answer.json() == {"assigned": 1, "unchanged": 0, "unknown": 0, "left": [], "stopped": None}
    assert await desk.explained(desk.ben, person) == ("referent", "office"), "new to him: as the rest of the office"
    assert await desk.explained(desk.ana, person) == ("followed", "office")
    await aged(desk, person, desk.ana.organisation, DAYS)
    assert await desk.explained(desk.ben, person) == ("referent", "portfolio")
    [entry] = await desk.guard.entries("assigned")
    assert (str(entry["person"]), str(entry["account"]), entry["explanation"]) == (
        person,
        desk.ana.account,
        "referent",
    )
    assert entry["detail"] == f'{{"from":"{desk.ana.account}","to":"{desk.ben.account}"}}'


async def test_adviser_hands_over_again_changes_and_costs_nothing(desk: Desk) -> None:
    person = await desk.guard.world.person(desk.ana.organisation, referent=desk.ana)
    await desk.assign(desk.ana, desk.ben, person)
    before = await desk.relation(person, desk.ana.organisation)
    again = await desk.assign(desk.ana, desk.ben, person)
    assert again.json() == {"assigned": 0, "unchanged": 1, "unknown": 0, "left": [], "stopped": None}
    assert await desk.relation(person, desk.ana.organisation) == before
    assert len(await desk.guard.entries("assigned")) == 1


async def test_adviser_of_another_office_and_somebody_unknown_are_refused_in_the_same_words(desk: Desk) -> None:
    person = await desk.guard.world.person(desk.ana.organisation, referent=desk.ana)
    forbidden = await desk.assign(desk.cleo, desk.dora, person)
    unknown = await desk.assign(desk.cleo, desk.dora, str(uuid4()))
    assert forbidden.status_code == 404
    assert forbidden.content == unknown.content
    both = await desk.assign(desk.cleo, desk.dora, person, str(uuid4()))
    assert both.json() == {"assigned": 0, "unchanged": 0, "unknown": 2, "left": [], "stopped": None}
    preview = await desk.ask(desk.cleo, "/v1/relations/preview", to=desk.dora.account, people=[person, str(uuid4())])
    assert (preview.json()["changing"], preview.json()["unknown"]) == (0, 2)
    assert str((await desk.relation(person, desk.ana.organisation))["referent"]) == desk.ana.account


async def test_adviser_hands_a_person_to_another_office_or_to_who_follows_nobody_is_refused(desk: Desk) -> None:
    world = desk.guard.world
    person = await world.person(desk.ana.organisation, referent=desk.ana)
    welcome = await world.agent(desk.ana.organisation, "receptionist")
    left = await world.agent(desk.ana.organisation, status="closed")
    suspended = await world.agent(desk.ana.organisation)
    await world.amend("account", suspended.account, status="suspended")
    for to in (desk.cleo, welcome, left, suspended):
        assert code(await desk.assign(desk.ana, to, person)) == "colleague-unknown"
    nobody = await desk.ask(desk.ana, "/v1/relations/assign", to=str(uuid4()), people=[person])
    assert code(nobody) == "colleague-unknown"
    assert (await desk.assign(desk.ana, desk.ben, person)).status_code == 200


@pytest.mark.parametrize("role", ["receptionist", "quality-officer", "account-manager", "training-staff"])
async def test_agent_whose_role_relates_nobody_is_refused(desk: Desk, role: str) -> None:
    world = desk.guard.world
    person = await world.person(desk.ana.organisation, referent=desk.ana)
    place = desk.school if role == "training-staff" else desk.ana.organisation
    agent = await world.agent(place, role)
    answer = await desk.assign(agent, desk.ben, person)
    assert answer.status_code == 403, pretty(answer)
    assert code(answer) in ("purpose-not-allowed", "action-not-allowed")


async def test_adviser_whose_second_factor_is_old_is_asked_to_prove_himself_again(desk: Desk) -> None:
    world = desk.guard.world
    person = await world.person(desk.ana.organisation, referent=desk.ana)
    old = await world.sign_in(
        desk.ana.account, desk.ana.habilitation, desk.ana.organisation, "adviser",
        factor_at=await world.now() - timedelta(hours=4),
    )  # fmt: skip
    answer = await desk.assign(old, desk.ben, person)
    assert (answer.status_code, code(answer)) == (403, "step-up-required")
    assert answer.json()["step_up"]["max_age"] == 14_400


async def test_adviser_who_is_known_by_an_appointment_alone_hands_nobody_on(desk: Desk) -> None:
    person = await desk.guard.world.person(desk.cleo.organisation, kind="followed")
    await desk.guard.world.relation(person, desk.ana.organisation, kind="appointment")
    answer = await desk.assign(desk.ana, desk.ben, person)
    assert code(answer) == "not-followed"


async def spend(desk: Desk, agent: AgentOfTest, people: list[str], to: AgentOfTest) -> dict[str, Any]:
    answer = await desk.assign(agent, to, *people)
    assert answer.status_code == 200, pretty(answer)
    return dict(answer.json())


async def test_adviser_takes_people_on_himself_a_few_a_day_and_gains_no_portfolio_by_it(desk: Desk) -> None:
    """A hijacked adviser cannot make the office his own: 15 a day, and the office's budget pays for a week."""
    world = desk.guard.world
    people = [await world.person(desk.ana.organisation, referent=desk.ben) for _ in range(17)]
    told = await spend(desk, desk.ana, people, desk.ana)
    most = POLICY.buckets[RELATIONS].day
    assert (told["assigned"], len(told["left"]), told["stopped"]) == (most, 17 - most, "budget-account")
    assert {await desk.explained(desk.ana, person) for person in people[:3]} == {("referent", "office")}
    again = await desk.assign(desk.ana, desk.ana, people[16])
    assert (again.status_code, code(again)) == (429, "budget-account")


async def test_adviser_who_leaves_hands_over_a_whole_portfolio_at_once(desk: Desk) -> None:
    world = desk.guard.world
    people = [await world.person(desk.ana.organisation, referent=desk.ana) for _ in range(60)]
    preview = await desk.ask(desk.ben, "/v1/relations/preview", to=desk.ben.account, portfolio_of=desk.ana.account)
    assert preview.json() == {
        "people": 60, "changing": 60, "unchanged": 0, "unknown": 0,
        "by_referent": [{"account": desk.ana.account, "people": 60}],
        "before": 0, "after": 60, "most": 300, "over": False,
    }  # fmt: skip
    done = await desk.ask(desk.ana, "/v1/relations/assign", to=desk.ben.account, portfolio_of=desk.ana.account)
    assert done.json()["assigned"] == 60, pretty(done)
    assert (
        await world.conn.fetchval("SELECT count(*) FROM guard.relation WHERE referent = $1", desk.ben.account) == 60
    )
    assert len(people) == 60


async def test_colleague_whose_portfolio_is_full_is_given_nobody_more(desk: Desk) -> None:
    world = desk.guard.world
    now = await world.now()
    await world.conn.executemany(
        "INSERT INTO guard.relation (person, organisation, kind, referent, since_at, version, mac)"
        " VALUES ($1, $2, 'followed', $3, $4, 1, '')",
        [(str(uuid4()), desk.ana.organisation, desk.ben.account, now) for _ in range(299)],
    )
    one, other = [await world.person(desk.ana.organisation, referent=desk.ana) for _ in range(2)]
    preview = await desk.ask(desk.ana, "/v1/relations/preview", to=desk.ben.account, people=[one, other])
    assert (preview.json()["after"], preview.json()["over"]) == (301, True)
    told = await spend(desk, desk.ana, [one, other], desk.ben)
    assert (told["assigned"], told["left"], told["stopped"]) == (1, [other], "portfolio-full")


async def test_two_agents_hand_one_person_over_at_once_and_both_leave_one_genuine_row(desk: Desk) -> None:
    world = desk.guard.world
    person = await world.person(desk.ana.organisation, referent=desk.ana)
    third = await world.agent(desk.ana.organisation)
    answers = await asyncio.gather(
        *[desk.assign(agent, to, person) for agent, to in ((desk.ana, desk.ben), (desk.ben, third)) for _ in range(5)]
    )
    assert {answer.status_code for answer in answers} == {200}
    assigned = sum(answer.json()["assigned"] for answer in answers)
    row = await desk.relation(person, desk.ana.organisation)
    assert row["version"] == 1 + assigned
    assert len(await desk.guard.entries("assigned")) == assigned


@pytest.mark.parametrize(
    "body",
    [
        {}, {"people": []}, {"people": ["x"]}, {"people": None}, {"people": [str(uuid4())] * 301},
        {"people": [str(uuid4())], "portfolio_of": str(uuid4())}, {"portfolio_of": "me"},
        {"people": [str(uuid4())], "force": True}, {"people": str(uuid4())},
    ],
)  # fmt: skip
async def test_body_that_is_malformed_or_too_long_is_refused_whole(desk: Desk, body: dict[str, Any]) -> None:
    for path in ("/v1/relations/assign", "/v1/relations/preview"):
        answer = await desk.ask(desk.ana, path, **{"to": desk.ben.account, **body})
        assert answer.status_code == 400, (path, body, pretty(answer))


async def test_forged_relation_is_handed_to_nobody(desk: Desk) -> None:
    world = desk.guard.world
    person = await world.person(desk.ana.organisation, referent=desk.ana)
    await world.conn.execute("UPDATE guard.relation SET referent = $1", desk.ben.account)
    assert code(await desk.assign(desk.ben, desk.ana, person)) == "integrity"


async def test_adviser_chooses_among_colleagues_of_her_office_who_follow_people(desk: Desk) -> None:
    world = desk.guard.world
    await world.agent(desk.ana.organisation, "receptionist")
    await world.agent(desk.ana.organisation, status="suspended")
    await world.person(desk.ana.organisation, referent=desk.ben)
    answer = await desk.ask(desk.ana, "/v1/relations/colleagues")
    assert answer.status_code == 200, pretty(answer)
    assert [(row["name"], row["people"], row["most"], row["oneself"]) for row in answer.json()["rows"]] == [
        ("Ana Petit", 0, 300, True), ("Ben Morel", 1, 300, False),
    ]  # fmt: skip
    assert desk.cleo.account not in answer.text
    assert answer.json()["former"] == []


async def test_i16_adviser_sees_whose_people_are_left_behind_by_name_where_they_held_a_role_there_and_hands_them_over(
    desk: Desk,
) -> None:
    world = desk.guard.world
    left = await named(world, "North", "Lea", "Partante")
    elsewhere = await named(world, "South", "Zoe", "Ailleurs")
    people = [await world.person(desk.ana.organisation, referent=left) for _ in range(2)]
    await world.person(desk.cleo.organisation, referent=elsewhere)
    there = (await desk.ask(desk.ana, "/v1/relations/colleagues")).json()
    assert (there["former"], left.account in [row["account"] for row in there["rows"]]) == ([], True)
    await world.amend("habilitation", left.habilitation, status="closed")
    await world.amend("habilitation", elsewhere.habilitation, status="closed")
    answer = await desk.ask(desk.ana, "/v1/relations/colleagues")
    assert answer.json()["former"] == [{"account": left.account, "name": "Lea Partante", "people": 2}]
    assert left.account not in [row["account"] for row in answer.json()["rows"]], "nobody is handed to them"
    await world.conn.execute(
        "UPDATE guard.relation SET referent = $1 WHERE person = $2", elsewhere.account, people[0]
    )
    forged = (await desk.ask(desk.ana, "/v1/relations/colleagues")).json()["former"]
    assert {one["account"]: one["name"] for one in forged} == {left.account: "Lea Partante", elsewhere.account: ""}
    await world.conn.execute("UPDATE guard.relation SET referent = $1 WHERE person = $2", left.account, people[0])
    done = await desk.ask(desk.ana, "/v1/relations/assign", to=desk.ben.account, portfolio_of=left.account)
    assert (done.json()["assigned"], len(people)) == (2, 2), pretty(done)
    assert (await desk.ask(desk.ana, "/v1/relations/colleagues")).json()["former"] == []


def test_assignments_are_paid_by_the_account_and_the_office_alone() -> None:
    dues = owed(ASSIGNMENTS, adviser(), POLICY)
    assert isinstance(dues, tuple)
    assert [(due.scope.kind, due.scope.bucket, due.caps) for due in dues] == [
        ("account", ASSIGNMENTS, POLICY.buckets[ASSIGNMENTS]),
        ("organisation", ASSIGNMENTS, POLICY.organisation_assignments),
    ]


async def test_i15_preview_and_what_changes_nothing_are_questions_of_the_hour(desk: Desk) -> None:
    world = desk.guard.world
    people = [await world.person(desk.ana.organisation, referent=desk.ben) for _ in range(3)]
    most = POLICY.questions_per_hour
    first = await desk.assign(desk.ana, desk.ben, *people)
    assert first.json() == {"assigned": 0, "unchanged": 3, "unknown": 0, "left": [], "stopped": None}
    assert await world.conn.fetchval("SELECT sum(asked) FROM guard.question") == 1, "one, and no decision for each"
    body = {"to": desk.ben.account, "people": people}
    told = [code(await desk.ask(desk.ana, "/v1/relations/preview", **body)) for _ in range(most)]
    assert told == ["200"] * (most - 1) + ["too-many-questions"]
    assert code(await desk.assign(desk.ana, desk.ben, *people)) == "too-many-questions"
    assert await desk.guard.entries("assigned") == []
    assert (await desk.assign(desk.ana, desk.ana, people[0])).json()["assigned"] == 1
