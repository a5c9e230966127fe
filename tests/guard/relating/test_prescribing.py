"""A training organisation is let know a person: by whom, until when, within which budget, and until taken back."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from beffroi.core.policy import RELATIONS
from tests.guard.doors.conftest import pretty
from tests.guard.relating.conftest import Desk, code
from tests.guard.world import POLICY, AgentOfTest


async def prescribe(desk: Desk, agent: AgentOfTest, person: str, until: str = "", **more: Any) -> httpx.Response:
    body = {"person": person, "organisation": desk.school, "until_on": until or await desk.day(60), **more}
    return await desk.ask(agent, "/v1/relations/prescribe", **body)


async def trainer(desk: Desk) -> AgentOfTest:
    return await desk.guard.world.agent(desk.school, "training-staff")


async def reads(desk: Desk, agent: AgentOfTest, person: str) -> str:
    body = {"person": person, "purpose": "training-follow-up", "groups": ["identity"]}
    return code(await desk.guard.post(agent, "/v1/open", body))


@pytest.mark.parametrize("kind", ["prescription", "enrolment"])
async def test_adviser_prescribes_and_the_trainer_knows_the_person_until_it_is_ended(desk: Desk, kind: str) -> None:
    person = await desk.guard.world.person(desk.ana.organisation, referent=desk.ana)
    staff = await trainer(desk)
    assert await reads(desk, staff, person) == "person-unknown"
    made = await prescribe(desk, desk.ana, person, kind=kind)
    assert made.status_code == 200, pretty(made)
    assert await reads(desk, staff, person) == "200"
    ended = await desk.ask(desk.ben, "/v1/relations/end", person=person, organisation=desk.school, kind=kind)
    assert ended.status_code == 200, pretty(ended)
    assert await reads(desk, staff, person) == "person-unknown"
    again = await desk.ask(desk.ben, "/v1/relations/end", person=person, organisation=desk.school, kind=kind)
    assert code(again) == "relation-unknown"
    assert (await prescribe(desk, desk.ana, person, kind=kind)).status_code == 200
    assert await reads(desk, staff, person) == "200"
    row = await desk.relation(person, desk.school, kind)
    assert row["version"] == 3
    assert [str(entry["person"]) for entry in await desk.guard.entries("prescribed")] == [person, person]


async def test_adviser_prescribes_again_and_only_the_end_changes(desk: Desk) -> None:
    person = await desk.guard.world.person(desk.ana.organisation, referent=desk.ana)
    await prescribe(desk, desk.ana, person)
    before = await desk.relation(person, desk.school, "prescription")
    await prescribe(desk, desk.ana, person, await desk.day(90))
    after = await desk.relation(person, desk.school, "prescription")
    assert (after["since_at"], after["version"]) == (before["since_at"], 2)
    assert after["until_at"] - before["until_at"] > timedelta(days=29)


async def test_adviser_of_another_office_prescribes_nobody_of_this_one(desk: Desk) -> None:
    person = await desk.guard.world.person(desk.ana.organisation, referent=desk.ana)
    forbidden, unknown = await prescribe(desk, desk.cleo, person), await prescribe(desk, desk.cleo, str(uuid4()))
    assert forbidden.status_code == 404
    assert forbidden.content == unknown.content
    await desk.found(desk.cleo, person)
    assert code(await prescribe(desk, desk.cleo, person)) == "not-followed"
    end = {"person": person, "organisation": desk.school}
    await prescribe(desk, desk.ana, person)
    assert code(await desk.ask(desk.cleo, "/v1/relations/end", **end)) == "not-followed"
    stranger = await desk.ask(desk.dora, "/v1/relations/end", **end)
    assert code(stranger) == "person-unknown"


async def test_prescription_towards_no_training_organisation_at_work_is_refused(desk: Desk) -> None:
    world = desk.guard.world
    person = await world.person(desk.ana.organisation, referent=desk.ana)
    closed = await world.organisation("Closed", kind="training-organisation", active=False)
    over = await world.organisation(
        "Over", kind="training-organisation", contract_until=await world.now() - timedelta(days=1)
    )
    for place in (desk.cleo.organisation, closed, over, str(uuid4())):
        answer = await prescribe(desk, desk.ana, person, organisation=place)
        assert code(answer) == "organisation-unavailable"
    await world.contain("organisation", desk.school)
    assert code(await prescribe(desk, desk.ana, person)) == "organisation-unavailable"
    assert await desk.relation(person, desk.school, "prescription") is None


@pytest.mark.parametrize("days", [-1, POLICY.following.prescription_days])
async def test_prescription_until_a_day_past_or_too_far_is_refused(desk: Desk, days: int) -> None:
    person = await desk.guard.world.person(desk.ana.organisation, referent=desk.ana)
    assert code(await prescribe(desk, desk.ana, person, await desk.day(days))) == "relation-date"
    for extreme in ("0001-01-01", "9999-12-31"):
        assert code(await prescribe(desk, desk.ana, person, extreme)) == "relation-date"


async def test_hijacked_adviser_prescribes_fifteen_people_a_day_and_ends_more_which_is_counted(desk: Desk) -> None:
    world, most = desk.guard.world, POLICY.buckets[RELATIONS].day
    people = [await world.person(desk.ana.organisation, referent=desk.ana) for _ in range(most + 1)]
    told = [code(await prescribe(desk, desk.ana, person)) for person in people]
    assert told == ["200"] * most + ["budget-account"]
    assert code(await prescribe(desk, desk.ana, people[0])) == "200", "the same person again costs nothing"
    ended = await desk.ask(desk.ana, "/v1/relations/end", person=people[0], organisation=desk.school)
    assert ended.status_code == 200, "what is given has been used up, what takes away has not"
    for one in people[1:most]:
        again = await desk.ask(desk.ana, "/v1/relations/end", person=one, organisation=desk.school)
        assert again.status_code == 200
    spent = await world.conn.fetch(
        "SELECT key, day_spent FROM guard.budget WHERE key LIKE '%/assignments' ORDER BY key"
    )
    assert [tuple(row) for row in spent] == [
        (f"account/{desk.ana.account}/assignments", most),
        (f"organisation/{desk.ana.organisation}/assignments", most),
    ]


async def test_training_organisation_is_let_know_forty_people_a_day_by_all_offices_together(desk: Desk) -> None:
    """A hijacked console holds the sessions of many offices: no more than one may be given."""
    world, each = desk.guard.world, POLICY.buckets[RELATIONS].day
    told: list[str] = []
    for number in range(POLICY.received.day // each + 1):
        agent = await world.agent(await world.organisation(f"Office {number}"))
        people = [await world.person(agent.organisation, referent=agent) for _ in range(each)]
        told += [code(await prescribe(desk, agent, person)) for person in people]
    over = len(told) - POLICY.received.day
    assert told == ["200"] * POLICY.received.day + ["budget-received"] * over
    other = await world.organisation("Another school", kind="training-organisation")
    assert code(await prescribe(desk, agent, people[-1], organisation=other)) == "200"


@pytest.mark.parametrize(
    "change", [{"until_on": "soon"}, {"kind": "followed"}, {"person": "x"}, {"organisation": None}, {"referent": "x"}]
)
async def test_malformed_prescription_is_refused(desk: Desk, change: dict[str, Any]) -> None:
    body = {"person": str(uuid4()), "organisation": desk.school, "until_on": await desk.day(60), **change}
    assert (await desk.ask(desk.ana, "/v1/relations/prescribe", **body)).status_code == 400


async def test_adviser_chooses_among_organisations_at_work(desk: Desk) -> None:
    following = await desk.ask(desk.ana, "/v1/relations/organisations", which="following")
    assert [row["name"] for row in following.json()["rows"]] == ["South"]
    training = await desk.ask(desk.ana, "/v1/relations/organisations", which="training")
    assert [row["name"] for row in training.json()["rows"]] == ["School"]
