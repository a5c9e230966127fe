"""A directory asks, never grants: admissions, changes of what it told, another organisation's people unseen."""

import asyncio
import json

import pytest

from beffroi.guard import admissions, keys
from beffroi.guard.admissions import AdmissionRefused, Status
from beffroi.guard.scim.users import LABEL
from beffroi.guard.vault import rotation
from beffroi.guard.vault.sealing import unseal
from beffroi.standards.scim.documents import PATCH
from beffroi.standards.scim.users import USER
from tests.guard.scim.conftest import BASE, Partners

ANA = "ana@north.example"
UNKNOWN = "00000000-0000-4000-8000-00000000dead"


async def test_directory_tells_of_somebody_new_who_waits_for_a_manager_without_access(partners: Partners) -> None:
    north = partners.north
    answer = await north.tell(ANA, name={"givenName": "Ana", "familyName": "Roux"}, active=True, externalId="X1")
    assert answer.status_code == 201
    user = answer.json()
    assert user["active"] is False
    assert user["userName"] == ANA
    assert answer.headers["location"] == user["meta"]["location"] == f"{BASE}/Users/{user['id']}"
    assert answer.headers["etag"] == user["meta"]["version"]
    assert answer.headers["content-type"] == "application/scim+json"
    [waiting] = await admissions.waiting(partners.world.conn, partners.world.keys, north.organisation)
    assert (waiting.told.user_name, waiting.told.given_name, waiting.account) == (ANA, "Ana", None)
    assert waiting.source == "scim"
    assert await partners.world.conn.fetchval("SELECT count(*) FROM guard.account") == 0
    assert await partners.world.conn.fetchval("SELECT count(*) FROM guard.habilitation") == 0
    assert [one["id"] for one in await north.find("ANA@north.example")] == [user["id"]]


async def test_nothing_the_directory_told_is_readable_in_the_database(partners: Partners) -> None:
    await partners.north.tell(ANA, name={"givenName": "Anastasia", "familyName": "Roux"}, externalId="EXT-77")
    for table in ("directory_entry", "admission", "journal", "scim_token"):
        text = str(await partners.world.conn.fetch(f"SELECT t::text FROM guard.{table} t"))
        for value in (ANA, "Anastasia", "EXT-77", partners.north.token):
            assert value not in text
            assert value.encode().hex() not in text


async def test_directory_tells_twice_of_one_address_is_refused_and_another_office_is_not(partners: Partners) -> None:
    assert (await partners.north.tell(ANA)).status_code == 201
    again = await partners.north.tell("ANA@North.example")
    assert again.status_code == 409
    assert again.json()["scimType"] == "uniqueness"
    assert (await partners.south.tell(ANA)).status_code == 201


async def test_directory_writes_an_address_its_own_way_and_finds_the_person_again(partners: Partners) -> None:
    told = (await partners.north.tell(" mailto:Ana@North.example")).json()
    assert told["userName"] == ANA
    assert [user["id"] for user in await partners.north.find("ANA@north.example")] == [told["id"]]
    kept = (await partners.north.tell("Bea@North.example")).json()
    assert kept["userName"] == "Bea@North.example"
    assert (await partners.north.tell(f" {ANA} ")).status_code == 409


async def test_directory_tells_of_an_agent_of_its_own_office_is_refused_and_of_another_learns_nothing(
    partners: Partners,
) -> None:
    await partners.agent("North", ANA)
    assert (await partners.north.tell(ANA)).status_code == 409
    answer = await partners.south.tell(ANA, name={"givenName": "Guess"})
    assert answer.status_code == 201
    assert answer.json()["name"] == {"givenName": "Guess"}
    assert answer.json()["active"] is False


async def test_directory_asks_for_another_offices_agent_by_any_door_gets_the_answer_of_an_unknown_one(
    partners: Partners,
) -> None:
    agent = await partners.agent("North", ANA)
    told = (await partners.north.tell("bea@north.example")).json()["id"]
    body = {"schemas": [USER], "userName": ANA}
    patch = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": False}]}
    for method, sent in (("GET", None), ("PUT", body), ("PATCH", patch), ("DELETE", None)):
        answers = [await partners.south.ask(method, f"/Users/{id_}", sent) for id_ in (agent.account, told, UNKNOWN)]
        assert {answer.status_code for answer in answers} == {404}, method
        assert len({answer.content for answer in answers}) == 1
    assert await partners.south.find(ANA) == []
    assert (await partners.south.ask("GET", "/Users")).json()["totalResults"] == 0
    assert await partners.statuses(agent.account) == ["confirmed"]
    assert (await partners.north.ask("GET", f"/Users/{agent.account}")).status_code == 200


