"""A guard, an adviser and a person whose file holds attachments."""

from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from beffroi.core.ids import PersonId
from beffroi.guard.settings import Scanner
from tests.databases import FreshDatabase
from tests.guard.attachments.scanner import Daemon, listening
from tests.guard.doors.conftest import Guard, guard
from tests.guard.world import AgentOfTest
from tests.standards.documents.samples import pdf

__all__ = ["guard"]


@dataclass(slots=True)
class Desk:
    """Asks the doors of attachments."""

    guard: Guard
    ana: AgentOfTest
    person: PersonId
    owner: str
    """URI of the role that owns the tables."""

    async def post(self, agent: AgentOfTest, door: str, **body: Any) -> httpx.Response:
        """POST to one of the doors, about the person unless another is named."""
        return await self.guard.post(
            agent, f"/v1/attachments/{door}", {"person": self.person, "purpose": "follow-up", **body}
        )

    async def add(
        self, content: bytes | None = None, agent: AgentOfTest | None = None, kind: str = "cv", **more: Any
    ) -> httpx.Response:
        """Add a PDF, or this content."""
        sent = b64encode(pdf() if content is None else content).decode()
        return await self.post(
            agent or self.ana, "add", **{"id": str(uuid4()), "kind": kind, "content": sent, **more}
        )

    async def added(self, content: bytes | None = None, kind: str = "cv") -> str:
        """Add and give the id."""
        answer = await self.add(content, kind=kind)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def open(self, id: str, agent: AgentOfTest | None = None, **more: Any) -> httpx.Response:
        """Open one attachment."""
        return await self.post(agent or self.ana, "open", id=id, **more)

    async def rows(self) -> list[Any]:
        """The attachments that are kept, whosesoever."""
        rows: list[Any] = await self.guard.world.conn.fetch("SELECT * FROM guard.attachment ORDER BY added_at")
        return rows

    async def spent(self) -> int:
        """People the adviser's budgets have counted, all taken together."""
        spent: int = await self.guard.world.conn.fetchval(
            "SELECT coalesce(sum(day_spent), 0)::int FROM guard.budget WHERE key LIKE $1", f"%{self.ana.account}%"
        )
        return spent


def content_of(answer: httpx.Response) -> bytes:
    """The content of an opening."""
    assert answer.status_code == 200, answer.text
    return b64decode(answer.json()["content"])


@pytest.fixture
async def desk(guard: Guard, fresh: FreshDatabase) -> Desk:
    """An adviser of the North office who follows somebody."""
    ana = await guard.world.agent(guard.world.offices["North"])
    return Desk(guard, ana, await guard.world.person(ana.organisation, referent=ana), fresh.owner)


@pytest.fixture
async def daemon(desk: Desk, tmp_path: Path) -> AsyncIterator[Daemon]:
    """The guard shows what it keeps to a scanner."""
    path = tmp_path / "clamd.ctl"
    settings = desk.guard.services.settings
    async with listening(path) as found:
        desk.guard.services.settings = replace(settings, scanner=Scanner(socket=path, seconds=2.0))
        yield found
