"""Tokens: shown once, of one organisation, ended at will, asked so many times an hour; nothing else opens a door."""

from datetime import timedelta

import pytest

from beffroi.guard.applications.access_tokens import AccessTokens
from beffroi.guard.scim import tokens
from beffroi.guard.scim.tokens import PER_HOUR, TokenRefused
from tests.guard.scim.conftest import Partners
from tests.guard.world import CASES

USERS = "/Users"


async def test_token_is_kept_as_its_hash_alone_and_is_its_organisations(partners: Partners) -> None:
    rows = await partners.rows("scim_token")
    assert len(rows) == 2
    assert all(len(row["token_hash"]) == 32 for row in rows)
    assert partners.north.token not in str(rows)
    assert len(partners.north.token) == 43
    assert (await partners.north.ask("GET", USERS)).status_code == 200


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Basic bm9ydGg6bm9ydGg=", "Bearer " + "A" * 43, "Bearer " + "A" * 4_000, "Bearer é"],
)
async def test_stranger_without_a_token_gets_nothing_and_leaves_no_entry(
    partners: Partners, authorization: str
) -> None:
    headers = {"authorization": authorization.encode("latin-1")} if authorization else {}
    answer = await partners.http.get("/scim/v2/Users", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert answer.json()["status"] == "401"
    assert await partners.entries() == []


async def test_applications_token_opens_no_directory_and_a_directorys_no_file(partners: Partners) -> None:
    issued = AccessTokens(partners.services.keys.session).issue(CASES, "k1", (await partners.world.now()).timestamp())
    answer = await partners.http.get("/scim/v2/Users", headers={"authorization": f"Bearer {issued}"})
    assert answer.status_code == 401
    answer = await partners.http.post(
        "/v1/open", json={}, headers={"authorization": f"Bearer {partners.north.token}"}
    )
    assert answer.status_code == 400 or answer.status_code == 401
    agent = await partners.agent("North", "ana@north.example")
    answer = await partners.http.get(
        "/v1/session",
        headers={"authorization": f"Bearer {partners.north.token}", "beffroi-session": agent.handle,
                 "beffroi-client": "browser of the desk"},
    )  # fmt: skip
    assert answer.status_code == 401


async def test_operator_revokes_a_token_which_asks_nothing_more_and_the_other_offices_does(
    partners: Partners,
) -> None:
    world = partners.world
    await tokens.revoke(world.conn, world.keys, partners.north.token_id, operator="night")
    assert (await partners.north.ask("GET", USERS)).status_code == 401
    assert (await partners.south.ask("GET", USERS)).status_code == 200
    with pytest.raises(TokenRefused):
        await tokens.revoke(world.conn, world.keys, partners.north.token_id, operator="night")
    assert len(await partners.entries("scim-token-revoked")) == 1


async def test_token_at_the_very_instant_of_its_end_asks_nothing_more(partners: Partners) -> None:
    world = partners.world
    now = await world.now()
    await world.amend("scim_token", partners.north.token_id, expires_at=now + timedelta(minutes=1))
    assert (await partners.north.ask("GET", USERS)).status_code == 200
    await world.amend("scim_token", partners.north.token_id, expires_at=now)
    assert (await partners.north.ask("GET", USERS)).status_code == 401


@pytest.mark.parametrize("days", [0, 366, -1])
async def test_operator_asks_for_a_life_no_token_has_is_refused(partners: Partners, days: int) -> None:
    world = partners.world
    code = await world.conn.fetchval("SELECT code FROM guard.organisation WHERE id = $1", partners.north.organisation)
    with pytest.raises(TokenRefused, match="365"):
        await tokens.issue(world.conn, world.keys, code, life=timedelta(days=days), operator="test")


async def test_operator_asks_for_the_network_an_unknown_office_or_too_many_is_refused(partners: Partners) -> None:
    world = partners.world
    await world.organisation("Network", kind="network", code="network")
    code = await world.conn.fetchval("SELECT code FROM guard.organisation WHERE id = $1", partners.north.organisation)
    for named, why in (("network", "network level"), ("nowhere", "No organisation")):
        with pytest.raises(TokenRefused, match=why):
            await tokens.issue(world.conn, world.keys, named, life=timedelta(days=1), operator="test")
    for _ in range(tokens.MOST - 1):
        await tokens.issue(world.conn, world.keys, code, life=timedelta(days=1), operator="test")
    with pytest.raises(TokenRefused, match="live tokens"):
        await tokens.issue(world.conn, world.keys, code, life=timedelta(days=1), operator="test")
    assert len(await tokens.issued(world.conn, world.keys, code)) == tokens.MOST


async def test_token_asks_so_many_times_an_hour_and_its_flood_is_journaled_once(partners: Partners) -> None:
    world = partners.world
    await partners.north.ask("GET", USERS)
    await world.conn.execute(
        "UPDATE guard.scim_token SET asked = $1 WHERE id = $2", PER_HOUR - 1, partners.north.token_id
    )
    answers = [await partners.north.ask("GET", USERS) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 429, 429, 429]
    assert answers[1].headers["retry-after"] == "600"
    assert (await partners.south.ask("GET", USERS)).status_code == 200
    assert [row["explanation"] for row in await partners.entries()].count("too-many") == 1
    await world.conn.execute("UPDATE guard.scim_token SET hour = hour - 1 WHERE id = $1", partners.north.token_id)
    assert (await partners.north.ask("GET", USERS)).status_code == 200


@pytest.mark.parametrize("column", ["organisation", "expires_at", "token_hash", "revoked_at"])
async def test_i16_database_administrator_forges_a_token_and_no_door_opens(partners: Partners, column: str) -> None:
    world = partners.world
    forged = {
        "organisation": partners.south.organisation, "expires_at": await world.now() + timedelta(days=9_000),
        "token_hash": tokens.digest("B" * 43), "revoked_at": None,
    }  # fmt: skip
    if column == "revoked_at":
        await tokens.revoke(world.conn, world.keys, partners.north.token_id, operator="night")
    await world.conn.execute(
        f"UPDATE guard.scim_token SET {column} = $1 WHERE id = $2", forged[column], partners.north.token_id
    )
    if column == "token_hash":
        partners.north.token = "B" * 43
    assert (await partners.north.ask("GET", USERS)).status_code == 401


@pytest.mark.parametrize("table", ["directory_entry", "habilitation", "account", "organisation"])
async def test_i16_database_administrator_forges_a_row_of_a_directory_and_it_answers_nothing(
    partners: Partners, table: str
) -> None:
    world = partners.world
    agent = await partners.agent("North", "ana@north.example")
    await partners.north.patch(agent.account, {"op": "replace", "path": "title", "value": "Adviser"})
    other = await partners.agent("South", "bea@south.example")
    forgery = {
        "directory_entry": ("account", other.account), "habilitation": ("role", "security-officer"),
        "account": ("status", "invited"), "organisation": ("kind", "network"),
    }[table]  # fmt: skip
    await world.conn.execute(f"UPDATE guard.{table} SET {forgery[0]} = $1 WHERE true", forgery[1])
    for answer in (
        await partners.north.ask("GET", f"/Users/{agent.account}"),
        await partners.north.active(agent.account, False),
    ):
        assert answer.status_code == 503
        assert "@" not in answer.text


@pytest.mark.parametrize("state", ["contained", "everything", "inactive", "ended"])
async def test_directory_of_an_office_that_is_closed_is_refused_and_the_others_is_not(
    partners: Partners, state: str
) -> None:
    world, office = partners.world, partners.north.organisation
    if state == "contained":
        await world.contain("organisation", office)
    elif state == "everything":
        await world.contain("everything")
    elif state == "inactive":
        await world.amend("organisation", office, active=False)
    else:
        await world.amend("organisation", office, contract_until=await world.now())
    assert (await partners.north.ask("GET", USERS)).status_code == 403
    assert (await partners.north.tell("ana@north.example")).status_code == 403
    expected = 403 if state == "everything" else 200
    assert (await partners.south.ask("GET", USERS)).status_code == expected
