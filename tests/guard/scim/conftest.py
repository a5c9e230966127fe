"""A guard with two offices, each with a directory that holds a token."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from beffroi.core.ids import AccountId, OrganisationId
from beffroi.guard.process import AREAS, build_app, close
from beffroi.guard.scim import tokens
from beffroi.guard.services import Services
from beffroi.guard.vault import blind
from beffroi.guard.vault.records import Agent, encode
from beffroi.guard.vault.sealing import new_key, owner_bytes, seal
from beffroi.standards.scim.documents import PATCH
from beffroi.standards.scim.users import USER
from tests.databases import FreshDatabase
from tests.guard.doors.conftest import start
from tests.guard.world import AgentOfTest, World

BASE = "https://guard.example/scim/v2"


@dataclass(slots=True)
class Directory:
    """The directory of one office, asking the guard."""

    http: httpx.AsyncClient
    token: str
    token_id: str
    organisation: OrganisationId

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """One call."""
        sent = {"authorization": f"Bearer {self.token}", "content-type": "application/scim+json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.request(method, f"/scim/v2{path}", json=body, headers=sent)

    async def tell(self, user_name: str, **more: Any) -> httpx.Response:
        """POST a User."""
        return await self.ask("POST", "/Users", {"schemas": [USER], "userName": user_name, **more})

    async def patch(self, resource: str, *operations: Any, **headers: str) -> httpx.Response:
        """PATCH a User."""
        body = {"schemas": [PATCH], "Operations": list(operations)}
        return await self.ask("PATCH", f"/Users/{resource}", body, **headers)

    async def active(self, resource: str, value: bool) -> httpx.Response:
        """PATCH ``active``."""
        return await self.patch(resource, {"op": "replace", "path": "active", "value": value})

    async def find(self, user_name: str) -> list[Any]:
        """Who has a userName."""
        answer = await self.ask("GET", f'/Users?filter=userName eq "{user_name}"')
        assert answer.status_code == 200, answer.text
        found: list[Any] = answer.json()["Resources"]
        return found


@dataclass(slots=True)
class Partners:
    """The guard and the directories of the offices North and South."""

    world: World
    services: Services
    http: httpx.AsyncClient
    north: Directory
    south: Directory

    async def agent(self, office: str, email: str, role: str = "adviser", **changes: Any) -> AgentOfTest:
        """An agent of an office with names and an address in the vault."""
        world, key = self.world, new_key()
        status = changes.pop("habilitation_status", "confirmed")
        agent = await world.agent(world.offices[office], role, status=status, **changes)
        owner = owner_bytes(agent.account)
        record = Agent(first_name="Camille", last_name="Rousseau", email=email)
        await world.amend(
            "account", agent.account, email_index=blind.agent_email(world.keys, email),
            wrapped_key=world.keys.wrap(key, owner), personal=seal(key, owner, "agent", encode(record)),
        )  # fmt: skip
        return agent

    async def crowd(self, office: str, number: int) -> list[AccountId]:
        """Several agents of an office."""
        return [
            (await self.agent(office, f"{office.lower()}{n}@{office.lower()}.example")).account for n in range(number)
        ]

    async def statuses(self, account: AccountId) -> list[str]:
        """Statuses of an account's habilitations."""
        rows = await self.world.conn.fetch(
            "SELECT status FROM guard.habilitation WHERE account = $1 ORDER BY status", account
        )
        return [row["status"] for row in rows]

    async def rows(self, table: str) -> list[Any]:
        """Every row of a table of the guard, each genuine."""
        found = await self.world.conn.fetch(f"SELECT * FROM guard.{table}")
        assert all(self.world.keys.authenticator.genuine_row(table, row) for row in found)
        return list(found)

    async def entries(self, kind: str = "scim") -> list[Any]:
        """Journal rows of a kind, oldest first."""
        return list(await self.world.conn.fetch("SELECT * FROM guard.journal WHERE kind = $1 ORDER BY entry", kind))


@pytest.fixture
async def partners(fresh: FreshDatabase, tmp_path: Path) -> AsyncIterator[Partners]:
    """Two offices, two directories."""
    world, services = await start(fresh, tmp_path)
    transport = httpx.ASGITransport(app=build_app(services, AREAS), client=("203.0.113.9", 40000))
    async with httpx.AsyncClient(transport=transport, base_url="https://guard.example") as http:
        directories = [await directory(world, http, office) for office in ("North", "South")]
        yield Partners(world, services, http, *directories)
    await close(services)
    await world.conn.close()


async def directory(world: World, http: httpx.AsyncClient, office: str) -> Directory:
    """A directory with a token of its own."""
    organisation = world.offices[office]
    code = await world.conn.fetchval("SELECT code FROM guard.organisation WHERE id = $1", organisation)
    id_, secret = await tokens.issue(world.conn, world.keys, code, life=timedelta(days=90), operator="test")
    return Directory(http, secret, id_, organisation)
