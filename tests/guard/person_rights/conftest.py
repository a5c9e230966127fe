"""The desk of the offices, with a correspondent in each."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from beffroi.core.ids import PersonId
from tests.guard.relating.conftest import Desk, code, desk, guard
from tests.guard.world import AgentOfTest

__all__ = ["code", "desk", "guard"]


@dataclass
class Register:
    """Nora answers people in the North, Sami in the South; the person is Ana's."""

    desk: Desk
    nora: AgentOfTest
    sami: AgentOfTest
    person: PersonId

    async def ask(self, agent: AgentOfTest, verb: str, **body: Any) -> httpx.Response:
        """POST to one of the four doors."""
        return await self.desk.guard.post(agent, f"/v1/person-requests/{verb}", body)

    async def registered(self, agent: AgentOfTest | None = None, **changes: Any) -> httpx.Response:
        """Access, received today, of Ana's person."""
        received_on = changes.get("received_on") or await self.desk.day(0)
        body = {"person": self.person, "article": "access", **changes, "received_on": received_on}
        return await self.ask(agent or self.nora, "register", **body)

    async def one(self, **changes: Any) -> str:
        """A request that is there."""
        answer = await self.registered(**changes)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["request"])


@pytest.fixture
async def register(desk: Desk) -> Register:
    world = desk.guard.world
    role = "data-protection-correspondent"
    nora, sami = [await world.agent(one.organisation, role=role) for one in (desk.ana, desk.cleo)]
    return Register(desk, nora, sami, await world.person(desk.ana.organisation, referent=desk.ana))
