"""/v1/open, /v1/release, /v1/releases: each denial differs by one thing from the allow beside it."""

import hashlib
import json
from uuid import uuid4

import pytest

from beffroi.core.ids import ApplicationId, PersonId
from beffroi.guard.applications.access_tokens import AccessTokens
from beffroi.guard.vault.sealing import owner_bytes, unseal_for
from tests.guard.doors.conftest import Guard, pretty


async def test_referent_opens_own_person_gets_the_groups_asked_and_nothing_else(guard: Guard) -> None:
    world = guard.world
    ana = await world.agent(world.offices["North"])
    person = await world.person(world.offices["North"], referent=ana)
    answer = await guard.open(ana, person, "identity", "contact")
    assert answer.status_code == 200, pretty(answer)
    body = answer.json()
    assert body["person"]["fields"]["identity"]["last_name"] == "Rousseau"
    assert set(body["person"]["fields"]) == {"identity", "contact"}
    assert body["explanation"] == "referent"
    assert body["withheld"] == []
    assert body["budget"]["bucket"] == "portfolio"
    assert body["budget"]["spent"]["day"] == 1
    [entry] = await guard.entries("released")
    assert entry["entry"] == body["entry"]
    assert str(entry["person"]) == person
    assert entry["groups"] == 3
    assert str(entry["session"]) == ana.session


async def test_receptionist_asks_beyond_the_role_gets_identity_and_is_told_what_was_withheld(guard: Guard) -> None:
    world = guard.world
    rui = await world.agent(world.offices["North"], "receptionist")
    person = await world.person(world.offices["North"])
    body = {"person": person, "purpose": "reception", "groups": ["identity", "contact"]}
    answer = await guard.post(rui, "/v1/open", body)
    assert answer.status_code == 200, pretty(answer)
    assert set(answer.json()["person"]["fields"]) == {"identity"}
    assert answer.json()["withheld"] == ["contact"]
    [entry] = await guard.entries("released")
    assert entry["groups"] == 1


async def test_adviser_of_another_office_and_unknown_person_get_the_same_bytes(guard: Guard) -> None:
    world = guard.world
    ana = await world.agent(world.offices["North"])
    bea = await world.agent(world.offices["South"])
    for _ in range(3):
        await world.person(world.offices["South"], referent=bea)
    person = await world.person(world.offices["North"], referent=ana)
    assert (await guard.open(ana, person)).status_code == 200
    forbidden = await guard.open(bea, person)
    unknown = await guard.open(bea, PersonId(str(uuid4())))
    assert forbidden.status_code == unknown.status_code == 404
    assert forbidden.content == unknown.content
    assert forbidden.headers == unknown.headers
    [first] = await guard.entries("refused")
    assert json.loads(first["detail"]) == {"times": 1}


@pytest.mark.parametrize(
    ("header", "value", "status", "code"),
    [
        ("authorization", "", 401, "token-invalid"),
        ("authorization", "Bearer bt1.cases.aw.9999999999." + "0" * 32, 401, "token-invalid"),
        ("authorization", "Basic Y2FzZXM6eA==", 401, "token-invalid"),
        ("beffroi_session", "", 401, "session-unknown"),
        ("beffroi_session", "A" * 43, 401, "session-unknown"),
        ("beffroi_session", "not a handle", 401, "session-unknown"),
        ("beffroi_client", "another browser", 401, "session-other-client"),
        ("beffroi_client", "x" * 129, 400, "malformed"),
    ],
)
async def test_caller_one_wrong_header_is_refused(
    guard: Guard, header: str, value: str, status: int, code: str
) -> None:
    ana = await guard.world.agent(guard.world.offices["North"])
    person = await guard.world.person(guard.world.offices["North"], referent=ana)
    body = {"person": person, "purpose": "follow-up", "groups": ["identity"]}
    answer = await guard.post(ana, "/v1/open", body, **{header: value})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not await guard.entries("released")


