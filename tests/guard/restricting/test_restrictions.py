"""A person has the use of their file restricted: by whom, for what, what it stops at each door, how it ends."""

import asyncio
from base64 import b64encode
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from beffroi.core.policy import RELATIONS
from tests.guard.doors.conftest import pretty
from tests.guard.restricting.conftest import Bench, code
from tests.guard.world import POLICY
from tests.standards.documents.samples import pdf


async def test_adviser_of_a_restricted_person_is_refused_told_by_whom_and_reads_on_once_it_is_lifted(
    bench: Bench,
) -> None:
    assert await bench.opened() == "200"
    restriction = await bench.one()
    refused = (await bench.register.desk.guard.open(bench.register.desk.ana, bench.person)).json()
    assert refused["code"] == "restricted"
    [by] = refused["restricted_by"]
    assert (by["organisation"], by["name"]) == (bench.nora.organisation, "North")
    assert refused["reasons"] == ["emergency"]
    lifted = await bench.lift(restriction)
    assert lifted.status_code == 200, pretty(lifted)
    assert await bench.opened() == "200"


async def test_every_office_is_refused_a_file_that_one_of_them_restricted_until_each_lifted_its_own(
    bench: Bench,
) -> None:
    desk = bench.register.desk
    await desk.guard.world.relation(bench.person, desk.cleo.organisation, referent=desk.cleo)
    north = await bench.one()
    south = await bench.one(agent=bench.register.sami, ground="objection")
    for agent in (desk.ana, desk.cleo):
        assert await bench.opened(agent) == "restricted"
    assert code(await bench.lift(north)) == "200"
    assert await bench.opened() == "restricted"
    assert code(await bench.lift(south, bench.register.sami)) == "200"
    for agent in (desk.ana, desk.cleo):
        assert await bench.opened(agent) == "200"


async def test_adviser_opens_a_restricted_file_for_an_emergency_which_is_examined_and_for_no_other_reason(
    bench: Bench,
) -> None:
    await bench.one()
    guard, ana = bench.register.desk.guard, bench.register.desk.ana
    for reason, expected in (("presents-in-person", "restricted"), ("emergency", "200")):
        glass = {"reason": reason, "text": "Sa sœur est en danger ce soir."}
        answer = await guard.open(ana, bench.person, break_glass=glass)
        assert code(answer) == expected, pretty(answer)
    assert answer.json()["explanation"] == "break-glass"
    assert (await guard.entries("released"))[-1]["explanation"] == "break-glass"


async def test_adviser_and_receptionist_restrict_nobody_and_the_correspondent_does(bench: Bench) -> None:
    world, office = bench.register.desk.guard.world, bench.nora.organisation
    restriction = await bench.one()
    for agent in (bench.register.desk.ana, await world.agent(office, role="receptionist")):
        assert code(await bench.begin(agent)) == "purpose-not-allowed"
        assert code(await bench.lift(restriction, agent)) == "purpose-not-allowed"
        assert code(await bench.ask(agent, "list")) == "purpose-not-allowed"
    assert code(await bench.lift(restriction)) == "200"


async def test_correspondent_of_another_office_meets_people_and_restrictions_as_ones_that_do_not_exist(
    bench: Bench,
) -> None:
    restriction, nobody = await bench.one(), str(uuid4())
    sami = bench.register.sami
    theirs, unknown = [await bench.begin(sami, person=one) for one in (bench.person, nobody)]
    assert theirs.status_code == 404
    assert theirs.content == unknown.content
    theirs, unknown = [await bench.lift(one, sami) for one in (restriction, nobody)]
    assert theirs.status_code == 404
    assert theirs.content == unknown.content
    assert (await bench.ask(sami, "list")).json() == {"rows": []}
    assert await bench.opened() == "restricted"


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("begin", {"person": "one"}), ("begin", {"ground": ""}), ("begin", {"ground": "x" * 60}),
        ("begin", {"purpose": "person-rights"}), ("begin", {"request": "x"}), ("lift", {"told_on": "x"}),
        ("lift", {"restriction": "x"}), ("list", {"page": 1}),
    ],
)  # fmt: skip
async def test_malformed_or_oversized_body_is_refused(bench: Bench, verb: str, body: dict[str, Any]) -> None:
    whole: dict[str, dict[str, Any]] = {
        "begin": {"person": bench.person, "ground": "accuracy"},
        "lift": {"restriction": str(uuid4()), "told_on": "2026-11-01"}, "list": {},
    }  # fmt: skip
    assert code(await bench.ask(bench.nora, verb, **{**whole[verb], **body})) == "malformed"


