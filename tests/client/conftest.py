"""A real guard over HTTP, and a session to speak for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from beffroi.client import ApplicationKey, Guard, Speaker
from beffroi.client.asynchronous import AsyncGuard
from beffroi.core.identifying import Identifying
from tests.config.console.stack import guard_served
from tests.databases import FreshDatabase
from tests.guard.signin import serving
from tests.guard.signin.serving import CLIENT, Member
from tests.guard.world import AgentOfTest


@dataclass
class Served:
    """The guard, what it was asked, and an adviser with a live session and a person of their own."""

    guard: serving.Guard
    asked: list[str]
    member: Member
    handle: str
    person: str

    @property
    def url(self) -> str:
        """Where it listens; its own name for itself differs, as behind a proxy."""
        return f"http://127.0.0.1:{urlsplit(self.guard.url).port}"

    @property
    def audience(self) -> str:
        """The token endpoint as the guard names it."""
        return f"{self.guard.url}/v1/token"

    def speaker(self, **changes: Any) -> Speaker:
        """The adviser's session, as the client that redeemed it presents it."""
        return Speaker(**{"handle": Identifying(self.handle), "client": CLIENT, **changes})

    def sync(self, key: ApplicationKey | None = None) -> Guard:
        """A client for threads."""
        return Guard(self.url, key or self.guard.key, audience=self.audience)

    def asynchronous(self, key: ApplicationKey | None = None) -> AsyncGuard:
        """A client for asyncio."""
        return AsyncGuard(self.url, key or self.guard.key, audience=self.audience)


@pytest.fixture(scope="module")
def served(fresh_for_module: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("guard")
    with guard_served(fresh_for_module, folder, "http://localhost:1/back") as (guard, asked, _):
        member = guard.member("Ana Adviser")
        _, handle = guard.signed_in(member)
        referent = AgentOfTest(member.account, None, guard.organisation, None, handle, "adviser")  # type: ignore[arg-type]
        person = guard.run(
            guard.world.person(organisation=guard.organisation, referent=referent, last_name="Delaunay")
        )
        yield Served(guard, asked, member, handle, str(person))
