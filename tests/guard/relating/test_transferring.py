"""A person passes from one organisation to another when both agree, and not otherwise."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from beffroi.core.ids import PersonId
from beffroi.core.policy import RELATIONS
from tests.guard.doors.conftest import pretty
from tests.guard.relating.conftest import Desk, code
from tests.guard.world import POLICY, AgentOfTest


async def give(desk: Desk, agent: AgentOfTest, person: str, to: str = "", **more: Any) -> httpx.Response:
    """The side that follows the person asks."""
    body = {"person": person, "organisation": to or desk.cleo.organisation, "side": "giving", "reason": "moved"}
    return await desk.ask(agent, "/v1/transfers/ask", **{**body, **more})


async def want(desk: Desk, agent: AgentOfTest, person: str, **more: Any) -> httpx.Response:
    """The side that does not follow the person asks."""
    body = {"person": person, "organisation": desk.ana.organisation, "side": "receiving", "reason": "person-asks"}
    return await desk.ask(agent, "/v1/transfers/ask", **{**body, **more})


async def answered(desk: Desk, agent: AgentOfTest, verb: str, transfer: str) -> httpx.Response:
    more = {} if verb == "agree" else {"because": "person-declines"}
    return await desk.ask(agent, f"/v1/transfers/{verb}", transfer=transfer, **more)


async def of_ana(desk: Desk) -> PersonId:
    return await desk.guard.world.person(desk.ana.organisation, referent=desk.ana)


async def test_giving_office_asks_another_agrees_and_rights_move_at_once(desk: Desk) -> None:
    person = await of_ana(desk)
    asked = await give(desk, desk.ana, person)
    assert asked.status_code == 201, pretty(asked)
    assert await desk.explained(desk.cleo, person) == ("person-unknown", "person-unknown"), "asking gives nothing"
    agreed = await answered(desk, desk.cleo, "agree", asked.json()["transfer"])
    assert agreed.status_code == 200, pretty(agreed)
    assert agreed.json()["person"] == person
    assert await desk.explained(desk.cleo, person) == ("referent", "office"), "new: paid as the rest of the office"
    assert await desk.explained(desk.ana, person) == ("person-unknown", "person-unknown")
    assert await desk.explained(desk.ben, person) == ("person-unknown", "person-unknown")
    gone = await desk.relation(person, desk.ana.organisation)
    assert gone["until_at"] is not None, "history is kept"
    [one] = await desk.guard.entries("transfer-asked")
    [other] = await desk.guard.entries("transfer-agreed")
    assert [str(one["account"]), str(other["account"])] == [desk.ana.account, desk.cleo.account]
    assert str(one["person"]) == str(other["person"]) == person


async def test_receiving_office_asks_after_a_find_and_the_giving_one_agrees(desk: Desk) -> None:
    person = await of_ana(desk)
    await desk.found(desk.cleo, person)
    asked = await want(desk, desk.cleo, person)
    assert asked.status_code == 201, pretty(asked)
    agreed = await answered(desk, desk.ben, "agree", asked.json()["transfer"])
    assert agreed.json()["person"] is None, "the giving side is told of nobody any more"
    assert await desk.explained(desk.cleo, person) == ("referent", "office")
    assert await desk.explained(desk.ana, person) == ("person-unknown", "person-unknown")


async def test_receiving_office_asks_for_who_was_not_found_as_for_somebody_unknown(desk: Desk) -> None:
    person = await of_ana(desk)
    forbidden, unknown = await want(desk, desk.cleo, person), await want(desk, desk.cleo, str(uuid4()))
    assert forbidden.status_code == 404
    assert forbidden.content == unknown.content
    for side in ("giving", "receiving"):
        one = await want(desk, desk.cleo, person, side=side)
        assert code(one) == "person-unknown"
    await desk.found(desk.cleo, person)
    assert code(await want(desk, desk.dora, person)) == "person-unknown", "found by a colleague, not by oneself"
    assert code(await want(desk, desk.cleo, person, side="giving")) == "not-followed"


@pytest.mark.parametrize("verb", ["agree", "refuse"])
async def test_side_that_asked_answers_for_the_other_in_no_way(desk: Desk, verb: str) -> None:
    transfer = (await give(desk, desk.ana, await of_ana(desk))).json()["transfer"]
    for agent in (desk.ana, desk.ben):
        assert code(await answered(desk, agent, verb, transfer)) == "transfer-closed"
    assert code(await answered(desk, desk.cleo, "withdraw", transfer)) == "transfer-closed"
    assert (await answered(desk, desk.cleo, verb, transfer)).status_code == 200


async def test_one_person_who_works_at_both_offices_does_not_agree_with_herself(desk: Desk) -> None:
    world, person = desk.guard.world, await of_ana(desk)
    transfer = (await give(desk, desk.ana, person)).json()["transfer"]
    habilitation = await world.habilitation(desk.ana.account, desk.cleo.organisation, "adviser")
    there = await world.sign_in(desk.ana.account, habilitation, desk.cleo.organisation, "adviser")
    for verb in ("agree", "refuse"):
        assert code(await answered(desk, there, verb, transfer)) == "transfer-same-person"
    assert (await answered(desk, desk.cleo, "agree", transfer)).status_code == 200


async def test_third_office_meets_a_transfer_as_one_that_does_not_exist(desk: Desk) -> None:
    world = desk.guard.world
    transfer = (await give(desk, desk.ana, await of_ana(desk))).json()["transfer"]
    stranger = await world.agent(await world.organisation("East"))
    for verb in ("agree", "refuse", "withdraw"):
        forbidden = await answered(desk, stranger, verb, transfer)
        unknown = await answered(desk, stranger, verb, str(uuid4()))
        assert forbidden.status_code == 404
        assert forbidden.content == unknown.content
    assert (await desk.ask(stranger, "/v1/transfers/list")).json() == {"waiting": 0, "rows": []}


async def test_transfer_answered_twice_and_by_many_at_once_moves_the_person_once(desk: Desk) -> None:
    person = await of_ana(desk)
    transfer = (await give(desk, desk.ana, person)).json()["transfer"]
    ways = [(agent, verb) for agent in (desk.cleo, desk.dora) for verb in ("agree", "refuse")]
    calls = [answered(desk, agent, verb, transfer) for agent, verb in (*ways, (desk.ana, "withdraw"))]
    answers = await asyncio.gather(*calls)
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    [row] = await desk.guard.world.conn.fetch("SELECT * FROM guard.transfer")
    assert row["version"] == 2
    moved = await desk.relation(person, desk.cleo.organisation)
    assert (moved is not None) == (row["status"] == "agreed")


async def test_transfer_that_nobody_answers_lapses_by_itself(desk: Desk) -> None:
    world, person = desk.guard.world, await of_ana(desk)
    transfer = (await give(desk, desk.ana, person)).json()["transfer"]
    assert code(await give(desk, desk.ben, person)) == "transfer-exists"
    await world.amend("transfer", transfer, expires_at=await world.now())
    assert code(await answered(desk, desk.cleo, "agree", transfer)) == "transfer-closed"
    [row] = (await desk.ask(desk.cleo, "/v1/transfers/list")).json()["rows"]
    assert (row["status"], row["answerable"], row["person"]) == ("expired", False, None)
    assert (await give(desk, desk.ben, person)).status_code == 201


async def test_refused_and_withdrawn_transfers_move_nobody_and_say_why(desk: Desk) -> None:
    person = await of_ana(desk)
    refused = (await give(desk, desk.ana, person)).json()["transfer"]
    assert (await answered(desk, desk.cleo, "refuse", refused)).json() == {"status": "refused"}
    withdrawn = (await give(desk, desk.ana, person)).json()["transfer"]
    assert (await answered(desk, desk.ben, "withdraw", withdrawn)).json() == {"status": "withdrawn"}
    rows = (await desk.ask(desk.ana, "/v1/transfers/list")).json()["rows"]
    assert {(row["status"], row["answer"]) for row in rows} == {
        ("refused", "person-declines"), ("withdrawn", "person-declines"),
    }  # fmt: skip
    assert await desk.explained(desk.ana, person) == ("referent", "portfolio")
    assert await desk.relation(person, desk.cleo.organisation) is None


async def test_transfer_with_an_office_that_is_closed_contained_or_no_office_is_refused(desk: Desk) -> None:
    world, person = desk.guard.world, await of_ana(desk)
    closed = await world.organisation("Closed", active=False)
    for place in (desk.school, closed, str(uuid4()), desk.ana.organisation):
        assert code(await give(desk, desk.ana, person, place)) == "organisation-unavailable"
    transfer = (await give(desk, desk.ana, person)).json()["transfer"]
    await world.contain("organisation", desk.ana.organisation)
    assert code(await answered(desk, desk.cleo, "agree", transfer)) == "organisation-unavailable"
    assert await desk.relation(person, desk.cleo.organisation) is None


async def test_transfer_of_somebody_erased_or_handed_elsewhere_meanwhile_moves_nobody(desk: Desk) -> None:
    world, person = desk.guard.world, await of_ana(desk)
    transfer = (await give(desk, desk.ana, person)).json()["transfer"]
    east = await world.agent(await world.organisation("East"))
    other = (await give(desk, desk.ben, person, east.organisation)).json()["transfer"]
    assert (await answered(desk, east, "agree", other)).status_code == 200
    assert code(await answered(desk, desk.cleo, "agree", transfer)) == "not-followed-there"
    erased = await of_ana(desk)
    transfer = (await give(desk, desk.ana, erased)).json()["transfer"]
    await world.conn.execute("DELETE FROM guard.person WHERE id = $1", erased)
    assert code(await answered(desk, desk.cleo, "agree", transfer)) == "transfer-unknown"


async def test_hijacked_adviser_asks_and_agrees_for_fifteen_people_a_day(desk: Desk) -> None:
    world, most = desk.guard.world, POLICY.buckets[RELATIONS].day
    people = [await of_ana(desk) for _ in range(most + 1)]
    asked = [await give(desk, desk.ana, person) for person in people]
    assert [code(one) for one in asked] == ["201"] * most + ["budget-account"]
    late = (await give(desk, desk.ben, people[-1])).json()["transfer"]
    told = [code(await answered(desk, desk.cleo, "agree", one.json()["transfer"])) for one in asked[:most]]
    assert told == ["200"] * most
    assert code(await answered(desk, desk.cleo, "agree", late)) == "budget-account"
    assert (await answered(desk, desk.dora, "agree", late)).status_code == 200
    assert await world.conn.fetchval("SELECT count(*) FROM guard.transfer WHERE status = 'agreed'") == most + 1


async def test_each_side_is_told_what_it_may_know(desk: Desk) -> None:
    person = await of_ana(desk)
    await give(desk, desk.ana, person)
    mine = (await desk.ask(desk.ben, "/v1/transfers/list")).json()
    theirs = (await desk.ask(desk.cleo, "/v1/transfers/list")).json()
    assert (mine["waiting"], theirs["waiting"]) == (0, 1)
    [sent], [received] = mine["rows"], theirs["rows"]
    assert (sent["person"], sent["asked_by"], sent["other"]["name"]) == (person, "Ana Petit", "South")
    assert (received["person"], received["asked_by"], received["other"]["name"]) == (None, "", "North")
    assert (sent["answerable"], sent["withdrawable"]) == (False, True)
    assert (received["answerable"], received["withdrawable"]) == (True, False)


async def test_i16_forged_transfer_is_agreed_by_nobody(desk: Desk) -> None:
    transfer = (await give(desk, desk.ana, await of_ana(desk))).json()["transfer"]
    await desk.guard.world.conn.execute("UPDATE guard.transfer SET expires_at = expires_at + interval '1 day'")
    assert code(await answered(desk, desk.cleo, "agree", transfer)) == "integrity"


@pytest.mark.parametrize("change", [{"side": "both"}, {"reason": "because"}, {"person": "x"}, {"referent": "x"}])
async def test_malformed_transfer_is_refused(desk: Desk, change: dict[str, Any]) -> None:
    body = {"person": str(uuid4()), "organisation": desk.cleo.organisation, "side": "giving", "reason": "moved"}
    assert (await desk.ask(desk.ana, "/v1/transfers/ask", **{**body, **change})).status_code == 400
    assert (await desk.ask(desk.cleo, "/v1/transfers/refuse", transfer=str(uuid4()))).status_code == 400
    more = {"transfer": str(uuid4()), "because": "no"}
    assert (await desk.ask(desk.cleo, "/v1/transfers/refuse", **more)).status_code == 400


async def test_office_is_not_told_by_a_transfer_who_else_follows_a_person_before_a_search_is(desk: Desk) -> None:
    """A hijacked adviser probes every organisation for one of her people: each answer is counted and journaled."""
    world, person = desk.guard.world, await of_ana(desk)
    closed = await world.organisation("Closed", active=False)
    await world.relation(person, desk.cleo.organisation, kind="followed")
    unavailable, followed = await give(desk, desk.ana, person, closed), await give(desk, desk.ana, person)
    assert code(unavailable) == "organisation-unavailable"
    assert code(followed) == "201", "as towards an office that does not know them"
    known = await world.person(desk.cleo.organisation)
    await world.relation(known, desk.ana.organisation, kind="appointment")
    east = await world.organisation("East")
    elsewhere = {"person": known, "organisation": east, "side": "receiving", "reason": "person-asks"}
    assert (await desk.ask(desk.ana, "/v1/transfers/ask", **elsewhere)).content == unavailable.content
    [entry] = await desk.guard.entries("refused")
    assert (str(entry["person"]), entry["explanation"], entry["detail"]) == (
        person, "organisation-unavailable", '{"times":1}',
    )  # fmt: skip
    assert await world.conn.fetchval("SELECT times FROM guard.refusal WHERE account = $1", desk.ana.account) == 2
    await desk.found(desk.ana, known)
    assert code(await desk.ask(desk.ana, "/v1/transfers/ask", **elsewhere)) == "not-followed-there"


async def test_office_that_follows_who_was_there_meanwhile_goes_on_and_the_other_ends(desk: Desk) -> None:
    """They stood at the South's desk with a code: the North, which goes on, gives them up by a transfer."""
    person = await of_ana(desk)
    transfer = (await give(desk, desk.ana, person)).json()["transfer"]
    await desk.guard.world.relation(person, desk.cleo.organisation, referent=desk.cleo)
    before = await desk.relation(person, desk.cleo.organisation)
    assert code(await want(desk, desk.cleo, person)) == "already-followed"
    agreed = await answered(desk, desk.dora, "agree", transfer)
    assert agreed.json()["person"] == person, pretty(agreed)
    assert await desk.relation(person, desk.cleo.organisation) == before, "the referent stays who it was"
    assert await desk.explained(desk.ana, person) == ("person-unknown", "person-unknown")


async def test_i15_obstacles_are_questions_of_the_hour(desk: Desk) -> None:
    world, person = desk.guard.world, await of_ana(desk)
    closed = await world.organisation("Closed", active=False)
    most = POLICY.questions_per_hour
    told = [code(await give(desk, desk.ana, person, closed)) for _ in range(most + 1)]
    assert told == ["organisation-unavailable"] * most + ["too-many-questions"]
    assert [entry["detail"] for entry in await desk.guard.entries("refused")] == [
        '{"times":1}', '{"times":10}', '{"times":100}',
    ]  # fmt: skip
    assert code(await give(desk, desk.ana, person)) == "201", "what can be done is done"
