"""The offices' register, and restrictions of what may be done with a file."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from beffroi.core.ids import PersonId
from tests.guard.person_rights.conftest import Register, code, desk, guard, register
from tests.guard.world import AgentOfTest

__all__ = ["code", "desk", "guard", "register"]


@dataclass
class Bench:
    """Nora answers people in the North, where Ana follows the person; Sami does in the South."""

    register: Register

    @property
    def nora(self) -> AgentOfTest:
        return self.register.nora

    @property
    def person(self) -> PersonId:
        return self.register.person

    async def ask(self, agent: AgentOfTest, verb: str, **body: Any) -> httpx.Response:
        """POST to one of the three doors."""
        return await self.register.desk.guard.post(agent, f"/v1/restrictions/{verb}", body)

    async def begin(self, agent: AgentOfTest | None = None, **changes: Any) -> httpx.Response:
        """Ana's person contests what the file says."""
        body = {"person": self.person, "ground": "accuracy", **changes}
        return await self.ask(agent or self.nora, "begin", **body)

    async def one(self, **changes: Any) -> str:
        """A restriction that is there."""
        answer = await self.begin(**changes)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["restriction"])

    async def lift(self, restriction: str, agent: AgentOfTest | None = None, days: int = 0) -> httpx.Response:
        """Lift one, the person having been told so many days from today."""
        told_on = await self.register.desk.day(days)
        return await self.ask(agent or self.nora, "lift", restriction=restriction, told_on=told_on)

    async def opened(self, agent: AgentOfTest | None = None) -> str:
        """What an opening to follow the person up comes to."""
        asker = agent or self.register.desk.ana
        return code(await self.register.desk.guard.open(asker, self.person))


@pytest.fixture
async def bench(register: Register) -> Bench:
    return Bench(register)