async def test_ground_outside_the_list_restricts_nobody_and_each_of_the_list_does(bench: Bench) -> None:
    assert code(await bench.begin(ground="convenience")) == "restriction-ground"
    assert await bench.opened() == "200"
    for ground in ("accuracy", "unlawful", "legal-claims", "objection"):
        assert code(await bench.lift(await bench.one(ground=ground))) == "200"


async def test_restriction_is_tied_to_the_request_under_way_and_to_no_other_one(bench: Bench) -> None:
    register = bench.register
    world = register.desk.guard.world
    another = await world.person(bench.nora.organisation, referent=register.desk.ana)
    for kind, changes in (
        ("unknown", {"request": str(uuid4())}),
        ("of another person", {"request": await register.one(person=another, article="restriction")}),
        ("of another article", {"request": await register.one(article="access")}),
    ):
        assert code(await bench.begin(**changes)) == "person-request-unknown", kind
    asked = await register.one(article="restriction")
    assert code(await bench.begin(request=asked)) == "person-request-state"  # nobody knows yet that it is theirs
    await register.ask(bench.nora, "move", request=asked, to="identified")
    restriction = await bench.one()
    [row] = (await bench.ask(bench.nora, "list")).json()["rows"]
    assert (row["restriction"], row["request"], row["ground"]) == (restriction, asked, "accuracy")
    await bench.lift(restriction)
    await register.ask(bench.nora, "move", request=asked, to="refused", reason="unfounded")
    assert code(await bench.begin(request=asked)) == "person-request-state"
    assert await bench.opened() == "200"


async def test_restriction_is_lifted_once_by_who_told_the_person_first(bench: Bench) -> None:
    restriction = await bench.one()
    for days in (-1, 1):  # before it began, or some day to come
        assert code(await bench.lift(restriction, days=days)) == "restriction-told"
        assert await bench.opened() == "restricted"
    assert code(await bench.lift(restriction)) == "200"
    assert code(await bench.lift(restriction)) == "restriction-unknown"
    [row] = (await bench.ask(bench.nora, "list")).json()["rows"]
    assert (row["told_on"], row["lifted_at"] is None) == (await bench.register.desk.day(0), False)
    guard = bench.register.desk.guard
    entries = [*await guard.entries("person-restricted"), *await guard.entries("person-restriction-lifted")]
    assert [(str(one["person"]), str(one["account"]), one["explanation"]) for one in entries] == [
        (bench.person, bench.nora.account, "accuracy")
    ] * 2


async def test_same_restriction_sent_three_times_at_once_begins_once(bench: Bench) -> None:
    answers = await asyncio.gather(*(bench.begin() for _ in range(3)))
    assert sorted(one.status_code for one in answers) == [201, 409, 409]
    assert {code(one) for one in answers if one.status_code == 409} == {"restriction-exists"}
    restriction = (await bench.ask(bench.nora, "list")).json()["rows"][0]["restriction"]
    body = {"restriction": restriction, "told_on": await bench.register.desk.day(0)}
    lifted = await asyncio.gather(*(bench.ask(bench.nora, "lift", **body) for _ in range(3)))
    assert sorted(one.status_code for one in lifted) == [200, 404, 404]


