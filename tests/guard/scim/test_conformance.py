"""scim2-tester, a conformance tester for SCIM servers, against a real guard over HTTP.

What it refuses is a departure, named here and in docs/departures/scim.md; anything else it refuses is a defect.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import uvicorn

from beffroi.guard.process import AREAS, _configuration, close
from tests.databases import FreshDatabase
from tests.guard.doors.conftest import start
from tests.guard.scim.conftest import directory


@pytest.fixture
async def address(fresh: FreshDatabase, tmp_path: Path) -> AsyncIterator[tuple[str, str]]:
    """Where a guard answers, and a token of one of its offices."""
    world, services = await start(fresh, tmp_path)
    async with httpx.AsyncClient() as http:
        north = await directory(world, http, "North")
    server = uvicorn.Server(_configuration(AREAS, services))
    server.config.port = 0
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(30):
        while not server.started:  # noqa: ASYNC110 (uvicorn tells nobody when it listens)
            await asyncio.sleep(0)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}", north.token
    server.should_exit = True
    await serving
    await close(services)
    await world.conn.close()


async def test_conformance_tester_finds_no_other_fault_than_the_departures(
    address: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from scim2_tester import Status, check_server, filling

    from tests.guard.scim.over_http import OverHttp  # two seconds to import, which no other test needs

    url, token = address
    example = filling.get_random_example_value

    def addressed(path: Any) -> Any:
        """userName is an address here; the tester cannot guess it from the schema."""
        return f"{uuid4()}@north.example" if str(path).rpartition(":")[2] == "userName" else example(path)

    monkeypatch.setattr(filling, "get_random_example_value", addressed)

    def check() -> list[tuple[str, str, str]]:
        headers = {"authorization": f"Bearer {token}"}
        with httpx.Client(base_url=f"{url}/scim/v2", headers=headers) as http:
            results = check_server(OverHttp(http), resource_types=["User"])
        return [(result.title or "", result.status.name, str(result.reason or "")) for result in results]

    results = await asyncio.to_thread(check)
    assert len(results) > 30
    assert not [
        one for one in results if one[1] != Status.SUCCESS.name and not departs(*one, skipped=Status.SKIPPED.name)
    ]


def departs(title: str, status: str, reason: str, *, skipped: str) -> bool:
    """What docs/departures/scim.md admits: ``active`` is asked for and never set, and there is no search of all."""
    patching = title in ("check_add_attribute", "check_replace_attribute", "check_remove_attribute")
    return (patching and "active" in reason) or (title == "search_with_attributes" and status == skipped)
