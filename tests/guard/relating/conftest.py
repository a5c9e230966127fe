"""The guard of the doors' tests, and an office where people can be handed over."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from beffroi.core.ids import OrganisationId, PersonId
from tests.guard.doors.conftest import Guard, guard
from tests.guard.doors.test_agents import named
from tests.guard.world import AgentOfTest

__all__ = ["guard"]


@dataclass
class Desk:
    """Two offices and a training organisation: Ana and Ben work in the North, Cleo and Dora in the South."""

    guard: Guard
    ana: AgentOfTest
    ben: AgentOfTest
    cleo: AgentOfTest
    dora: AgentOfTest
    school: OrganisationId

    async def ask(self, agent: AgentOfTest, path: str, **body: Any) -> httpx.Response:
        """POST on behalf of an agent, to follow people up unless another purpose is named."""
        return await self.guard.post(agent, path, {"purpose": "follow-up", **body})

    async def day(self, days: int) -> str:
        """The day so many days after today in Europe/Paris, as a body writes it."""
        today: date = await self.guard.world.conn.fetchval(
            "SELECT (guard.instant() AT TIME ZONE 'Europe/Paris')::date"
        )
        return str(today + timedelta(days=days))

    async def assign(self, agent: AgentOfTest, to: AgentOfTest, *people: str) -> httpx.Response:
        """Hand people to somebody."""
        return await self.ask(agent, "/v1/relations/assign", to=to.account, people=list(people))

    async def explained(self, agent: AgentOfTest, person: str) -> tuple[str, str]:
        """What explains an opening, and the budget that paid for it; the code of a refusal twice."""
        opened = (await self.guard.open(agent, PersonId(person))).json()
        if "code" in opened:
            return opened["code"], opened["code"]
        return opened["explanation"], opened["budget"]["bucket"]

    async def relation(self, person: str, organisation: str, kind: str = "followed") -> Any:
        """The row, which must be genuine; None where there is none."""
        row: Any = await self.guard.world.conn.fetchrow(
            "SELECT * FROM guard.relation WHERE person = $1 AND organisation = $2 AND kind = $3",
            person, organisation, kind,
        )  # fmt: skip
        assert row is None or self.guard.world.keys.authenticator.genuine_row("relation", row)
        return row

    async def found(self, agent: AgentOfTest, person: PersonId) -> None:
        """A search of today finds the person."""
        answer = await self.ask(agent, "/v1/find", by="email", value=f"{person[:8]}@example.org")
        assert [one["person"] for one in answer.json()["matches"]] == [person]


@pytest.fixture
async def desk(guard: Guard) -> Desk:
    """Everybody at work."""
    world = guard.world
    people = [
        ("North", "Ana", "Petit"), ("North", "Ben", "Morel"), ("South", "Cleo", "Garnier"), ("South", "Dora", "Roy"),
    ]  # fmt: skip
    agents = [await named(world, *one) for one in people]
    return Desk(guard, *agents, await world.organisation("School", kind="training-organisation"))


def code(answer: httpx.Response) -> str:
    """The code of a refusal."""
    return str(answer.json().get("code", answer.status_code))
