"""The doors themselves: paging, filters, versions, errors as SCIM says them, limits, what is not offered."""

import json
from typing import Any

import pytest

from beffroi.guard.scim import reading
from beffroi.standards.scim.documents import LARGEST, SEARCH
from beffroi.standards.scim.users import USER
from tests.guard.scim.conftest import BASE, Partners

ANA = "ana@north.example"


def error(answer: Any) -> tuple[int, str | None]:
    """Status and scimType of an error document, checked for its form (RFC 7644 section 3.12)."""
    assert answer.headers["content-type"] == "application/scim+json", answer.text
    document = answer.json()
    assert document["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert document["status"] == str(answer.status_code)
    return answer.status_code, document.get("scimType")


async def test_directory_reads_everybody_page_by_page_each_once(partners: Partners) -> None:
    await partners.crowd("North", 5)
    for name in ("x", "y"):
        await partners.north.tell(f"{name}@north.example")
    seen: list[str] = []
    for start in (1, 4, 7, 10):
        page = (await partners.north.ask("GET", f"/Users?startIndex={start}&count=3")).json()
        assert page["totalResults"] == 7
        assert page["startIndex"] == start
        assert page["itemsPerPage"] == len(page["Resources"])
        seen += [user["id"] for user in page["Resources"]]
    assert len(seen) == len(set(seen)) == 7
    none = (await partners.north.ask("GET", "/Users?count=0")).json()
    assert (none["totalResults"], none["Resources"]) == (7, [])


async def test_directory_filters_by_what_is_offered(partners: Partners) -> None:
    ana, bea = [await partners.agent("North", f"{name}@north.example") for name in ("ana", "bea")]
    told = (await partners.north.tell("cid@north.example", externalId="C")).json()
    await partners.north.active(bea.account, False)

    async def found(text: str) -> set[str]:
        answer = await partners.north.ask("GET", f"/Users?filter={text}")
        assert answer.status_code == 200, answer.text
        return {user["id"] for user in answer.json()["Resources"]}

    everybody = {ana.account, bea.account, told["id"]}
    assert await found("active eq true") == {ana.account}
    assert await found("active eq false") == {bea.account, told["id"]}
    assert await found('userName sw "ANA"') == {ana.account}
    assert await found('userName ew "@north.example"') == everybody
    assert await found(f'id eq "{bea.account}"') == {bea.account}
    assert await found('id eq "not an id"') == set()
    assert await found('externalId eq "C"') == {told["id"]}
    assert await found("externalId pr") == {told["id"]}
    assert await found(f'userName eq "{ANA}" and active eq false') == set()
    assert await found(f'userName eq "{ANA}" or externalId eq "C"') == {ana.account, told["id"]}
    assert await found(f'not (userName eq "{ANA}")') == {bea.account, told["id"]}
    last = told["meta"]["lastModified"]
    assert told["id"] in await found(f'meta.lastModified ge "{last}"')
    assert told["id"] not in await found(f'meta.lastModified gt "{last}"')


async def test_search_by_post_finds_what_a_query_finds_and_changes_nothing(partners: Partners) -> None:
    ana = await partners.agent("North", ANA)
    body = {"schemas": [SEARCH], "filter": f'userName eq "{ANA}"', "attributes": ["userName"], "count": 10}
    answer = await partners.north.ask("POST", "/Users/.search", body)
    [user] = answer.json()["Resources"]
    assert set(user) == {"schemas", "id", "userName", "meta"}
    assert user["id"] == ana.account
    for spoilt in ({}, {"schemas": []}, {"schemas": [SEARCH], "count": "ten"}, {"schemas": [SEARCH], "filter": 5}):
        assert error(await partners.north.ask("POST", "/Users/.search", spoilt)) == (400, "invalidSyntax")
    groups = await partners.north.ask("POST", "/Groups/.search", {"schemas": [SEARCH]})
    assert groups.json()["totalResults"] > 0


@pytest.mark.parametrize(
    ("query", "scim_type"),
    [
        ("filter=nonsense", "invalidFilter"), ("filter=title eq %22a%22", "invalidFilter"),
        ("sortBy=userName", "invalidValue"), ("sortOrder=descending", "invalidValue"),
        ("count=ten", "invalidValue"), ("startIndex=1.5", "invalidValue"), ("count=99999999999999", "invalidValue"),
        ("attributes=userName&excludedAttributes=id", "invalidValue"), ("count=1&count=2", "invalidSyntax"),
        ("filter=%ff", "invalidSyntax"), ("attributes=" + ",".join(["a"] * 40), "invalidValue"),
        ("filter=" + "(" * 2_000, "invalidFilter"),
    ],
)  # fmt: skip
async def test_directory_asks_what_cannot_be_answered_and_is_told_so(
    partners: Partners, query: str, scim_type: str
) -> None:
    for path in ("/Users", "/Groups"):
        assert error(await partners.north.ask("GET", f"{path}?{query}")) == (400, scim_type)


async def test_filter_that_no_index_answers_is_refused_where_there_are_too_many_people(
    partners: Partners, monkeypatch: pytest.MonkeyPatch
) -> None:
    await partners.crowd("North", 3)
    monkeypatch.setattr(reading, "MOST_EVALUATED", 2)
    assert error(await partners.north.ask("GET", '/Users?filter=userName co "n"')) == (400, "tooMany")
    assert len(await partners.north.find("north1@north.example")) == 1
    assert (await partners.north.ask("GET", "/Users")).json()["totalResults"] == 3


async def test_directory_that_read_another_version_changes_nothing(partners: Partners) -> None:
    ana = await partners.agent("North", ANA)
    first = await partners.north.ask("GET", f"/Users/{ana.account}")
    tag = first.headers["etag"]
    same = await partners.north.ask("GET", f"/Users/{ana.account}", if_none_match=tag)
    assert (same.status_code, same.content) == (304, b"")
    title = {"op": "replace", "path": "title", "value": "Adviser"}
    assert (await partners.north.patch(ana.account, title, if_match=tag)).status_code == 200
    for answer in (
        await partners.north.patch(ana.account, title, if_match=tag),
        await partners.north.ask("DELETE", f"/Users/{ana.account}", if_match=tag),
        await partners.north.ask("PUT", f"/Users/{ana.account}", {"schemas": [USER], "userName": ANA}, if_match=tag),
    ):
        assert error(answer) == (412, None)
    assert await partners.statuses(ana.account) == ["confirmed"]
    assert (await partners.north.patch(ana.account, title, if_match="*")).status_code == 200


async def sent(partners: Partners, body: bytes, content_type: str | None = "application/scim+json") -> Any:
    headers = {"authorization": f"Bearer {partners.north.token}"}
    if content_type is not None:
        headers["content-type"] = content_type
    return await partners.http.post("/scim/v2/Users", content=body, headers=headers)


async def test_directory_sends_a_body_that_is_none_and_nothing_is_kept(partners: Partners) -> None:
    user = {"schemas": [USER], "userName": ANA}
    for body in (b"", b"[]", b"{", b"\xff", b'{"userName":"a@b.fr","userName":"c@d.fr"}', b"[" * 60_000):
        assert error(await sent(partners, body)) == (400, "invalidSyntax")
    assert error(await sent(partners, b"{" + b" " * LARGEST + b"}")) == (413, None)
    assert error(await sent(partners, json.dumps(user).encode(), "text/plain")) == (415, None)
    assert error(await sent(partners, json.dumps(user).encode(), None)) == (415, None)
    assert error(await sent(partners, json.dumps({**user, "userName": "Ana Roux"}).encode())) == (400, "invalidValue")
    assert await partners.rows("directory_entry") == []
    accepted = await sent(partners, json.dumps(user).encode(), "application/json; charset=utf-8")
    assert accepted.status_code == 201


async def test_attacker_sends_other_paths_than_a_uuid_and_reaches_no_handler(partners: Partners) -> None:
    ana = await partners.agent("North", ANA)
    for id_ in (
        "1",
        "{id}",
        ana.account.upper(),
        f"{ana.account}/",
        f"{ana.account}%00",
        "../Users",
        ana.account[:-1],
    ):
        answer = await partners.north.ask("GET", f"/Users/{id_}")
        assert answer.status_code in (404, 200)
        assert "userName" not in answer.text or id_ == "../Users"
    assert (await partners.north.ask("POST", f"/Users/{ana.account}")).status_code == 405


async def test_directory_learns_what_the_server_offers_and_may_not_filter_it(partners: Partners) -> None:
    north = partners.north
    config = (await north.ask("GET", "/ServiceProviderConfig")).json()
    assert [config[name]["supported"] for name in ("patch", "filter", "etag", "bulk", "sort", "changePassword")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip
    for path, number in (("/ResourceTypes", 2), ("/Schemas", 2)):
        listed = (await north.ask("GET", path)).json()
        assert listed["totalResults"] == number
        for one in listed["Resources"]:
            assert one["meta"]["location"].startswith(BASE)
            alone = await north.ask("GET", one["meta"]["location"].removeprefix(BASE))
            assert alone.json() == one
        assert error(await north.ask("GET", f'{path}?filter=id eq "a"')) == (403, None)
    assert error(await north.ask("GET", '/ServiceProviderConfig?filter=id eq "a"')) == (403, None)
    for method, path in (("POST", "/Bulk"), ("GET", "/Me"), ("POST", "/.search")):
        assert error(await north.ask(method, path)) == (501, None)