async def test_thief_presents_a_handle_from_another_client_and_kills_the_session(guard: Guard) -> None:
    world = guard.world
    ana = await world.agent(world.offices["North"])
    person = await world.person(world.offices["North"], referent=ana)
    body = {"person": person, "purpose": "follow-up", "groups": ["identity"]}
    assert (await guard.post(ana, "/v1/open", body)).status_code == 200
    assert (await guard.post(ana, "/v1/open", body, beffroi_client="thief")).json()["code"] == "session-other-client"
    assert (await guard.post(ana, "/v1/open", body)).json()["code"] == "session-ended"
    [revoked] = await guard.entries("session-revoked")
    assert str(revoked["session"]) == ana.session
    row = await world.conn.fetchrow("SELECT * FROM guard.session WHERE id = $1", ana.session)
    assert world.keys.authenticator.genuine_row("session", row)


async def test_application_uses_a_session_of_another_application_is_refused(guard: Guard) -> None:
    world = guard.world
    ana = await world.agent(world.offices["North"])
    await world.open_application(world.offices["North"], id="other", name="Other")
    person = await world.person(world.offices["North"], referent=ana)
    other = AccessTokens(world.keys.session).issue(ApplicationId("other"), "k", (await world.now()).timestamp())
    body = {"person": person, "purpose": "follow-up", "groups": ["identity"]}
    assert (await guard.post(ana, "/v1/open", body)).status_code == 200
    answer = await guard.post(ana, "/v1/open", body, authorization=f"Bearer {other}")
    assert answer.json()["code"] == "session-other-application"


async def test_adviser_breaks_the_glass_only_after_a_find_and_the_reason_is_kept_sealed(guard: Guard) -> None:
    world = guard.world
    ana = await world.agent(world.offices["North"])
    bea = await world.agent(world.offices["South"])
    person = await world.person(world.offices["North"], referent=ana)
    glass = {"reason": "emergency", "text": "Camille est au guichet, sans abri ce soir."}
    assert (await guard.open(bea, person, break_glass=glass)).json()["code"] == "person-unknown"
    search = {"purpose": "follow-up", "by": "name", "last_name": "ROUSSEAU", "first_name": "camille",
              "birth_date": "2005-04-12"}  # fmt: skip
    found = await guard.post(bea, "/v1/find", search)
    assert [match["person"] for match in found.json()["matches"]] == [person], pretty(found)
    without = await guard.open(bea, person)
    assert without.json()["code"] == "not-followed"
    assert [office["name"] for office in without.json()["followed_by"]] == ["North"]
    other = await guard.open(bea, person, break_glass={**glass, "reason": "curiosity"})
    assert (other.status_code, other.json()["code"]) == (422, "reason-unknown")
    answer = await guard.open(bea, person, break_glass=glass)
    assert answer.status_code == 200, pretty(answer)
    assert answer.json()["obligations"] == ["review"]
    entry = (await guard.entries("released"))[-1]
    assert entry["explanation"] == "break-glass"
    detail = json.loads(entry["detail"])
    assert "guichet" not in entry["detail"]
    kept = await world.conn.fetchrow("SELECT * FROM guard.free_text")
    assert str(kept["id"]) == detail["text"]
    author = await world.conn.fetchrow("SELECT wrapped_key, epoch FROM guard.account WHERE id = $1", bea.account)
    clear = json.loads(
        unseal_for(
            world.keys,
            owner_bytes(bea.account),
            author["wrapped_key"],
            author["epoch"],
            f"free-text/{detail['text']}",
            kept["sealed"],
        )
    )
    assert clear["text"] == glass["text"]
    assert hashlib.sha256((clear["salt"] + clear["text"]).encode()).hexdigest() == detail["sha256"]


