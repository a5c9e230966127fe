"""/v1/list: a page and no more, in its order, masked where a budget refuses."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from beffroi.core.ids import PersonId
from tests.guard.doors.conftest import Guard, pretty
from tests.guard.world import AgentOfTest


async def listed(guard: Guard, agent: AgentOfTest, **changes: Any) -> httpx.Response:
    body = {"purpose": "follow-up", "scope": "portfolio", **changes}
    return await guard.post(agent, "/v1/list", body)


def names(answer: httpx.Response) -> list[str]:
    return [row["fields"]["identity"]["last_name"] for row in answer.json()["rows"]]


async def test_adviser_lists_own_people_by_name_then_first_name_then_birth_date(guard: Guard) -> None:
    north = guard.world.offices["North"]
    ana = await guard.world.agent(north)
    whom = [("Éclair", "Zoé", "2004-01-01"), ("durand", "Léa", "2005-01-01"), ("Durand", "Lea", "2004-06-01"),
            ("D’Arc", "Jeanne", "2004-01-01"), ("Durand", "Alix", "2006-01-01")]  # fmt: skip
    for last_name, first_names, birth_date in whom:
        await guard.world.person(
            north, referent=ana, last_name=last_name, first_names=first_names, birth_date=birth_date
        )
    answer = await listed(guard, ana)
    assert answer.status_code == 200, pretty(answer)
    seen = [row["fields"]["identity"] for row in answer.json()["rows"]]
    assert [(one["last_name"], one["first_names"], one["birth_date"]) for one in seen] == [
        whom[3], whom[4], whom[2], whom[1], whom[0],
    ]  # fmt: skip
    assert {tuple(row["fields"]) for row in answer.json()["rows"]} == {("identity",)}
    assert answer.json()["budget"]["spent"]["day"] == 5


async def test_adviser_lists_by_recency_the_last_followed_comes_first(guard: Guard) -> None:
    north = guard.world.offices["North"]
    ana = await guard.world.agent(north)
    for name, days in (("Un", 300), ("Deux", 30), ("Trois", 90)):
        await guard.world.person(north, referent=ana, last_name=name, days=days)
    assert names(await listed(guard, ana, order="recent")) == ["Deux", "Trois", "Un"]
    assert names(await listed(guard, ana)) == ["Deux", "Trois", "Un"]


async def test_adviser_turns_pages_each_releases_its_own_people_and_no_more(guard: Guard) -> None:
    north = guard.world.offices["North"]
    ana = await guard.world.agent(north)
    for number in range(7):
        await guard.world.person(north, referent=ana, last_name=f"Nom{'ABCDEFG'[number]}")
    first = await listed(guard, ana, size=3)
    assert (first.json()["total"], first.json()["pages"], names(first)) == (7, 3, ["NomA", "NomB", "NomC"])
    assert len(await guard.entries("released")) == 3
    last = await listed(guard, ana, size=3, page=3)
    assert names(last) == ["NomG"]
    beyond = await listed(guard, ana, size=3, page=4)
    assert (beyond.status_code, beyond.json()["rows"]) == (200, [])
    entries = {row["entry"]: str(row["person"]) for row in await guard.entries("released")}
    shown = [row for answer in (first, last) for row in answer.json()["rows"]]
    assert {row["entry"]: row["id"] for row in shown} == entries


async def test_colleague_of_another_office_with_the_same_role_lists_nobody(guard: Guard) -> None:
    north = guard.world.offices["North"]
    ana = await guard.world.agent(north)
    rui = await guard.world.agent(north)
    bea = await guard.world.agent(guard.world.offices["South"])
    person = await guard.world.person(north, referent=ana)
    for scope in ("portfolio", "organisation"):
        assert (await listed(guard, bea, scope=scope)).json()["rows"] == []
    assert (await listed(guard, rui)).json()["rows"] == []
    assert [row["id"] for row in (await listed(guard, rui, scope="organisation")).json()["rows"]] == [person]
    assert [row["id"] for row in (await listed(guard, ana)).json()["rows"]] == [person]


async def test_adviser_whose_relation_ended_no_longer_lists_the_person(guard: Guard) -> None:
    north = guard.world.offices["North"]
    ana = await guard.world.agent(north)
    kept, left = await guard.world.person(), await guard.world.person()
    await guard.world.relation(kept, north, referent=ana)
    await guard.world.relation(left, north, referent=ana, until_at=await guard.world.now() - timedelta(seconds=1))
    answer = (await listed(guard, ana)).json()
    assert (answer["total"], [row["id"] for row in answer["rows"]]) == (1, [kept])


async def test_i02_adviser_lists_beyond_the_budget_gets_masked_rows_without_a_value(guard: Guard) -> None:
    north = guard.world.offices["North"]
    ana = await guard.world.agent(north)
    for _ in range(45):
        await guard.world.person(north)
    answer = await listed(guard, ana, scope="organisation", size=50)
    rows = answer.json()["rows"]
    shown, masked = [row for row in rows if not row.get("masked")], [row for row in rows if row.get("masked")]
    assert (len(shown), len(masked)) == (guard.world.policy.buckets["office"].hour, 5)  # type: ignore[index]
    assert {tuple(row) for row in masked} == {("id", "fields", "masked", "code")}
    assert {(str(row["fields"]), row["code"]) for row in masked} == {("{}", "budget-account")}
    assert len(await guard.entries("released")) == 40


async def test_i02_adviser_lists_from_many_connections_at_once_gets_exactly_the_budget(guard: Guard) -> None:
    north = guard.world.offices["North"]
    ana = await guard.world.agent(north)
    for _ in range(60):
        await guard.world.person(north)
    answers = await asyncio.gather(
        *[listed(guard, ana, scope="organisation", size=10, page=page) for page in range(1, 7)]
    )
    shown = [row["id"] for answer in answers for row in answer.json()["rows"] if not row.get("masked")]
    assert len(set(shown)) == len(shown) == 40
    again = await listed(guard, ana, scope="organisation", size=50)
    assert {row["id"] for row in again.json()["rows"] if not row.get("masked")} <= set(shown)


async def test_adviser_lists_the_same_page_twice_pays_once_and_leaves_two_traces(guard: Guard) -> None:
    north = guard.world.offices["North"]
    ana = await guard.world.agent(north)
    await guard.world.person(north, referent=ana)
    assert (await listed(guard, ana)).json()["budget"]["spent"]["day"] == 1
    assert (await listed(guard, ana)).json()["budget"]["spent"]["day"] == 1
    assert len(await guard.entries("released")) == 2


async def test_adviser_lists_a_portfolio_too_large_to_sort_gets_the_most_recent_first(guard: Guard) -> None:
    world, north = guard.world, guard.world.offices["North"]
    ana = await world.agent(north)
    since = await world.now() - timedelta(days=400)
    rows = []
    for _ in range(5_000):
        values = (str(uuid4()), north, "followed", ana.account, since, None, 1)
        rows.append((*values, world.keys.authenticator.stamp("relation", values)))
    await world.conn.copy_records_to_table("relation", schema_name="guard", records=rows)
    older = await world.person(north, referent=ana, last_name="Abadie", days=30)
    assert names_of_first(await listed(guard, ana, size=1, order="recent")) == "Abadie"
    newer = await world.person(north, referent=ana, last_name="Zola", days=20)
    answer = await listed(guard, ana, size=2)
    assert answer.json()["total"] == 5_002
    assert [row["id"] for row in answer.json()["rows"]] == [newer, older]
    assert len(await guard.entries("released")) == 3


def names_of_first(answer: httpx.Response) -> str:
    return names(answer)[0]


async def test_adviser_lists_the_organisation_by_name_gets_the_order_of_recency(guard: Guard) -> None:
    north = guard.world.offices["North"]
    ana = await guard.world.agent(north)
    for name, days in (("Un", 300), ("Deux", 30), ("Trois", 90)):
        await guard.world.person(north, last_name=name, days=days)
    await guard.world.person(north, last_name="Abadie", days=400)
    assert names(await listed(guard, ana, scope="organisation", order="name")) == ["Deux", "Trois", "Un", "Abadie"]


async def test_adviser_renames_one_own_person_and_refused_rows_keep_their_place(guard: Guard) -> None:
    north = guard.world.offices["North"]
    ana = await guard.world.agent(north)
    mine = await guard.world.person(north, referent=ana, last_name="Nom", days=10)
    for name, days in (("Abadie", 300), ("Zola", 200)):
        await guard.world.person(north, referent=ana, last_name=name, days=days)
    hidden = await guard.world.person(north, referent=ana, last_name="Martin", days=400)
    await guard.world.conn.execute("UPDATE guard.relation SET mac = $2 WHERE person = $1", hidden, b"\0" * 16)
    for page in (1, 2):  # the page that meets the refusal is cut again by recency, and all that follow
        await listed(guard, ana, size=2, page=page)
    pages = []
    for name in ("Aaron", "Mart", "Marty", "Zygo"):
        identity = {"last_name": name, "first_names": "Camille", "birth_date": "2005-04-12"}
        change = {"person": mine, "purpose": "follow-up", "fields": {"identity": identity}}
        assert (await guard.post(ana, "/v1/update", change)).status_code == 200
        pages.append([await listed(guard, ana, size=2, page=page) for page in (1, 2)])
    assert [names_of(both) for both in pages] == [
        [["Aaron", "Zola"], ["Abadie", None]], [["Mart", "Zola"], ["Abadie", None]],
        [["Marty", "Zola"], ["Abadie", None]], [["Zola", "Zygo"], ["Abadie", None]],
    ]  # fmt: skip


def names_of(pages: list[httpx.Response]) -> list[list[str | None]]:
    rows = [page.json()["rows"] for page in pages]
    return [[None if row.get("masked") else row["fields"]["identity"]["last_name"] for row in page] for page in rows]


async def test_receptionist_has_no_portfolio_purpose_of_an_adviser_and_a_manager_lists_nothing(guard: Guard) -> None:
    north = guard.world.offices["North"]
    rui = await guard.world.agent(north, "receptionist")
    await guard.world.person(north)
    assert len((await listed(guard, rui, scope="organisation", purpose="reception")).json()["rows"]) == 1
    assert (await listed(guard, rui, scope="organisation")).json()["code"] == "purpose-not-allowed"
    manager = await guard.world.agent(north, "account-manager")
    assert (await listed(guard, manager, scope="organisation")).json()["code"] == "purpose-not-allowed"
    assert len(await guard.entries("released")) == 1


async def test_i07_adviser_suspended_between_two_pages_gets_no_second_page(guard: Guard) -> None:
    north = guard.world.offices["North"]
    ana = await guard.world.agent(north)
    await guard.world.person(north, referent=ana)
    assert (await listed(guard, ana)).status_code == 200
    await guard.world.amend("account", ana.account, status="suspended")
    assert (await listed(guard, ana)).json()["code"] == "account-suspended"


async def test_adviser_whose_organisations_identities_are_contained_sees_masked_rows(guard: Guard) -> None:
    north = guard.world.offices["North"]
    ana = await guard.world.agent(north)
    await guard.world.person(north, referent=ana)
    assert names(await listed(guard, ana)) == ["Rousseau"]
    await guard.world.contain("groups", groups=1)
    answer = await listed(guard, ana)
    assert [row["masked"] for row in answer.json()["rows"]] == [True]
    assert "Rousseau" not in answer.text


async def test_person_whose_ciphertext_was_swapped_is_masked_and_no_name_of_another_shows(guard: Guard) -> None:
    north = guard.world.offices["North"]
    ana = await guard.world.agent(north)
    one = await guard.world.person(north, referent=ana, last_name="Abadie")
    other = await guard.world.person(last_name="Zola")
    await guard.world.conn.execute(
        "UPDATE guard.person SET identity = (SELECT identity FROM guard.person WHERE id = $1) WHERE id = $2",
        other,
        one,
    )
    answer = await listed(guard, ana)
    assert [(row["id"], row.get("code")) for row in answer.json()["rows"]] == [(PersonId(one), "integrity")]
    assert "Zola" not in answer.text


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"scope": "network"}, "$.scope"),
        ({"scope": None}, "$.scope"),
        ({"order": "nir"}, "$.order"),
        ({"size": 51}, "$.size"),
        ({"size": 0}, "$.size"),
        ({"size": "25"}, "$.size"),
        ({"size": 2.5}, "$.size"),
        ({"page": 0}, "$.page"),
        ({"page": 10_001}, "$.page"),
        ({"page": True}, "$.page"),
        ({"purpose": ""}, "$.purpose"),
        ({"organisation": str(uuid4())}, "$"),
    ],
)
async def test_adviser_malformed_list_learns_where_and_releases_nothing(
    guard: Guard, changes: dict[str, Any], where: str
) -> None:
    north = guard.world.offices["North"]
    ana = await guard.world.agent(north)
    await guard.world.person(north, referent=ana)
    answer = await listed(guard, ana, **changes)
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (400, [where])
    assert not await guard.entries("released")


async def given(guard: Guard, agent: AgentOfTest, people: list[str], **changes: Any) -> httpx.Response:
    return await guard.post(
        agent, "/v1/list", {"purpose": "follow-up", "scope": "given", "people": people, **changes}
    )


async def test_adviser_names_people_by_their_ids_each_comes_in_its_place_charged_and_journaled(guard: Guard) -> None:
    north = guard.world.offices["North"]
    ana = await guard.world.agent(north)
    people = [await guard.world.person(north, referent=ana, last_name=name) for name in ("Trois", "Un", "Deux")]
    answer = await given(guard, ana, [*people, people[0]])
    assert answer.status_code == 200, pretty(answer)
    assert [row["id"] for row in answer.json()["rows"]] == people
    assert names(answer) == ["Trois", "Un", "Deux"]
    assert answer.json()["budget"]["spent"]["day"] == 3
    assert [str(row["person"]) for row in await guard.entries("released")] == people


async def test_unknown_person_and_another_offices_come_masked_alike_when_given_by_id(guard: Guard) -> None:
    north, south = guard.world.offices["North"], guard.world.offices["South"]
    ana = await guard.world.agent(north)
    own = await guard.world.person(north, referent=ana)
    theirs = await guard.world.person(south)
    unknown = str(uuid4())
    rows = (await given(guard, ana, [theirs, own, unknown])).json()["rows"]
    assert [row["id"] for row in rows] == [theirs, own, unknown]
    masked = [{name: value for name, value in row.items() if name != "id"} for row in (rows[0], rows[2])]
    assert masked[0] == masked[1] == {"fields": {}, "masked": True, "code": "person-unknown"}
    assert [str(row["person"]) for row in await guard.entries("released")] == [own]


async def test_colleague_of_another_office_who_gives_the_same_ids_reads_nobody(guard: Guard) -> None:
    north, south = guard.world.offices["North"], guard.world.offices["South"]
    ana, bea = await guard.world.agent(north), await guard.world.agent(south)
    people = [await guard.world.person(north, referent=ana) for _ in range(3)]
    assert all(row["masked"] for row in (await given(guard, bea, people)).json()["rows"])
    assert not any(row.get("masked") for row in (await given(guard, ana, people)).json()["rows"])


async def test_i02_adviser_who_gives_ids_beyond_the_budget_gets_exactly_the_budget(guard: Guard) -> None:
    north = guard.world.offices["North"]
    ana = await guard.world.agent(north)
    people = [await guard.world.person(north) for _ in range(60)]
    answers = await asyncio.gather(*[given(guard, ana, people[start : start + 20]) for start in (0, 20, 40)])
    shown = {row["id"] for answer in answers for row in answer.json()["rows"] if not row.get("masked")}
    assert len(shown) == 40


@pytest.mark.parametrize(
    "body",
    [
        {"scope": "given"},
        {"scope": "given", "people": []},
        {"scope": "given", "people": ["not-an-id"]},
        {"scope": "given", "people": [str(uuid4()) for _ in range(51)]},
        {"scope": "portfolio", "people": [str(uuid4())]},
        {"scope": "given", "people": {"id": str(uuid4())}},
    ],
)
async def test_body_that_gives_people_wrongly_is_malformed(guard: Guard, body: dict[str, Any]) -> None:
    ana = await guard.world.agent(guard.world.offices["North"])
    answer = await guard.post(ana, "/v1/list", {"purpose": "follow-up", **body})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


async def test_adviser_learns_the_ids_of_her_list_and_nothing_is_opened(guard: Guard) -> None:
    north, south = guard.world.offices["North"], guard.world.offices["South"]
    ana, bea = await guard.world.agent(north), await guard.world.agent(south)
    own = [await guard.world.person(north, referent=ana, days=days) for days in (90, 30)]
    shared = await guard.world.person(north, days=10)
    for agent, scope, people in (
        (ana, "portfolio", own[::-1]),
        (ana, "organisation", [shared, *own[::-1]]),
        (bea, "portfolio", []),
        (bea, "organisation", []),
    ):
        answer = await guard.post(agent, "/v1/list/ids", {"purpose": "follow-up", "scope": scope})
        assert answer.status_code == 200, pretty(answer)
        assert answer.json() == {"people": people, "more": False}
    assert await guard.entries("released") == []


async def test_agent_without_the_action_learns_no_id(guard: Guard) -> None:
    north = guard.world.offices["North"]
    ana, officer = (
        await guard.world.agent(north),
        await guard.world.agent(north, role="data-protection-correspondent"),
    )
    await guard.world.person(north, referent=ana)
    body = {"purpose": "person-rights", "scope": "organisation"}
    assert (await guard.post(officer, "/v1/list/ids", body)).status_code == 403
    wrong = await guard.post(ana, "/v1/list/ids", {"purpose": "follow-up", "scope": "given"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "malformed")