async def test_directory_sets_active_of_somebody_suspended_and_only_asks_again(partners: Partners) -> None:
    agent = await partners.agent("North", ANA, habilitation_status="suspended")
    for _ in range(2):
        answer = await partners.north.active(agent.account, True)
        assert (answer.status_code, answer.json()["active"]) == (200, False)
    put = await partners.north.ask(
        "PUT", f"/Users/{agent.account}", {"schemas": [USER], "userName": ANA, "active": True}
    )
    assert put.json()["active"] is False
    assert await partners.statuses(agent.account) == ["suspended"]
    [waiting] = await admissions.waiting(partners.world.conn, partners.world.keys, partners.north.organisation)
    assert waiting.account == agent.account


async def test_directory_puts_somebody_into_a_group_and_is_refused_whatever_the_door(partners: Partners) -> None:
    agent = await partners.agent("North", ANA)
    groups = (await partners.north.ask("GET", "/Groups")).json()["Resources"]
    manager = next(group for group in groups if group["displayName"] == "account-manager")
    add = {"op": "add", "path": "members", "value": [{"value": agent.account}]}
    body = {"schemas": [PATCH], "Operations": [add]}
    for method, path in (("PATCH", f"/Groups/{manager['id']}"), ("PUT", f"/Groups/{manager['id']}"),
                         ("DELETE", f"/Groups/{manager['id']}"), ("POST", "/Groups")):  # fmt: skip
        assert (await partners.north.ask(method, path, body)).status_code == 403
    roles = await partners.north.patch(agent.account, {"op": "add", "path": "roles", "value": [{"value": "manager"}]})
    assert roles.status_code == 200
    assert (await partners.north.ask("GET", f"/Groups/{manager['id']}")).json().get("members") is None
    rows = await partners.world.conn.fetch("SELECT role FROM guard.habilitation WHERE account = $1", agent.account)
    assert [row["role"] for row in rows] == ["adviser"]


async def test_group_shows_who_holds_its_role_with_access_at_this_office_alone(partners: Partners) -> None:
    ana = await partners.agent("North", ANA)
    await partners.agent("North", "gone@north.example", habilitation_status="suspended")
    await partners.agent("South", "sam@south.example")
    answer = await partners.north.ask("GET", '/Groups?filter=displayName eq "adviser"')
    [group] = answer.json()["Resources"]
    assert [member["value"] for member in group["members"]] == [ana.account]
    bare = await partners.north.ask("GET", f"/Groups/{group['id']}?excludedAttributes=members")
    assert "members" not in bare.json()
    assert (await partners.south.ask("GET", f"/Groups/{group['id']}")).status_code == 404


async def test_directory_changes_what_it_told_and_not_the_names_of_an_account(partners: Partners) -> None:
    agent = await partners.agent("North", ANA)
    answer = await partners.north.patch(
        agent.account,
        {"op": "replace", "path": "name.familyName", "value": "Thief"},
        {"op": "replace", "path": "userName", "value": "thief@north.example"},
        {"op": "replace", "path": "title", "value": "Adviser"},
        {"op": "replace", "path": "externalId", "value": "X9"},
    )
    user = answer.json()
    assert (user["userName"], user["name"]["familyName"]) == (ANA, "Rousseau")
    assert (user["title"], user["externalId"], user["active"]) == ("Adviser", "X9", True)
    [found] = (await partners.north.ask("GET", '/Users?filter=externalId eq "X9"')).json()["Resources"]
    assert found["id"] == agent.account
    told = (await partners.north.tell("bea@north.example")).json()["id"]
    renamed = await partners.north.patch(told, {"op": "replace", "path": "userName", "value": "b2@north.example"})
    assert renamed.json()["userName"] == "b2@north.example"
    taken = await partners.north.patch(told, {"op": "replace", "path": "userName", "value": ANA})
    assert taken.status_code == 409
    nonsense = await partners.north.patch(told, {"op": "replace", "path": "userName", "value": "no address"})
    assert nonsense.json()["scimType"] == "invalidValue"


async def test_directory_withdraws_whom_nobody_admitted_and_nothing_of_them_stays(partners: Partners) -> None:
    north, world = partners.north, partners.world
    told = (await north.tell(ANA, externalId="X1")).json()["id"]
    assert (await north.ask("DELETE", f"/Users/{told}")).status_code == 204
    assert (await north.ask("GET", f"/Users/{told}")).status_code == 404
    assert await north.find(ANA) == []
    assert await admissions.waiting(world.conn, world.keys, north.organisation) == []
    [row] = await partners.rows("admission")
    assert row["status"] == "withdrawn"
    [entry] = await partners.rows("directory_entry")
    own_key = world.keys.unwrap(entry["wrapped_key"], entry["epoch"], entry["id"].bytes)
    assert b"north" not in unseal(own_key, entry["id"].bytes, LABEL, entry["sealed"])
    assert entry["external_index"] is None
    assert (await north.tell(ANA)).json()["id"] != told


