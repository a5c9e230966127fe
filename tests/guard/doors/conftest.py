"""A guard in this process, over its real database, asked through its real ASGI application."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from beffroi.core import policy_file
from beffroi.core.ids import PersonId
from beffroi.guard import keys as guard_keys
from beffroi.guard.applications.access_tokens import AccessTokens
from beffroi.guard.process import AREAS, build, build_app, close
from beffroi.guard.services import Services
from beffroi.guard.settings import GuardSettings, Mode, Sealed
from tests.databases import FreshDatabase
from tests.guard import world as worlds
from tests.guard.documented import held
from tests.guard.world import CASES, CLIENT, AgentOfTest, World


@dataclass(slots=True)
class Guard:
    """A guard and who asks it."""

    world: World
    services: Services
    http: httpx.AsyncClient
    token: str

    def headers(self, agent: AgentOfTest, **changes: str) -> dict[str, str]:
        """Headers of a call of the application on behalf of an agent."""
        sent = {
            "authorization": f"Bearer {self.token}", "beffroi-session": agent.handle, "beffroi-client": CLIENT,
        }  # fmt: skip
        return sent | {name.replace("_", "-"): value for name, value in changes.items()}

    async def post(self, agent: AgentOfTest, path: str, body: Any, **headers: str) -> httpx.Response:
        """POST a JSON body on behalf of an agent."""
        return await self.http.post(path, json=body, headers=self.headers(agent, **headers))

    async def open(self, agent: AgentOfTest, person: PersonId, *groups: str, **more: Any) -> httpx.Response:
        """POST /v1/open."""
        body = {"person": person, "purpose": "follow-up", "groups": list(groups or ("identity",)), **more}
        return await self.post(agent, "/v1/open", body)

    async def entries(self, kind: str) -> list[Any]:
        """Journal rows of a kind, oldest first."""
        rows: list[Any] = await self.world.conn.fetch(
            "SELECT * FROM guard.journal WHERE kind = $1 ORDER BY entry", kind
        )
        return rows


async def start(fresh: FreshDatabase, folder: Path) -> tuple[World, Services]:
    """Key file, world, services on a fresh database."""
    await asyncio.to_thread(folder.chmod, 0o700)
    key_file = folder / "guard.key"
    held = guard_keys.generate(key_file)
    world = await worlds.build(fresh.guard, held)
    policy = folder / "policy.toml"
    await asyncio.to_thread(policy.write_text, policy_file.default_text())
    settings = GuardSettings(
        database=fresh.guard,
        key_file=key_file,
        journal_key_file=None,
        policy_file=policy,
        public_url="https://guard.example",
        mode=Mode.DEMONSTRATION,
        provider=None,
        sealed=Sealed(None),
    )
    return world, await build(settings)


@pytest.fixture
async def guard(fresh: FreshDatabase, tmp_path: Path) -> AsyncIterator[Guard]:
    """A guard with two offices and the application ``cases``."""
    world, services = await start(fresh, tmp_path)
    transport = httpx.ASGITransport(app=build_app(services, AREAS), client=("203.0.113.9", 40000))
    token = AccessTokens(services.keys.session).issue(CASES, "k1", (await world.now()).timestamp())
    hooks = {"response": [held]}
    async with httpx.AsyncClient(transport=transport, base_url="https://guard.example", event_hooks=hooks) as http:
        yield Guard(world, services, http, token)
    await close(services)
    await world.conn.close()


def pretty(response: httpx.Response) -> str:
    """A response for a failed assertion."""
    return f"{response.status_code} {json.dumps(response.json(), indent=1, ensure_ascii=False)}"
