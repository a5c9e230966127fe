"""Bodies larger than other routes take: from whom, how many at a time, and how large at most."""

import asyncio
import json
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from uvicorn.server import ServerState

from beffroi.guard.services import Services
from beffroi.guard.web import protocol
from beffroi.guard.web.protocol import Edge
from beffroi.guard.web.requests import Answer, Call, json_answer, up_to
from beffroi.guard.web.routing import BODY_LIMIT, Router

LARGE = 2 * BODY_LIMIT
TOKEN = "authorization: Bearer live"


async def measured(call: Call) -> Answer:
    return json_answer({"length": len(call.body)})


class Tokens:
    def read(self, token: str) -> str | None:
        return "cases" if token == "live" else None


@pytest.fixture
async def edge() -> Edge:
    routes = {("POST", "/large"): up_to(LARGE, measured), ("POST", "/small"): measured}
    return Edge(Router([routes]), cast(Services, SimpleNamespace(tokens=Tokens())))


@pytest.fixture
async def port(edge: Edge) -> AsyncIterator[int]:
    config: Any = SimpleNamespace(limit_concurrency=50)
    state = ServerState()
    server = await asyncio.get_running_loop().create_server(lambda: edge.protocol(config, state, {}), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


def head(path: str, *headers: str) -> bytes:
    return "\r\n".join([f"POST {path} HTTP/1.1", "host: g", *headers, "", ""]).encode()


def whole(path: str, size: int, *headers: str) -> bytes:
    return head(path, f"content-length: {size}", "connection: close", *headers) + b"x" * size


async def talk(port: int, sent: bytes) -> tuple[int, Any]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    first, _, body = answer.partition(b"\r\n\r\n")
    return int(first.split()[1]), json.loads(body)


async def test_application_sends_a_large_body_where_the_route_takes_it(port: int, edge: Edge) -> None:
    assert await talk(port, whole("/large", LARGE, TOKEN)) == (200, {"length": LARGE})
    assert not edge.large


@pytest.mark.parametrize(
    ("path", "size", "headers"),
    [
        ("/large", LARGE + 1, (TOKEN,)),
        ("/large", BODY_LIMIT + 1, ()),
        ("/large", BODY_LIMIT + 1, ("authorization: Bearer forged",)),
        ("/small", BODY_LIMIT + 1, (TOKEN,)),
    ],
)
async def test_body_past_its_limit_is_refused(
    port: int, edge: Edge, path: str, size: int, headers: tuple[str, ...]
) -> None:
    status, told = await talk(port, whole(path, size, *headers))
    assert (status, told["code"]) == (413, "too-large")
    assert not edge.large


async def test_body_whose_length_is_not_said_is_kept_no_longer_than_its_limit(port: int, edge: Edge) -> None:
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    sent = head("/large", "transfer-encoding: chunked", "connection: close", TOKEN)
    assert (await talk(port, sent + piece * (LARGE // 0x10000) + b"0\r\n\r\n"))[1] == {"length": LARGE}
    status, told = await talk(port, sent + piece * (LARGE // 0x10000 + 3) + b"0\r\n\r\n")
    assert (status, told["code"]) == (413, "too-large")
    assert not edge.large


async def test_large_bodies_have_room_for_so_many_and_make_room_when_their_sender_leaves(
    port: int, edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "MOST_LARGE", 1)
    _, held = await asyncio.open_connection("127.0.0.1", port)
    held.write(head("/large", f"content-length: {LARGE}", TOKEN))
    while not edge.large:  # noqa: ASYNC110
        await asyncio.sleep(0)
    status, told = await talk(port, whole("/large", 10, TOKEN))
    assert (status, told["code"]) == (503, "overloaded")
    assert await talk(port, whole("/small", 10, TOKEN)) == (200, {"length": 10})
    held.close()
    while edge.large:  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert (await talk(port, whole("/large", LARGE, TOKEN)))[0] == 200


async def test_connection_sends_one_large_body_at_a_time(port: int, edge: Edge) -> None:
    first = head("/large", f"content-length: {LARGE}", TOKEN) + b"x" * LARGE
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(first + first)
    answers = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    assert answers.count(b"HTTP/1.1 200") == 1
    assert answers.count(b'"code":"overloaded"') == 1
    assert not edge.large
