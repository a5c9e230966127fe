"""An office that follows two files of one person."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from beffroi.core.ids import PersonId
from beffroi.guard.vault.records import Contact, FollowedAction, Followup, Nir, Note
from tests.guard.relating.conftest import Desk, desk, guard
from tests.guard.world import AgentOfTest

__all__ = ["desk", "guard"]
GROUPS = ("identity", "contact", "situation", "followup", "nir")


@dataclass
class Pair:
    """Two files of one person, both in Ana's portfolio: the one that stays has notes, the other notes and a NIR."""

    desk: Desk
    stays: PersonId
    goes: PersonId

    async def read(self, person: PersonId, agent: AgentOfTest | None = None) -> dict[str, Any]:
        """What an opening shows of the groups that a merge is about; the code of a refusal."""
        answer = (await self.desk.guard.open(agent or self.desk.ana, person, *GROUPS)).json()
        return {"code": answer["code"]} if "code" in answer else answer["person"]["fields"]

    async def versions(self) -> dict[str, int]:
        """Versions as a comparison reads them."""
        rows = await self.desk.guard.world.conn.fetch(
            "SELECT id, version FROM guard.person WHERE id = ANY ($1::uuid[])", [self.stays, self.goes]
        )
        found = {str(row["id"]): row["version"] for row in rows}
        return {"stays_version": found.get(self.stays, 1), "goes_version": found.get(self.goes, 1)}

    async def compare(self, agent: AgentOfTest | None = None) -> None:
        """Open both, as a comparison does."""
        for person in (self.stays, self.goes):
            await self.desk.guard.open(agent or self.desk.ana, person)

    async def merge(self, agent: AgentOfTest | None = None, *take: str, **more: Any) -> httpx.Response:
        """Compare both and make one file of them."""
        await self.compare(agent)
        return await self.make(agent, *take, **more)

    async def make(self, agent: AgentOfTest | None = None, *take: str, **more: Any) -> httpx.Response:
        """Make one file of the two, whoever compared them."""
        versions = {} if "stays_version" in more and "goes_version" in more else await self.versions()
        body = {"stays": self.stays, "goes": self.goes, "take": list(take), **versions, **more}
        return await self.desk.ask(agent or self.desk.ana, "/v1/merges/make", **body)

    async def part(self, merge: str, agent: AgentOfTest | None = None) -> httpx.Response:
        """Make two files again."""
        return await self.desk.ask(agent or self.desk.ana, "/v1/merges/undo", merge=merge)

    async def state(self) -> list[tuple[Any, ...]]:
        """Relations that hold, and what searches find, of both files; without versions."""
        conn = self.desk.guard.world.conn
        both = [self.stays, self.goes]
        ties = await conn.fetch(
            "SELECT person, organisation, kind, referent, since_at, until_at FROM guard.relation WHERE"
            " person = ANY ($1::uuid[]) AND (until_at IS NULL OR until_at > guard.instant()) ORDER BY 1, 2, 3", both,
        )  # fmt: skip
        indexes = await conn.fetch(
            "SELECT id, blind_nir, blind_agency_id, blind_email, blind_phone, blind_name, blind_birth_name"
            " FROM guard.person WHERE id = ANY ($1::uuid[]) ORDER BY id", both,
        )  # fmt: skip
        return [tuple(row) for row in (*ties, *indexes)]


def note(day: int, text: str) -> Note:
    return Note(at=f"2026-10-{day:02d}T09:00:00Z", text=text)


@pytest.fixture
async def pair(desk: Desk) -> Pair:
    """The two files."""
    world = desk.guard.world
    stays = await world.person(
        desk.ana.organisation, referent=desk.ana, last_name="Delaunay", first_names="Ines",
        followup=Followup(
            notes=(note(9, "later"), note(3, "first")), actions=(FollowedAction(label="CV", status="done"),)
        ),
    )  # fmt: skip
    goes = await world.person(
        desk.ana.organisation, referent=desk.ana, last_name="Delauney", first_names="Ines",
        contact=Contact(email="ines@example.org", phone="0698765432", city="Arras"), nir=Nir(nir="205046203400131"),
        followup=Followup(notes=(note(5, "between"),), actions=(FollowedAction(label="Permis", status="planned"),)),
    )  # fmt: skip
    return Pair(desk, stays, goes)