async def test_correspondent_whose_factor_is_five_hours_old_confirms_it_before_either_end(bench: Bench) -> None:
    world, nora = bench.register.desk.guard.world, bench.nora
    restriction = await bench.one()
    old = await world.sign_in(
        nora.account, nora.habilitation, nora.organisation, nora.role,
        factor_at=await world.now() - timedelta(hours=5),
    )  # fmt: skip
    assert code(await bench.lift(restriction, old)) == "step-up-required"
    assert await bench.opened() == "restricted"
    assert code(await bench.lift(restriction)) == "200"
    assert code(await bench.begin(old)) == "step-up-required"
    assert code(await bench.begin()) == "201"


async def test_hijacked_correspondent_closes_no_more_files_in_a_day_than_relations_are_changed(bench: Bench) -> None:
    world, most = bench.register.desk.guard.world, POLICY.buckets[RELATIONS].hour
    people = [await world.person(bench.nora.organisation) for _ in range(most + 1)]
    told = [code(await bench.begin(person=one)) for one in people]
    assert told == ["201"] * most + ["budget-account"]


async def test_correspondent_reads_and_corrects_a_restricted_file_and_erases_it_only_once_that_is_lifted(
    bench: Bench,
) -> None:
    guard, restriction = bench.register.desk.guard, await bench.one()
    rights = {"person": bench.person, "purpose": "person-rights"}
    opened = await guard.post(bench.nora, "/v1/open", {**rights, "groups": ["identity"]})
    assert opened.status_code == 200, pretty(opened)
    change = {"fields": {"situation": {"housing": "seule"}}, "expected_version": 1}
    corrected = await guard.post(bench.nora, "/v1/update", {**rights, **change})
    assert corrected.status_code == 200, pretty(corrected)
    by_adviser = {**rights, "purpose": "follow-up", **change, "expected_version": 2}
    assert code(await guard.post(bench.register.desk.ana, "/v1/update", by_adviser)) == "restricted"
    assert code(await guard.post(bench.nora, "/v1/erase", rights)) == "restricted"
    await bench.lift(restriction)
    assert code(await guard.post(bench.nora, "/v1/erase", rights)) == "200"


async def test_correspondent_empties_no_group_and_removes_no_document_of_a_restricted_file_until_that_is_lifted(
    bench: Bench,
) -> None:
    guard, nora = bench.register.desk.guard, bench.nora
    rights = {"person": bench.person, "purpose": "person-rights"}
    document = {"id": str(uuid4()), "kind": "cv", "content": b64encode(pdf()).decode()}
    added = await guard.post(nora, "/v1/attachments/add", {**rights, **document})
    assert added.status_code == 201, pretty(added)
    restriction = await bench.one()
    for emptied in (None, {}, {"email": None}):
        change = {**rights, "fields": {"contact": emptied}}
        refused = await guard.post(nora, "/v1/update", change)
        assert (code(refused), refused.json()["restricted_by"][0]["name"]) == ("restricted", "North"), emptied
    assert await guard.world.conn.fetchval("SELECT contact IS NOT NULL FROM guard.person WHERE id = $1", bench.person)
    removal = {**rights, "id": document["id"]}
    assert code(await guard.post(nora, "/v1/attachments/remove", removal)) == "restricted"
    assert await guard.world.conn.fetchval("SELECT count(*) FROM guard.attachment") == 1
    elsewhere = bench.register.sami  # to whom the person is unknown, restricted or not
    assert code(await guard.post(elsewhere, "/v1/update", change)) == "person-unknown"
    assert code(await guard.post(elsewhere, "/v1/attachments/remove", removal)) == "person-unknown"
    filled = {**rights, "fields": {"contact": {"city": "Nantes"}}}
    assert code(await guard.post(nora, "/v1/update", filled)) == "200"
    await bench.lift(restriction)
    assert code(await guard.post(nora, "/v1/attachments/remove", removal)) == "200"
    assert code(await guard.post(nora, "/v1/update", change)) == "200"


