"""A file that nobody follows: archived after the delay, read by who answers the person, alive again on return."""

from datetime import timedelta

import pytest

from beffroi.core.ids import OrganisationId, PersonId, PurposeCode
from beffroi.guard.erasing.archiving import archive
from tests.guard.doors.conftest import pretty
from tests.guard.relating.conftest import Desk, code, desk, guard
from tests.guard.world import POLICY, AgentOfTest

__all__ = ["desk", "guard"]

RULES = POLICY.retention
EMERGENCY = {"reason": "emergency", "text": "Elle se présente sans logement"}
RIGHTS = PurposeCode("person-rights")


async def left(desk: Desk, days: int, where: OrganisationId | None = None) -> PersonId:
    """Somebody whose follow-up ended so many days ago."""
    world = desk.guard.world
    person = await world.person()
    until = await world.now() - timedelta(days=days)
    await world.relation(person, where or desk.ana.organisation, days=days + 100, until_at=until)
    return person


async def sweep(desk: Desk) -> int:
    services = desk.guard.services
    return (await archive(services.pool, services.keys, POLICY))["archived"]


async def archived(desk: Desk, where: OrganisationId | None = None) -> PersonId:
    person = await left(desk, RULES.archive_days + 1, where)
    assert await sweep(desk) == 1
    return person


async def correspondent(desk: Desk, office: str) -> AgentOfTest:
    world = desk.guard.world
    return await world.agent(world.offices[office], "data-protection-correspondent")


async def broken_open(desk: Desk, agent: AgentOfTest, person: PersonId) -> str:
    await desk.found(agent, person)
    return code(await desk.guard.open(agent, person, break_glass=EMERGENCY))


async def test_file_left_for_the_delay_is_archived_once_and_one_left_a_day_less_is_not(desk: Desk) -> None:
    old, young = await left(desk, RULES.archive_days + 1), await left(desk, RULES.archive_days - 1)
    assert await sweep(desk) == 1
    assert await sweep(desk) == 0
    assert await desk.relation(old, desk.ana.organisation, "archived") is not None
    assert await desk.relation(young, desk.ana.organisation, "archived") is None
    [entry] = await desk.guard.entries("archived")
    assert str(entry["person"]) == old


@pytest.mark.parametrize("who", ["ana", "cleo"])
async def test_adviser_found_today_opens_one_left_of_late_by_break_glass_and_no_archived_file(
    desk: Desk, who: str
) -> None:
    agent: AgentOfTest = getattr(desk, who)
    late = await left(desk, RULES.archive_days - 1)
    old = await archived(desk)
    assert await broken_open(desk, agent, late) == "200"
    assert await broken_open(desk, agent, old) == "not-followed"
    assert (await desk.guard.open(agent, old)).json()["archived"]


async def test_correspondent_of_the_office_that_followed_last_reads_the_archive_for_the_person_alone(
    desk: Desk,
) -> None:
    old = await archived(desk)
    north, south = await correspondent(desk, "North"), await correspondent(desk, "South")
    opened = await desk.guard.open(north, old, purpose=RIGHTS)
    assert opened.status_code == 200, pretty(opened)
    assert opened.json()["explanation"] == "archived"
    assert code(await desk.guard.open(north, old)) == "purpose-not-allowed"
    assert code(await desk.guard.open(south, old, purpose=RIGHTS)) == "person-unknown"
    assert await desk.explained(desk.ana, old) == ("person-unknown", "person-unknown")


async def test_file_restricted_meanwhile_is_not_archived_and_one_that_is_not_is(desk: Desk) -> None:
    free, restricted = [await left(desk, RULES.archive_days + 1) for _ in range(2)]
    await desk.guard.world.relation(restricted, desk.ana.organisation, kind="restricted")
    assert await sweep(desk) == 1
    assert await desk.relation(free, desk.ana.organisation, "archived") is not None
    assert await desk.relation(restricted, desk.ana.organisation, "archived") is None


async def test_office_list_holds_nobody_archived(desk: Desk) -> None:
    here = await desk.guard.world.person(desk.ana.organisation, referent=desk.ana)
    old = await archived(desk)
    listed = await desk.ask(desk.ana, "/v1/list/ids", scope="organisation")
    assert here in listed.text
    assert old not in listed.text


async def test_person_who_comes_back_is_found_followed_again_and_archived_no_more(desk: Desk) -> None:
    old = await archived(desk)
    unknown = await desk.ask(desk.cleo, "/v1/relations/resume", person=old)
    assert code(unknown) == "person-unknown", "not found by a search of today"
    await desk.found(desk.cleo, old)
    resumed = await desk.ask(desk.cleo, "/v1/relations/resume", person=old)
    assert resumed.status_code == 200, pretty(resumed)
    assert resumed.json()["referent"]
    assert await desk.explained(desk.cleo, old) == ("referent", "office")
    ended = await desk.relation(old, desk.ana.organisation, "archived")
    assert ended["until_at"] is not None
    assert await sweep(desk) == 0
    north = await correspondent(desk, "North")
    assert code(await desk.guard.open(north, old, purpose=RIGHTS)) == "person-unknown"
    [entry] = await desk.guard.entries("resumed")
    assert (str(entry["person"]), str(entry["account"])) == (old, desk.cleo.account)


async def test_person_whom_another_office_follows_is_not_resumed(desk: Desk) -> None:
    person = await desk.guard.world.person(desk.ana.organisation, referent=desk.ana)
    await desk.found(desk.cleo, person)
    assert code(await desk.ask(desk.cleo, "/v1/relations/resume", person=person)) == "already-followed"
    assert code(await desk.ask(desk.cleo, "/v1/relations/resume", person="x")) == "malformed"


async def test_registering_somebody_archived_answers_that_they_are_known_and_then_they_are_resumed(
    desk: Desk,
) -> None:
    old = await archived(desk)
    identity = {"last_name": "Rousseau", "first_names": "Camille", "birth_date": "2005-04-12"}
    again = await desk.ask(desk.cleo, "/v1/create", fields={"identity": identity})
    assert again.status_code == 409, pretty(again)
    [match] = again.json()["matches"]
    assert (match["person"], match["followed_by"]) == (old, [])
    assert (await desk.ask(desk.cleo, "/v1/relations/resume", person=old)).status_code == 200


async def test_i16_relation_forged_to_look_over_archives_nobody(desk: Desk) -> None:
    person = await left(desk, 10)
    world = desk.guard.world
    await world.conn.execute(
        "UPDATE guard.relation SET until_at = until_at - interval '5 years' WHERE person = $1", person
    )
    assert await sweep(desk) == 0
