"""The guide for authors of applications is followed to the letter, against a real guard."""

import asyncio
import re
import secrets
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from beffroi.client import Guard, Speaker
from beffroi.core.identifying import Identifying
from beffroi.guard.process import AREAS, build_app, close
from tests.databases import FreshDatabase
from tests.guard.doors.conftest import start
from tests.guard.world import CASES, CLIENT, World

GUIDE = Path(__file__).resolve().parents[2] / "docs/guides/application-that-asks.md"
MAKE_KEY, ASK = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
PUBLIC_URL = "https://guard.example"


@pytest.fixture
async def followed(
    fresh: FreshDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[World, dict[str, Any], Guard]]:
    """A guard that knows the key the guide made; the functions of the guide; the client it connects."""
    monkeypatch.chdir(tmp_path)
    exec(compile(MAKE_KEY, str(GUIDE), "exec"), {})
    public_key = (tmp_path / "cases.pub.jwk").read_text()
    code: dict[str, Any] = {}
    exec(compile(ASK, str(GUIDE), "exec"), code)
    world, services = await start(fresh, tmp_path)
    await world.insert(
        "application_key",
        application=CASES,
        kid="cases-2026",
        jwk=public_key,
        until_at=await world.now() + timedelta(days=1),
        revoked_at=None,
    )
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(build_app(services, AREAS), log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        client: Guard = code["connect"](f"http://127.0.0.1:{listening.getsockname()[1]}", PUBLIC_URL)
        while not server.started:  # noqa: ASYNC110 - uvicorn offers nothing to await
            await asyncio.sleep(0.01)
        yield world, code, client
        client.close()
        server.should_exit = True
        await serving
    await close(services)
    await world.conn.close()


async def test_author_who_follows_the_guide_shows_a_name_to_its_referent_and_a_sentence_to_a_stranger(
    followed: tuple[World, dict[str, Any], Guard],
) -> None:
    world, code, guard = followed
    here, there = list(world.offices.values())[:2]
    referent, stranger = await world.agent(here), await world.agent(there)
    person = await world.person(here, referent=referent, last_name="Rousseau")

    shown = await asyncio.to_thread(code["surname"], guard, _speaker(referent.handle), person)
    told = await asyncio.to_thread(code["surname"], guard, _speaker(stranger.handle), person)

    released = await world.conn.fetchval("SELECT count(*) FROM guard.journal WHERE kind = 'released'")
    assert shown == "Rousseau"
    assert released == 1
    assert told.startswith("No file with this number")


async def test_author_who_redeems_a_code_that_nobody_was_given_gets_a_sentence(
    followed: tuple[World, dict[str, Any], Guard],
) -> None:
    _, code, guard = followed
    answer = await asyncio.to_thread(code["redeem"], guard, secrets.token_urlsafe(32), "state-of-a-browser", CLIENT)
    assert isinstance(answer, str)
    assert answer


async def test_author_whose_guard_is_down_gets_a_sentence(followed: tuple[World, dict[str, Any], Guard]) -> None:
    world, code, _ = followed
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        guard = code["connect"](f"http://127.0.0.1:{taken.getsockname()[1]}", PUBLIC_URL)
        told = await asyncio.to_thread(code["surname"], guard, _speaker("x" * 43), str(await world.person()))
    assert told == "Files cannot be opened for the moment."


def _speaker(handle: str) -> Speaker:
    return Speaker(Identifying(handle), CLIENT, "en")
