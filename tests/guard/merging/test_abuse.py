"""A merge is no way to read somebody, and says nothing to who may not make one."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from beffroi.core.ids import PersonId
from tests.guard.doors.conftest import pretty
from tests.guard.merging.conftest import Pair
from tests.guard.relating.conftest import Desk, code


async def test_adviser_of_another_office_meets_the_same_words_as_of_nobody(pair: Pair) -> None:
    cleo, body = pair.desk.cleo, {"stays": pair.stays, "goes": pair.goes}
    for path, more in (("preview", {}), ("make", {"stays_version": 1, "goes_version": 1})):
        theirs = await pair.desk.ask(cleo, f"/v1/merges/{path}", **body, **more)
        nobody = await pair.desk.ask(cleo, f"/v1/merges/{path}", stays=str(uuid4()), goes=str(uuid4()), **more)
        assert theirs.status_code == 404, pretty(theirs)
        assert theirs.content == nobody.content
    assert (await pair.merge()).status_code == 201, "the adviser whose office follows both may"


async def test_adviser_merges_no_file_of_another_office_into_one_of_their_own_nor_the_other_way(desk: Desk) -> None:
    world = desk.guard.world
    own = await world.person(desk.ana.organisation, referent=desk.ana)
    theirs = await world.person(desk.cleo.organisation, referent=desk.cleo)
    unknown = PersonId(str(uuid4()))
    for one, other in ((own, theirs), (theirs, own)):
        told = []
        for pair in (
            Pair(desk, one, other),
            Pair(desk, *(unknown if file == theirs else file for file in (one, other))),
        ):
            answer = await pair.merge(desk.ana)
            assert answer.status_code == 404, pretty(answer)
            told.append(answer.content)
        assert told[0] == told[1], "somebody of another office, and nobody"
    assert await desk.explained(desk.ana, theirs) == ("person-unknown", "person-unknown")
    await desk.found(desk.ana, theirs)
    assert code(await Pair(desk, own, theirs).merge(desk.ana)) == "other-file-unknown", "found is not followed"


async def test_office_that_follows_both_with_another_beside_it_agrees_on_a_transfer_first(pair: Pair) -> None:
    world = pair.desk.guard.world
    await world.relation(pair.goes, pair.desk.cleo.organisation)
    assert code(await pair.merge()) == "followed-elsewhere"
    again = await pair.desk.ask(pair.desk.ana, "/v1/merges/preview", stays=pair.stays, goes=pair.goes)
    assert code(again) == "followed-elsewhere"
    assert (await world.conn.fetchval("SELECT count(*) FROM guard.person_alias")) == 0


async def test_role_that_hands_nobody_over_merges_nothing(pair: Pair) -> None:
    world, office = pair.desk.guard.world, pair.desk.ana.organisation
    desk_clerk = await world.agent(office, role="receptionist")
    answer = await pair.desk.ask(
        desk_clerk, "/v1/merges/make", purpose="reception", stays=pair.stays, goes=pair.goes,
        stays_version=1, goes_version=1,
    )  # fmt: skip
    assert code(answer) == "action-not-allowed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"goes": "not-an-id"}, {"stays": None}, {"take": ["everything"]}, {"take": ["nir"] * 11}, {"more": 1},
        {"stays_version": 0}, {"goes_version": 1 << 31}, {"purpose": "x" * 49},
    ],
)  # fmt: skip
async def test_malformed_or_oversized_body_is_refused_before_anything_is_looked_up(
    pair: Pair, wrong: dict[str, Any]
) -> None:
    answer = await pair.merge(**wrong)
    assert answer.status_code in (400, 422), pretty(answer)
    assert code(answer) == "malformed"


async def test_file_is_not_merged_into_itself(pair: Pair) -> None:
    assert code(await pair.merge(goes=pair.stays)) == "malformed"


async def test_file_changed_since_it_was_compared_is_not_merged(pair: Pair) -> None:
    versions = await pair.versions()
    for name in versions:
        assert code(await pair.merge(**{**versions, name: versions[name] + 1})) == "file-changed"
    assert (await pair.merge(**versions)).status_code == 201


async def test_i02_adviser_makes_one_of_two_files_only_where_both_are_paid_for_that_day(pair: Pair) -> None:
    desk, world = pair.desk, pair.desk.guard.world
    await pair.compare(desk.ben)
    assert code(await pair.make()) == "not-compared", "a colleague paid"
    for person in (pair.stays, pair.goes):
        assert (await desk.assign(desk.ana, desk.ben, person)).status_code == 200
        assert (await desk.assign(desk.ana, desk.ana, person)).status_code == 200
    assert code(await pair.make()) == "not-compared", "handing over reads nothing"
    await desk.guard.open(desk.ana, pair.stays)
    assert code(await pair.make()) == "not-compared", "the other is not paid for"
    await desk.guard.open(desk.ana, pair.goes)
    find = "SELECT * FROM guard.reach WHERE account = $1 AND person = $2"
    row = await world.conn.fetchrow(find, desk.ana.account, pair.goes)
    yesterday = {**dict(row), "day": row["day"] - 1}
    change = "UPDATE guard.reach SET day = $3, mac = $4 WHERE account = $1 AND person = $2"
    for told, expected in ((yesterday, "not-compared"), (dict(row), "201")):
        mac = world.keys.authenticator.stamp_row("reach", told)
        await world.conn.execute(change, desk.ana.account, pair.goes, told["day"], mac)
        assert code(await pair.make()) == expected


async def test_two_files_that_the_state_vouched_for_as_two_people_are_not_merged(pair: Pair) -> None:
    world = pair.desk.guard.world
    for person in (pair.stays, pair.goes):
        bound_at = await world.now()
        await world.insert("person_binding", id=uuid4(), person=person, subject_index=uuid4(), bound_at=bound_at)
    assert code(await pair.merge()) == "two-identities"


async def test_id_that_was_merged_away_answers_at_every_door_as_nobody(pair: Pair) -> None:
    desk = pair.desk
    await desk.found(desk.cleo, pair.stays)
    assert (await pair.merge()).status_code == 201
    gone, nobody = pair.goes, PersonId(str(uuid4()))
    bodies: list[tuple[str, Any]] = [
        ("/v1/open", lambda one: {"person": one, "groups": ["identity"]}),
        ("/v1/open", lambda one: {"person": one, "groups": ["identity"],
                                  "break_glass": {"reason": "emergency", "text": "I need to help"}}),
        ("/v1/release", lambda one: {"person": one, "groups": ["identity"]}),
        ("/v1/update", lambda one: {"person": one, "fields": {"contact": None}}),
        ("/v1/transfers/ask", lambda one: {"person": one, "organisation": desk.cleo.organisation, "side": "giving",
                                           "reason": "moved"}),
        ("/v1/merges/make", lambda one: {"stays": one, "goes": pair.stays, "stays_version": 1, "goes_version": 1}),
        ("/v1/merges/make", lambda one: {"stays": pair.stays, "goes": one, "stays_version": 1, "goes_version": 1}),
    ]  # fmt: skip
    for path, body in bodies:
        for agent in (desk.ana, desk.cleo):
            one, other = await desk.ask(agent, path, **body(gone)), await desk.ask(agent, path, **body(nobody))
            assert agent is desk.cleo or one.status_code == 404, (path, pretty(one))
            assert (one.status_code, one.content) == (other.status_code, other.content), path


async def test_glass_is_not_broken_on_a_file_that_was_found_and_then_merged_away(pair: Pair) -> None:
    desk = pair.desk
    found = await desk.ask(desk.cleo, "/v1/find", by="email", value="ines@example.org")
    assert [one["person"] for one in found.json()["matches"]] == [pair.goes]
    assert (await pair.merge()).status_code == 201
    glass = {"reason": "emergency", "text": "I need to help"}
    refused = await desk.guard.open(desk.cleo, pair.goes, break_glass=glass)
    assert code(refused) == "person-unknown", pretty(refused)


async def test_merge_of_another_office_is_parted_by_nobody_else(pair: Pair) -> None:
    merge = (await pair.merge()).json()["merge"]
    theirs, nobody = await pair.part(merge, pair.desk.cleo), await pair.part(str(uuid4()), pair.desk.cleo)
    assert theirs.status_code == 404
    assert theirs.content == nobody.content
    assert (await pair.desk.ask(pair.desk.cleo, "/v1/merges/list")).json() == {"rows": []}
    assert (await pair.part(merge, pair.desk.ben)).status_code == 200, "a colleague of the office may"


async def test_many_who_merge_and_part_at_once_do_it_once(pair: Pair) -> None:
    desk, versions = pair.desk, await pair.versions()
    back = Pair(desk, pair.goes, pair.stays)
    for agent in (desk.ana, desk.ben):
        await pair.compare(agent)
    made = await asyncio.gather(
        *(pair.make(agent, **versions) for agent in (desk.ana, desk.ben, desk.ana)), back.make(desk.ben)
    )
    assert sorted(one.status_code for one in made) == [201, 404, 404, 404], [pretty(one) for one in made]
    [merge] = [one.json()["merge"] for one in made if one.status_code == 201]
    parted = await asyncio.gather(*(pair.part(merge, agent) for agent in (desk.ana, desk.ben, desk.ana)))
    assert sorted(one.status_code for one in parted) == [200, 409, 409]
