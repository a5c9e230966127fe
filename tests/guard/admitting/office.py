"""Managers and approvers of the tests of admissions, and what they send."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from beffroi.guard import stamped
from beffroi.guard.applications.access_tokens import AccessTokens
from tests.guard.scim.conftest import Partners
from tests.guard.world import CASES, CLIENT, AgentOfTest

ANA = "ana@north.example"
NOBODY = "00000000-0000-4000-8000-00000000dead"


async def post(partners: Partners, agent: AgentOfTest, path: str, body: Any) -> httpx.Response:
    """One call of a session."""
    async with partners.services.pool.acquire() as conn:  # several calls at once
        now = await stamped.instant(conn)
    issued = AccessTokens(partners.services.keys.session).issue(CASES, "k1", now.timestamp())
    headers = {"authorization": f"Bearer {issued}", "beffroi-session": agent.handle, "beffroi-client": CLIENT}
    return await partners.http.post(f"/v1/{path}", json=body, headers=headers)


async def code(partners: Partners, agent: AgentOfTest, path: str, body: Any) -> str:
    """``done``, or the code of the problem."""
    answer = await post(partners, agent, path, body)
    return "done" if answer.status_code < 300 else str(answer.json()["code"])


async def manager_of(partners: Partners, office: str = "North", role: str = "account-manager") -> AgentOfTest:
    """Somebody of an office, by default its account manager."""
    return await partners.world.agent(partners.world.offices[office], role)


async def approvers(partners: Partners) -> list[AgentOfTest]:
    """Two people who may agree."""
    return [await manager_of(partners, role="approver") for _ in range(2)]


async def told(partners: Partners, user_name: str = ANA, **more: Any) -> str:
    """The directory of North asks for somebody; the admission."""
    answer = await partners.north.tell(
        user_name, name={"givenName": "Ana", "familyName": "Roux"}, title="Conseillère", **more
    )
    assert answer.status_code == 201, answer.text
    newest: str = await partners.world.conn.fetchval(
        "SELECT id::text FROM guard.admission WHERE organisation = $1 ORDER BY created_at DESC, id LIMIT 1",
        partners.north.organisation,
    )
    return newest


def completed(admission: str, **changes: Any) -> dict[str, Any]:
    """What a manager adds to what the directory told."""
    today = datetime.now(UTC).date()
    body = {
        "admission": admission, "roles": ["adviser"], "job": "Conseillère",
        "applications": [CASES], "from_on": str(today), "until_on": str(today + timedelta(days=90)),
    }  # fmt: skip
    return body | changes


async def status(partners: Partners, admission: str) -> str:
    """Where an admission stands; its row is genuine."""
    row = next(row for row in await partners.rows("admission") if str(row["id"]) == admission)
    found: str = row["status"]
    return found