async def test_office_lists_a_restricted_person_without_identity_and_with_the_mention(bench: Bench) -> None:
    desk = bench.register.desk
    other = await desk.guard.world.person(bench.nora.organisation, referent=desk.ana, last_name="Autre")
    await bench.one()
    for scope in ("portfolio", "organisation"):
        page = (await desk.ask(desk.ana, "/v1/list", scope=scope)).json()
        assert {row["id"] for row in page["rows"]} == {other, bench.person}
        [row] = [row for row in page["rows"] if row["id"] == bench.person]
        assert row == {"id": bench.person, "fields": {}, "masked": True, "code": "restricted"}


async def test_adviser_s_people_stay_in_the_order_of_names_with_the_restricted_one_last(bench: Bench) -> None:
    desk = bench.register.desk
    world, north = desk.guard.world, bench.nora.organisation
    last, first = [await world.person(north, referent=desk.ana, last_name=name) for name in ("Zola", "Bah")]
    restriction = await bench.one()  # Rousseau
    for _ in range(2):
        page = (await desk.ask(desk.ana, "/v1/list", scope="portfolio")).json()
        assert [row["id"] for row in page["rows"]] == [first, last, bench.person]
    await bench.lift(restriction)
    page = (await desk.ask(desk.ana, "/v1/list", scope="portfolio")).json()
    assert [row["id"] for row in page["rows"]] == [first, bench.person, last]


async def test_search_says_that_a_restricted_person_is_known_and_no_field(bench: Bench) -> None:
    desk = bench.register.desk
    await bench.one()
    for agent, relation in ((desk.ana, "referent"), (desk.cleo, None)):
        answer = await desk.ask(agent, "/v1/find", by="email", value=f"{bench.person[:8]}@example.org")
        [match] = answer.json()["matches"]
        assert (match["person"], match["known"], match["relation"]) == (bench.person, True, relation)
        assert match.keys() == {"person", "known", "relation", "followed_by"}


async def test_restricted_person_is_handed_to_a_colleague_and_transferred_to_nobody(bench: Bench) -> None:
    desk, restriction = bench.register.desk, await bench.one()
    ask = {"person": bench.person, "organisation": desk.cleo.organisation, "side": "giving", "reason": "moved"}
    assert code(await desk.ask(desk.ana, "/v1/transfers/ask", **ask)) == "restricted"
    handed = await desk.assign(desk.ana, desk.ben, bench.person)
    assert handed.status_code == 200, pretty(handed)
    row = await desk.relation(bench.person, bench.nora.organisation)
    assert str(row["referent"]) == desk.ben.account
    await bench.lift(restriction)
    asked = await desk.ask(desk.ana, "/v1/transfers/ask", **ask)
    assert asked.status_code == 201, pretty(asked)
    await bench.one()
    agreed = await desk.ask(desk.cleo, "/v1/transfers/agree", transfer=asked.json()["transfer"])
    assert code(agreed) == "restricted"


async def test_restricted_file_is_not_merged_whichever_of_the_two_it_is(bench: Bench) -> None:
    desk, restriction = bench.register.desk, await bench.one()
    double = await desk.guard.world.person(bench.nora.organisation, referent=desk.ana)
    for stays, goes, expected in ((bench.person, double, "restricted"), (double, bench.person, "file-restricted")):
        both = {"stays": stays, "goes": goes, "stays_version": 1, "goes_version": 1}
        assert code(await desk.ask(desk.ana, "/v1/merges/make", **both)) == expected
    await bench.lift(restriction)
    for person in (double, bench.person):
        await desk.guard.open(desk.ana, person)
    assert code(await desk.ask(desk.ana, "/v1/merges/make", **both)) == "201"


async def test_i16_restriction_whose_row_was_changed_behind_the_guard_is_not_lifted(bench: Bench) -> None:
    restriction = await bench.one()
    conn = bench.register.desk.guard.world.conn
    await conn.execute("UPDATE guard.restriction SET ground = 'unlawful' WHERE id = $1", restriction)
    assert code(await bench.lift(restriction)) == "integrity"
    assert (await bench.ask(bench.nora, "list")).json()["rows"] == []
    assert await bench.opened() == "restricted"
