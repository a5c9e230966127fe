"""scim2-tester, a conformance tester for SCIM servers, against a real guard over HTTP.

What it refuses is a departure, named here and in docs/departures/scim.md; anything else it refuses is a defect.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from scim2_client.engines.httpx import SyncSCIMClient
from scim2_tester import Status, check_server

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
    while not server.started:
        await asyncio.sleep(0)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}", north.token
    server.should_exit = True
    await serving
    await close(services)
    await world.conn.close()


async def test_conformance_tester_finds_no_other_fault_than_the_departures(address: tuple[str, str]) -> None:
    url, token = address

    def check() -> list[tuple[str, str, str]]:
        headers = {"authorization": f"Bearer {token}"}
        with httpx.Client(base_url=f"{url}/scim/v2", headers=headers) as http:
            results = check_server(SyncSCIMClient(http))
        return [
            (result.title or "", result.status.name, str(result.reason or ""))
            for result in results
        ]

    results = await asyncio.to_thread(check)
    for one in results:
        print(one)
    assert len(results) > 20
    assert not [one for one in results if one[1] not in ("SUCCESS", "SKIPPED", "COMPLIANT")], Status
