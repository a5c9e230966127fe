"""A directory that asks the guard served over HTTP for somebody."""

from datetime import timedelta

import httpx

from beffroi.guard.scim import tokens
from beffroi.standards.scim.users import USER
from tests.guard.signin.serving import Guard


def token_of(guard: Guard) -> str:
    """A fresh token of the organisation's directory; the ones before it end."""
    world = guard.world
    guard.execute("UPDATE guard.scim_token SET revoked_at = guard.instant() WHERE revoked_at IS NULL")

    async def issue() -> str:
        code = await world.conn.fetchval("SELECT code FROM guard.organisation WHERE id = $1", guard.organisation)
        return (await tokens.issue(world.conn, world.keys, code, life=timedelta(days=1), operator="test"))[1]

    return guard.run(issue())


def announce(guard: Guard, address: str, first: str = "", last: str = "", title: str = "") -> str:
    """Ask to admit somebody; their id at the directory."""
    body: dict[str, object] = {"schemas": [USER], "userName": address}
    if first:
        body |= {"name": {"givenName": first, "familyName": last}, "title": title}
    headers = {"authorization": f"Bearer {token_of(guard)}", "content-type": "application/scim+json"}
    answer = httpx.post(f"{guard.url}/scim/v2/Users", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    told: str = answer.json()["id"]
    return told