async def test_session_too_weak_for_a_group_is_told_what_to_bring(guard: Guard) -> None:
    world = guard.world
    ana = await world.agent(world.offices["North"])
    weak = await world.sign_in(ana.account, ana.habilitation, ana.organisation, "adviser", level=1)
    person = await world.person(world.offices["North"], referent=ana)
    assert (await guard.open(ana, person)).status_code == 200
    answer = await guard.open(weak, person)
    assert answer.json()["code"] == "step-up-required"
    assert answer.json()["step_up"]["level"] == 2
    assert answer.json()["step_up"]["url"].startswith("https://guard.example/step-up")


async def test_application_asks_a_batch_each_item_gets_its_own_answer_in_order(guard: Guard) -> None:
    world = guard.world
    ana = await world.agent(world.offices["North"])
    people = [await world.person(world.offices["North"], referent=ana) for _ in range(3)]
    people.insert(1, PersonId(str(uuid4())))
    items = [{"person": person, "purpose": "follow-up", "groups": ["identity"]} for person in people]
    answer = await guard.post(ana, "/v1/releases", {"items": items})
    results = answer.json()["results"]
    assert [result["outcome"] for result in results] == ["allow", "deny", "allow", "allow"]
    assert results[1]["code"] == "person-unknown"
    entries = [result["entry"] for result in results if "entry" in result]
    rows = {row["entry"]: str(row["person"]) for row in await guard.entries("released")}
    assert [rows[entry] for entry in entries] == [people[0], people[2], people[3]]
    assert (await guard.post(ana, "/v1/releases", {"items": []})).json() == {"results": []}


async def test_adviser_opens_the_same_person_twice_in_one_batch_pays_once(guard: Guard) -> None:
    world = guard.world
    ana = await world.agent(world.offices["North"])
    person = await world.person(world.offices["North"])
    item = {"person": person, "purpose": "follow-up", "groups": ["identity"]}
    answer = await guard.post(ana, "/v1/releases", {"items": [item] * 5})
    assert [result["outcome"] for result in answer.json()["results"]] == ["allow"] * 5
    rows = await world.conn.fetch("SELECT key, day_spent FROM guard.budget")
    assert {row["day_spent"] for row in rows} == {1}
    assert len(await guard.entries("released")) == 5


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"person": "Rousseau"}, "$.person"),
        ({"person": 7}, "$.person"),
        ({"person": None}, "$.person"),
        ({"groups": ["secrets"]}, "$.groups[0]"),
        ({"groups": "identity"}, "$.groups"),
        ({"groups": ["identity"] * 40}, "$.groups"),
        ({"purpose": "Follow Up"}, "$.purpose"),
        ({"camille": "rousseau"}, "$"),
        ({"break_glass": {"reason": "emergency", "text": "x"}}, "$.break_glass.text"),
        ({"break_glass": {"reason": "emergency"}}, "$.break_glass"),
    ],
)
async def test_caller_malformed_body_learns_where_and_no_value_comes_back(
    guard: Guard, change: dict[str, object], where: str
) -> None:
    ana = await guard.world.agent(guard.world.offices["North"])
    body = {"person": str(uuid4()), "purpose": "follow-up", "groups": ["identity"], **change}
    answer = await guard.post(ana, "/v1/open", body)
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert error["field"] == where
    for value in ("Rousseau", "secrets", "camille", "rousseau", "Follow Up"):
        assert value not in answer.text


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"null", b"[]", b"7", b'{"person":"a","person":"b"}', b"[" * 100_000]
)
async def test_caller_body_that_is_no_json_object_is_refused(guard: Guard, content: bytes) -> None:
    ana = await guard.world.agent(guard.world.offices["North"])
    headers = guard.headers(ana) | {"content-type": "application/json"}
    assert (await guard.http.post("/v1/open", content=content, headers=headers)).status_code == 400


async def test_caller_other_media_type_or_oversized_body_is_refused(guard: Guard) -> None:
    ana = await guard.world.agent(guard.world.offices["North"])
    headers = guard.headers(ana)
    assert (await guard.http.post("/v1/open", data={"person": "x"}, headers=headers)).status_code == 400
    large = await guard.http.post("/v1/open", content=b"x" * 300_000, headers=headers)
    assert large.status_code == 413