async def test_directory_that_disables_and_enables_whom_nobody_admitted_withdraws_and_asks_again(
    partners: Partners,
) -> None:
    north, world = partners.north, partners.world
    quiet = (await north.tell(ANA, active=False)).json()
    assert await admissions.waiting(world.conn, world.keys, north.organisation) == []
    for value, number in ((True, 1), (False, 0), (True, 1)):
        assert (await north.active(quiet["id"], value)).json()["active"] is False
        assert len(await admissions.waiting(world.conn, world.keys, north.organisation)) == number


async def test_manager_takes_up_an_admission_of_his_office_once_and_the_directory_keeps_its_id(
    partners: Partners,
) -> None:
    north, world = partners.north, partners.world
    told = (await north.tell(ANA, externalId="X1")).json()["id"]
    [waiting] = await admissions.waiting(world.conn, world.keys, north.organisation)
    manager = await partners.agent("North", "manager@north.example", "account-manager")
    now = await world.now()
    with pytest.raises(AdmissionRefused):
        await admissions.close(
            world.conn, world.keys, partners.south.organisation, waiting.id, Status.TAKEN_UP, now, by=manager.account
        )
    await admissions.close(
        world.conn, world.keys, north.organisation, waiting.id, Status.TAKEN_UP, now, by=manager.account
    )
    for status in (Status.TAKEN_UP, Status.DISMISSED):
        with pytest.raises(AdmissionRefused):
            await admissions.close(
                world.conn, world.keys, north.organisation, waiting.id, status, now, by=manager.account
            )
    agent = await partners.agent("North", ANA)
    await admissions.became(world.conn, world.keys, waiting.id, agent.account, now)
    with pytest.raises(AdmissionRefused):
        await admissions.became(world.conn, world.keys, waiting.id, manager.account, now)
    [user] = await north.find(ANA)
    assert (user["id"], user["active"], user["externalId"]) == (told, True, "X1")
    listed = (await north.ask("GET", "/Users")).json()["Resources"]
    assert [one["id"] for one in listed].count(told) == 1
    assert agent.account not in [one["id"] for one in listed]
    assert [row["explanation"] for row in await partners.entries("admission-taken-up")] == ["scim"]


async def test_account_made_for_whom_the_directory_asked_is_that_person_and_can_leave_at_once(
    partners: Partners,
) -> None:
    north = partners.north
    told = (await north.tell(ANA, title="Adviser")).json()["id"]
    agent = await partners.agent("North", ANA)  # nobody ties the two
    [user] = await north.find(ANA)
    assert (user["id"], user["active"], user["title"]) == (told, True, "Adviser")
    assert [one["id"] for one in (await north.ask("GET", "/Users")).json()["Resources"]] == [told]
    assert (await north.ask("GET", f"/Users/{agent.account}")).status_code == 404
    assert (await north.active(told, False)).json()["active"] is False
    assert await partners.statuses(agent.account) == ["suspended"]
    [row] = await partners.rows("directory_entry")
    assert str(row["account"]) == agent.account


async def test_directory_floods_the_queue_is_refused_and_what_it_asked_last_leaves_no_trace(
    partners: Partners, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admissions, "MOST", 3)
    answers = [await partners.north.tell(f"n{number}@north.example") for number in range(5)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429, 429]
    assert len(await partners.rows("directory_entry")) == 3


async def test_directory_tells_of_one_person_from_ten_connections_at_once_and_one_is_made(partners: Partners) -> None:
    answers = await asyncio.gather(*(partners.north.tell(ANA) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    assert len(await partners.rows("admission")) == 1


async def test_operator_rotates_the_master_key_and_the_directory_goes_on(partners: Partners) -> None:
    world, key_file = partners.world, partners.services.settings.key_file
    await partners.north.tell(ANA)
    rotated = keys.add_epoch(key_file)
    assert await rotation.rewrap(world.conn, rotated) == 1
    assert "directory_entry" in rotation.TABLES
    assert await world.conn.fetchval("SELECT epoch FROM guard.directory_entry") == rotated.epoch
    assert [user["userName"] for user in await partners.north.find(ANA)] == [ANA]


async def test_every_call_is_journaled_with_what_it_did_and_no_value(partners: Partners) -> None:
    north = partners.north
    told = (await north.tell(ANA)).json()["id"]
    await north.find(ANA)
    await north.ask("GET", f"/Users/{told}")
    await north.ask("GET", f"/Users/{UNKNOWN}")
    await north.ask("GET", "/Users?filter=nonsense")
    await north.active(told, False)
    rows = await partners.entries()
    assert [row["explanation"] for row in rows] == ["asked", "listed", "read", "refused", "refused", "withdrawn"]
    assert {str(row["organisation"]) for row in rows} == {north.organisation}
    details = [json.loads(row["detail"]) for row in rows]
    assert [one["status"] for one in details] == [201, 200, 200, 404, 400, 200]
    assert details[1]["users"] == details[2]["users"] == [told]
    assert {one["token"] for one in details} == {north.token_id}
    assert ANA not in str(details)
