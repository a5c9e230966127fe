"""What hangs on a file that goes into another: codes, transfers, requests of the person."""

from typing import Any

from beffroi.core.ids import PersonId
from beffroi.guard.personal import presence_codes
from tests.guard.doors.conftest import pretty
from tests.guard.merging.conftest import Pair
from tests.guard.relating.conftest import code


async def handed(pair: Pair, person: str) -> None:
    answer = await pair.desk.ask(pair.desk.ana, "/v1/invitations/make", person=person)
    assert answer.status_code == 201, pretty(answer)


async def codes(pair: Pair) -> set[str]:
    """People for whom a code is out."""
    rows = await pair.desk.guard.world.conn.fetch("SELECT person FROM guard.invitation WHERE ended_at IS NULL")
    return {str(row["person"]) for row in rows}


async def test_code_of_the_file_that_goes_serves_no_more_and_that_of_the_other_does(pair: Pair) -> None:
    for person in (pair.stays, pair.goes):
        await handed(pair, person)
    assert (await pair.merge()).status_code == 201
    assert await codes(pair) == {pair.stays}


async def test_code_handed_over_while_the_two_were_one_serves_no_more_when_they_are_parted(pair: Pair) -> None:
    other = await pair.desk.guard.world.person(pair.desk.ana.organisation, referent=pair.desk.ana)
    merge = (await pair.merge()).json()["merge"]
    for person in (pair.stays, other):
        await handed(pair, person)
    assert (await pair.part(merge)).status_code == 200
    assert await codes(pair) == {other}, "it may be in the hands of either"


async def test_code_made_at_a_desk_by_who_saw_the_other_file_serves_no_more(pair: Pair) -> None:
    world, cleo = pair.desk.guard.world, pair.desk.cleo

    async def made(person: PersonId) -> str:
        async with world.conn.transaction():
            now = await world.now()
            return (await presence_codes.make(world.conn, world.keys, person, cleo.organisation, now))[1]

    async def typed(text: str) -> str:
        return code(await pair.desk.ask(cleo, "/v1/relations/by-presence", code=text))

    goes, stays = await made(pair.goes), await made(pair.stays)
    merge = (await pair.merge()).json()["merge"]
    assert await typed(goes) == "presence-code-wrong"
    assert (await pair.part(merge)).status_code == 200
    assert await typed(stays) == "presence-code-wrong", "it may be in the hands of either"
    assert await typed(await made(pair.stays)) == "200"


async def test_file_whose_transfer_waits_for_an_answer_goes_into_no_other(pair: Pair) -> None:
    desk = pair.desk
    asked = await desk.ask(
        desk.ana, "/v1/transfers/ask", person=pair.goes, organisation=desk.cleo.organisation, side="giving",
        reason="moved",
    )  # fmt: skip
    assert asked.status_code == 201, pretty(asked)
    assert code(await pair.merge()) == "transfer-waiting"
    assert await desk.guard.world.conn.fetchval("SELECT count(*) FROM guard.person_alias") == 0
    one = {"transfer": asked.json()["transfer"], "because": "person-declines"}
    taken = await desk.ask(desk.ana, "/v1/transfers/withdraw", **one)
    assert taken.status_code == 200, pretty(taken)
    assert (await pair.merge()).status_code == 201


async def test_file_whose_transfer_waits_may_be_the_one_that_stays(pair: Pair) -> None:
    desk = pair.desk
    asked = await desk.ask(
        desk.ana, "/v1/transfers/ask", person=pair.stays, organisation=desk.cleo.organisation, side="giving",
        reason="moved",
    )  # fmt: skip
    assert asked.status_code == 201, pretty(asked)
    assert (await pair.merge()).status_code == 201
    one = {"transfer": asked.json()["transfer"]}
    agreed = await desk.ask(desk.cleo, "/v1/transfers/agree", **one)
    assert agreed.json()["person"] == pair.stays, pretty(agreed)


async def test_request_of_a_person_is_of_the_file_that_stands_for_them_and_is_made_once(pair: Pair) -> None:
    desk = pair.desk
    nora = await desk.guard.world.agent(desk.ana.organisation, role="data-protection-correspondent")

    async def registered(person: str, article: str = "access") -> Any:
        body = {"person": person, "article": article, "received_on": await desk.day(0)}
        return await desk.guard.post(nora, "/v1/person-requests/register", body)

    async def whose() -> list[str]:
        rows = (await desk.guard.post(nora, "/v1/person-requests/list", {})).json()["rows"]
        return [row["person"] for row in rows]

    first = await registered(pair.goes)
    assert first.status_code == 201, pretty(first)
    merge = (await pair.merge()).json()["merge"]
    assert await whose() == [pair.stays]
    assert code(await registered(pair.stays)) == "person-request-exists"
    assert (await registered(pair.stays, "rectification")).status_code == 201
    assert (await pair.part(merge)).status_code == 200
    assert sorted(await whose()) == sorted([pair.goes, pair.stays])
